"""A fault to seed, and the faults of walking: snapping, sweeping, routes and isochrones."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = "without-fault"

NETWORK_TESTS = tuple(
    f"tests/network/test_{name}.py" for name in ("walks", "snap", "graph", "isochrones", "bad_edges", "laws")
)
"""The quick ones first, for the first that fails ends a run."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault.

    Parameters
    ----------
    name
        What it does.
    file
        The file of the package it is put into.
    old, new
        The text that stands there, exactly once, and the fault.
    tests
        The tests that should notice it.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = NETWORK_TESTS

    def put_into(self, folder: Path) -> None:
        """Put the fault into a copy of the package."""
        path = folder / "servicecircle" / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise SystemExit(f"mutant {self.name!r}: its text stands {text.count(self.old)} times in {self.file}")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")

    def take_out_of(self, folder: Path) -> None:
        """Put the file as it was back into the copy, whatever happened to the original meanwhile."""
        shutil.copy2(folder / WHOLE / self.file, folder / "servicecircle" / self.file)


NETWORK = (
    Mutant(
        "the origin's access leg is dropped",
        "network/sweep.py",
        "labels[0][node, j] + (to_ends[i, side] + access[i])",
        "labels[0][node, j] + to_ends[i, side]",
    ),
    Mutant(
        "the way along the origin's edge is dropped",
        "network/sweep.py",
        "labels[0][node, j] + (to_ends[i, side] + access[i])",
        "labels[0][node, j] + access[i]",
    ),
    Mutant(
        "only one end of the origin's edge is tried",
        "network/sweep.py",
        "        for side in range(2):\n            node = ends[i, side]",
        "        for side in range(1):\n            node = ends[i, side]",
    ),
    Mutant(
        "the egress leg is dropped",
        "network/travel.py",
        "reach = to_ends + chosen.access_m[:, None]",
        "reach = to_ends",
    ),
    Mutant(
        "the direct way along one edge is dropped",
        "network/sweep.py",
        "        for j in range(begin[edge[i]], begin[edge[i] + 1]):",
        "        for j in range(begin[edge[i]], begin[edge[i]]):",
    ),
    Mutant(
        "a limit is exclusive: no tolerance",
        "network/travel.py",
        "return float(limit_m) + TOLERANCE_M",
        "return float(limit_m) - TOLERANCE_M",
    ),
    Mutant(
        "a tie keeps the facility that came first",
        "network/sweep.py",
        "reach > best[target] or reach > limit or (reach == best[target] and facility >= owner[target])",
        "reach >= best[target] or reach > limit",
    ),
    Mutant(
        "a tie among the k nearest keeps the one that came first",
        "network/sweep.py",
        "best[at - 1] > metres or (best[at - 1] == metres and owner[at - 1] > facility)",
        "best[at - 1] > metres",
    ),
    Mutant(
        "the k nearest may name one facility twice",
        "network/sweep.py",
        "        if owner[i] == facility:\n            at, known = i, True",
        "        if owner[i] == facility and best[i] == metres:\n            at, known = i, True",
    ),
    Mutant(
        "nodes reached are not passed on a second time",
        "network/sweep.py",
        "best[target], owner[target], todo[target] = reach, facility, True",
        "best[target], owner[target], todo[target] = reach, facility, owner[target] == NONE",
    ),
    Mutant(
        "the search for pairs forgets the way along the far edge",
        "network/travel.py",
        "np.concatenate([offset + access, rest + access])",
        "np.concatenate([offset + access, access])",
    ),
    Mutant(
        "the search for pairs drops the direct way along one edge",
        "network/sweep.py",
        "for p in range(begin[edge], begin[edge + 1]):",
        "for p in range(begin[edge], begin[edge]):",
    ),
    Mutant(
        "the search for pairs does not clear the nodes it touched",
        "network/sweep.py",
        "                    hits = _note(near[j], reach, (found, seen), hits)\n            best[node] = np.inf\n",
        "                    hits = _note(near[j], reach, (found, seen), hits)\n",
    ),
    Mutant(
        "points are placed one metre further along",
        "network/snap.py",
        "offset[rows] = share * network.edge_length_m[chosen]",
        "offset[rows] = np.minimum(share * network.edge_length_m[chosen] + 1.0, network.edge_length_m[chosen])",
    ),
    Mutant(
        "points are placed at the nearer node",
        "network/snap.py",
        "offset[rows] = share * network.edge_length_m[chosen]",
        "offset[rows] = np.round(share) * network.edge_length_m[chosen]",
    ),
    Mutant(
        "the drawn length counts instead of the declared one",
        "network/snap.py",
        "offset[rows] = share * network.edge_length_m[chosen]",
        "offset[rows] = along",
    ),
    Mutant(
        "the farthest access leg is exclusive",
        "network/snap.py",
        "max_distance=rule.max_access_m + TOLERANCE_M",
        "max_distance=rule.max_access_m - TOLERANCE_M",
    ),
    Mutant(
        "of equally near edges the last is taken",
        "network/snap.py",
        "np.minimum.at(chosen, near, edges)",
        "np.maximum.at(chosen, near, edges)",
    ),
    Mutant(
        "points may enter any island",
        "network/trees.py",
        "may = np.flatnonzero(rule.eligible(network.component_length_m)[network.edge_component])",
        "may = np.arange(len(network))",
    ),
    Mutant(
        "an island of just the length asked for may not be entered",
        "network/access.py",
        "may = component_length_m >= least",
        "may = component_length_m > least",
    ),
    Mutant(
        "edges stay in the order of the rows",
        "network/topology.py",
        "order = np.lexsort((text, table.length_m, shape, v, u))",
        "order = np.arange(len(u))",
    ),
    Mutant(
        "parallel edges of one length are taken for one edge",
        "network/topology.py",
        "same[1:] = shared[after] & (shape[before] == shape[after])",
        "same[1:] = shared[after]",
    ),
    Mutant(
        "parallel edges on one line are taken for one edge",
        "network/topology.py",
        "same[1:] &= table.length_m[after] - table.length_m[before] <= ROUNDING_M",
        "pass",
    ),
    Mutant(
        "arcs lead to the wrong edge",
        "network/topology.py",
        "return indptr, enters[order], edge[order]",
        "return indptr, enters[order], np.sort(edge)",
    ),
    Mutant(
        "ends within a metre are one node",
        "network/topology.py",
        "PER_METRE = 1000.0",
        "PER_METRE = 1.0",
    ),
    Mutant(
        "the shortest component comes first",
        "network/topology.py",
        "order = np.lexsort((first, -total))",
        "order = np.lexsort((first, total))",
    ),
    Mutant(
        "lines drawn from v to u are not turned",
        "network/topology.py",
        "if _crossed(code, drawn):",
        "if not len(drawn):",
    ),
    Mutant(
        "negative lengths are let in",
        "network/building.py",
        "negative = np.less(values, 0) & ~infinite",
        "negative = np.less(values, -1e9) & ~infinite",
    ),
    Mutant(
        "each part of a taken-apart line gets the whole length",
        "network/building.py",
        "length = declared[row] * np.divide(drawn, whole, out=np.ones_like(drawn), where=whole > 0)",
        "length = declared[row]",
    ),
    Mutant(
        "isochrones hold whole edges",
        "network/reached.py",
        "high = np.concatenate([left[from_u],",
        "high = np.concatenate([whole[edge[from_u]],",
    ),
    Mutant(
        "isochrones leave the access legs out",
        "network/isochrones.py",
        "lines = np.concatenate([parts.take(new).lines(network), legs])",
        "lines = parts.take(new).lines(network)",
    ),
    Mutant(
        "isochrones forget the smaller one",
        "network/isochrones.py",
        "if not smaller.is_empty:",
        "if smaller.is_empty and len(lines) < 0:",
    ),
    Mutant(
        "the access leg is not taken off what is left to walk",
        "network/reached.py",
        "limit - sources.access_m[rows]",
        "limit + 0 * sources.access_m[rows]",
    ),
    Mutant(
        "a route arrives from the wrong end of the facility's edge",
        "network/routes.py",
        "0.0 if enters == 0 else",
        "0.0 if enters == 1 else",
    ),
)
