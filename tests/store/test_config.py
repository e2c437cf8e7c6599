"""The configuration loads as documented, and tells everything that is wrong with it at once."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.core.errors import ConfigError
from tradewind.core.time import days
from tradewind.store.config import Config, load_config, parse_config

DESIGNED = """
[workspace]
name = "Complete Journey"
currency = "USD"
timezone = "America/New_York"

[sources.shop]
path = "data/*.parquet"                  # csv, tsv, xlsx, json, parquet; or url = "${SHOP_DB}"
timezone = "UTC"                         # of its naive times; required where they are naive

[tables.order_lines]
from = "shop.transactions"
order_id = "basket_id"
customer_id = "household_id"
product_id = "product_id"
happened_at = "transaction_timestamp"
quantity = "quantity"
amount = "sales_value"                   # a scalar expression over the source's columns
discount = "retail_disc + coupon_disc"
known_after = "0 days"

[use_cases.lapse]
horizon = "30 days"
active_within = "90 days"
contact_cost = 0.50
"""

EVERYTHING = """
[workspace]
currency = "EUR"
timezone = "Europe/Berlin"
margin = 0.3
keep = "52 weeks"
engine = "${ENGINE}"
state = "${STATE}"
as_of = 2017-11-01
memory_limit = "1.5 GiB"
threads = 2
allow_paths = ["/srv/exports"]

[sources.shop]
url = "${SHOP_DB}"
query = "SELECT * FROM sales"

[sources.files]
path = "/srv/exports/*.csv"
format = "csv"
delimiter = ";"
encoding = "cp1252"
decimal = ","
timezone = "Europe/Berlin"

[sources.local]
url = "sqlite:///data/shop.db"
table = "people"

[tables.customers]
from = "local.people"
lookup = [{ table = "files.places", on = "postcode = plz" }]
customer_id = "id"
created_at = "since"
segment = "'coupon'"
known_at = "noted"
known_after = "1 day"
where = "kind <> 'test' AND id IS NOT NULL"
format = { created_at = "%d.%m.%Y" }
stable = ["segment"]

[use_cases.next_spend]
models = ["elastic_net", "boosting"]
enabled = false
cutoffs = 6
time_limit_seconds = 60
success_share = 0.1
discount_rate = 0.1

