"""Cutting lines at given places, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cut(lines: NDArray[np.object_], start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return the part of each LineString between two shares of its length, 0 <= start <= end <= 1.

    Examples
    --------
    >>> line = np.array([shapely.LineString([(0, 0), (4, 0), (4, 4)])], dtype=object)
    >>> cut(line, np.array([0.25]), np.array([0.75]))[0]
    <LINESTRING (2 0, 4 0, 4 2)>
    """
    if not len(lines):
        return np.empty(0, dtype=object)
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    step = np.zeros(len(xy))
    step[1:] = np.where(owner[1:] == owner[:-1], np.hypot(*np.diff(xy, axis=0).T), 0.0)
    reached = np.cumsum(step)
    first = np.searchsorted(owner, np.arange(len(lines)))
    reached -= reached[first][owner]
    length = shapely.length(lines)
    inner = (reached > (start * length)[owner]) & (reached < (end * length)[owner])
    ends = [shapely.get_coordinates(shapely.line_interpolate_point(lines, share * length)) for share in (start, end)]
    number = np.arange(len(lines))
    points = np.vstack([ends[0], xy[inner], ends[1]])
    line = np.concatenate([number, owner[inner], number])
    order = np.argsort(line, kind="stable")
    return np.asarray(shapely.linestrings(points[order], indices=line[order]), dtype=object)
