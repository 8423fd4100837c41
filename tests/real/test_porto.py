"""A larger street network, read as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.read import read_walk_network
from tests.real.heidelberg import REFERENCE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def test_porto(real_data: Path) -> None:
    """Known: 304,868 nodes and 9,761 km; with which filter is not recorded, so they hold within a hundredth."""
    (path,) = (real_data / "porto").glob("*.osm.pbf")
    walk = read_walk_network(path, crs="EPSG:3763", walkable=REFERENCE)
    bends = sum(len(line.coords) - 2 for line in walk.edge_geometry)
    assert len(walk.node_xy) + bends == pytest.approx(304_868, rel=0.01)
    assert walk.edge_length_m.sum() / 1000 == pytest.approx(9_761, rel=0.01)
