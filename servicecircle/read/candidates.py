"""What is compared when a table is matched with points, and which points a row may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.city import as_text, smallest_zone
from servicecircle.city.zoning import zones_of
from servicecircle.errors import InputError
from servicecircle.findings import Finding
from servicecircle.projection import metric_crs
from servicecircle.read.names import normalised_name, similarity
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

LAYER = "facilities"
DOUBTFUL = (
    *("row", "name", "zone_id", "rank", "candidate", "candidate_name", "candidate_zone"),
    *("similarity", "same_zone", "zone_distance_m"),
)
"""The columns of a table of candidates."""

MOST = 5
"""Candidates shown for a row."""

PRESELECTED = 50
"""Points of a row's zone, and as many of elsewhere, whose names are compared letter by letter."""

ALIKE_HERE, ALIKE_ELSEWHERE = 0.6, 0.75
"""How alike names have to be (0 to 1) within the zone, or where it is not known, and in other zones."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """A table and points, by position, ready to be compared."""

    table: pd.DataFrame
    points: gpd.GeoDataFrame
    row_names: list[str]
    point_names: list[str]
    row_zones: list[str | None]
    point_zones: list[frozenset[str] | None]
    zone_told: list[str | None]  # of each point, for people
    zone_shapes: Mapping[str, Any]
    findings: tuple[Finding, ...]
    row_services: list[str | None]
    point_services: list[str | None]
    point_ids: list[str]

    @classmethod
    def of(cls, table: object, points: object, zones: gpd.GeoDataFrame | None) -> Sides:
        """Check both sides and return what is compared."""
        rows = _checked_table(table)
        places, findings = _checked_points(points)
        names, row_zones = (_names(rows), _names(places)), _texts(rows, "zone_id")
        services = (_texts(rows, "service"), _texts(places, "service"))
        ids = [str(one) for one in places["point_id"]]
        if zones is None:
            own = _texts(places, "zone_id")
            point_zones = [None if one is None else frozenset((one,)) for one in own]
            return cls(rows, places, *names, row_zones, point_zones, own, {}, findings, *services, ids)
        metric_crs(zones.crs)
        _check_zones(rows, row_zones, zones)
        spots = places.geometry.representative_point().to_crs(zones.crs)
        membership, _ = zones_of(spots, zones)
        inside = [frozenset(one for one in line if isinstance(one, str)) for line in membership.to_numpy()]
        called = dict(zip(as_text(zones["zone_id"]), as_text(zones.get("name", zones["zone_id"])), strict=True))
        told = [called.get(one) or one for one in smallest_zone(membership)]
        shapes = dict(zip(as_text(zones["zone_id"]), zones.geometry.to_crs(places.crs), strict=True))
        return cls(rows, places, *names, row_zones, list(inside), told, shapes, findings, *services, ids)

    def fits(self, row: int, point: int) -> bool:
        """Return whether a row and a point may be one: not of different services."""
        one, other = self.row_services[row], self.point_services[point]
        return one is None or other is None or one == other

    def same_zone(self, row: int, point: int) -> bool | None:
        """Return whether a point lies in the zone of a row; None where that is not known."""
        zone, around = self.row_zones[row], self.point_zones[point]
        return None if zone is None or around is None else zone in around

    def metres_from_zone(self, row: int, point: int) -> float:
        """Return how far (metres) a point is from the zone of a row, NaN where that is not known."""
        zone = self.row_zones[row]
        shape = self.zone_shapes.get(zone) if zone is not None else None
        if shape is None or not self.points.crs.is_projected:
            return float("nan")
        return round(float(shapely.distance(shape, self.points.geometry.iloc[point])), 1)


def _names(frame: pd.DataFrame) -> list[str]:
    return [normalised_name(name) for name in frame["name"]]


def _texts(frame: pd.DataFrame, column: str) -> list[str | None]:
    return as_text(frame[column]).tolist() if column in frame else [None] * len(frame)


def _checked_table(table: object) -> pd.DataFrame:
    """Return a copy of the table without its empty geometry."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"table must be a DataFrame, not {type(table).__name__}. | table 应为 DataFrame。")
    rows = pd.DataFrame(table.copy())
    if isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name is not None:
        placed = ~(table.geometry.isna() | table.geometry.is_empty)
        if placed.any():
            raise InputError(
                f"Rows of the table have places of their own ({listed(table.index[placed], most=5)}); match only those "
                "without. | 表中部分行已有坐标，只匹配没有坐标的行。"
            )
        rows = rows.drop(columns=table.active_geometry_name)
    _require_name(rows, "table")
    if not rows.index.map(str).is_unique:
        raise InputError("Labels of the table's rows stand there twice: .reset_index(drop=True). | 表的行标签重复。")
    return rows


