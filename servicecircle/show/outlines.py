"""The lines of equal walking time of a standard; for a straight-line radius, the circles around its facilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from servicecircle.assessment.coverage import discs
from servicecircle.assessment.selection import select
from servicecircle.network import isochrones
from servicecircle.plan import Composite
from servicecircle.show.phrases import phrase
from servicecircle.show.scene import in_degrees

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from servicecircle.plan import FacilityFilter
    from servicecircle.show.scene import Limits, Scene

BESIDE_STREETS_M = 30.0
CLOSED_M = 60.0
"""Isochrones are drawn this far (metres) beside the streets reached, and gaps between streets up to twice the second
are closed."""

FILLED_M2 = 60_000.0
"""Blocks smaller than this (square metres) between streets that are all reached are not left out of a drawing."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One line: the service it is of (empty: of all), its label, and whether it is the standard's own limit."""

    service: str
    label: str
    geometry: shapely.Geometry
    is_limit: bool


def make_outlines(scene: Scene, minutes: Sequence[float] | None) -> list[Outline]:
    """Return the lines of a map in longitude and latitude, the largest of each service first.

    Parameters
    ----------
    scene
        What the map shows.
    minutes
        Isochrones to draw, minutes at the standard's speed; None: the standard's own limits and bands.
    """
    if scene.access is None:
        return []
    measure, limits = scene.standard.measure, scene.access.limits
    if isinstance(measure, Composite):
        return [
            outline
            for one in measure.require
            for outline in _lines(
                scene, one.facilities, minutes or [one.minutes], own=[one.minutes], service=one.service
            )
        ]
    if minutes is None and limits.straight:
        return [_circles(scene, limits)]
    facilities = scene.standard.facilities
    if minutes is not None:
        return _lines(scene, facilities, minutes, own=limits.ends if limits.unit == "min" else ())
    return _lines(scene, facilities, [*limits.ends, *limits.bands], own=limits.ends, unit=limits.unit)


def walk_outlines(scene: Scene, metres: Sequence[float]) -> list[Outline]:
    """Return the lines of equal walking distance (metres) of a standard's facilities, whatever it judges."""
    return _lines(scene, scene.standard.facilities, metres, own=(), unit="m")


def _circles(scene: Scene, limits: Limits) -> Outline:
    """Return the circles around facilities, united where they overlap."""
    ground = scene.result.ground
    places = ground.facility_xy[select(ground, scene.standard.facilities).facilities]
    circles = discs(places, limits.ends[0])
    label = phrase("radius_metres", scene.language, limit=f"{limits.ends[0]:g}")
    return Outline("", label, in_degrees(scene.result.city, circles, scene.detail), is_limit=True)


def _lines(
    scene: Scene,
    facilities: Iterable[FacilityFilter],
    values: Iterable[float],
    *,
    own: Iterable[float],
    unit: str = "min",
    service: str = "",
) -> list[Outline]:
    """Return the isochrones of some facilities, farthest first; ``own`` are the values that the standard judges."""
    ground, access = scene.result.ground, scene.access
    if access is None:
        return []
    ends = sorted({float(value) for value in values}, reverse=True)
    metres = ends if unit == "m" else [access.limits.metres_of(value) for value in ends]
    sources = ground.facility_positions.take(select(ground, facilities).facilities)
    shapes = isochrones(scene.result.city.walk, sources, limits_m=metres, buffer_m=BESIDE_STREETS_M)
    key = "isochrone_metres" if unit == "m" else "isochrone_minutes"
    return [
        Outline(
            service,
            phrase(key, scene.language, limit=f"{value:g}"),
            in_degrees(scene.result.city, whole_blocks(shape), scene.detail),
            is_limit=value in own,
        )
        for value, shape in zip(ends, shapes, strict=True)
    ]


def whole_blocks(shape: shapely.Geometry) -> shapely.Geometry:
    """Return an isochrone without the small holes that blocks between reached streets are: a calm line to look at."""
    closed = shapely.buffer(shapely.buffer(shape, CLOSED_M, quad_segs=4), -CLOSED_M, quad_segs=4)
    parts = [
        shapely.Polygon(part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area >= FILLED_M2])
        for part in shapely.get_parts(closed)
    ]
    return shapely.union_all(parts)
