"""The kernels: shortest distances over the arcs of a network, compiled by numba. Import this module inside functions.

All use one queue: buckets as wide as half the mean edge, each a linked list of entries. A node that gets a better label
is put in again, and entries that came too late are passed over, so that results are exact whatever the width. Labels
are pairs (metres, facility) in lexicographic order.

Arguments come in groups: ``arcs`` is (indptr, targets, metres) of a network, ``seeds`` (node, metres, facility),
``queue`` (limit in metres, buckets per metre, number of buckets). ``head`` holds the first entry of each bucket,
``entries`` the node of each and the next entry in its bucket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Arcs = tuple[Ints, Ints, Floats]
    Seeds = tuple[Ints, Floats, Ints]
    Queue = tuple[float, float, int]
    Entries = NDArray[np.int32]
    Work = tuple[Floats, Flags, Ints, Entries, Entries]

NONE = -1
FIRST_SIZE = 1024
Kernel = TypeVar("Kernel", bound="Callable[..., Any]")


def compiled(function: Kernel) -> Kernel:
    """Return a function compiled when it is first called, without the interpreter's lock; kept on disk if possible."""
    try:
        return cast(Kernel, njit(nogil=True, cache=True)(function))
    except RuntimeError:  # neither this folder nor the user's cache can be written
        return cast(Kernel, njit(nogil=True)(function))


@compiled
def _bucket(metres: float, queue: Queue) -> int:
    """Return the bucket of a distance; the last one takes everything beyond."""
    return min(int(metres * queue[1]), queue[2] - 1)


@compiled
def _push(node: int, bucket: int, lists: tuple[Entries, Entries], size: int) -> int:
    """Put a node into a bucket of ``lists``, (head, entries); return how many entries there are."""
    head, entries = lists
    entries[size, 0] = node
    entries[size, 1] = head[bucket]
    head[bucket] = size
    return size + 1


@compiled
def _twice(entries: Entries) -> Entries:
    """Return room for twice as many entries."""
    longer = np.empty((2 * len(entries), 2), dtype=np.int32)
    for i in range(len(entries)):  # assigning a slice would take four seconds to compile
        longer[i, 0], longer[i, 1] = entries[i, 0], entries[i, 1]
    return longer


@compiled
def sweep(arcs: Arcs, seeds: Seeds, queue: Queue) -> tuple[Floats, Ints]:
    """Return each node's distance (metres) to its nearest seed and that seed's facility; inf and -1 beyond the limit.

    Ties go to the lowest facility.
    """
    indptr, targets, metres = arcs
    limit, _, buckets = queue
    nodes = len(indptr) - 1
    best, owner = np.full(nodes, np.inf), np.full(nodes, NONE, dtype=np.int64)
    todo = np.zeros(nodes, dtype=np.bool_)
    head = np.full(buckets, NONE, dtype=np.int32)
    entries = np.empty((len(targets) + len(seeds[0]), 2), dtype=np.int32)
    size = waiting = 0
    for i in range(len(seeds[0])):
        node, reach, facility = seeds[0][i], seeds[1][i], seeds[2][i]
        if reach <= limit and (reach < best[node] or (reach == best[node] and facility < owner[node])):
            best[node], owner[node], todo[node] = reach, facility, True
            size = _push(node, _bucket(reach, queue), (head, entries), size)
            waiting += 1
    for bucket in range(buckets):
        if waiting == 0:
            break
        while head[bucket] != NONE:
            node = entries[head[bucket], 0]
            head[bucket] = entries[head[bucket], 1]
            waiting -= 1
            if not todo[node]:
                continue
            todo[node] = False
            here, facility = best[node], owner[node]
            for arc in range(indptr[node], indptr[node + 1]):
                target = targets[arc]
                reach = here + metres[arc]
                if reach > best[target] or reach > limit or (reach == best[target] and facility >= owner[target]):
                    continue
                best[target], owner[target], todo[target] = reach, facility, True
                if size == len(entries):
                    entries = _twice(entries)
                size = _push(target, _bucket(reach, queue), (head, entries), size)
                waiting += 1
    return best, owner


@compiled
def _insert(labels: tuple[Floats, Ints, Flags], metres: float, facility: int) -> bool:
    """Put a label into a sorted list of k, at most one per facility; return whether there was room or it was better.

    ``labels`` is (metres, facility, whether it is still to be passed on), each of shape (k,).
    """
    best, owner, todo = labels
    last = len(best) - 1
    at = last
    known = False
    for i in range(len(best)):
        if owner[i] == facility:
            at, known = i, True
            break
    if known:
        if best[at] <= metres:
            return False
    elif owner[last] != NONE and (best[last] < metres or (best[last] == metres and owner[last] < facility)):
        return False
    while at > 0 and (
        owner[at - 1] == NONE or best[at - 1] > metres or (best[at - 1] == metres and owner[at - 1] > facility)
    ):
        best[at], owner[at], todo[at] = best[at - 1], owner[at - 1], todo[at - 1]
        at -= 1
    best[at], owner[at], todo[at] = metres, facility, True
    return True


