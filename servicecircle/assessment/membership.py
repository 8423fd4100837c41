"""Which zones lie inside which, and what is known about zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.rows import WHOLE_CITY
from servicecircle.assessment.selection import Missing, holds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Unit
    from servicecircle.plan import Where


def parent_of(ground: Ground, zone: str, level: str) -> str | None:
    """Return the zone of a level that holds a zone; None where none does."""
    if level not in ground.zone_zones.columns:
        return None
    parent = ground.zone_zones.loc[zone, level]
    return parent if isinstance(parent, str) else None


def units_inside(ground: Ground, unit: Unit, zones: Iterable[str]) -> list[str]:
    """Return those of some zones that lie in a unit, or are it."""
    if unit.level == WHOLE_CITY:
        return list(zones)
    return [zone for zone in zones if parent_of(ground, zone, unit.level) == unit.zone_id]


def zones_asked(ground: Ground, levels: Iterable[str], where: Where) -> list[str]:
    """Return the zones of some levels that satisfy conditions on their columns or their residents, in order."""
    zones = ground.city.zones
    asked = zones["level"].isin(list(levels)).to_numpy()
    for column, condition in where.items():
        asked = asked & holds(of_zones(ground, column), condition)
    return sorted(zones["zone_id"][asked])


def levels_missing(ground: Ground, levels: Iterable[str]) -> list[Missing]:
    """Return what is missing where the zones have none of the levels whose zones a standard counts."""
    asked = tuple(filter(None, levels))
    if not asked or {WHOLE_CITY, *ground.city.zones["level"]}.intersection(asked):
        return []
    names = "、".join(asked)
    zh, en = f"zones 图层中没有层级为 {names} 的单元。", f"zones: there is none of level {names}."
    return [Missing("level", names, zh, en)]


def of_zones(ground: Ground, column: str) -> pd.Series[Any]:
    """Return a column of the zones, or the residents of a group in each; row by row of the zones layer."""
    zones = ground.city.zones
    if column in zones:
        return pd.Series(zones[column])
    if column not in ground.cells:
        return pd.Series(np.nan, index=zones.index)
    people = ground.group(column)
    sums = [people[(ground.cell_zones[z.level] == z.zone_id).to_numpy()].sum() for z in zones.itertuples()]
    return pd.Series(sums, index=zones.index)
