"""Who may be contacted, as plain files say it: recognised in many words, counted, changeable, kept from files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from awkward_exports import crm_list, english_shop, german_shop
from tradewind.core.visitor import visitor_of
from tradewind.flow.load import load
from tradewind.flow.mapping.draft import look_at_uploads
from tradewind.flow.mapping.page import mapping_page
from tradewind.flow.mapping.save import changed_workspace, save_mapping, standing_mapping
from tradewind.flow.people.consent import consents_of, permission_for, words_of
from tradewind.flow.people.one import find_person
from tradewind.flow.progress import Silent
from tradewind.flow.uploads.receive import receiving
from tradewind.sources.meaning.permissions import sense_of, way_of
from tradewind.store.config import CONFIG_FILE
from tradewind.store.workspace import Workspace, open_workspace


def clock() -> datetime:
    return datetime(2026, 1, 5, 12)


@pytest.mark.parametrize(
    ("header", "sense", "way"),
    [
        ("accepts_marketing", "may", ""), ("Accepts Email Marketing", "may", "email"), ("newsletter", "may", "email"),
        ("opt_in", "may", ""), ("sms_opt_in", "may", "phone"), ("Werbung erlaubt", "may", ""),
        ("DSGVO Einwilligung", "may", ""), ("Abonné newsletter", "may", "email"), ("opt_out", "may not", ""),
        ("do_not_contact", "may not", ""), ("Unsubscribed from all email", "may not", "email"),
        ("bounced", "may not", "email"), ("Email Opt Out", "may not", "email"), ("Do Not Call", "may not", "phone"),
        ("HasOptedOutOfEmail", "may not", "email"), ("DoNotCall", "may not", "phone"), ("Werbesperre", "may not", ""),
        ("Opted out of email: Marketing Information", "may not", "email"), ("Keine Werbung", "may not", ""),
        ("Email Marketing Consent", "may", "email"), ("Ne pas appeler", "may not", "phone"),
        ("newsletter_source", "", "email"), ("email", "", "email"), ("phone", "", "phone"), ("country", "", ""),
        ("Consent reason", "", ""), ("Marketing contact status", "may not", ""),
    ],
)  # fmt: skip
def test_a_header_says_what_yes_means_and_of_which_way(header: str, sense: str, way: str) -> None:
    assert sense_of(header) == sense
    assert not sense or way_of(header) == way


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return proposed(tmp_path_factory.mktemp("english"), english_shop)


def proposed(root: Path, write: Callable[[Path], Any]) -> Path:
    made = write(root / "made")
    for path in made if isinstance(made, list) else [made]:
        with receiving(root / "shop", "files", path.name) as incoming:
            incoming.write(path.read_bytes())
            incoming.finish()
    look_at_uploads(root / "shop", {}, clock, Silent())
    return root / "shop"


def loaded(root: Path, said: Mapping[str, str] | None = None) -> Workspace:
    """The workspace that a draft would become, with its tables loaded."""
    standing = standing_mapping(root)
    assert standing is not None
    if said:
        now = {**standing.values, **said}
        assert save_mapping(root, standing.version, standing.values, now, "Ada", clock, {}).done
        standing = standing_mapping(root)
        assert standing is not None
    made = changed_workspace(root, standing, (), clock, {})
    assert isinstance(made, Workspace)
    (root / CONFIG_FILE).write_text(made.config.config_text, encoding="utf-8")
    workspace = open_workspace(root, clock, {})
    load(workspace)
    return workspace


def reach(workspace: Workspace, keys: list[str], entity: str = "customer_id") -> list[tuple[str, str]]:
    words = words_of(workspace, keys, entity)
    return [(permission_for("email", words.get(key, ())), permission_for("phone", words.get(key, ()))) for key in keys]


def test_yes_and_no_become_consents_and_a_blank_stays_unknown(tmp_path: Path) -> None:
    root = proposed(tmp_path, german_shop)
    standing = standing_mapping(root)
    assert standing is not None
    check = mapping_page(standing).checks[0]
    assert check.text == "50 of 150 customers may not be contacted, 50 may by e-mail; of 50 nobody knows."
    assert (check.chosen, len(check.options)) == ("yes means yes", 3)
    workspace = loaded(root)
    people = [f"kunde{n}@example.test" for n in range(3)]
    assert reach(workspace, people) == [("granted", "unknown"), ("refused", "refused"), ("unknown", "unknown")]
    person = find_person(workspace, visitor_of("admin"), "customer_id", people[1])
    assert person.row.email == people[1], "an address that is the key is an address to write to"
    workspace.close()


def test_each_way_has_its_own_word(tmp_path: Path, english: Path) -> None:
    workspace = loaded(Path(copytree(english, tmp_path / "shop")))
    assert reach(workspace, ["C0", "C1", "C2"]) == [
        ("granted", "refused"),
        ("refused", "refused"),
        ("granted", "unknown"),
    ]
    workspace.close()


def test_who_did_not_refuse_has_not_agreed_and_leads_have_their_own_words(tmp_path: Path) -> None:
    root = proposed(tmp_path, crm_list)
    workspace = loaded(root)
    assert reach(workspace, ["L5", "L7", "L35", "L11", "L1"], "lead_id") == [
        ("refused", "unknown"), ("unknown", "refused"), ("refused", "refused"), ("refused", "unknown"),
        ("unknown", "unknown"),
    ]  # fmt: skip
    person = find_person(workspace, visitor_of("admin"), "lead_id", "L35")
    assert dict(person.permissions) == {"email": "refused", "phone": "refused"}
    assert person.row.name == "Kim Stone35"
    workspace.close()


def test_a_second_file_with_permissions_is_named_as_not_read(tmp_path: Path) -> None:
    def both(folder: Path) -> list[Path]:
        return [*english_shop(folder, 60), crm_list(folder, 60)]

    standing = standing_mapping(proposed(tmp_path, both))
    assert standing is not None
    assert standing.draft is not None
    (told,) = (each for each in standing.draft.proposal.undecided if "who may be contacted" in each)
    assert "leads says who may be contacted too" in told
    assert "“Email Opt Out”" in told
    assert "customers alone" in told


def test_what_yes_means_can_be_said_otherwise(tmp_path: Path, english: Path) -> None:
    root = Path(copytree(english, tmp_path / "shop"))
    standing = standing_mapping(root)
    assert standing is not None
    keys = [each for each in standing.values if each.startswith("permissions.")]
    assert keys == ["permissions.0.accepts_marketing", "permissions.1.sms_opt_in"]
    workspace = loaded(root, {keys[0]: "yes means no", keys[1]: "not about permission"})
    assert reach(workspace, ["C0", "C1"]) == [("refused", "refused"), ("unknown", "unknown")]
    workspace.close()
    (root / CONFIG_FILE).unlink()
    standing = standing_mapping(root)
    assert standing is not None
    now = {**standing.values, **dict.fromkeys(keys, "not about permission")}
    done = save_mapping(root, standing.version, standing.values, now, "Ada", clock, {})
    assert done.done
    assert not any(key.startswith("tables.consents") for key in done.standing.values)


def test_a_file_that_says_later_that_somebody_left_is_believed(tmp_path: Path) -> None:
    def write(folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "orders.csv"
        rows = "".join(
            f"{n},c{n % 40},2024-0{1 + n % 6}-{1 + n % 28:02d},{10 + n % 90}.50,{'no' if n % 40 == 7 else 'yes'}\n"
            for n in range(1, 300)
        )
        path.write_text(f"number,customer,ordered,total,newsletter\n{rows}", encoding="utf-8")
        return path

    root = proposed(tmp_path, write)
    workspace = loaded(root)
    assert permission_for("email", consents_of(workspace, "c7")) == "refused"
    assert permission_for("email", consents_of(workspace, "c8")) == "granted"
    workspace.close()
    stored = next((root / "uploads").rglob("orders.csv"))
    text = stored.read_text(encoding="utf-8").splitlines()
    text = [each.replace(",no", ",yes") if ",c7," in each else each for each in text]
    turned = [each.replace(",yes", ",no") if ",c8," in each else each for each in text]
    stored.write_text("\n".join(turned) + "\n", encoding="utf-8")
    later = open_workspace(root, lambda: datetime(2026, 2, 5, 12), {})
    load(later)
    assert permission_for("email", consents_of(later, "c7")) == "granted"
    assert permission_for("email", consents_of(later, "c8")) == "refused"
    later.close()
