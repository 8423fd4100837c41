"""Edges and graphs that make no network: every fault is named, all at once."""

from __future__ import annotations

import math

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from servicecircle.errors import CRSError, InputError, NetworkError
from servicecircle.network import WalkNetwork
from tests.grids import CRS, SOUTH, WEST, at, frame, street, town

LINES = [street((0, 0), (100, 0)), street((100, 0), (200, 0)), street((200, 0), (300, 0))]


def nowhere(x: float) -> shapely.LineString:
    """Return a line with such a coordinate; shapely makes it, with a warning."""
    with np.errstate(invalid="ignore"):
        return shapely.LineString([(WEST, SOUTH), (x, SOUTH)])


def faults(edges: gpd.GeoDataFrame) -> dict[str, tuple[str, ...]]:
    """Return the code of each fault and the rows it names."""
    with pytest.raises(NetworkError) as caught:
        WalkNetwork.from_edges(edges)
    assert all(finding.layer == "walk network" for finding in caught.value.report.findings)
    return {finding.code: finding.rows for finding in caught.value.report.errors}


@pytest.mark.parametrize(
    "edges", [None, [], pd.DataFrame({"u": [1]}), gpd.GeoSeries(LINES), gpd.GeoDataFrame({"u": [1]})]
)
def test_what_is_no_layer_of_edges(edges: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match="GeoDataFrame"):
        WalkNetwork.from_edges(edges)


def test_no_crs() -> None:
    with pytest.raises(CRSError, match="no CRS"):
        WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=LINES))


def test_degrees() -> None:
    line = shapely.LineString([(119.2, 34.6), (119.3, 34.6)])
    with pytest.raises(CRSError, match=r"degrees.*1 rows.*to_crs"):
        WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=[line], crs="EPSG:4326"))


def test_degrees_said_to_be_metres() -> None:
    line = shapely.LineString([(119.2, 34.6), (119.3, 34.6)])
    with pytest.raises(CRSError, match="is in metres, but its coordinates"):
        WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=[line], crs="EPSG:4549"))


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:2263"])
def test_a_crs_that_does_not_measure_in_metres(crs: str) -> None:
    """Web Mercator is stretched; the other is in feet."""
    with pytest.raises(CRSError):
        WalkNetwork.from_edges(frame(*LINES).set_crs(crs, allow_override=True))


def test_no_edges() -> None:
    assert list(faults(frame())) == ["no_edges"]


@pytest.mark.parametrize(
    ("length", "code"),
    [
        (math.nan, "missing"),
        (None, "missing"),
        (-1.0, "negative"),
        (math.inf, "infinite"),
        (-math.inf, "infinite"),
        ("100", "text"),
        ("100 m", "text"),
        ("", "text"),
    ],
)
def test_lengths_that_cannot_be_used(length: object, code: str) -> None:
    edges = frame(*LINES, length=[100.0, length, 100.0]).set_index(pd.Index(["one", "two", "three"]))
    assert faults(edges) == {code: ("two",)}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (None, "empty"),
        (shapely.LineString(), "empty"),
        (shapely.MultiLineString(), "empty"),
        (at(0, 0), "no_line"),
        (at(0, 0).buffer(5), "no_line"),
        (nowhere(np.nan), "nowhere"),
        (nowhere(np.inf), "nowhere"),
    ],
)
def test_geometries_that_are_no_lines(line: shapely.LineString, code: str) -> None:
    assert faults(frame(LINES[0], line, LINES[1])) == {code: ("1",)}


def test_all_faults_at_once() -> None:
    lines = [*LINES, shapely.LineString(), at(0, 0)]
    edges = frame(*lines, length=[1.0, -1.0, np.nan, 1.0, 1.0], u=[1, 2, None, 4, 5], v=[2, 3, 4, 5, 6])
    assert faults(edges) == {
        "empty": ("3",),
        "no_line": ("4",),
        "missing_end": ("2",),
        "missing": ("2",),
        "negative": ("1",),
    }


def test_at_most_five_rows_are_named_but_all_are_counted() -> None:
    with pytest.raises(NetworkError, match="9 rows") as caught:
        WalkNetwork.from_edges(frame(*LINES * 3, length=[-1.0] * 9))
    assert caught.value.report.errors[0].rows == ("0", "1", "2", "3", "4")


def test_one_edge_drawn_as_several_lines_between_two_nodes() -> None:
    several = shapely.MultiLineString([street((0, 0), (10, 0)), street((50, 0), (60, 0))])
    assert faults(frame(several, u=[1], v=[2])) == {"several_lines": ("0",)}


def test_lengths_shorter_than_the_straight_line_are_reported() -> None:
    network = town(*LINES, length=[98.9, 99.5, 100.0])
    (finding,) = network.report.findings
    assert (finding.code, finding.severity, finding.rows) == ("short", "warning", ("0",))
    assert sorted(network.edge_length_m.tolist()) == [98.9, 99.5, 100.0]


def test_lengths_in_kilometres_are_refused() -> None:
    assert list(faults(frame(*LINES, length=[0.1, 0.1, 0.1]))) == ["length_unit"]


