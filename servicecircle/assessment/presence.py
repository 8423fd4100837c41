"""Presence: units that hold enough facilities of a kind, and the share of units that do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.assessment.figures import required, share
from servicecircle.assessment.membership import (
    levels_missing,
    of_zones,
    units_inside,
    zones_asked,
    zones_unknown,
)
from servicecircle.assessment.reach import scope_missing
from servicecircle.assessment.rows import (
    CITY,
    WHOLE_CITY,
    Outcome,
    Unit,
    base_columns,
    blocked_rows,
    called,
    evidence,
    units,
    verdict_columns,
)
from servicecircle.assessment.selection import Missing, select
from servicecircle.plan import Bounds, Target
from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.plan import Presence, Standard


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What is there of what a presence standard asks for.

    Parameters
    ----------
    each
        For each thing that is counted by itself: the facilities that have all that is required, by number.
    near
        Facilities that fall short only in what they offer, and what they lack.
    """

    each: tuple[NDArray[np.int64], ...]
    near: dict[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Held:
    """What one unit has: facilities (the fewest of what is counted by itself), and how many it lacks."""

    count: int
    lacks: int


def assess_presence(ground: Ground, standard: Standard, presence: Presence) -> Outcome:
    """Return what a standard of presence comes to."""
    parts = [(one,) for one in presence.facilities] if presence.every_service else [presence.facilities]
    selections = [select(ground, part) for part in parts]
    missing = [lacking for selection in selections for lacking in selection.missing]
    missing += [*scope_missing(ground, standard), *levels_missing(ground, presence.unit_levels)]
    missing += _columns_missing(ground, presence, np.concatenate([one.facilities for one in selections]))
    outcome = Outcome(missing=tuple(missing))
    if outcome.blocked:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    found = _found(ground, presence, [one.facilities for one in selections])
    asked = zones_asked(ground, presence.unit_levels, presence.unit_where)
    held = {zone: _held(_inside(ground, zone, presence.within_m), presence, found) for zone in asked}
    if WHOLE_CITY in presence.unit_levels:
        held[CITY] = _held(ground.facility_zones.notna().any(axis=1).to_numpy(), presence, found)
    everything = np.unique(np.concatenate(found.each))
    for unit in units(ground, standard):
        row = base_columns(standard, unit) | _row(ground, standard, presence, unit, held=held)
        row |= {
            "pop_total": float(ground.group("pop_total")[unit.cells].sum()),
            "facilities_n": float(unit.facilities[everything].sum()),
        }
        outcome.rows.append(row)
    outcome.companions += _by_residents(ground, standard, held)
    outcome.evidence += [] if held else [_nothing_asked(ground, standard, presence)]
    outcome.evidence += _near_misses(ground, standard, presence, found) if presence.near_miss else []
    return outcome


def _held(inside: NDArray[np.bool_], presence: Presence, found: Found) -> Held:
    """Return what a unit has, given which facilities are inside it."""
    counts = [int(inside[facilities].sum()) for facilities in found.each]
    return Held(min(counts), sum(max(presence.count - count, 0) for count in counts))


def _row(
    ground: Ground, standard: Standard, presence: Presence, unit: Unit, *, held: dict[str, Held]
) -> dict[str, Any]:
    """Return the row of a unit: how many facilities it has, or how many of the units in it have enough."""
    least = presence.count
    if unit.level in presence.unit_levels:
        if unit.zone_id not in held:
            return verdict_columns(standard, unit, None, status="not_applicable")
        mine = held[unit.zone_id]
        each = replace(standard, target=_target_of_each(standard, least), unit=standard.gap_unit)
        row = verdict_columns(each, unit, float(mine.count))
        return row | _lacks(mine.count, 1, mine.lacks, least) | {"unit": standard.gap_unit or None}
    inside = units_inside(ground, unit, [zone for zone in held if zone != CITY])
    if not inside:
        return verdict_columns(standard, unit, None, status="not_applicable")
    enough = sum(held[zone].lacks == 0 for zone in inside)
    row = verdict_columns(standard, unit, share(enough, len(inside)))
    lacks = sorted(held[zone].lacks for zone in inside)
    row |= _lacks(enough, len(inside), sum(lacks), least * len(inside))
    if standard.target.value is not None:
        # the target may leave some units without: those that lack least are provided for first
        row["gap"] = float(sum(lacks[: required(standard.target.value, len(inside))]))
    return row


def _target_of_each(standard: Standard, least: int) -> Target:
    """Return what one unit is held against: the number of facilities, where the plan's share has a number at all."""
    known = standard.target.value is not None
    return Target(">=", float(least) if known else None, standard.target.origin)


def _lacks(numerator: float, denominator: float, lacking: float, needed: float) -> dict[str, Any]:
    return {
        "numerator": float(numerator),
        "denominator": float(denominator),
        "gap": float(lacking),
        "facilities_missing": float(lacking),
        "facilities_required": float(needed),
    }


def _by_residents(ground: Ground, standard: Standard, held: dict[str, Held]) -> list[dict[str, Any]]:
    """Return, for the whole city, the share of residents who live in a unit that has enough."""
    if WHOLE_CITY not in {*standard.judge, *standard.inform}:
        return []
    total = ground.group("pop_total")
    everyone = well_off = 0.0
    for zone, mine in held.items():
        if zone != CITY:
            people = float(total[(ground.cell_zones == zone).any(axis=1).to_numpy()].sum())
            everyone += people
            well_off += people if mine.lacks == 0 else 0.0
    return [
        {
            "standard_id": standard.id,
            "zone_id": CITY,
            "class": "all",
            "method": "by_residents",
            "value": share(well_off, everyone),
            "unit": "share",
        }
    ]


def _inside(ground: Ground, zone: str, within_m: float | None) -> NDArray[np.bool_]:
    """Return which facilities lie in a zone, or no farther from it than some metres."""
    inside = np.asarray((ground.facility_zones == zone).any(axis=1), dtype=bool)
    if within_m is None:
        return inside
    shape = ground.city.zones.geometry[(ground.city.zones["zone_id"] == zone).to_numpy()].iloc[0]
    near = np.asarray(shapely.dwithin(shape, ground.facilities.geometry.to_numpy(), within_m + TOLERANCE_M), dtype=bool)
    return np.asarray(inside | near, dtype=bool)


def _found(ground: Ground, presence: Presence, parts: list[NDArray[np.int64]]) -> Found:
    lacks: dict[int, set[str]] = {int(number): set() for part in parts for number in part}
    for column, wanted in presence.requires_all.items():
        for number in lacks:
            lacks[number] |= set(wanted) - set(ground.facilities[column].iloc[number])
    whole = tuple(np.array([n for n in part if not lacks[int(n)]], dtype=np.int64) for part in parts)
    return Found(whole, {number: tuple(sorted(lacking)) for number, lacking in lacks.items() if lacking})


def _near_misses(ground: Ground, standard: Standard, presence: Presence, found: Found) -> list[dict[str, Any]]:
    result = []
    for number, lacking in found.near.items():
        facility = ground.facilities.iloc[number]
        zone = _unit_of(ground, presence, number)
        names = ", ".join(lacking)
        zh, en = f"{called(facility)} 缺 {names}", f"{called(facility)} lacks {names}"
        result.append(evidence(standard, "near_miss", zone_id=zone, about=str(facility["id"]), zh=zh, en=en))
    return result


def _nothing_asked(ground: Ground, standard: Standard, presence: Presence) -> dict[str, Any]:
    """Return the evidence that no zone is one of those the standard speaks of, and how near the largest comes to it."""
    levels, most = "、".join(presence.unit_levels), []
    there = ground.city.zones["level"].isin(presence.unit_levels).to_numpy()
    for column, condition in presence.unit_where.items():
        if isinstance(condition, Bounds) and condition.at_least is not None:
            largest = pd.to_numeric(of_zones(ground, column)[there], errors="coerce").max()
            most.append(f"{column} {largest:,.0f} < {condition.at_least:,.0f}")
    told = f"({'; '.join(most)})" if most else ""
    zh = f"没有{levels}符合该标准所指的条件{told},故不适用。"
    en = f"no zone of level {levels} is one of those the standard speaks of {told}".rstrip() + ": not applicable."
    return evidence(standard, "no_unit", zone_id="", about=", ".join(presence.unit_where), zh=zh, en=en)


def _unit_of(ground: Ground, presence: Presence, number: int) -> str:
    """Return the unit a facility lies in; "" if it lies in none."""
    zones = [ground.facility_zones.iloc[number].get(level) for level in presence.unit_levels]
    return next((zone for zone in zones if isinstance(zone, str)), "")


def _columns_missing(ground: Ground, presence: Presence, facilities: NDArray[np.int64]) -> list[Missing]:
    """Return the columns that a standard asks about and the layers do not hold."""
    columns = [column for column in presence.requires_all if len(facilities) and column not in ground.facilities]
    missing = [Missing("column", one, f"缺少列 {one}。", f"column {one!r} is missing.") for one in columns]
    return missing + list(zones_unknown(ground, presence.unit_levels, presence.unit_where))
