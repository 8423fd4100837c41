"""Residents known by zone: shares of groups for an assessment, and totals spread over cells or buildings."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.city import ESTIMATED, GROUPS, as_text, shared
from servicecircle.errors import CRSError, InputError, LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.read.report import Read

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAYER = "zones"
POPULATION = "population"
TABLE = "residents by zone"


def with_group_shares(zones: gpd.GeoDataFrame, table: pd.DataFrame, *, key: str = "zone_id") -> Read:
    """Return zones with the shares of groups of residents that a table of zones tells, such as a census table.

    The share of a group, ``share_pop_60p`` for example, is its number divided by ``pop_total`` of the same row. An
    assessment estimates the group in each cell from it, and says so beside every figure (``estimated``).

    Parameters
    ----------
    zones
        Zones with the key column.
    table
        One row per zone: the key, ``pop_total`` and groups such as ``pop_60p``.
    key
        The column that names a zone in both: ``"zone_id"`` or ``"name"``.

    Returns
    -------
    Read
        The zones with the shares; the report says which zones the table does not hold, and which of its rows name none.

    Raises
    ------
    InputError
        If the key, ``pop_total`` or every group is missing.
    LayerError
        If rows name a zone twice, have no number of residents, or hold a group larger than the total.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> zones = gpd.GeoDataFrame({"zone_id": ["a"]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4549")
    >>> table = pd.DataFrame({"zone_id": ["a"], "pop_total": [400], "pop_60p": [100]})
    >>> float(with_group_shares(zones, table).frame["share_pop_60p"][0])
    0.25
    """
    groups = [group for group in GROUPS if group in table and group != "pop_total"]
    absent = [name for name in (key, "pop_total") if name not in table] + [key] * (key not in zones)
    if absent or not groups:
        wanted = ", ".join(absent) or " or ".join(GROUPS[1:])
        raise InputError(
            f"the table of zones needs the columns {key!r} (also in the zones), 'pop_total' and a group; missing: "
            f"{wanted}. Columns: {', '.join(map(str, table.columns))}. | 单元人口表缺少列：{wanted}。"
        )
    keys = as_text(table[key])
    numbers = {
        group: pd.to_numeric(table[group], errors="coerce").to_numpy(dtype=float) for group in ("pop_total", *groups)
    }
    _check_table(table, keys, as_text(zones[key]), numbers)
    total = numbers["pop_total"]
    shares = {f"share_{group}": dict(zip(keys, _divided(numbers[group], total), strict=True)) for group in groups}
    names = as_text(zones[key])
    found = []
    strange = keys[~keys.isin(set(names))]
    if len(strange):
        en, zh = "rows name no zone and were left out. Check the spelling.", "这些行不是现有单元，未采用；请核对名称。"
        found.append(Finding.about(TABLE, "unknown_zone", "warning", en=en, zh=zh, column=key, rows=strange))
    result = zones.assign(**{column: names.map(values).astype(float) for column, values in shares.items()})
    lacking = ~names.isin(set(keys)).to_numpy()
    if lacking.any():
        en = "the table of residents has no row for these zones: groups are not estimated from them."
        zh = "人口表中没有这些单元，不能由其估算分组人口。"
        found.append(Finding.about(LAYER, "no_shares", "info", en=en, zh=zh, column=key, rows=names[lacking]))
    en = f"{', '.join(groups)}: shares taken from a table of {len(table):,} zones; what is made of them is estimated."
    zh = f"{'、'.join(groups)} 的比例取自 {len(table):,} 个单元的人口表，由其推算的数字均为估算。"
    return Read(result, DataReport((Finding(LAYER, "shares", "info", en, zh), *found)))


def spread(zones: gpd.GeoDataFrame, over: gpd.GeoDataFrame, *, weight: str | None = None) -> Read:
    """Return the residents of zones spread over cells or buildings, the total of every zone kept (dasymetric mapping).

    Each zone's residents, of every group, go to the places whose centre lies in it, in proportion to their weight. What
    rounding leaves over goes to the place with the largest weight, so that the numbers of a zone add up to its total
    exactly. A zone with residents but without a place gets one of its own, a point inside it.

    Parameters
    ----------
    zones
        Polygons that do not overlap, in a projected CRS, with ``pop_total`` and, if known, other groups.
    over
        Places where people live: building footprints, grid cells or points, in the CRS of the zones.
    weight
        A column of numbers in proportion to which residents are spread, such as floor area (m²) or the residents of a
        coarser grid. Without it, footprints count by their ground area (m²), and points all alike.

    Returns
    -------
    Read
        A population layer: one row per place with residents, with the zones' groups, ``<group>_estimated`` (true: an
        assessment says so beside every figure), the geometry of the place, and ``zone_id`` and ``setting`` where the
        zones have them. The report says how many residents were spread, which zones had no place, and how many places
        lie in no zone.

    Raises
    ------
    CRSError
        If the layers are in different CRS, or in degrees.
    InputError
        If ``pop_total`` or the weight is no column.
    LayerError
        If residents or weights are missing or negative, or zones overlap where there are places.

    References
    ----------
    Mennis (2003), Generating surface models of population using dasymetric mapping,
    https://doi.org/10.1111/0033-0124.10042

    Examples
    --------
    >>> zone = gpd.GeoDataFrame({"pop_total": [90]}, geometry=[shapely.box(0, 0, 100, 100)], crs="EPSG:4549")
    >>> homes = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10), shapely.box(50, 50, 60, 70)], crs="EPSG:4549")
    >>> spread(zone, homes).frame["pop_total"].tolist()
    [30.0, 60.0]
    """
    _check_layers(zones, over)
    if "pop_total" not in zones:
        raise InputError.unknown("column", "pop_total", list(map(str, zones.columns)))
    groups = [group for group in GROUPS if group in zones]
    residents = {group: _amounts(zones, group, LAYER) for group in groups}
    weights = _weights(over, weight)
    owner = _owners(zones, over)
    nowhere = int((owner < 0).sum())
    owner[weights <= 0] = -1
    lone = np.flatnonzero((np.bincount(owner[owner >= 0], minlength=len(zones)) == 0) & (residents["pop_total"] > 0))
    places = np.concatenate([over.geometry.to_numpy(), zones.geometry.iloc[lone].representative_point().to_numpy()])
    owner, weights = np.concatenate([owner, lone]), np.concatenate([weights, np.ones(len(lone))])
    order = _by_place(places)
    columns: dict[str, Any] = {
        group: shared(of, owner[order], weights[order])[np.argsort(order)] for group, of in residents.items()
    }
    columns |= {f"{group}{ESTIMATED}": True for group in groups}
    columns |= {name: zones[name].to_numpy(dtype=object)[owner] for name in ("zone_id", "setting") if name in zones}
    frame = gpd.GeoDataFrame(columns, geometry=places, crs=zones.crs)
    frame = frame[frame["pop_total"] > 0].reset_index(drop=True)
    return Read(frame, DataReport(_said(zones, frame, lone, nowhere)))


def _divided(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _check_layers(zones: gpd.GeoDataFrame, over: gpd.GeoDataFrame) -> None:
    if zones.crs is None or zones.crs != over.crs or not zones.crs.is_projected:
        raise CRSError(
            f"residents are spread in one projected CRS; the zones are in {_named(zones)}, the places in "
            f"{_named(over)}. Bring both into the CRS of the city first: .to_crs('EPSG:4549'). | "
            "单元与建筑（或格网）须在同一投影坐标系中，请先用 .to_crs 转换。"
        )


def _named(frame: gpd.GeoDataFrame) -> str:
    return "no CRS" if frame.crs is None else str(frame.crs.to_string())


def _amounts(frame: gpd.GeoDataFrame, column: str, layer: str) -> NDArray[np.float64]:
    """Return a column as numbers; LayerError names the rows where it is missing, infinite or below zero."""
    values = np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=np.float64)
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        raise LayerError(
            DataReport(
                (
                    Finding.about(
                        layer,
                        "no_number",
                        "error",
                        en=f"{column} is missing, below zero or no number. Fill it in, or remove the rows.",
                        zh=f"{column} 缺失、为负或不是数字，请补充或删除这些行。",
                        column=column,
                        rows=frame.index[bad],
                    ),
                )
            )
        )
    return values


def _weights(over: gpd.GeoDataFrame, weight: str | None) -> NDArray[np.float64]:
    if weight is None:
        areas = np.asarray(over.geometry.area, dtype=np.float64)
        return areas if (areas > 0).any() else np.ones(len(over))
    if weight not in over:
        raise InputError.unknown("weight", weight, list(map(str, over.columns)))
    return _amounts(over, weight, "places to spread residents over")


def _owners(zones: gpd.GeoDataFrame, over: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return the zone that holds the centre of each place, by number, -1 for none; on a border the lowest.

    Raises
    ------
    LayerError
        If a place lies inside several zones.
    """
    order = np.argsort(as_text(zones["zone_id"]).to_numpy()) if "zone_id" in zones else _by_place(zones.geometry)
    polygons, centres = zones.geometry.to_numpy()[order], over.geometry.centroid.to_numpy()
    tree = shapely.STRtree(polygons)
    inside = tree.query(centres, predicate="within")[0]
    several = np.bincount(inside, minlength=len(over)) > 1
    if several.any():
        en = "the centre lies inside several zones, whose residents would be counted twice. Give zones of one level."
        zh = "中心点落在多个单元内，人口会重复计算；请只给出同一层级的单元。"
        rows = over.index[several]
        raise LayerError(DataReport((Finding.about(LAYER, "overlap", "error", en=en, zh=zh, rows=rows),)))
    place, zone = tree.query(centres, predicate="intersects")
    owner = np.full(len(over), len(zones), dtype=np.int64)
    np.minimum.at(owner, place, zone)
    return np.append(order, -1)[owner]


