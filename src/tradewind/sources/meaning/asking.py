"""What only the owner of the data can say: at most five questions, most valuable first, never what the data decide."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tradewind.sources.meaning.assembling import Draft
from tradewind.sources.meaning.vocabulary import known_values
from tradewind.sources.proposal import OpenQuestion, ProposedLabel, ProposedTable

MOST = 5
_SURE = 0.9


def open_questions(
    drafts: Sequence[Draft], tables: Sequence[ProposedTable], labels: Sequence[ProposedLabel]
) -> tuple[OpenQuestion, ...]:
    """Return what to ask, most valuable first."""
    country = _country(drafts)
    currency = _currency(drafts)
    asked = [
        *_amounts(drafts),
        *_currency_question(drafts, tables, currency, country),
        *_day_first(drafts),
        *_label(labels, drafts),
        *_timezone(drafts, currency, country),
    ]
    return tuple(asked[:MOST])


def _country(drafts: Sequence[Draft]) -> str:
    """The country most rows name, in lower case."""
    for draft in drafts:
        for column in draft.source.columns:
            if column.kind == "country" and column.top and column.top[0][1] > 0.5 * column.filled:
                return column.top[0][0].lower()
    return ""


def _currency(drafts: Sequence[Draft]) -> str:
    """The currency that signs or codes in the data show."""
    for draft in drafts:
        for column in draft.source.columns:
            if column.number is not None and column.number.currency:
                return column.number.currency
            codes = known_values().currency_codes
            if column.kind in ("currency", "constant") and column.top and column.top[0][0].upper() in codes:
                return column.top[0][0].upper()
    return _in_header(drafts)


_MONEY = ("amount", "monthly_amount", "price", "cost")


def _in_header(drafts: Sequence[Draft]) -> str:
    """The currency that stands in the header of a mapped amount: “Betrag (€)”, “total_usd”."""
    values = known_values()
    for draft in drafts:
        guesses = [guess for name in _MONEY if (guess := draft.guesses.get(name)) is not None]
        for column in draft.source.columns:
            if not any(column.name in guess.expression for guess in guesses):
                continue
            signs = [code for sign, code in values.currency_signs.items() if not sign.isalpha() and sign in column.name]
            words = [word.upper() for word in re.split(r"[\W_]+", column.name)]
            found = [*signs, *(word for word in words if word in values.currency_codes)]
            if found:
                return found[0]
    return ""


def _several(drafts: Sequence[Draft]) -> tuple[str, ...]:
    """The codes of the first column that holds currencies, the most frequent first."""
    for draft in drafts:
        for column in draft.source.columns:
            if column.kind == "currency" and len(column.top) > 1:
                codes = dict.fromkeys(value.upper() for value, _ in column.top)
                return tuple(code for code in codes if code in known_values().currency_codes)
    return ()


def _currency_question(
    drafts: Sequence[Draft], tables: Sequence[ProposedTable], currency: str, country: str
) -> list[OpenQuestion]:
    money = any(table.guess(name) is not None for table in tables for name in _MONEY)
    several = _several(drafts)
    if money and currency and len(several) > 1:
        text = f"The amounts are in {', '.join(several)}. In which currency does the business count?"
        rates = any(table.table == "rates" for table in tables)
        why = (
            "the others are converted at the rate of their day"
            if rates
            else ("without a table of rates the others are never added up (map [tables.rates])")
        )
        return [OpenQuestion("currency", text, tuple(dict.fromkeys([currency, *several])), why)]
    if currency:
        why = "the data show it; all amounts are called by it"
        return (
            [OpenQuestion("currency", "In which currency does the business count?", (currency,), why)] if money else []
        )
    if not money:
        return []
    likely = known_values().currency_of_zone.get(known_values().zones.get(country, ""), "EUR")
    options = tuple(dict.fromkeys([likely, "EUR", "USD", "GBP"]))
    hint = f"; {country.title()} is the country most rows name" if country else ""
    return [OpenQuestion("currency", "In which currency are the amounts? No sign or code shows it" + hint, options,
                         "all amounts are called by it")]  # fmt: skip


def _timezone(drafts: Sequence[Draft], currency: str, country: str) -> list[OpenQuestion]:
    read = [
        (table, column)
        for draft in drafts
        for table, place in _times_read(draft)
        for column in (draft.world.tables[table].columns[place],)
    ]
    naive = [
        (drafts[0].world.tables[table].short, column.name)
        for table, column in read
        if column.time is not None and column.time.zone == "naive" and column.time.clock > 0
    ]
    likely = known_values().zones.get(country) or known_values().zone_of_currency.get(currency, "")
    options = tuple(dict.fromkeys([zone for zone in (likely, "UTC", "Europe/Berlin", "America/New_York") if zone]))
    if naive:
        text = f"In which time zone are the times of {naive[0][0]} ({naive[0][1]}) written? They do not say"
        return [OpenQuestion("timezone", text, options, "it moves orders near midnight to another day")]
    return []


def _times_read(draft: Draft) -> list[tuple[int, int]]:
    """(table, place) of every time that a guess reads, of this table or of one joined to it."""
    tables = [draft.one.source, *draft.serving]
    return [
        (table, time.place)
        for table in tables
        for time in draft.world.times(table)
        if any(time.name in guess.expression for guess in draft.guesses.values())
    ]


def _amounts(drafts: Sequence[Draft]) -> list[OpenQuestion]:
    asked = []
    for draft in drafts:
        guess = draft.guesses.get("amount")
        if guess is not None and draft.others and guess.confidence < _SURE and draft.one.table != "deals":
            text = f"Which is what was paid for a row of {draft.source.short}?"
            options = (guess.expression, *draft.others)[:3]
            key = f"tables.{draft.one.table}.amount"
            asked.append(OpenQuestion(key, text, options, "all revenue is counted by it"))
    return asked


def _day_first(drafts: Sequence[Draft]) -> list[OpenQuestion]:
    asked = []
    for draft in drafts:
        for guess in draft.guesses.values():
            for column in draft.source.columns:
                time = column.time
                if time is not None and time.twin and guess.format == time.format and column.name in guess.expression:
                    example = column.top[0][0] if column.top else ""
                    first = "day first" if time.format.startswith("%d") else "month first"
                    text = f"Is {column.name} in {draft.source.short} written day first or month first (“{example}”)?"
                    text += f" Both fit every value; {first} is taken"
                    key = f"tables.{draft.one.table}.format.{guess.column}"
                    asked.append(
                        OpenQuestion(key, text, (time.format, time.twin), "it moves most dates to another month")
                    )
    return asked


def _label(labels: Sequence[ProposedLabel], drafts: Sequence[Draft]) -> list[OpenQuestion]:
    asked = []
    for label in labels:
        places = [(draft, draft.places[label.column][0]) for draft in drafts if draft.one.table == label.table]
        column = next((draft.source.columns[place] for draft, place in places), None)
        if column is None or label.confidence >= _SURE:
            continue
        options = (label.positive, *(value for value, _ in column.top if value != label.positive))
        text = f"Which value of {label.column} is the outcome to foresee?"
        asked.append(
            OpenQuestion(f"labels.{label.name}.positive", text, options, "the other value means that it did not come")
        )
    return asked
