"""Packages of the test's own, and a server on 127.0.0.1 that has their files and archives: nobody else is asked."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import time
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from servicecircle.show.packages import Package, Pin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

CDN = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/"
PNG = bytes.fromhex("89504e470d0a1a0a")
CONTENT: dict[str, dict[str, bytes]] = {
    "leaflet": {
        "dist/leaflet.js": b'window.end = "</script>";\n//# sourceMappingURL=leaflet.js.map',
        "dist/leaflet.css": b".a { background: url(images/layers.png) } .b { behavior: url(#default#VML) }",
        "dist/images/layers.png": PNG,
        "dist/images/marker-icon.png": PNG,
        "dist/images/marker-icon-2x.png": PNG,
        "dist/images/marker-shadow.png": PNG,
    },
    "@scope/icons": {
        "css/all.css": b"@font-face{src:url(../f/i.woff2) format('woff2'),url(../f/i.ttf) format('truetype')}",
        "f/i.woff2": b"w",
    },
}
BESIDE = {"f/i.ttf": b"t", "README.md": b"# read me"}
"""What every archive holds besides, and no page needs."""

ASKED = {
    "leaflet": {CDN + "leaflet.js": "dist/leaflet.js", CDN + "leaflet.css": "dist/leaflet.css"},
    "@scope/icons": {"https://cdn.example/icons/all.css": "css/all.css"},
}


def archive(files: dict[str, bytes]) -> bytes:
    """Return an npm package that holds some files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in (files | BESIDE).items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


ARCHIVES = {name: archive(files) for name, files in CONTENT.items()}


PLACES = {f"{name}@1.0.0/{path}": content for name, files in CONTENT.items() for path, content in files.items()}
"""Where the files lie, below the server's address as below the folder they are kept in."""


def proof(method: str, content: bytes) -> Pin:
    """Return what the library shall know of the bytes of a file."""
    return Pin(len(content), f"{method}-{b64encode(hashlib.new(method, content).digest()).decode()}")


def pinned(name: str) -> Package:
    """Return what the library shall know of a package of the test's."""
    files = {path: proof("sha256", content) for path, content in CONTENT[name].items()}
    return Package(name, "1.0.0", "MIT", proof("sha512", ARCHIVES[name]), ASKED[name], files)


def pin(monkeypatch: pytest.MonkeyPatch) -> tuple[Package, ...]:
    """Make the library know the packages of the test, and no others."""
    known = tuple(pinned(name) for name in CONTENT)
    for module in ("packages", "carrying"):
        monkeypatch.setattr(f"servicecircle.show.{module}.known_packages", lambda: known)
    return known


def filled(folder: Path) -> Path:
    """Put the packages of the test into a folder."""
    for place, content in PLACES.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(content)
    return folder


@dataclass
class Registry:
    """What the server was asked for, and how it answers: as told for each question, then with what it has."""

    url: str
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    drip: bool = False


class _Answer(BaseHTTPRequestHandler):
    def __init__(self, ours: Registry, *args: Any) -> None:
        self.ours = ours
        super().__init__(*args)

    def do_GET(self) -> None:
        self.ours.asked.append(self.path)
        name, archived, _ = self.path[1:].partition("/-/")
        has = ARCHIVES.get(name, b"") if archived else PLACES.get(name, b"")
        status, body = self.ours.answers.pop(0) if self.ours.answers else (200, has)
        self.send_response(status if body or status != 200 else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for place in range(0, len(body), 1 if self.ours.drip else len(body)):
            self.wfile.write(body[place : place + (1 if self.ours.drip else len(body))])
            if self.ours.drip:
                time.sleep(0.2)

    def log_message(self, *args: Any) -> None:
        """Print nothing."""


@contextmanager
def serving() -> Iterator[Registry]:
    """Give a server that runs: a registry, and a content delivery network."""
    ours = Registry("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answer, ours))
    server.daemon_threads = True
    server.block_on_close = False
    ours.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield ours
    server.shutdown()
    server.server_close()
    thread.join(5)
