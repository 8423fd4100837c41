"""What a standard of walking access asks of each cell, as a siting problem needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.assessment.selection import select
from servicecircle.errors import InputError
from servicecircle.network import nearest
from servicecircle.plan import Reach
from servicecircle.siting.built import attributes_of
from servicecircle.units import reaches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.assessment import Assessment
    from servicecircle.plan import Standard
    from servicecircle.siting.built import Attributes

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """What a standard of reach asks of each cell.

    Parameters
    ----------
    standard
        The standard.
    counts
        What one resident of its group counts among several standards.
    group
        Residents of its group in each cell; 0 where it does not apply.
    limit_m
        The limit of each cell, metres.
    before_m
        Metres from each cell to the nearest facility that counts today.
    staying_m
        The same for those facilities that are sure to stay.
    facilities
        The facilities that count, by number.
    speed_m_s
        Whose walk it is.
    scope
        Which cells it applies to.
    kind
        The attributes that make a facility count.
    """

    standard: Standard
    counts: float
    group: Floats
    limit_m: Floats
    before_m: Floats
    staying_m: Floats
    facilities: NDArray[np.int64]
    speed_m_s: float
    scope: Flags
    kind: Attributes

    @property
    def covered_before(self) -> Flags:
        """Which cells are within their limit today."""
        return np.asarray(reaches(self.before_m, self.limit_m), dtype=bool)

    @property
    def covered_anyway(self) -> Flags:
        """Which cells are within their limit of a facility that stays."""
        return np.asarray(reaches(self.staying_m, self.limit_m), dtype=bool)


def need_of(result: Assessment, standard_id: str, *, counts: float = 1.0, may_close: Sequence[str] = ()) -> Need:
    """Return what a standard of reach asks.

    Raises
    ------
    InputError
        If it is of another kind, was not evaluated, or a facility that may be closed does not count for it.
    """
    standard = result.plan[standard_id]
    reach = standard.measure
    if not isinstance(reach, Reach):
        raise InputError(
            f"{standard_id} is a standard of {reach.kind}; this serves standards of reach. | {standard_id} 不是"
            "步行可达类标准，此处只为可达类标准选址。"
        )
    cells = result.cells_for(standard_id)
    facilities = select(result.ground, reach.facilities).facilities
    before = cells["metres"].to_numpy(dtype=float)
    staying = before
    if may_close:
        ids = result.ground.facility_ids[facilities]
        strange = sorted(set(may_close) - set(ids))
        if strange:
            raise InputError(
                f"may_close: {', '.join(strange)} are not among the facilities that count for {standard_id}. | "
                f"may_close 中的 {'、'.join(strange)} 不是 {standard_id} 计入的设施。"
            )
        stay = facilities[~np.isin(ids.astype(str), list(may_close))]
        ground = result.ground
        staying = nearest(ground.city.walk, ground.cell_positions, ground.facility_positions.take(stay)).distance_m
    scope = cells["in_scope"].to_numpy(dtype=bool)
    group = np.where(scope, cells["group"].to_numpy(dtype=float), 0.0)
    limit = cells["limit_m"].to_numpy(dtype=float)
    speed = result.plan.profiles[reach.profile].speed_m_s
    kind = attributes_of(reach.facilities[0])
    return Need(standard, counts, group, limit, before, staying, facilities, speed, scope, kind)
