"""Geometries and figures as short arrays of whole numbers, so that ten thousand cells stay a small file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

POLYGON = 2
"""The dimension of a polygon."""

PER_DEGREE = 1_000_000
"""Coordinates are kept in millionths of a degree: about 0.1 m."""


def whole_degrees(coordinates: NDArray[np.float64], origin: tuple[float, float]) -> NDArray[np.int64]:
    """Return longitude and latitude, shape (n, 2), as millionths of a degree from an origin."""
    whole: NDArray[np.int64] = np.rint((coordinates - np.asarray(origin)) * PER_DEGREE).astype(np.int64)
    return whole


def _path(coordinates: NDArray[np.float64], origin: tuple[float, float]) -> list[int]:
    """Return a line as one flat list: the first point, then each step to the next; steps of zero are left out."""
    points = whole_degrees(coordinates, origin)
    steps = points.copy()
    steps[1:] -= points[:-1]
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = steps[1:].any(axis=1)
    flat: list[int] = steps[moved].ravel().tolist()
    return flat


def _rings(polygon: shapely.Polygon, origin: tuple[float, float]) -> list[list[int]]:
    rings = [polygon.exterior, *polygon.interiors]
    # a closed ring repeats its first point: a browser closes it by itself
    return [_path(shapely.get_coordinates(ring)[:-1], origin) for ring in rings]


def compact_shape(geometry: shapely.Geometry | None, origin: tuple[float, float]) -> list[Any]:
    """Return a geometry in longitude and latitude as nested lists of whole numbers.

    Returns
    -------
    list
        Flat ``[x, y, dx, dy, ...]`` for a point, a line or a polygon of one ring; a list of polygons, each a list of
        such rings, for any other polygon; a list of such lines for a multi-line. Empty for an empty or missing
        geometry.

    Examples
    --------
    >>> compact_shape(shapely.box(0, 0, 0.000002, 0.000001), (0, 0))
    [2, 0, 0, 1, -2, 0, 0, -1]
    """
    if geometry is None or shapely.is_empty(geometry):
        return []
    match geometry:
        case shapely.Polygon():
            rings = _rings(geometry, origin)
            return rings[0] if len(rings) == 1 else [rings]
        case shapely.MultiPolygon():
            return [_rings(part, origin) for part in geometry.geoms]
        case shapely.MultiLineString():
            return [_path(shapely.get_coordinates(part), origin) for part in geometry.geoms]
        case _ if shapely.get_type_id(geometry) == shapely.GeometryType.GEOMETRYCOLLECTION:
            parts = [part for part in shapely.get_parts(geometry) if shapely.get_dimensions(part) == POLYGON]
            return compact_shape(shapely.union_all(parts), origin)
        case _:
            return _path(shapely.get_coordinates(geometry), origin)


def compact_shapes(geometries: Iterable[shapely.Geometry | None], origin: tuple[float, float]) -> list[list[Any]]:
    """Return each geometry as `compact_shape` does."""
    return [compact_shape(geometry, origin) for geometry in geometries]


def figures(values: NDArray[np.float64], digits: int) -> list[float | None]:
    """Return numbers rounded to some digits, whole ones without a point; None where a number is inf or NaN."""
    rounded = np.round(np.asarray(values, dtype=float), digits)
    return [None if not np.isfinite(v) else int(v) if v == int(v) else v for v in rounded.tolist()]


def honest_figures(
    values: NDArray[np.float64], digits: int, *, limits: NDArray[np.float64], within: NDArray[np.bool_]
) -> list[float | None]:
    """Return numbers rounded as by `figures`, with more digits where rounding would contradict ``within``.

    Parameters
    ----------
    values, limits, within
        Each value, its limit, and whether it counts as within; shape (n,).
    digits
        Digits after the point where they are enough.

    Examples
    --------
    >>> honest_figures(np.array([10.004, 9.5]), 1, limits=np.array([10.0, 10.0]), within=np.array([False, True]))
    [10.004, 9.5]
    """
    values = np.asarray(values, dtype=float)
    shown_limits = np.round(limits, digits)
    shown = np.round(values, digits)
    for more in range(digits + 1, 7):
        contradicts = np.isfinite(values) & ~within & (shown <= shown_limits)
        if not contradicts.any():
            break
        shown = np.where(contradicts, np.round(values, more), shown)
    return figures(shown, 6)
