"""The money of one answer: the curve behind its slider, what it rests on, and what would settle it."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.finding import Evidence, Finding
from tradewind.flow.answers.economics import Curve, Reckoning, read_curve, reckon
from tradewind.flow.answers.hold_out import HoldOut, plan_test
from tradewind.flow.lists.acting import Acting
from tradewind.flow.questions.question import Question
from tradewind.store.workspace import Workspace

COST_STEPS = 200


@dataclass(frozen=True)
class AnswerMoney:
    """What contacting a list leaves, at the costs and shares that somebody tries.

    Args:
        curve: what it is worked out from; None where it is not known, then `why_not` says why.
        why_not: why it is not known, and what would make it known.
        contact_cost: of the question's settings.
        success_share: of the question's settings.
        evidence: of the share: `assumed` until a test has measured it.
        settles: the test that would settle it; None where there is nobody to test with.
        most_cost: the highest cost that the slider reaches.
        step: of the slider's cost.
    """

    curve: Curve | None
    why_not: str
    contact_cost: float
    success_share: float
    evidence: Evidence
    settles: HoldOut | None
    most_cost: float
    step: float

    def reckon(self, contact_cost: float | None = None, success_share: float | None = None) -> Reckoning | None:
        """Return what contacting leaves; at the question's own settings where nothing else is tried.

        Raises:
            ConfigError: a cost or share that cannot be.
        """
        if self.curve is None:
            return None
        cost = self.contact_cost if contact_cost is None else contact_cost
        return reckon(self.curve, cost, self.success_share if success_share is None else success_share)

    def require(self, contact_cost: float | None = None, success_share: float | None = None) -> Reckoning:
        """Return what contacting leaves; see `reckon`.

        Raises:
            NotAnswerable: it is not known what a contact leaves.
        """
        found = self.reckon(contact_cost, success_share)
        if found is None:
            why = self.why_not or "it is no list of whom to contact"
            raise NotAnswerable(Problem("", "what a contact leaves is not known", why, "a question about who does it"))
        return found


def answer_money(workspace: Workspace, question: Question, finding: Finding, acting: Acting | None) -> AnswerMoney:
    """Return the money of an answer."""
    economics = question.use_case.economics
    curve, why_not = None, ""
    if question.use_case.task == "classification" and finding.status in ("answered", "not distinguishable"):
        try:
            curve = read_curve(workspace, question)
        except NotAnswerable as refused:
            first = refused.problems[0]
            why_not = f"{first.what}; it needs {first.expected}" if first.expected else first.what
    most, step = slider_reach(economics.contact_cost)
    settles = plan_test(question, acting) if acting is not None else None
    return AnswerMoney(curve, why_not, economics.contact_cost, economics.success_share, "assumed", settles, most, step)


def slider_reach(cost: float) -> tuple[float, float]:
    """Return how far the slider of a cost goes, and its step: four times the cost, in round steps."""
    reach = max(4 * cost, 1.0)
    for step in (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0):
        if reach / step <= COST_STEPS:
            return round(-(-reach // step) * step, 2), step
    return reach, reach / COST_STEPS
