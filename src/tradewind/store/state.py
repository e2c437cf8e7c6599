"""The state database: runs, steps, loads and model versions, on SQLite or Postgres alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tradewind.core.errors import Problem, StoreError
from tradewind.core.feedback import Feedback
from tradewind.core.identity import Decision
from tradewind.store.manifest import FORMAT, inside, wrong_format
from tradewind.store.state_connection import PATIENCE_MS, STATE_FILE, connect, from_micros, reading, to_micros, writing
from tradewind.store.state_schema import (
    ADDED_COLUMNS,
    API_TOKENS,
    FEEDBACK,
    FEEDBACK_TAKEN_BACK,
    IDENTITY_DECISIONS,
    LOADS,
    META,
    MODEL_VERSIONS,
    RUNS,
    SCHEMA,
    STEPS,
    USERS,
)


@dataclass(frozen=True)
class Run:
    """One run of a command; `status` is running, done, findings, failed or interrupted."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    snapshot_id: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Load:
    """One time that a contract table was read from its sources."""

    table: str
    loaded_at: datetime
    fingerprint: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class ModelVersion:
    """One saved model; `path` is relative to the workspace."""

    use_case: str
    version: str
    created_at: datetime
    path: str
    snapshot_id: str
    card: Mapping[str, Any]


