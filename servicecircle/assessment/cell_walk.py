"""One cell's walk behind a figure: which facility, how far, by which legs, along which line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.assessment.selection import select
from servicecircle.errors import InputError
from servicecircle.markup import lines_html
from servicecircle.network import route
from servicecircle.plan import Composite, Coverage, FacilityFilter, Reach
from servicecircle.text import did_you_mean
from servicecircle.units import WALK_SPEEDS, metres_walked, minutes_walked, reaches
from servicecircle.words import word

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.assessment.ground import Ground
    from servicecircle.network import Nearest

WALKER = "general"


@dataclass(frozen=True, slots=True, eq=False)
class CellWalk:
    """The walk from a cell to the nearest facility that counts. Made by ``Assessment.explain_cell``.

    Parameters
    ----------
    cell_id
        The cell.
    standard_id, service
        What was asked for: the standard ("" for a service alone) and the services that count.
    facility_id, facility_name
        The nearest facility; "" where no walk leads to one.
    metres, minutes
        The whole walk from door to door; inf without one.
    access_m, path_m, egress_m
        Its legs, metres: from the home to the network, along it, and from it to the facility. They add up to `metres`.
    speed_m_s
        The speed that makes minutes of metres, m/s.
    limit_m
        The limit of the standard for this cell, metres; NaN where no walk decides.
    covered
        Whether the walk is within the limit; None where no walk decides: of a service alone, or of a standard of
        coverage, which counts straight lines.
    geometry
        The line of the walk, in the city's CRS; None without one.
    """

    cell_id: str
    standard_id: str
    service: str
    facility_id: str
    facility_name: str
    metres: float
    minutes: float
    access_m: float
    path_m: float
    egress_m: float
    speed_m_s: float
    limit_m: float
    covered: bool | None
    geometry: shapely.LineString | None

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the walk line by line, Chinese and English."""
        names = self.service.split(",")
        zh, en = "、".join(word(one, "zh") for one in names), ", ".join(word(one, "en") for one in names)
        lines = [f"居民点 cell {self.cell_id} → {self.standard_id} {zh} {en}".replace("  ", " ")]
        if not np.isfinite(self.metres):
            return (*lines, f"{word('unreachable', 'zh')} {word('unreachable', 'en')}")
        lines.append(f"设施 facility: {self.facility_name} ({self.facility_id})".replace("  ", " "))
        lines.append(f"全程 walk: {self.metres:,.1f} m, {self.minutes:.2f} min ({self.speed_m_s:g} m/s)")
        lines.append(
            f"分段 legs: 出发接驳 access {self.access_m:,.1f} m + 沿路 path {self.path_m:,.1f} m + 到达接驳 egress "
            f"{self.egress_m:,.1f} m"
        )
        if np.isfinite(self.limit_m):
            lines.append(f"限值 limit: {self.limit_m:,.1f} m")
        if self.covered is not None:
            key = "covered" if self.covered else "uncovered"
            lines.append(f"{word(key, 'zh')} {word(key, 'en')}")
        return tuple(lines)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return lines_html(self.lines)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What is walked to: the services, the walks of all cells, the speed (m/s), and the limit of each cell (metres)."""

    service: str
    walk: Nearest
    speed_m_s: float
    limit_m: NDArray[np.float64]
    standard_id: str = ""


def explain_cell(result: Assessment, cell: str, service: str) -> CellWalk:
    """Return the walk of a cell to the nearest facility of a standard, or of a service."""
    ground, number = result.ground, _number_of(result.ground, cell)
    asked = _of_standard(result, service, number) if service in result.plan.ids else _of_service(result, service)
    facility, metres = int(asked.walk.facility[number]), float(asked.walk.distance_m[number])
    access, path, egress, line = float(ground.cell_positions.access_m[number]), np.inf, np.nan, None
    if facility >= 0:
        doors = ground.cell_positions.take([number]), ground.facility_positions.take([facility])
        way = route(result.city.walk, *doors)
        path, egress, line = way.path_m, way.egress_m, way.geometry
    there = ground.facilities.iloc[facility] if facility >= 0 else None
    name = "" if there is None else there["name"]
    return CellWalk(
        str(cell),
        asked.standard_id,
        asked.service,
        "" if there is None else str(there["id"]),
        name if isinstance(name, str) else "",
        metres,
        float(minutes_walked(asked.walk.distance_m, speed_m_s=asked.speed_m_s)[number]),
        access,
        path,
        egress,
        asked.speed_m_s,
        float(asked.limit_m[number]),
        bool(reaches(asked.walk.distance_m, asked.limit_m)[number]) if np.isfinite(asked.limit_m[number]) else None,
        line,
    )


def _number_of(ground: Ground, cell: str) -> int:
    ids = ground.cells.index.astype(str)
    if str(cell) not in ids:
        raise InputError(f"No cell {str(cell)!r}. {did_you_mean(str(cell), ids)} | 没有格网 {cell}。")
    return int(ids.get_indexer([str(cell)])[0])


def _of_standard(result: Assessment, standard_id: str, number: int) -> _Asked:
    """Return the walks of a standard; of a composite, those to the service farthest from the cell."""
    outcome, measure = result.outcomes[standard_id], result.plan[standard_id].measure
    if not isinstance(measure, Reach | Composite | Coverage) or outcome.cells is None or not outcome.walks:
        result.cells_for(standard_id)  # says why, where it was not evaluated
        raise InputError(
            f"{standard_id} is a standard of {measure.kind}: no walk is behind its figures. Name a service instead. | "
            f"{standard_id} 的结果不依据步行路径，请改填服务名称。"
        )
    service, walk = max(outcome.walks, key=lambda one: float(one[1].distance_m[number]))
    limit = outcome.cells["limit_m"].to_numpy(dtype=float)
    if isinstance(measure, Coverage):
        limit = np.full(len(limit), np.nan)
    if isinstance(measure, Composite):
        speed = result.plan.profiles[measure.profile].speed_m_s
        minutes = next(one.minutes for one in measure.require if one.service == service)
        limit = np.full(len(limit), metres_walked(minutes, speed_m_s=speed))
    speed = _speed(result, getattr(measure, "profile", WALKER))
    return _Asked(service, walk, speed, limit, standard_id)


def _of_service(result: Assessment, service: str) -> _Asked:
    """Return the walks to the open facilities of a service, at the pace of a general walker."""
    if service not in result.city.services:
        raise InputError.unknown("service or standard", service, [*result.city.services, *result.plan.ids])
    walk = result.ground.walk_to(select(result.ground, [FacilityFilter(service)]).facilities)
    return _Asked(service, walk, _speed(result, WALKER), np.full(len(walk.distance_m), np.nan))


def _speed(result: Assessment, profile: str) -> float:
    known = result.plan.profiles.get(profile)
    return WALK_SPEEDS[WALKER] if known is None else known.speed_m_s
