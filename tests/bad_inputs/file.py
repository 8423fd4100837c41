"""Bad files: encodings, tables as people keep them, and files that are broken, of another kind, or meant to do harm."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.errors import ReadError
from tests.bad_inputs import town
from tests.bad_inputs.case import Checked, Kind, equal, error, repair
from tests.bad_inputs.damage import points, raster, squares

if TYPE_CHECKING:
    import geopandas as gpd

    from tests.bad_inputs.damage import Town

KIND = Kind("file")
COLUMNS = 'columns = { cell_id = "格网", pop_total = "人口" }'
FROM_XY = 'x = "x"\ny = "y"\ncrs = "EPSG:4549"'


def workbook(there: Town, frame: pd.DataFrame, *, above: tuple[str, ...] = (), merged: str = "") -> None:
    """Write the cells as an Excel sheet, with titles above the head, and name it in city.toml."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for title in above:
        sheet.append([title])
    for row in [list(frame.columns), *frame.astype(object).to_numpy().tolist()]:
        sheet.append([None if pd.isna(value) else value for value in row])
    if merged:
        sheet.merge_cells(merged)
    book.save(there.folder / "people.xlsx")
    there.table("[population]", f'file = "people.xlsx"\n{COLUMNS}\n{FROM_XY}')


def total_row() -> pd.DataFrame:
    """Return the cells and a row with their sum."""
    total = {"格网": "合计", "x": np.nan, "y": np.nan, "人口": town.people()["人口"].sum()}
    return pd.concat([town.people(), pd.DataFrame([total])], ignore_index=True)


@KIND(equal())
def nothing_is_bad(there: Town) -> None:
    assert (there.folder / "city.toml").is_file()
    # the town itself: what the other cases are damages of


@KIND(repair("encoding"))
def gbk_table(there: Town) -> None:
    there.places(town.places(), encoding="gbk")


@KIND(repair("encoding"))
def gbk_shapefile_without_cpg(there: Town) -> None:
    there.layer_of_places(points(town.places()), "places.shp", encoding="GBK")
    (there.folder / "places.cpg").unlink(missing_ok=True)


@KIND(repair("encoding"))
def shapefile_whose_cpg_is_wrong(there: Town) -> None:
    there.layer_of_places(points(town.places()), "places.shp", encoding="GBK")
    (there.folder / "places.cpg").write_text("UTF-8", encoding="ascii")


@KIND(equal())
def table_without_a_byte_order_mark(there: Town) -> None:
    there.places(town.places(), encoding="utf-8")


@KIND(equal())
def city_file_with_a_byte_order_mark(there: Town) -> None:
    path = there.folder / "city.toml"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")


@KIND(error(ReadError, "city.toml", "UTF-8"))
def city_file_in_gbk(there: Town) -> None:
    path = there.folder / "city.toml"
    path.write_text(path.read_text(encoding="utf-8"), encoding="gbk")


@KIND(error(ReadError, "places.csv", "UTF-8"))
def table_in_utf_16(there: Town) -> None:
    there.places(town.places(), encoding="utf-16")


@KIND(equal())
def table_with_semicolons(there: Town) -> None:
    there.places(town.places(), sep=";")


@KIND(equal())
def table_with_tabs_and_dos_line_ends(there: Town) -> None:
    there.places(town.places(), sep="\t", lineterminator="\r\n")


@KIND(equal())
def table_with_quoted_line_breaks(there: Town) -> None:
    there.places(town.places().assign(备注='一,"二"\n三'))


@KIND(repair("totals_left_out"))
def total_row_of_a_table_counted_as_cell(there: Town) -> None:
    there.people(total_row())


@KIND(repair("totals_left_out"))
def excel_total_row_counted_as_cell(there: Town) -> None:
    workbook(there, total_row())


@KIND(repair("totals_left_out"))
def excel_total_row_with_the_coordinates_of_the_middle(there: Town) -> None:
    workbook(there, total_row().fillna({"x": town.EAST + 2520.0, "y": town.NORTH + 2100.0}))


@KIND(equal())
def excel_sheet(there: Town) -> None:
    workbook(there, town.people())


@KIND(equal())
def excel_titles_above_merged_heads(there: Town) -> None:
    workbook(there, town.people(), above=("规整市人口统计表", "单位：人"), merged="A1:D1")


@KIND(repair("numbers_written"))
def numbers_with_units_and_commas(there: Town) -> None:
    frame = town.people()
    there.people(frame.assign(人口=[f"{value:,}人" for value in frame["人口"]]))


