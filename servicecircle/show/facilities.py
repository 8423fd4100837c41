"""The facilities of a map, as dots: those that count, and those that would if they offered more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from servicecircle.city.vocabulary import OFFERS
from servicecircle.plan import Composite, Presence
from servicecircle.show import palette
from servicecircle.show.compact import whole_degrees
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer
from servicecircle.show.phrases import phrase, spoken, term
from servicecircle.show.rows import known

if TYPE_CHECKING:
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.scene import Scene

RIM = "#23262b"
LACKS_COLOR = "#8b9097"
"""Fill of the dots of facilities that do not count because they lack something."""

MANY_DOTS = 150
"""More facilities than this are drawn as smaller dots."""

Items = list[dict[str, Any]]


def dot_fills(scene: Scene) -> list[str]:
    """Return the fill of the dot of each facility, in their order."""
    colors = _colors(_services(scene))
    facilities = scene.facilities.to_dict("records")
    return [LACKS_COLOR if _lacks(scene, one) else colors[one["service"]] for one in facilities]


def _services(scene: Scene) -> list[str]:
    """Return the services of the facilities there are, in the order in which the standard names them."""
    named = scene.standard.services
    return sorted(set(scene.facilities["service"]), key=lambda one: (named.index(one) if one in named else 0, one))


def _colors(services: list[str]) -> dict[str, str]:
    return {service: palette.SERVICES[place % len(palette.SERVICES)] for place, service in enumerate(services)}


def facility_layers(scene: Scene) -> tuple[list[MapLayer], list[LegendSection]]:
    """Return the facilities as layers, one, or one for each service where a standard asks for several; and a legend."""
    found = _services(scene)
    if not found:
        return [], []
    items: dict[str, Items] = {service: [] for service in found}
    for service, item in zip(scene.facilities["service"], _items(scene), strict=True):
        items[service].append(item)
    several = isinstance(scene.standard.measure, Composite)
    colors = _colors(found)
    layers = []
    for place, group in enumerate([[service] for service in found] if several else [found]):
        name = phrase("layer_facilities", scene.language)
        if several:
            name = phrase("layer_facilities_of", scene.language, service=scene.service_name(group[0]))
        spec = _spec({service: items[service] for service in group}, colors, many=len(scene.facilities) > MANY_DOTS)
        layers.append(MapLayer(f"facilities{place}", name, show=True, spec=spec))
    signs = [
        LegendRow(scene.service_title(service), colors[service], (f"{counted:,}",), "dot")
        for service in found
        if (counted := sum(not item["lacks"] for item in items[service]))
    ]
    lacking = sum(item["lacks"] for ones in items.values() for item in ones)
    if lacking:
        signs.append(LegendRow(phrase("facility_lacks", scene.language), LACKS_COLOR, (f"{lacking:,}",), "dot"))
    keys = tuple(layer.key for layer in layers)
    return layers, [LegendSection(keys, phrase("legend_facilities", scene.language), (), tuple(signs))]


def _items(scene: Scene) -> Items:
    """Return a dot for each facility: place, title and card."""
    zones = scene.result.city.zones
    names = dict(zip(zones["zone_id"], zones["name"], strict=True))
    items = []
    for facility in scene.facilities.to_dict("records"):
        service = scene.service_title(facility["service"])
        lacks = _lacks(scene, facility)
        lines = [
            (term("kind", scene.language), service),
            (phrase("missing", scene.language), phrase("comma", scene.language).join(lacks)),
            (phrase("zone", scene.language), str(names.get(facility.get("zone_id"), ""))),
            (phrase("identifier", scene.language), str(facility["id"])),
        ]
        spot = shapely.get_coordinates(facility["geometry"].centroid)
        items.append(
            {
                "shape": whole_degrees(spot, scene.origin).ravel().tolist(),
                "title": str(facility["name"]) if known(facility.get("name")) else service,
                "lines": [line for line in lines if line[1]],
                "lacks": bool(lacks),
            }
        )
    return items


def _lacks(scene: Scene, facility: dict[Any, Any]) -> list[str]:
    """Return in words what a facility does not offer and the standard requires."""
    measure = scene.standard.measure
    if not isinstance(measure, Presence):
        return []
    return [
        _offer(one, scene.language)
        for column, wanted in measure.requires_all.items()
        for one in wanted
        if one not in (facility.get(column) or ())
    ]


def _offer(offer: str, language: Spoken) -> str:
    chinese = {name: zh for zh, name in OFFERS.items()}
    return spoken(chinese.get(offer, offer), offer.replace("_", " "), language)


def _spec(items: dict[str, Items], colors: dict[str, str], *, many: bool) -> dict[str, Any]:
    """Return what the script draws: a style for each service, and one for facilities that lack something."""
    radius = 3.8 if many else 5.5
    fills = [*(colors[service] for service in items), LACKS_COLOR]
    styles = [{"radius": radius, "color": RIM, "weight": 1.3, "fillColor": fill, "fillOpacity": 1} for fill in fills]
    dots = [
        {key: item[key] for key in ("shape", "title", "lines")} | {"style": len(items) if item["lacks"] else place}
        for place, service in enumerate(items)
        for item in items[service]
    ]
    return {"pane": "facilities", "kind": "dot", "styles": styles, "items": dots}
