"""Bringing layers into the city's CRS, and saying when the numbers cannot be what the CRS says they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
from pyproj.exceptions import CRSError as UnknownCRS
from pyproj.transformer import TransformerGroup

from servicecircle.datum import agrees_with_wgs84, shifted_datum
from servicecircle.errors import CRSError, LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.gauss_kruger import (
    CHINA,
    EAST_END,
    MILLION,
    NORTH_END,
    SOUTH_END,
    WEST_END,
    ZONES,
    false_easting,
    fitting,
    zone_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

WGS84 = pyproj.CRS.from_epsg(4326)
ROUGH_M = 5.0
"""A change of datum known no better than this (metres) is a finding."""

DISTORTING = ("Popular Visualisation Pseudo Mercator", "Mercator (variant A)", "Mercator (variant B)")
LARGEST_LON, LARGEST_LAT = 180.0, 90.0
CHINA_WEST, CHINA_SOUTH, CHINA_EAST, CHINA_NORTH = CHINA
FIRST_ZONE, LAST_ZONE = ZONES[6].start, ZONES[3].stop - 1
SWAPPED_FROM = 18.0
"""Degrees; farther south in China nothing lies so far west that its longitude could be a latitude."""

NEAR_ZERO_DEGREES = 1.0
"""A layer whose places are nearer to (0, 0) than this may have some there."""


def parsed_crs(crs: object, *, what: str = "crs") -> pyproj.CRS:
    """Return a CRS from anything pyproj understands; CRSError names what was given and what to give."""
    if crs is None:
        raise CRSError(
            f"{what} is missing. Give one, for example 'EPSG:4549'. | 缺少 {what}，请给出，例如 'EPSG:4549'。"
        )
    datum = shifted_datum(crs)
    if datum is not None:
        raise CRSError(
            f"{what}: {datum} is no coordinate reference system but a displacement; it can be said of a layer of "
            f"points, lines or polygons only (crs = {datum!r} beside its file; in Python: from_datum). | {what}："
            f"{datum} 不是坐标参考系，只能用于点、线、面图层（在该文件处写 crs = {datum!r}）。"
        )
    try:
        return pyproj.CRS.from_user_input(crs)
    except UnknownCRS as error:
        raise CRSError(
            f"{what} {crs!r} is not a coordinate reference system. Give one such as 'EPSG:4549' (CGCS2000 / 3-degree "
            f"CM 120E). | {what} {crs!r} 不是坐标参考系，请给出如 'EPSG:4549'（CGCS2000 3 度带 120E）。"
        ) from error


def metric_crs(crs: object) -> pyproj.CRS:
    """Return a CRS in which lengths are metres; CRSError for degrees, feet, or Web Mercator."""
    parsed = parsed_crs(crs)
    name = parsed.to_string() if len(parsed.to_string()) < len(parsed.name) + 20 else parsed.name
    if not parsed.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in parsed.axis_info):
        raise CRSError(
            f"crs {name} does not measure in metres. Give the projected CRS of the city, for example 'EPSG:4549'. | "
            f"坐标系 {name} 不以米为单位，请给出城市所用的投影坐标系，例如 'EPSG:4549'。"
        )
    operation = parsed.coordinate_operation
    if operation is not None and operation.method_name in DISTORTING:
        raise CRSError(
            f"crs {name} is a Mercator map: away from the equator its lengths are too long (by 21 % at 34° N). Give "
            f"the projected CRS of the city, for example 'EPSG:4549'. | {name} 为墨卡托投影，长度失真"
            "（北纬 34° 处偏长 21%），请给出城市所用的投影坐标系，例如 'EPSG:4549'。"
        )
    return parsed


def datum_findings(layer: str, source: pyproj.CRS, target: pyproj.CRS) -> tuple[Finding, ...]:
    """Return the warnings about a change from one CRS to another: none if it is known to a few metres."""
    best = TransformerGroup(source, target, always_xy=True).transformers[0]
    if "ballpark" not in best.description.casefold():
        if best.accuracy < ROUGH_M:
            return ()
        how, how_zh = f"known to {best.accuracy:g} m only", f"精度仅 {best.accuracy:g} 米"
    elif all(agrees(crs) for crs in (source, target)):
        return ()
    else:
        how, how_zh = "not known, so that positions may be off by 100 m", "没有转换参数，位置可能偏差上百米"
    return (
        Finding(
            layer,
            "datum",
            "warning",
            f"the change from {source.name} to {target.name} is {how}. Transform the layer with your survey office's "
            "parameters first.",
            f"从 {source.name} 到 {target.name} 的转换{how_zh}。请先用测绘部门的参数转换该图层。",
        ),
    )


def agrees(crs: pyproj.CRS) -> bool:
    """Return whether a CRS is on a datum that agrees with WGS 84."""
    return crs.datum is not None and agrees_with_wgs84(crs.datum.name)


def moved(
    x: NDArray[np.float64], y: NDArray[np.float64], source: pyproj.CRS, target: pyproj.CRS, *, layer: str, what: str
) -> NDArray[np.float64]:
    """Return coordinates in another CRS, shape (n, 2), x first; LayerError if any has no place there."""
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    xy = np.column_stack(transformer.transform(x, y))
    lost = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if len(lost):
        raise LayerError(_no_place(layer, source, target, (f"{what} {i} at ({x[i]:g}, {y[i]:g})" for i in lost)))
    return xy


def _no_place(layer: str, source: pyproj.CRS, target: pyproj.CRS, rows: Iterable[str]) -> DataReport:
    finding = Finding.about(
        layer,
        "outside_crs",
        "error",
        en=f"the position has no place in {target.name}. Check that the coordinates are in {source.name}, x first.",
        zh=f"坐标在 {target.name} 中没有对应位置，请检查坐标是否为 {source.name}，且先 x 后 y。",
        rows=rows,
    )
    return DataReport((finding,))


def reproject(frame: gpd.GeoDataFrame, crs: pyproj.CRS, *, layer: str) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return a layer brought into a CRS, with what was found about the change.

    Raises
    ------
    CRSError
        If the layer has no CRS, or its coordinates cannot be in the CRS it declares.
    LayerError
        If a position has no place in the CRS.
    """
    check_coordinates(frame, layer=layer)
    if frame.crs == crs:
        return frame, ()
    if frame.crs is None:
        return frame.set_crs(crs), ()
    result = frame.to_crs(crs)
    bounds = result.geometry.bounds.to_numpy()
    lost = ~np.isfinite(bounds).all(axis=1) & ~(frame.geometry.is_empty | frame.geometry.isna()).to_numpy()
    if lost.any():
        raise LayerError(_no_place(layer, frame.crs, crs, (f"row {label}" for label in frame.index[lost])))
    return result, datum_findings(layer, frame.crs, crs)


