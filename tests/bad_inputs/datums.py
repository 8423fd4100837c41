"""GCJ-02 and BD-09 one point at a time, after the published formulas: what the library's own must undo."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

AXIS, ECCENTRICITY = 6378245.0, 0.00669342162296594323
TURN = math.pi * 3000.0 / 180.0


def gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return where GCJ-02 draws a place in China, degrees."""
    x, y = lon - 105.0, lat - 35.0
    short = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + short
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + short
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    phi = math.radians(lat)
    flat = 1.0 - ECCENTRICITY * math.sin(phi) ** 2
    d_lat = math.degrees(north / ((AXIS * (1.0 - ECCENTRICITY)) / (flat * math.sqrt(flat))))
    d_lon = math.degrees(east / (AXIS / math.sqrt(flat) * math.cos(phi)))
    return lon + d_lon, lat + d_lat


def bd09(lon: float, lat: float) -> tuple[float, float]:
    """Return where BD-09 draws a place in China, degrees."""
    x, y = gcj02(lon, lat)
    radius = math.hypot(x, y) + 0.00002 * math.sin(y * TURN)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * TURN)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def displaced(frame: pd.DataFrame, datum: str) -> pd.DataFrame:
    """Return facilities with 经度 and 纬度 in a datum."""
    move = gcj02 if datum == "GCJ-02" else bd09
    pairs = [move(lon, lat) for lon, lat in zip(frame["经度"], frame["纬度"], strict=True)]
    return frame.assign(经度=[lon for lon, _ in pairs], 纬度=[lat for _, lat in pairs])
