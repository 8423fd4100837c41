"""Reach: the share of residents with a facility within a walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.assessment.edge import edge_evidence, near_edge
from servicecircle.assessment.groups import group_of
from servicecircle.assessment.residents import CellFigures, resident_rows
from servicecircle.assessment.rows import Outcome, blocked_rows, in_area
from servicecircle.assessment.selection import Missing, select
from servicecircle.units import metres_walked, minutes_walked, reaches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.network import Nearest
    from servicecircle.plan import Plan, Reach, Standard

SETTINGS = ("urban", "rural")

METRES_BESIDE = (300.0, 500.0, 1000.0)
"""The distances of national practice, reported beside every limit in minutes."""


def assess_reach(ground: Ground, plan: Plan, standard: Standard, reach: Reach) -> Outcome:
    """Return what a standard of reach comes to."""
    selection = select(ground, reach.facilities)
    group = group_of(ground, plan, reach.group)
    missing = [
        *selection.missing,
        *group.missing,
        *scope_missing(ground, standard),
    ]
    if reach.by_class:
        missing += setting_missing(ground, reach.by_class)
    outcome = Outcome(missing=tuple(missing))
    if outcome.blocked:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    speed = plan.profiles[reach.profile].speed_m_s
    walk = ground.walk_to(selection.facilities)
    limit = _limits(ground, reach, speed)
    figures = CellFigures(
        ground.group(group.column),
        reaches(walk.distance_m, limit),
        in_area(ground, standard.scope),
        walk.distance_m,
        speed,
        selection.facilities,
        group.estimated,
        {name: ground.of_setting(name) for name in sorted(reach.by_class, reverse=True)},
        _others(ground, plan, reach, limit, facilities=selection.facilities),
        ground.own_zone(selection.facilities, limit),
    )
    resident_rows(ground, standard, figures, outcome, group=group.column)
    near = near_edge(ground, selection.facilities, limit, among=figures.in_scope & ~figures.covered)
    outcome.evidence += edge_evidence(ground, standard, near)
    outcome.cells = reach_cells(ground, figures, walk, limit)
    outcome.walks.append((",".join(standard.services), walk))
    return outcome


def _limits(ground: Ground, reach: Reach, speed: float) -> NDArray[np.float64]:
    """Return the limit of each cell, metres; it follows the setting of the origin where the standard says so."""
    if reach.by_class:
        by_class = {name: metres_walked(minutes, speed_m_s=speed) for name, minutes in reach.by_class.items()}
        return np.asarray(ground.cells["setting"].map(by_class), dtype=float)
    metres = reach.metres if reach.metres is not None else metres_walked(reach.minutes or 0.0, speed_m_s=speed)
    return np.full(len(ground.cells), metres)


def _others(
    ground: Ground, plan: Plan, reach: Reach, limit: NDArray[np.float64], *, facilities: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_]]:
    """Return which cells are covered by other methods: shorter limits, other speeds, metres, straight lines."""
    speed, walk = plan.profiles[reach.profile].speed_m_s, ground.walk_to(facilities)
    straight, _ = ground.straight_to(facilities)
    others = {
        f"within_{band:g}_min": reaches(walk.distance_m, metres_walked(band, speed_m_s=speed)) for band in reach.bands
    }
    for name, profile in plan.profiles.items():
        if name != reach.profile and reach.metres is None:
            others[f"speed_{name}"] = reaches(walk.distance_m, limit * (profile.speed_m_s / speed))
    others["straight_line"] = reaches(straight, limit)
    for metres in reach.also_metres or METRES_BESIDE:
        others[f"network_{metres:g}_m"] = reaches(walk.distance_m, metres)
        others[f"radius_{metres:g}_m"] = reaches(straight, metres)
    return others


def reach_cells(ground: Ground, figures: CellFigures, walk: Nearest, limit: NDArray[np.float64]) -> pd.DataFrame:
    """Return the figures of each cell as a frame, index cell_id."""
    covered: Sequence[bool] = figures.covered.tolist()
    return pd.DataFrame(
        {
            "group": figures.group,
            "metres": walk.distance_m,
            "minutes": minutes_walked(walk.distance_m, speed_m_s=figures.speed_m_s),
            "limit_m": limit,
            "limit_minutes": minutes_walked(limit, speed_m_s=figures.speed_m_s),
            "facility_id": ground.names_of(walk.facility),
            "covered": covered,
            "in_scope": figures.in_scope,
            "access_m": ground.cell_positions.access_m,
            "missing": [()] * len(limit),
            "n_missing": 0,
        },
        index=ground.cells.index,
    )


def scope_missing(ground: Ground, standard: Standard) -> list[Missing]:
    """Return the areas that a standard needs and the city does not have."""
    return [
        Missing("area", kind, f"缺少范围面 {kind}（areas 图层）。", f"areas: no polygon of kind {kind!r}.")
        for kind in standard.areas
        if kind not in ground.areas
    ]


def setting_missing(ground: Ground, settings: Iterable[str]) -> list[Missing]:
    """Return what is not known about the setting of the origins: residents whose setting is none of these."""
    known = np.any([ground.of_setting(name) for name in settings], axis=0)
    lacking = (ground.group("pop_total") > 0) & ~known
    if not lacking.any():
        return []
    cells, residents = f"{lacking.sum():,}", f"{ground.group('pop_total')[lacking].sum():,.0f}"
    zh = f"{cells} 个格网（{residents} 人）缺少城乡类别 setting（urban/rural）。"
    en = f"population: setting (urban/rural) is missing for {cells} cells with {residents} residents."
    return [Missing("column", "setting", zh, en)]