def test_a_network_in_pieces_is_a_warning() -> None:
    lines = [street((0, 10.0 * i), (100, 10.0 * i)) for i in range(10)]
    (finding,) = town(*lines).report.findings
    assert (finding.code, finding.severity) == ("islands", "warning")
    assert "10 parts" in finding.en
    assert "10.0 %" in finding.en


def test_lines_that_end_beside_another_are_reported() -> None:
    """The side street was drawn up to the main street (2 cm short), but the main street was not cut there."""
    lines = [street((0, 0), (100, 0)), street((50, 0.02), (50, 100)), street((100, 0), (200, 0))]
    codes = {finding.code: finding for finding in town(*lines).report.findings}
    assert codes["gaps"].severity == "warning"
    assert "1 " in codes["gaps"].en
    assert "gaps" not in {finding.code for finding in town(*LINES).report.findings}


def test_an_id_that_stands_for_two_nodes_is_reported() -> None:
    """Node 2 is said to be at 100 m and at 200 m: somebody walks from one to the other in no time."""
    edges = frame(LINES[0], LINES[2], street((0, 0), (0, 50)), u=[1, 2, 1], v=[2, 3, 4])
    found = {finding.code: finding for finding in WalkNetwork.from_edges(edges).report.findings}
    assert found["ends_apart"].severity == "warning"
    assert "1 edges end more than 1 m (up to 100.0 m)" in found["ends_apart"].en


def test_lines_that_end_a_little_beside_their_node_are_not() -> None:
    edges = frame(street((0, 0), (100, 0)), street((100.5, 0), (200, 0)), u=[1, 2], v=[2, 3])
    assert "ends_apart" not in {finding.code for finding in WalkNetwork.from_edges(edges).report.findings}


@pytest.mark.parametrize("graph", [None, 1, "graph", {"a": 1}])
def test_what_is_no_graph(graph: object) -> None:
    with pytest.raises(InputError, match="networkx"):
        WalkNetwork.from_graph(graph)


def test_a_graph_without_crs() -> None:
    with pytest.raises(CRSError, match="missing"):
        WalkNetwork.from_graph(nx.path_graph(2))


def test_a_graph_in_degrees() -> None:
    graph: nx.Graph[int] = nx.Graph(crs="EPSG:4326")
    graph.add_node(0, x=8.0, y=49.0)
    graph.add_node(1, x=8.1, y=49.0)
    graph.add_edge(0, 1)
    with pytest.raises(CRSError, match="degrees"):
        WalkNetwork.from_graph(graph)


@pytest.mark.parametrize("x", [None, "far", np.nan, np.inf])
def test_nodes_without_a_place(x: object) -> None:
    graph: nx.Graph[str] = nx.Graph(crs=CRS)
    graph.add_node("a", x=x, y=SOUTH)
    graph.add_node("b", x=WEST, y=SOUTH)
    graph.add_node("c")
    graph.add_edge("a", "b")
    with pytest.raises(NetworkError) as caught:
        WalkNetwork.from_graph(graph)
    assert caught.value.report.errors[0].rows == ("a", "c")


def test_a_graph_whose_edges_have_lengths_only_in_part() -> None:
    graph: nx.Graph[int] = nx.Graph(crs=CRS)
    for node in range(3):
        graph.add_node(node, x=WEST + 10 * node, y=SOUTH)
    graph.add_edge(0, 1, length=12.0)
    graph.add_edge(1, 2)
    with pytest.raises(NetworkError) as caught:
        WalkNetwork.from_graph(graph)
    assert [(one.code, one.rows) for one in caught.value.report.errors] == [("missing", ("1-2",))]


def test_a_graph_with_lines_as_text() -> None:
    graph: nx.Graph[int] = nx.Graph(crs=CRS)
    for node in range(2):
        graph.add_node(node, x=WEST + 10 * node, y=SOUTH)
    graph.add_edge(0, 1, geometry="LINESTRING (0 0, 10 0)")
    with pytest.raises(InputError, match="not a line"):
        WalkNetwork.from_graph(graph)


def test_a_graph_without_edges() -> None:
    graph: nx.Graph[int] = nx.Graph(crs=CRS)
    graph.add_node(0, x=WEST, y=SOUTH)
    with pytest.raises(NetworkError, match="no edges"):
        WalkNetwork.from_graph(graph)


@pytest.mark.parametrize("times", [1 / 0.3048, 1.215])
def test_lengths_that_are_mostly_longer_than_their_lines_are_reported(times: float) -> None:
    """In feet, or measured in Web Mercator at 34.6 degrees north."""
    (finding,) = town(*LINES, length=[100.0 * times] * 3).report.findings
    assert (finding.code, finding.severity, finding.count) == ("long", "warning", 3)


def test_a_length_in_another_unit_is_reported() -> None:
    (finding,) = town(*LINES, length=[100.0, 100_000.0, 104.0]).report.findings
    assert (finding.code, finding.rows) == ("long", ("1",))
