"""How cases end, each tried in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 90
"""A case that takes longer (seconds) hangs."""

COUNTS = pytest.StashKey[Counter[tuple[str, str]]]()
"""Where a run keeps how many cases of each kind ended in which way."""


@dataclass(frozen=True, slots=True)
class End:
    """How a process ended."""

    outcome: str
    said: list[str]


def run(name: str, source: Path, folder: Path) -> End:
    """Try a case in a process of its own, which may take only so long."""
    command = [sys.executable, "-m", "tests.bad_inputs.child", name, str(source), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TQDM_DISABLE": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as child:
        try:
            out, errors = child.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return End("hang", [f"no end after {LONGEST_S} s"])
    lines = out.decode("utf-8", "replace").splitlines()
    if child.returncode or not lines:
        return End("dead process", [f"exit code {child.returncode}", errors.decode("utf-8", "replace")[-2000:]])
    return End(**json.loads(lines[-1]))
