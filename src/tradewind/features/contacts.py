"""Default features from everything that is not an order: visits, messages we sent, words they wrote, subscriptions."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.features.catalog import Catalog
from tradewind.features.feature_set import Group, Vocabulary
from tradewind.features.wording import Window, Words, also, in_window, since, suffix, total


def contact_groups(catalog: Catalog, entity: str, windows: Sequence[int]) -> list[Group]:
    """Return the steps over subscriptions, touches, events and texts, as far as they are tied to the entity."""
    spans: list[Window] = [*windows, None]
    builders = (
        ("subscriptions", "started_at", _subscriptions),
        ("touches", "happened_at", _touches),
        ("events", "happened_at", _events),
        ("texts", "happened_at", _texts),
    )
    return [build(catalog, entity, spans) for table, time, build in builders if catalog.has(table, entity, time)]


def _known(entity: str) -> str:
    return f"WHERE {entity} IS NOT NULL GROUP BY {entity}"


def _events(catalog: Catalog, entity: str, spans: Sequence[Window]) -> Group:
    words = Words("events")
    columns = ["MAX(happened_on) AS last_on", "COUNT(DISTINCT happened_on) AS days"]
    words.add("days_since_last_visit", "days since the last activity", "days", "web recency", "days_since", "last_on")
    words.add("visit_days_all", "days with activity so far", "count", "web", "count", "days")
    for window in spans:
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(*){since(window)} AS events{end}")
        words.add(f"events_count{end}", f"activities {when}", "count", "web", "count", f"events{end}", window)
    if catalog.has("events", "session_id"):
        columns.append("COUNT(DISTINCT session_id) AS visits")
        words.add("visits_count_all", "visits so far", "count", "web", "count", "visits")
    if catalog.has("events", "value"):
        columns.append(f"{total('value')} AS value")
        words.add("events_value_all", "value of activities so far", "money", "web", "sum", "value")
    for number in range(6):
        for window in (span for span in spans if span in (30, None)):
            end, when = suffix(window), in_window(window)
            columns.append(f"COUNT(*){also(window, f'name = :word_{number}')} AS named_{number}{end}")
            sentence = f'times "{{word_{number}}}" {when}'
            name = f"event_{number + 1}_count{end}"
            words.add(name, sentence, "count", "web action", "count", f"named_{number}{end}", window)
    select = f"SELECT {entity}, {', '.join(columns)} FROM events {_known(entity)}"
    top = f"SELECT name AS word, COUNT(*) AS weight FROM events WHERE {entity} IS NOT NULL GROUP BY name"
    return Group("events", select, tuple(words.derivations), Vocabulary(top, 6))


def _touches(catalog: Catalog, entity: str, spans: Sequence[Window]) -> Group:
    words = Words("touches", "you can influence")
    columns = ["MAX(happened_on) AS last_on"]
    words.add(
        "days_since_last_touch",
        "days since we last contacted them",
        "days",
        "campaign recency",
        "days_since",
        "last_on",
    )
    for window in (span for span in spans if span in (30, 90, None)):
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(*){since(window)} AS touches{end}")
        words.add(
            f"touches_count{end}",
            f"times we contacted them {when}",
            "count",
            "campaign",
            "count",
            f"touches{end}",
            window,
        )
    if catalog.has("touches", "campaign_id"):
        columns.append("COUNT(DISTINCT campaign_id) AS campaigns")
        words.add("campaigns_count_all", "different campaigns so far", "count", "campaign", "count", "campaigns")
    if catalog.has("touches", "kind"):
        for kind, sentence in (("open", "messages opened"), ("click", "messages clicked")):
            columns.append(f"COUNT(*) FILTER (WHERE kind = '{kind}') AS {kind}s")
            words.add(f"touch_{kind}s_all", f"{sentence} so far", "count", "campaign response", "count", f"{kind}s")
    for number in range(3):
        columns.append(f"COUNT(*) FILTER (WHERE channel = :word_{number}) AS by_{number}")
        words.add(
            f"touches_channel_{number + 1}",
            f"contacts by {{word_{number}}} so far",
            "count",
            "campaign",
            "count",
            f"by_{number}",
        )
    select = f"SELECT {entity}, {', '.join(columns)} FROM touches {_known(entity)}"
    top = f"SELECT channel AS word, COUNT(*) AS weight FROM touches WHERE {entity} IS NOT NULL GROUP BY channel"
    return Group("touches", select, tuple(words.derivations), Vocabulary(top, 3))


def _texts(catalog: Catalog, entity: str, spans: Sequence[Window]) -> Group:
    words = Words("texts")
    columns = ["MAX(happened_on) AS last_on"]
    words.add("days_since_last_text", "days since they last wrote", "days", "messages", "days_since", "last_on")
    for window in (span for span in spans if span in (30, 90, None)):
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(*){since(window)} AS texts{end}")
        words.add(
            f"texts_count{end}", f"messages from them {when}", "count", "messages", "count", f"texts{end}", window
        )
    if catalog.has("texts", "rating"):
        # Ratings are stored as floating numbers: as decimals their sum is the same in every order of adding.
        rating = "CAST(rating AS DECIMAL(18, 4))"
        columns += [f"{total(rating)} AS rating_sum", "COUNT(rating) AS ratings", f"MIN({rating}) AS rating_least"]
        words.add("rating_mean", "average rating given", "number", "ratings", "ratio", ("rating_sum", "ratings"))
        words.add("rating_min", "lowest rating given", "number", "ratings", "value", "rating_least")
    select = f"SELECT {entity}, {', '.join(columns)} FROM texts {_known(entity)}"
    return Group("texts", select, tuple(words.derivations))


def _subscriptions(catalog: Catalog, entity: str, _: Sequence[Window]) -> Group:
    words = Words("subscriptions")
    running = "ended_at IS NULL" if catalog.has("subscriptions", "ended_at") else "TRUE"
    begun = "started_at < :cutoff"
    columns = [
        f"COUNT(*) FILTER (WHERE {begun}) AS ever",
        f"COUNT(*) FILTER (WHERE {begun} AND {running}) AS running",
        f"CAST(MIN(started_at) FILTER (WHERE {begun}) AS DATE) AS first_on",
        f"CAST(MAX(started_at) FILTER (WHERE {begun}) AS DATE) AS last_on",
    ]
    words.add("subscriptions_running", "subscriptions running now", "count", "subscription", "count", "running")
    words.add("subscriptions_ever", "subscriptions so far", "count", "subscription", "count", "ever")
    words.add(
        "days_since_first_subscription", "days since the first subscription", "days", "tenure", "days_since", "first_on"
    )
    words.add(
        "days_since_last_subscription",
        "days since the newest subscription",
        "days",
        "subscription",
        "days_since",
        "last_on",
    )
    if catalog.has("subscriptions", "ended_at"):
        columns.append("CAST(MAX(ended_at) AS DATE) AS ended_on")
        words.add(
            "days_since_cancelling", "days since a subscription ended", "days", "subscription", "days_since", "ended_on"
        )
    if catalog.has("subscriptions", "monthly_amount"):
        columns.append(f"{total('monthly_amount', f' FILTER (WHERE {begun} AND {running})')} AS monthly")
        words.add("monthly_amount", "amount paid per month", "money", "subscription amount", "sum", "monthly")
    if catalog.has("subscriptions", "payment_failed_at"):
        columns.append("CAST(MAX(payment_failed_at) AS DATE) AS failed_on")
        words.add(
            "days_since_failed_payment", "days since a payment failed", "days", "payment", "days_since", "failed_on"
        )
    if catalog.has("subscriptions", "renews_at"):
        columns.append(f"CAST(MIN(renews_at) FILTER (WHERE {running} AND renews_at >= :cutoff) AS DATE) AS renews_on")
        words.add(
            "days_until_renewal", "days until the renewal", "days", "renewal", "days_since", "renews_on", scale=-1.0
        )
    select = f"SELECT {entity}, {', '.join(columns)} FROM subscriptions GROUP BY {entity}"
    return Group("subscriptions", select, tuple(words.derivations))
