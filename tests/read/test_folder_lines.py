"""Bus lines of a city folder: an office's table, and feeds whose stops become facilities."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from servicecircle.errors import ReadError
from tests.read.folders import found, lonlat, read_with, write_book, write_town

if TYPE_CHECKING:
    from pathlib import Path

ROWS: list[list[object]] = [
    ["线路", "方向", "站序", "站名", "发车间隔"],
    ["1路", "上行", 1, "中路站", "10-15分钟"],
    [None, None, 2, "东门", None],
]
STOPS = """\
[[facilities]]
file = "东门.csv"
service = "bus_stop"
x = "lon"
y = "lat"
crs = "EPSG:4490"

"""
TABLE = '[[bus_lines]]\nfile = "公交.xlsx"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the test city with the bus table of an office, and a second stop."""
    made = write_town(tmp_path)
    write_book(made / "公交.xlsx", ROWS)
    (x, y) = lonlat(700, 205)
    (made / "东门.csv").write_text(f"id,name,lon,lat\nB2,东门站,{x},{y}\n", encoding="utf-8")
    return made


def feed(path: Path, *, route: str = "R", west: float = 10.0) -> None:
    """Write a feed with one line: two stops, two trips half an hour apart."""
    (x, y), (east, north) = lonlat(west, 205), lonlat(790, 205)
    path.mkdir()
    times = "a1,07:00:00,a,1\na1,07:05:00,b,2\na2,07:30:00,a,1\na2,07:35:00,b,2\n"
    files = {
        "routes.txt": f"route_id,route_short_name,route_type\n{route},5路,3\n",
        "trips.txt": f"route_id,service_id,trip_id\n{route},W,a1\n{route},W,a2\n",
        "stop_times.txt": f"trip_id,departure_time,stop_id,stop_sequence\n{times}",
        "stops.txt": f"stop_id,stop_name,stop_lat,stop_lon\na,西门,{y},{x}\nb,东口,{north},{east}\n",
    }
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")


def test_an_offices_table_takes_its_places_from_the_stops_of_the_city(folder: Path) -> None:
    lines = read_with(folder, STOPS + TABLE).transport.lines
    assert lines is not None
    assert lines[["line_id", "stop_id", "sequence"]].to_numpy(dtype=object).tolist() == [
        ["1路/上行", "B1", 1],
        ["1路/上行", "B2", 2],
    ]
    assert lines["headway_minutes"].tolist() == [15.0, 15.0]


def test_a_stop_without_a_place_is_a_fault(folder: Path) -> None:
    with pytest.raises(ReadError, match=r"\[\[bus_lines\]\] no\. 1: .*1 stops have no place: 东门"):
        read_with(folder, TABLE)


def test_or_it_is_left_out_if_city_toml_says_so(folder: Path) -> None:
    city = read_with(folder, f'{TABLE}unplaced = "leave_out"')
    assert city.transport.lines is not None
    assert city.transport.lines["stop_id"].tolist() == ["B1"]
    assert [one.severity for one in found(city, "no_place")] == ["warning"]


def test_a_table_with_the_columns_of_the_library_is_taken_as_it_is(folder: Path) -> None:
    (folder / "lines.csv").write_text("line_id,stop_id,sequence\n9,B1,1\n9,B2,2\n", encoding="utf-8")
    lines = read_with(folder, f'{STOPS}[[bus_lines]]\nfile = "lines.csv"').transport.lines
    assert lines is not None
    assert lines["line_id"].tolist() == ["9", "9"]


@pytest.mark.parametrize("packed", ["zip", "folder"])
def test_the_stops_of_a_feed_become_facilities_if_city_toml_says_so(folder: Path, packed: str) -> None:
    feed(folder / "feed")
    name = "feed"
    if packed == "zip":
        name = "feed.zip"
        with zipfile.ZipFile(folder / name, "w") as archive:
            for path in (folder / "feed").iterdir():
                archive.write(path, path.name)
    city = read_with(folder, f'[[bus_lines]]\nfile = "{name}"\nstops = true')
    stops = city.facilities[city.facilities["service"] == "bus_stop"]
    assert sorted(stops["id"]) == ["B1", "a", "b"]
    assert city.transport.lines is not None
    assert set(city.transport.lines["headway_minutes"]) == {30.0}


@pytest.mark.parametrize("heads", [("线路", "站序", "站名"), ("line_id", "stop_id", "sequence")], ids=["office", "own"])
def test_a_table_without_rows_holds_no_lines(folder: Path, heads: tuple[str, ...]) -> None:
    write_book(folder / "公交.xlsx", [heads])
    lines = read_with(folder, TABLE).transport.lines
    assert lines is not None
    assert lines.empty


def test_without_it_they_do_not(folder: Path) -> None:
    feed(folder / "feed")
    city = read_with(folder, '[[bus_lines]]\nfile = "feed"')
    assert city.facilities["id"].tolist().count("a") == 0


TWO = '[[bus_lines]]\nfile = "one"\nstops = true\n\n[[bus_lines]]\nfile = "other"\nstops = true'


def test_a_stop_of_two_feeds_is_one_with_the_lines_of_both(folder: Path) -> None:
    feed(folder / "one", route="R")
    feed(folder / "other", route="S")
    stops = read_with(folder, TWO).facilities.set_index("id")
    assert stops["lines"].loc[["a", "b"]].tolist() == [2, 2]


def test_an_id_that_stands_for_two_places_is_a_fault(folder: Path) -> None:
    feed(folder / "one", route="R")
    feed(folder / "other", route="S", west=300.0)
    with pytest.raises(ReadError, match=r"\[\[bus_lines\]\], stops: 1 stop ids stand for different places .*: a\."):
        read_with(folder, TWO)
