"""Which zone of each level a place lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray


def levels(zones: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return the levels of zones, the one with the largest zones first."""
    areas = zones.geometry.area.groupby(zones["level"]).median()
    return tuple(sorted(areas.index, key=lambda level: (-areas[level], level)))


def zones_of(
    places: gpd.GeoSeries, zones: gpd.GeoDataFrame, *, declared: pd.Series[Any] | None = None
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the zone of each level that holds each place.

    A place on a border belongs to the lowest zone_id. A declared zone goes before the polygons, at its own level and at
    those of its parents. A place that is not known is, at larger levels, in the zone that holds most of its own zone.

    Parameters
    ----------
    places
        Points in the CRS of the zones, shape (n,); empty or missing where a place is not known.
    zones
        Zones with zone_id, level and geometry.
    declared
        A zone_id for each place, None where there is none; every one of them is a zone.

    Returns
    -------
    tuple
        A frame on the index of the places, one column per level, with a zone_id or None; and for each place the largest
        number of zones of one level that hold it, shape (n,).
    """
    ordered = zones.sort_values("zone_id", kind="stable")
    place, zone = shapely.STRtree(ordered.geometry.to_numpy()).query(places.to_numpy(), predicate="intersects")
    found = pd.DataFrame({"place": place, "zone": zone}).sort_values(["place", "zone"])
    ids, level_of = ordered["zone_id"].to_numpy(), ordered["level"].to_numpy()
    result = pd.DataFrame(None, index=range(len(places)), columns=list(levels(zones)), dtype=object)
    found["level"] = level_of[found["zone"]]
    for level, part in found.drop_duplicates(["place", "level"]).groupby("level"):
        result.loc[part["place"].to_numpy(), level] = ids[part["zone"].to_numpy()]
    if declared is not None:
        _declare(result, declared.to_numpy(), zones)
    most = np.zeros(len(places), dtype=np.int64)
    counts = found.groupby(["place", "level"]).size().groupby("place").max()
    most[counts.index.to_numpy(dtype=np.int64)] = counts.to_numpy()
    return result.set_axis(places.index).astype(object).where(lambda frame: frame.notna(), None), most


def _declare(result: pd.DataFrame, declared: NDArray[Any], zones: gpd.GeoDataFrame) -> None:
    level_of = dict(zip(zones["zone_id"], zones["level"], strict=True))
    parent_of = dict(zip(zones["zone_id"], zones["parent"], strict=True)) if "parent" in zones else {}
    for name in sorted({name for name in declared if isinstance(name, str)}):
        rows, seen = np.flatnonzero(declared == name), set[str]()
        zone: object = name
        while isinstance(zone, str) and zone not in seen:
            seen.add(zone)
            result.loc[rows, level_of[zone]] = zone
            zone = parent_of.get(zone)
    for name in sorted({name for name in declared if isinstance(name, str)}):
        rows = np.flatnonzero(declared == name)
        for level in result.columns[: result.columns.get_loc(level_of[name])]:
            unknown = rows[result[level].iloc[rows].isna()]
            if len(unknown):
                result.loc[unknown, level] = _holder(zones, name, level)


def _holder(zones: gpd.GeoDataFrame, name: str, level: str) -> str | None:
    """Return the zone of a level that holds more than half of another zone's ground; None where none does."""
    shape = zones.geometry[(zones["zone_id"] == name).to_numpy()].iloc[0]
    others = zones[(zones["level"] == level).to_numpy()]
    parts = shapely.area(shapely.intersection(others.geometry.to_numpy(), shape))
    return str(others["zone_id"].iloc[int(parts.argmax())]) if parts.max(initial=0.0) > shape.area / 2 else None


def smallest_zone(membership: pd.DataFrame) -> pd.Series[Any]:
    """Return for each place the zone of the level with the smallest zones, of those it lies in."""
    smallest = pd.Series(None, index=membership.index, dtype=object)
    for level in reversed(membership.columns):
        smallest = smallest.where(smallest.notna(), membership[level].astype(object))
    return smallest.where(smallest.notna(), None)


def settings_of(membership: pd.DataFrame, zones: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Return urban or rural for each place: that of the smallest zone around it which says so; None where none does."""
    setting = pd.Series(None, index=membership.index, dtype=object)
    if "setting" not in zones:
        return setting
    said = dict(zip(zones["zone_id"], zones["setting"], strict=True))
    for level in reversed(membership.columns):
        setting = setting.where(setting.notna(), membership[level].map(said))
    return setting.where(setting.notna(), None)


def redrawn(zones: gpd.GeoDataFrame, column: str, *, level: str) -> gpd.GeoDataFrame:
    """Return zones with those of a level drawn anew: the smallest zones with the same value in a column make one.

    A new zone that has the value of an old one keeps its id. It is nobody's parent: a zone between may lie in two.

    Raises
    ------
    InputError
        If there is no such column, or no zone below the level has a value in it.
    """
    if column not in zones:
        raise InputError.unknown("column", column, [name for name in zones.columns if name != "geometry"])
    held = set(zones["parent"].dropna()) if "parent" in zones else set()
    leaf = ~zones["zone_id"].isin(held) if held else zones["level"] == levels(zones)[-1]
    own = zones[leaf & (zones["level"] != level) & zones[column].notna()]
    if not len(own):
        raise InputError(f"No zone below {level} has a value in column {column!r}. | 列 {column} 没有值。")
    drawn = own[[column, "geometry"]].dissolve(by=column).reset_index()
    old = zones[zones["level"] == level]
    ids = dict(zip(old[column], old["zone_id"], strict=True))
    drawn["zone_id"] = [ids.get(name, f"{column}:{name}") for name in drawn[column]]
    drawn["name"], drawn["level"] = drawn[column].astype(str), level
    others = zones[zones["level"] != level]
    if "parent" in others:
        others = others.assign(parent=others["parent"].where(~others["parent"].isin(old["zone_id"]), None))
    return pd.concat([others, drawn], ignore_index=True)
