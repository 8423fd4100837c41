"""Slow, obvious twins of the algorithms: every position becomes a node of a graph, and networkx or heapq walks it."""

from __future__ import annotations

import heapq
import math
from itertools import count, pairwise, product
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network import Positions, WalkNetwork

    Door = tuple[str, int]
    Neighbours = dict[object, list[tuple[object, float]]]


def door_graph(network: WalkNetwork, origins: Positions, facilities: Positions) -> nx.MultiGraph[Any]:
    """Return a graph in which every edge is split at every position on it, with a node for every door.

    Nodes of the network are ("node", i); doors ("origin", i) and ("facility", i), each joined to its place on the edge
    by its access leg.
    """
    stops: dict[int, list[tuple[float, Door]]] = {edge: [] for edge in range(len(network.edge_length_m))}
    for kind, positions in (("origin", origins), ("facility", facilities)):
        for i in range(len(positions)):
            if positions.edge[i] >= 0:
                stops[int(positions.edge[i])].append((float(positions.offset_m[i]), (kind, i)))
    graph: nx.MultiGraph[Any] = nx.MultiGraph()
    graph.add_nodes_from(
        (kind, i) for kind, those in (("origin", origins), ("facility", facilities)) for i in range(len(those))
    )
    number = count()
    for edge, those in stops.items():
        u, v = (("node", int(node)) for node in network.edge_nodes[edge])
        chain: list[tuple[object, float]] = [(u, 0.0)]
        for offset, door in sorted(those):
            place = ("place", next(number))
            chain.append((place, offset))
            positions = origins if door[0] == "origin" else facilities
            graph.add_edge(place, door, length=float(positions.access_m[door[1]]))
        chain.append((v, float(network.edge_length_m[edge])))
        for (a, from_m), (b, to_m) in pairwise(chain):
            graph.add_edge(a, b, length=to_m - from_m)
    return graph


def distances(network: WalkNetwork, origins: Positions, facilities: Positions) -> NDArray[np.float64]:
    """Return the metres from each origin to each facility, shape (origins, facilities), inf where there is no walk.

    Doors are dead ends, so no walk leads through another door.
    """
    graph = door_graph(network, origins, facilities)
    result = np.full((len(origins), len(facilities)), np.inf)
    for j in range(len(facilities)):
        found = nx.single_source_dijkstra_path_length(graph, ("facility", j), weight="length")
        for i in range(len(origins)):
            result[i, j] = found.get(("origin", i), math.inf)
    return result


def heap_distances(network: WalkNetwork, origins: Positions, facilities: Positions) -> NDArray[np.float64]:
    """Return the same as `distances`, by a second implementation: a plain heap over a plain list of neighbours."""
    neighbours: Neighbours = {}
    for a, b, attributes in door_graph(network, origins, facilities).edges(data=True):
        length = float(attributes["length"])
        neighbours.setdefault(a, []).append((b, length))
        neighbours.setdefault(b, []).append((a, length))
    result = np.full((len(origins), len(facilities)), np.inf)
    for j in range(len(facilities)):
        order = count()
        heap: list[tuple[float, int, object]] = [(0.0, next(order), ("facility", j))]
        done: dict[object, float] = {}
        while heap:
            metres, _, node = heapq.heappop(heap)
            if node in done:
                continue
            done[node] = metres
            for other, length in neighbours.get(node, []):
                heapq.heappush(heap, (metres + length, next(order), other))
        for i in range(len(origins)):
            result[i, j] = done.get(("origin", i), math.inf)
    return result


def nearest_edge(network: WalkNetwork, point: shapely.Point) -> tuple[float, float]:
    """Return the distance (metres) to the nearest of all edges and the share of its line, segment by segment.

    Of edges that are equally near (to a micrometre) the first counts.
    """
    best, share = math.inf, 0.0
    for line in network.edge_geometry:
        walked, total = 0.0, float(line.length)
        nearest_here, share_here = math.inf, 0.0
        for (ax, ay), (bx, by) in pairwise(line.coords):
            length = math.hypot(bx - ax, by - ay)
            t = 0.0
            if length > 0:
                t = ((point.x - ax) * (bx - ax) + (point.y - ay) * (by - ay)) / length**2
                t = min(1.0, max(0.0, t))
            away = math.hypot(point.x - ax - t * (bx - ax), point.y - ay - t * (by - ay))
            if away < nearest_here:
                nearest_here, share_here = away, (walked + t * length) / total if total else 0.0
            walked += length
        if nearest_here < best - 1e-6:
            best, share = nearest_here, share_here
    return best, share


def leg_crosses(here: shapely.Point, there: shapely.Point, walls: list[shapely.Geometry]) -> bool:
    """Return whether a straight leg, but for a millimetre at its ends, touches a wall that it does not begin in."""
    leg = shapely.LineString([here, there])
    if leg.length <= 0.002:
        return False
    inner = shapely.LineString([leg.interpolate(0.001), leg.interpolate(leg.length - 0.001)])
    return any(inner.intersects(wall) and not shapely.buffer(wall, -0.001).contains(here) for wall in walls)


def open_stretches(
    line: shapely.LineString, point: shapely.Point, walls: list[shapely.Geometry], *, step: float
) -> list[list[float]]:
    """Return the stretches of a line that are open to a point, each as distances from it, sampled at every step."""
    marks = max(1, math.ceil(line.length / 10))
    share = {i / marks for i in range(marks + 1)}
    share |= {float(one) for one in np.linspace(0, 1, max(2, math.ceil(line.length / step) + 1))}
    share.add(float(line.project(point, normalized=True)))
    stretches: list[list[float]] = [[]]
    for one in sorted(share):
        place = line.interpolate(one, normalized=True)
        if leg_crosses(point, place, walls):
            stretches.append([])
        else:
            stretches[-1].append(point.distance(place))
    return [stretch for stretch in stretches if stretch]


def shortest_choice(choices: list[list[tuple[int, int]]]) -> float:
    """Return the length of the shortest way through one point of each list, in their order, trying all of them."""
    return min(sum(math.dist(a, b) for a, b in pairwise(way)) for way in product(*choices))
