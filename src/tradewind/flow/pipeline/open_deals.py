"""Open deals as they stand today: whose they are, what they are worth, what was last done about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.time import local_day
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.flow.pipeline.known import stands_at_an_end
from tradewind.models.pipeline.stages import OPEN, StageHistory


@dataclass(frozen=True)
class OpenDeal:
    """One open deal.

    Args:
        deal_id: which.
        account: name of its company; empty where not known.
        owner: who works on it; empty where nobody.
        stage: where it stands; empty where not known.
        place: number of that stage in the history, −1 where not known.
        days: calendar days since it entered the stage; None where not known.
        amount: in the workspace's currency; None where not known.
        last: local day of the last activity; None where none is recorded.
        kind: what that activity was.
    """

    deal_id: str
    account: str
    owner: str
    stage: str
    place: int
    days: int | None
    amount: float | None
    last: date | None
    kind: str


def read_open_deals(data: Data, history: StageHistory) -> tuple[OpenDeal, ...]:
    """Return every deal that is open as of the history's day, with what is known of it today."""
    details, did = _details(data), last_activities(data)
    stays = np.flatnonzero(history.lasting)
    place = dict(zip(history.deal[stays].tolist(), stays.tolist(), strict=True))
    today = np.datetime64(history.as_of, "D")
    found = []
    for deal in np.flatnonzero(history.ending == OPEN).tolist():
        name = str(history.deals[deal])
        stay = place.get(deal)
        entered = None if stay is None or np.isnat(history.entered[stay]) else history.entered[stay]
        detail, (last, kind) = details.get(name, {}), did.get(name, (None, ""))
        found.append(
            OpenDeal(
                name,
                detail.get("account") or "",
                detail.get("owner") or "",
                str(history.standing[deal]),
                -1 if stay is None else int(history.stage[stay]),
                None if entered is None else int((today - entered).astype(int)),
                None if detail.get("amount") is None else float(detail["amount"]),
                last,
                kind,
            )
        )
    return tuple(found)


def ended_undated(history: StageHistory) -> frozenset[str]:
    """Return the deals that are over by the name of their stage, and have no date of closing."""
    return frozenset(history.deals[stands_at_an_end(history)].astype(str).tolist())


def _details(data: Data) -> Mapping[str, Mapping[str, Any]]:
    """Owner, amount and company's name of each deal, as they stand today."""
    stored = data.catalog.table("deals")
    columns = set() if stored is None else set(stored.columns)
    wanted = ["deals.deal_id"]
    wanted += ["deals.owner"] if "owner" in columns else []
    wanted += ["deals.amount_base AS amount"] if "amount_base" in columns else []
    join = ""
    accounts = data.catalog.table("accounts")
    if "account_id" in columns and accounts is not None:
        shown = "name" if "name" in accounts.columns else "account_id"
        wanted.append(f"accounts.{shown} AS account")
        join = "LEFT JOIN accounts ON accounts.account_id = deals.account_id"
    elif "account_id" in columns:
        wanted.append("deals.account_id AS account")
    query = f"SELECT {', '.join(wanted)} FROM deals {join}"
    rows = ask_known(data.engine, data.catalog.as_it_stands(), query, data.score_at)
    return {row["deal_id"]: row for row in rows.to_pylist()}


def last_activities(data: Data) -> Mapping[str, tuple[date, str]]:
    """Return the day and kind of the last thing done about each deal, as known today."""
    if not data.catalog.has("activities", "deal_id", "happened_at", "kind"):
        return {}
    query = """
        SELECT deal_id, happened_at, kind FROM activities
        WHERE deal_id IS NOT NULL AND happened_at < :cutoff ORDER BY deal_id, happened_at, kind
    """
    rows = ask_known(data.engine, data.catalog, query, data.score_at).to_pylist()
    return {row["deal_id"]: (local_day(row["happened_at"], data.catalog.zone), str(row["kind"])) for row in rows}


def owners_of(data: Data, history: StageHistory) -> NDArray[np.object_]:
    """Return (d,) the owner of each deal of a history as of today; empty where nobody is."""
    details = _details(data)
    return np.array([(details.get(str(each), {}).get("owner") or "") for each in history.deals], dtype=object)


def last_signs(data: Data, history: StageHistory) -> Mapping[str, date]:
    """Return the last day on which each owner of deals did anything: an activity, a deal opened, moved or closed."""
    owner = owners_of(data, history)
    signs: dict[str, np.datetime64] = {}
    _take(signs, owner, history.created)
    _take(signs, owner, history.closed)
    _take(signs, owner[history.deal], history.entered)
    newest: dict[str, date] = {name: each.astype(object) for name, each in signs.items() if name}
    if data.catalog.has("activities", "owner", "happened_at"):
        query = "SELECT owner, MAX(happened_at) AS last FROM activities WHERE happened_at < :cutoff GROUP BY owner"
        for row in ask_known(data.engine, data.catalog, query, data.score_at).to_pylist():
            if row["owner"]:
                day = local_day(row["last"], data.catalog.zone)
                newest[row["owner"]] = max(day, newest.get(row["owner"], day))
    return newest


def _take(signs: dict[str, np.datetime64], owner: NDArray[np.object_], day: NDArray[np.datetime64]) -> None:
    for name, each in zip(owner, day, strict=True):
        if not np.isnat(each) and (name not in signs or each > signs[name]):
            signs[name] = each
