"""The sound town that every case damages: a folder with files, a plan, and what its figures are by arithmetic.

Streets of uneven widths cross at right angles. Every cell has its centre on a crossing and every facility stands on a
street that runs east, so that each walk is the sum of how far east and how far north one goes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

METRIC = "EPSG:4549"
LONLAT = "EPSG:4490"
EAST, NORTH = 440_000.0, 3_830_000.0
WIDTHS_X = [180.0, 240.0, 160.0, 220.0, 200.0, 260.0] * 4
WIDTHS_Y = [190.0, 230.0, 170.0, 210.0, 250.0] * 4
LIMIT_M = 900.0
STOP_M = 300.0
PER = 1000.0
CELL_M = 80.0
"""How wide a cell is where cells are drawn as squares."""

SERVICES = {"幼儿园": "kindergarten", "社区卫生服务中心": "chc", "老年服务站": "elderly_station", "公交站": "bus_stop"}
COUNTS = {"幼儿园": 9, "社区卫生服务中心": 5, "老年服务站": 7, "公交站": 19}
ZONES = {"320706001": "甲街道", "320706002": "乙街道", "320706003": "丙街道", "320706004": "丁街道"}

CITY_TOML = """\
format = 1
name_zh = "规整市"
name_en = "Right Angles"
crs = "EPSG:4549"

[walk]
file = "streets.gpkg"
islands = 2000

[population]
file = "people.csv"
columns = { cell_id = "格网", pop_total = "人口" }
x = "x"
y = "y"
crs = "EPSG:4549"

[[facilities]]
file = "places.csv"
columns = { id = "编号", name = "名称", places = "学位" }
service_column = "类别"
services = { "幼儿园" = "kindergarten", "社区卫生服务中心" = "chc", \
"老年服务站" = "elderly_station", "公交站" = "bus_stop" }
x = "经度"
y = "纬度"
crs = "EPSG:4490"

[[zones]]
file = "zones.gpkg"
level = "街道"

[[areas]]
file = "built_up.geojson"
kind = "built_up"
"""

PLAN_TOML = """\
format = 1

[plan]
id = "right-angles"
title_zh = "规整市规划"
title_en = "Plan of Right Angles"

[profiles.general]
speed_m_s = 1.0
assumption = { zh = "取 1.0 米/秒", en = "1.0 m/s is taken" }

[groups]
pop_total = { zh = "常住人口", en = "residents" }

[[standard]]
id = "T-1"
name_zh = "步行15分钟到达幼儿园"
name_en = "Kindergarten within a 15-minute walk"
measure = "reach"
facilities = [{ service = "kindergarten" }]
group = "pop_total"
minutes = 15
target = { op = ">=", value = 0.9, origin = "stated" }
judge = ["街道", "全市"]

[[standard.citation]]
section = "一"
line = 1
quote = "步行 15 分钟到达幼儿园的居民占 90% 以上"

[[standard]]
id = "T-2"
name_zh = "千人学位"
name_en = "Places in kindergartens per 1,000 residents"
measure = "provision"
facilities = [{ service = "kindergarten" }]
count = "places"
group = "pop_total"
per_amount = 1000
target = { op = ">=", value = 40, origin = "stated" }
unit = "个/千人"
judge = ["街道", "全市"]

[[standard.citation]]
section = "一"
line = 2
quote = "每 1000 名居民 40 个学位"

[[standard]]
id = "T-3"
name_zh = "每个街道一处老年服务站"
name_en = "A service station for older people in every sub-district"
measure = "presence"
facilities = [{ service = "elderly_station" }]
unit_levels = ["街道"]
count = 2
target = { op = ">=", value = 1.0, origin = "stated" }
judge = ["街道", "全市"]

[[standard.citation]]
section = "一"
line = 3
quote = "所有街道(100%)各有 2 处老年服务站"

