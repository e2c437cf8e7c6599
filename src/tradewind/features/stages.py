"""Default features from the stages that a deal went through: where it stands, since when, how it came there."""

from __future__ import annotations

from tradewind.core.feature import PRESENT_STAGE
from tradewind.features.catalog import Catalog
from tradewind.features.feature_set import Group, Vocabulary
from tradewind.features.wording import Words

STAGES = 12
"""Stages whose place in the order is known; the latest ones."""

_ORDER = """
    WITH entries AS (SELECT deal_id, stage, MIN(entered_at) AS first_at FROM deal_stages GROUP BY deal_id, stage),
    placed AS (SELECT stage, RANK() OVER (PARTITION BY deal_id ORDER BY first_at) AS place FROM entries)
    SELECT stage AS word, CAST(SUM(place) AS DOUBLE) / CAST(COUNT(*) AS DOUBLE) AS weight FROM placed GROUP BY stage
"""
"""The order of stages is learned: the later deals first come to one, on average, the later it is."""


def stage_groups(catalog: Catalog, entity: str) -> list[Group]:
    """Return the step over the history of stages; none where they are not tied to the entity."""
    if not catalog.has("deal_stages", entity, "stage", "entered_at"):
        return []
    words = Words("deal_stages")
    words.add("stage_now", "present stage", "category", "stage", "category", "stage_now")
    words.add("days_in_stage", f"days in {PRESENT_STAGE}", "days", "time in stage", "days_since", "last_on")
    words.add("stages_count", "stages so far", "count", "stages", "count", "stages")
    words.add("stage_moves", "moves from stage to stage so far", "count", "stages", "count", "moves")
    words.add("stage_moves_back", "moves back to an earlier stage so far", "count", "moves back", "count", "back")
    words.add("days_since_first_stage", "days since its first stage", "days", "tenure", "days_since", "first_on")
    pair = ("days_moving", "moves")
    words.add("days_per_stage", "days that a stage took on average so far", "days", "pace", "ratio", pair)
    return [Group("deal_stages", _select(entity), tuple(words.derivations), Vocabulary(_ORDER, STAGES))]


def _select(entity: str) -> str:
    """Of several stages entered in one instant the later one in the order counts as the last; else, where they
    disagree, the stage is unknown."""
    place = " ".join(f"WHEN :word_{number} THEN {STAGES - number}" for number in range(STAGES))
    last = (f"WHEN MAX(place) FILTER (WHERE newest = 1) = {STAGES - number} THEN CAST(:word_{number} AS VARCHAR)"
            for number in range(STAGES))  # fmt: skip
    only = "MIN(stage) FILTER (WHERE newest = 1)"
    return f"""
        WITH placed AS (
            SELECT {entity}, stage, entered_at, CAST(entered_at AS DATE) AS entered_on,
                CASE stage {place} END AS place,
                RANK() OVER (PARTITION BY {entity} ORDER BY entered_at DESC) AS newest
            FROM deal_stages
        ),
        moved AS (
            SELECT {entity}, stage, entered_on, place, newest,
                LAG(place) OVER (PARTITION BY {entity} ORDER BY entered_at, COALESCE(place, 0)) AS place_before
            FROM placed
        )
        SELECT {entity}, MIN(entered_on) AS first_on, MAX(entered_on) AS last_on,
            COUNT(DISTINCT stage) AS stages, COUNT(*) - 1 AS moves,
            MAX(entered_on) - MIN(entered_on) AS days_moving,
            COUNT(*) FILTER (WHERE place < place_before) AS back,
            CASE {" ".join(last)} WHEN {only} = MAX(stage) FILTER (WHERE newest = 1) THEN {only} END AS stage_now
        FROM moved GROUP BY {entity}"""
