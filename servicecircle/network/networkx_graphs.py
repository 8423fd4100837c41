"""Edges of a networkx graph as a table."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import InputError, NetworkError
from servicecircle.findings import DataReport, Finding
from servicecircle.network.building import LAYER
from servicecircle.projection import parsed_crs


def edges_of(graph: Any) -> gpd.GeoDataFrame:
    """Return the edges of a networkx graph as a frame with u, v, their attributes and geometry drawn from u to v."""
    if not all(hasattr(graph, name) for name in ("nodes", "edges", "graph", "is_multigraph")):
        raise InputError(
            f"from_graph needs a networkx graph. {type(graph).__name__} was given instead. | 需要 networkx 图。"
        )
    crs = parsed_crs(graph.graph.get("crs"), what=f'{LAYER}: graph.graph["crs"]')
    xy = _places(graph)
    rows = [(u, v, attributes) for u, v, attributes in graph.edges(data=True)]
    frame = pd.DataFrame([attributes for *_, attributes in rows], dtype=object).drop(
        columns=["u", "v", "key", "geometry"], errors="ignore"
    )
    lines = [_line(attributes.get("geometry"), xy[u], xy[v], (u, v)) for u, v, attributes in rows]
    frame = frame.reset_index(drop=True)
    frame["u"] = pd.Series([u for u, *_ in rows], dtype=object)
    frame["v"] = pd.Series([v for _, v, _ in rows], dtype=object)
    frame.index = pd.Index([f"{u}-{v}" for u, v, _ in rows], dtype=object)
    return gpd.GeoDataFrame(frame, geometry=np.array(lines, dtype=object), crs=crs)


def _places(graph: Any) -> dict[Any, tuple[float, float]]:
    """Return the coordinates of all nodes; NetworkError naming those without."""
    places: dict[Any, tuple[float, float]] = {}
    nowhere: list[Any] = []
    for node, attributes in graph.nodes(data=True):
        try:
            place = float(attributes["x"]), float(attributes["y"])
        except (KeyError, TypeError, ValueError):
            place = np.nan, np.nan
        if not np.isfinite(place).all():
            nowhere.append(node)
        places[node] = place
    if nowhere:
        en = "the node has no place. Give every node the attributes x and y (metres)."
        zh = "节点缺少坐标，请为每个节点给出 x、y（米）。"
        finding = Finding.about(LAYER, "node_nowhere", "error", en=en, zh=zh, column="x, y", rows=nowhere)
        raise NetworkError(DataReport((finding,)))
    return places


def _line(given: Any, start: tuple[float, float], end: tuple[float, float], edge: tuple[Any, Any]) -> Any:
    """Return the line of an edge from its first node to its second; straight where the graph has none."""
    if given is None or (isinstance(given, float) and np.isnan(given)):
        return shapely.LineString([start, end])
    if not isinstance(given, shapely.Geometry):
        raise InputError(
            f"{LAYER}: the geometry of edge {edge} is {type(given).__name__}, not a line. Convert it with "
            "shapely.from_wkt. | 边的几何不是 shapely 对象。"
        )
    if not isinstance(given, shapely.LineString) or given.is_empty:
        return given
    first, last = given.coords[0], given.coords[-1]
    as_drawn = np.hypot(first[0] - start[0], first[1] - start[1]) + np.hypot(last[0] - end[0], last[1] - end[1])
    turned = np.hypot(last[0] - start[0], last[1] - start[1]) + np.hypot(first[0] - end[0], first[1] - end[1])
    return given.reverse() if turned < as_drawn else given
