"""One call that shows whatever one has: a city, a layer, an assessment, a proposal, a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from servicecircle.assessment import Assessment, Comparison
from servicecircle.city import City
from servicecircle.errors import InputError
from servicecircle.show import palette
from servicecircle.show.basemap import tile_layer
from servicecircle.show.board import residents_head, sheet_borders, sheet_cells, sheet_dots, sheet_panel
from servicecircle.show.cells import CellLine, CellView, view_layers
from servicecircle.show.drawing import Drawing, sheet_drawing
from servicecircle.show.frames import FrameLayer, frame_bounds, frame_layer
from servicecircle.show.legend import LegendRow, LegendSection, PaintBox
from servicecircle.show.maps import assemble
from servicecircle.show.overview import overview_map
from servicecircle.show.pages import render
from servicecircle.show.phrases import check_spoken, phrase, term
from servicecircle.show.rows import people
from servicecircle.show.sheet import make_sheet
from servicecircle.show.value_classes import value_classes
from servicecircle.siting import Proposal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    from xyzservices import TileProvider

    from servicecircle.show.phrases import Spoken
    from servicecircle.show.sheet import Sheet

MOST_SERVICES = 12
"""The legend of a city names that many services, those with most facilities."""


def explore(
    thing: City | Assessment | Proposal | Comparison | gpd.GeoDataFrame,
    *,
    language: str = "zh",
    basemap: str | TileProvider | None = None,
) -> folium.Map:
    """Return a map of whatever is given: a look at it in one line.

    A city shows residents, facilities, zones and streets; an assessment shows all standards (as `overview_map`); a
    proposal its sites (`sites_map` shows what they achieve); a comparison the cells newly and no longer covered
    (`comparison_map` shows before and after); a layer its rows, with their columns in the cards.

    Parameters
    ----------
    thing
        A City, an Assessment, a Proposal, a Comparison, or a GeoDataFrame with a CRS.
    language
        ``"zh"``, ``"en"`` or ``"both"``.
    basemap
        As for `gap_map`.

    Raises
    ------
    InputError
        If the thing is none of these or has nothing to draw, or the language or the basemap is unknown.
    """
    tongue = check_spoken(language)
    match thing:
        case City():
            return _city_map(thing, tongue, basemap)
        case Assessment():
            return overview_map(thing, language=tongue, basemap=basemap)
        case Comparison():
            return _comparison_cells(thing, tongue, basemap)
        case Proposal():
            places = thing.facilities.reset_index(drop=True)
            told = thing.table.reset_index(drop=True).drop(columns=["x", "y"], errors="ignore")
            return _frame_map(places[["geometry"]].join(told), tongue, basemap, title=phrase("kind_sites", tongue))
        case gpd.GeoDataFrame():
            return _frame_map(thing, tongue, basemap, title=term("layer", tongue))
    raise InputError(
        f"explore shows a City, an Assessment, a Proposal, a Comparison or a GeoDataFrame, not {type(thing).__name__}."
        " | explore 可显示 City、Assessment、Proposal、Comparison 或 GeoDataFrame。"
    )


def _city_map(city: City, language: Spoken, basemap: str | TileProvider | None) -> folium.Map:
    """Return the map of a city: residents of cells, facilities, zones, streets."""
    tiles, box, sheet = None if basemap is None else tile_layer(basemap), PaintBox(), make_sheet(city, language)
    residents = city.population["pop_total"].to_numpy(dtype=float)
    found = value_classes(residents, language)
    notes = (found.note,) if found.note else ()
    view = CellView(
        phrase("layer_residents", language),
        phrase("legend_residents", language),
        found.paints(palette.VALUES),
        found.labels(digits=0 if (residents == np.round(residents)).all() else 1),
        found.classes,
        notes=notes,
    )
    lines = [CellLine(residents_head(sheet), residents)]
    ids = city.population["cell_id"].astype(str).to_numpy(dtype=object)
    lines.append(CellLine(phrase("identifier", language), ids))
    cells = view_layers(
        sheet_cells(sheet, lines),
        [view],
        box,
        residents=residents,
        heads=(residents_head(sheet), term("cells", language)),
        total=phrase("total", language),
    )
    dots = sheet_dots(sheet, city.facilities, phrase("layer_all_facilities", language), fill=palette.SERVICES[0])
    title = phrase("city_title", language)
    facilities = (dots, [_services(sheet)] if dots else [])
    parts = (facilities, sheet_borders(sheet))
    drawing = sheet_drawing(sheet, title, box, *parts, cells=cells, tiles=tiles is not None)
    return assemble(drawing, panel=sheet_panel(sheet, title, drawing.legend), tiles=tiles)


def _services(sheet: Sheet) -> LegendSection:
    """Return the number of facilities of each service, most first."""
    language = sheet.language
    counts = sheet.city.facilities["service"].value_counts()
    order = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    rows = [
        LegendRow(term(service, language), palette.SERVICES[0], (f"{count:,}",), "dot")
        for service, count in order[:MOST_SERVICES]
    ]
    if order[MOST_SERVICES:]:
        rest = phrase("other_services", language, count=len(order) - MOST_SERVICES)
        number = f"{sum(count for _, count in order[MOST_SERVICES:]):,}"
        rows.append(LegendRow(rest, palette.SERVICES[0], (number,), "dot"))
    return LegendSection(("facilities0",), phrase("legend_services", language), (), tuple(rows))


def _frame_map(
    frame: gpd.GeoDataFrame, language: Spoken, basemap: str | TileProvider | None, *, title: str
) -> folium.Map:
    """Return the map of the rows of a layer."""
    name = phrase("layer_rows", language, count=f"{len(frame):,}")
    sign = LegendRow(name, palette.LAYER.color, (f"{len(frame):,}",))
    section = LegendSection(("frame0",), title, (), (sign,))
    layer = FrameLayer("frame0", name, frame, [palette.LAYER] * len(frame))
    return _frames_page([layer], [section], language, basemap, title=title)


def _comparison_cells(comparison: Comparison, language: Spoken, basemap: str | TileProvider | None) -> folium.Map:
    """Return the map of the cells newly and no longer covered, a layer for each standard."""
    layers, sections = [], []
    gained, lost = palette.CHANGES[1], palette.CHANGES[2]
    columns = ["cell_id", "zone_id", "group", "metres_before", "metres_after", "geometry"]
    for place, (standard_id, cells) in enumerate(comparison.cells.groupby("standard_id", sort=False)):
        better = (cells["change"] > 0).to_numpy()
        paints = [gained if one else lost for one in better]
        key = f"changes{place}"
        shown = gpd.GeoDataFrame(cells[columns], geometry="geometry", crs=comparison.cells.crs)
        layers.append(FrameLayer(key, str(standard_id), shown, paints, show=place == 0, exclusive=True))
        group = cells["group"].to_numpy(dtype=float)
        rows = tuple(
            LegendRow.of_paint(paint, phrase(words, language), (people(group[part].sum()), f"{int(part.sum()):,}"))
            for words, paint, part in (("change_gained", gained, better), ("change_lost", lost, ~better))
        )
        heads = (term("group_residents", language), term("cells", language))
        sections.append(LegendSection((key,), str(standard_id), heads, rows))
    return _frames_page(layers, sections, language, basemap, title=phrase("changes_title", language))


def _frames_page(
    layers: Sequence[FrameLayer],
    legend: Sequence[LegendSection],
    language: Spoken,
    basemap: str | TileProvider | None,
    *,
    title: str,
) -> folium.Map:
    """Return the map of some layers that are of no city."""
    tiles, box = None if basemap is None else tile_layer(basemap), PaintBox()
    bounds = frame_bounds([layer.frame for layer in layers])
    drawn = [frame_layer(layer, box, bounds[:2], language) for layer in layers]
    panel = render("sheet.html", city="", title=title, kind="", notice="", legend=legend)
    return assemble(Drawing(title, "", language, bounds, box, drawn, legend), panel=panel, tiles=tiles)
