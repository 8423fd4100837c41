"""csv files: encodings and separators."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from servicecircle.errors import ReadError
from servicecircle.findings import Finding
from servicecircle.read.grid import Grid
from servicecircle.text import ENCODINGS, decode

if TYPE_CHECKING:
    from pathlib import Path

SEPARATORS = ",;\t|"


def read_csv(path: Path) -> Grid:
    """Return the cells of a csv file.

    Raises
    ------
    ReadError
        If it is in no known encoding, or no csv file.
    """
    try:
        text, encoding = decode(path.read_bytes())
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReadError(
            f"{path}: not a csv file in UTF-8 or GB18030 ({error}). Save it again as 'CSV UTF-8'. | "
            f"{path}：不是 UTF-8 或 GB18030 的 csv 文件，请另存为“CSV UTF-8”。"
        ) from error
    stripped = ([cell.strip() for cell in row] for row in rows)
    lines = [(number, row) for number, row in enumerate(stripped, start=1) if any(row)]
    findings = []
    if encoding != ENCODINGS[0]:
        findings.append(
            Finding(
                path.name,
                "encoding",
                "repair",
                f"text was read as {encoding.upper()}, because it is not UTF-8. Check the names.",
                f"文字不是 UTF-8，按 {encoding.upper()} 读取，请核对名称。",
            )
        )
    return Grid(path, lines, findings)


def _separator(text: str) -> str:
    """Return the separator that the first line with any has most of; a comma if none has."""
    lines = (line for line in text.splitlines() if any(separator in line for separator in SEPARATORS))
    first = next(lines, "")
    return max(SEPARATORS, key=lambda separator: (first.count(separator), -SEPARATORS.index(separator)))
