"""What tests of every room share: the real data, and on how many examples a law is tried."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
VARIABLE = "SERVICECIRCLE_REAL_DATA"
BESIDE = CHECKOUT.parent / "shared" / "data"
"""Where the real data lies unless the environment variable says otherwise."""

# On a server every run tries the same examples, so that no change fails for what it did not touch; on a desk new ones.
SAME_EXAMPLES = bool(os.environ.get("CI"))
hypothesis.settings.register_profile("default", max_examples=100, deadline=None, derandomize=SAME_EXAMPLES)
hypothesis.settings.register_profile("thorough", max_examples=1000, deadline=None, derandomize=SAME_EXAMPLES)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder with the real data; a test that asks for it is skipped where there is none."""
    folder = Path(os.environ.get(VARIABLE) or BESIDE)
    if not folder.is_dir():
        pytest.skip(f"the real data is not here: {folder} is no folder; set {VARIABLE} to where it is")
    return folder
