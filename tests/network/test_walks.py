"""Walks whose length is arithmetic."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import shapely

from servicecircle.errors import InputError
from servicecircle.network import (
    AccessRule,
    Positions,
    WalkNetwork,
    isochrones,
    k_nearest,
    nearest,
    route,
    snap,
    within,
)
from tests.grids import at, blocks, metres_in_blocks, street, town

ALL = AccessRule(islands="keep")


def metres(network: WalkNetwork, here: shapely.Point, *there: shapely.Point, limit_m: float = np.inf) -> float:
    """Return the walk from one point to the nearest of others."""
    origins, facilities = snap(network, [here], rule=ALL), snap(network, list(there), rule=ALL)
    return float(nearest(network, origins, facilities, limit_m=limit_m).distance_m[0])


def test_a_walk_is_both_legs_and_the_streets_between() -> None:
    """30 m to the street, 40 m along it to the corner, one block, 20 m along, 10 m to the door."""
    network = town(street((0, 0), (100, 0)), street((100, 0), (100, 100)), street((100, 100), (200, 100)))
    assert metres(network, at(60, 30), at(120, 110)) == pytest.approx(30 + 40 + 100 + 20 + 10, abs=1e-9)


def test_on_one_edge_the_direct_way_counts() -> None:
    network = town(street((0, 0), (100, 0)))
    assert metres(network, at(20, 5), at(70, -3)) == pytest.approx(5 + 50 + 3, abs=1e-9)
    assert metres(network, at(70, 5), at(20, -3)) == pytest.approx(58, abs=1e-9)
    assert metres(network, at(20, 0), at(20, 0)) == 0


def test_on_one_edge_the_way_round_counts_where_it_is_shorter() -> None:
    """A street of 400 m (a crescent), with a short cut of 20 m between its ends: 10 + 20 + 10."""
    crescent = street((0, 0), (0, 190), (20, 190), (20, 0))
    network = town(crescent, street((0, 0), (20, 0)))
    assert metres(network, at(0, 10), at(20, 10)) == pytest.approx(40, abs=1e-9)


def test_on_a_loop_both_ways_round_count() -> None:
    """A loop of 400 m with its node in the corner: 30 m and 370 m along it are 60 m apart through the node."""
    network = town(street((0, 0), (100, 0), (100, 100), (0, 100), (0, 0)), street((0, 0), (-50, 0)))
    assert metres(network, at(30, 0), at(0, 30)) == pytest.approx(60, abs=1e-9)
    assert metres(network, at(70, 0), at(100, 70)) == pytest.approx(100, abs=1e-9)
    assert metres(network, at(-50, 0), at(100, 100)) == pytest.approx(250, abs=1e-9)


def test_parallel_edges_keep_their_own_lengths_and_positions() -> None:
    """The bend is 140 m long, the straight street 100 m; the door on the bend is 70 m from both ends."""
    network = town(street((0, 0), (50, 0), (100, 0)), street((0, 0), (0, 20), (100, 20), (100, 0)))
    assert len(network) == 2
    assert metres(network, at(0, 0), at(100, 0)) == pytest.approx(100, abs=1e-9)
    assert metres(network, at(50, 20), at(100, 0)) == pytest.approx(70, abs=1e-9)
    assert metres(network, at(50, 20), at(50, 0)) == pytest.approx(120, abs=1e-9)


def test_the_declared_length_counts_and_positions_share_it() -> None:
    """100 m drawn, 300 m declared (stairs): 25 % of it is 75 m."""
    network = town(street((0, 0), (100, 0)), length=[300.0])
    placed = snap(network, [at(25, 7)])
    assert placed.offset_m.tolist() == [75.0]
    assert placed.access_m == pytest.approx([7.0])
    assert metres(network, at(25, 7), at(75, 7)) == pytest.approx(7 + 150 + 7, abs=1e-9)


def test_islands_are_not_reached() -> None:
    network = town(street((0, 0), (100, 0)), street((0, 50), (100, 50)))
    assert metres(network, at(10, 0), at(10, 50)) == np.inf
    assert metres(network, at(10, 0), at(10, 50), at(90, 0)) == 80


def test_edges_without_length_join_their_ends() -> None:
    """Two nodes at one place (the two levels of a station) with a link of 0 m."""
    network = town(
        street((0, 0), (100, 0)),
        street((100, 0), (100, 0)),
        street((100, 0), (200, 0)),
        u=["a", "b", "c"],
        v=["b", "c", "d"],
    )
    assert len(network.node_xy) == 4
    assert metres(network, at(10, 0), at(190, 0)) == pytest.approx(180, abs=1e-9)


def test_nodes_at_one_place_are_not_joined_by_it() -> None:
    """A bridge over a street: the ids differ."""
    network = town(street((0, 0), (100, 0)), street((100, 0), (200, 0)), u=["a", "x"], v=["b", "y"])
    assert metres(network, at(10, 0), at(190, 0)) == np.inf


def test_one_edge_of_50_km_is_walked_to_the_millimetre() -> None:
    network = town(street((0, 0), (50_000, 0)), street((50_000, 0), (50_000, 10)))
    assert metres(network, at(0.001, 0), at(50_000, 10)) == pytest.approx(50_009.999, abs=1e-6)


def test_a_town_of_blocks() -> None:
    network = blocks(10)
    rng = np.random.default_rng(7)
    places = [(float(x), float(y)) for x, y in rng.integers(0, 1000, (60, 2))]
    places = [(x, 100.0 * round(y / 100)) if i % 2 else (100.0 * round(x / 100), y) for i, (x, y) in enumerate(places)]
    doors = snap(network, [at(*place) for place in places])
    origins, facilities = doors.take(range(40)), doors.take(range(40, 60))
    expected = np.array([[metres_in_blocks(here, there) for there in places[40:]] for here in places[:40]])
    found = k_nearest(network, origins, facilities, k=20)
    assert np.allclose(found.distance_m, np.sort(expected, axis=1), rtol=0, atol=1e-6)
    for i, j in np.argwhere(expected < 500):
        walk = route(network, origins.take([i]), facilities.take([j]))
        assert walk.distance_m == pytest.approx(expected[i, j], abs=1e-6)


def test_a_limit_counts_what_is_at_most_a_millimetre_beyond() -> None:
    network = town(street((0, 0), (100, 0)))
    here, there = Positions(*one(0, 0.0, 0.0)), Positions(*one(0, 50.0, 0.0))
    for limit, reached in ((50.0, True), (49.9991, True), (49.9989, False)):
        assert np.isfinite(nearest(network, here, there, limit_m=limit).distance_m[0]) == reached
        assert len(within(network, here, there, limit_m=limit)) == reached
        assert np.isfinite(k_nearest(network, here, there, k=2, limit_m=limit).distance_m[0, 0]) == reached


def one(edge: int, offset: float, access: float) -> tuple[np.ndarray, ...]:
    """Return the columns of one position."""
    return np.array([edge]), np.array([offset]), np.array([access]), np.zeros((1, 2))


def test_equally_near_facilities_are_taken_in_their_order() -> None:
    network = town(street((0, 0), (100, 0)), street((100, 0), (200, 0)))
    origin = snap(network, [at(100, 0)])
    for order in ([at(40, 0), at(160, 0)], [at(160, 0), at(40, 0)], [at(160, 0), at(160, 0)]):
        facilities = snap(network, order)
        assert nearest(network, origin, facilities).facility.tolist() == [0]
        assert k_nearest(network, origin, facilities, k=2).facility.tolist() == [[0, 1]]
        assert k_nearest(network, origin, facilities, k=2).distance_m.tolist() == [[60.0, 60.0]]


def test_a_tie_that_is_only_seen_on_the_way_goes_to_the_lower_facility() -> None:
    """A cross of four arms of two edges each: the walks from the ends of two arms meet in the middle."""
    arms = ((1, 0), (-1, 0), (0, 1), (0, -1))
    network = town(*[street((x * r, y * r), (x * r + 100 * x, y * r + 100 * y)) for x, y in arms for r in (0, 100)])
    ends = snap(network, [at(200 * x, 200 * y) for x, y in arms])
    for order in permutations(range(4)):
        facilities, origin = ends.take(order[:3]), ends.take(order[3:])
        assert nearest(network, origin, facilities).facility.tolist() == [0]
        assert k_nearest(network, origin, facilities, k=2).facility.tolist() == [[0, 1]]
        assert k_nearest(network, origin, facilities, k=3).distance_m.tolist() == [[400.0] * 3]


def test_points_not_placed_and_no_facilities_have_no_walk() -> None:
    network = town(street((0, 0), (100, 0)))
    origins = snap(network, [at(0, 2000), at(50, 0)])
    nowhere = snap(network, np.empty(0, dtype=object))
    assert nearest(network, origins, origins.take([1])).distance_m.tolist() == [np.inf, 0.0]
    assert nearest(network, origins, nowhere).facility.tolist() == [-1, -1]
    assert nearest(network, nowhere, origins).distance_m.shape == (0,)
    assert nearest(network, origins, origins.take([0])).distance_m.tolist() == [np.inf, np.inf]
    assert k_nearest(network, origins, nowhere, k=3).distance_m.shape == (2, 3)
    assert len(within(network, origins, nowhere, limit_m=100)) == 0
    assert len(within(network, nowhere, origins, limit_m=100)) == 0
    assert route(network, origins.take([0]), origins.take([1])).geometry is None


@pytest.mark.parametrize("limit", [-1.0, float("nan"), "far", None, True])
def test_limits_that_cannot_be_used(limit: float) -> None:
    network = town(street((0, 0), (100, 0)))
    doors = snap(network, [at(0, 0)])
    with pytest.raises(InputError, match="limit_m"):
        nearest(network, doors, doors, limit_m=limit)
    with pytest.raises(InputError, match="limit_m"):
        within(network, doors, doors, limit_m=limit)


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "2"])
def test_numbers_of_facilities_that_cannot_be_used(k: int) -> None:
    network = town(street((0, 0), (100, 0)))
    doors = snap(network, [at(0, 0)])
    with pytest.raises(InputError, match="k must be"):
        k_nearest(network, doors, doors, k=k)


def test_positions_on_another_network_are_refused() -> None:
    here, there = town(street((0, 0), (100, 0))), blocks(2)
    for own, other in ((here, snap(there, [at(190, 200)])), (town(street((0, 0), (5, 0))), snap(here, [at(50, 0)]))):
        mine = snap(own, [at(0, 0)])
        for pair in ((mine, other), (other, mine)):
            with pytest.raises(InputError, match="not on this network"):
                nearest(own, *pair)
            with pytest.raises(InputError, match="not on this network"):
                within(own, *pair, limit_m=100)
        with pytest.raises(InputError, match="not on this network"):
            isochrones(own, other, limits_m=[100])


def test_a_route_takes_one_origin_and_one_facility() -> None:
    network = town(street((0, 0), (100, 0)))
    doors = snap(network, [at(0, 0), at(10, 0)])
    with pytest.raises(InputError, match="one origin and one facility"):
        route(network, doors, doors.take([0]))


def test_a_route_is_drawn_from_door_to_door() -> None:
    network = town(street((0, 0), (100, 0)), street((100, 100), (100, 0)), street((100, 100), (200, 100)))
    walk = route(network, snap(network, [at(60, 30)]), snap(network, [at(120, 110)]))
    assert (walk.access_m, walk.path_m, walk.egress_m) == pytest.approx((30, 160, 10), abs=1e-9)
    assert walk.geometry is not None
    expected = street((60, 30), (60, 0), (100, 0), (100, 100), (120, 100), (120, 110))
    assert shapely.equals_exact(walk.geometry, expected, tolerance=1e-6)


def test_progress_is_shown_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    network = town(street((0, 0), (100, 0)))
    doors = snap(network, [at(2 * place, 0) for place in range(40)])  # more than are searched from at once
    assert len(within(network, doors, doors, limit_m=1)) == 40
    assert capsys.readouterr().err == ""
    assert len(within(network, doors, doors, limit_m=1, progress=True)) == 40
    assert "步行" in capsys.readouterr().err
