"""Columns that say who may be contacted, in one plain sentence with the number of people."""

from __future__ import annotations

from tradewind.sources.meaning.permissions import MAY, OTHER
from tradewind.sources.proposal import Permission

_DONE = {"email": "written to", "phone": "called", "": "contacted"}


def say_permission(told: Permission) -> str:
    """Return "312 of 1,204 customers may not be written to, 800 may; of 92 nobody knows."."""
    who = "leads" if told.of == "leads" else "customers"
    if told.sense == OTHER:
        return f"“{told.column}” is not about permission."
    refused, agreed = (told.people_no, told.people_yes) if told.sense == MAY else (told.people_yes, 0)
    begun = f"{refused:,} of {told.people:,} {who} may not be {_DONE[told.way]}"
    if told.sense != MAY:
        return f"{begun}. Whether the others may, nobody said."
    open_ = told.people - refused - agreed
    unknown = f"; of {open_:,} nobody knows" if open_ else ""
    by = " by e-mail" if not told.way else ""
    return f"{begun}, {agreed:,} may{by}{unknown}."


def say_values(told: Permission) -> str:
    """Return from what it is told."""
    yes, no = (", ".join(f"“{value}”" for value in values) for values in (told.yes, told.no))
    if not yes and not no:
        return f"“{told.column}” holds a day or nothing"
    return f"“{told.column}” is {' or '.join(part for part in (yes, no) if part)}"
