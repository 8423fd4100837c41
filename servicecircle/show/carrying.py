"""Carrying the packages to a machine without a connection: one file out, one file in."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING

from servicecircle.errors import InputError, ReadError
from servicecircle.files import make_folder, replacing
from servicecircle.show.packages import Shelf, assets_folder, known_packages

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from servicecircle.show.packages import Package

DATE = (2020, 1, 1, 0, 0, 0)
"""The date of every file in the archive: the same packages make the same archive."""


def pack_assets(path: str | os.PathLike[str], *, folder: str | os.PathLike[str] | None = None) -> int:
    """Write the packages that are here into one zip file and return how many they are.

    Parameters
    ----------
    path
        The zip file to write or to replace.
    folder
        Where the packages are kept; None as in `fetch_assets`.

    Raises
    ------
    InputError
        If there are none, or the file cannot be written.
    """
    shelf = Shelf(assets_folder(folder))
    here = [package for package in known_packages() if shelf.has(package)]
    if not here:
        raise InputError(
            f"{shelf.folder} holds no package to pack. Run first: servicecircle assets fetch | "
            f"{shelf.folder} 中没有可打包的文件，请先运行 servicecircle assets fetch。"
        )
    with replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for package in here:
            for file in package.files:
                archive.writestr(zipfile.ZipInfo(package.place(file), DATE), shelf.path(package, file).read_bytes())
    return len(here)


def unpack_assets(path: str | os.PathLike[str], *, folder: str | os.PathLike[str] | None = None) -> int:
    """Take the packages out of a zip file that `pack_assets` wrote, and return how many they are.

    Everything is checked before anything is written: only whole packages that this library knows, each file of its
    size, with its checksum. A file in the archive is never written under a name that the archive chooses.

    Parameters
    ----------
    path
        The zip file.
    folder
        Where the packages are kept; None as in `fetch_assets`.

    Raises
    ------
    ReadError
        If the file is no such archive, or something in it is not what it should be.
    InputError
        If the folder cannot be used.
    """
    found = _checked(path)
    shelf = Shelf(assets_folder(folder))
    make_folder(shelf.folder)
    for package, contents in found:
        for file, content in contents.items():
            shelf.put(package, file, content)
    return len(found)


def _checked(path: str | os.PathLike[str] | Path) -> list[tuple[Package, dict[str, bytes]]]:
    """Return the packages in an archive and their files, each proven to be what was pinned."""
    found = _contents(path)
    packages = []
    for package in known_packages():
        contents = {file: found[place] for file in package.files if (place := package.place(file)) in found}
        if lacking := [file for file in package.files if file not in contents]:
            if contents:
                raise _refused(path, f"it lacks {package.place(lacking[0])}")
            continue
        packages.append((package, contents))
    if not packages:
        raise _refused(path, "it is empty")
    return packages


def _contents(path: str | os.PathLike[str] | Path) -> dict[str, bytes]:
    """Return the files in an archive by their names, each proven to be what was pinned."""
    known = {package.place(file): pin for package in known_packages() for file, pin in package.files.items()}
    found = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                pin = known.get(entry.filename)
                if pin is None:
                    raise _refused(path, f"{entry.filename!r:.80} is of no package that this version knows")
                if entry.file_size != pin.size:
                    raise _refused(path, f"{entry.filename} has {entry.file_size:,} bytes, not {pin.size:,}")
                with archive.open(entry) as file:
                    content = file.read(pin.size + 1)  # whatever the archive says of its size
                if fault := pin.fault(content):
                    raise _refused(path, f"{entry.filename}: {fault}")
                found[entry.filename] = content
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        if isinstance(error, ReadError):
            raise
        raise _refused(path, str(error)) from error
    return found


def _refused(path: object, why: str) -> ReadError:
    return ReadError(
        f"{path} cannot be unpacked: {why}. Nothing was written. Pack it anew, with the same version of this program: "
        f"servicecircle assets pack | 无法解包 {path}：{why}。未写入任何文件；请用同版本程序重新打包。"
    )
