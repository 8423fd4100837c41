"""The map of a static figure: ground, cells or zones, gap areas, facilities, scale bar and north arrow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib.patheffects as effects
import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from servicecircle.show.cells import dot_radius, main_view
from servicecircle.show.facilities import MANY_DOTS, dot_fills, facility_layers
from servicecircle.show.figure_fonts import drawable, width, wrapped
from servicecircle.show.figure_page import (
    DASHES,
    HATCH,
    HATCH_GROUND,
    INK,
    MM,
    PALE,
    Box,
    Page,
    draw_legend,
    frame_page,
    write,
)  # fmt: skip
from servicecircle.show.gap_areas import GAP, LABELLED_GAPS, gap_layers
from servicecircle.show.legend import LegendRow, LegendSection
from servicecircle.show.outlines import make_outlines
from servicecircle.show.overlays import GROUND_STYLES, isochrone_layers
from servicecircle.show.panel import missing_data
from servicecircle.show.phrases import phrase, term, word
from servicecircle.show.rows import known, people, value_words
from servicecircle.show.scene import WGS84
from servicecircle.show.zones import BORDER_COLOR, status_paint, zone_results

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from servicecircle.show.figures import FigureNotes
    from servicecircle.show.palette import Paint
    from servicecircle.show.scene import Scene

PIXEL = 0.75
"""Points in a pixel of a screen: the widths of lines and dots are those of the maps."""

HALO = [effects.withStroke(linewidth=1.8, foreground="white")]
STEPS = (1, 2, 5)
RADIUS_INK = "#4d3b06"

SHIFTS = ((0, 1.3), (0, -1.3), (0, 2.6), (0, -2.6), (0.6, 0), (-0.6, 0), (0, 4), (0, -4))
"""Where a label may stand beside its middle, in its own widths and heights, when dots lie there."""

LEVELS = {"land": 0, "green": 1, "water": 1, "cells": 2, "streets": 3, "barrier": 3, "zones": 4, "gaps": 5, "dots": 6}


def draw_map(
    scene: Scene, notes: FigureNotes | None, size: tuple[float, float], *, cells: bool, level: str | None
) -> Figure:
    """Return the figure of a standard's cells, or of its zones by result.

    Parameters
    ----------
    scene
        What is shown.
    notes
        What the figure says of itself; None: the map alone, without title and fields.
    size
        Width and height, mm.
    cells
        Whether cells are coloured; otherwise zones.
    level
        The level of the zones; None: the first.
    """
    page = Page(size)
    room = Box(1, 1, size[0] - 2, size[1] - 2) if notes is None else frame_page(page, scene, notes)
    legend_wide = min(max(page.em() * 21, 0.25 * page.wide), 0.36 * page.wide)
    extent = gpd.GeoDataFrame(geometry=[shapely.segmentize(shapely.box(*scene.bounds), 0.01)], crs=WGS84)
    if not cells and not scene.zones.empty and len(zone_results(scene, level)[0]):
        extent = zone_results(scene, level)[0]
    plot = _Plot(page, scene, Box(room.left, room.bottom, room.wide - legend_wide - 4, room.high), extent)
    plot.ground()
    sections = plot.cells() if cells else []
    sections += plot.zones(level, coloured=not cells)
    sections += plot.circles() if cells else []
    if cells or scene.access is None:  # areas of cells would hide the zones
        plot.gaps()
        sections += gap_layers(scene)[1]
    plot.facilities()
    sections += [*facility_layers(scene)[1], _ground_legend(scene, level)]
    foot = page.em() * 4.2
    side = Box(plot.box.right + 4, room.bottom + foot, legend_wide, room.high - foot)
    draw_legend(page, side, sections, title=term("legend", scene.language))
    _scale_bar(page, scene, plot, Box(side.left, room.bottom, legend_wide - page.em() * 3, foot))
    _north(page, side.right - page.em() * 1.2, room.bottom, foot * 0.85)
    return page.figure


@dataclass
class _Plot:
    """The map itself: axes in metres of the city's coordinate system, and where lettering stands already."""

    page: Page
    scene: Scene
    box: Box
    extent: gpd.GeoDataFrame
    axes: Axes = field(init=False)
    metres_per_mm: float = field(init=False)
    dots: NDArray[np.float64] = field(init=False)
    taken: list[tuple[float, float, float, float]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        west, south, east, north = self.here(self.extent).total_bounds
        margin = 0.03 * max(east - west, north - south, 1.0)
        wide, high = east - west + 2 * margin, north - south + 2 * margin
        self.metres_per_mm = max(wide / self.box.wide, high / self.box.high)
        x, y = (west + east) / 2, (south + north) / 2
        half_wide, half_high = (side * self.metres_per_mm / 2 for side in (self.box.wide, self.box.high))
        self.axes = self.page.axes(self.box)
        self.axes.set(xlim=(x - half_wide, x + half_wide), ylim=(y - half_high, y + half_high), xticks=[], yticks=[])
        self.axes.set_facecolor("white")
        for spine in self.axes.spines.values():
            spine.set(color=INK, linewidth=0.9, zorder=9)
        places = self.here(self.scene.facilities).geometry.to_numpy()
        self.dots = shapely.get_coordinates(shapely.centroid(places)).reshape(-1, 2)

    def here(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return a frame of the scene in the city's own coordinates."""
        return frame.to_crs(self.scene.result.city.crs)

    def ground(self) -> None:
        """Draw land, water, green, barriers and streets."""
        for kind, shape in self.scene.backdrop:
            (geometry,) = self.here(gpd.GeoDataFrame(geometry=[shape], crs=WGS84)).geometry
            style = GROUND_STYLES[kind]
            if kind == "streets":
                self.lines(
                    geometry, color=style["color"], linewidth=style["weight"] * PIXEL * 0.6, zorder=LEVELS[kind],
                    rasterized=True,
                )  # fmt: skip
            else:
                self.area(geometry, facecolor=style["fillColor"], edgecolor="none", linewidth=0, zorder=LEVELS[kind])

    def cells(self) -> list[LegendSection]:
        """Draw the cells by class, as one image in svg and pdf; return their legend."""
        access = self.scene.access
        if access is None or access.cells.empty:
            return []
        view, legend = main_view(self.scene, access)
        shapes = self.here(access.cells).geometry.to_numpy()
        if bool((access.cells.geometry.geom_type == "Point").all()):
            shapes = shapely.buffer(shapes, dot_radius(self.here(access.cells)), quad_segs=4)
        for place, paint in enumerate(view.paints):
            chosen = shapes[view.classes == place]
            if len(chosen):
                self.painted(chosen, paint, zorder=LEVELS["cells"], rasterized=True, antialiased=False)
        return [legend]

    def zones(self, level: str | None, *, coloured: bool) -> list[LegendSection]:
        """Draw the borders and names of zones, and where they are coloured their results; return the legend."""
        if self.scene.zones.empty:
            return []
        zones, rows, legend = zone_results(self.scene, level)
        zones = self.here(zones)
        if coloured:
            for zone, shape in zip(zones["zone_id"], zones.geometry, strict=True):
                if zone in rows:
                    self.painted([shape], status_paint(rows[zone]), zorder=LEVELS["cells"])
        named = list(zip(zones["zone_id"], zones["name"], strict=True))
        borders = shapely.boundary(zones.geometry.to_numpy())
        self.lines(borders, color=BORDER_COLOR, linewidth=0.8, linestyle=(0, (7, 2, 1.5, 2)), zorder=LEVELS["zones"])
        if self.scene.scope is not None:
            (scope,) = self.here(gpd.GeoDataFrame(geometry=[self.scene.scope[1]], crs=WGS84)).geometry
            self.lines(shapely.boundary(scope), color=BORDER_COLOR, linewidth=1.6, linestyle=DASHES["dotted"], zorder=4)
        missing = missing_data(self.scene.result, self.scene.standard, self.scene.language)
        if missing:
            self._notice(f"{phrase('cannot_judge', self.scene.language)} {missing}")
        values = {zone: value_words(row, self.scene.language) for zone, row in rows.items() if known(row["value"])}
        names = [f"{name} {values[zone]}" if coloured and zone in values else str(name) for zone, name in named]
        self._names(zones, names)
        return [legend] if coloured and rows else []

    def circles(self) -> list[LegendSection]:
        """Draw the radius around facilities where a standard counts by straight lines; return its legend."""
        if self.scene.access is None or not self.scene.access.limits.straight:
            return []
        outlines = make_outlines(self.scene, None)
        for one in outlines:
            (circles,) = self.here(gpd.GeoDataFrame(geometry=[one.geometry], crs=WGS84)).geometry
            self.lines(shapely.boundary(circles), color=RADIUS_INK, linewidth=1.4 * PIXEL, zorder=LEVELS["zones"])
        return isochrone_layers(self.scene, outlines)[1]

    def gaps(self) -> None:
        """Draw the outlines of the gap areas, and how many residents the worst hold where there is room."""
        if self.scene.gaps is None or self.scene.gaps.empty:
            return
        gaps = self.here(self.scene.gaps)
        borders = shapely.boundary(gaps.geometry.to_numpy())
        self.lines(borders, color=GAP, linewidth=1.8 * PIXEL, zorder=LEVELS["gaps"])
        for shape, group in list(zip(gaps.geometry, gaps["group"], strict=True))[:LABELLED_GAPS]:
            if group > 0 and not shapely.is_empty(shape):
                self.label(shape, people(float(group)), color=GAP, bold=True)

    def facilities(self) -> None:
        """Draw the facilities as dots."""
        if self.scene.facilities.empty:
            return
        radius = (3.8 if len(self.dots) > MANY_DOTS else 5.5) * PIXEL * 0.8
        style: dict[str, Any] = {"edgecolors": INK, "linewidths": 0.7, "zorder": LEVELS["dots"]}
        self.axes.scatter(self.dots[:, 0], self.dots[:, 1], s=(2 * radius) ** 2, c=dot_fills(self.scene), **style)

    def painted(self, shapes: Iterable[shapely.Geometry], paint: Paint, **options: Any) -> None:
        """Draw shapes in a paint; hatched ones that touch share one hatching."""
        if paint.hatch:
            whole = shapely.union_all(np.asarray(list(shapes), dtype=object))
            self.area(
                whole, facecolor=HATCH_GROUND, edgecolor=paint.color, hatch=HATCH, linewidth=0, zorder=options["zorder"]
            )
            return
        paths = paths_of(shapes)
        style: dict[str, Any] = {
            "facecolors": paint.color,
            "alpha": paint.opacity,
            "edgecolors": "none",
            "linewidths": 0,
        }
        self.axes.add_collection(PathCollection(paths, **style, **options), autolim=False)

    def area(self, shape: shapely.Geometry, **style: Any) -> None:
        """Draw one area."""
        for path in paths_of([shape]):
            self.axes.add_patch(PathPatch(path, **style))

    def lines(self, shapes: Any, **style: Any) -> None:
        """Draw lines; areas by their outlines."""
        parts = shapely.get_parts(np.atleast_1d(np.asarray(shapes, dtype=object)))
        lines = [shapely.get_coordinates(part) for part in parts if part is not None and not part.is_empty]
        self.axes.add_collection(LineCollection(lines, **style), autolim=False)

    def label(self, shape: shapely.Geometry, text: str, *, room_mm: float = np.inf, **options: Any) -> None:
        """Write a text inside a shape, beside dots where it can be, unless it is too wide or another text is there."""
        points = self.page.points * 0.86
        wide = width(drawable(text)) * self.page.em(points) * self.metres_per_mm
        high = 1.2 * self.page.em(points) * self.metres_per_mm
        if wide > room_mm * self.metres_per_mm:
            return
        middle = shapely.point_on_surface(shape)
        spots = [(middle.x, middle.y)] + [
            (middle.x + east * wide, middle.y + north * high)
            for east, north in SHIFTS
            if shapely.intersects_xy(shape, middle.x + east * wide, middle.y + north * high)
        ]
        boxes = [(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2) for x, y in spots]
        free = [box for box in boxes if not any(_meet(box, other) for other in self.taken)]
        if not free:
            return
        radius = 3 * PIXEL * MM / 72 * self.metres_per_mm
        box = min(free, key=lambda one: self._dots_in(one, radius))  # of equals, the first
        self.taken.append(box)
        write(
            self.axes, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, text, size=points, ha="center",
            va="center_baseline", path_effects=HALO, zorder=8, clip_on=True, **options,
        )  # fmt: skip

    def _dots_in(self, box: tuple[float, float, float, float], margin: float) -> int:
        low, high = np.array(box[:2]) - margin, np.array(box[2:]) + margin
        return int(((self.dots >= low) & (self.dots <= high)).all(axis=1).sum())

    def _names(self, zones: gpd.GeoDataFrame, names: Sequence[str]) -> None:
        """Write the names of zones where they fit, those of the largest first."""
        shapes = zones.geometry.to_numpy()
        for place in np.argsort(-shapely.area(shapes), kind="stable"):
            if shapes[place] is None or shapely.is_empty(shapes[place]):
                continue
            west, _, east, _ = shapely.bounds(shapes[place])
            room = 1.3 * (east - west) / self.metres_per_mm
            self.label(shapes[place], names[place], room_mm=room, color=INK)

    def _notice(self, text: str) -> None:
        """Write across the top of the map why there is nothing to judge."""
        page, box = self.page, self.box
        lines = wrapped(text, (box.wide - 8) / page.em())
        high = page.em() * (1.5 * len(lines) + 0.8)
        page.surface.set_zorder(1)
        page.surface.patch.set_visible(False)
        page.surface.add_patch(
            Rectangle((box.left + 2, box.top - 2 - high), box.wide - 4, high, facecolor="white", edgecolor=PALE)
        )
        for place, line in enumerate(lines):
            page.write(box.left + 4, box.top - 2 - page.em() * (1.2 + 1.5 * place), line, va="center")


def _ground_legend(scene: Scene, level: str | None) -> LegendSection:
    """Return the legend of borders, and of the ground that is there."""
    rows = []
    if not scene.zones.empty:
        zones = zone_results(scene, level)[0]
        names = phrase("comma", scene.language).join(term(one, scene.language) for one in dict.fromkeys(zones["level"]))
        rows.append(LegendRow(names, BORDER_COLOR, (), "line", dash="dashed"))
    if scene.scope is not None:
        scope = phrase("scope_border", scene.language, area=term(scene.scope[0], scene.language))
        rows.append(LegendRow(scope, BORDER_COLOR, (), "line", dash="dotted"))
    present = [kind for kind in ("water", "green", "barrier") if kind in dict(scene.backdrop)]
    rows += [LegendRow(term(kind, scene.language), GROUND_STYLES[kind]["fillColor"]) for kind in present]
    return LegendSection((), phrase("figure_ground", scene.language), (), tuple(rows))


def paths_of(shapes: Iterable[shapely.Geometry | None]) -> list[Path]:
    """Return each area that is not empty as one path: outlines one way round, holes the other."""
    areas = shapely.orient_polygons(np.asarray(list(shapes), dtype=object))
    polygons, of_shape = shapely.get_parts(areas, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    if not len(rings):
        return []
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(np.diff(of_ring, prepend=-1))
    codes = np.full(len(points), Path.LINETO, dtype=np.uint8)
    codes[first] = Path.MOVETO
    codes[np.append(first[1:], len(points)) - 1] = Path.CLOSEPOLY
    new = np.flatnonzero(np.diff(of_shape[of_polygon[of_ring]]))
    return [Path(*both) for both in zip(np.split(points, new + 1), np.split(codes, new + 1), strict=True)]


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def bar_length(most_m: float) -> tuple[float, int]:
    """Return the length of a scale bar, metres: 1, 2 or 5 times a power of ten, and into how many parts it falls.

    Examples
    --------
    >>> bar_length(730.0), bar_length(2600.0)
    ((500.0, 5), (2000.0, 4))
    """
    power = 10.0 ** np.floor(np.log10(most_m))
    step = max(step for step in STEPS if step * power <= most_m)
    return float(step * power), {1: 4, 2: 4, 5: 5}[step]


def _scale_bar(page: Page, scene: Scene, plot: _Plot, box: Box) -> None:
    """Draw a bar of a round length, exact in the city's coordinates."""
    length, parts = bar_length(0.9 * box.wide * plot.metres_per_mm)
    wide, high = length / plot.metres_per_mm, page.em() * 0.45
    left, bottom = box.left, box.bottom + page.em() * 0.6
    for part in range(parts):
        page.surface.add_patch(
            Rectangle(
                (left + wide * part / parts, bottom), wide / parts, high, facecolor="white" if part % 2 else INK,
                edgecolor=INK, linewidth=0.6,
            )
        )  # fmt: skip
    large = length >= 1000.0  # noqa: PLR2004  (metres in a kilometre)
    unit = phrase("figure_kilometres", scene.language) if large else word("metres", scene.language)
    for share in (0.0, 0.5 if parts % 2 == 0 else 1 / parts, 1.0):
        text = f"{share * length / (1000.0 if large else 1.0):g}"
        x = left + wide * share
        page.write(x, bottom + high + page.em() * 0.35, text, ha="center" if share else "left", size=page.points * 0.9)
        if share == 1.0:
            x += page.em(page.points * 0.9) * (width(text) / 2 + 0.3)
            page.write(x, bottom + high + page.em() * 0.35, unit, size=page.points * 0.9)


def _north(page: Page, x: float, bottom: float, high: float) -> None:
    """Draw an arrow to grid north."""
    tip, foot, half = bottom + high * 0.72, bottom + page.em() * 0.5, high * 0.2
    middle = foot + (tip - foot) * 0.25
    for side, fill in ((-1, INK), (1, "white")):
        page.surface.add_patch(
            Polygon([(x, tip), (x + side * half, foot), (x, middle)], facecolor=fill, edgecolor=INK, linewidth=0.7)
        )
    page.write(x, tip + high * 0.05, "N", bold=True, ha="center", size=page.points * 1.1)
