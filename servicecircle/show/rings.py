"""The isochrones of one service of a city: rings of walking time, and the residents within each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.network import nearest
from servicecircle.show import palette
from servicecircle.show.basemap import tile_layer
from servicecircle.show.board import residents_head, sheet_borders, sheet_cells, sheet_dots, sheet_panel
from servicecircle.show.cells import CellLine, CellView, view_layers
from servicecircle.show.compact import compact_shape
from servicecircle.show.drawing import sheet_drawing
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer, PaintBox
from servicecircle.show.maps import assemble
from servicecircle.show.outlines import whole_blocks
from servicecircle.show.phrases import capital, check_spoken, phrase, term, word
from servicecircle.show.rows import amount, known, people
from servicecircle.show.sheet import make_sheet
from servicecircle.units import TOLERANCE_M, WALK_SPEEDS, metres_walked, minutes_walked, reaches

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    import geopandas as gpd
    from numpy.typing import NDArray
    from xyzservices import TileProvider

    from servicecircle.city import City
    from servicecircle.show.palette import Paint
    from servicecircle.show.sheet import Sheet

LINE = "#2b5d60"


def isochrone_map(
    city: City,
    service: str,
    *,
    minutes: Sequence[float] = (5, 10, 15),
    profile: str = "general",
    each: bool = False,
    language: str = "zh",
    basemap: str | TileProvider | None = None,
) -> folium.Map:
    """Return the map of the ground within walking times (minutes) of a service, and of who lives there.

    Rings are for the eye; the residents in the legend are counted by the walk of each cell.

    Parameters
    ----------
    city
        The city.
    service
        A service of the city, for example ``"kindergarten"``.
    minutes
        Walking times.
    profile
        Whose walking speed: one of ``WALK_SPEEDS``.
    each
        Whether every facility gets isochrones of its own as well.
    language
        ``"zh"``, ``"en"`` or ``"both"``.
    basemap
        As for `gap_map`.

    Raises
    ------
    InputError
        If the service is not loaded, the profile, the language or the basemap is unknown, or minutes are not above
        zero.
    """
    tongue = check_spoken(language)
    ends = sorted({float(value) for value in minutes})
    shapes = city.isochrones(service, minutes=ends, profile=profile)
    tiles, box, sheet = None if basemap is None else tile_layer(basemap), PaintBox(), make_sheet(city, tongue)
    sources = city.facilities[(city.facilities["service"] == service) & (city.facilities["status"] == "open")]
    sources = sources.sort_values("id")
    walk = nearest(
        city.walk, city.placed(city.population.geometry.centroid), city.placed(sources.geometry, ids=sources["id"])
    )
    layers = [_rings(sheet, shapes, ends)]
    if each:
        layers.append(_each(sheet, city.isochrones(service, minutes=ends, profile=profile, areas="each"), sources))
    told = _legend(sheet, walk.distance_m, ends, tuple(layer.key for layer in layers), profile=profile)
    name = term(service, tongue)
    dots = sheet_dots(sheet, sources, phrase("layer_facilities_of", tongue, service=name), fill=palette.SERVICES[0])
    lines = _lines(sheet, walk.distance_m, _names(sources, walk.facility), WALK_SPEEDS[profile])
    view = _view(sheet, walk.distance_m, ends, WALK_SPEEDS[profile])
    cells = view_layers(
        sheet_cells(sheet, lines),
        [view],
        box,
        residents=city.population["pop_total"].to_numpy(dtype=float),
        heads=(residents_head(sheet), term("cells", tongue)),
        total=phrase("total", tongue),
        show=False,
    )
    title = phrase("rings_title", tongue, service=name)
    rings = (layers, [told])
    drawing = sheet_drawing(sheet, title, box, rings, (dots, []), sheet_borders(sheet), cells=cells, tiles=bool(tiles))
    return assemble(drawing, panel=sheet_panel(sheet, title, drawing.legend), tiles=tiles)


def _paints(count: int) -> list[Paint]:
    """Return a paint for each ring: dark is near."""
    colors = palette.spread_colors(palette.VALUES[:0:-1], count)
    return [palette.Paint(color, 0.6) for color in colors]


def _rings(sheet: Sheet, shapes: gpd.GeoDataFrame, ends: Sequence[float]) -> MapLayer:
    """Return the isochrones as rings that do not lie on each other, the nearest first."""
    inner: shapely.Geometry = shapely.Polygon()
    items, styles = [], []
    by_minutes = dict(zip(shapes["minutes"], shapes.geometry, strict=True))
    for end, paint in zip(ends, _paints(len(ends)), strict=True):
        outer = whole_blocks(by_minutes[end])
        ring = sheet.placed(shapely.difference(outer, inner))
        inner = shapely.union(inner, outer)
        style = {"color": LINE, "weight": 0.8, "opacity": 0.9, "fillColor": paint.color, "fillOpacity": paint.opacity}
        styles.append(style)
        title = phrase("isochrone_minutes", sheet.language, limit=f"{end:g}")
        if not shapely.is_empty(ring):
            items.append({"shape": compact_shape(ring, sheet.origin), "style": len(styles) - 1, "title": title})
    items = [item | {"lines": []} for item in items]
    spec = {"pane": "isochrones", "kind": "area", "styles": styles, "items": items}
    return MapLayer("rings0", phrase("layer_rings", sheet.language), show=True, spec=spec)


def _each(sheet: Sheet, shapes: gpd.GeoDataFrame, sources: gpd.GeoDataFrame) -> MapLayer:
    """Return the isochrones of each facility as lines, the farthest first."""
    names = dict(zip(sources["id"], _names(sources, np.arange(len(sources))), strict=True))
    items = []
    for row in shapes.sort_values(["minutes", "facility_id"], ascending=[False, True]).to_dict("records"):
        if row["geometry"].is_empty:
            continue
        shape = compact_shape(sheet.placed(whole_blocks(row["geometry"])), sheet.origin)
        time = phrase("isochrone_minutes", sheet.language, limit=f"{row['minutes']:g}")
        item = {"shape": shape, "style": 0, "title": str(names[row["facility_id"]])}
        items.append(item | {"lines": [(term("isochrone", sheet.language), time)]})
    style = {"color": "#4d3b06", "weight": 1.2, "opacity": 0.9, "fill": False}
    spec = {"pane": "isochrones", "kind": "area", "styles": [style], "items": items}
    return MapLayer("each0", phrase("layer_each", sheet.language), show=True, spec=spec)


def _legend(
    sheet: Sheet, metres: NDArray[np.float64], ends: Sequence[float], keys: tuple[str, ...], *, profile: str
) -> LegendSection:
    """Return the residents within each time, counted by the walks of their cells, and their share."""
    language, speed = sheet.language, WALK_SPEEDS[profile]
    residents = sheet.city.population["pop_total"].to_numpy(dtype=float)
    whole = float(residents.sum())
    rows = []
    for end, paint in zip(ends, _paints(len(ends)), strict=True):
        inside = float(residents[reaches(metres, metres_walked(end, speed_m_s=speed))].sum())
        share = amount(inside / whole, "share") if whole else "–"
        rows.append(LegendRow.of_paint(paint, f"≤ {end:g}", (people(inside), share)))
    total = LegendRow(phrase("total", language), "#000000", (people(whole), "100 %" if whole else "–"), "none")
    who = capital(word(profile, language))
    note = phrase("rings_note", language, profile=who, speed=f"{speed:g}")
    heads = (residents_head(sheet), term("share", language))
    return LegendSection(keys, phrase("legend_rings", language), heads, (*rows, total), (note,))


def _view(sheet: Sheet, metres: NDArray[np.float64], ends: Sequence[float], speed: float) -> CellView:
    """Return the colouring of cells by the times asked for."""
    language = sheet.language
    uppers = [metres_walked(end, speed_m_s=speed) for end in ends]
    return CellView(
        phrase("layer_minutes", language),
        phrase("legend_minutes", language),
        (*palette.ramp(ends, ends[-1]), palette.UNREACHABLE),
        (*(palette.ranges(ends)), term("unreachable", language)),
        palette.classify(metres, uppers, tolerance=TOLERANCE_M),
        always=len(ends) + 1,
    )


def _lines(sheet: Sheet, metres: NDArray[np.float64], names: NDArray[np.object_], speed: float) -> list[CellLine]:
    language = sheet.language
    walk = minutes_walked(metres, speed_m_s=speed)
    residents = sheet.city.population["pop_total"].to_numpy(dtype=float)
    return [
        CellLine(phrase("walk", language), walk, f" {word('minutes', language)}", 1),
        CellLine(phrase("distance", language), metres, " m"),
        CellLine(phrase("nearest", language), names),
        CellLine(residents_head(sheet), residents),
    ]


def _names(sources: gpd.GeoDataFrame, which: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the names of facilities by place, or their ids; empty for -1."""
    named = [
        str(name) if known(name) else str(number) for name, number in zip(sources["name"], sources["id"], strict=True)
    ]
    return np.array([*named, ""], dtype=object)[which]
