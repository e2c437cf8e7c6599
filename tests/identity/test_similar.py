"""Likeness finds again what was misspelt, learns only where there is enough to learn from, and says what it did."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from people import LOAD, person, records

from tradewind.identity.blocking import choose_blocks, count_pairs
from tradewind.identity.columns import comparable_table
from tradewind.identity.comparisons import choose_comparisons
from tradewind.identity.resolve import resolve_people
from tradewind.identity.rules import usual_rules
from tradewind.identity.similar import MISSING, expected_chance, find_similar, names_differ, set_threshold

GIVEN = ("anna", "bernd", "carla", "david", "emma", "felix", "greta", "hans", "ines", "jonas", "katja", "lars", "mona")
FAMILY = (
    "weber",
    "klein",
    "lang",
    "kurz",
    "berg",
    "stein",
    "vogel",
    "fuchs",
    "wolf",
    "bauer",
    "huber",
    "maier",
    "roth",
)
ENDINGS = ("", "er", "mann", "lein", "s", "ich")


def misspelt(rng: np.random.Generator, text: str) -> str:
    place = int(rng.integers(len(text)))
    return text[:place] + chr(97 + int(rng.integers(26))) + text[place + 1 :]


def town(rng: np.random.Generator, people: int, twice: int) -> list[dict[str, Any]]:
    """People with names, birth dates and addresses; some stand there twice, each time with one or two slips."""
    rows = []
    for number in range(people):
        born = datetime(1940, 1, 1) + (datetime(2005, 1, 1) - datetime(1940, 1, 1)) * float(rng.random())
        row = {
            "given_name": str(rng.choice(GIVEN)), "surname": f"{rng.choice(FAMILY)}{rng.choice(ENDINGS)}",
            "birth_date": f"{born:%Y-%m-%d}", "postcode": f"{rng.integers(10000, 10400)}",
            "street": f"{rng.choice(FAMILY)} street {rng.integers(1, 90)}",
        }  # fmt: skip
        rows.append(person(f"p{number}", **row))
        if number < twice:
            other = dict(row)
            for role in rng.choice(["given_name", "surname", "street", "postcode"], size=2, replace=False):
                other[role] = misspelt(rng, other[role])
            rows.append(person(f"p{number}-again", "2024-02-01", **other))
    return rows


@pytest.fixture(scope="module")
def found() -> tuple[Any, Any]:
    everybody = records(*town(np.random.default_rng(3), 500, 150))
    return everybody, find_similar(everybody, [])


def test_who_was_misspelt_is_found_again(found: tuple[Any, Any]) -> None:
    everybody, likeness = found
    made = {tuple(sorted(everybody.key[place] for place in link.pair)) for link in likeness.links if not link.doubt}
    truth = {(f"p{number}", f"p{number}-again") for number in range(150)}
    assert len(made & truth) >= 0.95 * len(truth)
    assert len(made - truth) <= 0.03 * len(made)


def test_each_pair_has_its_reason_in_words_and_says_since_when(found: tuple[Any, Any]) -> None:
    likeness = found[1]
    link = next(each for each in likeness.links if not each.doubt)
    assert "same birth date" in link.why
    assert ";" in link.why
    assert link.known_at == np.datetime64("2024-02-01", "us")
    assert 0.5 <= link.strength <= 1


def test_what_was_learned_and_from_how_much_is_said(found: tuple[Any, Any]) -> None:
    said = " ".join(found[1].said)
    assert "weights estimated from" in said
    assert "pairs looked at" in said


def test_few_records_use_the_stated_weights() -> None:
    everybody = records(*town(np.random.default_rng(4), 20, 5))
    likeness = find_similar(everybody, [])
    assert likeness.said[0] == "25 records are too few to learn from: the stated weights are used"
    made = {tuple(sorted(everybody.key[place] for place in link.pair)) for link in likeness.links if not link.doubt}
    assert made == {(f"p{number}", f"p{number}-again") for number in range(5)}


def test_without_splink_rules_work_and_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "splink", None)
    rows = [row | {"email": "a@x-mail.de"} for row in town(np.random.default_rng(4), 1, 1)]
    everybody = records(*rows)
    done = resolve_people(
        everybody, usual_rules(everybody.roles), LOAD,
        compare=lambda these, known: (lambda f: (f.links, f.said))(find_similar(these, known)),
    )  # fmt: skip
    assert done.people == 1
    assert MISSING in done.said
    assert "tradewind[identity]" in MISSING


def test_names_of_every_script_are_compared() -> None:
    names = {"a": "Иван Петров", "b": "Петров Иван", "c": "山田 太郎", "d": "太郎 山田", "e": "Анна Петрова"}
    born = {"a": "1980-02-03", "b": "1980-02-03", "c": "1990-02-03", "d": "1990-02-03", "e": "1970-01-02"}
    rows = [person(key, name=name, birth_date=born[key]) for key, name in names.items()]
    everybody = records(*rows)
    made = {tuple(everybody.key[p] for p in link.pair) for link in find_similar(everybody, []).links if not link.doubt}
    assert made == {("a", "b"), ("c", "d")}


@pytest.mark.parametrize(
    "rows", [[], [person("a")], [person("a", email="a@x-mail.de"), person("b", email="b@x-mail.de")]]
)
def test_too_little_to_compare_finds_nobody_and_says_so(rows: list[dict[str, Any]]) -> None:
    likeness = find_similar(records(*rows), [])
    assert likeness.links == []
    assert "likeness needs two kinds of value" in likeness.said[0]


def test_one_table_that_holds_everybody_once_has_nothing_to_join() -> None:
    likeness = find_similar(records(*town(np.random.default_rng(4), 20, 5)), [], once=True)
    assert likeness.links == []
    assert "a person of its own" in likeness.said[0]


def test_pairs_are_counted_before_any_is_looked_at_and_their_number_is_bounded() -> None:
    import duckdb

    rng = np.random.default_rng(1)
    everybody = records(*(person(f"r{n}", surname="weber", given_name=str(rng.choice(GIVEN)),
                                 birth_date=f"1980-01-{n % 28 + 1:02d}") for n in range(4000)))  # fmt: skip
    with duckdb.connect() as con:
        con.register("them", comparable_table(everybody, everybody.roles))
        blocks, left_out = choose_blocks(con, "them", everybody.roles, len(everybody))
        assert count_pairs(con, "them", ["surname"]) == 4000 * 3999 // 2
    assert "surname" in left_out
    assert sum(block.pairs for block in blocks) <= 3_000_000


def test_the_share_of_true_pairs_agrees_with_the_probabilities() -> None:
    """300 true pairs of 100,000 are counted whatever the first guess; log likelihood ratios are N(±d, 2d)."""
    rng = np.random.default_rng(2)
    true, spread = np.arange(100_000) < 300, np.sqrt(24)
    evidence = np.where(true, rng.normal(12, spread, 100_000), rng.normal(-12, spread, 100_000)) / np.log(2)
    counted = [float(expected_chance(evidence, guess, 100_000).sum()) for guess in (1e-7, 1e-3, 0.3)]
    np.testing.assert_allclose(counted, counted[0], rtol=1e-4)
    assert abs(counted[0] - 300) < 10


def test_the_threshold_is_the_lowest_with_the_precision_asked_for() -> None:
    chance = np.array([1.0, 1.0, 1.0, 0.9, 0.6, 0.55, 0.3])
    assert set_threshold(chance, 0.5) == 0.5
    assert set_threshold(chance, 0.97) == 0.9
    assert set_threshold(chance, 1.0) == 1.0
    assert set_threshold(np.array([0.6]), 0.9) > 0.6
    assert set_threshold(np.array([]), 0.9) == 0.5


def test_neighbours_with_nearly_one_number_and_other_names_are_not_joined_without_an_eye() -> None:
    comparisons = choose_comparisons(["name", "phone", "postcode"])
    reached = {"name": np.array([0, 0, -1, 1]), "phone": np.array([1, 2, 1, 1]), "postcode": np.array([3, 3, 3, 3])}
    assert names_differ(reached, comparisons).tolist() == [True, False, False, False]
    assert names_differ({"street": np.array([3])}, choose_comparisons(["street"])).tolist() == [False]


def test_splink_keeps_quiet(found: tuple[Any, Any], capfd: pytest.CaptureFixture[str]) -> None:
    find_similar(records(*town(np.random.default_rng(5), 30, 5)), [])
    assert capfd.readouterr() == ("", "")


def test_a_given_name_and_a_surname_that_changed_places_are_seen() -> None:
    (given, _) = choose_comparisons(["given_name", "surname"])
    assert [level.words for level in given.levels][:2] == ["same given name", "given name and surname swapped"]
    assert given.words_of(4) == "same given name"
    assert given.words_of(0) == given.words_of(-1) == ""
