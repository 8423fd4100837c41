"""Seeded faults that the tests must notice: ``python -m tests.mutants [--sample N] [--only WORD]``.

The package and its tests are copied to a temporary folder. There each fault is put in by itself and the tests that
should notice it are run; a fault that no test notices survives. The command says killed or survived for each, and ends
with 1 if any survived (2 if the tests fail without any fault). All of them take about ten minutes.

To add a fault, append a `Mutant`: a text that stands exactly once in a file of the package, what to put there instead,
and the tests to run. A room's own list keeps its faults together; `MUTANTS` joins them.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("servicecircle", "tests", "sample_data", "pyproject.toml", "README.md")
WHOLE = "without-fault"
LONGEST_S = 300
"""A fault that makes the tests run longer than this (seconds) counts as noticed."""

NETWORK_TESTS = tuple(
    f"tests/network/test_{name}.py" for name in ("walks", "snap", "graph", "isochrones", "bad_edges", "laws")
)
"""The quick ones first, for the first that fails ends a run."""

LAST_WORDS = 3000
FAILED = 1
"""What pytest ends with when tests fail; other codes mean that it could not run them."""


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
        "network/snap.py",
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
        "network/isochrones.py",
        "high = np.concatenate([left[from_u],",
        "high = np.concatenate([whole[edge[from_u]],",
    ),
    Mutant(
        "isochrones leave the access legs out",
        "network/isochrones.py",
        "lines = np.concatenate([_pieces(network, edge[new], low[new], high[new]), _stubs(network, sources, limit)])",
        "lines = _pieces(network, edge[new], low[new], high[new])",
    ),
    Mutant(
        "isochrones forget the smaller one",
        "network/isochrones.py",
        "if not smaller.is_empty:",
        "if smaller.is_empty and len(lines) < 0:",
    ),
    Mutant(
        "the access leg is not taken off what is left to walk",
        "network/isochrones.py",
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

JUDGING_TESTS = tuple(f"tests/assessment/test_{name}.py" for name in ("oracle", "assessment", "tables", "progress"))
CITY_TESTS = ("tests/city/test_city.py", "tests/city/test_bad_layers.py")
SITING_TESTS = ("tests/siting/test_best_sites.py",)
_IN = "assessment/"

JUDGING = (
    Mutant(
        "minutes taken as seconds",
        "units.py",
        "SECONDS_PER_MINUTE = 60.0",
        "SECONDS_PER_MINUTE = 1.0",
        JUDGING_TESTS,
    ),
    Mutant(
        "a limit is not inclusive",
        "units.py",
        "TOLERANCE_M = 0.001",
        "TOLERANCE_M = -0.001",
        JUDGING_TESTS,
    ),
    Mutant(
        "the unreachable count as covered",
        "units.py",
        "np.isfinite(metres) & (metres <=",
        "~np.isfinite(metres) | (metres <=",
        JUDGING_TESTS,
    ),
    Mutant(
        "required facilities rounded down",
        _IN + "figures.py",
        "np.ceil(target * amount - ROUNDING)",
        "np.floor(target * amount)",
        JUDGING_TESTS,
    ),
    Mutant(
        "a share of nobody is full",
        _IN + "figures.py",
        "if whole > 0 else None",
        "if whole > 0 else 1.0",
        JUDGING_TESTS,
    ),
    Mutant(
        "reference rows get a verdict",
        _IN + "rows.py",
        'if met is None or status != "judged"',
        "if met is None",
        JUDGING_TESTS,
    ),
    Mutant(
        "an assumed target is judged",
        _IN + "rows.py",
        'if target.origin in {"stated", "stated_2020_hold"} else "reference"',
        'if target.origin else "reference"',
        JUDGING_TESTS,
    ),
    Mutant("rows out of scope are judged", _IN + "rows.py", "replace(unit, outside=True)", "unit", JUDGING_TESTS),
    Mutant("urban and rural pass together", _IN + "residents.py", "meeting = all(", "meeting = any(", JUDGING_TESTS),
    Mutant(
        "closed facilities count",
        _IN + "selection.py",
        '{"status": "open"} | dict(one.where)',
        "dict(one.where)",
        JUDGING_TESTS,
    ),
    Mutant(
        "a service not loaded is a zero",
        _IN + "selection.py",
        "return nothing, [_service_missing(one)]",
        "return nothing, []",
        JUDGING_TESTS,
    ),
    Mutant(
        "a circle needs one service only",
        _IN + "composite.py",
        "~lacking.any(axis=1)",
        "~lacking.all(axis=1)",
        JUDGING_TESTS,
    ),
    Mutant(
        "facilities anywhere count for a zone",
        _IN + "provision.py",
        "selection.facilities[unit.facilities[selection.facilities]]",
        "selection.facilities",
        JUDGING_TESTS,
    ),
    Mutant(
        "two campuses count twice",
        _IN + "provision.py",
        "if provision.once_per in ground.facilities:",
        "if False:",
        JUDGING_TESTS,
    ),
    Mutant(
        "one of the functions is enough",
        _IN + "presence.py",
        "not lacks[int(n)]",
        "len(lacks[int(n)]) < 2",
        JUDGING_TESTS,
    ),
    Mutant("discs as squares", _IN + "coverage.py", "DISC_SIDES = 512", "DISC_SIDES = 4", JUDGING_TESTS),
    Mutant(
        "walks of another city kept",
        _IN + "ground.py",
        "return ids + self.facility_xy[facilities].tobytes()",
        'return b""',
        JUDGING_TESTS,
    ),
    Mutant(
        "a border belongs to the highest zone",
        "city/zoning.py",
        'zones.sort_values("zone_id", kind="stable")',
        'zones.sort_values("zone_id", ascending=False)',
        CITY_TESTS,
    ),
    Mutant("negative residents pass", "city/inspection.py", "values < 0,", "values < -1e12,", CITY_TESTS),
    Mutant(
        "a frame of the caller is changed",
        "city/inspection.py",
        "copy = frame.copy()",
        "copy = frame",
        CITY_TESTS,
    ),
    Mutant(
        "greedy without discount",
        "siting/greedy.py",
        "        left[_covered_by(covers, best)] = 0.0\n",
        "        covers[[best]] *= 0\n",
        SITING_TESTS,
    ),
    Mutant(
        "no exchange of sites",
        "siting/greedy.py",
        "    chosen = _swapped(covers, weights, chosen)\n",
        "",
        SITING_TESTS,
    ),
    Mutant(
        "those covered already count as gain",
        "siting/sites.py",
        '(cells["in_scope"] & ~cells["covered"])',
        'cells["in_scope"]',
        SITING_TESTS,
    ),
)
"""Faults of judging a city, of its checks and of the choice of sites."""

MUTANTS: tuple[Mutant, ...] = (*NETWORK, *JUDGING)


def failing(folder: Path, tests: tuple[str, ...]) -> str:
    """Return what tests that fail in a copy of the project say, "" if they pass; SystemExit if they cannot be run."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow and not real"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {LONGEST_S} s"
    if done.returncode not in {0, FAILED}:
        raise SystemExit(f"the tests could not be run:\n{done.stdout[-LAST_WORDS:]}\n{done.stderr[-LAST_WORDS:]}")
    return done.stdout[-LAST_WORDS:] if done.returncode else ""


