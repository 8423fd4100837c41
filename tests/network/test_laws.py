"""Laws of walking distances, tried on random networks."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from servicecircle.network import (
    AccessRule,
    Positions,
    WalkNetwork,
    isochrones,
    k_nearest,
    nearest,
    reached_edges,
    route,
    snap,
    topology,  # its private parts make other networks of the same edges
    within,
)
from servicecircle.units import TOLERANCE_M
from tests import naive
from tests.strategies import edge_frames, eighths, journeys, networks, placed_points, positions

if TYPE_CHECKING:
    from random import Random

    import geopandas as gpd

ANYWHERE = AccessRule(islands="keep", max_access_m=400.0)
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Journey = tuple[WalkNetwork, Positions, Positions]


def both(first: Positions, second: Positions) -> Positions:
    """Return two sets of positions as one."""
    columns = ("edge", "offset_m", "access_m", "point_xy")
    return Positions(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in columns))


def expected_nearest(distance: Floats) -> tuple[Floats, Ints]:
    """Return the least of each row, and its first place, -1 for none."""
    if not distance.shape[1]:
        return np.full(len(distance), np.inf), np.full(len(distance), -1)
    least = distance.min(axis=1)
    return least, np.where(np.isfinite(least), distance.argmin(axis=1), -1)


@given(journeys())
def test_nearest_equals_networkx_and_a_plain_heap(journey: Journey) -> None:
    distance = naive.distances(*journey)
    assert np.array_equal(distance, naive.heap_distances(*journey))
    found = nearest(*journey)
    metres, facility = expected_nearest(distance)
    assert np.array_equal(found.distance_m, metres)
    assert np.array_equal(found.facility, facility)


@given(journeys(), eighths(120.0))
def test_a_limit_keeps_what_is_within_it_and_nothing_else(journey: Journey, limit: float) -> None:
    metres, facility = expected_nearest(naive.distances(*journey))
    found = nearest(*journey, limit_m=limit)
    near = metres <= limit
    assert np.array_equal(found.distance_m, np.where(near, metres, np.inf))
    assert np.array_equal(found.facility, np.where(near, facility, -1))


@given(journeys(), st.integers(1, 7), eighths(300.0) | st.just(np.inf))
def test_the_k_nearest_are_the_first_k_of_all(journey: Journey, k: int, limit: float) -> None:
    distance = naive.distances(*journey)
    found = k_nearest(*journey, k=k, limit_m=limit)
    for i, row in enumerate(distance):
        order = sorted((metres, j) for j, metres in enumerate(row) if metres <= limit and np.isfinite(metres))[:k]
        missing = k - len(order)
        assert found.distance_m[i].tolist() == [metres for metres, _ in order] + [np.inf] * missing
        assert found.facility[i].tolist() == [j for _, j in order] + [-1] * missing


@given(journeys(), eighths(300.0) | st.just(60_000.0))
def test_within_lists_every_pair_within_the_limit_once(journey: Journey, limit: float) -> None:
    distance = naive.distances(*journey)
    found = within(*journey, limit_m=limit)
    expected = np.argwhere(distance <= limit)
    assert np.array_equal(np.column_stack([found.origin, found.facility]), expected)
    assert np.array_equal(found.distance_m, distance[found.origin, found.facility])


@given(journeys())
def test_a_walk_is_as_long_in_both_directions(journey: Journey) -> None:
    network, origins, facilities = journey
    there = within(network, origins, facilities, limit_m=np.inf)
    back = within(network, facilities, origins, limit_m=np.inf)
    forth = sorted(zip(there.origin, there.facility, there.distance_m, strict=True))
    assert forth == sorted(zip(back.facility, back.origin, back.distance_m, strict=True))


@given(networks(), st.data())
def test_a_detour_is_never_shorter(network: WalkNetwork, data: st.DataObject) -> None:
    doors = data.draw(positions(network, least=3))
    doors = replace(doors, access_m=np.where(doors.placed, 0.0, np.inf))
    distance = np.full((len(doors), len(doors)), np.inf)
    pairs = within(network, doors, doors, limit_m=np.inf)
    distance[pairs.origin, pairs.facility] = pairs.distance_m
    detour = distance[:, :, None] + distance[None, :, :]
    assert (distance[:, None, :] <= detour).all()


@given(edge_frames(declared=False), placed_points(), placed_points())
def test_no_walk_is_shorter_than_the_straight_line(
    frame: gpd.GeoDataFrame, here: list[tuple[float, float]], there: list[tuple[float, float]]
) -> None:
    network = WalkNetwork.from_edges(frame)
    origins, facilities = (snap(network, shapely.points(xy), rule=ANYWHERE) for xy in (here, there))
    pairs = within(network, origins, facilities, limit_m=np.inf)
    straight = np.hypot(*(np.array(here)[pairs.origin] - np.array(there)[pairs.facility]).T)
    assert (pairs.distance_m >= straight - 1e-6).all()


@given(journeys(), st.data())
def test_one_more_facility_never_lengthens_a_walk(journey: Journey, data: st.DataObject) -> None:
    network, origins, facilities = journey
    more = data.draw(positions(network, most=2, least=1))
    before = nearest(network, origins, facilities).distance_m
    alone = nearest(network, origins, more).distance_m
    after = nearest(network, origins, both(facilities, more)).distance_m
    assert np.array_equal(after, np.minimum(before, alone))


@given(journeys(least_facilities=1), st.randoms(use_true_random=False))
def test_the_order_of_the_facilities_changes_no_distance(journey: Journey, random: Random) -> None:
    network, origins, facilities = journey
    order = list(range(len(facilities)))
    random.shuffle(order)
    for k in (1, 3):
        here = k_nearest(network, origins, facilities, k=k)
        there = k_nearest(network, origins, facilities.take(order), k=k)
        assert np.array_equal(here.distance_m, there.distance_m)
    twice = nearest(network, origins, both(facilities, facilities))
    assert np.array_equal(twice.facility, nearest(network, origins, facilities).facility)


def with_edges(network: WalkNetwork, ends: Ints, length: Floats, *, nodes: int) -> WalkNetwork:
    """Return a network of other edges, their order kept; only the kernels' arrays and lengths are right."""
    indptr, targets, arc_edge = topology._arcs(nodes, ends)
    return replace(
        network,
        node_xy=np.zeros((nodes, 2)),
        edge_nodes=ends,
        edge_length_m=length,
        indptr=indptr,
        targets=targets,
        arc_edge=arc_edge,
        arc_length_m=length[arc_edge],
    )


