"""Barriers: what no access or egress leg may cross, and the nearest point of the network that is not behind one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.network.lines import cut
from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NO_AREA = -1

PIECE_M = 10.0
"""Streets are searched in pieces no longer than this (metres) for a point that is not behind a barrier."""

FIRST_RING_M = 50.0
POINTS_AT_ONCE = 256
FIRST_LEGS = 4
MORE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Barriers:
    """Lines that a straight leg may not cross, and polygons that it may not enter.

    A leg crosses a barrier if it touches it anywhere but within a millimetre of its two ends: a door in a wall, and a
    street that runs along one, may be reached from both sides. A polygon does not bind a leg that begins inside it (by
    more than a millimetre): the centre of a cell may lie in a river, but its residents live on the bank. Only legs are
    tested: bridges, tunnels and underpasses are edges of the network and lead through every barrier.

    Parameters
    ----------
    pieces
        Their straight pieces, each a line of two points.
    area
        The polygon each piece bounds, -1 for none; same shape.
    inner
        The polygons, a millimetre smaller.
    """

    pieces: NDArray[np.object_]
    area: Ints
    inner: NDArray[np.object_]
    _tree: shapely.STRtree

    @classmethod
    def of(
        cls, shapes: Sequence[shapely.Geometry | None] | NDArray[np.object_], *, solid: Flags | None = None
    ) -> Barriers:
        """Return barriers made of lines and polygons.

        Parameters
        ----------
        shapes
            Lines and polygons of any kind, in the network's CRS; missing and empty ones are passed over.
        solid
            Which of the polygons do not bind legs that begin inside, shape (len(shapes),); by default all. The outline
            of another is a wall, from the inside too.

        Examples
        --------
        >>> wall = Barriers.of([shapely.LineString([(0, 0), (10, 0)])])
        >>> wall.crossed(np.array([[5.0, -3.0], [5.0, 0.0]]), np.array([[5.0, 3.0], [5.0, 3.0]])).tolist()
        [True, False]
        """
        whole = np.asarray(shapes, dtype=object).reshape(-1)
        binds = np.ones(len(whole), dtype=bool) if solid is None else np.asarray(solid, dtype=bool)
        parts, owner = shapely.get_parts(whole, return_index=True)
        kinds = shapely.get_type_id(parts)
        is_area = kinds == shapely.GeometryType.POLYGON
        areas = parts[is_area]
        lines = np.where(is_area, shapely.boundary(parts), parts)
        number = np.where(is_area & binds[owner], np.cumsum(is_area) - 1, NO_AREA)
        rings, of_part = shapely.get_parts(lines, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        on = np.flatnonzero(ring[1:] == ring[:-1])
        pieces = np.asarray(shapely.linestrings(np.stack([xy[on], xy[on + 1]], axis=1)), dtype=object)
        inner = shapely.buffer(areas, -TOLERANCE_M, join_style="mitre")
        shapely.prepare(inner)
        area = number[of_part][ring[on]].astype(np.int64)
        return cls(pieces, area, inner, shapely.STRtree(pieces))

    def __len__(self) -> int:
        """Return the number of straight pieces."""
        return len(self.pieces)

    def crossed(self, start_xy: Floats, end_xy: Floats) -> Flags:
        """Return which straight legs cross a barrier.

        Parameters
        ----------
        start_xy, end_xy
            Where each leg begins (the point) and ends (metres), shape (n, 2).

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        result = np.zeros(len(start_xy), dtype=bool)
        way = end_xy - start_xy
        metres = np.hypot(way[:, 0], way[:, 1])
        long = np.flatnonzero(metres > 2 * TOLERANCE_M)
        if not len(self) or not len(long):
            return result
        short = way[long] * (TOLERANCE_M / metres[long])[:, None]
        legs = shapely.linestrings(np.stack([start_xy[long] + short, end_xy[long] - short], axis=1))
        leg, piece = self._tree.query(legs, predicate="intersects")
        area = self.area[piece]
        begins = start_xy[long[leg]]
        within = np.zeros(len(leg), dtype=bool)
        held = area != NO_AREA
        within[held] = shapely.contains_xy(self.inner[area[held]], begins[held, 0], begins[held, 1])
        result[long[leg[~within]]] = True
        return result


