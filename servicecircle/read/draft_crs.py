"""Which CRS a layer may be in, and in which one a city may be measured: guessed from names, heads and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from servicecircle.datum import BD09, GCJ02
from servicecircle.errors import CRSError
from servicecircle.gauss_kruger import Zone, fitting
from servicecircle.projection import metric_crs
from servicecircle.read.guesses import guess_columns
from servicecircle.read.roles import amap_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from servicecircle.read.looks import Look

POIS = re.compile(r"poi|高德|amap|gaode|腾讯|tencent", re.IGNORECASE)
BAIDU = re.compile(r"百度|baidu|bd09", re.IGNORECASE)
POI_HEADS = {"typecode", "adname", "pname", "cityname", "gcj_lng", "gcj02_lng"}
DEGREES = "EPSG:4490"
CHINA_LON, CHINA_LAT = (73.0, 136.0), (17.0, 54.0)


class Said(NamedTuple):
    """A value for city.toml, and why it was guessed; without a reason it is no guess."""

    value: Any
    en: str = ""
    zh: str = ""


def crs_said(x: float, y: float, city: str) -> Said:
    """Return the CRS that coordinates may be in.

    Parameters
    ----------
    x, y
        A place in the middle of the layer.
    city
        The CRS of the city: for metres that fit every zone.

    Examples
    --------
    >>> crs_said(119.2, 34.6, "EPSG:4549").value, crs_said(40422946, 3830000, "EPSG:4549").value
    ('EPSG:4490', 'EPSG:4528')
    """
    if abs(x) <= 180 and abs(y) <= 90:  # noqa: PLR2004 -- degrees
        if CHINA_LON[0] <= x <= CHINA_LON[1] and CHINA_LAT[0] <= y <= CHINA_LAT[1]:
            return Said(
                DEGREES,
                "degrees in China; if they are from a web map (Amap, Tencent): GCJ-02, from Baidu: BD-09",
                "中国范围内的经纬度；若来自高德、腾讯写 GCJ-02，百度写 BD-09",
            )
        return Said("EPSG:4326", "degrees", "经纬度")
    fits = [code for code, _ in fitting(x, y) if code.startswith("EPSG")]
    if fits:
        return Said(fits[0].split()[0], f"the numbers fit {fits[0]}", "坐标值与带号相符")
    return Said(city, "metres without a zone number: taken as those of the city", "不带带号的米制坐标，按城市坐标系")


def shifted_said(name: str, frame: gpd.GeoDataFrame | None) -> Said | None:
    """Return the shifted datum that a layer of a web map is in, None if it looks like no such layer.

    Parameters
    ----------
    name
        What the file is called.
    frame
        Its rows, where they may be points of interest; None: only its name tells.
    """
    if BAIDU.search(name):
        return Said(
            BD09, "Baidu's coordinates; if they were converted already: EPSG:4326", "百度坐标；已纠偏则写 EPSG:4326"
        )
    if POIS.search(name) or (frame is not None and _of_a_map(frame)):
        return Said(
            GCJ02,
            "layers from Amap are shifted by some 500 m; if they were converted already: EPSG:4326",
            "高德等地图的数据带约 500 米偏移；若已纠偏则写 EPSG:4326",
        )
    return None


def _of_a_map(frame: gpd.GeoDataFrame) -> bool:
    """Return whether rows have the heads or the categories of a web map."""
    return bool(POI_HEADS & {str(head).casefold() for head in frame.columns}) or amap_column(frame) is not None


def city_crs(looks: Sequence[Look]) -> Said | None:
    """Return the CRS a city may be measured in: one its layers have, or the one of its longitude; None if unknown."""
    declared = [look.crs for look in looks if look.crs is not None and _metric(look.crs)]
    if declared:
        codes = pd.Series([crs.to_string() for crs in declared])
        best = str(codes.mode()[0])
        count = int(codes.eq(best).sum())
        return Said(best, f"{count} layer(s) have it", f"{count} 个图层采用该坐标系")
    degrees = [place for look in looks if (place := _middle(look)) is not None]
    if not degrees:
        return None
    lon, lat = (float(value) for value in np.median(np.array(degrees), axis=0))
    where = f"{lon:.2f} E, {lat:.2f} N"
    if CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1]:
        zone = Zone("CGCS2000", 3, round(lon / 3), prefixed=False)
        why = f"the city lies at {where}: CGCS2000, 3-degree zone, central meridian {zone.meridian} E"
        return Said(zone.code, why, f"城市位于 {where}：CGCS2000 三度带，中央经线 {zone.meridian}°")
    code = (32600 if lat >= 0 else 32700) + min(60, int((lon + 180) // 6) + 1)
    return Said(f"EPSG:{code}", f"the city lies at {where}: its UTM zone", f"城市位于 {where}，UTM 带")


def _metric(crs: Any) -> bool:
    try:
        metric_crs(crs)
    except CRSError:
        return False
    return crs.to_epsg() is not None


def _middle(look: Look) -> tuple[float, float] | None:
    """Return a place of a layer in degrees, if that can be known."""
    if look.bounds is not None and look.crs is not None and look.crs.is_geographic:
        west, south, east, north = look.bounds
        return (west + east) / 2, (south + north) / 2
    if look.bounds is not None and look.crs is None:
        west, south, east, north = look.bounds
        return _degrees((west + east) / 2, (south + north) / 2)
    if look.kind != "table" or look.frame is None:
        return None
    guesses = guess_columns(look.frame, "facilities")
    if not {"x", "y"} <= guesses.keys():
        return None
    xy = [pd.to_numeric(look.frame[guesses[axis].column], errors="coerce").median() for axis in ("x", "y")]
    return _degrees(float(xy[0]), float(xy[1])) if np.isfinite(xy).all() else None


def _degrees(x: float, y: float) -> tuple[float, float] | None:
    return (x, y) if abs(x) <= 180 and abs(y) <= 90 else None  # noqa: PLR2004
