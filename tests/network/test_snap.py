"""Placing points on the network."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from servicecircle.errors import CRSError, InputError
from servicecircle.network import AccessRule, nearest, snap
from tests import naive
from tests.grids import CRS, SOUTH, WEST, at, blocks, street, town

ALL = AccessRule(islands="keep")


def test_a_point_is_placed_on_the_nearest_edge_not_at_a_node() -> None:
    placed = snap(town(street((0, 0), (100, 0)), street((100, 0), (100, 100))), [at(30, 12), at(110, 80)])
    assert placed.edge.tolist() == [0, 1]
    assert placed.offset_m.tolist() == [30.0, 80.0]
    assert placed.access_m == pytest.approx([12.0, 10.0])
    assert placed.placed.all()
    assert len(placed) == 2


def test_a_point_beyond_the_end_of_a_street_is_placed_at_its_end() -> None:
    placed = snap(town(street((0, 0), (100, 0))), [at(103, 4)])
    assert placed.offset_m.tolist() == [100.0]
    assert placed.access_m.tolist() == [5.0]


@pytest.mark.parametrize(("away", "near"), [(500.0, True), (500.0009, True), (500.0011, False), (2000.0, False)])
def test_points_farther_than_the_rule_allows_are_not_placed(away: float, near: bool) -> None:  # noqa: FBT001
    placed = snap(town(street((0, 0), (100, 0))), [at(50, away)])
    assert placed.placed.tolist() == [near]
    assert placed.access_m[0] == (pytest.approx(away) if near else np.inf)


def test_islands_may_be_entered_or_not() -> None:
    """A main street of 2 km, a path of 50 m and one of 999 m beside it."""
    network = town(street((0, 0), (2000, 0)), street((0, 100), (50, 100)), street((0, 300), (1000, 300)))
    points = [at(20, 95), at(20, 290)]

    def access(rule: AccessRule) -> list[float]:
        return [round(metres, 6) for metres in snap(network, points, rule=rule).access_m]

    assert access(AccessRule(islands="keep")) == [5.0, 10.0]
    assert access(AccessRule(islands="main")) == [95.0, 290.0]
    assert access(AccessRule()) == [95.0, 10.0]
    assert access(AccessRule(islands=1000.5)) == [95.0, 290.0]
    assert access(AccessRule(islands=50)) == [5.0, 10.0]
    assert access(AccessRule(islands=0)) == [5.0, 10.0]


def test_a_small_network_is_no_island() -> None:
    assert snap(town(street((0, 0), (20, 0))), [at(10, 0)]).placed.all()


def test_equally_near_edges_are_taken_in_the_order_of_the_network() -> None:
    """Half way between two streets, whatever the order of the rows."""
    lines = [street((0, 0), (100, 0)), street((0, 20), (100, 20)), street((0, 0), (0, 20))]
    for rows in ([0, 1, 2], [1, 0, 2], [2, 1, 0]):
        network = town(*[lines[row] for row in rows])
        placed = snap(network, [at(50, 10)])
        assert shapely.get_coordinates(network.edge_geometry[placed.edge[0]])[:, 1].max() == SOUTH


def test_a_point_on_a_crossing_has_the_same_walks_whichever_edge_it_is_placed_on() -> None:
    network = blocks(2)
    assert snap(network, [at(100, 100)]).edge.tolist() == [
        int(np.flatnonzero((network.edge_nodes == 4).any(axis=1))[0])
    ]
    doors = snap(network, [at(100, 100), at(0, 100), at(200, 100), at(100, 0), at(100, 200)])
    assert nearest(network, doors.take([1, 2, 3, 4]), doors.take([0])).distance_m.tolist() == [100.0] * 4


def test_missing_empty_and_endless_points_are_not_placed() -> None:
    points = np.array([None, shapely.Point(), shapely.Point(np.nan, SOUTH), at(0, 0), shapely.Point(np.inf, 0)])
    placed = snap(town(street((0, 0), (100, 0))), points)
    assert placed.placed.tolist() == [False, False, False, True, False]
    assert placed.edge.tolist() == [-1, -1, -1, 0, -1]
    assert placed.access_m.tolist() == [np.inf, np.inf, np.inf, 0.0, np.inf]


def test_no_points() -> None:
    network = town(street((0, 0), (100, 0)))
    assert len(snap(network, gpd.GeoSeries([], crs=CRS))) == 0
    assert snap(network, []).point_xy.shape == (0, 2)


def test_a_series_or_a_layer_of_points() -> None:
    network = town(street((0, 0), (100, 0)))
    series = gpd.GeoSeries([at(10, 3), None], index=["a", "b"], crs=CRS)
    assert snap(network, series).placed.tolist() == [True, False]
    assert snap(network, gpd.GeoDataFrame(geometry=series)).offset_m.tolist() == [10.0, 0.0]


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:25833"])
def test_points_in_another_crs_are_refused(crs: str | None) -> None:
    with pytest.raises(CRSError, match="to_crs"):
        snap(town(street((0, 0), (100, 0))), gpd.GeoSeries([at(10, 3)], crs=crs))


def test_what_is_no_point_is_refused() -> None:
    network = town(street((0, 0), (100, 0)))
    with pytest.raises(InputError, match=r"2 are not \(first at place 1: Polygon\)"):
        snap(network, [at(0, 0), at(0, 0).buffer(1), shapely.MultiPoint([at(0, 0)])])
    with pytest.raises(InputError, match="points"):
        snap(network, ["here"])


def test_positions_can_be_taken_by_number_or_mask() -> None:
    placed = snap(town(street((0, 0), (100, 0))), [at(10, 0), at(20, 0), at(0, 2000)])
    assert placed.take([2, 0]).offset_m.tolist() == [0.0, 10.0]
    assert placed.take(placed.placed).offset_m.tolist() == [10.0, 20.0]
    assert len(placed.take([])) == 0


def test_snapping_agrees_with_every_segment_tried_in_turn() -> None:
    rng = np.random.default_rng(11)
    lines = []
    for _ in range(60):
        steps = rng.normal(0, 60, (rng.integers(2, 6), 2))
        lines.append(
            shapely.LineString(np.cumsum(steps, axis=0) + rng.uniform([WEST, SOUTH], [WEST + 800, SOUTH + 800]))
        )
    network = town(*lines)
    points = [shapely.Point(xy) for xy in rng.uniform([WEST, SOUTH], [WEST + 800, SOUTH + 800], (300, 2))]
    placed = snap(network, points, rule=ALL)
    for i, point in enumerate(points):
        away, share = naive.nearest_edge(network, point)
        assert placed.access_m[i] == pytest.approx(away, abs=1e-6)
        assert placed.offset_m[i] == pytest.approx(share * network.edge_length_m[placed.edge[i]], abs=1e-6)


@pytest.mark.parametrize("islands", ["all", -1.0, np.nan, np.inf, None, True])
def test_rules_for_islands_that_cannot_be_used(islands: float) -> None:
    with pytest.raises(InputError, match="islands"):
        AccessRule(islands=islands)


@pytest.mark.parametrize("metres", [0, -1.0, np.nan, np.inf, "500", None, True])
def test_access_legs_that_cannot_be_used(metres: float) -> None:
    with pytest.raises(InputError, match="max_access_m"):
        AccessRule(max_access_m=metres)
