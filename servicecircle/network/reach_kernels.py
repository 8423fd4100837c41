"""The kernels of isochrones, compiled by numba. Import this module inside functions.

A field holds the squared distance (square metres) from each point of a grid to the nearest street reached. Its values
become whole numbers before it is contoured, so that comparing them is exact, and where the contour crosses a line of
the grid is computed by operations that keep order. So a field that is nowhere larger gives a contour that nowhere lies
inside.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.network.sweep import NONE, compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Output = tuple[Floats, int]
    Lines = tuple[Ints, Floats, Floats, Floats]
    Edges = tuple[Ints, Ints, Ints]
    Reached = tuple[Ints, Ints, Floats]
    Doors = tuple[Ints, Ints, Floats, Floats]
    Place = tuple[int, int, float]

PER_METRE = 1024
"""Steps of a field's values in a metre."""

PER_CELL = 4096
"""Places between two neighbouring points of a grid where a contour may cross: never at the points themselves."""

CORNER = 1e-7
FIRST_SIZE = 4096


@compiled
def _with_room(table: Floats, needed: int) -> Floats:
    """Return a table with at least so many rows that begins with the same rows."""
    if needed <= len(table):
        return table
    longer = np.empty((max(needed, 2 * len(table)), table.shape[1]), dtype=np.float64)
    for i in range(len(table)):
        for j in range(table.shape[1]):
            longer[i, j] = table[i, j]
    return longer


@compiled
def _add_part(edge: int, part: tuple[float, float, int], lines: Lines, output: Output) -> Output:
    """Add the straight pieces of a part of an edge: ``part`` is (from, to, rank), metres of declared length."""
    begin, xy, length, drawn = lines
    table, size = output
    table = _with_room(table, size + begin[edge + 1] - begin[edge])
    scale = drawn[edge] / length[edge] if length[edge] > 0 else 0.0
    low, high = part[0] * scale, part[1] * scale
    gone = 0.0
    for i in range(begin[edge], begin[edge + 1] - 1):
        dx, dy = xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1]
        step = math.sqrt(dx * dx + dy * dy)
        first, last = max(low - gone, 0.0), min(high - gone, step)
        if last > first:
            table[size, 0], table[size, 1] = xy[i, 0] + dx * (first / step), xy[i, 1] + dy * (first / step)
            table[size, 2], table[size, 3] = xy[i, 0] + dx * (last / step), xy[i, 1] + dy * (last / step)
            table[size, 4] = part[2]
            size += 1
        gone += step
    return table, size


@compiled
def _add_edge(edge: int, reach: tuple[float, float], ask: tuple[Floats, Lines], output: Output) -> Output:
    """Add what is reached of an edge from its two ends, each piece with the rank of the first limit that reaches it."""
    limits, lines = ask
    whole = lines[2][edge]
    low, high = 0.0, whole
    for rank in range(len(limits)):
        from_u = min(max(limits[rank] - reach[0], 0.0), whole)
        from_v = max(min(whole - (limits[rank] - reach[1]), whole), 0.0)
        if from_u >= from_v:
            return _add_part(edge, (low, high, rank), lines, output) if high > low else output
        if from_u > low:
            output = _add_part(edge, (low, from_u, rank), lines, output)
            low = from_u
        if from_v < high:
            output = _add_part(edge, (from_v, high, rank), lines, output)
            high = from_v
    return output


@compiled
def _add_door(door: tuple[int, float, float], limits: Floats, lines: Lines, output: Output) -> Output:
    """Add what is reached of an edge from a door on it: ``door`` is (edge, offset, access), metres."""
    edge, offset, access = door
    low = high = offset
    for rank in range(len(limits)):
        left = limits[rank] - access
        if left <= 0:
            continue
        first, last = max(offset - left, 0.0), min(offset + left, lines[2][edge])
        if first < low:
            output = _add_part(edge, (first, low, rank), lines, output)
        if last > high:
            output = _add_part(edge, (high, last, rank), lines, output)
        low, high = first, last
    return output


