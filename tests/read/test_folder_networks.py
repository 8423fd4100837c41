"""Networks of a city folder: every kind of file that city.toml may name, and the live map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import pytest
import shapely

from servicecircle.errors import ReadError
from servicecircle.read import overpass
from tests.read.folders import EAST, METRIC, NORTH, found, lonlat, read_edited, read_with, write_map, write_town

if TYPE_CHECKING:
    from pathlib import Path

WALK = 'file = "道路.gpkg"'
STREETS = {1: (0.0, 200.0), 2: (400.0, 200.0), 3: (800.0, 200.0), 4: (-200.0, 200.0), 5: (1000.0, 200.0)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the test city."""
    return write_town(tmp_path)


def draw(folder: Path, *lines: list[tuple[float, float]]) -> None:
    """Write a drawing of lines, in metres from the corner."""
    shapes = [shapely.LineString([(EAST + x, NORTH + y) for x, y in line]) for line in lines]
    gpd.GeoDataFrame(geometry=shapes, crs=METRIC).to_file(folder / "图纸.gpkg")


def test_a_graph(folder: Path) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(crs=METRIC)
    graph.add_node("a", x=EAST, y=NORTH + 200)
    graph.add_node("b", x=EAST + 800, y=NORTH + 200)
    graph.add_edge("a", "b", length=800.0)
    graph.add_edge("b", "a", length=800.0)
    nx.write_graphml(graph, folder / "路网.graphml")
    city = read_edited(folder, (WALK, 'file = "路网.graphml"'))
    assert city.walk.edge_length_m.tolist() == [800.0]


def test_a_drawing_whose_lines_cross_is_refused_until_city_toml_says_what_that_means(folder: Path) -> None:
    draw(folder, [(0, 200), (800, 200)], [(400, 0), (400, 400)])
    with pytest.raises(ReadError, match=r"\[walk\]: .*say cut_at_crossings = true"):
        read_edited(folder, (WALK, 'file = "图纸.gpkg"'))


@pytest.mark.parametrize(("cut", "edges"), [("true", 4), ("false", 2)])
def test_lines_that_cross_meet_if_city_toml_says_so(folder: Path, cut: str, edges: int) -> None:
    draw(folder, [(0, 200), (800, 200)], [(400, 0), (400, 400)])
    city = read_edited(folder, (WALK, f'file = "图纸.gpkg"\ncut_at_crossings = {cut}'))
    assert len(city.walk) == edges
    assert city.walk.edge_length_m.sum() == pytest.approx(1200.0)


@pytest.mark.parametrize(("gap", "parts"), [(0.0, 2), (0.1, 1)])
def test_gaps_are_closed_if_city_toml_says_so(folder: Path, gap: float, parts: int) -> None:
    draw(folder, [(0, 200), (400, 200)], [(400.05, 200), (800, 200)])
    city = read_edited(folder, (WALK, f'file = "图纸.gpkg"\nclose_gaps_m = {gap}'))
    assert len(city.walk.component_length_m) == parts


def test_a_layer_of_a_drawing(folder: Path) -> None:
    lines = [shapely.LineString([(EAST, NORTH + y), (EAST + 800, NORTH + y)]) for y in (200, 300)]
    frame = gpd.GeoDataFrame({"Layer": ["道路中心线", "标注"]}, geometry=lines, crs=METRIC)
    frame.to_file(folder / "图.dxf", driver="DXF")
    city = read_edited(folder, (WALK, f'file = "图.dxf"\nlayer = "道路中心线"\ncrs = "{METRIC}"'))
    assert city.walk.edge_length_m.tolist() == pytest.approx([800.0])


