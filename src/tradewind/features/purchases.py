"""Default features from orders: how recently, how often, how much, on which days, at what discount."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.features.catalog import Catalog
from tradewind.features.feature_set import Group
from tradewind.features.rhythm import rhythm_group
from tradewind.features.whose import group_of, is_tied
from tradewind.features.wording import Window, Words, also, in_window, since, suffix, total

_OWN = "amount_base = amount"
"""Orders in the workspace's currency: discounts have no rate of their own, and currencies are never added up."""


def order_groups(catalog: Catalog, entity: str, windows: Sequence[int]) -> list[Group]:
    """Return the steps over orders, most telling first; none when orders are not tied to the entity."""
    if not is_tied(catalog, "orders", entity, "happened_at", "amount_base"):
        return []
    if not catalog.has("orders", entity):  # those of a company's people; a rhythm of several people is none
        return [_orders(catalog, entity, windows)]
    return [_orders(catalog, entity, windows), rhythm_group(entity, windows), _first_order(catalog, entity)]


def _orders(catalog: Catalog, entity: str, windows: Sequence[int]) -> Group:
    spans: list[Window] = [*windows, None]
    words = Words("orders")
    columns = ["MIN(happened_on) AS first_on", "MAX(happened_on) AS last_on"]
    words.add("days_since_last_order", "days since the last order", "days", "recency", "days_since", "last_on")
    words.add("days_since_first_order", "days since the first order", "days", "tenure", "days_since", "first_on")
    for window in spans:
        end, when = suffix(window), in_window(window)
        columns += [
            f"COUNT(*){since(window)} AS orders{end}",
            f"{total('amount_base', since(window))} AS spend{end}",
            f"COUNT(amount_base){since(window)} AS priced{end}",
        ]
        words.add(f"orders_count{end}", f"orders {when}", "count", "frequency", "count", f"orders{end}", window)
        words.add(f"spend{end}", f"amount spent {when}", "money", "spend", "sum", f"spend{end}", window)
    _amounts(words, columns, windows)
    _trends(words, columns, windows)
    _calendar(words, columns)
    _discounts(catalog, words, columns, windows)
    if catalog.has("orders", "store_id"):
        columns.append("COUNT(DISTINCT store_id) AS stores")
        words.add("stores_count_all", "different stores used so far", "count", "place", "count", "stores")
    return group_of(catalog, "orders", entity, columns, words)


def _amounts(words: Words, columns: list[str], windows: Sequence[int]) -> None:
    for window in _short_and_all(windows):
        end, when = suffix(window), in_window(window)
        columns += [
            f"MAX(amount_base){since(window)} AS largest{end}",
            f"MIN(amount_base){since(window)} AS least{end}",
        ]
        per = (f"spend{end}", f"priced{end}")
        words.add(f"order_value_mean{end}", f"average order value {when}", "money", "basket", "ratio", per, window)
        words.add(f"order_value_max{end}", f"largest order {when}", "money", "basket", "value", f"largest{end}", window)
    words.add("order_value_min_all", "smallest order so far", "money", "basket", "value", "least_all")
    columns += [
        "COUNT(*) FILTER (WHERE amount_base < 0) AS returns",
        f"{total('-amount_base', ' FILTER (WHERE amount_base < 0)')} AS returned",
        f"{total('amount_base', ' FILTER (WHERE amount_base > 0)')} AS bought",
    ]
    words.add(
        "returns_share",
        "share of orders that were returns so far",
        "share",
        "returns",
        "ratio",
        ("returns", "orders_all"),
    )
    words.add(
        "returned_amount_share",
        "share of the amount bought that was returned",
        "share",
        "returns",
        "ratio",
        ("returned", "bought"),
    )


def _short_and_all(windows: Sequence[int]) -> list[Window]:
    return [window for window in windows if window == 90] + [None]


