"""The gap map of a standard: who can walk to what, who cannot, and where they live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicecircle.show.basemap import tile_layer
from servicecircle.show.cells import STATES, cell_layers
from servicecircle.show.escape import literal
from servicecircle.show.facilities import facility_layers
from servicecircle.show.gap_areas import gap_layers
from servicecircle.show.legend import LegendSection, MapLayer, PaintBox
from servicecircle.show.outlines import make_outlines
from servicecircle.show.overlays import ground_layers, isochrone_layers
from servicecircle.show.panel import panel_html
from servicecircle.show.phrases import capital, check_language, phrase, term
from servicecircle.show.scene import Scene, make_scene
from servicecircle.show.zones import zone_layers
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    from folium.map import Layer
    from xyzservices import TileProvider

    from servicecircle.assessment import Assessment


def gap_map(
    result: Assessment,
    standard_id: str,
    *,
    language: str = "zh",
    basemap: str | TileProvider | None = None,
    minutes: Sequence[float] | None = None,
    streets: bool = True,
) -> folium.Map:
    """Return the map of one standard: cells, isochrones, facilities, zones, gap areas, and a legend with units.

    A standard of access shows its cells by walking time or distance (or, at a click, covered or not), the lines of
    equal time, and the gap areas with the residents in them. Other standards show their zones by result. A standard
    that cannot be judged says what is missing. A reference judgement has grades of one hue, never a verdict. The same
    result always makes the same page, byte for byte. It can be searched (facilities, zones), measured in (m, m2, ha on
    the ellipsoid) and seen full screen. All cells are drawn on one canvas: 100,000 make a page of 8.4 MB, and are drawn
    anew in about 60 ms after each move.

    Parameters
    ----------
    result
        The assessment.
    standard_id
        The standard's id in the plan, for example ``"LY-01"``.
    language
        ``"zh"`` or ``"en"``: all words of the map.
    basemap
        Tiles from the internet behind the figures, by a name that xyzservices knows (``"OpenStreetMap.Mapnik"``) or as
        an ``xyzservices.TileProvider``: `tianditu` gives that of Tianditu. A provider whose ``url`` is a folder of this
        machine, ``"D:/tiles/{z}/{x}/{y}.png"``, has the tiles of the map's extent put into the page, up to 20 MB. None:
        the city's own water, green and streets are the ground, and the page asks no one for tiles. OpenStreetMap's own
        servers refuse pages that are opened from a file.
    minutes
        Isochrones to draw, minutes at the standard's walking speed; None: the standard's own limits and bands.
    streets
        Whether the city's own water, green and streets are drawn at all.

    Returns
    -------
    folium.Map
        Shown by a notebook as it is; ``.save("gap.html")`` writes the page.

    Raises
    ------
    InputError
        If the standard, the language or the basemap is unknown, or nothing in the city has a place.
    """
    tongue = check_language(language)
    tiles = None if basemap is None else tile_layer(basemap)
    scene = make_scene(result, standard_id, language=tongue, streets=streets)
    data, layers, legend = _contents(scene, minutes, tiles=tiles is not None)
    return _assemble(scene, data, layers, panel=panel_html(scene, legend), tiles=tiles)


def _contents(
    scene: Scene, minutes: Sequence[float] | None, *, tiles: bool
) -> tuple[dict[str, Any], list[MapLayer], list[LegendSection]]:
    """Return the data of a map, its layers as the layer control lists them, and the legend."""
    box = PaintBox()
    cells, cell_maps, cell_legend = cell_layers(scene, box)
    zones, zone_legend = zone_layers(scene, box, coloured=not cell_maps)
    lines, line_legend = isochrone_layers(scene, make_outlines(scene, minutes))
    gaps, gap_legend = gap_layers(scene)
    dots, dot_legend = facility_layers(scene)
    layers = [*cell_maps, *lines, *gaps, *dots, *zones, *ground_layers(scene, tiles=tiles)]
    west, south, east, north = scene.bounds
    data = {
        "lang": scene.language,
        "origin": scene.origin,
        "bounds": [[south, west], [north, east]],
        "words": _words(scene),
        "paints": box.data,
        "cells": cells,
        "facilityNames": [str(name) for name in scene.facilities["name"]] if cells else [],
        "layers": {layer.key: layer.spec for layer in layers},
        "exclusive": [layer.key for layer in layers if layer.exclusive],
    }
    return data, layers, [*cell_legend, *zone_legend, *line_legend, *gap_legend, *dot_legend]


def _words(scene: Scene) -> dict[str, Any]:
    keys = ("walk", "distance", "limit", "missing", "comma", "result", "nearest", "setting")
    words: dict[str, Any] = {key: phrase(key, scene.language) for key in keys}
    return words | {
        "nothing": word("none", scene.language),
        "minutes": word("minutes", scene.language),
        "unreachable": term("unreachable", scene.language),
        "group": capital(phrase("legend_people", scene.language, group=scene.group_name)),
        "residents": term("residents", scene.language),
        "states": [term(state, scene.language) for state in STATES],
    }


def _tools(scene: Scene, title: str, layers: Sequence[MapLayer]) -> dict[str, Any]:
    """Return what search, measure and the other controls of every map say."""
    keys = [
        *("tool_search", "tool_nothing", "tool_measure", "tool_hint", "tool_length", "tool_area", "tool_hectares"),
        *("tool_full", "tool_north", "tool_n"),
    ]
    words = {key.removeprefix("tool_"): phrase(key, scene.language) for key in keys}
    words["standard"] = term("standard", scene.language)
    return {"title": title, "names": {layer.key: layer.name for layer in layers}, "tools": words}


def _assemble(
    scene: Scene, data: dict[str, Any], layers: Sequence[MapLayer], *, panel: str, tiles: Layer | None
) -> folium.Map:
    from branca.element import Figure

    from servicecircle.show.elements import DataLayer, LastLayerControl, LightMap, MapData, name_elements
    from servicecircle.show.tiles import TileFolder

    west, south, east, north = scene.bounds
    page = LightMap(
        [(south + north) / 2, (west + east) / 2],
        zoom_start=12,
        tiles=None,
        prefer_canvas=True,
        zoom_control="bottomright",
        zoom_snap=0.25 if tiles is None else 1,
        maxZoom=22,  # folium's own max_zoom is that of its tiles
    )
    title = f"{scene.standard.id} {scene.standard.name(scene.language)}"
    figure = page.get_root()
    if isinstance(figure, Figure):
        figure.title = literal(f"{title} - {scene.result.city.name}")
    elements = MapData(data | _tools(scene, title, layers), panel)
    page.add_child(elements)
    if isinstance(tiles, TileFolder):
        tiles.embed(scene.bounds)
    if tiles is not None:
        page.add_child(tiles)
    for layer in layers:
        page.add_child(DataLayer(elements, layer.key, name=layer.name, show=layer.show))
    page.add_child(LastLayerControl(elements))
    name_elements(page, elements)
    return page
