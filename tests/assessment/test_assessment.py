"""What an assessment offers beside its table: cells, gaps, explanations, comparisons, and what it does not know."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from servicecircle.assessment import Assessment, assess
from servicecircle.assessment.rows import COLUMNS
from servicecircle.city import About
from servicecircle.errors import InputError
from servicecircle.network import WalkNetwork
from servicecircle.plan import read_plan
from tests import oracle


@pytest.fixture(scope="module")
def result() -> Assessment:
    return assess(oracle.city(), oracle.plan(), progress=False)


def rows(result: Assessment, standard: str) -> pd.DataFrame:
    table = result.table
    return table[(table["standard_id"] == standard) & (table["class"] == "all")].set_index("zone_id")


def test_the_table_has_the_columns_of_the_data_dictionary(result: Assessment) -> None:
    assert tuple(result.table.columns) == COLUMNS


def test_covered_and_uncovered_are_everybody(result: Assessment) -> None:
    table = result.table[result.table["measure"].isin(["reach", "composite"])]
    assert np.allclose(table["numerator"] + table["group_uncovered"], table["denominator"])


def test_zones_sum_to_the_city(result: Assessment) -> None:
    table = rows(result, "WT-01")
    assert table.loc[["A", "B", "Z"], "group_uncovered"].sum() == table.loc["CITY", "group_uncovered"]


def test_the_order_of_rows_and_the_index_have_no_say(result: Assessment) -> None:
    def mixed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.sample(frac=1, random_state=3).set_index(pd.Index(range(100, 100 + len(frame))))

    other = assess(
        oracle.city(
            walk=WalkNetwork.from_edges(mixed(oracle.edges())),
            population=mixed(oracle.population()),
            facilities=mixed(oracle.facilities()),
            zones=mixed(oracle.zones()),
            areas=mixed(oracle.areas()),
        ),
        oracle.plan(),
        progress=False,
    )
    assert_frame_equal(other.table, result.table)
    assert_frame_equal(other.companions, result.companions)
    for standard in result.plan.ids:
        assert_geodataframe_equal(other.gaps(standard), result.gaps(standard), normalize=True)


def test_a_service_that_is_not_loaded_is_not_evaluable() -> None:
    places = oracle.facilities()
    city = oracle.city(facilities=places[places["service"] != "childcare"])
    result = assess(city, oracle.plan(), progress=False)
    circle = rows(result, "ZH-01")
    assert set(circle["status"]) == {"not_evaluable"}
    assert circle["value"].isna().all()
    assert circle["meets_target"].isna().all()
    noted = result.evidence[result.evidence["kind"] == "missing_service"]
    assert noted.loc[noted["standard_id"] == "ZH-01", "about"].tolist() == ["childcare"]
    assert "childcare" in repr(result)


def test_an_empty_layer_is_a_true_zero() -> None:
    places = oracle.facilities()
    city = oracle.city(facilities=places[places["service"] != "childcare"], services=["childcare"])
    circle = rows(assess(city, oracle.plan(), progress=False), "ZH-01")
    assert (circle.loc["A", "status"], circle.loc["A", "value"]) == ("reference", 0.0)


@pytest.mark.parametrize(
    ("layer", "column", "standard"),
    [
        ("facilities", "open_to_public", "WT-01"),
        ("facilities", "services", "LY-02"),
        ("population", "pop_60p", "LY-01"),
    ],
)
def test_a_column_that_is_not_there_is_named(layer: str, column: str, standard: str) -> None:
    frame = getattr(oracle, layer)().drop(columns=column)
    result = assess(oracle.city(**{layer: frame}), oracle.plan().only(standard), progress=False)
    assert set(result.table["status"]) == {"not_evaluable"}
    assert column in result.evidence["about"].tolist()


def test_no_setting_is_known() -> None:
    city = oracle.city(
        population=oracle.population().drop(columns="setting"), zones=oracle.zones().drop(columns="setting")
    )
    result = assess(city, oracle.plan().only("LY-01"), progress=False)
    assert set(result.table["status"]) == {"not_evaluable"}
    assert "24,000 residents" in result.evidence["en"].iloc[0]


def test_an_area_that_is_not_there_is_named() -> None:
    result = assess(oracle.city(areas=None), oracle.plan().only("YY-05", "CX-01"), progress=False)
    assert set(result.table["status"]) == {"not_evaluable"}
    assert "built_up" in result.table["zone_id"].tolist()
    assert set(result.evidence["about"]) == {"main_city", "built_up"}


def test_an_optional_service_is_left_out_with_a_note(result: Assessment) -> None:
    places = oracle.facilities()
    city = oracle.city(facilities=places[places["service"] != "elderly_institution"])
    without = assess(city, oracle.plan().only("LY-01"), progress=False)
    values = [float(rows(one, "LY-01")["value"]["A"]) for one in (without, result)]
    assert values[0] == values[1]
    assert "elderly_institution" in without.evidence["about"].tolist()


def test_a_point_far_from_every_street_is_unreachable_and_listed() -> None:
    people = oracle.population()
    dx, dy = oracle.ORACLE["offset"]
    people.loc[1, "geometry"] = shapely.Point(dx + 1000, dy + 2900)
    people["zone_id"] = "A"
    result = assess(oracle.city(population=people), oracle.plan().only("WT-01"), progress=False)
    found = {f.code: f for f in result.report.findings}["off_network"]
    assert (found.rows, found.residents) == (("C2",), 8000.0)
    assert result.cells_for("WT-01").loc["C2", "metres"] == np.inf
    assert rows(result, "WT-01").loc["CITY", "pop_unreachable"] == 9000.0


def test_gaps_hold_everybody_who_is_not_covered(result: Assessment) -> None:
    for standard in ("LY-01", "WT-01"):
        gaps = result.gaps(standard)
        assert gaps["group"].sum() == rows(result, standard).loc["CITY", "group_uncovered"]
        assert gaps["group"].is_monotonic_decreasing


def test_gaps_of_an_area_are_the_ground_outside_every_disc(result: Assessment) -> None:
    gaps = result.gaps("CX-01")
    assert gaps["area_m2"].sum() / 1e6 == pytest.approx(oracle.EXPECTED["CX-01"]["uncovered_km2"], abs=1e-6)


def test_gaps_of_a_standard_counted_by_zone_are_zones(result: Assessment) -> None:
    assert result.gaps("YY-01")["zone_id"].tolist() == ["A"]
    assert result.gaps("LY-02")["zone_id"].tolist() == ["A", "Z"]


def test_cells_side_by_side_make_one_gap() -> None:
    dx, dy = oracle.ORACLE["offset"]
    squares = [shapely.box(dx + x, dy + 400, dx + x + 100, dy + 500) for x in (0, 100, 200, 600)]
    people = gpd.GeoDataFrame(
        {"pop_total": [10, 20, 30, 5], "pop_60p": [1, 2, 3, 4], "pop_3_5": 1}, geometry=squares, crs="EPSG:4549"
    )
    city = oracle.city(population=people).removing(["F1", "F2"])
    gaps = assess(city, oracle.plan().only("WT-01"), progress=False).gaps("WT-01")
    assert gaps[["residents", "cells", "area_m2"]].to_numpy().tolist() == [[60.0, 3.0, 30000.0], [5.0, 1.0, 10000.0]]
    assert gaps["worst_minutes"].tolist() == [np.inf, np.inf]


def test_the_explanation_of_a_row(result: Assessment) -> None:
    told = result.explain("LY-01", "甲街道")
    assert told.zone_id == "A"
    assert told.cells.index.tolist() == ["C1", "C3", "C4", "C2"]
    assert set(told.facilities["id"]) == {"E1", "EC1"}
    text = str(told)
    assert "第 306 行" in text
    assert "农村 20 分钟" in text
    assert told.parameters["speed"] == "0.8 m/s"


def test_the_explanation_of_a_zone_that_has_no_row(result: Assessment) -> None:
    with pytest.raises(InputError, match="甲街道"):
        result.explain("LY-01", "甲街")


def test_unknown_standards(result: Assessment) -> None:
    for call in (result.gaps, result.cells_for):
        with pytest.raises(InputError, match="LY-99"):
            call("LY-99")


def test_cells_of_a_standard_counted_by_zone(result: Assessment) -> None:
    with pytest.raises(InputError, match="counted by zone"):
        result.cells_for("YY-01")


def test_what_is_no_city_and_no_plan() -> None:
    with pytest.raises(InputError, match="read_plan"):
        assess(oracle.city(), "lianyungang-145")  # type: ignore[arg-type]


def test_one_station_added_and_compared(result: Assessment) -> None:
    new = gpd.GeoDataFrame(
        {"service": ["elderly_station"], "id": ["E9"]}, geometry=[oracle.node("N1")], crs="EPSG:4549"
    )
    after = assess(result.city.adding(new), result.plan, since=result, scenario="E9", progress=False)
    comparison = after.compare(result)
    table = comparison.table[comparison.table["standard_id"] == "LY-01"].set_index(["zone_id", "class"])
    expected = oracle.EXPECTED["site_selection_LY-01_max_cover_60p"]["k1"]
    assert table.loc[("A", "all"), "gain"] == expected["gain"]
    assert table.loc[("A", "all"), "value_after"] == pytest.approx(expected["A_share"], abs=5e-7)
    assert table.loc[("B", "all"), "gain"] == 0
    moved = comparison.cells[comparison.cells["standard_id"] == "LY-01"]
    assert moved["cell_id"].tolist() == ["C1"]
    assert not len(comparison.flips[comparison.flips["standard_id"] == "LY-01"])


@pytest.mark.parametrize("change", ["add", "remove", "close", "nothing"])
def test_since_gives_what_a_full_run_gives(result: Assessment, change: str) -> None:
    city = result.city
    new = gpd.GeoDataFrame({"service": ["kindergarten"], "id": ["A0"]}, geometry=[oracle.node("N7")], crs="EPSG:4549")
    changed = {
        "add": lambda: city.adding(new),
        "remove": lambda: city.removing(["E1", "K1"]),
        "close": lambda: city.changing("F1", status="closed"),
        "nothing": lambda: city,
    }[change]()
    quick = assess(changed, result.plan, since=result, progress=False)
    full = assess(changed, result.plan, progress=False)
    assert_frame_equal(quick.table, full.table)
    assert_frame_equal(quick.companions, full.companions)
    assert_frame_equal(quick.distances, full.distances)


def test_what_if_and_undo_is_where_it_began(result: Assessment) -> None:
    new = gpd.GeoDataFrame(
        {"service": ["fitness"], "id": ["X"], "open_to_public": [True]}, geometry=[oracle.node("N1")], crs="EPSG:4549"
    )
    there = assess(result.city.adding(new), result.plan, since=result, progress=False)
    back = assess(there.city.removing("X"), result.plan, since=there, progress=False)
    assert_frame_equal(back.table, result.table)
    assert not len(back.compare(result).changed)


def test_assessments_of_different_plans_are_not_compared(result: Assessment) -> None:
    other = assess(result.city, read_plan("lianyungang-145"), progress=False)
    with pytest.raises(InputError, match="different plans"):
        other.compare(result)


def test_names_are_shown_literally() -> None:
    zones = oracle.zones().assign(name="<script>x</script>")
    result = assess(oracle.city(zones=zones, about=About("<b>")), oracle.plan().only("LY-02"), progress=False)
    for page in (result._repr_html_(), result.explain("LY-02", "A")._repr_html_()):
        assert "<script>" not in page
        assert "<b>" not in page.replace("<p><b>", "").replace("</b></p>", "")


def test_legal_entities_count_once() -> None:
    places = oracle.facilities()
    campus = places[places["id"] == "K1"].assign(id="K1b", geometry=[oracle.node("N3")])
    both = pd.concat([places, campus], ignore_index=True)
    both["legal_id"] = None
    both.loc[both["id"].isin(["K1", "K1b"]), "legal_id"] = "entity-1"
    result = assess(oracle.city(facilities=both), oracle.plan().only("YY-01", "YY-05"), progress=False)
    assert rows(result, "YY-01").loc["A", "facilities_n"] == 1
    assert result.cells_for("YY-05").loc["C2", "metres"] == 0


def test_a_group_that_another_stands_in_for_is_flagged_and_named() -> None:
    city = oracle.city(population=oracle.population().drop(columns="pop_3_5"))
    result = assess(city, oracle.plan().only("YY-05"), progress=False)
    assert result.table["estimated"].all()
    assert set(result.table["group"]) == {"pop_total"}
    assert rows(result, "YY-05").loc["A", "pop_group"] == 20000
    assert "estimated" in result.evidence["kind"].tolist()
    assert "children" not in repr(result)


def test_a_group_from_shares_of_zones_is_estimated_everywhere() -> None:
    zones = oracle.zones().assign(share_pop_60p=[0.2, 0.25, None])
    city = oracle.city(zones=zones, population=oracle.population().drop(columns="pop_60p"))
    result = assess(city, oracle.plan().only("LY-01"), progress=False)
    table = rows(result, "LY-01")
    assert table["estimated"].all()
    # A: 20 % of 20,000; B: 25 % of 4,000
    assert table.loc[["A", "B", "CITY"], "pop_group"].tolist() == [4000.0, 1000.0, 5000.0]
    assert any("share_pop_60p" in told for told in result.evidence["en"])


def test_a_share_that_some_residents_lack_estimates_nothing() -> None:
    zones = oracle.zones().assign(share_pop_60p=[0.2, None, None])
    city = oracle.city(zones=zones, population=oracle.population().drop(columns="pop_60p"))
    result = assess(city, oracle.plan().only("LY-01"), progress=False)
    assert set(result.table["status"]) == {"not_evaluable"}


def test_residents_near_the_border_are_told_where_nothing_beyond_is_known(result: Assessment) -> None:
    # uncovered in WT-01: C1 lives 100 m from the border, C3 100 m, C4 500 m, C6 100 m; the limit is 800 m
    edge = result.evidence[(result.evidence["kind"] == "edge") & (result.evidence["standard_id"] == "WT-01")]
    assert edge["residents"].tolist() == [6000.0 + 4000.0 + 2000.0 + 1000.0]


def test_the_edge_is_told_for_straight_lines_and_circles_of_services_too(result: Assessment) -> None:
    edge = result.evidence[result.evidence["kind"] == "edge"].set_index("standard_id")["residents"]
    # of the cells in the built-up area only C3 (4,000) has no stop within 500 m, and lives 100 m from the border
    assert edge["CX-01"] == 4000.0
    # of those in the main city C1, C3 and C4 lack a service of the circle; all live nearer to the border than 800 m
    assert edge["ZH-01"] == 6000.0 + 4000.0 + 2000.0


def test_a_facility_beyond_the_border_ends_the_doubt() -> None:
    far = gpd.GeoDataFrame(
        {"service": ["fitness"], "open_to_public": [True]}, geometry=[shapely.Point(479000, 3830500)], crs="EPSG:4549"
    )
    result = assess(oracle.city().adding(far), oracle.plan().only("WT-01"), progress=False)
    assert "edge" not in result.evidence["kind"].tolist()


def test_urban_and_rural_residents_must_each_be_served() -> None:
    new = gpd.GeoDataFrame(
        {"service": "elderly_station"}, index=[0, 1], geometry=[oracle.node("N1"), oracle.node("N11")], crs="EPSG:4549"
    )
    result = assess(oracle.city().adding(new), oracle.plan().only("LY-01"), progress=False)
    city = result.table[result.table["zone_id"] == "CITY"].set_index("class")
    assert city["meets_target"].to_dict() == {"all": False, "urban": True, "rural": False}


def test_an_explanation_names_the_data_it_rests_on(result: Assessment) -> None:
    mixed = oracle.city(
        facilities=oracle.facilities().sample(frac=1, random_state=2), population=oracle.population().iloc[::-1]
    )
    same = assess(mixed, oracle.plan().only("WT-01"), progress=False).explain("WT-01", "A").digests
    assert same == result.explain("WT-01", "A").digests
    other = assess(mixed.changing("F1", area_m2=1), oracle.plan().only("WT-01"), progress=False)
    changed = other.explain("WT-01", "A").digests
    assert {name for name in same if same[name] != changed[name]} == {"facilities"}


def test_a_row_carries_the_oldest_date_of_its_data() -> None:
    places = oracle.facilities().assign(as_of="2025-06-30")
    places.loc[places["service"] == "fitness", "as_of"] = ["2024-12-31", "2025-01-31", None]
    city = oracle.city(facilities=places, population=oracle.population().assign(as_of="2025-03-01"))
    table = assess(city, oracle.plan().only("WT-01", "YY-01"), progress=False).table
    assert table.groupby("standard_id")["as_of"].unique().map(list).to_dict() == {
        "WT-01": ["2024-12-31"],
        "YY-01": ["2025-03-01"],
    }


def test_cells_out_of_scope_are_neither_covered_nor_not(result: Assessment) -> None:
    covered = result.cells["YY-05 covered"]
    assert covered.isna().to_dict() == {"C1": False, "C2": False, "C3": False, "C4": False, "C5": True, "C6": True}


def test_assessments_of_different_cities_are_not_compared(result: Assessment) -> None:
    names = {"A": "A2", "B": "B2", "Z": "Z2"}
    layers = {name: getattr(oracle, name)() for name in ("population", "facilities", "zones")}
    other = {name: frame.assign(zone_id=frame["zone_id"].map(names)) for name, frame in layers.items()}
    with pytest.raises(InputError, match="different cities"):
        assess(oracle.city(**other), result.plan, progress=False).compare(result)


def test_a_comparison_speaks_of_the_area_that_a_standard_is_about() -> None:
    plan = read_plan("lianyungang-145").only("ZH-01")
    before = assess(oracle.city(), plan, progress=False)
    said = repr(assess(oracle.city().removing("U1"), plan, progress=False).compare(before))
    # U1 is the only place of culture: nobody of the main city is complete any more, 8,000 of 20,000 were
    assert "ZH-01 主城区 all: 40.0% -> 0.0%; 0 residents of its group gain, 8,000 lose" in said


def test_the_zones_behind_a_share_of_zones_are_named() -> None:
    plan = read_plan("lianyungang-145").only("XY-03")
    zones = oracle.zones().assign(level="县区", certified=[True, False, True])
    result = assess(oracle.city(zones=zones), plan, progress=False)
    noted = result.explain("XY-03", "CITY").evidence.groupby("kind")["about"].agg(list).to_dict()
    assert {kind: noted[kind] for kind in ("having", "lacking")} == {"having": ["A", "Z"], "lacking": ["B"]}
