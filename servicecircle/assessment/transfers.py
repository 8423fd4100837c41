"""Bus lines as a graph: which lines serve a place, and how many changes of bus lead from line to line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array
    from shapely.geometry.base import BaseGeometry

CHANGE_M = 150.0
"""People change between stops no farther apart than this (metres, straight line): an assumption."""


@dataclass(frozen=True, slots=True, eq=False)
class BusGraph:
    """Bus lines and their stops. Lines run both ways and at any time; made by `bus_graph`.

    Parameters
    ----------
    stops
        The stops, shape (stops,) of points.
    serves
        Which line (row) serves which stop (column).
    changes
        Which lines people can change between, a line with itself among them, shape (lines, lines).
    """

    stops: NDArray[np.object_]
    serves: csr_array
    changes: csr_array

    def lines_at(self, where: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the lines that serve any of some stops, by number; `where` has shape (stops,)."""
        return np.flatnonzero(self.serves @ where.astype(np.int64) > 0)

    def stops_of(self, place: BaseGeometry, within_m: float | None) -> NDArray[np.bool_]:
        """Return the stops in a polygon, or where there are none those up to some metres from it, shape (stops,)."""
        inside = np.asarray(shapely.intersects(place, self.stops), dtype=bool)
        if inside.any() or within_m is None:
            return inside
        return np.asarray(shapely.dwithin(place, self.stops, within_m + TOLERANCE_M), dtype=bool)

    def transfers_to(self, lines: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return for each line the fewest changes to any of some lines: 0 for these, inf where none leads there."""
        fewest = np.full(self.serves.shape[0], np.inf)
        reached = np.zeros(len(fewest), dtype=bool)
        reached[lines] = True
        count = 0
        while reached.any():
            fewest[reached] = np.minimum(fewest[reached], count)
            reached = (self.changes @ reached.astype(np.int64) > 0) & np.isinf(fewest)
            count += 1
        return fewest


def bus_graph(lines: gpd.GeoDataFrame) -> BusGraph:
    """Return the graph of bus lines, one row for each stop of a line."""
    from scipy.sparse import coo_array, csr_array, eye_array
    from scipy.spatial import KDTree

    line = pd.factorize(lines["line_id"], sort=True)[0]
    stop, names = pd.factorize(lines["stop_id"], sort=True)
    first = pd.Series(np.arange(len(lines))).groupby(stop).first().to_numpy(dtype=np.int64)
    stops = np.asarray(lines.geometry.to_numpy()[first], dtype=object)
    size = (int(line.max(initial=-1)) + 1, len(names))
    pairs = np.unique(np.column_stack([line, stop]), axis=0)
    serves = csr_array(coo_array((np.ones(len(pairs), dtype=np.int64), (pairs[:, 0], pairs[:, 1])), shape=size))
    xy = shapely.get_coordinates(stops)
    near = KDTree(xy).query_pairs(CHANGE_M + TOLERANCE_M, output_type="ndarray") if len(xy) else np.zeros((0, 2), int)
    joined = coo_array((np.ones(len(near), dtype=np.int64), (near[:, 0], near[:, 1])), shape=(len(xy), len(xy)))
    together = csr_array(joined + joined.T + eye_array(len(xy), dtype=np.int64))
    return BusGraph(stops, serves, csr_array(serves @ together @ serves.T))
