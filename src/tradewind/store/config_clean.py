"""`[clean.*]`: how trouble in one column is treated; nothing is repaired without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from tradewind.store.config_section import Name, Section


class Parse(Section):
    """`parse = { … }` of a cleaned column: how its text is read, before it is typed.

    Args:
        format: strptime formats, tried in this order.
        decimal: the decimal sign of this column's text.
        strip: marks to take away from around a number, such as "€".
        units: the unit written behind a number to what the number is multiplied with.
        factor: what values are multiplied with, once typed.
        where: boolean expression over the contract table's columns: only these rows are multiplied.
    """

    format: str | tuple[str, ...] = ()
    decimal: Literal[".", ","] | None = None
    strip: tuple[Name, ...] = ()
    units: Mapping[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    factor: float | None = None
    where: str | None = None

    @property
    def formats(self) -> tuple[str, ...]:
        """The date formats, in order."""
        return (self.format,) if isinstance(self.format, str) else self.format


class CleanRule(Section):
    """`[clean.<contract table>.<column>]`: how trouble in one column is treated; nothing is repaired without it.

    Args:
        parse: how its text is read: `{ format, decimal, strip, units, factor, where }`.
        map: value as written to value meant; "" for no value.
        cap: lowest and highest value; what lies beyond is set to them.
        impute: a stated constant for missing values.
        drop: "column", or "rows where …" with a boolean expression over the contract table's columns.
        keep: `true`: what is found in this column is fine and is not told again; or the kinds of finding that are.
    """

    parse: Parse | None = None
    map: Mapping[str, str] = Field(default_factory=dict)
    cap: tuple[float, float] | None = None
    impute: str | float | bool | None = None
    drop: str | None = None
    keep: bool | tuple[str, ...] = False

    @property
    def treats(self) -> bool:
        """Whether it changes any row, rather than only keeping a finding quiet."""
        return bool(self.parse or self.map or self.cap or self.impute is not None or self.drop)
