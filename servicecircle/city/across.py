"""What can be seen only across rows and layers: zones that rows name, what stands there twice, names nobody knows."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from servicecircle.city.zoning import settings_of, zones_of
from servicecircle.findings import Finding
from servicecircle.text import listed
from servicecircle.words import SERVICES, WORDS, word

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.city.inspection import Inspection
    from servicecircle.findings import Severity


URBAN = "urban"
"""Areas of this kind tell urban cells from rural ones where neither the cells nor their zones say so."""


def unknown_zones(seen: Inspection, zones: gpd.GeoDataFrame) -> list[Finding]:
    """Return what is wrong with the zones that rows of a layer say they are in."""
    if "zone_id" not in seen.frame:
        return []
    declared = seen.frame["zone_id"]
    unknown = declared.notna().to_numpy() & ~declared.isin(zones["zone_id"]).to_numpy()
    if not unknown.any():
        return []
    return [
        Finding.about(
            seen.layer,
            "unknown_zone",
            "error",
            en="zone_id is no zone of the zones layer. Correct it, add the zone, or leave it empty.",
            zh="zone_id 不在 zones 图层中，请更正、补充该单元，或留空。",
            column="zone_id",
            rows=[f"{label}: {value}" for label, value in declared[unknown].items()],
        )
    ]


def with_settings(
    cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the cells with a setting wherever zones or urban areas give one, and what was found about their zones."""
    membership, most = zones_of(cells.geometry.centroid, zones, declared=cells.get("zone_id"))
    own = cells["setting"] if "setting" in cells else pd.Series(None, index=cells.index, dtype=object)
    setting = own.where(own.notna(), settings_of(membership, zones))
    found = []
    urban = None if areas is None else areas.geometry[areas["kind"] == URBAN]
    if urban is not None and len(urban) and setting.isna().any():
        inside = cells.geometry.centroid.intersects(urban.union_all())
        en, zh = f"setting told by the areas of kind {URBAN!r}.", f"城乡属性按 {URBAN} 范围判定。"
        found.append(_about_cells(cells, setting.isna().to_numpy(), code="setting", en=en, zh=zh, severity="repair"))
        setting = setting.where(setting.notna(), inside.map({True: URBAN, False: "rural"}))
    if setting.notna().any():
        cells = cells.assign(setting=setting.where(setting.notna(), None))
    outside = membership.isna().all(axis=1).to_numpy()
    if outside.any():
        people = float(cells["pop_total"].to_numpy()[outside].sum())
        en = f"in no zone ({people:,.0f} residents): counted for the whole city only, where facilities in no zone are "
        en += 'not. If they live beyond the city, leave them out: within = "zones" in [population].'
        zh = f"不在任何单元内（{people:,.0f} 人），仅计入全市，而不在任何单元内的设施不计入；"
        zh += '若位于城市之外，请在 [population] 中写 within = "zones" 将其排除。'
        found.append(_about_cells(cells, outside, code="outside_zones", en=en, zh=zh))
    if (most > 1).any():
        en = "in several zones of one level, or on a border: counted in the one with the lowest zone_id."
        zh = "位于同级多个单元内或边界上，计入 zone_id 最小的单元。"
        found.append(_about_cells(cells, most > 1, code="several_zones", en=en, zh=zh))
    return cells, found


def _about_cells(
    cells: gpd.GeoDataFrame, where: NDArray[np.bool_], *, code: str, en: str, zh: str, severity: Severity = "warning"
) -> Finding:
    residents = float(cells["pop_total"].to_numpy()[where].sum())
    rows = cells["cell_id"].to_numpy()[where]
    found = Finding.about("population", code, severity, en=en, zh=zh, rows=rows)
    return replace(found, residents=residents)


KNOWN_LEVELS = ("全市", "县区", "县", "街道", "乡镇", "社区", "行政村", "功能区")
"""The levels that bundled plans speak of; any other is a level too, for plans that name it."""

BESIDE_DEGREES = 0.25
"""How far (degrees) beyond its area of use a CRS is still taken to fit."""

SAME_PLACE_M = 0.001
NEAR_M = 15.0
"""The two sides of a street, which are two stops, are farther apart."""


def doubtful_names(facilities: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, services: Iterable[str]) -> list[Finding]:
    """Return warnings about services and levels that the vocabulary does not know, and services without a facility."""
    found = []
    held = set(facilities["service"])
    given = sorted({*held, *services})
    strange = [name for name in given if name not in SERVICES]
    for name in strange:
        en = f"service {name!r} is none of the known ones: only a plan that names it counts it. {_near(name)}"
        zh = f"类别 {name} 不在词表中，只有提到它的规划才会计入。"
        found.append(Finding("facilities", "unknown_service", "warning", en.rstrip(), zh, "service"))
    for name in sorted(set(zones["level"]) - set(KNOWN_LEVELS)):
        en = f"level {name!r} is none of those that the bundled plans speak of ({listed(KNOWN_LEVELS)})."
        zh = f"层级 {name} 不是内置规划使用的层级（{'、'.join(KNOWN_LEVELS)}）。"
        found.append(Finding("zones", "unknown_level", "warning", en, zh, "level"))
    empty = [name for name in given if name not in held]
    if empty:
        names = listed(f"{name} {word(name, 'zh')}" for name in empty)
        en = f"loaded without a single facility: counted as none, not as unknown: {names}."
        zh = f"已载入但没有一处设施，按“没有”而非“未知”计：{names}。"
        found.append(Finding("facilities", "true_zero", "warning", en, zh, "service"))
    return found


