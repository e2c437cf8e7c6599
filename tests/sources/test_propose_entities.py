"""Lists of leads, deals, stages, activities and subscriptions are told in the languages that headers are read in."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache

import pyarrow as pa
import pytest

from tradewind.sources.profile import profile_table
from tradewind.sources.propose import propose

Columns = dict[str, list[object]]

_SUBSCRIPTIONS = ("customer_id", "started_at", "ended_at", "plan", "monthly_amount", "trial_ends_at", "renews_at",
                  "payment_failed_at")  # fmt: skip
SUBSCRIPTIONS = {
    "Abonnements": ("Kundennummer", "Startdatum", "Kündigungsdatum", "Tarif", "Monatsbetrag", "Ende der Testphase",
                    "Verlängerung am", "Zahlung fehlgeschlagen am"),
    "abonnements_fr": ("Code client", "Date de début", "Date de fin", "Forfait", "Prix mensuel", "Fin de l'essai",
                       "Date de renouvellement", "Paiement échoué le"),
    "suscripciones": ("id_cliente", "fecha_inicio", "fecha_fin", "plan", "precio_mensual", "fin_de_prueba",
                      "fecha_renovacion", "fecha_pago_fallido"),
    "assinaturas": ("id cliente", "data de início", "data de fim", "plano", "preço mensal", "fim do teste",
                    "data de renovação", "pagamento falhou em"),
    "abbonamenti": ("codice cliente", "data inizio", "data fine", "piano", "prezzo mensile", "fine prova",
                    "data rinnovo", "pagamento fallito il"),
    "abonnementen": ("klantnummer", "startdatum", "einddatum", "plan", "bedrag per maand", "einde proefperiode",
                     "datum verlenging", "betaling mislukt op"),
    "subscriptions": ("Customer ID", "Start date", "Cancelled at", "Plan", "Monthly price", "Trial end", "Renewal date",
                      "Payment failed at"),
}  # fmt: skip
_ACTIVITIES = ("activity_id", "happened_at", "kind", "lead_id", "deal_id", "owner", "outcome")
ACTIVITIES = {
    "Aktivitäten": ("Aktivitäts-ID", "Datum", "Art", "Lead-Nr", "Verkaufschance-Nr", "Bearbeiter", "Ergebnis"),
    "activites": ("ID activité", "Date", "Type", "ID prospect", "ID opportunité", "Commercial", "Résultat"),
    "actividades": ("id_actividad", "fecha", "tipo", "id_prospecto", "id_oportunidad", "vendedor", "resultado"),
    "activities": ("Activity ID", "Activity date", "Type", "Lead ID", "Opportunity ID", "Owner", "Outcome"),
}  # fmt: skip


def day(rng: random.Random, first: int = 0, span: int = 500) -> str:
    return (date(2023, 1, 1) + timedelta(days=first + rng.randrange(span))).isoformat()


@cache
def subscription_rows() -> list[tuple[object, ...]]:
    rng = random.Random(1)
    rows: list[tuple[object, ...]] = []
    for number in range(300):
        began, ends = rng.randrange(300), rng.random() < 0.4
        rows.append(
            (f"K{number + 1000}", day(rng, began, 1), day(rng, began + 60, 200) if ends else None,
             rng.choice(["Basic", "Team", "Pro"]), round(rng.choice([9.9, 29.0, 99.5]), 2), day(rng, began + 14, 1),
             None if ends else day(rng, 550, 30), day(rng, began + 30, 90) if rng.random() < 0.2 else None)
        )  # fmt: skip
    return rows


@cache
def activity_rows() -> list[tuple[object, ...]]:
    rng = random.Random(2)
    rows: list[tuple[object, ...]] = []
    for number in range(900):
        lead = rng.random() < 0.6
        rows.append(
            (f"T{number + 5000}", day(rng), rng.choice(["call", "mail", "meeting"]),
             f"L{rng.randrange(200)}" if lead else None, None if lead else f"D{rng.randrange(90)}",
             rng.choice(["Ada Berg", "Ben Cole", "Cleo Dunn"]), rng.choice(["reached", "no answer", "held"]))
        )  # fmt: skip
    return rows


def mapped(name: str, headers: tuple[str, ...], rows: list[tuple[object, ...]], table: str) -> dict[str, str]:
    columns: Columns = {header: list(values) for header, values in zip(headers, zip(*rows, strict=True), strict=True)}
    found = propose([profile_table(f"s.{name}", pa.table(columns))])
    assert [one.table for one in found.tables] == [table], (name, found.unused)
    return {guess.column: guess.expression.strip('"') for guess in found.tables[0].guesses}


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_subscriptions_are_told(name: str) -> None:
    headers = SUBSCRIPTIONS[name]
    found = mapped(name, headers, subscription_rows(), "subscriptions")
    assert {column: found.get(column) for column in _SUBSCRIPTIONS} == dict(zip(_SUBSCRIPTIONS, headers, strict=True))


@pytest.mark.parametrize("name", ACTIVITIES)
def test_activities_are_told(name: str) -> None:
    headers = ACTIVITIES[name]
    found = mapped(name, headers, activity_rows(), "activities")
    assert {column: found.get(column) for column in _ACTIVITIES} == dict(zip(_ACTIVITIES, headers, strict=True))
