"""What a map of one standard shows, taken from an assessment and brought into longitude and latitude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.assessment.selection import select
from servicecircle.errors import InputError
from servicecircle.plan import Composite, Coverage, Reach
from servicecircle.show.compact import POLYGON
from servicecircle.show.phrases import term
from servicecircle.show.rows import group_name, service_name, standard_group
from servicecircle.units import metres_walked

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from servicecircle.assessment import Assessment
    from servicecircle.city import City
    from servicecircle.plan import Plan, Standard
    from servicecircle.show.phrases import Spoken

WGS84 = "EPSG:4326"

SHOWN_DETAIL = 8000
"""Lines are simplified to one part in this many of the map's extent: less than a pixel on a large screen."""

GROUND = frozenset({"water", "green", "barrier"})
"""Kinds of areas that are part of the ground, unlike those that only bound what a standard is about."""

MOST_STREET_POINTS = 250_000
"""A walk network with more points than this is not drawn behind the figures: the file would grow too large."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a standard of access, in the unit that it speaks.

    Parameters
    ----------
    unit
        ``min`` or ``m``; ``services`` where a cell is judged by how many services it lacks.
    ends, bands
        The limits, and the further values the standard reports.
    straight
        Whether the distance is a straight line.
    speed_m_s
        The walking speed that turns minutes into metres.
    """

    unit: Literal["min", "m", "services"]
    ends: tuple[float, ...]
    bands: tuple[float, ...] = ()
    straight: bool = False
    speed_m_s: float = 1.0

    def metres(self, value: float) -> float:
        """Return a limit in this unit as metres."""
        return self.metres_of(value) if self.unit == "min" else value

    def metres_of(self, minutes: float) -> float:
        """Return the metres walked in some minutes."""
        return metres_walked(minutes, speed_m_s=self.speed_m_s)


@dataclass(frozen=True, slots=True)
class Access:
    """The cells of a standard of access in longitude and latitude, and its limits."""

    cells: gpd.GeoDataFrame
    limits: Limits


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one map shows, frames in longitude and latitude (WGS84)."""

    result: Assessment
    standard: Standard
    language: Spoken
    rows: pd.DataFrame
    access: Access | None
    facilities: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame | None
    zones: gpd.GeoDataFrame
    scope: tuple[str, shapely.Geometry] | None
    backdrop: tuple[tuple[str, shapely.Geometry], ...]
    bounds: tuple[float, float, float, float]
    detail: float

    @property
    def origin(self) -> tuple[float, float]:
        """Return the south-west corner: coordinates are kept relative to it."""
        return self.bounds[0], self.bounds[1]

    def service_name(self, service: str) -> str:
        """Return the name of a service: of the plan's own ones, or of the vocabulary."""
        return service_name(self.result.plan, service, self.language)

    def service_title(self, service: str) -> str:
        """Return the name of a service as it stands alone: the plan's own ones as they are."""
        own = service in self.result.plan.services
        return self.service_name(service) if own else term(service, self.language)

    @property
    def group_name(self) -> str:
        """Return the name of the group of residents the standard is about."""
        return group_name(self.result, standard_group(self.result, self.standard), self.language)


def make_scene(result: Assessment, standard_id: str, *, language: Spoken, streets: bool) -> Scene:
    """Return what a map of a standard shows.

    Parameters
    ----------
    result
        The assessment.
    standard_id
        The standard's id.
    language
        Of all words.
    streets
        Whether streets, water and green are drawn behind the figures.
    """
    city, standard = result.city, result.plan[standard_id]
    rows = result.table[result.table["standard_id"] == standard_id]
    limits = standard_limits(standard, result.plan)
    evaluable = bool((rows["status"] != "not_evaluable").any())
    facilities = counted_facilities(result, standard)
    cells = result.cells_for(standard_id) if limits and evaluable else None
    gaps = result.gaps(standard_id) if evaluable else None
    zones = city.zones[city.zones["zone_id"].isin(rows["zone_id"])]
    inside = None if cells is None else cells[cells["in_scope"].to_numpy(dtype=bool)]
    extent = extent_of([inside, cells, zones, facilities, city.population])
    detail = max(extent[2] - extent[0], extent[3] - extent[1]) / SHOWN_DETAIL
    scope = _scope(city, standard)
    return Scene(
        result,
        standard,
        language,
        rows,
        None if cells is None or limits is None else Access(cells.to_crs(WGS84), limits),
        facilities.to_crs(WGS84),
        None if gaps is None else simplified(gaps, detail / 4).to_crs(WGS84),
        simplified(zones, detail).to_crs(WGS84),
        None if scope is None else (scope[0], in_degrees(city, scope[1], detail)),
        tuple((kind, in_degrees(city, shape, detail)) for kind, shape in backdrop_of(city, detail)) if streets else (),
        tuple(gpd.GeoSeries([shapely.box(*extent)], crs=city.crs).to_crs(WGS84).total_bounds.tolist()),
        detail,
    )


