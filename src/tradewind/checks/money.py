"""Trouble with money: several currencies without rates, returns with the wrong sign."""

from __future__ import annotations

from tradewind.checks.looked import Looked, say_share
from tradewind.core.trouble import Severity, Trouble, clean_lines

RETURNED = (
    "refund", "refunded", "return", "returned", "reversal", "reversed", "chargeback", "credit note", "credit_note",
    "storniert", "storno", "erstattet", "retoure", "gutschrift", "remboursé", "rembourse", "retour", "avoir",
    "devuelto", "reembolsado", "devolución", "devolucion", "rimborsato", "reso", "terugbetaald", "zwrot",
)  # fmt: skip
"""Words for an order that was given back, in several languages."""


def find_money_trouble(looked: Looked) -> list[Trouble]:
    """Find amounts that cannot be added up, and returns whose sign differs from that of other returns."""
    found = [_currencies(looked), _returns(looked)]
    return [trouble for trouble in found if trouble is not None]


def _currencies(looked: Looked) -> Trouble | None:
    """Several currencies: which share cannot be counted, and what each of them adds up to."""
    if not {"currency", "amount"} <= set(looked.shapes) or "amount_base" not in looked.columns:
        return None
    where = "amount IS NOT NULL AND amount_base IS NULL"
    rows = looked.ask(
        f'SELECT currency, sum(amount), count(*) FILTER (WHERE {where}) FROM "{looked.name}" '
        "WHERE amount IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 1"
    )
    lost = sum(count for *_, count in rows)
    if not lost:
        return None
    totals = ", ".join(f"{code or looked.currency} {total:,.0f}" for code, total, _ in rows[:6])
    severity: Severity = "breaks" if lost > 0.01 * looked.rows else "misleads"
    return looked.trouble(
        "currency", "mixed currencies", severity,
        f"{{rows}} amounts ({{share}}) have no rate to {looked.currency} and are never added up; in all: {totals}",
        where, shown="concat(CAST(amount AS DECIMAL(18, 2)), ' ', currency)",
        do="map a `rates` table that covers these currencies and days (a rate serves for a week)",
        treat=clean_lines(looked.name, "currency", {"keep": ["mixed currencies"]}),
    )  # fmt: skip


def _returns(looked: Looked) -> Trouble | None:
    if looked.name not in ("orders", "order_lines") or "amount" not in looked.shapes:
        return None
    returned = ""
    if "status" in looked.shapes:
        words = ", ".join("'" + word.replace("'", "''") + "'" for word in RETURNED)
        returned = f"lower(trim(status)) IN ({words})"
    elif "quantity" in looked.shapes:
        returned = "quantity < 0"
    if not returned:
        return None
    positive, negative = looked.one(
        f"SELECT count(*) FILTER (WHERE {returned} AND amount > 0), count(*) FILTER (WHERE {returned} AND amount < 0) "
        f'FROM "{looked.name}"'
    )
    if not positive or (positive and not negative and "status" in looked.shapes and positive > 0.5 * looked.rows):
        return None
    others = f"; {say_share(negative, positive + negative)} of returns are negative" if negative else ""
    return looked.trouble(
        "amount", "refund sign", "breaks", f"{{rows}} returns ({{share}}) have a positive amount{others}",
        f"{returned} AND amount > 0",
        treat=clean_lines(looked.name, "amount", {"parse": {"factor": -1, "where": f"{returned} AND amount > 0"}}),
        do="returns count as sales until their amounts are negative",
    )  # fmt: skip
