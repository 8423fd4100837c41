"""The sample city: the committed files are what the script makes, complete and consistent."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

FOLDER = Path(__file__).resolve().parents[2] / "sample_data"
LARGEST_BYTES = 8_000_000
LAYERS = {"walk_edges", "drive_edges", "population", "zones", "areas", "bus_stops", "entrances"}
TABLES = ("education", "health", "elderly_care", "civic", "estates", "culture_sport", "parent_schools", "projects")
# Service -> the attributes its standards read and that are known of every facility.
NEEDED = {
    "kindergarten": (
        "status ownership inclusive quality capacity enrolment classes legal_id open_year toddler_classes "
        "estate_facility setting barrier_free"
    ),
    "childcare": "places open_year inclusive",
    "elderly_station": "services open_year barrier_free",
    "elderly_center": "services open_year barrier_free",
    "elderly_institution": "beds nursing_beds serves_community medical_service referral_channel",
    "community_health": "tcm_clinic feature_dept",
    "township_hospital": "tcm_clinic feature_dept",
    "village_clinic": "legal_id tcm_corner",
    "chc": "tcm_clinic feature_dept legal_id",
    "health_station": "tcm_corner legal_id",
    "hospital": "grade grade_class specialty sponsor_level ownership public_health_dept internet_hospital",
    "primary_care": "gps meets_standard",
    "health_facility": "physicians beds nurses health_staff",
    "mch": "standardised",
    "tcm_hospital": "grade sponsor_level ownership prevention_dept rehabilitation_dept geriatric_dept",
    "senior_university": "sponsor_level",
    "school": "level quality smart enrolment ownership classes large_classes open_year meets_standard",
    "culture": "area_m2",
    "fitness": "area_m2 open_to_public",
    "fitness_center": "area_m2",
    "fitness_square": "area_m2",
    "columbarium": "public_benefit",
    "affordable_housing": "units persons",
    "minor_station": "status",
    "minor_rescue": "status",
    "veteran_station": "status",
    "township_seat": "zone_id",
    "county_seat": "zone_id",
    "city_centre": "status",
    "police_post": "status",
    "parent_school": "zone_id",
    "funeral_service": "tier",
    "cemetery": "area_m2 eco_area_m2 public_benefit open_year",
    "broadcast_terminal": "range_m",
    "party_service_center": "status",
    "villager_activity_center": "status",
    "court": "legal_aid_station",
    "detention_centre": "legal_aid_station",
    "old_estate": "built_year households barrier_free age_friendly",
    "new_estate": "open_year facilities_built",
    "shanty_area": "households households_rehoused",
    "economic_node": "classified_road",
    "key_district": "status",
    "road_project": "project length_km done_year zone_id",
}


def layer(name: str, folder: Path = FOLDER) -> gpd.GeoDataFrame:
    return gpd.read_file(folder / "sample_city.gpkg", layer=name)


def table(name: str) -> pd.DataFrame:
    """Return one CSV with canonical columns, as city.toml maps them."""
    frame = pd.read_csv(FOLDER / f"{name}.csv")
    settings = tomllib.loads((FOLDER / "city.toml").read_text("utf-8"))
    entry = next(entry for entry in settings["facilities"] if entry["file"] == f"{name}.csv")
    frame = frame.rename(columns={head: column for column, head in entry.get("columns", {}).items()})
    services = frame[entry["service_column"]]
    return frame.assign(service=services.map(entry["services"]) if "services" in entry else services)


@pytest.fixture(scope="module")
def facilities() -> pd.DataFrame:
    return pd.concat([table(name) for name in TABLES], ignore_index=True)


@pytest.fixture(scope="module")
def cells() -> gpd.GeoDataFrame:
    return layer("population")


@pytest.fixture(scope="module")
def zones() -> gpd.GeoDataFrame:
    return layer("zones")


@pytest.mark.parametrize("name", [*(f"{name}.csv" for name in TABLES), "bus_lines.csv", "city.toml"])
def test_the_script_makes_the_committed_tables(made_again: Path, name: str) -> None:
    assert (made_again / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_the_script_makes_the_committed_layers(made_again: Path, name: str) -> None:
    expected, actual = layer(name), layer(name, made_again)
    pd.testing.assert_frame_equal(pd.DataFrame(actual.drop(columns="geometry")), expected.drop(columns="geometry"))
    assert shapely.equals_exact(actual.geometry.array, expected.geometry.array, tolerance=0.011).all()


def test_the_files_stay_small() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) <= LARGEST_BYTES


def test_the_geopackage_holds_its_layers_in_the_city_crs() -> None:
    assert set(pyogrio.list_layers(FOLDER / "sample_city.gpkg")[:, 0]) == LAYERS
    assert {layer(name).crs.to_epsg() for name in LAYERS} == {4549}


def test_tables_begin_with_the_mark_spreadsheets_look_for() -> None:
    assert all((FOLDER / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf") for name in (*TABLES, "bus_lines"))


@pytest.mark.parametrize(("service", "columns"), NEEDED.items())
def test_every_service_has_its_attributes(facilities: pd.DataFrame, service: str, columns: str) -> None:
    rows = facilities[facilities["service"] == service]
    assert len(rows)
    assert rows[columns.split()].notna().all(axis=None)


def test_ids_are_unique(facilities: pd.DataFrame, cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> None:
    assert pd.concat([facilities["id"], layer("bus_stops")["id"]]).is_unique
    assert cells["cell_id"].is_unique
    assert zones["zone_id"].is_unique


def test_ages_are_consistent(cells: gpd.GeoDataFrame) -> None:
    apart = cells[["pop_0_2", "pop_3_5", "pop_6_14", "pop_60p"]]
    assert (apart >= 0).all(axis=None)
    assert (apart.sum(axis=1) <= cells["pop_total"]).all()
    assert (cells["pop_65p"] <= cells["pop_60p"]).all()
    share = cells.filter(like="pop_").sum() / cells["pop_total"].sum()
    assert 0.20 <= share["pop_60p"] <= 0.22
    assert 0.027 <= share["pop_3_5"] <= 0.034
    assert 290_000 <= cells["pop_total"].sum() <= 320_000


def test_every_cell_lies_in_one_zone_of_the_lowest_levels(cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> None:
    lowest = zones[zones["level"].isin(["社区", "行政村"])]
    _, zone = lowest.sindex.query(cells.geometry.centroid, predicate="within")
    assert len(zone) == len(cells)
    code = lowest["urban_rural_code"].to_numpy()[zone]
    assert sorted(set(cells["setting"])) == ["rural", "urban"]
    assert len(set(code)) >= 4


def test_zones_of_each_level_tile_the_level_above(zones: gpd.GeoDataFrame) -> None:
    assert zones.is_valid.all()
    parents = zones.dropna(subset="parent")
    assert set(parents["parent"]) <= set(zones["zone_id"])
    area = zones.set_index("zone_id").area
    whole = area[sorted(set(parents["parent"]))]
    parts = parents.set_index("zone_id").area.groupby(parents.set_index("zone_id")["parent"]).sum()
    assert abs(parts - whole).max() < 1.0
    managed = zones[zones["manager"] == "临潮产业园区"]
    assert set(managed["admin"]) == {"望潮区"}
    assert len(managed) > 2


def test_zones_of_parentless_facilities_exist(facilities: pd.DataFrame, zones: gpd.GeoDataFrame) -> None:
    assert set(facilities["zone_id"].dropna()) <= set(zones["zone_id"])


def test_planned_peculiarities_are_there(facilities: pd.DataFrame) -> None:
    kindergartens = facilities[facilities["service"] == "kindergarten"]
    status = kindergartens["status"].value_counts()
    assert (status["building"], status["closed"]) == (1, 1)
    assert kindergartens["legal_id"].duplicated().sum() == 1
    assert kindergartens.loc[kindergartens["status"] == "closed", "close_year"].notna().all()
    complete = {"full_care", "day_care", "home_service", "visiting"}
    centres = (
        facilities[facilities["service"] == "elderly_center"].set_index("name")["services"].str.split(";").map(set)
    )
    assert complete - centres["渔灯街道综合性养老服务中心"] == {"visiting"}
    assert "听涛街道综合性养老服务中心" not in centres.index
    institutions = facilities[facilities["service"] == "elderly_institution"]
    assert (institutions["nursing_beds"] <= institutions["beds"]).all()


def test_streets_have_bridges_a_loop_and_parallel_edges() -> None:
    edges = layer("walk_edges")
    ends = shapely.get_coordinates([shapely.get_point(edges.geometry, 0), shapely.get_point(edges.geometry, -1)])
    start, end = ends[: len(edges)], ends[len(edges) :]
    pairs = pd.DataFrame([sorted([tuple(a), tuple(b)]) for a, b in zip(start.tolist(), end.tolist(), strict=True)])
    assert (start == end).all(axis=1).any()
    assert pairs.duplicated().any()
    assert (edges["bridge"] == "yes").sum() >= 9
    assert edges.is_valid.all()


def test_bridges_are_the_only_ways_over_river_and_railway() -> None:
    edges, areas = layer("walk_edges"), layer("areas")
    river = areas.loc[areas["name"] == "汐河"].geometry.union_all()
    railway = areas.loc[areas["name"] == "陇云铁路"].geometry.union_all()
    for barrier in (river, railway):
        across = edges[edges.crosses(barrier)]
        assert len(across)
        assert set(across["bridge"]) == {"yes"}


def test_bus_stops_cover_a_little_less_than_the_target() -> None:
    areas, stops = layer("areas"), layer("bus_stops")
    built = areas.loc[areas["kind"] == "built_up"].geometry.union_all()
    near = shapely.union_all(shapely.buffer(stops.geometry.array, 500, quad_segs=64))
    share = near.intersection(built).area / built.area
    assert 0.95 < share < 0.98


def test_roads_are_streets_wide_enough_with_class_and_speed() -> None:
    walk, roads = layer("walk_edges"), layer("drive_edges")
    assert len(roads) == (walk["highway"] != "footway").sum()
    assert set(roads["road_class"].dropna()) == {"一级", "二级", "三级", "四级", "等外"}
    assert (roads["speed_kmh"].isna() == roads["road_class"].isna()).all()
    assert roads["speed_kmh"].dropna().between(15, 60).all()
    country = roads[roads["highway"] == "unclassified"]
    assert set(country["road_class"]) == {"四级", "等外"}


def test_bus_lines_serve_most_stops_and_no_other_places() -> None:
    lines, stops = pd.read_csv(FOLDER / "bus_lines.csv"), layer("bus_stops")
    assert set(lines["stop_id"]) <= set(stops["id"])
    assert len(set(lines["stop_id"])) > 0.95 * len(stops)
    assert not lines.duplicated(["line_id", "sequence"]).any()
    assert (lines.groupby("line_id")["sequence"].max() == lines.groupby("line_id").size()).all()
    assert (lines["headway_minutes"] > 0).all()


def test_buses_go_on_from_stop_to_stop_as_fast_as_buses_do() -> None:
    """From 15 to 40 km/h along straight lines between stops, over each whole line; minutes are rounded to tenths."""
    lines, stops = pd.read_csv(FOLDER / "bus_lines.csv"), layer("bus_stops").set_index("id").geometry
    for _, line in lines.groupby("line_id"):
        assert line["minutes"].iloc[0] == 0
        assert line["minutes"].is_monotonic_increasing
        places = stops[line["stop_id"]].to_numpy()
        km = shapely.distance(places[:-1], places[1:]).sum() / 1000
        assert 15 < km / (line["minutes"].iloc[-1] / 60) < 40


def test_the_readme_documents_every_service_and_column(facilities: pd.DataFrame, zones: gpd.GeoDataFrame) -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    columns = set(zones) | {column for name in TABLES for column in table(name)} - {"lon", "lat", "x", "y", "geometry"}
    kinds = set(layer("areas")["kind"])
    named = set(re.findall(r"`(\w+)`", text))
    assert (columns | kinds) - named - {"geometry", "经度", "纬度", "类别"} == set()
    assert [one for one in sorted(set(facilities["service"])) if not re.search(rf"\b{one}\b", text)] == []


def test_city_toml_says_invented_and_names_every_file() -> None:
    settings = tomllib.loads((FOLDER / "city.toml").read_text("utf-8"))
    assert "虚构" in settings["notice_zh"]
    assert "nvented" in settings["notice_en"]
    named = {entry["file"] for entry in [*settings["facilities"], *settings["bus_lines"]]} | {"sample_city.gpkg"}
    assert named == {path.name for path in FOLDER.iterdir() if path.suffix in {".csv", ".gpkg"}}
