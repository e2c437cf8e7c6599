"""The weekly mail of Today: subject, plain text and HTML that loads nothing from anywhere."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from tradewind.core.mail import Mail
from tradewind.core.words import EVIDENCE, say
from tradewind.flow.today.contents import ListToday, Today
from tradewind.flow.today.words import say_amount, say_part
from tradewind.report.numbers import say_day

_TEMPLATES = Path(__file__).parent / "templates"

LONGEST_NAME = 80
"""Letters of a workspace's name in a subject."""


def weekly_mail(today: Today, address: str) -> Mail:
    """Return Today as a mail.

    Args:
        today: as the receiver may see it: an owner's rows only, and people named only where they may be.
        address: where the pages are served, with the workspace's prefix (`https://tradewind.example.org/shop`).
    """
    import jinja2

    root = address.rstrip("/")

    def link(path: str) -> str:
        return f"{root}{path}"

    def link_of(each: ListToday) -> str:
        if not today.owners:
            return link(each.link)
        return link(f"{each.link}{'&' if '?' in each.link else '?'}{urlencode({'owner': today.owners[0]})}")

    frame = {
        "today": today, "say": say, "say_day": say_day, "say_part": say_part, "say_amount": say_amount, "link": link,
        "link_of": link_of, "evidence": EVIDENCE,
    }  # fmt: skip
    made = {}
    for kind in ("html", "txt"):
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=kind == "html", trim_blocks=True, lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )  # fmt: skip
        made[kind] = environment.get_template(f"weekly.{kind}").render(frame)
    return Mail(subject_of(today), made["txt"].strip() + "\n", made["html"])


def subject_of(today: Today) -> str:
    """Return one line: whose week it is, and how many there are to contact."""
    name = " ".join(today.workspace.split())[:LONGEST_NAME]
    if not today.answered:
        return say("mail.subject.none", company=name)
    first = next((each for each in today.lists if each.count), None)
    return say("mail.subject", company=name, what=say_part(first)) if first else say("mail.subject.quiet", company=name)
