"""The slow oracle for leads, deals and companies: every default feature by plain loops, without any SQL."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from slow_features import NONE, Row, Slow, known_rows, local, midnight, over

TABLES = {"account_id": "accounts", "lead_id": "leads", "deal_id": "deals"}


def owner_of(known: dict[str, list[Row]], row: Row, entity: str) -> str | None:
    """Whose a row is: a company's are its own, and those of its people, deals and leads."""
    if entity != "account_id" or row.get(entity) is not None:
        return row.get(entity)
    for table, key in (("customers", "customer_id"), ("deals", "deal_id"), ("leads", "lead_id")):
        named = row.get(key)
        for member in known[table] if named is not None else ():
            if member[key] == named and member["account_id"] is not None:
                return member["account_id"]
    return None


class SlowEntity(Slow):
    """Everything known at one cutoff, and the features of one lead, deal or company from it."""

    def __init__(self, tables: dict[str, list[Row]], day: date, windows: list[int], words: dict, entity: str) -> None:
        super().__init__(tables, day, windows, words)
        self.entity = entity

    def mine(self, table: str, one: str) -> list[Row]:
        return [row for row in self.known[table] if owner_of(self.known, row, self.entity) == one]

    def features(self, one: str) -> dict[str, Any]:
        out = {**self.activities(one), **self.touches(one), **self.events(one), **self.texts(one), **self.own(one)}
        if self.entity == "deal_id":
            return {**out, **self.stages(one)}
        if self.entity == "account_id":
            return {**out, **self.subscriptions(one), **self.orders(one), **self.members(one), **self.active(one)}
        return out

    def orders(self, one: str) -> dict[str, Any]:
        rows = [{**row, "channel": None} for row in self.mine("orders", one)]
        kept, self.mine = self.mine, lambda table, one: rows
        out = super().orders(one)
        self.mine = kept
        return {name: value for name, value in out.items() if not name.startswith("first_order")}

    def activities(self, one: str) -> dict[str, Any]:
        rows, out = self.mine("activities", one), {}
        days = [local(row["happened_at"]).date() for row in rows]
        out["days_since_last_activity"], out["activity_days_all"] = self.ago(days), float(len(set(days)))
        counts = {}
        for end, window in self.spans():
            counts[window] = len(self.within(rows, window))
            out[f"activities_count{end}"] = float(counts[window])
        if 30 in counts and 90 in counts:
            out["activities_share_30d_of_90d"] = over(counts[30], counts[90])
        out["activity_owners_all"] = float(len({row["owner"] for row in rows} - {None}))
        came = [row for row in rows if (row["direction"] or "").lower() == "inbound"]
        out["inbound_share"] = over(len(came), sum(row["direction"] is not None for row in rows))
        for end, window in self.spans(30):
            out[f"inbound_count{end}"] = float(len(self.within(came, window)))
            for number, word in enumerate(self.words["activities"]):
                of = [row for row in self.within(rows, window) if row["kind"] == word]
                out[f"activity_{number + 1}_count{end}"] = float(len(of))
        for number, word in enumerate(self.words["activities"]):
            on = [local(row["happened_at"]).date() for row in rows if row["kind"] == word]
            out[f"days_since_activity_{number + 1}"] = self.ago(on)
        told = [row["outcome"] for row in rows if row["outcome"] is not None]
        for number, word in enumerate(self.words["outcomes"]):
            out[f"activity_outcome_{number + 1}_share"] = over(told.count(word), len(told))
        last = [row for row in rows if row["happened_at"] == max(r["happened_at"] for r in rows)]
        for name in ("kind", "outcome"):
            seen = {row[name] for row in last} - {None}
            out[f"last_activity_{name}"] = seen.pop() if len(seen) == 1 else None
        return out

    def stages(self, one: str) -> dict[str, Any]:
        order = {word: -number for number, word in enumerate(self.words["deal_stages"])}
        rows = sorted(self.mine("deal_stages", one), key=lambda row: (row["entered_at"], order.get(row["stage"], -99)))
        days = [row["entered_at"].date() for row in rows]
        places = [order.get(row["stage"]) for row in rows]
        pairs = [(a, b) for a, b in itertools.pairwise(places) if a is not None and b is not None]
        last = {row["stage"] for row in rows if row["entered_at"] == rows[-1]["entered_at"]} if rows else set()
        known = sorted((stage for stage in last if stage in order), key=lambda stage: order[stage])
        return {
            "stage_now": known[-1] if known else last.pop() if len(last) == 1 else None,
            "days_in_stage": self.ago(days),
            "days_since_first_stage": float((self.day - min(days)).days) if days else NONE,
            "stages_count": float(len({row["stage"] for row in rows})),
            "stage_moves": float(max(len(rows) - 1, 0)),
            "stage_moves_back": float(sum(b < a for a, b in pairs)),
            "days_per_stage": over((max(days) - min(days)).days, len(rows) - 1) if rows else NONE,
        }

    def members(self, one: str) -> dict[str, Any]:
        at, begun = midnight(self.day), midnight(self.day - timedelta(days=90))
        people = [row["created_at"] for row in self.known["customers"] if row["account_id"] == one]
        people = [time for time in people if time is not None and time < at]
        deals = [row for row in self.known["deals"] if row["account_id"] == one]
        leads = [row for row in self.known["leads"] if row["account_id"] == one]
        won, lost = ([row for row in deals if row["won"] is how] for how in (True, False))
        return {
            "people_count": float(len(people)),
            "people_new_90d": float(sum(time >= begun for time in people)),
            "days_since_first_person": float((self.day - min(people).date()).days) if people else NONE,
            "deals_count": float(len(deals)),
            "days_since_last_deal": self.ago([row["created_at"].date() for row in deals]),
            "deals_open": float(sum(row["closed_at"] is None for row in deals)),
            "deals_won": float(len(won)),
            "deals_lost": float(len(lost)),
            "days_since_deal_won": self.ago([row["closed_at"].date() for row in won]),
            "days_since_deal_lost": self.ago([row["closed_at"].date() for row in lost]),
            "deals_won_amount": float(sum((row["amount_base"] or 0 for row in won), Decimal(0))),
            "leads_count": float(len(leads)),
            "days_since_last_lead": self.ago([row["created_at"].date() for row in leads]),
            "leads_converted": float(sum(row["converted_at"] is not None for row in leads)),
        }

    def active(self, one: str) -> dict[str, Any]:
        rows, out = self.mine("events", one), {}
        people = {w: {row["customer_id"] for row in self.within(rows, w)} - {None} for _, w in self.spans(30, 90)}
        for end, window in self.spans(30, 90):
            out[f"people_active{end}"] = float(len(people[window]))
        if 30 in people:
            out["people_active_share_30d"] = over(len(people[30]), len(people[None])) if rows else NONE
            out["events_per_person_30d"] = over(len(self.within(rows, 30)), len(people[30]))
        return out

    def own(self, one: str) -> dict[str, Any]:
        row = self._row(self.entity, one) or {}
        if self.entity == "account_id":
            return {"industry": row.get("industry"), "employees": row.get("employees", NONE)}
        created = row.get("created_at")
        out = {"days_since_created_at": float((self.day - created.date()).days) if created else NONE}
        company = self._row("account_id", row.get("account_id")) or {}
        out |= {"company_industry": company.get("industry"), "company_employees": company.get("employees", NONE)}
        if self.entity == "lead_id":
            return out | {"source": row.get("source")}
        lead, hoped = self._row("lead_id", row.get("lead_id")) or {}, row.get("expected_close_at")
        came = lead.get("created_at")
        return out | {
            "stage": row.get("stage"),
            "amount": NONE if row.get("amount_base") is None else float(row["amount_base"]),
            "days_until_expected_close": float((hoped.date() - self.day).days) if hoped else NONE,
            "lead_source": lead.get("source"),
            "lead_days_since_created_at": float((self.day - came.date()).days) if came else NONE,
        }

    def _row(self, key: str, one: str | None) -> Row | None:
        return next((row for row in self.known[TABLES[key]] if one is not None and row[key] == one), None)


def stage_order(rows: list[Row], day: date) -> list[str]:
    """The stages known at a day, the latest first: by their average place among a deal's stages."""
    first: dict[str, dict[str, Any]] = {}
    for row in known_rows("deal_stages", rows, day):
        seen = first.setdefault(row["deal_id"], {})
        seen[row["stage"]] = min(row["entered_at"], seen.get(row["stage"], row["entered_at"]))
    places: dict[str, list[int]] = {}
    for seen in first.values():
        for stage, at in seen.items():
            places.setdefault(stage, []).append(1 + sum(other < at for other in seen.values()))
    return [stage for _, stage in sorted((-sum(p) / len(p), stage) for stage, p in places.items())]
