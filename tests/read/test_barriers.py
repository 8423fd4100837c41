"""Barriers read from OpenStreetMap files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import osmium
import pytest

from servicecircle.errors import CRSError, ReadError
from servicecircle.read import read_barriers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

METRIC = "EPSG:25832"
NODES = {1: (0, 0), 2: (4, 0), 3: (4, 4), 4: (0, 4), 11: (1, 1), 12: (2, 1), 13: (2, 2), 14: (1, 2)}
STEP = 0.001


def write(
    path: Path,
    ways: Mapping[int, tuple[Sequence[int], dict[str, str]]],
    relations: Sequence[tuple[Sequence[tuple[str, int, str]], dict[str, str]]] = (),
) -> Path:
    """Write a map of ways by id, and relations."""
    with osmium.SimpleWriter(str(path)) as writer:
        for key, (x, y) in NODES.items():
            writer.add_node(osmium.osm.mutable.Node(id=key, location=(9 + STEP * x, 49 + STEP * y)))
        for key, (nodes, tags) in ways.items():
            writer.add_way(osmium.osm.mutable.Way(id=key, nodes=nodes, tags=tags))
        for number, (members, tags) in enumerate(relations, start=1):
            writer.add_relation(osmium.osm.mutable.Relation(id=number, members=members, tags=tags))
    return path


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"railway": "rail"}, "railway"),
        ({"railway": "subway", "tunnel": "yes"}, None),
        ({"railway": "rail", "bridge": "viaduct"}, None),
        ({"railway": "tram"}, None),
        ({"railway": "abandoned"}, None),
        ({"waterway": "river"}, "water"),
        ({"waterway": "canal", "tunnel": "culvert"}, None),
        ({"waterway": "stream"}, None),
        ({"highway": "motorway"}, "expressway"),
        ({"highway": "trunk"}, "expressway"),
        ({"highway": "trunk", "sidewalk": "both"}, None),
        ({"highway": "motorway", "bridge": "yes"}, None),
        ({"highway": "residential"}, None),
    ],
)
def test_which_lines_are_barriers(tmp_path: Path, tags: dict[str, str], kind: str | None) -> None:
    frame = read_barriers(write(tmp_path / "a.osm.pbf", {1: ([1, 2, 3], tags)}), crs=METRIC).frame
    assert frame["kind"].tolist() == ([] if kind is None else [kind])
    assert frame["source"].tolist() == ["OpenStreetMap"] * len(frame)
    assert frame.crs == METRIC
    assert frame.geom_type.tolist() == ["LineString"] * len(frame)


def test_a_lake_is_a_polygon_with_its_name(tmp_path: Path) -> None:
    ways = {1: ([1, 2, 3, 4, 1], {"natural": "water", "name": "玄武湖"})}
    frame = read_barriers(write(tmp_path / "a.osm.pbf", ways), crs=METRIC).frame
    assert frame["name"].tolist() == ["玄武湖"]
    assert frame.geometry[0].geom_type == "MultiPolygon"
    assert frame.geometry[0].area == pytest.approx(292.5 * 444.8, rel=0.002)  # 4 steps of 73.1 m east, 111.2 m north


def test_an_island_is_no_water(tmp_path: Path) -> None:
    ways: dict[int, tuple[list[int], dict[str, str]]] = {1: ([1, 2, 3, 4, 1], {}), 2: ([11, 12, 13, 14, 11], {})}
    relation = ([("w", 1, "outer"), ("w", 2, "inner")], {"type": "multipolygon", "natural": "water"})
    frame = read_barriers(write(tmp_path / "a.osm.pbf", ways, [relation]), crs=METRIC).frame
    assert frame["kind"].tolist() == ["water"]
    assert frame.area[0] == pytest.approx(292.5 * 444.8 * 15 / 16, rel=0.002)


def test_what_was_read_and_what_was_lost_is_reported(tmp_path: Path) -> None:
    ways = {1: ([1, 2], {"railway": "rail"}), 2: ([3, 99], {"railway": "rail"})}
    read = read_barriers(write(tmp_path / "a.osm.pbf", ways), crs=METRIC)
    assert read.frame["kind"].tolist() == ["railway"]
    told = {finding.code: finding for finding in read.report.findings}
    assert "1 railway, 0 water, 0 expressway" in told["barriers"].en
    assert told["clipped"].count == 1


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        read_barriers(tmp_path / "none.osm.pbf", crs=METRIC)
    torn = write(tmp_path / "a.osm.pbf", {1: ([1, 2], {"railway": "rail"})})
    torn.write_bytes(torn.read_bytes()[:40])
    with pytest.raises(ReadError, match="not a whole OpenStreetMap file"):
        read_barriers(torn, crs=METRIC)


def test_degrees_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CRSError):
        read_barriers(write(tmp_path / "a.osm.pbf", {1: ([1, 2], {"railway": "rail"})}), crs="EPSG:4326")
