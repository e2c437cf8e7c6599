"""A small workspace whose customers, leads and visitors are partly the same people."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

NOW = datetime(2024, 6, 10, 12)
CONFIG = """
[workspace]
name = "Twice"
currency = "EUR"
timezone = "Europe/Berlin"
threads = 1
first_orders = "complete"
{workspace}

[sources.shop]
path = "data/*.csv"
timezone = "UTC"

[tables.customers]
from = "shop.customers"
customer_id = "id"
created_at = "created"
email = "email"
name = "name"
stable = ["email", "name"]

[tables.leads]
from = "shop.leads"
lead_id = "id"
created_at = "created"
email = "email"
stable = ["email"]

[tables.orders]
from = "shop.orders"
order_id = "id"
customer_id = "customer"
happened_at = "at"
amount = "total"

[tables.events]
from = "shop.events"
anonymous_id = "cookie"
customer_id = "customer"
happened_at = "at"
name = "what"
"""
CUSTOMERS = [
    ("C1", "2024-01-01", "anna@x-mail.de", "Anna Weber"),
    ("C2", "2024-03-01", "Anna@X-mail.de", "Weber, Anna"),
    ("C3", "2024-01-05", "bob@x-mail.de", "Bob Klein"),
    ("C4", "2024-01-06", "info@firm.example.net", "Dora Lang"),
    ("C5", "2024-01-07", "info@firm.example.net", "Emil Kurz"),
    ("C6", "2024-01-08", "us@x-mail.de", "Fritz Berg"),
    ("C7", "2024-01-09", "us@x-mail.de", "Gerda Berg"),
]
LEADS = [("L1", "2023-12-01", "bob@x-mail.de"), ("L2", "2023-12-02", "new@x-mail.de")]


def write_shop(folder: Path, customers: list[tuple[str, ...]] = CUSTOMERS, identity: str = "[identity]\n",
               workspace: str = "", similarity: bool = False) -> Path:  # fmt: skip
    """Write files and config; without similarity, so that these tests need no extra."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    _csv(data / "customers.csv", ("id", "created", "email", "name"), customers)
    _csv(data / "leads.csv", ("id", "created", "email"), LEADS)
    start, orders = datetime(2024, 1, 10, 9), []
    for number in range(60):
        customer = customers[number % len(customers)][0]
        orders.append((f"O{number}", customer, start + timedelta(days=2.5 * number), f"{10 + number}.00"))
    _csv(data / "orders.csv", ("id", "customer", "at", "total"), [o for o in orders if o[2] < NOW])
    events = [
        ("k1", "", "2024-02-01 10:00:00", "view"), ("k1", "", "2024-02-20 10:00:00", "view"),
        ("k1", "C2", "2024-04-01 10:00:00", "log_in"), ("k1", "", "2024-04-02 10:00:00", "view"),
        ("k2", "C3", "2024-02-01 10:00:00", "log_in"), ("k2", "C6", "2024-03-01 10:00:00", "log_in"),
    ]  # fmt: skip
    _csv(data / "events.csv", ("cookie", "customer", "at", "what"), events)
    on = identity if similarity or not identity else identity + "similarity = false\n"
    (folder / "tradewind.toml").write_text(CONFIG.format(workspace=workspace) + on, encoding="utf-8")
    return folder


def _csv(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    quoted = [",".join(f'"{cell}"' for cell in row) for row in (header, *rows)]
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