def test_the_live_map_is_asked_for_the_zones_and_kept_in_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    ways = {1: ((1, 2, 3), {"highway": "residential"}), 2: ((3, 5), {"highway": "steps"})}
    live = write_map(folder.parent / "live.osm", STREETS, ways)

    def answer(url: str, query: str, part: Path, timeout_s: float) -> None:
        asked.append((url, query, timeout_s))
        part.write_bytes(live.read_bytes())

    monkeypatch.setattr(overpass, "_download", answer)
    rule = '{ key = "highway", values = ["steps"] }'
    table = f'overpass = {{ margin_m = 0, timeout_s = 9, url = "http://map.example/api" }}\nleft_out = [{rule}]'
    first, second = (read_edited(folder, (WALK, table)) for _ in range(2))
    assert first.walk.edge_length_m.sum() == pytest.approx(800.0, abs=0.01)
    assert second.walk.edges.equals(first.walk.edges)
    ((url, query, timeout_s),) = asked
    assert (url, timeout_s) == ("http://map.example/api", 9.0)
    (west, south), (east, north) = lonlat(0, 0), lonlat(800, 400)
    box = [float(part) for part in query[query.index("](") + 2 : query.index(");")].split(",")]
    assert box == pytest.approx([south, west, north, east], abs=1e-4)
    assert [path.suffix for path in (folder / "overpass").iterdir()] == [".osm"]
    assert "kept in" in found(second, "fetched")[0].en


def test_the_live_map_of_an_area_in_degrees(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    live = write_map(folder.parent / "live.osm", STREETS, {1: ((1, 2, 3), {"highway": "residential"})})

    def answer(_url: str, query: str, part: Path, _timeout_s: float) -> None:
        asked.append(query)
        part.write_bytes(live.read_bytes())

    monkeypatch.setattr(overpass, "_download", answer)
    area = "[119.1, 34.5, 119.3, 34.7]"
    read_edited(folder, (WALK, f'overpass = {{ area = {area}, margin_m = 0, cache = "缓存" }}'))
    assert "(34.500000,119.100000,34.700000,119.300000)" in asked[0]
    assert (folder / "缓存").is_dir()


def test_roads_of_a_map_with_speeds_of_ones_own(folder: Path) -> None:
    ways = {1: ((1, 2), {"highway": "primary"}), 2: ((2, 3), {"highway": "primary", "maxspeed": "30"})}
    write_map(folder / "map.osm.pbf", STREETS, ways)
    city = read_with(folder, '[drive]\nfile = "map.osm.pbf"\nspeeds_kmh = { primary = 45.0 }')
    drive = city.transport.drive
    assert drive is not None
    assert sorted(round(3.6 * speed) for speed in drive.speeds()) == [30, 45]


RIVER = {11: (50.0, -500.0), 12: (50.0, 900.0)}


@pytest.mark.parametrize(("barriers", "placed"), [("given", 1), ("count", 1), ("block", 0)])
def test_water_of_a_map_is_crossed_or_not_as_city_toml_says(folder: Path, barriers: str, placed: int) -> None:
    """The river runs beside the street's west end: from its other side the leg to the street crosses it."""
    write_map(folder / "map.osm.pbf", RIVER, {1: ((11, 12), {"waterway": "river", "name": "盐河"})})
    draw(folder, [(100, 200), (800, 200)])
    city = read_with(folder, '[[areas]]\nfile = "map.osm.pbf"', (WALK, f'file = "图纸.gpkg"\nbarriers = "{barriers}"'))
    assert city.areas is not None
    assert set(city.areas["kind"]) == {"built_up", "water"}
    on_network = city.placed([shapely.Point(EAST + 20, NORTH + 200)]).edge >= 0
    assert on_network.sum() == placed


def test_entrances_lead_into_a_facility(folder: Path) -> None:
    """The kindergarten stands 10 m off the street; its door is 300 m further along it."""
    (east, north), (x, y) = (400, 200), lonlat(400, 205)
    (folder / "门.csv").write_text(f"设施,经度,纬度\nK1,{x},{y}\n", encoding="gbk")
    columns = 'columns = { of = "设施" }\nx = "经度"\ny = "纬度"\ncrs = "EPSG:4490"'
    city = read_with(folder, f'[[entrances]]\nfile = "门.csv"\n{columns}')
    assert city.entrances is not None
    assert city.entrances["of"].tolist() == ["K1"]
    assert city.entrances.geometry[0].distance(shapely.Point(EAST + east, NORTH + north + 5)) < 0.001
