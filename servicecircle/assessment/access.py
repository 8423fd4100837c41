"""Access: how much of a service each cell has within reach, and how many people it is shared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.assessment.catchment import Method, bands_of, limit_of, weight_of
from servicecircle.assessment.edge import near_edge
from servicecircle.assessment.figures import share
from servicecircle.assessment.ground import make_ground
from servicecircle.assessment.zone_cells import zone_cells
from servicecircle.city import City, smallest_zone
from servicecircle.errors import InputError, LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.units import SECONDS_PER_MINUTE, minutes_walked
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.network import Pairs
    from servicecircle.plan import Profile

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """How much of a service each cell has within reach. Made by `access`.

    Parameters
    ----------
    service, method, group
        What was asked for: of which service, by which method, for which residents.
    minutes, limit_m
        The catchment: the longest walk that counts, minutes and metres.
    capacity
        The column that says how much each facility offers; "" where each counts one.
    weights
        How much each of the equal bands of the catchment counts, nearest first; or "gaussian".
    cells
        One row per cell, index cell_id: zone_id (the smallest zone), setting, pop_total, group (residents of the
        group), access (`unit`; 0 where nothing is within reach, never NaN), facilities_n (within the catchment), metres
        and minutes to the nearest facility (inf where no walk leads to one), geometry.
    facilities
        One row per open facility, index id: name, capacity, demand (residents of the group in its catchment, weighted),
        ratio (capacity / demand; NaN where nobody of the group is in the catchment), geometry.
    report
        What was found in the data, with facilities that nobody reaches and residents without a facility.
    ground
        The city made ready.
    """

    service: str
    method: Method
    group: str
    minutes: float
    limit_m: float
    capacity: str
    weights: tuple[float, ...] | str
    cells: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    report: DataReport
    ground: Ground

    @property
    def estimated(self) -> bool:
        """Return whether the residents of the group are only estimated, and so is every figure."""
        return self.group in self.ground.estimated

    @property
    def unit(self) -> str:
        """Return the unit of access: what facilities offer, per person where it is shared."""
        offered = self.capacity or "facilities"
        return offered if self.method == "cumulative" else f"{offered} per person"

    def zones(self, level: str) -> gpd.GeoDataFrame:
        """Return the mean access of the residents of each zone.

        Parameters
        ----------
        level
            A level of the zones, or ``"全市"`` for the whole city.

        Returns
        -------
        GeoDataFrame
            One row per zone, by zone_id: zone_id, zone_name, level, group (residents of the group), unserved (those of
            them whose access is 0), access (mean over all residents of the group, those unserved included; NaN only
            where none of them lives), estimated (whether the residents are), geometry.

        Raises
        ------
        InputError
            If there is no such level.
        """
        people, value = (self.cells[column].to_numpy(dtype=float) for column in ("group", "access"))
        rows = []
        for zone in zone_cells(self.ground, level):
            mine, has = people[zone.cells], value[zone.cells]
            rows.append(
                {
                    "zone_id": zone.zone_id,
                    "zone_name": zone.name,
                    "level": level,
                    "group": float(mine.sum()),
                    "unserved": float(mine[has == 0].sum()),
                    "access": share(float((mine * has).sum()), float(mine.sum())),
                    "estimated": self.estimated,
                    "geometry": zone.geometry,
                }
            )
        names = ["zone_id", "zone_name", "level", "group", "unserved", "access", "estimated", "geometry"]
        frame = pd.DataFrame(rows, columns=names).astype({"access": float})
        return gpd.GeoDataFrame(frame, geometry="geometry", crs=self.ground.city.crs)

    def __repr__(self) -> str:
        people, value = (self.cells[column].to_numpy(dtype=float) for column in ("group", "access"))
        mean = share(float((people * value).sum()), float(people.sum()))
        told = "none" if mean is None else f"{mean:.4g} {self.unit}"
        served = float(people[value > 0].sum())
        nobody = int((self.facilities["demand"] == 0).sum())
        return (
            f"{word(self.service, 'zh')} {self.service}, {self.method} within {self.minutes:g} min: "
            f"{served:,.0f} of {people.sum():,.0f} {word(self.group, 'en')} served"
            f"{' (estimated)' if self.estimated else ''}, mean {told}; "
            f"{nobody} of {len(self.facilities)} facilities reach nobody"
        )


def access(
    city: City,
    service: str,
    *,
    minutes: float,
    method: Method = "2sfca",
    group: str = "pop_total",
    capacity: str | None = None,
    profile: str | Profile = "general",
    weights: Literal["gaussian"] | Sequence[float] | None = None,
) -> Access:
    """Return how much of a service each cell has within a walk of some minutes.

    ``"2sfca"``: what a facility offers is shared by all residents of the group in its catchment, and a cell has the sum
    of the shares of all facilities within its own. ``"e2sfca"``: the same, but what is farther counts less in both
    steps. ``"cumulative"``: the sum of what is within reach, however many people share it. With the first two, access
    times residents sums to the capacity of all facilities that anybody of the group can reach.

    Residents beyond the city's cells are not known: facilities near its edge look less crowded than they are.

    Parameters
    ----------
    city
        What is there.
    service
        A service of the city; its open facilities count.
    minutes
        The catchment: the longest walk that counts, minutes (inclusive).
    method
        ``"2sfca"``, ``"e2sfca"`` or ``"cumulative"``.
    group
        The residents who share, a column of the population.
    capacity
        The column of the facilities that says how much each offers (``"capacity"``, ``"places"``, ``"beds"``); by
        default each facility counts one.
    profile
        Who walks: one of ``WALK_SPEEDS``, or a profile of a plan.
    weights
        With ``"e2sfca"``, how much distance counts: a weight for each of so many equally wide bands of the catchment,
        nearest first (by default 1, 0.68, 0.22 for its thirds), or ``"gaussian"``, which falls from 1 at the door to 0
        at the limit.

    Returns
    -------
    Access

    Raises
    ------
    InputError
        If the service, group, capacity, profile or method is unknown, or minutes or weights cannot be used.
    LayerError
        If a facility's capacity is not known (it is never guessed), or the residents of a cell.

    References
    ----------
    Luo, W. & Wang, F. (2003). Measures of spatial accessibility to health care in a GIS environment. Environment and
    Planning B 30(6). doi:10.1068/b29120

    Luo, W. & Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial
    accessibility to primary care physicians. Health & Place 15(4). doi:10.1016/j.healthplace.2009.06.002

    Dai, D. (2010), for the Gaussian weights. Health & Place 16(5). doi:10.1016/j.healthplace.2010.06.012

    Examples
    --------
    >>> import servicecircle as sc
    >>> city = sc.sample_city()
    >>> places = sc.access(city, "kindergarten", minutes=10, group="pop_3_5", capacity="capacity")
    >>> bool(places.cells["access"].notna().all()), places.unit
    (True, 'capacity per person')
    >>> shared = (places.cells["access"] * places.cells["group"]).sum()
    >>> reached = places.facilities.loc[places.facilities["demand"] > 0, "capacity"].sum()
    >>> bool(abs(shared - reached) < 1e-6)
    True
    """
    _check_names(city, service, method)
    limit, bands = limit_of(minutes, profile), bands_of(method, weights)
    ground = make_ground(city)
    chosen = np.flatnonzero((ground.facilities["service"] == service) & (ground.facilities["status"] == "open"))
    people, supply = _people(ground, group), _supply(ground, chosen, capacity)
    pairs = ground.pairs(chosen, limit)
    demand, ratio, value = _two_steps(
        ground, pairs, weight_of(pairs.distance_m, limit, bands), people=people, supply=supply, method=method
    )
    metres = ground.walk_to(chosen).distance_m
    figures = {
        "group": people,
        "access": value,
        "facilities_n": np.bincount(pairs.origin, minlength=len(people)),
        "metres": metres,
        "minutes": minutes_walked(metres, speed_m_s=limit / (SECONDS_PER_MINUTE * minutes)),
    }
    offers = {"capacity": supply[chosen], "demand": demand[chosen], "ratio": ratio[chosen]}
    facilities = _facilities(ground, chosen, offers)
    found = [
        *_estimated(ground, group),
        *_reaching_nobody(facilities, group, minutes),
        *_unserved(ground, people, value, service=service, minutes=minutes),
        *_at_edge(ground, chosen, people, limit),
    ]
    return Access(
        service,
        method,
        group,
        float(minutes),
        limit,
        capacity or "",
        bands,
        _cells(ground, figures),
        facilities,
        city.report.plus(*found),
        ground,
    )


def _check_names(city: object, service: str, method: str) -> None:
    if not isinstance(city, City):
        raise InputError(
            f"access takes a City, not {type(city).__name__}: access(sample_city(), 'kindergarten', minutes=10). | "
            "access 需要 City。"
        )
    if service not in city.services:
        raise InputError.unknown("service", service, city.services)
    if method not in get_args(Method):
        raise InputError.unknown("method", method, get_args(Method))


def _people(ground: Ground, group: str) -> Floats:
    """Return the residents of a group in each cell; they have to be known."""
    if group not in ground.cells or group == "geometry":
        numbers = ground.cells.select_dtypes("number").columns
        raise InputError.unknown("group", group, [str(name) for name in numbers])
    return _numbers(ground.cells[group], "population", ground.cells.index.to_numpy())


def _supply(ground: Ground, chosen: NDArray[np.int64], capacity: str | None) -> Floats:
    """Return what each chosen facility offers, nothing for all others; it has to be known."""
    supply, frame = np.zeros(len(ground.facilities)), ground.facilities.iloc[chosen]
    if capacity is None:
        supply[chosen] = 1.0
    elif len(chosen):
        numbers = frame.select_dtypes("number").columns
        if capacity not in frame or capacity == "geometry":
            raise InputError.unknown("capacity", capacity, [str(name) for name in numbers if frame[name].notna().any()])
        supply[chosen] = _numbers(frame[capacity], "facilities", frame["id"].to_numpy())
    return supply


def _numbers(values: pd.Series[Any], layer: str, ids: NDArray[Any]) -> Floats:
    """Return a column as numbers; LayerError naming the rows where there is none, or one that cannot be."""
    numbers = np.asarray(pd.to_numeric(values, errors="coerce"), dtype=float)
    wrong = ~(np.isfinite(numbers) & (numbers >= 0))
    if wrong.any():
        name = str(values.name)
        en = f"{name} is not known, or no number of 0 or more; it is never guessed. Fill it in, or leave the rows out."
        zh = f"{name} 缺失，或不是不小于 0 的数；本库不作插补，请补充或剔除这些行。"
        finding = Finding.about(layer, "amount_unknown", "error", en=en, zh=zh, column=name, rows=ids[wrong])
        raise LayerError(DataReport((finding,)))
    return numbers


def _two_steps(
    ground: Ground, pairs: Pairs, weight: Floats, *, people: Floats, supply: Floats, method: Method
) -> tuple[Floats, Floats, Floats]:
    """Return the demand and the ratio of each facility, and the access of each cell.

    Sums run over facilities by id and over cells by id, so that the order of rows has no say, not even in the last bit.
    """
    rank = np.argsort(np.argsort(ground.cells.index.to_numpy(), kind="stable"), kind="stable")
    order = np.argsort(rank[pairs.origin], kind="stable")
    origin, facility, weight = pairs.origin[order], pairs.facility[order], weight[order]
    demand = np.bincount(facility, weights=weight * people[origin], minlength=len(supply))
    ratio = np.divide(supply, demand, out=np.full(len(supply), np.nan), where=demand > 0)
    offered = supply if method == "cumulative" else np.nan_to_num(ratio, nan=0.0)
    value = np.bincount(origin, weights=weight * offered[facility], minlength=len(people))
    return np.asarray(demand, dtype=float), ratio, np.asarray(value, dtype=float)


def _cells(ground: Ground, figures: dict[str, NDArray[Any]]) -> gpd.GeoDataFrame:
    cells = ground.cells
    first = {
        "zone_id": smallest_zone(ground.cell_zones),
        "setting": cells.get("setting"),
        "pop_total": cells["pop_total"],
    }
    frame = pd.DataFrame(first | figures, index=cells.index)
    return gpd.GeoDataFrame(frame, geometry=cells.geometry.to_numpy(), crs=ground.city.crs)


def _facilities(ground: Ground, chosen: NDArray[np.int64], offers: dict[str, Floats]) -> gpd.GeoDataFrame:
    frame = ground.facilities.iloc[chosen].set_index("id")
    columns = pd.DataFrame({"name": frame["name"]} | offers, index=frame.index)
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=ground.city.crs)


def _estimated(ground: Ground, group: str) -> list[Finding]:
    if group not in ground.estimated:
        return []
    en = f"{group} is estimated from shares or totals of zones, and so is every figure of access."
    zh = f"{group} 由单元的比例或总数推算，各项可及性结果均为估算。"
    return [Finding("population", "estimated", "warning", en, zh, column=group)]


def _reaching_nobody(facilities: gpd.GeoDataFrame, group: str, minutes: float) -> list[Finding]:
    """Return which facilities have nobody of the group in their catchment, and what they would offer."""
    alone = facilities[facilities["demand"] == 0]
    if not len(alone):
        return []
    lost, whole = (f"{frame['capacity'].sum():,g}" for frame in (alone, facilities))
    en = f"nobody of {group} can walk there within {minutes:g} min: {lost} of a capacity of {whole} serves nobody."
    zh = f"{minutes:g} 分钟步行范围内没有{word(group, 'zh')}：总容量 {whole} 中有 {lost} 无人可用。"
    return [Finding.about("facilities", "reaches_nobody", "warning", en=en, zh=zh, rows=alone.index)]


def _unserved(ground: Ground, people: Floats, value: Floats, *, service: str, minutes: float) -> list[Finding]:
    """Return which cells with residents of the group have an access of 0."""
    without = (people > 0) & (value == 0)
    if not without.any():
        return []
    en = f"nothing of {word(service, 'en')} within {minutes:g} min: access is 0, and counts as 0 in every mean."
    zh = f"{minutes:g} 分钟步行范围内没有可用的{word(service, 'zh')}：可及性为 0，并按 0 计入均值。"
    found = Finding.about("population", "unserved", "warning", en=en, zh=zh, rows=ground.cells.index[without])
    return [replace(found, residents=float(people[without].sum()))]


def _at_edge(ground: Ground, chosen: NDArray[np.int64], people: Floats, limit_m: float) -> list[Finding]:
    """Return how many of the group live so near the outer border that what lies beyond it would change their access."""
    near = near_edge(ground, chosen, np.full(len(people), limit_m), among=people > 0)
    if not near.any():
        return []
    en = f"live within {limit_m:,.0f} m of the outer border, and no facility beyond it is known: access may be more."
    zh = f"住在距外边界 {limit_m:,.0f} 米以内，而边界外没有设施数据：实际可及性可能更高。"
    found = Finding.about("population", "edge", "warning", en=en, zh=zh, rows=ground.cells.index[near])
    return [replace(found, residents=float(people[near].sum()))]
