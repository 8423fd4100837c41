"""The gap areas of a map, each with the residents it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from servicecircle.show.compact import compact_shape, whole_degrees
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer
from servicecircle.show.phrases import capital, phrase, term, word
from servicecircle.show.rows import known, people

if TYPE_CHECKING:
    from servicecircle.show.scene import Scene

GAP = "#a8195b"

LABELLED_GAPS = 30
"""That many gap areas, the worst, carry their number of residents on the map; the others in their card."""


def gap_layers(scene: Scene) -> tuple[list[MapLayer], list[LegendSection]]:
    """Return the gap areas, worst first, each with the residents it holds."""
    if scene.gaps is None or scene.gaps.empty:
        return [], []
    items = [_gap_item(scene, place, gap) for place, gap in enumerate(scene.gaps.to_dict("records"))]
    style = {"color": GAP, "weight": 1.8, "opacity": 0.95, "fill": False}
    spec = {"pane": "gaps", "kind": "area", "styles": [style], "items": items, "labelClass": "sc-gap-name"}
    layer = MapLayer("gaps0", term("gap_areas", scene.language), show=True, spec=spec)
    sign = LegendRow(phrase(_kind(scene), scene.language, group=scene.group_name), GAP, (f"{len(items):,}",), "area")
    return [layer], [LegendSection(("gaps0",), term("gap_areas", scene.language), (), (sign,))]


def _kind(scene: Scene) -> str:
    """Return the phrase that says what gap areas are made of."""
    if scene.access is None:
        return "gap_zones"
    return "gap_ground" if scene.access.limits.straight else "gap_cells"


def _gap_item(scene: Scene, place: int, gap: dict[Any, Any]) -> dict[str, Any]:
    language = scene.language
    group = people(float(gap["group"])) if known(gap["group"]) else "–"
    lines = [(phrase("zone", language), str(gap["zone_name"]) if known(gap["zone_name"]) else "")]
    heads = phrase("legend_people" if scene.access is None else "group_uncovered", language, group=scene.group_name)
    lines.append((capital(heads), group))
    if gap["group"] != gap["residents"] and known(gap["residents"]):
        lines.append((term("pop_total", language), people(float(gap["residents"]))))
    if gap["cells"]:
        lines.append((term("cells", language), f"{int(gap['cells']):,}"))
    if known(gap["area_m2"]):
        lines.append((phrase("area_ha", language), f"{float(gap['area_m2']) / 10_000:,.1f}"))
    if known(gap["worst_minutes"]):
        worst = float(gap["worst_minutes"])
        lines.append(
            (phrase("worst", language), f"{worst:.1f}" if worst < float("inf") else word("unreachable", language))
        )
    item = {
        "shape": compact_shape(gap["geometry"], scene.origin),
        "style": 0,
        "title": phrase("gap_area", language, rank=place + 1),
        "lines": [line for line in lines if line[1]],
    }
    if place < LABELLED_GAPS and gap["group"] > 0 and gap["geometry"] is not None and not gap["geometry"].is_empty:
        spot = shapely.get_coordinates(shapely.point_on_surface(gap["geometry"]))
        item |= {"label": group, "at": whole_degrees(spot, scene.origin).ravel().tolist()}
    return item
