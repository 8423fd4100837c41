"""Residents of a year, known by zone, spread over the cells: what is where follows today's cells, totals are kept."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.city.estates import awaited
from servicecircle.city.inspection import Inspection, as_text
from servicecircle.city.sharing import shared
from servicecircle.city.vocabulary import ESTIMATED, GROUPS
from servicecircle.errors import InputError, LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.city.contents import Contents

LAYER = "population by zone"


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What a table says of a year: one row per zone, and which row each cell belongs to (-1: none)."""

    frame: pd.DataFrame
    groups: tuple[str, ...]
    owner: NDArray[np.int64]


def with_totals(city: Contents, year: int, table: pd.DataFrame) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return a city's cells with the residents that zones have in a year, and what was found.

    Parameters
    ----------
    city
        The city.
    year
        For example 2030.
    table
        One row per zone (and year), see `City.with_population`.

    Raises
    ------
    InputError
        If the table is no frame.
    LayerError
        With all that is wrong with the table.
    """
    seen = _read(city, year, table)
    told = _placed(city, seen)
    _check_groups(city, seen, told)
    report = DataReport(tuple(seen.findings))
    if not report.ok:
        raise LayerError(report)
    cells = city.population.copy()
    totals, scaled = _totals(cells, told)
    for group, total in totals.items():
        before = cells[group].to_numpy(dtype=float) if group in cells else np.zeros(len(cells))
        cells[group] = np.where(told.owner < 0, before, shared(total, told.owner, _weights(cells, group, told.owner)))
        flag = f"{group}{ESTIMATED}"
        said = cells[flag].to_numpy(dtype=bool) if flag in cells else np.zeros(len(cells), dtype=bool)
        cells[flag] = said | (told.owner >= 0)
    dates = cells["as_of"].astype(object) if "as_of" in cells else pd.Series(None, index=cells.index, dtype=object)
    cells["as_of"] = dates.where(told.owner < 0, str(year))
    return cells, (*report.findings, *_said(cells, told, year, scaled))


def _read(city: Contents, year: int, table: object) -> Inspection:
    """Return the rows of a table that are about a year, checked, with the zone of each."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(
            f"with_population takes a DataFrame, one row per zone, not {type(table).__name__}. | "
            "with_population 需要一张表（DataFrame），每个单元一行。"
        )
    if isinstance(year, bool) or not isinstance(year, int | np.integer):
        raise InputError(f"year must be a whole number such as 2030. {year!r} was given. | year 应为年份，如 2030。")
    seen = Inspection(LAYER, gpd.GeoDataFrame(pd.DataFrame(table).drop(columns="geometry", errors="ignore").copy()))
    if "year" in seen.frame:
        seen.numbers("year", may_be_missing=False, meaning="year")
        years = sorted({int(one) for one in seen.frame["year"].dropna()})
        seen.frame = seen.frame[(seen.frame["year"] == year).to_numpy()]
        if not len(seen.frame) and years:
            en, zh = (
                f"no row is about {year}. Years: {listed(years)}.",
                f"没有 {year} 年的行；已有年份：{listed(years)}。",
            )
            seen.note("no_year", "error", en, zh, column="year")
    elif not len(seen.frame):
        seen.note("empty", "error", "the table has no rows.", "表为空。")
    groups = [group for group in GROUPS if group in seen.frame]
    if not groups:
        seen.require("pop_total")
    for group in groups:
        seen.numbers(group, may_be_missing=False)
    for group in set(groups) - {"pop_total"} if "pop_total" in groups else ():
        above = (seen.frame[group] > seen.frame["pop_total"]).to_numpy()
        said = f"{group} is more than pop_total. Correct it.", f"{group} 大于 pop_total，请更正。"
        _note(seen, "above_total", above, said)
    _name_zones(seen, city.zones)
    return seen


def _note(seen: Inspection, code: str, where: NDArray[np.bool_], said: tuple[str, str]) -> None:
    """Note an error of some rows, said in English and Chinese."""
    if where.any():
        seen.note(code, "error", *said, rows=seen.labels(where))


