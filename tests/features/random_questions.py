"""Random questions of the grammar, as hypothesis strategies."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from random_worlds import ODD

from tradewind.features.questions.things import ENTITIES, THINGS, is_tied
from tradewind.features.questions.tree import (
    EVER,
    NONE,
    ONE,
    All,
    Asked,
    Compare,
    Condition,
    Had,
    Not,
    Quantity,
    Some,
    Window,
    Worth,
)  # fmt: skip

FILTERS: dict[str, dict[str, tuple[object, ...]]] = {
    "order": {"channel": ("web", "shop"), "category": ("tea", "coffee"), "product": ODD, "quantity": (1, 2)},
    "return": {"channel": ("web",), "brand": ("own",)},
    "event": {"name": ("login", "view", *ODD)},
    "touch": {"kind": ("sent", "open"), "channel": ("mail",)},
    "text": {"kind": ("ticket", "review"), "rating": (1, Decimal("4.5"))},
    "ticket": {"rating": (1,)},
    "activity": {"kind": ("call", "mail"), "outcome": ("good",)},
    "subscription": {"plan": ("small", "big")},
    "deal": {"stage": ("first", "last"), "won": (True, False), "amount": (10, 100)},
    "lead": {"source": ("web",)},
}  # fmt: skip
ATTRIBUTES: dict[str, dict[str, tuple[object, ...]]] = {
    "customer": {"country": ("DE", "FR"), "group": ODD, "points": (1, Decimal("2.5"))},
    "account": {"industry": ("food", "steel"), "employees": (5, 49)},
    "lead": {"source": ("web", "fair"), "points": (3, 4)},
    "deal": {"stage": ("first", "last"), "amount": (50,)},
}
DAYS = (1, 7, 14, 30, 60)
WINDOWS = st.one_of(
    st.just(EVER),
    st.sampled_from(DAYS).map(Window),
    st.sampled_from(DAYS).map(lambda newest: Window(None, newest)),
    st.sampled_from([(30, 7), (60, 14), (14, 1)]).map(lambda pair: Window(*pair)),
)
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


@st.composite
def compares(draw: st.DrawFn, columns: dict[str, tuple[object, ...]]) -> Compare:
    column = draw(st.sampled_from(sorted(columns)))
    values = columns[column]
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return Compare(column, draw(st.sampled_from(("=", "!="))), ())
    if isinstance(values[0], bool):
        return Compare(column, "=", (draw(st.sampled_from(values)),))
    chosen = [Decimal(v) if isinstance(v, int) else v for v in values]
    if kind == 1 and len(chosen) > 1:
        several = draw(st.lists(st.sampled_from(chosen), min_size=2, max_size=3, unique=True))
        return Compare(column, draw(st.sampled_from(("=", "!="))), tuple(several))
    text = isinstance(chosen[0], str)
    return Compare(column, draw(st.sampled_from(OPERATORS[: 2 if text else 6])), (draw(st.sampled_from(chosen)),))


@st.composite
def facts(draw: st.DrawFn, entity: str, ahead: bool) -> Had:
    thing = draw(st.sampled_from([name for name in THINGS if is_tied(name, entity)]))
    states = [name for name, state in THINGS[thing].states.items() if not (ahead and state.is_now)]
    state = draw(st.sampled_from(states))
    columns = FILTERS.get(thing, {})
    filters = tuple(draw(st.lists(compares(columns), max_size=2))) if columns else ()
    number = Decimal(draw(st.integers(0, 3)))
    quantity = draw(
        st.one_of(st.just(ONE), st.just(NONE), st.sampled_from(OPERATORS).map(lambda op: Quantity(op, number)))
    )
    window = EVER if ahead or THINGS[thing].states[state].is_now else draw(WINDOWS)
    if thing == "order" and draw(st.integers(0, 3)) == 0:
        amount = Quantity(draw(st.sampled_from(OPERATORS)), Decimal(draw(st.integers(0, 200))))
        return Had(thing, "", filters, amount, window, "amount")
    return Had(thing, state, filters, quantity, window)


def conditions(entity: str, ahead: bool) -> st.SearchStrategy[Condition]:
    single = facts(entity, ahead) if ahead else st.one_of(facts(entity, ahead), compares(ATTRIBUTES[entity]))
    return st.recursive(single, _joined, max_leaves=4)


def _joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    lists = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        inner.map(opposite), lists.map(lambda parts: flat(All, parts)), lists.map(lambda parts: flat(Some, parts))
    )


def opposite(part: Condition) -> Condition:
    """The opposite as the parser writes it."""
    if isinstance(part, Had) and part.quantity == ONE and part.measure == "count":
        return Had(part.thing, part.state, part.filters, NONE, part.window)
    return part.part if isinstance(part, Not) else Not(part)


def flat(kind: type[All] | type[Some], parts: list[Condition]) -> Condition:
    return kind(tuple(each for part in parts for each in (part.parts if isinstance(part, kind) else (part,))))


@st.composite
def worths(draw: st.DrawFn, entity: str) -> Worth | None:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return None
    factor = Decimal(draw(st.sampled_from(("1", "12", "0.5"))))
    if kind == 1:
        return Worth(factor)
    if kind == 2:
        names = [name for name, values in ATTRIBUTES[entity].items() if isinstance(values[0], int)]
        return Worth(factor, attribute=draw(st.sampled_from(names)))
    able = [name for name, thing in THINGS.items() if thing.amount and is_tied(name, entity)]
    fact = draw(facts(entity, False).filter(lambda had: had.thing in able))
    return Worth(factor, Had(fact.thing, fact.state, fact.filters, ONE, fact.window, "amount"))


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    entity = draw(st.sampled_from(sorted(ENTITIES)))
    who = draw(st.one_of(st.none(), conditions(entity, ahead=False)))
    return Asked(entity, who, draw(conditions(entity, True)), draw(st.sampled_from((7, 30))), draw(worths(entity)))
