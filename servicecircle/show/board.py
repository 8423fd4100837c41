"""The cells, zones and facilities of a whole city, for maps that are of no standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from servicecircle.city import smallest_zone
from servicecircle.show.cells import dot_radius
from servicecircle.show.compact import compact_shapes, whole_degrees
from servicecircle.show.facilities import MANY_DOTS, RIM
from servicecircle.show.legend import MapLayer
from servicecircle.show.pages import render
from servicecircle.show.panel import notice_of
from servicecircle.show.phrases import capital, phrase, term, word
from servicecircle.show.rows import known
from servicecircle.show.scene import WGS84
from servicecircle.show.zones import border_items, border_spec, tier_title, tiers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from servicecircle.show.cells import CellLine
    from servicecircle.show.legend import LegendSection
    from servicecircle.show.overlays import Layers
    from servicecircle.show.sheet import Sheet

MOST_IN_SVG = 5000
"""More dots than this are drawn on the canvas of the cells: quick, though cells shown later lie over them."""


def sheet_cells(sheet: Sheet, lines: Iterable[CellLine]) -> dict[str, Any]:
    """Return the cells of a city as the script draws them, their cards with these lines."""
    cells = sheet.city.population
    points = bool((cells.geometry.geom_type == "Point").all())
    names = dict(zip(sheet.city.zones["zone_id"], sheet.city.zones["name"], strict=True))
    homes = pd.Series([str(names.get(zone, "")) for zone in smallest_zone(sheet.city.cell_zones)], dtype=str)
    zones, titles = pd.factorize(homes)
    return {
        "shapes": compact_shapes(cells.to_crs(WGS84).geometry.to_numpy(), sheet.origin),
        "radius": dot_radius(cells) if points else 0,
        "zone": zones.tolist(),
        "zones": titles.tolist(),
        "lines": [line.data for line in lines],
    }


def sheet_borders(sheet: Sheet) -> Layers:
    """Return the borders and names of a city's zones, one layer for each tier, the first shown."""
    layers = []
    for place, levels in enumerate(tiers(sheet.zones["level"], first=("街道", "乡镇"))):
        zones = sheet.zones[sheet.zones["level"].isin(levels)]
        name = phrase("layer_zones", sheet.language, level=tier_title(levels, sheet.language))
        layers.append(MapLayer(f"zones{place}", name, place == 0, border_spec(border_items(zones, sheet.origin, {}))))
    return layers, []


def sheet_dots(sheet: Sheet, facilities: gpd.GeoDataFrame, name: str, *, fill: str) -> list[MapLayer]:
    """Return facilities as dots of one colour, with name, service and id in their cards.

    Parameters
    ----------
    sheet
        The city's ground.
    facilities
        In the city's CRS.
    name
        What the layer is called.
    fill
        The dots' colour.
    """
    there = facilities[~(facilities.geometry.is_empty | facilities.geometry.isna()).to_numpy(dtype=bool)]
    items = []
    for facility in there.to_crs(WGS84).to_dict("records"):
        service = term(facility["service"], sheet.language)
        spot = shapely.get_coordinates(facility["geometry"].centroid)
        lines = [(term("kind", sheet.language), service), (phrase("identifier", sheet.language), str(facility["id"]))]
        title = str(facility["name"]) if known(facility.get("name")) else service
        at = whole_degrees(spot, sheet.origin).ravel().tolist()
        items.append({"shape": at, "style": 0, "title": title, "lines": lines})
    if not items:
        return []
    style = {
        "radius": 3.8 if len(items) > MANY_DOTS else 5.5,
        "color": RIM,
        "weight": 1.2,
        "fillColor": fill,
        "fillOpacity": 1,
    }
    pane = "cells" if len(items) > MOST_IN_SVG else "facilities"
    spec = {"pane": pane, "kind": "dot", "styles": [style], "items": items}
    return [MapLayer("facilities0", name, show=True, spec=spec)]


def sheet_panel(sheet: Sheet, title: str, legend: Sequence[LegendSection], *, kind: str = "") -> str:
    """Return the HTML of the panel of a map of a whole city, every text in it escaped."""
    notice = notice_of(sheet.city, sheet.language)
    return render("sheet.html", city=sheet.city.name, title=title, kind=kind, notice=notice, legend=legend)


def residents_head(sheet: Sheet) -> str:
    """Return the head of a column of residents."""
    return capital(phrase("legend_people", sheet.language, group=word("pop_total", sheet.language)))
