"""One list of Today in words: the same on the page, in the mail and on the command line."""

from __future__ import annotations

from tradewind.core.words import say
from tradewind.flow.today.contents import ListToday
from tradewind.report.numbers import say_count, say_money, say_of_100


def say_part(each: ListToday) -> str:
    """Return how many there are to work on: "754 customers worth contacting"."""
    people = each.one if each.count == 1 else each.people
    return say(f"today.part.{each.part}", count=say_count(each.count), people=people)


def say_amount(each: ListToday, currency: str) -> tuple[str, str]:
    """Return the money of a list and what that money is; both empty where nobody knows any."""
    if each.amount is None or not each.amount_is:
        return "", ""
    return say_money(each.amount, currency), say(f"today.amount.{each.amount_is}", share=say_of_100(each.share))


def say_how(each: ListToday) -> str:
    """Return how the count and the money of a list are worked out."""
    part = say(f"today.how.part.{each.part}")
    if not each.amount_is:
        return part
    worth = f" {say('today.how.worth', worth=each.worth)}" if each.worth else ""
    return f"{part} {say(f'today.how.{each.amount_is}')}{worth}"
