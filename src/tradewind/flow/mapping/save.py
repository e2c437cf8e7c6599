"""A mapping changed from a page: checked, saved with a version, and never over what somebody else has just saved."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import ConfigError, Problem, StoreError, UnsafeExpression
from tradewind.core.time import Clock
from tradewind.flow.mapping.checks import is_check, why_no_choice
from tradewind.flow.mapping.draft import (
    DRAFTS,
    Change,
    Draft,
    Saved,
    changing,
    read_draft,
    saved_from,
    saved_json,
    share_of,
    write_draft,
)
from tradewind.flow.mapping.edit_config import edit_config
from tradewind.flow.mapping.preview import preview_table
from tradewind.flow.mapping.values import (
    MARGIN,
    may_be_changed,
    question_key,
    values_of_config,
    values_of_draft,
    with_changes,
)
from tradewind.flow.start.answered import why_no_answer
from tradewind.flow.start.init import config_text
from tradewind.flow.start.understand import CURRENCY, TIMEZONE
from tradewind.store.config import CONFIG_FILE, LARGEST, parse_config
from tradewind.store.expressions import parse_scalar
from tradewind.store.manifest import inside, replace_file
from tradewind.store.question_folders import read_question_folders
from tradewind.store.workspace import Workspace

JOURNAL = f"{DRAFTS}/saved.json"
_MOST_SAVED = 500
_LONGEST = 2_000


@dataclass(frozen=True)
class Standing:
    """A mapping as it stands.

    Args:
        version: what a form must name to be saved over it.
        number: of the version, for people.
        values: key to value.
        draft: the proposal, where no workspace has been made of it yet.
        text: `tradewind.toml`, where there is one.
        saved: who changed what from these pages, the oldest first.
    """

    version: str
    number: int
    values: Mapping[str, str]
    draft: Draft | None
    text: str
    saved: tuple[Saved, ...]


@dataclass(frozen=True)
class Clash:
    """One value that two people changed, or that somebody else changed meanwhile.

    Args:
        key: what it decides.
        was: as both saw it first.
        theirs: as it stands now.
        mine: as this form says; the same as `was` where it was not touched.
        by: whose change it is, as far as that is known.
        at: when, in words; empty where not known.
    """

    key: str
    was: str
    theirs: str
    mine: str
    by: str
    at: str

    @property
    def both(self) -> bool:
        """Whether one of the two must give way."""
        return self.mine not in (self.was, self.theirs)


@dataclass(frozen=True)
class Outcome:
    """What came of a save.

    Args:
        standing: the mapping as it stands now.
        done: whether it was saved; with nothing to save it was too.
        problems: what is wrong with the values; nothing was saved then.
        clashes: what somebody else saved meanwhile; nothing was saved then.
    """

    standing: Standing
    done: bool = False
    problems: tuple[Problem, ...] = ()
    clashes: tuple[Clash, ...] = ()


def standing_mapping(root: Path) -> Standing | None:
    """Return the mapping as it stands: of the workspace, else of the draft; None where there is neither.

    Raises:
        ConfigError: `tradewind.toml` cannot be read.
    """
    draft = read_draft(root)
    if draft is not None:  # also beside a config: a try that was interrupted left one behind
        return Standing(f"draft {draft.version}", draft.version, values_of_draft(draft), draft, "", draft.saved)
    path = root / CONFIG_FILE
    return _standing_config(root, path) if path.is_file() else None


def changes_between(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    """Return what a form changed: only what it shows is compared; tables come before their columns."""
    found = [
        Change(key, was.get(key, ""), text)
        for key, value in now.items()
        if (text := value.strip()) != was.get(key, "").strip()
    ]
    return tuple(sorted(found, key=lambda each: (not each.key.endswith(".from"), each.key)))


def save_mapping(
    root: Path,
    version: str,
    was: Mapping[str, str],
    now: Mapping[str, str],
    by: str,
    clock: Clock,
    environ: Mapping[str, str],
) -> Outcome:
    """Save what a form changed.

    Args:
        root: the workspace folder.
        version: as the form saw it.
        was: the values that the form showed.
        now: the values that it sends.
        by: who saves.
        clock: the present instant.
        environ: environment variables, for the check of the config.
    Returns:
        saved; or what is wrong beside each value; or what somebody else saved meanwhile.
    Raises:
        StoreError: there is no mapping, or it cannot be written.
    """
    changes = changes_between(was, now)
    with changing(root, clock):
        standing = standing_mapping(root)
        if standing is None:
            raise StoreError(Problem("", "there is no mapping yet", "", "uploaded files", "upload a file first"))
        if standing.version != version:
            clashes = _clashes(standing, was, changes)
            if clashes:
                return Outcome(standing, clashes=clashes)
        changes = tuple(each for each in changes if standing.values.get(each.key, "") != each.now)
        changes = tuple(replace(each, was=standing.values.get(each.key, "")) for each in changes)
        problems = value_problems(standing, changes)
        if problems:
            return Outcome(standing, problems=problems)
        if not changes:
            return Outcome(standing, done=True)
        changed = changed_workspace(root, standing, changes, clock, environ)
        problems = changed if isinstance(changed, tuple) else _does_not_fit(changed, changes)
        if problems:
            return Outcome(standing, problems=problems)
        _write(root, standing, changes, by, clock)
        after = standing_mapping(root)
        assert after is not None
        return Outcome(after, done=True)


def confirm_answers(root: Path, keys: Sequence[str], clock: Clock) -> None:
    """Note that somebody looked at the draft's questions and let the likeliest answers stand."""
    with changing(root, clock):
        draft = read_draft(root)
        if draft is not None:
            said = {question.key for question in draft.questions if question_key(question.key) in keys}
            write_draft(root, replace(draft, given=draft.given | said))


