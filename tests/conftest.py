"""What tests of every room share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
VARIABLE = "SERVICECIRCLE_REAL_DATA"
BESIDE = CHECKOUT.parent / "shared" / "data"
"""Where the real data lies unless the environment variable says otherwise."""


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder with the real data; a test that asks for it is skipped where there is none."""
    folder = Path(os.environ.get(VARIABLE) or BESIDE)
    if not folder.is_dir():
        pytest.skip(f"the real data is not here: {folder} is no folder; set {VARIABLE} to where it is")
    return folder
