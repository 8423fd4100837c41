"""Gap maps opened in a real browser: nothing goes wrong, nothing runs that should not, figures are where one looks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from servicecircle.show import gap_map, write_summary
from tests.show.towns import PAYLOADS, judged, plain, town

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from servicecircle.assessment import Assessment
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

MAP = "Object.values(window).find((one) => one instanceof L.Map)"
"""The map of a page, in JavaScript."""

IDS = ("YY-01", "YY-05", "CX-01", "LY-01", "LY-02", "WT-01", "ZH-01")


@cache
def result() -> Assessment:
    return judged(town())


def drawn(visit: Visit, folder: Path, which: Assessment, standard: str, **options: Any) -> Page:
    """Save a map, open it, and check that nothing went wrong."""
    path = folder / "map.html"
    gap_map(which, standard, **options).save(str(path))
    page = visit.open(path)
    visit.check()
    return page


def switch(page: Page, name: str) -> None:
    """Click the layer of this name in the layer control."""
    page.locator(".leaflet-control-layers-overlays label", has_text=name).click()
    page.wait_for_timeout(100)


def pixels(page: Page, pane: str) -> int:
    """Return how many pixels are painted on the canvas of a pane."""
    return int(
        page.evaluate(
            """(pane) => {
                const canvas = document.querySelector(`.leaflet-sc-${pane}-pane canvas`);
                if (!canvas) return 0;
                const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
                let painted = 0;
                for (let i = 3; i < data.length; i += 4) painted += data[i] > 0;
                return painted;
            }""",
            pane,
        )
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("standard", IDS)
def test_every_map_opens_without_trouble(visit: Visit, tmp_path: Path, standard: str, language: str) -> None:
    page = drawn(visit, tmp_path, result(), standard, language=language)
    panel = page.locator(".sc-panel")
    assert panel.is_visible()
    assert standard in panel.inner_text()
    box = panel.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] + box["height"] <= 900
    assert visit.tiles == []


def test_all_layers_can_be_switched(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, result(), "ZH-01")
    boxes = page.locator(".leaflet-control-layers-selector")
    assert boxes.count() >= 15
    for turn in range(2):
        for place in range(boxes.count()):
            boxes.nth(place).click()
            page.wait_for_timeout(20)
        visit.check()
        assert turn in {0, 1}


def test_of_two_colourings_of_cells_one_is_shown_with_its_legend(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, result(), "LY-01", language="en")
    legend = page.locator(".sc-panel section h2:visible")
    assert "Walking time to the nearest facility (min)" in legend.all_inner_texts()
    before = pixels(page, "cells")
    assert before > 10_000
    switch(page, "Cells: covered or not")
    assert "Within the standard's limit or not" in legend.all_inner_texts()
    assert "Walking time to the nearest facility (min)" not in legend.all_inner_texts()
    chosen = page.locator(".leaflet-control-layers-selector:checked + span").all_inner_texts()
    assert [name.strip() for name in chosen if "Cells" in name] == ["Cells: covered or not"]
    switch(page, "Cells: covered or not")
    assert pixels(page, "cells") == 0


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("min", "m", "Limit", "Covered", "Nearest", "设施2", "10")),
        ("zh", ("分钟", "标准限值", "已覆盖", "最近设施", "设施2", "10")),
    ],
)
def test_a_cell_tells_its_figures(visit: Visit, tmp_path: Path, language: str, words: tuple[str, ...]) -> None:
    page = drawn(visit, tmp_path, result(), "LY-01", language=language)
    where = page.evaluate(
        """() => {
            const map = MAP;
            const cell = map.latLngToContainerPoint(map.getCenter());
            return [cell.x, cell.y];
        }""".replace("MAP", MAP)
    )
    for shift in (-60, -40, -25, 25, 40):  # past lines and dots that lie on the cells
        page.mouse.move(where[0] + shift, where[1] + shift / 2)
        page.wait_for_timeout(60)
        card = page.locator(".sc-card")
        if card.count() and ("Covered" in card.inner_text() or "已覆盖" in card.inner_text()):
            break
    text = page.locator(".sc-card").inner_text()
    assert [word for word in words if word not in text] == []


def test_zones_that_cannot_be_judged_are_hatched_and_stay_readable(visit: Visit, tmp_path: Path) -> None:
    whole = town()
    poor = replace(whole, facilities=whole.facilities.iloc[:1], services=())
    page = drawn(visit, tmp_path, judged(poor, "WT-01"), "WT-01")
    assert pixels(page, "cells") > 10_000
    light = page.evaluate(
        """() => {
            const canvas = document.querySelector(".leaflet-sc-cells-pane canvas");
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let sum = 0, painted = 0;
            for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 128) { sum += data[i]; painted += 1; }
            return sum / painted;
        }"""
    )
    assert light > 160


def test_cells_tell_their_figures_after_another_colouring_too(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, result(), "WT-01", language="en")
    switch(page, "sub-district: results")
    switch(page, "Cells: walking time")
    for x, y in ((760, 420), (800, 470), (840, 380), (700, 520)):
        page.mouse.move(x, y)
        page.wait_for_timeout(60)
        if "Distance" in "".join(page.locator(".sc-card").all_inner_texts()):
            return
    pytest.fail("no cell tells its figures")


def test_chinese_letters_are_drawn(visit: Visit, tmp_path: Path) -> None:
    """A letter without a glyph is an empty box: all such look the same, real ones do not."""
    page = drawn(visit, tmp_path, result(), "LY-01")
    different = page.evaluate(
        """() => {
            const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            brush.font = "40px " + getComputedStyle(document.querySelector(".sc-panel")).fontFamily;
            const looks = new Set();
            for (const letter of "城市分钟农村养老服务") {
                brush.clearRect(0, 0, 60, 60);
                brush.fillText(letter, 5, 45);
                looks.add(brush.getImageData(0, 0, 60, 60).data.join());
            }
            return looks.size;
        }"""
    )
    assert different == 10


def test_no_label_lies_on_another(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, judged(town(blocks=12), "LY-01"), "LY-01")
    boxes = [box for one in page.locator(".sc-label:not(.sc-hidden) > span").all() if (box := one.bounding_box())]
    assert len(boxes) >= 3
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            apart = abs(one["x"] + one["width"] / 2 - other["x"] - other["width"] / 2)
            above = abs(one["y"] - other["y"])
            assert apart >= (one["width"] + other["width"]) / 2 - 1 or above >= min(one["height"], other["height"]) - 2


def test_tiles_are_asked_for_only_with_a_basemap(visit: Visit, tmp_path: Path) -> None:
    drawn(visit, tmp_path, result(), "LY-01", basemap="OpenStreetMap.Mapnik")
    assert visit.tiles


def test_a_phone_shows_map_and_panel(visit: Visit, tmp_path: Path) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 780})
    page = drawn(visit, tmp_path, result(), "LY-01")
    box = page.locator(".sc-panel").bounding_box()
    assert box is not None
    assert box["height"] < 390
    assert pixels(page, "cells") > 1_000


def test_ten_thousand_cells_open(visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit, tmp_path, judged(town(blocks=50), "LY-01"), "LY-01")
    assert pixels(page, "cells") > 100_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_summary_opens_without_a_request(visit: Visit, tmp_path: Path, language: str) -> None:
    path = tmp_path / "summary.html"
    write_summary(result(), path, language=language)
    page = visit.open(path)
    visit.check()
    assert page.locator("tbody.standard").count() == 7
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@cache
def hostile(text: str) -> Assessment:
    def name(usual: str) -> str:
        del usual
        return text

    return judged(town(name=name, level=text), "ZH-01", level=text, name=name)


def texts(page: Page) -> str:
    """Return every text that is drawn or would be at a touch: panel, labels, tooltips, layer names."""
    return str(
        page.evaluate(
            """() => {
                const found = [document.querySelector(".sc-panel").textContent, document.title];
                for (const one of document.querySelectorAll(".sc-label, .leaflet-control-layers")) {
                    found.push(one.textContent);
                }
                MAP.eachLayer((one) => {
                    const content = one.getTooltip && one.getTooltip() && one.getTooltip().getContent();
                    if (content && typeof content !== "function") found.push(content.textContent);
                    if (one.cellCard) one.classes.forEach((_, i) => found.push(one.cellCard(i).textContent));
                });
                return found.join("\\n").toWellFormed();
            }""".replace("MAP", MAP)
        )
    )


@pytest.mark.parametrize("text", PAYLOADS)
def test_names_do_not_run_and_are_shown_as_they_are(visit: Visit, tmp_path: Path, text: str) -> None:
    page = drawn(visit, tmp_path, hostile(text), "ZH-01")
    page.evaluate(
        "document.querySelectorAll('.leaflet-control-layers-selector').forEach((one) => one.checked || one.click())"
    )
    page.locator(".leaflet-sc-facilities-pane path").first.hover(force=True)
    page.evaluate(f"() => {{ {MAP}.eachLayer((one) => one.getTooltip && one.getTooltip() && one.openTooltip()); }}")
    page.wait_for_timeout(50)
    visit.check()
    assert page.evaluate("window.ran") is None
    assert " ".join(texts(page).split()).count(" ".join(plain(text).split())) >= 15


def test_the_payloads_do_run_where_nobody_escapes_them(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "open.html"
    path.write_text("<body>" + "".join(text for text in PAYLOADS if text.startswith("<")), "utf-8", "replace")
    assert visit.open(path).evaluate("window.ran") >= 3


@pytest.mark.parametrize("text", PAYLOADS[:20])
def test_attributions_do_not_run(visit: Visit, tmp_path: Path, text: str) -> None:
    import xyzservices

    url = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
    tiles = xyzservices.TileProvider(name=text, url=url, attribution=f'{text}<a href="https://osm.example">OSM</a>')
    page = drawn(visit, tmp_path, result(), "LY-01", basemap=tiles)
    assert page.evaluate("window.ran") is None
    assert page.locator(".leaflet-control-attribution a", has_text="OSM").get_attribute("href") == "https://osm.example"


@pytest.mark.parametrize("text", PAYLOADS)
def test_names_in_the_summary_do_not_run(visit: Visit, tmp_path: Path, text: str) -> None:
    path = tmp_path / "summary.html"
    write_summary(hostile(text), path)
    page = visit.open(path)
    visit.check()
    assert page.evaluate("window.ran") is None
    assert " ".join(page.locator("body").inner_text().split()).count(" ".join(plain(text).split())) >= 5
