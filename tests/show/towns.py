"""A small invented town on a grid of streets, whose every name can be chosen; and texts that a page must not run."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.assessment import assess
from servicecircle.city import About, City
from servicecircle.network import AccessRule, WalkNetwork
from servicecircle.plan import Plan, Service, read_plan
from servicecircle.text import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from servicecircle.assessment import Assessment

CRS = "EPSG:4549"
WEST, SOUTH = 440_000.0, 3_830_000.0
BLOCK_M = 200.0
CELL_M = 100.0

SERVICES = ("kindergarten", "childcare", "elderly_station", "community_health", "culture", "fitness", "bus_stop")

RUN = "window.ran=(window.ran||0)+1"
"""What every payload tries to run: pages under test look whether it did."""

PAYLOADS = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</textarea></title></style><script>{RUN}</script>",
    f"<!--<script>{RUN}//",
    f"--><img src=x onerror={RUN}>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f'"><img src=x onerror={RUN}>',
    f"'><img src=x onerror={RUN}>",
    f'" onmouseover="{RUN}" x="',
    f"' onmouseover='{RUN}' x='",
    f'<a href="javascript:{RUN}">站</a>',
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<details open ontoggle={RUN}>",
    f"<body onload={RUN}>",
    f"${{{RUN}}}",
    f"`+({RUN})+`",
    f"`;{RUN};`",
    f"\\`${{{RUN}}}",
    f"\\u0060${{{RUN}}}",
    f"';{RUN};'",
    f'";{RUN};"',
    f"\\';{RUN};//",
    f'\\";{RUN};//',
    "{{ 7 * 7 }}",
    "{{ this.__class__.__mro__ }}",
    "{% for x in range(9) %}x{% endfor %}",
    "{# gone? #}",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"&#60;script&#62;{RUN}",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"line\u2028{RUN}//",
    f"line\u2029{RUN}//",
    f"two\nlines\n{RUN}",
    f"]]><script>{RUN}</script>",
    f"{RUN}//",
    f"*/{RUN}/*",
    "\u202e右到左 abc\u202c",
    "\ufeff\u200b零宽\u200d",
    "null\x00byte and \x1b escape",
    "half a character \ud83c alone",
    "back\\slash \\n \\x41 \\",
    "100 % & <b>bold</b> 'a' \"b\"",
    "𠮷野家、龘、😀",
    "__proto__",
)
"""Names that no page may run, and every page must show as they are."""

STANDARDS = ("YY-01", "YY-05", "CX-01", "LY-01", "LY-02", "WT-01", "ZH-01")
"""One standard of each kind that a map shows, so that pages stay small."""


def plain(text: str) -> str:
    """Return a text as a page can show it: with U+FFFD for control characters and halves of characters."""
    return "".join("\ufffd" if _cannot_be_shown(letter) else letter for letter in text)


def _cannot_be_shown(letter: str) -> bool:
    return (letter < " " and letter not in "\t\n") or "\x7f" <= letter <= "\x9f" or _is_half(letter)


def town(*, blocks: int = 4, name: Callable[[str], str] = str, level: str = "街道", polygons: bool = True) -> City:
    """Return a town of so many blocks each way.

    Parameters
    ----------
    blocks
        Blocks of 200 m each way; every block has four cells of 100 m with 10 residents each.
    name
        Makes the name of a thing of the name it would have.
    level
        What the level of the western zones is called.
    polygons
        Whether cells are squares; otherwise points.
    """
    size = blocks * BLOCK_M
    streets = [
        line
        for i, j in product(range(blocks + 1), range(blocks))
        for line in (_line(i, j, i, j + 1), _line(j, i, j + 1, i))
    ]
    corners = [(x * CELL_M, y * CELL_M) for x, y in product(range(2 * blocks), repeat=2)]
    squares = [_box(x, y, x + CELL_M, y + CELL_M) for x, y in corners]
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [f"c{i:05d}" for i in range(len(corners))],
            "pop_total": 10.0,
            "pop_3_5": 1.0,
            "pop_60p": 2.0,
            "setting": np.where(np.array(corners)[:, 0] < size / 2, "urban", "rural"),
        },
        geometry=squares if polygons else [square.centroid for square in squares],
        crs=CRS,
    )
    zones = gpd.GeoDataFrame(
        {
            "zone_id": ["D", "S", "T", "V1", "V2"],
            "level": ["县区", whole(level), "乡镇", "社区", "社区"],
            "name": _texts(name(one) for one in ("某区", "甲街道", "乙乡", "一社区", "二社区")),
            "setting": [None, "urban", "rural", "urban", "rural"],
        },
        geometry=[_box(0, 0, size, size), *2 * [_box(0, 0, size / 2, size), _box(size / 2, 0, size, size)]],
        crs=CRS,
    )
    areas = gpd.GeoDataFrame(
        {"kind": ["built_up", "main_city", "water", "green", "barrier"]},
        geometry=[_box(0, 0, size / 2, size)] * 2 + [_box(0, y, size, y + 20) for y in (150, 350, 550)],
        crs=CRS,
    )
    return City(
        WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=streets, crs=CRS)),
        cells,
        _facilities(size, name),
        zones,
        areas=areas,
        services=(*SERVICES, "elderly_center", "elderly_institution"),
        access=AccessRule(barriers="count"),  # the strips of water and wall are there to be drawn
        about=About(name("示例镇"), (name("纯属虚构。"), name("Invented."))),
    )


def _facilities(size: float, name: Callable[[str], str]) -> gpd.GeoDataFrame:
    """Return one facility of each service in the west, and a second centre in the east that lacks a function."""
    kinds = [*SERVICES, "elderly_center", "elderly_center"]
    full = "full_care;day_care;home_service;visiting"
    places = [(BLOCK_M * (place % 2) + 30, BLOCK_M * (place // 2 % 3)) for place in range(len(SERVICES))]
    return gpd.GeoDataFrame(
        {
            "id": [f"F{place}" for place in range(len(kinds))],
            "service": kinds,
            "name": _texts(name(f"设施{place}") for place in range(len(kinds))),
            "status": "open",
            "open_to_public": True,
            "serves_community": True,
            "legal_id": [f"L{place}" for place in range(len(kinds))],
            "services": [*[""] * len(SERVICES), full, "full_care;day_care"],
        },
        geometry=[_point(x, y) for x, y in [*places, (size / 4, 0), (size * 0.75, 0)]],
        crs=CRS,
    )


def judged(city: City, *ids: str, level: str = "街道", name: Callable[[str], str] = str) -> Assessment:
    """Return the assessment of some standards of the bundled plan, their names chosen as those of the town are.

    Parameters
    ----------
    city
        The town.
    ids
        Ids of standards; none: all of them.
    level
        What the level of the western zones is called.
    name
        Makes the name of a thing of the name it would have.
    """
    plan = read_plan("lianyungang-145").only(*STANDARDS)
    plan = _renamed(plan.only(*ids) if ids else plan, name, whole(level))
    return assess(city, plan, progress=False, scenario=whole(name("")))


def _is_half(letter: str) -> bool:
    return "\ud800" <= letter <= "\udfff"


def _renamed(plan: Plan, name: Callable[[str], str], level: str) -> Plan:
    """Return the plan with every text in it chosen anew, and one level called otherwise."""

    def named(text: str) -> str:
        return whole(name(text))

    standards = tuple(
        replace(
            one,
            name_zh=named(one.name_zh),
            name_en=named(one.name_en),
            judge=tuple(level if zones == "街道" else zones for zones in one.judge),
            citations=tuple(replace(c, section=named(c.section), quote=named(c.quote)) for c in one.citations),
            assumptions=tuple(replace(a, zh=named(a.zh), en=named(a.en)) for a in one.assumptions),
        )
        for one in plan.standards
    )
    groups = {key: replace(group, zh=named(group.zh), en=named(group.en)) for key, group in plan.groups.items()}
    services = {service: Service(named(service), named(service)) for service in SERVICES}
    if name is str:
        return replace(plan, standards=standards)
    title_zh, title_en = named(plan.title_zh), named(plan.title_en)
    return replace(plan, standards=standards, groups=groups, services=services, title_zh=title_zh, title_en=title_en)


def _texts(texts: Iterable[str]) -> pd.Series[Any]:
    """Return texts as files hold them: without halves of characters, which a city would mend, and report."""
    return pd.Series([whole(text) for text in texts], dtype=object)


def _point(x: float, y: float) -> shapely.Point:
    return shapely.Point(WEST + x, SOUTH + y)


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def _line(*ends: int) -> shapely.LineString:
    x, y, to_x, to_y = (BLOCK_M * end for end in ends)
    return shapely.LineString([(WEST + x, SOUTH + y), (WEST + to_x, SOUTH + to_y)])
