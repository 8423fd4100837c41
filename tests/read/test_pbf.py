"""OpenStreetMap files: ways cut where they meet and where nodes are missing, tags kept, damaged files refused."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import osmium
import pytest

from servicecircle.errors import CRSError, ReadError
from servicecircle.read import TagRule, WalkFilter, read_walk_edges

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from servicecircle.read import Read

METRIC = "EPSG:25832"
LON, LAT = 9.0, 49.0
"""On the central meridian of the CRS, so that a step east has the scale 0.9996 of the projection."""

STEP = 0.001  # degrees
EAST_M = (
    0.9996
    * math.radians(STEP)
    * 6378137
    * math.cos(math.radians(LAT))
    / math.sqrt(1 - 0.00669438 * math.sin(math.radians(LAT)) ** 2)
)
"""Metres of one step east: the radius of curvature in the prime vertical times the angle."""


@dataclass
class Way:
    """A way of the test map: the ids of its nodes and its tags."""

    id: int
    nodes: Sequence[int]
    tags: Mapping[str, str] = field(default_factory=lambda: {"highway": "residential"})


def write(path: Path, nodes: Mapping[int, tuple[float, float]], ways: Sequence[Way]) -> Path:
    """Write a map: nodes by id in steps east and north of the corner, and ways."""
    with osmium.SimpleWriter(str(path)) as writer:
        for key, (east, north) in sorted(nodes.items()):
            writer.add_node(osmium.osm.mutable.Node(id=key, location=(LON + STEP * east, LAT + STEP * north)))
        for way in sorted(ways, key=lambda way: way.id):
            writer.add_way(osmium.osm.mutable.Way(id=way.id, nodes=way.nodes, tags=dict(way.tags)))
    return path


def line(count: int, *, first: int = 1, north: float = 0) -> dict[int, tuple[float, float]]:
    """Return nodes one step apart, going east."""
    return {first + i: (float(i), north) for i in range(count)}


def ends(read: Read) -> list[tuple[int, int]]:
    return sorted(zip(read.frame["u"].tolist(), read.frame["v"].tolist(), strict=True))


def codes(read: Read) -> list[str]:
    return [finding.code for finding in read.report.findings]


def test_a_way_is_one_edge_with_its_bends(tmp_path: Path) -> None:
    path = write(tmp_path / "a.osm.pbf", line(4), [Way(1, [1, 2, 3, 4])])
    read = read_walk_edges(path, crs=METRIC)
    assert ends(read) == [(1, 4)]
    assert len(read.frame.geometry[0].coords) == 4
    assert read.frame.length[0] == pytest.approx(3 * EAST_M, abs=0.001)
    assert read.frame.crs == METRIC
    assert codes(read) == []


@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm", ".osm.gz", ".osm.bz2"])
def test_every_format_of_the_map(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"地图{suffix}", line(4), [Way(1, [1, 2]), Way(2, [2, 3, 4])])
    assert ends(read_walk_edges(path, crs=METRIC)) == [(1, 2), (2, 4)]


def test_ways_are_cut_where_they_meet_and_only_there(tmp_path: Path) -> None:
    """Node 2 is shared; the other street crosses at the same place as node 3, but on a bridge: no node is shared."""
    nodes = line(4) | {11: (1.0, 1.0), 12: (1.0, -1.0), 21: (2.0, 1.0), 22: (2.0, 0.0), 23: (2.0, -1.0)}
    ways = [
        Way(1, [1, 2, 3, 4]),
        Way(2, [11, 2, 12]),
        Way(3, [21, 22, 23], {"highway": "footway", "bridge": "yes", "layer": "1", "name": "人行天桥"}),
    ]
    read = read_walk_edges(write(tmp_path / "a.osm.pbf", nodes, ways), crs=METRIC)
    assert ends(read) == [(1, 2), (2, 4), (2, 12), (11, 2), (21, 23)]
    bridge = read.frame.set_index("osm_way").loc[3]
    assert list(bridge[["highway", "name", "bridge", "tunnel", "layer"]]) == ["footway", "人行天桥", "yes", None, "1"]


def test_ways_that_are_left_out_cut_nothing(tmp_path: Path) -> None:
    ways = [Way(1, [1, 2, 3]), Way(2, [11, 2, 12], {"highway": "motorway"}), Way(3, [1, 3], {"railway": "rail"})]
    read = read_walk_edges(write(tmp_path / "a.osm.pbf", line(3) | line(2, first=11, north=1), ways), crs=METRIC)
    assert ends(read) == [(1, 3)]
    (finding,) = read.report.findings
    assert (finding.code, finding.column) == ("left_out", "highway")
    assert finding.en.startswith("1 OpenStreetMap ways left out by highway = motorway, motorway_link")


def test_loops(tmp_path: Path) -> None:
    """A closed way, a closed way that touches another, a lollipop and a figure of eight."""
    square = {1: (0.0, 0.0), 2: (1.0, 0.0), 3: (1.0, 1.0), 4: (0.0, 1.0)}
    closed = read_walk_edges(write(tmp_path / "a.osm.pbf", square, [Way(1, [1, 2, 3, 4, 1])]), crs=METRIC)
    assert ends(closed) == [(1, 1)]
    assert closed.frame.geometry[0].is_ring

    more = square | {9: (2.0, 0.0)}
    touched = write(tmp_path / "b.osm.pbf", more, [Way(1, [1, 2, 3, 4, 1]), Way(2, [2, 9])])
    assert ends(read_walk_edges(touched, crs=METRIC)) == [(1, 2), (2, 1), (2, 9)]

    lollipop = write(tmp_path / "c.osm.pbf", more, [Way(1, [9, 2, 3, 4, 1, 2])])
    assert ends(read_walk_edges(lollipop, crs=METRIC)) == [(2, 2), (9, 2)]

    eight = write(tmp_path / "d.osm.pbf", more | {8: (2.0, 1.0)}, [Way(1, [1, 2, 9, 8, 2, 3, 1])])
    assert ends(read_walk_edges(eight, crs=METRIC)) == [(1, 2), (2, 1), (2, 2)]


def test_parallel_ways_both_stay(tmp_path: Path) -> None:
    ways = [Way(1, [1, 2, 3]), Way(2, [1, 11, 3]), Way(3, [3, 2, 1], {"highway": "steps"})]
    read = read_walk_edges(write(tmp_path / "a.osm.pbf", line(3) | {11: (1.0, 1.0)}, ways), crs=METRIC)
    assert ends(read) == [(1, 2), (1, 3), (2, 1), (2, 3), (3, 2)]


def test_repeated_nodes_make_no_edge(tmp_path: Path) -> None:
    path = write(tmp_path / "a.osm.pbf", line(3), [Way(1, [1, 1, 2, 2, 2, 3, 3])])
    assert ends(read_walk_edges(path, crs=METRIC)) == [(1, 3)]


def test_nodes_at_one_place_stay_apart(tmp_path: Path) -> None:
    """Two nodes with different ids at the same place are not joined by the map; an edge may have no length."""
    nodes = {1: (0.0, 0.0), 2: (1.0, 0.0), 3: (1.0, 0.0), 4: (2.0, 0.0)}
    ways = [Way(1, [1, 2]), Way(2, [3, 4]), Way(3, [2, 3], {"highway": "elevator"})]
    assert ends(read_walk_edges(write(tmp_path / "a.osm.pbf", nodes, ways), crs=METRIC)) == [(1, 2), (3, 4)]


def test_clipped_ways_are_cut_where_nodes_are_missing_and_counted(tmp_path: Path) -> None:
    """Nodes 3, 6 and 11 to 13 are not in the file."""
    nodes = {key: place for key, place in line(8).items() if key not in {3, 6}}
    ways = [Way(1, [1, 2, 3, 4, 5, 6, 7, 8]), Way(2, [11, 12]), Way(3, [13, 1]), Way(4, [2, 1])]
    read = read_walk_edges(write(tmp_path / "a.osm.pbf", nodes, ways), crs=METRIC)
    assert ends(read) == [(1, 2), (2, 1), (4, 5), (7, 8)]
    assert read.frame.length.sum() == pytest.approx(4 * EAST_M, abs=0.001)
    (finding,) = read.report.findings
    assert (finding.code, finding.severity, finding.count) == ("clipped", "repair", 3)
    assert finding.rows == ("way 1", "way 2", "way 3")
    assert "lacks 5 nodes of these ways: they were cut there, and 2 of them lost entirely" in finding.en


def test_ways_without_any_place(tmp_path: Path) -> None:
    path = write(tmp_path / "a.osm.pbf", {}, [Way(1, [1, 2])])
    with pytest.raises(ReadError, match="1 ways people walk on, but none with the places of its nodes"):
        read_walk_edges(path, crs=METRIC)


def test_a_map_without_ways_people_walk_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.osm.pbf", line(2), [Way(1, [1, 2], {"highway": "motorway"})])
    with pytest.raises(ReadError, match=r"no way people walk on \(1 ways with a highway tag, all left out\)"):
        read_walk_edges(path, crs=METRIC)


def test_the_filter_can_be_another(tmp_path: Path) -> None:
    path = write(tmp_path / "a.osm.pbf", line(3), [Way(1, [1, 2], {"highway": "motorway"}), Way(2, [2, 3])])
    no_streets = WalkFilter([TagRule("highway", {"residential"}, "for this test", "测试")])
    read = read_walk_edges(path, crs=METRIC, walkable=no_streets)
    assert ends(read) == [(1, 2)]
    assert read.report.findings[0].zh.endswith("测试。")


def test_closed_areas_and_entrances(tmp_path: Path) -> None:
    """An outline of a square stays (one walks across it), that of a parking lane does not; foot=no goes."""
    square = [1, 2, 3, 1]
    ways = [
        Way(1, square, {"highway": "pedestrian", "area": "yes"}),
        Way(2, square, {"highway": "service", "area": "yes"}),
        Way(3, [1, 2], {"highway": "residential", "foot": "no"}),
        Way(4, [2, 3], {"highway": "service", "access": "private", "foot": "yes"}),
    ]
    nodes = {1: (0.0, 0.0), 2: (1.0, 0.0), 3: (1.0, 1.0)}
    read = read_walk_edges(write(tmp_path / "a.osm.pbf", nodes, ways), crs=METRIC)
    assert sorted(read.frame["osm_way"].unique()) == [1, 4]
    assert sorted(f.column for f in read.report.findings) == ["area", "foot"]


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:3857", "nonsense"])
def test_the_crs_is_never_guessed(tmp_path: Path, crs: object) -> None:
    path = write(tmp_path / "a.osm.pbf", line(2), [Way(1, [1, 2])])
    with pytest.raises(CRSError):
        read_walk_edges(path, crs=crs)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm"])
def test_a_truncated_map_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    nodes = {i: (math.sin(i), math.cos(i)) for i in range(1, 3000)}
    path = write(tmp_path / f"a{suffix}", nodes, [Way(i, [i, i + 1, i + 2]) for i in range(1, 2990)])
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ReadError, match="not a whole OpenStreetMap file"):
        read_walk_edges(path, crs=METRIC)


def test_a_missing_or_other_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        read_walk_edges(tmp_path / "a.osm.pbf", crs=METRIC)
    (tmp_path / "a.osm.pbf").write_bytes(b"no map at all" * 100)
    with pytest.raises(ReadError, match="not a whole OpenStreetMap file"):
        read_walk_edges(tmp_path / "a.osm.pbf", crs=METRIC)
