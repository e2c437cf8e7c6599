"""Default features from what colleagues did: how lately, how often, of which kind, how it went, who came to whom."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.features.catalog import Catalog
from tradewind.features.feature_set import Group
from tradewind.features.purchases import agreed
from tradewind.features.whose import frequent, group_of, is_tied, rows_of
from tradewind.features.wording import Window, Words, also, in_window, since, suffix

KINDS, OUTCOMES = 5, 3
"""Kinds and outcomes that are told apart; the most frequent ones."""

_THEY_CAME = "LOWER(direction) IN ('inbound', 'incoming', 'in')"


def activity_groups(catalog: Catalog, entity: str, windows: Sequence[int]) -> list[Group]:
    """Return the steps over activities; none where they are not tied to the entity."""
    if not is_tied(catalog, "activities", entity, "happened_at", "kind"):
        return []
    groups = [_counts(catalog, entity, windows), _last(catalog, entity)]
    return [*groups, _outcomes(catalog, entity)] if catalog.has("activities", "outcome") else groups


def _counts(catalog: Catalog, entity: str, windows: Sequence[int]) -> Group:
    words = Words("activities", "you can influence")
    columns = ["MAX(happened_on) AS last_on", "COUNT(DISTINCT happened_on) AS days"]
    sentence = "days since a colleague was last in touch"
    words.add("days_since_last_activity", sentence, "days", "activity recency", "days_since", "last_on")
    for window in (*windows, None):
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(*){since(window)} AS activities{end}")
        sentence = f"contacts by colleagues {when}"
        words.add(f"activities_count{end}", sentence, "count", "activity", "count", f"activities{end}", window)
    _kinds(words, columns, windows)
    if {30, 90} <= set(windows):
        pair = ("activities_30d", "activities_90d")
        sentence = "share of the contacts of the last 90 days that fell in the last 30 days"
        words.add("activities_share_30d_of_90d", sentence, "share", "activity trend", "ratio", pair, 90)
    sentence = "days so far on which a colleague was in touch"
    words.add("activity_days_all", sentence, "count", "activity", "count", "days")
    if catalog.has("activities", "owner"):
        columns.append("COUNT(DISTINCT owner) AS owners")
        sentence = "colleagues who were in touch so far"
        words.add("activity_owners_all", sentence, "count", "colleagues", "count", "owners")
    if catalog.has("activities", "direction"):
        _directions(words, columns, windows)
    kinds = frequent(catalog, "activities", entity, "kind", KINDS)
    return group_of(catalog, "activities", entity, columns, words, kinds)


def _kinds(words: Words, columns: list[str], windows: Sequence[int]) -> None:
    for number in range(KINDS):
        for window in _thirty_and_all(windows):
            end, when = suffix(window), in_window(window)
            columns.append(f"COUNT(*){also(window, f'kind = :word_{number}')} AS kind_{number}{end}")
            name, sentence = f"activity_{number + 1}_count{end}", f"{{words_{number}}} {when}"
            words.add(name, sentence, "count", "activity kinds", "count", f"kind_{number}{end}", window)
        columns.append(f"MAX(happened_on){also(None, f'kind = :word_{number}')} AS kind_{number}_on")
        name, sentence = f"days_since_activity_{number + 1}", f"days since the last {{word_{number}}}"
        words.add(name, sentence, "days", "activity kinds", "days_since", f"kind_{number}_on")


def _directions(words: Words, columns: list[str], windows: Sequence[int]) -> None:
    columns.append("COUNT(direction) AS directed")
    for window in _thirty_and_all(windows):
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(*){also(window, _THEY_CAME)} AS came{end}")
        sentence = f"calls and mails of theirs {when}"
        words.add(f"inbound_count{end}", sentence, "count", "coming to us", "count", f"came{end}", window)
    sentence = "share of contacts so far in which they came to us"
    words.add("inbound_share", sentence, "share", "coming to us", "ratio", ("came_all", "directed"))


def _thirty_and_all(windows: Sequence[int]) -> list[Window]:
    return [window for window in windows if window == 30] + [None]


def _last(catalog: Catalog, entity: str) -> Group:
    """Kind and outcome of the last activity; where several of one instant disagree, unknown."""
    words = Words("activities", "you can influence")
    read, columns = ["kind"], [f"{agreed('kind')} AS last_kind"]
    words.add("last_activity_kind", "kind of the last contact", "category", "last contact", "category", "last_kind")
    if catalog.has("activities", "outcome"):
        read.append("outcome")
        columns.append(f"{agreed('outcome')} AS last_outcome")
        sentence = "how the last contact went"
        words.add("last_activity_outcome", sentence, "category", "last contact", "category", "last_outcome")
    rows = rows_of(catalog, "activities", entity)
    select = f"""
        WITH ranked AS (
            SELECT {entity}, {", ".join(read)},
                RANK() OVER (PARTITION BY {entity} ORDER BY happened_at DESC) AS newest
            FROM {rows} WHERE {entity} IS NOT NULL
        )
        SELECT {entity}, {", ".join(columns)} FROM ranked WHERE newest = 1 GROUP BY {entity}"""
    return Group("last_activities", select, tuple(words.derivations), own_rows_only=rows == "activities")


def _outcomes(catalog: Catalog, entity: str) -> Group:
    words = Words("activities", "you can influence")
    columns = ["COUNT(outcome) AS told"]
    for number in range(OUTCOMES):
        columns.append(f"COUNT(*){also(None, f'outcome = :word_{number}')} AS went_{number}")
        sentence = f'share of contacts so far that ended as "{{word_{number}}}"'
        pair = (f"went_{number}", "told")
        words.add(f"activity_outcome_{number + 1}_share", sentence, "share", "contact outcomes", "ratio", pair)
    vocabulary = frequent(catalog, "activities", entity, "outcome", OUTCOMES)
    return group_of(catalog, "activities", entity, columns, words, vocabulary, "activity_outcomes")
