"""What each layer of a city must hold, checked on entry; all faults of a layer are reported at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.city.inspection import Inspection, as_text
from servicecircle.city.places import PLACES, POLYGONS, drop_no_numbers, inspect_places, say_zone_only
from servicecircle.city.plausible import inspect_plausible
from servicecircle.city.vocabulary import (
    ESTIMATED,
    FLAGS,
    GROUPS,
    NUMBERS,
    OFFERS,
    OWNERSHIPS,
    SETTINGS,
    STATUSES,
    URBAN_RURAL_CODES,
    YES_NO,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

CITY_ROW = "CITY"
"""The zone id of the row of the whole city in a table of results; no zone may be called so."""

OFFERS_APART = re.compile(r"[;；,，、|]")


def inspect_population(frame: object, crs: pyproj.CRS) -> Inspection:
    """Check the population cells: ``pop_total`` and a place for each; other groups, ids and settings if given."""
    seen = Inspection.of("population", frame)
    if not len(seen.frame):
        seen.note("empty", "error", "the layer has no rows. Give at least one cell.", "图层为空，至少需要一个格网。")
    if seen.project(crs):
        seen.shapes(PLACES)
    if seen.require("pop_total"):
        _inspect_groups(seen)
    if not any(finding.severity == "error" for finding in seen.findings):
        inspect_plausible(seen)
    _inspect_setting(seen)
    if "zone_id" in seen.frame:
        seen.frame["zone_id"] = as_text(seen.frame["zone_id"])
    if "cell_id" in seen.frame:
        seen.texts("cell_id")
        seen.unique("cell_id")
    else:
        _name_cells(seen)
    return seen


def _inspect_groups(seen: Inspection) -> None:
    groups = [group for group in seen.frame.columns if group in GROUPS]
    for group in groups:
        seen.numbers(group, may_be_missing=False)
        if (flag := f"{group}{ESTIMATED}") in seen.frame:
            seen.mapped(flag, YES_NO)
            seen.frame[flag] = seen.frame[flag].eq(other=True)
    total = seen.frame["pop_total"].to_numpy()
    for group in set(groups) - {"pop_total"}:
        above = seen.frame[group].to_numpy() > total + 0.5
        if above.any():
            seen.note(
                "above_total",
                "warning",
                f"{group} is more than pop_total. Check the columns.",
                f"{group} 大于 pop_total，请检查。",
                column=group,
                rows=seen.labels(above),
            )
    if len(total) and np.nansum(total) == 0:
        seen.note(
            "no_residents",
            "warning",
            "there are no residents: pop_total is 0 in every cell.",
            "所有格网的 pop_total 均为零。",
            column="pop_total",
        )


def _inspect_setting(seen: Inspection) -> None:
    if "setting" in seen.frame:
        seen.mapped("setting", SETTINGS)


def _name_cells(seen: Inspection) -> None:
    """Name cells by their place, so that the order of rows has no say."""
    if any(finding.severity == "error" for finding in seen.findings):
        return
    centres = seen.frame.geometry.centroid
    order = np.lexsort((centres.x.to_numpy(), centres.y.to_numpy()))
    names = np.empty(len(seen.frame), dtype=object)
    names[order] = [f"cell-{number:06d}" for number in range(1, len(order) + 1)]
    seen.frame["cell_id"] = names
    seen.note(
        "named",
        "repair",
        "cell_id was not given; cells are numbered from south to north, west to east.",
        "未提供 cell_id，已按自南向北、自西向东编号。",
        column="cell_id",
    )


def inspect_zones(frame: object, crs: pyproj.CRS) -> Inspection:
    """Check the zones: an id and a level for each, polygons, parents that exist."""
    seen = Inspection.of("zones", frame)
    if seen.project(crs):
        seen.shapes(POLYGONS)
        seen.make_valid()
    if seen.require("zone_id", "level"):
        for column in ("zone_id", "level"):
            seen.texts(column)
        seen.unique("zone_id")
        reserved = (seen.frame["zone_id"] == CITY_ROW).to_numpy()
        if reserved.any():
            seen.note(
                "reserved",
                "error",
                f"{CITY_ROW} stands for the whole city; give the zone another id.",
                f"{CITY_ROW} 专指全市，请改用其他编号。",
                column="zone_id",
                rows=seen.labels(reserved),
            )
        _inspect_parents(seen)
        seen.frame["name"] = as_text(seen.frame["name"] if "name" in seen.frame else seen.frame["zone_id"]).fillna(
            seen.frame["zone_id"]
        )
    _inspect_setting(seen)
    _inspect_codes(seen)
    _inspect_shares(seen)
    return seen


def _inspect_shares(seen: Inspection) -> None:
    """Check the shares of groups: numbers between 0 and 1."""
    for column in (f"share_{group}" for group in GROUPS):
        if column not in seen.frame:
            continue
        seen.numbers(column, may_be_missing=True)
        above = (seen.frame[column] > 1).to_numpy()
        if above.any():
            seen.note(
                "above_one",
                "error",
                f"{column} is a share between 0 and 1 (0.21 for 21 %).",
                f"{column} 应为 0 到 1 之间的比例（21% 写作 0.21）。",
                column=column,
                rows=seen.labels(above),
            )


def _inspect_parents(seen: Inspection) -> None:
    if "parent" not in seen.frame:
        return
    seen.frame["parent"] = parents = as_text(seen.frame["parent"])
    own = (parents == seen.frame["zone_id"]).to_numpy()
    if own.any():
        en, zh = "a zone cannot be its own parent. Leave parent empty.", "单元不能是自己的上级，请将 parent 留空。"
        seen.note("own_parent", "error", en, zh, column="parent", rows=seen.labels(own))
    unknown = parents.notna().to_numpy() & ~parents.isin(seen.frame["zone_id"]).to_numpy()
    if unknown.any():
        seen.note(
            "unknown_parent",
            "error",
            "parent is no zone_id of this layer. Add that zone, or leave parent empty.",
            "parent 不是本图层中的 zone_id，请补充该单元或留空。",
            column="parent",
            rows=[f"{label}: {value}" for label, value in parents[unknown].items()],
        )


def _inspect_codes(seen: Inspection) -> None:
    if "urban_rural_code" in seen.frame:
        codes = as_text(seen.frame["urban_rural_code"])
        seen.frame["urban_rural_code"] = codes
        given = codes.map(URBAN_RURAL_CODES).where(lambda setting: setting.notna(), None)
        has = seen.frame["setting"] if "setting" in seen.frame else pd.Series(None, index=codes.index, dtype=object)
        seen.frame["setting"] = has.where(has.notna(), given)


def inspect_areas(frame: object, crs: pyproj.CRS) -> Inspection:
    """Check the areas: a kind for each, and polygons (lines may stand for barriers)."""
    seen = Inspection.of("areas", frame)
    if seen.project(crs):
        seen.shapes(POLYGONS | {"LineString", "MultiLineString"})
        seen.make_valid()
    if seen.require("kind"):
        seen.texts("kind")
    return seen


def inspect_facilities(frame: object, crs: pyproj.CRS, *, rest: gpd.GeoDataFrame | None = None) -> Inspection:
    """Check the facilities: a service for each, and a place or else a zone; ids are made where none are given.

    Parameters
    ----------
    frame
        The facilities, or the part of the layer that is new.
    crs
        The CRS they are brought into.
    rest
        The rest of the layer, checked before: no id is made that stands there, and what is said of the whole layer is
        said of it, too.
    """
    seen = Inspection.of("facilities", frame)
    drop_no_numbers(seen)
    if seen.project(crs):
        inspect_places(seen, rest)
    if seen.require("service"):
        seen.texts("service")
    for column in ("zone_id", "name"):
        seen.frame[column] = as_text(seen.frame.get(column, pd.Series(None, index=seen.frame.index, dtype=object)))
    for column in NUMBERS:
        if column in seen.frame:
            seen.numbers(column, may_be_missing=True)
    for column in FLAGS:
        if column in seen.frame:
            seen.mapped(column, YES_NO)
    if "status" in seen.frame:
        seen.mapped("status", STATUSES)
        seen.frame["status"] = seen.frame["status"].fillna("open")
    else:
        seen.frame["status"] = "open"
    _inspect_ownership(seen, rest)
    if "services" in seen.frame:
        offers = [_offers(value) for value in seen.frame["services"]]
        seen.frame["services"] = pd.Series(offers, index=seen.frame.index, dtype=object)
    _inspect_ids(seen, frozenset() if rest is None else frozenset(rest["id"]))
    return seen


def inspect_standing(seen: Inspection) -> None:
    """Note what is said of facilities that were checked before, as long as they are there."""
    say_zone_only(seen, seen.labels(seen.frame.geometry.isna().to_numpy()))
    _inspect_ownership(seen, None)


def _inspect_ownership(seen: Inspection, rest: gpd.GeoDataFrame | None) -> None:
    """Replace the words for ownership by the library's terms; other words stay, and are said to count as neither."""
    given = [] if rest is None or "ownership" not in rest else [rest["ownership"]]
    if "ownership" in seen.frame:
        owners = as_text(seen.frame["ownership"])
        seen.frame["ownership"] = owners.where(~owners.isin(list(OWNERSHIPS)), owners.map(OWNERSHIPS))
        given.append(owners)
    if not given:
        return
    owners = pd.concat(given).sort_index(kind="stable") if rest is not None else given[0]
    unknown = (owners.notna() & ~owners.isin(list(OWNERSHIPS))).to_numpy()
    if unknown.any():
        seen.note(
            "unknown_value",
            "warning",
            f"ownership other than {', '.join(OWNERSHIPS)} is neither public nor private for a plan.",
            f"除 {'、'.join(OWNERSHIPS)} 以外的取值，规划中既不算公办也不算民办。",
            column="ownership",
            rows=[f"{label}: {owner}" for label, owner in owners[unknown].items()],
        )


