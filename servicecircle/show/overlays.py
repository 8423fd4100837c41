"""What lies over and under the cells of a map: isochrones, streets and ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from servicecircle.show.compact import compact_shape
from servicecircle.show.legend import Dash, LegendRow, LegendSection, MapLayer
from servicecircle.show.phrases import phrase, term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.show.outlines import Outline
    from servicecircle.show.scene import Scene
    from servicecircle.show.sheet import Sheet

Layers = tuple[list[MapLayer], list[LegendSection]]

INK = "#4d3b06"
DASHES = {"solid": None, "dashed": "5 3", "dotted": "1 4"}
GROUND_REACHED = "#f0c453"
GROUND_STYLES: dict[str, dict[str, Any]] = {
    "land": {"stroke": False, "fill": True, "fillColor": "#fbfaf6", "fillOpacity": 1},
    "water": {"stroke": False, "fill": True, "fillColor": "#c3d9e6", "fillOpacity": 1},
    "green": {"stroke": False, "fill": True, "fillColor": "#dde6d2", "fillOpacity": 1},
    "barrier": {
        "stroke": True,
        "color": "#8c8478",
        "weight": 1,
        "fill": True,
        "fillColor": "#8c8478",
        "fillOpacity": 1,
    },
    "streets": {"color": "#bdb8ad", "weight": 0.9, "opacity": 1},
}


def isochrone_layers(scene: Scene, outlines: Sequence[Outline], *, title: str = "") -> Layers:
    """Return the lines of equal walking time as layers: one, or one for each service where there are several."""
    straight = scene.access is not None and scene.access.limits.straight
    groups: dict[str, list[Outline]] = {}
    for outline in outlines:
        groups.setdefault(outline.service, []).append(outline)
    layers = []
    for place, (group, lines) in enumerate(groups.items()):
        name = title or phrase("layer_radius" if straight else "layer_isochrones", scene.language)
        if group:
            name = phrase("layer_isochrones_of", scene.language, service=scene.service_name(group))
        items = [
            {"shape": compact_shape(one.geometry, scene.origin), "style": style, "title": one.label, "lines": []}
            | ({} if group or straight or not one.is_limit else {"ground": GROUND_REACHED})
            for style, one in enumerate(lines)
            if not shapely.is_empty(one.geometry)
        ]
        styles = [
            {"color": INK, "weight": width, "opacity": 0.9, "fill": False, "dashArray": DASHES[dash]}
            for width, dash in _strokes(lines)
        ]
        spec = {"pane": "isochrones", "kind": "area", "styles": styles, "items": items}
        layers.append(MapLayer(f"isochrones{place}", name, not group, spec))
    if not layers:
        return [], []
    signs = {
        one.label: LegendRow(one.label, INK, (), "line", dash=dash, width=width)
        for lines in groups.values()
        for one, (width, dash) in zip(lines[::-1], _strokes(lines)[::-1], strict=True)
    }
    notes = () if straight else (phrase("isochrone_note", scene.language),)
    title = title or phrase("layer_radius" if straight else "layer_isochrones", scene.language)
    return layers, [LegendSection(tuple(layer.key for layer in layers), title, (), tuple(signs.values()), notes)]


def _strokes(outlines: list[Outline]) -> list[tuple[float, Dash]]:
    """Return width (pixels) and dash of each line: full for the farthest limit, dashed for others, dotted for bands."""
    limits = [one for one in outlines if one.is_limit]
    others: list[tuple[float, Dash]] = [(1.1, "dashed"), (1.4, "dotted")]
    return [(1.4, "solid") if one in limits[:1] else others[not one.is_limit] for one in outlines]


def ground_layers(scene: Scene | Sheet, *, tiles: bool) -> list[MapLayer]:
    """Return water, green, barriers and streets, drawn quietly under the cells; hidden at first over tiles."""
    layers = []
    for key, name, kinds in (
        ("ground", phrase("layer_ground", scene.language), ("land", "green", "water", "barrier")),
        ("streets", term("walk_network", scene.language), ("streets",)),
    ):
        shapes = [(kind, shape) for kind in kinds for found, shape in scene.backdrop if found == kind]
        if not shapes:
            continue
        spec = {
            "pane": "backdrop",
            "quiet": True,
            "kind": "line" if key == "streets" else "area",
            "styles": [GROUND_STYLES[kind] for kind, _ in shapes],
            "items": [
                {"shape": compact_shape(shape, scene.origin), "style": place} for place, (_, shape) in enumerate(shapes)
            ],
        }
        layers.append(MapLayer(key, name, not tiles, spec))
    return layers
