"""The map of all standards against the table of the assessment."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from servicecircle.show import overview_map, palette
from tests.show.kinds import named
from tests.show.pages import Read, read
from tests.show.towns import STANDARDS

VERDICTS = ("达标", "eets the standard", "not meet the standard")


@cache
def page(language: str = "zh") -> Read:
    return read(str(overview_map(named()[0], language=language).get_root().render()))


def zones_of(data: dict[str, Any], choice: int) -> dict[str, Any]:
    """Return paint and lines of each zone of a choice, by the zone's name."""
    told = data["choices"][choice]["zones"]
    return {
        item["title"]: told[key][place]
        for key, layer in data["layers"].items()
        if layer.get("choice")
        for place, item in enumerate(layer["items"])
    }


def expected(row: Any) -> str | None:
    """Return the colour that a row must have; None for values without a target, which have classes."""
    if row["status"] == "judged":
        return palette.STATUS_PAINTS["meets" if row["meets_target"] else "fails"].color
    if row["status"] == "reference":
        grades = [">=95%", "90-95%", "80-90%", "<80%"]
        return palette.GRADES[grades.index(row["grade"])]
    return None if row["status"] == "info" else palette.STATUS_PAINTS[row["status"]].color


@pytest.mark.parametrize("standard", STANDARDS)
def test_each_zone_has_the_colour_of_its_row(standard: str) -> None:
    result, data = named()[0], page().data
    rows = result.table[(result.table["standard_id"] == standard) & (result.table["class"] == "all")]
    zones = zones_of(data, 1 + result.plan.ids.index(standard))
    by_name = {row["zone_name"]: row for _, row in rows.iterrows() if row["zone_name"] in zones}
    assert {name for name, told in zones.items() if told} == set(by_name)
    for name, row in by_name.items():
        color = expected(row)
        assert color is None or data["paints"][zones[name][0]]["color"] == color


def test_each_zone_is_counted_by_the_verdicts_it_does_not_get() -> None:
    result, data = named()[0], page().data
    rows = result.table[(result.table["class"] == "all") & (result.table["status"] == "judged")]
    counts = (~rows["meets_target"].astype(bool)).groupby(rows["zone_name"]).sum()
    told = {name: one for name, one in zones_of(data, 0).items() if one}
    assert set(told) == set(counts.index) & set(zones_of(data, 0))
    assert told
    for name, (paint, lines) in told.items():
        assert dict(map(tuple, lines))["不达标"] == str(counts[name])
        none = data["paints"][paint]["color"] == palette.STATUS_PAINTS["meets"].color
        assert none == (counts[name] == 0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_reference_judgements_have_no_verdict(language: str) -> None:
    result, data = named()[0], page(language).data
    for standard in ("LY-01", "WT-01", "ZH-01"):
        told = str(zones_of(data, 1 + result.plan.ids.index(standard)))
        assert [word for word in VERDICTS if word in told] == []


def test_every_state_has_a_colour_of_its_own() -> None:
    looks = [(paint.color, paint.hatch) for paint in palette.STATUS_PAINTS.values()]
    assert len(set(looks)) == len(looks)


def test_the_chosen_standard_is_shown_first() -> None:
    root = str(overview_map(named()[0], "LY-01").get_root().render())
    assert root.count("<option selected>") == 1
    assert "<option selected>LY-01 " in root
