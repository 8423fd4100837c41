"""Checking a table of edges: every fault is named before a network is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import CRSError, InputError, NetworkError
from servicecircle.findings import DataReport, Finding, Severity
from servicecircle.projection import coordinate_faults, metric_crs

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyproj
    from numpy.typing import NDArray

LAYER = "walk network"
SHORT_SHARE = 0.99
"""A length below this share of the straight line between its ends is a finding."""

UNIT_SHARE = 0.05
"""If half of all lengths are below this share of the straight line, they are not in metres."""

LONG_TIMES = 1.05
"""If half of all lengths are above this many times those of the lines as drawn, they are a finding."""

ABSURD_TIMES = 10.0
ROUNDING_M = 0.001
LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING, shapely.GeometryType.MULTILINESTRING)


@dataclass(frozen=True, slots=True, eq=False)
class EdgeTable:
    """Edges as they were given, checked, one line each."""

    crs: pyproj.CRS
    lines: NDArray[np.object_]  # (m,) LineStrings as drawn
    length_m: NDArray[np.float64]  # (m,)
    ends: tuple[NDArray[Any], NDArray[Any]] | None  # ids of the nodes at the start and the end of each edge
    attributes: pd.DataFrame  # (m,) rows, the columns that are kept
    findings: tuple[Finding, ...]


def edge_table(edges: gpd.GeoDataFrame) -> EdgeTable:
    """Return a frame of edges as a checked table; the frame is not changed.

    Raises
    ------
    InputError
        If ``edges`` is not a GeoDataFrame with a geometry column.
    CRSError
        If its CRS is missing or does not measure in metres.
    NetworkError
        If the edges do not make a network; the report holds all faults.
    """
    if not isinstance(edges, gpd.GeoDataFrame) or edges.active_geometry_name is None:
        raise InputError(
            f"The {LAYER} is made from a GeoDataFrame with a geometry column. {type(edges).__name__} was given "
            "instead. | 步行网络须由带几何列的 GeoDataFrame 生成。"
        )
    crs = _crs(edges)
    flat = edges.reset_index() if {"u", "v"} <= set(edges.index.names) else edges
    lines, faults = _lines(edges, between_nodes={"u", "v"} <= set(flat.columns))
    ends, more = _ends(flat, edges.index)
    length, most = _declared_lengths(flat, edges.index)
    faults += more + most
    if faults:
        raise NetworkError(DataReport(tuple(faults)))
    table, findings = _exploded(edges.index, lines, length, ends)
    kept = [name for name in flat.columns if name not in {"u", "v", "key", "length", edges.geometry.name}]
    attributes = pd.DataFrame(flat[kept]).iloc[table.row].reset_index(drop=True)
    findings += _length_findings(edges.index, table, declared=length is not None)
    if any(finding.severity == "error" for finding in findings):
        raise NetworkError(DataReport(tuple(findings)))
    picked = None if ends is None else (ends[0][table.row], ends[1][table.row])
    return EdgeTable(crs, table.lines, table.length_m, picked, attributes, tuple(findings))


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Single lines, and the row each came from."""

    lines: NDArray[np.object_]
    length_m: NDArray[np.float64]
    row: NDArray[np.int64]


def _note(code: str, severity: Severity, en: str, zh: str, *, column: str = "", rows: Iterable[object] = ()) -> Finding:
    return Finding.about(LAYER, code, severity, en=en, zh=zh, column=column, rows=rows)


def _crs(edges: gpd.GeoDataFrame) -> pyproj.CRS:
    """Return the CRS of the edges; CRSError if it is missing, in degrees, or not the one the coordinates are in."""
    if edges.crs is not None and edges.crs.is_geographic:
        raise CRSError(
            f"{LAYER} layer: its CRS, {edges.crs.to_string()}, is in degrees; lengths need metres ({len(edges):,} "
            "rows). Project it first: edges.to_crs(edges.estimate_utm_crs()), or ox.project_graph(graph). | "
            "步行网络的坐标系以度为单位，请先投影到以米为单位的坐标系。"
        )
    faults = coordinate_faults(edges, layer=LAYER)
    if faults:
        raise CRSError("\n".join(map(str, faults)))
    if edges.crs is None:
        raise CRSError(f"{LAYER} layer: no CRS is declared. | 步行网络未声明坐标系。")
    return metric_crs(edges.crs)


