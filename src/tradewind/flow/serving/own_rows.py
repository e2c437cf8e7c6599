"""Whether a statement needs no rows but those of the entity asked about, read from the statement itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlglot import exp

from tradewind.flow.serving.selects import has_aggregate

Marked = Mapping[str, frozenset[str] | None]
"""Source to its columns that name the entity; None where its rows belong to nobody."""


def needs_others(statement: exp.Expr, entity: str, own: Collection[str], steps: Collection[str] = ()) -> str:
    """Return why a template needs rows of other entities; an empty string where it does not.

    Rows that belong to nobody (products) may be read: they are the same for everybody.

    Args:
        statement: the template, which names contract tables.
        entity: key column of the entity.
        own: tables whose rows belong to entities.
        steps: names that stand for the entities asked about (`eligible`).
    """
    known: dict[str, frozenset[str] | None] = {name: frozenset({entity}) for name in (*own, *steps)}
    try:
        marked = _select(statement, known, entity)
    except _Others as why:
        return str(why)
    return "" if marked and entity in marked else "its rows do not name whom they are about"


class _Others(Exception):
    """Why other entities' rows are needed."""


def _select(node: exp.Expr, known: Marked, entity: str) -> frozenset[str] | None:
    """The output columns that name the entity; None where the rows belong to nobody."""
    if isinstance(node, exp.Subquery):
        return _select(node.this, known, entity)
    if not isinstance(node, exp.Select):
        raise _Others("it puts several lists together")
    if node.args.get("limit") or node.args.get("offset"):
        raise _Others("it takes the first of all rows")
    inside = dict(known)
    for cte in node.ctes:
        inside[cte.alias] = _select(cte.this, inside, entity)
    start = node.args.get("from_") or node.args.get("from")
    joins = node.args.get("joins") or []
    if start is None:
        return None
    sources = {start.this.alias_or_name: _marked(start.this, inside, entity)}
    for join in joins:
        alias, marked = join.this.alias_or_name, _marked(join.this, inside, entity)
        if marked is not None and any(sources.values()) and not _tied(join, alias, marked, sources):
            raise _Others("it joins rows of different ones")
        sources[alias] = marked
    _no_inner_select(node, start, joins)
    return _outputs(node, sources)


def _marked(node: exp.Expr, known: Marked, entity: str) -> frozenset[str] | None:
    if isinstance(node, exp.Subquery):
        return _select(node.this, known, entity)
    if not isinstance(node, exp.Table):
        raise _Others("it reads something other than a table")
    return known.get(node.name)


def _names_entity(node: exp.Expr, sources: Marked) -> bool:
    """Whether an expression is a column that names the entity."""
    if not isinstance(node, exp.Column):
        return False
    return any(
        marked is not None and node.name in marked and node.table in ("", alias) for alias, marked in sources.items()
    )


def _tied(join: exp.Join, alias: str, marked: frozenset[str], before: Marked) -> bool:
    on = join.args.get("on")
    if on is None or str(join.side or "").upper() not in ("", "LEFT"):
        return False
    for each in on.flatten() if isinstance(on, exp.And) else [on]:
        each = each.unnest()
        if isinstance(each, exp.EQ):
            for one, other in ((each.this, each.expression), (each.expression, each.this)):
                if _names_entity(one, {alias: marked}) and one.table and _names_entity(other, before) and other.table:
                    return True
    return False


def _no_inner_select(node: exp.Select, start: exp.Expr, joins: list[exp.Join]) -> None:
    read = [start, *joins, *([node.args["with_"]] if node.args.get("with_") else [])]
    read += [node.args["with"]] if node.args.get("with") else []
    inside = {id(found) for part in read for found in part.find_all(exp.Select)}
    for found in node.find_all(exp.Select):
        if found is not node and id(found) not in inside:
            raise _Others("a condition asks other rows")
    for join in joins:
        on = join.args.get("on")
        if on is not None and on.find(exp.Select) is not None:
            raise _Others("a join asks other rows")


def _outputs(node: exp.Select, sources: Marked) -> frozenset[str] | None:
    group = node.args.get("group")
    keys = list(group.expressions) if group is not None else []
    expressions = [each.this if isinstance(each, exp.Alias) else each for each in node.expressions]
    if not any(sources.values()):
        return None
    grouped = group is not None or any(has_aggregate(each) for each in expressions)
    if grouped and not any(_names_entity(key, sources) for key in keys):
        raise _Others("it counts over everybody")
    for window in node.find_all(exp.Window):
        if window.find_ancestor(exp.Select) is node:
            parts = window.args.get("partition_by") or []
            if not any(_names_entity(part, sources) for part in parts):
                raise _Others("it ranks everybody")
    named = zip(node.expressions, expressions, strict=True)
    found = frozenset(each.alias_or_name for each, inner in named if _names_entity(inner, sources))
    if not found:
        raise _Others("its rows do not name whom they are about")
    return found
