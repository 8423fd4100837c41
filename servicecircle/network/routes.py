"""One walk from door to door, with its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.errors import InputError
from servicecircle.network.lines import cut
from servicecircle.network.travel import arcs_of, entries, legs, queue_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork
    from servicecircle.network.positions import Positions

    Step = tuple[int, float, float]  # an edge, walked from and to (metres along its declared length)


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A walk from an origin to a facility.

    Parameters
    ----------
    distance_m
        The whole walk (metres): access, path and egress; inf if there is none.
    access_m
        From the origin to the network (metres).
    path_m
        On the network (metres).
    egress_m
        From the network to the facility (metres).
    geometry
        The line of the walk from the origin to the facility, None if there is none.
    """

    distance_m: float
    access_m: float
    path_m: float
    egress_m: float
    geometry: shapely.LineString | None


def route(network: WalkNetwork, origin: Positions, facility: Positions) -> Route:
    """Return the shortest walk from one origin to one facility, by the best of their doors.

    Parameters
    ----------
    network
        The walk network.
    origin, facility
        Positions of one point each.

    Raises
    ------
    InputError
        If not exactly one position is given for each, or they are not on this network.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from servicecircle.network import WalkNetwork, snap
    >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (500100, 0)])], crs="EPSG:4549")
    >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
    >>> doors = snap(walk, [shapely.Point(500010, 5), shapely.Point(500050, -20)])
    >>> way = route(walk, doors.take([0]), doors.take([1]))
    >>> round(way.distance_m, 6), way.geometry
    (65.0, <LINESTRING (500010 5, 500010 0, 500050 0, 500050 -20)>)
    """
    if len(origin) != 1 or len(facility) != 1:
        raise InputError(
            f"route takes one origin and one facility. {len(origin)} and {len(facility)} were given; use "
            "positions.take([i]). | route 只接受一个起点和一个设施。"
        )
    if not (origin.placed[0] and facility.placed[0]):
        return Route(np.inf, float(origin.access_m[0]), np.inf, float(facility.access_m[0]), None)
    leaves, enters = (_each_door(one) for one in (origin, facility))
    found = []
    for enter, (last, _) in enumerate(enters):
        best = _best(network, last)
        for leave, (first, _) in enumerate(leaves):
            distance, side = min(_ways(network, first, last, best))
            found.append((distance, leave, enter, side))
    distance, leave, enter, side = min(found)
    (first, start), (last, end) = leaves[leave], enters[enter]
    access, egress = float(first.access_m[0]), float(last.access_m[0])
    if not np.isfinite(distance):
        return Route(np.inf, access, np.inf, egress, None)
    steps = _steps(network, first, last, best=_best(network, last), side=side)
    line = _line(network, steps, start, end[::-1])
    return Route(distance, access, max(distance - access - egress, 0.0), egress, line)


def _each_door(one: Positions) -> list[tuple[Positions, NDArray[np.float64]]]:
    """Return a position for each door of a point, with where its walk begins and the way out it passes."""
    doors, _ = one.at_doors
    bends = np.stack([doors.point_xy, one.bend_xy], axis=1)
    return [(doors.take([i]), bends[i]) for i in range(len(doors))]


def _best(network: WalkNetwork, facility: Positions) -> NDArray[np.float64]:
    """Return the metres from the facility's door to every node."""
    from servicecircle.network import sweep

    seeds = entries(network, facility)
    best: NDArray[np.float64] = sweep.sweep(arcs_of(network), seeds, queue_size(network, np.inf, seeds))[0]
    return best


def _ways(
    network: WalkNetwork, origin: Positions, facility: Positions, best: NDArray[np.float64]
) -> list[tuple[float, int]]:
    """Return the metres of the walk straight along one edge (-1), through node u (0) and through node v (1)."""
    on, to_ends = legs(network, origin)
    access = float(origin.access_m[0])
    ways = [(float(best[on[0, side]]) + (float(to_ends[0, side]) + access), side) for side in (0, 1)]
    if origin.edge[0] == facility.edge[0]:
        along = abs(float(origin.offset_m[0]) - float(facility.offset_m[0]))
        ways.append((float(facility.access_m[0]) + along + access, -1))
    return ways


def _steps(
    network: WalkNetwork, origin: Positions, facility: Positions, *, best: NDArray[np.float64], side: int
) -> list[Step]:
    """Return the edges of the walk in order, the first and last in part."""
    edge, offset = int(origin.edge[0]), float(origin.offset_m[0])
    goal, there = int(facility.edge[0]), float(facility.offset_m[0])
    if side < 0:
        return [(edge, offset, there)]
    end = 0.0 if side == 0 else float(network.edge_length_m[edge])
    on, to_ends = legs(network, facility)
    reach = to_ends[0] + float(facility.access_m[0])
    seeds = {int(node): float(reach[on[0] == node].min()) for node in on[0]}
    arcs, last = _walk_back(network, best, int(network.edge_nodes[edge, side]), seeds)
    enters = int(np.argmin(np.where(on[0] == last, reach, np.inf)))
    middle: list[Step] = []
    for node, arc in arcs:
        passed = int(network.arc_edge[arc])
        length = float(network.edge_length_m[passed])
        middle.append((passed, 0.0, length) if network.edge_nodes[passed, 0] == node else (passed, length, 0.0))
    return [(edge, offset, end), *middle, (goal, 0.0 if enters == 0 else float(network.edge_length_m[goal]), there)]


def _walk_back(
    network: WalkNetwork, best: NDArray[np.float64], start: int, seeds: dict[int, float]
) -> tuple[list[tuple[int, int]], int]:
    """Return the arcs from a node down to the facility's edge, each with the node it leaves, and the last node.

    An arc is on a shortest walk if the metres at both its ends differ by its length, exactly: that is how they were
    made. Arcs of no length may lead in circles, so nodes are tried once each.
    """
    came: dict[int, tuple[int, int]] = {start: (-1, -1)}
    trail, node = [start], start
    while trail:
        node = trail.pop()
        if best[node] == seeds.get(node):
            break
        for arc in range(network.indptr[node], network.indptr[node + 1]):
            target = int(network.targets[arc])
            if target not in came and best[target] + network.arc_length_m[arc] == best[node]:
                came[target] = node, arc
                trail.append(target)
    last, arcs = node, []
    while came[node][1] >= 0:
        arcs.append(came[node])
        node = came[node][0]
    return arcs[::-1], last


def _line(
    network: WalkNetwork, steps: list[Step], start: NDArray[np.float64], end: NDArray[np.float64]
) -> shapely.LineString:
    """Return the line of a walk: the points of its start, its steps, those of its end, without repeated points."""
    edge = np.array([step[0] for step in steps])
    length = network.edge_length_m[edge]
    metres = np.array([step[1:] for step in steps])
    share = np.divide(metres, length[:, None], out=np.zeros_like(metres), where=length[:, None] > 0)
    pieces = cut(network.edge_geometry[edge], share.min(axis=1), share.max(axis=1))
    backwards = metres[:, 0] > metres[:, 1]
    pieces[backwards] = shapely.reverse(pieces[backwards])
    xy = np.vstack([start, shapely.get_coordinates(pieces), end])
    moved = np.ones(len(xy), dtype=bool)
    moved[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    xy = xy[moved] if moved.sum() > 1 else xy[:2]
    return shapely.LineString(xy)
