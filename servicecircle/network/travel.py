"""Walking distances from door to door: to the nearest facility, the k nearest, and all within a limit."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.errors import InputError
from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork
    from servicecircle.network.positions import Positions
    from servicecircle.network.sweep import Arcs, Queue, Seeds

SOURCES_AT_ONCE = 16
"""How many facilities one thread sweeps from before it reports progress."""

BUCKETS_PER_EDGE = 4
LEAST_BUCKETS = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest facilities of each origin.

    Parameters
    ----------
    distance_m
        Walking distances (metres) from door to door, inf for none; shape (k,), from `k_nearest` (origins, k).
    facility
        The facilities, by their place among those given, -1 for none; same shape.
    """

    distance_m: NDArray[np.float64]
    facility: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Origins and the facilities within reach, sorted by origin, then facility; each of shape (pairs,).

    Parameters
    ----------
    origin, facility
        By their place among those given.
    distance_m
        Walking distance (metres) from door to door.
    """

    origin: NDArray[np.int64]
    facility: NDArray[np.int64]
    distance_m: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.origin)


def nearest(network: WalkNetwork, origins: Positions, facilities: Positions, *, limit_m: float = np.inf) -> Nearest:
    """Return the walking distance (metres) from each origin to its nearest facility.

    The walk is access leg, along the edge, shortest path, along the facility's edge, egress leg; on one edge the
    direct way along it counts too. Equally near facilities: the first of those given.

    Parameters
    ----------
    network
        The walk network.
    origins, facilities
        Positions from `snap`.
    limit_m
        Facilities farther than this (metres, inclusive with 1 mm tolerance) do not count.

    Returns
    -------
    Nearest
        Arrays of shape (len(origins),): inf and -1 where there is no walk, or the origin is not placed.

    Raises
    ------
    InputError
        If ``limit_m`` is NaN or negative, or the positions are not on this network.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from servicecircle.network import WalkNetwork, snap
    >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (500100, 0)])], crs="EPSG:4549")
    >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
    >>> homes = snap(walk, [shapely.Point(500010, 5), shapely.Point(500090, 5)])
    >>> schools = snap(walk, [shapely.Point(500050, -20)])
    >>> nearest(walk, homes, schools).distance_m.round(6).tolist()
    [65.0, 65.0]
    """
    found = k_nearest(network, origins, facilities, k=1, limit_m=limit_m)
    return Nearest(found.distance_m[:, 0], found.facility[:, 0])


def k_nearest(
    network: WalkNetwork, origins: Positions, facilities: Positions, *, k: int, limit_m: float = np.inf
) -> Nearest:
    """Return the walking distances (metres) from each origin to its k nearest facilities, nearest first.

    Parameters
    ----------
    network, origins, facilities, limit_m
        As in `nearest`.
    k
        How many; two facilities at one place are two.

    Returns
    -------
    Nearest
        Arrays of shape (len(origins), k): inf and -1 where there are fewer.

    Raises
    ------
    InputError
        As in `nearest`, or if ``k`` is not a whole number above zero.
    """
    from servicecircle.network import sweep

    if not _is_number(k) or k < 1 or int(k) != k:
        raise InputError(f"k must be a whole number above 0. {k!r} was given instead. | k 须为正整数。")
    limit, k = checked_limit(limit_m), int(k)
    distance = np.full((len(origins), k), np.inf)
    facility = np.full((len(origins), k), -1, dtype=np.int64)
    used = min(k, int(facilities.placed.sum()))
    if not used or not origins.placed.any():
        return Nearest(distance, facility)
    homes, point = origins.at_doors
    arcs = arcs_of(network)
    seeds = entries(network, facilities)
    queue = queue_size(network, limit, seeds)
    if used == 1:
        reach, number = _labels(arcs, seeds, queue)
        labels = reach[:, None], number[:, None]
    else:
        size = len(network.node_xy), used
        empty = np.full(size, np.inf), np.full(size, -1, dtype=np.int64), np.zeros(size, dtype=bool)
        labels = sweep.sweep_k(arcs, seeds, queue, empty)
    ends, to_ends = legs(network, homes)
    place = homes.edge, ends, to_ends, homes.access_m, point
    best, owner = sweep.answer(place, labels, by_edge(network, facilities), (limit, len(origins)))
    distance[:, :used], facility[:, :used] = best, owner
    return Nearest(distance, facility)


def _labels(arcs: Arcs, seeds: Seeds, queue: Queue) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return each node's distance (metres) to its nearest seed and that seed's facility, the lowest of equally near."""
    from servicecircle.network import resweep, sweep

    labels = sweep.sweep(arcs, seeds, queue)
    if not resweep.sound(arcs, seeds, labels):
        order = np.argsort(labels[0], kind="stable")
        resweep.settle(arcs, seeds, labels, order[: np.count_nonzero(np.isfinite(labels[0]))])
    return labels


