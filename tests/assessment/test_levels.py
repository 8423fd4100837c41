"""Zones of any level, and facilities across their borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.assessment import assess
from tests import oracle

if TYPE_CHECKING:
    import geopandas as gpd


@pytest.mark.parametrize("level", ["施教区", "生活圈单元", "小区"])
def test_any_layer_with_names_is_a_level_that_a_plan_is_judged_at_in_one_call(level: str) -> None:
    zones = oracle.zones().assign(level=level)
    plan = oracle.plan().with_levels([level])
    table = assess(oracle.city(zones=zones), plan, progress=False).table.set_index(["standard_id", "zone_id", "class"])
    assert set(table["level"]) == {level}
    for standard in ("YY-05", "LY-01"):
        for zone in "AB":
            row = table.to_dict("index")[standard, zone, "all"]
            assert row["value"] == pytest.approx(oracle.EXPECTED[standard][zone]["value"], abs=5e-7)
            assert row["status"] == ("out_of_scope" if (standard, zone) == ("YY-05", "B") else "reference")


def test_a_circle_of_services_counts_beside_without_those_across_the_border() -> None:
    def both(places: gpd.GeoDataFrame) -> tuple[float, float]:
        result = assess(oracle.city(facilities=places), oracle.plan().only("ZH-01"), progress=False)
        beside = result.companions[(result.companions["method"] == "no_cross_border")]
        value = result.table[(result.table["zone_id"] == "A") & (result.table["class"] == "all")]["value"]
        return float(value.iloc[0]), float(beside[beside["zone_id"] == "A"]["value"].iloc[0])

    # C2 (8,000 of A's 20,000) has all six services; its station E1 then belongs to Z, and only counts across the border
    places = oracle.facilities()
    assert both(places) == (0.4, 0.4)
    assert both(places.assign(zone_id=places["zone_id"].where(places["id"] != "E1", "Z"))) == (0.4, 0.0)
