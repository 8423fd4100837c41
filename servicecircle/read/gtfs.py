"""Bus lines from timetables in GTFS, the format in which operators publish them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import ReadError
from servicecircle.findings import DataReport, Finding
from servicecircle.read.report import Read
from servicecircle.text import decode, listed

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

BUS_TYPES = frozenset({3, 11, 800, *range(700, 717)})
"""The kinds of route (`route_type`) that are buses and trolleybuses."""

LARGE, TIMES_SMALLER = 50_000_000, 200
"""A file of a feed with more bytes than this, packed so many times smaller, is a zip bomb and no timetable."""

NEEDED = {
    "routes.txt": ("route_id", "route_type"),
    "trips.txt": ("route_id", "trip_id"),
    "stop_times.txt": ("trip_id", "stop_id", "stop_sequence"),
    "stops.txt": ("stop_id", "stop_lat", "stop_lon"),
}
LAT, LON = 90.0, 180.0
MODES = {0: "tram", 1: "rail", 2: "rail", 3: "bus", 4: "ferry", 5: "tram", 11: "bus", 12: "rail"}
HUNDREDS = {1: "rail", 2: "bus", 4: "rail", 7: "bus", 8: "bus", 9: "tram", 10: "ferry"}
"""What runs on a kind of route: by number, and for the extended kinds by hundreds."""

CLOCK = r"\s*(\d+):(\d{2}):(\d{2})\s*"


def read_gtfs(path: str | os.PathLike[str], *, route_types: Collection[int] = BUS_TYPES) -> Read:
    """Read the lines of a GTFS feed: which stops each serves, in which order.

    The trips of a route that call at the same stops in the same order make one line, which is there if any trip runs on
    any day. Its headway is the mean time between the departures from its first stop, of those days (``service_id``)
    on which it departs most often; calendars themselves and frequencies.txt are not read. Its minutes to a stop are the
    median over its trips, from the departure at the first stop to the arrival there.

    Parameters
    ----------
    path
        The feed: a ``.zip`` file, or a folder with its files.
    route_types
        Which kinds of route are read, as GTFS numbers them.

    Returns
    -------
    Read
        One row for each stop of a line, in longitude and latitude (EPSG:4326): line_id (the route_id; with a number
        where a route has several lines, the one with most trips first), name, mode (bus, tram, rail, ferry or other),
        stop_id, stop_name, sequence (from 1), trips, headway_minutes (minutes; NaN without two departures with times),
        minutes (of riding from the first stop; NaN where no trip gives a time), geometry. The index counts from 0.

    Raises
    ------
    ReadError
        If the feed is missing or broken, or its files lack columns or contradict each other; all faults are named.

    See Also
    --------
    servicecircle.city.Transport : Takes the frame as its lines.
    """
    path = Path(path)
    tables = {name: _trimmed(name, text) for name, text in _texts(path).items()}
    faults = [f"{name} is missing" for name in NEEDED if name not in tables]
    for name, table in tables.items():
        absent = [column for column in NEEDED[name] if column not in table]
        faults += [f"{name} lacks the column {listed(absent)} (columns: {listed(table.columns)})"] * bool(absent)
    _stop_at(path, faults)
    routes, trips, times, stops = (tables[name] for name in NEEDED)
    _stop_at(path, [*_contradictions(routes, trips, times, stops), *_bad_numbers(routes, times, stops)])
    wanted = routes["route_type"].astype(int).isin(list(route_types)).to_numpy()
    patterns = _patterns(trips[trips["route_id"].isin(routes["route_id"][wanted])], times)
    findings = (_said(path, patterns, int((~wanted).sum())), *_bad_times(path, times))
    return Read(_lines(patterns, routes, stops), DataReport(findings))


def _texts(path: Path) -> dict[str, str]:
    """Return the files of a feed that are needed, those of them that are there."""
    try:
        if path.is_dir():
            raw = {name: (path / name).read_bytes() for name in NEEDED if (path / name).is_file()}
        else:
            with zipfile.ZipFile(path) as feed:
                members = {Path(member).name: member for member in sorted(feed.namelist(), reverse=True)}
                _check_sizes([feed.getinfo(members[name]) for name in NEEDED if name in members])
                raw = {name: feed.read(members[name]) for name in NEEDED if name in members}
        return {name: decode(data)[0] for name, data in raw.items()}
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise ReadError(
            f"{path}: not a GTFS feed, which is a .zip file or a folder with routes.txt, trips.txt, stop_times.txt and "
            f"stops.txt in UTF-8 ({error}). | {path} 不是 GTFS 数据（zip 或文件夹）。"
        ) from error


def _check_sizes(members: Iterable[zipfile.ZipInfo]) -> None:
    """Raise BadZipFile if files of a feed unpack to what no timetable is."""
    for member in members:
        if member.file_size > max(LARGE, TIMES_SMALLER * member.compress_size):
            raise zipfile.BadZipFile(
                f"{member.filename} would unpack from {member.compress_size:,} to {member.file_size:,} bytes"
            )


def _trimmed(name: str, text: str) -> pd.DataFrame:
    """Return a file of a feed as text, without spaces around values."""
    try:
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ReadError(f"{name}: not a table ({error}). | {name} 不是有效的表格。") from error
    return pd.DataFrame({str(column).strip(): table[column].str.strip() for column in table.columns})


def _stop_at(path: Path, faults: list[str]) -> None:
    if faults:
        raise ReadError(f"{path}: {'; '.join(faults)}. Correct the feed. | {path}：GTFS 数据有误，请更正。")


def _contradictions(routes: pd.DataFrame, trips: pd.DataFrame, times: pd.DataFrame, stops: pd.DataFrame) -> list[str]:
    """Return what the files of a feed name and do not hold, and the ids that stand there twice."""
    faults = []
    for table, column, of, file, name in (
        (trips, "route_id", routes, "trips.txt", "routes.txt"),
        (times, "trip_id", trips, "stop_times.txt", "trips.txt"),
        (times, "stop_id", stops, "stop_times.txt", "stops.txt"),
    ):
        unknown = sorted(set(table[column]) - set(of[column]))
        if unknown:
            faults.append(f"{file} names {column} {listed(unknown, most=5)}, which {name} does not hold")
    for table, column, file in (
        (routes, "route_id", "routes.txt"),
        (trips, "trip_id", "trips.txt"),
        (stops, "stop_id", "stops.txt"),
    ):
        twice = sorted(set(table[column][table[column].duplicated()]))
        if twice:
            faults.append(f"{file} holds {column} {listed(twice, most=5)} more than once")
    return faults


def _bad_numbers(routes: pd.DataFrame, times: pd.DataFrame, stops: pd.DataFrame) -> list[str]:
    """Return which numbers cannot be read: kinds of route, orders of stops, places of stops that trips call at."""
    called = stops[stops["stop_id"].isin(times["stop_id"])]
    x, y = _numbers(called["stop_lon"]), _numbers(called["stop_lat"])
    off = ~((np.abs(x) <= LON) & (np.abs(y) <= LAT))
    kinds, orders = routes["route_type"], times["stop_sequence"]
    faults = [
        f"{file}: {column} is no whole number in {int((~values.str.fullmatch('[0-9]+')).sum()):,} rows"
        for file, column, values in (
            ("routes.txt", "route_type", kinds),
            ("stop_times.txt", "stop_sequence", orders),
        )
        if not values.str.fullmatch("[0-9]+").all()
    ]
    if off.any():
        faults.append(f"stops.txt: no longitude and latitude for {listed(called['stop_id'][off], most=5)}")
    twice = times.duplicated(["trip_id", "stop_sequence"])
    if twice.any():
        faults.append(f"stop_times.txt: a trip has a stop_sequence twice in {int(twice.sum()):,} rows")
    return faults


def _numbers(values: pd.Series[str]) -> NDArray[np.float64]:
    return np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)


def _patterns(trips: pd.DataFrame, times: pd.DataFrame) -> pd.DataFrame:
    """Return the lines, by route, most trips first.

    Their columns are route_id, stops and minutes (tuples, one for each stop), trips, headway_minutes, line_id.
    """
    mine = times[times["trip_id"].isin(trips["trip_id"])]
    mine = mine.assign(order=mine["stop_sequence"].astype(int)).sort_values(["trip_id", "order"])
    stops = mine.groupby("trip_id")["stop_id"].agg(tuple)
    route = trips.set_index("trip_id")["route_id"].reindex(stops.index)
    service = trips.set_index("trip_id").get("service_id", pd.Series("", index=trips["trip_id"])).reindex(stops.index)
    ridden = mine.assign(minutes=_ridden(mine)).groupby("trip_id")["minutes"].agg(tuple)
    leaves = _departures(mine)
    runs = pd.DataFrame({"route_id": route, "stops": stops, "service_id": service, "leaves": leaves, "ridden": ridden})
    lines = runs.groupby(["route_id", "stops"]).size().rename("trips").reset_index()
    parts = [part for _, part in runs.groupby(["route_id", "stops"])[["service_id", "leaves", "ridden"]]]
    lines["headway_minutes"] = [_headway(part) for part in parts]
    # a median of trips that lack times at different stops may fall a little along the line; riding never does
    lines["minutes"] = [tuple(pd.DataFrame(part["ridden"].tolist()).median().cummax()) for part in parts]
    lines = lines.sort_values(["route_id", "trips", "stops"], ascending=[True, False, True])
    several = lines["route_id"].duplicated(keep=False)
    number = (lines.groupby("route_id").cumcount() + 1).astype(str)
    return lines.assign(line_id=lines["route_id"].where(~several, lines["route_id"] + "/" + number))


def _departures(times: pd.DataFrame) -> pd.Series[float]:
    """Return when each trip leaves its first stop, in minutes after midnight; NaN where no time is given."""
    first = times.drop_duplicates("trip_id").set_index("trip_id")
    return _clock(first, ("departure_time", "arrival_time"))


def _ridden(times: pd.DataFrame) -> NDArray[np.float64]:
    """Return the minutes from each trip's first stop to each of its stops; NaN for trips whose times go back."""
    there = _since_first(times)
    return np.where(times["trip_id"].isin(_going_back(times["trip_id"], there)), np.nan, there)