class State:
    """The rows of one workspace's state database.

    Args:
        engine: an SQLAlchemy engine whose tables exist; see `open_state`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> sa.Engine:
        """The database, for the rows that have a file of their own."""
        return self._engine

    def begin_run(self, run_id: str, command: str, at: datetime, details: Mapping[str, Any] | None = None) -> None:
        """Note that a run began."""
        row = {
            "run_id": run_id, "command": command, "started_at": to_micros(at), "status": "running",
            "details": _dump(details or {}),
        }  # fmt: skip
        with writing(self._engine) as connection:
            connection.execute(RUNS.insert().values(row))

    def finish_run(
        self,
        run_id: str,
        status: str,
        at: datetime,
        snapshot_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Note how a run ended."""
        values = {
            "status": status, "finished_at": to_micros(at), "snapshot_id": snapshot_id, "details": _dump(details or {}),
        }  # fmt: skip
        with writing(self._engine) as connection:
            connection.execute(RUNS.update().where(RUNS.c.run_id == run_id).values(values))

    def runs(self, limit: int = 20) -> list[Run]:
        """Return the newest runs, newest first."""
        query = RUNS.select().order_by(RUNS.c.started_at.desc(), RUNS.c.run_id.desc()).limit(limit)
        return [run_of(row) for row in self._rows(query)]

    def find_step(self, name: str, fingerprint: str) -> dict[str, Any] | None:
        """Return what a step left when it ran with exactly these inputs, or None."""
        query = STEPS.select().where(STEPS.c.name == name, STEPS.c.fingerprint == fingerprint)
        rows = self._rows(query)
        return _load(rows[0].output) if rows else None

    def record_step(self, name: str, fingerprint: str, output: Mapping[str, Any], at: datetime) -> None:
        """Note what a step left; the same step again replaces the note."""
        same = (STEPS.c.name == name) & (STEPS.c.fingerprint == fingerprint)
        row = {"name": name, "fingerprint": fingerprint, "recorded_at": to_micros(at), "output": _dump(output)}
        self._replace(STEPS, same, row)

    def last_load(self, table: str) -> Load | None:
        """Return the newest load of a contract table, or None before the first."""
        query = LOADS.select().where(LOADS.c.table_name == table).order_by(LOADS.c.loaded_at.desc()).limit(1)
        for row in self._rows(query):
            return Load(row.table_name, from_micros(row.loaded_at), row.fingerprint, _load(row.details))
        return None

    def record_load(
        self, table: str, loaded_at: datetime, fingerprint: str, details: Mapping[str, Any] | None = None
    ) -> None:
        """Note that a contract table was read from sources with this fingerprint."""
        micros = to_micros(loaded_at)
        same = (LOADS.c.table_name == table) & (LOADS.c.loaded_at == micros)
        row = {"table_name": table, "loaded_at": micros, "fingerprint": fingerprint, "details": _dump(details or {})}
        self._replace(LOADS, same, row)

    def record_model(
        self, use_case: str, version: str, at: datetime, path: str, snapshot_id: str, card: Mapping[str, Any]
    ) -> None:
        """Note a saved model; the same version again replaces the note and makes it the newest."""
        same = (MODEL_VERSIONS.c.use_case == use_case) & (MODEL_VERSIONS.c.version == version)
        row = {
            "use_case": use_case, "version": version, "created_at": to_micros(at), "path": path,
            "snapshot_id": snapshot_id, "card": _dump(card),
        }  # fmt: skip
        self._replace(MODEL_VERSIONS, same, row)

    def models(self, use_case: str) -> list[ModelVersion]:
        """Return a use case's saved models, newest first."""
        query = (
            MODEL_VERSIONS.select()
            .where(MODEL_VERSIONS.c.use_case == use_case)
            .order_by(MODEL_VERSIONS.c.created_at.desc(), MODEL_VERSIONS.c.version.desc())
        )
        return [
            ModelVersion(
                row.use_case, row.version, from_micros(row.created_at), row.path, row.snapshot_id, _load(row.card)
            )
            for row in self._rows(query)
        ]

    def newest_model(self, use_case: str) -> ModelVersion | None:
        """Return a use case's newest saved model, or None."""
        return next(iter(self.models(use_case)), None)

    def record_decision(self, decision: Decision) -> None:
        """Note a person's word on two records; earlier words stay and are outranked."""
        left, right = sorted((decision.left, decision.right))
        micros, table = to_micros(decision.decided_at), IDENTITY_DECISIONS
        same = (table.c.left_key == left) & (table.c.right_key == right) & (table.c.decided_at == micros)
        row = {"left_key": left, "right_key": right, "decided_at": micros}
        row |= {"verdict": decision.verdict, "why": decision.why}
        self._replace(table, same, row)

    def decisions(self) -> list[Decision]:
        """Return every word on two records, oldest first; of one pair the last one holds."""
        table = IDENTITY_DECISIONS
        query = table.select().order_by(table.c.decided_at, table.c.left_key, table.c.right_key)
        return [
            Decision(row.left_key, row.right_key, row.verdict, from_micros(row.decided_at), row.why)
            for row in self._rows(query)
        ]

    def record_feedback(self, feedback: Feedback) -> None:
        """Note what a person said of a row of a list; what was said before stays."""
        row = {
            "feedback_id": feedback.feedback_id, "question": feedback.question, "entity": feedback.entity,
            "entity_id": feedback.entity_id, "verdict": feedback.verdict, "because": feedback.because,
            "until_day": None if feedback.until is None else feedback.until.isoformat(),
            "given_by": feedback.by, "given_at": to_micros(feedback.at), "model_version": feedback.model_version,
            "as_of": None if feedback.as_of is None else feedback.as_of.isoformat(),
            "shown": _dump({"score": feedback.score, "usual": feedback.usual}),
            "giver_id": feedback.by_id or None, "giver_kind": feedback.by_kind or None,
        }  # fmt: skip
        with writing(self._engine) as connection:
            connection.execute(FEEDBACK.insert().values(row))

    def feedback(self, question: str = "") -> list[Feedback]:
        """Return all that was said and not taken back, oldest first; of one question where it is named."""
        taken_back = FEEDBACK.c.feedback_id.in_(sa.select(FEEDBACK_TAKEN_BACK.c.feedback_id))
        query = said_query().where(~taken_back).order_by(FEEDBACK.c.given_at, FEEDBACK.c.feedback_id)
        rows = self._rows(query.where(FEEDBACK.c.question == question) if question else query)
        return [feedback_of(row) for row in rows]

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        with reading(self._engine) as connection:
            return list(connection.execute(query).fetchall())

    def _replace(self, table: sa.Table, same: sa.ColumnElement[bool], row: Mapping[str, object]) -> None:
        with writing(self._engine) as connection:
            connection.execute(table.delete().where(same))
            connection.execute(table.insert().values(dict(row)))


