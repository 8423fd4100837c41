"""Facilities that count and have no coordinates: what is measured to facilities leaves them out, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.assessment.rows import evidence, units
from servicecircle.assessment.selection import select
from servicecircle.plan import Composite, Connection, Coverage, Reach, TravelTime
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servicecircle.assessment.ground import Ground
    from servicecircle.plan import Standard

MEASURED_TO = (Reach, Composite, Coverage, TravelTime, Connection)
"""Measures of a way or a distance to facilities; the others count what a zone holds, with coordinates or without."""

MOST_NAMED = 5


def tell_placeless(ground: Ground, standard: Standard) -> Iterator[dict[str, Any]]:
    """Yield for every unit how many facilities its row leaves out for want of coordinates; nothing where none is."""
    if not isinstance(standard.measure, MEASURED_TO):
        return
    chosen = select(ground, standard.facilities).facilities
    lost = chosen[~np.isfinite(ground.facility_xy[chosen]).all(axis=1)]
    if not len(lost):
        return
    for unit in units(ground, standard):
        here = lost[unit.facilities[lost]]
        ids = listed(ground.facility_ids[here], most=MOST_NAMED)
        zh = (
            f"{len(lost):,} 处应计设施没有坐标，其中本单元 {len(here):,} 处{f'（{ids}）' if len(here) else ''}："
            "未参与距离计算，附近居民可能已有服务却计为未覆盖。补充坐标后重算。"
        )
        en = (
            f"{len(lost):,} facilities that count have no coordinates, {len(here):,} of them here"
            f"{f' ({ids})' if len(here) else ''}: left out of every distance, so residents near them may count as not "
            "covered. Give their coordinates."
        )
        yield evidence(standard, "no_coordinates", zone_id=unit.zone_id, about="geometry", zh=zh, en=en)