def value_problems(standing: Standing, changes: Sequence[Change]) -> tuple[Problem, ...]:
    """Return what is wrong with values by themselves: no expression, no currency, not to be changed from a page."""
    found: list[Problem] = []
    for change in changes:
        if standing.draft is not None and is_check(change.key):
            if why := why_no_choice(standing.draft.proposal, change.key, change.now):
                found.append(Problem(change.key, why, change.now[:80], "one of the answers on the page"))
        elif standing.draft is not None and change.key == MARGIN:
            if change.now and share_of(change.now) is None:
                expected = "a number from 0 to 100, or nothing"
                found.append(Problem(change.key, "this is no number of 100", change.now[:80], expected))
        elif not may_be_changed(change.key):
            found.append(Problem(change.key, "this cannot be changed from here", "", "", f"change it in {CONFIG_FILE}"))
        elif len(change.now) > _LONGEST:
            found.append(
                Problem(change.key, "this is too long", f"{len(change.now):,} characters", f"at most {_LONGEST:,}")
            )
        elif change.key.startswith("workspace."):
            question = CURRENCY if change.key.endswith("currency") else TIMEZONE
            if why := why_no_answer(question, change.now):
                found.append(Problem(change.key, why, "", "EUR" if question is CURRENCY else "Europe/Berlin"))
        elif change.now and is_expression(change.key):
            found += _expression_problems(change)
        elif not change.now and _is_required(change.key) and f"{_table_of(change.key)}.from" in standing.values:
            found.append(Problem(change.key, "this column is needed", "", "a column of your file, or an expression"))
    return tuple(found)


def changed_workspace(
    root: Path, standing: Standing, changes: Sequence[Change], clock: Clock, environ: Mapping[str, str]
) -> Workspace | tuple[Problem, ...]:
    """Return the workspace as it would be with some changes, nothing written; or what its config says against them."""
    try:
        text = _text_with(root, standing, changes, clock)
        folders = read_question_folders(root, [])
        config = parse_config(tomllib.loads(text), environ, text, folders)
    except (ConfigError, UnsafeExpression) as error:
        return error.problems
    return Workspace(root.resolve(), config, clock, environ)


def _text_with(root: Path, standing: Standing, changes: Sequence[Change], clock: Clock) -> str:
    if standing.draft is None:
        return edit_config(standing.text, changes)
    draft = with_changes(standing.draft, changes, clock().date())
    return config_text(root, draft.found(), draft.proposal, draft.answers())


