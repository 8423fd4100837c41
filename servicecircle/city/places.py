"""Where facilities are: points, areas with a point inside, or a zone only; and what lies far from all else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from servicecircle.city.inspection import Inspection, as_text
from servicecircle.findings import Finding

if TYPE_CHECKING:
    import geopandas as gpd

POLYGONS = frozenset({"Polygon", "MultiPolygon"})
PLACES = POLYGONS | {"Point"}


def inspect_places(seen: Inspection, rest: gpd.GeoDataFrame | None = None) -> None:
    """Bring the places of facilities to points in the plane, and note what has no place and what was changed.

    Where only a part of the layer is looked at, ``rest`` is the other part, checked before.
    """
    _drop_heights(seen)
    geometry = seen.frame.geometry
    single = geometry.geom_type.eq("MultiPoint").to_numpy() & geometry.count_geometries().eq(1).to_numpy()
    if single.any():
        seen.frame.loc[single, "geometry"] = geometry[single].centroid
    seen.shapes(PLACES, may_be_missing=True)
    _enter_polygons(seen)
    _inspect_placeless(seen, rest)


def drop_no_numbers(seen: Inspection) -> None:
    """Take a place whose coordinates are NaN or infinite, and one that is empty, for no place."""
    shapes = seen.frame.geometry.to_numpy()
    nothing = shapely.is_empty(shapes)
    coordinates, owner = shapely.get_coordinates(shapely.force_2d(shapes), return_index=True)
    wrong = np.zeros(len(shapes), dtype=bool)
    wrong[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    wrong &= ~nothing
    seen.frame.loc[nothing | wrong, "geometry"] = None
    if wrong.any():
        seen.note(
            "not_finite",
            "repair",
            "coordinates that are no numbers (NaN, infinite): taken as no place. Correct them where they are known.",
            "坐标不是有效数字（NaN 或无穷大），按没有坐标处理；如有请更正。",
            column="geometry",
            rows=seen.labels(wrong),
        )


def _drop_heights(seen: Inspection) -> None:
    high = shapely.has_z(seen.frame.geometry.to_numpy())
    if high.any():
        seen.frame["geometry"] = seen.frame.geometry.force_2d()
        seen.note(
            "heights",
            "info",
            "heights (z) were dropped: distances are those on the ground.",
            "已去掉高程（z），距离按平面计算。",
            column="geometry",
            rows=seen.labels(high),
        )


def _enter_polygons(seen: Inspection) -> None:
    """Take a point inside each polygon, repaired first where it crosses itself."""
    seen.make_valid()
    polygons = seen.frame.geometry.geom_type.isin(POLYGONS).to_numpy()
    if polygons.any():
        grounds = seen.frame.geometry[polygons]
        points = grounds.representative_point()
        far = float(points.distance(grounds.boundary).max())
        seen.frame.loc[polygons, "geometry"] = points
        seen.note(
            "polygon",
            "repair",
            "polygons stand for facilities: a point inside each is used as its door, unless the entrances layer has "
            f"one (of = its id). The point is up to {far:,.0f} m from the edge of the ground: walks may be so much too "
            "long.",
            "设施为面，取面内一点作为入口，除非 entrances 图层给出其出入口（of 为设施 id）。该点距地块边界最远 "
            f"{far:,.0f} 米，步行距离最多可能偏长这么多。",
            column="geometry",
            rows=seen.labels(polygons),
        )


def _inspect_placeless(seen: Inspection, rest: gpd.GeoDataFrame | None) -> None:
    geometry = seen.frame.geometry
    placeless = (geometry.isna() | geometry.is_empty).to_numpy()
    zone = (
        as_text(seen.frame["zone_id"]).isna().to_numpy() if "zone_id" in seen.frame else np.ones(len(placeless), bool)
    )
    lost = placeless & zone
    if lost.any():
        seen.note(
            "no_place",
            "error",
            "neither a geometry nor a zone_id: a facility must be somewhere. Give one of them, or remove the rows.",
            "既无坐标又无 zone_id，无法确定位置，请补充其一或删除。",
            column="geometry",
            rows=seen.labels(lost),
        )
    before = [] if rest is None else list(rest.index[rest.geometry.isna().to_numpy()])
    labels = seen.labels(placeless & ~zone)
    say_zone_only(seen, sorted([*before, *labels]) if before else labels)  # the index of a part is one of numbers


def say_zone_only(seen: Inspection, labels: list[Any]) -> None:
    """Note which facilities have a zone and no place."""
    if labels:
        seen.note(
            "zone_only",
            "warning",
            "no geometry: counted in their zone, never walked to.",
            "没有坐标：按所在单元计数，不参与步行可达计算。",
            column="geometry",
            rows=labels,
        )


def outlying(
    facilities: gpd.GeoDataFrame,
    bounds: tuple[float, float, float, float],
    max_access_m: float,
    *,
    zones: gpd.GeoDataFrame,
) -> list[Finding]:
    """Return what is said about facilities beyond the walk network, and about those in no zone.

    Parameters
    ----------
    facilities
        Facilities as checked, with ids.
    bounds
        West, south, east and north of the walk network, metres.
    max_access_m
        From how far (metres) the network is entered.
    zones
        The zones; a facility may lie in one, or declare one.
    """
    points = np.asarray(facilities.geometry.to_numpy(), dtype=object)
    placed = ~(shapely.is_missing(points) | shapely.is_empty(points))
    extent = shapely.box(*bounds)
    metres = np.where(placed, shapely.distance(points, extent), 0.0)
    far = metres > max_access_m
    ids = facilities["id"].to_numpy()
    findings = []
    if far.any():
        en = (
            f"farther than {max_access_m:g} m from the extent of the walk network (up to {metres.max() / 1000:,.1f} "
            "km): nobody can walk there. Check their coordinates and CRS, or load a larger network."
        )
        zh = (
            f"距步行网络范围超过 {max_access_m:g} 米（最远 {metres.max() / 1000:,.1f} 公里），无法步行到达；"
            "请检查坐标与坐标系。"
        )
        findings.append(
            Finding.about("facilities", "far_away", "warning", en=en, zh=zh, column="geometry", rows=ids[far])
        )
    alone = placed & ~far & facilities["zone_id"].isna().to_numpy()
    loose = np.flatnonzero(alone)
    _, inside = shapely.STRtree(points[loose]).query(zones.geometry.to_numpy(), predicate="intersects")
    alone[loose[inside]] = False
    if alone.any():
        en = "in no zone: people walk to them, but no zone counts them."
        zh = "不在任何单元内：参与步行可达计算，但不计入任何单元。"
        findings.append(
            Finding.about("facilities", "no_zone", "info", en=en, zh=zh, column="geometry", rows=ids[alone])
        )
    return findings
