"""Presence: units that hold enough facilities of a kind, and the share of units that do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.figures import share
from servicecircle.assessment.reach import scope_missing
from servicecircle.assessment.rows import (
    WHOLE_CITY,
    Outcome,
    Unit,
    base_columns,
    blocked_rows,
    evidence,
    units,
    verdict_columns,
)
from servicecircle.assessment.selection import Missing, holds, select
from servicecircle.plan import Target

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.plan import Plan, Presence, Standard


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What is there of what a presence standard asks for.

    Parameters
    ----------
    whole
        Facilities that have all that is required, by number.
    near
        Facilities that fall short only in what they offer, and what they lack.
    """

    whole: NDArray[np.int64]
    near: dict[int, tuple[str, ...]]


def assess_presence(ground: Ground, plan: Plan, standard: Standard, presence: Presence) -> Outcome:
    """Return what a standard of presence comes to."""
    del plan
    selection = select(ground, presence.facilities)
    missing = [*selection.missing, *scope_missing(ground, standard), *_not_yet(presence)]
    missing += _columns_missing(ground, presence, selection.facilities)
    outcome = Outcome(missing=tuple(missing))
    if outcome.blocked:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    found = _found(ground, presence, selection.facilities)
    asked = _asked_units(ground, presence)
    counts = {zone: int(_inside(ground, zone)[found.whole].sum()) for zone in asked}
    for unit in units(ground, standard):
        row = base_columns(standard, unit) | _row(ground, standard, presence, unit, counts=counts)
        row |= {
            "pop_total": float(ground.group("pop_total")[unit.cells].sum()),
            "facilities_n": float(unit.facilities[found.whole].sum()),
        }
        outcome.rows.append(row)
    outcome.evidence += _near_misses(ground, standard, presence, found) if presence.near_miss else []
    outcome.evidence += [evidence(standard, m.kind, about=m.name, zh=m.zh, en=m.en) for m in missing if not m.blocks]
    return outcome


def _row(
    ground: Ground, standard: Standard, presence: Presence, unit: Unit, *, counts: dict[str, int]
) -> dict[str, Any]:
    """Return the row of a unit: how many facilities it has, or how many of the units in it have enough."""
    least = presence.count
    if unit.level in presence.unit_levels:
        if unit.zone_id not in counts:
            return verdict_columns(standard, unit, None, status="not_applicable")
        count = counts[unit.zone_id]
        each = replace(standard, target=Target(">=", float(least), standard.target.origin), unit=standard.gap_unit)
        lacking = float(max(least - count, 0))
        row = verdict_columns(each, unit, float(count))
        return row | _lacks(count, 1, lacking, least) | {"unit": standard.gap_unit or None}
    inside = [zone for zone in counts if unit.level == WHOLE_CITY or _parent(ground, zone, unit.level) == unit.zone_id]
    if not inside:
        return verdict_columns(standard, unit, None, status="not_applicable")
    enough = sum(counts[zone] >= least for zone in inside)
    lacking = float(sum(max(least - counts[zone], 0) for zone in inside))
    row = verdict_columns(standard, unit, share(enough, len(inside)))
    return row | _lacks(enough, len(inside), lacking, least * len(inside))


def _lacks(numerator: float, denominator: float, lacking: float, needed: float) -> dict[str, Any]:
    return {
        "numerator": float(numerator),
        "denominator": float(denominator),
        "gap": lacking,
        "facilities_missing": lacking,
        "facilities_required": float(needed),
    }


def _parent(ground: Ground, zone: str, level: str) -> str | None:
    """Return the zone of a level that holds a zone."""
    if level not in ground.zone_zones.columns:
        return None
    parent = ground.zone_zones.loc[zone, level]
    return parent if isinstance(parent, str) else None


def _asked_units(ground: Ground, presence: Presence) -> list[str]:
    """Return the zones that are units: of the right level, and satisfying the standard's conditions on them."""
    zones = ground.city.zones
    asked = zones["level"].isin(presence.unit_levels).to_numpy()
    for column, condition in presence.unit_where.items():
        asked = asked & holds(_of_zones(ground, column), condition)
    return sorted(zones["zone_id"][asked])


def _of_zones(ground: Ground, column: str) -> pd.Series[Any]:
    """Return a column of the zones, or the residents of a group in each."""
    zones = ground.city.zones
    if column in zones:
        return pd.Series(zones[column])
    people = ground.group(column)
    sums = [people[(ground.cell_zones[z.level] == z.zone_id).to_numpy()].sum() for z in zones.itertuples()]
    return pd.Series(sums, index=zones.index)


def _inside(ground: Ground, zone: str) -> NDArray[np.bool_]:
    return np.asarray((ground.facility_zones == zone).any(axis=1))


def _found(ground: Ground, presence: Presence, facilities: NDArray[np.int64]) -> Found:
    lacks: dict[int, set[str]] = {int(number): set() for number in facilities}
    for column, wanted in presence.requires_all.items():
        for number, offered in zip(facilities, ground.facilities[column].iloc[facilities], strict=True):
            lacks[int(number)] |= set(wanted) - set(offered)
    whole = [number for number, lacking in lacks.items() if not lacking]
    near = {number: tuple(sorted(lacking)) for number, lacking in lacks.items() if lacking}
    return Found(np.array(whole, dtype=np.int64), near)


def _near_misses(ground: Ground, standard: Standard, presence: Presence, found: Found) -> list[dict[str, Any]]:
    result = []
    for number, lacking in found.near.items():
        facility = ground.facilities.iloc[number]
        zone = _unit_of(ground, presence, number)
        names = ", ".join(lacking)
        zh, en = (
            f"{facility['name'] or facility['id']} 缺 {names}",
            f"{facility['name'] or facility['id']} lacks {names}",
        )
        result.append(evidence(standard, "near_miss", zone_id=zone, about=str(facility["id"]), zh=zh, en=en))
    return result


def _unit_of(ground: Ground, presence: Presence, number: int) -> str:
    """Return the unit a facility lies in; "" if it lies in none."""
    zones = [ground.facility_zones.iloc[number].get(level) for level in presence.unit_levels]
    return next((zone for zone in zones if isinstance(zone, str)), "")


def _columns_missing(ground: Ground, presence: Presence, facilities: NDArray[np.int64]) -> list[Missing]:
    """Return the columns that a standard asks about and the layers do not hold."""
    columns = [column for column in presence.requires_all if len(facilities) and column not in ground.facilities]
    known = {*ground.city.zones.columns, *ground.cells.columns}
    columns += [column for column in presence.unit_where if column not in known]
    return [Missing("column", one, f"缺少列 {one}。", f"column {one!r} is missing.") for one in columns]


def _not_yet(presence: Presence) -> list[Missing]:
    """Return what this version does not compute."""
    if not presence.every_service and presence.within_m is None:
        return []
    return [
        Missing("measure", "presence", "本版本尚不计算此类配建条件。", "this kind of presence is not computed yet.")
    ]
