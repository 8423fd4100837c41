"""The rows of a result: for which zones a standard has one, and what every row says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.assessment.figures import grade, meets
from servicecircle.city.zoning import levels
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.selection import Missing
    from servicecircle.network import Nearest
    from servicecircle.plan import Standard

CITY = "CITY"
WHOLE_CITY = "全市"
"""The id and the level of the whole city's row."""

COLUMNS = (
    "scenario", "standard_id", "part_of", "name_zh", "name_en", "measure", "nature", "zone_id", "zone_name", "level",
    "class", "status", "value", "numerator", "denominator", "unit", "op", "target", "target_origin", "meets_target",
    "verdict", "grade", "gap", "gap_unit", "base_value", "base_year", "target_year", "as_of", "pop_total",
    "pop_group", "group", "pop_uncovered", "group_uncovered", "pop_unreachable", "facilities_n",
    "facilities_required", "facilities_missing", "capacity", "capacity_missing", "worst_min", "p50_min", "p90_min",
    "worst_m", "p50_m", "p90_m", "estimated",
)  # fmt: skip
"""The columns of `Assessment.table`, in order."""

TEXTS = frozenset(
    {
        "scenario", "standard_id", "part_of", "name_zh", "name_en", "measure", "nature", "zone_id", "zone_name",
        "level", "class", "status", "unit", "op", "target_origin", "verdict", "grade", "gap_unit", "as_of", "group",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One zone, area or the whole city, for which a standard has rows.

    Parameters
    ----------
    zone_id, name, level
        What it is.
    cells, facilities
        Which cells its row is about, and which facilities lie in it, shape (cells,) and (facilities,).
    geometry
        Its ground.
    judged
        Whether the standard is judged here; else the row is for information.
    outside
        Whether it lies outside the standard's scope.
    """

    zone_id: str
    name: str
    level: str
    cells: NDArray[np.bool_]
    facilities: NDArray[np.bool_]
    geometry: BaseGeometry
    judged: bool
    outside: bool = False


@dataclass(slots=True)
class Outcome:
    """What one standard came to.

    Parameters
    ----------
    rows
        Rows of the table.
    companions
        Values by other methods, reported beside the judged ones.
    evidence
        What lies behind the rows.
    cells
        Figures of each cell, index cell_id; None for a standard that has none.
    walks
        The walks that were looked at, by service.
    missing
        What is not known.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    companions: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    cells: pd.DataFrame | None = None
    walks: list[tuple[str, Nearest]] = field(default_factory=list)
    missing: tuple[Missing, ...] = ()

    @property
    def blocked(self) -> bool:
        """Return whether the standard cannot be evaluated."""
        return any(one.blocks for one in self.missing)


def in_area(ground: Ground, kind: str | None) -> NDArray[np.bool_]:
    """Return which cells have their centre in areas of a kind, shape (cells,); all of them where no kind is given."""
    if kind is None:
        return np.ones(len(ground.cells), dtype=bool)
    if kind not in ground.areas:
        return np.zeros(len(ground.cells), dtype=bool)
    return np.asarray(shapely.intersects_xy(ground.areas[kind], ground.cell_xy), dtype=bool)


def units(ground: Ground, standard: Standard) -> list[Unit]:
    """Return the units of a standard: areas, the whole city, then zones, larger levels first, each level by zone_id."""
    scope = in_area(ground, standard.scope)
    return [_scoped(ground, standard, unit, scope) for unit in _all_units(ground, standard)]


def _all_units(ground: Ground, standard: Standard) -> Iterator[Unit]:
    wanted = set(standard.judge) | set(standard.inform)
    kinds = {word(kind, "zh"): kind for kind in standard.areas}
    for level in sorted(wanted & set(kinds)):
        yield _area_unit(ground, standard, kinds[level])
    if WHOLE_CITY in wanted:
        everywhere = np.ones(len(ground.cells), dtype=bool)
        inside = ground.facility_zones.notna().any(axis=1).to_numpy()
        name = ground.city.name or WHOLE_CITY
        yield Unit(CITY, name, WHOLE_CITY, everywhere, inside, ground.extent, WHOLE_CITY in standard.judge)
    zones = ground.city.zones.sort_values("zone_id")
    for level in levels(zones) if wanted.intersection(zones["level"]) else ():
        if level not in wanted:
            continue
        part = zones[(zones["level"] == level).to_numpy()]
        ids, names = part["zone_id"].to_numpy(dtype=object), part["name"].to_numpy(dtype=object)
        cells, facilities = _codes(ground.cell_zones[level], ids), _codes(ground.facility_zones[level], ids)
        for row, (zone, name, shape) in enumerate(zip(ids, names, part.geometry.to_numpy(), strict=True)):
            here, there = cells == row, facilities == row
            yield Unit(str(zone), str(name), level, here, there, shape, level in standard.judge)


def _codes(held: pd.Series[Any], zones: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return for each place which of some zones holds it, by number, -1 for none; ``held`` is of categories."""
    numbers = pd.Index(zones).get_indexer(held.cat.categories)
    return np.asarray(np.append(numbers, -1)[held.cat.codes.to_numpy()], dtype=np.int64)


def _area_unit(ground: Ground, standard: Standard, kind: str) -> Unit:
    """Return an area as a unit; empty where the city does not have it, since its row says that."""
    shape, xy, level = ground.areas.get(kind, shapely.Polygon()), ground.facility_xy, word(kind, "zh")
    facilities = np.asarray(shapely.intersects_xy(shape, xy), dtype=bool)  # NaN, no place, is nowhere
    return Unit(kind, level, level, in_area(ground, kind), facilities, shape, level in standard.judge)


def _scoped(ground: Ground, standard: Standard, unit: Unit, scope: NDArray[np.bool_]) -> Unit:
    """Return a unit as the scope of its standard sees it.

    A judged row is about the cells in scope. A row for information, that of a city not wholly in scope, and that of a
    unit wholly outside are about all cells of the unit.
    """
    if standard.scope is None:
        return unit
    inside = unit.cells & scope
    if not unit.judged or (unit.level == WHOLE_CITY and not scope.all()):
        return replace(unit, judged=False)
    if inside.any():
        return replace(unit, cells=inside)
    shape = ground.areas.get(standard.scope)
    touches = shape is not None and shapely.intersects(shape, shapely.point_on_surface(unit.geometry))
    return unit if touches and not unit.cells.any() else replace(unit, outside=True)


def verdict_columns(
    standard: Standard, unit: Unit, value: float | None, *, status: str = "", meeting: bool | None = None
) -> dict[str, Any]:
    """Return what a row says about its target: status, value, target, whether it is met, verdict and grade.

    Parameters
    ----------
    standard, unit
        Whose row it is.
    value
        The value, None where there is none.
    status
        A status that is known already; else it follows from the level, the value and the target's origin.
    meeting
        Whether the target is met, where that is not simply the value against the target.
    """
    target = standard.target
    if not status:
        if unit.outside:
            status = "out_of_scope"
        elif value is None:
            status = "no_population"
        elif target.origin == "lost_in_source":
            status = "not_evaluable"
        elif not unit.judged or target.origin == "none":
            status = "info"
        else:
            status = "judged" if target.origin in {"stated", "stated_2020_hold"} else "reference"
    held = status in {"judged", "reference"} and value is not None
    met = None
    if held and value is not None:
        met = meets(value, target) if meeting is None else meeting
    verdict = None if met is None or status != "judged" else word("meets" if met else "fails", "zh")
    of_share = value is not None and standard.unit == "share"
    told = status != "info"
    return {
        "status": status,
        "value": value,
        "op": target.op if told and target.value is not None else None,
        "target": target.value if told else None,
        "target_origin": target.origin,
        "meets_target": met,
        "verdict": verdict,
        "grade": grade(value) if of_share and value is not None and held else None,
    }


def base_columns(standard: Standard, unit: Unit, *, klass: str = "all") -> dict[str, Any]:
    """Return what a row says about its standard and its zone."""
    return {
        "standard_id": standard.id,
        "part_of": standard.part_of or None,
        "name_zh": standard.name_zh,
        "name_en": standard.name_en,
        "measure": standard.measure.kind,
        "nature": standard.nature,
        "zone_id": unit.zone_id,
        "zone_name": unit.name,
        "level": unit.level,
        "class": klass,
        "unit": standard.unit,
        "gap_unit": standard.gap_unit or None,
        "base_value": standard.base_value,
        "base_year": standard.base_year,
        "target_year": standard.target_year,
        "estimated": False,
    }


def blocked_rows(ground: Ground, standard: Standard) -> list[dict[str, Any]]:
    """Return the rows of a standard that cannot be evaluated."""
    return [
        base_columns(standard, unit)
        | verdict_columns(standard, unit, None, status="not_evaluable")
        | {"pop_total": float(ground.group("pop_total")[unit.cells].sum())}
        for unit in units(ground, standard)
    ]


def companion(
    standard: Standard, unit: Unit, method: str, value: float | None, *, unit_of: str = "share", klass: str = "all"
) -> dict[str, Any]:
    """Return a value by another method, of one zone and class."""
    return {
        "standard_id": standard.id,
        "zone_id": unit.zone_id,
        "class": klass,
        "method": method,
        "value": value,
        "unit": unit_of,
    }


def evidence(
    standard: Standard,
    kind: str,
    *,
    zone_id: str = "",
    about: str = "",
    zh: str = "",
    en: str = "",
    residents: float | None = None,
) -> dict[str, Any]:
    """Return one thing that lies behind the rows of a standard."""
    return {
        "standard_id": standard.id,
        "zone_id": zone_id,
        "kind": kind,
        "about": about,
        "zh": zh,
        "en": en,
        "residents": residents,
    }


def called(one: pd.Series[Any]) -> str:
    """Return the name of a facility or zone; its id where it has none.

    Examples
    --------
    >>> called(pd.Series({"id": "E1", "name": np.nan})), called(pd.Series({"id": "E1", "name": "Station"}))
    ('E1', 'Station')
    """
    name = one.get("name")
    return name if isinstance(name, str) and name else str(one["id"])


def as_table(rows: list[dict[str, Any]], *, scenario: str) -> pd.DataFrame:
    """Return rows as the table of results: numbers as float, yes/no as boolean, unknown as missing."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["scenario"] = scenario
    for column in frame.columns:
        if column in {"meets_target", "estimated"}:
            frame[column] = frame[column].astype("boolean")
        elif column in TEXTS:
            frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
        else:
            frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(float)
    return frame
