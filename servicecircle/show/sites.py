"""The map of proposed sites: where they are, whom each newly serves, what they reach, and which gaps remain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from servicecircle.assessment import assess
from servicecircle.errors import InputError
from servicecircle.network import isochrones
from servicecircle.show.basemap import tile_layer
from servicecircle.show.cells import cell_layers
from servicecircle.show.changes import change_views
from servicecircle.show.drawing import standard_drawing
from servicecircle.show.facilities import facility_layers
from servicecircle.show.gap_areas import gap_layers
from servicecircle.show.legend import LegendRow, PaintBox
from servicecircle.show.maps import assemble
from servicecircle.show.new_sites import SITE, numbered_sites
from servicecircle.show.outlines import BESIDE_STREETS_M, Outline, whole_blocks
from servicecircle.show.overlays import isochrone_layers
from servicecircle.show.panel import panel_html
from servicecircle.show.phrases import capital, check_spoken, phrase, term
from servicecircle.show.rows import amount, known, people
from servicecircle.show.scene import WGS84, in_degrees, make_scene
from servicecircle.show.zones import zone_layers

if TYPE_CHECKING:
    import folium
    from xyzservices import TileProvider

    from servicecircle.assessment import Assessment
    from servicecircle.show.overlays import Layers
    from servicecircle.show.scene import Scene
    from servicecircle.siting import Proposal


def sites_map(
    result: Assessment,
    proposal: Proposal,
    *,
    language: str = "zh",
    basemap: str | TileProvider | None = None,
    streets: bool = True,
) -> folium.Map:
    """Return the map of proposed sites: ranked, with the residents each newly serves, and the gaps that remain.

    The standard is assessed once more with the sites built, so that cells, gap areas and the figure of the panel are
    those after building.

    Parameters
    ----------
    result
        The assessment that the sites were proposed for.
    proposal
        From `best_sites`.
    language
        ``"zh"``, ``"en"`` or ``"both"``.
    basemap
        As for `gap_map`.
    streets
        Whether the city's own water, green and streets are drawn.

    Raises
    ------
    InputError
        If the proposal has no sites or is of a standard that the plan lacks, or the language or basemap is unknown.
    """
    tongue = check_spoken(language)
    if not len(proposal.facilities):
        raise InputError("The proposal has no sites to draw. | 方案没有建议点。")
    plan = result.plan.only(proposal.standard_id)
    built = assess(result.city.adding(proposal.facilities), plan, scenario=phrase("kind_sites", tongue), progress=False)
    before, after = (
        make_scene(one, proposal.standard_id, language=tongue, streets=drawn)
        for one, drawn in ((result, False), (built, streets))
    )
    tiles, box = None if basemap is None else tile_layer(basemap), PaintBox()
    views, lines = change_views(after, before, after)
    cells = cell_layers(after, box, views=views[-1:] + views[:-1], lines=lines)
    drawing = standard_drawing(
        after,
        box,
        cells,
        zone_layers(after, box, coloured=not cells[1]),
        _sites(after, proposal),
        isochrone_layers(after, _reached(after, proposal), title=phrase("layer_site_reach", tongue)),
        gap_layers(after),
        facility_layers(after),
        tiles=tiles is not None,
    )
    return assemble(drawing, panel=panel_html(after, drawing.legend, kind=phrase("kind_sites", tongue)), tiles=tiles)


def _sites(scene: Scene, proposal: Proposal) -> Layers:
    """Return the sites by rank, each with the residents it newly serves and the share covered from then on."""
    language = scene.language
    heads = (capital(term("gain", language)), term("share_after", language))
    cards, rows = [], []
    for rank, row in enumerate(proposal.table.to_dict("records"), 1):
        place, gain = str(row.get("zone_name") or ""), _people(row, "gain")
        share = amount(float(row["share_after"]), "share") if known(row.get("share_after")) else "–"
        lines = [
            (phrase("zone", language), place),
            (heads[0], gain),
            (term("cumulative_gain", language), _people(row, "cumulative_gain")),
            (term("residents", language), _people(row, "residents")),
            (heads[1], share),
        ]
        cards.append((phrase("site", language, rank=rank), lines))
        rows.append(LegendRow(f"{rank}. {place}", SITE, (gain, share), "dot"))
    title = phrase("layer_sites", language)
    places = proposal.facilities.to_crs(WGS84)
    return numbered_sites(
        scene, places, title, cards=cards, heads=heads, rows=rows, notes=(phrase("site_note", language),)
    )


def _people(row: dict[Any, Any], column: str) -> str:
    return people(float(row[column])) if known(row.get(column)) else ""


def _reached(scene: Scene, proposal: Proposal) -> list[Outline]:
    """Return the ground that the sites reach on foot within the standard's limits, the farthest first."""
    if scene.access is None or scene.access.limits.unit == "services":
        return []
    city, limits = scene.result.city, scene.access.limits
    places = city.placed(proposal.facilities.geometry, ids=proposal.facilities["id"])
    ends = sorted(limits.ends, reverse=True)
    shapes = isochrones(city.walk, places, limits_m=[limits.metres(one) for one in ends], buffer_m=BESIDE_STREETS_M)
    key = "isochrone_minutes" if limits.unit == "min" else "isochrone_metres"
    return [
        Outline(
            "",
            phrase(key, scene.language, limit=f"{end:g}"),
            in_degrees(city, whole_blocks(shape), scene.detail),
            is_limit=True,
        )
        for end, shape in zip(ends, shapes, strict=True)
        if not shapely.is_empty(shape)
    ]
