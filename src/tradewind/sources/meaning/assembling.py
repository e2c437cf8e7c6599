"""A chosen table as a proposal: every column placed, or left out with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tradewind.core.contract import CONTRACT
from tradewind.sources.meaning.amounts import find_amount
from tradewind.sources.meaning.attributes import place_attributes
from tradewind.sources.meaning.closing import fill_won, split_close_date
from tradewind.sources.meaning.filling import conversions_of, header_of
from tradewind.sources.meaning.fitting import Fit, Pick
from tradewind.sources.meaning.world import World
from tradewind.sources.meaning.writing import column_sql, number_sql, time_sql
from tradewind.sources.profile import ColumnProfile, SourceProfile
from tradewind.sources.proposal import Guess, LeftOut, ProposedTable


@dataclass
class Draft:
    """A table being proposed: guesses gathered one after the other.

    Args:
        world: all tables.
        one: the source as a contract table.
        guesses: contract column or attribute → guess.
        lookups: (table, on) in order.
        used: places of the source's columns that a guess reads.
        places: places of the source's columns that each guess reads.
        left_out: columns that are not mapped.
        others: for an amount, what else it might be.
        notes: what could not be decided, in plain sentences.
        serving: places of other tables that are joined to this one.
        world_taken: places of tables that are contract tables of their own.
    """

    world: World
    one: Fit
    guesses: dict[str, Guess] = field(default_factory=dict)
    lookups: list[tuple[str, str]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    others: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    serving: set[int] = field(default_factory=set)
    world_taken: frozenset[int] = frozenset()

    @property
    def source(self) -> SourceProfile:
        """The source table."""
        return self.world.tables[self.one.source]

    def add(self, name: str, pick: Pick) -> None:
        """Fill a contract column with a source column."""
        column = self.source.columns[pick.place]
        target = CONTRACT[self.one.table].column(name)
        expression, format_ = column_sql(column), ""
        if target is not None and target.type in ("time", "day"):
            expression, format_ = time_sql(column)
        elif target is not None and target.type in ("money", "quantity", "number"):
            expression = number_sql(column)
        self.put(Guess(name, expression, pick.score, pick.reason, format_), pick.place)

    def put(self, guess: Guess, *places: int) -> None:
        """Take a guess, and note the source columns that it reads."""
        self.guesses[guess.column] = guess
        self.places[guess.column] = places
        self.used |= set(places)

    def look_up(self, table: int, on: str) -> None:
        """Join another table once."""
        self.serving.add(table)
        entry = (self.world.tables[table].name, on)
        if entry not in self.lookups:
            self.lookups.append(entry)

    def reach(self, table: int, column: ColumnProfile) -> str:
        """Return how an expression names a joined table's column: by itself where no earlier table has the name."""
        names = [one.name.lower() for one in self.source.columns]
        joined = {name for name, _ in self.lookups}
        for place, other in enumerate(self.world.tables):
            if other.name in joined and place != table:
                names += [one.name.lower() for one in other.columns]
        return self.world.tables[table].short if column.name.lower() in names else ""


def draft_table(world: World, one: Fit, chosen: Sequence[Fit]) -> Draft:
    """Fill every contract column of a chosen table; attributes and what is left out come after."""
    draft = Draft(world, one, world_taken=frozenset(each.source for each in chosen))
    for name, pick in one.picks.items():
        if pick.place >= 0 and not (name == "amount" and one.table in ("orders", "order_lines")):
            draft.add(name, pick)
    if one.table in ("orders", "order_lines"):
        _fill_amount(draft)
    _number_rows(draft)
    if one.table == "order_lines":
        _fill_from_header(draft, chosen)
    if one.table in ("orders", "order_lines"):
        _name_the_person(draft, chosen)
    if one.table in ("accounts", "products"):
        _name_by_key(draft)
    if one.table == "deals":
        fill_won(draft)
        split_close_date(draft)
    if one.table == "leads":
        _fill_conversion(draft)
    return draft


def finish(draft: Draft, reserved: frozenset[str] = frozenset()) -> ProposedTable:
    """Place what is left as attributes, or leave it out with the reason."""
    place_attributes(draft, reserved)
    order = [column.name for column in CONTRACT[draft.one.table].columns]
    guesses = sorted(
        draft.guesses.values(), key=lambda guess: order.index(guess.column) if guess.column in order else len(order)
    )
    return ProposedTable(
        draft.one.table,
        draft.source.name,
        tuple(guesses),
        draft.one.reason,
        round(draft.one.confidence, 2),
        tuple(draft.lookups),
        left_out=tuple(draft.left_out),
    )


def _fill_amount(draft: Draft) -> None:
    amount = find_amount(draft.world, draft.one)
    if amount is None:
        return
    draft.put(Guess("amount", amount.expression, amount.confidence, amount.reason), *amount.places)
    draft.others = amount.others
    columns = [draft.source.columns[place] for place in amount.places]
    if any(column.number is not None and column.number.negative > 0 for column in columns):
        draft.notes.append(
            f"{draft.source.short}: amounts below zero are taken as returns or cancellations, and lower what was bought"
        )


