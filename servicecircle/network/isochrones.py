"""The ground reached on foot: edges cut exactly at the limit, and polygons around them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, cast, overload

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import InputError
from servicecircle.network.lines import cut
from servicecircle.network.positions import feet
from servicecircle.network.travel import arcs_of, checked_limit, entries, legs, queue_size
from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork
    from servicecircle.network.positions import Positions

    Ground = shapely.Polygon | shapely.MultiPolygon
    Reached = tuple[NDArray[np.int64], NDArray[np.float64]]  # nodes, and metres to each

LEAST_PIECE_M = 1e-9
OVERLAP_M = 0.001
"""By how much a smaller isochrone is widened within the next larger one, so that rounding never lets it stick out."""

QUARTER_SEGMENTS = 8
SOURCES_AT_ONCE = 256


def reached_edges(network: WalkNetwork, sources: Positions, *, limit_m: float) -> gpd.GeoDataFrame:
    """Return the pieces of edges within a walking distance (metres) of any source, cut exactly there.

    Parameters
    ----------
    network
        The walk network.
    sources
        Positions from `snap`; their access legs count, and those not placed reach nothing.
    limit_m
        The walking distance (metres).

    Returns
    -------
    GeoDataFrame
        edge, from_m and to_m (metres along its declared length from u) and geometry, by edge and from_m.

    Raises
    ------
    InputError
        If ``limit_m`` is NaN or negative.
    """
    limit = checked_limit(limit_m) - TOLERANCE_M
    edge, low, high = _intervals(network, _reached(network, sources, limit), sources, limit)
    columns = {"edge": edge, "from_m": low, "to_m": high}
    return gpd.GeoDataFrame(columns, geometry=_pieces(network, edge, low, high), crs=network.crs)


@overload
def isochrones(
    network: WalkNetwork,
    sources: Positions,
    *,
    limits_m: Sequence[float],
    each: Literal[False] = False,
    buffer_m: float = 25.0,
) -> list[Ground]: ...


@overload
def isochrones(
    network: WalkNetwork, sources: Positions, *, limits_m: Sequence[float], each: Literal[True], buffer_m: float = 25.0
) -> list[list[Ground]]: ...


@overload
def isochrones(
    network: WalkNetwork, sources: Positions, *, limits_m: Sequence[float], each: bool, buffer_m: float = 25.0
) -> list[Ground] | list[list[Ground]]: ...


def isochrones(
    network: WalkNetwork,
    sources: Positions,
    *,
    limits_m: Sequence[float],
    each: bool = False,
    buffer_m: float = 25.0,
) -> list[Ground] | list[list[Ground]]:
    """Return the ground within walking distances (metres) of the sources, as polygons for eyes.

    The edges reached, cut exactly at the limit, and the access legs are widened and united. A polygon is valid and
    contains those of smaller limits.

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

    Returns
    -------
    list
        A Polygon or MultiPolygon for each limit, in the order of ``limits_m``, empty where nothing is reached; with
        ``each`` such a list for each source.

    Raises
    ------
    InputError
        If a limit or ``buffer_m`` is not a finite number above zero, or there is no limit.

    Examples
    --------
    >>> from servicecircle.network import WalkNetwork, snap
    >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (501000, 0)])], crs="EPSG:4549")
    >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
    >>> school = snap(walk, [shapely.Point(500500, 0)])
    >>> [shape.bounds[::2] for shape in isochrones(walk, school, limits_m=[100, 300], buffer_m=10)]  # lowest, highest x
    [(500390.0, 500610.0), (500190.0, 500810.0)]
    """
    limits = [_positive("limits_m", value) for value in limits_m]
    width = _positive("buffer_m", buffer_m)
    if not limits:
        raise InputError("limits_m is empty; give at least one walking distance (metres). | limits_m 为空。")
    if not each:
        return _nested(network, _reached(network, sources, max(limits)), sources, limits=limits, width=width)
    if sources.doors is not None:
        return [
            isochrones(network, sources.take([i]), limits_m=limits, each=False, buffer_m=width)
            for i in range(len(sources))
        ]
    result: list[list[Ground]] = []
    for first in range(0, len(sources), SOURCES_AT_ONCE):
        some = sources.take(np.arange(first, min(first + SOURCES_AT_ONCE, len(sources))))
        for i, reached in enumerate(_reached_each(network, some, max(limits))):
            result.append(_nested(network, reached, some.take([i]), limits=limits, width=width))
    return result


def _positive(name: str, value: Any) -> float:
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not number or not 0 < float(value) < np.inf:
        raise InputError(
            f"{name}: a finite number of metres above 0 is needed. {value!r} was given instead. | "
            f"{name} 须为大于 0 的有限数（米）。"
        )
    return float(value)


def _reached(network: WalkNetwork, sources: Positions, limit: float) -> Reached:
    """Return the nodes within the limit of any source, and the metres to each."""
    from servicecircle.network import sweep

    seeds = entries(network, sources)
    best, _ = sweep.sweep(arcs_of(network), seeds, queue_size(network, limit, seeds))
    nodes = np.flatnonzero(np.isfinite(best))
    return nodes, best[nodes]


def _reached_each(network: WalkNetwork, sources: Positions, limit: float) -> list[Reached]:
    """Return the nodes within the limit of each source, and the metres to each."""
    from servicecircle.network import sweep

    ends, to_ends = legs(network, sources)
    reach = ends, to_ends + sources.access_m[:, None]
    queue = queue_size(network, limit, entries(network, sources))
    begin, nodes, metres = sweep.sweep_each(arcs_of(network), reach, queue)
    return [(nodes[first:last], metres[first:last]) for first, last in pairwise(begin)]


def _intervals(
    network: WalkNetwork, reached: Reached, sources: Positions, limit: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return edge, from and to (metres along its declared length) of all that is within the limit, without overlaps."""
    nodes, metres = reached
    sources, _ = sources.at_doors
    near = metres <= limit
    nodes, left = nodes[near], limit - metres[near]
    degree = network.indptr[nodes + 1] - network.indptr[nodes]
    arc = np.repeat(network.indptr[nodes] - np.concatenate([[0], np.cumsum(degree)[:-1]]), degree)
    edge = network.arc_edge[arc + np.arange(len(arc))]
    node, left = np.repeat(nodes, degree), np.repeat(left, degree)
    from_u, from_v = (network.edge_nodes[edge, side] == node for side in (0, 1))
    rows = np.flatnonzero(sources.placed & (sources.access_m <= limit))
    on, offset, budget = sources.edge[rows], sources.offset_m[rows], limit - sources.access_m[rows]
    whole = network.edge_length_m
    edges = np.concatenate([edge[from_u], edge[from_v], on])
    low = np.concatenate([np.zeros(from_u.sum()), whole[edge[from_v]] - left[from_v], offset - budget])
    high = np.concatenate([left[from_u], whole[edge[from_v]], offset + budget])
    return _merged(edges, np.maximum(low, 0.0), np.minimum(high, whole[edges]))


