"""Layers in GCJ-02 or BD-09: what people call these datums, and the way back to WGS 84."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.datum.formulas import bd09_to_wgs84, gcj02_to_wgs84, inside_china, wgs84_to_bd09, wgs84_to_gcj02
from servicecircle.errors import CRSError, InputError
from servicecircle.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.datum.formulas import Degrees

EARTH_M = 6371008.8

GCJ02, BD09 = "GCJ-02", "BD-09"
NAMES = {
    GCJ02: {"gcj02", "gcj", "mars", "火星", "火星坐标", "火星坐标系", "国测局坐标", "国测局坐标系"}
    | {"amap", "gaode", "autonavi", "高德", "高德坐标", "高德坐标系", "tencent", "腾讯", "腾讯坐标", "腾讯坐标系"},
    BD09: {"bd09", "bd09ll", "baidu", "百度", "百度坐标", "百度坐标系", "百度经纬度"},
}
"""What people call them, in small letters, without spaces and hyphens."""

BAIDU_METRES = {"bd09mc", "bd09mercator", "百度墨卡托", "百度墨卡托坐标"}

AGREEING = (
    "World Geodetic System 1984",
    "China 2000",
    "European Terrestrial Reference System 1989",
    "International Terrestrial",
)
"""Datums that agree within about a metre where each is used, so that a change between them needs no parameters."""


TO_WGS84: dict[str, Callable[..., Degrees]] = {GCJ02: gcj02_to_wgs84, BD09: bd09_to_wgs84}
FROM_WGS84: dict[str, Callable[..., Degrees]] = {GCJ02: wgs84_to_gcj02, BD09: wgs84_to_bd09}


def shifted_datum(name: object) -> str | None:
    """Return ``"GCJ-02"`` or ``"BD-09"`` for any of their names, None for anything else.

    Raises
    ------
    CRSError
        If the name is that of Baidu's coordinates in metres, which are not read.

    Examples
    --------
    >>> shifted_datum("gcj02"), shifted_datum("火星坐标"), shifted_datum("BD09LL"), shifted_datum("EPSG:4326")
    ('GCJ-02', 'GCJ-02', 'BD-09', None)
    """
    if not isinstance(name, str):
        return None
    folded = re.sub(r"[\s_\-‐-―]", "", unicodedata.normalize("NFKC", name)).casefold()
    if folded in BAIDU_METRES:
        raise CRSError(
            f"{name!r}: Baidu's coordinates in metres are not read. Export the layer in degrees (bd09ll) and give "
            f"crs = 'BD-09'. | 不支持百度墨卡托（米）坐标，请导出为经纬度（bd09ll），并用 crs = 'BD-09'。"
        )
    return next((datum for datum, names in NAMES.items() if folded in names), None)


def agrees_with_wgs84(datum: str) -> bool:
    """Return whether a datum of this name agrees with WGS 84 within about a metre."""
    return datum.startswith(AGREEING)


def metres_between(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far east and north (metres) places lie from others near by, both (n, 2) in degrees, lon first."""
    step = np.radians(end - start) * EARTH_M
    return np.column_stack([step[:, 0] * np.cos(np.radians(start[:, 1])), step[:, 1]])


