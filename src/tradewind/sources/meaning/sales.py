"""The build of a sales team's tables: deals with stages that end, leads of whom some were won, stage histories."""

from __future__ import annotations

from tradewind.sources.meaning.relations import is_key
from tradewind.sources.meaning.shop import earliest_time
from tradewind.sources.meaning.words import label_words, read_heading
from tradewind.sources.meaning.world import Evidence, Structure, World, names_things
from tradewind.sources.profile import ColumnProfile

_CALLED = 0.85
"""How surely a heading must name a deal, and a stage, where no value says that a deal has ended."""


def build_of_deals(world: World, table: int) -> Structure:
    """One row a deal: a stage of a few values, some of which end it, and a time that only ended deals have."""
    own = world.tables[table]
    keys = world.keys(table)
    if not keys or own.rows < 10:
        return Structure()
    for stage in own.columns:
        words = won_and_lost(stage)
        if not 3 <= stage.distinct <= 30 or stage.kind != "category" or not (words[0] or words[1]):
            continue
        times = world.times(table)
        ends = [time for time in times if _filled_by(world, table, stage, time, words) > 0.9 and time.fill < 0.999]
        begins = [time for time in times if time not in ends]
        if not times:
            continue
        hints: dict[str, dict[int, Evidence]] = {
            "deal_id": {keys[0].place: Evidence(0.7, "every row has another value")},
            "stage": {stage.place: Evidence(0.8, f"its values are stages that end as {_said(words)}")},
        }
        if ends:
            hints["closed_at"] = {
                ends[0].place: Evidence(0.7, "filled for deals that are won or lost, and for no other")
            }
            money = [column for column in world.measures(table) if not names_things(world, table, column)]
            if money:
                hints["amount"] = {money[0].place: Evidence(0.5, "the only amount" if len(money) == 1 else "an amount")}
        hints |= _pointed_by_deals(world, table, stage)
        if begins:
            first, why = earliest_time(world, table, begins)
            hints["created_at"] = {first.place: Evidence(0.6, why)}
        return Structure(0.9, f"each row has a stage, and stages end as {_said(words)}", hints)
    return Structure()


def _pointed_by_deals(world: World, table: int, stage: ColumnProfile) -> dict[str, dict[int, Evidence]]:
    """Company, product and owner of a deal, told by the tables that its columns point to."""
    found: dict[str, dict[int, Evidence]] = {}
    links = [link for link in world.links if link.table == table and not link.single and link.column != stage.place]
    for link in sorted(links, key=lambda link: -len(world.tables[link.to_table].columns)):
        target = world.tables[link.to_table]
        reason = f"points to {target.short}"
        if target.columns[link.to_column].kind == "person":
            name = "owner"
        elif "account_id" not in found and len(target.columns) >= 4:
            name = "account_id"
        else:
            name = "product" if world.measures(link.to_table) else ""
        if name and name not in found:
            found[name] = {link.column: Evidence(0.55, reason)}
    return found


def build_of_leads(world: World, table: int) -> Structure:
    """One row a lead: a time of its own, and another table in which some of them stand once, later."""
    keys = [key for key in world.keys(table) if not key.running]
    times = [time for time in world.times(table) if time.fill > 0.95]
    if not keys or not times:
        return Structure()
    for link in world.into(table):
        later = [time for time in world.times(link.table) if time.fill > 0.9]
        if (
            link.single
            and link.found > 0.9
            and link.used < 0.8
            and later
            and _is_key_of(world, link.table, link.column)
        ):
            share = f"{link.used:.0%} of its rows stand in {world.tables[link.table].short} too"
            hints = {
                "lead_id": {keys[0].place: Evidence(0.75, f"every row has another value, and {share}")},
                "created_at": {times[0].place: Evidence(0.65, "the time that every row has")},
            }
            return Structure(0.8, f"{share}, once each and later: those who became customers", hints)
    return Structure(0.0, "", {"created_at": {times[0].place: Evidence(0.4, "the time that every row has")}})


def build_of_stages(world: World, table: int) -> Structure:
    """Several rows a deal: its id, a stage and a time."""
    own = world.tables[table]
    stages = [column for column in own.columns if any(won_and_lost(column)) and 3 <= column.distinct <= 30]
    said = "its values are stages that end as won or lost"
    if not stages:
        stages, said = _called_stages(world, table), "it is called a stage, beside a deal and a time"
    deals = [
        column
        for column in own.columns
        if names_things(world, table, column) and not is_key(column) and column.kind != "category"
    ]
    times = world.times(table)
    if not stages or not deals or not times or own.rows < 2 * deals[0].distinct * 0.55:
        return Structure()
    hints = {
        "deal_id": {deals[0].place: Evidence(0.6, "its values stand in several rows, once for each stage")},
        "stage": {stages[0].place: Evidence(0.7, said)},
        "entered_at": {times[0].place: Evidence(0.5, "a time in each row")},
    }
    return Structure(0.7, "a deal has several rows, each with a stage and a time", hints)


def _called_stages(world: World, table: int) -> list[ColumnProfile]:
    """Columns called a stage beside one called a deal: how a deal ended often stands in the list of deals only."""
    columns = world.tables[table].columns
    if not any(world.name_fit(table, column.place, "deal_stages", "deal_id") >= _CALLED for column in columns):
        return []
    return [
        column
        for column in columns
        if column.kind == "category"
        and 2 <= column.distinct <= 30
        and world.name_fit(table, column.place, "deal_stages", "stage") >= _CALLED
    ]


def won_and_lost(column: ColumnProfile) -> tuple[str, str]:
    """Return the values of a column that mean won and lost, as written; empty where there are none."""
    words = label_words()
    found = {"won": "", "lost": ""}
    if column.kind not in ("category", "flag"):
        return "", ""
    for value, _ in column.top:
        tokens = set(read_heading(value).tokens) | {value.lower().replace(" ", "_")}
        for side in found:
            if tokens & words[side] and len(tokens) <= 4 and not found[side]:
                found[side] = value
    return found["won"], found["lost"]


def _said(words: tuple[str, str]) -> str:
    return " or ".join(f"“{word}”" for word in words if word)


def _filled_by(world: World, table: int, stage: ColumnProfile, time: ColumnProfile, words: tuple[str, str]) -> float:
    """Share of rows in which a time is filled exactly when the stage is won or lost."""
    sample = world.tables[table].texts
    ended = [value in words for value in sample[stage.place]]
    filled = [value is not None for value in sample[time.place]]
    return sum(a == b for a, b in zip(ended, filled, strict=True)) / max(1, len(ended))


def _is_key_of(world: World, table: int, place: int) -> bool:
    return is_key(world.tables[table].columns[place])
