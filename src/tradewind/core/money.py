"""Money: an amount that never forgets its currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tradewind.core.errors import ContractError, Problem

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


@dataclass(frozen=True)
class Money:
    """An amount in one currency.

    Args:
        amount: the amount in major units (dollars, not cents).
        currency: ISO 4217 code.
    """

    amount: Decimal | float | int
    currency: str

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ContractError(
                Problem("", "two currencies cannot be added", f"{self.currency} + {other.currency}", "one currency")
            )
        return Money(Decimal(str(self.amount)) + Decimal(str(other.amount)), self.currency)

    def __mul__(self, factor: float) -> Money:
        return Money(float(self.amount) * factor, self.currency)

    def __str__(self) -> str:
        return format_money(float(self.amount), self.currency)


def format_money(amount: float, currency: str) -> str:
    """Write an amount for people: cents below 100, whole units above, thousands separated."""
    sign = _SIGNS.get(currency, "")
    digits = f"{abs(amount):,.2f}" if abs(amount) < 100 else f"{abs(amount):,.0f}"
    minus = "−" if amount < 0 and float(digits.replace(",", "")) != 0 else ""
    return f"{minus}{sign}{digits}" if sign else f"{minus}{digits} {currency}"