@KIND(repair("numbers_written"))
def full_width_numbers(there: Town) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    there.people(town.people().assign(人口=town.people()["人口"].astype(str).str.translate(wide)))


@KIND(error(ReadError, "people.xlsx"))
def formulas_that_were_never_computed(there: Town) -> None:
    frame = town.people().astype({"人口": object})
    frame["人口"] = [f"={value}+0" for value in frame["人口"]]
    workbook(there, frame)


@KIND(equal())
def names_that_are_formulas_and_scripts(there: Town) -> None:
    names = ['=HYPERLINK("http://a.b","x")', "${alert(1)}", "</script><b>", "+1+1", "@SUM(1)"]
    frame = town.places()
    there.places(frame.assign(名称=[names[i % len(names)] for i in range(len(frame))]))


@KIND(error(ReadError, "places.shp", ".dbf", "copy all of them"))
def shapefile_without_its_table(there: Town) -> None:
    there.layer_of_places(points(town.places()), "places.shp", encoding="UTF-8")
    (there.folder / "places.dbf").unlink()


@KIND(error(ReadError, "places.shp", ".shx", "copy all of them"))
def shapefile_without_its_index(there: Town) -> None:
    there.layer_of_places(points(town.places()), "places.shp", encoding="UTF-8")
    (there.folder / "places.shx").unlink()


def half(there: Town, name: str) -> None:
    """Leave only the first half of a file."""
    path = there.folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@KIND(error(ReadError, "[walk]", "streets.gpkg", "incomplete"))
def geopackage_cut_in_half(there: Town) -> None:
    half(there, "streets.gpkg")


@KIND(error(ReadError, "people.tif", "not a whole raster"))
def raster_cut_in_half(there: Town) -> None:
    raster(there.folder)
    there.table("[population]", 'file = "people.tif"')
    half(there, "people.tif")


@KIND(error(ReadError, "built_up.geojson"))
def geojson_cut_in_half(there: Town) -> None:
    half(there, "built_up.geojson")


@KIND(error(ReadError, "people.xlsx"))
def workbook_cut_in_half(there: Town) -> None:
    workbook(there, town.people())
    half(there, "people.xlsx")


@KIND(error(ReadError, "map.osm.pbf"))
def map_cut_in_half(there: Town) -> None:
    import osmium

    with osmium.SimpleWriter(str(there.folder / "map.osm.pbf")) as writer:
        for key in range(1, 20_000):
            writer.add_node(osmium.osm.mutable.Node(id=key, location=(119.3 + key / 1e6, 34.6)))
    half(there, "map.osm.pbf")
    there.table("[walk]", 'file = "map.osm.pbf"')


@KIND(error(ReadError, "people.csv", "0 bytes"))
def table_of_no_bytes(there: Town) -> None:
    (there.folder / "people.csv").write_bytes(b"")


@KIND(error(ReadError, "streets.gpkg"))
def geopackage_of_no_bytes(there: Town) -> None:
    (there.folder / "streets.gpkg").write_bytes(b"")


@KIND(error(ReadError, "people.geojson", "is in degrees, but its coordinates"))
def geojson_in_metres(there: Town) -> None:
    there.layer_of_people(points(town.people()).set_crs(None, allow_override=True), "people.geojson")


@KIND(repair("crs_replaced"))
def geojson_in_metres_said_to_be_so(there: Town) -> None:
    there.layer_of_people(points(town.people()).set_crs(None, allow_override=True), "people.geojson")
    there.edit('file = "people.geojson"', 'file = "people.geojson"\ncrs = "EPSG:4549"')


@KIND(error(ReadError, "zones.gpkg", "2 layers with geometry", "name one with layer"))
def a_file_of_several_layers(there: Town) -> None:
    town.built_up().to_file(there.folder / "zones.gpkg", layer="other")


@KIND(error(ReadError, "no layer", "Did you mean 'zones'"))
def a_layer_that_is_not_there(there: Town) -> None:
    there.edit('file = "zones.gpkg"', 'file = "zones.gpkg"\nlayer = "zonez"')


@KIND(error(ReadError, "there is no people.csv", "Did you mean 'peple.csv'"))
def a_file_that_is_not_there(there: Town) -> None:
    (there.folder / "people.csv").rename(there.folder / "peple.csv")


@KIND(error(ReadError, "no column '人口'", "Did you mean '人口数'", "people.csv"))
def a_column_that_is_not_there(there: Town) -> None:
    there.people(town.people().rename(columns={"人口": "人口数"}))


@KIND(error(ReadError, "people.csv", "same name", "'人口'"))
def two_columns_of_one_name(there: Town) -> None:
    there.people(pd.concat([town.people(), town.people()[["人口"]]], axis=1))


