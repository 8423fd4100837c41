"""Heidelberg: a real city as input, its reference filter, and its folder with a city.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.network import AccessRule, WalkNetwork, nearest, snap
from servicecircle.read import WALKABLE, TagRule, WalkFilter, read_layer, read_population, read_walk_network

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

CRS = "EPSG:25832"
LIMITS_M = {"bus_stop": 500.0, "senior_home": 800.0}

REFERENCE = WalkFilter(
    [
        TagRule(
            "highway",
            {
                *("motorway", "motorway_link", "trunk", "trunk_link"),
                *("construction", "proposed", "planned", "abandoned", "razed", "no"),
                *("raceway", "bus_guideway", "busway", "escape", "rest_area", "services"),
                *("corridor", "elevator", "platform"),
            },
            "the reference",
            "参考",
        ),
        TagRule("area", {"yes"}, "the reference", "参考"),
        TagRule("foot", {"no", "private"}, "the reference", "参考"),
        TagRule(
            "access",
            {"no", "private"},
            "the reference",
            "参考",
            unless=(("foot", {"yes", "designated", "permissive"}),),
        ),
    ]
)
"""The filter with which the reference shares were computed, outside this library, by brute force."""

EVERYWHERE = AccessRule(islands="keep", max_access_m=1e6)
"""The reference's access rule: all components, from any distance."""

SAME_STOP_M = 100.0
"""Bus stops of one name in a chain of such steps are one stop, drawn once for each direction."""

CITY = """\
format = 1
name_zh = "海德堡"
name_en = "Heidelberg"
crs = "EPSG:25832"
notice_zh = "真实数据：OpenStreetMap 贡献者（ODbL）；2022 年普查 100 米格网。幼儿园等设施不完整。"
notice_en = "Real data: OpenStreetMap contributors (ODbL); census 2022, 100 m grid. Some layers are partial."

[walk]
file = 'DATA/heidelberg.osm.pbf'

[population]
file = 'DATA/zensus_2022_hd_LAEA.tif'
within = "zones"
all_rows = { setting = "urban" }

[[facilities]]
file = 'DATA/facilities_heidelberg.csv'
service_column = "category"
columns = { id = "osm_id" }
x = "lon"
y = "lat"
crs = "EPSG:4326"

[facilities.services]
bus_stop = "bus_stop"
fitness = "fitness"
health = "community_health"
kindergarten = "kindergarten"
library = "culture"
park = "park"
school = "school"

[[facilities]]
file = 'DATA/seniorenheime_hd.csv'
service = "elderly_institution"
columns = { name = "Name" }
wkt = "WKT"
crs = "EPSG:4326"

[[zones]]
file = 'DATA/hd_quarter_boundaries.shp'
level = "社区"
columns = { zone_id = "osm_id" }

[[areas]]
file = 'DATA/hd_boundaries.shp'
kind = "built_up"

[[areas]]
file = 'DATA/hd_boundaries.shp'
kind = "main_city"
"""
"""Its city.toml; DATA stands for the folder with the files."""


@dataclass(frozen=True)
class Layers:
    """Heidelberg as the library reads it, in EPSG:25832."""

    cells: gpd.GeoDataFrame
    facilities: dict[str, gpd.GeoDataFrame]
    ours: WalkNetwork
    reference: WalkNetwork

    @property
    def residents(self) -> NDArray[np.float64]:
        """Return the residents of each cell."""
        return np.asarray(self.cells["pop_total"], dtype=np.float64)

    def metres(self, service: str, *, walk: WalkNetwork, rule: AccessRule, merged: bool = False) -> NDArray[np.float64]:
        """Return the walking distance (metres) from each cell to its nearest facility."""
        frame = self.facilities[service]
        places = merged_stops(frame) if merged else frame.geometry.to_numpy()
        origins = snap(walk, self.cells.geometry.centroid, rule=rule)
        return nearest(walk, origins, snap(walk, places, rule=rule)).distance_m

    def straight_metres(self, service: str) -> NDArray[np.float64]:
        """Return the straight distance (metres) from each cell to its nearest facility."""
        places = shapely.union_all(self.facilities[service].geometry.to_numpy())
        return np.asarray(self.cells.geometry.centroid.distance(places))


