"""Shapefiles: their parts, and the text of their tables, whose encoding is often not declared."""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from servicecircle.errors import ReadError
from servicecircle.findings import Finding

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from servicecircle.read.report import Read

PARTS = (".shx", ".dbf")
UNDECLARED = ("utf-8", "gb18030")
"""Tried in this order where no ``.cpg`` file names the encoding, or the one it names is wrong."""

LONGEST_CHARACTER = 4  # bytes


def check_parts(path: Path) -> None:
    """Raise ReadError if a part of a shapefile is missing or shorter than it says it is."""
    missing = [suffix for suffix in PARTS if _part(path, suffix) is None]
    if missing:
        raise ReadError(
            f"{path}: its part(s) {', '.join(missing)} are missing. A shapefile is several files; copy all of them. | "
            f"{path}：缺少 {'、'.join(missing)}。shapefile 由多个文件组成，请一并拷贝。"
        )
    table = _part(path, ".dbf")
    for part, wanted in ((path, _shapes_size(path)), (table, _table_size(table))):
        if part is not None and part.stat().st_size < wanted:
            raise ReadError(
                f"{part}: the file is damaged or incomplete ({part.stat().st_size:,} bytes of {wanted:,}). Copy it "
                f"again. | {part}：文件不完整，请重新拷贝。"
            )


def _part(path: Path, suffix: str) -> Path | None:
    """Return a part of a shapefile whose name may be in capitals, or None."""
    parts = (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
    return next((part for part in parts if part.is_file()), None)


def _shapes_size(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(28)
    return max(100, 2 * int.from_bytes(head[24:28], "big"))


def _table_size(path: Path | None) -> int:
    if path is None:
        return 0
    with path.open("rb") as file:
        head = file.read(12)
    rows, header, row = (int.from_bytes(head[i:j], "little") for i, j in ((4, 8), (8, 10), (10, 12)))
    return max(32, header + rows * row)


def decoded(read: Read, path: Path) -> Read:
    """Return a layer whose text came through byte by byte (as ISO-8859-1) in the encoding of its table.

    Names and texts that the format cut inside a character lose that character.
    """
    named = _named_encoding(path)
    for encoding in dict.fromkeys((*([named] if named else []), *UNDECLARED)):
        try:
            frame, cut = _in_encoding(read.frame, encoding)
        except UnicodeDecodeError:
            continue
        return replace(read, frame=frame, report=read.report.plus(*_findings(path, encoding, named, cut)))
    raise ReadError(
        f"{path}: its texts are neither UTF-8 nor GB18030. Export the layer as GeoPackage. | "
        f"{path}：文字编码既不是 UTF-8 也不是 GB18030，请导出为 GeoPackage。"
    )


def _named_encoding(path: Path) -> str | None:
    """Return the encoding that the .cpg file names, or None if there is none or it is unknown."""
    part = _part(path, ".cpg")
    if part is None:
        return None
    name = part.read_text(encoding="ascii", errors="ignore").strip().removeprefix("ANSI ")  # Windows: "ANSI 936"
    for guess in ("utf-8" if name == "65001" else name, f"cp{name}"):
        try:
            return codecs.lookup(guess).name
        except LookupError:
            continue
    return None


def _in_encoding(frame: gpd.GeoDataFrame, encoding: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the frame in an encoding, and the names and texts that were cut inside a character."""
    cut: list[str] = []

    def decode(text: str) -> str:
        raw = text.encode("latin-1")
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            if len(raw) - error.start >= LONGEST_CHARACTER:
                raise
            cut.append(raw[: error.start].decode(encoding))
            return cut[-1]

    names = {column: decode(column) for column in frame.columns}
    if len(set(names.values())) < len(names):  # cut alike: keep them apart
        names = {
            column: f"{name}_{i}" if column != frame.geometry.name else name
            for i, (column, name) in enumerate(names.items())
        }
    result = frame.rename(columns=names)
    for column in result.columns.drop(result.geometry.name):
        if pd.api.types.is_string_dtype(result[column].dtype):
            texts = {text: decode(text) for text in result[column].unique() if isinstance(text, str)}
            result[column] = result[column].map(texts)
    return result, cut


def _findings(path: Path, encoding: str, named: str | None, cut: list[str]) -> list[Finding]:
    findings = []
    if encoding not in (named, UNDECLARED[0]):
        why, why_zh = (
            (f"not {named}, as its .cpg file says", f"而非 .cpg 所写的 {named}") if named else ("undeclared", "未声明")
        )
        findings.append(
            Finding(
                path.name,
                "encoding",
                "repair",
                f"text was read as {encoding.upper()} ({why}). Check the names.",
                f"文字按 {encoding.upper()} 读取（{why_zh}），请核对名称。",
            )
        )
    if cut:
        findings.append(
            Finding.about(
                path.name,
                "cut_text",
                "repair",
                en="names or texts are cut inside a character, as shapefiles do with long ones; that character is "
                "lost. Export the layer as GeoPackage.",
                zh="shapefile 把过长的列名或文字从字符中间截断，该字符已丢失；请导出为 GeoPackage。",
                rows=cut,
            )
        )
    return findings
