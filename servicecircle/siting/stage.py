"""A siting problem made ready for the solvers: needs, candidates, ways of building, walks and rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array, vstack
from scipy.spatial import KDTree

from servicecircle.errors import InputError
from servicecircle.network import within
from servicecircle.siting.candidates import gathered
from servicecircle.siting.instance import Coverage, Rules, stacked
from servicecircle.text import listed
from servicecircle.units import reaches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.assessment import Assessment
    from servicecircle.network import Positions
    from servicecircle.siting.conditions import Conditions, Size
    from servicecircle.siting.land import Reason
    from servicecircle.siting.needs import Need

    Floats = NDArray[np.float64]

BLOCK = 512
"""Cells whose walks are looked for at once, where walks are long."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """In which ways something may be built at a site, and what is there already.

    Parameters
    ----------
    sizes
        Sizes to choose from.
    apart
        Whether a site may serve some of several needs only.
    extra
        What each need costs beside the site, need by need.
    existing
        Facilities that take part, by number, with the places they have; those that may not close are required.
    """

    sizes: tuple[Size, ...] = ()
    apart: bool = False
    extra: tuple[float, ...] = ()
    existing: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A siting problem made ready.

    Parameters
    ----------
    result
        The assessment.
    needs
        What is asked, standard by standard.
    sites
        The candidates that may be built on, ordered by place.
    positions
        These on the walk network.
    refused
        All candidates: id, kept, reason_zh, reason_en, x, y.
    options
        Ways of building: site (a row of `sites`; -1: an existing facility), facility (its number, -1), size (a number,
        -1), offers (numbers of needs), cost, places. At one place at most one is chosen.
    ways
        The ways of building they are made of.
    closable
        Facilities that may be closed, by number; they are options too.
    rules
        What the solvers must respect.
    priced
        Whether costs were given.
    """

    result: Assessment
    needs: tuple[Need, ...]
    sites: gpd.GeoDataFrame
    positions: Positions
    refused: pd.DataFrame
    options: pd.DataFrame
    ways: Ways
    closable: NDArray[np.int64]
    rules: Rules
    priced: bool

    def metres(self, limits: Floats, cells: NDArray[np.int64]) -> csr_array:
        """Return the walks (metres) from options to some cells up to a limit each, shape (options, all cells).

        Parameters
        ----------
        limits
            The longest walk of each cell that is of use; ``inf`` for any.
        cells
            The cells that are asked about, by number.
        """
        ground = self.result.ground
        facilities = self.options["facility"].to_numpy()
        known = np.unique(facilities[facilities >= 0])
        parts = [self._walks(self.positions, limits, cells)]
        parts.append(self._walks(ground.facility_positions.take(known), limits, cells))
        rows = csr_array(vstack(parts, format="csr"))
        place = np.where(
            facilities >= 0, len(self.sites) + np.searchsorted(known, facilities), self.options["site"].to_numpy()
        )
        return csr_array(rows[place])

    def _walks(self, places: Positions, limits: Floats, cells: NDArray[np.int64]) -> csr_array:
        ground = self.result.ground
        order = cells[np.argsort(limits[cells], kind="stable")]
        uniform = len(order) == 0 or limits[order[0]] == limits[order[-1]]
        step = len(order) if uniform and np.isfinite(limits[order]).all() else BLOCK
        rows, columns, metres = [], [], []
        for start in range(0, len(order), max(step, 1)):
            part = order[start : start + step]
            homes = ground.cell_positions.take(part)
            found = within(ground.city.walk, homes, places, limit_m=float(limits[part[-1]]))
            cell = part[found.origin]
            near = np.asarray(reaches(found.distance_m, limits[cell]), dtype=bool)
            rows.append(found.facility[near])
            columns.append(cell[near])
            metres.append(found.distance_m[near])
        if not rows:
            return csr_array((len(places), len(limits)))
        where = (np.concatenate(rows), np.concatenate(columns))
        return csr_array((np.concatenate(metres), where), shape=(len(places), len(limits)))

    def coverage(self, weights: Sequence[Floats] | None = None) -> Coverage:
        """Return who is covered by which option, all needs side by side.

        Parameters
        ----------
        weights
            What each cell counts, need by need; by default the residents of the standard's group.
        """
        layers = []
        for number, need in enumerate(self.needs):
            mine = need.group if weights is None else weights[number]
            wanted = np.flatnonzero((mine > 0) & ~need.covered_anyway)
            walks = self.metres(need.limit_m, wanted)
            walks.data = np.ones(len(walks.data))
            offers = np.array([number in one for one in self.options["offers"]], dtype=np.float64)
            covers = csr_array(walks.multiply(offers[:, None]))
            layers.append(Coverage(covers, mine, need.covered_anyway))
        return stacked(layers, [need.counts for need in self.needs])


