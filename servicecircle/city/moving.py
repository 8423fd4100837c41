"""Facilities that move: where they stand then, and what that leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import pandas as pd

from servicecircle.city.contents import Contents, stop_at_errors
from servicecircle.city.entrances import LAYER as ENTRANCES
from servicecircle.city.inspection import Inspection
from servicecircle.errors import InputError
from servicecircle.findings import DataReport, Finding
from servicecircle.text import listed

if TYPE_CHECKING:
    import pyproj

City = TypeVar("City", bound=Contents)


def moved(city: City, places: Mapping[str, Any] | gpd.GeoSeries) -> tuple[City, gpd.GeoDataFrame, list[Finding]]:
    """Return a city without the doors of facilities that move, these at their new places, and what was found.

    Parameters
    ----------
    city
        The city.
    places
        A new geometry for each facility id.

    Raises
    ------
    InputError
        If they are no geometries by id, or there is no facility with such an id.
    LayerError
        If a geometry is missing, or has no place in the city's CRS.
    """
    there = _located(places, city.crs)
    frame = city.facilities
    unknown = sorted(set(there.frame.index) - set(frame["id"]))
    if unknown:
        raise InputError(f"No facility has the id {listed(unknown)}. | 没有编号为 {listed(unknown)} 的设施。")
    fresh = frame[frame["id"].isin(there.frame.index).to_numpy()]
    points = there.frame.geometry.loc[fresh["id"].to_numpy()]
    found = list(there.findings)
    declared = fresh["zone_id"].notna().to_numpy()
    if declared.any():
        en, zh = "the zone of what moved is told by its new place.", "已移动设施的所属单元改按新位置判定。"
        ids = fresh["id"][declared]
        found.append(Finding.about("facilities", "zone_by_place", "repair", en=en, zh=zh, column="zone_id", rows=ids))
    zone = pd.Series(None, index=fresh.index, dtype=object)
    fresh = fresh.assign(zone_id=zone, geometry=gpd.GeoSeries(points.to_numpy(), index=fresh.index, crs=city.crs))
    if city.entrances is None or not city.entrances["of"].isin(fresh["id"]).any():
        return city, fresh, found
    behind = city.entrances["of"].isin(fresh["id"]).to_numpy()
    en, zh = "doors of facilities that moved lead there no more.", "已移动设施的原出入口不再使用。"
    rows = city.entrances.index[behind]
    said = Finding.about(ENTRANCES, "left_behind", "repair", en=en, zh=zh, column="of", rows=rows)
    report = city.report.plus(said)
    doors = city.entrances[~behind]
    return replace(city, entrances=doors, about=replace(city.about, report=report)), fresh, found


def _located(places: Mapping[str, Any] | gpd.GeoSeries, crs: pyproj.CRS) -> Inspection:
    """Return new places by facility id, brought into a CRS; LayerError if one is missing or has no place there."""
    given: object = places
    if isinstance(given, gpd.GeoSeries):
        series = given.set_axis(given.index.map(str))
    elif isinstance(given, Mapping):
        try:
            series = gpd.GeoSeries(list(given.values()), index=list(map(str, given)), crs=crs)
        except TypeError as error:
            raise InputError(f"moving takes geometries ({error}). | moving 需要几何对象。") from error
    else:
        raise InputError(
            f"moving takes a geometry for each facility id, such as {{'K1': Point(x, y)}}, not {type(given).__name__}. "
            "| moving 需要按设施 id 给出几何。"
        )
    twice = sorted(set(series.index[series.index.duplicated()]))
    if twice:
        raise InputError(f"moving has two places for {listed(twice)}. | {listed(twice)} 有两个新位置。")
    seen = Inspection.of("facilities", series.to_frame("geometry"))
    seen.project(crs)
    seen.shapes(frozenset(seen.frame.geometry.geom_type.dropna()))
    stop_at_errors(DataReport(tuple(seen.findings)))
    return seen
