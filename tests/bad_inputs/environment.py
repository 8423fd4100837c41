"""Bad surroundings: targets that cannot be written, full disks, killed processes, no internet, other seeds."""

from __future__ import annotations

import http.server
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from servicecircle.errors import InputError, LayerError, MissingExtraError, ReadError
from tests.bad_inputs import town
from tests.bad_inputs.case import Checked, Kind, equal, error, flag
from tests.bad_inputs.damage import cells, doors

if TYPE_CHECKING:
    from collections.abc import Callable

    from servicecircle import Assessment, City
    from tests.bad_inputs.damage import Town

KIND = Kind("environment")
OLD = b"old" * 1000
ANSWERED_S = 2.0
"""Within so many seconds Ctrl-C has to be answered."""

SCRIPT = """
import sys
import servicecircle as sc
city = sc.read_city(sys.argv[1])
result = sc.assess(city, sc.read_plan(sys.argv[1] + "/plan.toml"), progress=False)
"""
TO_CSV = "sys.stdout.buffer.write(result.table.to_csv().encode() + result.cells.to_csv().encode())\n"


def judged(there: Town) -> Assessment:
    """Return the sound town's assessment."""
    import servicecircle as sc

    return sc.assess(sc.read_city(there.folder), sc.read_plan(there.folder / "plan.toml"), progress=False)


def run(there: Town, code: str, **environment: str) -> bytes:
    """Return what a script on the town writes, in a process of its own."""
    command = [sys.executable, "-c", SCRIPT + code, str(there.folder)]
    return subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True).stdout


def refused(work: Callable[[], Any], kind: type[Exception], *words: str) -> None:
    """Check that some work ends in an error whose message holds some words."""
    with pytest.raises(kind) as caught:
        work()
    assert all(word in str(caught.value) for word in words), caught.value


@KIND(error(InputError, "cannot be written"))
def a_target_in_a_folder_in_which_nobody_may_write(there: Town) -> Checked:
    import servicecircle as sc

    result = judged(there)
    sc.write_summary(result, "/proc/summary.html")
    return Checked()


@KIND(error(InputError, "does not exist"))
def a_target_in_a_folder_that_is_not_there(there: Town) -> Checked:
    import servicecircle as sc

    sc.write_summary(judged(there), there.folder / "nowhere" / "summary.html")
    return Checked()


@KIND(error(InputError, "is a folder"))
def a_target_that_is_a_folder(there: Town) -> Checked:
    import servicecircle as sc

    sc.write_summary(judged(there), there.folder)
    return Checked()


@KIND(equal())
def a_disk_that_fills_up_while_writing(there: Town) -> Checked:
    """No file may grow beyond 20 kB: the old file stays, whole, and an error of ours says so."""
    import resource

    from servicecircle.show import write_summary

    result, target = judged(there), there.folder / "summary.html"
    target.write_bytes(OLD)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    refused(lambda: write_summary(result, target), InputError, "unchanged")
    assert target.read_bytes() == OLD
    assert [path.name for path in there.folder.glob("*summary*")] == ["summary.html"]
    return Checked()


