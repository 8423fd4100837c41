"""Bus lines from the table that an office keeps: 线路, 方向, 站序, 站名, 首末班, 发车间隔."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.city import as_text
from servicecircle.errors import CRSError, InputError, LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.read.report import Read
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LAYER = "bus table"
HEADS = {
    "line": ("line", "线路", "线路名称", "线路编号", "线路号"),
    "direction": ("direction", "方向", "行驶方向", "上下行"),
    "sequence": ("sequence", "站序", "站点序号", "序号"),
    "stop_name": ("stop_name", "站名", "站点", "站点名称", "公交站"),
    "hours": ("hours", "首末班", "首末班时间", "首末班车", "营运时间", "运营时间"),
    "headway": ("headway", "headway_minutes", "发车间隔", "发车间隔(分钟)", "发车间隔（分钟）", "间隔"),
    "minutes": (
        "minutes",
        *("累计用时", "累计用时(分钟)", "累计用时（分钟）", "累计时间"),
        *("用时", "用时(分钟)", "用时（分钟）"),
    ),
}
"""Heads under which offices keep what a bus table holds; the first is this library's own."""

NEEDED = ("line", "sequence", "stop_name")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
HOURS = re.compile(r"(\d+(?:\.\d+)?)\s*小时\s*(\d+(?:\.\d+)?)\s*(?:分钟?)?")
WITH_UNIT = re.compile(r"(\d+(?:\.\d+)?)\s*(小时|分)?")
SPAN = re.compile(r"^(?:\d+(?:\.\d+)?\s*小时)?\s*(?:\d+(?:\.\d+)?\s*(?:分钟?|min)?)?$")
CLOCK = re.compile(r"(\d{1,2})\s*[:：时]\s*(\d{2})")
IN_BRACKETS = re.compile(r"[(（].*?[)）]")

Unplaced = Literal["refuse", "leave_out"]


def bus_lines(table: pd.DataFrame, stops: gpd.GeoDataFrame | None = None, *, unplaced: Unplaced = "refuse") -> Read:
    """Return the bus lines of an office's table, each stop with a place.

    A stop has the place of its own row, if the table has places, or else of the stop of that name; of several stops of
    one name (both sides of a street) those are taken that make the line shortest. Line and direction may stand in the
    first row of each line only, as merged cells leave them.

    Parameters
    ----------
    table
        One row for each stop of a line, with the heads in `HEADS`: line, direction (if known), sequence, stop_name,
        hours such as ``"6:00-21:30"``, headway (minutes) such as ``"10-15分钟"``, of which the longest counts, and
        minutes of riding from the line's first stop.
    stops
        Bus stops with ``id``, ``name`` and points, for a table without places.
    unplaced
        What becomes of rows whose stop has no place: ``"refuse"`` the table and name all of them, or ``"leave_out"``
        these rows, with a warning.

    Returns
    -------
    Read
        Lines as `servicecircle.city.Transport` takes them, in the CRS of the places: line_id (line and direction),
        name, stop_id, stop_name, sequence (from 1, without gaps), headway_minutes, minutes, first, last, geometry.

    Raises
    ------
    InputError
        If ``unplaced`` is something else, or the stops lack columns.
    CRSError
        If the places have no CRS.
    LayerError
        If columns are missing, values cannot be read, or stops have no place; all faults are named.

    Examples
    --------
    >>> table = pd.DataFrame({"线路": ["1路", None], "站序": [1, 2], "站名": ["北门", "南门站"]})
    >>> table["发车间隔"] = ["10-15分钟", None]
    >>> places = [shapely.Point(500000, 0), shapely.Point(500600, 0)]
    >>> stops = gpd.GeoDataFrame({"id": ["a", "b"], "name": ["北门站", "南门"]}, geometry=places, crs="EPSG:4549")
    >>> bus_lines(table, stops).frame[["line_id", "stop_id", "headway_minutes"]].values.tolist()
    [['1路', 'a', 15.0], ['1路', 'b', 15.0]]
    """
    if unplaced not in get_args(Unplaced):
        raise InputError.unknown("unplaced", unplaced, get_args(Unplaced))
    rows, findings = _rows(table)
    places, crs = _candidates(rows, table, stops)
    lost = rows["row"].map(lambda row: not places[row]).to_numpy(dtype=bool)
    if lost.any():
        findings.append(_unplaced(rows[lost], stops, unplaced))
        if unplaced == "refuse":
            raise LayerError(DataReport(tuple(findings)))
    rows = _placed(rows[~lost], places)
    rows["sequence"] = rows.groupby("line_id").cumcount() + 1
    columns = ["line_id", "name", "stop_id", "stop_name", "sequence", "headway_minutes", "minutes", "first", "last"]
    frame = gpd.GeoDataFrame(rows[columns].reset_index(drop=True), geometry=rows["geometry"].to_list(), crs=crs)
    lines, known = frame["line_id"].nunique(), int(frame["headway_minutes"].notna().sum())
    en = f"{lines:,} lines with {len(frame):,} stops; {known:,} of them have a headway."
    zh = f"{lines:,} 条线路（分方向）共 {len(frame):,} 站次，其中 {known:,} 站次有发车间隔。"
    return Read(frame, DataReport((Finding(LAYER, "lines", "info", en, zh), *findings)))


