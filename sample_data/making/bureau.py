"""What a county's bureau has in its folder: parts of the city under other names, codes, spellings and datums."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from making import ground
from servicecircle.datum import wgs84_to_gcj02

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

COUNTY = "YX03"
COUNTY_CODE = "990321"
"""No province of China has a code that begins with 99."""

DEGREES = "EPSG:4490"
TOWN = f"{COUNTY}01.."

PREFIXED = "EPSG:4528"
"""CGCS2000, 3-degree zone 40: eastings begin with 40."""

BESIDE_M = 400.0
"""Streets so far beyond the border belong to the county's map."""

FIRST_TOWNSHIP, FIRST_VILLAGE = 99, 200
CHARTED = ("water", "green", "barrier")
GRADES = {"primary": "小学", "junior": "初级中学", "senior": "高级中学"}
OWNERSHIP = {"public": "公办", "private": "民办"}
SPELT = {
    "KG-041": "禾川县禾香幼儿园",
    "KG-043": "稻花幼稚园",
    "KG-045": "柳垛镇中心幼儿园",
    "KG-046": "柳垛街幼儿园（南园区）",
    "KG-048": "青坨街幼儿园南区",
    "SC-030": "禾川县粮市初级中学",
    "SC-034": "柳垛街第一小学",
    "SC-043": "禾川县禾川中学",
}
"""How the education bureau writes names that the map writes otherwise."""

NOT_ON_MAP = ("KG-050", "SC-039")
EASTERN_GATE = ("KG-042", "SC-030", "SC-043")
"""Their gates are points of their own on the map."""

POI_KINDS = {
    "kindergarten": ("141204", "科教文化服务;学校;幼儿园"),
    "primary": ("141203", "科教文化服务;学校;小学"),
    "junior": ("141202", "科教文化服务;学校;中学"),
    "senior": ("141202", "科教文化服务;学校;中学"),
    "hospital": ("090100", "医疗保健服务;综合医院;综合医院"),
    "township_hospital": ("090102", "医疗保健服务;综合医院;卫生院"),
    "village_clinic": ("090300", "医疗保健服务;诊所;诊所"),
    "fitness": ("080108", "体育休闲服务;运动场馆;户外健身场所"),
    "bus_stop": ("150700", "交通设施服务;公交车站;公交车站相关"),
}
OTHERS = (("050100", "餐饮服务;中餐厅;中餐厅", "面馆"), ("160100", "金融保险服务;银行;银行", "储蓄所"))
CARE = {"elderly_station": "老年服务站", "elderly_center": "综合性养老服务中心", "elderly_institution": "养老机构"}
OFFERS = {"full_care": "全托", "day_care": "日托", "home_service": "上门服务", "visiting": "居家探访"}
STATES = {"open": "现状", "building": "在建", "planned": "规划", "closed": "停办"}
MOST_LINES = 10


class Bureau(NamedTuple):
    """The layers and tables of the folder, as they are written."""

    zones: gpd.GeoDataFrame
    charts: dict[str, gpd.GeoDataFrame]
    people: pd.DataFrame
    schools: pd.DataFrame
    pois: pd.DataFrame
    care: pd.DataFrame
    buses: pd.DataFrame
    places: dict[str, str]
    """Name in the education bureau's list -> name on the map; "" where the map has no such point."""


def bureau(layers: dict[str, gpd.GeoDataFrame], tables: dict[str, gpd.GeoDataFrame], lines: pd.DataFrame) -> Bureau:
    """Return what the bureau has, from the layers and tables of the city and its bus lines."""
    zones = layers["zones"]
    county = zones.loc[zones["zone_id"] == COUNTY].geometry.iloc[0]
    stops = layers["bus_stops"]
    stops = stops[stops.within(county)]
    learning, health = tables["education"], tables["health"]
    learning = learning[learning["service"].isin(["kindergarten", "school"]) & learning.within(county)]
    return Bureau(
        zones=_zones(zones),
        charts=_charts(layers, county),
        people=_people(layers["population"], county),
        schools=_schools(learning, zones),
        pois=_pois(learning, health[health.within(county)], tables["leisure"], stops, county=county),
        care=_care(tables["elderly_care"], county),
        buses=_buses(lines, stops),
        places={
            SPELT.get(one, name): "" if one in NOT_ON_MAP else name
            for one, name in zip(learning["id"], learning["name"], strict=True)
        },
    )


