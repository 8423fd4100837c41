from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.errors import CRSError, InputError, NetworkError
from servicecircle.network import DRIVE_SPEEDS_KMH, DriveNetwork, rides, snap
from tests import grids, strategies
from tests.naive import door_graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network import Positions, WalkNetwork

WALK = 1.0


def seconds_by_networkx(
    roads: WalkNetwork, origins: Positions, facilities: Positions, speed_m_s: NDArray[np.float64], access_m_s: float
) -> NDArray[np.float64]:
    """Return the quickest time of each origin: every place becomes a node, every piece of road has its seconds."""
    graph = door_graph(roads, origins, facilities)
    speeds = _speed_of_pieces(roads, origins, facilities, speed_m_s, access_m_s)
    for (_, _, attributes), speed in zip(graph.edges(data=True), speeds(graph), strict=True):
        attributes["seconds"] = attributes["length"] / speed
    result = np.full(len(origins), np.inf)
    for j in range(len(facilities)):
        found = nx.single_source_dijkstra_path_length(graph, ("facility", j), weight="seconds")
        for i in range(len(origins)):
            result[i] = min(result[i], found.get(("origin", i), np.inf))
    return result


def _speed_of_pieces(
    roads: WalkNetwork, origins: Positions, facilities: Positions, speed_m_s: NDArray[np.float64], access_m_s: float
) -> Any:
    """Return a function from the graph to the speed of each of its edges, in their order.

    Pieces of a road lie between its nodes and the places on it; the graph numbers those places edge by edge.
    """
    where: dict[object, int] = {}
    number = 0
    for edge in range(len(roads)):
        here = int((origins.edge == edge).sum() + (facilities.edge == edge).sum())
        where |= {("place", number + i): edge for i in range(here)}
        number += here

    def speeds(graph: nx.MultiGraph[Any]) -> list[float]:
        found, empty = [], [e for e in range(len(roads)) if e not in set(where.values())]
        left: dict[frozenset[object], list[int]] = {}
        for e in empty:
            ends = frozenset(("node", int(n)) for n in roads.edge_nodes[e])
            left.setdefault(ends, []).append(e)
        for a, b, attributes in graph.edges(data=True):
            if {a[0], b[0]} & {"origin", "facility"}:
                found.append(access_m_s)
            elif "place" in {a[0], b[0]}:
                found.append(float(speed_m_s[where[a if a[0] == "place" else b]]))
            else:
                same = left[frozenset((a, b))]
                length = attributes["length"]
                edge = next(e for e in same if roads.edge_length_m[e] == length)
                same.remove(edge)
                found.append(float(speed_m_s[edge]))
        return found

    return speeds


@settings(max_examples=60, deadline=None)
@given(strategies.journeys(least_facilities=1), st.randoms(use_true_random=False))
def test_rides_take_as_long_as_networkx_says(journey: Any, random: Any) -> None:
    roads, origins, facilities = journey
    # powers of two: seconds of eighths of a metre stay exact
    speed = np.array([random.choice([1.0, 2.0, 4.0, 16.0]) for _ in range(len(roads))])
    expected = seconds_by_networkx(roads, origins, facilities, speed, WALK)
    found = rides(roads, origins, facilities, speed_m_s=speed, access_m_s=WALK)
    assert found.seconds == pytest.approx(expected, abs=1e-9)
    assert ((found.facility >= 0) == np.isfinite(expected)).all()


def test_the_quick_road_round_wins_over_the_short_one() -> None:
    """300 m at 2 m/s take 150 s; the way round, 100 + 300 + 100 m at 10 m/s, takes 50 s."""
    lines = [
        grids.street((0, 0), (300, 0)),
        grids.street((0, 0), (0, 100), (300, 100), (300, 0)),
        grids.street((-100, 0), (0, 0)),
        grids.street((300, 0), (400, 0)),
    ]
    drive = DriveNetwork.from_edges(grids.frame(*lines, speed_kmh=[7.2, 36.0, 36.0, 36.0]))
    home, seat = snap(drive.roads, [grids.at(-100, 5)]), snap(drive.roads, [grids.at(400, -5)])
    found = rides(drive.roads, home, seat, speed_m_s=drive.speeds(), access_m_s=0.5)
    # 5 m at 0.5 m/s at both ends, and 100 m at 10 m/s on both sides
    assert found.seconds[0] == pytest.approx(10 + 10 + 50 + 10 + 10)
    slow = rides(drive.roads, home, seat, speed_m_s=np.full(4, 2.0), access_m_s=0.5)
    assert slow.seconds[0] == pytest.approx(10 + 50 + 150 + 50 + 10)