@compiled
def pieces(streets: tuple[Edges, Lines], reached: Reached, doors: Doors, limits: Floats) -> tuple[Ints, Floats]:
    """Return the straight pieces reached from each source: where each source's begin (s+1,), and x, y, x, y, rank.

    The rank is the place of the first of the ascending limits (metres) that reaches a piece. ``streets`` is ((indptr,
    edge of each arc, nodes of each edge), (begin by edge, coordinates, declared length, drawn length)),
    ``reached`` (begin by source, nodes, metres), ``doors`` (begin by source, edge, offset, access).
    """
    (indptr, arc_edge, edge_nodes), lines = streets
    begin, nodes, metres = reached
    best = np.full(len(indptr) - 1, np.inf)
    first = np.zeros(len(begin), dtype=np.int64)
    output = np.empty((FIRST_SIZE, 5), dtype=np.float64), 0
    for s in range(len(begin) - 1):
        for i in range(begin[s], begin[s + 1]):
            best[nodes[i]] = metres[i]
        for i in range(begin[s], begin[s + 1]):
            for arc in range(indptr[nodes[i]], indptr[nodes[i] + 1]):
                edge = arc_edge[arc]
                u, v = edge_nodes[edge, 0], edge_nodes[edge, 1]
                if nodes[i] == u or best[u] == np.inf:  # an edge with both ends reached is added from one
                    output = _add_edge(edge, (best[u], best[v]), (limits, lines), output)
        for i in range(doors[0][s], doors[0][s + 1]):
            output = _add_door((doors[1][i], doors[2][i], doors[3][i]), limits, lines, output)
        for i in range(begin[s], begin[s + 1]):
            best[nodes[i]] = np.inf
        first[s + 1] = output[1]
    return first, output[0][: output[1]].copy()


@compiled
def _span(line: Floats, at: float, beside: float, box: tuple[float, float]) -> tuple[float, float]:
    """Return from where to where, on a line of the grid across it, points can be so near (metres) to a piece."""
    dx, dy = line[2] - line[0], line[3] - line[1]
    if abs(dy) * 16 <= abs(dx):
        return box
    middle = line[0] + (at - line[1]) * dx / dy
    half = beside * math.sqrt(dx * dx + dy * dy) / abs(dy)
    return max(box[0], middle - half), min(box[1], middle + half)


@compiled
def paint(squared: Floats, place: Place, table: Floats, ask: tuple[int, float]) -> None:
    """Lower the squared distances of a field near the pieces of a rank: ``ask`` is (rank, how far beside them, metres).

    ``place`` is the field's first column and row (numbers of cells from the origin of the coordinates) and the cell's
    size (metres).
    """
    column, row, cell = place
    rank, beside = ask
    rows, columns = squared.shape
    for s in range(len(table)):
        line = table[s]
        if line[4] != rank:
            continue
        box = min(line[0], line[2]) - beside, max(line[0], line[2]) + beside
        dx, dy = line[2] - line[0], line[3] - line[1]
        long = dx * dx + dy * dy
        per_share = 1 / long if long > 0 else 0.0
        first_row = max(math.ceil((min(line[1], line[3]) - beside) / cell) - row, 0)
        last_row = min(math.floor((max(line[1], line[3]) + beside) / cell) - row, rows - 1)
        for i in range(first_row, last_row + 1):
            py = (row + i) * cell
            low, high = _span(line, py, beside, box)
            first = max(math.ceil(low / cell) - column, 0)
            for j in range(first, min(math.floor(high / cell) - column, columns - 1) + 1):
                px = (column + j) * cell
                along = (px - line[0]) * dx + (py - line[1]) * dy
                share = min(max(along * per_share, 0.0), 1.0)
                away_x, away_y = px - line[0] - share * dx, py - line[1] - share * dy
                away = away_x * away_x + away_y * away_y
                squared[i, j] = min(squared[i, j], away)


@compiled
def steps(squared: Floats, farthest: float) -> Floats:
    """Return a field in whole steps, all odd, none above those of the farthest distance (metres) that was painted."""
    result = np.empty(squared.shape, dtype=np.float64)
    most = farthest * farthest
    for i in range(squared.shape[0]):
        for j in range(squared.shape[1]):
            metres = math.sqrt(min(squared[i, j], most))
            result[i, j] = 2 * math.floor(metres * PER_METRE) + 1
    return result