def _since_first(times: pd.DataFrame) -> NDArray[np.float64]:
    """Return the minutes from the departure of each trip, whose rows are in order, to its arrival at each stop."""
    trip = times["trip_id"]
    there = _clock(times, ("arrival_time", "departure_time")) - trip.map(_departures(times)).astype(float)
    return np.asarray(there.where(trip.duplicated() | there.isna(), 0.0), dtype=np.float64)


def _going_back(trip: pd.Series[str], minutes: NDArray[np.float64]) -> set[str]:
    """Return the trips whose times go back from a stop to a later one."""
    known = ~np.isnan(minutes)
    told = pd.Series(minutes[known], index=trip[known])
    return set(told.index[(told.groupby(level=0).diff() < 0).to_numpy()])


def _clock(times: pd.DataFrame, columns: tuple[str, str]) -> pd.Series[float]:
    """Return times in minutes after midnight, from the first of two columns that gives one; NaN where none does."""
    given = [times[column] for column in columns if column in times]
    if not given:
        return pd.Series(np.nan, index=times.index)
    clock = given[0].where(given[0] != "", given[-1]).str.extract(f"^{CLOCK}$").astype(float)
    return clock[0] * 60 + clock[1] + clock[2] / 60


def _bad_times(path: Path, times: pd.DataFrame) -> Iterator[Finding]:
    """Yield which times cannot be read, and the trips whose times go back: neither counts."""
    for column in ("arrival_time", "departure_time"):
        if column in times:
            bad = (times[column] != "") & ~times[column].str.fullmatch(CLOCK)
            if bad.any():
                en = f"stop_times.txt: {column} is no time such as 08:05:00; taken for unknown. Correct the feed."
                zh = f"stop_times.txt 的 {column} 不是 08:05:00 这样的时刻，按未知处理，请更正。"
                rows = times.index[bad.to_numpy()]
                yield Finding.about(path.name, "bad_time", "warning", en=en, zh=zh, column=column, rows=rows)
    ordered = times.assign(order=times["stop_sequence"].astype(int)).sort_values(["trip_id", "order"])
    back = sorted(_going_back(ordered["trip_id"], _since_first(ordered)))
    if back:
        en = "stop_times.txt: the times of these trips go back from a stop to a later one; not used. Correct the feed."
        zh = "stop_times.txt 中这些班次的时刻前后颠倒，其用时未采用，请更正。"
        yield Finding.about(path.name, "times_go_back", "warning", en=en, zh=zh, rows=back)


