"""Residents projected by single age, from births and survival that the user gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.city.inspection import Inspection, as_text
from servicecircle.errors import InputError, LayerError
from servicecircle.findings import DataReport

if TYPE_CHECKING:
    from numpy.typing import NDArray

AGES = {
    "pop_0_2": (0, 2),
    "pop_3_5": (3, 5),
    "pop_6_14": (6, 14),
    "pop_60p": (60, None),
    "pop_65p": (65, None),
}
"""The first and the last single age of each group."""

LEAST_LAST = 65
MEANING = {"year": "year", "residents": "people", "births": "people"}


def project_population(ages: pd.DataFrame, *, births: pd.DataFrame, survival: pd.DataFrame, to: int) -> pd.DataFrame:
    """Return the residents of each zone and year, aged one by one from a base year; nobody moves in or out.

    Those aged a - 1 at the end of a year, times the share that survives to age a, are aged a at the end of the next;
    births of the year, times the share alive at its end, are aged 0. The last age stands for itself and all above it.
    Women and men are not told apart.

    Parameters
    ----------
    ages
        The base: zone_id, age (0, 1, 2 ... up to at least 65, each once for each zone), residents, and year, the same
        in every row.
    births
        zone_id, year, births: for each zone and each year after the base.
    survival
        age, ratio: for each age of `ages`, the share (0 to 1) of those who would reach it in a year that is alive at
        its end. At age 0 these are the year's births.
    to
        The last year.

    Returns
    -------
    DataFrame
        zone_id, year, pop_total, pop_0_2, pop_3_5, pop_6_14, pop_60p, pop_65p: one row per zone and year after the
        base, in order. `City.with_population` takes it as it is.

    Raises
    ------
    InputError
        If a table is no frame, or ``to`` is not after the base year.
    LayerError
        With all that is wrong with the tables.

    Examples
    --------
    >>> ages = pd.DataFrame({"zone_id": "a", "age": range(101), "residents": 100.0, "year": 2020})
    >>> births = pd.DataFrame({"zone_id": "a", "year": [2021], "births": [60.0]})
    >>> survival = pd.DataFrame({"age": range(101), "ratio": 1.0})
    >>> project_population(ages, births=births, survival=survival, to=2021)[["pop_total", "pop_0_2"]].iloc[0].tolist()
    [10160.0, 260.0]
    """
    base = _numbers(ages, "ages", ("age", "residents", "year"))
    born = _numbers(births, "births", ("year", "births"))
    alive = _numbers(survival, "survival", ("age", "ratio"), by_zone=False)
    _stop(base, born, alive)
    years = base.frame["year"].unique()
    if len(years) != 1:
        en, zh = "the base must be of one year.", "基期年份须一致。"
        base.note("several_years", "error", en, zh, column="year", rows=years)
    top = int(base.frame["age"].max())
    _check_ages(base, alive, top)
    first = int(years.min())
    if not to > first:
        raise InputError(f"to must be after the base year {first}. {to!r} was given. | to 须晚于基期年 {first}。")
    counts = base.frame.pivot_table(index="zone_id", columns="age", values="residents", aggfunc="sum")
    wanted = list(range(first + 1, to + 1))
    newborn = _births(born, list(counts.index), wanted)
    _stop(base, born, alive)
    ratio = alive.frame.sort_values("age")["ratio"].to_numpy(dtype=float)
    now = counts.to_numpy(dtype=float)
    parts = []
    for place, year in enumerate(wanted):
        now = _next(now, newborn[:, place], ratio)
        parts.append(_groups(now).assign(zone_id=counts.index.to_numpy(), year=year))
    frame = pd.concat(parts, ignore_index=True).sort_values(["zone_id", "year"]).reset_index(drop=True)
    return frame[["zone_id", "year", "pop_total", *AGES]]


def _next(now: NDArray[np.float64], births: NDArray[np.float64], ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the residents by zone and age a year later."""
    later = np.empty_like(now)
    later[:, 0] = births * ratio[0]
    later[:, 1:] = now[:, :-1] * ratio[1:]
    later[:, -1] += now[:, -1] * ratio[-1]
    return later


def _groups(now: NDArray[np.float64]) -> pd.DataFrame:
    columns = {"pop_total": now.sum(axis=1)}
    for group, (first, last) in AGES.items():
        columns[group] = now[:, first : None if last is None else last + 1].sum(axis=1)
    return pd.DataFrame(columns)


