"""What changes from one assessment to another: values, verdicts, who gains and who loses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.display import exact_text, main_row
from servicecircle.assessment.gains import GAINS, KEYS, gains, group_gains, matched, moved_cells
from servicecircle.assessment.wording import worded
from servicecircle.errors import InputError
from servicecircle.markup import table_html
from servicecircle.words import word

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.words import Language

SAME = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What changes from a baseline to a result.

    Parameters
    ----------
    table
        One row per standard, zone and class: value, status, verdict, meets_target, gap and group_uncovered, each
        ``_before`` and ``_after``; ``change`` of the value; ``gain`` and ``loss``, the group's residents newly covered
        and no longer covered; ``new_covered`` and ``new_uncovered``, those of cells that are only in the result, such
        as a new estate (all four NaN for a standard counted by zone); ``flips``, whether the target is met in one of
        the two only.
    cells
        Cells that are newly covered (``change`` 1) or no longer (-1): standard_id, cell_id, zone_id, group,
        metres_before, metres_after, change, geometry.
    groups
        Who gains and who loses: standard_id, zone_id, zone_name, level, group (each that the cells count), gain, loss.
    names
        What the two are called: their scenarios.
    notes
        What is said of cells that are in one of the two only, Chinese and English; both "" where all are in both.
    headlines
        Standard and zone of the rows that speak for each standard: of its own area, else of the whole city.

    Notes
    -----
    A cell is in both if its cell_id is and its centre lies at the same place, to a metre. Gain and loss count the
    residents that the cells in both have in the result: growth of the population alone is neither. Where no cell is in
    both, gain and loss are not known (NaN).
    """

    table: pd.DataFrame
    cells: gpd.GeoDataFrame
    groups: pd.DataFrame
    names: tuple[str, str] = ("", "")
    notes: tuple[str, str] = ("", "")
    headlines: frozenset[tuple[str, str]] = frozenset()

    @property
    def changed(self) -> pd.DataFrame:
        """Return the rows of `table` in which the value, the status or a verdict changes."""
        moved = self.table["change"].abs().fillna(0) > SAME
        other = (self.table["status_before"] != self.table["status_after"]) | self.table["flips"]
        return self.table[moved | other].reset_index(drop=True)

    @property
    def flips(self) -> pd.DataFrame:
        """Return the rows of `table` whose target is met in only one of the two."""
        return self.table[self.table["flips"]].reset_index(drop=True)

    def table_in(self, language: Language = "zh") -> pd.DataFrame:
        """Return 方案对比表: the rows that change, with heads and words of a language.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``.
        """
        columns = [
            "standard_id",
            "name",
            "level",
            "zone_name",
            "class",
            "unit",
            "value_before",
            "value_after",
            "change",
        ]
        columns += ["status_before", "status_after", "verdict_before", "verdict_after", "flips", "gain", "loss"]
        columns += ["new_covered", "new_uncovered"] * bool(self.notes[0])
        return worded(self.changed.rename(columns={f"name_{language}": "name"}).reindex(columns=columns), language)

    def groups_in(self, language: Language = "zh") -> pd.DataFrame:
        """Return 受益与受损人群表: the rows of `groups` in which somebody gains or loses, in the words of a language.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``.
        """
        frame = self.groups[(self.groups["gain"] > 0) | (self.groups["loss"] > 0)].reset_index(drop=True)
        return worded(frame[["standard_id", "level", "zone_name", "group", "gain", "loss"]], language)

    @property
    def _main(self) -> pd.DataFrame:
        """Return the changed rows that speak for their standards; all changed rows where none of these does."""
        changed = self.changed
        main = [pair in self.headlines for pair in zip(changed["standard_id"], changed["zone_id"], strict=True)]
        return changed[main] if any(main) else changed

    def __repr__(self) -> str:
        lines = [_line(row) for _, row in self._main.iterrows()]
        notes = [self.notes[1]] if self.notes[1] else []
        return "\n".join([*lines, *notes, f"{len(self.changed)} rows change, {len(self.flips)} verdicts flip."])

    def _repr_html_(self) -> str:
        titles = [name or word(when, "zh") for name, when in zip(self.names, ("before", "after"), strict=True)]
        rows = [
            (row["standard_id"], f"{row['name_zh']} {row['name_en']}", _line(row).partition(" ")[2])
            for _, row in self._main.iterrows()
        ]
        counts = f"{len(self.changed)} 行有变化，{len(self.flips)} 项达标与否改变。 "
        counts += f"{len(self.changed)} rows change, {len(self.flips)} verdicts flip."
        return table_html(rows, title=" → ".join(titles), notes=(*self.notes, counts))


def _line(row: pd.Series[Any]) -> str:
    """Return a change in one line: shares in per cent, residents gained and lost where they are known."""
    of_share = row["unit"] == "share"
    before, now = (exact_text(float(row[f"value_{when}"]), of_share=of_share) for when in ("before", "after"))
    unit = "" if of_share else f" {row['unit']}"
    text = f"{row['standard_id']} {row['zone_name']} {row['class']}: {before} -> {now}{unit}"
    if pd.isna(row["gain"]):
        return text
    return f"{text}; {row['gain']:,.0f} residents of its group gain, {row['loss']:,.0f} lose"


def compare(after: Assessment, before: Assessment) -> Comparison:
    """Return what changes from one assessment to another of the same plan."""
    baseline: object = before
    if not isinstance(baseline, type(after)):
        raise InputError(
            f"baseline must be an assessment, assess(city, plan), not {type(baseline).__name__}. | "
            "baseline 应为评估结果。"
        )
    if after.plan.standards != before.plan.standards or after.plan.profiles != before.plan.profiles:
        raise InputError(
            "The two assessments are of different plans, or other levels or speeds. | 两次评估的规划不同。"
        )
    if not set(after.city.zones["zone_id"]) & set(before.city.zones["zone_id"]):
        raise InputError("The two assessments are of different cities: no zone is in both. | 两次评估不是同一城市。")
    told = ["value", "status", "verdict", "meets_target", "gap", "group_uncovered"]
    names = [*KEYS, "zone_name", "level"]
    old, new = (one.table.set_index(names)[told] for one in (before, after))
    table = old.add_suffix("_before").join(new.add_suffix("_after"), how="outer").reset_index()
    order = {key: i for i, key in enumerate(new.index)}
    table = table.iloc[
        np.argsort([order.get(tuple(row), len(order)) for row in table[names].to_numpy()], kind="stable")
    ]
    table["change"] = table["value_after"] - table["value_before"]
    both = table["meets_target_before"].notna() & table["meets_target_after"].notna()
    table["flips"] = both & (table["meets_target_before"] != table["meets_target_after"]).fillna(value=False).astype(
        bool
    )
    match = matched(after, before)
    moved = moved_cells(after, before, match)
    gained = gains(after, moved, match).set_index(KEYS).reindex(pd.MultiIndex.from_frame(table[KEYS]))
    for column in GAINS:
        table[column] = gained[column].to_numpy()
    for column in ("unit", "name_zh", "name_en"):
        table[column] = [getattr(after.plan[one], column) for one in table["standard_id"]]
    rows = [(one.id, main_row(after, one)) for one in after.plan.standards]
    headlines = frozenset((name, str(row["zone_id"])) for name, row in rows if row is not None)
    return Comparison(
        table.reset_index(drop=True),
        moved,
        group_gains(after, moved),
        (before.scenario, after.scenario),
        match.notes,
        headlines,
    )
