"""Two assessments of one standard on one page: before and after side by side, or the difference alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.assessment.display import main_row
from servicecircle.errors import InputError
from servicecircle.show import palette
from servicecircle.show.basemap import tile_layer
from servicecircle.show.cells import CellLine, CellView, cell_layers, cell_states, covered_view, walk_view
from servicecircle.show.drawing import standard_drawing
from servicecircle.show.facilities import facility_layers
from servicecircle.show.gap_areas import gap_layers
from servicecircle.show.legend import LegendRow, LegendSection, PaintBox
from servicecircle.show.maps import assemble, side_by_side_page
from servicecircle.show.new_sites import SITE, numbered_sites
from servicecircle.show.panel import panel_html
from servicecircle.show.phrases import capital, check_spoken, phrase, term, word
from servicecircle.show.rows import known, people, value_words
from servicecircle.show.scene import make_scene
from servicecircle.show.zones import zone_layers

if TYPE_CHECKING:
    import folium
    import pandas as pd
    from numpy.typing import NDArray
    from xyzservices import TileProvider

    from servicecircle.assessment import Assessment
    from servicecircle.show.drawing import Drawing
    from servicecircle.show.overlays import Layers
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.scene import Access, Scene

KEPT, GAINED, LOST, NEVER, OUTSIDE = range(5)

MOST_ZONES = 10
"""That many zones are listed, those in which most residents gain."""


def comparison_map(
    result: Assessment,
    baseline: Assessment,
    standard_id: str,
    *,
    side_by_side: bool = True,
    language: str = "zh",
    basemap: str | TileProvider | None = None,
) -> folium.Map:
    """Return the map of what changes for a standard from a baseline to a result: who gains, who loses, where.

    Side by side the page has two maps that move together and show the same layers: the baseline on the left, the
    result on the right. Alone it has one map of the cells newly covered, no longer covered, and as before.

    Parameters
    ----------
    result, baseline
        Assessments of the same plan, for example with and without new facilities.
    standard_id
        The standard's id in the plan.
    side_by_side
        Whether before and after stand side by side; otherwise the difference alone, for standards of access.
    language
        ``"zh"``, ``"en"`` or ``"both"``.
    basemap
        As for `gap_map`.

    Returns
    -------
    folium.Map
        The map of the result; saving or showing it saves or shows the whole page.

    Raises
    ------
    InputError
        If the two are of different plans or cities, the standard, the language or the basemap is unknown, or the
        difference alone is asked for of a standard without cells.
    """
    tongue = check_spoken(language)
    changed = result.compare(baseline)
    after, before = (make_scene(one, standard_id, language=tongue, streets=True) for one in (result, baseline))
    if not side_by_side and (after.access is None or before.access is None):
        raise InputError(
            f"{standard_id} has no cells in both assessments: show before and after with side_by_side=True. | "
            f"{standard_id} 没有逐格网结果，请用 side_by_side=True 并排显示。"
        )
    tiles = [None if basemap is None else tile_layer(basemap) for _ in range(2)]
    drawing = _drawing(after, before, after, change_first=not side_by_side, tiles=tiles[0] is not None)
    table = changed.table[changed.table["standard_id"] == standard_id]
    drawing = replace(drawing, legend=[*drawing.legend[:1], *_change_legend(before, after, table), *drawing.legend[1:]])
    panel = panel_html(after, drawing.legend, kind=phrase("kind_change", tongue))
    if not side_by_side:
        return assemble(drawing, panel=panel, tiles=tiles[0])
    left = _drawing(before, before, after, change_first=False, tiles=tiles[1] is not None)
    panes = [
        replace(one, extra={"pane": side, "caption": _caption(scene, side)})
        for one, scene, side in ((left, before, "before"), (drawing, after, "after"))
    ]
    return side_by_side_page(panes[0], panes[1], panel=panel, tiles=tiles)


def _drawing(scene: Scene, before: Scene, after: Scene, *, change_first: bool, tiles: bool) -> Drawing:
    """Return the drawing of one of two assessments, ``scene``, which is either of the two."""
    box = PaintBox()
    views, lines = change_views(scene, before, after)
    cells = cell_layers(scene, box, views=views[-1:] + views[:-1] if change_first else views, lines=lines)
    zones = zone_layers(scene, box, coloured=not cells[1])
    gaps, sections = gap_layers(scene)
    if change_first:  # their outlines would hide the cells that change
        gaps = [replace(layer, show=False) for layer in gaps]
    new = _new_facilities(before, after) if scene is after else ([], [])
    return standard_drawing(scene, box, cells, zones, new, (gaps, sections), facility_layers(scene), tiles=tiles)


def change_views(scene: Scene, before: Scene, after: Scene) -> tuple[list[CellView], list[CellLine]]:
    """Return the colourings by walk, covered or not, and change, the last; and what cards say of before and after."""
    if scene.access is None or scene.access.cells.empty:
        return [], []
    states = cell_states(scene.access.cells)
    views = [walk_view(scene, scene.access, states), covered_view(scene, states)]
    if before.access is None or after.access is None:
        return views, []
    then, now = (one.cells.reindex(scene.access.cells.index) for one in (before.access, after.access))
    views.append(_change_view(scene, scene.access, *(one["covered"].eq(other=True).to_numpy() for one in (then, now))))
    column, unit, digits = _figure(scene.access, scene.language)
    lines = [
        CellLine(phrase(key, scene.language), frame[column].to_numpy(dtype=float), unit, digits)
        for key, frame in (("card_before", then), ("card_after", now))
    ]
    return views, lines


def _figure(access: Access, language: Spoken) -> tuple[str, str, int]:
    """Return the column of cells that tells how well off they are, with its unit and digits."""
    if access.limits.unit == "services":
        return "n_missing", " " + phrase("services_missing", language), 0
    return ("minutes", f" {word('minutes', language)}", 1) if access.limits.unit == "min" else ("metres", " m", 0)


def _change_view(scene: Scene, access: Access, then: NDArray[np.bool_], now: NDArray[np.bool_]) -> CellView:
    classes = np.select([then & now, now, then], [KEPT, GAINED, LOST], NEVER)
    classes = np.where(access.cells["in_scope"].to_numpy(dtype=bool), classes, OUTSIDE)
    keys = ("change_kept", "change_gained", "change_lost", "change_never")
    labels = (*(phrase(key, scene.language) for key in keys), term("out_of_scope", scene.language))
    name, title = phrase("layer_change", scene.language), phrase("legend_change", scene.language)
    return CellView(name, title, palette.CHANGES, labels, classes, always=NEVER + 1)


def _caption(scene: Scene, side: str) -> str:
    """Return what stands over one of two maps: before or after, the scenario, and the value."""
    row = main_row(scene.result, scene.standard)
    parts = [phrase(f"caption_{side}", scene.language), scene.result.scenario]
    parts.append("" if row is None else value_words(row, scene.language))
    return " · ".join(part for part in parts if part)


def _change_legend(before: Scene, after: Scene, table: pd.DataFrame) -> list[LegendSection]:
    """Return before and after in figures, and the zones in which most residents gain."""
    language = after.language
    heads = (phrase("caption_before", language), phrase("caption_after", language))
    rows = [main_row(one.result, one.standard) for one in (before, after)]
    told = [("–", "–") if row is None else (value_words(row, language), _uncovered(row)) for row in rows]
    who = capital(phrase("group_uncovered", language, group=after.group_name))
    counts = [f"{len(one.facilities):,}" for one in (before, after)]
    lines = [
        _plain(phrase("figure", language), told[0][0], told[1][0]),
        _plain(who, told[0][1], told[1][1]),
        _plain(phrase("legend_facilities", language), *counts),
    ]
    sections = [LegendSection(("zones0",), phrase("kind_change", language), heads, tuple(lines))]
    levels = tuple(after.standard.judge) + tuple(after.standard.inform)
    zones = table[(table["class"] == "all") & ((table["gain"] > 0) | (table["loss"] > 0)) & table["level"].isin(levels)]
    zones = zones[zones["zone_id"].isin(after.zones["zone_id"])]
    best = zones.sort_values(["gain", "loss", "zone_id"], ascending=[False, False, True]).head(MOST_ZONES)
    if len(best):
        listed = tuple(
            _plain(str(one["zone_name"]), people(one["gain"]), people(one["loss"])) for one in best.to_dict("records")
        )
        title = phrase("zones_gain", language, group=after.group_name)
        moved = (phrase("change_gained", language), phrase("change_lost", language))
        sections.append(LegendSection(("zones0",), title, moved, listed))
    return sections


def _plain(head: str, *numbers: str) -> LegendRow:
    return LegendRow(head, "#000000", numbers, "none")


def _uncovered(row: pd.Series[Any]) -> str:
    return people(float(row["group_uncovered"])) if known(row["group_uncovered"]) else "–"


def _new_facilities(before: Scene, after: Scene) -> Layers:
    """Return the facilities that count after and did not before, numbered."""
    new = after.facilities[~after.facilities["id"].isin(before.facilities["id"])]
    cards = [
        (
            str(one["name"]) if known(one.get("name")) else after.service_title(one["service"]),
            _facility_lines(after, one),
        )
        for one in new.to_dict("records")
    ]
    title = phrase("layer_new", after.language)
    rows = [LegendRow(title, SITE, (f"{len(new):,}",), "dot")]
    return numbered_sites(after, new, title, cards=cards, rows=rows)


def _facility_lines(scene: Scene, facility: dict[Any, Any]) -> list[tuple[str, str]]:
    kind = scene.service_title(facility["service"])
    return [(term("kind", scene.language), kind), (phrase("identifier", scene.language), str(facility["id"]))]
