"""Labels on real tables through the whole loop: a churn table, a lead list with columns filled in after contact."""

from __future__ import annotations

import csv
import gzip
import re
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import tradewind as tw
from flow.labelled_people import answer_people
from tradewind.store.workspace import Workspace

CONFIG = """
[workspace]
currency = "USD"
timezone = "UTC"
margin = 0.4
threads = 1
[sources.files]
path = "people.csv"
[tables.{table}]
from = "files.people"
{columns}
[labels.{name}]
table = "{table}"
{label}
"""

NOW = datetime(2024, 1, 1)

AFTER_CONTACT = {
    "tags", "lead_quality", "lead_profile", "last_activity", "last_notable_activity", "asymmetrique_activity_index",
    "asymmetrique_profile_index", "asymmetrique_activity_score", "asymmetrique_profile_score",
}  # fmt: skip


def plain(header: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header)).lower().strip("_")


def open_label(
    folder: Path, file: Path, table: str, key: tuple[str, str], name: str, label: str, every: int = 1
) -> Workspace:
    """Take a table as it lies there (or each so-many-th row of it), map every column, and open the workspace."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as packed:
        rows = list(csv.reader(packed))
    with (folder / "people.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([rows[0], *rows[1::every]])
    columns = [f"{key[0]} = '\"{key[1]}\"'"]
    columns += [f"{plain(header)} = '\"{header}\"'" for header in rows[0] if header != key[1]]
    text = CONFIG.format(table=table, columns="\n".join(columns), name=name, label=label)
    (folder / "tradewind.toml").write_text(text, encoding="utf-8")
    began = time.monotonic()
    # A clock that stands still would never be out of time.
    return tw.open(folder, clock=lambda: NOW + timedelta(seconds=time.monotonic() - began))


def churn(shared_data: Path, folder: Path, models: str, seconds: int, every: int) -> Workspace:
    label = (
        'column = "churn"\npositive = "Yes"\nvalue = "monthly_charges * 12"\ncontact_cost = 20\nsuccess_share = 0.1\n'
        f"models = {models}\ntime_limit_seconds = {seconds}"
    )
    file = shared_data / "telco_churn" / "telco_churn.csv.gz"
    return open_label(folder, file, "customers", ("customer_id", "customerID"), "churn", label, every)


def leads(shared_data: Path, folder: Path, models: str, seconds: int, every: int) -> Workspace:
    label = f'column = "converted"\npositive = 1\nmodels = {models}\ntime_limit_seconds = {seconds}'
    file = shared_data / "x_education_leads" / "leads.csv.gz"
    return open_label(folder, file, "leads", ("lead_id", "Prospect ID"), "conversion", label, every)


def test_a_churn_table_from_file_to_page(shared_data: Path, tmp_path: Path) -> None:
    workspace = churn(shared_data, tmp_path, '["linear"]', 2, every=4)
    result = tw.run(workspace)
    (finding,) = result.findings
    auc, ece = finding.numbers["auc"], finding.numbers["ece"]
    assert auc.value is not None
    assert ece.value is not None
    assert auc.value > 0.81
    assert ece.value < 0.05
    assert finding.status == "answered"
    suspects = workspace.table("suspects_churn")
    assert suspects.num_rows == 0, suspects.to_pylist()
    assert finding.numbers["expected_profit"].value is not None
    assert "$" in finding.money
    page = result.written.html.read_text(encoding="utf-8")
    assert "Customers about to leave" in page
    assert "tenure" in page


def test_a_lead_list_with_columns_filled_in_after_contact(shared_data: Path, tmp_path: Path) -> None:
    workspace = leads(shared_data, tmp_path, '["linear"]', 2, every=8)
    finding = answer_people(workspace, "conversion")
    without, flattering = finding.numbers["auc"], finding.numbers["auc_with_suspects"]
    assert without.value is not None
    assert flattering.value is not None
    assert without.value > 0.83
    assert flattering.value > 0.95
    named = {row["column"]: row["reason"] for row in workspace.table("suspects_conversion").to_pylist()}
    assert set(named) == AFTER_CONTACT
    assert all(named.values())
    assert not set(workspace.table("training_conversion").column_names) & AFTER_CONTACT
    told = " ".join(finding.found)
    assert "a leak" in told
    assert all(f"“{name.replace('_', ' ')}”" in finding.approach for name in AFTER_CONTACT)
    assert finding.people == "leads"
    assert workspace.table("scores_conversion").column_names[0] == "lead_id"


@pytest.mark.slow
def test_the_whole_churn_table_reaches_what_is_published(shared_data: Path, tmp_path: Path) -> None:
    finding = answer_people(churn(shared_data, tmp_path, '"auto"', 600, every=1))
    auc, brier = finding.numbers["auc_repeats"], finding.numbers["brier"]
    assert auc.value is not None
    assert brier.value is not None
    assert auc.value >= 0.848
    assert brier.value <= 0.134


@pytest.mark.slow
def test_the_whole_lead_list_reaches_its_figure_without_the_leak(shared_data: Path, tmp_path: Path) -> None:
    finding = answer_people(leads(shared_data, tmp_path, '"auto"', 600, every=1), "conversion")
    auc, flattering = finding.numbers["auc"], finding.numbers["auc_with_suspects"]
    assert auc.value is not None
    assert flattering.value is not None
    assert auc.value >= 0.87
    assert flattering.value >= 0.975