def standard_limits(standard: Standard, plan: Plan) -> Limits | None:
    """Return the limits of a standard of access; None for a standard that has no cells."""
    match standard.measure:
        case Reach() as reach:
            speed = plan.profiles[reach.profile].speed_m_s
            if reach.metres is not None:
                return Limits("m", (reach.metres,), speed_m_s=speed)
            ends = tuple(reach.by_class.values()) if reach.by_class else (reach.minutes or 0.0,)
            return Limits("min", tuple(sorted(set(ends))), tuple(reach.bands), speed_m_s=speed)
        case Coverage(metres=float() | int() as metres):
            return Limits("m", (metres,), straight=True)
        case Composite() as composite:
            return Limits("services", (), speed_m_s=plan.profiles[composite.profile].speed_m_s)
        case _:
            return None


def counted_facilities(result: Assessment, standard: Standard) -> gpd.GeoDataFrame:
    """Return the facilities that a standard counts and that have a place on the map, in the city's CRS, by id."""
    found = result.ground.facilities.iloc[select(result.ground, standard.facilities).facilities]
    return found[~(found.geometry.is_empty | found.geometry.isna()).to_numpy(dtype=bool)]


def in_degrees(city: City, geometry: shapely.Geometry, detail: float) -> shapely.Geometry:
    """Return a geometry of a city, simplified to a detail (metres), in longitude and latitude."""
    areas = shapely.get_dimensions(geometry) == POLYGON
    simple = shapely.simplify(geometry, detail, preserve_topology=areas)  # lines keep their ends anyway, and quickly
    placed: shapely.Geometry = gpd.GeoSeries([simple], crs=city.crs).to_crs(WGS84).iloc[0]
    return placed


def _scope(city: City, standard: Standard) -> tuple[str, shapely.Geometry] | None:
    """Return the kind and the shape of the area that a standard is about; None if that is the whole city."""
    kind = next(iter(standard.areas), None)
    if kind is None or city.areas is None:
        return None
    parts = city.areas.geometry[(city.areas["kind"] == kind).to_numpy(dtype=bool)]
    return (str(kind), shapely.union_all(parts.to_numpy())) if len(parts) else None


def backdrop_of(city: City, detail: float) -> list[tuple[str, shapely.Geometry]]:
    """Return areas by kind, and the streets, in the city's CRS: what gives a map without tiles its ground."""
    shapes: list[tuple[str, shapely.Geometry]] = [("land", shapely.union_all(city.zones.geometry.to_numpy()))]
    if city.areas is not None:
        shapes += [
            (str(kind), shapely.union_all(part.to_numpy()))
            for kind, part in city.areas.groupby("kind").geometry
            if kind in GROUND
        ]
    lines = shapely.simplify(np.asarray(city.walk.edge_geometry, dtype=object), detail, preserve_topology=False)
    if shapely.get_num_coordinates(lines).sum() <= MOST_STREET_POINTS:
        shapes.append(("streets", shapely.line_merge(shapely.multilinestrings(list(lines)))))
    return shapes


def simplified(frame: gpd.GeoDataFrame, detail: float) -> gpd.GeoDataFrame:
    """Return a frame with fewer points on its borders; borders that zones share stay shared."""
    if frame.empty:
        return frame
    shapes = frame.geometry.to_numpy().copy()
    levels = frame["level"].to_numpy() if "level" in frame.columns else np.zeros(len(frame))
    for level in np.unique(levels):
        part = levels == level
        shapes[part] = shapely.coverage_simplify(shapes[part], detail)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def extent_of(frames: Sequence[gpd.GeoDataFrame | None]) -> tuple[float, float, float, float]:
    """Return the bounds of the first frame that has any."""
    for frame in frames:
        bounds = None if frame is None or frame.empty else frame.total_bounds
        if bounds is not None and np.isfinite(bounds).all():
            west, south, east, north = bounds.tolist()
            return west, south, east, north
    raise InputError("There is nothing to draw: no cell, zone or facility has a place. | 没有可以绘制的内容。")
