"""Fetching the packages that pages need, once, on a machine with a connection."""

from __future__ import annotations

import re
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from servicecircle.errors import InputError, ReadError
from servicecircle.files import make_folder, replacing
from servicecircle.show.packages import Shelf, assets_folder, chosen_packages

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    from servicecircle.show.packages import Package

REGISTRY = "https://registry.npmjs.org"
BUSY = (429, 500, 502, 503, 504)
"""Answers of a server that may be asked again."""

OK = 200
TRIES, PAUSE_S, CONNECTING_S = 4, 0.5, 10.0
CHUNK = 1 << 18  # bytes


def fetch_assets(
    packages: Sequence[str] = (),
    *,
    folder: str | os.PathLike[str] | None = None,
    registry: str = REGISTRY,
    timeout_s: float = 60.0,
) -> Path:
    """Fetch the scripts and styles that offline pages need from the npm registry, and return the folder they are in.

    What is there already, whole, is not fetched again. Every package has one version and a checksum (sha512) that this
    library knows; an archive with another checksum is refused.

    Parameters
    ----------
    packages
        Names of packages, such as ``("leaflet",)``, which is all that the maps of this library need; none: every
        package that is known, 14 MB, for maps of your own with folium's usual plugins.
    folder
        Where they are kept. None: the folder that the environment variable SERVICECIRCLE_ASSETS names, else
        ``servicecircle/assets`` in the user's cache.
    registry
        The registry's address, or that of a mirror.
    timeout_s
        How long (seconds) each package may take, with all repeated tries.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ReadError
        If a package cannot be fetched in time, or is not the one that is known.
    InputError
        If a package is unknown, or the folder or the registry cannot be used.

    See Also
    --------
    save_offline : Writes a page with them inside.
    """
    from tqdm.auto import tqdm

    if not re.match(r"https?://[^/\s]", str(registry)):
        raise InputError(f"registry {registry!r} is no address: it begins with https:// | registry 不是有效地址。")
    if isinstance(timeout_s, bool) or not 0 < timeout_s < float("inf"):
        raise InputError(f"timeout_s must be a number above 0. {timeout_s!r} was given instead. | timeout_s 不可用。")
    shelf = Shelf(assets_folder(folder))
    wanted = [package for package in chosen_packages(packages) if not shelf.has(package)]
    make_folder(shelf.folder)
    for package in tqdm(wanted, desc="assets", unit="", delay=2):
        file = package.name.rpartition("/")[2]
        address = f"{str(registry).rstrip('/')}/{package.name}/-/{file}-{package.version}.tgz"
        archive = _fetched(address, package, timeout_s)
        if fault := package.fault(archive):
            raise ReadError(
                f"{address} is not the package this library knows: {fault}. It was not kept. Try another registry. | "
                f"{address} 校验和不符，未保存；请换用其他镜像。"
            )
        with replacing(shelf.folder / package.archive) as part:
            part.write_bytes(archive)
    return shelf.folder


def _fetched(address: str, package: Package, timeout_s: float) -> bytes:
    """Return the archive at an address; ask again while the server is busy and there is time."""
    end, said = time.monotonic() + timeout_s, "no answer"
    for attempt in range(TRIES):
        left = end - time.monotonic()
        if left <= 0:
            break
        said, archive = _asked(address, package, end)
        if archive is not None:
            return archive
        time.sleep(max(0.0, min(PAUSE_S * 2**attempt, end - time.monotonic())))
    raise ReadError(
        f"{address} could not be fetched within {timeout_s:g} s ({said}). Are you offline, or behind a proxy? Try a "
        "mirror (--registry), or fetch on another machine and carry the files: servicecircle assets pack, assets "
        f"unpack. | 无法在 {timeout_s:g} 秒内下载 {address}（{said}）。可换用镜像（--registry），"
        "或在联网的电脑上下载后用 servicecircle assets pack / unpack 拷贝过来。"
    )


def _asked(address: str, package: Package, end: float) -> tuple[str, bytes | None]:
    """Ask once; return what went wrong, and the archive, None if another try may help."""
    import requests  # only when something is fetched
    import urllib3

    left = max(0.1, end - time.monotonic())
    headers = {"User-Agent": f"servicecircle/{version('servicecircle')}", "Accept-Encoding": "identity"}
    try:
        with requests.get(address, headers=headers, timeout=(min(CONNECTING_S, left), left), stream=True) as answer:
            if answer.status_code in BUSY:
                return f"HTTP {answer.status_code}", None
            if answer.status_code != OK:
                raise ReadError(
                    f"{address}: the registry says HTTP {answer.status_code}. Is it an npm registry? | "
                    f"{address}：服务器返回 HTTP {answer.status_code}，请检查 registry 地址。"
                )
            return _body(answer.raw, package, end)
    except requests.exceptions.InvalidURL as error:
        raise InputError(f"registry: {address} is no address ({error}). | registry 不是有效地址。") from error
    except (requests.Timeout, urllib3.exceptions.ReadTimeoutError):
        return "no answer in time", None
    except (requests.RequestException, urllib3.exceptions.HTTPError):
        return "no connection, or it broke off", None


def _body(body: Any, package: Package, end: float) -> tuple[str, bytes | None]:
    """Return the body of an answer; no more of it than the package is long."""
    taken = bytearray()
    # whatever has come so far: a server that drips must not hold us until a whole chunk is full
    while chunk := body.read1(CHUNK):
        taken += chunk
        if len(taken) > package.size:
            break
        if time.monotonic() > end:
            return "the answer is too slow", None
    return ("the answer broke off", None) if len(taken) < package.size else ("", bytes(taken))
