"""Fifty-odd ways in which exports break, seeded into a clean world: what was broken, where, and in which rows.

Written from the side of the breakage (a form left empty, a load run twice, a locale changed, a clock set wrongly); it
shares no rule, threshold or list with the detectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from clean_world import START, TODAY, Rows, World

Rng = np.random.Generator
Break = Callable[[Rows, Rng, np.ndarray], None]


@dataclass(frozen=True)
class Defect:
    """One way to break an export.

    Args:
        name: what happened, in words.
        table: the table it is in.
        columns: where it may rightly be told; the first is the column that was touched.
        kinds: the groups of finding that name it.
        apply: breaks these rows in place.
        least: the lowest rate at which it is a defect at all (a gap in volume has no rate of 0.1 %).
        bursts: whether the rows stand together in time rather than anywhere.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    apply: Break
    least: float = 0.001
    bursts: bool = False


def seed_defect(world: World, defect: Defect, rng: Rng, rate: float) -> tuple[World, int]:
    """Break one table of a clean world.

    Args:
        world: in good order; left as it is.
        defect: what happens.
        rng: where it happens.
        rate: share of rows, at least three of them.
    Returns:
        the world with the broken table, and how many rows were chosen.
    """
    rows = {name: list(values) for name, values in getattr(world, defect.table).items()}
    count = len(next(iter(rows.values())))
    wanted = max(3, round(count * max(rate, defect.least)))
    if defect.bursts:
        begin = int(rng.integers(0, count - wanted))
        places = np.arange(begin, begin + wanted)
    else:
        places = np.sort(rng.choice(count, wanted, replace=False))
    defect.apply(rows, rng, places)
    return world.with_table(defect.table, rows), wanted


def _put(column: str, make: Callable[[str, Rng], str | None]) -> Break:
    """Write a new value into each chosen row, made of the old one."""

    def apply(rows: Rows, rng: Rng, places: np.ndarray) -> None:
        for place in places:
            rows[column][place] = make(rows[column][place] or "", rng)

    return apply


def _any(*choices: str) -> Callable[[str, Rng], str]:
    return lambda _old, rng: str(rng.choice(choices))


def _one(*choices: str) -> Callable[[str, Rng], str]:
    """The same stand-in in every row: a system has one."""
    state: dict[int, str] = {}
    return lambda _old, rng: state.setdefault(id(rng), str(rng.choice(choices)))


def _append(rows: Rows, row: dict[str, str | None]) -> None:
    for name in rows:
        rows[name].append(row[name])


def _row(rows: Rows, place: int) -> dict[str, str | None]:
    return {name: values[place] for name, values in rows.items()}


def _keep(rows: Rows, kept: np.ndarray) -> None:
    for name, values in rows.items():
        rows[name] = [value for value, keep in zip(values, kept, strict=True) if keep]


def _in_time(rows: Rows, column: str = "happened_at") -> None:
    order = sorted(range(len(rows[column])), key=lambda place: rows[column][place] or "")
    for name, values in rows.items():
        rows[name] = [values[place] for place in order]


def _when(text: str | None) -> datetime:
    return datetime.fromisoformat(str(text))


# Values that are not there