def _name_zones(seen: Inspection, zones: gpd.GeoDataFrame) -> None:
    """Give each row its zone: by zone_id, else by a name that only one zone has."""
    key = next((name for name in ("zone_id", "name") if name in seen.frame), None)
    if key is None:
        seen.require("zone_id")
        return
    given = as_text(seen.frame[key])
    names = as_text(zones[key])
    unknown = ~given.isin(set(names)).to_numpy()
    if unknown.any():
        first = str(given[unknown].iloc[0])
        en = f"{key} is that of no zone of the city. {did_you_mean(first, names)}"
        rows = [f"{label}: {value}" for label, value in given[unknown].items()]
        seen.note("unknown_zone", "error", en, f"{key} 不是本市的单元，请更正。", column=key, rows=rows)
    twice = names[names.duplicated()]
    said = f"several zones have this {key}. Give zone_id instead.", f"有多个单元的 {key} 相同，请改用 zone_id。"
    _note(seen, "ambiguous", given.isin(set(twice)).to_numpy(), said)
    seen.frame[key] = given
    seen.unique(key)
    ids = dict(zip(names, zones["zone_id"], strict=True))
    seen.frame["zone_id"] = given.map(ids).astype(object)


def _placed(city: Contents, seen: Inspection) -> _Told:
    """Return which row of a table each cell belongs to; note rows that overlap, and those without a cell."""
    frame = seen.frame
    membership = city.cell_zones
    level_of = dict(zip(city.zones["zone_id"], city.zones["level"], strict=True))
    owner = np.full(len(membership), -1, dtype=np.int64)
    groups = tuple(group for group in GROUPS if group in frame)
    zones = as_text(frame["zone_id"]) if "zone_id" in frame else pd.Series([None] * len(frame), dtype=object)
    known = zones.isin(set(level_of)).to_numpy() & ~zones.duplicated().to_numpy()
    several, empty = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    for row in np.flatnonzero(known):
        inside = (membership[level_of[zones.iloc[row]]] == zones.iloc[row]).to_numpy()
        others = np.unique(owner[inside & (owner >= 0)])
        several[others] = True
        several[row] |= len(others) > 0
        owner[inside] = row
        empty[row] = not inside.any() and bool((frame[list(groups)].iloc[row] > 0).any())
    en = "the zones lie in each other, so that residents would be told twice. Give zones of one level."
    _note(seen, "overlap", several, (en, "单元相互包含，人口会重复；请只给出同一层级的单元。"))
    en = "the zone holds no cell to live in. Add an estate there, or cells."
    _note(seen, "no_cell", empty, (en, "单元内没有人口格网，请先用 adding_estates 添加居住点。"))
    return _Told(pd.DataFrame(frame), groups, owner)


def _check_groups(city: Contents, seen: Inspection, told: _Told) -> None:
    """Note groups that would be known for a part of the city only, and zones whose groups nobody knows."""
    cells, inside = city.population, told.owner >= 0
    rest = float(cells["pop_total"].to_numpy()[~inside].sum())
    for group in told.groups:
        if group not in cells and rest > 0:
            en = f"the cells do not count {group}, and the table tells it for a part of the city only: {rest:,.0f} "
            en += "residents live in other zones. Tell it for every zone."
            zh = f"人口格网没有 {group}，而表中只有部分单元；其余单元有 {rest:,.0f} 人，请补全各单元。"
            seen.note("part_only", "error", en, zh, column=group)
        if group not in cells and awaited(cells).any():
            en = f"estates that nobody lives in yet lack {group}. Add them after this, with share_{group}."
            zh = f"尚未入住的小区没有 {group}；请在本步之后再添加小区，并给出 share_{group}。"
            seen.note("estates_lack", "error", en, zh, column=group)
    people = np.bincount(told.owner[inside], cells["pop_total"].to_numpy()[inside], minlength=len(told.frame))
    if "pop_total" not in told.groups:
        for group in told.groups:
            above = told.frame[group].to_numpy() > people + ROUNDING
            en = f"{group} is more than the residents of the zone. Give pop_total too."
            _note(seen, "above_total", above, (en, f"{group} 大于单元的常住人口，请同时给出 pop_total。"))
        return
    kept = [group for group in GROUPS[1:] if group in cells and group not in told.groups]
    fresh = (people == 0) & (told.frame["pop_total"].to_numpy() > 0) & np.isin(np.arange(len(people)), told.owner)
    if kept:
        en = f"nobody lives in the zone yet, so that its {', '.join(kept)} cannot be told. Give these columns too."
        _note(seen, "no_structure", fresh, (en, f"单元原无人口，无法推算 {'、'.join(kept)}，请在表中给出。"))


