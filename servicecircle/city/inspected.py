"""All layers of a city under inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicecircle.city.entrances import LAYER as ENTRANCES
from servicecircle.city.entrances import inspect_entrances
from servicecircle.city.layers import inspect_areas, inspect_facilities, inspect_population, inspect_zones
from servicecircle.city.transport import LINES, inspect_lines

if TYPE_CHECKING:
    from servicecircle.city.contents import Contents
    from servicecircle.city.inspection import Inspection


def inspected(city: Contents) -> dict[str, Inspection]:
    """Return each layer of a city, checked; layers that are not known are left out."""
    crs = city.walk.crs
    seen = {
        "population": inspect_population(city.population, crs),
        "facilities": inspect_facilities(city.facilities, crs),
        "zones": inspect_zones(city.zones, crs),
    }
    if city.areas is not None:
        seen["areas"] = inspect_areas(city.areas, crs)
    if city.entrances is not None:
        seen[ENTRANCES] = inspect_entrances(city.entrances, crs)
    if city.transport.lines is not None:
        seen[LINES] = inspect_lines(city.transport.lines, crs, seen["facilities"].frame)
    return seen
