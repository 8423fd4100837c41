"""Walk networks from OpenStreetMap over the internet (Overpass), bounded in time and size, with a cache on request."""

from __future__ import annotations

import hashlib
import math
import re
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.errors import InputError, ReadError
from servicecircle.files import replacing
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import LARGEST_LAT, LARGEST_LON, WGS84, check_coordinates, metric_crs
from servicecircle.read.pbf import LAYER
from servicecircle.read.walk_network import read_walk_network
from servicecircle.read.walkable import WALKABLE

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from servicecircle.network import WalkNetwork
    from servicecircle.read.walkable import WalkFilter

Area: TypeAlias = "Sequence[float] | shapely.Geometry | gpd.GeoDataFrame | gpd.GeoSeries"

OVERPASS_URL = "https://overpass-api.de/api/interpreter"
LARGEST_MB = 1000
"""An answer larger than this is not taken in."""

BUSY = (429, 502, 503, 504)
"""Answers of a server that may be asked again."""

OK = 200
METRES_PER_DEGREE = 111_320.0
CORNERS = 4
CHUNK, ENDING = 1 << 18, 1 << 12  # bytes
FIRST_WAIT_S, CONNECTING_S = 1.0, 10.0


def fetch_walk_network(
    area: Area,
    *,
    crs: object,
    cache: str | os.PathLike[str] | None = None,
    walkable: WalkFilter = WALKABLE,
    url: str = OVERPASS_URL,
    timeout_s: float = 60.0,
    margin_m: float = 2000.0,
) -> WalkNetwork:
    """Fetch the walk network of an area from OpenStreetMap over the internet; lengths are metres.

    Every whole way in the area's bounding box is fetched, and read as `read_walk_network` reads a file, so that both
    give the same network.

    Parameters
    ----------
    area
        West, south, east, north (degrees, WGS84); a geometry in degrees; or a frame in any declared CRS.
    crs
        The projected CRS of the city, in metres.
    cache
        A folder where answers are kept, one file for each question, server and version of this library. Delete a file
        to ask again. None keeps nothing.
    walkable
        Which ways people walk on.
    url
        The Overpass server.
    timeout_s
        How long (seconds) fetching may take, with all pauses and repeated questions.
    margin_m
        How far (metres) beyond the area streets are fetched, so that walks may leave it and come back.

    Returns
    -------
    WalkNetwork
        Its ``report`` also says where the data are from, and of when.

    Raises
    ------
    ReadError
        If there is no connection, or the server is busy, slow or sends no whole answer, or no way is walked on.
    InputError
        If the area, or another value, cannot be used.
    CRSError
        If ``crs`` does not measure in metres, or a frame has no CRS.

    See Also
    --------
    read_walk_network : The same from a file.
    """
    metric_crs(crs)
    numbers: tuple[tuple[str, object, float], ...] = (("timeout_s", timeout_s, 1e-3), ("margin_m", margin_m, 0.0))
    for name, value, least in numbers:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value < math.inf:
            raise InputError(
                f"{name} must be a number, {least:g} or more. {value!r} was given instead. | {name} 不可用。"
            )
    query = _query(_box(area, margin_m), timeout_s)
    with _folder(cache) as folder:
        key = hashlib.sha256("\n".join([url, query, version("servicecircle")]).encode()).hexdigest()
        path = folder / f"overpass-{key}.osm"
        kept = path.is_file() and not _fault(path)
        if not kept:
            with replacing(path) as part:
                _download(url, query, part, timeout_s)
        network = read_walk_network(path, crs=crs, walkable=walkable)
        said = _origin(path, url, kept=kept)
    return replace(network, report=DataReport((said,)) + network.report)


def _box(area: Any, margin_m: float) -> tuple[float, float, float, float]:
    """Return west, south, east and north of an area and its margin, in degrees."""
    if isinstance(area, str):
        raise InputError(
            f"area {area!r} is a name, and names are ambiguous. Give west, south, east, north in degrees, or a layer "
            "with the area. | 地名有歧义，请给出西、南、东、北（度），或范围图层。"
        )
    if isinstance(area, gpd.GeoDataFrame | gpd.GeoSeries):
        check_coordinates(area if isinstance(area, gpd.GeoDataFrame) else area.to_frame("geometry"), layer="area")
        bounds = area.to_crs(WGS84).total_bounds
    elif isinstance(area, shapely.Geometry):
        bounds = np.asarray(shapely.bounds(area), dtype=float)
    else:
        try:
            bounds = np.asarray(area, dtype=float).reshape(-1)
        except (TypeError, ValueError):
            bounds = np.full(1, np.nan)
    if len(bounds) != CORNERS or not np.isfinite(bounds).all():
        raise InputError(
            f"area must be west, south, east, north in degrees, a geometry or a layer that is not empty. {area!r} was "
            "given instead. | area 须为西、南、东、北（度）、几何或非空图层。"
        )
    west, south, east, north = map(float, bounds)
    if not (-LARGEST_LON <= west < east <= LARGEST_LON and -LARGEST_LAT < south < north < LARGEST_LAT):
        raise InputError(
            f"area: west {west:g}, south {south:g}, east {east:g}, north {north:g} is no box in degrees. x (longitude) "
            "comes first. | area 不是以度为单位的范围，经度在前。"
        )
    high = margin_m / METRES_PER_DEGREE
    wide = high / math.cos(math.radians(max(abs(south), abs(north))))
    return west - wide, south - high, east + wide, north + high


def _query(box: tuple[float, float, float, float], timeout_s: float) -> str:
    """Return the question: every way with a highway tag in a box, whole, with its nodes."""
    west, south, east, north = (f"{value:.6f}" for value in box)
    return (
        f"[out:xml][timeout:{max(1, math.ceil(timeout_s))}];"
        f'way["highway"]({south},{west},{north},{east});(._;>;);out body;'
    )