[features.visits]
sql = "SELECT customer_id, count(*) AS value FROM events WHERE happened_at >= :cutoff GROUP BY customer_id"
sentence = "visits to the shop"
unit = "count"
influence = "you can influence"
"""
ENVIRON = {
    "ENGINE": "postgresql://u:hunter2@h/e",
    "STATE": "postgresql://u:hunter2@h/s",
    "SHOP_DB": "mysql://u:hunter2@h/shop",
}


def write(folder: Path, text: str) -> Path:
    (folder / "tradewind.toml").write_text(text, encoding="utf-8")
    return folder


def problems(text: str, **environ: str) -> dict[str, str]:
    """Return each problem of a configuration by its place."""
    with pytest.raises(ConfigError) as caught:
        parse_config(tomllib.loads(text), environ, text)
    return {problem.where: str(problem) for problem in caught.value.problems}


def test_the_designed_example_loads(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, DESIGNED), {})
    assert config.workspace.currency == "USD"
    assert config.workspace.keep == days(396)
    assert config.sources["shop"].path == "data/*.parquet"
    lines = config.tables["order_lines"]
    assert lines.from_ == "shop.transactions"
    assert lines.columns["discount"] == "retail_disc + coupon_disc"
    assert lines.known_after == days(0)
    assert config.use_cases["lapse"].horizon == days(30)
    assert config.use_cases["lapse"].spans == {"active_within": days(90)}
    assert config.use_cases["lapse"].models == "auto"
    assert config.config_text == DESIGNED


def test_every_setting_is_read(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, "\ufeff" + EVERYTHING), ENVIRON)
    assert config.workspace.keep == days(364)
    assert config.workspace.state == ENVIRON["STATE"]
    assert config.sources["shop"].url == ENVIRON["SHOP_DB"]
    customers = config.tables["customers"]
    assert set(customers.columns) == {"customer_id", "created_at", "segment"}
    assert customers.lookup[0].on == "postcode = plz"
    assert customers.format == {"created_at": "%d.%m.%Y"}
    assert config.use_cases["next_spend"].models == ("elastic_net", "boosting")
    assert config.use_cases["next_spend"].extra == {"discount_rate": 0.1}
    assert config.features["visits"].influence == "you can influence"


def test_a_budget_for_tuning_is_a_time_or_a_number_of_trials() -> None:
    for written in ("60 seconds", "1 minute", "40 trials"):
        text = DESIGNED + f'tune = "{written}"\n'
        assert parse_config(tomllib.loads(text), {}, text).use_cases["lapse"].tune == written
    for wrong in ("soon", "0 trials", "60"):
        assert "use_cases.lapse.tune" in problems(DESIGNED + f'tune = "{wrong}"\n')


def test_no_secret_is_shown(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, EVERYTHING), ENVIRON)
    assert "hunter2" not in repr(config)
    assert "hunter2" not in config.config_text


def test_every_problem_is_told_at_once_with_what_was_meant() -> None:
    found = problems(
        """
        colour = "red"
        [workspace]
        currency = "Euro"
        timezone = "Europe/Berln"
        margin = 1.5
        memroy_limit = "2GB"
        [sources.shop]
        pth = "data/*.csv"
        [sources.far]
        path = "../../etc/*.csv"
        [sources.db]
        url = "${SHOP_DB}"
        [sources.open]
        url = "postgresql://me:hunter2@host/db"
        [tables.order_line]
        from = "shop.sales"
        [tables.orders]
        from = "shp.sales"
        order_id = "id"
        custmer_id = "who"
        amount = "(SELECT content FROM read_text('/etc/passwd'))"
        happened_at = 5
        format = { happend_at = "%Y" }
        known_after = "3 moons"
        lookup = [{ table = "shop.places", onn = "id" }]
        [use_cases.lapse]
        horizont = "30 days"
        contact_cost = -1
        active_within = "90 dayz"
        [features.Bad-Name]
        sql = "DROP TABLE orders"
        sentence = "x"
        """
    )
    expected = {
        "colour": "no such setting",
        "workspace.currency": "EUR",
        "workspace.timezone": 'did you mean "Europe/Berlin"?',
        "workspace.margin": "less than or equal to 1",
        "workspace.memroy_limit": 'did you mean "memory_limit"?',
        "sources.shop.pth": 'did you mean "path"?',
        "sources.shop": "either a path or a url",
        "sources.far.path": "leads out of the workspace",
        "sources.db.url": "SHOP_DB is not set",
        "sources.open.url": "one environment variable",
        "tables.order_line": 'did you mean "order_lines"?',
        "tables.orders.from": 'did you mean "shop"?',
        "tables.orders.custmer_id": 'did you mean "customer_id"?',
        "tables.orders.amount": "not allowed",
        "tables.orders.happened_at": "valid string",
        "tables.orders.format": 'did you mean "happened_at"?',
        "tables.orders.known_after": "30 days",
        "tables.orders.lookup.0.onn": 'did you mean "on"?',
        "tables.orders.lookup.0.on": "missing",
        "tables.orders": "customer_id",
        "use_cases.lapse.horizont": 'did you mean "horizon"?',
        "use_cases.lapse.contact_cost": "greater than or equal to 0",
        "use_cases.lapse.active_within": "not a span",
        "features.Bad-Name": "cannot be a feature's name",
        "features.Bad-Name.sql": "only a SELECT",
    }
    assert {where: word in found.get(where, "") for where, word in expected.items()} == dict.fromkeys(expected, True)
    assert set(found) == set(expected)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("setting", "place"),
    [
        ('url = "postgresql://${HOST}/db"', "sources.shop.url"),
        ('url = "https://evil.example/${SHOP_DB}"', "sources.shop.url"),
        ('url = "sqlite:////etc/secrets.db"', "sources.shop.url"),
        ('url = "sqlite:///../other.db"', "sources.shop.url"),
        ('path = "${SHOP_DB}.csv"', "sources.shop.path"),
        ('path = "/etc/passwd"', "sources.shop.path"),
        ('path = "data/../../x.csv"', "sources.shop.path"),
        ("path = 'C:\\\\Users\\\\x.csv'", "sources.shop.path"),
        ("path = '\\\\\\\\server\\\\share\\\\x.csv'", "sources.shop.path"),
    ],
)
def test_no_address_or_path_leads_where_a_stranger_wants(setting: str, place: str) -> None:
    text = f'[workspace]\ncurrency = "USD"\ntimezone = "UTC"\n[sources.shop]\n{setting}\n'
    found = problems(text, SHOP_DB="topsecret", HOST="topsecret")
    assert place in found
    assert "topsecret" not in str(found)


@pytest.mark.parametrize("key", ["engine", "state"])
def test_data_are_not_sent_to_a_server_that_the_file_names(key: str) -> None:
    text = f'[workspace]\ncurrency = "USD"\ntimezone = "UTC"\n{key} = "postgresql://evil.example/db"\n'
    assert "one environment variable" in problems(text)[f"workspace.{key}"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[workspace\n", "not valid TOML"),
        ("[workspace]\nname = 'a'\nname = 'b'\n", "not valid TOML"),
        ("a = " + "[" * 100_000, "not valid TOML"),
        ("#" * 2_000_000, "too large"),
        ("", "workspace"),
        ("workspace = 5", "workspace"),
        ("[workspace]\ncurrency='USD'\ntimezone='UTC'\n[tables]\norders = 3\n", "tables.orders"),
        ("sources = [1]\n[workspace]\ncurrency='USD'\ntimezone='UTC'\n", "sources"),
        ("[workspace]\ncurrency='USD'\ntimezone='UTC'\nas_of='soon'\n", "as_of"),
        ("[workspace]\ncurrency='USD'\ntimezone='UTC'\nmemory_limit=\"2GB'; DROP\"\n", "memory_limit"),
    ],
)
def test_a_broken_file_is_a_problem_and_no_traceback(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        load_config(write(tmp_path, text), {})


def test_a_missing_or_unreadable_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration here"):
        load_config(tmp_path, {})
    (tmp_path / "tradewind.toml").write_bytes(b"name = '\xff\xfe'")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(tmp_path, {})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    ["workspace", "sources", "tables", "use_cases", "features", "orders", "lapse", "from", "lookup"]
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(names, st.dictionaries(names, values | st.dictionaries(names, values)) | values))
def test_nothing_that_toml_can_say_ends_in_a_traceback(raw: dict[str, object]) -> None:
    with contextlib.suppress(ConfigError):
        assert isinstance(parse_config(raw, {}), Config)
