"""From the options that were chosen to a proposal: what each site adds, for whom, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.city import smallest_zone
from servicecircle.city.zoning import zones_of
from servicecircle.network import nearest, within
from servicecircle.siting.built import facilities_of, merged, of_size
from servicecircle.siting.failure import failure_of
from servicecircle.siting.proposal import Proposal
from servicecircle.siting.reached import Reached

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.built import Attributes
    from servicecircle.siting.solution import Solution
    from servicecircle.siting.stage import Stage

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

Order = Literal["cover", "walk", "served"]
BESIDE = {"gain_60p": "pop_60p", "gain_3_5": "pop_3_5"}


def proposal_of(stage: Stage, solution: Solution, *, order: Order = "cover", amount: str = "places") -> Proposal:
    """Return the proposal of a solution over the options of a stage.

    Parameters
    ----------
    stage
        The problem made ready.
    solution
        The options chosen.
    order
        What puts the best site first: residents newly covered, walking saved, or residents served.
    amount
        The facility column that holds the places of a size.
    """
    options = stage.options.iloc[solution.chosen]
    new = options[options["site"] >= 0]
    kept = np.sort(options["facility"].to_numpy()[options["site"].to_numpy() < 0])
    closed = stage.closable[~np.isin(stage.closable, kept)]
    reached = _reached(stage, new, kept)
    served = _served(solution, new.index.to_numpy(dtype=np.int64))
    ranked, worth = reached.by_walk() if order == "walk" else reached.by_cover()
    if order == "served" and served is not None:
        ranked = [int(one) for one in np.lexsort([np.arange(len(served)), -served])]
        worth = served[ranked].tolist()
    required = set(stage.rules.required.tolist())
    useful = [one for one, value in zip(ranked, worth, strict=True) if value > 0 or int(new.index[one]) in required]
    picked = reached.take(useful)
    chosen = new.iloc[useful]
    points = stage.sites.geometry.to_numpy()[chosen["site"].to_numpy(dtype=np.int64)]
    frame, cells = _figures(stage, picked)
    zones, named = _zones(stage, points)
    frame = _table(stage, chosen, frame, zones).assign(served=np.nan if served is None else served[useful])
    kinds = [
        [of_size(kind, stage.ways.sizes[size] if size >= 0 else None, amount) for kind in _kinds(stage, offers)]
        for offers, size in zip(chosen["offers"], chosen["size"], strict=True)
    ]
    standards = [need.standard for need in stage.needs]
    whole, before = float(cells["whole"].sum()), float(cells["covered_before"].sum())
    after = float(cells["covered_after"].sum())
    return Proposal(
        "+".join(one.id for one in standards),
        facilities_of(stage.result, standards, list(zip(points, kinds, strict=True))),
        frame,
        after - before,
        before / whole if whole else np.nan,
        after / whole if whole else np.nan,
        named,
        solution,
        tuple(map(str, stage.result.ground.facility_ids[closed])),
        cells,
        stage.refused,
        failure_of(stage, solution),
        picked,
    )


def _reached(stage: Stage, new: pd.DataFrame, kept: Ints) -> Reached:
    """Return every walk from the cells to new sites, and to what is there without them."""
    ground = stage.result.ground
    start = tuple(need.staying_m for need in stage.needs)
    if len(kept):
        places = ground.facility_positions.take(kept)
        walk = nearest(ground.city.walk, ground.cell_positions, places).distance_m
        start = tuple(np.minimum(one, walk) for one in start)
    sites = new["site"].to_numpy(dtype=np.int64)
    metres = np.full((len(sites), len(ground.cells)), np.inf)
    if len(sites):
        pairs = within(ground.city.walk, ground.cell_positions, stage.positions.take(sites), limit_m=np.inf)
        metres[pairs.facility, pairs.origin] = pairs.distance_m
    offers = np.array([[need in one for need in range(len(stage.needs))] for one in new["offers"]], dtype=bool)
    return Reached(stage.needs, start, metres, offers.reshape(len(sites), len(stage.needs)))


def _served(solution: Solution, options: Ints) -> Floats | None:
    """Return how many residents each option serves within capacity."""
    if solution.flow is None:
        return None
    return np.round(np.asarray(solution.flow.sum(axis=1), dtype=float).ravel()[options], 6)


def _figures(stage: Stage, picked: Reached) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each site adds to those before it, and what all of them change for each cell."""
    needs, ground = stage.needs, stage.result.ground
    weights = picked.weights
    before = np.array([need.covered_before for need in needs])
    count = len(picked.metres)
    scope = np.array([need.scope for need in needs])
    now = np.array([picked.covered_after(number, 0) for number in range(len(needs))])
    covered_before, start = (weights * before).sum(axis=0), float((weights * now).sum())
    people = {"residents": "pop_total", **BESIDE}
    groups = {
        name: ground.group(column) if column in ground.cells else np.full(len(ground.cells), np.nan)
        for name, column in people.items()
    }
    rows, first = [], np.zeros(len(ground.cells), dtype=np.int64)
    walks = [picked.walk_after(number, 0) for number in range(len(needs))]
    for rank in range(1, count + 1):
        then = np.array([picked.covered_after(number, rank) for number in range(len(needs))])
        later = [picked.walk_after(number, rank) for number in range(len(needs))]
        new = (then & ~now & scope).any(axis=0)
        saved = [_saved(old, one) @ weight for old, one, weight in zip(walks, later, weights, strict=True)]
        row = {"rank": rank, "gain": float((weights * (then & ~now)).sum())}
        row |= {name: float(group[new].sum()) for name, group in groups.items()}
        rows.append(row | {"walk_saved": float(sum(saved))})
        first = np.where(new & (first == 0), rank, first)
        now, walks = then, later
    table = pd.DataFrame(rows, columns=["rank", "gain", *people, "walk_saved"])
    whole = float(weights.sum())
    lost = start - float(covered_before.sum())
    table["cumulative_gain"] = lost + table["gain"].cumsum()
    table["share_after"] = (float(covered_before.sum()) + table["cumulative_gain"]) / whole if whole else np.nan
    fresh = (now & ~before & scope).any(axis=0)
    cells = pd.DataFrame(
        {
            "whole": weights.sum(axis=0),
            "covered_before": covered_before,
            "covered_after": (weights * now).sum(axis=0),
            **{name: np.where(fresh, group, 0.0) for name, group in groups.items()},
            "site": first,
        },
        index=ground.cells.index,
    )
    if len(needs) == 1:
        cells["metres_before"], cells["metres_after"] = needs[0].before_m, walks[0]
    names = dict(zip(ground.city.zones["zone_id"], ground.city.zones["name"], strict=True))
    zones = {str(level): ground.cell_zones[level].astype(object).map(names) for level in ground.cell_zones}
    return table, cells.assign(**zones)


