"""Which cells each zone of a level holds, the whole city among the levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.assessment.rows import CITY, WHOLE_CITY
from servicecircle.city import levels
from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.assessment.ground import Ground


@dataclass(frozen=True, slots=True, eq=False)
class ZoneCells:
    """A zone, or the whole city, and the cells in it by their number, shape (cells of the zone,)."""

    zone_id: str
    name: str
    level: str
    cells: NDArray[np.int64]
    geometry: BaseGeometry


def known_levels(ground: Ground) -> tuple[str, ...]:
    """Return the levels that figures can be given for: the whole city, then those of the zones, largest first."""
    return (WHOLE_CITY, *(level for level in levels(ground.city.zones) if level != WHOLE_CITY))


def zone_cells(ground: Ground, level: str) -> Iterator[ZoneCells]:
    """Yield every zone of a level with its cells, by zone_id; zones without cells too.

    Raises
    ------
    InputError
        If there is no such level.
    """
    known = known_levels(ground)
    if level not in known:
        raise InputError.unknown("level", level, known)
    if level == WHOLE_CITY:
        yield ZoneCells(CITY, ground.city.name or WHOLE_CITY, level, np.arange(len(ground.cells)), ground.extent)
    zones = ground.city.zones
    zones = zones[zones["level"] == level].sort_values("zone_id")
    if not len(zones):
        return
    held = ground.cell_zones[level].cat
    order = np.argsort(held.codes.to_numpy(), kind="stable")
    begin = np.searchsorted(held.codes.to_numpy()[order], np.arange(len(held.categories) + 1))
    number = {str(zone): i for i, zone in enumerate(held.categories)}
    for zone in zones.itertuples():
        i = number.get(str(zone.zone_id))
        cells = order[:0] if i is None else order[begin[i] : begin[i + 1]]
        yield ZoneCells(str(zone.zone_id), str(zone.name), level, cells, zone.geometry)
