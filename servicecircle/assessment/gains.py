"""Who gains and who loses from one assessment to another: cells that are in both, and those in one of them only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.assessment.rows import units
from servicecircle.city import GROUPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.assessment.assessment import Assessment

KEYS = ["standard_id", "zone_id", "class"]
GAINS = ("gain", "loss", "new_covered", "new_uncovered")
CLASSES = ("all", "urban", "rural")

SAME_PLACE_M = 1.0
"""Cells of one id are the same cell if their centres are no farther apart than this (metres)."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Which cells of a result are in its baseline too.

    Parameters
    ----------
    both
        Whether each cell of the result is in both, shape (cells of the result,).
    gone
        How many cells of the baseline are not in the result, and their residents.
    arrived
        The residents of the cells that are only in the result.
    """

    both: NDArray[np.bool_]
    gone: tuple[int, float]
    arrived: float

    @property
    def notes(self) -> tuple[str, str]:
        """Return what is said of cells in one of the two only, Chinese and English; "" where there are none."""
        count, (gone, left) = int((~self.both).sum()), self.gone
        if not count and not gone:
            return "", ""
        zh = f"{count:,} 个格网（{self.arrived:,.0f} 人）仅在变化后，{gone:,} 个（{left:,.0f} 人）仅在变化前；"
        zh += "新增与减少的覆盖人数只计两者共有的格网。"
        en = f"{count:,} cells ({self.arrived:,.0f} residents) are only in the result, {gone:,} ({left:,.0f}) only in "
        en += "the baseline; who gains and loses is told of cells in both."
        return zh, en


def matched(after: Assessment, before: Assessment) -> Match:
    """Return which cells of a result are in its baseline too: by id, at the same place."""
    now, was = after.ground.cells, before.ground.cells
    place = gpd.GeoSeries(gpd.points_from_xy(*before.ground.cell_xy.T), index=was.index, crs=before.city.crs)
    if before.city.crs != after.city.crs:
        place = place.to_crs(after.city.crs)
    old = np.column_stack([place.reindex(now.index).x, place.reindex(now.index).y])
    known = now.index.isin(was.index)
    apart = np.hypot(*(old - after.ground.cell_xy).T)
    both = known & (np.nan_to_num(apart, nan=np.inf) <= SAME_PLACE_M)
    lost = ~was.index.isin(now.index[both])
    left = float(was["pop_total"].to_numpy(dtype=float)[lost].sum())
    return Match(
        np.asarray(both, dtype=bool),
        (int(lost.sum()), left),
        float(now["pop_total"].to_numpy(dtype=float)[~both].sum()),
    )


def moved_cells(after: Assessment, before: Assessment, match: Match) -> gpd.GeoDataFrame:
    """Return the cells in both whose being covered changes."""
    parts = []
    for standard_id, outcome in after.outcomes.items():
        old, new = before.outcomes[standard_id].cells, outcome.cells
        if old is None or new is None:
            continue
        was = old.reindex(new.index)
        changed = new["covered"].to_numpy(dtype=bool).astype(int) - was["covered"].eq(other=True).to_numpy(dtype=int)
        chosen = match.both & (changed != 0)
        if not chosen.any():
            continue
        frame = after.cells_for(standard_id)[chosen]
        metres = {"metres_before": was["metres"].to_numpy()[chosen], "metres_after": frame["metres"].to_numpy()}
        parts.append(frame.assign(standard_id=standard_id, change=changed[chosen], **metres).reset_index())
    columns = ["standard_id", "cell_id", "zone_id", "group", "metres_before", "metres_after", "change", "geometry"]
    if parts:
        return pd.concat(parts, ignore_index=True)[columns]
    return after.cells.iloc[:0].reset_index().reindex(columns=columns)


def _changes(after: Assessment, moved: gpd.GeoDataFrame, standard_id: str) -> NDArray[np.int64]:
    """Return for each cell 1 if it is newly covered by a standard, -1 if no longer, else 0."""
    mine = moved[moved["standard_id"] == standard_id].set_index("cell_id")["change"]
    return np.asarray(mine.reindex(after.ground.cells.index).fillna(0), dtype=np.int64)


def gains(after: Assessment, moved: gpd.GeoDataFrame, match: Match) -> pd.DataFrame:
    """Return the group's residents who gain and lose, and those of new cells, by standard, zone and class."""
    rows = []
    for standard_id, outcome in after.outcomes.items():
        if outcome.cells is None:
            continue
        change, people = _changes(after, moved, standard_id), outcome.cells["group"].to_numpy(dtype=float)
        covered = outcome.cells["covered"].to_numpy(dtype=bool)
        kinds = (change > 0, change < 0, ~match.both & covered, ~match.both & ~covered)
        weights = np.column_stack([np.where(kind, people, 0.0) for kind in kinds])
        for unit in units(after.ground, after.plan[standard_id]):
            for klass in CLASSES:
                part = unit.cells if klass == "all" else unit.cells & after.ground.of_setting(klass)
                rows.append([standard_id, unit.zone_id, klass, *weights[part].sum(axis=0).tolist()])
    frame = pd.DataFrame(rows, columns=[*KEYS, *GAINS]).astype(dict.fromkeys(GAINS, float))
    return frame if match.both.any() else frame.assign(gain=np.nan, loss=np.nan)


def group_gains(after: Assessment, moved: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how many residents of each group gain and lose, by standard and zone."""
    cells = after.ground.cells
    groups = [group for group in GROUPS if group in cells]
    people = cells[groups].to_numpy(dtype=float)
    rows = []
    for standard_id, outcome in after.outcomes.items():
        if outcome.cells is None:
            continue
        change = _changes(after, moved, standard_id)
        for unit in units(after.ground, after.plan[standard_id]):
            gain, loss = (people[unit.cells & where].sum(axis=0).tolist() for where in (change > 0, change < 0))
            known = (standard_id, unit.zone_id, unit.name, unit.level)
            rows += [(*known, *one) for one in zip(groups, gain, loss, strict=True)]
    names = ["standard_id", "zone_id", "zone_name", "level", "group", "gain", "loss"]
    return pd.DataFrame(rows, columns=names).astype({"gain": float, "loss": float})