@compiled
def sweep_k(  # noqa: C901 - one loop, kept whole for speed
    arcs: Arcs, seeds: Seeds, queue: Queue, labels: tuple[Floats, Ints, Flags]
) -> tuple[Floats, Ints]:
    """Return each node's k nearest facilities and distances (metres), shape (n, k); inf and -1 beyond the limit.

    ``labels`` is (metres, facility, whether still to be passed on), each of shape (n, k), filled with inf, -1, False.
    """
    indptr, targets, metres = arcs
    limit, _, buckets = queue
    best, owner, todo = labels
    head = np.full(buckets, NONE, dtype=np.int32)
    entries = np.empty((len(targets) + len(seeds[0]), 2), dtype=np.int32)
    size = waiting = 0
    for i in range(len(seeds[0])):
        node, reach = seeds[0][i], seeds[1][i]
        if reach <= limit and _insert((best[node], owner[node], todo[node]), reach, seeds[2][i]):
            size = _push(node, _bucket(reach, queue), (head, entries), size)
            waiting += 1
    for bucket in range(buckets):
        if waiting == 0:
            break
        while head[bucket] != NONE:
            node = entries[head[bucket], 0]
            head[bucket] = entries[head[bucket], 1]
            waiting -= 1
            for i in range(best.shape[1]):
                if not todo[node, i] or _bucket(best[node, i], queue) > bucket:
                    continue
                todo[node, i] = False
                for arc in range(indptr[node], indptr[node + 1]):
                    target = targets[arc]
                    reach = best[node, i] + metres[arc]
                    if target == node or reach > limit:
                        continue
                    if _insert((best[target], owner[target], todo[target]), reach, owner[node, i]):
                        if size == len(entries):
                            entries = _twice(entries)
                        size = _push(target, _bucket(reach, queue), (head, entries), size)
                        waiting += 1
    return best, owner


@compiled
def answer(
    place: tuple[Ints, Ints, Floats, Floats, Ints],
    labels: tuple[Floats, Ints],
    facilities: tuple[Ints, Ints, Floats, Floats],
    ask: tuple[float, int],
) -> tuple[Floats, Ints]:
    """Return the k nearest facilities of each origin and the distances (metres), shape (origins, k), nearest first.

    ``place`` is (edge, its nodes, metres to each, access, origin) of the origins' doors, ``labels`` the nodes' (metres,
    facility), shape (n, k), ``facilities`` (begin by edge, facility, offset, access), edge by edge, and ``ask`` (limit
    in metres, number of origins).
    """
    edge, ends, to_ends, access, origin = place
    limit, origins = ask
    begin, number, offset, leg = facilities
    k = labels[0].shape[1]
    best = np.full((origins, k), np.inf)
    owner = np.full((origins, k), NONE, dtype=np.int64)
    todo = np.zeros(k, dtype=np.bool_)
    for i in range(len(edge)):
        if edge[i] == NONE:
            continue
        mine = (best[origin[i]], owner[origin[i]], todo)
        for side in range(2):
            node = ends[i, side]
            for j in range(k):
                reach = labels[0][node, j] + (to_ends[i, side] + access[i])
                if labels[1][node, j] == NONE or reach > limit:
                    break
                _insert(mine, reach, labels[1][node, j])
        for j in range(begin[edge[i]], begin[edge[i] + 1]):
            reach = leg[j] + abs(to_ends[i, 0] - offset[j]) + access[i]
            if reach <= limit:
                _insert(mine, reach, number[j])
    return best, owner


@compiled
def _workspace(arcs: Arcs, queue: Queue) -> Work:
    """Return what `_sweep_one` works with: metres, whether to be passed on, nodes touched, first entries, entries."""
    nodes = len(arcs[0]) - 1
    return (
        np.full(nodes, np.inf),
        np.zeros(nodes, dtype=np.bool_),
        np.empty(nodes, dtype=np.int64),
        np.full(queue[2], NONE, dtype=np.int32),
        np.empty((len(arcs[1]) + 2, 2), dtype=np.int32),
    )


