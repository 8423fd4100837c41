"""The gap map of a standard: who can walk to what, who cannot, and where they live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicecircle.show.basemap import tile_layer
from servicecircle.show.cells import cell_layers
from servicecircle.show.drawing import standard_drawing
from servicecircle.show.escape import literal
from servicecircle.show.facilities import facility_layers
from servicecircle.show.gap_areas import gap_layers
from servicecircle.show.legend import PaintBox
from servicecircle.show.outlines import make_outlines
from servicecircle.show.overlays import isochrone_layers
from servicecircle.show.panel import panel_html
from servicecircle.show.phrases import check_spoken
from servicecircle.show.scene import make_scene
from servicecircle.show.worst import worst_layers
from servicecircle.show.zones import zone_layers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    from folium.map import Layer
    from xyzservices import TileProvider

    from servicecircle.assessment import Assessment
    from servicecircle.show.drawing import Drawing
    from servicecircle.show.elements import MapData


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
    equal time, the gap areas with the residents in them, and the ten worst cells. Other
    standards show their zones by result. A standard that cannot be judged says what is missing. A reference judgement
    has grades of one hue, never a verdict. The same result always makes the same page, byte for byte. It can be
    searched (facilities, zones), measured in (m, m2, ha on the ellipsoid) and seen full screen. All cells are drawn on
    one canvas: 100,000 make a page of 8.4 MB, and are drawn anew in about 60 ms after each move.

    Parameters
    ----------
    result
        The assessment.
    standard_id
        The standard's id in the plan, for example ``"LY-01"``.
    language
        ``"zh"``, ``"en"`` or ``"both"``: all words of the map.
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
    tongue = check_spoken(language)
    tiles = None if basemap is None else tile_layer(basemap)
    scene = make_scene(result, standard_id, language=tongue, streets=streets)
    box = PaintBox()
    cells = cell_layers(scene, box)
    drawing = standard_drawing(
        scene,
        box,
        cells,
        zone_layers(scene, box, coloured=not cells[1]),
        isochrone_layers(scene, make_outlines(scene, minutes)),
        gap_layers(scene),
        facility_layers(scene),
        worst_layers(scene),
        tiles=tiles is not None,
    )
    return assemble(drawing, panel=panel_html(scene, drawing.legend), tiles=tiles)


def assemble(drawing: Drawing, *, panel: str, tiles: Layer | None) -> folium.Map:
    """Return a drawing as a folium map.

    Parameters
    ----------
    drawing
        What the map shows.
    panel
        The HTML of its panel, already escaped.
    tiles
        The base map, if there is one.
    """
    from branca.element import Figure

    from servicecircle.show.elements import Choices, DataLayer, LastLayerControl, LightMap, MapData, name_elements
    from servicecircle.show.tiles import TileFolder

    west, south, east, north = drawing.bounds
    page = LightMap(
        [(south + north) / 2, (west + east) / 2],
        zoom_start=12,
        tiles=None,
        prefer_canvas=True,
        zoom_control="bottomright",
        zoom_snap=0.25 if tiles is None else 1,
        maxZoom=22,  # folium's own max_zoom is that of its tiles
    )
    figure = page.get_root()
    if isinstance(figure, Figure):
        figure.title = literal(f"{drawing.title} - {drawing.city}" if drawing.city else drawing.title)
    elements = MapData(drawing.data, panel)
    page.add_child(elements)
    if isinstance(tiles, TileFolder):
        tiles.embed(drawing.bounds)
    if tiles is not None:
        page.add_child(tiles)
    for layer in drawing.layers:
        page.add_child(DataLayer(elements, layer.key, name=layer.name, show=layer.show))
    if "choices" in drawing.extra:
        page.add_child(Choices(elements))
    if drawing.extra.get("pane") != "before":
        page.add_child(LastLayerControl(elements))
    name_elements(page, [elements])
    return page


def side_by_side_page(left: Drawing, right: Drawing, *, panel: str, tiles: Sequence[Layer | None]) -> folium.Map:
    """Return two drawings as two maps on one page that move together; the right one is returned.

    Parameters
    ----------
    left, right
        What the two maps show; the legend is that of the right one.
    panel
        The HTML of the panel, already escaped.
    tiles
        The base map of each, if there is one: two folium layers.
    """
    from servicecircle.show.elements import MapPair, name_elements

    first = assemble(left, panel="<div hidden></div>", tiles=tiles[0])
    second = assemble(right, panel=panel, tiles=tiles[1])
    page = first.get_root()
    page.add_child(second)
    elements = [_map_data(one) for one in (first, second)]
    page.add_child(MapPair(*elements))
    name_elements(second, elements)
    return second


def _map_data(page: folium.Map) -> MapData:
    from servicecircle.show.elements import MapData

    return next(child for child in page._children.values() if isinstance(child, MapData))  # noqa: SLF001
