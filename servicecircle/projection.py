"""Bringing layers into the city's CRS, and saying when the numbers cannot be what the CRS says they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
from pyproj.exceptions import CRSError as UnknownCRS
from pyproj.transformer import TransformerGroup

from servicecircle.errors import CRSError, LayerError
from servicecircle.findings import DataReport, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

WGS84 = pyproj.CRS.from_epsg(4326)
ROUGH_M = 5.0
"""A change of datum known no better than this (metres) is a finding."""

AGREEING = (
    "World Geodetic System 1984",
    "China 2000",
    "European Terrestrial Reference System 1989",
    "International Terrestrial",
)
"""Datums that agree within about a metre where each is used, so that a change between them needs no parameters."""

DISTORTING = ("Popular Visualisation Pseudo Mercator", "Mercator (variant A)", "Mercator (variant B)")
LARGEST_LON, LARGEST_LAT = 180.0, 90.0


def parsed_crs(crs: object, *, what: str = "crs") -> pyproj.CRS:
    """Return a CRS from anything pyproj understands; CRSError names what was given and what to give."""
    if crs is None:
        raise CRSError(
            f"{what} is missing. Give one, for example 'EPSG:4549'. | 缺少 {what}，请给出，例如 'EPSG:4549'。"
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
    elif all(_agrees(crs) for crs in (source, target)):
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


def _agrees(crs: pyproj.CRS) -> bool:
    """Return whether a CRS is on one of the `AGREEING` datums."""
    datum = crs.datum.name if crs.datum is not None else ""
    return datum.startswith(AGREEING)


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
    """Return what is wrong with a layer's CRS: none declared, or degrees said to be metres, or the reverse."""
    if frame.crs is None and frame.geometry.isna().all() and len(frame):  # a list of things without places
        return ()
    rows = f"{len(frame):,} rows"
    if frame.crs is None:
        return (
            Finding(
                layer,
                "crs_missing",
                "error",
                f"no CRS is declared ({rows}). Say which one its coordinates are in: crs = 'EPSG:4326' (in Python: "
                ".set_crs('EPSG:4326')) for longitude and latitude.",
                "未声明坐标系，请说明，例如经纬度为 crs = 'EPSG:4326'（Python 中用 .set_crs）。",
            ),
        )
    bounds: NDArray[Any] = np.asarray(frame.total_bounds, dtype=np.float64)
    if not np.isfinite(bounds).all():  # no row has a place: nothing to check
        return ()
    x, y = np.abs(bounds[[0, 2]]).max(), np.abs(bounds[[1, 3]]).max()
    if frame.crs.is_geographic == bool(x <= LARGEST_LON and y <= LARGEST_LAT):
        return ()
    extent = ", ".join(f"{value:,.6g}" for value in bounds)
    if frame.crs.is_geographic and x <= LARGEST_LAT < y <= LARGEST_LON:
        return (
            Finding(
                layer,
                "swapped",
                "error",
                f"x and y are swapped: x must be the longitude, but the coordinates are ({extent}), {rows}.",
                f"x 与 y 颠倒，x 应为经度，但坐标范围为（{extent}）。",
            ),
        )
    said, said_zh = ("degrees", "度") if frame.crs.is_geographic else ("metres", "米")
    return (
        Finding(
            layer,
            "mislabelled",
            "error",
            f"its CRS, {frame.crs.name}, is in {said}, but its coordinates ({extent}) are not ({rows}). Declare the "
            "CRS that they are in; do not reproject.",
            f"坐标系 {frame.crs.name} 以{said_zh}为单位，但坐标值（{extent}）不是。"
            "请改正坐标系声明，而不是做投影转换。",
        ),
    )


def check_coordinates(frame: gpd.GeoDataFrame, *, layer: str) -> None:
    """Raise CRSError if `coordinate_faults` finds any."""
    faults = coordinate_faults(frame, layer=layer)
    if faults:
        raise CRSError("\n".join(map(str, faults)))