def _lines(edges: gpd.GeoDataFrame, *, between_nodes: bool) -> tuple[NDArray[np.object_], list[Finding]]:
    """Return the geometries without heights, and what is wrong.

    Between two nodes the parts of a MultiLineString are merged into a line. Without nodes they stay apart: where two
    parts meet, other streets may meet them.
    """
    given = edges.geometry.to_numpy()
    shapes: NDArray[np.object_] = np.asarray(shapely.force_2d(given), dtype=object)
    if not len(shapes):
        en, zh = "no edges. Check the file, the area and the filter.", "没有边，请检查文件、范围与筛选条件。"
        return shapes, [_note("no_edges", "error", en, zh)]
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    wrong = ~empty & ~np.isin(shapely.get_type_id(shapes), LINES)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    nowhere = np.zeros(len(shapes), dtype=bool)
    nowhere[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    faults = [
        _note(code, "error", en, zh, column=str(edges.geometry.name), rows=edges.index[bad])
        for code, bad, en, zh in (
            ("empty", empty, "no geometry. Remove these rows or draw the lines.", "几何为空，请删除或补绘。"),
            ("no_line", wrong, "not a line. Edges must be LineStrings.", "不是线，边必须为 LineString。"),
            ("nowhere", nowhere, "a coordinate is NaN or infinite. Correct it.", "坐标为 NaN 或无穷大，请改正。"),
        )
        if bad.any()
    ]
    if faults:
        return shapes, faults
    several = shapely.get_type_id(shapes) == shapely.GeometryType.MULTILINESTRING
    if between_nodes:
        shapes[several] = shapely.line_merge(shapes[several])
    rings = shapely.get_type_id(shapes) == shapely.GeometryType.LINEARRING
    shapes[rings] = [shapely.LineString(ring.coords) for ring in shapes[rings]]
    return shapes, []


def _ends(
    flat: gpd.GeoDataFrame, labels: pd.Index[Any]
) -> tuple[tuple[NDArray[Any], NDArray[Any]] | None, list[Finding]]:
    """Return the ids of the nodes at both ends, None if the edges have none, and what is wrong with them."""
    if not {"u", "v"} <= set(flat.columns):
        return None, []
    missing = (flat["u"].isna() | flat["v"].isna()).to_numpy()
    if missing.any():
        en = "an edge lacks the id of an end. Fill u and v in for all edges, or drop both columns."
        zh = "缺少端点编号，请补全 u、v，或删除这两列。"
        return None, [_note("missing_end", "error", en, zh, column="u, v", rows=labels[missing])]
    return (flat["u"].to_numpy(), flat["v"].to_numpy()), []


def _declared_lengths(
    flat: gpd.GeoDataFrame, labels: pd.Index[Any]
) -> tuple[NDArray[np.float64] | None, list[Finding]]:
    """Return the column ``length`` as numbers (metres), None if there is none, and what is wrong with it."""
    if "length" not in flat.columns:
        return None, []
    column = flat["length"]
    missing = column.isna().to_numpy()
    text = np.array([not isinstance(value, (int, float, np.number)) for value in column], dtype=bool) & ~missing
    values = pd.to_numeric(column.where(~(text | missing)), errors="coerce").to_numpy(dtype=np.float64)
    infinite = np.isinf(values)
    negative = np.less(values, 0) & ~infinite
    kinds = (
        ("missing", missing, "no length. Fill it in, or drop the column to measure the lines.", "长度缺失，请补全。"),
        ("text", text, "the length is text, not a number of metres. Convert it.", "长度为文本，请转换为数值（米）。"),
        ("infinite", infinite, "the length is infinite. Correct it.", "长度为无穷大，请改正。"),
        ("negative", negative, "the length is negative. Correct it.", "长度为负，请改正。"),
    )
    faults = [
        _note(code, "error", en, zh, column="length", rows=labels[bad]) for code, bad, en, zh in kinds if bad.any()
    ]
    return values, faults


def _exploded(
    labels: pd.Index[Any],
    shapes: NDArray[np.object_],
    declared: NDArray[np.float64] | None,
    ends: tuple[NDArray[Any], NDArray[Any]] | None,
) -> tuple[_Parts, list[Finding]]:
    """Return one line per part; a declared length is shared among the parts in proportion."""
    lines, row = shapely.get_parts(shapes, return_index=True)
    drawn = shapely.length(lines)
    if declared is None:
        length = drawn
    else:
        whole = shapely.length(shapes)[row]
        length = declared[row] * np.divide(drawn, whole, out=np.ones_like(drawn), where=whole > 0)
    parts = _Parts(np.asarray(lines, dtype=object), length, np.asarray(row, dtype=np.int64))
    several = np.bincount(row, minlength=len(shapes)) > 1
    if not several.any():
        return parts, []
    if ends is not None:
        en = "an edge between two nodes is drawn as several lines. Join them, or drop u and v."
        zh = "两个节点之间的一条边由多段不相连的线组成，请连接，或删除 u、v。"
        raise NetworkError(DataReport((_note("several_lines", "error", en, zh, rows=labels[several]),)))
    en, zh = "MultiLineStrings were taken apart into single lines.", "多部件线已拆分为单线。"
    return parts, [_note("exploded", "repair", en, zh, rows=labels[several])]


def _length_findings(labels: pd.Index[Any], parts: _Parts, *, declared: bool) -> list[Finding]:
    """Return what is odd about the lengths: shorter than the straight line, or not metres at all."""
    if not declared:
        return []
    straight = shapely.distance(shapely.get_point(parts.lines, 0), shapely.get_point(parts.lines, -1))
    long = straight > ROUNDING_M
    if long.any() and np.median(parts.length_m[long] / straight[long]) < UNIT_SHARE:
        en = "the lengths are not in metres: most are below 5 % of the straight line. Convert them."
        zh = "长度不是以米为单位：多数不足直线距离的 5%，请换算。"
        return [_note("length_unit", "error", en, zh, column="length", rows=labels[parts.row[long]])]
    found = _long(labels, parts)
    short = parts.length_m < straight * SHORT_SHARE - ROUNDING_M
    if not short.any():
        return found
    en = "the length is more than 1 % shorter than the straight line between the ends. Check its unit and origin."
    zh = "长度比两端直线距离短 1% 以上，请核对单位与来源。"
    return [*found, _note("short", "warning", en, zh, column="length", rows=labels[parts.row[short]])]


def _long(labels: pd.Index[Any], parts: _Parts) -> list[Finding]:
    """Return the warning about lengths beyond those of the lines: most of them, or some by a whole unit."""
    drawn = shapely.length(parts.lines)
    seen = drawn > ROUNDING_M
    if not seen.any():
        return []
    times = np.divide(parts.length_m, drawn, out=np.ones_like(drawn), where=seen)
    usual = float(np.median(times[seen]))
    if usual > LONG_TIMES:
        en = f"the lengths are mostly {usual:.2f} times those of the lines. They were perhaps measured in another unit "
        en += "(feet), or in Web Mercator (EPSG:3857). Drop the column to measure the lines."
        zh = f"长度多为线本身的 {usual:.2f} 倍，可能是其他单位（英尺）或在 EPSG:3857 下量算；可删除该列，按线量算。"
        return [_note("long", "warning", en, zh, column="length", rows=labels[parts.row[times > LONG_TIMES]])]
    absurd = times > ABSURD_TIMES
    if not absurd.any():
        return []
    en = f"the length is more than {ABSURD_TIMES:g} times that of the line. Check its unit."
    zh = f"长度超过线本身的 {ABSURD_TIMES:g} 倍，请核对单位。"
    return [_note("long", "warning", en, zh, column="length", rows=labels[parts.row[absurd]])]
