"""Where points stand on a walk network, each at one door or at several."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork

NOT_PLACED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """All doors of points that are left, or entered, through doors: one row for each door that is on the network.

    Parameters
    ----------
    point
        The point each door leads to, by its place among the points, ascending, shape (d,).
    edge, offset_m, access_m
        As in `Positions`; the access leg runs from where the walk begins over the bend to the edge, shape (d,).
    begin_xy
        Where the walk begins (metres): the point itself, or the facility's own door, shape (d, 2).
    bend_xy
        The way out that the access leg passes (metres): the compound's entrance, else where it begins, shape (d, 2).
    """

    point: NDArray[np.int64]
    edge: NDArray[np.int64]
    offset_m: NDArray[np.float64]
    access_m: NDArray[np.float64]
    begin_xy: NDArray[np.float64]
    bend_xy: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> Doors:
        """Return some of the doors, by number, in their order."""
        return Doors(
            self.point[rows],
            self.edge[rows],
            self.offset_m[rows],
            self.access_m[rows],
            self.begin_xy[rows],
            self.bend_xy[rows],
        )

    def __len__(self) -> int:
        """Return the number of doors."""
        return len(self.point)


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Where points stand on a walk network, one row per point.

    Parameters
    ----------
    edge
        The edge, -1 for a point that is not placed, shape (k,). Of several doors it is that of the door with the
        shortest access leg; so are the next two.
    offset_m
        Metres along the edge's declared length from its node u, shape (k,).
    access_m
        The access leg (metres, straight line from the point to the edge), inf for a point not placed, shape (k,).
    point_xy
        The points themselves (metres), NaN where there is none, shape (k, 2).
    doors
        All doors of all points, where some points have doors of their own; walks take the best of them.
    """

    edge: NDArray[np.int64]
    offset_m: NDArray[np.float64]
    access_m: NDArray[np.float64]
    point_xy: NDArray[np.float64]
    doors: Doors | None = field(default=None, kw_only=True)

    @classmethod
    def through(cls, doors: Doors, point_xy: NDArray[np.float64]) -> Positions:
        """Return points that are entered through doors; one without a door is not placed.

        Parameters
        ----------
        doors
            The doors.
        point_xy
            The points (metres), shape (k, 2).
        """
        size = len(point_xy)
        edge, offset, access = np.full(size, NOT_PLACED, dtype=np.int64), np.zeros(size), np.full(size, np.inf)
        order = np.lexsort((doors.offset_m, doors.edge, doors.access_m, doors.point))
        point, first = np.unique(doors.point[order], return_index=True)
        best = order[first]
        edge[point], offset[point], access[point] = doors.edge[best], doors.offset_m[best], doors.access_m[best]
        return cls(edge, offset, access, point_xy, doors=doors)

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Return which points stand on the network, shape (k,)."""
        return np.not_equal(self.edge, NOT_PLACED)

    @property
    def at_doors(self) -> tuple[Positions, NDArray[np.int64]]:
        """Return a position for each door, and the point it leads to: the points themselves where none has doors."""
        doors = self.doors
        if doors is None:
            return self, np.arange(len(self), dtype=np.int64)
        return Positions(doors.edge, doors.offset_m, doors.access_m, doors.begin_xy), doors.point

    @property
    def bend_xy(self) -> NDArray[np.float64]:
        """Return the way out that each door's access leg passes (metres), for the rows of `at_doors`."""
        return self.point_xy if self.doors is None else self.doors.bend_xy

    def take(self, indices: Any) -> Positions:
        """Return the positions at these places (numbers or a mask), in their order."""
        rows = np.asarray(indices)
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.int64)
        taken = Positions(self.edge[rows], self.offset_m[rows], self.access_m[rows], self.point_xy[rows])
        if self.doors is None:
            return taken
        begin = np.searchsorted(self.doors.point, np.arange(len(self) + 1))
        count = np.diff(begin)[rows]
        point = np.repeat(np.arange(len(rows), dtype=np.int64), count)
        door = np.repeat(begin[:-1][rows] - (np.cumsum(count) - count), count) + np.arange(count.sum())
        doors = replace(self.doors.take(door), point=point)
        return Positions(taken.edge, taken.offset_m, taken.access_m, taken.point_xy, doors=doors)

    def __len__(self) -> int:
        """Return the number of points, placed or not."""
        return len(self.edge)


def joined(first: Positions, second: Positions) -> Positions:
    """Return the points of both, those of the second after those of the first."""
    if not len(second):
        return first
    names = ("edge", "offset_m", "access_m", "point_xy")
    columns = [np.concatenate([getattr(first, name), getattr(second, name)]) for name in names]
    if first.doors is None and second.doors is None:
        return Positions(*columns)
    parts = [_doors_of(first, 0), _doors_of(second, len(first))]
    of_doors = ("point", "edge", "offset_m", "access_m", "begin_xy", "bend_xy")
    doors = Doors(*(np.concatenate([getattr(one, name) for one in parts]) for name in of_doors))
    return Positions(*columns, doors=doors)


def _doors_of(positions: Positions, before: int) -> Doors:
    """Return the doors of positions, numbered after some points before them; points without doors are doors."""
    if positions.doors is not None:
        return replace(positions.doors, point=positions.doors.point + before)
    there = np.flatnonzero(positions.placed)
    xy = positions.point_xy[there]
    return Doors(there + before, positions.edge[there], positions.offset_m[there], positions.access_m[there], xy, xy)


def feet(network: WalkNetwork, positions: Positions) -> NDArray[np.float64]:
    """Return where the access legs of placed positions (without doors) meet the network (metres), shape (k, 2)."""
    length = network.edge_length_m[positions.edge]
    share = np.divide(positions.offset_m, length, out=np.zeros(len(positions)), where=length > 0)
    points = shapely.line_interpolate_point(network.edge_geometry[positions.edge], share, normalized=True)
    return np.asarray(shapely.get_coordinates(points))
