"""Walk networks from GraphML and from layers of lines: the same network from every kind of file, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pytest
import shapely

from servicecircle.errors import CRSError, InputError, NetworkError, ReadError
from servicecircle.read import WalkFilter, lines_network, read_layer, read_walk_network
from tests.grids import CRS, SOUTH, WEST, frame, street

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.network import WalkNetwork

GRID = [
    *(street((0, 100.0 * i), (300, 100.0 * i)) for i in range(4)),
    *(street((100.0 * i, 0), (100.0 * i, 300)) for i in range(4)),
]
"""A drawing of 3 x 3 blocks of 100 m: 8 lines, 24 pieces, 16 nodes, 2.4 km."""


def square(**graph: Any) -> nx.MultiDiGraph[str]:
    """Return a square of 100 m as osmnx makes it: both directions of each street, one of them bent."""
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(**graph)
    places = {"a": (0, 0), "b": (100, 0), "c": (100, 100), "d": (0, 100)}
    for node, (x, y) in places.items():
        made.add_node(node, x=WEST + x, y=SOUTH + y)
    for u, v in ("ab", "bc", "cd"):
        made.add_edge(u, v, length=100.0, highway="residential", name="长街")
        made.add_edge(v, u, length=100.0, highway="residential", name="长街")
    bent = street((0, 100), (-50, 50), (0, 0))
    made.add_edge("d", "a", length=bent.length, highway="footway", geometry=bent)
    made.add_edge("a", "d", length=bent.length, highway="footway", geometry=bent.reverse())
    return made


def graphml(path: Path, body: str, *, keys: str = "", head: str = "") -> Path:
    """Write GraphML by hand."""
    path.write_text(
        f'<?xml version="1.0" encoding="utf-8"?>{head}<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="x" for="node" attr.name="x" attr.type="string"/>'
        '<key id="y" for="node" attr.name="y" attr.type="string"/>'
        '<key id="l" for="edge" attr.name="length" attr.type="string"/>'
        f'<key id="g" for="edge" attr.name="geometry" attr.type="string"/>{keys}'
        f'<key id="c" for="graph" attr.name="crs" attr.type="string"/>{body}</graphml>',
        encoding="utf-8",
    )
    return path


def two_nodes(edge: str = "", *, crs: str = CRS, second: str = "b", place: str = str(WEST + 100)) -> str:
    """Return a graph of two nodes 100 m apart and an edge."""
    return (
        f'<graph edgedefault="undirected"><data key="c">{crs}</data>'
        f'<node id="a"><data key="x">{WEST}</data><data key="y">{SOUTH}</data></node>'
        f'<node id="{second}"><data key="x">{place}</data><data key="y">{SOUTH}</data></node>'
        f'<edge source="a" target="b">{edge}</edge></graph>'
    )


def same(one: WalkNetwork, other: WalkNetwork) -> None:
    assert {*map(tuple, one.node_xy.round(3))} == {*map(tuple, other.node_xy.round(3))}
    np.testing.assert_allclose(np.sort(one.edge_length_m), np.sort(other.edge_length_m), atol=1e-3)


# ------------------------------------------------------------------------------------------------------------- GraphML
def test_a_graph_saved_by_osmnx_is_the_graph(tmp_path: Path) -> None:
    """Every number is text in such a file, and lines are WKT; 3 x 100 m and twice the diagonal of 50 m."""
    ox.save_graphml(square(crs=CRS), tmp_path / "街道.graphml")
    walk = read_walk_network(tmp_path / "街道.graphml", crs=CRS)
    assert sorted(walk.edge_length_m.tolist()) == pytest.approx([100, 100, 100, 100 * np.sqrt(2)], abs=1e-6)
    assert (len(walk), len(walk.node_xy)) == (4, 4)
    assert sorted(walk.attributes["highway"]) == ["footway", "residential", "residential", "residential"]


def test_a_graph_saved_by_networkx_is_the_graph(tmp_path: Path) -> None:
    made = nx.Graph(square(crs=CRS))
    for *_, attributes in made.edges(data=True):
        attributes.pop("geometry", None)
    nx.write_graphml(made, tmp_path / "a.graphml")
    assert len(read_walk_network(tmp_path / "a.graphml", crs=CRS)) == 4


def test_a_graph_in_degrees_is_brought_into_the_crs_of_the_city(tmp_path: Path) -> None:
    metric = square(crs=CRS)
    ox.save_graphml(ox.project_graph(metric, to_latlong=True), tmp_path / "a.graphml")
    ox.save_graphml(metric, tmp_path / "b.graphml")
    same(read_walk_network(tmp_path / "a.graphml", crs=CRS), read_walk_network(tmp_path / "b.graphml", crs=CRS))


def test_a_graph_without_crs_is_read_once_it_is_said(tmp_path: Path) -> None:
    made: nx.Graph[str] = nx.Graph()
    made.add_node("a", x=WEST, y=SOUTH)
    made.add_node("b", x=WEST + 30, y=SOUTH + 40)
    made.add_edge("a", "b")
    nx.write_graphml(made, tmp_path / "a.graphml")
    with pytest.raises(CRSError, match=r"the graph says no crs.*file_crs"):
        read_walk_network(tmp_path / "a.graphml", crs=CRS)
    assert read_walk_network(tmp_path / "a.graphml", crs=CRS, file_crs=CRS).edge_length_m.tolist() == [50.0]


def test_a_crs_that_contradicts_the_graph(tmp_path: Path) -> None:
    path = graphml(tmp_path / "a.graphml", two_nodes())
    with pytest.raises(CRSError, match="but file_crs says"):
        read_walk_network(path, crs=CRS, file_crs="EPSG:4326")


BOMB = '<!DOCTYPE z [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize("head", [BOMB, '<!DOCTYPE z SYSTEM "file:///etc/hostname">', "<!DOCTYPE graphml>"])
def test_entity_bombs_are_refused(tmp_path: Path, head: str) -> None:
    path = graphml(tmp_path / "a.graphml", two_nodes('<data key="l">&c;</data>' if head == BOMB else ""), head=head)
    with pytest.raises(ReadError, match="DOCTYPE"):
        read_walk_network(path, crs=CRS)


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = graphml(tmp_path / "a.graphml", two_nodes())
    monkeypatch.setattr("servicecircle.read.graphml.LARGEST_MB", 0)
    with pytest.raises(ReadError, match="GeoPackage"):
        read_walk_network(path, crs=CRS)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
def test_a_truncated_graph_is_refused(tmp_path: Path, share: float) -> None:
    ox.save_graphml(square(crs=CRS), tmp_path / "a.graphml")
    whole = (tmp_path / "a.graphml").read_bytes()
    (tmp_path / "a.graphml").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ReadError, match="no whole GraphML"):
        read_walk_network(tmp_path / "a.graphml", crs=CRS)


@pytest.mark.parametrize("body", ["", "<graph/>", "<node/>", '<graph edgedefault="undirected"><edge/></graph>'])
def test_xml_that_holds_no_graph(tmp_path: Path, body: str) -> None:
    with pytest.raises((ReadError, CRSError)):
        read_walk_network(graphml(tmp_path / "a.graphml", body), crs=CRS)


def test_an_id_that_two_nodes_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"1 ids are those of several nodes \(a\)"):
        read_walk_network(graphml(tmp_path / "a.graphml", two_nodes(second="a")), crs=CRS)


@pytest.mark.parametrize("place", ["", "far", "nan", "inf"])
def test_a_node_without_a_place_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(NetworkError, match="the node has no place"):
        read_walk_network(graphml(tmp_path / "a.graphml", two_nodes(place=place)), crs=CRS)


@pytest.mark.parametrize(
    ("length", "said"),
    [("12 km", "text"), ("", "text"), ("nan", "no length"), ("-5", "negative"), ("inf", "infinite"), ("0.1", "metres")],
)
def test_lengths_in_text_that_are_no_metres(tmp_path: Path, length: str, said: str) -> None:
    path = graphml(tmp_path / "a.graphml", two_nodes(f'<data key="l">{length}</data>'))
    with pytest.raises(NetworkError, match=said):
        read_walk_network(path, crs=CRS)


@pytest.mark.parametrize("text", ["LINESTRING", "POINT (1 2)", "x"])
def test_lines_in_text_that_are_none(tmp_path: Path, text: str) -> None:
    path = graphml(tmp_path / "a.graphml", two_nodes(f'<data key="g">{text}</data>'))
    with pytest.raises(ReadError, match=r"the geometry of 1 edges is no line in WKT \(a-b\)"):
        read_walk_network(path, crs=CRS)


def test_no_file() -> None:
    with pytest.raises(ReadError, match="no such file"):
        read_walk_network("nowhere.graphml", crs=CRS)


# -------------------------------------------------------------------------------------------------------------- layers
@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson"])
def test_a_drawing_is_cut_on_request_whatever_its_file(tmp_path: Path, suffix: str) -> None:
    drawn = frame(*GRID, name=[f"路{i}" for i in range(len(GRID))])
    (drawn.to_crs(4326) if suffix == "geojson" else drawn).to_file(tmp_path / f"a.{suffix}", engine="pyogrio")
    options: dict[str, Any] = {"close_gaps_m": 0.05} if suffix == "geojson" else {}  # its numbers have 7 decimals
    walk = read_walk_network(tmp_path / f"a.{suffix}", crs=CRS, cut_at_crossings=True, **options)
    assert (len(walk), len(walk.node_xy), len(walk.component_length_m)) == (24, 16, 1)
    assert walk.edge_length_m.sum() == pytest.approx(2400, abs=0.5)


def test_a_drawing_is_refused_until_somebody_says_what_its_crossings_mean() -> None:
    with pytest.raises(NetworkError, match=r"8 of 8 lines \(100.0 %\) cross or touch.*cut_at_crossings = true"):
        lines_network(frame(*GRID), crs=CRS)
    assert len(lines_network(frame(*GRID), crs=CRS, cut_at_crossings=False)) == 8


def test_a_few_lines_that_cross_are_a_warning() -> None:
    """Two of 26: a footbridge that nobody marked as one, and the street below."""
    whole = lines_network(frame(*GRID), crs=CRS, cut_at_crossings=True)
    edges = gpd.GeoDataFrame(geometry=[*whole.edge_geometry, street((50, 50), (50, 150))], crs=CRS)
    (finding,) = (one for one in lines_network(edges, crs=CRS).report.findings if one.code == "not_noded")
    assert finding.severity == "warning"
    assert "2 of 25 lines (8.0 %)" in finding.en
    assert f"({WEST + 50:.1f}, {SOUTH + 100:.1f})" in finding.en


def test_edges_that_say_where_they_meet_may_cross() -> None:
    edges = frame(*GRID, u=list(range(8)), v=list(range(8, 16)))
    assert len(lines_network(edges, crs=CRS)) == 8


def test_columns_under_other_names_say_which_lines_are_bridges(tmp_path: Path) -> None:
    drawn = frame(street((0, 50), (100, 50)), street((50, 0), (50, 100)), 桥=["是", None])
    drawn.to_file(tmp_path / "a.gpkg", layer="路", engine="pyogrio")
    walk = read_walk_network(tmp_path / "a.gpkg", crs=CRS, layer="路", columns={"bridge": "桥"}, cut_at_crossings=True)
    assert len(walk) == 2


def test_a_layer_that_declares_no_crs_is_read_once_it_is_said(tmp_path: Path) -> None:
    frame(*GRID).to_file(tmp_path / "a.shp", engine="pyogrio")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(CRSError):
        read_walk_network(tmp_path / "a.shp", crs=CRS, cut_at_crossings=True)
    assert len(read_walk_network(tmp_path / "a.shp", crs=CRS, cut_at_crossings=True, file_crs=CRS)) == 24


def test_what_the_reader_of_the_layer_found_is_in_the_report(tmp_path: Path) -> None:
    """GBK text without a .cpg file is a repair of the reader; the cuts come after it."""
    frame(*GRID, name=["解放路"] * 8).to_file(tmp_path / "a.shp", engine="pyogrio", encoding="GB18030")
    (tmp_path / "a.cpg").unlink()
    walk = read_walk_network(tmp_path / "a.shp", crs=CRS, cut_at_crossings=True)
    assert [finding.code for finding in walk.report.findings][:2] == ["encoding", "cut"]
    assert lines_network(read_layer(tmp_path / "a.shp"), crs=CRS, cut_at_crossings=True).report == walk.report


def test_an_empty_layer_is_no_network() -> None:
    for cut in (None, True, False):
        with pytest.raises(NetworkError, match="no edges"):
            lines_network(frame(), crs=CRS, cut_at_crossings=cut)


def test_points_are_no_lines() -> None:
    points = gpd.GeoDataFrame(geometry=[shapely.Point(WEST, SOUTH)], crs=CRS)
    with pytest.raises(NetworkError, match="not a line"):
        lines_network(points, crs=CRS, cut_at_crossings=True)


@pytest.mark.parametrize("given", ["yes", 2, "true"])
def test_what_is_neither_yes_nor_no(given: Any) -> None:
    with pytest.raises(InputError, match="cut_at_crossings must be true, false or left out"):
        lines_network(frame(*GRID), crs=CRS, cut_at_crossings=given)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.osm.pbf", {"layer": "x", "close_gaps_m": 0.1}),
        ("a.osm", {"file_crs": CRS}),
        ("a.graphml", {"cut_at_crossings": True}),
        ("a.gpkg", {"walkable": WalkFilter([])}),
    ],
)
def test_options_that_do_not_go_with_the_kind_of_file(name: str, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"{', '.join(options)}: not for this kind of file"):
        read_walk_network(name, crs=CRS, **options)