def nearest_labels(
    network: WalkNetwork, origins: Positions, facilities: Positions
) -> tuple[Nearest, tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Return what `nearest` does without a limit, and the same for each node: metres and facility."""
    from servicecircle.network import sweep

    seeds = entries(network, facilities)
    queue = queue_size(network, np.inf, seeds)
    labels = _labels(arcs_of(network), seeds, queue)
    homes, point = origins.at_doors
    ends, to_ends = legs(network, homes)
    place = homes.edge, ends, to_ends, homes.access_m, point
    columns = labels[0][:, None], labels[1][:, None]
    best, owner = sweep.answer(place, columns, by_edge(network, facilities), (np.inf, len(origins)))
    return Nearest(best[:, 0].copy(), owner[:, 0].copy()), labels


def within(
    network: WalkNetwork, origins: Positions, facilities: Positions, *, limit_m: float, progress: bool = False
) -> Pairs:
    """Return all pairs of an origin and a facility within a walking distance (metres) of each other.

    Parameters
    ----------
    network, origins, facilities
        As in `nearest`.
    limit_m
        The walking distance (metres, inclusive with 1 mm tolerance).
    progress
        Whether to show a progress bar.

    Returns
    -------
    Pairs
        Sorted by origin, then facility.

    Raises
    ------
    InputError
        As in `nearest`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from servicecircle.network import WalkNetwork, snap
    >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (500100, 0)])], crs="EPSG:4549")
    >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
    >>> doors = snap(walk, [shapely.Point(500000, 0), shapely.Point(500040, 0), shapely.Point(500100, 0)])
    >>> pairs = within(walk, doors, doors.take([1]), limit_m=40)
    >>> pairs.origin.tolist(), pairs.distance_m.round(6).tolist()
    ([0, 1], [40.0, 0.0])
    """
    return Search(network, origins).within(facilities, limit_m=limit_m, progress=progress)


def _within(search: Search, facilities: Positions, limit: float, *, progress: bool) -> Pairs:
    doors, leads_to = facilities.at_doors
    placed, origins = np.flatnonzero(doors.placed), search.origins
    chunks = [placed[i : i + SOURCES_AT_ONCE] for i in range(0, len(placed), SOURCES_AT_ONCE)]
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
    if origins.placed.any():
        parts = search.parts(doors, chunks, limit, progress=progress)
    if not parts:
        return Pairs(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    door, origin, distance = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    facility = leads_to[door]
    order = np.lexsort((distance, facility, origin))
    origin, facility, distance = origin[order], facility[order], distance[order]
    if facilities.doors is None and origins.doors is None:
        return Pairs(origin, facility, distance)
    first = np.ones(len(origin), dtype=bool)  # of several doors the best
    first[1:] = (origin[1:] != origin[:-1]) | (facility[1:] != facility[:-1])
    return Pairs(origin[first], facility[first], distance[first])


class Search:
    """The search for all origins near some facilities, with what it needs to know of the origins."""

    def __init__(self, network: WalkNetwork, origins: Positions) -> None:
        self.network, self.origins = network, origins
        begin, self.number, offset, access = by_edge(network, origins)
        edge = np.repeat(np.arange(len(begin) - 1), np.diff(begin))
        rest = network.edge_length_m[edge] - offset
        node = network.edge_nodes[edge].ravel(order="F")
        order = np.argsort(node, kind="stable")
        near_begin = np.zeros(len(network.node_xy) + 1, dtype=np.int64)
        np.cumsum(np.bincount(node, minlength=len(network.node_xy)), out=near_begin[1:])
        near = np.tile(np.arange(len(offset), dtype=np.int64), 2)[order]
        metres = np.concatenate([offset + access, rest + access])[order]
        self.points = near_begin, near, metres, begin, offset, access

    def within(self, facilities: Positions, *, limit_m: float, progress: bool = False) -> Pairs:
        """Return what `within` does."""
        return _within(self, facilities, checked_limit(limit_m), progress=progress)

    def parts(
        self, doors: Positions, chunks: list[NDArray[np.int64]], limit: float, *, progress: bool
    ) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
        """Return the pairs of each chunk of doors: doors, origins, metres."""
        if len(chunks) <= 1:
            return [self.pairs(doors, chunk, limit) for chunk in chunks]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = pool.map(lambda chunk: self.pairs(doors, chunk, limit), chunks)
            if progress:
                from tqdm import tqdm

                found = iter(tqdm(found, total=len(chunks), desc="walks | 步行", unit="×16"))
            return list(found)

    def pairs(
        self, facilities: Positions, chunk: NDArray[np.int64], limit: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return facility, origin and metres of the pairs within the limit of some facilities."""
        from servicecircle.network import sweep

        some = facilities.take(chunk)
        ends, to_ends = legs(self.network, some)
        sources = ends, to_ends + some.access_m[:, None], some.edge, some.offset_m, some.access_m
        queue = queue_size(self.network, limit, entries(self.network, some))
        source, origin, metres = sweep.pairs(arcs_of(self.network), sources, self.points, queue)
        return chunk[source], self.number[origin], metres