ROUNDING = 0.5


def _totals(cells: gpd.GeoDataFrame, told: _Told) -> tuple[dict[str, NDArray[np.float64]], list[str]]:
    """Return the new total of each zone by group, ``pop_total`` first, and the groups that follow pop_total."""
    totals = {group: told.frame[group].to_numpy(dtype=float) for group in told.groups}
    if "pop_total" not in totals:
        return totals, []
    inside = told.owner >= 0

    def now(group: str) -> NDArray[np.float64]:
        values = cells[group].to_numpy(dtype=float)[inside]
        return np.bincount(told.owner[inside], values, minlength=len(told.frame)).astype(np.float64)

    people = now("pop_total")
    growth = np.divide(totals["pop_total"], people, out=np.zeros_like(people), where=people > 0)
    scaled = [group for group in GROUPS[1:] if group in cells and group not in totals]
    return totals | {group: now(group) * growth for group in scaled}, scaled


def _weights(cells: gpd.GeoDataFrame, group: str, owner: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return in proportion to what a group is spread: itself; in zones without it, all residents; else evenly."""
    weights = np.ones(len(cells))
    inside = owner >= 0
    for column in ("pop_total", group):
        if column not in cells:
            continue
        values = cells[column].to_numpy(dtype=float)
        some = np.bincount(owner[inside], values[inside], minlength=int(owner.max(initial=-1)) + 1) > 0
        known = inside & some[np.maximum(owner, 0)] if len(some) else inside
        weights = np.where(known, values, weights)
    return weights


def _said(cells: gpd.GeoDataFrame, told: _Told, year: int, scaled: list[str]) -> list[Finding]:
    """Return how many residents were spread, and what stayed as it was."""
    inside = told.owner >= 0
    people = cells["pop_total"].to_numpy(dtype=float)
    total = math.fsum(people[inside])
    en = f"{total:,.0f} residents of {year} in {len(told.frame):,} zones were spread over {int(inside.sum()):,} cells "
    en += "as residents live there now; no zone's total changed (estimated)."
    zh = f"{year} 年 {len(told.frame):,} 个单元的 {total:,.0f} 人按现状分布分摊到 {int(inside.sum()):,} 个格网，"
    zh += "各单元总数不变（估算）。"
    found = [Finding("population", "forecast", "info", en, zh, "pop_total", residents=total)]
    if scaled:
        en = f"the table does not tell {', '.join(scaled)}: changed in each zone as pop_total does (estimated)."
        zh = f"表中没有 {'、'.join(scaled)}：按各单元常住人口的变化同比推算（估算）。"
        found.append(Finding("population", "forecast_groups", "warning", en, zh))
    if not inside.all():
        en = f"cells in no zone of the table keep their residents; these are not those of {year}."
        zh = f"不在表中任何单元内的格网保持原人口，并非 {year} 年数据。"
        rows = cells["cell_id"].to_numpy()[~inside]
        one = Finding.about("population", "forecast_kept", "warning", en=en, zh=zh, rows=rows)
        found.append(replace(one, residents=float(people[~inside].sum())))
    return found