def _rows(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the table in this library's terms, ordered by line and sequence, and what was filled in."""
    heads = {str(head).strip(): head for head in table.columns}
    found = {name: heads[head] for name, known in HEADS.items() for head in reversed(known) if head in heads}
    missing = [f"{name} ({' / '.join(HEADS[name][1:])})" for name in NEEDED if name not in found]
    if missing:
        en = f"columns are missing: {listed(missing)}. Columns: {listed(table.columns)}."
        raise LayerError(DataReport((Finding(LAYER, "column_missing", "error", en, f"缺少列：{listed(missing)}。"),)))
    texts = pd.DataFrame({name: as_text(table[head]) for name, head in found.items()})
    for name in set(HEADS) - set(found):
        texts[name] = None
    line = texts["line"].ffill()
    filled = texts["line"].isna() & line.notna()
    texts["line"] = line
    for name in ("direction", "hours", "headway"):
        texts[name] = texts[name].where(~filled, texts.groupby("line", sort=False)[name].ffill())
    faults = _faults(texts)
    if faults:
        raise LayerError(DataReport(tuple(faults)))
    texts["name"] = texts["line"]
    texts["line_id"] = texts["line"] + texts["direction"].map(lambda way: f"/{way}" if isinstance(way, str) else "")
    texts["order"] = texts["sequence"].astype(float)
    for column, head in (("headway_minutes", "headway"), ("minutes", "minutes")):
        texts[column] = texts[head].map(_longest).astype(float)
    texts["first"], texts["last"] = zip(*texts["hours"].map(_hours), strict=True) if len(texts) else ([], [])
    told = texts.groupby("line_id")[["headway_minutes", "first", "last"]].transform("first")
    texts[["headway_minutes", "first", "last"]] = told
    texts["row"] = table.index.astype(str)
    notes = []
    if filled.any():
        en, zh = "no line: taken from the row above, as merged cells leave it.", "线路为空，按合并单元格沿用上一行。"
        rows = table.index[filled]
        notes.append(Finding.about(LAYER, "filled_down", "repair", en=en, zh=zh, column="line", rows=rows))
    ranges = texts["headway"].map(lambda text: len(_numbers(text)) > 1).to_numpy(dtype=bool)
    if ranges.any():
        en, zh = "the headway is a range: the longest wait counts.", "发车间隔为区间，按最长间隔计。"
        rows = table.index[ranges]
        notes.append(Finding.about(LAYER, "headway_range", "repair", en=en, zh=zh, column="headway", rows=rows))
    return texts.sort_values(["line_id", "order"], kind="stable"), notes


def _faults(texts: pd.DataFrame) -> list[Finding]:
    """Return which values of the table cannot be read."""
    order = pd.to_numeric(texts["sequence"], errors="coerce")
    twice = pd.DataFrame({"a": texts["line"], "b": texts["direction"], "c": order}).duplicated(keep=False)
    checks = (
        ("line", texts["line"].isna(), "has no line", "缺少线路"),
        ("stop_name", texts["stop_name"].isna(), "has no name of a stop", "缺少站名"),
        ("sequence", order.isna(), "has no number in sequence", "站序不是数字"),
        ("sequence", twice & order.notna(), "has a sequence that its line has twice", "同一线路站序重复"),
        ("headway", texts["headway"].map(_unreadable(NUMBER)), "has a headway without a number", "发车间隔无数字"),
        ("minutes", texts["minutes"].map(_unreadable(SPAN)), "has minutes that are no number", "累计用时不是数字"),
        ("hours", texts["hours"].map(_unreadable(CLOCK)), "has hours without a time such as 6:00", "首末班无时刻"),
    )
    return [
        Finding.about(
            LAYER,
            f"bad_{column}",
            "error",
            en=f"the row {en}. Correct the table.",
            zh=f"该行{zh}，请更正表格。",
            column=column,
            rows=texts.index[bad.to_numpy(dtype=bool)],
        )
        for column, bad, en, zh in checks
        if bad.any()
    ]


def _unreadable(pattern: re.Pattern[str]) -> Any:
    return lambda text: isinstance(text, str) and not pattern.search(text)


def _longest(text: object) -> float:
    return max(_numbers(text), default=np.nan)


def _numbers(text: object) -> list[float]:
    """Return the numbers in a text, hours as minutes; a number without a unit has that of the next one.

    Examples
    --------
    >>> _numbers("10-15分钟"), _numbers("1-2小时"), _numbers("1小时30分"), _numbers("30分钟-1小时")
    ([10.0, 15.0], [60.0, 120.0], [90.0], [30.0, 60.0])
    """
    if not isinstance(text, str):
        return []
    whole = HOURS.sub(lambda found: f"{float(found[1]) * 60 + float(found[2]):g}分", text)
    numbers, unit = list[float](), ""
    for number, told in reversed(WITH_UNIT.findall(whole)):
        unit = told or unit
        numbers.append(float(number) * (60 if unit == "小时" else 1))
    return numbers[::-1]


def _hours(text: object) -> tuple[str | None, str | None]:
    """Return the first and the last departure, as ``06:00``."""
    clocks = [f"{int(hour):02d}:{minute}" for hour, minute in (CLOCK.findall(text) if isinstance(text, str) else [])]
    return (clocks[0], clocks[-1]) if clocks else (None, None)


def stop_key(name: str) -> str:
    """Return what two names of one bus stop have in common.

    Parameters
    ----------
    name
        A stop's name.

    Examples
    --------
    >>> stop_key("北门（公交站）") == stop_key("北门站") == stop_key(" 北门")
    True
    """
    bare = IN_BRACKETS.sub("", name).replace(" ", "").replace("\u3000", "")
    for ending in ("公交站", "公交车站", "汽车站台", "站"):
        if bare.endswith(ending) and len(bare) > len(ending):
            return bare.removesuffix(ending)
    return bare


Place = tuple[str, shapely.Point]


def _candidates(
    rows: pd.DataFrame, table: pd.DataFrame, stops: gpd.GeoDataFrame | None
) -> tuple[dict[str, list[Place]], Any]:
    """Return the places that each row's stop may have (by row), and their CRS."""
    own = isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name is not None
    if own and table.geometry.notna().any():
        if table.crs is None:
            raise CRSError("bus table: no CRS is declared. Use .set_crs('EPSG:4326'). | 公交表未声明坐标系。")
        points = dict(zip(table.index.astype(str), table.geometry, strict=True))
        return {
            row: [(f"{name}@{points[row].x:.6f},{points[row].y:.6f}", points[row])] if points[row] is not None else []
            for row, name in zip(rows["row"], rows["stop_name"], strict=True)
        }, table.crs
    if stops is None or not {"id", "name"} <= set(stops.columns):
        raise InputError(
            "The bus table has no places: give stops with id, name and points, for example city.facilities of service "
            "bus_stop. | 公交表没有坐标：请给出含 id、name 和点的公交站图层。"
        )
    placed = stops[~(stops.geometry.isna() | stops.geometry.is_empty) & stops["name"].notna()].sort_values("id")
    by_name: dict[str, list[Place]] = {}
    for stop_id, name, point in zip(placed["id"], placed["name"], placed.geometry, strict=True):
        by_name.setdefault(stop_key(str(name)), []).append((str(stop_id), point))
    return {row: by_name.get(stop_key(name), []) for row, name in zip(rows["row"], rows["stop_name"], strict=True)}, (
        stops.crs
    )


def _unplaced(rows: pd.DataFrame, stops: gpd.GeoDataFrame | None, unplaced: str) -> Finding:
    """Return the finding about rows whose stop has no place."""
    names = sorted(set(rows["stop_name"]))
    known = list(stops["name"].dropna()) if stops is not None and "name" in stops else []
    hints = [f"{name} ({hint})" if (hint := did_you_mean(name, known)).startswith("Did") else name for name in names]
    severity: Literal["error", "warning"] = "error" if unplaced == "refuse" else "warning"
    done = "Correct the names, or read the table with unplaced = 'leave_out'." if unplaced == "refuse" else "Left out."
    done_zh = "请更正站名，或以 unplaced = 'leave_out' 略去。" if unplaced == "refuse" else "这些行未采用。"
    return Finding.about(
        LAYER,
        "no_place",
        severity,
        en=f"{len(names):,} stops have no place: {listed(hints, most=20)}. {done}",
        zh=f"{len(names):,} 个站点找不到位置。{done_zh}",
        column="stop_name",
        rows=rows["row"],
    )


def _placed(rows: pd.DataFrame, places: dict[str, list[Place]]) -> pd.DataFrame:
    """Return the rows with the stop of each that makes its line shortest."""
    chosen: list[Place] = []
    for _, line in rows.groupby("line_id", sort=False):
        chosen += _shortest([places[row] for row in line["row"]])
    shapes = pd.Series(_points(chosen), index=rows.index, dtype=object)
    return rows.assign(stop_id=[stop for stop, _ in chosen], geometry=shapes)


def _shortest(candidates: Sequence[Sequence[Place]]) -> list[Place]:
    """Return one place of each, in their order, with the shortest way from the first to the last; of ties the first."""
    cost: NDArray[np.float64] = np.zeros(len(candidates[0]))
    came: list[NDArray[np.int64]] = []
    for before, after in pairwise(candidates):
        ways = cost[:, None] + shapely.distance(_points(before)[:, None], _points(after)[None, :])
        came.append(np.argmin(ways, axis=0))
        cost = ways.min(axis=0)
    at = int(np.argmin(cost))
    picked = [at]
    for step in reversed(came):
        at = int(step[at])
        picked.append(at)
    return [options[i] for options, i in zip(candidates, reversed(picked), strict=True)]


def _points(places: Sequence[Place]) -> NDArray[np.object_]:
    points = np.empty(len(places), dtype=object)
    for i, (_, point) in enumerate(places):
        points[i] = point
    return points


def stops_of(lines: gpd.GeoDataFrame, *, mode: str = "bus") -> gpd.GeoDataFrame:
    """Return the stops that lines serve as facilities of service ``bus_stop``.

    Parameters
    ----------
    lines
        Lines with places, such as those of `bus_lines` and `servicecircle.read.read_gtfs`.
    mode
        What runs there, where the lines have no column ``mode``.

    Returns
    -------
    GeoDataFrame
        One row per stop, ordered by id: id (the stop_id), name, service, mode, lines (how many call there), geometry.

    Examples
    --------
    >>> points = [shapely.Point(119.2, 34.6)] * 2
    >>> columns = {"line_id": ["1", "2"], "stop_id": ["a", "a"], "stop_name": ["北门"] * 2}
    >>> stops_of(gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326"))[["id", "name", "lines"]].values.tolist()
    [['a', '北门', 2]]
    """
    rows = lines.sort_values(["stop_id", "line_id"], kind="stable")
    one = rows.drop_duplicates("stop_id")
    counts = rows.groupby("stop_id")["line_id"].nunique()
    return gpd.GeoDataFrame(
        {
            "id": one["stop_id"].to_numpy(),
            "name": one["stop_name"].to_numpy() if "stop_name" in one else None,
            "service": "bus_stop",
            "mode": one["mode"].to_numpy() if "mode" in one else mode,
            "lines": one["stop_id"].map(counts).to_numpy(),
        },
        geometry=one.geometry.to_numpy(),
        crs=lines.crs,
    )
