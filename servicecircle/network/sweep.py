"""The kernels: shortest distances over the arcs of a network, compiled by numba. Import this module inside functions.

All use one queue: buckets as wide as half the mean edge, each a doubly linked list of nodes; a node that gets a better
label after it was taken out is put in again, so that results are exact whatever the width. Labels are pairs (metres,
facility) in lexicographic order. Numbers of buckets are bounded by the network's total length, so memory is linear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NONE = -1


@njit(nogil=True, cache=True, inline="always")
def _bucket(metres: float, per_metre: float, buckets: int) -> int:
    """Return the bucket of a distance; the last one takes everything beyond."""
    return min(int(metres * per_metre), buckets - 1)


@njit(nogil=True, cache=True)
def _take_out(node: int, head: Ints, after: Ints, before: Ints, place: Ints) -> None:
    """Take a node out of its bucket."""
    if before[node] == NONE:
        head[place[node]] = after[node]
    else:
        after[before[node]] = after[node]
    if after[node] != NONE:
        before[after[node]] = before[node]
    place[node] = NONE


@njit(nogil=True, cache=True)
def _put_in(node: int, bucket: int, head: Ints, after: Ints, before: Ints, place: Ints) -> None:
    """Put a node into a bucket, out of the one it is in."""
    if place[node] == bucket:
        return
    if place[node] != NONE:
        _take_out(node, head, after, before, place)
    after[node] = head[bucket]
    before[node] = NONE
    if head[bucket] != NONE:
        before[head[bucket]] = node
    head[bucket] = node
    place[node] = bucket


@njit(nogil=True, cache=True)
def sweep(
    indptr: Ints,
    targets: Ints,
    metres: Floats,
    seed_node: Ints,
    seed_metres: Floats,
    seed_facility: Ints,
    limit: float,
    queue: tuple[float, int],
) -> tuple[Any, Any]:
    """Return each node's distance (metres) to its nearest seed, and that seed's facility; inf and -1 beyond the limit.

    Ties go to the lowest facility. ``queue`` is (buckets per metre, number of buckets).
    """
    nodes = len(indptr) - 1
    best = np.full(nodes, np.inf)
    owner = np.full(nodes, NONE, dtype=np.int64)
    after = np.empty(nodes, dtype=np.int64)
    before = np.empty(nodes, dtype=np.int64)
    place = np.full(nodes, NONE, dtype=np.int64)
    per_metre, buckets = queue
    head = np.full(buckets, NONE, dtype=np.int64)
    for i in range(len(seed_node)):
        node, reach, facility = seed_node[i], seed_metres[i], seed_facility[i]
        if reach > limit:
            continue
        if reach < best[node] or (reach == best[node] and facility < owner[node]):
            best[node] = reach
            owner[node] = facility
            _put_in(node, _bucket(reach, per_metre, buckets), head, after, before, place)
    for bucket in range(buckets):
        while head[bucket] != NONE:
            node = head[bucket]
            _take_out(node, head, after, before, place)
            facility = owner[node]
            for arc in range(indptr[node], indptr[node + 1]):
                target = targets[arc]
                reach = best[node] + metres[arc]
                if reach > limit:
                    continue
                if reach < best[target] or (reach == best[target] and facility < owner[target]):
                    best[target] = reach
                    owner[target] = facility
                    _put_in(target, _bucket(reach, per_metre, buckets), head, after, before, place)
    return best, owner


@njit(nogil=True, cache=True)
def _insert(best: Any, owner: Any, todo: Any, metres: float, facility: int) -> bool:
    """Put a label into a node's sorted list of k labels, at most one per facility; return whether it was better."""
    k = len(best)
    at = k
    for i in range(k):
        if owner[i] == facility:
            if best[i] <= metres:
                return False
            at = i
            break
    if at == k:
        if owner[k - 1] != NONE and (best[k - 1] < metres or (best[k - 1] == metres and owner[k - 1] < facility)):
            return False
        at = k - 1
    while at > 0 and (
        owner[at - 1] == NONE or best[at - 1] > metres or (best[at - 1] == metres and owner[at - 1] > facility)
    ):
        best[at] = best[at - 1]
        owner[at] = owner[at - 1]
        todo[at] = todo[at - 1]
        at -= 1
    best[at] = metres
    owner[at] = facility
    todo[at] = True
    return True


