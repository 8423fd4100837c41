"""Cities with other facilities: only what is new is checked, and all else is what it was.

Every check of facilities by themselves is one of single rows, and rows that were checked pass again; those across rows
and layers are few and quick, or look at what changed. What comes out is what checking everything anew would give.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.city.across import double_facilities, doubtful_names, unknown_zones
from servicecircle.city.entrances import LAYER as ENTRANCES
from servicecircle.city.entrances import about_entrances
from servicecircle.city.inspection import Inspection
from servicecircle.city.layers import inspect_facilities, inspect_standing
from servicecircle.city.misplaced import far_facilities, shifted_facilities
from servicecircle.city.places import outlying
from servicecircle.city.vocabulary import FLAGS, NUMBERS
from servicecircle.findings import DataReport, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    import geopandas as gpd

    from servicecircle.city.contents import Contents

    City = TypeVar("City", bound=Contents)

LEAST_M = 180.0
"""Places so near the origin of a CRS (metres) may be degrees, which only the whole layer tells."""


def with_facilities(
    city: City,
    kept: gpd.GeoDataFrame,
    fresh: gpd.GeoDataFrame,
    *,
    services: Iterable[str],
    found: Iterable[Finding] = (),
) -> City:
    """Return a city with other facilities: some that it has, and some that are new or have other values.

    Parameters
    ----------
    city
        The city.
    kept
        Facilities of the city, unchanged, on an index of numbers.
    fresh
        Facilities to be checked, in the CRS of the city; their index gives their places among those kept.
    services
        The services that are known, beside those of the facilities.
    found
        What was found about the new ones before.

    Raises
    ------
    LayerError
        If the new facilities have faults.
    """
    report = DataReport(tuple(dict.fromkeys((*_still_true(city), *found))))
    known = tuple(dict.fromkeys(map(str, services)))
    checked = _checked(city, kept, fresh)
    if checked is None:  # said in the words of the whole layer
        together = pd.concat([kept, fresh]).sort_index(kind="stable") if len(fresh) else kept
        whole = together.set_index(np.arange(len(together)))
        return replace(city, facilities=whole, services=known, about=replace(city.about, report=report))
    facilities, said = checked
    everything = {*known, *facilities["service"]}
    touched = _touched(city, kept, fresh)
    said += _across(city, facilities, everything, touched=touched)
    whole_report = DataReport(tuple(dict.fromkeys((*report.findings, *said))))
    return unchecked(
        city,
        facilities=facilities,
        services=tuple(sorted(everything)),
        about=replace(city.about, report=whole_report),
    )


def unchecked(city: City, **values: Any) -> City:
    """Return a city with other contents that are known to be right."""
    new = object.__new__(type(city))
    for one in fields(city):
        object.__setattr__(new, one.name, values.get(one.name, getattr(city, one.name)))
    return new


def _still_true(city: Contents) -> list[Finding]:
    """Return what was found in a city and holds whatever its facilities are, or was done to them."""
    return [
        one
        for one in city.report.findings
        if one.severity == "repair"
        or not (one.layer == "facilities" or (one.layer, one.code) == (ENTRANCES, "unknown_of"))
    ]


def _checked(
    city: Contents, kept: gpd.GeoDataFrame, fresh: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[Finding]] | None:
    """Return all facilities, checked, with what is found in them by themselves; None where there may be faults."""
    if not len(fresh):
        frame = _numbered(kept)
        seen = Inspection("facilities", frame)
        inspect_standing(seen)
        return frame, seen.findings
    if (np.abs(shapely.get_coordinates(fresh.geometry.to_numpy())) <= LEAST_M).any():
        return None
    columns = list(dict.fromkeys([*kept.columns, *fresh.columns]))
    kept = _with_columns(kept, [name for name in fresh.columns if name not in kept.columns])
    seen = inspect_facilities(fresh, city.crs, rest=kept)
    faults = [one for one in (*seen.findings, *unknown_zones(seen, city.zones)) if one.severity == "error"]
    if faults or kept["id"].isin(seen.frame["id"]).any():
        return None
    if not len(kept):
        return _numbered(seen.frame), seen.findings
    whole = pd.concat([kept, _with_columns(seen.frame, [name for name in columns if name not in seen.frame.columns])])
    order = np.argsort(whole.index.to_numpy(), kind="stable")
    if not np.array_equal(order, np.arange(len(order))):
        whole = whole.iloc[order]
    if list(whole.columns[: len(columns)]) != columns:
        whole = whole[[*columns, *(name for name in whole.columns if name not in columns)]]
    return _numbered(whole), seen.findings


def _numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_axis(pd.RangeIndex(len(frame)))


def _with_columns(frame: gpd.GeoDataFrame, columns: list[str]) -> gpd.GeoDataFrame:
    """Return checked facilities with more columns of the vocabulary, all of whose values are missing."""
    if not columns:
        return frame
    blank = pd.Series([None] * len(frame), index=frame.index, dtype=object)  # from a single None NaN would be made
    more = {
        **{name: blank.astype(float) for name in NUMBERS},
        **dict.fromkeys((*FLAGS, "ownership"), blank),
        "services": pd.Series([()] * len(frame), index=frame.index, dtype=object),
    }
    return frame.assign(**{name: more[name] for name in columns if name in more})


def _touched(city: Contents, kept: gpd.GeoDataFrame, fresh: gpd.GeoDataFrame) -> frozenset[str] | None:
    """Return the services whose places may be others than in the city; None for all, since one of them lies wrong."""
    if any((one.layer, one.code) == ("facilities", "datum_suspected") for one in city.report.findings):
        return None
    old = city.facilities
    gone = old["service"][~old["id"].isin(kept["id"]).to_numpy()]
    return frozenset(map(str, (*gone, *fresh.get("service", ()))))


def _across(
    city: Contents, facilities: gpd.GeoDataFrame, services: set[str], *, touched: frozenset[str] | None
) -> list[Finding]:
    """Return what is found about facilities across rows and layers, as a city with them does."""
    found = far_facilities(city.walk, facilities) + double_facilities(facilities)
    found += doubtful_names(facilities, city.zones, services)
    if touched is None or touched:
        found += shifted_facilities(city.walk, facilities, among=touched)
    found += outlying(facilities, city.walk.bounds, city.access.max_access_m, zones=city.zones)
    return found + (about_entrances(city.entrances, facilities, city.areas) if city.entrances is not None else [])
