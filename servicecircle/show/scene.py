"""What a map of one standard shows, taken from an assessment and brought into longitude and latitude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.assessment.selection import holds
from servicecircle.errors import InputError
from servicecircle.network import isochrones, snap
from servicecircle.plan import ANY_SERVICE, Composite, Coverage, Reach
from servicecircle.show.phrases import phrase, term
from servicecircle.show.rows import service_name
from servicecircle.units import metres_walked

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from servicecircle.assessment import Assessment
    from servicecircle.city import City
    from servicecircle.plan import FacilityFilter, Plan, Standard
    from servicecircle.words import Language

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
    values, bands
        The limits, and the further values the standard reports.
    straight
        Whether the distance is a straight line.
    speed_m_s
        The walking speed that turns minutes into metres.
    """

    unit: Literal["min", "m", "services"]
    values: tuple[float, ...]
    bands: tuple[float, ...] = ()
    straight: bool = False
    speed_m_s: float = 1.0

    def metres(self, value: float) -> float:
        """Return a limit in this unit as metres."""
        return metres_walked(value, speed_m_s=self.speed_m_s) if self.unit == "min" else value


@dataclass(frozen=True, slots=True)
class Access:
    """The cells of a standard of access in longitude and latitude, and its limits."""

    cells: gpd.GeoDataFrame
    limits: Limits


@dataclass(frozen=True, slots=True)
class Outline:
    """One line of an isochrone: what it is of, and whether it is the standard's own limit."""

    group: str
    label: str
    geometry: shapely.Geometry
    is_limit: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything one map shows, frames in longitude and latitude (WGS84)."""

    result: Assessment
    standard: Standard
    language: Language
    rows: pd.DataFrame
    access: Access | None
    facilities: gpd.GeoDataFrame
    outlines: tuple[Outline, ...]
    gaps: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    scope: tuple[str, shapely.Geometry] | None
    backdrop: tuple[tuple[str, shapely.Geometry], ...]
    blank: bool
    bounds: tuple[float, float, float, float]

    @property
    def origin(self) -> tuple[float, float]:
        """Return the south-west corner: coordinates are kept relative to it."""
        return self.bounds[0], self.bounds[1]

    def service_name(self, service: str) -> str:
        """Return the name of a service: of the plan's own ones, or of the vocabulary."""
        return service_name(self.result.plan, service, self.language)

    @property
    def group_name(self) -> str:
        """Return the name of the group of residents the standard is about."""
        group = self.result.plan.groups.get(str(getattr(self.standard.measure, "group", "pop_total")))
        return str(getattr(group, self.language)) if group else term("pop_total", self.language)


def make_scene(
    result: Assessment, standard_id: str, *, language: Language, minutes: Sequence[float] | None, streets: bool
) -> Scene:
    """Return what a map of a standard shows.

    Parameters
    ----------
    result
        The assessment.
    standard_id
        The standard's id.
    language
        Of all words.
    minutes
        Isochrones to draw, minutes; None: the standard's own limits and bands.
    streets
        Whether streets, water and green are drawn behind the figures.
    """
    city, standard = result.city, result.plan[standard_id]
    rows = result.table[result.table["standard_id"] == standard_id]
    limits = standard_limits(standard, result.plan)
    evaluable = bool((rows["status"] != "not_evaluable").any())
    facilities = counted_facilities(city, standard.facilities)
    cells = result.cells_for(standard_id) if limits and evaluable else None
    gaps = result.gaps(standard_id) if evaluable else city.zones.iloc[:0]
    zones = city.zones[city.zones["zone_id"].isin(rows["zone_id"])]
    extent = _extent([cells, zones, facilities])
    detail = max(extent[2] - extent[0], extent[3] - extent[1]) / SHOWN_DETAIL
    outlines = _outlines(city, standard, limits, minutes, language) if limits and evaluable else ()
    return Scene(
        result,
        standard,
        language,
        rows,
        None if cells is None or limits is None else Access(cells.to_crs(WGS84), limits),
        facilities.to_crs(WGS84),
        tuple(Outline(o.group, o.label, _degrees(city, o.geometry, detail), o.is_limit) for o in outlines),
        _simplified(gaps, detail / 4).to_crs(WGS84),
        _simplified(zones, detail).to_crs(WGS84),
        _scope(city, standard, detail),
        tuple((kind, _degrees(city, shape, detail)) for kind, shape in _backdrop(city, detail)) if streets else (),
        not evaluable,
        tuple(gpd.GeoSeries([shapely.box(*extent)], crs=city.crs).to_crs(WGS84).total_bounds.tolist()),
    )


def standard_limits(standard: Standard, plan: Plan) -> Limits | None:
    """Return the limits of a standard of access; None for a standard that has no cells."""
    match standard.measure:
        case Reach() as reach:
            speed = plan.profiles[reach.profile].speed_m_s
            if reach.metres is not None:
                return Limits("m", (reach.metres,), speed_m_s=speed)
            values = tuple(reach.by_class.values()) if reach.by_class else (reach.minutes or 0.0,)
            return Limits("min", tuple(sorted(set(values))), tuple(reach.bands), speed_m_s=speed)
        case Coverage(metres=float() | int() as metres):
            return Limits("m", (metres,), straight=True)
        case Composite() as composite:
            return Limits("services", (), speed_m_s=plan.profiles[composite.profile].speed_m_s)
        case _:
            return None


