"""best_sites: where new facilities would cover most of those who are not covered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array

from servicecircle.assessment.wording import worded
from servicecircle.city import smallest_zone
from servicecircle.city.zoning import zones_of
from servicecircle.errors import InputError
from servicecircle.network import within
from servicecircle.plan import Reach
from servicecircle.projection import reproject
from servicecircle.siting.greedy import cover_most
from servicecircle.units import reaches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.assessment import Assessment
    from servicecircle.plan import FacilityFilter, Standard
    from servicecircle.words import Language


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """Sites for new facilities. Made by `best_sites`.

    Parameters
    ----------
    standard_id
        The standard they serve.
    facilities
        The sites, ready for ``city.adding``: service, name, status, the attributes that make them count, geometry.
    table
        One row per site, best first: rank, zone_id, zone_name, gain (residents of the standard's group newly covered,
        given the sites before it), residents (of all ages, likewise), cumulative_gain, share_after (of the group in
        scope), x, y (metres).
    gain
        The group's residents that all sites together newly cover.
    share_before, share_after
        Share of the group in scope that is covered, without and with the sites.
    zones
        The name of the zone of each level that each site lies in, one row per site, one column per level.
    """

    standard_id: str
    facilities: gpd.GeoDataFrame
    table: pd.DataFrame
    gain: float
    share_before: float
    share_after: float
    zones: pd.DataFrame = field(default_factory=pd.DataFrame)

    def table_in(self, language: Language = "zh", *, level: str = "") -> pd.DataFrame:
        """Return 选址建议表: the sites, best first, with heads of a language.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``.
        level
            The level whose zone each site is said to be in, for example ``"街道"``; by default the smallest there.

        Raises
        ------
        InputError
            If there is no such level.
        """
        if level and level not in self.zones:
            raise InputError.unknown("level", level, [str(one) for one in self.zones])
        places = self.zones[level].to_numpy() if level else self.table["zone_name"]
        table = self.table.assign(standard_id=self.standard_id, zone_name=places)
        columns = ["standard_id", "rank", "zone_name", "gain", "residents", "cumulative_gain", "share_after", "x", "y"]
        return worded(table[columns], language)

    def __repr__(self) -> str:
        lines = [
            (
                f"{self.standard_id}: {len(self.table)} sites, {self.gain:,.0f} residents of its group newly covered, "
                f"{self.share_before:.1%} -> {self.share_after:.1%}"
            )
        ]
        lines += [
            f"{row.rank}. {row.zone_name} ({row.x:,.0f}, {row.y:,.0f}): +{row.gain:,.0f}, in all {row.share_after:.1%}"
            for row in self.table.itertuples()
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return str(self.table.to_html(index=False, escape=True))


def best_sites(
    result: Assessment, standard_id: str, *, k: int = 5, candidates: gpd.GeoDataFrame | gpd.GeoSeries | None = None
) -> Proposal:
    """Propose sites that newly cover most residents of a standard of reach.

    The method is greedy with exchanges (it gives no proof that nothing better exists). What it predicts is what
    assessing the city with the sites gives: ``assess(city.adding(proposal.facilities), plan)``.

    Parameters
    ----------
    result
        The assessment to improve.
    standard_id
        A standard of reach that could be evaluated.
    k
        How many sites at most; fewer are proposed where no further one would cover anybody.
    candidates
        Points where a facility may be, in any declared CRS. Without them: where each populated cell meets its street.

    Returns
    -------
    Proposal

    Raises
    ------
    InputError
        If the standard is of another kind or was not evaluated, k is no whole number above zero, or no candidate is
        there.
    CRSError
        If the candidates have no CRS.

    Examples
    --------
    >>> import servicecircle as sc
    >>> city = sc.sample_city()
    >>> plan = sc.read_plan("lianyungang-145").only("LY-01")
    >>> result = sc.assess(city, plan)
    >>> sites = sc.best_sites(result, "LY-01", k=2)
    >>> after = sc.assess(city.adding(sites.facilities), plan, since=result)
    >>> row = after.compare(result).table.query("zone_id == 'CITY' and `class` == 'all'").iloc[0]
    >>> bool(row["gain"] == sites.gain)
    True
    """
    standard = result.plan[standard_id]
    reach = standard.measure
    if not isinstance(reach, Reach):
        raise InputError(
            f"{standard_id} is a standard of {reach.kind}; best_sites serves standards of reach. | {standard_id} 不是"
            "步行可达类标准，本版本只为可达类标准选址。"
        )
    whole: object = k  # whatever the caller gave
    if not isinstance(whole, int | float | np.number) or isinstance(whole, bool) or not (k >= 1 and k % 1 == 0):
        raise InputError(f"k must be a whole number above 0. {k!r} was given instead. | k 必须是正整数。")
    cells = result.cells_for(standard_id)
    points = _candidates(result, cells, candidates)
    wanted = (cells["in_scope"] & ~cells["covered"]).to_numpy(dtype=bool)
    covers = _covers(result, points, cells["limit_m"].to_numpy(dtype=float), wanted)
    weights = np.where(wanted, cells["group"].to_numpy(dtype=float), 0.0)
    chosen = cover_most(covers, weights, int(k))
    return _proposal(result, standard, points[chosen], covers[chosen])


def _candidates(
    result: Assessment, cells: gpd.GeoDataFrame, given: gpd.GeoDataFrame | gpd.GeoSeries | None
) -> NDArray[np.object_]:
    """Return candidate points in the city's CRS, each once, ordered by place."""
    if given is None:
        positions = result.ground.cell_positions
        homes = positions.placed & (cells["pop_total"].to_numpy() > 0)
        xy = positions.point_xy[homes]
    else:
        frame = gpd.GeoDataFrame(geometry=given.geometry.reset_index(drop=True))
        frame, _ = reproject(frame, result.city.crs, layer="candidates")
        known = frame.geometry[~(frame.geometry.isna() | frame.geometry.is_empty)]
        if not known.geom_type.eq("Point").all():
            raise InputError("candidates must be points; take .representative_point() of others. | 候选点必须是点。")
        xy = shapely.get_coordinates(known.to_numpy())
    if not len(xy):
        raise InputError("There is no candidate: no point was given, or no cell is near a street. | 没有候选点。")
    return np.asarray(shapely.points(np.unique(xy, axis=0)), dtype=object)


