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
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from servicecircle.errors import InputError
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
class Package:
    """An npm package of one version: its licence, size, checksum, and the files pages ask for.

    Parameters
    ----------
    name, version, licence
        As the package states them.
    size
        Of its archive, in bytes.
    integrity
        The checksum of its archive: ``sha512-`` and base64.
    files
        The address a page asks for -> the path in the package.
    """

    name: str
    version: str
    licence: str
    size: int
    integrity: str
    files: Mapping[str, str] = field(hash=False)

    @property
    def archive(self) -> str:
        """Return the file name under which the archive is kept."""
        return f"{self.name.replace('@', '').replace('/', '-')}-{self.version}.tgz"

    def fault(self, archive: bytes) -> str:
        """Return what is wrong with the bytes of the archive; empty if they are the ones that were pinned."""
        digest = f"sha512-{b64encode(hashlib.sha512(archive).digest()).decode()}"
        return "" if digest == self.integrity else f"its checksum is {digest[:24]}..., not {self.integrity[:24]}..."


@cache
def known_packages() -> tuple[Package, ...]:
    """Return every package that can be fetched, as ``packages.toml`` lists them."""
    return tuple(Package(**entry) for entry in tomllib.loads(asset("packages.toml"))["package"])


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
        return next((package for package in known_packages() if address in package.files), None)

    def has(self, package: Package) -> bool:
        """Return whether the archive of a package is here, whole."""
        path = self.folder / package.archive
        return path.is_file() and not package.fault(path.read_bytes())

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
        return None if package is None else self._member(package, package.files[address])

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
        return self._member(package, os.path.normpath(f"{package.files[address]}/../{relative}").replace(os.sep, "/"))

    def _member(self, package: Package, member: str) -> bytes | None:
        path = self.folder / package.archive
        if not path.is_file():
            return None
        stamp = path.stat()
        return _members(path, (stamp.st_mtime_ns, stamp.st_size), package).get(member)


@lru_cache(maxsize=8)
def _members(path: Path, stamp: tuple[int, int], package: Package) -> dict[str, bytes]:
    """Return the files that pages use of an archive, by their path in the package; a changed archive is read anew."""
    del stamp
    archive = path.read_bytes()
    if fault := package.fault(archive):
        raise InputError(
            f"{path} is damaged: {fault}. Delete it and run: servicecircle assets fetch {package.name} | "
            f"{path} 已损坏，请删除后重新运行 servicecircle assets fetch {package.name}。"
        )
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for member in tar:
            # all of a package lies in one folder, whatever that is called
            name = member.name.partition("/")[2]
            if member.isfile() and re.search(r"\.(?:js|css|png|gif|svg|woff2?|ttf)$", name):
                file = tar.extractfile(member)
                found[name] = b"" if file is None else file.read()
    return found