@KIND(error(ReadError, "people.csv", "do not have 4 values", "row 101"))
def a_row_cut_short(there: Town) -> None:
    path = there.folder / "people.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[100] = lines[100].rpartition(",")[0]
    path.write_text("\n".join(lines), encoding="utf-8")


@KIND(error(ReadError, "people.pkl"))
def a_pickle_is_never_opened(there: Town) -> None:
    town.people().to_pickle(there.folder / "people.pkl")
    there.table("[population]", f'file = "people.pkl"\n{COLUMNS}')


@KIND(error(ReadError, "people.csv"))
def a_web_page_saved_as_a_table(there: Town) -> None:
    (there.folder / "people.csv").write_text("<html><body><table><tr><td>1</td></tr></table></body></html>", "utf-8")


@KIND(error(ReadError, "roads.dwg", "DXF"))
def a_drawing_that_only_its_maker_reads(there: Town) -> None:
    (there.folder / "roads.dwg").write_bytes(b"AC1032" + bytes(500))
    there.table("[walk]", 'file = "roads.dwg"')


@KIND(error(ReadError, "people.mdb"))
def a_database_that_only_its_maker_reads(there: Town) -> None:
    (there.folder / "people.mdb").write_bytes(bytes(500))
    there.table("[population]", f'file = "people.mdb"\n{COLUMNS}')


@KIND(error(ReadError, "map.osm"))
def a_map_with_an_entity_bomb(there: Town) -> None:
    bomb = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha" * 10}">' for i in range(12))
    text = f'<?xml version="1.0"?><!DOCTYPE osm [{bomb}]><osm version="0.6"><node id="1" user="&e11;"/></osm>'
    (there.folder / "map.osm").write_text(text, encoding="utf-8")
    there.table("[walk]", 'file = "map.osm"')


def feed(there: Town, member: str, content: bytes) -> None:
    """Write a GTFS feed with such a member, and name it in city.toml."""
    with zipfile.ZipFile(there.folder / "feed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
    path = there.folder / "city.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[[bus_lines]]\nfile = "feed.zip"\n', encoding="utf-8")


@KIND(error(ReadError, "feed.zip"))
def a_zip_bomb(there: Town) -> None:
    feed(there, "stops.txt", b"0" * 300_000_000)


@KIND(error(ReadError, "feed.zip"))
def a_zip_that_slips_out_of_its_folder(there: Town) -> None:
    feed(there, "../../slipped.txt", b"stop_id\n")


@KIND(equal())
def names_in_chinese_with_spaces(there: Town) -> None:
    (there.folder / "数据 资料").mkdir()
    (there.folder / "people.csv").rename(there.folder / "数据 资料" / "人口（2025 年）.csv")
    there.edit('file = "people.csv"', 'file = "数据 资料/人口（2025 年）.csv"')


@KIND(equal())
def names_in_capitals(there: Town) -> None:
    (there.folder / "people.csv").rename(there.folder / "PEOPLE.CSV")
    there.edit('file = "people.csv"', 'file = "PEOPLE.CSV"')


@KIND(error(ReadError, "places.shp", "no column '设施类别名称'"))
def names_of_columns_cut_inside_a_character(there: Town) -> None:
    frame = points(town.places()).rename(columns={"类别": "设施类别名称"})
    there.layer_of_places(frame, "places.shp", encoding="UTF-8")
    there.edit('service_column = "类别"', 'service_column = "设施类别名称"')


@KIND(equal())
def the_same_layer_as_a_workbook_a_parquet_file_and_a_shapefile(there: Town) -> Checked:
    """Every format, one after another, holds the same cells."""
    import servicecircle as sc

    frame = squares().rename(columns={"格网": "cell_id", "人口": "people"})
    frame.to_file(there.folder / "a.shp", encoding="UTF-8")
    frame.to_file(there.folder / "a.geojson")
    frame.to_parquet(there.folder / "a.parquet")
    frame.to_file(there.folder / "a.gpkg")
    read: dict[str, gpd.GeoDataFrame] = {
        name: sc.read_layer(there.folder / name).frame.to_crs(town.METRIC)
        for name in ("a.shp", "a.geojson", "a.parquet", "a.gpkg")
    }
    for layer in read.values():
        assert layer["people"].sum() == town.people()["人口"].sum()
        assert layer["cell_id"].tolist() == frame["cell_id"].tolist()
        assert layer.geometry.geom_equals_exact(frame.geometry, tolerance=0.01).all()
    return Checked()
