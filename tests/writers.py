"""Every writer, killed at random moments and on a full disk: ``python -m tests.writers [--times N] [--only WORD]``.

Each writer replaces a file in a process of its own, which is killed (SIGKILL) at a random moment, or may write no more
than a part of the file. Afterwards the file must be the old one, byte for byte, or a whole new one. Without options:
100 moments for each writer.

To add a writer, add a line to `WRITERS`: the file's name, and what writes it.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import servicecircle as sc
from servicecircle.errors import InputError
from tests.show.towns import judged, town

if TYPE_CHECKING:
    from collections.abc import Callable

    import folium
    from matplotlib.figure import Figure

    from servicecircle.assessment import Assessment

OLD = b"what was there before\n" * 100
WRITTEN, REFUSED, ODD = 0, 1, 2
"""How a process ends that wrote its file, was refused with an error of ours, or saw anything else."""


@cache
def result() -> Assessment:
    """Return a small assessment whose files take a moment to write."""
    return judged(town(blocks=10), "LY-01", "LY-02")


def offline(path: Path) -> None:
    """Write an offline page whose script and style, which the test makes up, lie beside it."""
    folder = path.parent / "assets"
    place = folder / "own" / "cdn.jsdelivr.net" / "npm" / "leaflet@1.9.3" / "dist"
    if not place.is_dir():
        place.mkdir(parents=True)
        for name in ("leaflet.js", "leaflet.css"):
            (place / name).write_text("/* made up */", encoding="utf-8")
    sc.save_offline(page(), path, assets=folder)


@cache
def page() -> folium.Map:
    """Return a map."""
    return sc.gap_map(result(), "LY-01")


@cache
def figure() -> Figure:
    """Return a figure for print."""
    return sc.gap_figure(result(), "LY-01")


@cache
def scenario() -> sc.Scenario:
    """Return a scenario whose file takes a moment to write."""
    return sc.Scenario("封路").closing_ways(result().city.walk.edges.iloc[:60])


WRITERS: dict[str, Callable[[Path], object]] = {
    "summary.html": lambda path: sc.write_summary(result(), path),
    "report.html": lambda path: sc.write_report(result(), path, figures=[]),
    "tables.xlsx": lambda path: sc.write_excel(result(), path),
    "report.docx": lambda path: sc.write_word(result(), path, figures=[], cards=""),
    "map.png": lambda path: sc.write_figure(figure(), path, dpi=60),
    "map.svg": lambda path: sc.write_figure(figure(), path),
    "map.pdf": lambda path: sc.write_figure(figure(), path),
    "summary.md": lambda path: sc.write_markdown(result(), path),
    "manifest.json": lambda path: sc.write_manifest(result(), path),
    "data.html": lambda path: sc.write_data_report(result().report, path, title="town"),
    "data.xlsx": lambda path: sc.write_data_report(result().report, path, title="town"),
    "cells.gpkg": lambda path: sc.write_layer(result().cells, path),
    "cells.geojson": lambda path: sc.write_layer(result().cells, path),
    "cells.csv": lambda path: sc.write_layer(result().cells, path),
    "cells.xlsx": lambda path: sc.write_layer(result().cells, path),
    "cells.parquet": lambda path: sc.write_layer(result().cells, path),
    "map.html": offline,
    "layers.gpkg": lambda path: sc.write_layers(result(), path),
    "scenario.toml": lambda path: scenario().save(path, replace=True),
}
"""The name of a file -> what writes it."""


def survives_kills(name: str, folder: Path, *, times: int, seed: int = 1) -> set[str]:
    """Kill a writer at random moments; return which of "old" and "new" the file was found to be.

    Raises
    ------
    AssertionError
        If the file was anything else.
    """
    path, write = folder / name, WRITERS[name]
    began = time.monotonic()
    write(path)
    duration = time.monotonic() - began
    moments = random.Random(seed)
    seen = set()
    for _ in range(times):
        path.write_bytes(OLD)
        writer = _forked(lambda: write(path))
        time.sleep(moments.uniform(0, 1.3 * duration))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        seen.add(_state(path))
    return seen


def survives_a_full_disk(name: str, folder: Path, *, times: int, seed: int = 1) -> None:
    """Let a writer write no more than a part of its file; the old file must be there, and the error must be ours.

    Raises
    ------
    AssertionError
        If it is not so.
    """
    import resource

    path, write = folder / name, WRITERS[name]
    write(path)
    size = path.stat().st_size
    most = random.Random(seed)
    for _ in range(times):
        path.write_bytes(OLD)
        room = most.randrange(size // 2)

        def limited(room: int = room) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
            write(path)

        _, status = os.waitpid(_forked(limited), 0)
        assert os.waitstatus_to_exitcode(status) == REFUSED, f"{name} with room for {room} of {size} bytes"
        assert path.read_bytes() == OLD, name


def _forked(work: Callable[[], object]) -> int:
    """Return the number of a process that does some work and ends by itself."""
    child = os.fork()
    if child:
        return child
    code = ODD
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        work()
        code = WRITTEN
    except InputError:
        code = REFUSED
    finally:
        os._exit(code)


def _state(path: Path) -> str:
    """Return "old" or "new"; an AssertionError if the file is neither."""
    content = path.read_bytes()
    if content == OLD:
        return "old"
    assert is_whole(path), f"{path.name}: half a file of {len(content)} bytes"
    return "new"


ENDINGS = {
    ".html": b"</html>",
    ".svg": b"</svg>",
    ".geojson": b"}",
    ".json": b"}",
    ".parquet": b"PAR1",
    ".pdf": b"%%EOF",
    ".png": b"IEND\xaeB`\x82",
}
"""How a whole file ends, blanks aside; others end with a line."""


def is_whole(path: Path) -> bool:
    """Return whether a file is whole, judged by how its format ends."""
    content = path.read_bytes()
    if path.suffix in {".xlsx", ".docx", ".zip"}:
        with zipfile.ZipFile(path) as parts:
            return parts.testzip() is None
    if path.suffix == ".gpkg":
        pages = int.from_bytes(content[28:32]) * int.from_bytes(content[16:18])
        return content.startswith(b"SQLite format 3\0") and pages == len(content)
    return (
        content.rstrip(b" \r\n").endswith(ENDINGS[path.suffix]) if path.suffix in ENDINGS else content.endswith(b"\n")
    )


def main(arguments: list[str] | None = None) -> int:
    """Try all writers and say how they did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--only", default="")
    options = parser.parse_args(arguments)
    for name in [one for one in WRITERS if options.only in one]:
        with TemporaryDirectory() as folder:
            seen = survives_kills(name, Path(folder), times=options.times)
            survives_a_full_disk(name, Path(folder), times=max(options.times // 10, 1))
        sys.stdout.write(f"{name}: killed {options.times} times, always whole: {', '.join(sorted(seen))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