def _number_rows(draft: Draft) -> None:
    """Rows without a key of their own are named by their number."""
    table = draft.one.table
    key = {"orders": "order_id", "customers": "customer_id", "leads": "lead_id"}.get(table)
    if key is None or key in draft.guesses:
        return
    counting = next((column for column in draft.source.columns if column.running), None)
    if counting is not None:
        draft.put(Guess(key, column_sql(counting), 0.6, "counts the rows; nothing else names them"), counting.place)
        return
    why = "no column names a row, so its number does; keep the file's order, or next week's rows look new"
    draft.put(Guess(key, "row_number", 0.6, why))


def _fill_from_header(draft: Draft, chosen: Sequence[Fit]) -> None:
    """What the lines do not say, and their orders do."""
    header = header_of(draft.world, draft.one)
    if header is None or any(one.table == "orders" and one.source == header.source for one in chosen):
        return
    lines, orders = draft.source, draft.world.tables[header.source]
    wanted = [name for name in ("customer_id", "happened_at", "channel", "currency") if name in header.fit.picks]
    wanted = [name for name in wanted if name not in draft.guesses or name in ("customer_id", "happened_at")]
    if not wanted:
        return
    draft.look_up(header.source, _on(lines.columns[header.column], orders.columns[header.key]))
    for name in wanted:
        pick = header.fit.picks[name]
        column = orders.columns[pick.place]
        where = draft.reach(header.source, column)
        expression, format_ = time_sql(column, where) if name == "happened_at" else (column_sql(column, where), "")
        reason = f"from {orders.short}, which has one row for each order; {pick.reason}"
        if name in draft.guesses:
            old = draft.one.picks[name]
            draft.used.discard(old.place)
        draft.put(Guess(name, expression, pick.score, reason, format_))


def _name_the_person(draft: Draft, chosen: Sequence[Fit]) -> None:
    """Where each order has a customer number of its own, the person is another column of the customers' table."""
    people = next((one for one in chosen if one.table == "customers"), None)
    if people is None or "customer_id" not in people.picks:
        return
    world, table = draft.world, world_table(draft, people)
    person = table.columns[people.picks["customer_id"].place]
    buyer = _buyer_column(draft)
    if buyer is None or people.source == draft.one.source:
        return
    source, column = buyer
    links = [link for link in world.out(source, column.place) if link.to_table == people.source]
    if not links or links[0].to_column == person.place:
        return
    key = table.columns[links[0].to_column]
    draft.look_up(people.source, _on(column, key))
    reason = f"{column.name} is another one for each order; {person.name} in {table.short} is the person"
    draft.guesses["customer_id"] = Guess(
        "customer_id", column_sql(person, draft.reach(people.source, person)), people.picks["customer_id"].score, reason
    )


def world_table(draft: Draft, one: Fit) -> SourceProfile:
    """Return the source of another chosen table."""
    return draft.world.tables[one.source]


def _buyer_column(draft: Draft) -> tuple[int, ColumnProfile] | None:
    header = header_of(draft.world, draft.one) if draft.one.table == "order_lines" else None
    if header is not None and "customer_id" in header.fit.picks:
        place = header.fit.picks["customer_id"].place
        return header.source, draft.world.tables[header.source].columns[place]
    pick = draft.one.picks.get("customer_id")
    return (draft.one.source, draft.source.columns[pick.place]) if pick is not None else None


def _name_by_key(draft: Draft) -> None:
    """A key that is a name is the name too."""
    key = draft.guesses.get(CONTRACT[draft.one.table].key[0])
    if key is None or "name" in draft.guesses:
        return
    values = [value for value, _ in draft.source.columns[draft.places[key.column][0]].top]
    if values and sum(sum(map(str.isalpha, value)) > 0.7 * len(value) for value in values) > 0.8 * len(values):
        draft.put(Guess("name", key.expression, 0.7, "rows are told apart by their names"), *draft.places[key.column])


def _fill_conversion(draft: Draft) -> None:
    """When a lead became a customer, from the table in which only those stand who did."""
    world, link = draft.world, conversions_of(draft.world, draft.one)
    if link is None or "converted_at" in draft.guesses:
        return
    table = world.tables[link.table]
    time = next(time for time in world.times(link.table) if time.fill > 0.9)
    draft.look_up(link.table, _on(draft.source.columns[link.to_column], table.columns[link.column]))
    share = f"{link.used:.1%} of the leads stand in {table.short}"
    expression, format_ = time_sql(time, draft.reach(link.table, time))
    draft.put(Guess("converted_at", expression, 0.85, f"{share}: this is when they became customers", format_))
    others = [column for column in world.keys(link.table) if column.place != link.column and column.kind == "code"]
    if others and "customer_id" not in draft.guesses:
        sql = column_sql(others[0], draft.reach(link.table, others[0]))
        draft.put(Guess("customer_id", sql, 0.6, f"another number that no two rows of {table.short} share"))
    taken = {link.column, time.place, *(other.place for other in others[:1])}
    why = "stands only where the lead was won, so it is known only afterwards"
    draft.left_out += [
        LeftOut(f"{table.short}.{column.name}", why, True) for column in table.columns if column.place not in taken
    ]


def _on(left: ColumnProfile, right: ColumnProfile) -> str:
    return left.name if left.name == right.name else f"{left.name} = {right.name}"
