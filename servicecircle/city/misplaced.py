"""Layers that do not lie where the walk network lies: in another zone or datum than they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from servicecircle.alignment import (
    CHANGES,
    FAR_M,
    FEWEST_PLACES,
    MANY_PLACES,
    STRICT,
    USUAL,
    Target,
    evenly,
    far_away,
    from_degrees,
    suspicion,
)
from servicecircle.datum import inside_china
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.alignment import Displacement, Limits
    from servicecircle.findings import Finding
    from servicecircle.network import WalkNetwork


NEAR_M = FAR_M / 2
"""Nothing so near the extent of the walk network (metres, in x and in y) lies far from it."""


@dataclass(frozen=True, slots=True)
class _Streets:
    """A walk network made ready for comparisons, and what places gained by being put back (a row for each change)."""

    target: Target
    gains: dict[tuple[float, float], NDArray[np.float64]]

    def displacement(self, places: NDArray[np.float64], *, limits: Limits) -> Displacement | None:
        """Return what `Target.displacement` does, at once where no place is new and none gains."""
        some = evenly(places)
        if len(some) < FEWEST_PLACES:
            return None
        keys = list(map(tuple, some.tolist()))
        new = [key for key in keys if key not in self.gains]
        if new:
            to_metres, xy = from_degrees(self.target.crs), np.array(new)
            before = self.target.scores(np.column_stack(to_metres.transform(xy[:, 0], xy[:, 1])))
            after = [
                self.target.scores(np.column_stack(to_metres.transform(*change(xy[:, 0], xy[:, 1]))))
                for _, _, change in CHANGES
            ]
            self.gains.update(zip(new, before[:, None] - np.column_stack(after), strict=True))
        gains = np.array([self.gains[key] for key in keys])
        if not any(limits.gained(np.ascontiguousarray(one)) for one in gains.T):
            return None
        return self.target.displacement(places, limits=limits)


_TARGETS: WeakKeyDictionary[WalkNetwork, _Streets] = WeakKeyDictionary()
"""Walk networks made ready: they never change, facilities do."""


def far_layers(
    walk: WalkNetwork, population: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, zones: gpd.GeoDataFrame
) -> list[Finding]:
    """Return what is wrong with layers, and services, whose middle lies far from the walk network."""
    found = [*far_away(_middles(population), walk.crs, walk.bounds, layer="population")]
    # zones may reach far beyond the streets of a city; but not into the zone beside it
    of_zones = far_away(_middles(zones), walk.crs, walk.bounds, layer="zones")
    found += [finding for finding in of_zones if finding.severity == "error"]
    return [*found, *far_facilities(walk, facilities)]


def far_facilities(walk: WalkNetwork, facilities: gpd.GeoDataFrame) -> list[Finding]:
    """Return what is wrong with services whose middle lies far from the walk network."""
    found: list[Finding] = []
    middles, services = _middles(facilities), facilities["service"].to_numpy()
    west, south, east, north = walk.bounds
    x, y = middles.T
    # what lies within this of the extent has its median there, too, so that no service needs a closer look
    beyond = (x < west - NEAR_M) | (x > east + NEAR_M) | (y < south - NEAR_M) | (y > north + NEAR_M)
    if not beyond.any():
        return found
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
    return [*shifted_facilities(walk, facilities), *(_shifted_zones(zones) if _in_china(walk) else ())]


def _in_china(walk: WalkNetwork) -> bool:
    west, south, east, north = walk.bounds
    middle = (west + east) / 2, (south + north) / 2
    return bool(inside_china(*from_degrees(walk.crs).transform(*middle, direction="INVERSE")))


def shifted_facilities(
    walk: WalkNetwork, facilities: gpd.GeoDataFrame, *, among: Iterable[str] | None = None
) -> list[Finding]:
    """Return warnings about services displaced from the walk network, and about all facilities together.

    Parameters
    ----------
    walk, facilities
        The layers, checked.
    among
        The services that are looked at by themselves, where the others are known to lie right; None for all.
    """
    if not _in_china(walk):
        return []
    points = facilities.geometry.to_numpy()
    placed = ~(shapely.is_missing(points) | shapely.is_empty(points))
    if placed.sum() < FEWEST_PLACES:
        return []
    if walk not in _TARGETS:
        _TARGETS[walk] = _Streets(Target.of(walk), {})
    target = _TARGETS[walk]
    services = facilities["service"].to_numpy()[placed]
    xy = _degrees(facilities.geometry[placed])
    found: dict[tuple[str, bool], list[tuple[str, Displacement]]] = {}
    for service in sorted(set(services) if among is None else set(services).intersection(among)):
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
