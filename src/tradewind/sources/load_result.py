"""What a load did to one table, in figures and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tradewind.sources.mapping import Counts
from tradewind.sources.versions import Merged


@dataclass(frozen=True)
class LoadResult:
    """What a load did to one contract table.

    Args:
        table: the contract table.
        source: the source table it is made from.
        counts: where every source row went.
        new: rows that were not there before.
        changed: rows that changed; their old versions are kept.
        unchanged: rows that are as they were.
        gone: rows that the source no longer holds; they stay, or are closed where the mapping says so.
        late: new rows that should have come with an earlier load.
        dropped: rows of an earlier mapping that the source no longer holds, left behind.
        rows: row versions now stored.
        notes: what people should see.
        skipped: whether nothing had changed, so that nothing was read again.
        seconds: how long it took.
        before: rows that the source held at the load before; 0 at the first.
        deleted: whether rows that are gone count as deleted.
    """

    table: str
    source: str
    counts: Counts = Counts()
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    late: int = 0
    dropped: int = 0
    rows: int = 0
    notes: tuple[str, ...] = ()
    skipped: bool = False
    seconds: float = 0.0
    before: int = 0
    deleted: bool = False

    def to_values(self) -> dict[str, Any]:
        """Return it in JSON's terms."""
        return asdict(self)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> LoadResult:
        """Read it back from JSON's terms."""
        known = {**values, "counts": Counts(**values["counts"]), "notes": tuple(values["notes"])}
        return cls(**known)


def merge_notes(merged: Merged, deleted: bool) -> list[str]:
    """Say what people should know of a merge.

    Args:
        merged: what it did.
        deleted: whether rows that the source no longer holds count as deleted.
    """
    said = []
    if merged.late:
        said.append(f"{merged.late:,} rows came late; they count as known from this load on")
    if merged.gone:
        fate = "they count as deleted from this load on" if deleted else "they are kept"
        said.append(f"{merged.gone:,} rows are no longer in the source; {fate}")
    if merged.dropped:
        said.append(
            f"the mapping changed, and {merged.dropped:,} rows made under the old one are no longer in the source"
        )
    return said
