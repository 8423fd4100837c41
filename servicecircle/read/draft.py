"""Tables of a city.toml, guessed from layers: each value with the reason for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.city.inspection import as_text
from servicecircle.city.vocabulary import URBAN_RURAL_CODES
from servicecircle.errors import ServiceCircleError
from servicecircle.read.categories import classify
from servicecircle.read.draft_crs import DEGREES, Said, crs_said, shifted_said
from servicecircle.read.guesses import Guess, guess_columns, known_schema
from servicecircle.read.roles import AREA_WORDS, STOPS, amap_column, role_of, service_column, service_in
from servicecircle.read.zone_codes import with_code_levels
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from servicecircle.read.looks import Look
    from servicecircle.read.roles import Role

LEVEL_WORDS = {"社区": "社区", "行政村": "行政村", "街道": "街道", "乡镇": "乡镇", "县区": "县区", "区县": "县区"}
PLACED = ("population", "bus_lines", "entrances")
"""Tables of city.toml whose rows may have coordinates, beside the facilities."""

SHAPE = re.compile(r"\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*(?:Z\s*)?\(", re.IGNORECASE)
"""How a geometry written as text (WKT) begins."""

UNKNOWN = Said("?", "not known", "未能识别")
MOST_NAMED = 12
ENOUGH_NAMES = 0.6
"""A service that so many of the names speak of is that of all."""


NOT_FOR_COLUMNS = ("x", "y", "service", "zone_name", "direction", "stop_name", "first", "last", "headway")
"""What `guess_columns` finds that is no column of a layer: city.toml says it elsewhere, or bus tables read it."""


@dataclass(slots=True)
class Entry:
    """A table of city.toml.

    Parameters
    ----------
    look
        The layer it is about.
    role
        Which table it is, and why.
    said, columns
        What stands in it: its keys, and its columns.
    notes
        What has to be said about it, English and Chinese.
    services
        The services that its rows are of.
    match
        The layer of points that its rows may be matched with.
    doubts
        Why it cannot be used before somebody has completed it; with any, it is written as a comment.
    """

    look: Look
    role: Role
    said: dict[str, Said] = field(default_factory=dict)
    columns: dict[str, Said] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    services: frozenset[str] = frozenset()
    match: Entry | None = None
    doubts: list[tuple[str, str]] = field(default_factory=list)


def entries_of(looks: Sequence[Look], crs: str) -> list[Entry]:
    """Return a table for each layer that may be one of a city; of the others an entry without a role.

    Parameters
    ----------
    looks
        The layers.
    crs
        The CRS of the city.
    """
    makers = {
        "facilities": _facilities,
        "zones": _zones,
        "areas": _areas,
        "bus_lines": _bus_lines,
        "groups": _groups,
        "entrances": _entrances,
    }
    entries = []
    for look in looks:
        entry = Entry(look, role_of(look))
        if look.frame is not None and entry.role.key:
            _place(entry, look.frame, crs)
            makers.get(entry.role.key, _plain)(entry, look.frame)
        elif look.kind == "raster" and look.crs is None:
            entry.doubts.append(
                ("it declares no CRS: set it in QGIS or ArcGIS", "未声明坐标系，请先在 QGIS/ArcGIS 中设置")
            )
        entries.append(entry)
    _cells_from_zones(entries)
    _say_doubles(entries)
    _only_one(entries, "walk", _rank_of_walk)
    _only_one(entries, "drive", lambda entry: -_rows(entry))
    _only_one(entries, "population", lambda entry: (entry.look.kind == "raster", -_rows(entry)))
    return entries


def _rows(entry: Entry) -> int:
    return 0 if entry.look.frame is None else len(entry.look.frame)


def _rank_of_walk(entry: Entry) -> tuple[int, int]:
    reasons = ("lines whose name speaks of walking", "lines whose name or columns speak of streets")
    order = {"an OpenStreetMap file": 1, reasons[0]: 0, reasons[1]: 2}
    return order.get(entry.role.en, 3), -_rows(entry)


def _only_one(entries: list[Entry], key: str, rank: Any) -> None:
    """Doubt all but the best of the tables that a city has one of."""
    rivals = sorted((entry for entry in entries if entry.role.key == key and not entry.doubts), key=rank)
    for entry in rivals[1:]:
        best = rivals[0].look.name
        entry.doubts.append((f"a city has one [{key}]; {best} was taken", f"[{key}] 只能有一个，已选 {best}"))


def _plain(entry: Entry, frame: gpd.GeoDataFrame) -> None:
    """Take the columns as guessed, of a network or of cells."""
    entry.columns = _columns(guess_columns(frame, entry.role.key))


def _groups(entry: Entry, frame: gpd.GeoDataFrame) -> None:
    guesses = guess_columns(frame, "population")
    entry.columns = _columns({name: guess for name, guess in guesses.items() if name != "zone_id"})
    entry.said["zone"] = _zone_said(guesses)


def _zone_said(guesses: Mapping[str, Guess]) -> Said:
    """Return the column that says in which zone a row is: one with codes, else one with names."""
    guess = guesses["zone_id"] if "zone_id" in guesses else guesses["zone_name"]
    return Said({"column": guess.column}, *_why(guess))


def _cells_from_zones(entries: list[Entry]) -> None:
    """Take the residents of zones for the population of a city that has no cells."""
    if any(entry.role.key == "population" and not entry.doubts for entry in entries):
        return
    table = next((entry for entry in entries if entry.role.key == "groups"), None)
    if table is not None:
        table.role = table.role._replace(key="population")
        en = "all residents of a zone stand at one place; spread_over = { file = ... } spreads them over buildings"
        table.notes.append((en, "一个单元的人口都落在一点；用 spread_over = { file = ... } 可分摊到建筑"))


def _say_doubles(entries: list[Entry]) -> None:
    """Say which facilities two files may both hold, and with which points a list without coordinates may be matched."""
    usable = [entry for entry in entries if entry.role.key == "facilities" and not entry.doubts]
    for place, entry in enumerate(usable):
        for other in usable[place + 1 :]:
            both = sorted(entry.services & other.services)
            if not both:
                continue
            en = f"{listed(both)} in {other.look.name} too: what stands in both counts twice. Leave it out of one"
            zh = f"{other.look.name} 中也有 {listed(both)}：同一设施会重复计算，请在其中一处去掉"
            entry.notes.append((en, zh))
            placeless = [one for one in (entry, other) if one.look.kind == "table" and not _is_placed(one)]
            if len(placeless) == 1:
                placeless[0].match = other if placeless[0] is entry else entry


def _place(entry: Entry, frame: gpd.GeoDataFrame, crs: str) -> None:
    """Say where the coordinates of a layer are, and in which CRS."""
    look, key = entry.look, entry.role.key
    datum = shifted_said(look.name, frame if key in {"facilities", "bus_lines"} else None)
    if look.kind != "table":
        if datum is not None:
            entry.said["crs"] = datum
        elif look.crs is None and look.bounds is not None:
            west, south, east, north = look.bounds
            entry.said["crs"] = crs_said((west + east) / 2, (south + north) / 2, crs)
        return
    guesses = guess_columns(frame, key if key in PLACED else "facilities")
    if key == "groups":
        return
    if not {"x", "y"} <= guesses.keys():
        _place_by_shapes(entry, frame, datum, crs)
        return
    for axis in ("x", "y"):
        entry.said[axis] = Said(guesses[axis].column, *_why(guesses[axis]))
    xy = [pd.to_numeric(frame[guesses[axis].column], errors="coerce").median() for axis in ("x", "y")]
    if datum is not None:
        entry.said["crs"] = datum
    elif np.isfinite(xy).all():
        entry.said["crs"] = crs_said(float(xy[0]), float(xy[1]), crs)
    else:
        entry.said["crs"] = Said(DEGREES, "degrees, minutes, seconds", "度分秒")


def _place_by_shapes(entry: Entry, frame: gpd.GeoDataFrame, datum: Said | None, crs: str) -> None:
    """Say which column of a table holds geometries as text, as QGIS writes them, if one does."""
    for head in frame.columns.drop(frame.geometry.name):
        texts = as_text(frame[head]).dropna()
        if not len(texts) or not texts.str.match(SHAPE).all():
            continue
        place = shapely.centroid(shapely.from_wkt(texts.iloc[0], on_invalid="ignore"))
        if place is not None and not place.is_empty:
            entry.said["wkt"] = Said(str(head), "its texts are geometries (WKT)", "内容为 WKT 几何")
            entry.said["crs"] = datum or crs_said(place.x, place.y, crs)
            return


def _facilities(entry: Entry, frame: gpd.GeoDataFrame) -> None:
    guesses = guess_columns(frame, "facilities")
    entry.columns = _columns(guesses)
    _say_service(entry, frame)
    placed = entry.look.kind != "table" or _is_placed(entry)
    if not placed:
        _say_placeless(entry, guesses)


def _is_placed(entry: Entry) -> bool:
    """Return whether the rows of a table have coordinates."""
    return bool({"x", "wkt"} & entry.said.keys())


def _say_placeless(entry: Entry, guesses: Mapping[str, Guess]) -> None:
    """Say how rows without coordinates are known: by their zone, and by points that have their names."""
    en = 'they count in their zone and are never walked to; match = { file = ..., review = "待核表.xlsx" } names points'
    zh = "没有坐标：按单元计数，不参与步行计算；用 match = { file = ..., review = ... } 与带坐标的点匹配"
    if "zone_id" in guesses and guesses["zone_id"].column == "zone_id":
        entry.notes.append((en, zh))
    elif {"zone_id", "zone_name"} & guesses.keys():
        entry.said["zone"] = _zone_said(guesses)
        entry.columns.pop("zone_id", None)
        entry.notes.append((en, zh))
    else:
        entry.doubts.append(("neither coordinates nor zones; " + en, "既无坐标又无所属单元；" + zh))


def _say_service(entry: Entry, frame: gpd.GeoDataFrame) -> None:
    """Say which service the rows are of, by a column, a category, the name of the file, or the names of the rows."""
    column = amap_column(frame)
    if column is not None and (services := _amap_services(frame, column)):
        entry.said["service_column"] = Said(column, "Amap's categories", "高德分类编码")
        entry.said["services"] = Said("amap", "by the bundled table; other categories are left out", "按内置对照表")
        entry.services = services
    elif (found := service_column(frame)) is not None:
        head, known, others = found
        entry.services = frozenset(known.values())
        entry.said["service_column"] = Said(head, "its values are services", "取值为设施类别")
        if any(value != service for value, service in known.items()):
            entry.said["services"] = Said(known, "by their names", "按名称")
            if others:
                left = listed(others, most=MOST_NAMED)
                entry.notes.append((f"values left out: {left}", f"未列入的取值：{left}"))
    elif (told := _one_service(entry, frame)) is not None:
        entry.said["service"] = told
        entry.services = frozenset({told.value})
    else:
        entry.said["service"] = UNKNOWN
        entry.doubts.append(("say which service it is of", "请填写设施类别"))


def _one_service(entry: Entry, frame: gpd.GeoDataFrame) -> Said | None:
    """Return the service of all rows, as the name of the file or most names say; None if they say none."""
    told = service_in(entry.look.name)
    if told is not None:
        return Said(told[1], f"the name says {told[0]}", f"名称含“{told[0]}”")
    if entry.look.kind == "points" and STOPS.search(entry.look.name):
        return Said("bus_stop", "its name speaks of bus stops", "名称为公交站")
    name = guess_columns(frame, "facilities").get("name")
    if name is None:
        return None
    counts = as_text(frame[name.column]).dropna().map(_service_of_name)
    best = counts.mode()
    if best.size and counts.eq(best[0]).mean() > ENOUGH_NAMES:
        return Said(best[0], "most names say so", "多数名称如此")
    return None


def _service_of_name(name: str) -> str | None:
    found = service_in(name)
    return found[1] if found else None


def _amap_services(frame: gpd.GeoDataFrame, column: str) -> frozenset[str]:
    """Return the services that the bundled table knows the categories for."""
    try:
        return frozenset(classify(frame, scheme="amap", column=column).frame["service"])
    except ServiceCircleError:
        return frozenset()


def _zones(entry: Entry, frame: gpd.GeoDataFrame) -> None:
    schema, guesses = known_schema(frame), guess_columns(frame, "zones")
    if schema is not None and schema.layer == "zones":
        guesses |= {name: Guess(head, schema.name_en) for name, head in schema.columns.items()}
    entry.columns = _columns(guesses)
    if "urban_rural_code" in guesses and "setting" not in frame.columns:
        codes = dict(URBAN_RURAL_CODES)
        entry.said["settings"] = Said(codes, "1xx urban, 2xx rural: change what your city counts otherwise", "可改")
    if "zone_id" not in guesses and "name" in guesses:
        entry.columns["zone_id"] = Said(
            guesses["name"].column, "no codes: names stand for them", "没有代码，以名称代替"
        )
    if "level" in guesses or "level" in frame.columns:
        return
    head = guesses["zone_id"].column if "zone_id" in guesses else None
    if head is not None and _tell_levels(frame, head):
        entry.columns.pop("zone_id", None)
        entry.said["code_column"] = Said(head, "its codes tell level and parent", "代码可判定层级和上级")
        return
    word = next((word for word in LEVEL_WORDS if word in entry.look.name), None)
    entry.said["level"] = Said(LEVEL_WORDS[word], "its name says so", "名称如此") if word else UNKNOWN
    if word is None:
        entry.doubts.append(("say the level: 县区, 街道, 乡镇, 社区, 行政村 ...", "请填写层级"))


def _tell_levels(frame: gpd.GeoDataFrame, head: str) -> bool:
    try:
        with_code_levels(frame, column=head)
    except ServiceCircleError:
        return False
    return True


def _areas(entry: Entry, frame: gpd.GeoDataFrame) -> None:
    entry.columns = _columns(guess_columns(frame, "areas"))
    if "kind" in frame.columns:
        return
    schema = known_schema(frame)
    if schema is not None and schema.kinds:
        entry.doubts.append(
            (
                f"{schema.name_en}: known_schema(frame).kind_of(frame[{schema.code!r}]) says the kind of each parcel",
                f"{schema.name_zh}：用 known_schema(frame).kind_of 得到每块的 kind",
            )
        )
        return
    name = entry.look.layer or entry.look.path.stem
    kind = next((kind for kind, words in AREA_WORDS.items() if words.search(name)), None)
    if kind is None:
        entry.said["kind"] = UNKNOWN
        entry.doubts.append(("say the kind: built_up, centre, green, water, barrier ...", "请填写种类 kind"))
    else:
        entry.said["kind"] = Said(kind, f"its name ({name}) says so", f"名称（{name}）如此")


def _entrances(entry: Entry, frame: gpd.GeoDataFrame) -> None:
    guesses = guess_columns(frame, "entrances")
    entry.columns = _columns(guesses)
    if "of" not in guesses:
        entry.columns["of"] = UNKNOWN
        en = "say which column holds the id of the facility, or the id or name of the compound, that is entered there"
        entry.doubts.append((en, "请指定哪一列是所属设施的编号，或院落（小区）的编号、名称"))


def _bus_lines(entry: Entry, frame: gpd.GeoDataFrame) -> None:
    guesses = guess_columns(frame, "bus_lines")
    if "stop_id" in guesses and "x" not in guesses:  # an office's bus table is read by its own heads
        entry.columns = _columns(guesses)


def _columns(guesses: Mapping[str, Guess]) -> dict[str, Said]:
    """Return the columns that have another name in the file."""
    return {
        name: Said(guess.column, *_why(guess))
        for name, guess in guesses.items()
        if name not in NOT_FOR_COLUMNS and name != guess.column
    }


def _why(guess: Guess) -> tuple[str, str]:
    return guess.why, "坐标轴互换" if "axis" in guess.why else "常用表头"
