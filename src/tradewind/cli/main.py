"""The command line: it parses `tradewind VERB [NOUN]`, calls one verb of `flow`, and shows the result."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="tradewind",
    help="Customer data into decisions: whom to keep, what they are worth, and how far to trust it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

WorkspaceDir = Annotated[Path, typer.Option("--workspace", "-w", help="Folder of the workspace.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")]
Name = Annotated[str, typer.Argument(help="Name of a question; see: tradewind use-cases")]
Record = Annotated[str, typer.Argument(help="A customer id, or lead:<lead id>.")]
HERE = Path()

DONE, FAILED, WRONG_USE = 0, 1, 2


@app.command()
def demo(
    what: Annotated[
        str, typer.Argument(help="sales or subscription (both simulated); else the folder for the demo shop.")
    ] = "demo",
    directory: Annotated[Path | None, typer.Argument(help="Where to put a simulated demo.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set up the demo shop (a real grocery retailer), or a simulated business, and answer its questions."""
    from tradewind.cli import show

    raise typer.Exit(show.demo(what, directory, as_json))


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(help="Folder of the new workspace.")],
    places: Annotated[
        list[str] | None,
        typer.Option("--from", help="Folder, file or database address with the data; may be repeated."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take the likeliest answers.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find out what your files hold, ask what only you know, and write the workspace's configuration."""
    from tradewind.cli import show_init

    raise typer.Exit(show_init.start(directory, tuple(places or ()), yes, as_json))


@app.command()
def run(
    workspace: WorkspaceDir = HERE,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only this question; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Load the data, answer every question, write the report. What has not changed is not done again."""
    from tradewind.cli import show

    raise typer.Exit(show.run(workspace, only=tuple(only or ()), as_json=as_json))


@app.command()
def check(
    table: Annotated[str, typer.Argument(help="Only this contract table.")] = "",
    workspace: WorkspaceDir = HERE,
    rejected: Annotated[bool, typer.Option("--rejected", help="List the rows that could not be used.")] = False,
    measure: Annotated[bool, typer.Option("--measure", help="Say what each trouble does to each answer.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look for trouble in the configuration and the data; nothing is repaired."""
    from tradewind.cli import show_check

    raise typer.Exit(show_check.check(workspace, table, rejected, measure, as_json))


@app.command()
def train(name: Name, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Learn one question from history, test it, and keep the model."""
    from tradewind.cli import show

    raise typer.Exit(show.train(workspace, name, as_json))


@app.command()
def score(name: Name, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Score every customer for one question with the newest model."""
    from tradewind.cli import show

    raise typer.Exit(show.score(workspace, name, as_json))


@app.command()
def explain(
    name: Name,
    customer_id: Annotated[str, typer.Argument(help="Whose score to explain.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say why one customer's score is what it is."""
    from tradewind.cli import show

    raise typer.Exit(show.explain(workspace, name, customer_id, as_json))


@app.command("list")
def list_(
    name: Name,
    workspace: WorkspaceDir = HERE,
    owner: Annotated[str, typer.Option("--owner", help="Only what this person owns.")] = "",
    top: Annotated[int, typer.Option("--top", min=1, help="At most so many.")] = 20,
    file: Annotated[Path | None, typer.Option("--csv", help="Write the list to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Whom to work on today: names, chance, worth, reasons, and what was said last."""
    from tradewind.cli import show_list

    raise typer.Exit(show_list.morning_list(workspace, name, owner, top, file, as_json))


@app.command()
def feedback(
    name: Name,
    entity_id: Annotated[str, typer.Argument(help="Which customer, company, lead or deal.")] = "",
    verdict: Annotated[str, typer.Argument(help="done, won, lost, not-now, or wrong.")] = "",
    because: Annotated[str, typer.Option("--because", help="The reason; needed with wrong.")] = "",
    until: Annotated[str, typer.Option("--until", help="With not-now: leave alone before this day.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who says so; the user of this computer when absent.")] = "",
    summary: Annotated[bool, typer.Option("--summary", help="When somebody disagreed, who was right.")] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say what came of a row of a list, or that the list is wrong about it; or see who was right."""
    from tradewind.cli import show_list

    if summary:
        raise typer.Exit(show_list.summary(workspace, name, as_json))
    raise typer.Exit(show_list.feedback(workspace, name, (entity_id, verdict, because, until, by), as_json))


@app.command()
def people(
    name: Annotated[str, typer.Argument(help="A customer, lead:<id>, or a person; all merges when absent.")] = "",
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """List whose records were brought together, or explain one person: evidence and history."""
    from tradewind.cli import show_people

    raise typer.Exit(show_people.people(workspace, name, as_json))


@app.command()
def merge(
    one: Record,
    other: Record,
    why: Annotated[str, typer.Option("--why", help="The reason, for whoever reads it later.")] = "",
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say that two records are one person; later runs respect it."""
    from tradewind.cli import show_people

    raise typer.Exit(show_people.decide(workspace, one, other, "same", why, as_json))


@app.command()
def unmerge(
    one: Record,
    other: Record,
    why: Annotated[str, typer.Option("--why", help="The reason, for whoever reads it later.")] = "",
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say that two records are two people and never to be merged; each takes back its own id."""
    from tradewind.cli import show_people

    raise typer.Exit(show_people.decide(workspace, one, other, "apart", why, as_json))


@app.command()
def tables(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the tables of the workspace."""
    from tradewind.cli import show

    raise typer.Exit(show.tables(workspace, as_json))


@app.command("use-cases")
def use_cases(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the questions Tradewind can ask, and which of them this workspace can answer."""
    from tradewind.cli import show

    raise typer.Exit(show.use_cases(workspace, as_json))


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the new question: small letters, digits, underscores.")],
    who: Annotated[str, typer.Option("--who", help='"customers with an order in the last 90 days"')] = "",
    what: Annotated[str, typer.Option("--what", help='"an order of category \'coffee\'", "converts"')] = "",
    within: Annotated[str, typer.Option("--within", help='"30 days"')] = "",
    worth: Annotated[str, typer.Option("--worth", help='"orders in the last 90 days", or an amount')] = "",
    title: Annotated[str, typer.Option("--title", help="Plain-word title.")] = "",
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Write a question of your own in business words; what is not said is asked."""
    from tradewind.cli import show_own

    raise typer.Exit(show_own.new(workspace, (name, who, what, within, worth, title), as_json))


@app.command()
def trust(
    directory: Annotated[Path | None, typer.Argument(help="Folder of a question, or a workspace.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List what is trusted, and what has changed since.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Trust it no longer.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let the Python in a workspace's own folder run, as it is now; any change makes that void."""
    from tradewind.cli import show_own

    raise typer.Exit(show_own.trust(directory, listed, revoke, as_json))


@app.command()
def report(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Write the report again from the answers that stand."""
    from tradewind.cli import show

    raise typer.Exit(show.report(workspace, as_json))


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT over the workspace's tables.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask the workspace's tables in SQL."""
    from tradewind.cli import show

    raise typer.Exit(show.sql(workspace, query, as_json))


@app.command()
def serve(
    directory: Annotated[
        Path, typer.Argument(help="A workspace, a folder of many workspaces, or an empty folder.")
    ] = HERE,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; 0.0.0.0 for all of this computer's.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 for any free one.")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that answer.")] = 1,
    secure: Annotated[bool, typer.Option("--secure", help="Cookies go over https alone; behind a proxy.")] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="Never write into the folder.")] = False,
) -> None:
    """Open the pages and the API in a browser: from an empty folder, a workspace, or many of them."""
    from tradewind.cli import show_serve

    raise typer.Exit(show_serve.serve(directory, host, port, workers, secure, read_only))


@app.command()
def accounts(
    what: Annotated[str, typer.Argument(help="link: a link that lets an admin in; list: who may come in.")],
    email: Annotated[str, typer.Option("--email", help="Of an admin who forgot his password.")] = "",
    url: Annotated[str, typer.Option("--url", help="Address of the pages; TRADEWIND_BASE_URL when absent.")] = "",
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Help an admin in from the terminal: the first one, one who forgot his password, or one more."""
    from tradewind.cli import show_accounts

    raise typer.Exit(show_accounts.accounts(workspace, what, email, url, as_json))


@app.command()
def upgrade(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Bring a workspace written by an earlier release to this one, keeping a backup."""
    from tradewind.cli import show

    raise typer.Exit(show.upgrade(workspace, as_json))


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Customer data into decisions: whom to keep, what they are worth, and how far to trust it."""
    if version:
        from tradewind import __version__

        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; our own errors become words and an exit status, never a traceback."""
    from tradewind.core.errors import ConfigError, Problem, StoreError, TradewindError

    try:
        app()
    except TradewindError as error:
        _say(error, as_json="--json" in sys.argv)
        sys.exit(WRONG_USE if isinstance(error, ConfigError) else FAILED)
    except BrokenPipeError:
        sys.exit(DONE)
    except OSError as error:
        place, why = str(error.filename or ""), error.strerror or str(error)
        refused = Problem(place, "the system refused to read or write this", why, "free space, and rights to the file")
        _say(StoreError(refused), as_json="--json" in sys.argv)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. What was finished stands; the same command goes on from there.\n")
        sys.exit(FAILED)


def _say(error: Exception, as_json: bool) -> None:
    from tradewind.core.errors import TradewindError

    assert isinstance(error, TradewindError)
    if as_json:
        import json

        problems = [vars(problem) for problem in error.problems]
        sys.stdout.write(json.dumps({"error": type(error).__name__, "problems": problems}, indent=2) + "\n")
        return
    many = len(error.problems)
    if many > 1:
        sys.stderr.write(f"{many} problems:\n")
    for problem in error.problems:
        sys.stderr.write(f"{problem}\n")


if __name__ == "__main__":
    main()
