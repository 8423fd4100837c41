"""Rows of totals (合计, 小计, Total): no row of the table, but a check of it."""

from __future__ import annotations

import math
import re
from itertools import takewhile
from typing import TYPE_CHECKING

from servicecircle.findings import Finding
from servicecircle.text import UNITS, amount, squeezed

if TYPE_CHECKING:
    Line = tuple[int, list[str]]

TOTAL = re.compile(r".{0,10}(?:合计|总计|小计|共计|总和)(?:\([^)]*\))?:?|(?:sub|grand)?-?total:?", re.DOTALL)
"""What stands at the head of a row of totals, in half width and without spaces."""

LABELS = 2
"""The words stand in one of the first filled cells of a row, as many as this."""

NO_SUM = re.compile(
    r"率|比例|占比|比重|平均|均|密度|%|序号|年份|share|ratio|rate|mean|average|density|year", re.IGNORECASE
)
"""Heads of columns whose total is no sum."""

CLOSE = 1e-9
SHOWN = 3


def without_totals(name: str, head: list[str], lines: list[Line]) -> tuple[list[Line], list[Finding]]:
    """Return the lines without the rows of totals, and what these said.

    A total agrees if it is the sum of all rows, or of those since the total above or up to the total below it.

    Parameters
    ----------
    name
        The file, for the findings.
    head
        The names of the columns.
    lines
        The lines below the head.
    """
    totals = {place: label for place, (_, row) in enumerate(lines) if (label := _label(row))}
    if not totals:
        return lines, []
    numbers = _Numbers(head, lines, set(totals))
    left, differing = [], []
    for place, label in totals.items():
        agreeing, others = numbers.compared(place)
        line = lines[place][0]
        figures = ", ".join(agreeing[:SHOWN]) + (", ..." if len(agreeing) > SHOWN else "")
        said = f"agrees: {figures}" if agreeing else "differs" if others else "no figure to compare"
        left.append(f"line {line}: {label} ({said})")
        differing += [f"line {line}: {label}, {other}" for other in others]
    findings = [
        Finding.about(
            name,
            "totals_left_out",
            "repair",
            en="rows of totals were left out, because they would count everything twice. If one is a row of its own, "
            "give it another name.",
            zh="合计行未列入，以免重复计算；若该行是独立的一行，请改名。",
            rows=left,
        )
    ]
    if differing:
        findings.append(
            Finding.about(
                name,
                "totals_differ",
                "warning",
                en="a row of totals says another figure than its rows add up to. Check whether rows are missing.",
                zh="合计与各行之和不符，请核对是否缺行。",
                rows=differing,
            )
        )
    return [line for place, line in enumerate(lines) if place not in totals], findings


def _label(row: list[str]) -> str:
    """Return the word for a total at the head of a row, or nothing."""
    told = [cell for cell in row if cell][:LABELS]
    return next((cell for cell in told if TOTAL.fullmatch(squeezed(cell))), "")


class _Numbers:
    """The numbers of a table, column by column."""

    def __init__(self, head: list[str], lines: list[Line], totals: set[int]) -> None:
        self.head, self.lines, self.totals = head, lines, totals
        self.columns = [
            [math.nan if NO_SUM.search(name) else _number(row, column) for _, row in lines]
            for column, name in enumerate(head)
        ]

    def compared(self, place: int) -> tuple[list[str], list[str]]:
        """Return which figures of a total agree with the rows it sums, and which do not, as texts."""
        agreeing, others = [], []
        for head, numbers in zip(self.head, self.columns, strict=True):
            said = numbers[place]
            if said is None or math.isnan(said):
                continue
            sums = [math.fsum(value or 0.0 for value in part) for part in self._parts(place, numbers) if part]
            if any(math.isnan(value) for value in sums) or not sums:
                continue
            if any(math.isclose(said, value, rel_tol=CLOSE, abs_tol=CLOSE) for value in sums):
                agreeing.append(f"{head} {said:,.10g}")
            else:
                others.append(f"{head}: {said:,.10g} against {sums[0]:,.10g}")
        return agreeing, others

    def _parts(self, place: int, numbers: list[float | None]) -> list[list[float | None]]:
        """Return the numbers that a total may sum: of a part, those near it first; of the whole, all first."""
        before = self._near(range(place - 1, -1, -1), numbers)
        after = self._near(range(place + 1, len(numbers)), numbers)
        every = [value for row, value in enumerate(numbers) if row not in self.totals]
        part = any(word in squeezed(_label(self.lines[place][1])) for word in ("小计", "sub"))
        return [before, after, every] if part else [every, before, after]

    def _near(self, rows: range, numbers: list[float | None]) -> list[float | None]:
        """Return the numbers of rows up to the next total."""
        return [numbers[row] for row in takewhile(lambda row: row not in self.totals, rows)]


def _number(row: list[str], column: int) -> float | None:
    """Return the number in a cell, whatever it measures; None where nothing stands, NaN where no number does."""
    if column >= len(row):
        return None
    for meaning in UNITS:
        read = amount(row[column], meaning)
        if read.kind != "unreadable":
            return None if read.kind == "missing" else read.value
    return math.nan
