"""The simulated demos: a sales team's and a subscription business's files as their tools would export them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.core.errors import Problem, StoreError
from tradewind.simulate.exports.hubspot import record_id, write_hubspot
from tradewind.simulate.exports.plain import write_plain
from tradewind.simulate.exports.stripe import customer_id, write_stripe_subscriptions
from tradewind.simulate.exports.zendesk import write_zendesk_tickets
from tradewind.simulate.sales import simulate_sales, simulate_website
from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import SalesSettings, Stage, SubscriptionSettings, World

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
        config: its file beside this one.
        write: writes the data files into a folder.
        lists: the questions whose lists it ends in.
    """

    title: str
    config: str
    write: Callable[[Path], None]
    lists: tuple[str, ...]


def _write_sales(folder: Path) -> None:
    """HubSpot's three exports; stages, activities, the website and what was spent from tools of the team's own."""
    sales = simulate_sales(WORLD, SEED)
    write_hubspot(sales, folder)
    zone = sales.world.timezone
    website = simulate_website(WORLD, SEED)
    tables = {"deal_stages": sales.tables["deal_stages"], "activities": sales.tables["activities"],
              "website": website["events"]}  # fmt: skip
    for name, table in tables.items():
        write_plain(_as_hubspot_counts(table), folder / f"{name}.csv", zone)
    write_plain(website["spend"].rename_columns(["day", "source", "cost"]), folder / "spend.csv", zone)


def _as_hubspot_counts(table: pa.Table) -> pa.Table:
    """Name leads and deals by the numbers that HubSpot gives them."""
    for column, kind in (("lead_id", 1), ("deal_id", 3)):
        if column in table.column_names:
            numbers = [None if each is None else str(record_id(each, kind)) for each in table[column].to_pylist()]
            table = table.set_column(table.column_names.index(column), column, [numbers])
    return table


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
    "sales": SimulatedDemo(
        "B2B sales team (simulated)", "demo_sales.toml", _write_sales,
        ("lead_conversion", "deal_win", "pipeline_health"),
    ),
    "subscription": SimulatedDemo(
        "Subscription business (simulated)", "demo_subscription.toml", _write_subscription, ("health",)
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
    text = files("tradewind.flow.start").joinpath(demo.config).read_text(encoding="utf-8")
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
