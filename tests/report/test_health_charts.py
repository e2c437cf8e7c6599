"""Charts of lights and of groups of drivers state the finding."""

from __future__ import annotations

import pyarrow as pa

from tradewind.report.health_charts import groups_chart, lights_chart, say_groups, say_lights

LIGHTS = pa.table(
    {"light": ["▲ red", "◆ amber", "● green"], "looks": [40, 100, 300], "left": [0.3, 0.12, 0.04],
     "low": [0.2, 0.08, 0.02], "high": [0.4, 0.17, 0.06]}
)  # fmt: skip
GROUPS = pa.table({"driver_group": ["usage", "billing"], "share": [0.7, 0.3], "low": [0.6, 0.2], "high": [0.8, 0.4],
                   "sentence": ["logins", "amount"], "direction": ["more lowers it", ""]})  # fmt: skip


def test_titles_state_what_was_found() -> None:
    assert say_lights(LIGHTS) == "Of 100 with ▲ red, 30 left; of 100 with ● green, 4"
    assert say_groups(GROUPS) == "What goes with it most is usage: 70 of 100"


def test_charts_draw_every_row_with_its_range() -> None:
    for chart, table, name in ((lights_chart, LIGHTS, "light"), (groups_chart, GROUPS, "driver_group")):
        drawn = str(chart(table).to_dict())
        assert all(value in drawn for value in table[name].to_pylist())
        assert "high" in drawn
