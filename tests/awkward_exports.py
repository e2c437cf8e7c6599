"""Exports as small shops really have them: permission in words of their own, orders that never were, returns."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

BEGAN = date(2023, 1, 2)


def _orders(people: int, seed: int) -> list[tuple[int, int, date, float]]:
    """Order number, person, day and amount, in order of time."""
    chance = Random(seed)
    found = []
    for person in range(people):
        day = BEGAN + timedelta(days=chance.randrange(300))
        for _ in range(chance.randrange(2, 9)):
            found.append((person, day, round(chance.uniform(8, 120), 2)))
            day += timedelta(days=chance.randrange(10, 90))
    found.sort(key=lambda each: each[1])
    return [(1000 + place, *each) for place, each in enumerate(found)]


def german_shop(folder: Path, people: int = 150) -> Path:
    """One file, one row an order: decimal commas, `Werbung erlaubt`, `Bestellstatus`; every ninth was cancelled."""
    rows = [
        (
            number, f"kunde{person}@example.test", f"Anna Muster{person}", f"{day:%d.%m.%Y}",
            f"{amount:,.2f}".replace(",", " ").replace(".", ","),
            "storniert" if number % 9 == 0 else "versendet" if number % 5 else "bezahlt",
            ("ja", "nein", "")[person % 3],
        )
        for number, person, day, amount in _orders(people, 1)
    ]  # fmt: skip
    head = ("Bestellnummer", "E-Mail", "Kunde", "Bestelldatum", "Gesamtbetrag", "Bestellstatus", "Werbung erlaubt")
    return _write(folder / "bestellungen.csv", head, rows, ";")


def english_shop(folder: Path, people: int = 150) -> list[Path]:
    """Customers with two permissions, and orders of which some were cancelled, refunded or tests."""
    customers = [
        (
            f"C{person}", f"Jo Field{person}", f"jo{person}@example.test", f"+44 20 7946 {person:04d}",
            f"{BEGAN + timedelta(days=person):%Y-%m-%d}", ("yes", "no", "yes")[person % 3],
            ("no", "yes", "")[person % 3],
        )
        for person in range(people)
    ]  # fmt: skip
    head = ("customer_id", "full_name", "email", "phone", "created_at", "accepts_marketing", "sms_opt_in")
    states = {0: "cancelled", 7: "refunded", 13: "test"}
    orders = [
        (f"O{number}", f"C{person}", f"{day:%Y-%m-%d}", f"{amount:.2f}", states.get(number % 20, "completed"))
        for number, person, day, amount in _orders(people, 2)
    ]
    return [
        _write(folder / "customers.csv", head, customers),
        _write(folder / "orders.csv", ("order_id", "customer_id", "order_date", "total", "order_status"), orders),
    ]


def crm_list(folder: Path, people: int = 200) -> Path:
    """Leads with what each refused: mail, calls, or everything that is sent."""
    rows = [
        (
            f"L{person}", f"Kim Stone{person}", f"kim{person}@example.test", f"+1 212 555 {person:04d}",
            ("web", "fair", "referral")[person % 3], f"{BEGAN + timedelta(days=person):%Y-%m-%d}",
            f"{BEGAN + timedelta(days=person + 20):%Y-%m-%d}" if person % 4 == 0 else "",
            int(person % 5 == 0), int(person % 7 == 0), "true" if person % 11 == 0 else "false",
        )
        for person in range(people)
    ]  # fmt: skip
    head = ("Lead ID", "Name", "Email", "Phone", "Lead Source", "Created Date", "Converted Date", "Email Opt Out",
            "Do Not Call", "unsubscribed")  # fmt: skip
    return _write(folder / "leads.csv", head, rows)


def french_shop(folder: Path, people: int = 150) -> Path:
    """Decimal commas, states with accents, and a newsletter."""
    rows = [
        (
            f"F{number}",
            f"client{person}",
            f"{day:%d/%m/%Y}",
            f"{amount:.2f}".replace(".", ","),
            "annulée" if number % 8 == 0 else "remboursée" if number % 15 == 0 else "livrée",
            ("oui", "non")[person % 2],
        )
        for number, person, day, amount in _orders(people, 3)
    ]
    head = ("N° commande", "Client", "Date de commande", "Montant TTC", "Statut", "Abonné newsletter")
    return _write(folder / "commandes.csv", head, rows, ";")


def shop_with_returns(folder: Path, people: int = 120) -> Path:
    """Lines of orders; what came back is a line of its own below zero, called returned."""
    rows = []
    for number, person, day, amount in _orders(people, 4):
        rows.append((number, f"P{number % 12}", person + 1, f"{day:%Y-%m-%d}", 1, f"{amount:.2f}", "sold"))
        if number % 10 == 0:
            rows.append((number, f"P{number % 12}", person + 1, f"{day:%Y-%m-%d}", -1, f"{-amount:.2f}", "returned"))
        else:
            rows.append((number, f"P{(number + 5) % 12}", person + 1, f"{day:%Y-%m-%d}", 2, "9.90", "sold"))
    head = ("order_id", "product_id", "customer_id", "order_date", "quantity", "line_total", "line_status")
    return _write(folder / "lines.csv", head, rows)


def _write(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]], mark: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=mark)
        writer.writerow(head)
        writer.writerows(rows)
    return path
