"""Products: names, prices and costs by category; a few of each category sell most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import Ints, ids, money, words
from tradewind.simulate.names import ADJECTIVES, BRANDS, THINGS
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Products:
    """The catalogue; arrays are (m,), sorted by category.

    Args:
        category: number of the category.
        price: in cents.
        cost: in cents.
        brand: number of the brand.
        popularity: (categories, largest category) share of a category's sales, added up along the category.
        first: (categories,) number of each category's first product.
        names: what the shop calls them.
    """

    category: Ints
    price: Ints
    cost: Ints
    brand: Ints
    popularity: NDArray[np.float64]
    first: Ints
    names: tuple[str, ...]

    def choose(self, category: Ints, rng: np.random.Generator) -> Ints:
        """Return a product of each category, drawn by popularity."""
        draws = rng.random(len(category))
        place = np.zeros(len(category), dtype=np.int64)
        for step in range(self.popularity.shape[1] - 1):
            place += draws > self.popularity[category, step]
        return self.first[category] + place


def draw_products(world: World, rng: np.random.Generator) -> Products:
    """Draw the catalogue."""
    shop = world.shop
    category = np.sort(np.arange(max(shop.products, len(shop.categories))) % len(shop.categories))
    count = len(category)
    level = rng.uniform(900, 3500, len(shop.categories))
    price = (np.maximum(level[category] * rng.lognormal(0, 0.4, count), 150) // 10).astype(np.int64) * 10 + 9
    sizes = np.bincount(category, minlength=len(shop.categories))
    popularity = np.ones((len(sizes), int(sizes.max())))
    for number, size in enumerate(sizes):
        shares = 1 / np.arange(1, size + 1)
        popularity[number, :size] = np.cumsum(shares) / shares.sum()
    return Products(
        category=category,
        price=price,
        cost=(price * rng.uniform(0.45, 0.75, count)).astype(np.int64),
        brand=rng.integers(0, len(BRANDS), count),
        popularity=popularity,
        first=np.concatenate([[0], np.cumsum(sizes)[:-1]]),
        names=tuple(_name(shop.categories[c], number) for number, c in enumerate(category)),
    )


def _name(category: str, number: int) -> str:
    adjective, thing = ADJECTIVES[number % len(ADJECTIVES)], THINGS[number // len(ADJECTIVES) % len(THINGS)]
    edition = number // (len(ADJECTIVES) * len(THINGS))
    return f"{adjective} {category} {thing}" + (f" {edition + 1}" if edition else "")


def product_ids(numbers: Ints) -> pa.Array:
    """Return the article numbers of products."""
    return ids("SKU-", numbers, 4)


def products_table(world: World, products: Products) -> pa.Table:
    """Return `products` as a contract table."""
    import pyarrow as pa

    return pa.table(
        {
            "product_id": product_ids(np.arange(len(products.category))),
            "name": pa.array(products.names, pa.string()),
            "category": words(world.shop.categories, products.category),
            "brand": words(BRANDS, products.brand),
            "price": money(products.price),
            "cost": money(products.cost),
        }
    )
