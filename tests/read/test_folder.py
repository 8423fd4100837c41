"""A city from a folder: files of every kind, brought together, with what was found on the way."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import osmium
import pytest
import shapely

from servicecircle.errors import LayerError, ReadError
from servicecircle.read import read_city, sample_city
from tests.read.folders import CITY, EAST, METRIC, NORTH, box, found, lonlat, read_edited, write_town

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servicecircle.city import City


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the test city."""
    return write_town(tmp_path)


@pytest.fixture
def edit(folder: Path) -> Callable[..., City]:
    """Return a function that changes city.toml and reads the city."""
    return partial(read_edited, folder)


def test_every_layer_is_there(folder: Path) -> None:
    city = read_city(folder)
    assert (city.name, city.notice) == ("测试市", ("虚构", "Invented"))
    assert city.crs == METRIC
    assert (city.access.islands, city.access.max_access_m) == ("keep", 300.0)
    assert city.walk.edge_length_m.sum() == pytest.approx(800.0, abs=1e-6)
    assert city.population["pop_total"].sum() == 320.0
    assert len(city.population) == 32
    assert set(city.population["setting"]) == {"urban"}
    facilities = city.facilities.set_index("id")
    assert dict(facilities["service"]) == {"K1": "kindergarten", "P1": "park", "B1": "bus_stop"}
    assert facilities["name"]["K1"] == "甲幼儿园"
    assert list(city.zones["name"]) == ["西街道", "东街道"]
    assert set(city.zones["level"]) == {"街道"}
    assert city.areas is not None
    assert list(city.areas["kind"]) == ["built_up"]


def test_places_of_all_formats_agree(folder: Path) -> None:
    city = read_city(folder)
    assert city.areas is not None
    facilities = city.facilities.set_index("id").geometry
    for key, (east, north) in {"K1": (100, 210), "P1": (700, 150), "B1": (400, 200)}.items():
        assert facilities[key].distance(shapely.Point(EAST + east, NORTH + north)) < 0.001
    assert city.zones.union_all().symmetric_difference(city.areas.geometry[0]).area < 1.0
    assert city.population.union_all().symmetric_difference(city.areas.geometry[0]).area < 1.0


def test_the_report_says_what_was_left_out_and_repaired(folder: Path) -> None:
    city = read_city(folder)
    (outside,) = found(city, "outside")
    assert "28 cells with 280 residents left out" in outside.en
    assert outside.residents == 280.0
    (others,) = found(city, "other_services")
    assert "1 rows left out" in others.en
    assert "网吧 1" in others.en
    assert {finding.layer for finding in found(city, "encoding")} == {"设施.csv"}
    assert found(city, "cells")[0].residents == 600.0


def test_a_service_that_no_row_has_is_unknown_unless_it_is_said_to_be_empty(folder: Path) -> None:
    city = read_city(folder)
    assert set(city.services) == {"kindergarten", "park", "bus_stop", "fitness"}
    (absent,) = found(city, "service_absent")
    assert "no row is of pharmacy" in absent.en


def test_the_folder_or_its_file(folder: Path) -> None:
    assert read_city(folder / "city.toml").name == read_city(str(folder)).name == "测试市"


def test_absolute_paths(folder: Path, tmp_path: Path) -> None:
    text = CITY
    for name in ("道路.gpkg", "人口.tif", "设施.csv", "stops.geojson", "zones.shp", "areas.gpkg"):
        text = text.replace(f'"{name}"', f"'{(folder / name).as_posix()}'")
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "city.toml").write_text(text, encoding="utf-8")
    assert read_city(other).population["pop_total"].sum() == 320.0


def test_within_a_file(edit: Callable[..., City]) -> None:
    change = ('within = "zones"', 'within = { file = "areas.gpkg", layer = "areas" }')
    assert edit(change).population["pop_total"].sum() == 320.0


def test_without_within_all_cells_stay(edit: Callable[..., City]) -> None:
    assert edit(('within = "zones"\n', "")).population["pop_total"].sum() == 600.0


def test_a_layer_of_cells_instead_of_a_raster(edit: Callable[..., City], folder: Path) -> None:
    cells = gpd.GeoDataFrame({"人数": [7, 8]}, geometry=[box(0, 0, 100, 100), box(900, 0, 1000, 100)], crs=METRIC)
    cells.to_crs(4490).to_file(folder / "cells.gpkg")
    city = edit(('file = "人口.tif"', 'file = "cells.gpkg"\ncolumns = { pop_total = "人数" }'))
    assert list(city.population["pop_total"]) == [7.0]
    assert "1 cells with 8 residents" in found(city, "outside")[0].en