def code_of(zone_id: str, level: str) -> str:
    """Return the division code of 12 digits for a zone of the county."""
    town, village = zone_id[4:6], zone_id[6:8]
    code = COUNTY_CODE + (f"{FIRST_TOWNSHIP + int(town):03d}" if town else "000")
    if not village:
        return f"{code}000"
    return f"{code}{int(village) + (FIRST_VILLAGE - 19 if level == '行政村' else 0):03d}"


def _zones(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the zones with codes and the heads of a shapefile, in degrees."""
    own = zones[zones["zone_id"].str.startswith(COUNTY)]
    frame = own[["name", "urban_rural_code", "geometry"]].assign(
        code=[code_of(zone, level) for zone, level in zip(own["zone_id"], own["level"], strict=True)]
    )
    frame = frame.rename(columns={"code": "区划代码", "name": "名称", "urban_rural_code": "城乡代码"})
    frame = frame[["区划代码", "名称", "城乡代码", "geometry"]].to_crs(DEGREES)
    frame.geometry = shapely.set_precision(frame.geometry.array, 1e-7)
    return frame.reset_index(drop=True)


def _charts(layers: dict[str, gpd.GeoDataFrame], county: BaseGeometry) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the geodatabase: streets, and areas clipped to the county."""
    near = county.buffer(BESIDE_M)
    edges = layers["walk_edges"]
    roads = edges.loc[edges.within(near), ["name", "highway", "bridge", "geometry"]]
    roads = roads.rename(columns={"name": "道路名称", "highway": "道路类型", "bridge": "桥梁"})
    areas = layers["areas"]
    charts = {"道路": roads}
    for kind, title in zip(CHARTED, ("水系", "绿地", "围墙"), strict=True):
        found = areas[(areas["kind"] == kind) & areas.intersects(near) & ~areas["name"].str.contains("铁路")]
        found = found[["name", "geometry"]].rename(columns={"name": "名称"})
        found.geometry = found.geometry.intersection(near)
        parts = found.explode()
        charts[title] = parts[parts.geom_type == "Polygon"]
    built = _town(layers["zones"])
    charts["县城建成区"] = gpd.GeoDataFrame({"名称": ["禾川县城建成区"]}, geometry=[built], crs=areas.crs)
    return {title: _gridded(frame.to_crs(PREFIXED)) for title, frame in charts.items()}


def _town(zones: gpd.GeoDataFrame) -> BaseGeometry:
    """Return the ground of the county town: its communities."""
    own: gpd.GeoDataFrame = zones[zones["zone_id"].str.fullmatch(TOWN) & (zones["level"] == "社区")]
    whole: BaseGeometry = own.geometry.union_all()
    return whole


def _gridded(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer on a grid of centimetres, so that it is the same on every machine."""
    frame.geometry = shapely.set_precision(frame.geometry.array, 0.01, mode="pointwise")
    return frame.reset_index(drop=True)


def _people(cells: gpd.GeoDataFrame, county: BaseGeometry) -> pd.DataFrame:
    own = cells[cells.centroid.within(county)]
    lon, lat = _degrees(own.centroid)
    groups = {
        "pop_total": "常住人口（人）", "pop_0_2": "0-2岁", "pop_3_5": "3-5岁", "pop_6_14": "6-14岁",
        "pop_60p": "60岁及以上", "pop_65p": "65岁及以上",
    }  # fmt: skip
    table = pd.DataFrame({"格网编号": own["cell_id"], "经度": lon, "纬度": lat})
    return table.assign(**{head: own[group] for group, head in groups.items()}).reset_index(drop=True)


def _schools(learning: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the education bureau's list: official names, townships, places; no coordinates."""
    towns = zones[zones["zone_id"].str.fullmatch(f"{COUNTY}..")]
    _, at = towns.sindex.query(learning.geometry, predicate="within")
    kinds = learning["level"].map(GRADES).fillna("幼儿园")
    return pd.DataFrame(
        {
            "学校名称": [SPELT.get(one, name) for one, name in zip(learning["id"], learning["name"], strict=True)],
            "类别": kinds,
            "所属乡镇": towns["name"].to_numpy()[at],
            "办别": learning["ownership"].map(OWNERSHIP),
            "是否普惠": learning["inclusive"].map({True: "是", False: "否"}),
            "班级数(个)": learning["classes"].astype(int),
            "学位数(个)": learning["capacity"].astype(int),
            "在校生数(人)": learning["enrolment"].astype(int),
        }
    ).sort_values(["所属乡镇", "类别", "学校名称"], ignore_index=True)


def _pois(
    learning: gpd.GeoDataFrame,
    health: gpd.GeoDataFrame,
    leisure: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    *,
    county: BaseGeometry,
) -> pd.DataFrame:
    """Return points as a web map has them: categories, other spellings, gates, shops; coordinates in GCJ-02."""
    kept = learning[~learning["id"].isin(NOT_ON_MAP)]
    gates = kept[kept["id"].isin(EASTERN_GATE)]
    gates = gates.assign(name=gates["name"] + "(东门)", geometry=gates.geometry.translate(60, 8))
    taught = pd.concat([kept, gates])
    taught = taught.assign(kind=taught["level"].fillna("kindergarten"))
    health = health[health["service"].isin(["hospital", "township_hospital", "village_clinic"])]
    fitness = leisure[(leisure["service"] == "fitness") & leisure.within(county)]
    called = stops.assign(kind="bus_stop", name=stops["name"] + "(公交站)")
    parts = [taught, *(one.assign(kind=one["service"]) for one in (health, fitness)), called]
    rows = pd.concat([part[["name", "kind", "geometry"]] for part in parts], ignore_index=True)
    rows["typecode"] = [POI_KINDS[kind][0] for kind in rows["kind"]]
    rows["type"] = [POI_KINDS[kind][1] for kind in rows["kind"]]
    shops = rows.iloc[::9].assign(name=lambda frame: frame["name"].str[:2] + "路边店")
    for number, (code, kind, ending) in enumerate(OTHERS):
        some = shops.iloc[number :: len(OTHERS)]
        some = some.assign(typecode=code, type=kind, name=some["name"].str[:2] + ending)
        rows = pd.concat([rows, some.assign(geometry=some.geometry.translate(35, -22))], ignore_index=True)
    lon, lat = _degrees(rows.geometry)
    lon, lat = wgs84_to_gcj02(lon, lat)
    return pd.DataFrame(
        {
            "id": [f"B0YX{number:06d}" for number in range(1, len(rows) + 1)],
            "name": rows["name"],
            "type": rows["type"],
            "typecode": rows["typecode"],
            "adname": "禾川县",
            "lng": np.round(lon, 6),
            "lat": np.round(lat, 6),
        }
    )


def _care(care: gpd.GeoDataFrame, county: BaseGeometry) -> pd.DataFrame:
    """Return the civil-affairs bureau's list: northing as X, easting with the number of its zone as Y."""
    own = care[care["service"].isin(CARE) & care.within(county)]
    places = own.to_crs(PREFIXED).geometry
    return pd.DataFrame(
        {
            "设施名称": own["name"],
            "设施类别": own["service"].map(CARE),
            "X坐标": np.round(places.y, 2),
            "Y坐标": np.round(places.x, 2),
            "服务内容": [_offers(text) for text in own["services"]],
            "床位数（张）": own["beds"].astype("Int64"),
            "护理型床位数（张）": own["nursing_beds"].astype("Int64"),
            "状态": own["status"].map(STATES),
        }
    ).reset_index(drop=True)


def _offers(text: object) -> str:
    return "、".join(OFFERS[word] for word in text.split(";")) if isinstance(text, str) and text else ""


def _buses(lines: pd.DataFrame, stops: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the bus table: lines whose stops all lie in the county, known by the names of stops."""
    names = dict(zip(stops["id"], stops["name"], strict=True))
    whole = lines.groupby("line_id")["stop_id"].transform(lambda ids: ids.isin(list(names)).all())
    own = lines[whole]
    kept = sorted(own["line_id"].unique())[:MOST_LINES]
    own = own[own["line_id"].isin(kept)]
    own = own[own["stop_id"].map(names) != own.groupby("line_id")["stop_id"].shift().map(names)]
    order = own.groupby("line_id").cumcount() + 1
    return pd.DataFrame(
        {
            "线路": own["name"],
            "方向": "上行",
            "站序": order,
            "站名": own["stop_id"].map(names),
            "首末班": "6:30-18:00",
            "发车间隔": [f"{minutes:g}分钟" for minutes in own["headway_minutes"]],
        }
    ).reset_index(drop=True)


def _degrees(places: gpd.GeoSeries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    to_degrees = Transformer.from_crs(ground.CRS, DEGREES, always_xy=True)
    lon, lat = to_degrees.transform(places.x.to_numpy(), places.y.to_numpy())
    return np.round(lon, 6), np.round(lat, 6)
