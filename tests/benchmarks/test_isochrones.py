"""Fast isochrones of many facilities, against the usual way with networkx: answers are compared, then the times.

The usual way, that of OSMnx's isochrone example: for each facility and limit the ego graph within the limit, every
node and every street of it widened, and all of these united.

To measure: ``pytest --benchmark-enable tests/benchmarks/test_isochrones.py``; the ratios are in ``extra_info``.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely

from servicecircle.network import Positions, WalkNetwork, isochrones
from servicecircle.network.reached import reached_each
from tests.grids import blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Graph = nx.MultiDiGraph[int]
    Ground = shapely.Polygon | shapely.MultiPolygon

LIMITS = (300.0, 600.0, 900.0)
BUFFER_M = 25.0
REPEATS = 3
SAME_M = 1e-6
ALIKE = 0.7
"""The area that both ways share (IoU): the usual way has streets between crossings whole or not at all."""

FLOORS = {"town": 15.0, "heidelberg": 40.0}
"""How many times as fast as the usual way the fast method is at least, where times are measured: with more streets on
the same ground, which cost the usual way more, it is more."""


def directed(network: WalkNetwork) -> Graph:
    """Return a network as OSMnx holds one: both directions of each street, with its line and length."""
    graph: Graph = nx.MultiDiGraph()
    graph.add_nodes_from((i, {"x": x, "y": y}) for i, (x, y) in enumerate(network.node_xy.tolist()))
    rows = zip(network.edge_nodes.tolist(), network.edge_length_m.tolist(), network.edge_geometry, strict=True)
    for (u, v), length, line in rows:
        graph.add_edge(u, v, length=length, geometry=line)
        graph.add_edge(v, u, length=length, geometry=line.reverse())
    return graph


def usual(graph: Graph, node: int, limit: float) -> tuple[set[int], shapely.Geometry]:
    """Return the nodes within a limit (metres) of a node, and the ground around them and the streets between them."""
    near = nx.ego_graph(graph, node, radius=limit, distance="length")
    points = [shapely.Point(data["x"], data["y"]) for _, data in near.nodes(data=True)]
    lines = [line for _, _, line in near.edges(data="geometry")]
    widened = shapely.buffer(np.array([*points, *lines], dtype=object), BUFFER_M)
    return set(near), shapely.union_all(widened)


def at_crossings(network: WalkNetwork, number: int) -> tuple[NDArray[np.int64], Positions]:
    """Return some crossings of the longest component, and positions at them."""
    main = np.flatnonzero(network.edge_component == 0)
    edge = np.random.default_rng(4).choice(main, number, replace=False)
    node = network.edge_nodes[edge, 0]
    return node, Positions(edge, np.zeros(number), np.zeros(number), network.node_xy[node])


def seconds(*works: Callable[[], Any]) -> list[float]:
    """Return the median time (seconds) of each work, taken in turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(REPEATS):
        for work, mine in zip(works, times, strict=True):
            begun = time.perf_counter()
            work()
            mine.append(time.perf_counter() - begun)
    return [statistics.median(mine) for mine in times]


def compared(benchmark: Any, network: WalkNetwork, facilities: int, *, floor: float) -> None:
    """Compare the answers, then the times where times are measured."""
    nodes, sources = at_crossings(network, facilities)
    graph = directed(network)

    def ours() -> list[list[Ground]]:
        return isochrones(network, sources, limits_m=LIMITS, each=True, method="fast")

    def theirs(some: NDArray[np.int64]) -> list[list[tuple[set[int], shapely.Geometry]]]:
        return [[usual(graph, int(node), limit) for limit in LIMITS] for node in some]

    points, alike = np.asarray(shapely.points(network.node_xy), dtype=object), []
    found = reached_each(network, sources, max(LIMITS))
    for (near, metres), mine, other in zip(found, ours(), theirs(nodes), strict=True):
        for limit, shape, (reached, ground) in zip(LIMITS, mine, other, strict=True):
            assert set(near[metres <= limit - SAME_M]) <= reached <= set(near[metres <= limit + SAME_M])
            shapely.prepare(shape)
            assert shapely.covers(shape, points[list(reached)]).all()
            alike.append(shapely.area(shapely.intersection(shape, ground)) / shapely.area(shapely.union(shape, ground)))
    assert statistics.median(alike) > ALIKE
    if not benchmark.disabled:
        own, usually = seconds(ours, lambda: theirs(nodes))
        benchmark.extra_info.update(
            edges=len(network), polygon_ms=1000 * own / (3 * facilities), to_usual=usually / own
        )
        assert usually / own >= floor
    benchmark(ours)


def test_isochrones_in_a_town_of_blocks(benchmark: Any) -> None:
    compared(benchmark, blocks(40), 20, floor=FLOORS["town"])


@pytest.mark.real
@pytest.mark.slow
def test_isochrones_in_heidelberg(benchmark: Any, real_data: Path) -> None:
    from servicecircle.read import read_walk_network

    network = read_walk_network(real_data / "heidelberg" / "heidelberg.osm.pbf", crs="EPSG:25832")
    compared(benchmark, network, 100, floor=FLOORS["heidelberg"])
