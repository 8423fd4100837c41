"""A real browser that asks no one on the internet: what folium's pages load comes from npm packages."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from servicecircle.show.packages import Shelf, known_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Dialog, Page, Route

    from servicecircle.show.packages import Package

HERE = Path(__file__).parent
TILES = re.compile(r"https://tile\.openstreetmap\.org/\d+/\d+/\d+\.png")
TILE = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001010000000037 6ef924"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)
"""A picture of one grey pixel, in place of every tile of a base map."""

PACKAGES = {
    r"cdn\.jsdelivr\.net/npm/((?:@[\w-]+/)?[\w.-]+)@[\d.]+/(.+)": r"\1/\2",
    r"code\.jquery\.com/jquery-[\d.]+\.min\.js": "jquery/dist/jquery.min.js",
    r"cdnjs\.cloudflare\.com/ajax/libs/Leaflet\.awesome-markers/[\d.]+/(.+)": r"leaflet.awesome-markers/dist/\1",
}
"""Address of a file on a content delivery network -> where the npm packages hold it."""

UNUSED = (
    "netdna.bootstrapcdn.com/bootstrap/3.0.0/css/bootstrap-glyphicons.css",
    "cdn.jsdelivr.net/gh/python-visualization/folium/folium/templates/leaflet.awesome.rotate.min.css",
)
"""Styles that folium links and no gap map uses; answered with an empty file."""

TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png", ".woff2": "font/woff2", ".ttf": "font/ttf"}


@pytest.fixture(scope="session")
def packages() -> Path:
    """Return the folder of the npm packages, installed once into the user's cache; skip where npm cannot."""
    wanted = (HERE / "package.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "servicecircle-tests" / hashlib.sha256(wanted).hexdigest()[:16]
    if (folder / "complete").exists():
        return folder / "node_modules"
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm: it installs the scripts that the pages under test load")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent))
    (part / "package.json").write_bytes(wanted)
    command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=part, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        shutil.rmtree(part)
        pytest.skip(f"npm could not install the scripts that the pages under test load: {done.stderr[-300:]}")
    (part / "complete").touch()
    try:
        part.rename(folder)
    except OSError:  # another run was quicker
        shutil.rmtree(part)
    return folder / "node_modules"


@pytest.fixture(scope="session")
def assets() -> Path:
    """Return the folder of the packages that offline pages need, as npm gives them; skip where npm cannot."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    shelf = Shelf(cache / "servicecircle-tests" / "assets")
    for package in known_packages():
        if not shelf.has(package):
            archive = packed(package)
            assert package.archive.fault(archive) == ""
            for path, content in package.unpacked(archive).items():
                shelf.put(package, path, content)
            assert shelf.has(package)  # every file that is known is in the archive, with its checksum
    return shelf.folder


def packed(package: Package) -> bytes:
    """Return the archive of a package, as npm gives it; skip where it cannot."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm: it brings the scripts that offline pages hold")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", "--pack-destination", folder, f"{package.name}@{package.version}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            pytest.skip(f"npm could not bring the scripts that offline pages hold: {done.stderr[-300:]}")
        return next(Path(folder).glob("*.tgz")).read_bytes()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium: the system's own, else playwright's; skip where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra 'browser')")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_api.sync_playwright() as playwright:
        if path is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium: apt-get install chromium, or playwright install chromium")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """A page that is open: its messages of trouble, the addresses it asked for, and those that it should not."""

    page: Page
    troubles: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    tiles: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, path: Path) -> Page:
        """Open a file and wait until what it draws stands still."""
        self.page.goto(path.as_uri())
        self.page.wait_for_timeout(250)
        return self.page

    def check(self) -> None:
        """Fail if anything went wrong so far."""
        assert self.troubles == []
        assert self.strangers == []


@pytest.fixture
def visit(browser: Browser, packages: Path) -> Iterator[Visit]:
    """Return a page 1400 x 900 whose every request is answered from here, or noted as a stranger and refused."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    seen = Visit(page)

    def answer(route: Route) -> None:
        address = route.request.url
        file = _packaged(address, packages)
        if address.startswith(("file:", "data:", "blob:")):
            route.continue_()
        elif file is not None:
            body = file.read_bytes()
            route.fulfill(body=body, content_type=TYPES[file.suffix], headers={"Access-Control-Allow-Origin": "*"})
        elif address.removeprefix("https://") in UNUSED:
            route.fulfill(body="", content_type="text/css")
        elif TILES.fullmatch(address):
            seen.tiles.append(address)
            route.fulfill(body=TILE, content_type="image/png")
        else:
            seen.strangers.append(address)
            route.abort()

    def refuse(dialog: Dialog) -> None:
        seen.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.route("**/*", answer)
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on(
        "console", lambda message: seen.troubles.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: seen.troubles.append(str(error)))
    page.on("dialog", refuse)
    yield seen
    context.close()


def _packaged(address: str, packages: Path) -> Path | None:
    for pattern, place in PACKAGES.items():
        found = re.fullmatch("https://" + pattern, address.partition("?")[0])
        if found:
            path = packages / found.expand(place)
            return path if path.is_file() else None
    return None
