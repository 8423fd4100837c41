"""The ground that a map of a whole city stands on: its extent, zones and streets, in longitude and latitude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from servicecircle.show.scene import SHOWN_DETAIL, WGS84, backdrop_of, extent_of, in_degrees, simplified

if TYPE_CHECKING:
    from servicecircle.city import City
    from servicecircle.show.phrases import Spoken


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every map of a city has, whatever it shows: `Scene` is the same for one standard.

    Parameters
    ----------
    city, language
        Of the map.
    zones
        The city's zones, in longitude and latitude.
    backdrop
        Water, green and streets by kind.
    bounds
        West, south, east, north (degrees).
    detail
        Lines are simplified to this (metres).
    """

    city: City
    language: Spoken
    zones: gpd.GeoDataFrame
    backdrop: tuple[tuple[str, shapely.Geometry], ...]
    bounds: tuple[float, float, float, float]
    detail: float

    @property
    def origin(self) -> tuple[float, float]:
        """Return the south-west corner: coordinates are kept relative to it."""
        return self.bounds[0], self.bounds[1]

    def placed(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """Return a geometry of the city, simplified, in longitude and latitude."""
        return in_degrees(self.city, geometry, self.detail)


def make_sheet(city: City, language: Spoken, *, streets: bool = True) -> Sheet:
    """Return the ground of a map of a city.

    Parameters
    ----------
    city
        The city.
    language
        Of all words.
    streets
        Whether streets, water and green are drawn behind the figures.
    """
    extent = extent_of([city.zones, city.population, city.facilities])
    detail = max(extent[2] - extent[0], extent[3] - extent[1]) / SHOWN_DETAIL
    ground = backdrop_of(city, detail) if streets else []
    return Sheet(
        city,
        language,
        simplified(city.zones, detail).to_crs(WGS84),
        tuple((kind, in_degrees(city, shape, detail)) for kind, shape in ground),
        tuple(gpd.GeoSeries([shapely.box(*extent)], crs=city.crs).to_crs(WGS84).total_bounds.tolist()),
        detail,
    )
