"""The map of all standards: the result of each in every zone, and how many standards each zone does not meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicecircle.show.basemap import tile_layer
from servicecircle.show.choices import Choice, standard_choice
from servicecircle.show.compact import compact_shape
from servicecircle.show.counts import counts_choice
from servicecircle.show.drawing import sheet_drawing
from servicecircle.show.legend import MapLayer, PaintBox
from servicecircle.show.maps import assemble
from servicecircle.show.pages import render
from servicecircle.show.panel import notice_of
from servicecircle.show.phrases import check_spoken, phrase, spoken
from servicecircle.show.sheet import make_sheet
from servicecircle.show.tiers import Tier, make_tiers
from servicecircle.show.zones import border_items, border_spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    from xyzservices import TileProvider

    from servicecircle.assessment import Assessment
    from servicecircle.show.overlays import Layers
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.sheet import Sheet


def overview_map(
    result: Assessment,
    standard_id: str | None = None,
    *,
    language: str = "zh",
    basemap: str | TileProvider | None = None,
    streets: bool = True,
) -> folium.Map:
    """Return the map of all standards (达标图): a list in its panel chooses one, or how many each zone does not meet.

    Zones are coloured by result, each level a layer of its own: verdicts in blue and orange, reference judgements in
    grades of one hue, values without a target in classes of another; not applicable, out of scope, no population and
    not evaluable each have a colour of their own. Cards give the figures; the panel quotes the clause.

    Parameters
    ----------
    result
        The assessment.
    standard_id
        The standard chosen when the map opens; None: how many standards each zone does not meet.
    language
        ``"zh"``, ``"en"`` or ``"both"``.
    basemap
        As for `gap_map`.
    streets
        Whether the city's own water, green and streets are drawn.

    Raises
    ------
    InputError
        If the standard, the language or the basemap is unknown.
    """
    tongue = check_spoken(language)
    chosen = 0 if standard_id is None else 1 + result.plan.ids.index(result.plan[standard_id].id)
    tiles, box = None if basemap is None else tile_layer(basemap), PaintBox()
    sheet = make_sheet(result.city, tongue, streets=streets)
    tiers = make_tiers(sheet)
    choices = [counts_choice(result, tiers, box, tongue)]
    choices += [standard_choice(result, one, tiers, box, language=tongue) for one in result.plan.standards]
    used = [tier for tier in tiers if any(any(one.zones[tier.key]) for one in choices)]
    title = phrase("overview_title", tongue)
    first = next((place for place, tier in enumerate(used) if any(choices[chosen].zones[tier.key])), 0)
    drawing = sheet_drawing(
        sheet,
        title,
        box,
        _zone_layers(sheet, used, first),
        tiles=tiles is not None,
        extra={"choices": [{"zones": {tier.key: one.zones[tier.key] for tier in used}} for one in choices]},
    )
    return assemble(drawing, panel=_panel(result, choices, chosen, tongue), tiles=tiles)


def _zone_layers(sheet: Sheet, tiers: Sequence[Tier], first: int) -> Layers:
    """Return the zones of each tier, painted by the choice, and their borders and names."""
    layers = []
    for place, tier in enumerate(tiers):
        names = [str(name) for name in tier.zones["name"]]
        items = [
            {"shape": compact_shape(shape, sheet.origin), "paint": 0, "title": name, "lines": [], "place": number}
            for number, (name, shape) in enumerate(zip(names, tier.zones.geometry, strict=True))
        ]
        borders = f"zones{place}"
        spec = {"pane": "cells", "kind": "area", "styles": [{}], "items": items, "choice": True, "borders": borders}
        results = phrase("layer_results", sheet.language, level=tier.title)
        named = phrase("layer_zones", sheet.language, level=tier.title)
        layers.append(MapLayer(tier.key, results, place == first, spec, exclusive=True))
        outlines = border_spec(border_items(tier.zones, sheet.origin, {}))
        for item in outlines["items"]:
            del item["lines"]  # the card is that of the zone's result
        layers.append(MapLayer(borders, named, place == first, outlines))
    return layers, []


def _panel(result: Assessment, choices: Sequence[Choice], chosen: int, language: Spoken) -> str:
    keys = ("choose_standard", "cannot_judge", "clause")
    title = spoken(result.plan.title_zh, result.plan.title_en, language)
    return render(
        "overview.html",
        city=result.city.name,
        scenario=phrase("scenario", language, scenario=result.scenario) if result.scenario else "",
        plan=title,
        title=phrase("overview_title", language),
        notice=notice_of(result.city, language),
        words={key: phrase(key, language) for key in keys},
        choices=choices,
        chosen=chosen,
    )