def staged(
    result: Assessment,
    needs: Sequence[Need],
    candidates: gpd.GeoDataFrame | gpd.GeoSeries | None,
    conditions: Conditions,
    *,
    ways: Ways | None = None,
) -> Stage:
    """Return a siting problem made ready.

    Parameters
    ----------
    result, candidates, conditions
        As the problem was given.
    needs
        What is asked.
    ways
        In which ways something may be built.
    """
    ways = ways or Ways()
    sites, refused = _kept(result, needs, gathered(result.city, candidates), conditions)
    closable = np.flatnonzero(np.isin(result.ground.facility_ids.astype(str), list(conditions.may_close)))
    rows, priced = _options(sites, ways, len(needs))
    whole = tuple(range(len(needs)))
    for number in sorted({*closable.tolist(), *ways.existing}):
        cost = 0.0 if priced or number not in closable else 1.0
        row = {"site": -1, "facility": number, "size": -1, "offers": whole, "cost": cost}
        rows.append(row | {"places": ways.existing.get(number, 0.0)})
    options = pd.DataFrame(rows, columns=["site", "facility", "size", "offers", "cost", "places"])
    options = options.astype({"site": np.int64, "facility": np.int64, "size": np.int64, "cost": float, "places": float})
    rules = _rules(sites, options, conditions, closable, priced=priced)
    positions = result.city.placed(sites.geometry.to_numpy())
    return Stage(result, tuple(needs), sites, positions, refused, options, ways, closable, rules, priced)


