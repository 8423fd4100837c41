"""The ground reached on foot, as polygons: all within some metres of the streets reached."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, cast, overload

import numpy as np
import pandas as pd
import shapely

from servicecircle.network.drawing import Drawing, checked_limits
from servicecircle.network.reached import access_legs, chunks, intervals, reached, reached_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.network.drawing import Method
    from servicecircle.network.fields import Streets
    from servicecircle.network.graph import WalkNetwork
    from servicecircle.network.positions import Positions
    from servicecircle.network.reached import Reached

    Ground = shapely.Polygon | shapely.MultiPolygon

OVERLAP_M = 0.001
"""By how much a smaller isochrone is widened within the next larger one, so that rounding never lets it stick out."""

QUARTER_SEGMENTS = 8


@overload
def isochrones(
    network: WalkNetwork,
    sources: Positions,
    *,
    limits_m: Sequence[float],
    each: Literal[False] = False,
    buffer_m: float = 25.0,
    method: Method = "exact",
    cell_m: float = 5.0,
) -> list[Ground]: ...


@overload
def isochrones(
    network: WalkNetwork,
    sources: Positions,
    *,
    limits_m: Sequence[float],
    each: Literal[True],
    buffer_m: float = 25.0,
    method: Method = "exact",
    cell_m: float = 5.0,
) -> list[list[Ground]]: ...


def isochrones(
    network: WalkNetwork,
    sources: Positions,
    *,
    limits_m: Sequence[float],
    each: bool = False,
    buffer_m: float = 25.0,
    method: Method = "exact",
    cell_m: float = 5.0,
) -> list[Ground] | list[list[Ground]]:
    """Return the ground within walking distances (metres) of the sources, as polygons for eyes.

    The edges reached, cut exactly at the limit, and the access legs are widened and united, or their distance is
    painted on a grid and contoured: `Drawing` says how far the two are apart. A polygon is valid and contains those of
    smaller limits. One bounded sweep serves all limits.

    Parameters
    ----------
    network
        The walk network.
    sources
        Positions from `snap`; those not placed reach nothing.
    limits_m
        Walking distances (metres), in any order.
    each
        Whether every source gets polygons of its own.
    buffer_m
        By how much edges are widened to each side (metres).
    method
        ``"exact"`` or ``"fast"``.
    cell_m
        The cell size of the fast method (metres).

    Returns
    -------
    list
        A Polygon or MultiPolygon for each limit, in the order of ``limits_m``, empty where nothing is reached; with
        ``each`` such a list for each source.

    Raises
    ------
    InputError
        If a limit is not a finite number above zero, there is no limit, or the drawing cannot be used.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from servicecircle.network import WalkNetwork, snap
    >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (501000, 0)])], crs="EPSG:4549")
    >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
    >>> school = snap(walk, [shapely.Point(500500, 0)])
    >>> [shape.bounds[::2] for shape in isochrones(walk, school, limits_m=[100, 300], buffer_m=10)]  # lowest, highest x
    [(500390.0, 500610.0), (500190.0, 500810.0)]
    >>> fast, = isochrones(walk, school, limits_m=[100], buffer_m=10, method="fast")
    >>> [round(x) for x in fast.bounds[::2]]
    [500390, 500610]
    """
    limits = checked_limits(limits_m)
    ascending = sorted(set(limits))
    if each:
        drawn = _each(network, sources, ascending, Drawing(method, buffer_m, cell_m))
    else:
        drawn = [ground(network, sources, ascending, Drawing(method, buffer_m, cell_m))]
    ordered = [[shapes[ascending.index(limit)] for limit in limits] for shapes in drawn]
    return ordered if each else ordered[0]


def ground(network: WalkNetwork, sources: Positions, limits: list[float], drawing: Drawing) -> list[Ground]:
    """Return the ground within each of the ascending limits (metres) of any source."""
    found = reached(network, sources, limits[-1])
    if drawing.method == "exact":
        return _nested(network, found, sources, limits=limits, width=drawing.buffer_m)
    from servicecircle.network.fields import Streets, painted

    (table,) = Streets(network).pieces([found], [sources], limits)
    return painted(table, len(limits), drawing)


def _each(network: WalkNetwork, sources: Positions, limits: list[float], drawing: Drawing) -> list[list[Ground]]:
    """Return the ground within each of the ascending limits (metres) of each source, worked out in threads."""
    from tqdm.auto import tqdm

    streets = None
    if drawing.method == "fast":
        from servicecircle.network.fields import Streets

        streets = Streets(network)
    some = chunks(sources)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        drawn = pool.map(lambda chunk: _of_chunk(network, chunk, limits, drawing=drawing, streets=streets), some)
        bar = tqdm(drawn, total=len(some), desc="isochrones | 等时圈", unit="", delay=2)
        return [shapes for chunk in bar for shapes in chunk]


def _of_chunk(
    network: WalkNetwork, sources: Positions, limits: list[float], *, drawing: Drawing, streets: Streets | None
) -> list[list[Ground]]:
    """Return the ground within each limit of each of some sources."""
    single = [sources.take([i]) for i in range(len(sources))]
    found = reached_each(network, sources, limits[-1])
    if streets is None:
        pairs = zip(found, single, strict=True)
        return [_nested(network, each, one, limits=limits, width=drawing.buffer_m) for each, one in pairs]
    from servicecircle.network.fields import painted

    return [painted(table, len(limits), drawing) for table in streets.pieces(found, single, limits)]


def _nested(
    network: WalkNetwork, found: Reached, sources: Positions, *, limits: list[float], width: float
) -> list[Ground]:
    """Return a polygon for each limit, each made of the next smaller one and of the edges reached since."""
    shapes: list[Ground] = []
    known = pd.MultiIndex.from_arrays([[], [], []])
    smaller: Ground = shapely.Polygon()
    for limit in limits:
        parts = intervals(network, found, sources, limit)
        pieces = pd.MultiIndex.from_arrays([parts.edge, parts.low, parts.high])
        new = np.asarray(~pieces.isin(known), dtype=bool)
        legs, _ = access_legs(network, sources, limit)
        lines = np.concatenate([parts.take(new).lines(network), legs])
        smaller = _widened(lines, smaller, width)
        shapes.append(smaller)
        known = pieces
    return shapes


def _widened(lines: NDArray[np.object_], smaller: Ground, width: float) -> Ground:
    """Return the ground within a width (metres) of lines, joined first, together with a smaller polygon.

    The smaller polygon is widened by a millimetre, so that it is inside in spite of rounding.
    """
    if not len(lines):
        return smaller
    point = shapely.length(lines) == 0  # these are lost when lines are joined
    joined = np.append(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines[~point]))), lines[point])
    grown = shapely.buffer(joined, width, quad_segs=QUARTER_SEGMENTS)
    if not smaller.is_empty:
        grown = np.append(grown, [shapely.buffer(smaller, OVERLAP_M, join_style="mitre")])
    shape = shapely.union_all(grown)
    return cast("Ground", shape if shape.is_valid else shapely.make_valid(shape, method="structure"))