@contextmanager
def _folder(cache: str | os.PathLike[str] | None) -> Iterator[Path]:
    """Give the folder of the cache, made if need be, or one that is removed afterwards."""
    if cache is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    try:
        Path(cache).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cache: the folder {cache} cannot be made ({error.strerror}). Give another. | 无法建立缓存文件夹 {cache}。"
        ) from error
    yield Path(cache)


def _download(url: str, query: str, part: Path, timeout_s: float) -> None:
    """Ask the server until it answers or the time is up; the whole answer is then in the file."""
    begun, wait, said = time.monotonic(), FIRST_WAIT_S, "no answer"
    while True:
        left = timeout_s - (time.monotonic() - begun)
        if left <= 0:
            break
        said, pause = _ask(url, query, part, left)
        if not said:
            return
        wait = max(2 * wait, pause)
        if time.monotonic() - begun + wait >= timeout_s:
            break
        time.sleep(wait)
    raise ReadError(
        f"{url} gave no whole answer within {timeout_s:g} s ({said}). Try later, a smaller area, a longer timeout_s or "
        "another url; or read a file (.osm.pbf) with read_walk_network. | "
        f"{url} 在 {timeout_s:g} 秒内未返回完整结果（{said}）。请稍后再试、缩小范围、"
        "加大 timeout_s，或改读 .osm.pbf 文件。"
    )


def _ask(url: str, query: str, part: Path, left: float) -> tuple[str, float]:
    """Ask once; return what went wrong that another try may mend ("" if nothing), and how long the server says to wait.

    Raises
    ------
    ReadError
        If asking again is no use.
    """
    import requests  # osmnx needs it too; only when something is fetched
    import urllib3

    end = time.monotonic() + left
    try:
        with requests.post(
            url,
            data={"data": query},
            headers={"User-Agent": f"servicecircle/{version('servicecircle')}"},
            timeout=(min(CONNECTING_S, left), left),
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code in BUSY:
                return f"HTTP {answer.status_code}: the server is busy", _seconds(answer.headers.get("Retry-After"))
            if answer.status_code != OK:
                raise _refused(url, answer.status_code, answer.headers.get("Location"))
            if _too_slow(url, answer.raw, part, end):
                return "the answer is too slow", 0.0
    except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema) as e:
        raise InputError(f"url {url!r} is no address of a server ({e}). | url 不是有效地址。") from e
    except requests.Timeout:
        return "no answer in time", 0.0
    except requests.ConnectionError:
        raise ReadError(
            f"{url}: no connection. Are you offline, or behind a proxy? Read a file (.osm.pbf) with read_walk_network. "
            f"| 无法连接 {url}。若处于离线环境，请用 read_walk_network 读取 .osm.pbf 文件。"
        ) from None
    except urllib3.exceptions.ReadTimeoutError:
        return "no answer in time", 0.0
    except (requests.RequestException, urllib3.exceptions.HTTPError):
        return "the answer broke off", 0.0
    return _fault(part), 0.0


def _too_slow(url: str, body: Any, part: Path, end: float) -> bool:
    """Write the body of an answer to the file; return whether the time was up before it had all come."""
    taken = 0
    with part.open("wb") as file:
        # whatever has come so far: a server that drips must not hold us until a whole chunk is full
        while chunk := body.read1(CHUNK, decode_content=True):
            taken += file.write(chunk)
            if taken > LARGEST_MB * 1_000_000:
                raise ReadError(
                    f"{url}: the answer is larger than {LARGEST_MB} MB. Take a smaller area, or a file. | "
                    f"{url}：结果超过 {LARGEST_MB} MB，请缩小范围，或改读文件。"
                )
            if time.monotonic() > end:
                return True
    return False


def _seconds(text: str | None) -> float:
    return float(text) if text is not None and re.fullmatch(r"[0-9]{1,6}", text) else 0.0


def _refused(url: str, status: int, location: str | None) -> ReadError:
    if location:
        return ReadError(f"{url} has moved to {location}; give that as url. | {url} 已迁至 {location}，请改用该地址。")
    return ReadError(
        f"{url} refused the question (HTTP {status}). Check url and area. | {url} 拒绝了请求（HTTP {status}）。"
    )


def _fault(path: Path) -> str:
    """Return what is wrong with an answer, "" if it is whole."""
    with path.open("rb") as file:
        head = file.read(ENDING)
        file.seek(max(0, path.stat().st_size - ENDING))
        tail = file.read().rstrip()
    if b"<osm" not in head:
        return "the answer is no OpenStreetMap XML"
    if not tail.endswith(b"</osm>"):
        return "the answer is incomplete"
    remark = re.search(rb"<remark>(.*?)</remark>", tail, re.DOTALL)
    return remark[1].decode("utf-8", "replace").strip() if remark else ""


def _origin(path: Path, url: str, *, kept: bool) -> Finding:
    """Return where the data are from, and of when."""
    with path.open("rb") as file:
        stamp = re.search(rb'osm_base="([0-9TZ:.+-]{1,40})"', file.read(ENDING))
    date = stamp[1].decode() if stamp else "?"
    en = f"streets of OpenStreetMap as of {date}, © OpenStreetMap contributors (ODbL), from {url}"
    zh = f"道路取自 OpenStreetMap（{date}，© OpenStreetMap 贡献者，ODbL），来源 {url}"
    en += f"; kept in {path.name}, delete it to ask again." if kept else "."
    zh += f"；读自缓存 {path.name}，删除后将重新下载。" if kept else "。"
    return Finding(LAYER, "fetched", "info", en, zh)
