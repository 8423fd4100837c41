"""The ground reached on foot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from servicecircle.errors import InputError
from servicecircle.network import AccessRule, WalkNetwork, isochrones, reached_edges, snap
from tests.grids import at, blocks, street, town

if TYPE_CHECKING:
    import shapely

CROSS = (
    street((0, 0), (200, 0)),
    street((200, 0), (400, 0)),
    street((200, 0), (200, 200)),
    street((200, 0), (200, -200)),
)


def reached_m(network: WalkNetwork, *sources: shapely.Point, limit_m: float) -> float:
    """Return the metres of street reached."""
    placed = snap(network, list(sources), rule=AccessRule(islands="keep"))
    return float(reached_edges(network, placed, limit_m=limit_m).length.sum())


def test_streets_are_cut_exactly_at_the_limit() -> None:
    """From the crossing of four streets 50 m each way; from 30 m beside the street 30 m less."""
    network = town(*CROSS)
    assert reached_m(network, at(200, 0), limit_m=50) == pytest.approx(4 * 50, abs=1e-6)
    pieces = reached_edges(network, snap(network, [at(100, 30)]), limit_m=50)
    assert pieces.geometry.iloc[0].equals_exact(street((80, 0), (120, 0)), 1e-6)
    assert pieces[["from_m", "to_m"]].to_numpy().tolist() == [[80.0, 120.0]]
    assert reached_m(network, at(100, 30), limit_m=30) == 0
    assert reached_m(network, at(100, 30), limit_m=29) == 0


def test_a_street_reached_from_both_ends_is_counted_once() -> None:
    """A block of 400 m: with 150 m 300 m of it are reached, with 250 m all of it."""
    network = blocks(1)
    assert reached_m(network, at(0, 0), limit_m=150) == pytest.approx(300, abs=1e-6)
    assert reached_m(network, at(0, 0), limit_m=250) == pytest.approx(400, abs=1e-6)
    assert reached_m(network, at(0, 0), at(0, 0), at(10, 0), limit_m=250) == pytest.approx(400, abs=1e-6)


def test_a_limit_below_the_access_leg_reaches_no_street_but_part_of_the_leg() -> None:
    network = town(*CROSS)
    (shape,) = isochrones(network, snap(network, [at(100, 80)]), limits_m=[30], buffer_m=5)
    assert shape.covers(at(100, 80))
    assert shape.covers(at(100, 50))
    assert not shape.covers(at(100, 44))


def test_the_ground_is_the_streets_reached_and_what_lies_within_the_buffer() -> None:
    """A street of 200 m reached 60 m each way, widened by 10 m: a rectangle and two half discs."""
    network = town(street((0, 0), (200, 0)))
    (shape,) = isochrones(network, snap(network, [at(100, 0)]), limits_m=[60], buffer_m=10)
    assert shape.area == pytest.approx(120 * 20 + math.pi * 100, rel=0.002)
    assert shape.bounds == pytest.approx((*at(30, -10).coords[0], *at(170, 10).coords[0]))


def test_the_access_leg_belongs_to_the_ground() -> None:
    network = town(street((0, 0), (200, 0)))
    (shape,) = isochrones(network, snap(network, [at(100, 100)]), limits_m=[150], buffer_m=10)
    assert shape.covers(street((100, 100), (100, 0)))
    assert shape.covers(street((50, 0), (150, 0)))


def test_limits_may_come_in_any_order_and_twice() -> None:
    network = blocks(6)
    shapes = isochrones(network, snap(network, [at(310, 340)]), limits_m=[300, 100, 200, 100])
    areas = [shape.area for shape in shapes]
    assert areas[1] == areas[3] < areas[2] < areas[0]
    assert shapes[0].covers(shapes[2])
    assert shapes[2].covers(shapes[1])


def test_every_source_can_have_its_own() -> None:
    network = blocks(6)
    sources = snap(network, [at(100, 100), at(0, 5000), at(500, 500)])
    each = isochrones(network, sources, limits_m=[50, 120], each=True)
    assert [[shape.is_empty for shape in shapes] for shapes in each] == [[False] * 2, [True] * 2, [False] * 2]
    for i, shapes in enumerate(each):
        alone = isochrones(network, sources.take([i]), limits_m=[50, 120])
        assert all(one.equals(other) for one, other in zip(shapes, alone, strict=True))
    together = isochrones(network, sources, limits_m=[120])[0]
    assert together.area == pytest.approx(each[0][1].union(each[2][1]).area, rel=1e-4)


def test_nothing_is_reached_from_nowhere() -> None:
    network = blocks(1)
    nobody = snap(network, np.empty(0, dtype=object))
    assert [shape.is_empty for shape in isochrones(network, nobody, limits_m=[100, 200])] == [True, True]
    assert isochrones(network, nobody, limits_m=[100], each=True) == []
    assert len(reached_edges(network, nobody, limit_m=100)) == 0
    far = snap(network, [at(0, 5000)])
    (shape,) = isochrones(network, far, limits_m=[100])
    assert (shape.geom_type, shape.is_empty) == ("Polygon", True)


@pytest.mark.parametrize("limit", [0, -1, np.nan, np.inf, "5", True])
def test_limits_that_cannot_be_used(limit: float) -> None:
    network = blocks(1)
    with pytest.raises(InputError, match="limits_m"):
        isochrones(network, snap(network, [at(0, 0)]), limits_m=[100, limit])
    with pytest.raises(InputError, match="buffer_m"):
        isochrones(network, snap(network, [at(0, 0)]), limits_m=[100], buffer_m=limit)


def test_no_limits() -> None:
    network = blocks(1)
    with pytest.raises(InputError, match="empty"):
        isochrones(network, snap(network, [at(0, 0)]), limits_m=[])
