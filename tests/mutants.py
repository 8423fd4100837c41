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
from pathlib import Path

from tests.faults import NETWORK, WHOLE, Mutant
from tests.faults_of_access import ACCESS
from tests.faults_of_changes import CHANGES
from tests.faults_of_isochrones import ISOCHRONES
from tests.faults_of_judging import JUDGING
from tests.faults_of_legs import LEGS

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("servicecircle", "tests", "sample_data", "pyproject.toml", "README.md")
LONGEST_S = 300
"""A fault that makes the tests run longer than this (seconds) counts as noticed."""

LAST_WORDS = 3000
FAILED = 1
"""What pytest ends with when tests fail; other codes mean that it could not run them."""


MUTANTS: tuple[Mutant, ...] = (*NETWORK, *JUDGING, *ACCESS, *LEGS, *ISOCHRONES, *CHANGES)


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
