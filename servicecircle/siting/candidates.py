"""Where new facilities could be: candidates as they are given, or made from a city."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import InputError
from servicecircle.projection import reproject
from servicecircle.siting.conditions import at_least_zero
from servicecircle.siting.land import ground_of
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.city import City

Method = Literal["homes", "nodes", "edges", "parcels", "grid"]
METHODS = ("homes", "nodes", "edges", "parcels", "grid")
NUMBERS = ("area_m2", "cost", "available_from")
SPAN = 1_000_000
"""More grid points than this are refused."""


def candidate_sites(
    city: City,
    *,
    method: Method = "homes",
    every_m: float = 200.0,
    inside: Sequence[str] = (),
    parcels: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return candidates for new facilities, ready for every siting problem.

    Parameters
    ----------
    city
        The city.
    method
        ``"homes"``: the centre of each populated cell that is near a street; ``"nodes"``: crossings and ends of the
        walk network; ``"edges"``: points along its edges; ``"parcels"``: a point inside each of `parcels`;
        ``"grid"``: the points of a square grid.
    every_m
        Metres between points along an edge (at most), and of the grid.
    inside
        Kinds of the city's areas in which the candidates must lie, in one of each kind; a grid without any fills the
        zones.
    parcels
        Polygons; their columns are kept, and ``area_m2`` is that of the polygon where it is not given.

    Returns
    -------
    GeoDataFrame
        id, geometry (points in the city's CRS), and what parcels have. It may be given more columns: ``land_use``,
        ``area_m2``, ``existing_building``, ``cost``, ``available_from`` (a year), ``size``.

    Raises
    ------
    InputError
        If the method or a kind of area is unknown, every_m is not above 0, or there is no parcel.

    Examples
    --------
    >>> import servicecircle as sc
    >>> city = sc.sample_city()
    >>> sites = candidate_sites(city, method="grid", every_m=500, inside=["built_up"])
    >>> sorted(sites.columns), bool(sites.within(city.areas.query("kind == 'built_up'").union_all()).all())
    (['geometry', 'id'], True)
    """
    if method not in METHODS:
        raise InputError.unknown("method", method, METHODS)
    at_least_zero("every_m", every_m)
    if every_m == 0:
        raise InputError("every_m must be above 0. | every_m 必须大于 0。")
    if method == "parcels":
        frame = _of_parcels(city, parcels)
    else:
        made = {"homes": _homes, "nodes": _nodes}.get(method)
        xy = made(city) if made else _spread(city, method, every_m, inside)
        frame = gpd.GeoDataFrame(geometry=shapely.points(np.unique(xy, axis=0)), crs=city.crs)
    for kind in inside:
        frame = frame[shapely.intersects(ground_of(city, kind), frame.geometry.to_numpy())]
    return in_order(frame)


def gathered(city: City, given: gpd.GeoDataFrame | gpd.GeoSeries | None) -> gpd.GeoDataFrame:
    """Return candidates in the city's CRS, each place once, ordered by place, with numbers that were checked.

    Raises
    ------
    InputError
        If there is none, one is no point, or a number cannot be used.
    CRSError
        If they have no CRS.
    """
    points: object = given
    if given is None:
        frame = candidate_sites(city)
    elif not isinstance(points, gpd.GeoDataFrame | gpd.GeoSeries):
        raise InputError(
            f"candidates must be a GeoDataFrame or GeoSeries of points, not {type(given).__name__}. | "
            "candidates 应为点的 GeoDataFrame 或 GeoSeries。"
        )
    else:
        columns = given.drop(columns=given.geometry.name) if isinstance(given, gpd.GeoDataFrame) else pd.DataFrame()
        places = given.geometry.reset_index(drop=True)
        frame = gpd.GeoDataFrame(columns.reset_index(drop=True), geometry=places)
        frame, _ = reproject(frame, city.crs, layer="candidates")
        nowhere = frame.index[frame.geometry.isna() | frame.geometry.is_empty]
        if len(nowhere):
            raise InputError(
                f"candidates: {len(nowhere)} rows have no place, rows {listed([str(row) for row in nowhere])}. Leave "
                f"them out. | 有 {len(nowhere)} 个候选点没有位置，请去掉。"
            )
        if not frame.geometry.geom_type.eq("Point").all():
            raise InputError(
                "candidates must be points; take .representative_point() of others, or candidate_sites(city, "
                "method='parcels', parcels=...). | 候选点必须是点；地块请用 candidate_sites(method='parcels')。"
            )
        frame = in_order(_checked(frame))
    if not len(frame):
        raise InputError("There is no candidate: no point was given, or no cell is near a street. | 没有候选点。")
    return frame