def copy_to(folder: Path) -> None:
    """Copy the project to a folder, and check that Python finds the copy there."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(".hypothesis"))
        elif source.exists():
            shutil.copy2(source, folder / name)
    shutil.copytree(folder / "servicecircle", folder / WHOLE)
    code = "import servicecircle; print(servicecircle.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    if not Path(found.stdout.strip()).resolve().is_relative_to(folder.resolve()):
        raise SystemExit(f"the copy is not used: {found.stdout.strip()}")


def survivors(mutants: tuple[Mutant, ...]) -> list[Mutant]:
    """Try each fault, say what became of it, and return those that no test noticed."""
    alive = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        copy_to(folder)
        for tests in sorted({mutant.tests for mutant in mutants}):
            words = failing(folder, tests)
            if words:
                sys.stdout.write(f"{words}\n{' '.join(tests)} fails without any fault\n")
                raise SystemExit(2)
        for mutant in mutants:
            begun = time.monotonic()
            mutant.put_into(folder)
            killed = bool(failing(folder, mutant.tests))
            mutant.take_out_of(folder)
            word = "killed  " if killed else "SURVIVED"
            sys.stdout.write(f"{word} {time.monotonic() - begun:5.0f} s  {mutant.file}: {mutant.name}\n")
            sys.stdout.flush()
            if not killed:
                alive.append(mutant)
    return alive


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Try seeded faults on the tests.")
    parser.add_argument("--sample", type=int, metavar="N", help="try only N of them, drawn at random")
    parser.add_argument("--seed", type=int, default=None, help="the seed of the draw")
    parser.add_argument("--only", metavar="WORD", default="", help="try only those with a word in their file or name")
    options = parser.parse_args(arguments)
    chosen = tuple(mutant for mutant in MUTANTS if options.only in f"{mutant.file}: {mutant.name}")
    if options.sample is not None:
        chosen = tuple(random.Random(options.seed).sample(chosen, min(options.sample, len(chosen))))
    alive = survivors(chosen)
    sys.stdout.write(f"{len(chosen) - len(alive)} of {len(chosen)} faults noticed\n")
    return 1 if alive else 0


if __name__ == "__main__":
    raise SystemExit(main())
