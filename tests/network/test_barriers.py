"""Legs that may not cross barriers, and points with several doors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.errors import InputError
from servicecircle.network import (
    AccessRule,
    Barriers,
    Doors,
    Positions,
    WalkNetwork,
    isochrones,
    k_nearest,
    nearest,
    reached_edges,
    route,
    snap,
    within,
)
from tests import naive
from tests.grids import at, blocks, street, town
from tests.strategies import ORIGIN, edge_frames, journeys, networks, positions

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

ALL = AccessRule(islands="keep")
NEAR = AccessRule(islands="keep", max_access_m=90.0)
Place = tuple[float, float]


def block(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return a box in metres east and north of the town's corner."""
    return shapely.Polygon([at(west, south), at(east, south), at(east, north), at(west, north)])


def leg(network: WalkNetwork, point: shapely.Point, *walls: shapely.Geometry) -> list[float]:
    """Return where on its edge a point is placed, and its access leg, both in metres."""
    placed = snap(network, [point], rule=ALL, barriers=Barriers.of(list(walls)))
    return [float(placed.offset_m[0]), float(placed.access_m[0])]


def test_a_leg_goes_round_the_end_of_a_wall() -> None:
    """Past the end of the wall the street is seen from 150 m on: the first mark behind it is taken."""
    found = leg(town(street((0, 0), (200, 0))), at(50, 20), street((-300, 10), (100, 10)))
    assert found == pytest.approx([160.0, math.hypot(110, 20)])


def test_a_street_that_leads_through_a_barrier_is_entered_on_this_side() -> None:
    """The street turns off behind the rail, where it is nearer; it is entered where it comes through."""
    network = town(street((0, 60), (0, 30), (0, -10), (100, -10)))
    assert leg(network, at(60, 5)) == pytest.approx([130.0, 15.0])
    assert leg(network, at(60, 5), street((-500, 0), (500, 0))) == pytest.approx([55.0, 60.0])


def test_a_street_along_a_wall_is_entered_from_both_sides() -> None:
    wall = street((0, 0), (200, 0))
    assert leg(town(wall), at(50, 20), wall) == leg(town(wall), at(50, -20), wall) == [50.0, 20.0]


def test_a_door_in_a_wall_leads_to_both_sides() -> None:
    wall = street((0, 10), (200, 10))
    for y in (0, 20):
        assert leg(town(street((0, y), (200, y))), at(50, 10), wall) == [50.0, 10.0]


def test_a_point_in_the_water_leaves_it_the_shortest_way() -> None:
    river = block(0, -50, 200, 10)
    assert leg(town(street((0, 20), (200, 20))), at(50, 0), river) == [50.0, 20.0]


def test_nobody_crosses_the_water_from_its_bank() -> None:
    river = block(-900, 5, 900, 15)
    assert leg(town(street((0, 20), (200, 20))), at(50, 0), river)[1] == np.inf


def test_a_bridge_is_entered_from_the_bank_only() -> None:
    """The river lies between 0 and 100, the bridge crosses it; its edge is cut in pieces of 10 m."""
    river = block(-900, 0, 900, 100)
    assert leg(town(street((0, -20), (0, 120))), at(30, -1), river) == pytest.approx([19.0, 30.0])
    assert leg(town(street((0, -20), (0, 120))), at(30, -1)) == pytest.approx([19.0, 30.0])
    away = leg(town(street((0, 0), (0, 120)), street((-300, -40), (0, -40))), at(30, -1), river)
    assert away == pytest.approx([0.0, math.hypot(30, 1)])


def test_who_is_walled_in_is_not_placed() -> None:
    yard = block(40, 5, 60, 35)
    placed = snap(
        town(street((0, 0), (200, 0))),
        [at(50, 20)],
        rule=ALL,
        barriers=Barriers.of([yard], solid=np.array([False])),
    )
    assert not placed.placed[0]
    assert placed.access_m[0] == np.inf


def test_missing_and_empty_barriers_bind_nobody() -> None:
    barriers = Barriers.of([None, shapely.LineString(), shapely.Polygon()])
    assert len(barriers) == 0
    assert snap(town(street((0, 0), (200, 0))), [at(50, 20), None], barriers=barriers).access_m.tolist() == [20, np.inf]


def test_an_unknown_rule_for_barriers_is_refused() -> None:
    with pytest.raises(InputError, match="barriers"):
        AccessRule(barriers="some")  # type: ignore[arg-type]


def place(least: int, most: int) -> st.SearchStrategy[Place]:
    """Return places off the grid of `edge_frames`, so that no wall is seen end-on by accident."""
    number = st.integers(least, most)
    return st.tuples(number.map(lambda x: ORIGIN[0] + x + 0.1375), number.map(lambda y: ORIGIN[1] + y + 0.4142))


@st.composite
def walls(draw: st.DrawFn) -> list[shapely.Geometry]:
    """Return lines and boxes in and around the area of `edge_frames`."""
    shapes: list[shapely.Geometry] = []
    for _ in range(draw(st.integers(1, 4))):
        (ax, ay), (bx, by) = draw(place(-20, 100)), draw(place(-20, 100))
        line = shapely.LineString([(ax + 0.31, ay + 0.0459), (bx + 0.0713, by + 0.17)])
        shapes.append(line.envelope if draw(st.booleans()) else line)
    return shapes