def _kept(
    result: Assessment, needs: Sequence[Need], sites: gpd.GeoDataFrame, conditions: Conditions
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the candidates that may be built on, and a table of all with why the others may not."""
    services = [service for need in needs for service in need.standard.services]
    _known(sites, [*conditions.required, *conditions.forbidden])
    land: list[Reason | None] = [None] * len(sites)
    if conditions.land is not None:
        land = conditions.land.refusals(sites, result.city, services)
    near = _too_near(result, needs, sites, conditions)
    reasons = [one or other for one, other in zip(land, near, strict=True)]
    limit = result.city.access.max_access_m
    for row in np.flatnonzero(~result.city.placed(sites.geometry.to_numpy()).placed):
        reasons[row] = (f"距可步行街道超过 {limit:g} 米", f"it is more than {limit:g} m from any street")
    for row in np.flatnonzero(sites["id"].isin(conditions.forbidden)):
        reasons[row] = ("已指定禁选", "it was forbidden")
    keep = np.array([reason is None for reason in reasons], dtype=bool)
    barred = sites[~keep & sites["id"].isin(conditions.required).to_numpy()]
    if len(barred):
        why = "; ".join(f"{name}: {(reasons[int(row)] or ('', ''))[1]}" for row, name in barred["id"].items())
        raise InputError(f"Required candidates may not be built on: {why}. | 必选候选点不可用：{why}。")
    points = sites.geometry.to_numpy()
    table = pd.DataFrame(
        {
            "candidate_id": sites["id"],
            "kept": keep,
            "reason_zh": [reason[0] if reason else "" for reason in reasons],
            "reason_en": [reason[1] if reason else "" for reason in reasons],
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
        }
    )
    return sites[keep].reset_index(drop=True), table


def _known(sites: gpd.GeoDataFrame, named: Iterable[str]) -> None:
    strange = sorted(set(named) - set(sites["id"]))
    if strange:
        raise InputError(f"No candidate has the id {listed(strange)}. | 没有编号为 {listed(strange)} 的候选点。")


def _too_near(
    result: Assessment, needs: Sequence[Need], sites: gpd.GeoDataFrame, conditions: Conditions
) -> list[Reason | None]:
    """Return why candidates are too near to a facility that stays, None where they are not."""
    ground = result.ground
    stay = np.unique(np.concatenate([need.facilities for need in needs]))
    stay = stay[~np.isin(ground.facility_ids[stay].astype(str), list(conditions.may_close))]
    xy = ground.facility_xy[stay]
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not conditions.apart_m or not len(xy):
        return [None] * len(sites)
    zh = f"距现有设施不足 {conditions.apart_m:g} 米"
    en = f"it is nearer than {conditions.apart_m:g} m to a facility that stays"
    distance, _ = KDTree(xy).query(shapely.get_coordinates(sites.geometry.to_numpy()))
    return [(zh, en) if metres < conditions.apart_m else None for metres in np.asarray(distance).tolist()]


def _options(sites: gpd.GeoDataFrame, ways: Ways, needs: int) -> tuple[list[dict[str, Any]], bool]:
    """Return the ways of building at each site, and whether costs are known."""
    sizes, extra = ways.sizes, ways.extra
    priced = "cost" in sites or any(size.cost for size in sizes) or any(extra)
    if "cost" in sites and sites["cost"].isna().any():
        rows = listed(sites.loc[sites["cost"].isna(), "id"].tolist())
        raise InputError(f"candidates: cost is not known for {rows}. | 候选点 {rows} 的 cost 未知。")
    base = sites["cost"].to_numpy(dtype=float) if "cost" in sites else np.zeros(len(sites))
    area = sites["area_m2"].to_numpy(dtype=float) if "area_m2" in sites else np.full(len(sites), np.nan)
    only = sites["size"].to_numpy() if "size" in sites else np.full(len(sites), None)
    whole = tuple(range(needs))
    sets = [one for size in range(1, needs + 1) for one in combinations(whole, size)] if ways.apart else [whole]
    made: list[dict[str, Any]] = []
    for site in range(len(sites)):
        for number, size in enumerate(sizes) if sizes else [(-1, None)]:
            if size is not None and size.min_area_m2 and not area[site] >= size.min_area_m2:
                continue
            if size is not None and isinstance(only[site], str) and only[site] != size.name:
                continue
            for offers in sets:
                cost = base[site] + (size.cost if size else 0.0) + sum(extra[one] for one in offers if extra)
                row = {"site": site, "facility": -1, "size": number, "offers": offers}
                made.append(row | {"cost": cost if priced else 1.0, "places": size.places if size else 0.0})
    return made, priced


def _rules(
    sites: gpd.GeoDataFrame, options: pd.DataFrame, conditions: Conditions, closable: NDArray[np.int64], *, priced: bool
) -> Rules:
    """Return what the solvers must respect."""
    if conditions.budget is not None and not priced:
        raise InputError(
            "A budget needs costs: give the candidates a column cost, or sizes with a cost. | 设定预算需要造价："
            "请为候选点提供 cost 列，或为规模给出造价。"
        )
    site = options["site"].to_numpy(dtype=np.int64)
    facility = options["facility"].to_numpy(dtype=np.int64)
    required = np.flatnonzero((facility >= 0) & ~np.isin(facility, closable)).tolist()
    for row in np.flatnonzero(sites["id"].isin(conditions.required)):
        ways = np.flatnonzero(site == row)
        if len(ways) != 1:
            raise InputError(
                f"Required candidate {sites['id'][row]} can be built in {len(ways)} ways; give it one in its column "
                "size. | 必选候选点的建设方式不唯一，请在 size 列中指定其规模。"
            )
        required.append(int(ways[0]))
    place = np.where(site >= 0, site, len(sites) + np.arange(len(options)))
    cost = options["cost"].to_numpy(dtype=float)
    budget = np.inf if conditions.budget is None else conditions.budget
    apart = _apart(sites, site, conditions.apart_m)
    return Rules(np.array(required, dtype=np.int64), apart=apart, place=place, cost=cost, budget=budget)


def _apart(sites: gpd.GeoDataFrame, site: NDArray[np.int64], apart_m: float) -> NDArray[np.int64]:
    """Return the pairs of options whose sites are too near to each other."""
    if not apart_m or len(sites) < 2:  # noqa: PLR2004
        return np.zeros((0, 2), dtype=np.int64)
    xy = shapely.get_coordinates(sites.geometry.to_numpy())
    near = KDTree(xy).query_pairs(np.nextafter(apart_m, 0.0), output_type="ndarray")
    ways = {one: np.flatnonzero(site == one) for one in np.unique(near)}
    pairs = [(a, b) for one, other in near for a in ways[one] for b in ways[other]]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
