"""What lies over and under the cells of a map: facilities, isochrones, gap areas, streets and ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from servicecircle.plan import Composite
from servicecircle.show import palette
from servicecircle.show.compact import compact_shape, whole_degrees
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer
from servicecircle.show.phrases import phrase, term
from servicecircle.show.rows import known, people
from servicecircle.words import word

if TYPE_CHECKING:
    from servicecircle.show.scene import Outline, Scene

Layers = tuple[list[MapLayer], list[LegendSection]]

INK = "#23262b"
GAP = "#a8195b"
LABELLED_GAPS = 30
"""That many gap areas, the worst, carry their number of residents on the map; the others in their card."""

GROUND_STYLES: dict[str, dict[str, Any]] = {
    "water": {"stroke": False, "fill": True, "fillColor": "#c3d9e6", "fillOpacity": 1},
    "green": {"stroke": False, "fill": True, "fillColor": "#dde6d2", "fillOpacity": 1},
    "barrier": {"stroke": True, "color": "#8c8478", "weight": 1, "fill": True, "fillColor": "#8c8478", "fillOpacity": 1},
    "streets": {"color": "#bdb8ad", "weight": 0.9, "opacity": 1},
}


def facility_layers(scene: Scene) -> Layers:
    """Return the facilities as dots: one layer, or one for each service where a standard asks for several."""
    frame = scene.facilities
    if frame.empty:
        return [], []
    services = sorted(set(frame["service"]), key=_order(scene))
    several = isinstance(scene.standard.measure, Composite)
    items: dict[str, list[dict[str, Any]]] = {service: [] for service in services}
    for service, identifier, name, zone, place in zip(
        frame["service"], frame["id"], frame["name"], _zone_names(scene), frame.geometry, strict=True
    ):
        lines = [
            (phrase("service", scene.language), scene.service_name(service)),
            (phrase("zone", scene.language), zone),
            (phrase("identifier", scene.language), str(identifier) if known(identifier) else ""),
        ]
        title = str(name) if known(name) else scene.service_name(service)
        spot = whole_degrees(shapely.get_coordinates(place.centroid), scene.origin).ravel().tolist()
        items[service].append(
            {"shape": spot, "style": 0, "title": title, "lines": [line for line in lines if line[1]]}
        )
    colors = {service: palette.SERVICES[i % len(palette.SERVICES)] for i, service in enumerate(services)}
    groups = [[service] for service in services] if several else [services]
    layers = [
        _facility_layer(scene, f"facilities{place}", group, items, colors, several=several)
        for place, group in enumerate(groups)
    ]
    signs = tuple(
        LegendRow(scene.service_name(service), colors[service], (f"{len(items[service]):,}",), "dot")
        for service in services
    )
    keys = tuple(layer.key for layer in layers)
    return layers, [LegendSection(keys, phrase("legend_facilities", scene.language), (), signs)]


def _facility_layer(
    scene: Scene,
    key: str,
    services: list[str],
    items: dict[str, list[dict[str, Any]]],
    colors: dict[str, str],
    *,
    several: bool,
) -> MapLayer:
    if several:
        name = phrase("layer_facilities_of", scene.language, service=scene.service_name(services[0]))
    else:
        name = phrase("layer_facilities", scene.language)
    radius = 4 if sum(map(len, items.values())) > 150 else 5.5  # noqa: PLR2004  (many dots are drawn smaller)
    styles = [
        {"radius": radius, "color": INK, "weight": 1.3, "fillColor": colors[service], "fillOpacity": 1}
        for service in services
    ]
    dots = [item | {"style": place} for place, service in enumerate(services) for item in items[service]]
    return MapLayer(key, name, show=True, spec={"pane": "facilities", "kind": "dot", "styles": styles, "items": dots})


def _order(scene: Scene) -> Any:
    """Return a sort key: services in the order in which the standard names them."""
    named = scene.standard.services
    return lambda service: (named.index(service) if service in named else len(named), service)


def _zone_names(scene: Scene) -> list[str]:
    zones = scene.result.city.zones
    names = dict(zip(zones["zone_id"], zones["name"], strict=True))
    if "zone_id" not in scene.facilities.columns:
        return [""] * len(scene.facilities)
    return [str(names.get(zone, "")) for zone in scene.facilities["zone_id"]]


def isochrone_layers(scene: Scene, *, straight: bool) -> Layers:
    """Return the lines of equal walking time as layers: one, or one for each service where there are several."""
    groups: dict[str, list[Outline]] = {}
    for outline in scene.outlines:
        groups.setdefault(outline.group, []).append(outline)
    layers = []
    for place, (group, outlines) in enumerate(groups.items()):
        name = phrase("layer_radius" if straight else "layer_isochrones", scene.language)
        if group:
            name = phrase("layer_isochrones_of", scene.language, service=scene.service_name(group))
        items = [
            {"shape": compact_shape(one.geometry, scene.origin), "style": int(not one.is_limit), "title": one.label}
            for one in outlines
            if not one.geometry.is_empty
        ]
        spec = {"pane": "isochrones", "kind": "area", "styles": [_line(dash=False), _line(dash=True)]}
        lines = [item | {"lines": []} for item in items]
        layers.append(MapLayer(f"isochrones{place}", name, not group, spec | {"items": lines}))
    if not layers:
        return [], []
    signs = {one.label: LegendRow(one.label, INK, (), "line", dash=not one.is_limit) for one in scene.outlines[::-1]}
    notes = () if straight else (phrase("isochrone_note", scene.language),)
    title = phrase("layer_radius" if straight else "layer_isochrones", scene.language)
    return layers, [LegendSection(tuple(layer.key for layer in layers), title, (), tuple(signs.values()), notes)]


def _line(*, dash: bool) -> dict[str, Any]:
    style = {"color": INK, "weight": 1.1 if dash else 2, "opacity": 0.9, "fill": False}
    return style | {"dashArray": "4 4"} if dash else style


def gap_layers(scene: Scene) -> Layers:
    """Return the gap areas, worst first, each with the residents it holds."""
    if scene.gaps.empty:
        return [], []
    items = [_gap_item(scene, place, gap) for place, gap in enumerate(scene.gaps.to_dict("records"))]
    style = {"color": GAP, "weight": 2, "opacity": 0.95, "fill": True, "fillColor": GAP, "fillOpacity": 0.06}
    spec = {"pane": "gaps", "kind": "area", "styles": [style], "items": items, "labelClass": "sc-gap-name"}
    layer = MapLayer("gaps0", term("gap_areas", scene.language), show=True, spec=spec | {"labelFits": True})
    note = phrase("gap_sign", scene.language, group=scene.group_name)
    total = f"{len(items):,}"
    section = LegendSection(("gaps0",), term("gap_areas", scene.language), (), (LegendRow(note, GAP, (total,), "line"),))
    return [layer], [section]


def _gap_item(scene: Scene, place: int, gap: dict[Any, Any]) -> dict[str, Any]:
    language = scene.language
    group = people(float(gap["group"])) if known(gap["group"]) else "–"
    lines = [(phrase("zone", language), str(gap["zone_name"]) if known(gap["zone_name"]) else "")]
    lines.append((phrase("group_uncovered", language, group=scene.group_name), group))
    if gap["group"] != gap["residents"] and known(gap["residents"]):
        lines.append((phrase("gap_residents", language), people(float(gap["residents"]))))
    if known(gap["cells"]):
        lines.append((term("cells", language), f"{int(gap['cells']):,}"))
    if known(gap["area_m2"]):
        lines.append((phrase("area_ha", language), f"{float(gap['area_m2']) / 10_000:,.1f}"))
    if known(gap["worst_minutes"]):
        worst = float(gap["worst_minutes"])
        lines.append((phrase("worst", language), f"{worst:.1f}" if worst < float("inf") else word("unreachable", language)))
    item = {
        "shape": compact_shape(gap["geometry"], scene.origin),
        "style": 0,
        "title": phrase("gap_area", language, rank=place + 1),
        "lines": [line for line in lines if line[1]],
    }
    if place < LABELLED_GAPS and gap["geometry"] is not None and not gap["geometry"].is_empty:
        spot = shapely.get_coordinates(shapely.point_on_surface(gap["geometry"]))
        item |= {"label": group, "at": whole_degrees(spot, scene.origin).ravel().tolist()}
    return item


def ground_layers(scene: Scene, *, tiles: bool) -> list[MapLayer]:
    """Return water, green, barriers and streets, drawn quietly under the cells; hidden at first where there are tiles."""
    layers = []
    for key, kinds in (("layer_ground", ("green", "water", "barrier")), ("layer_streets", ("streets",))):
        shapes = [(kind, shape) for kind in kinds for found, shape in scene.backdrop if found == kind]
        if not shapes:
            continue
        spec = {
            "pane": "backdrop",
            "quiet": True,
            "kind": "line" if key == "layer_streets" else "area",
            "styles": [GROUND_STYLES[kind] for kind, _ in shapes],
            "items": [
                {"shape": compact_shape(shape, scene.origin), "style": place} for place, (_, shape) in enumerate(shapes)
            ],
        }
        layers.append(MapLayer(key.removeprefix("layer_"), phrase(key, scene.language), not tiles, spec))
    return layers
