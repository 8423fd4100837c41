"""The rows of any layer on a map: their shapes, and their columns as cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from servicecircle.errors import InputError
from servicecircle.show.compact import compact_shape, whole_degrees
from servicecircle.show.legend import MapLayer
from servicecircle.show.phrases import term
from servicecircle.show.rows import known
from servicecircle.show.scene import WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from servicecircle.show.legend import PaintBox
    from servicecircle.show.palette import Paint
    from servicecircle.show.phrases import Spoken

MOST_LINES = 14
"""A card shows that many columns that say something."""

LEAST_EXTENT = 0.005
"""A map is at least so many degrees wide and high, about 500 m: a single point is no extent."""

MOST_LETTERS = 200
"""A text longer than this is cut in a card."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameLayer:
    """A layer to draw: its key and name, its rows, and the paint of each row."""

    key: str
    name: str
    frame: gpd.GeoDataFrame
    paints: Sequence[Paint]
    show: bool = True
    exclusive: bool = False


def frame_bounds(frames: Sequence[gpd.GeoDataFrame]) -> tuple[float, float, float, float]:
    """Return the bounds of some frames together: west, south, east, north (degrees).

    Raises
    ------
    InputError
        If a frame has no CRS, or nothing in them has a place.
    """
    for frame in frames:
        if frame.crs is None:
            raise InputError(
                "The layer has no CRS, so that nobody knows where it lies. Set it first: layer.set_crs(...). | "
                "图层没有坐标系，请先用 layer.set_crs(...) 设定。"
            )
    places = [frame.to_crs(WGS84).total_bounds for frame in frames]
    found = [one for one in places if np.isfinite(one).all()]
    if not found:
        raise InputError("There is nothing to draw: no row has a place. | 没有可以绘制的内容。")
    west, south = np.min([one[:2] for one in found], axis=0)
    east, north = np.max([one[2:] for one in found], axis=0)
    wider, higher = (max(LEAST_EXTENT - size, 0.0) / 2 for size in (east - west, north - south))
    return float(west - wider), float(south - higher), float(east + wider), float(north + higher)


def frame_layer(layer: FrameLayer, box: PaintBox, origin: tuple[float, float], language: Spoken) -> MapLayer:
    """Return a layer as the script draws it, on one canvas: areas, lines and points, each with its card."""
    frame = layer.frame.to_crs(WGS84)
    columns = [column for column in frame.columns if column != frame.geometry.name]
    items: list[dict[str, Any]] = []
    styles: list[dict[str, Any]] = []
    numbers: dict[Paint, int] = {}
    for place, (row, shape) in enumerate(zip(frame[columns].to_dict("records"), frame.geometry, strict=True)):
        if shape is None or shape.is_empty:
            continue
        paint = layer.paints[place]
        if paint not in numbers:
            numbers[paint] = len(styles)
            styles.append(_style(paint))
        flat = int(shapely.get_dimensions(shape))
        item: dict[str, Any] = {"style": numbers[paint], "title": _title(row), "lines": _lines(row, language)}
        item["shape"] = compact_shape(shape, origin) if flat else _spot(shape, origin)
        item["as"] = ("dot", "line", "area")[flat]
        if flat == 2:  # noqa: PLR2004  (a polygon)
            item["paint"] = box.number(paint)
        items.append(item)
    spec = {"pane": "cells", "kind": "area", "styles": styles, "items": items}
    return MapLayer(layer.key, layer.name, layer.show, spec, exclusive=layer.exclusive)


def _spot(shape: shapely.Geometry, origin: tuple[float, float]) -> list[int]:
    spot: list[int] = whole_degrees(shapely.get_coordinates(shapely.centroid(shape)), origin).ravel().tolist()
    return spot


def _style(paint: Paint) -> dict[str, Any]:
    return {
        "radius": 5,
        "color": paint.color,
        "weight": 2,
        "fillColor": paint.color,
        "fillOpacity": paint.opacity,
    }


def _title(row: dict[Any, Any]) -> str:
    for column in ("name", "zone_name", "cell_id", "id", "zone_id"):
        if known_cell(row.get(column)):
            return str(row[column])
    return ""


def _lines(row: dict[Any, Any], language: Spoken) -> list[tuple[str, str]]:
    told = [(term(column, language), _text(value)) for column, value in row.items() if known_cell(value)]
    return told[:MOST_LINES]


def known_cell(value: object) -> bool:
    """Return whether a cell of any frame says something; a list in it counts as what it holds."""
    return bool(len(value)) if isinstance(value, list | tuple | set | dict | np.ndarray) else known(value)


def _text(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating):
        number = float(value)
        return f"{number:,.4g}" if abs(number) < 1000 else f"{number:,.0f}"  # noqa: PLR2004  (no tenths of thousands)
    if isinstance(value, int | np.integer):
        return str(value)
    text = str(value)
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"