@given(edge_frames(declared=False), place(-20, 100), walls())
def test_the_leg_found_is_free_and_hardly_longer_than_the_shortest(
    frame: gpd.GeoDataFrame, xy: Place, shapes: list[shapely.Geometry]
) -> None:
    network, point = WalkNetwork.from_edges(frame), shapely.Point(xy)
    placed = snap(network, [point], rule=NEAR, barriers=Barriers.of(shapes))
    stretches = [s for line in network.edge_geometry for s in naive.open_stretches(line, point, shapes, step=0.5)]
    shortest = min((min(one) for one in stretches), default=math.inf)
    step = 0.5
    long = [
        one for one in stretches if (len(one) - 1) * step >= 30
    ]  # samples lie at most half a metre apart, more often less
    bound = min((min(one) for one in long), default=math.inf) + 10
    found = float(placed.access_m[0])
    assert found >= min(shortest - step, NEAR.max_access_m)
    assert found <= bound + 1e-6 or bound > NEAR.max_access_m
    if placed.placed[0]:
        edge = network.edge_geometry[placed.edge[0]]
        foot = edge.interpolate(placed.offset_m[0])
        assert found == pytest.approx(point.distance(foot), abs=1e-6)
        assert not naive.leg_crosses(point, foot, shapes)


@given(edge_frames(), st.lists(place(-20, 100), min_size=4, max_size=4), walls(), walls())
def test_another_barrier_never_shortens_a_leg(
    frame: gpd.GeoDataFrame, xy: list[Place], some: list[shapely.Geometry], more: list[shapely.Geometry]
) -> None:
    network, points = WalkNetwork.from_edges(frame), shapely.points(xy)
    legs = [
        snap(network, points, rule=NEAR, barriers=Barriers.of(shapes)).access_m for shapes in ([], some, [*some, *more])
    ]
    assert (legs[0] <= legs[1] + 1e-9).all()
    assert (legs[1] <= legs[2] + 1e-9).all()


@given(edge_frames(), st.lists(place(-20, 100), min_size=4, max_size=4), walls(), st.randoms(use_true_random=False))
def test_the_order_of_barriers_changes_nothing(
    frame: gpd.GeoDataFrame, xy: list[Place], shapes: list[shapely.Geometry], random: object
) -> None:
    network, points = WalkNetwork.from_edges(frame), shapely.points(xy)
    first = snap(network, points, rule=NEAR, barriers=Barriers.of(shapes))
    random.shuffle(shapes)  # type: ignore[attr-defined]
    second = snap(network, points[::-1], rule=NEAR, barriers=Barriers.of(shapes)).take([3, 2, 1, 0])
    assert all(np.array_equal(getattr(first, key), getattr(second, key)) for key in ("edge", "offset_m", "access_m"))


@given(edge_frames(declared=False), st.lists(place(-20, 100), min_size=4, max_size=4), walls())
def test_a_barrier_that_no_leg_crosses_changes_nothing(
    frame: gpd.GeoDataFrame, xy: list[Place], shapes: list[shapely.Geometry]
) -> None:
    network, points = WalkNetwork.from_edges(frame), shapely.points(xy)
    before = snap(network, points, rule=NEAR)
    feet = [
        network.edge_geometry[edge].interpolate(offset) if edge >= 0 else point
        for edge, offset, point in zip(before.edge, before.offset_m, points, strict=True)
    ]
    apart = [
        wall
        for wall in shapes
        if not any(naive.leg_crosses(point, foot, [wall]) for point, foot in zip(points, feet, strict=True))
    ]
    after = snap(network, points, rule=NEAR, barriers=Barriers.of(apart))
    for key in ("edge", "offset_m", "access_m", "point_xy"):
        assert np.array_equal(getattr(before, key), getattr(after, key))


@st.composite
def with_doors(draw: st.DrawFn, network: WalkNetwork) -> tuple[Positions, list[Positions]]:
    """Return up to four points with up to three doors each, and the doors of each as positions."""
    each = [draw(positions(network, most=3)) for _ in range(draw(st.integers(1, 4)))]
    each = [one.take(one.placed) for one in each]
    columns = [np.concatenate([getattr(one, key) for one in each]) for key in ("edge", "offset_m", "access_m")]
    begin = np.concatenate([one.point_xy for one in each])
    point = np.repeat(np.arange(len(each)), [len(one) for one in each])
    doors = Doors(point, columns[0], columns[1], columns[2], begin, begin)
    return Positions.through(doors, np.tile(np.array(ORIGIN), (len(each), 1))), each


def best_of(network: WalkNetwork, origins: list[Positions], facilities: list[Positions]) -> NDArray[np.float64]:
    """Return the shortest walk between any of their doors, by networkx, shape (origins, facilities)."""
    return np.array(
        [[naive.distances(network, o, f).min(initial=np.inf) for f in facilities] for o in origins]
    ).reshape(len(origins), len(facilities))


