"""The scripts and styles that pages ask the internet for: which are known, and where they are kept on this machine."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
import tomllib
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicecircle.errors import InputError
from servicecircle.files import make_folder, replacing
from servicecircle.show.pages import asset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VARIABLE = "SERVICECIRCLE_ASSETS"
"""The environment variable that names the folder, if it is not the user's cache."""

FOLIUM_FILE = re.compile(
    r"https://cdn\.jsdelivr\.net/gh/python-visualization/folium(?:@main)?/folium/templates/(\w+\.min\.js)"
)
"""Addresses of scripts that folium itself carries."""

OWN = "own"
"""The folder, beside the packages, of files that users put there themselves."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What the bytes of a file have to be.

    Parameters
    ----------
    size
        How many they are.
    integrity
        Their checksum as npm and browsers write it: ``sha256-`` or ``sha512-`` and base64.
    """

    size: int
    integrity: str

    def fault(self, content: bytes) -> str:
        """Return what is wrong with the bytes of a file; empty if they are the ones that were pinned.

        Examples
        --------
        >>> Pin(1, "sha256-A").fault(b"abc")
        'its checksum is sha256-ungWv48Bz+pBQUDeX..., not sha256-A...'
        """
        method = self.integrity.partition("-")[0]
        digest = f"{method}-{b64encode(hashlib.new(method, content).digest()).decode()}"
        return "" if digest == self.integrity else f"its checksum is {digest[:24]}..., not {self.integrity[:24]}..."


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package of one version: its licence, the files that pages need of it, and what all has to be.

    Parameters
    ----------
    name, version, licence
        As the package states them.
    archive
        Its whole archive, as a registry has it.
    asked
        The address a page asks for -> the path in the package.
    files
        The path in the package of each file that pages need: what they ask for, and what styles name -> its bytes.
    """

    name: str
    version: str
    licence: str
    archive: Pin
    asked: Mapping[str, str] = field(hash=False)
    files: Mapping[str, Pin] = field(hash=False)

    @property
    def size(self) -> int:
        """Return how many bytes the files have that pages need."""
        return sum(pin.size for pin in self.files.values())

    def place(self, path: str) -> str:
        """Return where a file lies, below the address of a content delivery network as below the folder of packages."""
        return f"{self.name}@{self.version}/{path}"

    def unpacked(self, archive: bytes) -> dict[str, bytes]:
        """Return the files that pages need out of the whole archive, whose checksum was proven, by path."""
        found = {}
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            for member in tar:
                # all of a package lies in one folder, whatever that is called
                path = member.name.partition("/")[2]
                if path in self.files and (file := tar.extractfile(member)) is not None:
                    found[path] = file.read()
        return found


@cache
def known_packages() -> tuple[Package, ...]:
    """Return every package that can be fetched, as ``packages.toml`` lists them."""
    return tuple(_package(**entry) for entry in tomllib.loads(asset("packages.toml"))["package"])


def _package(*, archive: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]], **rest: Any) -> Package:
    return Package(archive=Pin(**archive), files={path: Pin(**pin) for path, pin in files.items()}, **rest)


def chosen_packages(names: Iterable[str]) -> tuple[Package, ...]:
    """Return the packages of some names, all of them if there are none; an unknown name raises InputError."""
    wanted = list(dict.fromkeys(names))
    known = {package.name for package in known_packages()}
    for name in wanted:
        if name not in known:
            raise InputError.unknown("package", name, sorted(known))
    return tuple(package for package in known_packages() if package.name in wanted or not wanted)


def assets_folder(folder: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder that keeps the packages; it need not exist.

    Parameters
    ----------
    folder
        The folder itself; None: what SERVICECIRCLE_ASSETS says, else ``servicecircle/assets`` in the user's cache.
    """
    if folder is not None:
        return Path(folder)
    if given := os.environ.get(VARIABLE):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "servicecircle" / "assets"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of packages, asked by the addresses that pages ask for."""

    folder: Path

    def package_of(self, address: str) -> Package | None:
        """Return the package that holds what an address names; None if none is known to."""
        return next((package for package in known_packages() if address in package.asked), None)

    def path(self, package: Package, path: str) -> Path:
        """Return where a file of a package lies, or has to."""
        return self.folder / package.place(path)

    def lacking(self, package: Package) -> list[str]:
        """Return the files of a package that are not here, or not as they should be."""
        paths = ((path, self.path(package, path), pin) for path, pin in package.files.items())
        return [path for path, file, pin in paths if not file.is_file() or pin.fault(file.read_bytes())]

    def has(self, package: Package) -> bool:
        """Return whether all of a package is here, whole."""
        return not self.lacking(package)

    def put(self, package: Package, path: str, content: bytes) -> None:
        """Keep a file of a package, whose checksum was proven."""
        file = self.path(package, path)
        make_folder(file.parent)
        with replacing(file) as part:
            part.write_bytes(content)

    def own_path(self, address: str) -> Path | None:
        """Return where a file of the user's own that stands for an address has to lie; None if there is no such place.

        Examples
        --------
        >>> Shelf(Path("assets")).own_path("https://cdn.example/lib/a.js?v=1").as_posix()
        'assets/own/cdn.example/lib/a.js'
        """
        place = re.fullmatch(r"https?://([^?#]+)(?:[?#].*)?", address)
        parts = place[1].split("/") if place else []
        if not parts or any(not re.fullmatch(r"(?!\.+$)[\w.@+~ -]+", part) for part in parts):
            return None
        return self.folder.joinpath(OWN, *parts)

    def read(self, address: str) -> bytes | None:
        """Return the file an address names: the user's own, else that of its package; None if it is not here."""
        own = self.own_path(address)
        if own is not None and own.is_file():
            return own.read_bytes()
        if found := FOLIUM_FILE.fullmatch(address):
            part = files("folium").joinpath("templates", found[1])
            return part.read_bytes() if part.is_file() else None
        package = self.package_of(address)
        return None if package is None else self._file(package, package.asked[address])

    def beside(self, address: str, relative: str) -> bytes | None:
        """Return the file that another file names by a path relative to itself; None if it is not here."""
        own = self.own_path(address)
        if own is not None and own.is_file():
            place = (own.parent / relative).resolve()
            inside = place.is_relative_to(self.folder.resolve()) and place.is_file()
            return place.read_bytes() if inside else None
        package = self.package_of(address)
        if package is None:
            return None
        return self._file(package, os.path.normpath(f"{package.asked[address]}/../{relative}").replace(os.sep, "/"))

    def _file(self, package: Package, path: str) -> bytes | None:
        """Return a file of a package; none of its files is here if one of them lacks."""
        if path not in package.files or not all(self.path(package, one).is_file() for one in package.files):
            return None
        file = self.path(package, path)
        content = file.read_bytes()
        if fault := package.files[path].fault(content):
            raise InputError(
                f"{file} is damaged: {fault}. Run: servicecircle assets fetch {package.name} | "
                f"{file} 已损坏，请重新运行 servicecircle assets fetch {package.name}。"
            )
        return content
