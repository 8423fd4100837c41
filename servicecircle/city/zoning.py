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
    # asked from the zones, which are prepared for it: many times as fast as asked from the places
    zone, place = shapely.STRtree(places.to_numpy()).query(ordered.geometry.to_numpy(), predicate="intersects")
    found = pd.DataFrame({"place": place, "zone": zone}).sort_values(["place", "zone"])
    ids, level_of = ordered["zone_id"].to_numpy(), ordered["level"].to_numpy()
    columns = {level: np.full(len(places), None, dtype=object) for level in levels(zones)}
    found["level"] = level_of[found["zone"]]
    for level, part in found.drop_duplicates(["place", "level"]).groupby("level"):
        columns[str(level)][part["place"].to_numpy()] = ids[part["zone"].to_numpy()]
    if declared is not None:
        _declare(columns, declared, zones)
    most = np.zeros(len(places), dtype=np.int64)
    counts = found.groupby(["place", "level"]).size().groupby("place").max()
    most[counts.index.to_numpy(dtype=np.int64)] = counts.to_numpy()
    return pd.DataFrame(columns, index=places.index, dtype=object), most


def _declare(columns: dict[str, NDArray[Any]], declared: pd.Series[Any], zones: gpd.GeoDataFrame) -> None:
    """Write the zones that places declare, and those above them, into the columns of the levels."""
    level_of = dict(zip(zones["zone_id"], zones["level"], strict=True))
    parent_of = dict(zip(zones["zone_id"], zones["parent"], strict=True)) if "parent" in zones else {}
    rows_of = pd.Series(declared.to_numpy(), dtype=object).groupby(declared.to_numpy()).indices
    for name, rows in rows_of.items():
        seen, zone = set[str](), name
        while isinstance(zone, str) and zone not in seen:
            seen.add(zone)
            columns[level_of[zone]][rows] = zone
            zone = parent_of.get(zone)
    order = list(columns)
    for level, column in columns.items():
        smaller = [one for one in rows_of if order.index(level) < order.index(level_of[one])]
        lacking = [one for one in smaller if pd.isna(column[rows_of[one]]).any()]
        for name, holder in _holders(zones, lacking, level).items():
            rows = rows_of[name]
            column[rows[pd.isna(column[rows])]] = holder


def _holders(zones: gpd.GeoDataFrame, names: list[Any], level: str) -> dict[str, str]:
    """Return the zone of a level that holds more than half of the ground of each of some zones, where one does."""
    own, others = zones.set_index("zone_id").geometry.loc[names], zones[(zones["level"] == level).to_numpy()]
    shapes, polygons = own.to_numpy(), others.geometry.to_numpy()
    one, other = shapely.STRtree(polygons).query(shapes, predicate="intersects")
    held = shapely.area(shapely.intersection(shapes[one], polygons[other])) > shapely.area(shapes[one]) / 2
    ids = others["zone_id"].to_numpy()
    return {str(names[i]): str(ids[j]) for i, j in zip(one[held], other[held], strict=True)}


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