[[standard]]
id = "T-4"
name_zh = "公交站点300米覆盖率"
name_en = "Bus stops within 300 m"
measure = "coverage"
facilities = [{ service = "bus_stop" }]
area = "built_up"
metres = 300
target = { op = ">=", value = 0.5, origin = "stated" }
judge = ["中心城区建成区"]

[[standard.citation]]
section = "一"
line = 4
quote = "站点 300 米覆盖率达到 50%"
"""


@dataclass(frozen=True, slots=True)
class Truth:
    """What the town holds and what its figures are, worked out without the library."""

    residents: float
    cells: int
    facilities: int
    figures: dict[tuple[str, str], float]
    """(standard, zone) -> value"""
    uncovered: dict[str, float]
    """zone -> residents without a kindergarten in reach"""


def streets() -> tuple[list[float], list[float]]:
    """Return where the streets run: metres east, and metres north, of the town's corner."""
    return [0.0, *np.cumsum(WIDTHS_X).tolist()], [0.0, *np.cumsum(WIDTHS_Y).tolist()]


@cache
def people() -> pd.DataFrame:
    """Return the cells: cell_id, x and y (metres), residents; nobody has the same number as the next."""
    xs, ys = streets()
    rows = [
        (f"c{i:02d}-{j:02d}", EAST + x, NORTH + y, 10 + (7 * i + 13 * j) % 41)
        for i, x in enumerate(xs)
        for j, y in enumerate(ys)
    ]
    return pd.DataFrame(rows, columns=["格网", "x", "y", "人口"])


@cache
def places() -> pd.DataFrame:
    """Return the facilities: each on a street of its own, the same at every call."""
    xs, ys = streets()
    # three metres off the middle, so that no walk is exactly as long as the limit
    middles = [((a + b) / 2 + 3.0, y) for a, b in pairwise(xs) for y in ys]
    chosen = np.random.default_rng(20).permutation(len(middles))[: sum(COUNTS.values())]
    kinds = [kind for kind, count in COUNTS.items() for _ in range(count)]
    rows = []
    for number, (pick, kind) in enumerate(zip(chosen.tolist(), kinds, strict=True), 1):
        x, y = middles[pick]
        seats = 90 + 30 * (number % 7) if kind == "幼儿园" else None
        rows.append((f"F{number:02d}", f"{kind}{number}号", kind, seats, EAST + x, NORTH + y))
    frame = pd.DataFrame(rows, columns=["编号", "名称", "类别", "学位", "x", "y"])
    frame["学位"] = frame["学位"].astype("Int64")
    frame["经度"], frame["纬度"] = to_lonlat(frame["x"].to_numpy(), frame["y"].to_numpy())
    return frame


