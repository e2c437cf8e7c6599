"""The tables of the state database: TEXT, BIGINT (microseconds since 1970, UTC) and JSON text."""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA = sa.MetaData()
META = sa.Table(
    "meta", SCHEMA, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
RUNS = sa.Table(
    "runs",
    SCHEMA,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("snapshot_id", sa.Text),
    sa.Column("details", sa.Text, nullable=False),
)
STEPS = sa.Table(
    "steps",
    SCHEMA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("output", sa.Text, nullable=False),
)
LOADS = sa.Table(
    "loads",
    SCHEMA,
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("loaded_at", sa.BigInteger, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
)
MODEL_VERSIONS = sa.Table(
    "model_versions",
    SCHEMA,
    sa.Column("use_case", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("snapshot_id", sa.Text, nullable=False),
    sa.Column("card", sa.Text, nullable=False),
)
IDENTITY_DECISIONS = sa.Table(
    "identity_decisions",
    SCHEMA,
    sa.Column("left_key", sa.Text, primary_key=True),
    sa.Column("right_key", sa.Text, primary_key=True),
    sa.Column("decided_at", sa.BigInteger, primary_key=True),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
FEEDBACK = sa.Table(
    "feedback",
    SCHEMA,
    sa.Column("feedback_id", sa.Text, primary_key=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("entity_id", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("until_day", sa.Text),
    sa.Column("given_by", sa.Text, nullable=False),
    sa.Column("given_at", sa.BigInteger, nullable=False),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("as_of", sa.Text),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("giver_id", sa.Text),
    sa.Column("giver_kind", sa.Text),
)
"""`shown` is JSON: the score as it was shown, and the mean of its list. `given_by` is the name as it was then."""
JOBS = sa.Table(
    "jobs",
    SCHEMA,
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("arguments", sa.Text, nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger),
    sa.Column("finished_at", sa.BigInteger),
    sa.Column("attempts", sa.BigInteger, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("lease_until", sa.BigInteger),
    sa.Column("cancelled_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
)
"""`holder` is who works on it, until `lease_until` unless it says again that it lives."""
JOB_EVENTS = sa.Table(
    "job_events",
    SCHEMA,
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
)
SCHEDULES = sa.Table(
    "schedules",
    SCHEMA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("every", sa.Text, nullable=False),
    sa.Column("weekday", sa.BigInteger, nullable=False),
    sa.Column("at_time", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
    sa.Column("next_at", sa.BigInteger, nullable=False),
    sa.Column("last_at", sa.BigInteger),
    sa.Column("missed", sa.Text, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)
"""Who moves `next_at` on has the right to start what is due: with many servers exactly one."""
DELIVERIES = sa.Table(
    "deliveries",
    SCHEMA,
    sa.Column("delivery_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.BigInteger, nullable=False),
    sa.Column("next_at", sa.BigInteger, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
)
"""Mails and calls of other programs, sent or still to send; a mail has no `body`: it is written when it goes."""
HOOKS = sa.Table(
    "hooks",
    SCHEMA,
    sa.Column("hook_id", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", sa.BigInteger, nullable=False),
)
MAIL_SUBSCRIPTIONS = sa.Table(
    "mail_subscriptions",
    SCHEMA,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("weekday", sa.BigInteger, nullable=False),
    sa.Column("at_time", sa.Text, nullable=False),
    sa.Column("next_at", sa.BigInteger, nullable=False),
)

INBOX = sa.Table(
    "inbox",
    SCHEMA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("happened_at", sa.BigInteger, nullable=False),
    sa.Column("customer_id", sa.Text),
    sa.Column("anonymous_id", sa.Text),
    sa.Column("account_id", sa.Text),
    sa.Column("lead_id", sa.Text),
    sa.Column("deal_id", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.UniqueConstraint("source", "message_id", name="inbox_message"),
    sa.Index("inbox_customer", "customer_id", "sequence"),
    sa.Index("inbox_visitor", "anonymous_id", "sequence"),
    sqlite_autoincrement=True,  # a number is never given twice, also after the newest rows were removed
)
"""Events as they came in, in the order in which they were committed; `body` is JSON: the contract rows they make."""

# Accounts: who may come in, with what, and who did what.
USERS = sa.Table(
    "users",
    SCHEMA,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("owners", sa.Text, nullable=False),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("locked_at", sa.BigInteger),
)
"""`owners` is a JSON list of names; `password` is an argon2id hash."""
SESSIONS = sa.Table(
    "sessions",
    SCHEMA,
    sa.Column("session_hash", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False, index=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
)
API_TOKENS = sa.Table(
    "api_tokens",
    SCHEMA,
    sa.Column("token_id", sa.Text, primary_key=True),
    sa.Column("token_hash", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("prefix", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("owners", sa.Text, nullable=False),
    sa.Column("origins", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("used_at", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
)
"""`scopes`, `owners` and `origins` are JSON lists."""
ONE_TIME_LINKS = sa.Table(
    "one_time_links",
    SCHEMA,
    sa.Column("link_hash", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("owners", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
)
FAILED_SIGN_INS = sa.Table(
    "failed_sign_ins",
    SCHEMA,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("failures", sa.BigInteger, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False),
)
"""`account` and `origin` are keyed hashes of an e-mail address and a network address."""
RATE_BUCKETS = sa.Table(
    "rate_buckets",
    SCHEMA,
    sa.Column("bucket", sa.Text, primary_key=True),
    sa.Column("left_millis", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""`left_millis` is thousandths of requests that are left."""
AUDIT_LOG = sa.Table(
    "audit_log",
    SCHEMA,
    sa.Column("audit_id", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("did", sa.Text, nullable=False),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("entity_id", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
)
"""Appended to, never changed; ids only, no names. `details` is JSON."""

# Lists: what people keep of them.
FEEDBACK_TAKEN_BACK = sa.Table(
    "feedback_taken_back",
    SCHEMA,
    sa.Column("feedback_id", sa.Text, primary_key=True),
    sa.Column("taken_back_by", sa.Text, nullable=False),
    sa.Column("taken_back_at", sa.BigInteger, nullable=False),
)
"""Words that whoever gave them took back at once: a slip of the hand; the words themselves stay."""

SAVED_LISTS = sa.Table(
    "saved_lists",
    SCHEMA,
    sa.Column("list_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("shared", sa.BigInteger, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("user_id", "name", name="saved_lists_once"),
)
"""`path` is the address of the filtered list below the workspace (`/people?owner=Kim`)."""

EXPORTS = sa.Table(
    "exports",
    SCHEMA,
    sa.Column("export_id", sa.Text, primary_key=True),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("layout", sa.Text, nullable=False),
    sa.Column("row_count", sa.BigInteger, nullable=False),
    sa.Column("left_out", sa.Text, nullable=False),
    sa.Column("unknown_count", sa.BigInteger, nullable=False),
    sa.Column("snapshot_id", sa.Text, nullable=False),
    sa.Column("filters", sa.Text, nullable=False),
)
"""`left_out` and `filters` are JSON."""

EXPORT_ROWS = sa.Table(
    "export_rows",
    SCHEMA,
    sa.Column("entity", sa.Text, primary_key=True),
    sa.Column("entity_id", sa.Text, primary_key=True),
    sa.Column("export_id", sa.Text, primary_key=True),
)

MODEL_PINS = sa.Table(
    "model_pins",
    SCHEMA,
    sa.Column("use_case", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("pinned_at", sa.BigInteger, nullable=False),
    sa.Column("pinned_by", sa.Text, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
)
"""The version of a use case's model that is used in place of the newest."""
RULE_LISTS = sa.Table(
    "rule_lists",
    SCHEMA,
    sa.Column("use_case", sa.Text, primary_key=True),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("chosen_at", sa.BigInteger, nullable=False),
    sa.Column("chosen_by", sa.Text, nullable=False),
)
"""Questions whose list stands in the order of the rule of thumb in place of the model's."""
IDEMPOTENT_WRITES = sa.Table(
    "idempotent_writes",
    SCHEMA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("begun_at", sa.BigInteger, nullable=False),
    sa.Column("status", sa.BigInteger),
    sa.Column("answer", sa.Text),
)
"""`key` is a digest of who, which route and the caller's own key; `answer` is NULL while it is worked on."""

ADDED_COLUMNS: tuple[tuple[sa.Table, tuple[str, ...]], ...] = ((FEEDBACK, ("giver_id", "giver_kind")),)
"""Columns that came with a later release of the same format: empty in older rows, and added where they are missing."""