def nearest_open(
    tree: shapely.STRtree, points: NDArray[np.object_], *, barriers: Barriers, nearest_m: Floats, farthest_m: float
) -> tuple[Ints, Floats, Floats]:
    """Return for each point the line, the share of its length and the metres to its nearest place not behind a barrier.

    The places tried are the nearest one of every piece of every line, and the ends of the pieces, which are no longer
    than 10 m; the first whose leg is free is taken, by distance, line and place. An exact search would end at the
    corners of barriers, where a leg grazes a wall; this one finds a leg at most 10 m longer than the shortest free one
    wherever 10 m of a street on end are open to the point, and it keeps two laws: which places are tried depends on
    the streets only, so that another barrier never shortens a leg, and one that no leg crosses changes none.

    Parameters
    ----------
    tree
        The edges that may be entered.
    points
        The points, all with a finite place.
    barriers
        What may not be crossed.
    nearest_m
        The straight distance from each point to its nearest line (metres): the search begins there.
    farthest_m
        How far it goes (metres).

    Returns
    -------
    tuple
        Line (-1: there is none), share (0 to 1) and metres (inf), each of shape (len(points),).
    """
    size = len(points)
    line, share, metres = np.full(size, -1, dtype=np.int64), np.zeros(size), np.full(size, np.inf)
    lines = np.asarray(tree.geometries, dtype=object)
    todo, radius = np.arange(size), np.minimum(nearest_m + FIRST_RING_M, farthest_m)
    while len(todo):
        for start in range(0, len(todo), POINTS_AT_ONCE):
            rows = todo[start : start + POINTS_AT_ONCE]
            point, at = tree.query(points[rows], predicate="dwithin", distance=radius[rows])
            places = _places(lines, (point, at), points[rows], radius[rows])
            row, found = _first_open(places, points[rows], barriers)
            row = rows[row]
            line[row], share[row], metres[row] = found
        todo = todo[(line[todo] < 0) & (radius[todo] < farthest_m)]
        radius = np.minimum(2 * radius, farthest_m)
    return line, share, metres


Places = tuple["Ints", "Ints", "Floats", "Floats", "Floats"]


def _places(lines: NDArray[np.object_], near: tuple[Ints, Ints], points: NDArray[np.object_], radius: Floats) -> Places:
    """Return the places to try: point, line, share of its length, metres and xy, by point and distance."""
    point, at = near
    used, place = np.unique(at, return_inverse=True)
    length = shapely.length(lines[used])
    count = np.maximum(np.ceil(length / PIECE_M), 1).astype(np.int64)
    begin = np.cumsum(count) - count
    of = np.repeat(np.arange(len(used)), count)
    low = (np.arange(count.sum()) - begin[of]) / count[of]
    high = np.minimum(low + 1 / count[of], 1.0)
    pieces = cut(lines[used][of], low, high)
    times = count[place]
    pair = np.repeat(np.arange(len(at)), times)
    piece = np.repeat(begin[place] - (np.cumsum(times) - times), times) + np.arange(times.sum())
    close = shapely.distance(pieces[piece], points[point[pair]]) <= radius[point[pair]]
    pair, piece = pair[close], piece[close]
    foot = np.clip(shapely.line_locate_point(pieces[piece], points[point[pair]]), 0.0, None)
    whole = length[of[piece]]
    inner = low[piece] + np.divide(foot, whole, out=np.zeros_like(foot), where=whole > 0)
    share = np.concatenate([np.minimum(inner, 1.0), low[piece], high[piece]])
    pair, on = np.tile(pair, 3), np.tile(of[piece], 3)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines[used][on], share, normalized=True))
    metres = np.hypot(*(xy - shapely.get_coordinates(points)[point[pair]]).T)
    keep = metres <= radius[point[pair]]
    who, line, share, metres, xy = point[pair][keep], at[pair][keep], share[keep], metres[keep], xy[keep]
    order = np.lexsort((share, line, np.round(metres, 6), who))  # equally near: the network's order, as everywhere
    return who[order], line[order], share[order], metres[order], xy[order]


def _first_open(
    places: Places, points: NDArray[np.object_], barriers: Barriers
) -> tuple[Ints, tuple[Ints, Floats, Floats]]:
    """Return the points that have a place not behind a barrier, and the first such place of each."""
    who, line, share, metres, xy = places
    begins = shapely.get_coordinates(points)
    first = np.searchsorted(who, np.arange(len(points)))
    rank = np.arange(len(who)) - first[who]
    chosen = np.full(len(points), -1, dtype=np.int64)
    low, high = 0, FIRST_LEGS
    while True:
        rows = np.flatnonzero((rank >= low) & (rank < high) & (chosen[who] < 0))
        if not len(rows):
            break
        free = rows[~barriers.crossed(begins[who[rows]], xy[rows])][::-1]
        chosen[who[free]] = free  # backwards, so that the first of a point stays
        low, high = high, high * MORE
    found = np.flatnonzero(chosen >= 0)
    best = chosen[found]
    return found, (line[best], share[best], metres[best])