@KIND(equal())
def kill_9_while_writing(there: Town) -> Checked:
    """Whenever the writer is killed, the old file or the new one is there, whole."""
    code = (
        "from servicecircle.files import write_table\n"
        "print('begun', flush=True)\n"
        "while True:\n"
        "    write_table(result.table, sys.argv[1] + '/table.csv')\n"
    )
    from servicecircle.files import write_table

    write_table(judged(there).table, there.folder / "whole.csv")
    whole = (there.folder / "whole.csv").read_bytes()
    (there.folder / "table.csv").write_bytes(whole)
    for moment in (0.0, 0.003, 0.01, 0.05):
        command = [sys.executable, "-c", SCRIPT + code, str(there.folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"begun\n"
            time.sleep(moment)
            writer.kill()
        assert (there.folder / "table.csv").read_bytes() == whole
    return Checked()


@KIND(equal())
def ctrl_c_is_answered(there: Town) -> Checked:
    """While cities are assessed again and again, Ctrl-C ends the process within two seconds."""
    # a test run in the background may ignore the signal, and what it starts would too
    code = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "print('begun', flush=True)\nwhile True:\n    sc.assess(city, result.plan, progress=False)\n"
    for moment in (0.1, 0.35):
        command = [sys.executable, "-c", SCRIPT + code, str(there.folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as worker:
            assert worker.stdout is not None
            worker.stdout.readline()
            time.sleep(moment)
            begun = time.monotonic()
            worker.send_signal(signal.SIGINT)
            worker.wait(timeout=30)
            assert time.monotonic() - begun < ANSWERED_S
        assert worker.returncode != 0
    return Checked()


@KIND(equal())
def hash_seeds_and_threads(there: Town) -> Checked:
    # the same bytes come out whatever the hash seed and the number of threads
    first = run(there, TO_CSV, PYTHONHASHSEED="1", NUMBA_NUM_THREADS="1")
    assert len(first) > 0
    assert first == run(there, TO_CSV, PYTHONHASHSEED="77", NUMBA_NUM_THREADS="2")
    return Checked()


@KIND(equal())
def another_language_and_time_zone(there: Town) -> Checked:
    # a machine without a language (LC_ALL=C), far away, gives the same bytes
    here = run(there, TO_CSV, LC_ALL="C.UTF-8", TZ="Asia/Shanghai")
    assert here == run(there, TO_CSV, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", TZ="America/Lima")
    return Checked()


@KIND(equal())
def rows_in_another_order_give_the_same_bytes(there: Town) -> Checked:
    before = run(there, TO_CSV)
    there.people(town.people().sample(frac=1.0, random_state=2))
    there.places(town.places().sample(frac=1.0, random_state=2))
    there.streets(town.edges().sample(frac=1.0, random_state=2))
    after = pd.read_csv(io.BytesIO(run(there, "sys.stdout.buffer.write(result.table.to_csv().encode())\n")))
    first = pd.read_csv(io.BytesIO(before), nrows=len(after))
    assert first.astype(str).equals(after.astype(str))
    return Checked()


@KIND(flag("same_place"))
def facilities_at_equal_distances(there: Town) -> City:
    """Of two at the same place the lower id is the nearest, whichever comes first."""
    import servicecircle as sc

    again = doors().assign(id=lambda frame: "A" + frame["id"])
    plan = sc.read_plan(there.folder / "plan.toml")
    cities = [there.city(facilities=pd.concat(parts)) for parts in ([doors(), again], [again, doors()])]
    tables = [sc.assess(city, plan, progress=False).cells_for("T-1") for city in cities]
    assert tables[0]["facility_id"].equals(tables[1]["facility_id"])
    assert all(name.startswith("A") for name in tables[0]["facility_id"].dropna())
    return cities[0]


@KIND(equal())
def frames_of_the_caller_stay_as_they_are(there: Town) -> City:
    layers = {"population": cells(), "facilities": doors(), "zones": town.zones().assign(level="街道")}
    before = {name: frame.copy(deep=True) for name, frame in layers.items()}
    edges = town.edges()
    city = there.city(**layers, edges=edges)
    for name, frame in layers.items():
        assert_geodataframe_equal(frame, before[name])
    assert_geodataframe_equal(edges, town.edges())
    return city


@KIND(error(ReadError, "connection"))
def no_internet(there: Town) -> City:
    from servicecircle.read import fetch_walk_network

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        return there.city(walk=fetch_walk_network((119.3, 34.5, 119.4, 34.6), crs=town.METRIC, url=url, timeout_s=5.0))


def served(status: int, body: bytes = b"") -> str:
    """Return the address of a server that always gives this answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/api"


@KIND(error(ReadError, "busy"))
def a_server_that_says_429(there: Town) -> City:
    from servicecircle.read import fetch_walk_network

    box = (119.3, 34.5, 119.4, 34.6)
    return there.city(walk=fetch_walk_network(box, crs=town.METRIC, url=served(429), timeout_s=6.0))


@KIND(error(ReadError, "127.0.0.1"))
def a_server_that_sends_something_else(there: Town) -> City:
    from servicecircle.read import fetch_walk_network

    box = (119.3, 34.5, 119.4, 34.6)
    url = served(200, b"<html>proxy login</html>")
    return there.city(walk=fetch_walk_network(box, crs=town.METRIC, url=url, timeout_s=6.0))


@KIND(error(MissingExtraError, "parquet"))
def a_package_that_is_not_installed(there: Town) -> Checked:
    import servicecircle as sc

    (there.folder / "a.parquet").write_bytes(b"PAR1" + bytes(200) + b"PAR1")
    sys.modules["pyarrow"] = None  # type: ignore[assignment]  # as if it were not there
    sc.read_layer(there.folder / "a.parquet")
    return Checked()


@KIND(equal())
def a_package_folder_that_cannot_be_written(there: Town) -> Checked:
    """Compiled kernels cannot be kept: the work is done all the same."""
    home = there.folder / "home"
    home.write_text("no folder", encoding="utf-8")
    out = run(there, TO_CSV, HOME=str(home), NUMBA_CACHE_DIR=str(home / "cache"))
    assert out == run(there, TO_CSV)
    return Checked()


@KIND(equal())
def a_working_folder_that_is_gone(there: Town) -> Checked:
    code = f"import os, tempfile\nos.chdir(tempfile.mkdtemp())\nos.rmdir(os.getcwd())\n{SCRIPT}{TO_CSV}"
    command = [sys.executable, "-c", code, str(there.folder)]
    assert subprocess.run(command, check=True, capture_output=True).stdout == run(there, TO_CSV)
    return Checked()


@KIND(error(ReadError, "people.csv"))
def a_file_that_may_not_be_read(there: Town) -> None:
    # a link that leads nowhere stands for it: nobody may read what is not there
    (there.folder / "people.csv").unlink()
    (there.folder / "people.csv").symlink_to(there.folder / "gone.csv")


@KIND(error(LayerError, "facilities"))
def a_layer_that_another_program_empties_meanwhile(there: Town) -> City:
    # the city copied its frames: what happens to the caller's afterwards does not reach it
    frame = doors()
    city = there.city(facilities=frame)
    frame.drop(columns="service", inplace=True)  # noqa: PD002
    assert "service" in city.facilities
    return there.city(facilities=frame)


@KIND(equal())
def live_formulas_in_exported_tables(there: Town) -> Checked:
    # a name that is a formula comes out of csv files as text
    from servicecircle.files import write_table

    path = Path(there.folder) / "out.csv"
    write_table(pd.DataFrame({"name": ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(1)", "\t=1", "甲"]}), path)
    cells_out = path.read_text(encoding="utf-8-sig").splitlines()[1:]
    assert all(not cell.lstrip('"').startswith(("=", "+", "-", "@", "\t")) for cell in cells_out), cells_out
    return Checked()
