"""Facilities of OpenStreetMap files: points, areas and multipolygons with their tags, on maps made here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import osmium
import pytest

from servicecircle.errors import CRSError, InputError, ReadError
from servicecircle.read import Read, read_facilities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

METRIC = "EPSG:4549"
LON, LAT = 119.2, 34.6
STEP = 0.001  # degrees


@dataclass
class Map:
    """A map: nodes by id in steps east and north of the corner with their tags, ways, multipolygons."""

    nodes: Mapping[int, tuple[float, float]]
    tags: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    ways: Mapping[int, tuple[Sequence[int], Mapping[str, str]]] = field(default_factory=dict)
    relations: Mapping[int, tuple[Sequence[int], Mapping[str, str]]] = field(default_factory=dict)

    def write(self, path: Path) -> Path:
        """Write the map."""
        mutable = osmium.osm.mutable
        with osmium.SimpleWriter(str(path)) as writer:
            for key, (east, north) in sorted(self.nodes.items()):
                place = (LON + STEP * east, LAT + STEP * north)
                writer.add_node(mutable.Node(id=key, location=place, tags=dict(self.tags.get(key, {}))))
            for key, (nodes, tags) in sorted(self.ways.items()):
                writer.add_way(mutable.Way(id=key, nodes=list(nodes), tags=dict(tags)))
            for key, (ways, tags) in sorted(self.relations.items()):
                members = [("w", way, "outer") for way in ways]
                writer.add_relation(mutable.Relation(id=key, members=members, tags={"type": "multipolygon", **tags}))
        return path


SQUARE = {1: (0.0, 0.0), 2: (1.0, 0.0), 3: (1.0, 1.0), 4: (0.0, 1.0)}
RING = [1, 2, 3, 4, 1]


def read(tmp_path: Path, drawn: Map, *, services: Sequence[str] | None = None, name: str = "map.osm.pbf") -> Read:
    return read_facilities(drawn.write(tmp_path / name), crs=METRIC, services=services)


def codes(found: Read) -> dict[str, tuple[str, ...]]:
    return {finding.code: finding.rows for finding in found.report.findings}


@pytest.mark.parametrize("name", ["map.osm.pbf", "地图.osm", "map.osm.gz"])
def test_a_point_with_its_tags(tmp_path: Path, name: str) -> None:
    tags = {
        "amenity": "kindergarten",
        "name": "Kindergarten 1",
        "name:zh": "第一幼儿园",
        "capacity": "120",
        "operator:type": "government",
    }
    row = read(tmp_path, Map({7: (0, 0)}, {7: tags}), name=name).frame.iloc[0]
    assert (row["id"], row["name"], row["service"]) == ("node/7", "第一幼儿园", "kindergarten")
    assert (row["category"], row["capacity"], row["ownership"]) == ("amenity=kindergarten", 120.0, "public")


def test_the_place_of_a_point(tmp_path: Path) -> None:
    frame = read(tmp_path, Map({7: (0, 0)}, {7: {"amenity": "library"}})).frame
    back = frame.to_crs("EPSG:4326").geometry.iloc[0]
    assert frame.crs == METRIC
    assert (back.x, back.y) == (pytest.approx(LON, abs=1e-7), pytest.approx(LAT, abs=1e-7))


def test_a_closed_way_stays_an_area(tmp_path: Path) -> None:
    found = read(tmp_path, Map(SQUARE, ways={5: (RING, {"amenity": "school", "name": "中学"})}))
    assert found.frame["id"].tolist() == ["way/5"]
    # 0.001 degrees north are 110.9 m and 0.001 degrees east 91.7 m at 34.6 N
    assert found.frame.area[0] == pytest.approx(110.9 * 91.7, rel=0.002)


def test_a_multipolygon_of_two_ways(tmp_path: Path) -> None:
    ways: dict[int, tuple[Sequence[int], Mapping[str, str]]] = {5: ([1, 2, 3], {}), 6: ([3, 4, 1], {})}
    found = read(tmp_path, Map(SQUARE, ways=ways, relations={9: ([5, 6], {"leisure": "park"})}))
    assert found.frame[["id", "service"]].to_numpy().tolist() == [["relation/9", "park"]]
    assert found.frame.geom_type.tolist() == ["Polygon"]


def test_a_platform_drawn_as_a_line_is_its_middle_and_told(tmp_path: Path) -> None:
    tags = {"public_transport": "platform", "bus": "yes"}
    found = read(tmp_path, Map({1: (0, 0), 2: (2, 0)}, ways={5: ([1, 2], tags)}))
    back = found.frame.to_crs("EPSG:4326").geometry.iloc[0]
    assert back.x == pytest.approx(LON + STEP, abs=1e-6)
    assert codes(found)["line"] == ("way/5",)


def test_an_outline_that_crosses_itself_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, Map(SQUARE, ways={5: ([1, 3, 2, 4, 1], {"amenity": "school"})}))
    assert found.frame.geom_type.tolist() == ["Point"]
    assert codes(found)["line"] == ("way/5",)


def test_an_area_that_is_not_whole_is_told(tmp_path: Path) -> None:
    ways: dict[int, tuple[Sequence[int], Mapping[str, str]]] = {5: ([1, 2, 3], {})}
    found = read(tmp_path, Map(SQUARE, ways=ways, relations={9: ([5, 6], {"leisure": "park"})}))
    assert len(found.frame) == 0
    assert codes(found)["broken"] == ("relation/9",)


def test_a_closed_way_that_lacks_a_node_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, Map({1: (0, 0)}, ways={5: ([1, 8, 9, 1], {"leisure": "park"})}))
    assert len(found.frame) == 0
    assert codes(found)["broken"] == ("way/5",)


def test_a_capacity_that_is_no_number_is_unknown_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, Map({7: (0, 0)}, {7: {"amenity": "school", "capacity": "about 300"}}))
    assert found.frame["capacity"].isna().all()
    assert codes(found)["no_number"] == ("node/7: about 300",)


def test_stops_have_their_mode_and_role(tmp_path: Path) -> None:
    tags = {
        1: {"highway": "bus_stop"},
        2: {"public_transport": "stop_position", "bus": "yes"},
        3: {"highway": "bus_stop", "public_transport": "stop_position", "bus": "yes"},
        4: {"railway": "tram_stop"},
    }
    frame = read(tmp_path, Map(SQUARE, tags)).frame
    assert frame["mode"].tolist() == ["bus", "bus", "bus", "tram"]
    assert frame["stop_role"].tolist() == ["platform", "position", "position", "position"]


def test_only_the_services_asked_for(tmp_path: Path) -> None:
    tags = {1: {"amenity": "school"}, 2: {"amenity": "library"}}
    found = read(tmp_path, Map(SQUARE, tags), services=["school"])
    assert found.frame["service"].tolist() == ["school"]


def test_a_service_that_the_map_lacks_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, Map(SQUARE, {1: {"amenity": "school"}}), services=["school", "hospital"])
    assert "hospital" in next(f.en for f in found.report.findings if f.code == "service_absent")


def test_no_facilities_are_an_empty_frame_in_the_crs(tmp_path: Path) -> None:
    found = read(tmp_path, Map(SQUARE, {1: {"amenity": "bench"}}))
    assert (len(found.frame), found.frame.crs) == (0, METRIC)
    assert {"id", "name", "service"} <= set(found.frame.columns)


def test_the_order_of_the_file_has_no_say(tmp_path: Path) -> None:
    tags = {1: {"amenity": "school"}, 12: {"amenity": "library"}, 2: {"amenity": "hospital"}}
    found = read(tmp_path, Map({1: (0, 0), 12: (0, 1), 2: (1, 0)}, tags))
    assert found.frame["id"].tolist() == ["node/1", "node/2", "node/12"]


def test_a_service_that_no_tag_means(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'kindergarten'"):
        read(tmp_path, Map(SQUARE), services=["kindergarden"])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        read_facilities(tmp_path / "none.osm.pbf", crs=METRIC)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_file_that_was_cut_off(tmp_path: Path, share: float) -> None:
    nodes = {key: (key % 100, key // 100) for key in range(1, 20_000)}
    path = Map(nodes, {1: {"amenity": "school"}}).write(tmp_path / "whole.osm.pbf")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ReadError, match="not a whole OpenStreetMap file"):
        read_facilities(path, crs=METRIC)


def test_degrees_are_no_metres(tmp_path: Path) -> None:
    with pytest.raises(CRSError, match="does not measure in metres"):
        read_facilities(Map(SQUARE).write(tmp_path / "map.osm.pbf"), crs="EPSG:4326")
