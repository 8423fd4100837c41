"""Maps saved as one page and opened with every request counted: there is none, and nothing goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import branca.colormap
import folium
import folium.plugins
import pytest
import xyzservices

from servicecircle.assessment import assess
from servicecircle.plan import read_plan
from servicecircle.read import read_city, sample_city
from servicecircle.show import gap_map, save_offline
from tests.browser.kinds import KINDS, STANDARDS
from tests.browser.test_gap_map import hostile, pixels, result, texts
from tests.browser.test_map_kinds import ALL_AT_ONCE
from tests.real.heidelberg import write_city_folder
from tests.show.towns import PAYLOADS, judged, plain, town

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from servicecircle.assessment import Assessment
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def heidelberg(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Assessment:
    city = read_city(write_city_folder(tmp_path_factory.mktemp("heidelberg"), real_data))
    return assess(city, read_plan("lianyungang-145").only(*STANDARDS), progress=False)


def opened(visit: Visit, assets: Path, folder: Path, shown: folium.Map, **options: Any) -> Page:
    """Save a map as one page, open it, and check that it asked for nothing and that nothing went wrong."""
    path = folder / "地图 1.html"
    save_offline(shown, path, assets=assets, **options)
    page = visit.open(path)
    quiet(visit, path)
    return page


def quiet(visit: Visit, path: Path) -> None:
    assert [one for one in visit.asked if not one.startswith(("data:", "blob:"))] == [path.as_uri()]
    visit.check()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_map_opens_offline(visit: Visit, assets: Path, tmp_path: Path, kind: str) -> None:
    page = opened(visit, assets, tmp_path, KINDS[kind](result(), "zh"))
    assert page.locator(".sc-panel").is_visible()
    assert painted(page) > 10_000
    assert page.locator(".leaflet-control-layers-selector").count() >= 5


def painted(page: Page) -> int:
    """Return how many pixels are painted on all canvases of a page, and one for each shape drawn otherwise."""
    panes = page.evaluate("[...document.querySelectorAll('[class*=leaflet-sc-]')].map((one) => one.className)")
    names = {word[len("leaflet-sc-") : -len("-pane")] for one in panes for word in one.split() if "-sc-" in word}
    return sum(pixels(page, name) for name in names)


@pytest.mark.real
@pytest.mark.parametrize("standard", STANDARDS)
def test_every_gap_map_of_heidelberg_opens_offline(
    visit: Visit, assets: Path, tmp_path: Path, heidelberg: Assessment, standard: str
) -> None:
    page = opened(visit, assets, tmp_path, gap_map(heidelberg, standard, language="en"))
    assert page.locator(".sc-panel").is_visible()
    assert painted(page) > 10_000


def test_all_of_an_offline_map_can_be_used_without_a_request(visit: Visit, assets: Path, tmp_path: Path) -> None:
    sample = assess(sample_city(), read_plan("lianyungang-145").only("LY-01"), progress=False)
    page = opened(visit, assets, tmp_path, gap_map(sample, "LY-01"))
    for one in page.locator(".leaflet-control-layers-selector").all():
        one.click()
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(400)
    page.mouse.move(700, 450)
    page.mouse.down()
    page.mouse.move(500, 300)
    page.mouse.up()
    page.fill(".sc-search input", "街道")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    quiet(visit, tmp_path / "地图 1.html")


def everything() -> folium.Map:
    """Return a map as somebody might make it with folium alone, with its usual plugins."""
    plugins: Any = folium.plugins  # without types
    shown = folium.Map([34.6, 119.2], tiles=None, maxZoom=18)
    folium.Marker([34.6, 119.2], popup="<b>点</b>", tooltip="t").add_to(shown)
    folium.Marker([34.61, 119.2], icon=folium.Icon(color="red")).add_to(shown)
    folium.Marker([34.62, 119.2], icon=folium.Icon(prefix="fa", icon="bus", angle=45)).add_to(shown)
    place = {"type": "Point", "coordinates": [119.25, 34.6]}
    feature = {"type": "Feature", "properties": {"name": "某地", "n": 3}, "geometry": place}
    layer = folium.GeoJson({"type": "FeatureCollection", "features": [feature]}).add_to(shown)
    cluster = plugins.MarkerCluster().add_to(shown)
    for step in range(9):
        folium.Marker([34.65 + step / 1000, 119.2]).add_to(cluster)
    plugins.Search(layer, search_label="name").add_to(shown)
    for plugin in (plugins.Fullscreen(), plugins.MeasureControl(), plugins.Draw(), plugins.HeatMap([[34.6, 119.2, 1]])):
        plugin.add_to(shown)
    plugins.MiniMap(tile_layer=folium.TileLayer("", attr="-")).add_to(shown)
    plugins.AntPath([[34.6, 119.2], [34.7, 119.3]]).add_to(shown)
    branca.colormap.linear.viridis.scale(0, 9).add_to(shown)  # type: ignore[attr-defined]
    folium.LayerControl().add_to(shown)
    return shown


def test_a_map_of_ones_own_with_the_usual_plugins_opens_offline(visit: Visit, assets: Path, tmp_path: Path) -> None:
    page = opened(visit, assets, tmp_path, everything())
    assert page.locator(".leaflet-marker-icon").count() == 3  # two of Leaflet's, one of the cluster
    assert page.locator(".awesome-marker").count() >= 2
    broken = "[...document.images].filter((one) => !one.matches('.leaflet-tile') && !one.naturalWidth).length"
    assert page.evaluate(broken) == 0
    fonts = page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].filter((f) => f.status === 'loaded').length)"
    )
    assert fonts >= 2
    assert page.locator("#legend").count() == 1
    page.locator(".leaflet-marker-icon").first.dispatch_event("click")
    page.wait_for_timeout(100)
    assert "点" in page.locator(".leaflet-popup-content").all_inner_texts()


def test_a_page_cannot_ask_even_if_a_script_in_it_tries(visit: Visit, assets: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.html"
    shown = folium.Map([0, 0], tiles=None)
    tries = (
        "fetch('https://a.example/1').catch(() => 0); new Image().src = 'https://a.example/2.png';"
        "navigator.sendBeacon('https://a.example/3'); L.tileLayer('https://a.example/{z}/{x}/{y}.png').addTo(MAP);"
    )
    script = folium.Element(tries.replace("MAP", shown.get_name()))
    shown.get_root().script.add_child(script)  # type: ignore[attr-defined]
    save_offline(shown, path, assets=assets)
    visit.open(path)
    assert visit.strangers == []
    assert any("Content Security Policy" in one for one in visit.troubles)  # it did try


def test_a_base_map_from_a_folder_is_inside(visit: Visit, assets: Path, tmp_path: Path) -> None:
    from tests.browser.conftest import TILE

    for column in range(3390, 3420):
        for row in range(1620, 1650):
            (tmp_path / "tiles" / "12" / str(column)).mkdir(parents=True, exist_ok=True)
            (tmp_path / "tiles" / "12" / str(column) / f"{row}.png").write_bytes(TILE)
    text = PAYLOADS[0]
    tiles = xyzservices.TileProvider(name=text, url=f"{tmp_path}/tiles/{{z}}/{{x}}/{{y}}.png", attribution=text)
    page = opened(visit, assets, tmp_path, gap_map(judged(town(), "LY-01"), "LY-01", basemap=tiles))
    assert page.locator("img.leaflet-tile-loaded[src^='data:image/png']").count() >= 1
    assert page.evaluate("window.ran") is None
    assert plain(text) in page.locator(".leaflet-control-attribution").inner_text()


@pytest.mark.parametrize("text", [ALL_AT_ONCE, *PAYLOADS[::12]])
def test_names_do_not_run_offline_nor_in_a_search(visit: Visit, assets: Path, tmp_path: Path, text: str) -> None:
    page = opened(visit, assets, tmp_path, gap_map(hostile(text), "ZH-01"))
    shown = " ".join(plain(text).split())
    start = " ".join(text.split())[:4]
    page.locator(".sc-search input").evaluate(
        "(one, text) => { one.focus(); one.value = text; one.dispatchEvent(new Event('input')); }", start
    )
    found = [" ".join(plain(one).split()) for one in page.locator(".sc-result bdi").all_inner_texts()]
    assert sum(shown in one for one in found) >= 2
    page.locator(".sc-result").last.click()
    page.locator(".sc-tools .sc-tool").first.click()
    for x, y in ((600, 400), (700, 400), (700, 500)):
        page.mouse.click(x, y)
    page.wait_for_timeout(50)
    quiet(visit, tmp_path / "地图 1.html")
    assert page.evaluate("window.ran") is None
    assert " ".join(texts(page).split()).count(shown) >= 15
    assert pixels(page, "cells") + page.locator(".leaflet-sc-facilities-pane path").count() > 0
