"""A shop and its sales team as their own systems would export them in good order: text tables without any defect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

TODAY = datetime(2025, 3, 1, 6)
START = datetime(2023, 1, 9)
DAYS = (TODAY - START).days

Rows = dict[str, list[str | None]]

FIRST = ("Anna", "Ben", "Carla", "David", "Elif", "Frank", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Luis", "Mara",
         "Noah", "Olga", "Paul", "Rosa", "Simon", "Tara", "Uwe", "Vera", "Willi", "Yara", "Zoé")  # fmt: skip
LAST = ("Albrecht", "Brandt", "Costa", "Dietrich", "Engel", "Fuchs", "García", "Hartmann", "Ibsen", "Jansen", "Keller",
        "Lindner", "Moreau", "Novak", "Oster", "Petersen", "Quandt", "Richter", "Schäfer", "Thoma", "Ulrich", "Vogel",
        "Wagner", "Xander", "Yilmaz", "Zimmermann")  # fmt: skip
CITIES = ("Berlin", "München", "Zürich", "Wien", "Köln", "Hamburg", "Genève", "Paris", "Lyon", "Graz", "Düsseldorf",
          "Málaga", "Bern", "Leipzig", "Bordeaux")  # fmt: skip
COUNTRIES = ("Germany", "Austria", "Switzerland", "France", "Spain")
SEGMENTS = ("private", "business", "student", "senior")
CHANNELS = ("web", "shop", "phone", "marketplace")
INDUSTRIES = ("Manufacturing", "Retail", "Healthcare", "Logistics", "Software", "Education", "Construction")
PRODUCTS = ("Starter", "Team", "Enterprise", "Add-on")
STAGES = ("new", "qualified", "proposal", "negotiation")
OWNERS = ("A. Berg", "C. Dahl", "E. Falk", "G. Holm", "I. Juhl")
NOTES = ("prefers delivery in the morning", "asked for a catalogue", "met at the fair", "call back after holidays",
         "wants an invoice by post", "interested in the new line", "recommended by a friend")  # fmt: skip


@dataclass(frozen=True)
class World:
    """Three exports: people, what they bought, and the sales team's deals."""

    customers: Rows
    orders: Rows
    deals: Rows

    def with_table(self, name: str, rows: Rows) -> World:
        """Return the world with one table in another state."""
        return replace(self, **{name: rows})


def clean_world(rng: np.random.Generator, customers: int = 3000, deals: int = 4000) -> World:
    """Make a world without defects; the same generator state gives the same world."""
    people, joined = _customers(rng, customers)
    return World(people, _orders(rng, people, joined), _deals(rng, deals))


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _moment(rng: np.random.Generator, day: float) -> datetime:
    """A moment of that day while people are awake, most of them around noon and in the evening."""
    hour = float(np.clip(rng.normal(*((12.5, 2.2) if rng.random() < 0.5 else (18.5, 1.8))), 6.5, 22.9))
    return START + timedelta(days=int(day), seconds=int(hour * 3600) + int(rng.integers(0, 60)))


def _customers(rng: np.random.Generator, count: int) -> tuple[Rows, list[float]]:
    joined = sorted(rng.uniform(0, DAYS - 1, count))
    names = [f"{rng.choice(FIRST)} {rng.choice(LAST)}" for _ in range(count)]
    rows: Rows = {
        "customer_id": [f"C{100000 + place}" for place in range(count)],
        "created_at": [_stamp(_moment(rng, day)) for day in joined],
        "email": [
            f"{name.split()[0][:1].lower()}.{place}x@mail{place % 7}.example" for place, name in enumerate(names)
        ],
        "phone": [f"+49 30 {rng.integers(1000000, 9999999)}" for _ in range(count)],
        "name": list(names),
        "country": [str(rng.choice(COUNTRIES, p=(0.5, 0.15, 0.15, 0.12, 0.08))) for _ in range(count)],
        "city": [str(rng.choice(CITIES)) for _ in range(count)],
        "birth_year": [str(int(np.clip(rng.normal(1980, 13), 1940, 2005))) for _ in range(count)],
        "segment": [str(rng.choice(SEGMENTS, p=(0.55, 0.25, 0.12, 0.08))) for _ in range(count)],
        "points": [str(int(rng.gamma(1.6, 240))) for _ in range(count)],
        "parcel_kg": [f"{rng.lognormal(0.6, 0.45):.2f}" for _ in range(count)],
        "note": [str(rng.choice(NOTES)) for _ in range(count)],
    }
    return rows, joined