def _only_one_country(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """One country's form has no such field."""
    here = [place for place, country in enumerate(rows["country"]) if country == "Austria"]
    for place in here[: max(3, len(places))]:
        rows["segment"][place] = None


def _since_a_day(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """A release lost a field: every row since then is without it."""
    for place in range(len(rows["points"]) - len(places), len(rows["points"])):
        rows["points"][place] = ""


def _tied_to_outcome(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """A field that people fill in only for deals they won."""
    lost = [place for place, won in enumerate(rows["won"]) if won == "no"]
    for place in rng.choice(lost, min(len(places), len(lost)), replace=False):
        rows["industry"][place] = None


# Rows that stand there twice


def _load_twice(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    for place in places:
        _append(rows, _row(rows, place))


def _submitted_twice(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """A nervous finger on the buy button."""
    for number, place in enumerate(places):
        again = _row(rows, place)
        later = _when(again["happened_at"]) + timedelta(seconds=int(rng.integers(5, 240)))
        _append(rows, {**again, "order_id": f"{900000 + number}", "happened_at": f"{later:%Y-%m-%d %H:%M:%S}"})
    _in_time(rows)


def _registered_again(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """The same person opens another account with the same address, written a little differently."""
    for number, place in enumerate(places):
        again = _row(rows, place)
        mail = str(again["email"])
        later = min(TODAY - timedelta(days=2), _when(again["created_at"]) + timedelta(days=int(rng.integers(3, 200))))
        _append(rows, {**again, "customer_id": f"N{number:06d}", "email": mail.upper() if rng.random() < 0.5 else mail,
                       "name": str(again["name"]).lower(), "created_at": f"{later:%Y-%m-%d %H:%M:%S}"})  # fmt: skip


def _same_phone(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """The same person without the old address: name and telephone are those of before."""
    for number, place in enumerate(places):
        again = _row(rows, place)
        phone = str(again["phone"]).replace(" ", "" if rng.random() < 0.5 else "-")
        _append(
            rows, {**again, "customer_id": f"N{number:06d}", "email": f"other.{number}@web.example", "phone": phone}
        )


def _deal_entered_twice(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """Two reps enter one deal."""
    for number, place in enumerate(places):
        _append(rows, {**_row(rows, place), "deal_id": f"X{number:06d}"})


def _one_id_for_two(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """Numbers were given anew: two people have one."""
    count = len(rows["customer_id"])
    for place in places:
        other = int(rng.integers(0, count))
        if other != place:
            rows["customer_id"][place] = rows["customer_id"][other]


# Numbers


def _times(column: str, *factors: float) -> Break:
    def make(old: str, rng: Rng) -> str:
        return f"{float(old) * float(rng.choice(factors)):.2f}" if old else old

    return _put(column, make)


def _not_returned(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    for place in places:
        rows["discount"][place] = f"-{abs(float(rows['amount'][place] or 0)) * 0.1 + 1:.2f}"


def _more_than_all(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    for place in places:
        rows["discount"][place] = f"{abs(float(rows['amount'][place] or 0)) * float(rng.uniform(11, 40)):.2f}"


def _returns_are_positive(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """Part of the returns came from a till that writes them without the sign."""
    back = [place for place, status in enumerate(rows["status"]) if status == "refunded"]
    for place in rng.choice(back, max(3, min(len(places), len(back) // 2)), replace=False):
        rows["amount"][place] = str(rows["amount"][place]).lstrip("-")


def _locale(old: str, rng: Rng) -> str:
    """1234.50 as another country writes it."""
    whole, _, part = f"{float(old):,.2f}".partition(".")
    return whole.replace(",", ".") + "," + part


# Times


def _future(old: str, rng: Rng) -> str:
    return f"{_when(old) + timedelta(days=365 * int(rng.integers(3, 8))):%Y-%m-%d %H:%M:%S}"


def _long_ago(old: str, rng: Rng) -> str:
    return f"{_when(old).replace(year=int(rng.integers(2002, 2006)), day=1):%Y-%m-%d %H:%M:%S}"


def _closed_too_early(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    done = [place for place in places if rows["closed_at"][place]] or [0, 1, 2]
    for place in done:
        begun = datetime.strptime(str(rows["created_at"][place]), "%d/%m/%Y %H:%M")
        rows["closed_at"][place] = f"{begun - timedelta(days=int(rng.integers(3, 300))):%d/%m/%Y %H:%M}"


def _joined_too_late(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """The shop moved to another system, and the day of the move became the day of joining."""
    for place in places:
        later = min(TODAY - timedelta(days=1), _when(rows["created_at"][place]) + timedelta(days=400))
        rows["created_at"][place] = f"{later:%Y-%m-%d %H:%M:%S}"


def _all_at_night(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """A server in another zone wrote all times."""
    hours = int(rng.choice((-10, -9, 9, 10)))
    rows["happened_at"] = [f"{_when(text) + timedelta(hours=hours):%Y-%m-%d %H:%M:%S}" for text in rows["happened_at"]]


def _part_at_night(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """From one day on the times are those of another zone."""
    hours = int(rng.choice((-9, 9, 10)))
    since = int(len(rows["happened_at"]) * float(rng.uniform(0.4, 0.8)))
    for place in range(since, len(rows["happened_at"])):
        moved = _when(rows["happened_at"][place]) + timedelta(hours=hours)
        rows["happened_at"][place] = f"{min(moved, TODAY - timedelta(hours=7)):%Y-%m-%d %H:%M:%S}"


# Loads


def _days(rows: Rows) -> np.ndarray:
    return np.array([(_when(text) - START).days for text in rows["happened_at"]])


def _lost_days(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    days = _days(rows)
    begin = int(rng.integers(250, (TODAY - START).days - 60))
    _keep(rows, (days < begin) | (days >= begin + int(rng.integers(4, 12))))


def _sampled_for_weeks(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """One of two tills was not connected."""
    days = _days(rows)
    begin = int(rng.integers(250, (TODAY - START).days - 120))
    _keep(rows, (days < begin) | (days >= begin + 45) | (rng.random(len(days)) < 0.35))


def _campaign_robot(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """A test robot bought all day long."""
    days = _days(rows)
    day = int(rng.integers(250, (TODAY - START).days - 60))
    here = np.flatnonzero(days == day)
    if not len(here):
        here = np.array([len(days) // 2])
    customers = list(dict.fromkeys(rows["customer_id"]))
    for number in range(12 * max(len(here), 8)):
        row = _row(rows, int(rng.choice(here)))
        when = _when(row["happened_at"]).replace(hour=int(rng.integers(8, 22)), minute=int(rng.integers(0, 60)))
        amount = f"{float(rng.lognormal(3.6, 0.6)):.2f}"
        _append(rows, {**row, "order_id": f"{800000 + number}", "happened_at": f"{when:%Y-%m-%d %H:%M:%S}",
                       "customer_id": str(rng.choice(customers[: len(customers) // 2])), "amount": amount,
                       "discount": "0.00"})  # fmt: skip
    _in_time(rows)


def _cut_off(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """The export ran in the morning of its last day, and that of the day before had failed."""
    days = _days(rows)
    last = int(days.max())
    _keep(rows, (days < last - 2) | (rng.random(len(days)) < 0.12))


def _stopped(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """Outcomes of the last months have not been entered yet."""
    for place in range(len(rows["won"]) - max(len(places), len(rows["won"]) // 6), len(rows["won"])):
        rows["won"][place] = rows["closed_at"][place] = None
        rows["stage"][place] = "proposal"


def _hardly_any(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    won = [place for place, value in enumerate(rows["won"]) if value == "yes"]
    for place in won[: len(won) - max(5, len(won) // 60)]:
        rows["won"][place], rows["stage"][place] = "no", "lost"


# Text


def _damaged(old: str, rng: Rng) -> str:
    """UTF-8 read as if it were Western."""
    return (old if any(ord(mark) > 127 for mark in old) else f"{old} Süd").encode().decode("cp1252", "replace")


def _question_marks(old: str, rng: Rng) -> str:
    word = old if any(ord(mark) > 127 for mark in old) else f"{old} Süd"
    return "".join(mark if ord(mark) < 128 else "\ufffd" for mark in word)


def _typo(old: str, rng: Rng) -> str:
    """A letter left out, doubled, or two exchanged."""
    place = int(rng.integers(1, max(2, len(old) - 2)))
    how = rng.integers(0, 3)
    if how == 0:
        return old[:place] + old[place + 1 :]
    if how == 1:
        return old[:place] + old[place] + old[place:]
    return (
        old[:place] + old[place + 1] + old[place] + old[place + 2 :]
        if old[place] != old[place + 1]
        else old[:place] + old[place + 1 :]
    )


def _plain_letters(rows: Rows, rng: Rng, places: np.ndarray) -> None:
    """An older system had no accents."""
    spelled = {"München": "Munchen", "Zürich": "Zurich", "Köln": "Koln", "Genève": "Geneve", "Düsseldorf": "Dusseldorf",
               "Málaga": "Malaga"}  # fmt: skip
    here = [place for place, city in enumerate(rows["city"]) if city in spelled]
    for place in rng.choice(here, min(len(places), len(here)), replace=False):
        rows["city"][place] = spelled[str(rows["city"][place])]


def _case(old: str, rng: Rng) -> str:
    return old.upper() if rng.random() < 0.5 else old.lower()


def _spaces(old: str, rng: Rng) -> str:
    return str(rng.choice((f" {old}", f"{old} ", f"{old}\u00a0", f"  {old}")))


def _in_a_note(make: Callable[[Rng], str]) -> Callable[[str, Rng], str]:
    frames = ("please write to {}", "{} (from the phone call)", "reach them at {} after 5", "said: {}")
    return lambda old, rng: f"{old}; " + str(rng.choice(frames)).format(make(rng))


def _mail(rng: Rng) -> str:
    return f"{rng.choice(('jan', 'lea', 'tim'))}.{rng.integers(10, 9999)}@{rng.choice(('posteo', 'inbox'))}.example.com"


def _telephone(rng: Rng) -> str:
    return str(rng.choice((f"+49 17{rng.integers(0, 9)} {rng.integers(1000000, 9999999)}",
                           "+33 6" + "".join(f" {rng.integers(10, 99)}" for _ in range(4)),
                           f"0176-{rng.integers(1000000, 9999999)}")))  # fmt: skip


def _card(rng: Rng) -> str:
    """A made-up number with the last digit as card issuers compute it."""
    digits = [4, *(int(digit) for digit in rng.integers(0, 10, 14))]
    total = sum(digit if place % 2 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits))
    text = "".join(map(str, [*digits, -total % 10]))
    return " ".join(text[place : place + 4] for place in range(0, 16, 4)) if rng.random() < 0.5 else text


def _account(rng: Rng) -> str:
    """A made-up German account number with its check digits."""
    body = "".join(map(str, rng.integers(0, 10, 18)))
    check = 98 - int(body + "131400") % 97
    text = f"DE{check:02d}{body}"
    return " ".join(text[place : place + 4] for place in range(0, 22, 4)) if rng.random() < 0.5 else text


def _sheet(old: str, rng: Rng) -> str:
    return str(rng.choice((f"'{old}", f"=CONCAT({old})", f'=HYPERLINK("{old}")', f"@{old}")))


def _whole(column: str, make: Callable[[str, int], str]) -> Break:
    def apply(rows: Rows, rng: Rng, places: np.ndarray) -> None:
        rows[column] = [make(value or "", place) for place, value in enumerate(rows[column])]

    return apply


DEFECTS: tuple[Defect, ...] = (
    Defect("city left out now and then", "customers", ("city",), ("missing",), _put("city", lambda _o, _r: None)),
    Defect("segment missing in one country", "customers", ("segment",), ("missing",), _only_one_country),
    Defect("points missing since a release", "customers", ("points",), ("missing",), _since_a_day),
    Defect("industry filled in only when won", "deals", ("industry",), ("missing",), _tied_to_outcome),
    Defect(
        "“Select” left in a list",
        "deals",
        ("industry",),
        ("disguised missing",),
        _put("industry", _one("Select", "Please select", "-- choose --")),
    ),
    Defect(
        "N/A as text",
        "customers",
        ("segment",),
        ("disguised missing",),
        _put("segment", _one("N/A", "n/a", "none", "-", "?", "unknown")),
    ),
    Defect(
        "a number for “no number”",
        "customers",
        ("points",),
        ("disguised missing", "impossible"),
        _put("points", _one("-1", "-999", "99999")),
    ),
    Defect(
        "everybody born in 1900",
        "customers",
        ("birth_year",),
        ("disguised missing", "impossible"),
        _put("birth_year", _one("1900", "1", "0")),
    ),
    Defect(
        "the first day of an epoch",
        "customers",
        ("created_at",),
        ("disguised missing", "impossible"),
        _put("created_at", _one("1900-01-01 00:00:00", "1970-01-01 00:00:00")),
    ),
    Defect("rows loaded twice", "orders", ("order_id",), ("duplicate rows", "key not unique"), _load_twice),
    Defect("orders submitted twice", "orders", ("order_id", "happened_at"), ("near duplicates",), _submitted_twice),
    Defect(
        "one person, two accounts, one address",
        "customers",
        ("customer_id", "email"),
        ("near duplicates",),
        _registered_again,
    ),
    Defect(
        "one person, two accounts, one telephone",
        "customers",
        ("customer_id", "phone"),
        ("near duplicates",),
        _same_phone,
    ),
    Defect(
        "one deal entered by two reps",
        "deals",
        ("deal_id", "created_at"),
        ("near duplicates", "duplicate rows"),
        _deal_entered_twice,
    ),
    Defect("one number for two people", "customers", ("customer_id",), ("key not unique",), _one_id_for_two),
    Defect(
        "too many zeros in amounts", "orders", ("amount",), ("outliers", "mixed units"), _times("amount", 1000, 10000)
    ),
    Defect(
        "too many zeros in seats",
        "deals",
        ("seats",),
        ("outliers", "mixed units"),
        _put("seats", lambda old, r: str(int(old) * 1000 + int(r.integers(0, 900)))),
    ),
    Defect(
        "points of a test account",
        "customers",
        ("points",),
        ("outliers", "disguised missing"),
        _put("points", lambda _o, r: str(int(r.integers(2_000_000, 9_000_000)))),
    ),
    Defect("negative discounts", "orders", ("discount",), ("impossible",), _not_returned),
    Defect("discounts above the order", "orders", ("discount",), ("impossible", "outliers"), _more_than_all),
    Defect("orders in the future", "orders", ("happened_at",), ("impossible",), _put("happened_at", _future)),
    Defect(
        "orders before the shop", "orders", ("happened_at",), ("impossible", "volume"), _put("happened_at", _long_ago)
    ),
    Defect(
        "impossible years of birth",
        "customers",
        ("birth_year",),
        ("impossible", "outliers"),
        _put("birth_year", _any("2031", "2040", "1821", "1799", "19")),
    ),
    Defect("deals closed before they began", "deals", ("closed_at", "created_at"), ("impossible",), _closed_too_early),
    Defect(
        "more than certain",
        "deals",
        ("likely_pct",),
        ("impossible",),
        _put("likely_pct", lambda _o, r: str(int(r.integers(105, 400)))),
    ),
    Defect("orders before their customers", "customers", ("created_at",), ("impossible",), _joined_too_late, 0.01),
    Defect("countries in capitals", "customers", ("country",), ("spelling",), _put("country", _case)),
    Defect("cities without accents", "customers", ("city",), ("spelling",), _plain_letters),
    Defect("industries misspelled", "deals", ("industry",), ("spelling",), _put("industry", _typo)),
    Defect("spaces around channels", "orders", ("channel",), ("whitespace", "spelling"), _put("channel", _spaces)),
    Defect("grams among kilograms", "customers", ("parcel_kg",), ("mixed units",), _times("parcel_kg", 1000), 0.005),
    Defect("cents among euros", "orders", ("amount",), ("mixed units", "outliers"), _times("amount", 100), 0.005),
    Defect("thousands among euros", "deals", ("amount",), ("mixed units", "outliers"), _times("amount", 0.001), 0.005),
    Defect(
        "a second currency",
        "orders",
        ("currency", "amount"),
        ("mixed currencies",),
        _put("currency", _one("USD", "GBP", "CHF")),
    ),
    Defect(
        "currency signs at amounts",
        "orders",
        ("amount",),
        ("mixed currencies", "unread"),
        _put("amount", lambda old, r: f"{r.choice(('$', '£'))}{old}"),
    ),
    Defect(
        "a second date format",
        "orders",
        ("happened_at",),
        ("mixed dates", "unread"),
        _put("happened_at", lambda old, _r: f"{_when(old):%d.%m.%Y %H:%M}"),
    ),
    Defect(
        "month before day in some rows",
        "deals",
        ("created_at",),
        ("mixed dates",),
        _put("created_at", lambda old, _r: f"{old[3:5]}/{old[:2]}{old[5:]}"),
        0.005,
    ),
    Defect("decimal commas in some rows", "orders", ("amount",), ("mixed decimals", "unread"), _put("amount", _locale)),
    Defect("another locale in deals", "deals", ("amount",), ("mixed decimals", "unread"), _put("amount", _locale)),
    Defect(
        "customers who are not there",
        "orders",
        ("customer_id",),
        ("broken reference",),
        _put("customer_id", lambda old, _r: f"{old}9"),
    ),
    Defect(
        "customer numbers in another form",
        "orders",
        ("customer_id",),
        ("broken reference", "spelling"),
        _put("customer_id", lambda old, _r: old.replace("C", "c-")),
    ),
    Defect("days lost", "orders", ("happened_at",), ("volume",), _lost_days),
    Defect("half of the tills for weeks", "orders", ("happened_at",), ("volume",), _sampled_for_weeks),
    Defect("a robot's day", "orders", ("happened_at",), ("volume", "near duplicates"), _campaign_robot),
    Defect("the last days cut off", "orders", ("happened_at",), ("truncated", "volume"), _cut_off),
    Defect("answers not entered yet", "deals", ("won", "closed_at"), ("late label",), _stopped),
    Defect("hardly any deal won", "deals", ("won",), ("imbalance",), _hardly_any),
    Defect(
        "one segment for all", "customers", ("segment",), ("constant",), _whole("segment", lambda _o, _p: "private")
    ),
    Defect(
        "a session number in the segment",
        "customers",
        ("segment",),
        ("id-like",),
        _whole("segment", lambda _o, p: f"s-{p * 7919 % 1000003:x}"),
    ),
    Defect("addresses in notes", "customers", ("note",), ("personal",), _put("note", _in_a_note(_mail))),
    Defect("telephone numbers in notes", "customers", ("note",), ("personal",), _put("note", _in_a_note(_telephone))),
    Defect("card numbers in notes", "deals", ("note",), ("personal",), _put("note", _in_a_note(_card))),
    Defect("account numbers in notes", "deals", ("note",), ("personal",), _put("note", _in_a_note(_account))),
    Defect("letters read as another encoding", "customers", ("city",), ("encoding",), _put("city", _damaged)),
    Defect("letters lost", "customers", ("name",), ("encoding",), _put("name", _question_marks)),
    Defect("spaces in cities", "customers", ("city",), ("whitespace", "spelling"), _put("city", _spaces)),
    Defect("spreadsheet marks", "deals", ("product",), ("formula", "spelling"), _put("product", _sheet)),
    Defect("returns without their sign", "orders", ("amount", "status"), ("refund sign",), _returns_are_positive),
    Defect("a server in another zone", "orders", ("happened_at",), ("time zone",), _all_at_night),
    Defect("another zone from a day on", "orders", ("happened_at",), ("time zone",), _part_at_night),
    Defect(
        "words in a number",
        "customers",
        ("points",),
        ("unread",),
        _put("points", _any("many", "see note", "tbd", "12 pts")),
    ),
)
"""Every defect."""
