"""Terminal and JSON tell the same findings: the same words, the same figures, strictly."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib import import_module

import numpy as np
import pyarrow as pa
import pytest
from rich.console import Console

from tradewind.core.finding import Finding, Number
from tradewind.core.terms import statistical_terms
from tradewind.core.words import CHECKS, EVIDENCE, STATUS, WORDS, say, say_do, say_span
from tradewind.report.context import ReportContext
from tradewind.report.html import render_html
from tradewind.report.json import findings_json
from tradewind.report.terminal import render_terminal

Tables = dict[str, dict[str, pa.Table]]


def printed(findings: list[Finding], tables: Tables | None = None, how: bool = False, **more: object) -> str:
    console = Console(width=100)
    with console.capture() as capture:
        render_terminal(findings, console, tables, how, **more)  # type: ignore[arg-type]
    return capture.get()


def words_of(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


def test_the_terminal_tells_the_findings(findings: list[Finding], tables: Tables, context: ReportContext) -> None:
    text = words_of(printed(findings, tables, context=context))
    for finding in findings:
        assert finding.title in text
        assert finding.question in text
        assert finding.next in text
        assert finding.money in text
    parts = ("What to do first", "$9,800", "1 in 14", "Goes together, cause unknown", "Where it is less reliable")
    more = ("2 of 5 checks to look at", "Amounts are profit", "Rows we could not use", "What would unlock it")
    for part in parts + more:
        assert part in text, part


def test_the_terminal_says_no_statistical_term(findings: list[Finding], tables: Tables) -> None:
    assert statistical_terms(printed(findings, tables)) == []
    assert statistical_terms(printed(findings, tables, how=True)), "under How do we know? they stand"


def test_the_terminal_does_without_tables_and_findings(findings: list[Finding]) -> None:
    assert "About to stop buying" in printed(findings)
    assert printed([]) == ""


def test_markup_in_a_finding_is_text() -> None:
    finding = Finding("lapse", "[red]title[/red]", "[bold]", "answered", "assumed", "", ("[/]",), "[x]", "[link=a]")
    assert "[red]title[/red]" in printed([finding])


def test_json_is_strict_and_in_the_agreed_format(findings: list[Finding], context: ReportContext) -> None:
    told = json.loads(findings_json(findings, context), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert [one["name"] for one in told] == [finding.name for finding in findings]
    lapse = told[1]
    assert {"name", "question", "status", "evidence", "numbers", "tables", "next"} <= set(lapse)
    assert lapse["numbers"]["auc"] == {"value": 0.8674, "low": 0.849, "high": 0.8855, "unit": ""}
    assert lapse["numbers"]["recall"] == {"reason": "no threshold pays"}
    assert lapse["as_of"] == "2017-12-01"
    assert lapse["snapshot_id"] == context.snapshot_id


def test_a_number_that_is_not_finite_becomes_its_reason(findings: list[Finding], context: ReportContext) -> None:
    half, three = Number(np.float32(0.5)), Number(np.int64(3))
    odd = {
        "a": Number(math.inf), "b": Number(1.0, math.nan, math.inf), "c": half, "d": three,
    }  # fmt: skip
    told = json.loads(findings_json([replace(findings[0], numbers=odd)], context))[0]["numbers"]
    assert told["a"] == {"reason": "the value is not finite"}
    assert told["b"] == {"value": 1.0, "low": None, "high": None, "unit": ""}
    assert told["c"]["value"] == 0.5
    assert told["d"]["value"] == 3


def test_the_table_of_words_holds_the_agreed_ones() -> None:
    assert say("title.lapse") == "About to stop buying"
    assert say("title.lifetime_value", horizon=say_span(365)) == "Worth over the next 12 months"
    assert say("gain.title", found=42, random=18, do="do it") == "Of our first 100, 42 do it; at random, 18"
    assert WORDS["role.calibration"] == "When we say 30 in 100, is it 30?"
    assert say("profit.title", one_in="1 in 14") == "Pays if contact changes 1 in 14"
    assert (WORDS["part.drivers"], WORDS["part.reliable"]) == ("What goes with it", "Where it is less reliable")
    assert WORDS["report.rejected"] == "Rows we could not use"
    assert [words for _, words, _ in EVIDENCE.values()] == [
        "Proved by a test", "Estimated from history", "Goes together, cause unknown", "Your assumption",
    ]  # fmt: skip


def test_the_table_of_words_itself_is_plain() -> None:
    only_under_how = {"part.card", "column.baseline"}
    for name, text in WORDS.items():
        assert name in only_under_how or statistical_terms(text) == [], name
    for words in (*EVIDENCE.values(), *CHECKS.values(), *((text,) for text in STATUS.values())):
        assert statistical_terms(" ".join(words)) == []


def test_signs_differ_so_that_colour_is_never_the_only_one() -> None:
    assert len({sign for sign, _, _ in EVIDENCE.values()}) == len(EVIDENCE)
    assert len({sign for sign, _ in CHECKS.values()}) == len(CHECKS)


@pytest.mark.parametrize(
    ("count", "text"), [(365, "12 months"), (730, "24 months"), (30, "30 days"), (1, "1 day"), (90, "3 months")]
)
def test_spans(count: int, text: str) -> None:
    assert say_span(count) == text


@pytest.mark.parametrize("name", [key.removeprefix("title.") for key in WORDS if key.startswith("title.")])
def test_titles_of_the_questions_are_those_of_the_table(name: str) -> None:
    use_case = import_module(f"tradewind.use_cases.{name}.use_case").USE_CASE
    assert use_case.title == WORDS[f"title.{name}"]
    assert say_do(name)


def test_a_name_that_is_not_in_the_table_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        say("no such name")


@pytest.mark.parametrize(
    "text", ["The model", "a p-value of", "AUC 0.8", "deciles", "Log-loss", "calibrated", "R²x bootstrap"]
)
def test_statistical_terms_are_found(text: str) -> None:
    assert statistical_terms(text)


def test_simulated_data_are_said_to_be_simulated_on_every_surface(
    findings: list[Finding], tables: Tables, context: ReportContext
) -> None:
    made_up = replace(context, simulated=True)
    line = say("report.simulated")
    assert line in words_of(printed(findings, tables, context=made_up))
    assert line in render_html(findings, tables, made_up)
    assert all(entry["simulated"] is True for entry in json.loads(findings_json(findings, made_up)))
    assert line not in render_html(findings, tables, context)
    assert line not in words_of(printed(findings, tables, context=context))