def _does_not_fit(workspace: Workspace, changes: Sequence[Change]) -> tuple[Problem, ...]:
    """What the files say against the changed tables: columns that are not there, values that cannot be read."""
    names = {_table_of(each.key).removeprefix("tables.") for each in changes if each.key.startswith("tables.")}
    tables = [name for name in names if name in workspace.config.tables]
    return tuple(problem for name in sorted(tables) for problem in preview_table(workspace, name).problems)


def _write(root: Path, standing: Standing, changes: tuple[Change, ...], by: str, clock: Clock) -> None:
    if standing.draft is not None:
        saved = Saved(standing.number + 1, by, clock(), changes)
        draft = with_changes(standing.draft, changes, clock().date())
        write_draft(root, replace(draft, version=saved.version, saved=(*draft.saved, saved)))
        return
    save_text(root, standing, edit_config(standing.text, changes), changes, by, clock)


def save_text(root: Path, standing: Standing, text: str, changes: tuple[Change, ...], by: str, clock: Clock) -> None:
    """Replace `tradewind.toml`, and note who changed what; the caller holds `changing`.

    Args:
        root: the workspace folder.
        standing: the mapping that was changed.
        text: the file as it shall be.
        changes: what was changed.
        by: who.
        clock: the present instant.
    """
    saved = Saved(standing.number + 1, by, clock(), changes)
    replace_file(root / CONFIG_FILE, text.encode())
    journal = [{**saved_json(each)} for each in standing.saved][-_MOST_SAVED:]
    content = {"after": _digest(text), "saved": [*journal, saved_json(saved)]}
    replace_file(inside(root, JOURNAL), json.dumps(content, ensure_ascii=False, indent=1).encode())


def _standing_config(root: Path, path: Path) -> Standing:
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError(Problem(CONFIG_FILE, "this is too large for a configuration", "", f"{LARGEST} bytes"))
        text = path.read_text(encoding="utf-8-sig")
        values = values_of_config(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        raise ConfigError(
            Problem(CONFIG_FILE, "this configuration cannot be read", str(error)[:200], "valid TOML")
        ) from error
    saved, after = _journal(root)
    number = len(saved) + 1 + (1 if after and after != _digest(text) else 0)
    return Standing(_digest(text), number, values, None, text, saved)


def _journal(root: Path) -> tuple[tuple[Saved, ...], str]:
    try:
        plain = json.loads(inside(root, JOURNAL).read_text(encoding="utf-8"))
        return tuple(saved_from(each) for each in plain["saved"]), str(plain["after"])
    except (OSError, ValueError, KeyError, TypeError):
        return (), ""


def _clashes(standing: Standing, was: Mapping[str, str], mine: Sequence[Change]) -> tuple[Clash, ...]:
    """What changed since the form was shown, and what the form says to it."""
    said = {change.key: change.now for change in mine}
    found = []
    for key, shown in was.items():
        stands = standing.values.get(key, "")
        if stands != shown:
            last = next((each for each in reversed(standing.saved) if any(c.key == key for c in each.changes)), None)
            by = last.by if last is not None else "somebody who changed the file itself"
            at = f"{last.at:%Y-%m-%d %H:%M} UTC" if last is not None else ""
            found.append(Clash(key, shown, stands, said.get(key, shown), by, at))
    return tuple(found)


def _expression_problems(change: Change) -> tuple[Problem, ...]:
    try:
        parse_scalar(change.now, change.key)
    except UnsafeExpression as error:
        return error.problems
    return ()


def is_expression(key: str) -> bool:
    """Return whether an expression stands under a key."""
    parts = key.split(".")
    return parts[0] == "tables" and len(parts) == 3 and parts[2] not in ("from", "timezone")


def _is_required(key: str) -> bool:
    parts = key.split(".")
    column = CONTRACT[parts[1]].column(parts[2]) if parts[0] == "tables" and len(parts) == 3 else None
    return column is not None and column.must_be_mapped


def _table_of(key: str) -> str:
    return ".".join(key.split(".")[:2])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