def run_of(row: Any) -> Run:
    """Return a row of the table `runs`."""
    finished = None if row.finished_at is None else from_micros(row.finished_at)
    started, details = from_micros(row.started_at), _load(row.details)
    return Run(row.run_id, row.command, started, finished, row.status, row.snapshot_id, details)


def said_query() -> sa.Select[Any]:
    """Return the SELECT of what was said, under the present name of whoever said it, if he is still there."""
    name = sa.func.coalesce(USERS.c.name, API_TOKENS.c.name, FEEDBACK.c.given_by).label("given_by")
    user = (FEEDBACK.c.giver_kind == "user") & (FEEDBACK.c.giver_id == USERS.c.user_id)
    token = (FEEDBACK.c.giver_kind == "token") & (FEEDBACK.c.giver_id == API_TOKENS.c.token_id)
    columns = [column for column in FEEDBACK.c if column.name != "given_by"]
    return sa.select(*columns, name).select_from(FEEDBACK.outerjoin(USERS, user).outerjoin(API_TOKENS, token))


def feedback_of(row: Any) -> Feedback:
    """Return a row of `said_query` as what somebody said."""
    return Feedback(
        row.feedback_id, row.question, row.entity, row.entity_id, row.verdict, row.because, _day(row.until_day),
        row.given_by, from_micros(row.given_at), row.model_version, _day(row.as_of), **_load(row.shown),
        by_id=row.giver_id or "", by_kind=row.giver_kind or "",
    )  # fmt: skip


def open_state(url: str, patience_ms: int = PATIENCE_MS) -> State:
    """Open a state database and make its tables where it has none.

    Args:
        url: `sqlite:///...` or `postgresql://...`.
        patience_ms: how long SQLite waits for another writer.
    Raises:
        FormatError: another format version wrote it.
        StoreError: it cannot be reached, read or written.
    """
    engine = connect(url, patience_ms)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7250100)"))  # two first starts at once
        written = _written_format(connection)
        if written in (None, str(FORMAT)):
            SCHEMA.create_all(connection)  # also tables that came with a later release of the same format
            _add_columns(connection)
        if written is None:
            connection.execute(META.insert().values(name="format", value=str(FORMAT)))
    if written not in (None, str(FORMAT)):
        engine.dispose()
        raise wrong_format(Path(STATE_FILE), int(written) if written.isdigit() else written)
    return State(engine)


def _add_columns(connection: sa.Connection) -> None:
    """Add the columns that an older release of the same format did not have."""
    for table, names in ADDED_COLUMNS:
        there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
        for name in (name for name in names if name not in there):
            kind = table.c[name].type.compile(connection.dialect)
            connection.execute(sa.text(f'ALTER TABLE {table.name} ADD COLUMN "{name}" {kind}'))


def _written_format(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(META.name):
        return None
    return str(connection.execute(sa.select(META.c.value).where(META.c.name == "format")).scalar())


def sqlite_url(root: Path) -> str:
    """Return the address of a workspace's own state database.

    Raises:
        StoreError: it, or a file that SQLite keeps beside it, is a symlink that leads out of the workspace.
    """
    for beside in ("-wal", "-shm", "-journal"):
        inside(root, STATE_FILE + beside)
    address = sa.URL.create("sqlite", database=inside(root, STATE_FILE).as_posix())
    return address.render_as_string(hide_password=False)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _load(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise StoreError(
            Problem(STATE_FILE, "a row of the state database cannot be read", type(error).__name__, "JSON text")
        ) from error
