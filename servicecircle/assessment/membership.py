"""Which zones lie inside which, and what is known about zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.rows import WHOLE_CITY
from servicecircle.assessment.selection import Missing, holds, is_known
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Unit
    from servicecircle.plan import Where

MOST_NAMED = 5
"""So many zones are named in a message."""


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


def zones_unknown(ground: Ground, levels: Iterable[str], where: Where) -> Iterator[Missing]:
    """Yield what is not known about zones that may be asked about: a column, or its value for some of them."""
    zones = ground.city.zones
    of_level = zones["level"].isin(list(levels)).to_numpy()
    for column, condition in where.items():
        if column not in zones and not _is_summed(ground, column):
            zh, en = f"zones 图层缺少列 {column}。", f"zones: column {column!r} is missing."
            yield Missing("column", column, zh, en)
            continue
        lost = of_level & ~is_known(of_zones(ground, column), condition)
        if lost.any():
            ids = listed(sorted(zones["zone_id"][lost]), most=MOST_NAMED)
            all_of_them = bool(lost.sum() == of_level.sum())
            zh = f"zones 图层有 {lost.sum()} 个单元的 {column} 未知（{ids}），未列入；请补充。"
            en = f"zones: {column} is unknown for {lost.sum()} zones ({ids}), which are left out. Fill it in."
            yield Missing("column" if all_of_them else "value", column, zh, en, blocks=all_of_them)


def of_zones(ground: Ground, column: str) -> pd.Series[Any]:
    """Return a column of the zones, or the residents of a group in each; row by row of the zones layer."""
    zones = ground.city.zones
    if column in zones:
        return pd.Series(zones[column])
    if not _is_summed(ground, column):
        return pd.Series(np.nan, index=zones.index)
    people = ground.group(column)
    sums = [people[(ground.cell_zones[z.level] == z.zone_id).to_numpy()].sum() for z in zones.itertuples()]
    return pd.Series(sums, index=zones.index)


def _is_summed(ground: Ground, column: str) -> bool:
    """Return whether a column of the cells counts residents, so that a zone has the sum of its cells."""
    return column in ground.cells and pd.api.types.is_numeric_dtype(ground.cells[column])