def _headway(runs: pd.DataFrame) -> float:
    """Return the mean time between departures (minutes) on the days with most of them; NaN without two."""
    days = [part["leaves"].dropna() for _, part in runs.groupby("service_id")]
    busiest = max(days, key=len, default=pd.Series(dtype=float))
    waits = len(busiest) - 1
    return float((busiest.max() - busiest.min()) / waits) if waits > 0 and busiest.max() > busiest.min() else np.nan


def _mode(kind: int) -> str:
    """Return what runs on a kind of route."""
    return MODES.get(kind) or HUNDREDS.get(kind // 100, "other")


def _lines(patterns: pd.DataFrame, routes: pd.DataFrame, stops: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return one row for each stop of a line."""
    rows = patterns.rename(columns={"stops": "stop_id"}).explode(["stop_id", "minutes"], ignore_index=True)
    rows["sequence"] = rows.groupby("line_id").cumcount() + 1
    of_route = routes.set_index("route_id").reindex(rows["route_id"])
    names = [of_route[column] for column in ("route_short_name", "route_long_name") if column in of_route]
    name = names[0].where(names[0] != "", names[-1]).to_numpy() if names else rows["route_id"].to_numpy()
    of_stop = stops.set_index("stop_id").reindex(rows["stop_id"])
    frame = pd.DataFrame(
        {
            "line_id": rows["line_id"],
            "name": name,
            "mode": of_route["route_type"].astype(int).map(_mode).to_numpy(),
            "stop_id": rows["stop_id"],
            "stop_name": of_stop["stop_name"].to_numpy() if "stop_name" in of_stop else None,
            "sequence": rows["sequence"],
            "trips": rows["trips"].astype(int),
            "headway_minutes": rows["headway_minutes"].astype(float),
            "minutes": rows["minutes"].astype(float),
        }
    )
    points = shapely.points(_numbers(of_stop["stop_lon"]), _numbers(of_stop["stop_lat"]))
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")


def _said(path: Path, patterns: pd.DataFrame, others: int) -> Finding:
    """Return how much was read, and what was left out."""
    return Finding(
        path.name,
        "lines",
        "info",
        f"{len(patterns):,} lines of {patterns['route_id'].nunique():,} routes; {others:,} routes of other kinds left "
        "out.",
        f"读取 {patterns['route_id'].nunique():,} 条线路的 {len(patterns):,} 种走向；未列入其他线路 {others:,} 条。",
    )