def _merged(
    edge: NDArray[np.int64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the union of intervals on edges, sorted, without those that are mere points."""
    order = np.lexsort((low, edge))
    edge, low = edge[order], low[order]
    high = np.asarray(pd.Series(high[order]).groupby(edge).cummax(), dtype=np.float64)
    begins = np.ones(len(edge), dtype=bool)
    begins[1:] = (edge[1:] != edge[:-1]) | (low[1:] > high[:-1])
    ends = np.roll(begins, -1)
    edge, low, high = edge[begins], low[begins], high[ends]
    long = high - low > LEAST_PIECE_M
    return edge[long], low[long], high[long]


def _pieces(
    network: WalkNetwork, edge: NDArray[np.int64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Return the lines of intervals on edges."""
    lines: NDArray[np.object_] = network.edge_geometry[edge].copy()
    length = network.edge_length_m[edge]
    part = (low > 0) | (high < length)
    lines[part] = cut(lines[part], low[part] / length[part], high[part] / length[part])
    return lines


def _nested(
    network: WalkNetwork, reached: Reached, sources: Positions, *, limits: Sequence[float], width: float
) -> list[Ground]:
    """Return a polygon for each limit, each made of the next smaller one and of the edges reached since."""
    shapes: dict[float, Ground] = {}
    known = pd.MultiIndex.from_arrays([[], [], []])
    smaller: Ground = shapely.Polygon()
    for limit in sorted(set(limits)):
        edge, low, high = _intervals(network, reached, sources, limit)
        pieces = pd.MultiIndex.from_arrays([edge, low, high])
        new = ~pieces.isin(known)
        lines = np.concatenate([_pieces(network, edge[new], low[new], high[new]), _stubs(network, sources, limit)])
        smaller = shapes[limit] = _widened(lines, smaller, width)
        known = pieces
    return [shapes[limit] for limit in limits]


def _stubs(network: WalkNetwork, sources: Positions, limit: float) -> NDArray[np.object_]:
    """Return the access legs of the sources, cut at the limit; mere points for sources on an edge."""
    doors, _ = sources.at_doors
    near = doors.take(doors.placed)
    bend = sources.bend_xy[doors.placed]
    inside = np.hypot(*(bend - near.point_xy).T)
    first = _part(near.point_xy, bend, limit / np.maximum(inside, LEAST_PIECE_M))
    second = _part(bend, feet(network, near), (limit - inside) / np.maximum(near.access_m - inside, LEAST_PIECE_M))
    return np.concatenate([first[inside > 0], second[limit >= inside]])


def _part(start: NDArray[np.float64], end: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return the first part of straight lines."""
    ends = start + np.clip(share, 0.0, 1.0)[:, None] * (end - start)
    return np.asarray(shapely.linestrings(np.stack([start, ends], axis=1)), dtype=object)


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
