"""Networks made of edges and of graphs."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from servicecircle.findings import DataReport
from servicecircle.network import WalkNetwork, nearest, snap
from tests.grids import CRS, SOUTH, WEST, at, blocks, frame, street, town


def codes(network: WalkNetwork) -> list[str]:
    """Return what was found, in short."""
    return [finding.code for finding in network.report.findings]


def test_arcs_list_both_directions_of_every_edge() -> None:
    network = town(street((0, 0), (100, 0)), street((100, 0), (100, 50)), street((0, 0), (10, 10), (0, 20), (0, 0)))
    assert network.indptr.tolist() == [0, 3, 5, 6]
    assert network.targets.tolist() == [0, 0, 1, 0, 2, 1]
    assert np.array_equal(np.sort(network.arc_edge), np.repeat(np.arange(3), 2))
    assert np.array_equal(network.arc_length_m, network.edge_length_m[network.arc_edge])
    assert network.bounds == (WEST, SOUTH, WEST + 100, SOUTH + 50)


def test_ends_within_half_a_millimetre_are_one_node() -> None:
    assert len(town(street((0, 0), (100, 0)), street((100.0004, 0), (200, 0))).node_xy) == 3
    assert len(town(street((0, 0), (100, 0)), street((100.002, 0), (200, 0))).node_xy) == 4


def test_lines_that_cross_are_not_joined() -> None:
    network = town(street((0, 50), (100, 50)), street((50, 0), (50, 100)))
    assert len(network.component_length_m) == 2


def test_edges_lead_from_the_lower_node_to_the_higher() -> None:
    network = town(street((100, 0), (0, 0)), street((100, 50), (100, 0)))
    for edge, (u, v) in enumerate(network.edge_nodes):
        assert u < v
        ends = shapely.get_coordinates(network.edge_geometry[edge].boundary)
        assert np.array_equal(ends, network.node_xy[[u, v]])


def test_components_are_listed_longest_first() -> None:
    network = town(street((0, 0), (10, 0)), street((0, 50), (100, 50)), street((100, 50), (100, 80)))
    assert network.components.to_dict("list") == {"component": [0, 1], "edges": [2, 1], "length_m": [130.0, 10.0]}
    assert network.edges["component"].tolist() == [1, 0, 0]
    assert "islands" in codes(network)
    assert "islands" not in codes(blocks(2))


def test_other_columns_are_kept_with_their_edges() -> None:
    lines = [street((200, 0), (100, 0)), street((0, 0), (100, 0))]
    network = town(*lines, highway=["steps", "footway"], length=[150.0, 120.0])
    edges = network.edges
    assert edges[["highway", "length", "u", "v"]].to_dict("list") == {
        "highway": ["footway", "steps"],
        "length": [120.0, 150.0],
        "u": [0, 1],
        "v": [1, 2],
    }
    assert edges.crs == CRS


def test_a_network_cannot_be_changed() -> None:
    network = blocks(1)
    with pytest.raises(FrozenInstanceError):
        network.report = DataReport()  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        network.edge_length_m[0] = 1.0
    network.edges["length"] *= 2
    assert (network.edge_length_m == 100).all()
    assert replace(network, report=DataReport()).edge_nodes is network.edge_nodes


def test_the_frame_given_is_left_as_it_was() -> None:
    lines = frame(shapely.multilinestrings([street((0, 0), (1, 0)), street((1, 0), (2, 0))]), length=["1"])
    lines["length"] = [2.5]
    before = lines.copy(deep=True)
    WalkNetwork.from_edges(lines)
    assert_geodataframe_equal(lines, before)


def test_a_network_survives_pickling() -> None:
    network = blocks(3)
    other = pickle.loads(pickle.dumps(network))  # noqa: S301 - its own bytes
    doors = snap(network, [at(0, 50), at(250, 300)])
    assert nearest(other, doors.take([0]), doors.take([1])).distance_m.tolist() == [500.0]


def test_several_lines_in_a_row_are_taken_apart_and_share_the_length() -> None:
    several = shapely.MultiLineString([street((0, 0), (30, 0)), street((0, 50), (10, 50))])
    network = town(several, length=[80.0])
    assert sorted(network.edge_length_m.tolist()) == [20.0, 60.0]
    assert "exploded" in codes(network)


def test_several_lines_that_are_one_are_joined() -> None:
    several = shapely.MultiLineString([street((0, 0), (30, 0)), street((60, 0), (30, 0))])
    network = town(several, u=[1], v=[2])
    assert network.edge_length_m.tolist() == [60.0]


def test_the_index_levels_of_osmnx_say_which_nodes_an_edge_joins() -> None:
    lines = frame(street((0, 0), (100, 0)), street((100, 0), (200, 0)), u=[7, 5], v=[5, 9], key=[0, 0])
    network = WalkNetwork.from_edges(lines.set_index(["u", "v", "key"]))
    assert network.edge_nodes.tolist() == [[0, 1], [1, 2]]
    assert list(network.attributes.columns) == []


def test_lines_drawn_from_v_to_u_are_turned() -> None:
    """Two edges say where node b is; the third, drawn the other way round, joins it all the same."""
    network = town(
        street((0, 0), (100, 0)),
        street((100, 0), (200, 0)),
        street((100, 90), (100, 0)),
        u=["a", "b", "b"],
        v=["b", "c", "d"],
    )
    found = nearest(network, snap(network, [at(100, 80)]), snap(network, [at(30, 0)]))
    assert found.distance_m.tolist() == [150.0]


def test_an_edge_drawn_twice_is_one_edge() -> None:
    network = town(street((0, 0), (50, 5), (100, 0)), street((100, 0), (50, 5), (0, 0)), street((0, 0), (100, 0)))
    assert len(network) == 2
    assert "repeated" in codes(network)


def test_parallel_edges_of_other_length_remain() -> None:
    network = town(street((0, 0), (100, 0)), street((100, 0), (0, 0)), length=[100.0, 110.0])
    assert network.edge_length_m.tolist() == [100.0, 110.0]


def test_parallel_edges_of_one_length_on_other_lines_remain() -> None:
    """A street and the canal path beside it: a door on the path is 100 m + 100 m from the other end of the street."""
    lines = [street((0, 0), (100, 0)), street((0, 0), (0, 50), (100, 50), (100, 0))]
    network = town(*lines, length=[200.0, 200.0])
    assert len(network) == 2
    doors = snap(network, [at(50, 50), at(50, 0)])
    assert doors.edge.tolist() != [doors.edge[0]] * 2
    assert nearest(network, doors.take([0]), doors.take([1])).distance_m.tolist() == [200.0]


def test_heights_do_not_count() -> None:
    network = town(shapely.LineString([(WEST, SOUTH, 0), (WEST + 30, SOUTH, 40)]))
    assert network.edge_length_m.tolist() == [30.0]
    assert not network.edge_geometry[0].has_z


def small_graph(kind: type[nx.Graph[str]]) -> nx.Graph[str]:
    """Return a graph of three nodes in a row with a bend between the last two."""
    graph = kind(crs=CRS)
    for name, x in (("a", 0), ("b", 100), ("c", 200)):
        graph.add_node(name, x=WEST + x, y=SOUTH)
    graph.add_edge("a", "b", highway="footway")
    graph.add_edge("b", "c", geometry=street((200, 0), (150, 50), (100, 0)))
    return graph


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_any_kind_of_graph(kind: type[nx.Graph[str]]) -> None:
    network = WalkNetwork.from_graph(small_graph(kind))
    assert network.edge_length_m == pytest.approx([100.0, 2 * np.hypot(50, 50)])
    assert network.edge_nodes.tolist() == [[0, 1], [1, 2]]
    assert network.attributes["highway"].tolist()[0] == "footway"
    assert np.array_equal(network.node_xy, [[WEST, SOUTH], [WEST + 100, SOUTH], [WEST + 200, SOUTH]])


def test_the_lengths_of_a_graph_win() -> None:
    graph = small_graph(nx.Graph)
    for *_, attributes in graph.edges(data=True):
        attributes["length"] = 333.0
    assert WalkNetwork.from_graph(graph).edge_length_m.tolist() == [333.0, 333.0]


def test_opposite_arcs_are_one_street_and_parallel_streets_remain() -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(small_graph(nx.MultiDiGraph))
    graph.add_edge("b", "a")
    graph.add_edge("c", "b", geometry=street((200, 0), (150, 50), (100, 0)))
    graph.add_edge("b", "c", geometry=street((100, 0), (150, -20), (200, 0)))
    assert len(WalkNetwork.from_graph(graph)) == 3


def test_a_projected_osmnx_graph() -> None:
    """Two directed arcs for each street, as osmnx has them, and lengths along the ground."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326", simplified=True)
    for node, (x, y) in enumerate([(8.68, 49.40), (8.69, 49.40), (8.69, 49.41)]):
        graph.add_node(node, x=x, y=y, street_count=2)
    for u, v, length in ((0, 1, 724.0), (1, 2, 1112.0)):
        graph.add_edge(u, v, osmid=u, length=length, oneway=False, reversed=False)
        graph.add_edge(v, u, osmid=u, length=length, oneway=False, reversed=True)
    projected = osmnx.project_graph(graph)
    network = WalkNetwork.from_graph(projected)
    assert sorted(network.edge_length_m.tolist()) == [724.0, 1112.0]
    assert network.crs == projected.graph["crs"]
    edges = WalkNetwork.from_edges(osmnx.graph_to_gdfs(projected, nodes=False))
    assert np.array_equal(edges.edge_nodes, network.edge_nodes)


def test_importing_the_room_loads_nothing_heavy() -> None:
    heavy = "{'numba', 'osmnx', 'networkx', 'rasterio', 'folium', 'matplotlib'}"
    code = f"import sys, servicecircle.network; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_network_says_what_it_is() -> None:
    assert repr(blocks(1)) == "<WalkNetwork: 4 edges, 4 nodes, 0.40 km, 1 component; EPSG:25832>"
    assert isinstance(blocks(1).edges, gpd.GeoDataFrame)


def test_a_street_in_several_parts_is_joined_to_others_where_its_parts_meet() -> None:
    whole = shapely.MultiLineString([street((0, 0), (100, 0)), street((100, 0), (200, 0))])
    side = street((100, 0), (100, 50))
    network = town(whole, side)
    assert (len(network), len(network.component_length_m)) == (3, 1)
    assert sorted(network.edge_length_m.tolist()) == [50.0, 100.0, 100.0]