def _near(name: str) -> str:
    """Return a hint with the services that a name resembles, in either language; "" if it resembles none."""
    known = {term.casefold(): service for service in SERVICES for term in (service, *WORDS[service])}
    close = get_close_matches(name.casefold().strip(), known, n=3, cutoff=0.6)
    services = dict.fromkeys(known[term] for term in close)
    told = " or ".join(f"{service!r} ({word(service, 'zh')})" for service in services)
    return f"Did you mean {told}?" if told else ""


def double_cells(cells: gpd.GeoDataFrame) -> list[Finding]:
    """Return the warning about cells that stand at the same place: each is counted."""
    xy = np.round(shapely.get_coordinates(cells.geometry.centroid.to_numpy()) / SAME_PLACE_M)
    twice = pd.DataFrame(xy).duplicated(keep="first").to_numpy()
    if twice.any():
        en = "at the same place as another cell: both are counted. Remove what is there twice."
        zh = "与另一格网位置相同，均已计入；请删除重复。"
        return [_about_cells(cells, twice, code="same_place", en=en, zh=zh)]
    return []


def double_facilities(facilities: gpd.GeoDataFrame) -> list[Finding]:
    """Return warnings about facilities of one service that stand at the same place, or beside each other."""
    found = []
    x, y = (get(facilities.geometry.to_numpy()) for get in (shapely.get_x, shapely.get_y))
    x, y = np.round(x / SAME_PLACE_M), np.round(y / SAME_PLACE_M)
    keys = pd.DataFrame({"service": facilities["service"].to_numpy(), "x": x, "y": y})
    again = keys.duplicated(keep="first").to_numpy() & ~np.isnan(x)
    if again.any():
        ids = facilities["id"].to_numpy()[again]
        en = "of the same service and at the same place as another: each counts. Remove what is there twice."
        zh = "与另一处同类设施位置相同，各计一处；请删除重复。"
        found.append(Finding.about("facilities", "same_place", "warning", en=en, zh=zh, column="geometry", rows=ids))
    return [*found, *_near_doubles(facilities)]


def _near_doubles(facilities: gpd.GeoDataFrame) -> list[Finding]:
    """Return the warning about facilities of one service and name that stand beside each other."""
    points = np.asarray(facilities.geometry.to_numpy(), dtype=object)
    here = facilities["name"].notna().to_numpy() & ~(shapely.is_missing(points) | shapely.is_empty(points))
    points = points[here]
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=NEAR_M)
    one, other = one[one < other], other[one < other]
    service, name, ids = (facilities[column].to_numpy(dtype=object)[here] for column in ("service", "name", "id"))
    same = (service[one] == service[other]) & (name[one] == name[other])
    one, other = one[same], other[same]
    same = shapely.distance(points[one], points[other]) > SAME_PLACE_M
    pairs = sorted({tuple(sorted((ids[a], ids[b]))) for a, b in zip(one[same], other[same], strict=True)})
    if not pairs:
        return []
    en = (
        f"of the same service and name within {NEAR_M:g} m of each other: each counts. If they are one, such as a stop "
    )
    en += "and its platform, merge them: read.merge_duplicates."
    zh = f"同类同名设施相距不足 {NEAR_M:g} 米，各计一处；若为同一处（如站点与站台），请用 merge_duplicates 合并。"
    rows = [" / ".join(map(str, pair)) for pair in pairs]
    return [Finding.about("facilities", "near_duplicates", "warning", en=en, zh=zh, column="name", rows=rows)]


def outside_area_of_use(crs: CRS, bounds: Iterable[float]) -> list[Finding]:
    """Return a warning if a city lies beyond the area its CRS is made for, where lengths are wrong."""
    use = crs.area_of_use
    west, south, east, north = bounds
    to_degrees = Transformer.from_crs(crs, CRS.from_epsg(4326), always_xy=True)
    lon, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    edge = BESIDE_DEGREES
    if use is None or (use.west - edge <= lon <= use.east + edge and use.south - edge <= lat <= use.north + edge):
        return []
    en = (
        f"the city lies at {lon:.2f}° E, {lat:.2f}° N, outside the area that {crs.name} is made for ({use.west:g} to "
        f"{use.east:g}° E, {use.south:g} to {use.north:g}° N): lengths are wrong there. Choose the zone of the city."
    )
    zh = f"城市位于 {lon:.2f}°E、{lat:.2f}°N，超出 {crs.name} 的适用范围，长度失真；请选用城市所在的分带。"
    return [Finding("walk network", "area_of_use", "warning", en, zh)]