def from_datum(
    frame: gpd.GeoDataFrame, datum: str, *, layer: str = "layer"
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return a layer whose coordinates are in GCJ-02 or BD-09 in WGS 84, with what was done.

    Every vertex is moved by itself. Coordinates in a projected CRS are brought back to degrees first; the datum that
    the layer declares is not believed. Heights (z) are dropped.

    Parameters
    ----------
    frame
        Points, lines or polygons; without a CRS they are taken as degrees.
    datum
        ``"GCJ-02"`` or ``"BD-09"``, in any of their usual spellings.
    layer
        Its name in findings.

    Returns
    -------
    tuple
        A new frame in EPSG:4326 on the same index, and findings: the repair with its mean size, and a warning about
        vertices outside China, which stay as they are.

    Raises
    ------
    InputError
        If the datum is neither of the two.
    CRSError
        If the coordinates are no degrees and no CRS says what they are.

    Examples
    --------
    >>> import geopandas as gpd
    >>> schools = gpd.GeoDataFrame(geometry=gpd.points_from_xy([119.227132], [34.595665]), crs="EPSG:4326")
    >>> there, findings = from_datum(schools, "gcj02", layer="schools")
    >>> f"{there.geometry.x[0]:.6f} {there.geometry.y[0]:.6f}", findings[0].severity
    ('119.221600 34.596700', 'repair')
    """
    known = shifted_datum(datum)
    if known is None:
        raise InputError(
            f"datum {datum!r} is unknown. Known: {GCJ02!r} (Amap, Tencent), {BD09!r} (Baidu). | 未知的坐标偏移类型 "
            f"{datum!r}，可用：{GCJ02}（高德、腾讯）、{BD09}（百度）。"
        )
    degrees = frame if frame.crs is None or frame.crs.is_geographic else frame.to_crs(frame.crs.geodetic_crs)
    shapes = shapely.force_2d(degrees.geometry.to_numpy())
    before = shapely.get_coordinates(shapes)
    _check_degrees(before, layer)
    after = np.column_stack(TO_WGS84[known](before[:, 0], before[:, 1]))
    there = frame.set_geometry(shapely.set_coordinates(shapes.copy(), after), crs=None)
    return there.set_crs("EPSG:4326", allow_override=True), _moved(layer, known, before, after)


def _check_degrees(xy: NDArray[np.float64], layer: str) -> None:
    finite = xy[np.isfinite(xy).all(axis=1)]
    if (np.abs(finite) > (180.0, 90.0)).any():
        (west, south), (east, north) = finite.min(axis=0), finite.max(axis=0)
        raise CRSError(
            f"{layer} layer: coordinates in {GCJ02} or {BD09} are degrees, longitude first, but these are not "
            f"({west:,.6g}, {south:,.6g}, {east:,.6g}, {north:,.6g}). Declare the projected CRS that they were brought "
            f"into, or exchange x and y. | {layer}：GCJ-02 或 BD-09 坐标应为经纬度（先经度后纬度），但坐标值不是；"
            "请先声明其投影坐标系，或交换 x 与 y。"
        )


def _moved(layer: str, datum: str, before: NDArray[np.float64], after: NDArray[np.float64]) -> tuple[Finding, ...]:
    """Return what to say about vertices moved, and about those that stayed."""
    inside = inside_china(before[:, 0], before[:, 1])
    findings = []
    if inside.any():
        east, north = metres_between(before[inside], after[inside]).mean(axis=0)
        way, way_zh = direction(float(east), float(north))
        findings.append(
            Finding(
                layer,
                "datum_shift",
                "repair",
                f"taken as {datum}, as crs says, and brought to WGS 84: {inside.sum():,} vertices moved by "
                f"{np.hypot(east, north):,.0f} m on average ({way}).",
                f"按 crs 的指定视为 {datum} 坐标并转换到 WGS 84：{inside.sum():,} 个点平均移动 "
                f"{np.hypot(east, north):,.0f} 米（{way_zh}）。",
            )
        )
    out = len(before) - int(inside.sum())
    if out:
        findings.append(
            Finding(
                layer,
                "datum_outside",
                "warning",
                f"{out:,} of {len(before):,} vertices lie outside China, where {datum} moves nothing: they stay as "
                "they are. Check their coordinates.",
                f"{len(before):,} 个点中有 {out:,} 个位于中国范围之外，{datum} 在那里没有偏移，保持不变，请核对坐标。",
            )
        )
    return tuple(findings)


def direction(east_m: float, north_m: float) -> tuple[str, str]:
    """Return a displacement in words, English and Chinese.

    Examples
    --------
    >>> direction(-510.2, 113.4)
    ('510 m west, 113 m north', '向西 510 米、向北 113 米')
    """
    across, across_zh = ("east", "东") if east_m >= 0 else ("west", "西")
    along, along_zh = ("north", "北") if north_m >= 0 else ("south", "南")
    return (
        f"{abs(east_m):,.0f} m {across}, {abs(north_m):,.0f} m {along}",
        f"向{across_zh} {abs(east_m):,.0f} 米、向{along_zh} {abs(north_m):,.0f} 米",
    )
