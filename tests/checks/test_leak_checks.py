"""The leak audit finds planted leaks of every kind and lets honest data pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tradewind.checks.leaks import LEAK_CHECKS, check_probe, refused_as_check
from tradewind.checks.shuffle import check_shuffled_labels
from tradewind.checks.single_features import check_single_features, measure_single_features
from tradewind.checks.split import check_split, fingerprints, refuse_repeated_rows
from tradewind.core.errors import LeakError, ModelError, Problem
from tradewind.core.feature import Feature, FeatureTable

N = 600


def feature(name: str, kind: str = "number") -> Feature:
    return Feature(name, f"the {name}", "number", "orders", name, kind=kind)  # type: ignore[arg-type]


def make_table(
    numbers: dict[str, np.ndarray],
    categories: dict[str, np.ndarray] | None = None,
    entity: np.ndarray | None = None,
    day: str = "2017-10-01",
) -> FeatureTable:
    rows = len(next(iter({**numbers, **(categories or {})}.values())))
    return FeatureTable(
        entity_id=(np.arange(rows) if entity is None else entity).astype(str).astype(object),
        cutoff=np.full(rows, day, dtype="datetime64[D]"),
        features=tuple(feature(name) for name in numbers)
        + tuple(feature(name, "category") for name in categories or {}),
        numbers=np.column_stack(list(numbers.values()) or [np.empty((rows, 0))]).astype(np.float32),
        categories=categories or {},
    )


def ginis(table: FeatureTable, label: np.ndarray) -> dict[str, float]:
    return {one.feature.name: one.gini for one in measure_single_features(table, label, np.random.default_rng(1))}


def test_leaks_are_named_whatever_their_shape_and_honest_features_are_not() -> None:
    rng = np.random.default_rng(0)
    label = (rng.random(N) < 0.3).astype(float)
    x = rng.normal(size=N)
    found = ginis(
        make_table(
            {
                "honest": (label + 2 * rng.normal(size=N)),
                "rising": label + 0.1 * x,
                "falling": -label + 0.1 * x,
                "unknown only for one": np.where(label > 0, np.nan, x),
                "hidden in the middle": np.where(label > 0, 0.1 * x, np.sign(x) * (2 + np.abs(x))),
                "never known": np.full(N, np.nan),
                "constant": np.ones(N),
            },
            {
                "leaking kind": np.where(label > 0, "closed", None).astype(object),
                "honest kind": rng.choice(np.array(["a", "b", None], dtype=object), N),
                "own name": np.arange(N).astype(str).astype(object),
            },
        ),
        label,
    )
    leaks = {"rising", "falling", "unknown only for one", "hidden in the middle", "leaking kind"}
    assert {name for name, gini in found.items() if gini >= 0.85} == leaks
    assert found["own name"] < 0.1  # a category held by one entity tells nothing of others
    assert found["honest kind"] < 0.2
    assert found["never known"] == found["constant"] == 0


def test_the_check_names_the_leak_in_plain_words() -> None:
    rng = np.random.default_rng(2)
    label = (rng.random(N) < 0.3).astype(float)
    measured = measure_single_features(make_table({"closing note": label, "age": rng.normal(size=N)}), label, rng)
    check = check_single_features(measured)
    assert check.status == "fail"
    assert "the closing note" in check.what
    assert "age" not in check.what
    assert check.do
    assert check_single_features(measured[1:]).status == "pass"


def test_amounts_are_cut_and_unknown_outcomes_left_out() -> None:
    rng = np.random.default_rng(3)
    spend = rng.gamma(1, 50, N)
    spend[:50] = np.nan
    found = ginis(make_table({"spend itself": np.nan_to_num(spend), "noise": rng.normal(size=N)}), spend)
    assert found["spend itself"] == pytest.approx(1.0)
    assert found["noise"] < 0.3


def test_one_class_is_unknown_and_not_a_pass() -> None:
    table = make_table({"x": np.arange(5.0)})
    assert measure_single_features(table, np.ones(5), np.random.default_rng(0)) == ()
    assert check_single_features(()).status == "unknown"


def nearest(features: np.ndarray, train: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return a one-nearest-neighbour procedure: the memory that betrays any copy across the split."""

    def fit_predict(label: np.ndarray) -> np.ndarray:
        distance = np.abs(features[:, None] - features[None, train])
        return np.where(train, np.nan, label[train][np.argmin(distance, axis=1)])

    return fit_predict