def _covers(
    result: Assessment, points: NDArray[np.object_], limit_m: NDArray[np.float64], wanted: NDArray[np.bool_]
) -> csr_array:
    """Return which candidate would cover which cell that is not covered, shape (candidates, cells)."""
    city, numbers = result.city, np.flatnonzero(wanted)
    sites = city.placed(points)
    homes = result.ground.cell_positions.take(numbers)
    longest = float(limit_m[numbers].max()) if len(numbers) else 0.0
    pairs = within(city.walk, homes, sites, limit_m=longest)
    cell = numbers[pairs.origin]
    near = reaches(pairs.distance_m, limit_m[cell])
    ones = np.ones(int(near.sum()))
    return csr_array((ones, (pairs.facility[near], cell[near])), shape=(len(points), len(wanted)))


def _proposal(result: Assessment, standard: Standard, points: NDArray[np.object_], covers: csr_array) -> Proposal:
    """Return the proposal of chosen candidates, with what each adds to those before it."""
    cells = result.cells_for(standard.id)
    group, scope = cells["group"].to_numpy(dtype=float), cells["in_scope"].to_numpy(dtype=bool)
    whole, before = group[scope].sum(), group[scope & cells["covered"].to_numpy(dtype=bool)].sum()
    new = np.zeros((len(points), len(group)), dtype=bool)
    seen = np.zeros(len(group), dtype=bool)
    for place, reached in enumerate(covers.toarray() > 0):
        new[place] = reached & ~seen
        seen |= reached
    gains = new @ (group * scope)
    membership, _ = zones_of(gpd.GeoSeries(points, crs=result.city.crs), result.city.zones)
    zones = [zone if isinstance(zone, str) else "" for zone in smallest_zone(membership)]
    names = dict(zip(result.city.zones["zone_id"], result.city.zones["name"], strict=True))
    named = membership.apply(lambda column: column.map(lambda zone: str(names.get(zone, ""))))
    table = pd.DataFrame(
        {
            "rank": range(1, len(points) + 1),
            "zone_id": zones,
            "zone_name": [str(names.get(zone, "")) for zone in zones],
            "gain": gains,
            "residents": new @ (cells["pop_total"].to_numpy(dtype=float) * scope),
            "cumulative_gain": np.cumsum(gains),
            "share_after": (before + np.cumsum(gains)) / whole if whole else np.nan,
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
        }
    )
    gain = float(gains.sum())
    share = (float(before / whole), float((before + gain) / whole)) if whole else (np.nan, np.nan)
    return Proposal(standard.id, _facilities(standard, points, result), table, gain, *share, named)


def _facilities(standard: Standard, points: NDArray[np.object_], result: Assessment) -> gpd.GeoDataFrame:
    """Return the sites as facilities of the standard's first kind, with the attributes that make them count."""
    kind: FacilityFilter = standard.facilities[0]
    columns: dict[str, object] = {"service": kind.service, "status": "open"}
    for column, condition in kind.where.items():
        columns[column] = condition[0] if isinstance(condition, tuple) else condition
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(points, crs=result.city.crs))
    for column, value in columns.items():
        frame[column] = value
    taken = set(result.city.facilities["id"])
    frame["id"] = _free_ids(standard.id, len(frame), taken)
    frame["name"] = [f"{standard.id} 建议点 {rank} · proposed site {rank}" for rank in range(1, len(frame) + 1)]
    return frame


def _free_ids(standard_id: str, count: int, taken: set[str]) -> list[str]:
    ids: list[str] = []
    number = 0
    while len(ids) < count:
        number += 1
        if f"site-{standard_id}-{number}" not in taken:
            ids.append(f"site-{standard_id}-{number}")
    return ids
