"""A map before folium draws it: its data, its layers, its legend."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from servicecircle.show.cells import STATES
from servicecircle.show.overlays import ground_layers
from servicecircle.show.phrases import as_told, capital, phrase, term, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from servicecircle.show.cells import CellLayers
    from servicecircle.show.legend import LegendSection, MapLayer, PaintBox
    from servicecircle.show.overlays import Layers
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.scene import Scene
    from servicecircle.show.sheet import Sheet

NOTHING: Mapping[str, Any] = MappingProxyType({})
NO_CELLS: CellLayers = ({}, [], [])


TOOLS = ("search", "nothing", "measure", "hint", "length", "area", "hectares", "full", "north", "n")
"""What the controls of every map say, by the names that the script has for it."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a map shows.

    Parameters
    ----------
    title, city
        What the page shows, and of which city.
    language, bounds
        Of the map: west, south, east, north (degrees).
    box
        The paints of its cells and zones.
    layers, legend
        Layers as the layer control lists them, and the parts of the legend.
    cells
        The cells' shapes, cards and colourings; empty if there are none.
    facilities
        The names of the facilities that cards of cells speak of.
    group
        The name of the group of residents that cards of cells count.
    extra
        Further data for the script.
    """

    title: str
    city: str
    language: Spoken
    bounds: tuple[float, float, float, float]
    box: PaintBox
    layers: Sequence[MapLayer]
    legend: Sequence[LegendSection]
    cells: Mapping[str, Any] = field(default_factory=dict)
    facilities: Sequence[str] = ()
    group: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        """Return the data that the page's script draws."""
        west, south, east, north = self.bounds
        return {
            "lang": "zh" if self.language == "both" else self.language,
            "origin": (west, south),
            "bounds": [[south, west], [north, east]],
            "words": self._words,
            "paints": self.box.data,
            "cells": dict(self.cells),
            "facilityNames": list(self.facilities),
            "layers": {layer.key: layer.spec for layer in self.layers},
            "title": self.title,
            "names": {layer.key: layer.name for layer in self.layers},
            "tools": self._tools,
            "exclusive": [layer.key for layer in self.layers if layer.exclusive],
        } | dict(self.extra)

    @property
    def _tools(self) -> dict[str, str]:
        """Return what search, measure and the other controls of every map say."""
        words = {key: phrase(f"tool_{key}", self.language) for key in TOOLS}
        return words | {"standard": term("standard", self.language)}

    @property
    def _words(self) -> dict[str, Any]:
        keys = ("walk", "distance", "limit", "missing", "comma", "result", "nearest", "setting", "noRow")
        words: dict[str, Any] = {key: phrase(key, self.language) for key in keys}
        return words | {
            "nothing": word("none", self.language),
            "minutes": word("minutes", self.language),
            "unreachable": term("unreachable", self.language),
            "group": capital(phrase("legend_people", self.language, group=self.group)),
            "residents": term("residents", self.language),
            "states": [term(state, self.language) for state in STATES],
        }


def standard_drawing(
    scene: Scene, box: PaintBox, cells: CellLayers, zones: Layers, *others: Layers, tiles: bool
) -> Drawing:
    """Return the drawing of one standard: its cells first, then what lies over them, zones and ground last.

    Parameters
    ----------
    scene
        What the map is of.
    box
        Its paints.
    cells, zones, *others
        What is drawn; the legend has cells and zones first.
    tiles
        Whether tiles from the internet lie below.
    """
    data, cell_maps, cell_legend = cells
    between = [layer for layers, _ in others for layer in layers]
    return Drawing(
        f"{scene.standard.id} {as_told(scene.standard.name, scene.language)}",
        scene.result.city.name,
        scene.language,
        scene.bounds,
        box,
        [*cell_maps, *between, *zones[0], *ground_layers(scene, tiles=tiles)],
        [*cell_legend, *zones[1], *(section for _, sections in others for section in sections)],
        data,
        [str(name) for name in scene.facilities["name"]] if data else [],
        scene.group_name,
    )


def sheet_drawing(
    sheet: Sheet,
    title: str,
    box: PaintBox,
    *others: Layers,
    cells: CellLayers = NO_CELLS,
    tiles: bool,
    extra: Mapping[str, Any] = NOTHING,
) -> Drawing:
    """Return the drawing of a whole city: what is given, in this order, and the ground.

    Parameters
    ----------
    sheet
        The city's ground.
    title
        What the map shows.
    box
        Its paints.
    *others
        Layers and their legends.
    cells
        Cells and their colourings, listed first.
    tiles
        Whether tiles from the internet lie below.
    extra
        Further data for the script.
    """
    data, cell_maps, cell_legend = cells
    return Drawing(
        title,
        sheet.city.name,
        sheet.language,
        sheet.bounds,
        box,
        [*cell_maps, *(layer for layers, _ in others for layer in layers), *ground_layers(sheet, tiles=tiles)],
        [*cell_legend, *(section for _, sections in others for section in sections)],
        data,
        group=word("pop_total", sheet.language),
        extra=extra,
    )
