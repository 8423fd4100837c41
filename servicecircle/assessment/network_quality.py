"""How good the walk network is: what is doubtful in it, how complete it is, and how many residents that touches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.assessment.ground import make_ground
from servicecircle.assessment.rows import CITY, evidence
from servicecircle.assessment.zone_cells import known_levels, zone_cells
from servicecircle.city import City
from servicecircle.errors import InputError
from servicecircle.markup import lines_html
from servicecircle.network import network_faults, snap

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Outcome
    from servicecircle.network import WalkNetwork
    from servicecircle.plan import Standard

FAR_M = 200.0
"""A longer access leg (metres) says that streets are missing where people live."""

POOR_SHARE = 0.1
"""If more than this share of a zone's residents have such a leg, figures of walks there carry a caution."""

NAMES = {
    "island": ("part not joined to the main network", "未与主网连通的部分"),
    "gap": ("dead end within 0.5 m of another edge", "断头端点距另一条边不足 0.5 米"),
    "dangle": ("dead end within 5 m of another edge", "断头端点距另一条边不足 5 米"),
    "zero_length": ("edge of length 0", "长度为 0 的边"),
    "absurd_length": ("edge over 10 times the straight line, or over 20 km", "超过直线 10 倍或 20 公里的边"),
    "parallel": ("street drawn twice", "重复绘制的道路"),
    "crossing": ("edges that cross or touch without a node", "相交或相接而无节点的边"),
}
"""What each kind of fault is, English and Chinese."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NetworkQuality:
    """How good a city's walk network is. Made by `network_quality`.

    A resident touches a fault if the edge nearest to the home, however small its component, is one that the fault
    names (island: any of its edges).

    Parameters
    ----------
    summary
        One row for each kind of fault: kind, count, residents (each of them once), name_en, name_zh.
    faults
        One row for each fault: kind, edge, other (numbers of edges, -1 for none), component, metres, residents,
        geometry; see `servicecircle.network.network_faults`.
    components
        component, edges, length_m (metres), entered (whether the city's access rule lets people in), residents (whose
        nearest edge it holds) and facilities.
    completeness
        One row for each zone and the whole city: zone_id, zone_name, level, residents, far_residents (more than 200 m
        from any street that counts, unplaced ones among them) and far_share, unplaced_residents (farther than the
        access rule allows), island_residents (whose nearest street is not joined to the main network), road_km,
        area_km2, km_per_km2, poor (whether far_share is above a tenth).
    """

    summary: pd.DataFrame
    faults: gpd.GeoDataFrame
    components: pd.DataFrame
    completeness: pd.DataFrame

    def __repr__(self) -> str:
        poor = self.completeness.loc[self.completeness["poor"], "zone_name"]
        lines = [f"{r.count:,} {r.name_en}: {r.residents:,.0f} residents" for r in _named(self.summary)]
        far = f"over {FAR_M:g} m from a street: more than {POOR_SHARE:.0%} of residents in {len(poor):,} zones"
        return "\n".join([*lines, far.replace("%", " %")])

    def _repr_html_(self) -> str:
        return lines_html(repr(self).split("\n"))


@dataclass(frozen=True, slots=True)
class _Kind:
    count: int
    residents: float
    name_en: str


def _named(summary: pd.DataFrame) -> list[_Kind]:
    columns = zip(summary["count"], summary["residents"], summary["name_en"], strict=True)
    return [_Kind(int(count), float(residents), str(name)) for count, residents, name in columns]


def network_quality(city: City) -> NetworkQuality:
    """Return what is doubtful in a city's walk network, how complete it is, and the residents that touches.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    NetworkQuality

    Raises
    ------
    InputError
        If ``city`` is none.

    Examples
    --------
    >>> import servicecircle as sc
    >>> from servicecircle.assessment import network_quality
    >>> quality = network_quality(sc.sample_city())
    >>> quality.completeness.loc[0, ["zone_id", "level"]].tolist()
    ['CITY', '全市']
    """
    given: object = city
    if not isinstance(given, City):
        raise InputError(f"network_quality takes a City, not {type(city).__name__}. | network_quality 需要 City。")
    ground = make_ground(city)
    homes = snap(city.walk, city.population.geometry.centroid, rule=replace(city.access, islands="keep"))
    residents = ground.group("pop_total")
    on_edge = np.bincount(homes.edge[homes.placed], weights=residents[homes.placed], minlength=len(city.walk)).astype(
        float
    )
    faults = network_faults(city.walk)
    on_island = homes.placed & (np.append(city.walk.edge_component, 0)[homes.edge] > 0)
    return NetworkQuality(
        _summary(city.walk, faults, on_edge),
        faults.assign(residents=_touched(city.walk, faults, on_edge)),
        _components(ground, on_edge),
        _completeness(ground, on_island),
    )


def _touched(walk: WalkNetwork, faults: gpd.GeoDataFrame, on_edge: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the residents that each fault touches."""
    on_island = np.bincount(walk.edge_component, weights=on_edge, minlength=len(walk.component_length_m))
    edge, other = faults["edge"].to_numpy(), faults["other"].to_numpy()
    both = on_edge[edge] + np.append(on_edge, 0.0)[other]
    island = (faults["kind"] == "island").to_numpy(dtype=bool)
    return np.asarray(np.where(island, on_island[faults["component"].to_numpy()], both), dtype=np.float64)


