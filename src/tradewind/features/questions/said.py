"""A tree → one way of saying it, which the parser understands again: how a question was understood, told back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tradewind.features.questions.things import ENTITIES, THINGS
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
    Operator,
    Quantity,
    Some,
    Value,
    Window,
    Worth,
)

_COMPARED: dict[Operator, str] = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "=": "exactly"}


def say_who(asked: Asked) -> str:
    """Return who is asked about: "customers with at least 2 orders in the last 180 days"."""
    many = ENTITIES[asked.entity].many
    if asked.who is None:
        return many
    parts = asked.who.parts if isinstance(asked.who, All) else (asked.who,)
    said, last = "", ""
    for part in parts:
        link = _link(part, asked.entity)
        words = _bracketed(part, asked.entity, Some) if len(parts) > 1 else say_condition(part, asked.entity)
        said += f"{' and' if said else ''}{f' {link}' if link and link != last else ''} {words}"
        last = link
    return many + said


def say_what(asked: Asked) -> str:
    """Return what happens: "an order (category = 'coffee')", "converted"."""
    return say_condition(asked.what, asked.entity)


def say_condition(tree: Condition, entity: str) -> str:
    """Return a condition in words; brackets only where they are needed."""
    if isinstance(tree, Had):
        return _own(tree) if is_own(tree, entity) else _had(tree)
    if isinstance(tree, Compare):
        return _compare(tree)
    if isinstance(tree, Not):
        return f"not {_bracketed(tree.part, entity, All, Some)}"
    if isinstance(tree, Some):
        return " or ".join(say_condition(part, entity) for part in tree.parts)
    # A comparison must not be taken for a filter of the thing before it.
    parts = (
        (f"whose {_compare(part)}" if isinstance(part, Compare) else _bracketed(part, entity, Some))
        for part in tree.parts
    )
    return " and ".join(parts)


def is_own(had: Had, entity: str) -> bool:
    """Whether a condition is a state of the entity itself: that a lead is open, that a deal was won."""
    own = ENTITIES[entity].own
    return bool(own) and had.thing == own and bool(had.state) and not had.filters and had.quantity in (ONE, NONE)


def _own(had: Had) -> str:
    said = f"{THINGS[had.thing].states[had.state].words[0]}{_window(had.window)}"
    return f"not {said}" if had.quantity == NONE else said


def _link(part: Condition, entity: str) -> str:
    """What joins a condition to the entity: whose, with, or for a state of its own what goes before it."""
    if isinstance(part, Compare):
        return "whose"
    if not isinstance(part, Had) or not is_own(part, entity):
        return "with"
    before = {"created": "", "converted": "that have" if part.quantity == NONE else "that"}
    return before.get(part.state, "that are" if THINGS[part.thing].states[part.state].is_now else "that were")


def _bracketed(tree: Condition, entity: str, *kinds: type) -> str:
    return f"({say_condition(tree, entity)})" if isinstance(tree, kinds) else say_condition(tree, entity)


def say_worth(worth: Worth) -> str:
    """Return what a success is worth."""
    times = "" if worth.factor == 1 else f"{_number(worth.factor)} * "
    if worth.attribute:
        return times + worth.attribute
    if worth.source is None:
        return _number(worth.factor)
    return times + _things(worth.source, many=True)


def _had(had: Had) -> str:
    if had.measure == "amount":
        on = _filters(had)
        return f"spent {_quantity(had.quantity)}{f' on orders{on}' if on else ''}{_window(had.window)}"
    if had.quantity in (ONE, NONE):
        first = "no" if had.quantity == NONE else "an" if _things(had)[:1] in "aeiou" else "a"
        return f"{first} {_things(had)}"
    if had.quantity.operator == "!=":
        return f"{_things(had, many=True)} != {_number(had.quantity.number)}"
    return f"{_quantity(had.quantity)} {_things(had, many=had.quantity.number != 1)}"


def _things(had: Had, many: bool = False) -> str:
    """The thing with its state, filters and window."""
    thing = THINGS[had.thing]
    name, state = thing.many if many else thing.one, thing.states[had.state]
    if had.state:
        name = f"{state.words[0]} {name}" if state.before else f"{name} {state.words[0]}"
    return f"{name}{_filters(had)}{_window(had.window)}"


def _filters(had: Had) -> str:
    return f" ({' and '.join(_compare(each) for each in had.filters)})" if had.filters else ""


def _compare(compare: Compare) -> str:
    if not compare.values:
        return f"{compare.column} is {'unknown' if compare.operator == '=' else 'known'}"
    if len(compare.values) > 1:
        listed = ", ".join(_value(value) for value in compare.values)
        return f"{compare.column} {'in' if compare.operator == '=' else 'not in'} ({listed})"
    return f"{compare.column} {compare.operator} {_value(compare.values[0])}"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _number(value) if isinstance(value, Decimal) else "'" + value.replace("'", "''") + "'"


def _quantity(quantity: Quantity) -> str:
    return f"{_COMPARED.get(quantity.operator, quantity.operator)} {_number(quantity.number)}"


def _number(number: Decimal) -> str:
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _window(window: Window) -> str:
    if window == EVER:
        return ""
    if window.oldest is None:
        return f" more than {_days(window.newest)} ago"
    if window.newest:
        return f" between {window.oldest} and {_days(window.newest)} ago"
    return f" in the last {_days(window.oldest)}"


def _days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


_VERBS = {
    ("order", ""): "place", ("subscription", ""): "start", ("subscription", "started"): "start",
    ("subscription", "ended"): "end", ("deal", "opened"): "open", ("deal", ""): "open", ("return", ""): "make",
}  # fmt: skip
_OWN_VERBS = {"converted": "convert", "won": "be won", "lost": "be lost", "closed": "be closed", "created": "be added"}


def say_does(tree: Condition, entity: str) -> str:
    """Return the outcome as what the entities do: "place an order of category coffee", "convert"."""
    if isinstance(tree, Not):
        return f"not {say_does(tree.part, entity)}"
    if isinstance(tree, All | Some):
        return (" and " if isinstance(tree, All) else " or ").join(say_does(part, entity) for part in tree.parts)
    if isinstance(tree, Compare):
        return _compare(tree)
    if is_own(tree, entity) and tree.state in _OWN_VERBS:
        return f"{'not ' if tree.quantity == NONE else ''}{_OWN_VERBS[tree.state]}"
    if tree.measure == "amount":
        return "spend" + _had(tree).removeprefix("spent")
    verb = _VERBS.get((tree.thing, tree.state))
    state = "" if verb else tree.state
    return f"{verb or 'have'} {_plainly(replace(tree, state=state))}"


def _plainly(had: Had) -> str:
    """A thing without signs: "an order of category coffee"."""
    words = _had(replace(had, filters=()))
    for each in had.filters:
        if each.operator == "=" and each.values:
            listed = " or ".join(_value(value).strip("'") for value in each.values)
            named = "named" if each.column == THINGS[had.thing].named else f"of {each.column.replace('_', ' ')}"
            words += f" {named} {listed}"
        else:
            words += f" with {_compare(each).replace('_', ' ')}"
    return words
