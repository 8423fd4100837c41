"""How facilities find their spots: beside a street of the place they serve, with a stable id."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from shapely import LineString, Point

from making import ground, names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from making.zones import Unit

FOOT_ONLY = ("footway", "service")
# The letters with which the ids of a service begin.
IDS = {
    "affordable_housing": "AH",
    "afforestation": "AF",
    "artificial_beach": "AB",
    "black_odorous_river": "BO",
    "bridge_project": "BP",
    "broadcast_terminal": "BT",
    "bus_stop": "BS",
    "cemetery": "CM",
    "chc": "HC",
    "childcare": "CC",
    "city_centre": "CT",
    "columbarium": "CO",
    "community_health": "CH",
    "county_seat": "CS",
    "court": "CR",
    "culture": "CU",
    "culture_space": "SP",
    "detention_centre": "DC",
    "disabled_care": "DI",
    "eco_corridor": "EO",
    "eco_river": "ER",
    "economic_node": "EN",
    "elderly_center": "EC",
    "elderly_institution": "EI",
    "elderly_station": "ES",
    "ferry_bridge": "FB",
    "fitness": "FT",
    "fitness_center": "FC",
    "fitness_square": "FS",
    "funeral_service": "FU",
    "hazardous_waste": "HW",
    "health_facility": "HF",
    "health_station": "HS",
    "hospital": "HO",
    "key_district": "KD",
    "kindergarten": "KG",
    "library_branch": "LB",
    "mch": "MC",
    "minor_rescue": "MR",
    "minor_station": "MS",
    "new_estate": "NE",
    "old_estate": "OE",
    "parent_school": "PS",
    "party_service_center": "PA",
    "police_post": "PP",
    "primary_care": "PC",
    "road_project": "RP",
    "rural_teacher_station": "RT",
    "school": "SC",
    "seawall": "SW",
    "senior_university": "SU",
    "shanty_area": "SH",
    "startup_platform": "SF",
    "tcm_hospital": "TH",
    "tcm_model_unit": "TM",
    "tourist_toilet": "TT",
    "township_hospital": "TW",
    "township_seat": "TS",
    "veteran_station": "VS",
    "veterans_home": "VH",
    "village_clinic": "VC",
    "villager_activity_center": "VA",
    "vocational_school": "VO",
    "wetland_restoration": "WR",
}


class Town:
    """The streets and units of the city, and the facilities set down in it so far.

    Parameters
    ----------
    edges
        The walk edges on the map, with their `place`.
    every
        All communities and villages.
    residents
        Residents of each unit, by zone_id.
    part
        The part of the city whose random numbers are used, for example ``"health"``.
    """

    def __init__(self, edges: gpd.GeoDataFrame, every: list[Unit], residents: dict[str, int], part: str) -> None:
        self.edges = edges
        self.every = every
        self.residents = residents
        self.rng = ground.generator(part)
        self.rows: list[dict[str, object]] = []
        self._counts: Counter[str] = Counter()

    def of(self, zone_id: str, level: str | None = None) -> list[Unit]:
        """Return the inhabited units of a street, township or district."""
        inside = [unit for unit in self.every if unit.zone_id.startswith(zone_id) and self.residents.get(unit.zone_id)]
        return [unit for unit in inside if level in (None, unit.level)]

    def spread(self, units: list[Unit], count: int) -> list[Unit]:
        """Return `count` units, drawn by residents; none twice unless there are too few."""
        weight = np.array([self.residents[unit.zone_id] for unit in units], float)
        drawn: list[Unit] = []
        while len(drawn) < count:
            size = min(count - len(drawn), len(units))
            picked = self.rng.choice(len(units), size=size, replace=False, p=weight / weight.sum())
            drawn += [units[number] for number in picked]
        return drawn

    def middle_spot(self, place: str) -> Point:
        """Return a point a few metres beside the street nearest to the middle of a place."""
        inside = self.edges[self.edges["place"] == place]
        middle = inside.geometry.union_all().centroid
        nearest = inside.geometry.iloc[int(inside.distance(middle).argmin())]
        return self._beside(nearest, nearest.project(middle, normalized=True))

    def spot(self, unit: Unit) -> Point:
        """Return a point a few metres beside a street of the unit (of its main hamlet, in a village)."""
        places = unit.places[:1] if unit.kinds == "v" else unit.places
        inside = self.edges[self.edges["place"].isin(places)]
        streets = inside[~inside["highway"].isin(FOOT_ONLY)]
        choices = streets if len(streets) else inside
        lengths = choices.length.to_numpy()
        line = choices.geometry.iloc[int(self.rng.choice(len(choices), p=lengths / lengths.sum()))]
        return self._beside(line, self.rng.uniform(0.15, 0.85))

    def _beside(self, line: LineString, share: float) -> Point:
        """Return a point some metres to one side of a line, at a share of its length."""
        share = min(share, 0.98)
        on, ahead = (line.interpolate(share + more, normalized=True) for more in (0.0, 0.01))
        along = np.array([ahead.x - on.x, ahead.y - on.y])
        along /= max(np.hypot(*along), 1e-9)
        side = self.rng.choice([-1, 1]) * self.rng.uniform(7, 15)
        return Point(round(on.x - along[1] * side, 2), round(on.y + along[0] * side, 2))

    def add(self, service: str, name: str, where: Unit | Point | None, **attributes: object) -> dict[str, object]:
        """Set a facility down beside a street of a unit, or at a point, and return its row."""
        self._counts[service] += 1
        point = where if where is None or isinstance(where, Point) else self.spot(where)
        row = {"id": f"{IDS[service]}-{self._counts[service]:03d}", "service": service, "name": name, "geometry": point}
        self.rows.append({**row, **attributes})
        return self.rows[-1]

    def flag(self, share: float) -> bool:
        """Return True with the given chance."""
        return bool(self.rng.random() < share)

    def frame(self) -> gpd.GeoDataFrame:
        """Return the facilities set down, one row each."""
        return gpd.GeoDataFrame(self.rows, geometry="geometry", crs=ground.CRS)


def base_name(unit: Unit) -> str:
    """Return a unit's name without its kind: ``清荷`` for ``清荷社区``."""
    return unit.name.removesuffix("社区").removesuffix("村")


def division_name(zone_id: str) -> str:
    """Return the name of a street, township or district."""
    return {**names.DISTRICTS, **names.STREETS, **names.TOWNSHIPS}[zone_id]


def divisions() -> Iterable[str]:
    """Return the ids of all streets and townships."""
    return sorted([*names.STREETS, *names.TOWNSHIPS])
