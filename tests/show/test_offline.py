"""Pages with everything inside: what they hold, what they refuse, and what is said when something is missing."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import folium
import pytest
from branca.element import Element
from folium.plugins import HeatMap

from servicecircle.errors import InputError
from servicecircle.show import gap_map, save_offline
from servicecircle.show.inlining import Inliner, script_text, style_text
from servicecircle.show.offline import offline_page
from servicecircle.show.packages import Shelf
from tests.show.pages import read
from tests.show.registry import PNG, filled, pin
from tests.show.towns import judged, town

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.assessment import Assessment


@cache
def result() -> Assessment:
    return judged(town(), "LY-01")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    pin(monkeypatch)
    return Shelf(filled(tmp_path / "assets"))


def page(head: str = "", body: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def saved(shelf: Shelf, shown: folium.Map, **options: bool) -> str:
    path = shelf.folder.parent / "map.html"
    save_offline(shown, path, assets=shelf.folder, **options)
    return path.read_text(encoding="utf-8")


def test_our_own_maps_need_leaflet_alone(shelf: Shelf) -> None:
    text = saved(shelf, gap_map(result(), "LY-01"))
    assert re.findall(r'<(?:script|link)[^>]*(?:src|href)="', text) == []
    assert 'window.end = "<\\/script>";' in text


def test_a_map_that_somebody_added_to_asks_for_all_that_folium_asks_for() -> None:
    light, full = gap_map(result(), "LY-01"), gap_map(result(), "LY-01")
    folium.Marker([34.6, 119.2], icon=folium.Icon()).add_to(full)
    own = gap_map(result(), "LY-01")
    own.get_root().header.add_child(Element("<script>jQuery(document)</script>"))  # type: ignore[attr-defined]
    found = [
        re.findall("https://[^\"']+[.](?:js|css)(?=[\"'])", str(one.get_root().render())) for one in (light, full, own)
    ]
    assert [len(one) for one in found] == [2, 10, 10]


def test_the_page_tells_the_browser_to_ask_no_one_before_any_script(shelf: Shelf) -> None:
    text = saved(shelf, gap_map(result(), "LY-01"))
    policy = text.index('http-equiv="Content-Security-Policy"')
    assert policy < text.index("<script")
    assert "default-src &#x27;none&#x27;" in text
    assert "http" not in re.findall('Content-Security-Policy" content="([^"]*)"', text)[0]


def test_the_same_map_makes_the_same_page(shelf: Shelf) -> None:
    assert saved(shelf, gap_map(result(), "LY-01")) == saved(shelf, gap_map(judged(town(), "LY-01"), "LY-01"))


def test_the_data_of_a_map_stay_as_they_are(shelf: Shelf) -> None:
    shown = gap_map(result(), "LY-01")
    assert read(saved(shelf, shown)).data == read(str(shown.get_root().render())).data


def test_pictures_and_fonts_are_inside_and_only_the_newest_font(shelf: Shelf) -> None:
    sheet = '<link rel="stylesheet" href="https://cdn.example/icons/all.css"/>'
    text = offline_page(page(sheet), shelf)
    assert "data:font/woff2;base64,dw==" in text
    assert "ttf" not in text
    leaflet = '<link href="https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css" rel=stylesheet>'
    text = offline_page(page(leaflet), shelf)
    assert "data:image/png;base64,iVBORw0KGgo=" in text
    assert 'url("#default#VML")' in text


def test_the_marker_of_leaflet_gets_its_pictures(shelf: Shelf) -> None:
    script = '<script src="https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"></script>'
    assert offline_page(page(script), shelf).count("data:image/png;base64,iVBORw0KGgo=") == 3


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a = '</script>'", "a = '<\\/script>'"),
        ("a = '</SCRIPT>'", "a = '<\\/SCRIPT>'"),
        ("a = '<!--<script>'", "a = '\\x3c!--<script>'"),
        ("f();\n//# sourceMappingURL=f.js.map", "f();\n"),
        ("f();\n//@ sourceMappingURL=f.js.map\ng();", "f();\n\ng();"),
        ("a = '//# sourceMappingURL=' + b;", "a = '//# sourceMappingURL=' + b;"),
        ("f(); //# sourceMappingURL=f.js.map", "f(); //# sourceMappingURL=f.js.map"),
    ],
)
def test_a_script_means_the_same_inside_a_page(script: str, expected: str) -> None:
    assert script_text(script) == expected


def test_a_style_means_the_same_inside_a_page() -> None:
    assert style_text("a{}/*# sourceMappingURL=a.css.map */") == "a{}"
    assert style_text("a{content:'</style>'}") == "a{content:'<\\/style>'}"


def test_scripts_in_texts_are_left_alone(shelf: Shelf) -> None:
    text = page("<script>x = '<link rel=stylesheet href=https://a.example/b.css>';</script>")
    assert "x = '<link rel=stylesheet href=https://a.example/b.css>'" in offline_page(text, shelf)


def test_links_to_follow_stay_and_hints_to_the_browser_go(shelf: Shelf) -> None:
    head = (
        '<link rel="preconnect" href="https://a.example"><meta http-equiv="refresh" content="0;url=https://a.example">'
    )
    text = offline_page(page(head, '<a href="https://osm.example">OSM</a>'), shelf)
    assert text.count("https://") == 1


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://a.example/b.png">',
        "<img src=//a.example/b.png>",
        '<img src="b.png">',
        '<img srcset="data:, https://a.example/b.png 2x">',
        '<iframe src="https://a.example"></iframe>',
        '<video poster="https://a.example/b.png"></video>',
        '<object data="https://a.example/b.svg"></object>',
        "<p style=\"background: url('https://a.example/b.png')\"></p>",
    ],
)
def test_things_of_the_internet_are_refused(shelf: Shelf, body: str) -> None:
    with pytest.raises(InputError, match=r"not part of it.*地图引用了"):
        offline_page(page(body=body), shelf)


@pytest.mark.parametrize(
    "style", ["@import url(https://a.example/b.css);", "p{background:url(//a.example/b.png)}", '@import "b.css";']
)
def test_styles_of_the_internet_are_missing(shelf: Shelf, style: str) -> None:
    with pytest.raises(InputError, match="1 file"):
        offline_page(page(f"<style>{style}</style>"), shelf)


@pytest.mark.usefixtures("shelf")
def test_everything_that_is_missing_is_listed_with_what_to_do(tmp_path: Path) -> None:
    scripts = "".join(f'<script src="https://a.example/{n}.js"></script>' for n in range(12))
    known = '<script src="https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"></script>'
    with pytest.raises(InputError) as caught:
        offline_page(page(known + scripts), Shelf(tmp_path / "empty"))
    said = str(caught.value)
    assert "13 file(s)" in said
    assert "... 3 more" in said
    assert "servicecircle assets fetch leaflet" in said
    assert str(tmp_path / "empty" / "own" / "a.example" / "0.js") in said
    assert "缺少网页所需的 13 个文件" in said


def test_a_file_of_ones_own_is_taken(shelf: Shelf) -> None:
    place = shelf.folder / "own" / "a.example" / "css"
    place.mkdir(parents=True)
    (place / "a.css").write_text("p{background:url(b.png)}", encoding="utf-8")
    (place / "b.png").write_bytes(PNG)
    text = offline_page(page('<link rel="stylesheet" href="https://a.example/css/a.css?v=2">'), shelf)
    assert "data:image/png;base64,iVBORw0KGgo=" in text


def test_no_style_reaches_out_of_the_folder(shelf: Shelf) -> None:
    place = shelf.folder / "own" / "a.example"
    place.mkdir(parents=True)
    (place / "a.css").write_text("p{background:url(../../../secret.png)}", encoding="utf-8")
    (shelf.folder.parent / "secret.png").write_bytes(PNG)
    inliner = Inliner(shelf)
    assert "data:" not in inliner.style("https://a.example/a.css")
    assert len(inliner.missing) == 1


def test_a_base_map_of_the_internet_is_refused_or_left_out(shelf: Shelf) -> None:
    shown = gap_map(result(), "LY-01", basemap="OpenStreetMap.Mapnik")
    with pytest.raises(InputError, match=r"OpenStreetMap.*drop_tiles=True"):
        saved(shelf, shown)
    assert "tile.openstreetmap.org" not in saved(shelf, shown, drop_tiles=True)
    assert "tile.openstreetmap.org" in str(shown.get_root().render())  # the map itself is as it was


def test_elements_that_would_ask_while_the_page_is_open_are_refused(shelf: Shelf) -> None:
    shown = folium.Map(tiles=None)
    folium.raster_layers.ImageOverlay("https://a.example/b.png", [[0, 0], [1, 1]]).add_to(shown)
    with pytest.raises(InputError, match=r"ImageOverlay: https://a\.example/b\.png"):
        saved(shelf, shown)


def test_scripts_that_folium_carries_are_taken_from_there(shelf: Shelf) -> None:
    _, address = HeatMap.default_js[0]
    found = shelf.read(address)
    assert found is not None
    assert b"heat" in found


def test_the_old_page_stays_when_something_is_missing(shelf: Shelf) -> None:
    path = shelf.folder.parent / "map.html"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(InputError, match=r"assets fetch|own"):
        save_offline(folium.Map(tiles=None), path, assets=shelf.folder)
    assert path.read_text(encoding="utf-8") == "old"
    assert {one.name for one in path.parent.iterdir()} == {"assets", "map.html"}


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="list was given"):
        save_offline([], tmp_path / "a.html")  # type: ignore[arg-type]
