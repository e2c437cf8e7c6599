"""Default features from what passes between them and us: visits, messages that we sent, words that they wrote."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.features.catalog import Catalog
from tradewind.features.feature_set import Group
from tradewind.features.whose import frequent, group_of, is_tied
from tradewind.features.wording import Window, Words, also, in_window, since, suffix, total

_DOING = {True: ("activities", "activity"), False: ("actions of theirs", "action of theirs")}
"""What events are called of customers, and of others, with whom colleagues' activities are another thing."""


def contact_groups(catalog: Catalog, entity: str, windows: Sequence[int]) -> list[Group]:
    """Return the steps over touches, events and texts, as far as they are tied to the entity."""
    spans: list[Window] = [*windows, None]
    builders = (("touches", _touches), ("events", _events), ("texts", _texts))
    return [
        build(catalog, entity, spans) for table, build in builders if is_tied(catalog, table, entity, "happened_at")
    ]


def _events(catalog: Catalog, entity: str, spans: Sequence[Window]) -> Group:
    words = Words("events")
    did, last = _DOING[entity == "customer_id"]
    columns = ["MAX(happened_on) AS last_on", "COUNT(DISTINCT happened_on) AS days"]
    words.add("days_since_last_visit", f"days since the last {last}", "days", "web recency", "days_since", "last_on")
    words.add("visit_days_all", f"days with {did} so far", "count", "web", "count", "days")
    for window in spans:
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(*){since(window)} AS events{end}")
        words.add(f"events_count{end}", f"{did} {when}", "count", "web", "count", f"events{end}", window)
    if catalog.has("events", "session_id"):
        columns.append("COUNT(DISTINCT session_id) AS visits")
        words.add("visits_count_all", "visits so far", "count", "web", "count", "visits")
    if catalog.has("events", "value"):
        columns.append(f"{total('value')} AS value")
        words.add("events_value_all", f"value of {did} so far", "money", "web", "sum", "value")
    if is_tied(catalog, "subscriptions", entity) or entity != "customer_id":
        _fading(words, columns, spans, did)
    if entity == "account_id" and catalog.has("events", "customer_id"):
        _people(words, columns, spans)
    for number in range(6):
        for window in (span for span in spans if span in (30, None)):
            end, when = suffix(window), in_window(window)
            columns.append(f"COUNT(*){also(window, f'name = :word_{number}')} AS named_{number}{end}")
            sentence = f"{{words_{number}}} of theirs {when}"
            name = f"event_{number + 1}_count{end}"
            words.add(name, sentence, "count", "web action", "count", f"named_{number}{end}", window)
    return group_of(catalog, "events", entity, columns, words, frequent(catalog, "events", entity, "name", 6))


def _fading(words: Words, columns: list[str], spans: Sequence[Window], did: str) -> None:
    """Use in the last month beside the month before: what is used less and less is soon given up."""
    if not {30, 90} <= set(spans):
        return
    before = "happened_on >= :days_60_ago_day AND happened_on < :days_30_ago_day"
    columns.append(f"COUNT(*){also(None, before)} AS events_before")
    pair, sentence = ("events_30d", "events_before"), f"{did} in the last 30 days compared with the 30 days before"
    words.add("events_trend_30d", sentence, "ratio", "web trend", "ratio", pair, 30)


def _people(words: Words, columns: list[str], spans: Sequence[Window]) -> None:
    """How many of a company's people do anything."""
    for window in (span for span in spans if span in (30, 90, None)):
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(DISTINCT customer_id){since(window)} AS people{end}")
        sentence = f"people who did something {when}"
        words.add(f"people_active{end}", sentence, "count", "people", "count", f"people{end}", window)
        if window == 30:
            per, sentence = ("events_30d", "people_30d"), "actions of each active person in the last 30 days"
            words.add("events_per_person_30d", sentence, "number", "web", "ratio", per, window)
    if 30 in spans:
        pair, sentence = ("people_30d", "people_all"), "share of its people who did something in the last 30 days"
        words.add("people_active_share_30d", sentence, "share", "people", "ratio", pair, 30)


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
    return group_of(catalog, "touches", entity, columns, words, frequent(catalog, "touches", entity, "channel", 3))


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
    return group_of(catalog, "texts", entity, columns, words)
