"""The sample data made once more, for all tests that compare it with the committed files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "sample_data" / "make_sample_city.py"


@pytest.fixture(scope="session")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what the script makes."""
    folder = tmp_path_factory.mktemp("sample_city")
    subprocess.run([sys.executable, SCRIPT, "--to", folder], check=True, capture_output=True)
    return folder
