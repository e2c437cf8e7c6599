"""What every section of the configuration is made of: strict, frozen, with spans and names as types of their own."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tradewind.core.errors import ConfigError
from tradewind.core.time import Days, parse_days


class Section(BaseModel):
    """One section of `tradewind.toml`: unknown keys are refused, values do not change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True, strict=False
    )


def _read_span(value: object) -> object:
    if isinstance(value, Days):
        return value
    try:
        return parse_days(str(value))
    except ConfigError as error:
        raise ValueError(f"expected {error.problems[0].expected}") from error


Span = Annotated[Days, BeforeValidator(_read_span)]
Name = Annotated[str, Field(min_length=1)]


def _check_budget(value: str) -> str:
    if re.fullmatch(r"\s*[1-9]\d{0,5}\s*(seconds?|minutes?|trials?)\s*", value, re.IGNORECASE) is None:
        raise ValueError('expected a time or a number of trials: "60 seconds", "5 minutes", "40 trials"')
    return value


TuningBudget = Annotated[str, AfterValidator(_check_budget)]
"""How long to look for better settings: `60 seconds`, `5 minutes`, `40 trials`."""
