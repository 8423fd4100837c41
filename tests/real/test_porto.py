"""A larger street network, read as a whole."""

from __future__ import annotations

import subprocess
import sys
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


MEASURED = """
import resource, sys, time
from servicecircle import read_walk_network
begun = time.perf_counter()
read_walk_network(sys.argv[1], crs="EPSG:3763")
print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured as Unix does")
def test_porto_is_read_in_under_a_minute_and_two_gigabytes(real_data: Path) -> None:
    """In a process of its own, since the peak of the memory is that of a whole process."""
    (path,) = (real_data / "porto").glob("*.osm.pbf")
    done = subprocess.run([sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True)
    seconds, gigabytes = map(float, done.stdout.split())
    assert seconds < 60
    assert gigabytes < 2