def in_order(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return candidates ordered by place, the first of each place, with an id each."""
    points = frame.geometry.to_numpy()
    keys = {"_x": shapely.get_x(points), "_y": shapely.get_y(points)}
    by = ["_x", "_y", *(["id"] if "id" in frame else []), *[name for name in NUMBERS if name in frame]]
    frame = frame.assign(**keys).sort_values(by, kind="stable")
    frame = frame.drop_duplicates(["_x", "_y"]).drop(columns=["_x", "_y"]).reset_index(drop=True)
    if "id" not in frame:
        frame["id"] = [f"c-{number:05d}" for number in range(1, len(frame) + 1)]
    frame["id"] = frame["id"].astype(str)
    return frame


def _checked(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = frame.copy()
    for name in NUMBERS:
        if name not in frame:
            continue
        given = frame[name]
        numbers = pd.to_numeric(given, errors="coerce").astype(float)
        wrong = (given.notna() & numbers.isna()) | (numbers < 0) | np.isinf(numbers)
        if wrong.any():
            rows = listed([str(one) for one in frame.index[wrong]])
            raise InputError(
                f"candidates: {name} of {int(wrong.sum())} rows is no number from 0 up, rows {rows}. | 候选点有 "
                f"{int(wrong.sum())} 行的 {name} 不是不小于 0 的数，行 {rows}。"
            )
        frame[name] = numbers
    if "id" in frame and (frame["id"].isna().any() or frame["id"].astype(str).duplicated().any()):
        raise InputError("candidates: each needs an id of its own. | 候选点的 id 不能缺失或重复。")
    return frame


def _homes(city: City) -> NDArray[np.float64]:
    cells = city.population.geometry.centroid.to_numpy()
    homes = city.placed(cells).placed & (city.population["pop_total"].to_numpy() > 0)
    return np.asarray(city.cell_xy[homes], dtype=np.float64)


def _nodes(city: City) -> NDArray[np.float64]:
    return city.walk.node_xy


def _spread(city: City, method: str, every_m: float, inside: Sequence[str]) -> NDArray[np.float64]:
    """Return points along all edges, or of a grid."""
    if method == "edges":
        lines = city.walk.edge_geometry
        parts = np.maximum(np.ceil(shapely.length(lines) / every_m), 1).astype(np.int64)
        edge = np.repeat(np.arange(len(lines)), parts)
        first = np.repeat(np.cumsum(parts) - parts, parts)
        along = (np.arange(len(edge)) - first + 0.5) / parts[edge]
        return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(lines[edge], along, normalized=True)))
    ground = ground_of(city, inside[0]) if inside else shapely.union_all(city.zones.geometry.to_numpy())
    west, south, east, north = (int(np.floor(one / every_m)) for one in ground.bounds)
    if (east - west + 2) * (north - south + 2) > SPAN:
        raise InputError(f"every_m={every_m:g} gives too many points; take a larger one. | every_m 过小，候选点过多。")
    x, y = np.meshgrid(np.arange(west, east + 2) * every_m, np.arange(south, north + 2) * every_m)
    xy = np.column_stack([x.ravel(), y.ravel()])
    shapely.prepare(ground)
    return xy[shapely.intersects_xy(ground, xy)]


def _of_parcels(city: City, parcels: Any) -> gpd.GeoDataFrame:
    if not isinstance(parcels, gpd.GeoDataFrame) or not len(parcels):
        raise InputError("method='parcels' needs parcels: a frame of polygons. | method='parcels' 需要地块面 parcels。")
    frame, _ = reproject(parcels.reset_index(drop=True), city.crs, layer="parcels")
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)].copy()
    if not frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        raise InputError("parcels must be polygons. | 地块必须是面。")
    area = frame.geometry.area
    frame["area_m2"] = frame["area_m2"].fillna(area) if "area_m2" in frame else area
    frame["geometry"] = frame.geometry.representative_point()
    return _checked(frame)