def coordinate_faults(frame: gpd.GeoDataFrame, *, layer: str) -> tuple[Finding, ...]:
    """Return what is wrong with a layer's CRS: none declared, or coordinates that cannot be in the one declared.

    Found are degrees said to be metres and the reverse, x and y exchanged, eastings with another zone prefix than the
    CRS has, and points at 0° east, 0° north; findings name the EPSG codes that fit the numbers.
    """
    if frame.crs is None and frame.geometry.isna().all() and len(frame):  # a list of things without places
        return ()
    xy = _centres(frame)
    there = np.asarray(np.isfinite(xy).all(axis=1), dtype=bool)
    if frame.crs is None:
        return (_no_crs(layer, xy[there], len(frame)),)
    nowhere = there & _at_zero(frame, xy, there)
    found = []
    if nowhere.any():
        found.append(
            Finding.about(
                layer,
                "zero",
                "error",
                en="(0, 0) is no place but a missing coordinate. Give the coordinates, or leave them empty.",
                zh="坐标为 (0, 0)，实为缺失，请补充坐标或留空。",
                column="geometry",
                rows=frame.index[nowhere],
            )
        )
    rows = np.flatnonzero(there & ~nowhere)
    fault = _exchanged(xy[rows], frame.crs)
    code = "swapped"
    if not fault.any():
        fault, code = _of_another_kind(xy[rows], frame.crs), "mislabelled"
    if not fault.any():
        fault, code = _of_another_zone(xy[rows], frame.crs), "zone_prefix"
    if fault.any():
        found.append(_misfit(layer, code, frame.iloc[rows[fault]], xy[rows[fault]]))
    return tuple(found)


