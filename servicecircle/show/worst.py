"""The worst cells of a map: where those live who walk farthest, each with minutes and residents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.show.compact import whole_degrees
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer
from servicecircle.show.phrases import capital, phrase, term, word
from servicecircle.show.rows import people

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.show.overlays import Layers
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.scene import Limits, Scene

MOST_WORST = 10
"""That many cells are marked and listed."""

MARK = "#14151a"


def worst_cells(cells: gpd.GeoDataFrame, unit: str) -> gpd.GeoDataFrame:
    """Return the worst uncovered cell of each zone in which residents of the group live, the worst first, ten at most.

    One cell speaks for its zone (the smallest), so that one far village does not fill the list. Worst is what no walk
    reaches, then the farthest; of cells that lack services those that lack most. Among equals come first those with
    more residents, then the lower id.

    Parameters
    ----------
    cells
        From `Assessment.cells_for`.
    unit
        ``min``, ``m`` or ``services``: what the standard speaks of.
    """
    lacking = cells["in_scope"].to_numpy(dtype=bool) & ~cells["covered"].to_numpy(dtype=bool)
    found = cells[lacking & (cells["group"].to_numpy(dtype=float) > 0)]
    badness = found["n_missing" if unit == "services" else "metres"].to_numpy(dtype=float)
    order = np.lexsort((found.index.astype(str), -found["group"].to_numpy(dtype=float), -badness))
    ordered = found.iloc[order]
    return ordered[~ordered["zone_id"].duplicated().to_numpy()].iloc[:MOST_WORST]


def worst_layers(scene: Scene) -> Layers:
    """Return the worst cells as numbered dots, and as a list with their figures."""
    access = scene.access
    if access is None:
        return [], []
    worst = worst_cells(access.cells, access.limits.unit)
    if worst.empty:
        return [], []
    zones, language = scene.result.city.zones, scene.language
    names = dict(zip(zones["zone_id"], zones["name"], strict=True))
    rows, items = [], []
    for rank, (cell, figures) in enumerate(worst.to_dict("index").items(), 1):
        zone, far = str(names.get(figures["zone_id"], "")), _how_bad(scene, figures, access.limits)
        residents = people(float(figures["group"]))
        rows.append(LegendRow(f"{rank}. {zone}", MARK, (far, residents), "dot"))
        spot = shapely.get_coordinates(figures["geometry"].centroid)
        at = whole_degrees(spot, scene.origin).ravel().tolist()
        lines = [
            (phrase("zone", language), zone),
            (_head(access.limits, language), far),
            (capital(phrase("legend_people", language, group=scene.group_name)), residents),
            (phrase("identifier", language), str(cell)),
        ]
        item = {"shape": at, "style": 0, "title": phrase("worst_cell", language, rank=rank)}
        items.append(item | {"lines": [line for line in lines if line[1]]})
    style = {"radius": 4.5, "color": "#ffffff", "weight": 1.6, "fillColor": MARK, "fillOpacity": 1}
    spec = {"pane": "sites", "kind": "dot", "styles": [style], "items": items}
    layer = MapLayer("worst0", phrase("layer_worst", language), show=True, spec=spec)
    heads = (_head(access.limits, language), capital(phrase("legend_people", language, group=scene.group_name)))
    return [layer], [
        LegendSection(
            ("worst0",), phrase("layer_worst", language), heads, tuple(rows), (phrase("worst_note", language),)
        )
    ]


def _head(limits: Limits, language: Spoken) -> str:
    if limits.unit == "services":
        return phrase("missing", language)
    return phrase("straight_head" if limits.straight else "walk", language)


def _how_bad(scene: Scene, figures: dict[Any, Any], limits: Limits) -> str:
    """Return how far a cell's walk is, or how many services it lacks, in words."""
    language = scene.language
    if limits.unit == "services":
        return phrase("of_services", language, count=len(figures["missing"]))
    value = figures["minutes"] if limits.unit == "min" else figures["metres"]
    if pd.isna(value) or not np.isfinite(value):
        return term("unreachable", language)
    return f"{value:,.1f} {word('minutes', language)}" if limits.unit == "min" else f"{value:,.0f} m"
