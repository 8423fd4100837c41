"""Residents that can hardly be: more than there is room for, cells upon cells, numbers in ten thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.city.vocabulary import GROUPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.city.inspection import Inspection

MOST_PER_M2 = 5.0
"""More residents than this on each square metre are no count of people, not even in the footprint of a tower."""

MOST_AT_A_POINT = 1e6
FEW = 1000.0
"""So few residents, in fractions, are a city's count in ten thousands (万人)."""

LEAST_SHARE = 0.005
"""A group of which a city has any is more of its residents than this."""


def inspect_plausible(seen: Inspection) -> None:
    """Note cells with more residents than can live there, cells in cells, and totals too small for a city."""
    geometry = seen.frame.geometry.to_numpy()
    people = seen.frame["pop_total"].to_numpy(dtype=float)
    area = shapely.area(geometry)
    absurd = np.where(area > 0, people > MOST_PER_M2 * area, people > MOST_AT_A_POINT)
    if absurd.any():
        seen.note(
            "absurd",
            "warning",
            f"more residents than can live there (up to {people[absurd].max():,.0f}): a total, a mark for missing data "
            "or another unit? All are counted; correct the rows.",
            f"人数超出可能（最多 {people[absurd].max():,.0f}）：是否为合计、缺失标记或其他单位？已照数计入，请更正。",
            column="pop_total",
            rows=seen.labels(absurd),
        )
    within = _in_another(geometry)
    if within.any():
        seen.note(
            "overlap",
            "warning",
            "the centre of the cell lies in another cell too, so that residents may be counted twice: are there totals "
            "of zones among the cells, or the same cells twice? Keep one of them.",
            "格网中心同时位于另一格网内，人口可能重复计算：是否混入了单元合计或重复的格网？请只保留一份。",
            column="geometry",
            rows=seen.labels(within),
        )
    total = float(people.sum())
    if 0 < total < FEW and (people != np.round(people)).mean() > 1 / 2:
        seen.note(
            "few_residents",
            "warning",
            f"only {total:,.1f} residents in all, in fractions: are they in ten thousands (万人)? Multiply them.",
            f"人口合计仅 {total:,.1f} 且多为小数：单位是否为“万人”？请换算为人。",
            column="pop_total",
        )
    _inspect_small_groups(seen, total)


def _inspect_small_groups(seen: Inspection, total: float) -> None:
    """Note groups that are next to nobody: their numbers are shares, or in another unit than the total."""
    for group in (one for one in GROUPS if one in seen.frame and total >= FEW):
        people = float(seen.frame[group].to_numpy(dtype=float).sum())
        if 0 < people < LEAST_SHARE * total:
            seen.note(
                "few_of_group",
                "warning",
                f"{people:,.1f} of {total:,.0f} residents: are they shares, or in ten thousands (万人)? Give people.",
                f"{total:,.0f} 人中仅 {people:,.1f} 人：是否为占比，或单位为“万人”？请换算为人数。",
                column=group,
            )


def _in_another(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which shapes have their centre inside another one that has an area."""
    result = np.zeros(len(geometry), dtype=bool)
    whole = np.flatnonzero(shapely.area(geometry) > 0)
    if not len(whole):
        return result
    centre, shape = shapely.STRtree(geometry[whole]).query(shapely.centroid(geometry), predicate="within")
    result[centre[whole[shape] != centre]] = True
    return result
