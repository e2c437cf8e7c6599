"""Default features from order lines: how many products, how new, which categories and brands."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.features.catalog import Catalog
from tradewind.features.feature_set import Group, Vocabulary
from tradewind.features.wording import Window, Words, in_window, since, suffix, total

TOP = {"category": 3, "brand": 1}
"""How many of the most bought words of each kind get a share of their own."""


def basket_groups(catalog: Catalog, entity: str, windows: Sequence[int]) -> list[Group]:
    """Return the steps over order lines, joined to orders where the lines do not say who and when."""
    lines = _lines(catalog, entity)
    if not lines:
        return []
    groups = [_products(catalog, entity, windows, lines)]
    for kind in ("category", "brand"):
        if catalog.has("products", kind):
            groups.append(_kinds(entity, windows, lines, kind))
    return groups


def _lines(catalog: Catalog, entity: str) -> str:
    """The SELECT of a line with who, when and how much; empty when that cannot be known."""
    if not catalog.has("order_lines", "product_id", "amount_base"):
        return ""
    columns = "order_lines.product_id, order_lines.amount_base, " + (
        "order_lines.quantity" if catalog.has("order_lines", "quantity") else "NULL AS quantity"
    )
    if catalog.has("order_lines", entity, "happened_on"):
        return f"SELECT order_lines.{entity}, order_lines.happened_on, {columns} FROM order_lines"
    if catalog.has("orders", entity, "happened_on"):
        joined = "FROM order_lines JOIN orders ON orders.order_id = order_lines.order_id"
        return f"SELECT orders.{entity}, orders.happened_on, {columns} {joined}"
    return ""


def _spans(windows: Sequence[int]) -> list[Window]:
    return [window for window in windows if window in (30, 90)] + [None]


def _products(catalog: Catalog, entity: str, windows: Sequence[int], lines: str) -> Group:
    words = Words("order_lines")
    columns = [
        "CAST(SUM(times) AS BIGINT) AS lines",
        "COUNT(*) FILTER (WHERE times > 1) AS repeated",
    ]
    for window in _spans(windows):
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(*){since(window, 'last_on')} AS products{end}")
        words.add(
            f"products_count{end}", f"different products {when}", "count", "variety", "count", f"products{end}", window
        )
        if window is not None:
            columns.append(f"COUNT(*){since(window, 'first_on')} AS fresh{end}")
            words.add(
                f"new_products_share{end}",
                f"share of products bought {when} that were new to the customer",
                "share",
                "novelty",
                "ratio",
                (f"fresh{end}", f"products{end}"),
                window,
            )
    words.add(
        "repeated_products_share", "share of products bought more than once", "share", "variety", "ratio", _REPEATED
    )
    words.add("lines_per_product", "how often a product is bought again", "ratio", "variety", "ratio", _AGAIN)
    if catalog.has("order_lines", "quantity"):
        columns.append(f"{total('quantity')} AS quantity")
        words.add("quantity_all", "items bought so far", "count", "volume", "sum", "quantity")
    select = f"""
        WITH lines AS ({lines}),
        bought AS (
            SELECT {entity}, product_id, MIN(happened_on) AS first_on, MAX(happened_on) AS last_on,
                COUNT(*) AS times, SUM(quantity) AS quantity
            FROM lines GROUP BY {entity}, product_id
        )
        SELECT {entity}, {", ".join(columns)} FROM bought GROUP BY {entity}"""
    return Group("products_bought", select, tuple(words.derivations))


_REPEATED = ("repeated", "products_all")
_AGAIN = ("lines", "products_all")


def _kinds(entity: str, windows: Sequence[int], lines: str, kind: str) -> Group:
    """Different categories (or brands), and the share of spending that goes to the most bought of them."""
    words = Words("order_lines")
    columns = [f"{total('spend')} AS spend_all"]
    plural = {"category": "categories", "brand": "brands"}[kind]
    for window in _spans(windows):
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(*){since(window, 'last_on')} AS kinds{end}")
        words.add(
            f"{plural}_count{end}", f"different {plural} {when}", "count", "variety", "count", f"kinds{end}", window
        )
    for number in range(TOP[kind]):
        columns.append(f"{total('spend', f' FILTER (WHERE kind = :word_{number})')} AS spend_on_{number}")
        words.add(
            f"{kind}_share_{number + 1}",
            f"share of spending on {{word_{number}}}",
            "share",
            f"{kind} share",
            "ratio",
            (f"spend_on_{number}", "spend_all"),
        )
    joined = f"""WITH lines AS ({lines}),
        of_kind AS (
            SELECT lines.{entity}, lines.happened_on, lines.amount_base, products.{kind} AS kind
            FROM lines JOIN products ON products.product_id = lines.product_id WHERE products.{kind} IS NOT NULL
        )"""
    select = f"""
        {joined},
        by_kind AS (
            SELECT {entity}, kind, MAX(happened_on) AS last_on, SUM(amount_base) AS spend
            FROM of_kind GROUP BY {entity}, kind
        )
        SELECT {entity}, {", ".join(columns)} FROM by_kind GROUP BY {entity}"""
    top = f"{joined} SELECT kind AS word, {total('amount_base')} AS weight FROM of_kind GROUP BY kind"
    return Group(f"{plural}_bought", select, tuple(words.derivations), Vocabulary(top, TOP[kind]))
