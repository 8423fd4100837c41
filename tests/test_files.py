"""Files are written whole: after an error, a full disk or a killed process the old file or the new one is there."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servicecircle.errors import InputError
from servicecircle.files import replacing

OLD = b"old" * 100_000
NEW = b"new!" * 1_000_000

MOMENTS = int(os.environ.get("SERVICECIRCLE_KILL_MOMENTS", "20"))
"""At how many moments a writer is killed; the full count: SERVICECIRCLE_KILL_MOMENTS=100 pytest tests/test_files.py"""

WRITERS = """
import os, sys
from pathlib import Path
from servicecircle.files import replacing

target = Path(sys.argv[1])
for _ in sys.stdin:
    writer = os.fork()
    if writer:
        os.waitpid(writer, 0)
        print("gone", flush=True)
        continue
    print(os.getpid(), flush=True)
    while True:
        with replacing(target) as part, part.open("wb") as file:
            for _ in range(1_000):
                file.write(b"new!" * 1_000)
"""
"""For each line it is given: a process that writes the target again and again, and says its number."""

as_root = hasattr(os, "geteuid") and os.geteuid() == 0


def leftovers(folder: Path, *names: str) -> list[str]:
    return sorted({path.name for path in folder.iterdir()} - set(names))


def test_a_new_file_and_its_replacement(tmp_path: Path) -> None:
    target = tmp_path / "缺口 图.html"
    for content in (OLD, NEW):
        with replacing(target) as part:
            assert part.parent == target.parent
            assert part.suffix == ".html"
            part.write_bytes(content)
        assert target.read_bytes() == content
    assert leftovers(tmp_path, target.name) == []


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)

    def fail() -> None:
        with replacing(target) as part:
            part.write_bytes(NEW[:1000])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert target.read_bytes() == OLD
    assert leftovers(tmp_path, target.name) == []


def test_an_error_before_anything_is_there_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with replacing(tmp_path / "a.csv"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert leftovers(tmp_path) == []


def test_the_permissions_of_the_old_file_stay(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)
    target.chmod(0o640)
    with replacing(target) as part:
        part.write_bytes(NEW)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.csv") as part:
        part.write_bytes(NEW)
    (tmp_path / "b.csv").touch()
    assert (tmp_path / "a.csv").stat().st_mode == (tmp_path / "b.csv").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    real = tmp_path / "far" / "a.csv"
    real.write_bytes(OLD)
    link = tmp_path / "a.csv"
    link.symlink_to(real)
    with replacing(link) as part:
        part.write_bytes(NEW)
    assert link.is_symlink()
    assert real.read_bytes() == NEW


@pytest.mark.parametrize("name", ["", "nowhere/a.csv"])
def test_a_target_that_is_no_file_in_a_folder_is_refused_before_the_work(tmp_path: Path, name: str) -> None:
    worked = False

    def write() -> None:
        nonlocal worked
        with replacing(tmp_path / name):
            worked = True

    with pytest.raises(InputError, match=r"is a folder|does not exist"):
        write()
    assert not worked


@pytest.mark.skipif(as_root, reason="permissions do not bind this user")
@pytest.mark.parametrize("locked", ["folder", "file"])
def test_a_target_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path, locked: str) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)
    place = tmp_path if locked == "folder" else target
    mode = place.stat().st_mode
    place.chmod(0o500 if locked == "folder" else 0o400)
    try:
        with pytest.raises(InputError, match="cannot be written"), replacing(target):
            pytest.fail("the work began")
    finally:
        place.chmod(mode)
    assert target.read_bytes() == OLD


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no folder in which nobody may write")
def test_a_folder_in_which_nobody_may_write() -> None:
    with pytest.raises(InputError, match="cannot be written"), replacing("/proc/a.csv"):
        pytest.fail("the work began")


def test_a_system_that_refuses_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the test before, for whoever may write everywhere."""
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="read-only"), replacing(target):
        pytest.fail("the work began")
    assert target.read_bytes() == OLD


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)

    def fill() -> None:
        with replacing(target) as part:
            part.write_bytes(NEW[:1000])
            Path("/dev/full").write_bytes(NEW)

    with pytest.raises(InputError, match=r"No space left.*The old file.*is unchanged"):
        fill()
    assert target.read_bytes() == OLD
    assert leftovers(tmp_path, target.name) == []


@pytest.mark.skipif(os.name == "nt", reason="limits of file sizes are a matter of POSIX")
def test_a_file_that_grows_too_large_leaves_the_old_one(tmp_path: Path) -> None:
    """A real write that fails half-way, in a process that may write no more than 100 kB to a file."""
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)
    code = f"""
import resource, signal
from pathlib import Path
from servicecircle.errors import InputError
from servicecircle.files import replacing
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with replacing(Path({str(target)!r})) as part:
        part.write_bytes(b"new!" * 100_000)
except InputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "The old file, if there was one, is unchanged" in done.stdout
    assert target.read_bytes() == OLD
    assert leftovers(tmp_path, target.name) == []


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    moments = random.Random(1)
    seen = set()
    command = [sys.executable, "-c", WRITERS, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as writers:
        assert writers.stdin is not None
        assert writers.stdout is not None
        for _ in range(MOMENTS):
            target.write_bytes(OLD)
            writers.stdin.write("go\n")
            writer = int(writers.stdout.readline())
            time.sleep(moments.uniform(0, 0.05))
            os.kill(writer, signal.SIGKILL)
            assert writers.stdout.readline() == "gone\n"
            content = target.read_bytes()
            assert content in {OLD, NEW}
            seen.add(content)
    assert MOMENTS < 100 or seen == {OLD, NEW}  # enough moments: before and after the change


def test_a_file_that_must_be_new(tmp_path: Path) -> None:
    target = tmp_path / "plan.toml"
    with replacing(target, new=True) as part:
        part.write_bytes(NEW)
    assert target.read_bytes() == NEW
    with pytest.raises(InputError, match="exists already and was left as it is"), replacing(target, new=True):
        pytest.fail("the block ran")
    assert leftovers(tmp_path, target.name) == []


def test_a_file_that_appears_meanwhile_is_not_touched(tmp_path: Path) -> None:
    target = tmp_path / "plan.toml"
    with pytest.raises(InputError, match="exists already"), replacing(target, new=True):
        target.write_bytes(OLD)
    assert target.read_bytes() == OLD
    assert leftovers(tmp_path, target.name) == []


def test_a_new_file_on_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    target = tmp_path / "plan.toml"
    with replacing(target, new=True) as part:
        part.write_bytes(NEW)
    assert target.read_bytes() == NEW
    with pytest.raises(InputError, match="exists already"), replacing(tmp_path / "b.toml", new=True):
        (tmp_path / "b.toml").write_bytes(OLD)
    assert (tmp_path / "b.toml").read_bytes() == OLD
    assert leftovers(tmp_path, "plan.toml", "b.toml") == []