def _orders(rng: np.random.Generator, people: Rows, joined: list[float]) -> Rows:
    found: list[tuple[datetime, str, float, float, str]] = []
    for person, begin in zip(people["customer_id"], joined, strict=True):
        day, level = begin + float(rng.exponential(4)), rng.lognormal(3.6, 0.5)
        rate = rng.gamma(1.6, 1 / 60)
        while day < DAYS:
            weekday = (START + timedelta(days=int(day))).weekday()
            if int(day) > int(begin) and rng.random() < (1.0, 1.0, 1.0, 1.0, 0.9, 0.7, 0.45)[weekday]:
                amount = round(float(level * rng.lognormal(0, 0.45)), 2)
                discount = round(amount * float(rng.choice((0.05, 0.1, 0.2))), 2) if rng.random() < 0.2 else 0.0
                when = _moment(rng, day)
                found.append((when, str(person), amount, discount, "paid"))
                back = when + timedelta(days=int(rng.integers(2, 15)))
                if rng.random() < 0.03 and back < TODAY - timedelta(days=1):
                    found.append((back, str(person), -amount, 0.0, "refunded"))
            day += float(rng.exponential(1 / max(rate, 1e-3)))
    found.sort()
    count = len(found)
    return {
        "order_id": [f"{500000 + 3 * place}" for place in range(count)],
        "customer_id": [person for _, person, *_ in found],
        "happened_at": [_stamp(when) for when, *_ in found],
        "amount": [f"{amount:.2f}" for _, _, amount, _, _ in found],
        "currency": ["EUR"] * count,
        "discount": [f"{discount:.2f}" for *_, discount, _ in found],
        "channel": [str(rng.choice(CHANNELS, p=(0.6, 0.2, 0.05, 0.15))) for _ in found],
        "status": [status for *_, status in found],
    }


def _deals(rng: np.random.Generator, count: int) -> Rows:
    rows: Rows = {name: [] for name in ("deal_id", "created_at", "stage", "amount", "owner", "account_id", "product",
                                        "closed_at", "won", "seats", "industry", "likely_pct", "note")}  # fmt: skip
    opened = sorted(rng.uniform(0, DAYS - 1, count))
    for place, day in enumerate(opened):
        begun = _moment(rng, day)
        closed = begun + timedelta(days=1 + int(rng.gamma(2.0, 12)), hours=int(rng.integers(0, 3)))
        done = closed < TODAY - timedelta(days=1)
        won = rng.random() < 0.34
        seats = 1 + int(rng.lognormal(2.2, 0.7))
        stage = ("won" if won else "lost") if done else str(rng.choice(STAGES))
        values = (f"D{20000 + place}", f"{begun:%d/%m/%Y %H:%M}", stage, f"{seats * rng.lognormal(4.6, 0.3):.2f}",
                  str(rng.choice(OWNERS)), f"A{rng.integers(1, 1500):05d}", str(rng.choice(PRODUCTS)),
                  f"{closed:%d/%m/%Y %H:%M}" if done else None, ("yes" if won else "no") if done else None,
                  str(seats), str(rng.choice(INDUSTRIES)), str(int(rng.integers(1, 20)) * 5),
                  str(rng.choice(NOTES)))  # fmt: skip
        for name, value in zip(rows, values, strict=True):
            rows[name].append(value)
    return rows


MAPPING: dict[str, dict[str, object]] = {
    "customers": {
        "stable": ["birth_year", "segment", "points", "parcel_kg", "note", "city", "country", "email", "phone", "name"]
    },
    "orders": {},
    "deals": {
        "format": {"created_at": "%d/%m/%Y %H:%M", "closed_at": "%d/%m/%Y %H:%M"},
        "stable": ["seats", "industry", "likely_pct", "note", "amount", "owner", "product", "stage"],
    },
}
"""What a config says of each table besides that every column is mapped under its own name."""
