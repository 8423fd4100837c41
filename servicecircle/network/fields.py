"""Polygons by the fast method: the distance to the streets reached, painted on a grid and contoured.

The contour keeps three promises whatever is drawn: polygons are valid, for their rings never touch; a field that is
nowhere larger gives polygons that contain the others; and no point of the polygons is farther than a cell's diagonal
from the ground within the buffer, nor any point of that ground farther than this from the polygons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from servicecircle.network.drawing import Drawing
    from servicecircle.network.graph import WalkNetwork
    from servicecircle.network.positions import Positions
    from servicecircle.network.reached import Reached

    Ground = shapely.Polygon | shapely.MultiPolygon
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Window = tuple[int, int, int, int]  # first column, first row, last column, last row: numbers of cells

WINDOW_CELLS = 1024
"""A field is painted in windows of at most so many cells a side, so that a large one does not fill the memory."""

RANK = 4


class Streets:
    """The streets of a network as the kernels take them, for many sources."""

    def __init__(self, network: WalkNetwork) -> None:
        self.network = network
        xy, owner = shapely.get_coordinates(network.edge_geometry, return_index=True)
        begin = np.searchsorted(owner, np.arange(len(network) + 1)).astype(np.int64)
        self.lines = begin, xy, network.edge_length_m, shapely.length(network.edge_geometry)
        self.edges = network.indptr, network.arc_edge, network.edge_nodes

    def pieces(self, found: list[Reached], sources: list[Positions], limits: list[float]) -> list[Floats]:
        """Return the straight pieces reached by each, with their access legs: x, y, x, y, rank among the limits."""
        from servicecircle.network import reach_kernels

        doors = [one.at_doors[0].take(one.at_doors[0].placed) for one in sources]
        begin, table = reach_kernels.pieces(
            (self.edges, self.lines),
            (
                _begins(len(nodes) for nodes, _ in found),
                np.concatenate([nodes for nodes, _ in found]),
                np.concatenate([metres for _, metres in found]),
            ),
            (
                _begins(map(len, doors)),
                np.concatenate([door.edge for door in doors]),
                np.concatenate([door.offset_m for door in doors]),
                np.concatenate([door.access_m for door in doors]),
            ),
            np.array(limits),
        )
        tables = np.split(table, begin[1:-1])
        return [np.vstack([part, self._legs(one, limits)]) for part, one in zip(tables, sources, strict=True)]

    def _legs(self, sources: Positions, limits: list[float]) -> Floats:
        from servicecircle.network.reached import access_legs

        drawn = []
        for rank, limit in enumerate(limits):
            lines, _ = access_legs(self.network, sources, limit)
            ends = shapely.get_coordinates(lines).reshape(-1, 4)
            drawn.append(np.column_stack([ends, np.full(len(ends), float(rank))]))
        return np.vstack(drawn)


def _begins(sizes: Iterator[int] | map[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(np.fromiter(sizes, dtype=np.int64))]).astype(np.int64)


def painted(table: Floats, ranks: int, drawing: Drawing) -> list[Ground]:
    """Return a polygon for each rank: the ground beside the pieces up to that rank.

    Parameters
    ----------
    table
        Straight pieces: x, y, x, y (metres), rank; shape (n, 5).
    ranks
        How many ranks there are.
    drawing
        How far the ground lies beside the pieces, and the cell size.
    """
    windows = [_window(table[table[:, RANK] <= rank], drawing) for rank in range(ranks)]
    parts: list[list[NDArray[np.object_]]] = [[] for _ in range(ranks)]
    for tile in _tiles(windows[-1]):
        for rank, shapes in enumerate(_contours(table, tile, windows, drawing)):
            parts[rank].append(shapes)
    return [_together(shapes) for shapes in parts]


def _window(table: Floats, drawing: Drawing) -> Window | None:
    """Return the columns and rows (of points) of the grid that hold the ground beside some pieces."""
    if not len(table):
        return None
    beside = drawing.buffer_m + drawing.cell_m
    ends = table[:, :4].reshape(-1, 2)
    low = np.floor((ends.min(axis=0) - beside) / drawing.cell_m).astype(np.int64)
    high = np.ceil((ends.max(axis=0) + beside) / drawing.cell_m).astype(np.int64)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _tiles(window: Window | None) -> Iterator[Window]:
    """Return the windows of at most `WINDOW_CELLS` a side that make up one; neighbours share a line of points."""
    if window is None:
        return
    left, low, right, high = window
    for row in range(low, high, WINDOW_CELLS):
        for column in range(left, right, WINDOW_CELLS):
            yield column, row, min(column + WINDOW_CELLS, right), min(row + WINDOW_CELLS, high)


def _contours(
    table: Floats, tile: Window, windows: list[Window | None], drawing: Drawing
) -> Iterator[NDArray[np.object_]]:
    """Return the polygons of each rank within a tile."""
    from servicecircle.network import reach_kernels

    left, low, right, high = tile
    beside = drawing.buffer_m + drawing.cell_m
    squared = np.full((high - low + 1, right - left + 1), np.inf)
    for rank, window in enumerate(windows):
        if window is None:
            yield np.empty(0, dtype=object)
            continue
        reach_kernels.paint(squared, (left, low, drawing.cell_m), table, (rank, beside * (1 + 1e-9)))
        a, b = max(window[0], left), max(window[1], low)
        c, d = min(window[2], right), min(window[3], high)
        if a >= c or b >= d:
            yield np.empty(0, dtype=object)
            continue
        field = reach_kernels.steps(squared[b - low : d - low + 1, a - left : c - left + 1], beside)
        yield _contour(field, 2.0 * round(drawing.buffer_m * reach_kernels.PER_METRE), (a, b, drawing.cell_m))


def _contour(field: Floats, level: float, place: tuple[int, int, float]) -> NDArray[np.object_]:
    """Return the polygons in which a field in steps is below a level."""
    from contourpy import FillType, contour_generator

    from servicecircle.network import reach_kernels

    contours = contour_generator(z=field, name="serial", fill_type=FillType.ChunkCombinedOffsetOffset)
    found: Any = contours.filled(-1.0, level)  # in one chunk: points, where rings begin, where polygons begin
    (points,), (rings,), (outers,) = found
    if points is None:
        return np.empty(0, dtype=object)
    xy = reach_kernels.crossings(points, field, level, place)
    offsets = rings.astype(np.int64), outers.astype(np.int64)
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, offsets), dtype=object)


def _together(tiles: list[NDArray[np.object_]]) -> Ground:
    """Return the polygons of all tiles as one shape; where tiles meet their edges are the same, point by point."""
    shapes = np.concatenate(tiles) if tiles else np.empty(0, dtype=object)
    if not len(shapes):
        return shapely.Polygon()
    if sum(map(bool, map(len, tiles))) > 1:
        return cast("Ground", shapely.coverage_union_all(shapes))
    return shapes[0] if len(shapes) == 1 else shapely.MultiPolygon(list(shapes))