def counted_facilities(city: City, filters: Sequence[FacilityFilter]) -> gpd.GeoDataFrame:
    """Return the facilities of a city that pass at least one filter, those with a place on the map, ordered by id."""
    frame = city.facilities
    counts = np.zeros(len(frame), dtype=bool)
    for one in filters:
        passes = np.full(len(frame), one.service == ANY_SERVICE) | (frame["service"] == one.service).to_numpy(dtype=bool)
        for column, condition in ({"status": "open"} | dict(one.where)).items():
            passes &= holds(frame[column], condition) if column in frame else False
        counts |= passes
    placed = ~(frame.geometry.is_empty | frame.geometry.isna()).to_numpy(dtype=bool)
    return frame[counts & placed].sort_values("id", kind="stable")


def _outlines(
    city: City, standard: Standard, limits: Limits, minutes: Sequence[float] | None, language: Language
) -> list[Outline]:
    """Return the isochrones of a standard in the city's CRS, largest first; for a radius, the union of the discs."""
    if isinstance(standard.measure, Composite):
        return [
            _isochrones(city, one.facilities, limits, [one.minutes], language, group=one.service)[0]
            for one in standard.measure.require
        ]
    filters = standard.facilities
    if limits.straight:
        facilities = counted_facilities(city, filters)
        label = phrase("radius_metres", language, limit=f"{limits.values[0]:g}")
        discs = shapely.union_all(facilities.geometry.buffer(limits.values[0], quad_segs=16).to_numpy())
        return [Outline("", label, discs, is_limit=True)]
    values = sorted({*limits.values, *limits.bands}) if minutes is None else sorted({float(value) for value in minutes})
    if minutes is not None:
        limits = Limits("min", limits.values if limits.unit == "min" else (), speed_m_s=limits.speed_m_s)
    return _isochrones(city, filters, limits, values, language, group="")


def _isochrones(
    city: City, filters: Sequence[FacilityFilter], limits: Limits, values: Sequence[float], language: Language, *, group: str
) -> list[Outline]:
    unit = "m" if limits.unit == "m" else "min"
    metres = [value if unit == "m" else metres_walked(value, speed_m_s=limits.speed_m_s) for value in values]
    sources = snap(city.walk, counted_facilities(city, filters).geometry, rule=city.access)
    shapes = isochrones(city.walk, sources, limits_m=metres)
    key = "isochrone_metres" if unit == "m" else "isochrone_minutes"
    made = [
        Outline(group, phrase(key, language, limit=f"{value:g}"), shape, is_limit=value in limits.values or bool(group))
        for value, shape in zip(values, shapes, strict=True)
    ]
    return made[::-1]


def _scope(city: City, standard: Standard, detail: float) -> tuple[str, shapely.Geometry] | None:
    """Return the kind and the shape of the area that a standard is about; None if that is the whole city."""
    kind = next(iter(standard.areas), None)
    if kind is None or city.areas is None:
        return None
    parts = city.areas.geometry[(city.areas["kind"] == kind).to_numpy(dtype=bool)]
    return (str(kind), _degrees(city, shapely.union_all(parts.to_numpy()), detail)) if len(parts) else None


def _backdrop(city: City, detail: float) -> list[tuple[str, shapely.Geometry]]:
    """Return areas by kind, and the streets, in the city's CRS: what gives a map without tiles its ground."""
    shapes: list[tuple[str, shapely.Geometry]] = []
    if city.areas is not None:
        shapes += [
            (str(kind), shapely.union_all(part.to_numpy()))
            for kind, part in city.areas.groupby("kind").geometry
            if kind in GROUND
        ]
    lines = shapely.simplify(np.asarray(city.walk.edge_geometry, dtype=object), detail)
    if shapely.get_num_coordinates(lines).sum() <= MOST_STREET_POINTS:
        shapes.append(("streets", shapely.line_merge(shapely.multilinestrings(list(lines)))))
    return shapes


def _degrees(city: City, geometry: shapely.Geometry, detail: float) -> shapely.Geometry:
    simple = shapely.simplify(geometry, detail)
    return gpd.GeoSeries([simple], crs=city.crs).to_crs(WGS84).iloc[0]


def _simplified(frame: gpd.GeoDataFrame, detail: float) -> gpd.GeoDataFrame:
    """Return a frame with fewer points on its borders; borders that zones share stay shared."""
    if frame.empty:
        return frame
    shapes = frame.geometry.to_numpy().copy()
    levels = frame["level"].to_numpy() if "level" in frame.columns else np.zeros(len(frame))
    for level in np.unique(levels):
        part = levels == level
        shapes[part] = shapely.coverage_simplify(shapes[part], detail)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _extent(frames: Sequence[gpd.GeoDataFrame | None]) -> tuple[float, float, float, float]:
    """Return the bounds of the first frame that has any."""
    for frame in frames:
        bounds = None if frame is None or frame.empty else frame.total_bounds
        if bounds is not None and np.isfinite(bounds).all():
            west, south, east, north = bounds.tolist()
            return west, south, east, north
    raise InputError("There is nothing to draw: neither cells nor zones nor facilities have a place. | 没有可以绘制的内容。")
