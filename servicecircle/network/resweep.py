"""The kernels of change: what other facilities do to labels that are there. Import this module inside functions.

Labels are right when every one of them is the least that its seeds and neighbours offer, in metres and then in rank.
So a facility that comes is swept only as far as it is nearer, and where one goes only what it held is swept again from
the border. ``slots`` is (rank, whether it is gone) of every facility by its number; the other groups are as in `sweep`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servicecircle.network.sweep import FIRST_SIZE, NONE, _bucket, _compiled, _grown, _push, _twice

if TYPE_CHECKING:
    from servicecircle.network.sweep import Arcs, Flags, Floats, Ints, Queue, Seeds

    Labels = tuple[Floats, Ints]
    Slots = tuple[Ints, Flags]
    Homes = tuple[Ints, Ints, Ints, Floats, Floats, Ints, Ints]
    Doors = tuple[Ints, Floats, Floats, Ints]


@_compiled
def _less(metres: float, rank: int, than: float, other: int, ranks: Ints) -> bool:
    """Return whether a label comes before another, which may be none."""
    return metres < than or (metres == than and (other == NONE or rank < ranks[other]))


@_compiled
def resweep(  # noqa: C901, PLR0912 - one loop, kept whole for speed
    arcs: Arcs, seeds: Seeds, queue: Queue, labels: Labels, slots: Slots, lost: Ints
) -> Ints:
    """Bring labels up to date, in place, and return the nodes that have another one.

    ``seeds`` are those of all facilities, also of those that came or went, ``lost`` the nodes of those that went.
    """
    indptr, targets, metres = arcs
    best, owner = labels
    ranks, gone = slots
    nodes = len(best)
    todo, changed = np.zeros(nodes, dtype=np.bool_), np.zeros(nodes, dtype=np.bool_)
    touched = np.empty(FIRST_SIZE, dtype=np.int64)
    head = np.full(queue[2], NONE, dtype=np.int32)
    entries = np.empty((FIRST_SIZE, 2), dtype=np.int32)
    count = size = waiting = 0
    touched = _grown(touched, len(lost))
    for node in lost:
        best[node], owner[node], changed[node] = np.inf, NONE, True
        touched[count] = node
        count += 1
    for i in range(len(seeds[0]) + len(lost)):
        if i < len(seeds[0]):
            node, slot, reach = seeds[0][i], seeds[2][i], seeds[1][i]
            better = not gone[slot] and _less(reach, ranks[slot], best[node], owner[node], ranks)
        else:  # the best that the border offers
            node = lost[i - len(seeds[0])]
            reach, slot, better = best[node], owner[node], False
            for arc in range(indptr[node], indptr[node + 1]):
                near = targets[arc]
                if owner[near] == NONE:
                    continue
                offered = best[near] + metres[arc]
                if _less(offered, ranks[owner[near]], reach, slot, ranks):
                    reach, slot, better = offered, owner[near], True
        if better:
            best[node], owner[node] = reach, slot
            if not changed[node]:
                changed[node] = True
                touched = _grown(touched, count + 1)
                touched[count] = node
                count += 1
            todo[node] = True
            if size == len(entries):
                entries = _twice(entries)
            size = _push(node, _bucket(reach, queue), (head, entries), size)
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
            here, slot = best[node], owner[node]
            for arc in range(indptr[node], indptr[node + 1]):
                target = targets[arc]
                reach = here + metres[arc]
                if not _less(reach, ranks[slot], best[target], owner[target], ranks):
                    continue
                best[target], owner[target], todo[target] = reach, slot, True
                if not changed[target]:
                    changed[target] = True
                    touched = _grown(touched, count + 1)
                    touched[count] = target
                    count += 1
                if size == len(entries):
                    entries = _twice(entries)
                size = _push(target, _bucket(reach, queue), (head, entries), size)
                waiting += 1
    return touched[:count].copy()


@_compiled
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
    return owner[node] == NONE


@_compiled
def sound_near(nodes: Ints, arcs: Arcs, seeds: Seeds, labels: Labels) -> bool:
    """Return whether the labels of some nodes and of their neighbours are held by others or by seeds."""
    for node in nodes:
        if not _held(node, arcs, seeds, labels):
            return False
        for arc in range(arcs[0][node], arcs[0][node + 1]):
            if not _held(arcs[1][arc], arcs, seeds, labels):
                return False
    return True


@_compiled
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


@_compiled
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


@_compiled
def _ask(origin: int, homes: Homes, labels: Labels, slots: Slots, doors: Doors) -> tuple[float, int]:
    """Return the metres from an origin to its nearest facility, and which it is."""
    _, _, edge, to_ends, access, first, ends = homes
    edges, offset, leg, number = doors
    best, owner = np.inf, NONE
    for row in range(first[origin], first[origin + 1]):
        if edge[row] == NONE:
            continue
        for side in range(2):
            node = ends[2 * row + side]
            slot = labels[1][node]
            reach = labels[0][node] + (to_ends[2 * row + side] + access[row])
            if slot != NONE and _less(reach, slots[0][slot], best, owner, slots[0]):
                best, owner = reach, slot
        for j in range(np.searchsorted(edges, edge[row]), len(edges)):
            if edges[j] != edge[row]:
                break
            slot = number[j]
            reach = leg[j] + abs(to_ends[2 * row] - offset[j]) + access[row]
            if not slots[1][slot] and _less(reach, slots[0][slot], best, owner, slots[0]):
                best, owner = reach, slot
    return best, owner


@_compiled
def answer_again(
    near: tuple[Ints, Ints, Ints, Ints], homes: Homes, point: Ints, labels: Labels, slots: Slots, doors: Doors,
    answers: Labels,
) -> int:  # fmt: skip
    """Ask again, in place, for all origins on edges at some nodes, and on some edges; return how many.

    ``near`` is (nodes, edges, where the arcs of each node begin, edge of each arc). ``homes`` is (where the doors on
    each edge begin, doors edge by edge, edge, metres to both its nodes, access, where the doors of each origin begin,
    nodes); ``point`` the origin of each door, ``doors`` those of facilities, edge by edge.
    """
    nodes, some, indptr, arc_edge = near
    begin, order = homes[0], homes[1]
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
                    answers[0][origin], answers[1][origin] = _ask(origin, homes, labels, slots, doors)
    return count
