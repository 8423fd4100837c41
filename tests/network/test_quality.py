"""What is doubtful in a network: one fault of each kind in a town drawn for it, and none in a town without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.network import network_faults
from tests.grids import SOUTH, WEST, blocks, street, town

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MAIN = [street((0, 0), (100, 0)), street((100, 0), (200, 0)), street((200, 0), (300, 0))]

CASES: dict[str, tuple[list[BaseGeometry], dict[str, list[object]], float]] = {
    "gap": ([street((150, 0.3), (150, 80)), street((150, 80), (300, 0))], {}, 0.3),
    "dangle": ([street((150, 4), (150, 80)), street((150, 80), (300, 0))], {}, 4.0),
    "absurd_length": ([street((100, 0), (100, 600), (200, 600), (200, 0))], {}, 1300.0),
    "parallel": ([street((100, 0), (150, 0.5), (200, 0))], {}, 0.5),
    "island": ([street((0, 50), (40, 50))], {}, 40.0),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_fault_is_found_and_measured(kind: str) -> None:
    lines, columns, metres = CASES[kind]
    (row,) = network_faults(town(*MAIN, *lines, **columns)).itertuples()
    assert row.kind == kind
    assert row.metres == pytest.approx(metres, abs=1e-3)


def test_a_town_without_faults() -> None:
    assert not len(network_faults(blocks(3)))


def test_edges_that_cross_without_a_node() -> None:
    """A path from one end of the main street to the other that crosses a side street on its way."""
    side, path = street((100, 0), (100, 80)), street((0, 0), (0, 50), (300, 50), (300, 0))
    (row,) = network_faults(town(*MAIN, side, path)).itertuples()
    assert (row.kind, row.geometry.x, row.geometry.y) == ("crossing", WEST + 100, SOUTH + 50)
    over = town(*MAIN, side, path, bridge=[None] * 4 + ["yes"])
    assert not len(network_faults(over))


def test_an_edge_without_length() -> None:
    faults = network_faults(town(*MAIN, length=[100.0, 0.0, 100.0]))
    assert faults["kind"].tolist() == ["zero_length"]


def test_an_edge_of_more_than_twenty_kilometres() -> None:
    faults = network_faults(town(*MAIN, length=[100.0, 20_001.0, 100.0], u=[1, 2, 3], v=[2, 3, 4]))
    assert faults[["kind", "metres"]].to_numpy().tolist() == [["absurd_length", 20_001.0]]
    assert not len(network_faults(town(*MAIN, length=[1000.0, 1000.0, 1000.0])))


def test_a_loop_is_not_absurd_for_ending_where_it_begins() -> None:
    assert not len(network_faults(town(*MAIN, street((300, 0), (400, 0), (400, 100), (300, 0)))))


def test_a_stub_beside_the_street_that_it_leaves_is_not_a_dangle() -> None:
    """A driveway of 3 m."""
    assert not len(network_faults(town(*MAIN, street((100, 0), (100, 3)))))


def test_a_dead_end_under_a_bridge_is_not_a_dangle() -> None:
    bridge = street((0, 0), (0, 50), (300, 50), (300, 0))
    lines = [*MAIN, street((100, 0), (100, 48)), bridge]
    assert network_faults(town(*lines))["kind"].tolist() == ["dangle"]
    assert not len(network_faults(town(*lines, layer=[None] * 4 + ["1"])))