@njit(nogil=True, cache=True)
def sweep_k(
    indptr: Ints,
    targets: Ints,
    metres: Floats,
    seed_node: Ints,
    seed_metres: Floats,
    seed_facility: Ints,
    limit: float,
    queue: tuple[float, int],
    k: int,
) -> tuple[Any, Any]:
    """Return each node's k nearest facilities and distances (metres), shape (n, k), nearest first; inf and -1 for none."""
    nodes = len(indptr) - 1
    best = np.full((nodes, k), np.inf)
    owner = np.full((nodes, k), NONE, dtype=np.int64)
    todo = np.zeros((nodes, k), dtype=np.bool_)
    after = np.empty(nodes, dtype=np.int64)
    before = np.empty(nodes, dtype=np.int64)
    place = np.full(nodes, NONE, dtype=np.int64)
    per_metre, buckets = queue
    head = np.full(buckets, NONE, dtype=np.int64)
    for i in range(len(seed_node)):
        node = seed_node[i]
        if seed_metres[i] <= limit and _insert(best[node], owner[node], todo[node], seed_metres[i], seed_facility[i]):
            first = _bucket(seed_metres[i], per_metre, buckets)
            if place[node] == NONE or first < place[node]:
                _put_in(node, first, head, after, before, place)
    for bucket in range(buckets):
        while head[bucket] != NONE:
            node = head[bucket]
            _take_out(node, head, after, before, place)
            for i in range(k):
                if not todo[node, i]:
                    continue
                if _bucket(best[node, i], per_metre, buckets) > bucket:
                    _put_in(node, _bucket(best[node, i], per_metre, buckets), head, after, before, place)
                    break
                todo[node, i] = False
                reach_here, facility = best[node, i], owner[node, i]
                for arc in range(indptr[node], indptr[node + 1]):
                    target = targets[arc]
                    reach = reach_here + metres[arc]
                    if target == node or reach > limit:
                        continue
                    if _insert(best[target], owner[target], todo[target], reach, facility):
                        first = _bucket(reach, per_metre, buckets)
                        if place[target] == NONE or first < place[target]:
                            _put_in(target, first, head, after, before, place)
    return best, owner


@njit(nogil=True, cache=True)
def _sweep_one(
    indptr: Ints,
    targets: Ints,
    metres: Floats,
    ends: tuple[int, int, float, float],
    limit: float,
    queue: tuple[float, int],
    work: tuple[Any, Any, Any, Any, Any, Any],
) -> int:
    """Sweep from one source (its nodes u and v, metres to each); return how many nodes it touched.

    ``work`` is (best, touched, after, before, place, head); the caller sets best back to inf at the touched nodes.
    """
    best, touched, after, before, place, head = work
    per_metre, buckets = queue
    count = 0
    for node, reach in ((ends[0], ends[2]), (ends[1], ends[3])):
        if reach <= limit and reach < best[node]:
            if best[node] == np.inf:
                touched[count] = node
                count += 1
            best[node] = reach
            _put_in(node, _bucket(reach, per_metre, buckets), head, after, before, place)
    for bucket in range(buckets):
        while head[bucket] != NONE:
            node = head[bucket]
            _take_out(node, head, after, before, place)
            for arc in range(indptr[node], indptr[node + 1]):
                target = targets[arc]
                reach = best[node] + metres[arc]
                if reach > limit or reach >= best[target]:
                    continue
                if best[target] == np.inf:
                    touched[count] = target
                    count += 1
                best[target] = reach
                _put_in(target, _bucket(reach, per_metre, buckets), head, after, before, place)
    return count


@njit(nogil=True, cache=True)
def _workspace(nodes: int, buckets: int) -> tuple[Any, Any, Any, Any, Any, Any]:
    """Return what `_sweep_one` works with."""
    return (
        np.full(nodes, np.inf),
        np.empty(nodes, dtype=np.int64),
        np.empty(nodes, dtype=np.int64),
        np.empty(nodes, dtype=np.int64),
        np.full(nodes, NONE, dtype=np.int64),
        np.full(buckets, NONE, dtype=np.int64),
    )


@njit(nogil=True, cache=True)
def _grown(values: Any, needed: int) -> Any:
    """Return an array at least as long as needed that begins with the same values."""
    if needed <= len(values):
        return values
    longer = np.empty(max(needed, 2 * len(values)), dtype=values.dtype)
    longer[: len(values)] = values
    return longer


@njit(nogil=True, cache=True)
def sweep_each(
    indptr: Ints,
    targets: Ints,
    metres: Floats,
    source_nodes: Ints,
    source_metres: Floats,
    limit: float,
    queue: tuple[float, int],
) -> tuple[Any, Any, Any]:
    """Return the nodes within the limit (metres) of each source: where each source's begin (s+1,), nodes, metres."""
    work = _workspace(len(indptr) - 1, queue[1])
    best, touched = work[0], work[1]
    begin = np.zeros(len(source_nodes) + 1, dtype=np.int64)
    nodes = np.empty(1024, dtype=np.int64)
    reach = np.empty(1024, dtype=np.float64)
    for s in range(len(source_nodes)):
        ends = (source_nodes[s, 0], source_nodes[s, 1], source_metres[s, 0], source_metres[s, 1])
        count = _sweep_one(indptr, targets, metres, ends, limit, queue, work)
        start = begin[s]
        begin[s + 1] = start + count
        nodes = _grown(nodes, start + count)
        reach = _grown(reach, start + count)
        for i in range(count):
            node = touched[i]
            nodes[start + i] = node
            reach[start + i] = best[node]
            best[node] = np.inf
    return begin, nodes[: begin[-1]].copy(), reach[: begin[-1]].copy()


