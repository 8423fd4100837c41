"""What a city holds: its layers, checked together on entry and brought into one CRS."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.city.about import About
from servicecircle.city.across import (
    double_cells,
    double_facilities,
    doubtful_names,
    outside_area_of_use,
    unknown_zones,
    with_settings,
)
from servicecircle.city.borders import border_findings
from servicecircle.city.entrances import LAYER as ENTRANCES
from servicecircle.city.entrances import about_entrances
from servicecircle.city.inspected import inspected
from servicecircle.city.misplaced import far_layers, shifted_layers
from servicecircle.city.places import outlying
from servicecircle.city.transport import LINES, Transport
from servicecircle.city.ways import Ways
from servicecircle.city.zoning import zones_of
from servicecircle.errors import InputError, LayerError
from servicecircle.findings import DataReport
from servicecircle.network import AccessRule, WalkNetwork

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import pyproj
    from numpy.typing import NDArray

    from servicecircle.network import Positions


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What a `City` holds, checked on entry: the fields are described there."""

    walk: WalkNetwork
    population: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    _: KW_ONLY
    areas: gpd.GeoDataFrame | None = None
    entrances: gpd.GeoDataFrame | None = None
    services: Sequence[str] = ()
    access: AccessRule = field(default_factory=AccessRule)
    transport: Transport = field(default_factory=Transport)
    about: About = field(default_factory=About)

    def __post_init__(self) -> None:
        if not isinstance(self.walk, WalkNetwork):
            raise InputError(
                f"walk must be a WalkNetwork, not {type(self.walk).__name__}: WalkNetwork.from_edges(edges), or "
                "read_walk_network(path, crs=...). | walk 必须是 WalkNetwork。"
            )
        if isinstance(self.services, str):
            raise InputError(f"services must be a list, for example [{self.services!r}]. | services 应为列表。")
        about: object = self.about
        if not isinstance(about, About):
            raise InputError(
                f"about must be an About: About('name'). {about!r} was given instead. | about 应为 About。"
            )
        self.transport.check_crs(self.walk.crs)
        seen = inspected(self)
        report = DataReport(tuple(finding for part in seen.values() for finding in part.findings))
        stop_at_errors(report)
        facilities, zones = seen["facilities"].frame, seen["zones"].frame
        found = [*unknown_zones(seen["population"], zones), *unknown_zones(seen["facilities"], zones)]
        found += far_layers(self.walk, seen["population"].frame, facilities, zones)
        stop_at_errors(DataReport(tuple(found)))
        areas, entrances = (seen[key].frame if key in seen else None for key in ("areas", ENTRANCES))
        cells, settled = with_settings(seen["population"].frame, zones, areas)
        services = {*map(str, self.services), *facilities["service"]}
        found += double_cells(cells) + double_facilities(facilities) + doubtful_names(facilities, zones, services)
        found += settled + shifted_layers(self.walk, facilities, zones) + border_findings(cells, zones)
        found += outlying(facilities, self.walk.bounds, self.access.max_access_m, zones=zones)
        found += outside_area_of_use(self.walk.crs, self.walk.bounds)
        found += about_entrances(entrances, facilities, areas)
        drive, lines = self.transport.drive, seen[LINES].frame if LINES in seen else None
        roads = drive.roads.report.findings if drive is not None else ()
        whole = dict.fromkeys((*self.walk.report.findings, *roads, *self.report.findings, *report.findings, *found))
        values = {
            "population": cells,
            "facilities": facilities,
            "zones": zones,
            "areas": areas,
            "entrances": entrances,
            "services": tuple(sorted(services)),
            "about": replace(self.about, report=DataReport(tuple(whole))),
            "transport": Transport(drive, lines),
        }
        for key, value in values.items():
            object.__setattr__(self, key, value)

    @property
    def name(self) -> str:
        """Return the city's name, "" if it has none."""
        return self.about.name

    @property
    def notice(self) -> tuple[str, str]:
        """Return what has to be said wherever the city is shown, Chinese and English."""
        return self.about.notice

    @property
    def report(self) -> DataReport:
        """Return what was found while reading and checking the layers."""
        return self.about.report

    @property
    def crs(self) -> pyproj.CRS:
        """Return the CRS of all layers: that of the walk network, in metres."""
        return self.walk.crs

    @property
    def cell_xy(self) -> NDArray[np.float64]:
        """Return the centre of each cell, shape (n, 2), metres."""
        return np.asarray(shapely.get_coordinates(self.population.geometry.centroid.to_numpy()))

    @property
    def cell_zones(self) -> pd.DataFrame:
        """Return the zone of each level that holds each cell's centre: index cell_id, one column per level."""
        cells = self.population
        membership, _ = zones_of(cells.geometry.centroid, self.zones, declared=cells.get("zone_id"))
        return membership.set_axis(pd.Index(cells["cell_id"], name="cell_id"))

    @property
    def facility_zones(self) -> pd.DataFrame:
        """Return the zone of each level that each facility lies in: index facility id, one column per level."""
        frame = self.facilities
        membership, _ = zones_of(frame.geometry, self.zones, declared=frame["zone_id"])
        return membership.set_axis(pd.Index(frame["id"], name="id"))

    @property
    def ways(self) -> Ways:
        """Return the barriers that bind and the doors that lead out and in; made anew at each call."""
        return Ways.of(self.areas, self.entrances, self.access)

    def placed(self, places: gpd.GeoSeries | Sequence[Any], *, ids: Iterable[str] | None = None) -> Positions:
        """Return points placed on the walk network, round barriers and through entrances.

        Parameters
        ----------
        places
            Points in the city's CRS.
        ids
            The ids of the facilities that stand there, if they are facilities: they are entered by their doors.
        """
        return self.ways.placed(self.walk, np.asarray(places, dtype=object), rule=self.access, ids=ids)


def stop_at_errors(report: DataReport) -> None:
    """Raise a LayerError with all findings if one of them is an error."""
    if not report.ok:
        raise LayerError(report)


def without_layer(report: DataReport, layer: str) -> DataReport:
    """Return what was found before and does not change with a layer: its repairs, and what is said of other layers."""
    return DataReport(tuple(f for f in report.findings if f.layer != layer or f.severity == "repair"))
