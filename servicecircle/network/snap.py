"""Placing points on the network: an edge, where along it, and the access leg."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.errors import CRSError, InputError
from servicecircle.network.access import AccessRule
from servicecircle.network.barriers import nearest_open
from servicecircle.network.positions import NOT_PLACED, Positions
from servicecircle.network.trees import entered_edges
from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.network.barriers import Barriers
    from servicecircle.network.graph import WalkNetwork

TIE_M, TIE_SHARE = 1e-6, 1e-9
"""Edges are equally near if their distances differ by no more than this (metres, and share of the distance)."""

DEFAULT_RULE = AccessRule()


def snap(
    network: WalkNetwork,
    points: gpd.GeoSeries | gpd.GeoDataFrame | NDArray[np.object_] | Sequence[shapely.Point],
    *,
    rule: AccessRule = DEFAULT_RULE,
    barriers: Barriers | None = None,
) -> Positions:
    """Place each point on the nearest edge that may be entered, by a straight leg that crosses no barrier.

    Edges that are equally near (to a thousandth of a millimetre) are taken in the network's order, which depends on
    their geometry only. A point whose leg would cross a barrier is placed where the shortest leg that crosses none
    ends, to within 10 m (see `network.barriers.nearest_open`).

    Parameters
    ----------
    network
        The walk network.
    points
        Points in the network's CRS.
    rule
        Which parts of the network may be entered, and from how far away.
    barriers
        What no leg may cross; None: nothing.

    Returns
    -------
    Positions
        One row per point, in the given order. Points that are missing, empty, have a NaN coordinate, lie farther than
        ``rule.max_access_m`` from every edge that may be entered, or have a barrier before every such edge, are not
        placed.

    Raises
    ------
    CRSError
        If a GeoSeries has another CRS than the network, or none.
    InputError
        If a geometry is not a point.

    Examples
    --------
    >>> from servicecircle.network import WalkNetwork
    >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (500100, 0)])], crs="EPSG:4549")
    >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
    >>> placed = snap(walk, [shapely.Point(500030, 40)])
    >>> float(placed.offset_m[0]), float(placed.access_m[0])
    (30.0, 40.0)
    """
    shapes = _points(network, points)
    xy = np.full((len(shapes), 2), np.nan)
    some = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    xy[some] = shapely.get_coordinates(shapes[some])
    somewhere = np.flatnonzero(np.isfinite(xy).all(axis=1))
    size = len(shapes)
    edge = np.full(size, NOT_PLACED, dtype=np.int64)
    offset = np.zeros(size)
    access = np.full(size, np.inf)
    tree, may = entered_edges(network, rule)
    rows, chosen = _nearest_edges(shapes[somewhere], rule, tree, may)
    rows = somewhere[rows]
    lines = network.edge_geometry[chosen]
    drawn = shapely.length(lines)
    along = np.clip(shapely.line_locate_point(lines, shapes[rows]), 0.0, drawn)
    share = np.divide(along, drawn, out=np.zeros_like(drawn), where=drawn > 0)
    edge[rows] = chosen
    offset[rows] = share * network.edge_length_m[chosen]
    access[rows] = shapely.distance(lines, shapes[rows])
    if barriers is not None and len(barriers):
        ends = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
        hidden = rows[barriers.crossed(xy[rows], ends)]
        line, place, metres = nearest_open(
            tree,
            shapes[hidden],
            barriers=barriers,
            nearest_m=access[hidden],
            farthest_m=rule.max_access_m + TOLERANCE_M,
        )
        edge[hidden] = np.where(line >= 0, may[line], NOT_PLACED)
        offset[hidden], access[hidden] = place * network.edge_length_m[edge[hidden]], metres
    return Positions(edge, offset, access, xy)


def _points(network: WalkNetwork, points: Any) -> NDArray[np.object_]:
    """Return points as an array of shapely points, checked; missing ones are None."""
    if isinstance(points, (gpd.GeoSeries, gpd.GeoDataFrame)):
        if points.crs is None or points.crs != network.crs:
            what = "missing" if points.crs is None else points.crs.to_string()
            raise CRSError(
                f"The CRS of the points is {what}, the network's {network.crs.to_string()} ({len(points):,} points). "
                "Bring them together first: points.to_crs(network.crs). | 点与步行网络的坐标系不一致，请先转换。"
            )
        points = points.geometry.to_numpy()
    try:
        shapes: NDArray[np.object_] = np.asarray(points, dtype=object).reshape(-1)
        kind = shapely.get_type_id(shapes)
    except (TypeError, ValueError) as error:
        raise InputError(f"points must be shapely points ({error}). | points 须为 shapely 点。") from error
    other = np.flatnonzero((kind != shapely.GeometryType.POINT) & (kind != shapely.GeometryType.MISSING))
    if len(other):
        raise InputError(
            f"points must be points: {len(other):,} are not (first at place {other[0]}: "
            f"{shapes[other[0]].geom_type}). Take their representative points. | points 中有 {len(other):,} 个不是点。"
        )
    return shapes


def _nearest_edges(
    points: NDArray[np.object_], rule: AccessRule, tree: shapely.STRtree, may: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the points that have an edge near enough, and the nearest edge of each, of those that may be entered."""
    (rows, found), distance = tree.query_nearest(
        points, max_distance=rule.max_access_m + TOLERANCE_M, return_distance=True, all_matches=False
    )
    near, edges = tree.query(points[rows], predicate="dwithin", distance=distance * (1 + TIE_SHARE) + TIE_M)
    chosen = found.copy()
    np.minimum.at(chosen, near, edges)
    return np.asarray(rows, dtype=np.int64), may[chosen]