def read_layers(real_data: Path) -> Layers:
    """Read Heidelberg's files, layer by layer."""
    folder = real_data / "heidelberg"
    cells = read_population(folder / "zensus_2022_hd_LAEA.tif", crs=CRS).frame
    quarters = read_layer(folder / "hd_quarter_boundaries.shp").frame
    inside = cells.geometry.centroid.within(quarters.union_all())
    by_tag = read_layer(folder / "facilities_heidelberg.csv", x="lon", y="lat", crs="EPSG:4326").frame.to_crs(CRS)
    homes = read_layer(folder / "seniorenheime_hd.csv", wkt="WKT", crs="EPSG:4326").frame.to_crs(CRS)
    facilities = {"bus_stop": by_tag[by_tag["category"] == "bus_stop"], "senior_home": homes}
    ways = folder / "heidelberg.osm.pbf"
    ours, reference = (read_walk_network(ways, crs=CRS, walkable=walkable) for walkable in (WALKABLE, REFERENCE))
    return Layers(cells[inside].reset_index(drop=True), facilities, ours, reference)


def merged_stops(stops: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return one point, the middle, for stops of the same name that stand near each other; nameless ones stay."""
    points: list[Any] = list(stops.geometry[stops["name"].isna()])
    for _, group in stops.dropna(subset="name").groupby("name"):
        circles = shapely.union_all(shapely.buffer(group.geometry.to_numpy(), SAME_STOP_M / 2))
        for part in shapely.get_parts(circles):
            places = group.geometry[shapely.intersects(part, group.geometry.to_numpy())]
            points.append(shapely.Point(places.x.mean(), places.y.mean()))
    return np.array(points, dtype=object)


def effects(layers: Layers) -> pd.DataFrame:
    """Return what each default of ours changes, in residents, against the reference.

    Returns
    -------
    DataFrame
        One row per service and rule: share covered (%), residents covered, newly covered, no longer covered, moved
        (the two together), and unreachable. The first row of a service is the reference; each of the next changes one
        rule; the last has all of ours.
    """
    ours = AccessRule()
    cases: dict[str, tuple[WalkNetwork, AccessRule, bool]] = {
        "reference": (layers.reference, EVERYWHERE, False),
        "our filter": (layers.ours, EVERYWHERE, False),
        "islands: main": (layers.reference, AccessRule(islands="main", max_access_m=1e6), False),
        "islands: 1,000 m": (layers.reference, AccessRule(islands=ours.islands, max_access_m=1e6), False),
        "access limit 500 m": (layers.reference, AccessRule(islands="keep", max_access_m=ours.max_access_m), False),
        "bus stops merged": (layers.reference, EVERYWHERE, True),
        "all defaults of ours": (layers.ours, ours, False),
    }
    rows = []
    residents = layers.residents
    for service, limit in LIMITS_M.items():
        before = np.zeros(len(residents), dtype=bool)
        for rule, (walk, access, merged) in cases.items():
            if merged and service != "bus_stop":
                continue
            metres = layers.metres(service, walk=walk, rule=access, merged=merged)
            covered = metres <= limit + 0.001
            if rule == "reference":
                before = covered
            gained, lost = residents[covered & ~before].sum(), residents[before & ~covered].sum()
            rows.append(
                {
                    "service": service,
                    "rule": rule,
                    "share": 100 * residents[covered].sum() / residents.sum(),
                    "covered": residents[covered].sum(),
                    "gained": gained,
                    "lost": lost,
                    "moved": gained + lost,
                    "unreachable": residents[np.isinf(metres)].sum(),
                }
            )
    return pd.DataFrame(rows)


def write_city_folder(folder: Path, real_data: Path) -> Path:
    """Write a city.toml that makes Heidelberg a city, with the paths of the real files; return the folder.

    Its 15 quarters (Stadtteile) are taken as 社区: they are of that size (10,000 residents on average), and most
    walking standards are judged at that level. The city's whole area stands for the built-up area and for the main
    city, and every cell is urban. The kindergartens are those of the extract, which has only a part of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = CITY.replace("DATA", (real_data / "heidelberg").resolve().as_posix())
    (folder / "city.toml").write_text(text, encoding="utf-8")
    return folder
