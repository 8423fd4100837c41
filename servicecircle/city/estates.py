"""New estates: homes that will be lived in from a year on, as cells of the population."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.city.inspection import Inspection
from servicecircle.city.places import PLACES
from servicecircle.city.vocabulary import ESTIMATED, GROUPS
from servicecircle.network import stacked

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

LAYER = "estates"
CELL = "estate: "
"""The cell of an estate is called so, before its name."""

SHARE = "share_"
DUE = "due_"
"""A column of the cells so called, before the name of a group, holds the residents of an estate once it is lived in."""

APART = ("pop_0_2", "pop_3_5", "pop_6_14", "pop_60p")
"""Groups that nobody belongs to two of."""

ROUNDING = 1e-9


def inspect_estates(frame: object, crs: pyproj.CRS, cells: pd.DataFrame) -> Inspection:
    """Check the estates: a name, a place and numbers for each, and the share of every group that the cells count."""
    seen = Inspection.of(LAYER, frame)
    if not len(seen.frame):
        seen.note("empty", "error", "the layer has no rows.", "图层为空。")
    if seen.project(crs):
        seen.shapes(PLACES)
        seen.make_valid()
    if seen.require("name"):
        seen.texts("name")
        seen.unique("name")
        _inspect_taken(seen, cells)
    for column in ("households", "persons_per_household", "delivery_year"):
        optional = column == "delivery_year"
        if column in seen.frame if optional else seen.require(column):
            seen.numbers(column, may_be_missing=optional, meaning="year" if optional else None)
    groups = [group for group in GROUPS[1:] if group in cells]
    for group in groups:
        if f"{SHARE}{group}" in seen.frame:
            _inspect_share(seen, f"{SHARE}{group}")
        else:
            _share_missing(seen, group, cells)
    if not any(finding.severity == "error" for finding in seen.findings):
        _inspect_sums(seen, groups)
    return seen


def _inspect_taken(seen: Inspection, cells: pd.DataFrame) -> None:
    taken = (CELL + seen.frame["name"].astype(str)).isin(cells["cell_id"]).to_numpy()
    if taken.any():
        en, zh = "the city has an estate of this name already. Rename it.", "本市已有同名小区，请改名。"
        seen.note("taken", "error", en, zh, column="name", rows=seen.labels(taken))


def _inspect_share(seen: Inspection, column: str) -> None:
    seen.numbers(column, may_be_missing=False)
    above = (seen.frame[column] > 1).to_numpy()
    if above.any():
        en, zh = f"{column} is a share between 0 and 1 (0.21 for 21 %).", f"{column} 应为 0 到 1 之间的比例。"
        seen.note("above_one", "error", en, zh, column=column, rows=seen.labels(above))


def _share_missing(seen: Inspection, group: str, cells: pd.DataFrame) -> None:
    column = f"{SHARE}{group}"
    people = float(cells["pop_total"].sum())
    own = float(cells[group].sum()) / people if people else 0.0
    en = f"column {column!r} is missing, the share of {group} among those who will live there. The city's own is "
    en += f"{own:.4f}: write it in if the estate is expected to be the same."
    zh = f"缺少列 {column}（{group} 占小区人口的比例）；全市为 {own:.4f}，如预计相同请填入。"
    seen.note("column_missing", "error", en, zh, column=column)


def _inspect_sums(seen: Inspection, groups: list[str]) -> None:
    """Note estates whose groups do not fit together."""
    apart = [f"{SHARE}{group}" for group in APART if group in groups]
    several = seen.frame[apart].sum(axis=1).to_numpy() > 1 + ROUNDING
    older = np.zeros(len(seen.frame), dtype=bool)
    if {"pop_60p", "pop_65p"} <= set(groups):
        older = (seen.frame[f"{SHARE}pop_65p"] > seen.frame[f"{SHARE}pop_60p"] + ROUNDING).to_numpy()
    for code, where, en, zh in (
        ("above_total", several, f"{', '.join(apart)} are together more than 1.", f"{'、'.join(apart)} 之和大于 1。"),
        ("older", older, "share_pop_65p is more than share_pop_60p.", "share_pop_65p 大于 share_pop_60p。"),
    ):
        if where.any():
            seen.note(code, "error", f"{en} Correct them.", f"{zh}请更正。", rows=seen.labels(where))


def with_estates(cells: gpd.GeoDataFrame, estates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return cells with one more for each estate, empty until it is lived in; its residents stand in ``due_`` columns.

    Parameters
    ----------
    cells
        The population.
    estates
        Estates as checked.
    """
    people = estates["households"] * estates["persons_per_household"]
    columns: dict[str, Any] = {"cell_id": CELL + estates["name"].astype(str)}
    columns["delivery_year"] = estates.get("delivery_year", pd.Series(np.nan, index=estates.index)).astype(float)
    for group in (group for group in GROUPS if group in cells):
        columns |= {group: 0.0, f"{group}{ESTIMATED}": True}
        columns[f"{DUE}{group}"] = people * (1.0 if group == "pop_total" else estates[f"{SHARE}{group}"])
    columns |= {name: estates[name] for name in ("zone_id", "setting") if name in estates}
    return stacked(cells, gpd.GeoDataFrame(columns, geometry=estates.geometry, crs=cells.crs, index=estates.index))


def lived_in(cells: gpd.GeoDataFrame, year: float) -> gpd.GeoDataFrame:
    """Return the cells with residents in the estates that are delivered by a year, and none in those that are not.

    Parameters
    ----------
    cells
        The population. Estates without a ``delivery_year`` are lived in at any time.
    year
        For example 2030; minus infinity for no year.
    """
    if f"{DUE}pop_total" not in cells:
        return cells
    estate = cells[f"{DUE}pop_total"].notna().to_numpy()
    opens = cells["delivery_year"].astype(float)
    there = (opens.isna() | (opens <= year)).to_numpy()
    empty = (cells["pop_total"] == 0).to_numpy()
    columns = {}
    for group in (group for group in GROUPS if group in cells):
        values = cells[group].to_numpy(dtype=float)
        due = cells.get(f"{DUE}{group}", pd.Series(np.nan, index=cells.index)).to_numpy(dtype=float)
        columns[group] = np.where(estate & ~there, 0.0, np.where(estate & there & empty, due, values))
    return cells.assign(**columns)


def awaited(cells: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return which cells are estates that nobody lives in yet, shape (cells,)."""
    if f"{DUE}pop_total" not in cells:
        return np.zeros(len(cells), dtype=bool)
    return np.asarray((cells[f"{DUE}pop_total"] > 0) & (cells["pop_total"] == 0), dtype=bool)
