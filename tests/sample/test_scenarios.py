"""A planner's story on the sample city: a new estate, a street closed for works, a kindergarten, residents of 2030."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import servicecircle as sc

if TYPE_CHECKING:
    from pathlib import Path

    import shapely

PLAN = sc.read_plan("lianyungang-145").only("YY-05", "LY-02")
STREETS = "街道"


def estate(city: sc.City, place: shapely.Point) -> gpd.GeoDataFrame:
    """Return an estate of 800 households of 2.5, as old as the city is."""
    groups = [name for name in city.population if str(name).startswith("pop_") and name != "pop_total"]
    people = city.population["pop_total"].sum()
    shares = {f"share_{group}": city.population[group].sum() / people for group in groups}
    row = {"name": "东湖新城", "households": 800, "persons_per_household": 2.5, "delivery_year": 2028} | shares
    return gpd.GeoDataFrame({key: [value] for key, value in row.items()}, geometry=[place], crs=city.crs)


def test_three_scenarios_of_2030(tmp_path: Path) -> None:
    city = sc.sample_city()
    result = sc.assess(city, PLAN, progress=False)
    gap = result.gaps("YY-05").iloc[0]
    place = gap.geometry.representative_point()
    zones = city.zones[city.zones["level"] == STREETS]
    growth = pd.DataFrame({"zone_id": zones["zone_id"], "year": 2030, "pop_total": 40_000.0})
    homes = sc.Scenario("新城").adding_estates(estate(city, place)).at(2030)
    school = gpd.GeoDataFrame({"service": ["kindergarten"], "id": ["K-2030"]}, geometry=[place], crs=city.crs)
    (homes + sc.Scenario("配套园").adding(school)).save(tmp_path / "both.toml")
    both = sc.read_scenario(tmp_path / "both.toml")
    later = sc.Scenario("2030年人口").with_population(2030, growth)

    results = [result]
    results += [sc.assess(one.apply(city), PLAN, since=result, progress=False) for one in (homes, both, later)]
    people = [float(one.city.population["pop_total"].sum()) for one in results]
    assert people[1] - people[0] == pytest.approx(2000)
    assert people[2] == people[1]
    inside = city.cell_zones[STREETS].notna().to_numpy()
    outside = float(city.population["pop_total"].to_numpy()[~inside].sum())
    assert people[3] == pytest.approx(40_000 * len(zones) + outside, rel=1e-12)
    assert results[3].table["estimated"].any()

    gained = results[2].compare(results[1])
    row = gained.table[(gained.table["standard_id"] == "YY-05") & (gained.table["zone_id"] == "CITY")].iloc[0]
    before, after = (one.cells_for("YY-05") for one in results[1:3])
    fresh = after["covered"].to_numpy(dtype=bool) & ~before["covered"].to_numpy(dtype=bool)
    assert row["gain"] == pytest.approx(after["group"].to_numpy()[fresh].sum())
    assert row["gain"] > 0
    assert np.array_equal(gained.cells["cell_id"].unique(), after.index[fresh])

    table = sc.scenario_table(results, level=STREETS)
    assert len(table) == len(result.table[result.table["level"] == STREETS])
    assert [f"现状值({name})" for name in ("现状", "新城", "新城 + 配套园", "2030年人口")] == [
        name for name in table if str(name).startswith("现状值")
    ]
