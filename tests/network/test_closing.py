"""Closed ways in a town of square blocks: round the block is arithmetic."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.errors import InputError, NetworkError
from servicecircle.network import WalkNetwork, closed, joined
from tests.grids import CRS, at, blocks, frame, street, town
from tests.network.test_joining import CORNERS, walks

TOWN = blocks(3)


def ground(*corners: float) -> gpd.GeoDataFrame:
    """Return a rectangle, metres from the town's corner: west, south, east, north."""
    low, high = at(corners[0], corners[1]), at(corners[2], corners[3])
    return gpd.GeoDataFrame(geometry=[shapely.box(low.x, low.y, high.x, high.y)], crs=CRS)


def test_a_closed_street_is_walked_round() -> None:
    left, found = closed(TOWN, frame(street((0, 0), (100, 0))))
    assert len(left) == len(TOWN) - 1
    assert walks(left, [(0, 0), (100, 0)])[0, 1] == 300
    assert [finding.code for finding in found] == ["closed"]


def test_a_line_closes_every_edge_along_it_and_no_side_street() -> None:
    left, _ = closed(TOWN, frame(street((0, 100), (300, 100))))
    assert len(left) == len(TOWN) - 3
    assert walks(left, [(100, 0), (100, 200)])[0, 1] == 200


def test_inside_ground_everything_is_closed_and_streets_are_cut_at_its_outline() -> None:
    left, _ = closed(TOWN, ground(30, -10, 60, 10))
    # 40 m of the street are left behind the works, 30 m before them
    assert left.edge_length_m.sum() == TOWN.edge_length_m.sum() - 30
    assert walks(left, [(30, 0), (60, 0)])[0, 1] == 30 + 300 + 40


def test_edges_by_number() -> None:
    left, _ = closed(TOWN, [0, 5])
    assert len(left) == len(TOWN) - 2


@pytest.mark.parametrize("wrong", [[-1], [24], [True], ["0"], []])
def test_a_number_that_no_edge_has(wrong: Any) -> None:
    with pytest.raises(InputError, match="edges are numbered from 0 to 23"):
        closed(TOWN, wrong)


def test_what_closes_nothing_is_an_error_that_names_it() -> None:
    both = gpd.GeoDataFrame(geometry=[street((20, 20), (80, 80)), *ground(20, 20, 80, 80).geometry], crs=CRS)
    with pytest.raises(NetworkError) as caught:
        closed(TOWN, both.set_axis(["line", "works"]))
    assert [finding.rows for finding in caught.value.report.errors] == [("line",), ("works",)]


def test_a_street_that_runs_along_the_line_for_a_part_stays_open_and_is_told() -> None:
    left, found = closed(TOWN, frame(street((0, 0), (150, 0))))
    assert len(left) == len(TOWN) - 1
    assert [finding.code for finding in found] == ["partly", "closed"]
    assert found[0].rows[0].startswith("0: edge ")


def test_not_everything_may_be_closed() -> None:
    with pytest.raises(NetworkError, match="every way of the network would be closed"):
        closed(TOWN, ground(-10, -10, 310, 310))


def test_declared_lengths_are_shared_by_what_is_left() -> None:
    stairs = town(street((0, 0), (100, 0)), street((0, 0), (0, 100)), length=[250.0, 100.0])
    left, _ = closed(stairs, ground(40, -1, 60, 1))
    assert sorted(left.edge_length_m) == pytest.approx([100, 100, 100])


numbers = st.sets(st.integers(0, 23), min_size=1, max_size=8)


def same(one: WalkNetwork, other: WalkNetwork) -> bool:
    return all(
        np.array_equal(getattr(one, key), getattr(other, key)) for key in ("node_xy", "edge_nodes", "edge_length_m")
    )


@settings(max_examples=30)
@given(numbers)
def test_closing_and_opening_again_is_where_it_began(chosen: set[int]) -> None:
    shut, _ = closed(TOWN, chosen)
    again, _ = joined(shut, TOWN.edges.iloc[sorted(chosen)])
    assert same(again, TOWN)


@settings(max_examples=30)
@given(numbers, numbers)
def test_closing_one_after_the_other_is_closing_both(one: set[int], other: set[int]) -> None:
    lines = TOWN.edges
    first, _ = closed(TOWN, one)
    rest = other - one
    then = closed(first, lines.iloc[sorted(rest)])[0] if rest else first
    assert same(then, closed(TOWN, one | other)[0])


@settings(max_examples=30)
@given(numbers)
def test_closing_never_shortens(chosen: set[int]) -> None:
    shut, _ = closed(TOWN, chosen)
    kept = {tuple(np.rint(xy).tolist()) for xy in shut.node_xy}
    places = [place for place in CORNERS if tuple(np.rint([at(*place).x, at(*place).y]).tolist()) in kept]
    before = {place: i for i, place in enumerate(CORNERS)}
    rows = [before[place] for place in places]
    assert (walks(shut, places) >= walks(TOWN, CORNERS)[np.ix_(rows, rows)]).all()
