"""Un-noded drawings: where lines are cut, where they are not, gaps closed, lengths shared; worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.errors import InputError
from servicecircle.network import WalkNetwork
from servicecircle.network.levels import crossings, levels_of
from servicecircle.network.noding import noded
from tests.grids import frame, street

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

CROSS = (street((0, 50), (100, 50)), street((50, 0), (50, 100)))


def codes(edges: gpd.GeoDataFrame, **options: Any) -> list[str]:
    return [finding.code for finding in noded(edges, **options)[1]]


def network(edges: gpd.GeoDataFrame, **options: Any) -> WalkNetwork:
    return WalkNetwork.from_edges(noded(edges, **options)[0])


def test_a_cross_becomes_four_edges_at_one_node() -> None:
    walk = network(frame(*CROSS))
    assert (len(walk), len(walk.node_xy), len(walk.component_length_m)) == (4, 5, 1)
    assert walk.edge_length_m.tolist() == [50.0] * 4


def test_an_end_that_touches_a_street_cuts_it() -> None:
    walk = network(frame(street((0, 0), (100, 0)), street((50, 0), (50, 30))))
    assert sorted(walk.edge_length_m.tolist()) == [30.0, 50.0, 50.0]


def test_an_end_on_a_slanting_street_meets_it_though_no_number_is_exact() -> None:
    """A third of the way along, so that the place cannot be written exactly."""
    walk = network(frame(street((0, 0), (100, 70)), street((100 / 3, 70 / 3), (90, 0))))
    assert (len(walk), len(walk.component_length_m)) == (3, 1)


def test_three_streets_through_one_place_have_one_node_there() -> None:
    walk = network(frame(*CROSS, street((0, 0), (100, 100))))
    assert (len(walk), len(walk.node_xy)) == (6, 7)


@pytest.mark.parametrize("columns", [{"bridge": ["yes", None]}, {"tunnel": ["T", "F"]}, {"layer": ["1", None]}])
def test_lines_at_different_levels_do_not_meet_where_they_cross(columns: dict[str, list[str | None]]) -> None:
    edges = frame(*CROSS, **columns)
    assert len(noded(edges)[0]) == 2
    assert codes(edges) == ["other_level"]


def test_a_bridge_meets_the_street_that_it_ends_on() -> None:
    edges = frame(street((0, 0), (100, 0)), street((50, 0), (50, 30)), bridge=[None, "yes"], layer=[None, "1"])
    assert len(network(edges).component_length_m) == 1


def test_a_bridge_over_a_junction_is_not_joined_to_it() -> None:
    ground = [street((0, 50), (50, 50)), street((50, 50), (50, 100))]
    edges = frame(*ground, street((0, 0), (100, 100)), bridge=[None, None, "yes"])
    assert len(noded(edges)[0]) == 3


def test_streets_that_run_together_become_one_there() -> None:
    """0 to 60 and 40 to 100 on one line: 40, 20 and 40 metres, the middle one once."""
    walk = network(frame(street((0, 0), (60, 0)), street((40, 0), (100, 0))))
    assert walk.edge_length_m.tolist() == [40.0, 20.0, 40.0]


def test_a_line_that_crosses_itself_is_cut_there() -> None:
    """A loop of 4 x 20 m with two tails of 10 m, drawn in one stroke; such a line is cut at its corners too."""
    walk = network(frame(street((-10, 0), (20, 0), (20, 20), (0, 20), (0, -10))))
    assert sorted(walk.edge_length_m.tolist()) == [10.0, 10.0, 20.0, 20.0, 20.0, 20.0]
    assert np.bincount(walk.edge_nodes.ravel()).tolist().count(4) == 1


@pytest.mark.parametrize("options", [{"cut_at_crossings": True}, {"cut_at_crossings": False}])
def test_a_gap_of_a_centimetre_between_ends_is_closed_on_request(options: dict[str, Any]) -> None:
    edges = frame(street((0, 0), (100, 0)), street((100.01, 0), (200, 0)))
    assert len(network(edges, **options).component_length_m) == 2
    closed, done = noded(edges, **options, close_gaps_m=0.02)
    assert len(WalkNetwork.from_edges(closed).component_length_m) == 1
    (finding,) = done
    assert (finding.code, finding.severity) == ("gaps_closed", "repair")
    assert "1 gaps of up to 0.02 m" in finding.en
    assert "the largest was 0.010 m" in finding.en


@pytest.mark.parametrize("options", [{"cut_at_crossings": True}, {"cut_at_crossings": False}])
def test_a_gap_of_a_centimetre_before_a_street_is_closed_on_request(options: dict[str, Any]) -> None:
    edges = frame(street((0, 0), (100, 0)), street((50, 0.01), (50, 30)))
    assert len(network(edges, **options).component_length_m) == 2
    walk = network(edges, **options, close_gaps_m=0.02)
    assert (len(walk), len(walk.component_length_m)) == (3, 1)
    assert walk.edge_length_m.sum() == pytest.approx(129.99, abs=0.001)


def test_a_gap_wider_than_the_tolerance_stays() -> None:
    edges = frame(street((0, 0), (100, 0)), street((100.03, 0), (200, 0)))
    assert codes(edges, close_gaps_m=0.02) == []


def test_a_ring_that_does_not_quite_close_is_closed() -> None:
    walk = network(frame(street((0, 0), (50, 0), (50, 50), (0, 50), (0, 0.01))), close_gaps_m=0.02)
    assert walk.edge_nodes.tolist() == [[0, 0]]


def test_closing_gaps_leaves_short_edges_and_chains_of_them_standing() -> None:
    steps = [street((0.3 * i, 0), (0.3 * i + 0.3, 0)) for i in range(10)]
    walk = network(frame(*steps), close_gaps_m=0.5)
    assert walk.edge_length_m.sum() == pytest.approx(3.0)
    assert len(walk) == 10


def test_columns_go_to_every_piece_and_a_declared_length_is_shared_in_proportion() -> None:
    line = street((0, 0), (100, 0))
    edges = frame(line, street((20, -10), (20, 10)), name=["长街", "短街"], length=[200.0, 20.0])
    pieces = noded(edges)[0]
    assert sorted(zip(pieces["name"], pieces["length"], strict=True)) == [
        ("短街", 10.0), ("短街", 10.0), ("长街", 40.0), ("长街", 160.0),
    ]  # fmt: skip


def test_the_callers_frame_stays_as_it_is() -> None:
    edges = frame(*CROSS, name=["a", "b"])
    before = edges.copy()
    noded(edges, close_gaps_m=0.5)
    assert edges.equals(before)


@pytest.mark.parametrize("tolerance", [-1, np.nan, np.inf, "1 m", None, True])
def test_tolerances_that_are_no_metres(tolerance: float) -> None:
    with pytest.raises(InputError, match="close_gaps_m must be a number of metres"):
        noded(frame(*CROSS), close_gaps_m=tolerance)


def test_edges_that_say_where_they_meet_are_not_cut_anew() -> None:
    with pytest.raises(InputError, match="u and v say already where its 2 edges meet"):
        noded(frame(*CROSS, u=[1, 3], v=[2, 4]))


def test_crossings_are_pairs_that_meet_where_not_both_end() -> None:
    """The cross; a side street that touches; a common end, which is none; a bridge, which is none."""
    lines = [*CROSS, street((100, 50), (150, 50)), street((70, 50), (70, 90)), street((80, 0), (80, 100))]
    levels = levels_of(frame(*lines, bridge=[None, None, None, None, "yes"]))
    found = crossings(np.array(lines, dtype=object), levels)
    assert found.pairs.tolist() == [[0, 1], [0, 3]]


def test_a_line_that_ends_on_itself_is_cut_there_though_no_number_is_exact() -> None:
    """A cul-de-sac with a turning loop, drawn in one stroke: its end lies a third of the way along its first part."""
    walk = network(frame(street((0, 0), (100, 70), (100, 0), (100 / 3, 70 / 3))))
    stem, stroke = np.hypot(100, 70) / 3, np.hypot(200 / 3, 70 / 3)
    assert sorted(walk.edge_length_m.tolist()) == pytest.approx(sorted([stem, 2 * stem, 70, stroke]), abs=1e-6)
    assert len(walk.component_length_m) == 1


def test_a_bridge_that_winds_over_itself_is_not_cut() -> None:
    edges = frame(street((-10, 0), (20, 0), (20, 20), (0, 20), (0, -10)), bridge=["yes"])
    assert len(noded(edges)[0]) == 1


def test_a_layer_that_is_no_number_is_reported() -> None:
    edges = frame(*CROSS, layer=["地下", "1"])
    (finding, _) = noded(edges)[1]
    assert (finding.code, finding.severity, finding.count) == ("layer_unread", "warning", 1)
    assert finding.rows == ("地下",)


@given(st.integers(2, 25), st.integers(0, 2**32 - 1))
def test_cutting_joins_what_touches_and_nothing_else(count: int, seed: int) -> None:
    """Lines at any angle, some ending on others or on themselves: the parts are those of lines under 0.5 mm apart."""
    random = np.random.default_rng(seed)
    drawn = [[tuple(place) for place in random.uniform(0, 300, (random.integers(2, 5), 2))] for _ in range(count)]
    lines = [street(*one) for one in drawn]
    for _ in range(count // 3):
        there, here = random.integers(0, count, 2)
        end = lines[there].interpolate(random.uniform(0, 1), normalized=True)
        lines[here] = shapely.LineString([*lines[here].coords[:-1], end])
    walk = network(frame(*lines))
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=0.0005)
    joined = nx.Graph(zip(one.tolist(), other.tolist(), strict=True))
    assert len(walk.component_length_m) == nx.number_connected_components(joined)
    assert not len(crossings(walk.edge_geometry, levels_of(walk.attributes)).pairs)


places = st.tuples(st.integers(0, 6), st.integers(0, 6))


@given(st.lists(st.lists(places, min_size=2, max_size=4, unique=True), min_size=1, max_size=8), st.randoms())
def test_cutting_gives_a_network_without_crossings_whatever_the_order(
    drawn: Sequence[Sequence[tuple[int, int]]], random: object
) -> None:
    """The length of all that is drawn (each piece once) stays, and the rows' order changes nothing."""
    lines = [street(*[(10.0 * x, 10.0 * y) for x, y in one]) for one in drawn]
    walk = network(frame(*lines))
    found = crossings(walk.edge_geometry, levels_of(walk.attributes))
    assert not len(found.pairs)
    assert shapely.length(shapely.union_all(walk.edge_geometry)) == pytest.approx(
        shapely.length(shapely.union_all(lines)), abs=0.01
    )
    random.shuffle(lines)  # type: ignore[attr-defined]
    again = network(frame(*lines))
    assert shapely.to_wkb(again.edge_geometry).tolist() == shapely.to_wkb(walk.edge_geometry).tolist()
    assert again.edge_length_m.tolist() == walk.edge_length_m.tolist()
