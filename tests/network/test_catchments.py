"""Catchments of other facilities are what a full run finds, to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.network import Positions, WalkNetwork, nearest, resweep, sweep
from servicecircle.network.catchments import Catchments, Origins
from servicecircle.network.positions import Doors, joined
from servicecircle.network.travel import arcs_of, entries, queue_size
from tests.grids import blocks
from tests.strategies import networks, positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


def expected(network: WalkNetwork, origins: Positions, facilities: Positions, order: Ints) -> tuple[Floats, Ints]:
    """Return what a full run finds for some facilities, of which the first of ``order`` wins a tie."""
    found = nearest(network, origins, facilities.take(order))
    return found.distance_m, np.append(order, -1)[found.facility]


@given(networks(), st.data())
def test_any_sequence_of_changes_gives_what_a_full_run_gives(network: WalkNetwork, data: st.DataObject) -> None:
    """Facilities come and go; of equally near ones the one of lower rank wins, which is not the one that came first."""
    origins, facilities = data.draw(positions(network)), data.draw(positions(network))
    catchments = Catchments.of(Origins.of(network, origins), facilities)
    rank = np.arange(len(facilities)) * 5
    for _ in range(data.draw(st.integers(1, 3))):
        new = data.draw(positions(network, most=2))
        free = [one for one in range(-50, 50) if one not in set(rank.tolist())]
        more = data.draw(st.lists(st.sampled_from(free), min_size=len(new), max_size=len(new), unique=True))
        there = np.flatnonzero(~catchments.gone)
        going = np.array(data.draw(st.lists(st.sampled_from(there.tolist()), max_size=3)) if len(there) else [])
        facilities, rank = joined(facilities, new), np.append(rank, more).astype(np.int64)
        catchments = catchments.changed(removed=np.unique(going).astype(np.int64), added=new, rank=rank)
        left = np.flatnonzero(~catchments.gone)
        metres, owner = expected(network, origins, facilities, left[np.argsort(rank[left])])
        assert np.array_equal(catchments.distance_m, metres)
        assert np.array_equal(catchments.facility, owner)


@given(networks(), st.data())
def test_points_of_several_doors_are_asked_by_all_of_them(network: WalkNetwork, data: st.DataObject) -> None:
    """Doors 0 and 1 lead to point 0, and so on: the nearest is that of the better door."""
    homes, places = (data.draw(positions(network, least=4, most=4)) for _ in range(2))
    origins, facilities = with_two_doors(homes), with_two_doors(places)
    one = Catchments.of(Origins.of(network, origins), facilities.take([0]))
    two = one.changed(added=facilities.take([1])).changed(removed=np.array([0]))
    metres, owner = expected(network, origins, facilities, np.array([1]))
    assert np.array_equal(two.distance_m, metres)
    assert np.array_equal(two.facility, owner)


def with_two_doors(doors: Positions) -> Positions:
    """Return points that each have two of some doors."""
    point = np.arange(len(doors), dtype=np.int64) // 2
    there = np.flatnonzero(doors.placed)
    some = doors.take(there)
    made = Doors(point[there], some.edge, some.offset_m, some.access_m, some.point_xy, some.point_xy)
    return Positions.through(made, doors.point_xy[::2])


@pytest.mark.parametrize("seed", range(6))
def test_ties_that_rounding_makes_are_those_of_a_full_run(seed: int) -> None:
    """Edges of a tenth of a metre's multiples: walks of the same length differ in the last bit, by the way they go."""
    town = blocks(8)
    rng = np.random.default_rng(seed)
    network = WalkNetwork.from_edges(town.edges.assign(length=np.round(town.edge_length_m) + rng.integers(0, 3) / 10))
    on = rng.integers(0, len(network), 40)
    legs = rng.integers(0, 3, 40) / 10
    doors = Positions(on, network.edge_length_m[on] * rng.integers(0, 11, 40) / 10, legs, np.zeros((40, 2)))
    origins = Positions(
        np.arange(len(network)), network.edge_length_m / 2, np.zeros(len(network)), np.zeros((len(network), 2))
    )
    catchments = Catchments.of(Origins.of(network, origins), doors.take(np.arange(20)))
    for new in range(20, 40):
        catchments = catchments.changed(removed=np.array([new - 15]), added=doors.take([new]))
        left = np.flatnonzero(~catchments.gone)
        metres, owner = expected(network, origins, doors, left)
        assert np.array_equal(catchments.distance_m, metres)
        assert np.array_equal(catchments.facility, owner)


@given(networks(), st.data())
def test_settling_finds_the_facilities_that_sweeping_finds(network: WalkNetwork, data: st.DataObject) -> None:
    """All metres are exact here, so that the sweep itself leaves nothing to settle."""
    seeds = entries(network, data.draw(positions(network, least=1)))
    metres, owner = sweep.sweep(arcs_of(network), seeds, queue_size(network, np.inf, seeds))
    assert resweep.sound(arcs_of(network), seeds, (metres, owner))
    settled = metres.copy(), np.zeros_like(owner)
    order = np.argsort(metres, kind="stable")[: np.count_nonzero(np.isfinite(metres))]
    resweep.settle(arcs_of(network), seeds, settled, order)
    assert np.array_equal(settled[1], owner)


def test_a_facility_that_nothing_leads_to_is_noticed() -> None:
    network = blocks(3)
    seeds = np.array([0, 5]), np.array([1.0, 2.0]), np.array([0, 1])
    labels = sweep.sweep(arcs_of(network), seeds, queue_size(network, np.inf, seeds))
    assert resweep.sound(arcs_of(network), seeds, labels)
    wrong = labels[0], labels[1].copy()
    wrong[1][5] = 7
    assert not resweep.sound(arcs_of(network), seeds, wrong)
    assert not resweep.sound_near(np.array([5]), arcs_of(network), seeds, wrong)
