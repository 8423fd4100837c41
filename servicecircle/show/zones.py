"""The zones of a map: their borders and names, and the result of each in colour."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import shapely

from servicecircle.assessment.figures import GRADES, LOWEST_GRADE
from servicecircle.errors import InputError
from servicecircle.show import palette
from servicecircle.show.compact import compact_shape, whole_degrees
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer, PaintBox
from servicecircle.show.phrases import as_told, phrase, term, word
from servicecircle.show.rows import grade_words, known, row_lines, status_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from servicecircle.show.palette import Paint
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.scene import Scene
    from servicecircle.words import Language

TIERS = (frozenset({"街道", "乡镇"}), frozenset({"社区", "行政村"}))
"""Levels that cover the city together, side by side: shown as one layer."""

GRADE_NAMES = [*(name for _, name in GRADES), LOWEST_GRADE]
GRADE_PAINTS = [palette.Paint(color, 0.75) for color in palette.GRADES]

BORDER_COLOR = "#4d5259"
BORDER = {"color": "#666b73", "weight": 1.3, "opacity": 1, "fill": False, "dashArray": "9 3 2 3"}
SCOPE_BORDER = {"color": BORDER_COLOR, "weight": 2.4, "opacity": 0.9, "fill": False, "dashArray": "1 5"}


def zone_layers(scene: Scene, box: PaintBox, *, coloured: bool) -> tuple[list[MapLayer], list[LegendSection]]:
    """Return two layers for each tier of zones, results and borders, and the legends of the results.

    Parameters
    ----------
    scene
        What the map shows.
    box
        The map's paints; new ones are added.
    coloured
        Whether the first tier's results are shown when the map opens: where there are no cells.
    """
    layers, sections = [], []
    for place, levels in enumerate(tiers(scene.zones["level"], first=scene.standard.judge)):
        zones = scene.zones[scene.zones["level"].isin(levels)]
        rows = rows_by_zone(scene.rows, zones)
        title = tier_title(levels, scene.language)
        results = MapLayer(
            f"results{place}",
            phrase("layer_results", scene.language, level=title),
            coloured and place == 0,
            {"pane": "cells", "kind": "area", "styles": [{}], "items": _results(scene, zones, rows, box)},
            exclusive=True,
        )
        outlined = _scope_items(scene) if place == 0 else []
        told = {zone: _lines(scene, row) for zone, row in rows.items()}
        spec = border_spec(outlined + border_items(zones, scene.origin, told))
        borders = MapLayer(f"zones{place}", phrase("layer_zones", scene.language, level=title), place == 0, spec)
        layers += [results, borders]
        sections.append(_legend(scene, rows, results.key, title))
        if outlined:
            sections.append(_border_legend(scene, borders.key, title))
    return layers, sections


def zone_results(
    scene: Scene, level: str | None = None
) -> tuple[gpd.GeoDataFrame, dict[object, pd.Series[Any]], LegendSection]:
    """Return the zones of the first tier, or of a level, the row of each by zone_id, and the legend of their results.

    Raises
    ------
    InputError
        If the standard has no zones of that level.
    """
    known_tiers = tiers(scene.zones["level"], first=scene.standard.judge)
    levels = next((tier for tier in known_tiers if level is None or level in tier), None)
    if levels is None:
        if level is not None:
            raise InputError.unknown("level", level, [one for tier in known_tiers for one in tier])
        levels = ()
    elif level is not None:
        levels = (level,)
    zones = scene.zones[scene.zones["level"].isin(levels)]
    rows = rows_by_zone(scene.rows, zones)
    title = phrase("comma", scene.language).join(term(one, scene.language) for one in levels)
    return zones, rows, _legend(scene, rows, "results", title)


def status_paint(row: pd.Series[Any]) -> Paint:
    """Return the paint of a zone's row; a reference judgement never has the paint of a verdict."""
    status = str(row["status"])
    if status == "judged" and known(row["meets_target"]):
        status = "meets" if row["meets_target"] else "fails"
    if status == "reference" and row["grade"] in GRADE_NAMES:
        return GRADE_PAINTS[GRADE_NAMES.index(row["grade"])]
    return palette.STATUS_PAINTS.get(status, palette.STATUS_PAINTS["info"])


def tiers(present: Iterable[str], *, first: Iterable[str] = ()) -> list[tuple[str, ...]]:
    """Return levels in tiers, those that lie side by side together, the tiers of some levels before the others.

    Examples
    --------
    >>> tiers(["县区", "街道", "乡镇", "社区"], first=["乡镇"])
    [('乡镇', '街道'), ('县区',), ('社区',)]
    """
    there = list(dict.fromkeys(present))
    ahead = [level for level in first if level in there]
    levels = ahead + [level for level in there if level not in ahead]
    whole = [next((tier for tier in TIERS if level in tier), {level}) for level in levels]
    return list(dict.fromkeys(tuple(level for level in levels if level in tier) for tier in whole))


def tier_title(levels: Sequence[str], language: Spoken) -> str:
    """Return the name of a tier: of all its levels."""
    first, *others = levels

    def title(half: Language) -> str:
        return phrase("comma", half).join([term(first, half), *(word(level, half) for level in others)])

    return as_told(title, language)