def checked_limit(limit_m: float) -> float:
    """Return a limit (metres) with the tolerance added; InputError if it is NaN or negative."""
    if not _is_number(limit_m) or not limit_m >= 0:
        raise InputError(
            f"limit_m must be a number of metres, 0 or more. {limit_m!r} was given instead. | "
            "limit_m 须为不小于 0 的数（米）。"
        )
    return float(limit_m) + TOLERANCE_M


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def arcs_of(network: WalkNetwork) -> Arcs:
    """Return the arcs as the kernels take them: read-only, also after pickling, so that one compilation serves all."""
    arcs = network.indptr.view(), network.targets.view(), network.arc_length_m.view()
    for array in arcs:
        array.setflags(write=False)
    return arcs


def queue_size(network: WalkNetwork, limit: float, seeds: Seeds) -> Queue:
    """Return the kernels' queue: the limit (metres), buckets per metre (each half a mean edge wide), and how many."""
    edges, total = len(network), float(network.edge_length_m.sum())
    per_metre = 2 * edges / total if total else 1.0
    span = min(limit, total + float(seeds[1].max(initial=0.0)))
    return limit, per_metre, int(min(span * per_metre, BUCKETS_PER_EDGE * edges + LEAST_BUCKETS)) + 2


def legs(network: WalkNetwork, positions: Positions) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the nodes u and v of each position's edge, and the metres along the edge to both, each of shape (k, 2).

    For a position that is not placed they are those of some edge; its access leg is infinite.
    """
    _check(network, positions)
    length = network.edge_length_m[positions.edge]
    to_ends = np.column_stack([positions.offset_m, length - positions.offset_m])
    return np.ascontiguousarray(network.edge_nodes[positions.edge]), to_ends


def _check(network: WalkNetwork, positions: Positions) -> None:
    """Raise InputError if positions cannot be on this network."""
    edge = positions.edge[positions.placed]
    known = edge < len(network)
    if not known.all() or (positions.offset_m[positions.placed] > network.edge_length_m[edge] + TOLERANCE_M).any():
        raise InputError(
            f"positions are not on this network ({network!r}): snap the points to it. | "
            "位置不在该步行网络上，请用 snap 重新定位。"
        )


def entries(network: WalkNetwork, facilities: Positions) -> Seeds:
    """Return where the walks from the doors of facilities enter the nodes: node, metres, facility."""
    doors, point = facilities.at_doors
    placed = np.flatnonzero(doors.placed)
    chosen = doors.take(placed)
    ends, to_ends = legs(network, chosen)
    reach = to_ends + chosen.access_m[:, None]
    return ends.ravel(), reach.ravel(), np.repeat(point[placed], 2)


def by_edge(
    network: WalkNetwork, positions: Positions
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return all doors edge by edge: where each edge's begin (m+1,), the point they lead to, offset and access leg."""
    doors, point = positions.at_doors
    _check(network, doors)
    order = np.argsort(doors.edge, kind="stable")
    order = order[np.count_nonzero(~doors.placed) :].astype(np.int64)
    begin = np.zeros(len(network) + 1, dtype=np.int64)
    np.cumsum(np.bincount(doors.edge[order], minlength=len(network)), out=begin[1:])
    return begin, point[order], doors.offset_m[order], doors.access_m[order]
