"""New ways: joined where they meet the streets of a town of square blocks, where every walk is arithmetic."""

from __future__ import annotations

from itertools import product
from typing import Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.errors import InputError, NetworkError
from servicecircle.network import Positions, WalkNetwork, joined, snap, within
from servicecircle.network.rebuilding import edge_rows, split
from tests.grids import BLOCK_M, at, blocks, frame, metres_in_blocks, street, town
from tests.strategies import networks

Place = tuple[float, float]
TOWN = blocks(3)
CORNERS = [(BLOCK_M * x, BLOCK_M * y) for x, y in product(range(4), repeat=2)]


def walks(network: WalkNetwork, places: list[Place]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the metres between places that are nodes of a network, inf where there is no walk."""
    graph: nx.MultiGraph[Any] = nx.MultiGraph()
    for (u, v), length in zip(network.edge_nodes.tolist(), network.edge_length_m.tolist(), strict=True):
        graph.add_edge(u, v, length=length)
    number = {tuple(np.rint(xy * 1000).astype(int).tolist()): i for i, xy in enumerate(network.node_xy)}
    nodes = [number[tuple(np.rint(np.array([at(*p).x, at(*p).y]) * 1000).astype(int).tolist())] for p in places]
    result = np.full((len(nodes), len(nodes)), np.inf)
    for i, a in enumerate(nodes):
        found = nx.single_source_dijkstra_path_length(graph, a, weight="length")
        result[i] = [found.get(b, np.inf) for b in nodes]
    return result


def codes(found: tuple[Any, ...]) -> dict[str, list[str]]:
    return {finding.code: list(finding.rows) for finding in found}


def test_a_bridge_leads_over_what_parts_two_streets() -> None:
    banks = town(street((0, 0), (100, 0)), street((0, 80), (100, 80)))
    with_bridge, found = joined(banks, frame(street((40, 0), (40, 80)), bridge=["yes"]))
    far = walks(with_bridge, [(0, 0), (0, 80)])[0, 1]
    assert far == 40 + 80 + 40
    assert len(with_bridge) == 5
    assert codes(found) == {"joined": ["0: end on edge 1", "0: start on edge 0"]}


def test_what_an_end_lacks_is_walked_too() -> None:
    banks = town(street((0, 0), (100, 0)), street((0, 80), (100, 80)))
    with_bridge, found = joined(banks, frame(street((40, 3), (40, 80))))
    assert walks(with_bridge, [(0, 0), (0, 80)])[0, 1] == 40 + (3 + 77) + 40
    (finding,) = found
    assert finding.severity == "repair"
    assert "up to 3.00 m short" in finding.en


def test_a_declared_length_is_kept_and_what_is_lacking_added() -> None:
    banks = town(street((0, 0), (100, 0)), street((0, 80), (100, 80)))
    stairs, _ = joined(banks, frame(street((40, 3), (40, 80)), length=[120.0]))
    assert walks(stairs, [(0, 0), (0, 80)])[0, 1] == 40 + (3 + 120) + 40


def test_an_end_on_a_corner_splits_nothing() -> None:
    longer, _ = joined(TOWN, frame(street((0, 0), (100, 100))))
    assert len(longer) == len(TOWN) + 1
    assert walks(longer, [(0, 0), (100, 100)])[0, 1] == pytest.approx(2**0.5 * BLOCK_M)


def test_a_way_that_reaches_no_street_is_an_error_that_names_it() -> None:
    with pytest.raises(NetworkError, match=r"nearest street is 20\.0 m from an end, join_within_m is 5") as caught:
        joined(TOWN, frame(street((30, 30), (80, 80)), street((20, 0), (20, 50))))
    assert [finding.rows for finding in caught.value.report.errors] == [("0",)]


def test_a_larger_tolerance_joins_it() -> None:
    longer, _ = joined(TOWN, frame(street((20, 50), (80, 50))), join_within_m=20)
    assert walks(longer, [(0, 0), (100, 0)])[0, 1] == 100
    assert walks(longer, [(0, 50), (100, 50)])[0, 1] == 20 + 60 + 20


def test_an_end_that_leads_nowhere_is_told() -> None:
    _, found = joined(TOWN, frame(street((20, 0), (20, 50))))
    assert codes(found)["dead_end"] == ["0: end 20.0 m from a street"]


def test_crossings_are_joined_only_as_said() -> None:
    across = frame(street((0, 50), (300, 50)))
    passing, found = joined(TOWN, across)
    assert codes(found)["passed"] == ["0"]
    meeting, _ = joined(TOWN, across, at_crossings=True)
    # from the middle of one street to that of the next: 100 m along the new way, or round the corners
    assert walks(passing, [(0, 50), (300, 50)])[0, 1] == 300
    assert len(passing) == len(TOWN) + 3
    assert len(meeting) == len(TOWN) + 3 + 4
    assert walks(meeting, [(100, 50), (200, 50)])[0, 1] == 100


def test_a_bridge_meets_nothing_it_crosses() -> None:
    over, _ = joined(TOWN, frame(street((0, 50), (300, 50)), bridge=["yes"]), at_crossings=True)
    assert len(over) == len(TOWN) + 3


def test_a_way_on_the_ground_does_not_end_on_a_bridge() -> None:
    roads = town(street((0, 0), (100, 0)), street((0, 4), (100, 4)), bridge=["", "yes"])
    path, _ = joined(roads, frame(street((50, 60), (50, 5))), join_within_m=6)
    assert walks(path, [(50, 0), (50, 60)])[0, 1] == 60
    with pytest.raises(NetworkError, match="joined to no street"):
        joined(roads, frame(street((50, 60), (50, 5))), join_within_m=2)


def test_new_ways_lead_on_from_each_other() -> None:
    banks = town(street((0, 0), (100, 0)), street((0, 80), (100, 80)))
    parts = frame(street((40, 0), (40, 30)), street((60, 50), (40, 30)), street((60, 50), (60, 80)))
    longer, found = joined(banks, parts)
    assert walks(longer, [(40, 0), (60, 80)])[0, 1] == pytest.approx(30 + 800**0.5 + 30)
    assert [finding.code for finding in found] == ["joined"]


def test_several_new_ways_near_a_street_are_told_if_they_do_not_touch_it() -> None:
    fork = frame(street((20, 0), (50, 97)), street((50, 97), (80, 0)))
    _, found = joined(TOWN, fork)
    assert codes(found)["not_joined"] == ["0: end 3.0 m from a street", "1: start 3.0 m from a street"]


@pytest.mark.parametrize("wrong", [-1, float("nan"), "near", True])
def test_a_tolerance_is_a_number_of_metres(wrong: Any) -> None:
    with pytest.raises(InputError, match="join_within_m must be a number of metres"):
        joined(TOWN, frame(street((0, 0), (100, 100))), join_within_m=wrong)


def test_the_numbers_of_another_network_mean_nothing() -> None:
    given_rows = frame(street((0, 0), (100, 100))).assign(u=[7], v=[9], component=[3])
    longer, _ = joined(TOWN, given_rows)
    assert walks(longer, [(0, 0), (100, 100)])[0, 1] == pytest.approx(2**0.5 * BLOCK_M)
    assert given_rows["u"].tolist() == [7]


def foot(x: float, y: float) -> tuple[Place, float]:
    """Return the nearest place on a street of the town, and how far it is."""
    nearest = [(abs(y - BLOCK_M * round(y / BLOCK_M)), (x, BLOCK_M * round(y / BLOCK_M)))]
    nearest.append((abs(x - BLOCK_M * round(x / BLOCK_M)), (BLOCK_M * round(x / BLOCK_M), y)))
    gap, place = min(nearest)
    return place, gap


place = st.tuples(st.integers(1, 299), st.integers(1, 299)).filter(
    lambda xy: xy[0] % 100 != xy[1] % 100 and xy[0] % 100 + xy[1] % 100 != 100
)


@given(place, place)
def test_walks_over_a_new_way_are_those_of_arithmetic(start: Place, end: Place) -> None:
    if start == end:
        return
    longer, _ = joined(TOWN, frame(street(start, end)), join_within_m=60)
    (p, before), (q, behind) = foot(*start), foot(*end)
    way = before + float(np.hypot(end[0] - start[0], end[1] - start[1])) + behind

    def expected(a: Place, b: Place) -> float:
        over = min(metres_in_blocks(a, p) + metres_in_blocks(q, b), metres_in_blocks(a, q) + metres_in_blocks(p, b))
        return min(metres_in_blocks(a, b), over + way)

    found = walks(longer, CORNERS)
    assert np.allclose(found, [[expected(a, b) for b in CORNERS] for a in CORNERS], rtol=0, atol=1e-6)
    assert (found <= walks(TOWN, CORNERS) + 1e-9).all()


@given(st.data())
def test_splitting_edges_changes_no_distance(data: st.DataObject) -> None:
    network = data.draw(networks())
    drawn = shapely.length(network.edge_geometry)
    size = data.draw(st.integers(1, 5))
    edge = np.array(data.draw(st.lists(st.integers(0, len(network) - 1), min_size=size, max_size=size)))
    share = np.array(data.draw(st.lists(st.floats(0, 1), min_size=size, max_size=size)))
    along = share * drawn[edge]
    xy = shapely.get_coordinates(shapely.line_interpolate_point(network.edge_geometry[edge], along))
    rows, node = split(network, edge, along, xy)
    assert rows["length"].sum() == pytest.approx(network.edge_length_m.sum(), rel=1e-12)
    assert np.isclose(shapely.length(rows.geometry.to_numpy()).sum(), drawn.sum(), rtol=0, atol=0.01)
    assert np.array_equal(np.isin(node, [*rows["u"], *rows["v"]]), np.ones(size, dtype=bool))
    before, after = (all_walks(one, len(network.node_xy)) for one in (edge_rows(network), rows))
    assert np.allclose(after, before, rtol=1e-12, atol=1e-6)


def all_walks(rows: Any, nodes: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the metres between the first nodes of a table of edges."""
    graph: nx.MultiGraph[Any] = nx.MultiGraph()
    graph.add_nodes_from(range(nodes))
    for u, v, length in rows[["u", "v", "length"]].itertuples(index=False):
        graph.add_edge(int(u), int(v), length=length)
    found = dict(nx.all_pairs_dijkstra_path_length(graph, weight="length"))
    return np.array([[found[a].get(b, 1e300) for b in range(nodes)] for a in range(nodes)])


def test_the_order_of_new_ways_changes_nothing() -> None:
    ways = frame(street((20, 0), (50, 100)), street((150, 0), (150, 50), (200, 50)), street((0, 250), (100, 230)))
    one, other = (joined(TOWN, ways.iloc[order])[0] for order in ([0, 1, 2], [2, 0, 1]))
    assert np.array_equal(one.edge_nodes, other.edge_nodes)
    assert np.array_equal(one.edge_length_m, other.edge_length_m)


def test_a_way_given_twice_is_one() -> None:
    way = street((20, 0), (50, 100))
    twice, _ = joined(TOWN, frame(way, way))
    once, _ = joined(TOWN, frame(way))
    assert walks(twice, CORNERS).tolist() == walks(once, CORNERS).tolist()


def test_places_on_streets_keep_their_walks() -> None:
    """A street that is split leads as far as before to places on its pieces."""
    longer, _ = joined(TOWN, frame(street((30, 0), (30, 100)), length=[1e6]))
    middle = [at(10, 0), at(70, 0), at(70, 100)]
    for network in (TOWN, longer):
        placed = snap(network, middle)
        assert isinstance(placed, Positions)
        pairs = within(network, placed, placed, limit_m=1000)
        metres = {(i, j): m for i, j, m in zip(pairs.origin, pairs.facility, pairs.distance_m, strict=True)}
        assert metres[0, 1] == pytest.approx(60)
        assert metres[0, 2] == pytest.approx(180)