def same_walks(journey: Journey, other: Journey) -> None:
    """Check that nearest and the three nearest are the same in two settings."""
    for k in (1, 3):
        here, there = k_nearest(*journey, k=k), k_nearest(*other, k=k)
        assert np.array_equal(here.distance_m, there.distance_m)
        assert np.array_equal(here.facility, there.facility)


@given(journeys(), st.data())
def test_splitting_an_edge_changes_nothing(journey: Journey, data: st.DataObject) -> None:
    """The first part keeps its number and the positions on it; the second is drawn from the other end."""
    network, origins, facilities = journey
    nodes, split = len(network.node_xy), data.draw(st.integers(0, len(network) - 1))
    length = float(network.edge_length_m[split])
    at = data.draw(eighths(length))
    ends = np.vstack([network.edge_nodes, [network.edge_nodes[split, 1], nodes]])
    ends[split, 1] = nodes
    lengths = np.append(network.edge_length_m, length - at)
    lengths[split] = at

    def moved(those: Positions) -> Positions:
        beyond = (those.edge == split) & (those.offset_m > at)
        edge = np.where(beyond, len(network), those.edge)
        return replace(those, edge=edge, offset_m=np.where(beyond, length - those.offset_m, those.offset_m))

    halved = with_edges(network, ends, lengths, nodes=nodes + 1)
    same_walks(journey, (halved, moved(origins), moved(facilities)))


@given(journeys(), st.data())
def test_a_longer_parallel_edge_or_a_loop_changes_nothing(journey: Journey, data: st.DataObject) -> None:
    network, origins, facilities = journey
    beside = data.draw(st.integers(0, len(network) - 1))
    node = data.draw(st.integers(0, len(network.node_xy) - 1))
    ends = np.vstack([network.edge_nodes, network.edge_nodes[beside], [node, node]])
    extra = data.draw(eighths(5.0))
    lengths = np.append(network.edge_length_m, [network.edge_length_m[beside] + extra, extra])
    same_walks(journey, (with_edges(network, ends, lengths, nodes=len(network.node_xy)), origins, facilities))


