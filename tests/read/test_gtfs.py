"""GTFS feeds: which stops each line serves, written here by hand."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from servicecircle.errors import ReadError
from servicecircle.read import read_gtfs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FEED = {
    "agency.txt": "agency_id,agency_name\nA,公交\n",
    "routes.txt": "route_id,route_short_name,route_long_name,route_type\nR1,1路,城北线,3\nR2,,村村通,704\nM,地铁,,1\n",
    "trips.txt": "route_id,service_id,trip_id\nR1,W,t1\nR1,W,t2\nR1,W,t3\nR2,W,t4\nM,W,t5\n",
    "stop_times.txt": (
        "trip_id,arrival_time,stop_id,stop_sequence\n"
        # stop_sequence need not begin at 1, nor be without gaps, nor rows be in order
        "t1,08:00:00,a,5\nt1,08:09:00,c,20\nt1,08:05:00,b,10\n"
        "t2,09:00:00,a,1\nt2,09:05:00,b,2\nt2,09:09:00,c,3\n"
        "t3,10:00:00,c,1\nt3,10:05:00,a,2\n"
        "t4,10:00:00,b,1\nt4,10:10:00,d,2\n"
        "t5,10:00:00,m,1\nt5,10:10:00,a,2\n"
    ),
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon,location_type\n"
        "a,北门,34.60,119.20,0\nb,市场,34.61,119.21,0\nc,南门,34.62,119.22,0\nd,村口,34.63,119.23,0\n"
        "m,站厅,34.64,119.24,0\nhub,枢纽,,,1\n"
    ),
}
LINES = [
    ("R1/1", "1路", "a", "北门", 1, 2),
    ("R1/1", "1路", "b", "市场", 2, 2),
    ("R1/1", "1路", "c", "南门", 3, 2),
    ("R1/2", "1路", "c", "南门", 1, 1),
    ("R1/2", "1路", "a", "北门", 2, 1),
    ("R2", "村村通", "b", "市场", 1, 1),
    ("R2", "村村通", "d", "村口", 2, 1),
]
"""R1 has two lines: two trips by a, b, c and one by c, a. R2 (704: local bus) has one. M is an underground."""


def folder(path: Path, changes: Mapping[str, str | None] | None = None, *, encoding: str = "utf-8") -> Path:
    """Write the feed, some of its files replaced or (None) left out."""
    for name, text in (FEED | {f"{key}.txt": value for key, value in (changes or {}).items()}).items():
        if text is not None:
            (path / name).write_bytes(text.encode(encoding))
    return path


def rows(path: Path) -> list[tuple[object, ...]]:
    frame = read_gtfs(path).frame
    columns = ["line_id", "name", "stop_id", "stop_name", "sequence", "trips"]
    return list(frame[columns].itertuples(index=False, name=None))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_trips_with_the_same_stops_are_one_line(tmp_path: Path, encoding: str) -> None:
    assert rows(folder(tmp_path, encoding=encoding)) == LINES


def test_stops_have_their_places(tmp_path: Path) -> None:
    frame = read_gtfs(folder(tmp_path)).frame
    assert frame.crs.to_epsg() == 4326
    assert (frame.geometry.x[0], frame.geometry.y[0]) == (119.20, 34.60)
    assert frame.geometry.x.tolist() == [119.20, 119.21, 119.22, 119.22, 119.20, 119.21, 119.23]
    assert frame.index.tolist() == list(range(7))


@pytest.mark.parametrize("inside", ["", "feed/"])
def test_a_zip_file_is_read_like_its_folder(tmp_path: Path, inside: str) -> None:
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w") as feed:
        for name, text in FEED.items():
            feed.writestr(inside + name, "\ufeff" + text)
    assert rows(path) == LINES


def test_spaces_and_line_ends_of_windows(tmp_path: Path) -> None:
    spaced = {name.removesuffix(".txt"): text.replace(",", " , ").replace("\n", "\r\n") for name, text in FEED.items()}
    assert rows(folder(tmp_path, spaced)) == LINES


def test_other_kinds_of_route_can_be_asked_for_and_are_counted(tmp_path: Path) -> None:
    read = read_gtfs(folder(tmp_path), route_types=[1])
    assert read.frame["stop_id"].tolist() == ["m", "a"]
    (said,) = read.report.findings
    assert "1 lines of 1 routes; 2 routes of other kinds left out" in said.en


def test_a_feed_without_buses_has_no_lines(tmp_path: Path) -> None:
    frame = read_gtfs(folder(tmp_path), route_types=[7]).frame
    assert frame.empty
    assert {"line_id", "stop_id", "sequence", "geometry"} <= set(frame.columns)


FAULTS: list[tuple[dict[str, str | None], list[str]]] = [
    ({"trips": None, "stops": None}, ["trips.txt is missing", "stops.txt is missing"]),
    ({"stops": "stop_id,name\na,b\n"}, ["stops.txt lacks the column stop_lat, stop_lon (columns: stop_id, name)"]),
    (
        {"trips": "route_id,trip_id\nR9,t1\n"},
        ["trips.txt names route_id R9", "stop_times.txt names trip_id t2, t3, t4, t5"],
    ),
    ({"stop_times": "trip_id,stop_id,stop_sequence\nt1,z,1\n"}, ["stop_times.txt names stop_id z"]),
    ({"stop_times": "trip_id,stop_id,stop_sequence\nt1,a,first\n"}, ["stop_sequence is no whole number in 1 rows"]),
    ({"stop_times": "trip_id,stop_id,stop_sequence\nt1,a,1\nt1,b,1\n"}, ["a stop_sequence twice in 1 rows"]),
    ({"routes": "route_id,route_type\nR1,bus\nR2,3\nM,1\n"}, ["route_type is no whole number in 1 rows"]),
    ({"routes": "route_id,route_type\nR1,3\nR1,3\nR2,3\nM,1\n"}, ["routes.txt holds route_id R1 more than once"]),
    (
        {"stops": "stop_id,stop_lat,stop_lon\na,34.6,119.2\nb,,119.2\nc,134.6,119.2\nd,x,119.2\nm,34,119\n"},
        ["stops.txt: no longitude and latitude for b, c, d"],
    ),
    ({"stops": ""}, ["stops.txt: not a table"]),
]


@pytest.mark.parametrize(("changes", "said"), FAULTS)
def test_faults_are_named(tmp_path: Path, changes: dict[str, str | None], said: list[str]) -> None:
    with pytest.raises(ReadError) as caught:
        read_gtfs(folder(tmp_path, changes))
    assert [one for one in said if one not in str(caught.value)] == []


def test_what_is_no_feed(tmp_path: Path) -> None:
    broken = tmp_path / "feed.zip"
    broken.write_bytes(b"PK\x03\x04 not a zip")
    for path in (broken, tmp_path / "none.zip"):
        with pytest.raises(ReadError, match="not a GTFS feed"):
            read_gtfs(path)


def test_modes_and_headways(tmp_path: Path) -> None:
    """R1/1 leaves at 8:00, 8:20 and 9:00 on workdays and once on Sundays: 30 minutes. The others leave once."""
    times = FEED["stop_times.txt"].replace("arrival_time", "departure_time")
    times += "t6,08:20:00,a,1\nt6,08:25:00,b,2\nt6,08:29:00,c,3\nt7,25:00:00,a,1\nt7,,b,2\nt7,,c,3\n"
    trips = FEED["trips.txt"] + "R1,W,t6\nR1,S,t7\n"
    frame = read_gtfs(folder(tmp_path, {"stop_times": times, "trips": trips})).frame
    lines = frame.drop_duplicates("line_id").set_index("line_id")
    assert lines["mode"].to_dict() == {"R1/1": "bus", "R1/2": "bus", "R2": "bus"}
    assert lines["headway_minutes"].fillna(-1).to_dict() == {"R1/1": 30.0, "R1/2": -1.0, "R2": -1.0}


def test_undergrounds_are_rail(tmp_path: Path) -> None:
    assert set(read_gtfs(folder(tmp_path), route_types={1}).frame["mode"]) == {"rail"}


TIMES = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"


def ridden(path: Path, rows: str, *, header: str = TIMES) -> dict[str, list[float | None]]:
    """Return the minutes to each stop of each line (None for unknown), with these rows for the trips of R1."""
    frame = read_gtfs(folder(path, {"stop_times": header + rows})).frame
    told = frame["minutes"].astype(object).where(frame["minutes"].notna(), None)
    return {str(line): part.tolist() for line, part in told.groupby(frame["line_id"])}


def test_minutes_count_from_the_departure_at_the_first_stop_to_each_arrival(tmp_path: Path) -> None:
    """The bus stands 3 minutes at a before it leaves, and 2 at b."""
    rows = "t1,08:00:00,08:03:00,a,1\nt1,08:10:00,08:12:00,b,2\nt1,08:20:30,08:20:30,c,3\n"
    assert ridden(tmp_path, rows) == {"R1": [0.0, 7.0, 17.5]}


def test_minutes_are_the_median_of_the_trips(tmp_path: Path) -> None:
    """5, 6 and 20 minutes: 6, not the mean of over 10; also after midnight."""
    rows = (
        "t1,08:00:00,,a,1\nt1,08:05:00,,b,2\nt2,23:57:00,,a,1\nt2,24:03:00,,b,2\nt3,09:00:00,,a,1\nt3,09:20:00,,b,2\n"
    )
    assert ridden(tmp_path, rows) == {"R1": [0.0, 6.0]}


def test_stops_without_times_have_no_minutes(tmp_path: Path) -> None:
    rows = "t1,08:00:00,,a,1\nt1,,,b,2\nt1,08:09:00,,c,3\n"
    assert ridden(tmp_path, rows) == {"R1": [0.0, None, 9.0]}


def test_minutes_never_fall_along_a_line(tmp_path: Path) -> None:
    """Only the quick trip gives a time at c, 9 minutes; 5 and 15 minutes to b have the median 10."""
    rows = "t1,08:00:00,,a,1\nt1,08:05:00,,b,2\nt1,08:09:00,,c,3\nt2,09:00:00,,a,1\nt2,09:15:00,,b,2\nt2,,,c,3\n"
    assert ridden(tmp_path, rows) == {"R1": [0.0, 10.0, 10.0]}


def test_a_feed_without_any_times_has_no_minutes(tmp_path: Path) -> None:
    rows = "t1,a,1\nt1,b,2\n"
    assert ridden(tmp_path, rows, header="trip_id,stop_id,stop_sequence\n") == {"R1": [None, None]}


def test_trips_whose_times_go_back_give_no_minutes_and_are_told(tmp_path: Path) -> None:
    """t1 takes 5 minutes; t2 arrives before it left."""
    rows = "t1,08:00:00,,a,1\nt1,08:05:00,,b,2\nt2,09:00:00,09:10:00,a,1\nt2,09:05:00,,b,2\n"
    assert ridden(tmp_path, rows) == {"R1": [0.0, 5.0]}
    (found,) = [one for one in read_gtfs(tmp_path).report.findings if one.code == "times_go_back"]
    assert (found.severity, found.rows) == ("warning", ("t2",))


def test_times_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    rows = "t1,08:00:00,,a,1\nt1,8.05,,b,2\nt1,08:09:00,,c,3\n"
    assert ridden(tmp_path, rows) == {"R1": [0.0, None, 9.0]}
    (found,) = [one for one in read_gtfs(tmp_path).report.findings if one.code == "bad_time"]
    assert (found.severity, found.column, found.rows) == ("warning", "arrival_time", ("1",))
