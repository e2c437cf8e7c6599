"""Default features from subscriptions: what runs, since when, trials, renewals, failed payments, plan and amount."""

from __future__ import annotations

from tradewind.features.catalog import Catalog
from tradewind.features.feature_set import Group, Vocabulary
from tradewind.features.whose import frequent, group_of, is_tied
from tradewind.features.wording import Words, also, total

PLANS = 8
"""Plans that are told apart; the most frequent ones."""

_BEGUN = "started_at < :cutoff"


def subscription_groups(catalog: Catalog, entity: str) -> list[Group]:
    """Return the step over subscriptions; none where they are not tied to the entity."""
    if not is_tied(catalog, "subscriptions", entity, "started_at"):
        return []
    has_end = catalog.has("subscriptions", "ended_at")
    running = f"{_BEGUN} AND ended_at IS NULL" if has_end else _BEGUN
    words, columns = Words("subscriptions"), _runs(running)
    words.add("subscriptions_running", "subscriptions running now", "count", "subscription", "count", "running")
    words.add("subscriptions_ever", "subscriptions so far", "count", "subscription", "count", "ever")
    for name, sentence, family, column in (
        ("days_since_first_subscription", "days since the first subscription", "tenure", "first_on"),
        ("days_since_last_subscription", "days since the newest subscription", "subscription", "last_on"),
    ):
        words.add(name, sentence, "days", family, "days_since", column)
    if has_end:
        columns.append("CAST(MAX(ended_at) AS DATE) AS ended_on")
        sentence = "days since a subscription ended"
        words.add("days_since_cancelling", sentence, "days", "subscription", "days_since", "ended_on")
    if catalog.has("subscriptions", "monthly_amount"):
        columns.append(f"{total('monthly_amount', also(None, running))} AS monthly")
        words.add("monthly_amount", "amount paid per month", "money", "subscription amount", "sum", "monthly")
    _dates(catalog, words, columns, running)
    _term(catalog, words, columns, running)
    vocabulary = _plan(catalog, entity, words, columns, running)
    return [group_of(catalog, "subscriptions", entity, columns, words, vocabulary)]


def _runs(running: str) -> list[str]:
    return [
        f"COUNT(*){also(None, _BEGUN)} AS ever",
        f"COUNT(*){also(None, running)} AS running",
        f"CAST(MIN(started_at){also(None, _BEGUN)} AS DATE) AS first_on",
        f"CAST(MAX(started_at){also(None, _BEGUN)} AS DATE) AS last_on",
    ]


def _dates(catalog: Catalog, words: Words, columns: list[str], running: str) -> None:
    """Trials, failed payments and renewals, each as days from today, and how many there are now."""
    if catalog.has("subscriptions", "payment_failed_at"):
        columns += [
            "CAST(MAX(payment_failed_at) AS DATE) AS failed_on",
            f"COUNT(*){also(None, 'payment_failed_at >= :days_30_ago')} AS failed_30d",
            "COUNT(payment_failed_at) AS failed",
        ]
        sentence = "days since a payment failed"
        words.add("days_since_failed_payment", sentence, "days", "payment", "days_since", "failed_on")
        for end, when in (("_30d", "in the last 30 days"), ("_all", "so far")):
            sentence = f"subscriptions whose payment failed {when}"
            words.add(
                f"payments_failed{end}", sentence, "count", "payment", "count", f"failed{end.removesuffix('_all')}"
            )
    if catalog.has("subscriptions", "trial_ends_at"):
        tried = f"{running} AND trial_ends_at >= :cutoff"
        columns += [
            f"COUNT(*){also(None, tried)} AS trials",
            f"CAST(MIN(trial_ends_at){also(None, tried)} AS DATE) AS trial_ends_on",
            f"CAST(MAX(trial_ends_at){also(None, 'trial_ends_at < :cutoff')} AS DATE) AS trial_ended_on",
        ]
        words.add("trials_running", "trials running now", "count", "trial", "count", "trials")
        sentence = "days until the trial ends"
        words.add("days_until_trial_end", sentence, "days", "trial", "days_since", "trial_ends_on", scale=-1.0)
        words.add("days_since_trial_end", "days since the trial ended", "days", "trial", "days_since", "trial_ended_on")
    if catalog.has("subscriptions", "renews_at"):
        ahead = f"{running} AND renews_at >= :cutoff"
        columns.append(f"CAST(MIN(renews_at){also(None, ahead)} AS DATE) AS renews_on")
        sentence = "days until the renewal"
        words.add("days_until_renewal", sentence, "days", "renewal", "days_since", "renews_on", scale=-1.0)


def _term(catalog: Catalog, words: Words, columns: list[str], running: str) -> None:
    """For how long what runs binds, and how long until the first of it can be left; terms are counted from the first
    paid day, a month as the twelfth part of a year."""
    if not catalog.has("subscriptions", "term_months"):
        return
    paid = "COALESCE(trial_ends_at, started_at)" if catalog.has("subscriptions", "trial_ends_at") else "started_at"
    term, bound = "CAST(FLOOR(term_months * 30.4375) AS BIGINT)", f"{running} AND term_months >= 1"
    gone = f"date_diff('day', {paid}, CAST(:cutoff AS TIMESTAMP))"
    columns += [
        f"MAX(term_months){also(None, running)} AS term",
        f"MIN({term} - MOD({gone}, {term})){also(None, bound)} AS free_in",
    ]
    words.add("contract_months", "months that the contract binds at a time", "count", "term", "value", "term")
    sentence = "days until the contract can be left"
    words.add("days_until_free", sentence, "days", "term", "value", "free_in")


def _plan(catalog: Catalog, entity: str, words: Words, columns: list[str], running: str) -> Vocabulary | None:
    """The plan of what runs; of several the one that most have."""
    if not catalog.has("subscriptions", "plan"):
        return None
    cases = (
        f"WHEN COUNT(*){also(None, f'{running} AND plan = :word_{number}')} > 0 THEN CAST(:word_{number} AS VARCHAR)"
        for number in range(PLANS)
    )
    columns.append(f"CASE {' '.join(cases)} END AS plan_now")
    words.add("subscription_plan", "plan", "category", "plan", "category", "plan_now")
    return frequent(catalog, "subscriptions", entity, "plan", PLANS)
