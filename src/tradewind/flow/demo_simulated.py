"""The simulated demos: a sales team's and a subscription business's files as their tools would export them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.core.errors import Problem, StoreError
from tradewind.core.time import local_day
from tradewind.simulate.exports.hubspot import record_id, write_hubspot
from tradewind.simulate.exports.plain import write_plain
from tradewind.simulate.exports.stripe import customer_id, write_stripe_subscriptions
from tradewind.simulate.exports.zendesk import write_zendesk_tickets
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import SalesSettings, Simulated, Stage, SubscriptionSettings, World

if TYPE_CHECKING:
    import pyarrow as pa

SALES = SalesSettings(
    leads=4000,
    accounts=1200,
    converts=0.35,
    fit=0.6,
    stages=(
        Stage("Qualification", 0.65, 12.0),
        Stage("Demo", 0.70, 20.0),
        Stage("Proposal", 0.60, 25.0),
        Stage("Negotiation", 0.75, 18.0),
    ),
)
"""A team whose deals take eleven weeks from opening to signature, so that on any day about a hundred are open."""
WORLD = World(
    start=date(2023, 1, 1), days=731, subscriptions=SubscriptionSettings(accounts=1500, logins=3.0), sales=SALES
)
"""Two years, of which 2025-01-01 is the day after; the configs pin that day as today."""
SEED = 20


@dataclass(frozen=True)
class SimulatedDemo:
    """One simulated demo.

    Args:
        title: name of its workspace; it says that it is simulated.
        config: its file under `flow/`.
        write: writes the data files into a folder.
    """

    title: str
    config: str
    write: Callable[[Path], None]


def _write_sales(folder: Path) -> None:
    """HubSpot's three exports, and the history of stages and the activities from a tool of the team's own."""
    sales = simulate_sales(WORLD, SEED)
    write_hubspot(sales, folder)
    zone = sales.world.timezone
    for name, columns in {"deal_stages": ("deal_id",), "activities": ("lead_id", "deal_id")}.items():
        table = sales.tables[name]
        for column in columns:
            ours = table[column].to_pylist()
            kind = 1 if column == "lead_id" else 3
            numbers = [None if each is None else str(record_id(each, kind)) for each in ours]
            table = table.set_column(table.column_names.index(column), column, [numbers])
        write_plain(table, folder / f"{name}.csv", zone)
    write_plain(_spend(sales), folder / "spend.csv", zone)


def _spend(sales: Simulated) -> pa.Table:
    """What the sources of leads cost each day: so much for every lead that came in."""
    import pyarrow as pa

    cost = {source.name: source.cost for source in sales.world.sales.sources if source.cost > 0}
    leads = sales.tables["leads"]
    zone = sales.world.timezone
    days = [local_day(at, zone) for at in leads["created_at"].to_pylist()]
    paid = Counter(
        (day, source) for day, source in zip(days, leads["source"].to_pylist(), strict=True) if source in cost
    )
    rows = sorted(paid.items())
    return pa.table(
        {
            "day": [day for (day, _), _ in rows],
            "source": [source for (_, source), _ in rows],
            "cost": [round(count * cost[source], 2) for (_, source), count in rows],
        }
    )


def _write_subscription(folder: Path) -> None:
    """Stripe's subscriptions and payments, Zendesk's tickets, and the product's own log of logins."""
    import pyarrow.compute as pc

    business = simulate_subscriptions(WORLD, SEED)
    write_stripe_subscriptions(business, folder)
    write_zendesk_tickets(business, folder)
    people = business.tables["customers"]
    owners = people.filter(pc.equal(people["role"], "owner"))
    payer = dict(zip(owners["account_id"].to_pylist(), owners["customer_id"].to_pylist(), strict=True))
    logins = business.tables["events"]
    logins = logins.filter(pc.equal(logins["name"], "login")).select(["happened_at", "customer_id", "account_id"])
    billed = [customer_id(payer[account]) for account in logins["account_id"].to_pylist()]
    logins = logins.select(["happened_at", "customer_id"]).append_column("stripe_customer", [billed])
    write_plain(logins.rename_columns(["time", "user_id", "stripe_customer"]), folder / "logins.csv", WORLD.timezone)


DEMOS: Mapping[str, SimulatedDemo] = {
    "sales": SimulatedDemo("B2B sales team (simulated)", "demo_sales.toml", _write_sales),
    "subscription": SimulatedDemo(
        "Subscription business (simulated)", "demo_subscription.toml", _write_subscription
    ),
}  # fmt: skip
"""The simulated demos by the word that one types."""


def set_up_simulated(kind: str, directory: Path) -> Path:
    """Write a simulated demo's files and config into a folder; what is there already is left alone.

    Args:
        kind: one of `DEMOS`.
        directory: where the workspace shall be; made when missing.
    Returns:
        The directory.
    Raises:
        StoreError: the folder holds another workspace or cannot be written.
    """
    demo = DEMOS[kind]
    config = directory / "tradewind.toml"
    text = files("tradewind.flow").joinpath(demo.config).read_text(encoding="utf-8")
    if config.exists() and demo.title not in config.read_text(encoding="utf-8"):
        raise StoreError(
            Problem(str(directory), "this folder holds another workspace", str(config), "an empty or new folder",
                    f"tradewind demo {kind} another-folder")
        )  # fmt: skip
    try:
        if not config.exists():  # the config comes last: a demo that was stopped half-way is written again
            demo.write(directory / "data")
            config.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(
            Problem(str(directory), "the demo cannot be written there", error.strerror or str(error),
                    "a folder you may write to, with 50 MB free", f"tradewind demo {kind} another-folder")
        ) from error  # fmt: skip
    return directory
