"""Composite: the share of residents with every one of several services within a walk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.edge import edge_evidence, near_edge
from servicecircle.assessment.groups import group_of
from servicecircle.assessment.reach import scope_missing
from servicecircle.assessment.residents import CellFigures, resident_rows
from servicecircle.assessment.rows import (
    Outcome,
    blocked_rows,
    companion,
    evidence,
    in_area,
    units,
)
from servicecircle.assessment.selection import select
from servicecircle.units import metres_walked, minutes_walked, reaches
from servicecircle.words import word

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.selection import Selection
    from servicecircle.network import Nearest
    from servicecircle.plan import Composite, Plan, Standard


@dataclass(frozen=True, slots=True, eq=False)
class Needed:
    """One service that a composite asks for: its walks, and the limit in metres."""

    service: str
    walk: Nearest
    limit_m: float
    facilities: NDArray[np.int64]

    @property
    def lacking(self) -> NDArray[np.bool_]:
        """Return which cells do not have it within the limit."""
        return ~reaches(self.walk.distance_m, self.limit_m)


def assess_composite(ground: Ground, plan: Plan, standard: Standard, composite: Composite) -> Outcome:
    """Return what a composite standard comes to; while a service is not loaded it cannot be evaluated."""
    selections = [select(ground, one.facilities) for one in composite.require]
    group = group_of(ground, plan, composite.group)
    missing = [lacking for selection in selections for lacking in selection.missing]
    missing += [*group.missing, *scope_missing(ground, standard)]
    outcome = Outcome(missing=tuple(missing))
    if outcome.blocked:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    speed = plan.profiles[composite.profile].speed_m_s
    needed = _needed(ground, composite, selections, speed)
    lacking = np.column_stack([one.lacking for one in needed])
    figures = CellFigures(
        ground.group(group.column),
        np.asarray(~lacking.any(axis=1), dtype=bool),
        in_area(ground, standard.scope),
        np.max([one.walk.distance_m for one in needed], axis=0),
        speed,
        np.unique(np.concatenate([one.facilities for one in needed])),
        group.estimated,
        others=_others(plan, composite, needed),
        same_zone=_same_zone(ground, needed),
    )
    resident_rows(ground, standard, figures, outcome, group=group.column)
    outcome.cells = _cells(ground, figures, needed, lacking)
    outcome.walks += [(one.service, one.walk) for one in needed]
    outcome.evidence += edge_evidence(ground, standard, _near_edge(ground, figures, needed))
    for place, one in enumerate(needed):
        people = np.where(lacking[:, place], ground.group("pop_total"), 0.0)
        _tell_missing(ground, standard, outcome, service=one.service, people=people)
    return outcome


def _needed(ground: Ground, composite: Composite, selections: list[Selection], speed: float) -> list[Needed]:
    return [
        Needed(
            one.service,
            ground.walk_to(selection.facilities),
            metres_walked(one.minutes, speed_m_s=speed),
            selection.facilities,
        )
        for one, selection in zip(composite.require, selections, strict=True)
    ]


def _same_zone(ground: Ground, needed: list[Needed]) -> dict[str, NDArray[np.bool_]]:
    """Return for each level which cells have every service within its limit in their own zone."""
    parts = [ground.own_zone(one.facilities, np.full(len(ground.cells), one.limit_m)) for one in needed]
    return {level: np.all([part[level] for part in parts], axis=0) for level in ground.cell_zones.columns}


def _near_edge(ground: Ground, figures: CellFigures, needed: list[Needed]) -> NDArray[np.bool_]:
    """Return which cells in scope lack a service that may stand just beyond the outer border."""
    parts = [
        near_edge(
            ground, one.facilities, np.full(len(figures.group), one.limit_m), among=figures.in_scope & one.lacking
        )
        for one in needed
    ]
    return np.asarray(np.any(parts, axis=0), dtype=bool)


def _others(plan: Plan, composite: Composite, needed: list[Needed]) -> dict[str, NDArray[np.bool_]]:
    """Return which cells are complete with one limit for all services, or at other speeds."""
    speed = plan.profiles[composite.profile].speed_m_s
    others = {}
    for minutes in composite.also_minutes:
        limit = metres_walked(minutes, speed_m_s=speed)
        others[f"all_within_{minutes:g}_min"] = np.all([reaches(one.walk.distance_m, limit) for one in needed], axis=0)
    for name, profile in plan.profiles.items():
        if name != composite.profile:
            factor = profile.speed_m_s / speed
            others[f"speed_{name}"] = np.all(
                [reaches(one.walk.distance_m, one.limit_m * factor) for one in needed], axis=0
            )
    return others


def _cells(ground: Ground, figures: CellFigures, needed: list[Needed], lacking: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the figures of each cell; metres and minutes are those of the farthest service."""
    services = np.array([one.service for one in needed], dtype=object)
    frame: dict[str, Any] = {
        "group": figures.group,
        "metres": figures.metres,
        "minutes": minutes_walked(figures.metres, speed_m_s=figures.speed_m_s),
        "limit_m": np.nan,
        "limit_minutes": np.nan,
        "facility_id": None,
        "covered": figures.covered,
        "in_scope": figures.in_scope,
        "access_m": ground.cell_positions.access_m,
        "missing": [tuple(sorted(services[row])) for row in lacking],
        "n_missing": lacking.sum(axis=1),
    }
    return pd.DataFrame(frame, index=ground.cells.index)


def _tell_missing(
    ground: Ground, standard: Standard, outcome: Outcome, *, service: str, people: NDArray[np.float64]
) -> None:
    """Add how many residents of each unit lack a service, given how many of each cell do."""
    for unit in units(ground, standard):
        residents = float(people[unit.cells].sum())
        outcome.companions.append(companion(standard, unit, f"without_{service}", residents, unit_of="人"))
        if residents:
            zh, en = f"{residents:,.0f} 人步行圈内缺{word(service, 'zh')}。", f"{residents:,.0f} residents lack it."
            row = evidence(
                standard, "missing_service", zone_id=unit.zone_id, about=service, zh=zh, en=en, residents=residents
            )
            outcome.evidence.append(row)
