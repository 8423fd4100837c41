"""What every test may use: the real data outside this repository, and how many examples a law is tried on."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]

# On a server the same examples at every run, so that a change never fails for what it did not touch; on a desk new ones.
DERANDOMIZE = bool(os.environ.get("CI"))
hypothesis.settings.register_profile("default", max_examples=100, deadline=None, derandomize=DERANDOMIZE)
hypothesis.settings.register_profile("thorough", max_examples=1000, deadline=None, derandomize=DERANDOMIZE)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder with real data, which is not part of this repository; skip the test without it."""
    folder = Path(os.environ.get("SERVICECIRCLE_REAL_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"there is no real data in {folder}: name its folder in SERVICECIRCLE_REAL_DATA")
    return folder
