"""Coverage: the share of an area within a straight-line radius of a facility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.assessment.edge import edge_evidence, near_edge
from servicecircle.assessment.figures import share
from servicecircle.assessment.reach import scope_missing
from servicecircle.assessment.rows import (
    Outcome,
    base_columns,
    blocked_rows,
    companion,
    units,
    verdict_columns,
)
from servicecircle.assessment.selection import Missing, select
from servicecircle.units import reaches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Unit
    from servicecircle.plan import Coverage, Standard

DISC_SIDES = 512
"""Discs are polygons of so many sides with exactly the area of the disc; their edge is off by 13 mm in 500 m."""

KM2 = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """What lies within a radius of facilities, or in areas of a kind.

    Parameters
    ----------
    shape
        The ground that is covered.
    near, walked
        Which cells are covered, and which within the same metres on the network; shape (cells,).
    straight, which
        Each cell's straight line (metres) to the nearest facility, and which it is.
    """

    shape: BaseGeometry
    near: NDArray[np.bool_]
    walked: NDArray[np.bool_]
    straight: NDArray[np.float64]
    which: NDArray[np.int64]


def assess_coverage(ground: Ground, standard: Standard, coverage: Coverage) -> Outcome:
    """Return what a standard of area coverage comes to."""
    selection = select(ground, coverage.facilities)
    radii = _radii(ground, coverage, selection.facilities)
    missing = [*selection.missing, *scope_missing(ground, standard), *_radius_missing(coverage, radii)]
    outcome = Outcome(missing=tuple(missing))
    if outcome.blocked:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    area = ground.areas[coverage.area] if coverage.area else ground.extent
    reached = _reached(ground, coverage, selection.facilities, radii)
    inside = np.asarray(shapely.intersects_xy(area, ground.cell_xy), dtype=bool)
    for unit in units(ground, standard):
        part = shapely.intersection(area, unit.geometry)
        row = base_columns(standard, unit) | {"facilities_n": float(unit.facilities[selection.facilities].sum())}
        row["pop_total"] = float(ground.group("pop_total")[unit.cells & inside].sum())
        row |= {} if coverage.covered_by else _people(ground, unit.cells & inside, reached)
        row |= _value(standard, unit, coverage, row, areas=(part, shapely.intersection(reached.shape, part)))
        outcome.rows.append(row)
        if coverage.population_companions and not coverage.covered_by:
            outcome.companions += _population(
                standard, unit, ground.group("pop_total") * (unit.cells & inside), reached
            )
    if not coverage.covered_by:
        outcome.cells = _cells(ground, reached, metres=coverage.metres, inside=inside)
        outcome.walks.append((",".join(standard.services), ground.walk_to(selection.facilities)))
        limit = np.full(len(inside), float(radii.max()) if len(radii) else coverage.metres or 0.0)
        near = near_edge(ground, selection.facilities, limit, among=inside & ~reached.near)
        outcome.evidence += edge_evidence(ground, standard, near)
    return outcome


def _radii(ground: Ground, coverage: Coverage, facilities: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the radius (metres) of each facility, NaN where it is not known."""
    if coverage.metres is not None:
        return np.full(len(facilities), coverage.metres)
    column = ground.facilities.get(coverage.metres_column)
    if column is None:
        return np.full(len(facilities), np.nan)
    return np.asarray(pd.to_numeric(column.iloc[facilities], errors="coerce"), dtype=float)


def _radius_missing(coverage: Coverage, radii: NDArray[np.float64]) -> list[Missing]:
    unknown = int(np.isnan(radii).sum())
    if not unknown:
        return []
    name = coverage.metres_column
    return [
        Missing("column", name, f"{unknown} 处设施的 {name} 未知。", f"{name} is unknown for {unknown} facilities.")
    ]


def _reached(ground: Ground, coverage: Coverage, facilities: NDArray[np.int64], radii: NDArray[np.float64]) -> Reached:
    straight, which = ground.straight_to(facilities)
    if coverage.covered_by:
        shape = ground.areas[coverage.covered_by]
        inside = np.asarray(shapely.intersects_xy(shape, ground.cell_xy), dtype=bool)
        return Reached(shape, inside, inside, straight, which)
    walk = ground.walk_to(facilities)
    near, walked = np.zeros(len(straight), dtype=bool), np.zeros(len(straight), dtype=bool)
    shapes = []
    for radius in np.unique(radii):
        mine = facilities[radii == radius]
        near |= reaches(ground.straight_to(mine)[0], float(radius))
        walked |= reaches(ground.walk_to(mine).distance_m if len(mine) < len(facilities) else walk.distance_m, radius)
        shapes.append(discs(ground.facility_xy[mine], float(radius)))
    return Reached(shapely.union_all(shapes), near, walked, straight, which)


def _people(ground: Ground, cells: NDArray[np.bool_], reached: Reached) -> dict[str, Any]:
    total = ground.group("pop_total")
    everyone, left = float(total[cells].sum()), float(total[cells & ~reached.near].sum())
    return {
        "pop_group": everyone,
        "group": "pop_total",
        "pop_uncovered": left,
        "group_uncovered": left,
    }


def _value(
    standard: Standard, unit: Unit, coverage: Coverage, row: dict[str, Any], *, areas: tuple[BaseGeometry, BaseGeometry]
) -> dict[str, Any]:
    """Return the value of a unit: of its residents where the standard asks for a group, else of its ground."""
    if coverage.group:
        whole, done = row["pop_group"], row["pop_group"] - row["group_uncovered"]
        told = verdict_columns(standard, unit, share(done, whole))
    else:
        whole, done = areas[0].area / KM2, areas[1].area / KM2
        value = share(done, whole)
        told = verdict_columns(standard, unit, value, status="not_applicable" if value is None else "")
    # what facilities leave uncovered is the gap; areas such as tree cover only have to grow up to the target
    wanted = standard.target.value if coverage.covered_by else None
    return told | {
        "numerator": done,
        "denominator": whole,
        "gap": max((1.0 if wanted is None else wanted) * whole - done, 0.0),
    }


def _population(
    standard: Standard, unit: Unit, residents: NDArray[np.float64], reached: Reached
) -> Iterator[dict[str, Any]]:
    """Yield the residents within the radius, and within the same metres on the network: reported, never judged."""
    people = float(residents.sum())
    for method, covered in (("population_euclidean", reached.near), ("population_network", reached.walked)):
        done = float(residents[covered].sum())
        yield companion(standard, unit, method, share(done, people))
        yield companion(standard, unit, f"{method}_uncovered", people - done, unit_of="人")


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


def _cells(ground: Ground, reached: Reached, *, metres: float | None, inside: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the figures of each cell; metres are straight lines, so there are no minutes."""
    return pd.DataFrame(
        {
            "group": ground.group("pop_total"),
            "metres": reached.straight,
            "minutes": np.nan,
            "limit_m": np.nan if metres is None else metres,
            "limit_minutes": np.nan,
            "facility_id": ground.names_of(reached.which),
            "covered": reached.near,
            "in_scope": inside,
            "access_m": ground.cell_positions.access_m,
            "missing": [()] * len(inside),
            "n_missing": 0,
        },
        index=ground.cells.index,
    )
