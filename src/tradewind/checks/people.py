"""Are records people, or is one person several records? What was found, or how to find out."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.core.finding import Check

NAME = "One person, one record"


def check_duplicates(records: int, duplicates: int, by: str, switched_off: bool) -> Check:
    """Tell how many records are probably people who are there already, where nobody brings records together.

    Args:
        records: customers and leads.
        duplicates: records that a rule would join to another.
        by: the rules, in words ("12 by e-mail").
        switched_off: whether `[identity]` stands and says no.
    """
    if records == 0:
        return Check(NAME, "unknown", "there are no records of people", "map [tables.customers]")
    if duplicates == 0:
        return Check(NAME, "pass", f"no rule finds one person twice among {records:,} records")
    seen = f"{duplicates:,} of {records:,} records are probably people who are there already: {by}"
    do = "" if switched_off else "add the line [identity] to tradewind.toml to bring them together"
    return Check(NAME, "pass" if switched_off else "warn", seen, do)


def check_resolved(summary: str, said: Sequence[str], review: int) -> Check:
    """Tell what bringing records together came to.

    Args:
        summary: one sentence with the counts.
        said: what else people should know.
        review: pairs that need an eye.
    """
    look = 'look at them: tradewind sql "SELECT * FROM identity_review", then tradewind merge or unmerge'
    return Check(NAME, "warn" if review else "pass", "; ".join([summary, *said]), look if review else "")
