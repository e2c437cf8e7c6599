"""All tables together, with their headers read and their links found: what every guess looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tradewind.sources.meaning.relations import Link, Values, column_values, find_links, fixed_by, is_key
from tradewind.sources.meaning.words import Heading, fit_column, read_heading
from tradewind.sources.profile import ColumnProfile, SourceProfile


@dataclass(frozen=True)
class Evidence:
    """Why a column may hold something, apart from its name.

    Args:
        score: 0 to 1; how sure the data make us.
        reason: in plain words.
    """

    score: float
    reason: str


@dataclass(frozen=True)
class Structure:
    """How much a source table is built like a contract table.

    Args:
        score: 0 to 1; below 0 it cannot be one.
        reason: in plain words.
        hints: contract column → place of a source column → evidence.
    """

    score: float = 0.0
    reason: str = ""
    hints: dict[str, dict[int, Evidence]] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """Every table of a company, linked.

    Args:
        tables: profiled.
        links: which columns point to keys of other tables.
        names: the tables' names, read.
        heads: the headers of each table, read.
        values: the different values of the columns that may name something; empty where there is one table.
        answers: what was found to be the answer of a table, so that it is looked for once.
    """

    tables: tuple[SourceProfile, ...]
    links: tuple[Link, ...]
    names: tuple[Heading, ...]
    heads: tuple[tuple[Heading, ...], ...]
    values: tuple[dict[int, Values], ...] = ()
    answers: dict[int, object] = field(default_factory=dict, repr=False, compare=False)
    _fixed: dict[tuple[int, int], dict[int, float]] = field(default_factory=dict, repr=False, compare=False)

    def fixed(self, table: int, place: int) -> dict[int, float]:
        """Return in what share of the values of one column each other column has a single value."""
        if (table, place) not in self._fixed:
            self._fixed[table, place] = fixed_by(self.tables[table], place)
        return self._fixed[table, place]

    def name_fit(self, table: int, place: int, contract: str, column: str) -> float:
        """Return how well a header names a contract column, 0 to 1."""
        return fit_column(self.heads[table][place], contract, column)

    def out(self, table: int, place: int) -> list[Link]:
        """Return where a column points to."""
        return [link for link in self.links if (link.table, link.column) == (table, place)]

    def into(self, table: int) -> list[Link]:
        """Return which columns of other tables point to this one."""
        return [link for link in self.links if link.to_table == table]

    def keys(self, table: int) -> list[ColumnProfile]:
        """Return the columns that name each row: those that others point to first, those that themselves name some of
        another table's rows after them, a mere count of rows last."""
        used = {link.to_column for link in self.into(table)}
        names_others = {link.column for link in self.links if link.table == table and link.found > 0.9 > link.used}
        found = [column for column in self.tables[table].columns if is_key(column)]
        return sorted(
            found,
            key=lambda column: (
                column.running, column.place in names_others, column.place not in used, column.place,
            ),
        )  # fmt: skip

    def times(self, table: int) -> list[ColumnProfile]:
        """Return the columns that hold times."""
        return [column for column in self.tables[table].columns if column.time is not None and not column.doubled]

    def measures(self, table: int) -> list[ColumnProfile]:
        """Return the columns that hold amounts or counts, money first."""
        found = [
            column
            for column in self.tables[table].columns
            if column.kind in ("money", "number", "integer") and column.time is None and not column.doubled
        ]
        return sorted(found, key=lambda column: ("money", "number", "integer").index(column.kind))


def make_world(tables: Sequence[SourceProfile]) -> World:
    """Read the headers of all tables and find how they are linked."""
    values = tuple(column_values(table) for table in tables) if len(tables) > 1 else ()
    links = find_links(tables, values)
    return World(
        tuple(
            _pointed_to(table, {link.to_column for link in links if link.to_table == place})
            for place, table in enumerate(tables)
        ),
        links,
        tuple(read_heading(table.short) for table in tables),
        tuple(tuple(read_heading(column.name) for column in table.columns) for table in tables),
        values,
    )


def _pointed_to(table: SourceProfile, keys: set[int]) -> SourceProfile:
    """A column that another table points to is more than a count of the rows."""
    columns = tuple(replace(c, running=False) if c.running and c.place in keys else c for c in table.columns)
    return table if columns == table.columns else replace(table, columns=columns)


def names_things(world: World, table: int, column: ColumnProfile) -> bool:
    """Whether a column's values name things (orders, people, products) rather than count or describe.

    Whole numbers do when another table holds them as its key, when all have as many digits, or when they fill their
    range as running numbers do.
    """
    if not column.idlike or column.doubled or column.running:
        return False
    if column.kind != "integer" or world.out(table, column.place):
        return True
    number = column.number
    if number is None or number.negative or column.distinct < 3:
        return False
    concepts = world.heads[table][column.place].concepts
    if "id" in concepts and concepts <= {"id", "customer", "account", "contact"}:
        return True
    lengths = {len(value) for value, _ in column.top}
    same_length = len(lengths) == 1 and number.low >= 1000 and abs(number.skew) < 0.5
    filling = column.distinct > 200 and column.distinct > 0.5 * (number.high - number.low + 1)
    return same_length or filling