def _checked_points(points: object) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return the points that have a place, each with a ``point_id``, and what was found about the others."""
    if not isinstance(points, gpd.GeoDataFrame) or points.crs is None:
        raise InputError("points must be a GeoDataFrame with a CRS. | points 应为带坐标系的 GeoDataFrame。")
    _require_name(points, "points")
    bounds = points.geometry.bounds.to_numpy()
    placed = np.isfinite(bounds).all(axis=1)
    ids = as_text(points["id"]) if "id" in points else pd.Series(None, index=points.index, dtype=object)
    ids = pd.Series([own or str(label) for label, own in ids.items()], index=points.index, dtype=object)
    places = points.assign(point_id=ids)[placed]
    twice = places["point_id"].duplicated(keep=False)
    if twice.any():
        raise InputError(
            f"Ids of the points stand there more than once ({listed(sorted(set(places['point_id'][twice])), most=5)}). "
            "Make them unique. | 点的 id 有重复，请改为唯一。"
        )
    if placed.all():
        return places, ()
    en, zh = "points without a place were left out of the matching.", "没有坐标的点未参与匹配。"
    return places, (Finding.about(LAYER, "point_without_place", "warning", en=en, zh=zh, rows=points.index[~placed]),)


def _require_name(frame: pd.DataFrame, what: str) -> None:
    if "name" not in frame:
        known = [str(one) for one in frame.columns if one != "geometry"]
        raise InputError(f"The {what} has no column 'name'. {did_you_mean('name', known)} | {what} 缺少 name 列。")


def _check_zones(rows: pd.DataFrame, zones_said: Sequence[str | None], zones: gpd.GeoDataFrame) -> None:
    known = set(as_text(zones["zone_id"]))
    strange = [
        f"{label}: {zone}"
        for label, zone in zip(rows.index, zones_said, strict=True)
        if zone is not None and zone not in known
    ]
    if strange:
        raise InputError(
            f"zone_id of {len(strange):,} rows of the table is no zone ({listed(strange, most=5)}). with_zone_ids "
            "finds zones by code or name. | 表中 zone_id 不是已有单元，可用 with_zone_ids 按代码或名称对应。"
        )


def candidates(sides: Sides, rows: Iterable[int], used: set[int], hints: Mapping[int, Sequence[int]]) -> pd.DataFrame:
    """Return the points that each row may be, the likeliest first, in the form of ``FacilityMatch.doubtful``."""
    index = _Index.of(sides)
    free = np.ones(len(sides.points), dtype=bool)
    free[list(used)] = False
    lines = []
    for row in rows:
        name, asked = sides.row_names[row], set(hints.get(row, ())) - used
        scored = []
        for point in asked.union(index.near(sides, row, free)):
            alike, same = similarity(name, sides.point_names[point]), sides.same_zone(row, point)
            enough = alike >= (ALIKE_ELSEWHERE if same is False else ALIKE_HERE) or point in asked
            if enough and sides.fits(row, point):
                scored.append((same is False, -alike, sides.point_ids[point], point))
        for rank, (_, unlike, point_id, point) in enumerate(sorted(scored)[:MOST], start=1):
            who = (str(sides.table.index[row]), sides.table["name"].iloc[row], sides.row_zones[row])
            whom = (rank, point_id, sides.points["name"].iloc[point], sides.zone_told[point])
            same, metres = sides.same_zone(row, point), sides.metres_from_zone(row, point)
            lines.append((*who, *whom, round(-unlike, 3), same, metres))
    return pd.DataFrame(lines, columns=list(DOUBTFUL))


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """Which points have two letters beside each other in their name: names without a common pair are not alike."""

    points_of: Mapping[str, NDArray[np.int64]]
    sizes: NDArray[np.int64]  # pairs in the name of each point
    rank: NDArray[np.int64]  # of each point by its id

    @classmethod
    def of(cls, sides: Sides) -> _Index:
        found: dict[str, list[int]] = {}
        for point, name in enumerate(sides.point_names):
            for pair in _pairs(name):
                found.setdefault(pair, []).append(point)
        rank = np.empty(len(sides.point_ids), dtype=np.int64)
        rank[sorted(range(len(rank)), key=sides.point_ids.__getitem__)] = np.arange(len(rank))
        sizes = np.array([len(_pairs(name)) for name in sides.point_names], dtype=np.int64)
        return cls({pair: np.array(points) for pair, points in found.items()}, sizes, rank)

    def near(self, sides: Sides, row: int, free: NDArray[np.bool_]) -> Iterator[int]:
        """Yield the points with most pairs in common with a row: some of its zone, some of elsewhere."""
        pairs = _pairs(sides.row_names[row])
        common = np.zeros(len(free), dtype=np.int64)
        for pair in pairs & self.points_of.keys():
            common[self.points_of[pair]] += 1
        points = np.flatnonzero((common > 0) & free)
        share = common[points] / (len(pairs) + self.sizes[points])
        left = {True: PRESELECTED, False: PRESELECTED}
        for point in points[np.lexsort((self.rank[points], -share))].tolist():
            here = sides.same_zone(row, point) is not False
            if left[here] and sides.fits(row, point):
                left[here] -= 1
                yield point
            if not any(left.values()):
                return


def _pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(max(len(name) - 1, 1))} if name else set()
