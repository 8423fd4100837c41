from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import servicecircle.show
from servicecircle.assessment import assess
from servicecircle.city import About
from servicecircle.errors import InputError
from servicecircle.plan import read_plan
from servicecircle.show import gap_map
from servicecircle.units import metres_walked
from tests.show.pages import Read, read
from tests.show.towns import PAYLOADS, judged, plain, town

if TYPE_CHECKING:
    from servicecircle.assessment import Assessment

IDS = ("YY-01", "YY-05", "CX-01", "LY-01", "LY-02", "WT-01", "ZH-01")
WITH_CELLS = ("YY-05", "CX-01", "LY-01", "WT-01", "ZH-01")
REFERENCE = ("YY-05", "LY-01", "WT-01", "ZH-01")
VERDICTS = ("达标", "eets the standard", "not meet the standard")


@cache
def result() -> Assessment:
    return judged(town())


def page_of(which: Assessment, standard: str, **options: Any) -> str:
    return str(gap_map(which, standard, **options).get_root().render())


@cache
def page(standard: str, language: str = "zh") -> Read:
    return read(page_of(result(), standard, language=language))


def titles(found: Read) -> set[str]:
    """Return the titles and labels of all that is drawn, and the names that cells speak of."""
    items = [item for layer in found.data["layers"].values() for item in layer.get("items", [])]
    names = {item[key] for item in items for key in ("title", "label") if key in item}
    return names | set(found.data["cells"].get("zones", [])) | set(found.data["facilityNames"])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("standard", IDS)
def test_every_map_says_what_it_is(standard: str, language: str) -> None:
    found, about = page(standard, language), result().plan[standard]
    for text in (standard, about.name_zh if language == "zh" else about.name_en, "示例镇", about.citations[0].quote):
        assert text in found.text
    assert ("纯属虚构。" if language == "zh" else "Invented.") in found.text
    assert str(about.citations[0].line) in found.text


@pytest.mark.parametrize("standard", IDS)
def test_layers_are_cells_lines_gaps_facilities_zones_and_ground(standard: str) -> None:
    layers = page(standard).data["layers"]
    assert {"results0", "zones0", "ground", "streets", "facilities0"} <= set(layers)
    assert ("cells0" in layers, "cells1" in layers, "isochrones0" in layers) == (3 * (standard in WITH_CELLS,))


@pytest.mark.parametrize("standard", WITH_CELLS)
def test_cells_of_the_map_are_those_of_the_assessment(standard: str) -> None:
    cells, data = result().cells_for(standard), page(standard).data["cells"]
    covered = cells["covered"].to_numpy(dtype=bool) & cells["in_scope"].to_numpy(dtype=bool)
    assert np.array_equal(np.array(data["state"]) == 0, covered)
    assert sum(data["group"]) == pytest.approx(cells["group"].sum())
    row = result().table.query("standard_id == @standard and `class` == 'all' and zone_id in ['CITY', 'main_city']")
    if standard in {"YY-05", "LY-01", "WT-01", "ZH-01"}:
        share = sum(np.array(data["group"])[covered]) / sum(np.array(data["group"])[np.array(data["state"]) != 3])
        assert any(share == pytest.approx(value) for value in row["value"])


def test_a_cell_has_the_class_of_its_minutes() -> None:
    data = page("WT-01").data
    colors = {
        (minutes <= 10, data["paints"][paint]["color"])
        for minutes, paint in zip(data["cells"]["minutes"], data["cells"]["views"]["cells0"], strict=True)
    }
    within, beyond = ({color for is_within, color in colors if is_within is side} for side in (True, False))
    assert within
    assert beyond
    assert not within & beyond


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("standard", REFERENCE)
def test_a_reference_judgement_has_no_verdict(standard: str, language: str) -> None:
    found = page(standard, language)
    about = result().plan[standard]
    everything = found.text + str(found.data)
    for said in (*about.assumptions, *about.citations):  # the plan's own words
        everything = everything.replace(getattr(said, language, ""), "").replace(getattr(said, "quote", ""), "")
    assert ("参考判定" if language == "zh" else "Reference judgement") in everything
    assert [word for word in VERDICTS if word in everything] == []
    assert not {"#8fc1d9", "#d9822b"} & {paint["color"] for paint in found.data["paints"]}


def test_a_verdict_is_said() -> None:
    assert "不达标" in page("CX-01").text
    assert "Does not meet the standard" in page("CX-01", "en").text
    assert "达标" in page("LY-02").text


def test_the_legend_counts_every_resident() -> None:
    text = page("WT-01", "en").text
    assert "Walking time to the nearest facility (min)" in text
    assert "640" in text  # 64 cells of 10 residents


@pytest.mark.parametrize("standard", IDS)
def test_the_same_result_makes_the_same_page(standard: str) -> None:
    assert page_of(judged(town()), standard) == page_of(result(), standard)


def test_a_page_renders_twice_the_same() -> None:
    shown = gap_map(result(), "LY-01")
    assert shown.get_root().render() == shown.get_root().render()


def test_isochrones_of_other_minutes_can_be_asked_for() -> None:
    found = read(page_of(result(), "LY-01", language="en", minutes=[3, 7]))
    assert [item["title"] for item in found.data["layers"]["isochrones0"]["items"]] == ["7 min walk", "3 min walk"]


def test_the_ground_can_be_left_out() -> None:
    found = read(page_of(result(), "LY-01", streets=False))
    assert not {"ground", "streets"} & set(found.data["layers"])


def test_tiles_are_drawn_only_where_asked_for() -> None:
    assert "tile.openstreetmap.org" not in page_of(result(), "LY-01")
    shown = page_of(result(), "LY-01", basemap="OpenStreetMap.Mapnik")
    assert "tile.openstreetmap.org" in shown
    assert "openstreetmap.org/copyright" in shown


