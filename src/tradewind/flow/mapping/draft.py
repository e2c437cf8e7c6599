"""A proposed mapping that waits for its owner: kept in the workspace with a version, so that nothing of it is lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tradewind.core.errors import Problem, StoreError, WorkspaceLocked
from tradewind.core.time import Clock
from tradewind.flow.mapping.sample_values import some_values
from tradewind.flow.progress import Progress
from tradewind.flow.start.init import MOST_QUESTIONS, Answers, look_at, settle
from tradewind.flow.start.try_out import Tried
from tradewind.flow.start.understand import CURRENCY, TIMEZONE
from tradewind.flow.uploads.receive import list_uploads, sets_of
from tradewind.sources.inventory import Found, FoundSource, FoundTable, Ignored
from tradewind.sources.proposal import (
    Guess,
    LeftOut,
    OpenQuestion,
    OrderState,
    Permission,
    Proposal,
    ProposedLabel,
    ProposedTable,
)
from tradewind.store.lock import workspace_lock
from tradewind.store.manifest import inside, replace_file
from tradewind.store.workspace import Workspace

DRAFTS = "drafts"
DRAFT_FILE = f"{DRAFTS}/mapping.json"
_MOST_CHANGES = 500


@dataclass(frozen=True)
class Change:
    """One value that somebody changed.

    Args:
        key: what it decides (`tables.orders.amount`, `workspace.currency`).
        was: the value before; empty where there was none.
        now: the value after; empty where it was taken away.
    """

    key: str
    was: str
    now: str


@dataclass(frozen=True)
class Saved:
    """One version.

    Args:
        version: its number.
        by: who saved it.
        at: when, naive UTC.
        changes: what was changed.
    """

    version: int
    by: str
    at: datetime
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class LookedFile:
    """One table that was looked at.

    Args:
        name: as mappings write it.
        shown: what people call it.
        rows: how many it has.
        columns: their names.
        samples: a few values of each.
        notes: choices made while reading it.
    """

    name: str
    shown: str
    rows: int
    columns: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A proposal on its way to a `tradewind.toml`.

    Args:
        version: rises with each save.
        of: fingerprint of the files that it was made from.
        sources: sections of the config.
        files: what was read.
        ignored: what is not used.
        proposal: what they are thought to mean, changes worked in.
        currency: of the workspace.
        timezone: of the workspace.
        margin: what is left of 100 of sales, as somebody said it; empty where nobody did.
        given: keys that somebody decided; the others are the likeliest answers.
        saved: every version, the oldest first.
    """

    version: int
    of: str
    sources: tuple[FoundSource, ...]
    files: tuple[LookedFile, ...]
    ignored: tuple[Ignored, ...]
    proposal: Proposal
    currency: str
    timezone: str
    margin: str = ""
    given: frozenset[str] = frozenset()
    saved: tuple[Saved, ...] = field(default_factory=tuple)

    @property
    def questions(self) -> tuple[OpenQuestion, ...]:
        """What only the owner can say, at most five."""
        return tuple(each for each in self.proposal.questions[:MOST_QUESTIONS] if each.options)

    def found(self) -> Found:
        """Return what was found, without rows, as the config is written from it."""
        return Found(list(self.sources), [], list(self.ignored))

    def answers(self) -> Answers:
        """Return what was asked with the answers that hold."""
        said = {"currency": self.currency, "timezone": self.timezone}
        asked = {question.key: (question, said.get(question.key, question.options[0])) for question in self.questions}
        for question in (CURRENCY, TIMEZONE):
            if question.key in self.given:
                asked[question.key] = (question, said[question.key])
        defaults = frozenset(key for key in asked if key not in self.given)
        return Answers(tuple(asked.values()), defaults, share_of(self.margin))


def share_of(of_100: str) -> float | None:
    """Return a number of 100, as somebody wrote it, as a share; None where it is none."""
    try:
        number = float(of_100.replace(",", ".").strip().removesuffix("%"))
    except ValueError:
        return None
    return round(number / 100, 6) if 0 <= number <= 100 else None


def look_at_uploads(root: Path, environ: Mapping[str, str], clock: Clock, progress: Progress) -> Draft:
    """Read all uploaded files, and keep what they are thought to mean as a new draft.

    Raises:
        SourceError: nothing can be read there.
        ConfigError: nothing of it is a table about customers, orders, leads or deals.
    """
    of = uploads_fingerprint(root)
    found, proposal = look_at(root, [str(folder) for folder in sets_of(root)], environ, clock, progress)
    first = {question.key: question.options[0] for question in proposal.questions if question.options}
    files = tuple(_looked(each) for each in found.tables)
    with changing(root, clock):
        before = read_draft(root)
        draft = Draft(
            1 if before is None else before.version + 1, of, tuple(found.sources), files, tuple(found.ignored),
            proposal, first.get("currency", "EUR"), first.get("timezone", "UTC"),
        )  # fmt: skip
        return write_draft(root, draft)


