"""Closures: what closes, who takes the children, who is left beyond the limit, and why the rest stays open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from servicecircle.assessment.wording import worded
from servicecircle.errors import InputError
from servicecircle.markup import table_html
from servicecircle.siting.closing_tables import (
    cells_table,
    closed_table,
    flows,
    left_table,
    moves_table,
    receiving_table,
    staying_table,
)
from servicecircle.siting.solution import SAME

if TYPE_CHECKING:
    import pandas as pd

    from servicecircle.findings import DataReport
    from servicecircle.siting.closing_ground import Enrolled
    from servicecircle.siting.closing_program import Merged
    from servicecircle.siting.solution import Shortfall, Stop
    from servicecircle.words import Language

Tables = Literal["table", "moves", "receiving", "left", "staying"]
TABLES: tuple[Tables, ...] = ("table", "moves", "receiving", "left", "staying")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Closures:
    """Which facilities close, and what that means for their children. Made by `Closing.solve` and `Closing.trial`.

    Parameters
    ----------
    goal
        What was asked for: ``"most_closed"``, ``"fewest_small"`` or ``"trial"``.
    closed
        The ids of those that close, ready for ``city.removing``.
    objective, bound
        Facilities that close (``"most_closed"``), or that may close and stay open below the minimum
        (``"fewest_small"``), or children of what closes without a place within the limit (``"trial"``); and what no
        choice can beat.
    extra_minutes
        Minutes on the way that the moves add, summed over the children.
    ways_proven
        Whether it is proven that no choice with this objective sends fewer children beyond the limit, then fewer by
        bus, then adds fewer minutes.
    stopped
        What ended the search before the proof, "" for nothing.
    table
        One row for each facility that closes: enrolment, children (who move to a place), minutes before and after
        (mean and worst), by_bus and beyond_limit (how many of them), without_place, receivers.
    moves
        One row for each facility that closes and each that takes children of it, with the receiving one's free places
        before and after all moves.
    receiving
        One row for each facility that takes children: received, enrolment, capacity and free places before and after
        (NaN where places set no limit).
    left
        The smallest zones where afterwards some live beyond the limit of every open facility: residents_beyond (of all
        ages), children_beyond_before and children_beyond_after (of the group, as the cells have them), newly_beyond.
    staying
        Those that might have closed, but stay open below the minimum, and why: ``"reach"`` (nobody else within the
        limit), ``"places"`` (too few free places there), ``"together"`` (it could close alone), ``"kept"``, ``"most"``,
        ``"unknown"`` or ``"stopped"``, with a sentence in both languages.
    cells
        One row per cell, index cell_id: residents, children, and the facility nearest to it, minutes and whether within
        the limit, before and after.
    shortfall
        Why a trial leaves children without a place within the limit, if it does.
    report
        How the children were found, and what is not known.
    """

    goal: str
    closed: tuple[str, ...]
    objective: float
    bound: float
    extra_minutes: float
    ways_proven: bool
    stopped: Stop
    table: pd.DataFrame
    moves: pd.DataFrame
    receiving: pd.DataFrame
    left: pd.DataFrame
    staying: pd.DataFrame
    cells: pd.DataFrame
    shortfall: Shortfall | None
    report: DataReport

    @property
    def gap(self) -> float:
        """How far the bound is from the objective, as a share of the larger; 0 if they agree."""
        size = max(abs(self.objective), abs(self.bound))
        return (
            0.0 if abs(self.objective - self.bound) <= SAME * max(size, 1.0) else abs(1 - self.objective / self.bound)
        )

    @property
    def proven(self) -> bool:
        """Whether it is proven that no choice has a better objective."""
        return self.gap == 0.0

    @property
    def feasible(self) -> bool:
        """Whether every child who moves has a place within the limit, but for those that may be left."""
        return self.shortfall is None

    def table_in(self, language: Language = "zh", which: Tables = "table") -> pd.DataFrame:
        """Return one of the tables with heads and terms of a language.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``.
        which
            ``"table"`` (撤并设施表), ``"moves"``, ``"receiving"``, ``"left"`` or ``"staying"``.

        Raises
        ------
        InputError
            If there is no such table or language.
        """
        if which not in TABLES:
            raise InputError.unknown("table", which, TABLES)
        frame: pd.DataFrame = getattr(self, which)
        if which == "staying":
            frame = frame.rename(columns={f"reason_{language}": "reason"})
            frame = frame.drop(columns=["why", *(name for name in frame if str(name).startswith("reason_"))])
        return worded(frame, language)

    def __repr__(self) -> str:
        return "\n".join(f"{en}" for en, _ in self._lines())

    def _lines(self) -> list[tuple[str, str]]:
        """Return what was found, English and Chinese, line by line."""
        children = self.table["children"].sum()
        mean = self.extra_minutes / children if children else 0.0
        proof = ("proven", "已证最优") if self.proven else (f"gap {self.gap:.2%}", f"间隙 {self.gap:.2%}")
        if not self.ways_proven:
            proof = proof[0] + ", ways not proven best", proof[1] + "，就读距离未证最优"
        if self.goal == "trial":
            proof = ("as asked", "按指定")
        new, newly = self.left["newly_beyond"].sum(), int((self.left["newly_beyond"] > 0).sum())
        en = (
            f"{len(self.closed)} closed ({proof[0]}): {children:,.0f} children move, {mean:+.1f} minutes each; "
            f"{new:,.0f} children in {newly} zones newly beyond the limit"
        )
        zh = (
            f"撤并 {len(self.closed)} 所（{proof[1]}）：{children:,.0f} 名幼儿转园，人均 {mean:+.1f} 分钟；"
            f"{newly} 个单元新增 {new:,.0f} 名幼儿超限"
        )
        lines = [(en, zh)]
        for row in self.table.itertuples():
            name, receivers = str(row.facility_name or row.facility_id), str(row.receivers)
            lines.append(
                (
                    f"{name} ({row.enrolment:,.0f}) -> {receivers or 'nobody moves'}",
                    f"{name}（{row.enrolment:,.0f} 人）→ {receivers or '无人转园'}",
                )
            )
        if len(self.staying):
            lines.append(
                (f"{len(self.staying)} stay open below the minimum: .staying", f"{len(self.staying)} 所低于规模仍保留")
            )
        if self.shortfall is not None:
            en, _, zh = self.shortfall.reason.partition(" | ")
            lines.append((en, zh))
        return lines

    def _repr_html_(self) -> str:
        first, *_ = self._lines()
        notes = [first[0]]
        if self.shortfall is not None:
            notes.append(self.shortfall.reason)
        html = table_html(_texts(self.table), heads=list(self.table_in("zh").columns), title=first[1], notes=notes)
        if not len(self.staying):
            return html
        stay = self.table_in("zh", "staying")
        title = f"低于规模仍保留 · {len(self.staying)} stay open below the minimum"
        return html + table_html(_texts(stay), heads=list(stay.columns), title=title)


def _texts(frame: pd.DataFrame) -> list[list[str]]:
    """Return the cells of a table as they are shown: children whole, minutes with one digit."""
    digits = {column: 1 if "minutes" in str(column) else 0 for column in frame}
    rows = frame.to_numpy(dtype=object).tolist()
    return [
        [
            f"{value:,.{n}f}" if isinstance(value, float) else str(value)
            for value, n in zip(row, digits.values(), strict=True)
        ]
        for row in rows
    ]


def closures_of(
    data: Enrolled, merged: Merged, *, goal: str, reasons: pd.DataFrame, shortfall: Shortfall | None = None
) -> Closures:
    """Return what a search found, as tables."""
    moved, moves, cells = flows(merged), moves_table(data, merged), cells_table(data, merged.closed)
    return Closures(
        goal,
        tuple(data.frame["id"].to_numpy()[merged.closed].tolist()),
        merged.objective,
        merged.bound,
        float((moved["after"] - moved["before"]).sum()),
        merged.ways_proven,
        merged.stopped,
        closed_table(data, merged, moves),
        moves,
        receiving_table(data, merged),
        left_table(data, cells),
        staying_table(data, merged, reasons),
        cells,
        shortfall,
        data.report,
    )