def test_an_honest_procedure_scores_as_chance() -> None:
    statuses = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x, label = rng.normal(size=N), (rng.random(N) < 0.4).astype(float)
        train = np.arange(N) < N // 2
        procedure = nearest(x, train)
        statuses.append(check_shuffled_labels(procedure, label, np.arange(N), np.zeros(N), rng).status)
    # One in a hundred is accused by chance.
    assert statuses.count("fail") <= 2
    assert "unknown" not in statuses


def test_copies_across_the_split_are_betrayed() -> None:
    rng = np.random.default_rng(4)
    entity = np.concatenate([np.arange(300), rng.integers(0, 300, 300)])
    x, label = rng.normal(size=300)[entity], (rng.random(300) < 0.4).astype(float)[entity]
    train = rng.random(600) < 0.5
    check = check_shuffled_labels(nearest(x, train), label, entity, np.zeros(600), rng)
    assert check.status == "fail"
    assert check.do


def test_an_encoding_fitted_on_all_rows_is_betrayed() -> None:
    rng = np.random.default_rng(5)
    kind = rng.integers(0, 150, N)
    train = np.arange(N) < N // 2

    def encoded(label: np.ndarray) -> np.ndarray:
        means = np.bincount(kind, label) / np.maximum(np.bincount(kind), 1)
        return np.where(train, np.nan, means[kind])

    label = (rng.random(N) < 0.4).astype(float)
    assert check_shuffled_labels(encoded, label, np.arange(N), np.zeros(N), rng).status == "fail"


def test_labels_move_inside_their_cutoff_and_copies_keep_one_label() -> None:
    rng, seen = np.random.default_rng(6), []
    entity, cutoff = np.tile(np.arange(50), 3), np.repeat([0, 1, 1], 50)
    label = np.r_[np.zeros(50), np.tile((np.arange(50) < 20).astype(float), 2)]

    def procedure(shuffled: np.ndarray) -> np.ndarray:
        seen.append(shuffled)
        return np.where(cutoff == 1, rng.random(150), np.nan)

    check_shuffled_labels(procedure, label, entity, cutoff, rng, shuffles=3)
    for shuffled in seen:
        assert shuffled[:50].sum() == 0
        assert shuffled[50:100].sum() == 20
        np.testing.assert_array_equal(shuffled[50:100], shuffled[100:])
    assert not np.array_equal(seen[0], seen[1])


def test_a_procedure_that_does_not_run_is_unknown() -> None:
    def broken(label: np.ndarray) -> np.ndarray:
        raise ModelError(Problem("", "nothing to learn from"))

    label, rng = np.tile([0.0, 1.0], 10), np.random.default_rng(0)
    check = check_shuffled_labels(broken, label, np.arange(20), np.zeros(20), rng)
    assert check.status == "unknown"
    assert "nothing to learn from" in check.what
    one = check_shuffled_labels(lambda label: label, np.ones(20), np.arange(20), np.zeros(20), rng)
    assert one.status == "unknown"


def test_rows_copied_before_the_split_are_refused() -> None:
    table = make_table({"x": np.arange(5.0)}, entity=np.array([1, 2, 3, 3, 2]))
    with pytest.raises(LeakError, match="2 of 5") as caught:
        refuse_repeated_rows(table)
    assert "weight rows" in caught.value.problems[0].do
    refuse_repeated_rows(make_table({"x": np.arange(5.0)}))


def test_rows_and_entities_on_both_sides_are_refused() -> None:
    rng = np.random.default_rng(7)
    early = make_table({"x": rng.normal(size=50)}, day="2017-09-01")
    late = make_table({"x": rng.normal(size=50)}, day="2017-10-01")
    assert check_split(early, late).status == "pass"  # a split in time may share entities
    with pytest.raises(LeakError, match="entities are in training and test"):
        check_split(late, early)
    with pytest.raises(LeakError, match="rows \\(entity and cutoff\\)"):
        check_split(late, late.rows(np.arange(10)))


