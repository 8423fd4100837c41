"""The figures of every kind of map against those of the assessment, and its names against those who made them up."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from servicecircle.errors import InputError
from servicecircle.show import (
    comparison_map,
    completeness_map,
    explore,
    isochrone_map,
    overview_map,
    palette,
    radius_map,
    sites_map,
    speed_map,
)
from servicecircle.show.worst import worst_cells
from tests.show.kinds import KINDS, drawn, named, proposal
from tests.show.pages import Read, read
from tests.show.towns import PAYLOADS, plain

SOME = (PAYLOADS[0], PAYLOADS[1], PAYLOADS[8], PAYLOADS[16], PAYLOADS[17], PAYLOADS[22], PAYLOADS[25], PAYLOADS[39])
"""Payloads of every kind: elements, attributes, template strings, scripts, templates, halves of characters."""


@cache
def page(kind: str, language: str = "zh") -> Read:
    return read(str(drawn(kind, language).get_root().render()))


def texts(data: object) -> list[str]:
    """Return every text in some data."""
    if isinstance(data, dict):
        return [text for one in data.values() for text in texts(one)]
    return [text for one in data for text in texts(one)] if isinstance(data, list) else [str(data)]


def colors(data: dict[str, Any], view: str) -> np.ndarray[Any, Any]:
    """Return the colour of each cell in one of its colourings."""
    return np.array([data["paints"][paint]["color"] for paint in data["cells"]["views"][view]])


def residents(data: dict[str, Any], view: str) -> dict[str, float]:
    """Return the residents of each colour of a colouring."""
    group, found = np.array(data["cells"]["group"]), colors(data, view)
    return {str(color): float(group[found == color].sum()) for color in np.unique(found)}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_panel_layers_and_words_of_its_language(kind: str, language: str) -> None:
    found = page(kind, language)
    assert found.data["layers"]
    assert found.data["lang"] == language
    titled = {"zh": "[\u4e00-\u9fff]", "en": "[A-Za-z]"}[language]
    assert re.search(titled, found.text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_speaks_both_languages_at_once(kind: str) -> None:
    both, zh, en = (page(kind, language).data for language in ("both", "zh", "en"))
    assert both["lang"] == "zh"
    for layer, name in both["names"].items():
        halves = list(dict.fromkeys((zh["names"][layer], en["names"][layer])))
        assert name == " ".join(halves)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_things_make_the_same_page(kind: str) -> None:
    assert drawn(kind).get_root().render() == drawn(kind).get_root().render()


def test_completeness_counts_the_services_within_reach() -> None:
    cells, data = named()[0].cells_for("ZH-01"), page("completeness").data
    missing, found = cells["n_missing"].to_numpy(), colors(data, "cells0")
    inside = cells["in_scope"].to_numpy(dtype=bool)
    of_count = {count: set(found[inside & (missing == count)]) for count in np.unique(missing[inside])}
    assert all(len(ones) == 1 for ones in of_count.values())
    assert len({next(iter(ones)) for ones in of_count.values()}) == len(of_count)
    assert set(found[~inside]) == {palette.OUT_OF_SCOPE.color}


def test_cells_that_lack_the_same_services_look_the_same() -> None:
    cells, data = named()[0].cells_for("ZH-01"), page("completeness").data
    found, inside = colors(data, "cells1"), cells["in_scope"].to_numpy(dtype=bool)
    kinds: dict[tuple[str, ...], set[str]] = {}
    for missing, color in zip(cells["missing"][inside], found[inside], strict=True):
        kinds.setdefault(tuple(missing), set()).add(str(color))
    assert len(kinds) > 1
    assert all(len(ones) == 1 for ones in kinds.values())
    assert kinds.get((), {palette.COVERED.color}) == {palette.COVERED.color}


def test_a_service_is_within_its_limit_where_it_is_not_missing() -> None:
    result, data = named()[0], page("completeness").data
    cells = result.cells_for("ZH-01")
    measure = result.plan["ZH-01"].measure
    for place, one in enumerate(getattr(measure, "require", ()), 2):
        found = colors(data, f"cells{place}")
        lacking = np.array([one.service in missing for missing in cells["missing"]])
        inside = cells["in_scope"].to_numpy(dtype=bool)
        near, far = set(found[inside & ~lacking]), set(found[inside & lacking])
        assert not near & far


def test_who_lacks_each_service_is_counted() -> None:
    cells, text = named()[0].cells_for("ZH-01"), page("completeness", "en").text
    inside = cells[cells["in_scope"].astype(bool)]
    for service, name in (("kindergarten", "Kindergarten"), ("culture", "Cultural service centre")):
        lacking = inside["group"][[service in missing for missing in inside["missing"]]].sum()
        assert re.search(rf"{name}\s*(10|15) min\s*{lacking:,.0f}\b", text)


def test_residents_by_radius_and_by_network_are_those_of_the_companions() -> None:
    result, data = named()[0], page("radius").data
    rows = result.companions.query("standard_id == 'CX-01' and zone_id == 'built_up'")
    shares = dict(zip(rows["method"], rows["value"], strict=True))
    found = residents(data, "cells0")
    both, radius, network, neither, _ = (found.get(paint.color, 0.0) for paint in palette.CONTRAST)
    whole = both + radius + network + neither
    assert (both + radius) / whole == pytest.approx(shares["population_euclidean"])
    assert (both + network) / whole == pytest.approx(shares["population_network"])


def test_residents_at_both_speeds_are_those_of_the_companions() -> None:
    result, data = named()[0], page("speed").data
    rows = result.companions.query("standard_id == 'LY-01' and zone_id == 'CITY' and `class` == 'all'")
    general = dict(zip(rows["method"], rows["value"], strict=True))["speed_general"]
    row = result.table.query("standard_id == 'LY-01' and zone_id == 'CITY' and `class` == 'all'").iloc[0]
    found = residents(data, "cells0")
    both, fast, slow, neither, _ = (found.get(paint.color, 0.0) for paint in palette.CONTRAST)
    assert fast > 0
    assert slow == 0
    assert (both + fast) / (both + fast + neither) == pytest.approx(general)
    assert both / (both + fast + neither) == pytest.approx(row["value"])


def test_of_several_services_each_has_to_be_reached_at_the_other_speed() -> None:
    result = named()[0]
    data = read(str(speed_map(result, "ZH-01", profile="elderly").get_root().render())).data
    limits = {one.service: one.minutes * 60 * 0.8 for one in getattr(result.plan["ZH-01"].measure, "require", ())}
    walks = result.distances.query("standard_id == 'ZH-01'").pivot_table(
        index="cell_id", columns="service", values="metres", aggfunc="first"
    )
    slow = np.all([walks[service] <= limit + 0.001 for service, limit in limits.items()], axis=0)
    cells = result.cells_for("ZH-01")
    inside = cells["in_scope"].to_numpy(dtype=bool)
    both = colors(data, "cells0") == palette.CONTRAST[0].color
    assert np.array_equal(both, slow[walks.index.get_indexer(cells.index)] & cells["covered"].to_numpy() & inside)


@pytest.mark.parametrize("swapped", [False, True])
def test_gains_and_losses_are_those_of_the_comparison(swapped: bool) -> None:  # noqa: FBT001  (a parameter of a test)
    before, after = named()[::-1] if swapped else named()
    data = read(str(comparison_map(after, before, "LY-01", side_by_side=False).get_root().render())).data
    rows = after.compare(before).table.query("standard_id == 'LY-01' and zone_id == 'CITY' and `class` == 'all'")
    found = residents(data, "cells0")
    assert found.get(palette.CHANGES[1].color, 0.0) == pytest.approx(rows["gain"].iloc[0])
    assert found.get(palette.CHANGES[2].color, 0.0) == pytest.approx(rows["loss"].iloc[0])
    assert (rows["gain"].iloc[0] > 0) != (rows["loss"].iloc[0] > 0)


def test_before_and_after_stand_side_by_side() -> None:
    root = str(drawn("side by side", "en").get_root().render())
    found = read(root)
    blocks = re.findall(r'<script type="application/json" id="\w+">(.*?)</script>', root, re.DOTALL)
    assert len(blocks) == 2
    assert ['"pane":"before"' in block for block in blocks] == [True, False]
    assert ['"sites0":' in block for block in blocks] == [False, True]
    for words in ("Newly covered", "Before", "After"):
        assert words in found.text


def test_a_comparison_shows_every_cell_that_moves_and_no_other() -> None:
    before, after = named()
    moved, data = after.compare(before).cells, page("comparison").data
    assert sum(len(layer["items"]) for layer in data["layers"].values()) == len(moved) > 0


def test_sites_are_numbered_with_their_figures() -> None:
    found = page("sites", "en")
    (site,) = found.data["layers"]["sites0"]["items"]
    assert site["label"] == "1"
    assert ("Residents newly covered", "24") in [tuple(line) for line in site["lines"]]
    assert "75 %" in found.text


def test_the_cells_of_sites_are_those_once_they_are_built() -> None:
    before, after = named()
    cells, then = after.cells_for("LY-01"), before.cells_for("LY-01")
    gained = cells["covered"].to_numpy(dtype=bool) & ~then["covered"].to_numpy(dtype=bool)
    assert np.array_equal(colors(page("sites").data, "cells0") == palette.CHANGES[1].color, gained)


def test_isochrones_count_residents_by_their_own_walk() -> None:
    result = named()[0]
    found = read(str(isochrone_map(result.city, "fitness", minutes=[10, 5], language="en").get_root().render()))
    cells = result.cells_for("WT-01")
    for minutes in (5, 10):
        inside = cells["pop_total"][cells["metres"] <= minutes * 60 + 0.001].sum()
        assert f"≤ {minutes}{inside:,.0f}{100 * inside / cells['pop_total'].sum():.1f} %" in found.text
    rings = found.data["layers"]["rings0"]["items"]
    assert [ring["title"] for ring in rings] == ["5 min walk", "10 min walk"]


def test_the_worst_cell_of_each_zone_is_listed() -> None:
    cells = named()[0].cells_for("WT-01")
    worst = worst_cells(cells, "min")
    for zone, part in cells[~cells["covered"].astype(bool)].groupby("zone_id"):
        assert worst["metres"][worst["zone_id"] == zone].tolist() == [part["metres"].max()]
    assert worst["metres"].is_monotonic_decreasing


def test_a_look_at_a_layer_has_its_columns() -> None:
    items = page("layer").data["layers"]["frame0"]["items"]
    assert len(items) == len(named()[0].city.facilities)
    assert {"设施0"} <= {item["title"] for item in items}


def test_a_look_at_an_assessment_is_the_map_of_all_standards() -> None:
    assert explore(named()[0]).get_root().render() == overview_map(named()[0]).get_root().render()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda both: completeness_map(both[0], "LY-01"),
        lambda both: radius_map(both[0], "LY-01"),
        lambda both: speed_map(both[0], "YY-01"),
        lambda both: speed_map(both[0], "LY-01", profile="elderly"),
        lambda both: speed_map(both[0], "LY-01", profile="snail"),
        lambda both: overview_map(both[0], "XX-99"),
        lambda both: comparison_map(both[1], both[0], "YY-01", side_by_side=False),
        lambda both: sites_map(both[0], replace(proposal("a"), facilities=proposal("a").facilities[:0])),
        lambda both: isochrone_map(both[0].city, "tram"),
        lambda both: isochrone_map(both[0].city, "fitness", minutes=[0]),
        lambda both: explore(both[0].city.facilities.set_crs(None, allow_override=True)),
        lambda both: explore(both[0].city.facilities[:0]),
        lambda _: explore("city"),
        lambda both: explore(both[0].city, language="fr"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match=r"\|"):
        wrong(named())


@pytest.mark.parametrize("text", SOME)
@pytest.mark.parametrize("kind", KINDS)
def test_names_change_the_texts_of_a_page_and_nothing_else(kind: str, text: str) -> None:
    hostile, usual = (read(str(drawn(kind, "zh", one, "某级").get_root().render())) for one in (text, "甲"))
    assert hostile.elements == usual.elements
    ids = re.compile(r'[0-9a-f]{24}|"(?:[^"\\]|\\.)*"(?=: data_layer_)')  # random-looking ids; names of layers
    assert [ids.sub("", one) for one in hostile.scripts] == [ids.sub("", one) for one in usual.scripts]
    assert any(plain(text) in one for one in [hostile.text, *texts(hostile.data)]) or kind == "comparison"
