"""Numbered places on a map: facilities that are proposed, or new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from servicecircle.show.compact import whole_degrees
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from servicecircle.show.overlays import Layers
    from servicecircle.show.scene import Scene

SITE = "#1d2c99"


def numbered_sites(
    scene: Scene,
    places: gpd.GeoDataFrame,
    title: str,
    *,
    cards: Sequence[tuple[str, list[tuple[str, str]]]],
    heads: tuple[str, ...] = (),
    rows: Sequence[LegendRow] = (),
    notes: tuple[str, ...] = (),
) -> Layers:
    """Return places as numbered dots, in their order, and the part of the legend that lists them.

    Parameters
    ----------
    scene
        What the map shows.
    places
        Points in longitude and latitude.
    title
        Of the layer and of the part of the legend.
    cards
        Title and lines of the card of each place.
    heads, rows, notes
        Of the part of the legend.
    """
    items = []
    for number, (shape, (name, lines)) in enumerate(zip(places.geometry, cards, strict=True), 1):
        if shape is None or shape.is_empty:
            continue
        at = whole_degrees(shapely.get_coordinates(shape.centroid), scene.origin).ravel().tolist()
        told = [line for line in lines if line[1]]
        items.append({"shape": at, "style": 0, "title": name, "lines": told, "label": str(number), "at": at})
    if not items:
        return [], []
    style = {"radius": 9, "color": "#ffffff", "weight": 2, "fillColor": SITE, "fillOpacity": 1}
    spec = {"pane": "sites", "kind": "dot", "styles": [style], "items": items, "labelClass": "sc-site-name"}
    layer = MapLayer("sites0", title, show=True, spec=spec | {"labelStays": True})
    return [layer], [LegendSection(("sites0",), title, heads, tuple(rows), notes)]