@compiled
def crossings(points: Floats, field: Floats, level: float, place: Place) -> Floats:
    """Return the coordinates (metres) of a contour's points, given as columns and rows of a field in steps.

    Each point lies on a line of the grid, strictly between two points of the grid; those at points of the grid, where
    the field ends, stay there.
    """
    column, row, cell = place
    result = np.empty(points.shape, dtype=np.float64)
    for p in range(len(points)):
        x, y = points[p, 0], points[p, 1]
        near_x, near_y = round(x), round(y)
        i, j = near_y, near_x
        shift_x = shift_y = 0.0
        if max(abs(x - near_x), abs(y - near_y)) > CORNER:
            if abs(x - near_x) <= abs(y - near_y):
                i = math.floor(y)
                share = (level - field[i, j]) / (field[i + 1, j] - field[i, j])
                shift_y = min(max(round(share * PER_CELL), 1), PER_CELL - 1) / PER_CELL
            else:
                j = math.floor(x)
                share = (level - field[i, j]) / (field[i, j + 1] - field[i, j])
                shift_x = min(max(round(share * PER_CELL), 1), PER_CELL - 1) / PER_CELL
        result[p, 0], result[p, 1] = cell * (column + j + shift_x), cell * (row + i + shift_y)
    return result


@compiled
def _survives(mine: int, places: Floats, legs: Floats, owners: Ints) -> bool:
    """Return whether anywhere on an edge one of the ways onto it is better than all others; ties go by owner."""
    for other in range(len(places)):
        if other == mine:
            continue
        through = legs[other] + abs(places[other] - places[mine])
        if through < legs[mine]:
            return False
        if through == legs[mine] and (owners[other], other) < (owners[mine], mine):
            return False
    return True


@compiled
def _ways_onto(
    edge: int, edges: tuple[Ints, Floats], labels: tuple[Floats, Ints], doors: Doors
) -> tuple[Floats, Floats, Ints]:
    """Return all ways onto an edge, from its ends and its doors: where (metres from u), metres until there, source."""
    nodes, length = edges
    begin, number, offset, access = doors
    count = begin[edge + 1] - begin[edge] + 2
    places, legs, owners = np.empty(count), np.empty(count), np.empty(count, dtype=np.int64)
    for side in range(2):
        at = side * (count - 1)
        node = nodes[edge, side]
        places[at], legs[at], owners[at] = side * length[edge], labels[0][node], labels[1][node]
    order = np.argsort(offset[begin[edge] : begin[edge + 1]], kind="mergesort")
    for i in range(count - 2):
        door = begin[edge] + order[i]
        places[i + 1], legs[i + 1], owners[i + 1] = offset[door], access[door], number[door]
    return places, legs, owners


@compiled
def shared_edges(edges: tuple[Ints, Floats], labels: tuple[Floats, Ints], doors: Doors) -> tuple[Ints, Ints, Floats]:
    """Return the edges reached, cut where two sources are equally far: edge, source, and (from, to, place, leg).

    At x, within (from, to), the walk to the source is leg + abs(x - place); all metres along the edge. ``edges`` is
    (nodes, declared length), ``labels`` the nodes' (metres, source), ``doors`` (begin by edge, source, offset, access).
    """
    edge_out, owner_out = np.empty(FIRST_SIZE, dtype=np.int64), np.empty(FIRST_SIZE, dtype=np.int64)
    size, parts = 0, np.empty((FIRST_SIZE, 4), dtype=np.float64)
    for edge in range(len(edges[1])):
        u, v = edges[0][edge, 0], edges[0][edge, 1]
        if labels[1][u] == NONE and labels[1][v] == NONE and doors[0][edge] == doors[0][edge + 1]:
            continue
        places, legs, owners = _ways_onto(edge, edges, labels, doors)
        parts = _with_room(parts, size + len(places))
        if len(parts) > len(edge_out):
            edge_out = np.concatenate((edge_out, np.empty(len(parts) - len(edge_out), dtype=np.int64)))
            owner_out = np.concatenate((owner_out, np.empty(len(parts) - len(owner_out), dtype=np.int64)))
        last, low = -1, 0.0
        for i in range(len(places)):
            if legs[i] == np.inf or not _survives(i, places, legs, owners):
                continue
            if last >= 0:
                low = (places[last] + places[i] + legs[i] - legs[last]) / 2
                parts[size - 1, 1] = low
            edge_out[size], owner_out[size] = edge, owners[i]
            parts[size, 0], parts[size, 1], parts[size, 2], parts[size, 3] = low, edges[1][edge], places[i], legs[i]
            last = i
            size += 1
    return edge_out[:size].copy(), owner_out[:size].copy(), parts[:size].copy()
