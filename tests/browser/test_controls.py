"""The controls that every map has, used as a planner would: search, measure, full screen; and large grids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyproj
import pytest
from shapely import Polygon

from servicecircle.show import gap_map
from tests.browser.test_gap_map import MAP, drawn, pixels, result
from tests.show.towns import judged, town

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def found(page: Page, text: str) -> list[str]:
    """Return the names that a search lists."""
    page.fill(".sc-search input", text)
    return page.locator(".sc-result bdi").all_inner_texts()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("乙乡", ["乙乡"]),
        ("甲街", ["甲街道"]),
        ("设施 7", ["设施7"]),
        ("设施７", ["设施7"]),
        ("养老服务网络", ["LY-01 城市10分钟、农村20分钟养老服务网络"]),
        ("ly-01", ["LY-01 城市10分钟、农村20分钟养老服务网络"]),
        ("没有的名字", []),
        ("  ", []),
    ],
)
def test_things_are_found_by_part_of_their_name(visit: Visit, tmp_path: Path, text: str, names: list[str]) -> None:
    page = drawn(visit, tmp_path, result(), "LY-01")
    assert found(page, text) == names


def test_what_is_found_is_brought_into_view_and_tells_its_figures(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, result(), "LY-01", language="en")
    page.locator(".leaflet-control-layers-overlays label", has_text="Facilities that count").click()
    assert found(page, "设施7") == ["设施7"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert page.locator(".sc-card-title").all_inner_texts() == ["设施7"]
    assert (
        page.locator(".leaflet-control-layers-overlays label", has_text="Facilities that count")
        .locator("input")
        .is_checked()
    )
    box = page.locator(".sc-card").bounding_box()
    assert box is not None
    assert 0 < box["x"] < 1400
    assert page.locator(".sc-results").is_hidden()
    visit.check()


def measured(page: Page, corners: list[tuple[int, int]]) -> tuple[list[float], list[tuple[float, float]]]:
    """Measure on the map; return the numbers that are said, and the places in longitude and latitude."""
    page.locator(".sc-tools .sc-tool").first.click()
    for x, y in corners[:-1]:
        page.mouse.click(x, y)
        page.wait_for_timeout(30)
    page.mouse.dblclick(*corners[-1])
    page.wait_for_timeout(50)
    places = [
        page.evaluate(
            f"(spot) => {{ const at = {MAP}.containerPointToLatLng(spot); return [at.lng, at.lat]; }}", list(one)
        )
        for one in corners
    ]
    said = page.locator(".sc-measured").inner_text().replace(",", "")
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", said)], [(lon, lat) for lon, lat in places]


def test_lengths_and_areas_are_those_on_the_ellipsoid(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, result(), "LY-01")
    numbers, places = measured(page, [(500, 200), (1000, 220), (980, 700), (520, 650)])
    geod = pyproj.Geod(ellps="WGS84")
    area, _ = geod.geometry_area_perimeter(Polygon(places))
    length = geod.line_length([lon for lon, _ in places], [lat for _, lat in places])
    assert numbers[0] == pytest.approx(length, abs=1)
    assert numbers[1] == pytest.approx(abs(area), rel=1e-4)
    assert numbers[2] == pytest.approx(abs(area) / 10_000, abs=0.02)
    visit.check()


def test_measuring_ends_and_clears(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, result(), "LY-01", language="en")
    zoom = page.evaluate(f"{MAP}.getZoom()")
    numbers, _ = measured(page, [(600, 300), (700, 300)])
    assert len(numbers) == 1
    assert page.evaluate(f"{MAP}.getZoom()") == zoom  # a double click ends, it does not zoom
    page.keyboard.press("Escape")
    assert page.locator(".sc-measured").is_hidden()
    assert page.locator(".leaflet-sc-measure-pane path").count() == 0


def test_a_map_is_seen_full_screen(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, result(), "LY-01", language="en")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_timeout(200)
    assert page.evaluate("document.fullscreenElement === document.querySelector('.sc-map')")
    assert page.locator(".sc-panel").is_visible()


def test_scale_and_north_are_there(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, result(), "LY-01")
    assert page.locator(".sc-north").inner_text().strip() == "北"
    assert re.fullmatch(r"\d+ k?m", page.locator(".leaflet-control-scale-line").inner_text())


def test_a_marker_of_ones_own_can_be_added(visit: Visit, tmp_path: Path) -> None:
    import folium

    shown = gap_map(result(), "LY-01")
    folium.Marker(shown.location, icon=folium.Icon(color="red"), popup="mine").add_to(shown)
    path = tmp_path / "map.html"
    shown.save(str(path))
    page = visit.open(path)
    visit.check()
    assert page.locator(".awesome-marker").count() >= 1


@pytest.mark.parametrize("polygons", [True, False])
def test_a_cell_is_told_where_it_is(visit: Visit, tmp_path: Path, polygons: bool) -> None:  # noqa: FBT001
    """Every cell's middle finds that cell."""
    page = drawn(visit, tmp_path, judged(town(polygons=polygons), "WT-01"), "WT-01")
    wrong = page.evaluate(
        """() => {
            const data = JSON.parse(document.querySelector("script[type='application/json']").textContent);
            let layer = null;
            MAP.eachLayer((one) => { if (one.cellAt) layer = one; });
            const [west, south] = data.origin;
            return data.cells.shapes.filter((flat, i) => {
                let x = flat[0], y = flat[1], sumX = x, sumY = y;
                for (let j = 2; j < flat.length; j += 2) {
                    x += flat[j];
                    y += flat[j + 1];
                    sumX += x;
                    sumY += y;
                }
                const n = flat.length / 2;
                return layer.cellAt(L.latLng(south + sumY / n / 1e6, west + sumX / n / 1e6)) !== i;
            }).length;
        }""".replace("MAP", MAP)
    )
    assert wrong == 0


@pytest.mark.slow
def test_a_hundred_thousand_cells_stay_light_and_are_drawn(visit: Visit, tmp_path: Path) -> None:
    large = judged(town(blocks=158), "WT-01")
    assert len(large.cells_for("WT-01")) == 99_856
    page = drawn(visit, tmp_path, large, "WT-01")
    assert (tmp_path / "map.html").stat().st_size < 15e6
    assert pixels(page, "cells") > 400_000
    objects = page.evaluate(f"(() => {{ let n = 0; {MAP}.eachLayer(() => n += 1); return n; }})()")
    assert objects < 300
    page.mouse.move(900, 450)
    page.mouse.down()
    page.mouse.move(700, 400, steps=5)
    page.mouse.up()
    page.wait_for_timeout(700)
    visit.check()
    assert pixels(page, "cells") > 400_000