def _by_place(shapes: Any) -> NDArray[np.int64]:
    """Return the order of shapes by their centre, so that the order of rows has no say."""
    centres = shapely.get_coordinates(shapely.centroid(np.asarray(shapes, dtype=object)))
    return np.lexsort((centres[:, 0], centres[:, 1]))


def _said(
    zones: gpd.GeoDataFrame, frame: gpd.GeoDataFrame, lone: NDArray[np.int64], nowhere: int
) -> tuple[Finding, ...]:
    """Return how many residents were spread, and what had no place or no zone."""
    total = math.fsum(frame["pop_total"])
    en = f"{total:,.0f} residents of {len(zones):,} zones spread over {len(frame):,} places; no zone's total changed."
    zh = f"{len(zones):,} 个单元的 {total:,.0f} 人已分摊到 {len(frame):,} 个居住点，各单元总数不变。"
    found = [Finding(POPULATION, "spread", "info", en, zh, "pop_total", residents=total)]
    if len(lone):
        people = math.fsum(pd.to_numeric(zones["pop_total"]).iloc[lone])
        en = "zones with residents but without a place to live: their residents stand at a point inside the zone."
        zh = "单元有人口但没有居住点，人口暂置于单元内一点。"
        names = zones["zone_id"] if "zone_id" in zones else zones.index.to_series()
        rows = names.iloc[lone]
        one = Finding.about(POPULATION, "no_place", "warning", en=en, zh=zh, rows=rows)
        found.append(replace(one, residents=people))
    if nowhere:
        en = f"{nowhere:,} places lie in no zone and got no residents."
        zh = f"{nowhere:,} 个居住点不在任何单元内，未分配人口。"
        found.append(Finding(POPULATION, "outside_zones", "warning", en, zh))
    return tuple(found)


