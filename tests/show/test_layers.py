"""Layers written for other programs: read back by GDAL, openpyxl and pandas, they say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

import servicecircle as sc
from servicecircle.errors import InputError
from servicecircle.show.layers import short_names
from tests import oracle

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:4549"
POINTS = [shapely.Point(480000.25, 3830000.5), shapely.Point(480100, 3830100)]


@pytest.fixture
def homes() -> gpd.GeoDataFrame:
    columns: dict[str, Any] = {
        "街道办事处名称": ["听涛街道", "=HYPERLINK(1)"],
        "metres": [12.5, np.inf],
        "covered": [True, False],
        "missing": [("culture", "fitness"), ()],
        "facility_id": ["K1", None],
    }
    return gpd.GeoDataFrame(columns, geometry=POINTS, crs=CRS, index=pd.Index(["C1", "C2"], name="cell_id"))


def vector(path: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet"])
def test_a_layer_keeps_names_values_and_places(tmp_path: Path, homes: gpd.GeoDataFrame, suffix: str) -> None:
    sc.write_layer(homes, tmp_path / f"住房{suffix}")
    read = vector(tmp_path / f"住房{suffix}").to_crs(CRS)
    assert read["cell_id"].tolist() == ["C1", "C2"]
    assert read["街道办事处名称"].tolist() == homes["街道办事处名称"].tolist()
    assert read["missing"].tolist() == ["culture, fitness", ""]
    assert read["covered"].astype(bool).tolist() == [True, False]
    assert shapely.equals_exact(read.geometry.to_numpy(), homes.geometry.to_numpy(), tolerance=0.01).all()


def test_geojson_is_in_longitude_and_latitude(tmp_path: Path, homes: gpd.GeoDataFrame) -> None:
    sc.write_layer(homes, tmp_path / "a.geojson")
    assert gpd.read_file(tmp_path / "a.geojson").total_bounds[0] == pytest.approx(119.78, abs=0.01)


def test_a_csv_opens_in_spreadsheets_and_runs_nothing(tmp_path: Path, homes: gpd.GeoDataFrame) -> None:
    sc.write_layer(homes, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig")
    assert read["街道办事处名称"].tolist() == ["听涛街道", "'=HYPERLINK(1)"]
    assert read["wkt"][0] == "POINT (480000.25 3830000.5)"


def test_a_workbook_holds_texts_and_numbers_and_no_formula(tmp_path: Path, homes: gpd.GeoDataFrame) -> None:
    sc.write_layer(homes, tmp_path / "a.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows())
    assert [cell.value for cell in rows[0]][:3] == ["cell_id", "街道办事处名称", "metres"]
    assert [cell.value for cell in rows[1]][:5] == ["C1", "听涛街道", 12.5, True, "culture, fitness"]
    assert [cell.value for cell in rows[2]][:3] == ["C2", "=HYPERLINK(1)", "inf"]
    assert "f" not in {cell.data_type for row in rows for cell in row}


def test_a_shapefile_is_in_the_encoding_of_chinese_windows_with_a_list_of_its_fields(
    tmp_path: Path, homes: gpd.GeoDataFrame
) -> None:
    sc.write_layer(homes, tmp_path / "住房.shp")
    assert "听涛街道".encode("gb18030") in (tmp_path / "住房.dbf").read_bytes()
    read = gpd.read_file(tmp_path / "住房.shp")
    assert read.columns.tolist() == ["cell_id", "街道办事处", "metres", "covered", "missing", "facility_i", "geometry"]
    assert read["街道办事处"].tolist() == ["听涛街道", "=HYPERLINK(1)"]
    assert read["covered"].tolist() == [1, 0]
    assert np.isnan(read["metres"][1])
    fields = pd.read_csv(tmp_path / "住房_fields.csv", encoding="utf-8-sig")
    assert dict(zip(fields["field"], fields["name"], strict=True))["facility_i"] == "facility_id"
    assert sc.read_layer(tmp_path / "住房.shp").frame["街道办事处"].tolist() == ["听涛街道", "=HYPERLINK(1)"]


def test_long_texts_are_cut_between_characters(tmp_path: Path, homes: gpd.GeoDataFrame) -> None:
    sc.write_layer(homes.assign(note="甲" * 200), tmp_path / "a.shp")
    assert gpd.read_file(tmp_path / "a.shp")["note"].tolist() == ["甲" * 127] * 2


def test_no_two_fields_have_the_same_name_whatever_the_case() -> None:
    names = [*(f"LY-01 metres {i}" for i in range(12)), "ly-01 METRES", "街道办事处名称", "街道办事处地址"]
    short = list(short_names(names).values())
    assert len({name.upper() for name in short}) == len(names)
    assert all(len(name.encode("gb18030")) <= 10 for name in short)


def test_an_older_file_is_replaced_whole(tmp_path: Path, homes: gpd.GeoDataFrame) -> None:
    for frame in (homes, homes.iloc[:1]):
        sc.write_layer(frame, tmp_path / "a.gpkg")
    assert len(gpd.read_file(tmp_path / "a.gpkg")) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, homes: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: gpd.GeoDataFrame, path: Path, **_options: object) -> None:
        path.write_bytes(b"half")
        raise pyogrio.errors.FeatureError("could not add feature")

    sc.write_layer(homes, tmp_path / "a.gpkg")
    before = (tmp_path / "a.gpkg").read_bytes()
    monkeypatch.setattr(pyogrio, "write_dataframe", fail)
    with pytest.raises(InputError, match=r"could not add feature. The old file, if there was one, is unchanged"):
        sc.write_layer(homes, tmp_path / "a.gpkg")
    assert (tmp_path / "a.gpkg").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]


@pytest.mark.parametrize("name", ["a.txt", "a", "a.gdb"])
def test_an_unknown_kind_of_file_is_refused(tmp_path: Path, homes: gpd.GeoDataFrame, name: str) -> None:
    with pytest.raises(InputError, match="gpkg"):
        sc.write_layer(homes, tmp_path / name)


def test_a_table_without_geometry_is_no_layer(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="csv or"):
        sc.write_layer(pd.DataFrame({"a": [1]}), tmp_path / "a.gpkg")


def test_an_assessment_becomes_one_geopackage(tmp_path: Path) -> None:
    result = sc.assess(oracle.city(), oracle.plan(), progress=False)
    sc.write_layers(result, tmp_path / "评估.gpkg")
    names = set(pyogrio.list_layers(tmp_path / "评估.gpkg")[:, 0])
    assert {"cells", "facilities", "zones", "gaps", "table", "evidence"} <= names
    cells = gpd.read_file(tmp_path / "评估.gpkg", layer="cells")
    assert cells.set_index("cell_id")["LY-01 metres"].drop("C6").to_dict() == {
        cell: float(metres) for cell, metres in oracle.EXPECTED["nearest_m"]["elderly_station"].items() if cell != "C6"
    } | {"C4": 400.0}  # the centre EC1 counts for LY-01, 400 m from C4
    table = pyogrio.read_dataframe(tmp_path / "评估.gpkg", layer="table")
    assert len(table) == len(result.table)
    gaps = gpd.read_file(tmp_path / "评估.gpkg", layer="gaps")
    assert (
        gaps.loc[gaps["standard_id"] == "WT-01", "residents"].sum()
        == oracle.EXPECTED["WT-01"]["CITY"]["uncovered_total"]
    )
