"""The kernels of change: what other facilities do to labels that are there. Import this module inside functions.

Labels are right when every one of them is the least that its seeds and neighbours offer, in metres and then in rank.
So a facility that comes is swept only as far as it is nearer, and where one goes only what it held is swept again from
the border. ``state`` is (metres, facility) of every node and (rank, whether it is gone) of every facility by its
number; the other groups are as in `sweep`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servicecircle.network.sweep import FIRST_SIZE, NONE, _bucket, _push, _twice, compiled

if TYPE_CHECKING:
    from servicecircle.network.sweep import Arcs, Flags, Floats, Ints, Queue, Seeds

    Labels = tuple[Floats, Ints]
    State = tuple[Floats, Ints, Ints, Flags]
    Starts = tuple[Ints, Floats, Ints, Ints]
    Homes = tuple[Ints, Ints, Ints, Floats, Floats, Ints, Ints, Ints]
    Known = tuple[Floats, Ints, Ints, Flags, Ints, Floats, Floats, Ints]


@compiled
def _less(metres: float, rank: int, than: tuple[float, int], ranks: Ints) -> bool:
    """Return whether a label comes before another (metres, facility), which may be none."""
    return metres < than[0] or (metres == than[0] and (than[1] == NONE or rank < ranks[than[1]]))


@compiled
def _give(node: int, label: tuple[float, int], state: State, marks: tuple[Flags, Flags, Ints], count: int) -> int:  # noqa: PLR0917
    """Give a node a label to be passed on; return how many nodes have another label than they had."""
    todo, changed, touched = marks
    state[0][node], state[1][node], todo[node] = label[0], label[1], True
    if not changed[node]:
        changed[node] = True
        touched[count] = node
        count += 1
    return count


@compiled
def _offered(node: int, arcs: Arcs, state: State) -> tuple[float, int]:
    """Return the best label that a node's neighbours offer it."""
    best, owner, ranks, _ = state
    reach, slot = np.inf, NONE
    for arc in range(arcs[0][node], arcs[0][node + 1]):
        near = arcs[1][arc]
        metres = best[near] + arcs[2][arc]
        if owner[near] != NONE and _less(metres, ranks[owner[near]], (reach, slot), ranks):
            reach, slot = metres, owner[near]
    return reach, slot


@compiled
def resweep(  # noqa: C901, PLR0912 - one loop, kept whole for speed
    arcs: Arcs, starts: Starts, queue: Queue, state: State
) -> Ints:
    """Bring labels up to date, in place, and return the nodes that have another one.

    ``starts`` is the seeds of all facilities, also of those that came or went, and the nodes of those that went.
    """
    seeds, metres, slots, lost = starts
    best, owner, ranks, gone = state
    nodes = len(best)
    todo, changed, touched = np.zeros(nodes, dtype=np.bool_), np.zeros(nodes, dtype=np.bool_), np.empty_like(owner)
    marks = todo, changed, touched
    head = np.full(queue[2], NONE, dtype=np.int32)
    entries = np.empty((FIRST_SIZE + len(seeds) + len(lost), 2), dtype=np.int32)
    count = size = waiting = 0
    for node in lost:
        best[node], owner[node] = np.inf, NONE
    for i in range(len(seeds) + len(lost)):
        if i < len(seeds):
            node, label = seeds[i], (metres[i], slots[i])
            if gone[slots[i]]:
                continue
        else:
            node = lost[i - len(seeds)]
            label = _offered(node, arcs, state)
        if label[1] != NONE and _less(label[0], ranks[label[1]], (best[node], owner[node]), ranks):
            count = _give(node, label, state, marks, count)
            size = _push(node, _bucket(label[0], queue), (head, entries), size)
            waiting += 1
    for bucket in range(queue[2]):
        if waiting == 0:
            break
        while head[bucket] != NONE:
            node = entries[head[bucket], 0]
            head[bucket] = entries[head[bucket], 1]
            waiting -= 1
            if not todo[node]:
                continue
            todo[node] = False
            for arc in range(arcs[0][node], arcs[0][node + 1]):
                target, label = arcs[1][arc], (best[node] + arcs[2][arc], owner[node])
                if _less(label[0], ranks[label[1]], (best[target], owner[target]), ranks):
                    count = _give(target, label, state, marks, count)
                    if size == len(entries):
                        entries = _twice(entries)
                    size = _push(target, _bucket(label[0], queue), (head, entries), size)
                    waiting += 1
    for node in lost:
        if not changed[node]:
            changed[node] = True
            touched[count] = node
            count += 1
    return touched[:count].copy()


@compiled
def _held(node: int, arcs: Arcs, seeds: Seeds, labels: Labels) -> bool:
    """Return whether a neighbour or a seed gives a node the label it has."""
    best, owner = labels
    for arc in range(arcs[0][node], arcs[0][node + 1]):
        near = arcs[1][arc]
        if owner[near] == owner[node] and best[near] + arcs[2][arc] == best[node]:
            return True
    for i in range(len(seeds[0])):
        if seeds[0][i] == node and seeds[2][i] == owner[node] and seeds[1][i] == best[node]:
            return True
    return bool(owner[node] == NONE)


