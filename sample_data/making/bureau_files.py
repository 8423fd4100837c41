"""Writing the bureau's folder, each file in the way offices keep it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyogrio
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font

from making.bureau import PREFIXED
from servicecircle.read import read_city

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from making.bureau import Bureau

ZONES, CHARTS = "行政区划.shp", "基础地理.gdb"
PEOPLE, POIS, CARE = "人口格网.csv", "高德POI.csv", "养老服务设施_民政局.csv"
SCHOOLS, BUSES = "教育局学校名单.xlsx", "公交线路表.xlsx"
REVIEW = "教育局学校名单_待核表.xlsx"
MERGED = ("线路", "方向", "首末班", "发车间隔")
CITY_TOML = f"""\
# 禾川县(虚构):规划人员核对后的 city.toml,由 servicecircle new 的猜测改成。说明见 README.md。
# Hechuan, an invented county: city.toml as a planner leaves it, made from what `servicecircle new` guessed.
format = 1
name_zh = "禾川县(虚构)"
name_en = "Hechuan, an invented county"
crs = "{PREFIXED}"
notice_zh = "示例数据纯属虚构:禾川县并不存在,任何数字都不代表真实地方。"
notice_en = "Invented sample data: the county of Hechuan does not exist, and no figure stands for a real place."

[walk]
file = "{CHARTS}"
layer = "道路"
columns = {{ name = "道路名称", highway = "道路类型", bridge = "桥梁" }}

[population]
file = "{PEOPLE}"
x = "经度"
y = "纬度"
crs = "EPSG:4490"
[population.columns]
cell_id = "格网编号"
pop_total = "常住人口"
pop_0_2 = "0-2岁"
pop_3_5 = "3-5岁"
pop_6_14 = "6-14岁"
pop_60p = "60岁及以上"
pop_65p = "65岁及以上"

# 教育局名单没有坐标:用名称与高德点匹配,存疑的在待核表中选定。
# The education bureau's list has no coordinates: matched with Amap's points by name; doubtful ones were chosen by hand.
[[facilities]]
file = "{SCHOOLS}"
service_column = "类别"
services = {{ "幼儿园" = "kindergarten", "小学" = "school", "初级中学" = "school", "高级中学" = "school" }}
zone = {{ column = "所属乡镇", level = "乡镇" }}
[facilities.columns]
name = "学校名称"
ownership = "办别"
inclusive = "是否普惠"
classes = "规模/班级数"
capacity = "规模/学位数"
enrolment = "规模/在校生数"

[facilities.match]
file = "{POIS}"
x = "lng"
y = "lat"
crs = "GCJ-02"
review = "{REVIEW}"

# 学校和幼儿园以教育局名单为准,这里不再列入。
# Schools and kindergartens are those of the bureau's list: not taken from here.
[[facilities]]
file = "{POIS}"
service_column = "typecode"
x = "lng"
y = "lat"
crs = "GCJ-02"
[facilities.services]
"090100" = "hospital"
"090102" = "township_hospital"
"090300" = "village_clinic"
"080108" = "fitness"
"150700" = "bus_stop"

[[facilities]]
file = "{CARE}"
service_column = "设施类别"
x = "Y坐标"
y = "X坐标"
crs = "{PREFIXED}"
[facilities.services]
"老年服务站" = "elderly_station"
"综合性养老服务中心" = "elderly_center"
"养老机构" = "elderly_institution"
[facilities.columns]
name = "设施名称"
services = "服务内容"
beds = "床位数"
nursing_beds = "护理型床位数"
status = "状态"

[[zones]]
file = "{ZONES}"
code_column = "区划代码"
columns = {{ name = "名称", urban_rural_code = "城乡代码" }}

[[areas]]
file = "{CHARTS}"
layer = "水系"
kind = "water"
columns = {{ name = "名称" }}

[[areas]]
file = "{CHARTS}"
layer = "绿地"
kind = "green"
columns = {{ name = "名称" }}

[[areas]]
file = "{CHARTS}"
layer = "围墙"
kind = "barrier"
columns = {{ name = "名称" }}

[[areas]]
file = "{CHARTS}"
layer = "县城建成区"
kind = "built_up"
columns = {{ name = "名称" }}

# 同一范围也是规划所说的主城区。
# The same ground is what the plan calls the main city.
[[areas]]
file = "{CHARTS}"
layer = "县城建成区"
kind = "main_city"
columns = {{ name = "名称" }}