def test_point_cells_are_dots_that_nearly_touch() -> None:
    data = read(page_of(judged(town(polygons=False), "WT-01"), "WT-01")).data["cells"]
    assert data["radius"] == pytest.approx(48.0)  # cells are 100 m apart
    assert {len(shape) for shape in data["shapes"]} == {2}


def test_a_facility_that_lacks_a_function_is_shown_as_not_counting() -> None:
    dots = page("LY-02").data["layers"]["facilities0"]["items"]
    lines = {dot["title"]: dict(dot["lines"]) for dot in dots}
    assert lines["设施8"]["缺少"] == "上门服务、居家探访"
    assert "缺少" not in lines["设施7"]
    assert "不计入：缺少功能" in page("LY-02").text


def test_what_keeps_a_standard_from_being_judged_is_named() -> None:
    whole = town()
    poor = type(whole)(
        whole.walk,
        whole.population,
        whole.facilities[whole.facilities["service"] != "fitness"],
        whole.zones,
        areas=whole.areas,
        about=About("示例镇"),
    )
    for standard in ("WT-01", "ZH-01"):
        found = read(page_of(judged(poor, standard), standard, language="en"))
        assert "This standard cannot be judged." in found.text
        assert "sports and fitness ground: the layer is not loaded." in found.text
        assert found.data["cells"] == {}
        assert "达标" not in found.text


def test_a_standard_without_a_zone_to_judge_still_has_a_map() -> None:
    plan = result().plan.only("WT-01").with_levels(["学区"])
    found = read(page_of(assess(town(), plan, progress=False), "WT-01", language="en"))
    assert "Not evaluable" in found.text
    assert "facilities0" in found.data["layers"]


def test_it_is_said_who_stands_in_for_an_unknown_group() -> None:
    whole = town()
    cells = whole.population.drop(columns="pop_3_5")
    found = read(page_of(judged(replace(whole, population=cells), "YY-05"), "YY-05", language="en"))
    assert "children aged 3 to 5 are not in the population layer: residents stand in" in found.text
    assert "Residents not covered: 170" in found.text  # 17 cells of 10 residents
    assert "stand in" not in page("YY-05", "en").text
    assert "Children aged 3 to 5 not covered: 17" in page("YY-05", "en").text


def test_metres_and_minutes_of_a_cell_agree() -> None:
    data = page("LY-01").data["cells"]
    speed = read_plan("lianyungang-145").profiles["elderly"].speed_m_s
    for metres, minutes in zip(data["metres"], data["minutes"], strict=True):
        assert metres == pytest.approx(metres_walked(minutes, speed_m_s=speed), abs=0.5 + 0.05 * 60 * speed)


@pytest.mark.parametrize("given", [{"standard_id": "XX-99"}, {"language": "fr"}, {"basemap": "Nowhere"}])
def test_unknown_names_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(InputError, match="unknown"):
        gap_map(result(), **({"standard_id": "LY-01"} | given))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", PAYLOADS)
def test_names_are_data_and_nothing_else(text: str) -> None:
    """Whatever things are called, the page has the same elements and the same scripts; only its texts differ."""
    found, usual = (hostile(name, level="某级") for name in (text, "甲"))
    assert found.elements == usual.elements
    assert without_names(found.scripts) == without_names(usual.scripts)
    assert {plain(title) for title in titles(found)} >= {plain(text)}
    assert found.text.count(plain(text)) >= 6  # title, city, name, notice, group, quote


@cache
def hostile(text: str, *, level: str) -> Read:
    """Return the map of a town in which everything bears one name."""

    def name(usual: str) -> str:
        del usual
        return text

    return read(page_of(judged(town(name=name, level=level), "LY-01", level=level, name=name), "LY-01"))


def without_names(scripts: list[str]) -> str:
    """Return scripts without the random-looking ids of their elements, which depend on the data."""
    return re.sub(r"[0-9a-f]{24}", "ID", "".join(scripts))


@pytest.mark.parametrize("text", PAYLOADS)
def test_names_of_levels_are_shown_by_the_layer_control(text: str) -> None:
    found, usual = hostile("甲", level=text), hostile("甲", level="某级")
    assert found.elements == usual.elements
    (listed,) = re.findall(r"const overlays = \{(.*?)\n", "".join(found.scripts), re.DOTALL)
    names = [html.unescape(json.loads(name)) for name in re.findall(r'"(?:[^"\\]|\\.)*"', listed)]
    assert f"{plain(text)}：评价结果" in names
    assert re.sub(r'"(?:[^"\\]|\\.)*": data_layer_[0-9a-f]{24},\s*', "", listed).strip(" }") == ""


def test_ten_thousand_cells_stay_below_ten_megabytes() -> None:
    large = judged(town(blocks=50), "LY-01")
    assert len(large.cells_for("LY-01")) == 10_000
    assert len(page_of(large, "LY-01").encode()) < 10e6


def test_folium_is_imported_only_when_a_map_is_drawn() -> None:
    code = "import sys, servicecircle, servicecircle.show; sys.exit('folium' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0


def test_what_the_room_offers() -> None:
    assert servicecircle.show.__all__ == [
        "FigureNotes",
        "comparison_map",
        "completeness_map",
        "explore",
        "fetch_assets",
        "gap_figure",
        "gap_map",
        "isochrone_map",
        "overview_map",
        "radius_map",
        "save_offline",
        "sites_map",
        "speed_map",
        "tianditu",
        "write_data_report",
        "write_excel",
        "write_figure",
        "write_layer",
        "write_layers",
        "write_markdown",
        "write_report",
        "write_summary",
        "write_word",
    ]
