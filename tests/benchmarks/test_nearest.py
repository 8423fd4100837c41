"""The nearest facility, against scipy and networkx: the answers are compared, then the times.

To measure: ``pytest --benchmark-enable tests/benchmarks/test_nearest.py``; the CPU ratios are in ``extra_info``.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from servicecircle.network import AccessRule, Positions, WalkNetwork, nearest, snap
from tests.grids import blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ORIGINS = 10_000
LAYERS = (50, 500, 2_000, 10_000)
LIMITS = (1_000.0, np.inf)
REPEATS = 5
SAME_M = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """A network as scipy and networkx take it: facilities are nodes, joined to both ends of their edge."""

    matrix: csr_array
    graph: nx.Graph[int]
    first: int
    limit: float

    @classmethod
    def of(cls, network: WalkNetwork, facilities: Positions, limit: float) -> Peers:
        """Prepare the peers; of parallel edges only the shortest counts, and no edge is shorter than a nanometre."""
        nodes = len(network.node_xy)
        door = np.arange(nodes, nodes + len(facilities))
        u, v = network.edge_nodes.T
        fu, fv = network.edge_nodes[facilities.edge].T
        rest = network.edge_length_m[facilities.edge] - facilities.offset_m
        here = np.concatenate([u, door, door])
        there = np.concatenate([v, fu, fv])
        metres = np.concatenate(
            [network.edge_length_m, facilities.offset_m + facilities.access_m, rest + facilities.access_m]
        )
        graph: nx.Graph[int] = nx.Graph()
        order = np.argsort(-metres, kind="stable")  # the shortest comes last and stays
        graph.add_weighted_edges_from(
            zip(here[order].tolist(), there[order].tolist(), metres[order].tolist(), strict=True)
        )
        edges = np.array([(a, b, max(float(kept["weight"]), 1e-9)) for a, b, kept in graph.edges(data=True)])
        ends = edges[:, :2].astype(np.int64)
        both = np.vstack([ends, ends[:, ::-1]])
        size = nodes + len(facilities)
        matrix = csr_array((np.tile(edges[:, 2], 2), (both[:, 0], both[:, 1])), shape=(size, size))
        return cls(matrix, graph, nodes, limit)

    def scipy(self) -> Floats:
        """Return the metres from each node to its nearest facility."""
        doors = np.arange(self.first, self.matrix.shape[0])
        found: Floats = dijkstra(self.matrix, directed=True, indices=doors, min_only=True, limit=self.limit)
        return found[: self.first]

    def networkx(self) -> Floats:
        """Return the metres from each node to its nearest facility."""
        doors = set(range(self.first, self.matrix.shape[0]))
        cutoff = None if np.isinf(self.limit) else self.limit
        found = nx.multi_source_dijkstra_path_length(self.graph, doors, cutoff=cutoff)
        return np.array([found.get(node, np.inf) for node in range(self.first)])


def scattered(network: WalkNetwork, number: int, seed: int) -> Positions:
    """Return positions of points scattered about the streets of a network."""
    rng = np.random.default_rng(seed)
    line = network.edge_geometry[rng.integers(0, len(network), number)]
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, rng.random(number), normalized=True))
    points = [shapely.Point(place) for place in xy + rng.normal(0, 15, xy.shape)]
    return snap(network, points, rule=AccessRule(islands="keep"))


def at_origins(network: WalkNetwork, origins: Positions, at_nodes: Floats) -> Floats:
    """Return the metres from each origin over the nodes at the ends of its edge."""
    rest = network.edge_length_m[origins.edge] - origins.offset_m
    u, v = network.edge_nodes[origins.edge].T
    metres: Floats = np.minimum(at_nodes[u] + origins.offset_m, at_nodes[v] + rest) + origins.access_m
    return metres


def cpu_seconds(*works: Callable[[], Any]) -> list[float]:
    """Return the median CPU time (seconds) of each work, taken in turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(REPEATS):
        for work, mine in zip(works, times, strict=True):
            begun = time.process_time()
            work()
            mine.append(time.process_time() - begun)
    return [statistics.median(mine) for mine in times]


def compared(benchmark: Any, network: WalkNetwork, facilities: Positions, limit: float) -> None:
    """Compare the answers, then the times where times are measured."""
    origins = scattered(network, ORIGINS, seed=1)
    peers = Peers.of(network, facilities, limit)

    def ours() -> Floats:
        return nearest(network, origins, facilities, limit_m=limit).distance_m

    mine = ours()
    apart = ~np.isin(origins.edge, facilities.edge)  # the peers do not know the direct way along one edge
    for answer in (peers.scipy(), peers.networkx()):
        theirs = at_origins(network, origins, answer)
        theirs[theirs > limit] = np.inf
        near = np.abs(theirs - limit) > SAME_M if np.isfinite(limit) else np.ones(len(theirs), dtype=bool)
        assert np.allclose(mine[apart & near], theirs[apart & near], rtol=0, atol=SAME_M)
        assert (mine <= theirs + SAME_M).all()
    if not benchmark.disabled:
        own, scipy, networkx = cpu_seconds(
            ours,
            lambda: at_origins(network, origins, peers.scipy()),
            lambda: at_origins(network, origins, peers.networkx()),
        )
        benchmark.extra_info.update(
            edges=len(network),
            nodes=len(network.node_xy),
            cpu_ms=1000 * own,
            to_scipy=scipy / own,
            to_networkx=networkx / own,
        )
    benchmark(ours)


@pytest.fixture(scope="module")
def grid() -> WalkNetwork:
    """Return a town of 10,201 crossings."""
    return blocks(100)


@pytest.fixture(scope="module")
def heidelberg(real_data: Path) -> WalkNetwork:
    """Return the walk network of Heidelberg."""
    from servicecircle.read import read_walk_network

    return read_walk_network(real_data / "heidelberg" / "heidelberg.osm.pbf", crs="EPSG:25832")


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("facilities", [50, 2_000])
def test_nearest_in_a_town_of_blocks(benchmark: Any, grid: WalkNetwork, facilities: int, limit: float) -> None:
    compared(benchmark, grid, scattered(grid, facilities, seed=2), limit)


@pytest.mark.real
@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("facilities", LAYERS)
def test_nearest_in_heidelberg(benchmark: Any, heidelberg: WalkNetwork, facilities: int, limit: float) -> None:
    compared(benchmark, heidelberg, scattered(heidelberg, facilities, seed=2), limit)


@pytest.mark.real
def test_snapping_in_heidelberg(benchmark: Any, heidelberg: WalkNetwork) -> None:
    rng = np.random.default_rng(3)
    low_x, low_y, high_x, high_y = heidelberg.bounds
    points = [shapely.Point(xy) for xy in rng.uniform((low_x, low_y), (high_x, high_y), (ORIGINS, 2))]
    placed = benchmark(lambda: snap(heidelberg, points))
    assert placed.placed.any()
    assert placed.access_m[placed.placed].max() <= 500.001