[[bus_lines]]
file = "{BUSES}"
"""


def write_bureau(folder: Path, bureau: Bureau) -> None:
    """Write the folder; what is in it under the same names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_shapefile(folder / ZONES, bureau.zones)
    shutil.rmtree(folder / CHARTS, ignore_errors=True)
    for place, (title, frame) in enumerate(bureau.charts.items()):
        pyogrio.write_dataframe(frame, folder / CHARTS, layer=title, driver="OpenFileGDB", append=bool(place))
    bureau.people.to_csv(folder / PEOPLE, index=False, encoding="utf-8-sig", lineterminator="\n")
    bureau.pois.to_csv(folder / POIS, index=False, encoding="utf-8-sig", lineterminator="\n")
    bureau.care.to_csv(folder / CARE, index=False, encoding="gbk", lineterminator="\n")
    _write_schools(folder / SCHOOLS, bureau.schools)
    _write_buses(folder / BUSES, bureau.buses)
    (folder / "city.toml").write_text(CITY_TOML, encoding="utf-8", newline="\n")
    _write_review(folder, bureau.places)


def _write_review(folder: Path, places: dict[str, str]) -> None:
    """Write the workbook of doubtful matches (reading the city does it), and choose as somebody who knows would."""
    review = folder / REVIEW
    review.unlink(missing_ok=True)
    read_city(folder)
    book = load_workbook(review)
    page = book.worksheets[0]
    heads = [str(cell.value) for cell in page[1]]
    name, choice = (next(at for at, head in enumerate(heads) if head.startswith(word)) for word in ("名称", "选择"))
    first = next(at for at, head in enumerate(heads) if head.startswith("候选1"))
    for row in page.iter_rows(min_row=2):
        told = [str(cell.value).split(" [")[0] for cell in row[first:] if cell.value]
        place = places[str(row[name].value)]
        row[choice].value = str(told.index(place) + 1) if place in told else "无"
    book.save(review)


def _write_shapefile(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write a shapefile in GBK that does not say so, as old programs leave it."""
    for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        path.with_suffix(suffix).unlink(missing_ok=True)
    frame.to_file(path, engine="pyogrio", encoding="GBK")
    path.with_suffix(".cpg").unlink()


def _write_schools(path: Path, schools: pd.DataFrame) -> None:
    """Write the list with a title, a line of the office, a head of two lines and a row of totals."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "2024年"
    columns = ["序号", *schools.columns]
    width = len(columns)
    page.append(["禾川县2024年幼儿园、中小学基本情况表"])
    page.append(["填报单位：禾川县教育局（虚构）", *[None] * (width - 3), "填报日期：2024年12月"])
    first = columns.index("班级数(个)")
    page.append([*columns[:first], "规模"])
    page.append([*[None] * first, *columns[first:]])
    for number, row in enumerate(schools.itertuples(index=False), start=1):
        page.append([number, *(None if pd.isna(cell) else cell for cell in row)])
    page.append(["合计", *[None] * (first - 1), *(int(schools[head].sum()) for head in columns[first:])])
    page.append(["注：学位数按核定规模填报。"])
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    page.merge_cells(start_row=3, start_column=first + 1, end_row=3, end_column=width)
    for column in range(1, first + 1):
        page.merge_cells(start_row=3, start_column=column, end_row=4, end_column=column)
    page["A1"].font = Font(bold=True, size=14)
    page["A1"].alignment = Alignment(horizontal="center")
    for letter, wide in zip("ABCDEFGHI", (6, 28, 12, 12, 8, 10, 12, 12, 14), strict=True):
        page.column_dimensions[letter].width = wide
    book.save(path)


def _write_buses(path: Path, buses: pd.DataFrame) -> None:
    """Write the bus table: line, hours and headway stand once, in merged cells."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "公交线路"
    page.append(list(buses.columns))
    once = [place for place, head in enumerate(buses.columns, start=1) if head in MERGED]
    last: Any = None
    start = 2
    for row, cells in enumerate(buses.itertuples(index=False), start=2):
        page.append(list(cells))
        if cells[0] != last:
            _merge(page, once, start, row - 1)
            last, start = cells[0], row
    _merge(page, once, start, len(buses) + 1)
    page.column_dimensions["A"].width = page.column_dimensions["D"].width = 22
    book.save(path)


def _merge(page: Any, columns: list[int], start: int, end: int) -> None:
    for column in columns if end > start else []:
        page.merge_cells(start_row=start, start_column=column, end_row=end, end_column=column)
