"""Tables: every number's rows, some at a time or whole as a file, without what a visitor may not see."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from tradewind.core.visitor import Visitor
from tradewind.flow.answers.table_view import PAGE, list_tables, table_csv, table_file, table_view, write_parquet
from tradewind.web.audit import note
from tradewind.web.render import page
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)

IN_MEMORY = 20_000_000
PART = 262_144


@router.get("/tables")
def tables(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> HTMLResponse:
    """Show every table that a visitor may open."""
    site = site_of(request)
    cards = list_tables(site.workspace(), visitor) if site.has_config else ()
    return page(request, "answers/tables.html", title="Tables", visitor=visitor, cards=cards)


@router.get("/tables/{name}")
def table(
    request: Request, name: str, visitor: Annotated[Visitor, may("see_answers")],
    start: Annotated[int, Query(ge=0, le=10**12)] = 0,
) -> HTMLResponse:  # fmt: skip
    """Show some rows of a table."""
    made = table_view(site_of(request).workspace(), name, visitor, start)
    if made.of_people:
        note(request, visitor, "saw", "table", name, rows=len(made.rows))
    return page(request, "answers/table.html", title=f"Table {name}", visitor=visitor, table=made, page_rows=PAGE)


@router.get("/tables/{name}/rows.csv")
def rows_csv(request: Request, name: str, visitor: Annotated[Visitor, may("export")]) -> StreamingResponse:
    """Give a table as CSV."""
    file = table_file(site_of(request).workspace(), name, visitor)
    note(request, visitor, "exported", "table", name, rows=file.rows)
    return StreamingResponse(table_csv(file), headers=_as(f"{name}.csv"), media_type="text/csv")


@router.get("/tables/{name}/rows.parquet")
def rows_parquet(request: Request, name: str, visitor: Annotated[Visitor, may("export")]) -> StreamingResponse:
    """Give a table as Parquet."""
    file = table_file(site_of(request).workspace(), name, visitor)
    note(request, visitor, "exported", "table", name, rows=file.rows)
    sink = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by `_parts`, after the last part was sent
    write_parquet(file, sink)
    kind = "application/vnd.apache.parquet"
    return StreamingResponse(_parts(sink), headers=_as(f"{name}.parquet"), media_type=kind)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(PART):
            yield part


def _as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