def _check_table(
    table: pd.DataFrame, keys: pd.Series[Any], zones: pd.Series[Any], numbers: dict[str, NDArray[np.float64]]
) -> None:
    """Raise LayerError with all that is wrong with a table of residents by zone."""
    total = numbers["pop_total"]
    several = zones[zones.duplicated(keep=False)]
    checks = [
        ("duplicate", keys.duplicated(keep=False), "stands there more than once", "重复出现"),
        ("ambiguous", keys.isin(set(several)), "is the name of several zones; use zone_id", "对应多个单元，请用编号"),
        ("no_number", pd.Series(~(total >= 0)), "has no number of residents in pop_total", "的 pop_total 不是人数"),
        *(
            ("no_share", pd.Series(~((of >= 0) & (of <= total))), f"has a {group} that is no part of pop_total", "有误")
            for group, of in numbers.items()
            if group != "pop_total"
        ),
    ]
    faults = [
        Finding.about(
            TABLE,
            code,
            "error",
            en=f"the row {en}. Correct the table.",
            zh=f"该行{zh}，请更正人口表。",
            rows=[f"{label}: {name}" for label, name in zip(table.index[bad], keys[bad], strict=True)],
        )
        for code, where, en, zh in checks
        if (bad := where.to_numpy(dtype=bool)).any()
    ]
    if faults:
        raise LayerError(DataReport(tuple(faults)))
