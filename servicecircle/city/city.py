"""City: what is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.city.catchments import Limits, catchments
from servicecircle.city.changing import unchecked, with_facilities
from servicecircle.city.contents import stop_at_errors, without_layer
from servicecircle.city.display import html_of
from servicecircle.city.estates import lived_in
from servicecircle.city.growth import Growing
from servicecircle.city.inspection import Inspection
from servicecircle.city.moving import moved
from servicecircle.city.vocabulary import ATTRIBUTES
from servicecircle.city.years import facilities_in
from servicecircle.city.zoning import redrawn
from servicecircle.errors import InputError
from servicecircle.findings import DataReport
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from servicecircle.city.catchments import Areas, Homes, Way


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class City(Growing):
    """What is there: a walk network, residents, facilities, zones. It never changes; changes make a new city.

    Everything is checked on entry and brought into the CRS of the walk network. Frames are copied.

    Parameters
    ----------
    walk
        The walk network.
    population
        Cells (points or polygons) with ``pop_total`` and, if known, ``cell_id``, ``setting`` (urban or rural),
        ``zone_id`` and other groups: ``pop_0_2``, ``pop_3_5``, ``pop_6_14``, ``pop_60p``, ``pop_65p``; a column such
        as ``pop_60p_estimated`` says whether a group is only estimated. Without a setting of its own a cell has that of
        the smallest zone around it which says so.
    facilities
        Facilities of all services, with ``service`` and, if known, ``id``, ``name``, ``zone_id``, ``status`` and other
        attributes. A facility without a geometry needs a ``zone_id``: it is counted there, and never walked to.
    zones
        Polygons of all levels, with ``zone_id``, ``level`` and, if known, ``name``, ``parent``, ``setting``,
        ``urban_rural_code``.
    areas
        Polygons with a ``kind``: built_up, main_city, water ... With areas of kind ``urban``, cells whose setting
        neither they nor their zones tell are urban inside and rural outside. Those of kind barrier, railway, water,
        expressway, wall and compound (障碍, 铁路, 水域, 高速公路, 围墙, 封闭小区; lines too) are barriers: no access or
        egress leg may cross them, unless they come from OpenStreetMap (by their ``source``) or ``access`` says
        otherwise. Bridges and tunnels are edges of the walk network and lead through. A compound has an ``id`` or
        ``name``.
    entrances
        Points with ``of``: the id of a facility, which is entered only there (by the door that is best for each walk,
        and where the walk ends), or the id or name of a compound, whose residents and facilities are left and entered
        only there.
    services
        Services that are known, also where no facility has them: an empty layer is a true zero, a layer that was not
        loaded is not.
    access
        From where, and from how far, the walk network is entered.
    transport
        The drive network and the bus lines, where they are known.
    about
        The city's name, what has to be said wherever it is shown, and what was found while reading.

    Raises
    ------
    LayerError
        If layers have faults; all faults of all layers are in its ``report``.
    CRSError
        If the drive network is in another CRS than the walk network.
    """

    def adding(self, facilities: gpd.GeoDataFrame) -> City:
        """Return a city with more facilities.

        Parameters
        ----------
        facilities
            A frame with a ``service`` column, in any declared CRS.

        Raises
        ------
        LayerError
            If the new facilities have faults, or ids that the city has already.
        """
        new = Inspection.of("facilities", facilities)
        new.project(self.crs)
        new.require("service")
        stop_at_errors(DataReport(tuple(new.findings)))
        empty = [name for name in new.frame.columns.drop("geometry") if new.frame[name].isna().all()]
        frame = new.frame.drop(columns=empty)
        size = len(self.facilities)
        fresh = frame.set_axis(pd.RangeIndex(size, size + len(frame)))
        services = [*self.services, *new.frame["service"].dropna()]
        return with_facilities(self, self.facilities, fresh, services=services, found=new.findings)

    def removing(self, ids: str | Iterable[str]) -> City:
        """Return a city without some facilities; their services stay known, as true zeros if nothing is left.

        Parameters
        ----------
        ids
            Facility ids.

        Raises
        ------
        InputError
            If there is no facility with such an id.
        """
        kept = self.facilities[~self._chosen(ids)]
        return with_facilities(self, kept, kept.iloc[:0], services=self.services)

    def changing(self, ids: str | Iterable[str], **values: Any) -> City:
        """Return a city in which columns of some facilities have other values.

        Parameters
        ----------
        ids
            Facility ids.
        **values
            A value for each column to change, for example ``status="open"``.

        Raises
        ------
        InputError
            If there is no facility with such an id.
        LayerError
            If a value does not fit its column.
        """
        chosen = self._chosen(ids)
        frame = self.facilities
        known = {*frame.columns, *ATTRIBUTES}
        for column in sorted(set(values) - known):
            raise InputError(f"No facility column {column!r}. {did_you_mean(column, known)} | 设施没有列 {column}。")
        fresh = frame[chosen]
        for column, value in values.items():
            cells = pd.Series([value] * len(fresh), index=fresh.index, dtype=object)
            fresh = fresh.assign(**{column: gpd.GeoSeries(cells, crs=frame.crs) if column == "geometry" else cells})
        return with_facilities(self, frame[~chosen], fresh, services=self.services)

    def moving(self, places: Mapping[str, Any] | gpd.GeoSeries) -> City:
        """Return a city in which some facilities stand elsewhere; a zone they declared is told by the new place.

        Doors of a facility that moves (its entrances) stay behind and lead there no more. Bus lines stop where they
        did.

        Parameters
        ----------
        places
            A new geometry for each facility id, in the city's CRS; or a GeoSeries in any declared CRS, index facility
            id.

        Raises
        ------
        InputError
            If there is no facility with such an id.
        LayerError
            If a geometry is missing, or cannot be where it is said to be.

        Examples
        --------
        >>> import servicecircle as sc, shapely
        >>> city = sc.sample_city()
        >>> first = city.facilities.iloc[0]
        >>> there = shapely.Point(first.geometry.x + 100, first.geometry.y)
        >>> city.moving({first["id"]: there}).facilities.geometry.iloc[0].distance(first.geometry)
        100.0
        """
        city, fresh, found = moved(self, places)
        kept = self.facilities[~self._chosen(fresh["id"])]
        return with_facilities(city, kept, fresh, services=self.services, found=found)

    def at(self, year: int) -> City:
        """Return the city as its facilities and new estates stand in a year; other residents and the network stay.

        A facility is open from its ``open_year`` on and closed from its ``close_year`` on. Where a year is not known
        its ``status`` stays; how many such facilities are taken to be open is a finding. An estate is lived in from its
        ``delivery_year`` on.

        Parameters
        ----------
        year
            For example 2025.
        """
        frame, found = facilities_in(self.facilities, year)
        city = with_facilities(self, frame, frame.iloc[:0], services=self.services)
        report, cells = (
            DataReport(tuple(dict.fromkeys((*city.report.findings, *found)))),
            lived_in(self.population, year),
        )
        if cells is self.population:
            return unchecked(city, about=replace(city.about, report=report))
        report = without_layer(report, "population")
        return replace(city, population=cells, about=replace(city.about, report=report))

    def districts_by(self, column: str, *, level: str = "县区") -> City:
        """Return the city with the zones of a level drawn by who runs them: 行政区 (admin) or 管理主体 (manager).

        A functional zone (功能区) overlaps its district and is never summed with it. Drawn by manager, it is a district
        of its own, and the district around it is what is left.

        Parameters
        ----------
        column
            A column of the zones, for example ``"manager"``: zones with the same value make one district.
        level
            The level that is drawn anew.

        Raises
        ------
        InputError
            If the zones lack the column, or no zone below the level has a value in it.
        """
        return replace(self, zones=redrawn(self.zones, column, level=level))

    def isochrones(
        self,
        origins: str | Homes,
        *,
        minutes: float | Sequence[float] | None = None,
        metres: float | Sequence[float] | None = None,
        profile: str = "general",
        areas: Areas = "dissolved",
        bands: bool = False,
        method: Way = "exact",
    ) -> gpd.GeoDataFrame:
        """Return the ground within walking time of a service's open facilities, or of homes.

        Polygons are for eyes: streets reached within the time, cut at the limit and widened by 25 m. Whether a cell is
        covered is decided by its own walk. Polygons are valid, and those of a smaller limit lie within those of a
        larger one. One search serves all limits.

        Parameters
        ----------
        origins
            A service of this city; or `Homes`: what can be reached from these cells.
        minutes, metres
            Walking times or distances, one or several, in minutes or in metres.
        profile
            Whose walking speed: one of ``WALK_SPEEDS``.
        areas
            ``"dissolved"``: the ground reached from any of them; ``"each"``: from each facility (home) by itself;
            ``"nearest"``: service areas, that is, the same ground as dissolved, divided among the facilities so that
            each has what is nearest to it on foot. They do not overlap; the border lies where two are equally far.
        bands
            Whether each limit has only the ring that no smaller limit reaches.
        method
            ``"exact"``: streets widened and united. ``"fast"``: the distance to the streets painted on a 5 m grid and
            contoured; about ten times as fast, and at least 99.5 % the same (IoU). ``"lines"``: the streets reached
            themselves. A `Drawing` says how wide and how fine.

        Returns
        -------
        GeoDataFrame
            One row for each of the limits (and each facility or home, by id): service (not for homes), facility_id or
            cell_id (not if dissolved), from_minutes and from_metres (with ``bands``), minutes, metres, geometry.
            Geometries are empty where nothing is reached.

        Raises
        ------
        InputError
            If the service is not loaded, a cell, the profile, ``areas`` or the method is unknown, or the limits are not
            finite numbers above zero, given in minutes or in metres.

        Examples
        --------
        >>> import servicecircle as sc
        >>> city = sc.sample_city()
        >>> rings = city.isochrones("kindergarten", minutes=[5, 10, 15], bands=True, method="fast")
        >>> rings[["from_minutes", "minutes", "metres"]].values.tolist()
        [[0.0, 5.0, 300.0], [5.0, 10.0, 600.0], [10.0, 15.0, 900.0]]
        """
        limits = Limits.of(minutes, metres, profile=profile)
        return catchments(self, origins, limits=limits, areas=areas, bands=bands, method=method)

    def _chosen(self, ids: str | Iterable[str]) -> NDArray[np.bool_]:
        wanted = [ids] if isinstance(ids, str) else [str(one) for one in ids]
        unknown = sorted(set(wanted) - set(self.facilities["id"]))
        if unknown:
            raise InputError(f"No facility has the id {listed(unknown)}. | 没有编号为 {listed(unknown)} 的设施。")
        return np.asarray(self.facilities["id"].isin(wanted), dtype=bool)

    def _repr_html_(self) -> str:
        return html_of(self)

    def __repr__(self) -> str:
        residents = self.population["pop_total"].sum()
        return (
            f"City({self.name or 'unnamed'}: {residents:,.0f} residents in {len(self.population):,} cells, "
            f"{len(self.facilities):,} facilities of {len(self.services)} services, {len(self.zones):,} zones, "
            f"{len(self.walk.edge_length_m):,} walk edges; {self.crs.to_string()})"
        )
