"""Coverage: the share of an area within a straight-line radius of a facility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from servicecircle.assessment.figures import share
from servicecircle.assessment.reach import scope_missing
from servicecircle.assessment.rows import (
    Outcome,
    base_columns,
    blocked_rows,
    companion,
    evidence,
    units,
    verdict_columns,
)
from servicecircle.assessment.selection import Missing, select
from servicecircle.units import reaches

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.assessment.ground import Ground
    from servicecircle.plan import Coverage, Plan, Standard

DISC_SIDES = 512
"""Discs are polygons of so many sides with exactly the area of the disc; their edge is off by 13 mm in 500 m."""

KM2 = 1e6


def assess_coverage(ground: Ground, plan: Plan, standard: Standard, coverage: Coverage) -> Outcome:
    """Return what a standard of area coverage comes to."""
    del plan
    selection = select(ground, coverage.facilities)
    missing = [*selection.missing, *scope_missing(ground, standard), *_not_yet(coverage)]
    outcome = Outcome(missing=tuple(missing))
    if outcome.blocked or coverage.metres is None:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    area = ground.areas[coverage.area] if coverage.area else ground.extent
    covered = shapely.intersection(area, discs(ground.facility_xy[selection.facilities], coverage.metres))
    straight, which = ground.straight_to(selection.facilities)
    walk = ground.walk_to(selection.facilities)
    near, walked = reaches(straight, coverage.metres), reaches(walk.distance_m, coverage.metres)
    inside = np.asarray(shapely.intersects_xy(area, ground.cell_xy), dtype=bool)
    total = ground.group("pop_total")
    for unit in units(ground, standard):
        part = shapely.intersection(area, unit.geometry)
        whole, done = part.area / KM2, shapely.intersection(covered, unit.geometry).area / KM2
        value = share(done, whole)
        cells = unit.cells & inside
        row = base_columns(standard, unit)
        row |= verdict_columns(standard, unit, value, status="not_applicable" if value is None else "")
        row |= {
            "numerator": done,
            "denominator": whole,
            "gap": max(whole - done, 0.0),
            "pop_total": float(total[cells].sum()),
            "pop_group": float(total[cells].sum()),
            "group": "pop_total",
            "pop_uncovered": float(total[cells & ~near].sum()),
            "group_uncovered": float(total[cells & ~near].sum()),
            "pop_unreachable": float(total[cells & ~np.isfinite(walk.distance_m)].sum()),
            "facilities_n": float(unit.facilities[selection.facilities].sum()),
        }
        outcome.rows.append(row)
        if coverage.population_companions:
            people = float(total[cells].sum())
            for method, reached in (("population_euclidean", near), ("population_network", walked)):
                done_people = float(total[cells & reached].sum())
                outcome.companions.append(companion(standard, unit, method, share(done_people, people)))
                left = people - done_people
                outcome.companions.append(companion(standard, unit, f"{method}_uncovered", left, unit_of="人"))
    outcome.cells = _cells(ground, straight, which, metres=coverage.metres, inside=inside)
    outcome.walks.append((",".join(standard.services), walk))
    outcome.evidence += [evidence(standard, m.kind, about=m.name, zh=m.zh, en=m.en) for m in missing if not m.blocks]
    return outcome


def discs(xy: NDArray[np.float64], radius_m: float) -> BaseGeometry:
    """Return the union of discs round points (metres, shape (n, 2)), each a polygon of the disc's own area.

    Examples
    --------
    >>> area = discs(np.array([[0.0, 0.0]]), 500.0).area
    >>> bool(np.isclose(area, np.pi * 500.0**2, rtol=1e-12))
    True
    """
    angle = 2 * np.pi / DISC_SIDES
    outer = radius_m * np.sqrt(angle / np.sin(angle))
    points = shapely.points(xy[np.isfinite(xy).all(axis=1)])
    return shapely.union_all(shapely.buffer(points, outer, quad_segs=DISC_SIDES // 4))


def _not_yet(coverage: Coverage) -> list[Missing]:
    """Return what this version does not compute."""
    if coverage.metres is not None and not coverage.group:
        return []
    return [
        Missing("measure", "coverage", "本版本尚不计算此类面积覆盖。", "this kind of coverage is not computed yet.")
    ]


def _cells(
    ground: Ground,
    straight: NDArray[np.float64],
    which: NDArray[np.int64],
    *,
    metres: float,
    inside: NDArray[np.bool_],
) -> pd.DataFrame:
    """Return the figures of each cell; metres are straight lines, so there are no minutes."""
    return pd.DataFrame(
        {
            "group": ground.group("pop_total"),
            "metres": straight,
            "minutes": np.nan,
            "limit_m": metres,
            "limit_minutes": np.nan,
            "facility_id": ground.names_of(which),
            "covered": reaches(straight, metres),
            "in_scope": inside,
            "access_m": ground.cell_positions.access_m,
            "missing": [()] * len(straight),
            "n_missing": 0,
        },
        index=ground.cells.index,
    )