def rows_by_zone(rows: pd.DataFrame, zones: gpd.GeoDataFrame) -> dict[object, pd.Series[Any]]:
    """Return the rows of all cells of some zones, by zone_id."""
    found = rows[(rows["class"] == "all") & rows["zone_id"].isin(zones["zone_id"])]
    return {row["zone_id"]: row for _, row in found.iterrows()}


def zone_lines(rows: pd.DataFrame, row: pd.Series[Any], language: Spoken, group: str) -> list[tuple[str, str]]:
    """Return the figures of a zone: those of all its cells, then the value of each class of cells.

    Parameters
    ----------
    rows
        All rows of the standard.
    row
        That of the zone.
    language
        Of all words.
    group
        The name of the group of residents.
    """
    classes = rows[(rows["zone_id"] == row["zone_id"]) & (rows["class"] != "all")]
    split = [
        (term(part["class"], language), text)
        for _, part in classes.iterrows()
        for head, text in row_lines(part, language, group)
        if head == term("value", language)
    ]
    return row_lines(row, language, group) + split


def _lines(scene: Scene, row: pd.Series[Any]) -> list[tuple[str, str]]:
    return zone_lines(scene.rows, row, scene.language, scene.group_name)


def _results(
    scene: Scene, zones: gpd.GeoDataFrame, rows: dict[object, pd.Series[Any]], box: PaintBox
) -> list[dict[str, Any]]:
    return [
        {
            "shape": compact_shape(shape, scene.origin),
            "paint": box.number(status_paint(rows[zone])),
            "title": str(name),
            "lines": _lines(scene, rows[zone]),
        }
        for zone, name, shape in zip(zones["zone_id"], zones["name"], zones.geometry, strict=True)
        if zone in rows
    ]


def border_items(
    zones: gpd.GeoDataFrame, origin: tuple[float, float], lines: Mapping[object, list[tuple[str, str]]]
) -> list[dict[str, Any]]:
    """Return the borders and names of zones, in longitude and latitude, with the figures of their cards by zone_id."""
    items = []
    for zone, name, shape in zip(zones["zone_id"], zones["name"], zones.geometry, strict=True):
        if shape is None or shape.is_empty:
            continue
        place = shapely.get_coordinates(shapely.point_on_surface(shape))
        item = {
            "shape": compact_shape(shape, origin),
            "style": 0,
            "label": str(name),
            "at": whole_degrees(place, origin).ravel().tolist(),
            "title": str(name),
        }
        items.append(item | {"lines": lines.get(zone, [])})
    return items


def border_spec(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the script draws for borders: lines, and names where they fit."""
    return {
        "pane": "zones",
        "kind": "area",
        "styles": [BORDER, SCOPE_BORDER],
        "items": items,
        "labelClass": "sc-zone-name",
        "labelFits": True,
    }


def _scope_items(scene: Scene) -> list[dict[str, Any]]:
    """Return the outline of the area that a standard is about, with the row of the whole of it."""
    if scene.scope is None:
        return []
    kind, shape = scene.scope
    row = scene.rows[(scene.rows["zone_id"] == kind) & (scene.rows["class"] == "all")]
    lines = _lines(scene, row.iloc[0]) if len(row) else []
    return [
        {"shape": compact_shape(shape, scene.origin), "style": 1, "title": term(kind, scene.language), "lines": lines}
    ]


def _border_legend(scene: Scene, key: str, title: str) -> LegendSection:
    """Return the legend of borders: needed where a dotted line says what a standard is about."""
    kind = "" if scene.scope is None else term(scene.scope[0], scene.language)
    scope = phrase("scope_border", scene.language, area=kind)
    signs = (
        LegendRow(title, BORDER_COLOR, (), "line", dash="dashed"),
        LegendRow(scope, BORDER_COLOR, (), "line", dash="dotted"),
    )
    return LegendSection((key,), phrase("borders", scene.language), (), signs)


def _legend(scene: Scene, rows: dict[object, pd.Series[Any]], key: str, title: str) -> LegendSection:
    """Return the legend of results: each paint with its words and the number of zones."""
    return LegendSection(
        (key,),
        phrase("legend_results", scene.language, level=title),
        (phrase("legend_zones", scene.language),),
        result_rows([list(rows.values())], scene.language),
    )


def result_rows(parts: Sequence[Sequence[pd.Series[Any]]], language: Spoken) -> tuple[LegendRow, ...]:
    """Return the classes of results in some parts of a table, each with the number of rows in each part."""
    counted: dict[tuple[str, Paint], list[int]] = {}
    for place, rows in enumerate(parts):
        for row in rows:
            label = status_words(row, language)
            if row["status"] == "reference" and known(row["grade"]):
                label = phrase("graded", language, grade=grade_words(row))
            counted.setdefault((label, status_paint(row)), [0] * len(parts))[place] += 1
    known_paints = list(chain(GRADE_PAINTS, palette.STATUS_PAINTS.values()))
    order = sorted(counted, key=lambda sign: known_paints.index(sign[1]))
    return tuple(LegendRow.of_paint(paint, label, tuple(map(str, counted[label, paint]))) for label, paint in order)