def test_near_twins_are_counted() -> None:
    rng = np.random.default_rng(8)
    numbers = {name: rng.normal(size=200) for name in ("x", "y", "z")}
    train = make_table(numbers, {"kind": np.full(200, "a", dtype=object)}, day="2017-09-01")
    copies = {name: values * 1.00001 for name, values in numbers.items()}
    test = make_table(copies, {"kind": np.full(200, "a", dtype=object)}, entity=np.arange(1000, 1200))
    check = check_split(train, test)
    assert check.status == "warn"
    assert float(check.what.split("%")[0]) > 90
    # The same entity that has not changed is no twin, and neither is another category.
    assert check_split(train, make_table(copies, {"kind": np.full(200, "a", dtype=object)})).status == "pass"
    other = make_table(copies, {"kind": np.full(200, "b", dtype=object)}, entity=np.arange(1000, 1200))
    assert check_split(train, other).status == "pass"


def test_people_who_look_alike_by_nature_are_no_alarm() -> None:
    rng = np.random.default_rng(9)

    def few_looks(start: int, day: str) -> FeatureTable:
        return make_table(
            {"orders": rng.integers(1, 4, 300).astype(float)}, entity=np.arange(start, start + 300), day=day
        )

    assert check_split(few_looks(0, "2017-09-01"), few_looks(300, "2017-10-01")).status == "pass"


def test_fingerprints_are_equal_for_equal_rows_only() -> None:
    numbers = {"x": np.array([0.0, -0.0, 1.0, 1.00001, 1.1, np.nan]), "y": np.zeros(6)}
    print_of = fingerprints(make_table(numbers, {"kind": np.array(["a", "a", None, None, None, None], dtype=object)}))
    assert print_of[0] == print_of[1]
    assert print_of[2] == print_of[3]
    assert len(set(print_of.tolist())) == 4
    swapped = fingerprints(make_table({"x": np.array([1.0]), "y": np.array([2.0])}))
    assert swapped != fingerprints(make_table({"x": np.array([2.0]), "y": np.array([1.0])}))


def test_an_empty_side_is_unknown() -> None:
    table = make_table({"x": np.arange(5.0)})
    assert check_split(table, table.rows(np.zeros(5, dtype=bool))).status == "unknown"


def test_copies_in_training_are_refused_at_the_split() -> None:
    copied = make_table({"x": np.arange(3.0)}, entity=np.array([1, 2, 2]), day="2017-09-01")
    with pytest.raises(LeakError, match="repeated before the split"):
        check_split(copied, make_table({"x": np.arange(3.0)}))


def test_amounts_are_shuffled_too() -> None:
    statuses = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x, amount = rng.normal(size=N), rng.gamma(1, 20, N) * (rng.random(N) < 0.6)
        procedure = nearest(x, np.arange(N) < N // 2)
        statuses.append(check_shuffled_labels(procedure, amount, np.arange(N), np.zeros(N), rng).status)
    assert statuses.count("fail") <= 2
    leaking = check_shuffled_labels(lambda label: label + 50 * rng.random(N), amount, np.arange(N), np.zeros(N), rng)
    assert leaking.status == "fail"
    constant = check_shuffled_labels(lambda label: np.ones(N), amount, np.arange(N), np.zeros(N), rng)
    assert constant.status == "pass"


def test_a_refusal_can_be_listed_with_the_other_checks() -> None:
    table = make_table({"x": np.arange(5.0)})
    check = refused_as_check("split", lambda: check_split(table, table))
    assert (check.name, check.status) == (LEAK_CHECKS["split"], "fail")
    assert check.do


def test_the_probe_is_judged() -> None:
    assert check_probe({"features": 0, "scores": 0}, 100).status == "pass"
    failed = check_probe({"features": 3, "scores": 0}, 100)
    assert failed.status == "fail"
    assert "features in 3 of 100" in failed.what
    assert check_probe({}, 100).status == "unknown"
    assert check_probe({"features": 0}, 0).status == "unknown"