def test_the_quickest_facility_need_not_be_the_nearest() -> None:
    lines = [grids.street((0, 0), (100, 0)), grids.street((0, 0), (-300, 0))]
    drive = DriveNetwork.from_edges(grids.frame(*lines, speed_kmh=[3.6, 36.0]))
    home = snap(drive.roads, [grids.at(0, 0)])
    seats = snap(drive.roads, [grids.at(100, 0), grids.at(-300, 0)])
    found = rides(drive.roads, home, seats, speed_m_s=drive.speeds(), access_m_s=1.0)
    assert (found.seconds[0], found.facility[0]) == (pytest.approx(30.0), 1)


def test_within_one_road_the_direct_way_counts() -> None:
    drive = DriveNetwork.from_edges(grids.frame(grids.street((0, 0), (1000, 0)), speed_kmh=[36.0]))
    home, seat = snap(drive.roads, [grids.at(200, 0)]), snap(drive.roads, [grids.at(500, 30)])
    assert rides(drive.roads, home, seat, speed_m_s=drive.speeds(), access_m_s=1.0).seconds[0] == pytest.approx(60.0)


def test_speeds_are_stated_then_the_plans_then_those_of_the_class() -> None:
    lines = [grids.street((100 * i, 0), (100 * i + 100, 0)) for i in range(6)]
    drive = DriveNetwork.from_edges(
        grids.frame(
            *lines,
            speed_kmh=[36.0, None, None, None, None, None],
            maxspeed=["90", "30 mph", "50 km/h", "walk", None, None],
            highway=["primary", "primary", "primary", "primary_link", "ladder", None],
        )
    )
    assert drive.stated_m_s[:3] * 3.6 == pytest.approx([36.0, 30 * 1.609344, 50.0])
    assert np.isnan(drive.stated_m_s[3:]).all()
    assert drive.speeds()[3:] * 3.6 == pytest.approx([DRIVE_SPEEDS_KMH["primary"], 20.0, 20.0])
    assert drive.speeds(other_m_s=7.0)[3:] == pytest.approx([7.0, 7.0, 7.0])
    assert drive.speeds(other_m_s=7.0)[:3] == pytest.approx(drive.stated_m_s[:3])
    assert drive.share_stated == pytest.approx(0.5)
    assert "50 % with a speed" in repr(drive)


@pytest.mark.parametrize(
    ("speeds", "said"),
    [
        ([0.0, 30.0], "above zero"),
        ([-5.0, 30.0], "above zero"),
        ([np.inf, 30.0], "above zero"),
        (["fast", "30"], "no number"),
    ],
)
def test_a_speed_that_cannot_be_driven_is_named_with_its_row(speeds: list[object], said: str) -> None:
    lines = [grids.street((0, 0), (100, 0)), grids.street((100, 0), (200, 0))]
    roads = grids.frame(*lines, speed_kmh=speeds).set_index(np.array(["r7", "r8"], dtype=object))
    with pytest.raises(NetworkError, match=rf"drive network layer, column 'speed_kmh': .*{said}.*\(r7\)"):
        DriveNetwork.from_edges(roads)


def test_other_faults_are_those_of_edges_and_name_the_drive_network() -> None:
    road = grids.frame(grids.street((0, 0), (100, 0)))
    with pytest.raises(NetworkError, match="drive network layer"):
        DriveNetwork.from_edges(road.iloc[:0])
    with pytest.raises(CRSError):
        DriveNetwork.from_edges(road.to_crs("EPSG:4326"))
    with pytest.raises(InputError):
        DriveNetwork.from_edges([1, 2])


def test_the_frame_is_not_changed() -> None:
    road = grids.frame(grids.street((0, 0), (100, 0)), speed_kmh=[30.0])
    before = road.copy(deep=True)
    DriveNetwork.from_edges(road)
    assert road.equals(before)
