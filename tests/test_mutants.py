"""The tests notice seeded faults; all of them: ``python -m tests.mutants``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.mutants import MUTANTS, ROOT, main

if TYPE_CHECKING:
    from tests.faults import Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_fault_has_its_place_in_the_code(mutant: Mutant) -> None:
    text = Path(ROOT / "servicecircle" / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1
    assert mutant.old != mutant.new


@pytest.mark.slow
def test_a_sample_of_the_faults_is_noticed() -> None:
    # on a server every run tries the same ones, so that no change fails for what it did not touch
    seed = ["--seed", "7"] if os.environ.get("CI") else []
    assert main(["--sample", "3", *seed]) == 0
