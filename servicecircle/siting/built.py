"""Proposed sites as facilities of a city, with the attributes that make them count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from servicecircle.plan import Bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from servicecircle.assessment import Assessment
    from servicecircle.plan import FacilityFilter, Standard
    from servicecircle.siting.conditions import Size

Attributes = dict[str, Any]


def attributes_of(kind: FacilityFilter, requires: Mapping[str, Sequence[str]] | None = None) -> Attributes:
    """Return the attributes that make a facility count by a plan's filter."""
    columns: Attributes = {"service": kind.service, "status": "open"}
    for name, condition in kind.where.items():
        if isinstance(condition, Bounds):
            columns[name] = condition.at_least if condition.at_least is not None else condition.at_most
        else:
            columns[name] = condition[0] if isinstance(condition, tuple) else condition
    return columns | {name: tuple(sorted(wanted)) for name, wanted in (requires or {}).items()}


def merged(kinds: Sequence[Attributes]) -> list[Attributes]:
    """Return facilities that together have all of some attributes: those that agree are one facility.

    Examples
    --------
    >>> merged([{"service": "fitness"}, {"service": "fitness", "open_to_public": True}, {"service": "culture"}])
    [{'service': 'fitness', 'open_to_public': True}, {'service': 'culture'}]
    """
    whole: list[Attributes] = []
    for kind in kinds:
        for other in whole:
            if other["service"] == kind["service"] and all(other.get(key, kind[key]) == kind[key] for key in kind):
                other.update(kind)
                break
        else:
            whole.append(dict(kind))
    return whole


def of_size(kind: Attributes, size: Size | None, amount: str) -> Attributes:
    """Return attributes with those of a size."""
    return kind if size is None else kind | {amount: float(size.places)} | dict(size.attributes)


def facilities_of(
    result: Assessment, standards: Sequence[Standard], sites: Sequence[tuple[object, Sequence[Attributes]]]
) -> gpd.GeoDataFrame:
    """Return sites as facilities ready for ``city.adding``.

    Parameters
    ----------
    result
        The assessment.
    standards
        The standards they serve; sites are named after them.
    sites
        The point of each site, best first, and the facilities that stand there.
    """
    called = "+".join(one.id for one in standards)
    rows: list[Attributes] = []
    points = []
    for rank, (point, kinds) in enumerate(sites, start=1):
        for kind in kinds:
            rows.append(kind | {"name": f"{called} 建议点 {rank} · proposed site {rank}"})
            points.append(point)
    columns = list(dict.fromkeys(name for row in rows for name in row)) or ["service", "status", "name"]
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(points, crs=result.city.crs))
    for name in columns:
        frame[name] = [row.get(name) for row in rows]
    frame["id"] = _free_ids(called, len(frame), set(result.city.facilities["id"]))
    return frame


def _free_ids(called: str, count: int, taken: set[str]) -> list[str]:
    ids: list[str] = []
    number = 0
    while len(ids) < count:
        number += 1
        if f"site-{called}-{number}" not in taken:
            ids.append(f"site-{called}-{number}")
    return ids
