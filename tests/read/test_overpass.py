"""Streets fetched over the internet, from a server of the test's own on 127.0.0.1: nothing is asked of anybody else."""

from __future__ import annotations

import gzip
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import osmnx as ox
import pytest
import shapely

from servicecircle.errors import CRSError, InputError, ReadError
from servicecircle.read import TagRule, WalkFilter, fetch_walk_network, overpass, read_walk_network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

METRIC = "EPSG:25832"
BOX = (9.0, 49.0, 9.002, 49.002)
TOWN = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="Overpass API">
<note>The data included in this document is from www.openstreetmap.org.</note>
<meta osm_base="2026-11-25T08:00:00Z"/>
  <node id="1" lat="49.0" lon="9.0"/>
  <node id="2" lat="49.0" lon="9.001"/>
  <node id="3" lat="49.001" lon="9.001"/>
  <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="长街"/></way>
  <way id="11"><nd ref="2"/><nd ref="3"/><tag k="highway" v="motorway"/></way>
  <way id="12"><nd ref="1"/><nd ref="3"/><tag k="highway" v="steps"/></way>
</osm>
"""
REMARK = TOWN.replace("</osm>", '<remark> runtime error: Query timed out in "query" at line 1 </remark>\n</osm>')


@dataclass
class Server:
    """What the server answers, one after the other (the last one for ever), and what it was asked."""

    url: str
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    hang: bool = False
    drip: bool = False
    released: threading.Event = field(default_factory=threading.Event)

    def will(self, *answers: tuple[int, str] | tuple[int, dict[str, str]]) -> None:
        """Say what it answers: a status with a body, or with headers."""
        self.answers = [
            (status, {}, what.encode()) if isinstance(what, str) else (status, what, b"") for status, what in answers
        ]


class _Answer(BaseHTTPRequestHandler):
    def __init__(self, server: Server, *args: Any) -> None:
        self.ours = server
        super().__init__(*args)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.ours.asked.append(urllib.parse.parse_qs(body.decode())["data"][0])
        if self.ours.hang:
            self.ours.released.wait(20)
            return
        status, headers, data = self.ours.answers.pop(0) if len(self.ours.answers) > 1 else self.ours.answers[0]
        self.send_response(status)
        for key, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        for i in range(0, len(data), 1 if self.ours.drip else len(data) or 1):
            if self.ours.drip and self.ours.released.wait(0.05):
                return
            try:
                self.wfile.write(data[i : i + (1 if self.ours.drip else len(data))])
            except OSError:  # the other side has had enough
                return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(overpass, "FIRST_WAIT_S", 0.05)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    ours = Server("")
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answer, ours))
    http.daemon_threads = True
    ours.url = f"http://127.0.0.1:{http.server_address[1]}/api/interpreter"
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    ours.will((200, TOWN))
    yield ours
    ours.released.set()
    http.shutdown()
    http.server_close()
    thread.join()


def test_what_is_fetched_is_what_a_file_with_the_same_map_gives(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(TOWN, encoding="utf-8")
    fetched, read = (
        fetch_walk_network(BOX, crs=METRIC, url=server.url),
        read_walk_network(tmp_path / "a.osm", crs=METRIC),
    )
    assert fetched.edges.equals(read.edges)
    assert fetched.report.findings[1:] == read.report.findings
    (said, *_) = fetched.report.findings
    assert said.code == "fetched"
    assert "as of 2026-11-25T08:00:00Z, © OpenStreetMap contributors (ODbL)" in said.en


def test_the_rules_of_the_walk_filter_hold(server: Server) -> None:
    walk = fetch_walk_network(
        BOX, crs=METRIC, url=server.url, walkable=WalkFilter([TagRule("highway", {"steps"}, "", "")])
    )
    assert sorted(walk.attributes["highway"]) == ["motorway", "residential"]


def test_the_question_is_about_the_box_and_its_margin(server: Server) -> None:
    """1,113.2 m are a hundredth of a degree north, and at 60 degrees north two hundredths east."""
    fetch_walk_network((9, 59, 10, 60), crs=METRIC, url=server.url, margin_m=1113.2, timeout_s=30)
    (asked,) = server.asked
    assert asked == '[out:xml][timeout:30];way["highway"](58.990000,8.980000,60.010000,10.020000);(._;>;);out body;'


def test_a_layer_or_a_geometry_stands_for_its_box(server: Server) -> None:
    square = shapely.box(*BOX)
    frame = gpd.GeoDataFrame(geometry=[square], crs=4326)
    for area in (square, frame, frame.geometry):
        fetch_walk_network(area, crs=METRIC, url=server.url, margin_m=0)
    fetch_walk_network(frame.to_crs(METRIC), crs=METRIC, url=server.url, margin_m=0)
    assert len(set(server.asked[:3])) == 1
    assert "(48.99" in server.asked[3] or "(49.00" in server.asked[3]


def test_a_busy_server_is_asked_again(server: Server) -> None:
    server.will((429, "busy"), (504, "busy"), (200, TOWN))
    assert len(fetch_walk_network(BOX, crs=METRIC, url=server.url)) == 2
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_stays_busy_ends_in_time(server: Server, status: int) -> None:
    server.will((status, "busy"))
    begun = time.monotonic()
    with pytest.raises(ReadError, match=f"no whole answer within 1 s \\(HTTP {status}: the server is busy\\)"):
        fetch_walk_network(BOX, crs=METRIC, url=server.url, timeout_s=1)
    assert time.monotonic() - begun < 2
    assert len(server.asked) > 1


def test_a_server_that_asks_for_more_patience_than_there_is_is_not_waited_for(server: Server) -> None:
    server.will((429, {"Retry-After": "3600"}))
    begun = time.monotonic()
    with pytest.raises(ReadError, match="429"):
        fetch_walk_network(BOX, crs=METRIC, url=server.url)
    assert time.monotonic() - begun < 2


def test_a_server_that_hangs_ends_in_time(server: Server) -> None:
    server.hang = True
    begun = time.monotonic()
    with pytest.raises(ReadError, match="no answer in time"):
        fetch_walk_network(BOX, crs=METRIC, url=server.url, timeout_s=0.5)
    assert time.monotonic() - begun < 2


def test_a_server_that_drips_ends_in_time(server: Server) -> None:
    server.drip = True
    begun = time.monotonic()
    with pytest.raises(ReadError, match="too slow"):
        fetch_walk_network(BOX, crs=METRIC, url=server.url, timeout_s=0.5)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (TOWN[:200], "incomplete"),
        (TOWN[:-8], "incomplete"),
        ("<html>welcome</html>", "no OpenStreetMap XML"),
        ("", "no OpenStreetMap XML"),
        (REMARK, "Query timed out"),
    ],
)
def test_answers_that_are_not_whole_are_no_network_and_are_not_kept(
    server: Server, tmp_path: Path, body: str, said: str
) -> None:
    server.will((200, body))
    with pytest.raises(ReadError, match=said):
        fetch_walk_network(BOX, crs=METRIC, url=server.url, cache=tmp_path, timeout_s=0.5)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_breaks_off_is_asked_for_again(server: Server) -> None:
    data = TOWN.encode()
    server.answers = [(200, {"Content-Length": str(len(data) + 100)}, data), (200, {}, data)]
    assert len(fetch_walk_network(BOX, crs=METRIC, url=server.url)) == 2
    assert len(server.asked) == 2


def test_a_packed_answer_is_unpacked(server: Server) -> None:
    packed = gzip.compress(TOWN.encode())
    server.answers = [(200, {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}, packed)]
    assert len(fetch_walk_network(BOX, crs=METRIC, url=server.url)) == 2


def test_an_answer_too_large_is_not_taken_in(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overpass, "LARGEST_MB", 1e-4)
    with pytest.raises(ReadError, match="larger than"):
        fetch_walk_network(BOX, crs=METRIC, url=server.url, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_has_moved_is_not_followed(server: Server) -> None:
    server.will((301, {"Location": "http://127.0.0.1:9/else"}))
    with pytest.raises(ReadError, match=r"has moved to http://127\.0\.0\.1:9/else; give that as url"):
        fetch_walk_network(BOX, crs=METRIC, url=server.url)
    assert len(server.asked) == 1


def test_a_question_that_is_refused_is_not_asked_again(server: Server) -> None:
    server.will((400, "no"))
    with pytest.raises(ReadError, match="HTTP 400"):
        fetch_walk_network(BOX, crs=METRIC, url=server.url)
    assert len(server.asked) == 1


def test_without_a_connection(server: Server) -> None:
    """Nothing listens on the port of discard."""
    with pytest.raises(ReadError, match=r"no connection.*read_walk_network"):
        fetch_walk_network(BOX, crs=METRIC, url=server.url.replace(server.url.split(":")[2].split("/")[0], "9"))


def test_a_second_question_is_answered_from_the_cache(server: Server, tmp_path: Path) -> None:
    first, second = (fetch_walk_network(BOX, crs=METRIC, url=server.url, cache=tmp_path / "新") for _ in range(2))
    assert len(server.asked) == 1
    assert first.edges.equals(second.edges)
    assert "delete it to ask again" in second.report.findings[0].en
    fetch_walk_network((9.0, 49.0, 9.003, 49.002), crs=METRIC, url=server.url, cache=tmp_path / "新")
    assert len(server.asked) == 2


def test_a_damaged_file_in_the_cache_is_fetched_again(server: Server, tmp_path: Path) -> None:
    fetch_walk_network(BOX, crs=METRIC, url=server.url, cache=tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_text(TOWN[:300], encoding="utf-8")
    assert len(fetch_walk_network(BOX, crs=METRIC, url=server.url, cache=tmp_path)) == 2
    assert path.read_text(encoding="utf-8") == TOWN


def test_a_cache_that_cannot_be_made(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cache: the folder"):
        fetch_walk_network(BOX, crs=METRIC, url=server.url, cache=tmp_path / "file" / "cache")


def test_the_settings_of_osmnx_stay_as_they_are(server: Server) -> None:
    before = {name: getattr(ox.settings, name) for name in dir(ox.settings) if not name.startswith("_")}
    fetch_walk_network(BOX, crs=METRIC, url=server.url)
    assert before == {name: getattr(ox.settings, name) for name in before}


@pytest.mark.parametrize(
    ("area", "said"),
    [
        ("连云港市", "names are ambiguous"),
        ((9, 49, 9), "area must be"),
        ((9, 49, 9, 50), "no box in degrees"),
        ((49, 119, 50, 120), "no box in degrees"),
        ((480000, 3830000, 490000, 3840000), "no box in degrees"),
        ((9, float("nan"), 10, 50), "area must be"),
        (None, "area must be"),
        (shapely.Polygon(), "area must be"),
        (gpd.GeoSeries([], crs=4326), "area must be"),
    ],
)
def test_areas_that_are_none(server: Server, area: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        fetch_walk_network(area, crs=METRIC, url=server.url)
    assert server.asked == []


def test_a_layer_without_a_crs_is_no_area(server: Server) -> None:
    with pytest.raises(CRSError, match="no CRS"):
        fetch_walk_network(gpd.GeoSeries([shapely.box(*BOX)]), crs=METRIC, url=server.url)


@pytest.mark.parametrize(
    "options", [{"timeout_s": 0}, {"timeout_s": -1}, {"timeout_s": float("inf")}, {"timeout_s": "60"}, {"margin_m": -1}]
)
def test_values_that_cannot_be_used(server: Server, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(options))):
        fetch_walk_network(BOX, crs=METRIC, url=server.url, **options)


@pytest.mark.parametrize("url", ["", "overpass", "ftp://127.0.0.1/"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(InputError, match="no address of a server"):
        fetch_walk_network(BOX, crs=METRIC, url=url)
