"""The weekly mail: whole as plain text, harmless as HTML, and with nobody's name for who may not see people."""

from __future__ import annotations

import re
from pathlib import Path

from answered_by_hand import FINDING, LATER, Clock, answer_by_hand, open_by_hand, scores, with_check
from tradewind.flow.today.make import make_today
from tradewind.flow.today.weekly_mail import weekly_mail

PEOPLE = [("a", 0.9, 100.0), ("b", 0.8, 60.0), ("c", 0.7, 90.0), ("d", 0.2, 5.0)]


def test_the_mail_says_what_today_says_with_one_link_a_list(tmp_path: Path) -> None:
    clock = Clock()
    workspace = open_by_hand(tmp_path, clock)
    none = weekly_mail(make_today(workspace), "https://mail.example/shop/")
    assert "https://mail.example/shop/start" in none.text
    answer_by_hand(workspace, scores(PEOPLE))
    clock.at = LATER
    answer_by_hand(workspace, scores(PEOPLE[1:]), with_check(FINDING, "fail"))
    mail = weekly_mail(make_today(workspace), "https://mail.example/shop/")
    assert mail.subject == "By Hand: 2 customers worth contacting"
    assert mail.text.count("https://mail.example/shop/lists/lapse") == 1
    for part in ("Whom to contact", "What changed", "Not on the list any more: 1.", "mend them", "Not measured"):
        assert part.lower() in mail.text.lower()
        assert part in mail.html


def test_what_stands_in_a_name_is_text_and_nothing_is_loaded(tmp_path: Path) -> None:
    workspace = open_by_hand(tmp_path, Clock())
    answer_by_hand(workspace, scores(PEOPLE))
    mail = weekly_mail(make_today(workspace), "https://mail.example/shop")
    assert "<b>Ben</b>" in mail.text
    assert "<b>Ben" not in mail.html
    assert "&lt;b&gt;Ben" in mail.html
    assert not re.search(r"<(img|script|link|iframe|object|video|audio|source)\b|url\(|@import|src=", mail.html)
    assert set(re.findall(r'href="(https?://[^/"]+)', mail.html)) == {"https://mail.example"}


def test_the_mail_of_one_owner_and_of_who_sees_no_people(tmp_path: Path) -> None:
    workspace = open_by_hand(tmp_path, Clock())
    answer_by_hand(workspace, scores(PEOPLE))
    mine = weekly_mail(make_today(workspace, owners=("Lee",)), "https://mail.example")
    assert "Cem" in mine.text
    assert "Ada" not in mine.text
    assert "lists/lapse?worth=1&amp;owner=Lee" in mine.html
    bare = weekly_mail(make_today(workspace, names=False), "https://mail.example")
    assert not any(name in bare.text + bare.html for name in ("Ada", "Ben", "Cem", "example.org", "reason of"))


def test_a_name_of_many_lines_makes_one_subject(tmp_path: Path) -> None:
    from dataclasses import replace

    today = make_today(open_by_hand(tmp_path, Clock()))
    subject = weekly_mail(
        replace(today, workspace="A\r\nBcc: x@example.org\n" + "y" * 200), "https://m.example"
    ).subject
    assert "\n" not in subject
    assert "\r" not in subject
    assert len(subject) < 120