def _centres(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the middle of each row's extent, shape (n, 2), NaN where it has no place."""
    bounds: NDArray[Any] = np.asarray(frame.geometry.bounds.to_numpy(), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray((bounds[:, :2] + bounds[:, 2:]) / 2, dtype=np.float64)


def _no_crs(layer: str, xy: NDArray[np.float64], rows: int) -> Finding:
    """Return the finding that no CRS is declared, with those that the coordinates can be in."""
    fits = fitting(*np.median(xy, axis=0)) if len(xy) else []
    guess = f" The coordinates look like {_choices(fits)}." if fits else ""
    guess_zh = f"坐标值符合：{_choices(fits, zh=True)}。" if fits else ""
    return Finding(
        layer,
        "crs_missing",
        "error",
        f"no CRS is declared ({rows:,} rows). Say which one its coordinates are in: crs = 'EPSG:4326' (in Python: "
        f".set_crs('EPSG:4326')) for longitude and latitude.{guess}",
        f"未声明坐标系，请说明，例如经纬度为 crs = 'EPSG:4326'（Python 中用 .set_crs）。{guess_zh}",
    )


def _choices(fits: list[tuple[str, str]], *, zh: bool = False) -> str:
    or_, at = ("；或 ", "，位于 ") if zh else ("; or ", ", at ")
    return or_.join(f"{what}{at}{place}" if place else what for what, place in fits)


def _at_zero(frame: gpd.GeoDataFrame, xy: NDArray[np.float64], there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows are points at 0° east, 0° north although the layer lies elsewhere."""
    points = frame.geometry.geom_type.isin(["Point", "MultiPoint"]).to_numpy(dtype=bool)
    zero = np.asarray((xy == 0).all(axis=1) & points, dtype=bool)
    others = np.abs(xy[there & ~zero])
    # a town in metres may have a place at the origin of its CRS
    told = frame.crs.is_geographic and (not len(others) or np.median(others.max(axis=1)) > NEAR_ZERO_DEGREES)
    return zero if told else np.zeros_like(zero)


def _exchanged(xy: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.bool_]:
    """Return which places have the northing (or latitude) as x and the easting (or longitude) as y."""
    x, y = xy[:, 0], xy[:, 1]
    if crs.is_geographic:
        beyond = (np.abs(x) <= LARGEST_LAT) & (np.abs(y) > LARGEST_LAT) & (np.abs(y) <= LARGEST_LON)
        # 73 to 90 degrees east in China would be the Arctic Ocean
        return beyond | ((x >= SWAPPED_FROM) & (x <= CHINA_NORTH) & (y >= CHINA_WEST) & (y <= LARGEST_LAT))
    if false_easting(crs) is None:
        return np.zeros(len(xy), dtype=bool)
    million, rest = np.divmod(y, MILLION)
    zone = (million == 0) | ((million >= FIRST_ZONE) & (million <= LAST_ZONE))
    return np.asarray((x >= MILLION) & (x <= NORTH_END) & zone & (rest >= WEST_END) & (rest <= EAST_END))


def _of_another_kind(xy: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.bool_]:
    """Return which places have metres where the CRS has degrees, or the reverse."""
    x, y = xy[:, 0], xy[:, 1]
    degrees = (np.abs(x) <= LARGEST_LON) & (np.abs(y) <= LARGEST_LAT)
    if crs.is_geographic:
        return ~degrees
    # a town near the origin of its CRS has small numbers too: only together, or in China, do they tell
    china = degrees & (x >= CHINA_WEST) & (x <= CHINA_EAST) & (y >= CHINA_SOUTH) & (y <= CHINA_NORTH)
    return np.asarray(degrees if degrees.all() else china)


def _of_another_zone(xy: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.bool_]:
    """Return which eastings have a zone prefix that the CRS has not, or lack the one it has."""
    false = false_easting(crs)
    if false is None:
        return np.zeros(len(xy), dtype=bool)
    own = false // MILLION
    million, rest = np.divmod(xy[:, 0], MILLION)
    known = (million >= FIRST_ZONE) & (million <= LAST_ZONE) | (own >= FIRST_ZONE) & (million == 0)
    northing = (xy[:, 1] >= SOUTH_END) & (xy[:, 1] <= NORTH_END)
    return np.asarray(known & (million != own) & northing & (rest >= WEST_END) & (rest <= EAST_END))


def _misfit(layer: str, code: str, frame: gpd.GeoDataFrame, xy: NDArray[np.float64]) -> Finding:
    """Return the error about rows whose coordinates cannot be in the CRS, with what they can be in."""
    x, y = np.median(xy, axis=0)
    zone = zone_of(frame.crs)
    exchanged = code == "swapped"
    fits = fitting(*((y, x) if exchanged else (x, y)), datum=zone.datum if zone else "CGCS2000")
    name = zone.says if zone else frame.crs.name
    what, what_zh = {
        "swapped": ("x and y are swapped: x must be the longitude or the easting", "x 与 y 颠倒，x 应为经度或东坐标"),
        "mislabelled": (
            f"its CRS, {name}, is in {'degrees' if frame.crs.is_geographic else 'metres'}, but its coordinates are not",
            f"坐标系 {name} 以{'度' if frame.crs.is_geographic else '米'}为单位，但坐标值不是",
        ),
        "zone_prefix": (
            f"the eastings do not belong to its CRS, {name}: the zone number before them is another one, or missing",
            f"东坐标与坐标系 {name} 不符：带号不同或缺少带号",
        ),
    }[code]
    remedy = "Exchange them" if exchanged else "Declare the CRS that they are in; do not reproject"
    remedy_zh = "请交换两列" if exchanged else "请改正坐标系声明，而不是做投影转换"
    then, then_zh = ("They then fit", "交换后符合") if exchanged else ("They fit", "坐标值符合")
    guess = f" {then} {_choices(fits)}." if fits else ""
    guess_zh = f"{then_zh}：{_choices(fits, zh=True)}。" if fits else ""
    return Finding.about(
        layer,
        code,
        "error",
        en=f"{what} (such as {x:,.10g}, {y:,.10g}). {remedy}.{guess}",
        zh=f"{what_zh}（例如 {x:,.10g}，{y:,.10g}）。{remedy_zh}。{guess_zh}",
        column="geometry",
        rows=frame.index,
    )


def check_coordinates(frame: gpd.GeoDataFrame, *, layer: str) -> None:
    """Raise CRSError if `coordinate_faults` finds any."""
    faults = coordinate_faults(frame, layer=layer)
    if faults:
        raise CRSError("\n".join(map(str, faults)))