@given(journeys(), st.data())
def test_without_an_edge_no_walk_is_shorter(journey: Journey, data: st.DataObject) -> None:
    network, origins, facilities = journey
    gone = data.draw(st.integers(0, len(network) - 1))
    lengths = network.edge_length_m.copy()
    ends = network.edge_nodes.copy()
    ends[gone] = [len(network.node_xy), len(network.node_xy) + 1]
    cut = with_edges(network, ends, lengths, nodes=len(network.node_xy) + 2)
    elsewhere = origins.take(origins.edge != gone)
    others = facilities.take(facilities.edge != gone)
    before = nearest(network, elsewhere, others).distance_m
    assert (nearest(cut, elsewhere, others).distance_m >= before).all()


@given(journeys(), st.data())
def test_the_numbers_of_nodes_and_edges_change_nothing(journey: Journey, data: st.DataObject) -> None:
    network, origins, facilities = journey
    nodes = np.array(data.draw(st.permutations(range(len(network.node_xy)))))
    edges = np.array(data.draw(st.permutations(range(len(network)))))
    number = np.argsort(edges)
    ends = nodes[network.edge_nodes[edges]]
    relabelled = with_edges(network, ends, network.edge_length_m[edges], nodes=len(nodes))

    def moved(those: Positions) -> Positions:
        return replace(those, edge=np.where(those.placed, number[those.edge], -1))

    same_walks(journey, (relabelled, moved(origins), moved(facilities)))


@given(journeys())
def test_a_copy_of_the_network_beside_it_changes_nothing(journey: Journey) -> None:
    network, origins, facilities = journey
    nodes = len(network.node_xy)
    ends = np.vstack([network.edge_nodes, network.edge_nodes + nodes])
    twin = with_edges(network, ends, np.tile(network.edge_length_m, 2), nodes=2 * nodes)
    over_there = replace(origins, edge=np.where(origins.placed, origins.edge + len(network), -1))
    same_walks(journey, (twin, origins, facilities))
    assert not np.isfinite(nearest(twin, over_there, facilities).distance_m).any()
    assert len(within(twin, over_there, facilities, limit_m=np.inf)) == 0


@given(journeys())
def test_all_lengths_twice_as_long_make_all_walks_twice_as_long(journey: Journey) -> None:
    network, origins, facilities = journey
    double = with_edges(network, network.edge_nodes, 2 * network.edge_length_m, nodes=len(network.node_xy))
    far = [replace(one, offset_m=2 * one.offset_m, access_m=2 * one.access_m) for one in (origins, facilities)]
    here, there = nearest(*journey), nearest(double, *far)
    assert np.array_equal(2 * here.distance_m, there.distance_m)
    assert np.array_equal(here.facility, there.facility)