def test_an_openstreetmap_file_with_rules_of_its_own(edit: Callable[..., City], folder: Path) -> None:
    with osmium.SimpleWriter(str(folder / "map.osm.pbf")) as writer:
        for key in range(5):
            writer.add_node(osmium.osm.mutable.Node(id=key + 1, location=lonlat(200 * key, 200)))
        for key, kind in ((1, "residential"), (2, "steps"), (3, "motorway")):
            writer.add_way(osmium.osm.mutable.Way(id=key, nodes=[key, key + 1], tags={"highway": kind}))
    usual = edit(('file = "道路.gpkg"', 'file = "map.osm.pbf"'))
    assert set(usual.walk.attributes["highway"]) == {"residential", "steps"}
    rule = '{ key = "highway", values = ["steps"], reason_zh = "轮椅", unless = { ramp = ["yes"] } }'
    own = edit(('file = "道路.gpkg"', f'file = "map.osm.pbf"\nleft_out = [{rule}]'))
    assert set(own.walk.attributes["highway"]) == {"residential", "motorway"}
    assert own.walk.edge_length_m.sum() == pytest.approx(400.0, abs=0.01)
    (left_out,) = found(own, "left_out")
    assert "left out by city.toml" in left_out.en
    assert "轮椅" in left_out.zh


def test_what_was_found_on_the_way_is_said_once(folder: Path) -> None:
    findings = read_city(folder).report.findings
    assert len(set(findings)) == len(findings)


def test_files_with_different_columns_and_an_empty_one(edit: Callable[..., City], folder: Path) -> None:
    (folder / "none.csv").write_text("id,beds,lon,lat\n", encoding="utf-8")
    lon, lat = lonlat(10, 10)
    (folder / "homes.csv").write_text(f"id,beds,lon,lat\nH1,80,{lon},{lat}\n", encoding="utf-8")
    tables = "".join(
        f'[[facilities]]\nfile = "{file}"\nservice = "{service}"\nx = "lon"\ny = "lat"\ncrs = "EPSG:4490"\n\n'
        for file, service in (("homes.csv", "elderly_institution"), ("none.csv", "elderly_station"))
    )
    city = edit(("[[zones]]", f"{tables}[[zones]]"))
    facilities = city.facilities.set_index("id")
    assert facilities["beds"]["H1"] == 80
    assert facilities["beds"].isna().sum() == 3
    assert {"elderly_station", "elderly_institution"} <= set(city.services)


def test_levels_of_several_files(edit: Callable[..., City], folder: Path) -> None:
    frame = gpd.GeoDataFrame({"zone_id": ["A"], "级别": ["县区"]}, geometry=[box(0, 0, 800, 400)], crs=METRIC)
    frame.to_file(folder / "county.gpkg")
    city = edit(("[[areas]]", '[[zones]]\nfile = "county.gpkg"\ncolumns = { level = "级别" }\n\n[[areas]]'))
    assert list(city.zones["level"]) == ["街道", "街道", "县区"]


def test_all_faults_of_all_files_at_once(edit: Callable[..., City], folder: Path) -> None:
    (folder / "人口.tif").write_bytes(b"II*")
    with pytest.raises(ReadError) as caught:
        edit(('level = "街道"\n', ""), ('service_column = "类别"', 'service_column = "类型"'), ('layer = "areas"', ""))
    text = str(caught.value)
    assert "[population]: " in text
    assert "not a whole raster" in text
    assert "[[facilities]] no. 1: " in text
    assert "no column '类型', which service_column names" in text
    assert "[[zones]] no. 1: " in text
    assert "no column 'level'. Give level for all rows" in text


def test_one_value_for_all_rows_does_not_replace_a_column(edit: Callable[..., City]) -> None:
    with pytest.raises(ReadError, match="has a column name of its own, which all_rows would replace"):
        edit(('level = "街道"', 'level = "街道"\nall_rows = { name = "街道" }'))


def test_faults_of_the_layers_themselves(edit: Callable[..., City], folder: Path) -> None:
    (folder / "stops.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "B1", "capacity": -5}, '
        '"geometry": {"type": "Point", "coordinates": [119.2, 34.6]}}]}',
        encoding="utf-8",
    )
    with pytest.raises(LayerError, match="facilities layer, column 'capacity'"):
        edit()


def test_the_same_city_at_every_reading(folder: Path) -> None:
    one, other = read_city(folder), read_city(folder)
    assert one.population.equals(other.population)
    assert one.facilities.equals(other.facilities)
    assert str(one.report) == str(other.report)


def test_the_sample_city() -> None:
    city = sample_city()
    assert "虚构" in city.notice[0]
    assert "invented" in city.notice[1].casefold()
    assert 250_000 < city.population["pop_total"].sum() < 350_000
    assert city.areas is not None
    assert set(city.report.table["severity"]) <= {"info", "warning"}


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, servicecircle.read; "
        "print(*(name for name in ('osmium', 'rasterio', 'pydantic', 'numba', 'osmnx', 'folium', 'networkx', "
        "'matplotlib') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
