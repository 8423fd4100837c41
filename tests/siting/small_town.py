"""A small town of square blocks for siting: a walk between crossings is how far east plus how far north one goes."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

import servicecircle as sc
from tests.grids import BLOCK_M, CRS, at, blocks

if TYPE_CHECKING:
    from servicecircle.plan import Plan

SIDE = 5
"""Crossings along each side."""
LIMIT_M = 150.0

_STANDARD = """
[[standard]]
id = "{id}"
name_zh = "{id}"
name_en = "{id}"
{measure}
target = {{ op = ">=", value = {target}, origin = "stated" }}
judge = ["县区", "全市"]

[[standard.citation]]
section = "一"
line = 1
quote = "{id}：{quote}"
"""

_PLAN = """\
format = 1

[plan]
id = "small"
title_zh = "小城规划"
title_en = "Plan of a small town"

[profiles.general]
speed_m_s = 1.0
assumption = { zh = "取 1.0 米/秒", en = "1.0 m/s is taken" }

[groups]
pop_total = { zh = "常住人口", en = "residents" }
pop_3_5 = { zh = "幼儿", en = "children" }
pop_60p = { zh = "老年人", en = "older residents" }
"""

MEASURES = {
    "S-1": (
        'measure = "reach"\nfacilities = [{ service = "kindergarten" }]\ngroup = "pop_3_5"\nminutes = 2.5',
        1.0,
        "步行2.5分钟，100%",
    ),
    "S-2": (
        (
            'measure = "reach"\nfacilities = [{ service = "elderly_station", where = { open_to_public = true } }]\n'
            'group = "pop_60p"\nmetres = 150'
        ),
        1.0,
        "150 米，100%",
    ),
    "S-3": (
        (
            'measure = "provision"\nfacilities = [{ service = "kindergarten" }]\ncount = "facilities"\n'
            'group = "pop_total"\nper_amount = 100\nunit = "所/百人"'
        ),
        1,
        "每 100 人 1 所",
    ),
    "S-4": (
        (
            'measure = "provision"\nfacilities = [{ service = "kindergarten" }]\ncount = "places"\n'
            'group = "pop_total"\nper_amount = 100\nunit = "个/百人"'
        ),
        30,
        "每 100 人 30 个",
    ),
    "S-5": (
        'measure = "presence"\nfacilities = [{ service = "elderly_station" }]\nunit_levels = ["县区"]\ncount = 2',
        1.0,
        "所有县区(100%)各有 2 处",
    ),
}


@functools.cache
def plan() -> Plan:
    """Return the plan of the town."""
    parts = [
        _STANDARD.format(id=name, measure=measure, target=target, quote=quote)
        for name, (measure, target, quote) in MEASURES.items()
    ]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "plan.toml"
        file.write_text(_PLAN + "".join(parts), encoding="utf-8")
        return sc.read_plan(file)


def crossings() -> list[tuple[float, float]]:
    """Return where streets cross, west to east, each column from south to north."""
    steps = [BLOCK_M * step for step in range(SIDE)]
    return [(x, y) for x in steps for y in steps]


@dataclass(frozen=True)
class Town:
    """A town and what is needed to try every choice: numbers of crossings."""

    result: sc.Assessment
    homes: list[int]
    kindergartens: list[int]
    sites: list[int]

    @property
    def children(self) -> np.ndarray:
        """Children of each home."""
        return np.asarray(self.result.city.population["pop_3_5"], dtype=float)

    def candidates(self, **columns: Any) -> gpd.GeoDataFrame:
        """Return the candidates, called after their crossing."""
        places = [at(*crossings()[one]) for one in self.sites]
        return gpd.GeoDataFrame({"id": [f"x{one}" for one in self.sites], **columns}, geometry=places, crs=CRS)

    def metres(self, places: list[int]) -> np.ndarray:
        """Return the walk from each home to each place, shape (places, homes)."""
        return walks(places, self.homes)


def walks(places: list[int], homes: list[int]) -> np.ndarray:
    """Return how far apart crossings are on foot."""
    xy = np.array(crossings())
    apart = np.abs(xy[places][:, None, :] - xy[homes][None, :, :]).sum(axis=2)
    return np.asarray(apart, dtype=float).reshape(len(places), len(homes))


@functools.cache
def streets() -> sc.WalkNetwork:
    """Return the streets."""
    return blocks(SIDE - 1)


def town(seed: int, *, homes: int = 9, kindergartens: int = 1, sites: int = 6, **layers: Any) -> Town:
    """Return a town with residents, facilities and candidates at random crossings.

    It has two districts: the west (up to 200 m) and the east.
    """
    random = np.random.default_rng(seed)
    where = [int(one) for one in random.permutation(SIDE * SIDE)]
    lived, built = sorted(where[:homes]), sorted(where[homes : homes + kindergartens])
    offered = sorted(int(one) for one in random.permutation(SIDE * SIDE)[:sites])
    children = random.integers(1, 20, homes).astype(float)
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [f"h{one}" for one in lived],
            "pop_total": children * 4,
            "pop_3_5": children,
            "pop_60p": random.integers(0, 20, homes).astype(float),
        },
        geometry=[at(*crossings()[one]) for one in lived],
        crs=CRS,
    )
    facilities = gpd.GeoDataFrame(
        {"id": [f"k{one}" for one in built], "service": "kindergarten", "places": 12.0},
        geometry=[at(*crossings()[one]) for one in built],
        crs=CRS,
    )
    halves = [("W", -50, 250), ("E", 250, 450)]
    zones = gpd.GeoDataFrame(
        {"zone_id": [name for name, *_ in halves], "level": "县区"},
        geometry=[shapely.box(at(a, -50).x, at(a, -50).y, at(b, 450).x, at(b, 450).y) for _, a, b in halves],
        crs=CRS,
    )
    city = sc.City(streets(), cells, facilities, zones, services=["kindergarten", "elderly_station"], **layers)
    return Town(sc.assess(city, plan(), progress=False), lived, built, offered)
