"""Provision: facilities, or places in them, per so many residents of a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.assessment.figures import required, share
from servicecircle.assessment.groups import group_of
from servicecircle.assessment.reach import SETTINGS, scope_missing, setting_missing
from servicecircle.assessment.rows import (
    WHOLE_CITY,
    Outcome,
    base_columns,
    blocked_rows,
    companion,
    units,
    verdict_columns,
)
from servicecircle.assessment.selection import Missing, amounts, select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Unit
    from servicecircle.plan import Plan, Provision, Standard

FACILITIES = "facilities"


def assess_provision(ground: Ground, plan: Plan, standard: Standard, provision: Provision) -> Outcome:
    """Return what a standard of provision comes to; only facilities inside a zone count for it."""
    selection = select(ground, provision.facilities)
    counted_group = group_of(ground, plan, provision.group)
    missing = [*selection.missing, *counted_group.missing]
    missing += scope_missing(ground, standard) + _unknown_amounts(ground, provision, selection.facilities)
    missing += _outside_zones(ground)
    if provision.setting:
        missing += setting_missing(ground, SETTINGS)
    outcome = Outcome(missing=tuple(missing))
    if outcome.blocked:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    group, total = ground.group(counted_group.column), ground.group("pop_total")
    if provision.setting:
        group = np.where(ground.of_setting(provision.setting), group, 0.0)
    for unit in units(ground, standard):
        inside = selection.facilities[unit.facilities[selection.facilities]]
        people, amount = float(group[unit.cells].sum()), counted(ground, provision, inside)
        per = people / provision.per_amount
        row = base_columns(standard, unit) | verdict_columns(standard, unit, share(amount, per))
        row |= {
            "numerator": amount,
            "denominator": people,
            "pop_total": float(total[unit.cells].sum()),
            "pop_group": people,
            "group": counted_group.column,
            "estimated": counted_group.estimated,
            "facilities_n": counted(ground, provision, inside, count=FACILITIES),
        }
        if standard.target.value is not None and people > 0:
            row |= _needs(provision, standard.target.value, per, amount)
            outcome.companions += _needs_beside(provision, standard, unit, per=per, amount=amount)
        outcome.rows.append(row)
        for other in provision.also_groups:
            others = float(ground.group(other)[unit.cells].sum()) if other in ground.cells else 0.0
            value = share(amount, others / provision.per_amount)
            outcome.companions.append(companion(standard, unit, f"per_{other}", value, unit_of=standard.unit))
        for other in provision.companions:
            values = amounts(ground.facilities.iloc[inside], other)
            known = float(values.sum()) if len(values) and not np.isnan(values).any() else None
            outcome.companions.append(companion(standard, unit, f"sum_{other}", known, unit_of=""))
    outcome.companions += _sums_of_zones(standard, outcome.rows)
    return outcome


def _outside_zones(ground: Ground) -> list[Missing]:
    """Return how many residents the whole city counts who live in no zone, while facilities count in zones only."""
    people = float(ground.group("pop_total")[ground.cell_zones.isna().all(axis=1).to_numpy()].sum())
    if not people:
        return []
    zh = f"全市行计入了不在任何单元内的 {people:,.0f} 人，但只计单元内的设施；请以 within = 'zones' 限定人口范围。"
    en = f"the row of the whole city counts {people:,.0f} residents who live in no zone, but only facilities in zones: "
    en += "leave those residents out (within = 'zones')."
    return [Missing("outside_zones", "population", zh, en, blocks=False)]


def counted(ground: Ground, provision: Provision, inside: NDArray[np.int64], *, count: str = "") -> float:
    """Return how many facilities (legal entities once, where the standard says so) or how much in them."""
    count = count or provision.count
    if count != FACILITIES:
        return float(amounts(ground.facilities.iloc[inside], count).sum())
    if provision.once_per in ground.facilities:
        names = ground.facilities[provision.once_per].iloc[inside]
        return float(names.where(names.notna(), ground.facilities["id"].iloc[inside]).nunique())
    return float(len(inside))


def _unknown_amounts(ground: Ground, provision: Provision, facilities: NDArray[np.int64]) -> list[Missing]:
    """Return whether what is summed is unknown for some facilities: a missing value is never taken as 0."""
    if provision.count == FACILITIES:
        return []
    unknown = int(np.isnan(amounts(ground.facilities.iloc[facilities], provision.count)).sum())
    if not unknown:
        return []
    zh = f"{unknown} 处设施的 {provision.count} 未知。"
    return [Missing("column", provision.count, zh, f"{provision.count} is unknown for {unknown} facilities.")]


def _needs(provision: Provision, target: float, per: float, amount: float) -> dict[str, Any]:
    """Return what a target asks for, and what is missing, in whole facilities or places."""
    needed = float(required(target, per))
    lacking = max(needed - amount, 0.0)
    if provision.count == FACILITIES:
        return {"facilities_required": needed, "facilities_missing": lacking, "gap": lacking}
    return {"capacity": amount, "capacity_missing": lacking, "gap": lacking}


def _needs_beside(
    provision: Provision, standard: Standard, unit: Unit, *, per: float, amount: float
) -> Iterator[dict[str, Any]]:
    """Yield the gap before it is rounded up, and the places that the target asks for (the table has no column)."""
    target = standard.target.value or 0.0
    exactly = {"gap_continuous": max(target * per - amount, 0.0)}
    if provision.count != FACILITIES:
        exactly["capacity_required"] = float(required(target, per))
    for method, value in exactly.items():
        yield companion(standard, unit, method, value, unit_of=standard.gap_unit)


def _sums_of_zones(standard: Standard, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return, for the whole city, what the zones of each level lack together: not the same as what the city lacks."""
    if not any(row["level"] == WHOLE_CITY for row in rows):
        return []
    sums: dict[str, float] = {}
    for row in rows:
        if row["level"] != WHOLE_CITY:
            sums[row["level"]] = sums.get(row["level"], 0.0) + row.get("gap", 0.0)
    return [
        {
            "standard_id": standard.id,
            "zone_id": "CITY",
            "class": "all",
            "method": f"sum_of_gaps_{level}",
            "value": value,
            "unit": standard.gap_unit,
        }
        for level, value in sums.items()
    ]