def _offers(value: object) -> tuple[str, ...]:
    """Return what a facility offers as a sorted tuple of terms; a missing value offers nothing that is known."""
    if isinstance(value, str):
        parts = OFFERS_APART.split(value)
    elif isinstance(value, list | tuple | set | frozenset | np.ndarray):
        parts = [str(part) for part in value]
    else:
        parts = []
    return tuple(sorted({OFFERS.get(part.strip(), part.strip()) for part in parts if part.strip()}))


def _inspect_ids(seen: Inspection, taken: frozenset[str]) -> None:
    if "service" not in seen.frame or any(finding.severity == "error" for finding in seen.findings):
        return
    ids = as_text(seen.frame["id"]) if "id" in seen.frame else pd.Series(None, index=seen.frame.index, dtype=object)
    seen.frame["id"] = ids
    seen.unique("id")
    nameless = ids.isna().to_numpy()
    if not nameless.any():
        return
    seen.frame.loc[nameless, "id"] = _made_ids(seen.frame[nameless], taken.union(ids.dropna()))
    seen.note(
        "named",
        "repair",
        "id was not given; facilities are numbered by service and place.",
        "未提供 id，已按类别和位置编号。",
        column="id",
        rows=seen.labels(nameless) if taken or not nameless.all() else (),
    )


def _made_ids(frame: pd.DataFrame, taken: frozenset[str]) -> list[str]:
    """Return an id for each row, the same whatever the order of rows: by service, place and name."""
    keys = list(
        zip(
            frame["service"],
            frame["geometry"].x.fillna(np.inf),
            frame["geometry"].y.fillna(np.inf),
            frame["zone_id"].fillna(""),
            frame["name"].fillna(""),
            strict=True,
        )
    )
    ids = [""] * len(keys)
    numbers: dict[str, int] = {}
    for row in sorted(range(len(keys)), key=keys.__getitem__):
        service = str(keys[row][0])
        while not ids[row] or ids[row] in taken:
            numbers[service] = numbers.get(service, 0) + 1
            ids[row] = f"{service}-{numbers[service]:04d}"
    return ids
