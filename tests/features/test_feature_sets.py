"""Feature sets: bounded, worded for people, frozen as of the first cutoff, and the same after a round trip."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from tradewind.core.contract import BASE_AMOUNTS, CONTRACT, LOCAL_COLUMNS, SQL_TYPES, SYSTEM_COLUMNS
from tradewind.core.driver_groups import OTHER, group_of
from tradewind.core.entities import ENTITIES
from tradewind.core.errors import FormatError
from tradewind.core.feature import Feature
from tradewind.core.time import Cutoff, days
from tradewind.features.as_of import parse_select, view_as_of
from tradewind.features.catalog import Catalog, catalog_table
from tradewind.features.defaults import default_features
from tradewind.features.derive import derive_number, exact_values
from tradewind.features.feature_set import Derivation, FeatureSet
from tradewind.features.vocabulary import fit_features, plain_word


@pytest.fixture(scope="module")
def everything() -> Catalog:
    """A workspace that maps every column of every contract table."""
    tables = {}
    for name, table in CONTRACT.items():
        columns = [(column.name, SQL_TYPES[column.type]) for column in table.columns]
        columns += list(LOCAL_COLUMNS.items()) if table.column("happened_at") else []
        columns += [("amount_base", "DECIMAL(18,4)")] if name in BASE_AMOUNTS else []
        tables[name] = catalog_table(name, [*columns, *SYSTEM_COLUMNS.items()])
    return Catalog(tables)


@pytest.mark.parametrize(
    ("entity", "least"), [("customer_id", 100), ("account_id", 100), ("lead_id", 60), ("deal_id", 70)]
)
def test_defaults_are_at_most_150_and_distinct(everything: Catalog, entity: str, least: int) -> None:
    features = default_features(everything, entity, days(1000)).features
    assert least < len(features) <= 150
    assert len({feature.name for feature in features}) == len(features)
    worded = [feature.sentence for feature in features if "{word_" not in feature.sentence]
    assert len(set(worded)) == len(worded)
    assert len(default_features(everything, entity, days(1000), 20).features) == 20


@pytest.mark.parametrize("entity", ENTITIES)
def test_sentences_are_plain_words(everything: Catalog, entity: str) -> None:
    for feature in default_features(everything, entity, days(1000)).features:
        words = feature.sentence.replace("{word_", "").replace("{words_", "")
        assert words == words.strip()
        assert "_" not in words
        assert feature.sentence[0].islower() or feature.sentence[0] == "{"
        assert feature.family
        assert group_of(feature) != OTHER, "drivers are told by parts of the business"


def test_windows_longer_than_the_history_are_dropped(everything: Catalog) -> None:
    features = default_features(everything, "customer_id", days(100)).features
    assert max(feature.window or 0 for feature in features) == 90
    assert not any("_180d" in feature.name or "60d" in feature.name for feature in features if feature.window is None)


def test_personal_columns_are_no_features(everything: Catalog) -> None:
    names = {feature.name for feature in default_features(everything, "customer_id", days(1000)).features}
    assert not names & {"email", "phone", "name", "postcode"}


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_template_passes_the_allow_list(everything: Catalog, entity: str) -> None:
    groups = default_features(everything, entity, days(1000)).groups
    assert len(groups) >= 8
    for group in groups:
        assert "known_at" in view_as_of(parse_select(group.select, group.name), everything, group.name).sql("duckdb")


def test_a_round_trip_keeps_everything(everything: Catalog) -> None:
    feature_set = default_features(everything, "customer_id", days(1000))
    data = json.loads(json.dumps(feature_set.to_json()))
    assert FeatureSet.from_json(data) == feature_set
    for damaged in ({**data, "format": 99}, {**data, "groups": [{}]}):
        with pytest.raises(FormatError):
            FeatureSet.from_json(damaged)


def test_other_entities_get_what_is_tied_to_them(everything: Catalog) -> None:
    def sources(entity: str) -> set[str]:
        return {feature.source for feature in default_features(everything, entity, days(400), 300).features}

    shared = {"activities", "events", "touches", "texts"}
    assert sources("account_id") == shared | {"accounts", "customers", "deals", "leads", "orders", "subscriptions"}
    assert sources("lead_id") == shared | {"leads", "accounts"}
    assert sources("deal_id") == shared | {"deals", "deal_stages", "accounts", "leads"}


def test_no_history_leaves_all_time_only(engine, shop: Catalog) -> None:
    fitted = fit_features(engine, replace(shop, starts={}), "customer_id", Cutoff(date(2021, 3, 1)))
    assert {feature.window for feature in fitted.features} == {None}
    assert "city" in {feature.name for feature in fitted.features}


def test_words_from_data_are_made_plain() -> None:
    assert [plain_word(word) for word in ("FRZN_ICE", "tea", "A\nB", "USA")] == ["Frzn ice", "tea", "A B", "USA"]


def column(*values: object, kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values[:1], kind), pa.array(values[1:], kind)])


def test_raw_values_are_exact() -> None:
    money = pa.decimal128(38, 4)
    amounts = [Decimal("0.1"), None, Decimal("-12345678901.2345"), Decimal("1" + "0" * 25)]
    found = exact_values(column(*amounts, kind=money))
    assert found[0] == 0.1
    assert np.isnan(found[1])
    assert found[2] == -12345678901.2345
    assert found[3] == 1e25
    assert exact_values(column(date(1970, 1, 3), None, kind=pa.date32())).tolist()[0] == 2.0
    assert exact_values(column(True, False, None, kind=pa.bool_())).tolist()[:2] == [1.0, 0.0]
    assert len(exact_values(pa.chunked_array([], money))) == 0


def test_divisions_by_nothing_are_unknown_and_never_infinite() -> None:
    feature = Feature("x", "", "ratio", "", "")
    raw = {"a": np.array([1.0, 1.0, np.nan, 1e300]), "b": np.array([0.0, np.nan, 2.0, 1e-300])}
    found = derive_number(Derivation(feature, "ratio", ("a", "b")), np.zeros(4), raw)
    assert np.isnan(found[[0, 1, 3]]).all()
    assert found[2] == 0.0
    huge = derive_number(Derivation(feature, "value", ("a",)), np.zeros(4), raw)
    assert np.isfinite(huge[3])