@compiled
def _sweep_one(  # noqa: C901 - one loop, kept whole for speed
    arcs: Arcs, source: tuple[Ints, Floats], queue: Queue, work: Work
) -> int:
    """Sweep from one source (its two nodes, metres to each); return how many nodes it touched.

    The caller sets the metres in ``work`` back to inf at the nodes touched.
    """
    indptr, targets, metres = arcs
    limit, _, buckets = queue
    best, todo, touched, head, entries = work
    count = size = waiting = 0
    for side in range(2):
        node, reach = source[0][side], source[1][side]
        if reach <= limit and reach < best[node]:
            if best[node] == np.inf:
                touched[count] = node
                count += 1
            best[node], todo[node] = reach, True
            size = _push(node, _bucket(reach, queue), (head, entries), size)
            waiting += 1
    for bucket in range(buckets):
        if waiting == 0:
            break
        while head[bucket] != NONE:
            node = entries[head[bucket], 0]
            head[bucket] = entries[head[bucket], 1]
            waiting -= 1
            if not todo[node]:
                continue
            todo[node] = False
            here = best[node]
            for arc in range(indptr[node], indptr[node + 1]):
                target = targets[arc]
                reach = here + metres[arc]
                if reach >= best[target] or reach > limit:
                    continue
                if best[target] == np.inf:
                    touched[count] = target
                    count += 1
                best[target], todo[target] = reach, True
                if size == len(entries):
                    entries = _twice(entries)
                size = _push(target, _bucket(reach, queue), (head, entries), size)
                waiting += 1
    return count


@compiled
def _grown(values: Any, needed: int) -> Any:
    """Return an array at least as long as needed that begins with the same values."""
    if needed <= len(values):
        return values
    longer = np.empty(max(needed, 2 * len(values)), dtype=values.dtype)
    for i in range(len(values)):
        longer[i] = values[i]
    return longer


@compiled
def sweep_each(arcs: Arcs, sources: tuple[Ints, Floats], queue: Queue) -> tuple[Ints, Ints, Floats]:
    """Return the nodes within the limit (metres) of each source: where each source's begin (s+1,), nodes, metres.

    ``sources`` is (their two nodes, metres to each), both of shape (s, 2).
    """
    work = _workspace(arcs, queue)
    best, _, touched, _, _ = work
    begin = np.zeros(len(sources[0]) + 1, dtype=np.int64)
    nodes = np.empty(FIRST_SIZE, dtype=np.int64)
    reach = np.empty(FIRST_SIZE, dtype=np.float64)
    for s in range(len(sources[0])):
        count = _sweep_one(arcs, (sources[0][s], sources[1][s]), queue, work)
        start = begin[s]
        begin[s + 1] = start + count
        nodes = _grown(nodes, start + count)
        reach = _grown(reach, start + count)
        for i in range(count):
            nodes[start + i] = touched[i]
            reach[start + i] = best[touched[i]]
            best[touched[i]] = np.inf
    return begin, nodes[: begin[-1]].copy(), reach[: begin[-1]].copy()


@compiled
def _note(point: int, reach: float, walks: tuple[Floats, Ints], hits: int) -> int:
    """Keep the shorter walk to a point; return how many points were found so far."""
    found, seen = walks
    if reach < found[point]:
        if found[point] == np.inf:
            seen[hits] = point
            hits += 1
        found[point] = reach
    return hits


@compiled
def pairs(
    arcs: Arcs,
    sources: tuple[Ints, Floats, Ints, Floats, Floats],
    points: tuple[Ints, Ints, Floats, Ints, Floats, Floats],
    queue: Queue,
) -> tuple[Ints, Ints, Floats]:
    """Return all (source, point, metres) within the limit; points are numbered edge by edge.

    ``sources`` is (their two nodes, metres to each, edge, offset, access). ``points`` is (where each node's begin,
    point, metres from the node to its door) for the points on the edges at each node, then (where each edge's begin,
    offset, access).
    """
    work = _workspace(arcs, queue)
    best, _, touched, _, _ = work
    limit = queue[0]
    near_begin, near, near_metres, begin, offset, access = points
    found = np.full(len(offset), np.inf)
    seen = np.empty(len(offset), dtype=np.int64)
    out_source, out_point = np.empty(FIRST_SIZE, dtype=np.int64), np.empty(FIRST_SIZE, dtype=np.int64)
    out_metres = np.empty(FIRST_SIZE, dtype=np.float64)
    size = 0
    for s in range(len(sources[0])):
        count = _sweep_one(arcs, (sources[0][s], sources[1][s]), queue, work)
        hits = 0
        for i in range(count):
            node = touched[i]
            for j in range(near_begin[node], near_begin[node + 1]):
                reach = best[node] + near_metres[j]
                if reach <= limit:
                    hits = _note(near[j], reach, (found, seen), hits)
            best[node] = np.inf
        edge = sources[2][s]
        for p in range(begin[edge], begin[edge + 1]):
            reach = sources[4][s] + abs(sources[3][s] - offset[p]) + access[p]
            if reach <= limit:
                hits = _note(p, reach, (found, seen), hits)
        out_source, out_point = _grown(out_source, size + hits), _grown(out_point, size + hits)
        out_metres = _grown(out_metres, size + hits)
        for i in range(hits):
            out_source[size + i], out_point[size + i], out_metres[size + i] = s, seen[i], found[seen[i]]
            found[seen[i]] = np.inf
        size += hits
    return out_source[:size].copy(), out_point[:size].copy(), out_metres[:size].copy()
