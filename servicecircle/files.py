"""Writing files whole: the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import math
import os
import re
import secrets
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

LIVE = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so would run as a formula when a spreadsheet opens the file."""

NEW_FILE_MODE = 0o666
"""Permissions asked for a new file; the system takes away what the user's umask says."""

LONGEST_TEXT = 32_767
"""Characters that a cell of a workbook holds."""

DATES = re.compile(rb"(?<=>)[^<>]*(?=</dcterms:(?:created|modified)>)")
EARLIEST = b"1980-01-01T00:00:00Z"
"""When an Office file says it was made, and what it says instead."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def replacing(path: str | os.PathLike[str], *, new: bool = False) -> Iterator[Path]:
    """Give a temporary path beside a file; on success the temporary file takes the file's place in one step.

    The target is checked before the block runs, so that a long computation does not end at a folder that cannot be
    written. Whatever happens inside (an error, a full disk, a killed process), a file that was there stays whole.

    Parameters
    ----------
    path
        The file to write or to replace. Its folder must exist.
    new
        Whether the file must not exist yet; one that is there, or appears meanwhile, is never touched.

    Yields
    ------
    Path
        An empty file in the same folder and with the same suffix: write to it and close it.

    Raises
    ------
    InputError
        If the folder does not exist, if it or the file cannot be written, if the path is a folder, if the disk
        becomes full, or if the file exists and must be new.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder) / "gaps.txt"
    ...     with replacing(target) as part:
    ...         _ = part.write_text("3 gaps", encoding="utf-8")
    ...     target.read_text(encoding="utf-8")
    '3 gaps'
    """
    target = Path(path)
    # a link stays a link: the file it points to is the one replaced
    target = target.resolve() if target.is_symlink() else target
    if new and target.exists():
        raise _exists(target)
    part = _part_beside(target)
    try:
        yield part
        _flush(part)
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        if new:
            _place_new(part, target)
        else:
            part.replace(target)
        _flush(target.parent)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise InputError(
            f"{target} was not written: {error.strerror}. The old file, if there was one, is unchanged. Make room, or "
            f"choose another disk. | 未写入 {target}：磁盘空间不足，原文件未改动。请清理磁盘或换一个位置。"
        ) from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder, and those above it, unless it is there, and return its path.

    Parameters
    ----------
    path
        The folder.

    Raises
    ------
    InputError
        If there cannot be such a folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     make_folder(Path(folder) / "results" / "2025").is_dir()
    True
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be made ({error.strerror}); choose another place. | "
            f"无法建立文件夹 {folder}，请换一个位置。"
        ) from error
    return folder


def write_table(table: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a frame without its index as CSV that spreadsheets open as it is: UTF-8 with its mark, no live formulas.

    Parameters
    ----------
    table
        The frame. Text that a spreadsheet would run as a formula gets an apostrophe in front.
    path
        The file to write or to replace.

    Raises
    ------
    InputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_table(pd.DataFrame({"name": ["=1+1"], "gap": [-2]}), Path(folder) / "gaps.csv")
    ...     (Path(folder) / "gaps.csv").read_text(encoding="utf-8-sig").split()
    ['name,gap', "'=1+1,-2"]
    """
    safe = table.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell.startswith(LIVE) else cell)
    with replacing(path) as part:
        safe.to_csv(part, index=False, encoding="utf-8-sig")


def save_document(document: Any, path: Path) -> None:
    """Save a workbook or a Word document; the same content always makes the same file, byte for byte.

    These files are archives that note when they were made; here that is always the earliest date an archive can tell.

    Parameters
    ----------
    document
        A workbook of openpyxl's, or a document of python-docx's.
    path
        Where, given by `replacing`.

    Raises
    ------
    OSError
        If the disk is full.
    """
    try:
        document.save(path)
    except Exception as error:
        # lxml, where openpyxl uses it, has no other words for a full disk
        code = getattr(errno, str(error).removeprefix("IO_"), None)
        if code is None:
            raise
        raise OSError(code, os.strerror(code)) from error
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            dated = DATES.sub(EARLIEST, content) if name == "docProps/core.xml" else content
            archive.writestr(zipfile.ZipInfo(name), dated, zipfile.ZIP_DEFLATED)


def set_cell(cell: Any, value: float | str | None) -> None:
    """Give a cell of a workbook its value; a text never becomes a formula, a number or an error.

    Parameters
    ----------
    cell
        A cell of openpyxl's.
    value
        What it shall hold.

    Raises
    ------
    InputError
        If Excel cannot hold it: a control character, an infinite number, a text that is too long.
    """
    from openpyxl.utils.exceptions import IllegalCharacterError

    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise InputError(f"A text of {len(value):,} characters is too long for a cell: {value[:40]!r}... | 文字过长。")
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"Excel cannot hold the number {value!r}. | Excel 无法保存 {value!r}。")
    try:
        cell.value = value
    except IllegalCharacterError:
        raise InputError(f"Excel cannot hold a control character: {value!r:.60} | Excel 无法保存控制字符。") from None
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = value.startswith(LIVE)


def _place_new(part: Path, target: Path) -> None:
    """Give a file its name unless another file has it."""
    try:
        target.hardlink_to(part)  # unlike renaming, this never takes the place of a file
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # a disk without links, such as an USB stick
        if target.exists():
            raise _exists(target) from None
        part.replace(target)


def _exists(target: Path) -> InputError:
    return InputError(
        f"{target} exists already and was left as it is; give another name, or move it away first. | "
        f"{target} 已存在，未作改动；请换一个文件名，或先移走原文件。"
    )


def _part_beside(target: Path) -> Path:
    """Return a new empty file in the target's folder, or say why there cannot be one."""
    if target.is_dir():
        raise InputError(f"{target} is a folder; give the name of a file. | {target} 是文件夹，请给出文件名。")
    if not target.parent.is_dir():
        raise InputError(
            f"The folder {target.parent} does not exist; create it first. | 文件夹 {target.parent} 不存在，请先建立。"
        )
    part = target.with_name(f".{target.stem[:40]}-{secrets.token_hex(6)}{target.suffix}")
    try:
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "the file is read-only")
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, NEW_FILE_MODE))
    except OSError as error:
        raise InputError(
            f"{target} cannot be written ({error.strerror}); choose another file or folder. | "
            f"无法写入 {target}，请换一个文件或文件夹。"
        ) from error
    return part


def _flush(path: Path) -> None:
    """Make the system write a file, or the entries of a folder, to the disk."""
    if path.is_dir() and os.name == "nt":  # Windows opens no folders; its rename is durable without
        return
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
