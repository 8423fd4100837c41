"""A town of square blocks, in which every walk can be worked out by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.network import WalkNetwork

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CRS = "EPSG:25832"
WEST, SOUTH = 477000.0, 5472000.0
BLOCK_M = 100.0


def at(x: float, y: float) -> shapely.Point:
    """Return the point so many metres east and north of the town's corner."""
    return shapely.Point(WEST + x, SOUTH + y)


def street(*places: tuple[float, float]) -> shapely.LineString:
    """Return a line through places in metres east and north of the town's corner."""
    return shapely.LineString([at(*place) for place in places])


def frame(*lines: BaseGeometry, **columns: object) -> gpd.GeoDataFrame:
    """Return edges as a layer."""
    return gpd.GeoDataFrame(dict(columns), geometry=list(lines), crs=CRS)


def town(*lines: BaseGeometry, **columns: object) -> WalkNetwork:
    """Return a walk network of these edges."""
    return WalkNetwork.from_edges(frame(*lines, **columns))


def blocks(size: int) -> WalkNetwork:
    """Return a town of size x size square blocks, streets every 100 m."""
    places = [BLOCK_M * i for i in range(size + 1)]
    pairs = list(pairwise(places))
    across = [street((a, y), (b, y)) for y in places for a, b in pairs]
    along = [street((x, a), (x, b)) for x in places for a, b in pairs]
    return town(*across, *along)


def metres_in_blocks(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Return the walk between two places on the streets of `blocks`: round the corner that costs least."""
    best = np.inf
    if any(here[i] == there[i] and here[i] % BLOCK_M == 0 for i in (0, 1)):
        best = abs(here[0] - there[0]) + abs(here[1] - there[1])
    for (ax, ay), a in _corners(*here):
        for (bx, by), b in _corners(*there):
            best = min(best, a + abs(ax - bx) + abs(ay - by) + b)
    return best


def _corners(x: float, y: float) -> list[tuple[tuple[float, float], float]]:
    """Return the corners at both ends of the street a place is on, and the metres to each."""
    if y % BLOCK_M == 0:
        low = BLOCK_M * (x // BLOCK_M)
        return [((low, y), x - low), ((low + BLOCK_M, y), low + BLOCK_M - x)]
    low = BLOCK_M * (y // BLOCK_M)
    return [((x, low), y - low), ((x, low + BLOCK_M), low + BLOCK_M - y)]