@njit(nogil=True, cache=True)
def pairs(
    indptr: Ints,
    targets: Ints,
    metres: Floats,
    source_nodes: Ints,
    source_metres: Floats,
    source_place: tuple[Any, Any, Any],
    point_begin: Ints,
    near_points: tuple[Any, Any],
    edge_points: tuple[Any, Any, Any, Any],
    limit: float,
    queue: tuple[float, int],
) -> tuple[Any, Any, Any]:
    """Return all (source, point, metres) within the limit.

    Points are numbered edge by edge. ``source_place`` is (edge, offset, access) of the sources. ``near_points`` lists,
    for each node (``point_begin``), the points on its edges: (point, metres from the node to the point's door).
    ``edge_points`` is (begin by edge, the caller's number, offset, access) of the points.
    """
    work = _workspace(len(indptr) - 1, queue[1])
    best, touched = work[0], work[1]
    near_point, near_metres = near_points
    edge_begin, number, offset, access = edge_points
    found = np.full(len(number), np.inf)
    seen = np.empty(len(number), dtype=np.int64)
    out_source = np.empty(1024, dtype=np.int64)
    out_point = np.empty(1024, dtype=np.int64)
    out_metres = np.empty(1024, dtype=np.float64)
    size = 0
    for s in range(len(source_nodes)):
        ends = (source_nodes[s, 0], source_nodes[s, 1], source_metres[s, 0], source_metres[s, 1])
        count = _sweep_one(indptr, targets, metres, ends, limit, queue, work)
        hits = 0
        for i in range(count):
            node = touched[i]
            for j in range(point_begin[node], point_begin[node + 1]):
                reach = best[node] + near_metres[j]
                p = near_point[j]
                if reach <= limit and reach < found[p]:
                    if found[p] == np.inf:
                        seen[hits] = p
                        hits += 1
                    found[p] = reach
            best[node] = np.inf
        edge = source_place[0][s]
        for p in range(edge_begin[edge], edge_begin[edge + 1]):
            reach = source_place[2][s] + abs(source_place[1][s] - offset[p]) + access[p]
            if reach <= limit and reach < found[p]:
                if found[p] == np.inf:
                    seen[hits] = p
                    hits += 1
                found[p] = reach
        out_source = _grown(out_source, size + hits)
        out_point = _grown(out_point, size + hits)
        out_metres = _grown(out_metres, size + hits)
        for i in range(hits):
            out_source[size + i] = s
            out_point[size + i] = number[seen[i]]
            out_metres[size + i] = found[seen[i]]
            found[seen[i]] = np.inf
        size += hits
    return out_source[:size].copy(), out_point[:size].copy(), out_metres[:size].copy()


@njit(nogil=True, cache=True)
def answer(
    place: tuple[Any, Any, Any, Any, Any],
    node_labels: tuple[Any, Any],
    facilities: tuple[Any, Any, Any, Any],
    limit: float,
    k: int,
) -> tuple[Any, Any]:
    """Return the k nearest facilities of each origin and the distances (metres), shape (origins, k), nearest first.

    ``place`` is (edge, its nodes, offset, metres left to its end, access) of the origins, ``node_labels`` the nodes'
    (metres, facility), shape (n, k), and ``facilities`` (begin by edge, facility, offset, access), edge by edge.
    """
    edge, ends, offset, rest, access = place
    node_metres, node_facility = node_labels
    begin, number, at, leg = facilities
    best = np.full((len(edge), k), np.inf)
    owner = np.full((len(edge), k), NONE, dtype=np.int64)
    todo = np.zeros(k, dtype=np.bool_)
    for i in range(len(edge)):
        if edge[i] == NONE:
            continue
        for side in range(2):
            node = ends[i, side]
            along = (offset[i] if side == 0 else rest[i]) + access[i]
            for j in range(k):
                reach = node_metres[node, j] + along
                if node_facility[node, j] == NONE or reach > limit:
                    break
                _insert(best[i], owner[i], todo, reach, node_facility[node, j])
        for j in range(begin[edge[i]], begin[edge[i] + 1]):
            reach = leg[j] + abs(offset[i] - at[j]) + access[i]
            if reach <= limit:
                _insert(best[i], owner[i], todo, reach, number[j])
    return best, owner
