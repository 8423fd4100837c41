"""Where people live: 100 m cells with residents and age groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from making import ground

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from making.zones import Unit

CELL_M = 100
# Residents per hectare (one cell) in each kind of block, before chance.
PER_CELL = {"m": 78, "o": 118, "c": 60, "g": 124, "n": 40, "u": 36, "i": 3.5, "D": 0, "P": 0, ".": 0}
COUNTY_SHARE = 0.72
TOWN_RESIDENTS = {"YX0105": 4600, "YX0205": 4300, "YX0302": 3500, "YX0303": 3700, "YX0304": 2300, "YX0305": 2500}
VILLAGE_RESIDENTS = (620, 1480)
ISLET_RESIDENTS = 390
DORMITORY_RESIDENTS = 260
# Shares of ages 0-2, 3-5, 6-14, 60-64 and 65+; the rest is 15-59.
AGES = {
    "young": (0.030, 0.041, 0.130, 0.040, 0.085),
    "mixed": (0.023, 0.032, 0.124, 0.056, 0.131),
    "old": (0.017, 0.024, 0.098, 0.075, 0.215),
    "rural": (0.018, 0.027, 0.117, 0.078, 0.205),
    "students": (0.004, 0.006, 0.020, 0.015, 0.025),
}
AGE_OF_KIND = {"m": "mixed", "o": "old", "c": "mixed", "g": "mixed", "n": "young", "u": "students", "i": "young"}
GROUPS = ("pop_0_2", "pop_3_5", "pop_6_14", "pop_60p", "pop_65p")


def cells(edges: gpd.GeoDataFrame, every: list[Unit], areas: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Return the populated cells: squares of 100 m with residents, their ages and their urban or rural setting."""
    rng = ground.generator("residents")
    people = pd.concat([_block_people(rng), _lane_people(edges, every, rng)])
    people = people.groupby(["east", "north"], as_index=False).agg({"expected": "sum", "age": "first"})
    people = people[people["expected"] >= 1.5].reset_index(drop=True)
    frame = _with_ages(people, rng)
    squares = shapely.box(people["east"], people["north"], people["east"] + CELL_M, people["north"] + CELL_M)
    frame = gpd.GeoDataFrame(frame, geometry=squares, crs=ground.CRS)
    return _with_setting(frame, every, areas)


def _block_people(rng: np.random.Generator) -> pd.DataFrame:
    """Return the expected residents of cells whose centre lies in a block of the city or the county town."""
    corners = ground.on_map(np.array([shapely.box(*ground.CITY_FRAME), shapely.box(*ground.COUNTY_FRAME)]))
    found = []
    for frame, blocks, share in zip(
        corners, (ground.city_blocks(), ground.county_blocks()), (1.0, COUNTY_SHARE), strict=True
    ):
        west, south, east, north = (np.array(frame.bounds) // CELL_M * CELL_M).astype(int)
        grid = np.array(
            [(x, y) for x in range(west, east + CELL_M, CELL_M) for y in range(south, north + CELL_M, CELL_M)]
        )
        board = ground.to_board(grid + CELL_M / 2)
        for block in blocks:
            inside = (board >= (block.west, block.south)).all(axis=1) & (board <= (block.east, block.north)).all(axis=1)
            expected = (
                PER_CELL[block.kind]
                * share
                * rng.lognormal(-0.08, 0.4) ** 0.5
                * rng.lognormal(-0.1, 0.45, inside.sum())
            )
            expected *= rng.random(inside.sum()) > (0.5 if block.kind == "i" else 0.05)
            data = {"east": grid[inside, 0], "north": grid[inside, 1], "expected": expected}
            found.append(pd.DataFrame(data).assign(age=AGE_OF_KIND.get(block.kind, "mixed")))
    return pd.concat(found)


def _lane_people(edges: gpd.GeoDataFrame, every: list[Unit], rng: np.random.Generator) -> pd.DataFrame:
    """Return the expected residents along the lanes of villages, market towns, islet and dormitory."""
    found = []
    for unit in every:
        for place, residents, age in _lane_totals(unit, rng):
            spots = _along(edges.geometry[edges["place"] == place].to_numpy())
            data = pd.DataFrame(spots // CELL_M * CELL_M, columns=["east", "north"]).astype(int)
            share = data.groupby(["east", "north"]).size().rename("expected").reset_index()
            share["expected"] *= rng.lognormal(0, 0.25, len(share))
            share["expected"] *= residents / share["expected"].sum()
            found.append(share.assign(age=age))
    return pd.concat(found)


def _lane_totals(unit: Unit, rng: np.random.Generator) -> list[tuple[str, float, str]]:
    """Return (place, residents, ages) of each settlement of a unit that is drawn by its lanes."""
    if unit.places == ("islet",):
        return [("islet", ISLET_RESIDENTS, "rural")]
    if unit.kinds == "t":
        return [(unit.places[0], TOWN_RESIDENTS[unit.parent], "mixed")]
    if unit.kinds == "v":
        total = rng.uniform(*VILLAGE_RESIDENTS)
        weight = np.array([1.0] + [0.45] * (len(unit.places) - 1))
        return [(place, total * part, "rural") for place, part in zip(unit.places, weight / weight.sum(), strict=True)]
    return [("dormitory", DORMITORY_RESIDENTS, "young")] if "dormitory" in unit.places else []


def _along(lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return points every ten metres along lines, shape (n, 2)."""
    spots = [shapely.line_interpolate_point(line, np.arange(2.0, line.length, 10.0)) for line in lines]
    return shapely.get_coordinates(np.concatenate(spots))


def _with_ages(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return residents and age groups: every resident is drawn into one age, so that no group exceeds the total."""
    total = np.maximum(1, np.round(people["expected"].to_numpy())).astype(int)
    shares = np.array([AGES[age] for age in people["age"]])
    shares = shares * rng.uniform(0.9, 1.1, (len(people), 1))
    drawn = rng.multinomial(total, np.column_stack([shares, 1 - shares.sum(axis=1)]))
    young, middle, school, early_old, old = drawn.T[:5]
    ids = [f"E{east // CELL_M}N{north // CELL_M}" for east, north in zip(people["east"], people["north"], strict=True)]
    columns = dict(zip(GROUPS, (young, middle, school, early_old + old, old), strict=True))
    return pd.DataFrame({"cell_id": ids, "pop_total": total, **columns})


def _with_setting(frame: gpd.GeoDataFrame, every: list[Unit], areas: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Return the cells that lie in a zone, urban or rural as their zone is."""
    cell, zone = areas.sindex.query(frame.geometry.centroid, predicate="within")
    first = pd.Series(zone, index=cell).groupby(level=0).min()
    settings = np.array([unit.setting for unit in every])
    kept = frame.iloc[first.index].copy()
    kept.insert(1, "setting", settings[first.to_numpy()])
    return kept.reset_index(drop=True)