def to_lonlat(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude (CGCS2000) of places in the town's CRS."""
    lon, lat = pyproj.Transformer.from_crs(METRIC, LONLAT, always_xy=True).transform(x, y)
    return np.asarray(lon), np.asarray(lat)


def edges() -> gpd.GeoDataFrame:
    """Return the streets, one line from crossing to crossing, with lengths in metres."""
    xs, ys = streets()
    pairs = [((a, y), (b, y)) for y in ys for a, b in pairwise(xs)]
    pairs += [((x, a), (x, b)) for x in xs for a, b in pairwise(ys)]
    lines = [shapely.LineString([(EAST + x, NORTH + y) for x, y in pair]) for pair in pairs]
    return gpd.GeoDataFrame({"length": shapely.length(lines)}, geometry=lines, crs=METRIC)


def _middle() -> tuple[float, float]:
    """Return where the four zones meet: between streets, so that nothing stands on their borders."""
    return 2430.0, 2120.0


def zones() -> gpd.GeoDataFrame:
    """Return the four zones, each a quarter of the town."""
    x, y = _middle()
    xs, ys = streets()
    west, east, south, north = -100.0, xs[-1] + 100.0, -100.0, ys[-1] + 100.0
    boxes = [(west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north)]
    shapes = [shapely.box(EAST + a, NORTH + b, EAST + c, NORTH + d) for a, b, c, d in boxes]
    return gpd.GeoDataFrame({"zone_id": list(ZONES), "name": list(ZONES.values())}, geometry=shapes, crs=METRIC)


def built_up() -> gpd.GeoDataFrame:
    """Return the built-up area."""
    box = shapely.box(EAST + 300, NORTH + 300, EAST + 4200, NORTH + 3600)
    return gpd.GeoDataFrame({"note": ["建成区"]}, geometry=[box], crs=METRIC)


def zone_of(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.str_]:
    """Return the zone of places, by which side of the middle they are on."""
    middle_x, middle_y = _middle()
    number = (x > EAST + middle_x).astype(int) + 2 * (y > NORTH + middle_y).astype(int)
    return np.asarray(np.array(list(ZONES))[number], dtype=np.str_)


def walks(cells: pd.DataFrame, doors: pd.DataFrame) -> NDArray[np.float64]:
    """Return the walk from each cell to each facility, metres: so far east and so far north."""
    east = np.abs(cells["x"].to_numpy()[:, None] - doors["x"].to_numpy()[None, :])
    north = np.abs(cells["y"].to_numpy()[:, None] - doors["y"].to_numpy()[None, :])
    return np.asarray(east + north)


def truth(cells: pd.DataFrame | None = None, doors: pd.DataFrame | None = None) -> Truth:
    """Return the figures of the town, or of one with other cells or facilities, by arithmetic."""
    cells = people() if cells is None else cells
    doors = places() if doors is None else doors
    residents = cells["人口"].to_numpy(dtype=float)
    home, site = (zone_of(frame["x"].to_numpy(), frame["y"].to_numpy()) for frame in (cells, doors))
    schools = doors[doors["类别"] == "幼儿园"]
    nearest = walks(cells, schools).min(axis=1) if len(schools) else np.full(len(cells), np.inf)
    covered = nearest <= LIMIT_M
    figures: dict[tuple[str, str], float] = {}
    uncovered: dict[str, float] = {}
    stations: list[int] = []
    for zone in [*ZONES, "CITY"]:
        here = np.ones(len(cells), dtype=bool) if zone == "CITY" else home == zone
        there = np.ones(len(doors), dtype=bool) if zone == "CITY" else site == zone
        figures["T-1", zone] = float(residents[here & covered].sum() / residents[here].sum())
        uncovered[zone] = float(residents[here & ~covered].sum())
        seats = float(doors.loc[there & (doors["类别"] == "幼儿园").to_numpy(), "学位"].sum())
        figures["T-2", zone] = float(seats / (residents[here].sum() / PER))
        if zone != "CITY":
            stations.append(int((there & (doors["类别"] == "老年服务站").to_numpy()).sum()))
    figures["T-3", "CITY"] = sum(count >= 2 for count in stations) / len(stations)
    stops = doors[doors["类别"] == "公交站"]
    discs = shapely.union_all(gpd.points_from_xy(stops["x"], stops["y"])).buffer(STOP_M, quad_segs=1024)
    area = built_up().geometry[0]
    figures["T-4", "built_up"] = float(discs.intersection(area).area / area.area)
    return Truth(float(residents.sum()), len(cells), len(doors), figures, uncovered)


def write(folder: Path) -> None:
    """Write the town into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    edges().to_file(folder / "streets.gpkg", layer="streets")
    people().to_csv(folder / "people.csv", index=False, encoding="utf-8-sig")
    places().drop(columns=["x", "y"]).to_csv(folder / "places.csv", index=False, encoding="utf-8-sig")
    zones().to_file(folder / "zones.gpkg", layer="zones")
    ring = [list(point) for point in built_up().to_crs(4326).geometry[0].exterior.coords]
    feature: dict[str, Any] = {"type": "Feature", "properties": {"note": "建成区"}}
    feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    (folder / "built_up.geojson").write_text(text, encoding="utf-8")
    (folder / "city.toml").write_text(CITY_TOML, encoding="utf-8")
    (folder / "plan.toml").write_text(PLAN_TOML, encoding="utf-8")
