"""A network without some of its ways: closed streets, and what lies inside closed ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from servicecircle.errors import InputError, NetworkError
from servicecircle.findings import DataReport, Finding
from servicecircle.network.levels import meeting_places
from servicecircle.network.rebuilding import edge_rows, rebuilt, split
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork

LAYER = "closed ways"
ALONG_M = 1.0
"""A street within this (metres) of a line, all along, is the street that the line stands for."""

PARTLY_M = 5.0
"""A street that runs along a line for more than this (metres) without being the street it stands for is told."""

POLYGONS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")


def closed(network: WalkNetwork, where: gpd.GeoDataFrame | Iterable[int]) -> tuple[WalkNetwork, tuple[Finding, ...]]:
    """Return a network without some ways, and what was found.

    Parameters
    ----------
    network
        The network.
    where
        Numbers of edges (rows of ``network.edges``); or lines, each standing for every edge that runs along it all the
        way, to a metre; or polygons, in which everything is closed: edges are cut at the outline. Lines and polygons
        are in the network's CRS.

    Raises
    ------
    InputError
        If there is no edge with a number.
    NetworkError
        If a line or polygon closes nothing, or nothing would be left open.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from servicecircle.network import WalkNetwork
    >>> street = gpd.GeoDataFrame(geometry=[shapely.LineString([(500000, 0), (500100, 0)])], crs="EPSG:4549")
    >>> works = gpd.GeoDataFrame(geometry=[shapely.box(500020, -5, 500050, 5)], crs="EPSG:4549")
    >>> left, _ = closed(WalkNetwork.from_edges(street), works)
    >>> left.edge_length_m.tolist()
    [20.0, 50.0]
    """
    import geopandas as gpd

    found: list[Finding] = []
    if not isinstance(where, gpd.GeoDataFrame):
        rows, shut = edge_rows(network), _numbered(network, where)
    else:
        flat = where.geometry.geom_type.isin(POLYGONS).to_numpy()
        along, found = _along(network, where[~flat])
        rows, shut = _inside(network, where[flat], along, found)
    if not any(finding.severity == "error" for finding in found) and shut.all():
        en = "every way of the network would be closed. Close less."
        found.append(Finding(LAYER, "all_closed", "error", en, "步行网络将全部关闭，请缩小范围。"))
    if any(finding.severity == "error" for finding in found):
        raise NetworkError(DataReport(tuple(found)))
    km = float(rows["length"].to_numpy()[shut].sum()) / 1000
    en = f"{int(shut.sum()):,} stretches of {km:,.3f} km were closed."
    zh = f"已关闭 {int(shut.sum()):,} 段道路，共 {km:,.3f} 公里。"
    found.append(Finding(LAYER, "closed", "info", en, zh))
    return rebuilt(network, rows[~shut]), tuple(found)


def _numbered(network: WalkNetwork, where: Iterable[int]) -> NDArray[np.bool_]:
    """Return which edges have one of some numbers."""
    given: list[Any] = [where] if isinstance(where, int | np.integer) else list(where)
    numbers = [isinstance(one, int | np.integer) and not isinstance(one, bool) for one in given]
    wrong = [one for one, number in zip(given, numbers, strict=True) if not (number and 0 <= one < len(network))]
    if wrong or not given:
        raise InputError(
            f"No edge has the number {listed(wrong)}: edges are numbered from 0 to {len(network) - 1:,}, see "
            "city.walk.edges. Or give lines or polygons. | 没有编号为该值的边，编号见 city.walk.edges。"
        )
    result = np.zeros(len(network), dtype=bool)
    result[np.array(given, dtype=np.int64)] = True
    return result


def _along(network: WalkNetwork, lines: gpd.GeoDataFrame) -> tuple[NDArray[np.bool_], list[Finding]]:
    """Return which edges run along one of some lines, all the way, and what was found."""
    streets, shut, found = network.edge_geometry, np.zeros(len(network), dtype=bool), []
    shapes = lines.geometry.to_numpy()
    near = shapely.buffer(shapes, ALONG_M)
    line, edge = shapely.STRtree(streets).query(near, predicate="intersects")
    whole = np.asarray(shapely.covers(near[line], streets[edge]), dtype=bool)
    first, last = (shapely.line_locate_point(shapes[line], shapely.get_point(streets[edge], i)) for i in (0, -1))
    loop = network.edge_nodes[edge, 0] == network.edge_nodes[edge, 1]
    # a stub that only crosses the line is no part of it
    whole &= loop | (np.abs(last - first) >= shapely.length(streets[edge]) / 2)
    shut[edge[whole]] = True
    nothing = ~np.isin(np.arange(len(lines)), line[whole])
    if nothing.any():
        en = f"no street runs along the line all the way, to {ALONG_M:g} m: nothing would be closed. Take the lines of "
        en += "city.walk.edges, or draw a polygon round the stretch."
        zh = f"没有道路全程沿该线（{ALONG_M:g} 米以内），不会关闭任何道路；请取 city.walk.edges 的线，"
        zh += "或画面圈出该路段。"
        rows = lines.index[nothing]
        found.append(Finding.about(LAYER, "no_street", "error", en=en, zh=zh, column="geometry", rows=rows))
    beside = ~whole & ~shut[edge]
    beside[beside] = shapely.length(shapely.intersection(streets[edge[beside]], near[line[beside]])) > PARTLY_M
    if beside.any():
        en = "streets run along the line for a part only, and stay open. Draw a polygon round the stretch to close it."
        zh = "部分道路仅有一段沿该线，仍保持开放；如需关闭该段，请画面圈出。"
        rows = [f"{lines.index[i]}: edge {j}" for i, j in zip(line[beside], edge[beside], strict=True)]
        found.append(Finding.about(LAYER, "partly", "warning", en=en, zh=zh, column="geometry", rows=rows))
    return shut, found


def _inside(
    network: WalkNetwork, ground: gpd.GeoDataFrame, along: NDArray[np.bool_], found: list[Finding]
) -> tuple[gpd.GeoDataFrame, NDArray[np.bool_]]:
    """Return the edges cut at the outline of closed ground, and which of them are closed."""
    streets, shapes = network.edge_geometry, ground.geometry.to_numpy()
    area, edge = shapely.STRtree(streets).query(shapes, predicate="intersects")
    meets = shapely.length(shapely.intersection(streets[edge], shapes[area])) > 0
    nothing = ~np.isin(np.arange(len(ground)), area[meets])
    if nothing.any():
        en = "no street lies inside: nothing would be closed. Correct the polygon."
        zh = "面内没有道路，不会关闭任何道路，请更正。"
        rows = ground.index[nothing]
        found.append(Finding.about(LAYER, "no_street", "error", en=en, zh=zh, column="geometry", rows=rows))
    both = np.append(streets, shapely.boundary(shapes))
    xy, pair = meeting_places(both, edge, area + len(streets)) if len(edge) else (np.empty((0, 2)), edge)
    cut = edge[pair]
    rows, _ = split(network, cut, shapely.line_locate_point(streets[cut], shapely.points(xy)), xy)
    middle = shapely.line_interpolate_point(rows.geometry.to_numpy(), 0.5, normalized=True)
    inside = np.asarray(shapely.covers(shapely.union_all(shapes), middle), dtype=bool)
    return rows, inside | along[rows.index.to_numpy()]