def _looked(table: FoundTable) -> LookedFile:
    columns = table.raw.data.column_names
    samples = tuple(some_values(table.raw, place) for place in range(len(columns)))
    return LookedFile(table.name, table.shown, table.raw.rows, tuple(columns), samples, table.raw.notes)


def try_draft(root: Path, reopen: Callable[[], Workspace], clock: Clock, progress: Progress) -> Tried:
    """Load what the draft says, and write what holds as the workspace's `tradewind.toml`; the draft is done with then.

    Args:
        root: the workspace folder.
        reopen: opens the workspace anew, once its config is written.
        clock: the present instant.
        progress: told what is being done.

    Raises:
        StoreError: there is no draft.
        TradewindError: nothing of it can be loaded.
    """
    draft = read_draft(root)
    if draft is None:
        raise StoreError(Problem("", "there is no proposed mapping", "", "uploaded files", "upload a file first"))
    rows = sum(each.rows for each in draft.files)
    with workspace_lock(root, "trying out the mapping", clock):
        tried = settle(root, draft.found(), draft.proposal, draft.answers(), rows, reopen, progress)
        with changing(root, clock):
            inside(root, DRAFT_FILE).unlink(missing_ok=True)
        return tried


def uploads_fingerprint(root: Path) -> str:
    """Return what changes when the uploaded files do."""
    facts = [(each.set, each.name, each.size, each.uploaded_at.isoformat()) for each in list_uploads(root)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


@contextmanager
def changing(root: Path, clock: Clock) -> Iterator[None]:
    """Keep others from saving a mapping at the same instant; a save takes milliseconds, so that one waits for it."""
    import time

    folder = inside(root, DRAFTS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            Problem(
                str(root), "the workspace cannot be written to", error.strerror or "", "a folder that may be written to"
            )
        ) from error
    for attempt in range(100):
        try:
            with workspace_lock(folder, "saving the mapping", clock):
                yield
            return
        except WorkspaceLocked:
            if attempt == 99:
                raise
        time.sleep(0.05)


def read_draft(root: Path) -> Draft | None:
    """Return the draft, or None; one that cannot be read counts as none and is made again."""
    path = inside(root, DRAFT_FILE)
    try:
        return _from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def write_draft(root: Path, draft: Draft) -> Draft:
    """Replace the draft; the caller holds `changing`."""
    kept = replace(draft, saved=draft.saved[-_MOST_CHANGES:])
    replace_file(inside(root, DRAFT_FILE), json.dumps(_to_json(kept), ensure_ascii=False, indent=1).encode())
    return kept


def _to_json(draft: Draft) -> dict[str, Any]:
    plain = asdict(draft)
    plain["given"] = sorted(draft.given)
    plain["saved"] = [saved_json(each) for each in draft.saved]
    return plain


def saved_json(saved: Saved) -> dict[str, Any]:
    """Return a version in JSON's terms."""
    return {**asdict(saved), "at": saved.at.isoformat()}


def saved_from(plain: Mapping[str, Any]) -> Saved:
    """Return a version from JSON's terms."""
    changes = tuple(Change(**each) for each in plain["changes"])
    return Saved(int(plain["version"]), str(plain["by"]), datetime.fromisoformat(plain["at"]), changes)


def _from_json(plain: Mapping[str, Any]) -> Draft:
    return Draft(
        int(plain["version"]),
        str(plain["of"]),
        tuple(FoundSource(**each) for each in plain["sources"]),
        tuple(
            LookedFile(**{**each, **_tuples(each, "columns", "notes"), "samples": tuple(map(tuple, each["samples"]))})
            for each in plain["files"]
        ),
        tuple(Ignored(**each) for each in plain["ignored"]),
        _proposal(plain["proposal"]),
        str(plain["currency"]),
        str(plain["timezone"]),
        str(plain.get("margin", "")),
        frozenset(plain["given"]),
        tuple(saved_from(each) for each in plain["saved"]),
    )


def _proposal(plain: Mapping[str, Any]) -> Proposal:
    return Proposal(
        tuple(_table(each) for each in plain["tables"]),
        tuple(ProposedLabel(**{**each, **_tuples(each, "negative")}) for each in plain["labels"]),
        tuple(OpenQuestion(**{**each, **_tuples(each, "options")}) for each in plain["questions"]),
        tuple(plain["undecided"]),
        dict(plain["unused"]),
        tuple(OrderState(**{**each, **_tuples(each, "values", "tables")}) for each in plain.get("states", ())),
        tuple(Permission(**{**each, **_tuples(each, "yes", "no")}) for each in plain.get("permissions", ())),
    )


def _table(plain: Mapping[str, Any]) -> ProposedTable:
    return ProposedTable(
        **{
            **plain,
            **_tuples(plain, "stable", "fill_down", "once_for"),
            "guesses": tuple(Guess(**each) for each in plain["guesses"]),
            "left_out": tuple(LeftOut(**each) for each in plain["left_out"]),
            "lookups": tuple((name, on) for name, on in plain["lookups"]),
        }
    )


def _tuples(plain: Mapping[str, Any], *names: str) -> dict[str, tuple[Any, ...]]:
    return {name: tuple(plain[name]) for name in names}