@given(networks(), st.data(), st.integers(1, 4))
def test_walks_take_the_best_of_all_doors(network: WalkNetwork, data: st.DataObject, k: int) -> None:
    origins, homes = data.draw(with_doors(network))
    facilities, places = data.draw(with_doors(network))
    expected = best_of(network, homes, places)
    found = k_nearest(network, origins, facilities, k=k)
    for i, row in enumerate(expected):
        order = sorted((metres, j) for j, metres in enumerate(row) if np.isfinite(metres))[:k]
        missing = k - len(order)
        assert found.distance_m[i].tolist() == [metres for metres, _ in order] + [np.inf] * missing
        assert found.facility[i].tolist() == [j for _, j in order] + [-1] * missing
    one = nearest(network, origins, facilities)
    assert np.array_equal(one.distance_m, expected.min(axis=1, initial=np.inf))
    pairs = within(network, origins, facilities, limit_m=200.0)
    assert np.array_equal(np.column_stack([pairs.origin, pairs.facility]), np.argwhere(expected <= 200.0))
    assert np.array_equal(pairs.distance_m, expected[pairs.origin, pairs.facility])
    way = route(network, origins.take([0]), facilities.take([0]))
    assert way.distance_m == expected[0, 0]


@given(networks(), st.data())
def test_taking_points_takes_their_doors(network: WalkNetwork, data: st.DataObject) -> None:
    origins, homes = data.draw(with_doors(network))
    facilities, places = data.draw(with_doors(network))
    rows = data.draw(st.lists(st.integers(0, len(places) - 1), min_size=1, max_size=5))
    found = within(network, origins, facilities.take(rows), limit_m=np.inf)
    expected = best_of(network, homes, [places[row] for row in rows])
    assert np.array_equal(np.column_stack([found.origin, found.facility]), np.argwhere(np.isfinite(expected)))


@given(journeys(least_facilities=1), st.data())
def test_one_more_door_never_lengthens_a_walk(
    journey: tuple[WalkNetwork, Positions, Positions], data: st.DataObject
) -> None:
    network, origins, facilities = journey
    before, each = data.draw(with_doors(network))
    more = facilities.take(facilities.placed)
    columns = [np.concatenate([getattr(one, key) for one in (*each, more)]) for key in ("edge", "offset_m", "access_m")]
    assert before.doors is not None
    point = np.concatenate([before.doors.point, np.full(len(more), len(each) - 1)])
    begin = np.tile(np.array(ORIGIN), (len(point), 1))
    after = Positions.through(Doors(point, columns[0], columns[1], columns[2], begin, begin), before.point_xy)
    assert (nearest(network, origins, after).distance_m <= nearest(network, origins, before).distance_m).all()


@pytest.fixture
def school() -> tuple[WalkNetwork, Positions]:
    """Return three by three blocks and a school in the first, with doors 10 m off the streets west and south of it."""
    network = blocks(3)
    doors = snap(network, [at(10, 50), at(50, 10)])
    held = Doors(np.array([0, 0]), doors.edge, doors.offset_m, doors.access_m, doors.point_xy, doors.point_xy)
    return network, Positions.through(held, np.array([[*at(50, 50).coords[0]]]))


def test_isochrones_begin_at_every_door(school: tuple[WalkNetwork, Positions]) -> None:
    """60 m less 10 m of leg: 50 m each way from both feet, so two whole edges and no more."""
    network, positions_ = school
    reached = reached_edges(network, positions_, limit_m=60.0)
    assert (reached["to_m"] - reached["from_m"]).sum() == pytest.approx(200.0)
    one = isochrones(network, positions_, limits_m=[60], buffer_m=5)
    assert isochrones(network, positions_, limits_m=[60], buffer_m=5, each=True) == [one]
    assert one[0].contains(at(10, 50))
    assert one[0].contains(at(50, 10))


def test_the_line_of_a_walk_passes_the_way_out(school: tuple[WalkNetwork, Positions]) -> None:
    """From a yard over its gate: 20 m to the gate, 10 m to the street, 30 m along it."""
    network, _ = school
    gate = snap(network, [at(50, -10)])
    leg_m = gate.access_m + 20
    doors = Doors(np.array([0]), gate.edge, gate.offset_m, leg_m, np.array([at(50, -30).coords[0]]), gate.point_xy)
    home = Positions.through(doors, np.array([at(50, -30).coords[0]]))
    way = route(network, home, snap(network, [at(80, 0)]))
    assert (way.distance_m, way.access_m, way.path_m) == pytest.approx((60.0, 30.0, 30.0))
    assert way.geometry is not None
    assert way.geometry.equals(street((50, -30), (50, -10), (50, 0), (80, 0)))
    back = route(network, snap(network, [at(80, 0)]), home)
    assert back.geometry is not None
    assert back.geometry.equals(way.geometry)
    shape = isochrones(network, home, limits_m=[25], buffer_m=1)[0]
    assert shape.area == pytest.approx(25 * 2 + math.pi, abs=0.1)
