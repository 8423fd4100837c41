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
            archive.writestr(zipfile.ZipInfo(package.archive, DATE), (shelf.folder / package.archive).read_bytes())
    return len(here)


def unpack_assets(path: str | os.PathLike[str], *, folder: str | os.PathLike[str] | None = None) -> int:
    """Take the packages out of a zip file that `pack_assets` wrote, and return how many they are.

    Everything is checked before anything is written: only packages that this library knows, of their size, with their
    checksum. A file in the archive is never written under a name that the archive chooses.

    Parameters
    ----------
    path
        The zip file.
    folder
        Where the packages are kept; None as in `fetch_assets`.

    Raises
    ------
    ReadError
        If the file is no such archive, or one of its packages is not what it should be.
    InputError
        If the folder cannot be used.
    """
    found = _checked(path)
    shelf = Shelf(assets_folder(folder))
    make_folder(shelf.folder)
    for name, content in found.items():
        with replacing(shelf.folder / name) as part:
            part.write_bytes(content)
    return len(found)


def _checked(path: str | os.PathLike[str] | Path) -> dict[str, bytes]:
    """Return the packages in an archive by their file names, each proven to be what was pinned."""
    known = {package.archive: package for package in known_packages()}
    found = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                package = known.get(entry.filename)
                if package is None:
                    raise _refused(path, f"{entry.filename!r:.80} is no package that this version knows")
                if entry.file_size != package.size:
                    raise _refused(path, f"{entry.filename} has {entry.file_size:,} bytes, not {package.size:,}")
                with archive.open(entry) as file:
                    content = file.read(package.size + 1)  # whatever the archive says of its size
                if fault := package.fault(content):
                    raise _refused(path, f"{entry.filename}: {fault}")
                found[entry.filename] = content
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        if isinstance(error, ReadError):
            raise
        raise _refused(path, str(error)) from error
    if not found:
        raise _refused(path, "it is empty")
    return found


def _refused(path: object, why: str) -> ReadError:
    return ReadError(
        f"{path} cannot be unpacked: {why}. Nothing was written. Pack it anew, with the same version of this program: "
        f"servicecircle assets pack | 无法解包 {path}：{why}。未写入任何文件；请用同版本程序重新打包。"
    )
