"""Layers that do not lie where the walk network lies: in another zone or datum than they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.alignment import FEWEST_PLACES, MANY_PLACES, STRICT, USUAL, Target, far_away, from_degrees, suspicion
from servicecircle.datum import inside_china
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.alignment import Displacement
    from servicecircle.findings import Finding
    from servicecircle.network import WalkNetwork


def far_layers(
    walk: WalkNetwork, population: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, zones: gpd.GeoDataFrame
) -> list[Finding]:
    """Return what is wrong with layers, and services, whose middle lies far from the walk network."""
    found = [*far_away(_middles(population), walk.crs, walk.bounds, layer="population")]
    # zones may reach far beyond the streets of a city; but not into the zone beside it
    of_zones = far_away(_middles(zones), walk.crs, walk.bounds, layer="zones")
    found += [finding for finding in of_zones if finding.severity == "error"]
    middles, services = _middles(facilities), facilities["service"].to_numpy()
    far: dict[str, list[str]] = {}
    for service in sorted(set(services)):
        for finding in far_away(middles[services == service], walk.crs, walk.bounds, layer="facilities"):
            far.setdefault(finding.code, []).append(service)
    for names in far.values():
        xy = middles[np.isin(services, names)]
        found += far_away(xy, walk.crs, walk.bounds, layer="facilities", part=f"{listed(names)}: ")
    return found


def _middles(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    bounds = shapely.bounds(frame.geometry.to_numpy())
    return np.asarray((bounds[:, :2] + bounds[:, 2:]) / 2, dtype=np.float64)


def shifted_layers(walk: WalkNetwork, facilities: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> list[Finding]:
    """Return warnings about facilities displaced from the walk network, and zones from those of other levels."""
    west, south, east, north = walk.bounds
    middle = (west + east) / 2, (south + north) / 2
    if not inside_china(*from_degrees(walk.crs).transform(*middle, direction="INVERSE")):
        return []
    return [*_shifted_facilities(walk, facilities), *_shifted_zones(zones)]


def _shifted_facilities(walk: WalkNetwork, facilities: gpd.GeoDataFrame) -> list[Finding]:
    placed = facilities[~(facilities.geometry.isna() | facilities.geometry.is_empty)]
    if len(placed) < FEWEST_PLACES:
        return []
    target = Target.of(walk)
    services = placed["service"].to_numpy()
    xy = _degrees(placed.geometry)
    found: dict[tuple[str, bool], list[tuple[str, Displacement]]] = {}
    for service in sorted(set(services)):
        places = xy[services == service]
        one = target.displacement(places, limits=STRICT) if len(places) >= MANY_PLACES else None
        if one is not None:
            found.setdefault((one.datum, one.of_layer), []).append((service, one))
    together = target.displacement(xy, limits=USUAL if len(xy) >= MANY_PLACES else STRICT)
    if together is not None:
        names = [name for name, _ in found.pop((together.datum, together.of_layer), [])]
        plainly, plainly_zh = (f"; plainly {listed(names)}", f"，明显的有 {listed(names)}") if names else ("", "")
        part, part_zh = f" (all services together{plainly})", f"（全部设施{plainly_zh}）"
        return [suspicion("facilities", together, part=part, part_zh=part_zh), *_of_services(found.values())]
    return _of_services(found.values())


def _of_services(found: Iterable[list[tuple[str, Displacement]]]) -> list[Finding]:
    """Return a warning for each displacement, with the services that have it and the figures of the clearest."""
    result = []
    for group in found:
        names = [name for name, _ in group]
        clearest = max(group, key=lambda one: (one[1].clear, one[0]))[1]
        part, part_zh = f" ({listed(names)})", f"（{listed(names)}）"
        result.append(suspicion("facilities", clearest, part=part, part_zh=part_zh))
    return result


def _shifted_zones(zones: gpd.GeoDataFrame) -> list[Finding]:
    """Return warnings about levels of zones that are displaced from the zones of all other levels."""
    found: list[Finding] = []
    for level in sorted(set(zones["level"])):
        own = (zones["level"] == level).to_numpy()
        places = _degrees(zones.geometry[own])
        if own.all() or len(places) < MANY_PLACES:
            continue
        one = Target.of(zones[~own]).displacement(places, limits=STRICT)
        if one is not None and one.of_layer:
            found.append(suspicion("zones", one, part=f" (level {level})", part_zh=f"（层级 {level}）"))
    return found


def _degrees(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Return all vertices in WGS 84, shape (n, 2), lon first."""
    xy = shapely.get_coordinates(shapes.to_numpy())
    return np.column_stack(from_degrees(shapes.crs).transform(xy[:, 0], xy[:, 1], direction="INVERSE"))
