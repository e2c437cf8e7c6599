"""Settings, what words mean: the plain-word table, to look things up in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tradewind.core.visitor import Visitor
from tradewind.flow.answers.word_table import find_words
from tradewind.web.render import page
from tradewind.web.visitor import may

router = APIRouter(include_in_schema=False)


@router.get("/settings/words")
def words(request: Request, visitor: Annotated[Visitor, may("see_answers")], q: str = "") -> HTMLResponse:
    """Show what each word means."""
    return page(
        request, "settings/words.html", title="What words mean", visitor=visitor, q=q[:100], found=find_words(q[:100])
    )
