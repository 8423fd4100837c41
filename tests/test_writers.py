"""A sample of ``python -m tests.writers``: the old file or the new one, whole, whenever a writer dies."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.writers import OLD, WRITERS, is_whole, survives_a_full_disk, survives_kills

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="neither fork nor SIGKILL nor limits of file sizes")


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_killed_writer_leaves_a_whole_file(name: str, tmp_path: Path) -> None:
    assert survives_kills(name, tmp_path, times=2) <= {"old", "new"}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_full_disk_leaves_the_old_file(name: str, tmp_path: Path) -> None:
    survives_a_full_disk(name, tmp_path, times=1)


def test_the_same_result_makes_the_same_file_at_another_time(tmp_path: Path) -> None:
    """GeoPackages apart, which say when each layer was changed."""
    dateless = [name for name in WRITERS if not name.endswith(".gpkg")]
    before = {}
    for name in dateless:
        WRITERS[name](tmp_path / name)
        before[name] = (tmp_path / name).read_bytes()
    time.sleep(2.1)  # archives tell times in steps of two seconds
    for name in dateless:
        WRITERS[name](tmp_path / name)
    assert [name for name in dateless if (tmp_path / name).read_bytes() != before[name]] == []


@pytest.mark.parametrize("name", WRITERS)
def test_half_a_file_is_told_from_a_whole_one(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    WRITERS[name](path)
    assert is_whole(path)
    whole = path.read_bytes()
    for length in (len(whole) // 2, len(whole) - 30, 0):
        path.write_bytes(whole[:length])
        try:
            assert not is_whole(path)
        except Exception as error:  # noqa: BLE001  (a broken archive cannot even be opened)
            assert "zip" in str(error).lower()  # noqa: PT017  (as above)
    assert whole != OLD
