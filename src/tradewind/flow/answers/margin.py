"""What part of revenue is gross margin, and how we know: product cost, an assumption in config, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.features.catalog import Catalog
from tradewind.flow.ask import ask
from tradewind.store.engines import Engine
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class Margin:
    """What share of revenue is gross margin, and how we know.

    Args:
        share: gross margin as a share of revenue; None where neither cost nor margin is known.
        sentence: how it is known, in plain words.
        assumed: whether it rests on a number in config.
    """

    share: float | None
    sentence: str
    assumed: bool

    @property
    def factor(self) -> float:
        """What amounts are multiplied with: the margin, or 1 where amounts stay revenue."""
        return 1.0 if self.share is None else self.share


def find_margin(workspace: Workspace, engine: Engine, catalog: Catalog) -> Margin:
    """Return the share of revenue that is gross margin: from product cost, else from config, else unknown.

    From product cost: over the order lines whose product has a cost and whose quantity and amount are known,
    1 − Σ cost × quantity ÷ Σ amount. Costs that leave no margin at all, or more than all, are said and not used.
    """
    impossible = ""
    if catalog.has("order_lines", "quantity") and "cost" in _columns(catalog, "products"):
        query = """
            SELECT SUM(order_lines.amount_base) AS revenue, SUM(products.cost * order_lines.quantity) AS cost
            FROM order_lines INNER JOIN products ON products.product_id = order_lines.product_id
            WHERE products.cost IS NOT NULL AND order_lines.quantity IS NOT NULL
              AND order_lines.amount_base IS NOT NULL
              AND order_lines.valid_to IS NULL AND products.valid_to IS NULL
        """
        row = ask(engine, query).to_pylist()[0]
        if row["revenue"] and row["cost"] is not None and row["revenue"] > 0:
            share = 1 - float(row["cost"]) / float(row["revenue"])
            if 0 < share <= 1:
                said = f"Gross margin is {share:.0%} of revenue, from the cost of the products sold."
                return Margin(share, said, False)
            impossible = f"The costs of products would leave a margin of {share:.0%} and are not used. "
    stated = workspace.config.workspace.margin
    if stated is not None:
        sentence = f"Gross margin is {stated:.0%} of revenue: an assumption, written in [workspace] margin."
        return Margin(stated, impossible + sentence, True)
    return Margin(None, f"{impossible}No margin is known, so amounts are revenue, not profit.", False)


def _columns(catalog: Catalog, table: str) -> tuple[str, ...]:
    found = catalog.table(table)
    return () if found is None else tuple(found.columns)
