"""Every kind of map opened in a real browser: in Chinese, and in English with names that try to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.assessment import assess
from servicecircle.plan import read_plan
from servicecircle.show import overview_map
from tests.browser.test_gap_map import MAP, pixels, switch
from tests.show.kinds import KINDS, drawn, named
from tests.show.towns import PAYLOADS, town

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ALL_AT_ONCE = " ".join(PAYLOADS)
"""One name that tries everything."""

ON_CANVAS = [kind for kind in KINDS if kind != "isochrones"]
"""Kinds that open with something on the canvas of cells and zones."""


def opened(visit: Visit, folder: Path, kind: str, language: str = "zh", text: str | None = None) -> Page:
    """Save a map of a kind, open it, and check that nothing went wrong."""
    path = folder / "map.html"
    drawn(kind, language, text).save(str(path))
    page = visit.open(path)
    visit.check()
    return page


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_opens_without_trouble(visit: Visit, tmp_path: Path, kind: str) -> None:
    page = opened(visit, tmp_path, kind)
    box = page.locator(".sc-panel").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 900
    assert visit.tiles == []
    if kind in ON_CANVAS:
        assert pixels(page, "cells") > 50


@pytest.mark.parametrize("kind", KINDS)
def test_all_layers_of_a_kind_can_be_switched_and_nothing_runs(visit: Visit, tmp_path: Path, kind: str) -> None:
    page = opened(visit, tmp_path, kind, "en", ALL_AT_ONCE)
    page.evaluate("document.querySelectorAll('.leaflet-control-layers-selector').forEach((one) => one.click())")
    page.evaluate(f"() => {{ {MAP}.eachLayer((one) => one.getTooltip && one.getTooltip() && one.openTooltip()); }}")
    page.wait_for_timeout(50)
    visit.check()
    assert page.evaluate("window.ran") is None


def test_two_maps_move_together_and_show_the_same_layers(visit: Visit, tmp_path: Path) -> None:
    page = opened(visit, tmp_path, "side by side", "en")
    maps = "Object.values(window).filter((one) => one instanceof L.Map)"
    page.evaluate(f"() => {{ {maps}[0].setZoom({maps}[0].getZoom() + 1, {{ animate: false }}); }}")
    page.evaluate(f"() => {{ {maps}[1].panBy([37, -21], {{ animate: false }}); }}")
    views = page.evaluate(f"{maps}.map((one) => [one.getZoom(), one.getCenter().lat, one.getCenter().lng])")
    assert views[0] == pytest.approx(views[1], abs=1e-5)
    page.locator(".leaflet-control-layers-toggle").click()
    switch(page, "Cells: what changes")
    keys = "(map) => { const found = []; map.eachLayer((one) => one.key && found.push(one.key)); return found; }"
    shown = page.evaluate(f"{maps}.map({keys})")
    assert len(shown) == 2
    assert set(shown[0]) == set(shown[1]) - {"sites0"}
    assert "cells2" in shown[0]
    assert "cells0" not in shown[0]


def test_the_list_of_standards_repaints_the_zones(visit: Visit, tmp_path: Path) -> None:
    page = opened(visit, tmp_path, "overview", "en")
    counts = page.locator("[data-choice]:visible").inner_text()
    page.locator("select").select_option(index=1 + named()[0].plan.ids.index("LY-01"))
    page.wait_for_timeout(100)
    visit.check()
    assert page.locator("[data-choice]:visible").inner_text() != counts
    assert "Reference judgement" in page.locator("[data-choice]:visible").inner_text()
    tips = page.evaluate(
        f"""() => {{
            const found = [];
            {MAP}.eachLayer((one) => one.item && one.getTooltip && one.getTooltip()
                && found.push(one.getTooltip().getContent().textContent));
            return found.join("|");
        }}"""
    )
    assert "Reference judgement" in tips


def test_a_level_without_results_gives_way_to_one_that_has_them(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    plan = read_plan("lianyungang-145").only("WT-01").with_levels(["县区"])
    overview_map(assess(town(), plan, progress=False), "WT-01").save(str(path))
    page = visit.open(path)
    visit.check()
    chosen = page.locator(".leaflet-control-layers-selector:checked + span").all_inner_texts()
    assert "县区：评价结果" in [name.strip() for name in chosen]
    assert pixels(page, "cells") > 10_000


def test_a_phone_shows_both_maps_and_the_panel(visit: Visit, tmp_path: Path) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 780})
    page = opened(visit, tmp_path, "side by side")
    boxes = [one.bounding_box() for one in page.locator(".sc-pane").all()]
    assert all(box is not None and box["width"] == 390 and box["height"] > 200 for box in boxes)
    panel = page.locator(".sc-aside .sc-panel").last.bounding_box()
    assert panel is not None
    assert panel["height"] > 80
