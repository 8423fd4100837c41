"""Placing points on the network: an edge, where along it, and the access leg."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.errors import CRSError, InputError
from servicecircle.network.access import AccessRule
from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork

TIE_M, TIE_SHARE = 1e-6, 1e-9
"""Edges are equally near if their distances differ by no more than this (metres, and share of the distance)."""

NOT_PLACED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Where points stand on a walk network, one row per point.

    Parameters
    ----------
    edge
        The edge, -1 for a point that is not placed, shape (k,).
    offset_m
        Metres along the edge's declared length from its node u, shape (k,).
    access_m
        The access leg (metres, straight line from the point to the edge), inf for a point not placed, shape (k,).
    point_xy
        The points themselves (metres), NaN where there is none, shape (k, 2).
    """

    edge: NDArray[np.int64]
    offset_m: NDArray[np.float64]
    access_m: NDArray[np.float64]
    point_xy: NDArray[np.float64]

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Return which points stand on the network, shape (k,)."""
        return np.not_equal(self.edge, NOT_PLACED)

    def take(self, indices: Any) -> Positions:
        """Return the positions at these places (numbers or a mask), in their order."""
        rows = np.asarray(indices)
        rows = rows if rows.dtype == bool else rows.astype(np.int64)
        return Positions(self.edge[rows], self.offset_m[rows], self.access_m[rows], self.point_xy[rows])

    def __len__(self) -> int:
        """Return the number of points, placed or not."""
        return len(self.edge)


DEFAULT_RULE = AccessRule()


def snap(
    network: WalkNetwork,
    points: gpd.GeoSeries | gpd.GeoDataFrame | NDArray[np.object_] | Sequence[shapely.Point],
    *,
    rule: AccessRule = DEFAULT_RULE,
) -> Positions:
    """Place each point on the nearest edge that may be entered.

    Edges that are equally near (to a thousandth of a millimetre) are taken in the network's order, which depends on
    their geometry only.

    Parameters
    ----------
    network
        The walk network.
    points
        Points in the network's CRS.
    rule
        Which parts of the network may be entered, and from how far away.

    Returns
    -------
    Positions
        One row per point, in the given order. Points that are missing, empty, have a NaN coordinate, or lie farther
        than ``rule.max_access_m`` from every edge that may be entered are not placed.

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
    rows, chosen = _nearest_edges(network, shapes[somewhere], rule)
    rows = somewhere[rows]
    lines = network.edge_geometry[chosen]
    drawn = shapely.length(lines)
    along = np.clip(shapely.line_locate_point(lines, shapes[rows]), 0.0, drawn)
    share = np.divide(along, drawn, out=np.zeros_like(drawn), where=drawn > 0)
    edge[rows] = chosen
    offset[rows] = share * network.edge_length_m[chosen]
    access[rows] = shapely.distance(lines, shapes[rows])
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
    network: WalkNetwork, points: NDArray[np.object_], rule: AccessRule
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the points that have an edge near enough, and the nearest edge of each."""
    may = np.flatnonzero(rule.eligible(network.component_length_m)[network.edge_component])
    tree = shapely.STRtree(network.edge_geometry[may])
    (rows, found), distance = tree.query_nearest(
        points, max_distance=rule.max_access_m + TOLERANCE_M, return_distance=True, all_matches=False
    )
    near, edges = tree.query(points[rows], predicate="dwithin", distance=distance * (1 + TIE_SHARE) + TIE_M)
    chosen = found.copy()
    np.minimum.at(chosen, near, edges)
    return np.asarray(rows, dtype=np.int64), may[chosen]