@given(edge_frames(), placed_points(), placed_points(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_and_their_labels_change_nothing(
    frame: gpd.GeoDataFrame, here: list[tuple[float, float]], there: list[tuple[float, float]], random: Random
) -> None:
    before = frame.copy(deep=True)
    order = list(range(len(frame)))
    random.shuffle(order)
    shuffled = frame.iloc[order].set_axis([f"row {i}" for i in order], axis="index")
    one, two = WalkNetwork.from_edges(frame), WalkNetwork.from_edges(shuffled)
    for name in ("node_xy", "edge_nodes", "edge_length_m", "edge_component", "indptr", "targets", "arc_edge"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert shapely.equals_exact(one.edge_geometry, two.edge_geometry).all()
    origins, facilities = (snap(one, shapely.points(xy), rule=ANYWHERE) for xy in (here, there))
    again = [snap(two, shapely.points(xy), rule=ANYWHERE) for xy in (here, there)]
    same_walks((one, origins, facilities), (two, again[0], again[1]))
    assert_geodataframe_equal(frame, before)


@given(edge_frames(declared=False), placed_points())
def test_points_are_placed_on_the_nearest_edge(frame: gpd.GeoDataFrame, points: list[tuple[float, float]]) -> None:
    network = WalkNetwork.from_edges(frame)
    placed = snap(network, shapely.points(points), rule=ANYWHERE)
    for i, point in enumerate(shapely.points(points)):
        away, share = naive.nearest_edge(network, point)
        assert abs(placed.access_m[i] - away) < 1e-6
        line, length = network.edge_geometry[placed.edge[i]], network.edge_length_m[placed.edge[i]]
        door = line.interpolate(placed.offset_m[i] / length if length else 0.0, normalized=True)
        assert abs(door.distance(point) - away) < 1e-6
        assert 0.0 <= share <= 1.0


@given(journeys(), eighths(200.0), st.data())
def test_an_edge_is_reached_where_the_walk_is_within_the_limit(
    journey: Journey, limit: float, data: st.DataObject
) -> None:
    network, _, sources = journey
    pieces = reached_edges(network, sources, limit_m=limit)
    spots = data.draw(positions(network, least=3))
    spots = replace(spots, access_m=np.where(spots.placed, 0.0, np.inf))
    metres, _ = expected_nearest(naive.distances(network, spots, sources))
    for edge, offset, away in zip(spots.edge, spots.offset_m, metres, strict=True):
        mine = pieces[pieces["edge"] == edge]
        inside = ((mine["from_m"] <= offset) & (offset <= mine["to_m"])).any()
        # at the limit itself, and on an edge without length, a piece is a mere point, which is no piece
        if away != limit and network.edge_length_m[edge] > 0:
            assert inside == (away < limit)
    drawn = np.array([network.edge_geometry[edge].length for edge in pieces["edge"]])
    share = (pieces["to_m"] - pieces["from_m"]) / network.edge_length_m[pieces["edge"]]
    assert np.allclose(pieces.length, drawn * share, rtol=0, atol=1e-6)


@given(journeys(), st.lists(eighths(150.0).filter(bool), min_size=1, max_size=4))
def test_isochrones_are_valid_and_contain_the_smaller_ones(journey: Journey, limits: list[float]) -> None:
    network, _, sources = journey
    near = replace(sources, point_xy=network.node_xy[network.edge_nodes[sources.edge, 0]])
    for shapes in (
        isochrones(network, near, limits_m=limits),
        *isochrones(network, near, limits_m=limits, each=True),
    ):
        assert len(shapes) == len(limits)
        assert all(shape.is_valid and shape.geom_type in {"Polygon", "MultiPolygon"} for shape in shapes)
        ordered = [shape for _, shape in sorted(zip(limits, shapes, strict=True), key=lambda pair: pair[0])]
        for small, large in pairwise(ordered):
            assert small.is_empty or large.covers(small)
            assert large.area >= small.area


@given(edge_frames(declared=False), placed_points(size=1), placed_points(size=1))
def test_a_route_is_as_long_as_it_says(
    frame: gpd.GeoDataFrame, here: list[tuple[float, float]], there: list[tuple[float, float]]
) -> None:
    network = WalkNetwork.from_edges(frame)
    origin, facility = (snap(network, shapely.points(xy), rule=ANYWHERE) for xy in (here, there))
    walk = route(network, origin, facility)
    assert walk.distance_m == nearest(network, origin, facility).distance_m[0]
    if not np.isfinite(walk.distance_m):
        assert walk.geometry is None
        return
    assert walk.geometry is not None
    assert abs(walk.geometry.length - walk.distance_m) < 1e-6
    assert abs(walk.access_m + walk.path_m + walk.egress_m - walk.distance_m) < 1e-9
    assert shapely.Point(walk.geometry.coords[0]).distance(shapely.Point(here[0])) == 0
    assert shapely.Point(walk.geometry.coords[-1]).distance(shapely.Point(there[0])) == 0


@given(networks())
def test_components_are_what_networkx_says(network: WalkNetwork) -> None:
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    graph.add_edges_from(network.edge_nodes.tolist())
    groups = list(nx.connected_components(graph))
    assert len(groups) == len(network.component_length_m)
    for group in groups:
        inside = np.isin(network.edge_nodes[:, 0], list(group))
        (number,) = set(network.edge_component[inside].tolist())
        assert network.component_length_m[number] == network.edge_length_m[inside].sum()
    assert (np.diff(network.component_length_m) <= 0).all()


@given(journeys(), eighths(200.0))
def test_a_larger_limit_keeps_all_pairs_of_a_smaller_one(journey: Journey, limit: float) -> None:
    small = within(*journey, limit_m=limit)
    large = within(*journey, limit_m=2 * limit)
    assert set(zip(small.origin, small.facility, strict=True)) <= set(zip(large.origin, large.facility, strict=True))
    assert (small.distance_m <= limit + TOLERANCE_M).all()
