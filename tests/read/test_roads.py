"""Drive networks from OpenStreetMap files: which ways, how fast, worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from servicecircle.errors import InputError, ReadError
from servicecircle.read import DRIVABLE, read_drive_network
from tests.read.test_pbf import EAST_M, METRIC, Way, line, write

if TYPE_CHECKING:
    from pathlib import Path

KMH = 1 / 3.6


def tags(text: str) -> dict[str, str]:
    return dict(part.split("=") for part in text.split())


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"highway={name}"
            for name in ("motorway", "trunk", "primary_link", "residential", "service", "track", "road")
        ),
        "highway=residential foot=no",
        "highway=residential oneway=yes",
        "highway=service access=private motor_vehicle=yes",
        "highway=residential access=destination",
        "highway=primary motorroad=yes",
    ],
)
def test_cars_drive_on(text: str) -> None:
    assert DRIVABLE.walks(tags(text))


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"highway={name}"
            for name in ("footway", "path", "steps", "cycleway", "pedestrian", "busway", "construction")
        ),
        "highway=residential motor_vehicle=no",
        "highway=service access=private",
        "highway=track motorcar=private",
        "highway=residential vehicle=no",
        "highway=service area=yes",
    ],
)
def test_cars_do_not_drive_on(text: str) -> None:
    assert not DRIVABLE.walks(tags(text))


def town(path: Path, *ways: str) -> Path:
    """Write a street of ways one step long each, one after the other."""
    made = [Way(i, [i, i + 1], tags(text)) for i, text in enumerate(ways, 1)]
    return write(path / "a.osm.pbf", line(len(ways) + 1), made)


def test_a_road_has_its_limit_else_the_speed_given_for_its_class_else_the_assumed_one(tmp_path: Path) -> None:
    path = town(
        tmp_path,
        "highway=primary maxspeed=70",
        "highway=primary_link",
        "highway=secondary",
        "highway=motorway maxspeed=none",
    )
    drive = read_drive_network(path, crs=METRIC, speeds_kmh={"primary": 45.0})
    found = dict(zip(drive.roads.attributes["highway"], drive.speeds() / KMH, strict=True))
    assert found == pytest.approx({"primary": 70, "primary_link": 45, "secondary": 35, "motorway": 90})


def test_the_table_of_speeds_says_how_far_each_is_used(tmp_path: Path) -> None:
    path = town(tmp_path, "highway=primary maxspeed=70", "highway=primary", "highway=secondary")
    table: Any = read_drive_network(path, crs=METRIC).speed_table.set_index("highway")
    km = EAST_M / 1000
    assert table.loc["primary", ["km", "km_stated", "speed_kmh"]].tolist() == pytest.approx([2 * km, km, 40], abs=1e-6)
    assert table.loc["secondary", ["km", "km_stated", "speed_kmh"]].tolist() == pytest.approx([km, 0, 35], abs=1e-6)


@pytest.mark.parametrize("limit", ["0", "4", "-30", "500"])
def test_limits_that_cannot_be_are_not_taken(tmp_path: Path, limit: str) -> None:
    drive = read_drive_network(town(tmp_path, f"highway=primary maxspeed={limit}", "highway=service"), crs=METRIC)
    found = {finding.code: finding for finding in drive.roads.report.findings}
    if limit == "-30":  # no number at all, as OpenStreetMap writes speeds
        assert "wild_speed" not in found
    else:
        assert found["wild_speed"].rows == ("way 1",)
    assert sorted(drive.speeds() / KMH) == pytest.approx([10, 40])


def test_one_way_roads_are_counted(tmp_path: Path) -> None:
    drive = read_drive_network(town(tmp_path, "highway=primary oneway=yes", "highway=primary oneway=no"), crs=METRIC)
    (finding,) = (one for one in drive.roads.report.findings if one.code == "one_way")
    assert finding.en.startswith("0.1 of 0.1 km are one-way")
    assert all(one.layer == "drive network" for one in drive.roads.report.findings)


def test_what_is_left_out_is_reported(tmp_path: Path) -> None:
    drive = read_drive_network(town(tmp_path, "highway=primary", "highway=steps"), crs=METRIC)
    assert next(one.en for one in drive.roads.report.findings if one.code == "left_out").startswith(
        "1 OpenStreetMap ways"
    )


def test_a_map_without_roads(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no way cars drive on"):
        read_drive_network(town(tmp_path, "highway=footway"), crs=METRIC)


@pytest.mark.parametrize("speeds", [{"primary": 0}, {"primary": float("nan")}, {"primary": "45"}, {"primery": 45.0}])
def test_speeds_that_cannot_be_used(tmp_path: Path, speeds: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="speeds_kmh"):
        read_drive_network(town(tmp_path, "highway=primary"), crs=METRIC, speeds_kmh=speeds)
