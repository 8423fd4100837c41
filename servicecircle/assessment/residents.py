"""Rows of the standards that ask of each cell whether it is covered: reach and composite."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.assessment.figures import quantile, share
from servicecircle.assessment.rows import base_columns, companion, units, verdict_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Outcome, Unit
    from servicecircle.plan import Standard

    Flags = NDArray[np.bool_]

MILDER_TARGETS = (0.95, 0.90)
"""Targets reported beside an assumed target of all residents."""


@dataclass(frozen=True, slots=True, eq=False)
class CellFigures:
    """What a standard found for each cell; all of shape (cells,).

    Parameters
    ----------
    group
        Residents of the standard's group.
    covered, in_scope
        Whether the cell counts as covered, and whether the standard applies to it.
    metres, speed_m_s
        The walk that decides (inf without one), and the speed that makes minutes of it.
    selected
        The facilities that count, by number, shape (facilities chosen,).
    estimated
        Whether the group is only estimated.
    classes
        The cells of each class that has a row of its own.
    others
        Whether each cell is covered by other methods, reported beside.
    same_zone
        For each level, whether a cell is covered by a facility of its own zone.
    asked
        The cells that the standard asks about at all; None for all of them.
    """

    group: NDArray[np.float64]
    covered: Flags
    in_scope: Flags
    metres: NDArray[np.float64]
    speed_m_s: float
    selected: NDArray[np.int64]
    estimated: bool = False
    classes: Mapping[str, Flags] = field(default_factory=dict)
    others: Mapping[str, Flags] = field(default_factory=dict)
    same_zone: Mapping[str, Flags] = field(default_factory=dict)
    asked: Flags | None = None


def resident_rows(ground: Ground, standard: Standard, figures: CellFigures, outcome: Outcome, *, group: str) -> None:
    """Add the rows and companions of every unit of a standard to its outcome."""
    each_class = getattr(standard.measure, "pass_rule", "pooled") == "each_class"
    for unit in units(ground, standard):
        cells = unit.cells if figures.asked is None else unit.cells & figures.asked
        parts = {name: cells & members for name, members in figures.classes.items()}
        values = {name: _covered_share(figures, part) for name, part in parts.items()}
        for name, part in {"all": cells, **parts}.items():
            value = _covered_share(figures, part)
            meeting = None
            if name == "all" and each_class:
                known = [one for one in values.values() if one is not None]
                meeting = all(verdict_columns(standard, unit, one)["meets_target"] for one in known) if known else None
            row = base_columns(standard, unit, klass=name)
            row |= verdict_columns(standard, unit, value, meeting=meeting)
            row |= _figures_of(ground, figures, part, unit) | {"group": group, "estimated": figures.estimated}
            outcome.rows.append(row)
            outcome.companions += _companions(standard, unit, figures, part, row=row)


def _covered_share(figures: CellFigures, part: Flags) -> float | None:
    group = figures.group
    return share(float(group[part & figures.covered].sum()), float(group[part].sum()))


def _figures_of(ground: Ground, figures: CellFigures, part: Flags, unit: Unit) -> dict[str, Any]:
    group, total = figures.group, ground.group("pop_total")
    uncovered = part & ~figures.covered
    lost = float(group[uncovered].sum())
    metres = {
        "worst_m": quantile(figures.metres[part], group[part], 1.0),
        "p50_m": quantile(figures.metres[part], group[part], 0.5),
        "p90_m": quantile(figures.metres[part], group[part], 0.9),
    }
    per_minute = figures.speed_m_s * 60
    minutes = {key[:-1] + "min": None if value is None else value / per_minute for key, value in metres.items()}
    return {
        "numerator": float(group[part & figures.covered].sum()),
        "denominator": float(group[part].sum()),
        "gap": lost,
        "pop_total": float(total[part].sum()),
        "pop_group": float(group[part].sum()),
        "pop_uncovered": float(total[uncovered].sum()),
        "group_uncovered": lost,
        "pop_unreachable": float(total[part & ~np.isfinite(figures.metres)].sum()),
        "facilities_n": float(unit.facilities[figures.selected].sum()),
        **metres,
        **minutes,
    }


def _companions(
    standard: Standard, unit: Unit, figures: CellFigures, part: Flags, *, row: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    group, klass = figures.group, str(row["class"])
    whole = float(group[part].sum())
    methods = dict(figures.others)
    if unit.level in figures.same_zone:
        methods["no_cross_border"] = figures.same_zone[unit.level]
    for method, covered in methods.items():
        yield companion(standard, unit, method, share(float(group[part & covered].sum()), whole), klass=klass)
    if row["status"] == "reference" and standard.target.value == 1.0 and row["value"] is not None:
        for milder in MILDER_TARGETS:
            met = float(row["value"] >= milder)
            yield companion(standard, unit, f"meets_{milder:.2f}", met, unit_of="yes_no", klass=klass)
