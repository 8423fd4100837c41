"""Which layer of a city a file may hold: guessed from its kind, its name and its columns."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from servicecircle.city.inspection import as_text
from servicecircle.read.guesses import guess_columns, known_schema
from servicecircle.words import SERVICES, WORDS

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.read.guesses import Guess
    from servicecircle.read.looks import Look

RAIL_OR_WATER = re.compile(r"铁路|围墙|阻隔|rail|barrier|wall\b|河流|水系|river|water", re.IGNORECASE)
WALK = re.compile(r"步行|人行|walk|foot|pedestrian", re.IGNORECASE)
DRIVE = re.compile(r"车行|机动车|公路|drive|driving|car\b", re.IGNORECASE)
ROADS = re.compile(r"道路|路网|路|街|road|street|edges|highway|network", re.IGNORECASE)
NO_PEOPLE = re.compile(r"dem|高程|坡度|影像|ndvi|slope|elev", re.IGNORECASE)
ZONES = re.compile(r"区划|边界|街道|乡镇|社区|行政|zone|district|admin|boundar|xzq", re.IGNORECASE)
STOPS = re.compile(r"公交站|站点|bus_?stop|\bstops\b", re.IGNORECASE)
DOORS = re.compile(r"出入口|大门|(?<![a-z])(?:entrance|gate|door)s?(?![a-z])", re.IGNORECASE)

AREA_WORDS = {
    "built_up": re.compile(r"建成区|built", re.IGNORECASE),
    "centre": re.compile(r"中心城区|centre|center", re.IGNORECASE),
    "main_city": re.compile(r"主城区|main_city", re.IGNORECASE),
    "green": re.compile(r"绿地|公园绿地|green", re.IGNORECASE),
    "forest": re.compile(r"林地|林木|森林|forest", re.IGNORECASE),
    "water": re.compile(r"水域|水系|水面|河|湖|water|river|lake", re.IGNORECASE),
    "barrier": re.compile(r"铁路|围墙|阻隔|rail|barrier|wall", re.IGNORECASE),
}
"""Kind of area -> what the name of its file may say. Where several fit, the first does."""

SHORT_WORDS = {
    "托育": "childcare", "养老院": "elderly_institution", "敬老院": "elderly_institution",
    "福利院": "elderly_institution",
    "养老服务站": "elderly_station", "日间照料": "elderly_station", "居家养老": "elderly_station",
    "养老服务中心": "elderly_center", "卫生服务中心": "chc", "卫生服务站": "health_station",
    "卫生院": "township_hospital",
    "卫生室": "village_clinic", "文化站": "culture", "文化服务中心": "culture", "文化中心": "culture",
    "体育场地": "fitness", "健身": "fitness", "公园": "park", "公交站": "bus_stop", "公交站点": "bus_stop",
    "菜市场": "grocery", "便利店": "grocery", "超市": "grocery", "中学": "school", "初中": "school", "高中": "school",
    "初级中学": "school",
    "高级中学": "school", "完全中学": "school", "九年一贯制学校": "school",
    "学校": "school", "药房": "pharmacy", "警务室": "police_post", "诊所": "primary_care",
}  # fmt: skip
"""What people write -> the service; beside the terms of the vocabulary."""

CODE_HEADS = re.compile(r"type_?code|类型编码|分类编码|类别编码|poi_?code", re.IGNORECASE)
AMAP_CODE = re.compile(r"\d{5,6}")
AMAP_NAME = re.compile(r"[^;；]+;[^;；]+;[^;；]+(?:\|.*)?")
MOST_KINDS = 200
ENOUGH = 0.5
"""A column says the service if so many of its values are known."""


class Role(NamedTuple):
    """What a layer may be: a table of city.toml or "" for none of them, and why, English and Chinese."""

    key: str
    en: str
    zh: str


FIXED = {
    "osm": Role("walk", "an OpenStreetMap file", "OpenStreetMap 文件"),
    "gtfs": Role("bus_lines", "a GTFS feed (it holds stops.txt)", "GTFS 文件（含 stops.txt）"),
    "unreadable": Role(
        "", "it cannot be read; read_layer(path, layer=...) says why", "无法读取，read_layer 会说明原因"
    ),
    "graphml": Role("walk", "GraphML is a network", "GraphML 为路网"),
}


def role_of(look: Look) -> Role:
    """Return what a layer may be.

    Parameters
    ----------
    look
        The layer.
    """
    if look.kind in FIXED:
        return FIXED[look.kind]
    if look.kind == "raster":
        if NO_PEOPLE.search(look.name):
            return Role("", "a raster whose name speaks of the ground, not of people", "栅格名称不像人口数据")
        return Role("population", "a raster", "栅格数据")
    frame = look.frame
    if frame is None or not len(frame):
        return Role("", "it has no rows", "没有数据行")
    if DOORS.search(look.layer or look.path.stem) and look.kind in {"points", "table"}:
        return Role("entrances", "its name speaks of entrances", "名称为出入口")
    guess = {"lines": _of_lines, "polygons": _of_polygons}.get(look.kind, _of_rows)
    return guess(look, frame)


def _of_lines(look: Look, frame: gpd.GeoDataFrame) -> Role:
    heads = {str(head).casefold() for head in frame.columns}
    if RAIL_OR_WATER.search(look.layer or look.path.name):
        return Role("areas", "lines whose name speaks of rail, water or walls", "名称为铁路、水系或围墙的线")
    if WALK.search(look.layer or look.path.name):
        return Role("walk", "lines whose name speaks of walking", "名称为步行的线")
    if DRIVE.search(look.layer or look.path.name) or heads & {"speed_kmh", "限速", "技术等级", "road_class"}:
        return Role("drive", "lines with speeds or classes of roads, or a name that speaks of cars", "车行道路")
    if ROADS.search(look.name) or heads & {"highway", "roadclass", "fclass"}:
        return Role("walk", "lines whose name or columns speak of streets", "名称或列为道路的线")
    return Role("walk", "a layer of lines", "线图层")


def _of_polygons(look: Look, frame: gpd.GeoDataFrame) -> Role:
    schema = known_schema(frame)
    if schema is not None:
        return Role(schema.layer, f"its fields are those of {schema.name_en}", f"字段符合{schema.name_zh}")
    people, zones = guess_columns(frame, "population"), guess_columns(frame, "zones")
    area = next((kind for kind, words in AREA_WORDS.items() if words.search(look.layer or look.path.stem)), None)
    if "pop_total" in people and not (ZONES.search(look.name) and "zone_id" in zones):
        role = Role("population", f"it has a column of residents, {people['pop_total'].column!r}", "含人口列")
    elif "kind" in frame.columns:
        role = Role("areas", "it has a column kind", "含列 kind")
    elif area is not None and "zone_id" not in zones:
        role = Role("areas", f"its name speaks of {WORDS[area][1]}", f"名称含“{WORDS[area][0]}”一类的词")
    elif service_in(look.name) and "zone_id" not in zones:
        role = Role("facilities", "polygons whose name speaks of a service", "名称含设施类别的面")
    elif "zone_id" in zones or "name" in zones:
        column = zones["zone_id" if "zone_id" in zones else "name"].column
        role = Role("zones", f"polygons with codes or names of zones, {column!r}", "含代码或名称的面")
    else:
        role = Role("areas", "polygons without codes and names", "没有代码和名称的面")
    return role


def _of_rows(look: Look, frame: gpd.GeoDataFrame) -> Role:
    lines = guess_columns(frame, "bus_lines")
    if {"line_id", "sequence"} <= lines.keys() and {"stop_name", "stop_id"} & lines.keys():
        return Role("bus_lines", "it has columns of lines and of the order of stops", "含线路和站序列")
    people, things = guess_columns(frame, "population"), guess_columns(frame, "facilities")
    if "pop_total" in people and not service_in(look.name):
        return _of_residents(look, people)
    named = "name" in things or "id" in things
    if look.kind == "table" and (known_schema(frame) is not None or not named):
        return Role(
            "", "no columns that are known, or division codes without shapes", "没有认识的列，或只有区划代码没有图形"
        )
    return Role("facilities", "rows with names of things" if named else "a layer of points", "设施名录或点图层")


def _of_residents(look: Look, people: dict[str, Guess]) -> Role:
    if look.kind != "table" or {"x", "y"} <= people.keys():
        return Role("population", f"it has a column of residents, {people['pop_total'].column!r}", "含人口列")
    if {"zone_id", "zone_name"} & people.keys():
        return Role("groups", "residents of zones, by their codes or names", "各单元人口，按代码或名称")
    return Role("", "residents, but neither places nor zones", "有人口，但没有位置和单元")


@cache
def service_words() -> dict[str, str]:
    """Return what people write for each service -> the service, the longest words first.

    Examples
    --------
    >>> service_words()["幼儿园"], service_words()["kindergarten"], service_words()["便利店"]
    ('kindergarten', 'kindergarten', 'grocery')
    """
    found = {service: service for service in SERVICES if service != "*"}
    for service in SERVICES[1:]:
        for word in re.split(r"[、()]", WORDS[service][0]):
            if len(word) > 1:
                found.setdefault(word, service)
    found |= {word: service for word, service in SHORT_WORDS.items() if word not in found}
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def service_in(text: str) -> tuple[str, str] | None:
    """Return the longest word for a service in a text, and the service; None where there is none.

    Examples
    --------
    >>> service_in("2024年幼儿园名单.xlsx"), service_in("道路.shp")
    (('幼儿园', 'kindergarten'), None)
    """
    return next(((word, service) for word, service in service_words().items() if word in text.casefold()), None)


def amap_column(frame: gpd.GeoDataFrame) -> str | None:
    """Return the column with Amap's categories, codes rather than names; None where there is none."""
    named = None
    for head in frame.columns:
        if head == "geometry":
            continue
        texts = as_text(frame[head]).dropna()
        if len(texts) and CODE_HEADS.search(str(head)) and texts.map(_all_codes).mean() > ENOUGH:
            return str(head)
        if len(texts) and texts.str.fullmatch(AMAP_NAME).mean() > ENOUGH:
            named = named or str(head)
    return named


def _all_codes(text: str) -> bool:
    return all(AMAP_CODE.fullmatch(part) for part in text.split("|"))


def service_column(frame: gpd.GeoDataFrame) -> tuple[str, dict[str, str], list[str]] | None:
    """Return the column that says the service of each row, what its values mean, and the values not known.

    Parameters
    ----------
    frame
        The rows.
    """
    words = service_words()
    guessed = guess_columns(frame, "facilities").get("service")
    heads = [guessed.column] if guessed else []
    heads += [str(head) for head in frame.columns if head not in {"geometry", *heads}]
    for head in heads:
        texts = as_text(frame[head]).dropna()
        values = list(dict.fromkeys(texts))
        if not values or len(values) > MOST_KINDS:
            continue
        known = {value: words[value] for value in values if value in words}
        if texts.isin(list(known)).mean() >= ENOUGH:
            return head, dict(sorted(known.items())), sorted(set(values) - known.keys())
    return None