@compiled
def sound_near(nodes: Ints, arcs: Arcs, seeds: Seeds, labels: Labels) -> bool:
    """Return whether the labels of some nodes and of their neighbours are held by others or by seeds."""
    for node in nodes:
        if not _held(node, arcs, seeds, labels):
            return False
        for arc in range(arcs[0][node], arcs[0][node + 1]):
            if not _held(arcs[1][arc], arcs, seeds, labels):
                return False
    return True


@compiled
def sound(arcs: Arcs, seeds: Seeds, labels: Labels) -> bool:
    """Return whether every label is held by a neighbour's or by a seed.

    Where two walks that differ by less than rounding become one, a label may stay that nothing holds any more: its
    metres are right, its facility is that of a walk no longer taken.
    """
    indptr, targets, metres = arcs
    best, owner = labels
    held = np.zeros(len(best), dtype=np.bool_)
    for i in range(len(seeds[0])):
        if owner[seeds[0][i]] == seeds[2][i] and best[seeds[0][i]] == seeds[1][i]:
            held[seeds[0][i]] = True
    for node in range(len(best)):
        if held[node] or owner[node] == NONE:
            continue
        good = False
        for arc in range(indptr[node], indptr[node + 1]):
            near = targets[arc]
            if owner[near] == owner[node] and best[near] + metres[arc] == best[node]:
                good = True
                break
        if not good:
            return False
    return True


@compiled
def settle(arcs: Arcs, seeds: Seeds, labels: Labels, order: Ints) -> None:
    """Give every node, in place, the least facility of those whose walk is as short as the shortest.

    ``order`` is the nodes that have a label, nearest first.
    """
    indptr, targets, metres = arcs
    best, owner = labels
    for i in range(len(owner)):
        owner[i] = NONE
    for i in range(len(seeds[0])):
        node, facility = seeds[0][i], seeds[2][i]
        if seeds[1][i] == best[node] and (owner[node] == NONE or facility < owner[node]):
            owner[node] = facility
    moved = True
    while moved:
        moved = False
        for node in order:
            for arc in range(indptr[node], indptr[node + 1]):
                near = targets[arc]
                if owner[near] == NONE or best[near] + metres[arc] != best[node]:
                    continue
                if owner[node] == NONE or owner[near] < owner[node]:
                    owner[node], moved = owner[near], True


@compiled
def _ask(origin: int, homes: Homes, known: Known) -> tuple[float, int]:
    """Return the metres from an origin to its nearest facility, and which it is."""
    _, _, edge, to_ends, access, first, ends, _ = homes
    node_m, node_owner, ranks, gone, edges, offset, leg, number = known
    best, owner = np.inf, NONE
    for row in range(first[origin], first[origin + 1]):
        if edge[row] == NONE:
            continue
        for side in range(2):
            node = ends[2 * row + side]
            slot = node_owner[node]
            reach = node_m[node] + (to_ends[2 * row + side] + access[row])
            if slot != NONE and _less(reach, ranks[slot], (best, owner), ranks):
                best, owner = reach, slot
        for j in range(np.searchsorted(edges, edge[row]), len(edges)):
            if edges[j] != edge[row]:
                break
            reach = leg[j] + abs(to_ends[2 * row] - offset[j]) + access[row]
            if not gone[number[j]] and _less(reach, ranks[number[j]], (best, owner), ranks):
                best, owner = reach, number[j]
    return best, owner


@compiled
def answer_again(near: tuple[Ints, Ints, Ints, Ints], homes: Homes, known: Known, answers: Labels) -> int:
    """Ask again, in place, for all origins on edges at some nodes, and on some edges; return how many.

    ``near`` is (nodes, edges, where the arcs of each node begin, edge of each arc). ``homes`` is (where the doors on
    each edge begin, doors edge by edge; then of each door: edge, metres to both its nodes, access; where the doors of
    each origin begin; the nodes, and the origin, of each door). ``known`` is the state of the nodes, and the doors of
    facilities, edge by edge.
    """
    nodes, some, indptr, arc_edge = near
    begin, order, point = homes[0], homes[1], homes[7]
    seen = np.zeros(len(begin) - 1, dtype=np.bool_)
    asked = np.zeros(len(answers[0]), dtype=np.bool_)
    count = 0
    for i in range(len(nodes) + len(some)):
        first, last = (indptr[nodes[i]], indptr[nodes[i] + 1]) if i < len(nodes) else (0, 1)
        for arc in range(first, last):
            edge = arc_edge[arc] if i < len(nodes) else some[i - len(nodes)]
            if seen[edge]:
                continue
            seen[edge] = True
            for at in range(begin[edge], begin[edge + 1]):
                origin = point[order[at]]
                if not asked[origin]:
                    asked[origin] = True
                    count += 1
                    answers[0][origin], answers[1][origin] = _ask(origin, homes, known)
    return count
