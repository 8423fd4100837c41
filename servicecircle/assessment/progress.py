"""Progress over years: how much of the way from the base to the target is done, and what made the difference."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.assessment.judging import assess
from servicecircle.assessment.rows import CITY
from servicecircle.assessment.wording import worded
from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.city import City
    from servicecircle.words import Language

KEYS = ["standard_id", "zone_id", "class"]
NO_CHANGE = 1e-12


def progress_table(results: Mapping[int, Assessment], *, language: Language | None = None) -> pd.DataFrame:
    """Return 完成程度 for each year: how much of the way from the base to the target is done.

    The base of the whole city is the plan's, where it states one; that of every other row is the value of the first
    year.

    Parameters
    ----------
    results
        Assessments of one plan, by year; for example ``{year: assess(city.at(year), plan) for year in (2020, 2025)}``.
    language
        ``"zh"`` or ``"en"``: heads and terms in that language; None keeps the names that programs use.

    Returns
    -------
    DataFrame
        One row per standard, zone, class and year: base_value, base_year, base_origin (plan or computed), target,
        target_year, year, value, change since the base, done = (value - base) / (target - base), status, estimated.
        ``done`` is NaN where base or target is not known, or they are equal.

    Raises
    ------
    InputError
        If there is no result, or they are not of one plan.
    """
    years = sorted(results)
    if not years:
        raise InputError("There is no result; give at least one year. | 没有可比较的结果。")
    if any(results[year].plan.standards != results[years[0]].plan.standards for year in years):
        raise InputError("The results are of different plans. | 各年结果不是同一规划。")
    first = results[years[0]].table.set_index(KEYS)["value"]
    parts = [_of_year(results[year], year, first, years[0]) for year in years]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.sort_values(["order", "year"], kind="stable").drop(columns="order").reset_index(drop=True)
    if language is None:
        return frame
    names = ["name_zh", "name_en", "zone_id"]
    return worded(frame.rename(columns={f"name_{language}": "name"}).drop(columns=names, errors="ignore"), language)


def _of_year(result: Assessment, year: int, first: pd.Series[float], first_year: int) -> pd.DataFrame:
    table = result.table
    keys = pd.MultiIndex.from_frame(table[KEYS])
    stated = ((table["zone_id"] == CITY) & table["base_value"].notna()).to_numpy()
    base = np.where(stated, table["base_value"], first.reindex(keys).to_numpy())
    base_year = np.where(stated, table["base_year"], float(first_year))
    targets = {standard.id: standard.target.value for standard in result.plan.standards}
    target = table["standard_id"].map(targets).astype(float).to_numpy()
    value, way = table["value"].to_numpy(), target - base
    moved = np.abs(way) > NO_CHANGE
    done = np.divide(value - base, way, out=np.full(len(table), np.nan), where=moved)
    return pd.DataFrame(
        {
            **{
                key: table[key]
                for key in ("standard_id", "name_zh", "name_en", "zone_id", "zone_name", "level", "class")
            },
            "base_value": base,
            "base_year": base_year,
            "base_origin": np.where(stated, "plan", "computed"),
            "target": target,
            "target_year": table["target_year"],
            "year": year,
            "value": value,
            "change": value - base,
            "done": done,
            "status": table["status"],
            "estimated": table["estimated"],
            "order": range(len(table)),
        }
    )


def split_change(before: Assessment, after: Assessment) -> pd.DataFrame:
    """Return how much of each change is due to facilities, to residents, and to boundaries and network, in this order.

    First the facilities of the later city are put into the earlier one, then its residents, then all the rest. In
    another order the parts can be others; their sum is always the whole change.

    Parameters
    ----------
    before, after
        Assessments of one plan.

    Returns
    -------
    DataFrame
        standard_id, zone_id, class, zone_name, value_before, facilities, population, boundary, value_after; rows that
        both assessments have.

    Raises
    ------
    InputError
        If they are not of one plan.
    """
    if before.plan.standards != after.plan.standards:
        raise InputError("The two assessments are of different plans. | 两次评估的规划不同。")
    old, new = before.city, after.city
    services = sorted({*new.services})
    built = replace(old, facilities=_in_zones(new.facilities, old), services=tuple(services))
    peopled = replace(built, population=_in_zones(new.population, old))
    steps = [before, *(assess(city, before.plan, since=before, progress=False) for city in (built, peopled)), after]
    values = [step.table.set_index(KEYS)["value"] for step in steps]
    names = after.table.set_index(KEYS)["zone_name"]
    frame = pd.concat([names, *values], axis=1, join="inner", keys=["zone_name", "before", "built", "peopled", "after"])
    return pd.DataFrame(
        {
            "zone_name": frame["zone_name"],
            "value_before": frame["before"],
            "facilities": frame["built"] - frame["before"],
            "population": frame["peopled"] - frame["built"],
            "boundary": frame["after"] - frame["peopled"],
            "value_after": frame["after"],
        }
    ).reset_index()


def _in_zones(frame: gpd.GeoDataFrame, city: City) -> gpd.GeoDataFrame:
    """Return a layer for another city's zones: rows lose a zone that is not there; without a place either, they go."""
    if "zone_id" not in frame:
        return frame
    known = frame["zone_id"].isin(city.zones["zone_id"])
    placed = ~(frame.geometry.isna() | frame.geometry.is_empty)
    return frame.assign(zone_id=frame["zone_id"].where(known, None))[known | placed]