def _trends(words: Words, columns: list[str], windows: Sequence[int]) -> None:
    for short, double in ((30, 60), (90, 180)):
        if double > max(windows, default=0):
            continue
        earlier = f" FILTER (WHERE happened_on >= :days_{double}_ago_day AND happened_on < :days_{short}_ago_day)"
        columns += [
            f"COUNT(*){earlier} AS orders_before_{short}d",
            f"{total('amount_base', earlier)} AS spend_before_{short}d",
        ]
        for what, noun in (("orders", "orders"), ("spend", "amount spent")):
            words.add(
                f"{what}_trend_{short}d",
                f"{noun} in the last {short} days compared with the {short} days before",
                "ratio",
                "trend",
                "ratio",
                (f"{what}_{short}d", f"{what}_before_{short}d"),
                short,
            )
    for short, long in ((7, 30), (30, 90), (90, None)):
        if short not in windows or (long is not None and long not in windows):
            continue
        name = f"orders_share_{short}d_of_{'all' if long is None else f'{long}d'}"
        of = "of all orders" if long is None else f"of the orders of the last {long} days"
        sentence = f"share {of} that came in the last {short} days"
        pair = (f"orders_{short}d", f"orders{suffix(long)}")
        words.add(name, sentence, "share", "trend", "ratio", pair, short)


def _calendar(words: Words, columns: list[str]) -> None:
    kinds = (
        ("weekend", "on weekends", "EXTRACT(ISODOW FROM happened_on) >= 6"),
        ("evening", "after six in the evening", "happened_hour >= 18"),
        ("morning", "before noon", "happened_hour < 12"),
    )
    for name, sentence, condition in kinds:
        columns.append(f"COUNT(*){also(None, condition)} AS {name}")
        words.add(
            f"{name}_share", f"share of orders placed {sentence}", "share", "timing", "ratio", (name, "orders_all")
        )


def _discounts(catalog: Catalog, words: Words, columns: list[str], windows: Sequence[int]) -> None:
    if not catalog.has("orders", "discount"):
        return
    for window in _short_and_all(windows):
        end, when = suffix(window), in_window(window)
        columns += [
            f"{total('discount', also(window, _OWN))} AS discount{end}",
            f"{total('amount + discount', also(window, _OWN))} AS undiscounted{end}",
            f"COUNT(*){also(window, 'discount > 0')} AS discounted{end}",
        ]
        words.add(
            f"discount_share{end}",
            f"discount as a share of the full price {when}",
            "share",
            "discount",
            "ratio",
            (f"discount{end}", f"undiscounted{end}"),
            window,
            influence="you can influence",
        )
        words.add(
            f"discounted_orders_share{end}",
            f"share of orders with a discount {when}",
            "share",
            "discount",
            "ratio",
            (f"discounted{end}", f"orders{end}"),
            window,
            influence="you can influence",
        )


def _first_order(catalog: Catalog, entity: str) -> Group:
    """What the first order was; where two orders of one instant disagree on a word, the word is unknown."""
    words = Words("orders")
    columns = ["MAX(orders.amount_base) AS first_amount"]
    words.add("first_order_value", "value of the first order", "money", "first order", "value", "first_amount")
    if catalog.has("orders", "channel"):
        columns.append(f"{agreed('orders.channel')} AS first_channel")
        words.add(
            "first_order_channel",
            "where the first order came from",
            "category",
            "first order",
            "category",
            "first_channel",
        )
    select = f"""
        WITH firsts AS (SELECT {entity}, MIN(happened_at) AS first_at FROM orders GROUP BY {entity})
        SELECT orders.{entity}, {", ".join(columns)}
        FROM orders JOIN firsts ON firsts.{entity} = orders.{entity} AND firsts.first_at = orders.happened_at
        GROUP BY orders.{entity}"""
    return Group("first_orders", select, tuple(words.derivations))


def agreed(column: str) -> str:
    """Return the one value of a text column within a group, NULL where rows disagree: no sort order is needed."""
    return f"CASE WHEN MIN({column}) = MAX({column}) THEN MIN({column}) END"