def _summary(walk: WalkNetwork, faults: gpd.GeoDataFrame, on_edge: NDArray[np.float64]) -> pd.DataFrame:
    """Return the number of each kind of fault and the residents touched by any of them."""
    rows = []
    for kind, (en, zh) in NAMES.items():
        mine = faults[faults["kind"] == kind]
        edges = np.unique(mine[["edge", "other"]].to_numpy())
        if kind == "island":
            edges = np.flatnonzero(walk.edge_component > 0)
        residents = float(on_edge[edges[edges >= 0]].sum())
        rows.append({"kind": kind, "count": len(mine), "residents": residents, "name_en": en, "name_zh": zh})
    return pd.DataFrame(rows)


def _components(ground: Ground, on_edge: NDArray[np.float64]) -> pd.DataFrame:
    walk = ground.city.walk
    table, count = walk.components, len(walk.component_length_m)
    placed = ground.facility_positions.edge[ground.facility_positions.placed]
    return table.assign(
        entered=ground.city.access.eligible(walk.component_length_m),
        residents=np.bincount(walk.edge_component, weights=on_edge, minlength=count),
        facilities=np.bincount(walk.edge_component[placed], minlength=count),
    )


def _completeness(ground: Ground, on_island: NDArray[np.bool_]) -> pd.DataFrame:
    """Return how complete the network is in the whole city and in each zone of each level."""
    residents = ground.group("pop_total")
    far, unplaced = ground.cell_positions.access_m > FAR_M, ~ground.cell_positions.placed
    tree = shapely.STRtree(ground.city.walk.edge_geometry)
    rows = []
    for level in known_levels(ground):
        for zone in zone_cells(ground, level):
            mine, own = zone.cells, residents[zone.cells]
            road_km = _road_m(ground.city.walk, tree, zone.geometry) / 1000
            area_km2 = shapely.area(zone.geometry) / 1e6
            row: dict[str, Any] = {"zone_id": zone.zone_id, "zone_name": zone.name, "level": level}
            row |= {"residents": own.sum(), "far_residents": own[far[mine]].sum()}
            row["far_share"] = row["far_residents"] / row["residents"] if row["residents"] > 0 else np.nan
            row |= {"unplaced_residents": own[unplaced[mine]].sum(), "island_residents": own[on_island[mine]].sum()}
            row |= {"road_km": road_km, "area_km2": area_km2}
            row["km_per_km2"] = road_km / area_km2 if area_km2 > 0 else np.nan
            rows.append(row | {"poor": bool(row["far_share"] > POOR_SHARE)})
    return pd.DataFrame(rows)


def _road_m(walk: WalkNetwork, tree: shapely.STRtree, ground: BaseGeometry) -> float:
    """Return the length (metres) of the network on some ground: of an edge across its border, the part inside."""
    near = tree.query(ground, predicate="intersects")
    whole = np.isin(near, tree.query(ground, predicate="contains"), assume_unique=True)
    border = near[~whole]
    drawn = shapely.length(walk.edge_geometry[border])
    inside = shapely.length(shapely.intersection(walk.edge_geometry[border], ground))
    part = np.divide(inside, drawn, out=np.zeros_like(drawn), where=drawn > 0)
    return float(walk.edge_length_m[near[whole]].sum() + (walk.edge_length_m[border] * part).sum())


def poor_zones(ground: Ground) -> dict[str, tuple[float, float]]:
    """Return the zones, and the whole city, where too many residents live far from any street: how many, what share."""
    residents = ground.group("pop_total")
    far = np.where(ground.cell_positions.access_m > FAR_M, residents, 0.0)
    sums = {CITY: (float(far.sum()), float(residents.sum()))}
    for level in ground.cell_zones.columns:
        held = ground.cell_zones[level].cat
        inside, number = held.codes.to_numpy() >= 0, len(held.categories)
        parts = [np.bincount(held.codes[inside], weights=one[inside], minlength=number) for one in (far, residents)]
        sums |= {str(zone): (float(f), float(r)) for zone, f, r in zip(held.categories, *parts, strict=True)}
    return {zone: (f, f / r) for zone, (f, r) in sums.items() if r > 0 and f / r > POOR_SHARE}


def network_cautions(
    poor: dict[str, tuple[float, float]], standard: Standard, outcome: Outcome
) -> list[dict[str, Any]]:
    """Return a caution for each zone with a figure of walks where streets are missing; no value changes."""
    if not outcome.walks:
        return []
    found = []
    for zone_id in dict.fromkeys(row["zone_id"] for row in outcome.rows):
        if zone_id not in poor:
            continue
        people, share = poor[zone_id]
        en = f"{people:,.0f} residents ({100 * share:.1f} %) live more than {FAR_M:g} m from any street of the walk "
        en += "network: streets are probably missing there, and this figure is worth as much as the network."
        zh = (
            f"{people:,.0f} 名居民（{100 * share:.1f}%）距步行网络超过 {FAR_M:g} 米：道路数据可能缺失，请谨慎使用该值。"
        )
        found.append(evidence(standard, "network_caution", zone_id=zone_id, zh=zh, en=en, residents=people))
    return found
