"""The population of a city folder: densities, residents of zones, and spreading them over buildings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

from servicecircle.errors import ReadError
from tests.read.folders import METRIC, box, found, read_edited, write_book, write_town

if TYPE_CHECKING:
    from pathlib import Path

RASTER = 'file = "人口.tif"'
TABLE = 'file = "人口.xlsx"\ncolumns = { pop_total = "常住人口" }\nzone = { column = "街道" }'
SPREAD = 'spread_over = { file = "建筑.gpkg", weight = "面积" }'
ROWS: list[list[object]] = [["街道", "常住人口"], ["西街道", 300], ["东街道", 100]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the test city, with a table of residents and a layer of buildings: two in the west, one in the east."""
    made = write_town(tmp_path)
    write_book(made / "人口.xlsx", ROWS)
    homes = [box(100, 150, 120, 170), box(200, 150, 220, 170), box(700, 150, 720, 170)]
    gpd.GeoDataFrame({"面积": [1000, 2000, 500]}, geometry=homes, crs=METRIC).to_file(made / "建筑.gpkg")
    return made


def test_a_raster_of_densities(folder: Path) -> None:
    """10 per km² on 32 cells of 0.01 km²; in Gauss-Kruger the ground is larger than the map by 1 part in 10,000."""
    city = read_edited(folder, (RASTER, f'{RASTER}\nvalues = "per_km2"'))
    assert city.population["pop_total"].sum() == pytest.approx(3.2, rel=1e-3)
    assert len(found(city, "from_density")) == 1


def test_residents_of_zones_live_in_their_zones(folder: Path) -> None:
    city = read_edited(folder, (RASTER, TABLE))
    assert city.population["pop_total"].tolist() == [300.0, 100.0]
    assert city.population.geometry[0].symmetric_difference(box(0, 0, 400, 400)).area < 1.0


def test_residents_of_zones_are_spread_over_buildings_by_their_weight(folder: Path) -> None:
    city = read_edited(folder, (RASTER, f"{TABLE}\n{SPREAD}"))
    assert city.population["pop_total"].tolist() == [100.0, 200.0, 100.0]
    assert city.population["pop_total_estimated"].all()
    assert set(city.population["setting"]) == {"urban"}
    assert found(city, "spread")[0].residents == 400.0


def test_polygons_with_residents_are_spread_as_well(folder: Path) -> None:
    frame = gpd.GeoDataFrame({"人口": [60]}, geometry=[box(0, 0, 400, 400)], crs=METRIC)
    frame.to_crs(4490).to_file(folder / "小区.gpkg")
    table = f'file = "小区.gpkg"\ncolumns = {{ pop_total = "人口" }}\n{SPREAD}'
    city = read_edited(folder, (RASTER, table))
    assert city.population["pop_total"].tolist() == [20.0, 40.0]


def test_a_zone_without_a_row_is_a_warning(folder: Path) -> None:
    write_book(folder / "人口.xlsx", ROWS[:2])
    (said,) = found(read_edited(folder, (RASTER, TABLE)), "zone_without_row")
    assert (said.severity, said.rows) == ("warning", ("E",))


def test_a_weight_that_is_no_column_is_named(folder: Path) -> None:
    with pytest.raises(ReadError, match=r"\[population\]: weight '面' is unknown\. Known: 面积"):
        read_edited(folder, (RASTER, f"{TABLE}\n{SPREAD.replace('面积', '面')}"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*ROWS, ["西街道", 5]], "names a zone that another row names too"),
        ([*ROWS, [None, 5]], "names no zone"),
        ([*ROWS, ["南街道", 5]], "population layer, column '街道': no zone of this code or name"),
    ],
)
def test_rows_whose_residents_have_no_place_are_refused(folder: Path, rows: list[list[object]], said: str) -> None:
    write_book(folder / "人口.xlsx", rows)
    with pytest.raises(ReadError, match=said):
        read_edited(folder, (RASTER, TABLE))
