"""The city worked by hand in data/oracle.json, as layers: 13 nodes, 6 cells, 3 zones, 16 facilities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from servicecircle.city import City
from servicecircle.network import AccessRule, WalkNetwork
from servicecircle.plan import Plan, read_plan

ORACLE: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "oracle.json").read_text(encoding="utf-8"))
EXPECTED: dict[str, Any] = ORACLE["expected"]
STANDARDS = ("YY-01", "YY-02", "YY-03", "YY-05", "CX-01", "LY-01", "LY-02", "LY-04", "WT-01", "WT-02", "ZH-01")
LEVELS = ["街道", "乡镇", "全市"]


def _point(xy: list[float]) -> shapely.Point:
    dx, dy = ORACLE["offset"]
    return shapely.Point(xy[0] + dx, xy[1] + dy)


def _box(bbox: list[float]) -> shapely.Polygon:
    dx, dy = ORACLE["offset"]
    west, south, east, north = bbox
    return shapely.Polygon.from_bounds(west + dx, south + dy, east + dx, north + dy)


def node(name: str) -> shapely.Point:
    """Return the place of a node."""
    return _point(ORACLE["nodes"][name])


def edges() -> gpd.GeoDataFrame:
    """Return the walk network's edges with their declared lengths."""
    rows = [
        {"u": u, "v": v, "length": float(length), "geometry": shapely.LineString([node(u), node(v)])}
        for u, v, length in ORACLE["edges"]
    ]
    return gpd.GeoDataFrame(rows, crs=ORACLE["crs"])


def population() -> gpd.GeoDataFrame:
    """Return the cells."""
    rows = [
        {**{k: v for k, v in cell.items() if k != "xy"}, "geometry": _point(cell["xy"])} for cell in ORACLE["cells"]
    ]
    return gpd.GeoDataFrame(rows, crs=ORACLE["crs"])


def facilities() -> gpd.GeoDataFrame:
    """Return the facilities."""
    rows = [
        {**{k: v for k, v in one.items() if k != "node"}, "geometry": node(one["node"])} for one in ORACLE["facilities"]
    ]
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=ORACLE["crs"])


def zones() -> gpd.GeoDataFrame:
    """Return the zones."""
    keys = ("zone_id", "name", "level", "setting")
    rows = [{**{key: zone[key] for key in keys}, "geometry": _box(zone["bbox"])} for zone in ORACLE["zones"]]
    return gpd.GeoDataFrame(rows, crs=ORACLE["crs"])


def areas() -> gpd.GeoDataFrame:
    """Return the built-up area, and the main city: zones A and Z."""
    main = [{"kind": "main_city", "geometry": _box(zone["bbox"])} for zone in ORACLE["zones"] if zone["main_city"]]
    built = [{"kind": "built_up", "geometry": _box(ORACLE["built_up_bbox"])}]
    return gpd.GeoDataFrame([*main, *built], crs=ORACLE["crs"])


def city(**changes: Any) -> City:
    """Return the oracle city, some of its layers replaced."""
    layers: dict[str, Any] = {
        "walk": WalkNetwork.from_edges(edges()),
        "population": population(),
        "facilities": facilities(),
        "zones": zones(),
        "areas": areas(),
        "access": AccessRule(islands="keep", max_access_m=float(ORACLE["max_access_m"])),
    } | changes
    walk, people, places, ground = (layers.pop(key) for key in ("walk", "population", "facilities", "zones"))
    return City(walk, people, places, ground, **layers)


def plan() -> Plan:
    """Return the standards of the bundled plan that the figures are about, at the oracle's speeds and zones."""
    speeds = {name: metres / 60 for name, metres in ORACLE["speeds_m_per_min"].items()}
    chosen = read_plan("lianyungang-145").only(*STANDARDS)
    return chosen.with_levels([*LEVELS, "中心城区建成区"]).with_speeds(**speeds)
