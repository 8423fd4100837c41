"""What changes from one assessment to another: values, verdicts, who gains and who loses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.display import exact_text, main_row
from servicecircle.assessment.rows import units
from servicecircle.assessment.wording import worded
from servicecircle.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.words import Language

KEYS = ["standard_id", "zone_id", "class"]
SAME = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What changes from a baseline to a result.

    Parameters
    ----------
    table
        One row per standard, zone and class: value, status, verdict, meets_target, gap and group_uncovered, each
        ``_before`` and ``_after``; ``change`` of the value; ``gain`` and ``loss``, the group's residents newly covered
        and no longer covered (NaN for a standard counted by zone); ``flips``, whether the target is met in one of the
        two only.
    cells
        Cells that are newly covered (``change`` 1) or no longer (-1): standard_id, cell_id, zone_id, group,
        metres_before, metres_after, change, geometry.
    headlines
        Standard and zone of the rows that speak for each standard: of its own area, else of the whole city.
    """

    table: pd.DataFrame
    cells: gpd.GeoDataFrame
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
        return worded(self.changed.rename(columns={f"name_{language}": "name"}).reindex(columns=columns), language)

    def __repr__(self) -> str:
        changed = self.changed
        main = [pair in self.headlines for pair in zip(changed["standard_id"], changed["zone_id"], strict=True)]
        lines = [_line(row) for _, row in (changed[main] if any(main) else changed).iterrows()]
        return "\n".join([*lines, f"{len(changed)} rows change, {len(self.flips)} verdicts flip."])

    def _repr_html_(self) -> str:
        return str(self.changed.to_html(index=False, escape=True))


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
    moved = _moved_cells(after, before)
    gains = _gains(after, moved)
    keys = [tuple(row) for row in table[KEYS].to_numpy()]
    table["gain"] = [gains.get(key, (np.nan, np.nan))[0] for key in keys]
    table["loss"] = [gains.get(key, (np.nan, np.nan))[1] for key in keys]
    for column in ("unit", "name_zh", "name_en"):
        table[column] = [getattr(after.plan[key[0]], column) for key in keys]
    rows = [(one.id, main_row(after, one)) for one in after.plan.standards]
    headlines = frozenset((name, str(row["zone_id"])) for name, row in rows if row is not None)
    return Comparison(table.reset_index(drop=True), moved, headlines)


def _moved_cells(after: Assessment, before: Assessment) -> gpd.GeoDataFrame:
    """Return the cells whose being covered changes."""
    parts = []
    for standard_id, outcome in after.outcomes.items():
        old, new = before.outcomes[standard_id].cells, outcome.cells
        if old is None or new is None:
            continue
        now = after.cells_for(standard_id)
        was = old.reindex(now.index)
        change = now["covered"].astype(int) - was["covered"].eq(True).astype(int)  # noqa: FBT003  (a cell that is new)
        frame = now.assign(
            standard_id=standard_id, metres_before=was["metres"], metres_after=now["metres"], change=change
        )
        parts.append(frame[change != 0].reset_index())
    columns = ["standard_id", "cell_id", "zone_id", "group", "metres_before", "metres_after", "change", "geometry"]
    if parts:
        return pd.concat(parts, ignore_index=True)[columns]
    return after.cells.iloc[:0].reset_index().reindex(columns=columns)


def _gains(after: Assessment, moved: gpd.GeoDataFrame) -> dict[tuple[str, str, str], tuple[float, float]]:
    """Return the group's residents newly covered and no longer covered, by standard, zone and class."""
    result = {}
    index = after.ground.cells.index
    for standard_id, outcome in after.outcomes.items():
        if outcome.cells is None:
            continue
        mine = moved[moved["standard_id"] == standard_id].set_index("cell_id")
        change = mine["change"].reindex(index).fillna(0).to_numpy(dtype=float)
        people = change * outcome.cells["group"].to_numpy()
        for unit in units(after.ground, after.plan[standard_id]):
            for klass in ("all", "urban", "rural"):
                part = unit.cells if klass == "all" else unit.cells & after.ground.of_setting(klass)
                gain, loss = people[part & (change > 0)].sum(), abs(people[part & (change < 0)].sum())
                result[standard_id, unit.zone_id, klass] = (float(gain), float(loss))
    return result