def _saved(before: Floats, after: Floats) -> Floats:
    """Return the metres saved; a walk where there was none saves nothing that could be counted."""
    return np.where(np.isfinite(before), before - np.where(np.isfinite(before), after, 0.0), 0.0)


def _zones(stage: Stage, points: NDArray[np.object_]) -> tuple[list[str], pd.DataFrame]:
    """Return the smallest zone of each site, and the name of that of every level."""
    city = stage.result.city
    membership, _ = zones_of(gpd.GeoSeries(points, crs=city.crs), city.zones)
    names = dict(zip(city.zones["zone_id"], city.zones["name"], strict=True))
    named = membership.apply(lambda column: column.map(lambda zone: str(names.get(zone, ""))))
    return [zone if isinstance(zone, str) else "" for zone in smallest_zone(membership)], named


def _table(stage: Stage, chosen: pd.DataFrame, figures: pd.DataFrame, zones: list[str]) -> pd.DataFrame:
    """Return the table of the sites, best first."""
    names = dict(zip(stage.result.city.zones["zone_id"], stage.result.city.zones["name"], strict=True))
    sites = stage.sites.iloc[chosen["site"].to_numpy(dtype=np.int64)].reset_index(drop=True)
    points = sites.geometry.to_numpy()
    sizes = [stage.ways.sizes[size].name if size >= 0 else "" for size in chosen["size"]]
    before: dict[str, Any] = {
        "rank": figures["rank"],
        "site_id": sites["id"],
        "zone_id": zones,
        "zone_name": [str(names.get(zone, "")) for zone in zones],
        "size": sizes,
        "places": chosen["places"].to_numpy(dtype=float) if stage.ways.sizes else np.nan,
        "services": [_services(stage, offers) for offers in chosen["offers"]],
    }
    after: dict[str, Any] = {
        "cost": chosen["cost"].to_numpy(dtype=float) if stage.priced else np.nan,
        "available_from": sites.get("available_from", np.nan),
        "x": shapely.get_x(points),
        "y": shapely.get_y(points),
    }
    return pd.concat([pd.DataFrame(before), figures.drop(columns="rank"), pd.DataFrame(after)], axis=1)


def _services(stage: Stage, offers: tuple[int, ...]) -> str:
    """Return the services of a site that serves some needs."""
    return ",".join(dict.fromkeys(kind["service"] for kind in _kinds(stage, offers)))


def _kinds(stage: Stage, offers: tuple[int, ...]) -> list[Attributes]:
    """Return the facilities that make a site serve some needs."""
    return merged([stage.needs[one].kind for one in offers])