def _numbers(table: object, layer: str, columns: tuple[str, ...], *, by_zone: bool = True) -> Inspection:
    """Return a table under inspection, its columns numbers."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{layer} must be a DataFrame, not {type(table).__name__}. | {layer} 应为 DataFrame。")
    seen = Inspection(layer, gpd.GeoDataFrame(pd.DataFrame(table).copy()))
    if not len(table):
        seen.note("empty", "error", "the table has no rows.", "表为空。")
    if by_zone and seen.require("zone_id"):
        seen.texts("zone_id")
    for column in columns:
        if seen.require(column):
            seen.numbers(column, may_be_missing=False, meaning=MEANING.get(column))
            _whole(seen, column)
    if "ratio" in columns and "ratio" in seen.frame:
        above = (seen.frame["ratio"] > 1).to_numpy()
        if above.any():
            en, zh = "ratio is a share between 0 and 1 (0.995 for 99.5 %).", "ratio 应为 0 到 1 之间的比例。"
            seen.note("above_one", "error", en, zh, column="ratio", rows=seen.labels(above))
    return seen


def _whole(seen: Inspection, column: str) -> None:
    if column not in {"age", "year"}:
        return
    parts = seen.frame[column]
    broken = (parts.notna() & (parts % 1 != 0)).to_numpy()
    if broken.any():
        seen.note("no_whole", "error", f"{column} must be whole numbers.", f"{column} 应为整数。", column=column,
                  rows=seen.labels(broken))  # fmt: skip


def _check_ages(base: Inspection, alive: Inspection, top: int) -> None:
    """Note zones without every single age, each once, and ages without a survival ratio."""
    every = set(range(top + 1))
    if top < LEAST_LAST:
        en = f"ages end at {top}; give single ages up to at least {LEAST_LAST}."
        zh = f"单岁年龄至少到 {LEAST_LAST} 岁。"
        base.note("too_short", "error", en, zh, column="age")
    wrong = [zone for zone, part in base.frame.groupby("zone_id") if sorted(part["age"]) != sorted(map(float, every))]
    if wrong:
        en = f"every zone needs each age from 0 to {top} once."
        zh = f"每个单元须有 0 至 {top} 岁每一岁的人数，且不重复。"
        base.note("ages", "error", en, zh, column="age", rows=wrong)
    given = alive.frame["age"]
    lacking = sorted(every - set(given)) + sorted(set(given[given.duplicated()]))
    if lacking or not set(given) <= every:
        en = f"survival needs each age from 0 to {top} once."
        rows = lacking or sorted(set(given) - every)
        alive.note("ages", "error", en, f"须有 0 至 {top} 岁每一岁的存活率，且不重复。", column="age", rows=rows)


def _births(born: Inspection, zones: list[str], years: list[int]) -> NDArray[np.float64]:
    """Return the births of each zone and year; note those that are missing, told twice, or of zones without a base."""
    frame = born.frame.assign(zone_id=as_text(born.frame["zone_id"]))
    keys = pd.MultiIndex.from_arrays([frame["zone_id"], frame["year"].astype(int)])
    twice = keys.duplicated(keep=False)
    wanted = pd.MultiIndex.from_product([zones, years])
    missing = wanted.difference(keys)
    strange = ~frame["zone_id"].isin(zones).to_numpy()
    for code, rows, en, zh in (
        ("duplicate", list(frame.index[twice]), "a zone and year stands there more than once.", "单元与年份重复。"),
        ("missing", [f"{zone} {year}" for zone, year in missing], "births are missing.", "缺少出生人数。"),
        ("unknown_zone", list(frame.index[strange]), "zone_id is none of the base's.", "zone_id 不在基期表中。"),
    ):
        if rows:
            born.note(code, "error", en, zh, rows=rows)
    if twice.any() or len(missing):
        return np.zeros((len(zones), len(years)))
    values = pd.Series(frame["births"].to_numpy(dtype=float), index=keys)
    return values.reindex(wanted).to_numpy(dtype=float).reshape(len(zones), len(years))


def _stop(*tables: Inspection) -> None:
    report = DataReport(tuple(finding for seen in tables for finding in seen.findings))
    if not report.ok:
        raise LayerError(report)
