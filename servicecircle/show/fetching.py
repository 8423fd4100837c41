"""Fetching the files of packages that pages need, once, on a machine with a connection."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from servicecircle.errors import InputError, ReadError
from servicecircle.files import make_folder
from servicecircle.show.packages import Shelf, assets_folder, chosen_packages

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import requests

    from servicecircle.show.packages import Package, Pin

NETWORK = "https://cdn.jsdelivr.net/npm"
"""The content delivery network that folium's own pages name: it has the files of npm packages, unchanged."""

BUSY = (429, 500, 502, 503, 504)
"""Answers of a server that may be asked again."""

OK = 200
TRIES, PAUSE_S, CONNECTING_S = 4, 0.5, 10.0
CHUNK = 1 << 18  # bytes


def fetch_assets(
    packages: Sequence[str] = (),
    *,
    folder: str | os.PathLike[str] | None = None,
    mirror: str | None = None,
    registry: str | None = None,
    timeout_s: float = 60.0,
) -> Path:
    """Fetch the scripts, styles, pictures and fonts that offline pages need, and return the folder they are in.

    They come file by file from the content delivery network that folium's pages name (jsDelivr), or from another place
    that you name; what is then in the folder is the same. What is there already, whole, is not fetched again. Of every
    package this library knows one version, and the checksum of each file and of the whole archive; anything else is
    refused.

    Parameters
    ----------
    packages
        Names of packages, such as ``("leaflet",)``, which is all that the maps of this library need; none: every
        package that is known, 1.8 MB, for maps of your own with folium's usual plugins.
    folder
        Where they are kept. None: the folder that the environment variable SERVICECIRCLE_ASSETS names, else
        ``servicecircle/assets`` in the user's cache.
    mirror
        The address of another network of the same form, where files lie at ``{mirror}/{package}@{version}/{path}``.
    registry
        The address of an npm registry, to fetch the packages' whole archives from there instead (14 MB for all).
    timeout_s
        How long (seconds) each package may take, with all repeated tries.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ReadError
        If a file cannot be fetched in time, or is not the one that is known.
    InputError
        If a package is unknown, or the folder or an address cannot be used, or a mirror and a registry are given.

    See Also
    --------
    save_offline : Writes a page with them inside.
    """
    import requests  # only when something is fetched
    from tqdm.auto import tqdm

    if mirror is not None and registry is not None:
        raise InputError("Give a mirror or a registry, not both. | mirror 与 registry 只能指定一个。")
    for name, address in (("mirror", mirror), ("registry", registry)):
        if address is not None and not re.match(r"https?://[^/\s]", str(address)):
            raise InputError(f"{name} {address!r} is no address: it begins with https:// | {name} 不是有效地址。")
    if isinstance(timeout_s, bool) or not 0 < timeout_s < float("inf"):
        raise InputError(f"timeout_s must be a number above 0. {timeout_s!r} was given instead. | timeout_s 不可用。")
    shelf = Shelf(assets_folder(folder))
    wanted = [(package, lacking) for package in chosen_packages(packages) if (lacking := shelf.lacking(package))]
    make_folder(shelf.folder)
    with requests.Session() as session:
        for package, lacking in tqdm(wanted, desc="assets", unit="", delay=2):
            source = _Source(session, timeout_s, time.monotonic() + timeout_s)
            found = (
                source.files(str(mirror or NETWORK).rstrip("/"), package, lacking)
                if registry is None
                else source.unpacked(str(registry).rstrip("/"), package)
            )
            for path, content in found:
                shelf.put(package, path, content)
    return shelf.folder


@dataclass(frozen=True, slots=True)
class _Source:
    """Asks a server for what one package needs, while there is time.

    Parameters
    ----------
    session
        What asks.
    timeout_s
        How long (seconds) all may take.
    end
        When that is over, by the monotonic clock.
    """

    session: requests.Session
    timeout_s: float
    end: float

    def files(self, mirror: str, package: Package, paths: list[str]) -> Iterator[tuple[str, bytes]]:
        """Yield files of a package as a content delivery network has them."""
        for path in paths:
            yield path, self._fetched(f"{mirror}/{package.place(path)}", package.files[path])

    def unpacked(self, registry: str, package: Package) -> Iterator[tuple[str, bytes]]:
        """Yield the files that pages need of a package, whose archive a registry has."""
        file = f"{package.name.rpartition('/')[2]}-{package.version}.tgz"
        archive = self._fetched(f"{registry}/{package.name}/-/{file}", package.archive)
        yield from package.unpacked(archive).items()

    def _fetched(self, address: str, pin: Pin) -> bytes:
        """Return what is at an address and proven; ask again while the server is busy and there is time."""
        said, content = "no answer", None
        for attempt in range(TRIES):
            if self.end <= time.monotonic():
                break
            said, content = self._asked(address, pin.size)
            if content is not None:
                break
            time.sleep(max(0.0, min(PAUSE_S * 2**attempt, self.end - time.monotonic())))
        if content is None:
            raise ReadError(
                f"{address} could not be fetched in {TRIES} tries or {self.timeout_s:g} s ({said}). Are you offline, "
                "or behind a proxy? Try another place that has it (--mirror, --registry), or fetch on another machine "
                "and carry the files: servicecircle assets pack, assets unpack. | "
                f"{TRIES} 次尝试或 {self.timeout_s:g} 秒内未能下载 {address}（{said}）。可换用其他地址（--mirror 或 "
                "--registry），或在联网的电脑上下载后用 servicecircle assets pack / unpack 拷贝过来。"
            )
        if fault := pin.fault(content):
            raise ReadError(
                f"{address} is not the file this library knows: {fault}. It was not kept. Try another place that has "
                f"it (--mirror, --registry). | {address} 校验和不符，未保存；请换用其他地址（--mirror 或 --registry）。"
            )
        return content

    def _asked(self, address: str, size: int) -> tuple[str, bytes | None]:
        """Ask once; return what went wrong, and what came, None if another try may help."""
        import requests
        import urllib3

        left = max(0.1, self.end - time.monotonic())
        headers = {"User-Agent": f"servicecircle/{version('servicecircle')}", "Accept-Encoding": "identity"}
        waits = (min(CONNECTING_S, left), left)
        try:
            with self.session.get(address, headers=headers, timeout=waits, stream=True) as answer:
                if answer.status_code in BUSY:
                    return f"HTTP {answer.status_code}", None
                if answer.status_code != OK:
                    raise ReadError(
                        f"{address}: the server says HTTP {answer.status_code}. Is the address of the mirror or the "
                        "registry right? Try another (--mirror, --registry). | "
                        f"{address}：服务器返回 HTTP {answer.status_code}，请检查或换用地址（--mirror 或 --registry）。"
                    )
                return self._body(answer.raw, size)
        except requests.exceptions.InvalidURL as error:
            raise InputError(f"{address} is no address ({error}). | {address} 不是有效地址。") from error
        except (requests.Timeout, urllib3.exceptions.ReadTimeoutError):
            return "no answer in time", None
        except (requests.RequestException, urllib3.exceptions.HTTPError):
            return "no connection, or it broke off", None

    def _body(self, body: Any, size: int) -> tuple[str, bytes | None]:
        """Return the body of an answer; no more of it than is needed to see that it is too long."""
        taken = bytearray()
        # whatever has come so far: a server that drips must not hold us until a whole chunk is full
        while chunk := body.read1(CHUNK):
            taken += chunk
            if len(taken) > size:
                break
            if time.monotonic() > self.end:
                return "the answer is too slow", None
        return ("the answer broke off", None) if len(taken) < size else ("", bytes(taken))
