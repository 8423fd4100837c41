"""Excel workbooks as offices keep them, and the same tables as csv: titles, heads, totals, notes, formulas, errors."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from servicecircle.errors import LayerError, ReadError
from servicecircle.read import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servicecircle.findings import Finding
    from servicecircle.read import Read

Rows = list[list[Any]]
PLAIN: Rows = [["名称", "街道", "床位"], ["甲", "A街道", 80], ["乙", "A街道", 40], ["丙", "B街道", 25]]


@pytest.fixture(params=["xlsx", "csv"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Rows], Path]:
    """Return a function that writes rows as a workbook, or as csv as Excel would."""

    def _table(rows: Rows) -> Path:
        path: Path = tmp_path / f"表 一.{request.param}"
        if request.param == "xlsx":
            return workbook(path, 幼儿园=rows)
        width = max(map(len, rows))
        lines = [[*row, *[None] * (width - len(row))] for row in rows]
        texts = [",".join('""' if v is None else f'"{v}"' for v in line) for line in lines]
        path.write_text("\n".join(texts), encoding="gbk")
        return path

    return _table


def workbook(path: Path, **sheets: Rows) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def changed(path: Path, change: Callable[[Any], object]) -> Path:
    """Change the first sheet of a workbook by hand."""
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def finding(read: Read, code: str) -> Finding:
    (found,) = [one for one in read.report.findings if one.code == code]
    return found


def codes(read: Read) -> set[str]:
    return {one.code for one in read.report.findings} - {"no_places", "encoding"}


def beds(read: Read) -> list[Any]:
    values = read.frame["床位"]
    return [None if missing else value for value, missing in zip(values, values.isna(), strict=True)]


def test_a_plain_table_needs_no_repair(table: Callable[[Rows], Path]) -> None:
    read = read_layer(table(PLAIN))
    assert (list(read.frame["名称"]), beds(read), codes(read)) == (["甲", "乙", "丙"], [80, 40, 25], set())


def test_titles_above_the_head_are_left_out(table: Callable[[Rows], Path]) -> None:
    read = read_layer(table([["2024年全市养老机构一览表"], ["填报单位：民政局", None, "日期：2024-12"], *PLAIN]))
    assert beds(read) == [80, 40, 25]
    left = finding(read, "lines_left_out")
    assert (left.severity, left.rows[0]) == ("repair", "line 1: 2024年全市养老机构一览表")
    assert left.count == 2


def test_notes_below_the_rows_are_left_out(table: Callable[[Rows], Path]) -> None:
    read = read_layer(
        table([*PLAIN, ["注：1. 床位为核定数"], ["2. 不含在建"], ["数据来源：民政局"], ["填表人：张", "审核：李"]])
    )
    assert beds(read) == [80, 40, 25]
    assert finding(read, "lines_left_out").count == 4


@pytest.mark.parametrize(
    "word", ["合计", "合 计", "总计", "全市合计", "　合　　计　", "Total", "Grand total", "合计："]
)
def test_a_total_is_left_out_and_compared(table: Callable[[Rows], Path], word: str) -> None:
    read = read_layer(table([*PLAIN, [word, None, 145]]))
    assert beds(read) == [80, 40, 25]
    left = finding(read, "totals_left_out")
    assert left.severity == "repair"
    assert "(agrees: 床位 145)" in left.rows[0]
    assert "totals_differ" not in codes(read)


def test_a_total_that_differs_is_warned_of_with_both_figures(table: Callable[[Rows], Path]) -> None:
    read = read_layer(table([*PLAIN, ["合计", None, 150]]))
    assert beds(read) == [80, 40, 25]
    warned = finding(read, "totals_differ")
    assert (warned.severity, warned.rows) == ("warning", ("line 5: 合计, 床位: 150 against 145",))


def test_totals_of_parts_and_of_the_whole(table: Callable[[Rows], Path]) -> None:
    head, a, b, c = PLAIN
    read = read_layer(table([head, a, b, ["小计", None, 120], c, ["B街道小计", None, 25], ["总计", None, 145]]))
    assert beds(read) == [80, 40, 25]
    assert finding(read, "totals_left_out").count == 3
    assert "totals_differ" not in codes(read)


def test_a_total_at_the_top(table: Callable[[Rows], Path]) -> None:
    head, *rows = PLAIN
    read = read_layer(table([head, ["全市合计", None, 145], *rows]))
    assert beds(read) == [80, 40, 25]
    assert "totals_differ" not in codes(read)


def test_a_row_that_only_looks_like_a_total_is_never_dropped_silently(table: Callable[[Rows], Path]) -> None:
    read = read_layer(table([*PLAIN, ["合计", "C街道", 3]]))
    assert {"totals_left_out", "totals_differ"} <= codes(read)


def test_a_name_that_holds_the_word_stays(table: Callable[[Rows], Path]) -> None:
    read = read_layer(table([*PLAIN, ["合计路幼儿园", "C街道", 3]]))
    assert (len(read.frame), codes(read)) == (4, set())


def test_a_head_of_two_lines_is_joined(table: Callable[[Rows], Path]) -> None:
    rows: Rows = [
        ["名称", "位置", None, "规模", None],
        [None, "经度", "纬度", "床位", "面积"],
        ["甲", 119.2, 34.6, 80, 900],
    ]
    read = read_layer(table(rows), x="位置/经度", y="位置/纬度", crs="EPSG:4490")
    assert list(read.frame.columns) == ["名称", "规模/床位", "规模/面积", "geometry"]
    assert finding(read, "heads_joined").severity == "repair"


def test_units_below_the_heads_belong_to_them(table: Callable[[Rows], Path]) -> None:
    read = read_layer(table([["名称", "用地"], [None, "（公顷）"], ["甲", 0.5]]), columns={"area_m2": "用地"})
    assert list(read.frame["area_m2"]) == [5000.0]


def test_a_head_without_a_name_is_still_refused(table: Callable[[Rows], Path]) -> None:
    with pytest.raises(ReadError, match="no name"):
        read_layer(table([["名称", None, "街道"], ["甲", "x", "y"], ["乙", "x", "y"]]))


def test_numbers_below_titles_are_no_head(table: Callable[[Rows], Path]) -> None:
    with pytest.raises(ReadError, match="no header line was found; line 2"):
        read_layer(table([["甲乙丙"], ["甲", 1, 2], ["乙", 3, 4]]))


def test_the_unit_in_a_title_scales_the_numbers(table: Callable[[Rows], Path]) -> None:
    rows: Rows = [["人口统计表"], ["单位：万人"], ["街道", "常住人口"], ["A", 3.5], ["B", 1.1]]
    read = read_layer(table(rows), columns={"pop_total": "常住人口"})
    assert list(read.frame["pop_total"]) == [35000.0, 11000.0]
    assert finding(read, "unit").severity == "repair"


@pytest.mark.parametrize(
    ("x", "y"), [("119°13′18″", "34°36′"), ("119度13分18秒", "34度36分"), ("E119°13'18\"", "N34.6")]
)
def test_degrees_minutes_and_seconds(table: Callable[[Rows], Path], x: str, y: str) -> None:
    read = read_layer(table([["名称", "x", "y"], ["甲", x.replace('"', "″"), y]]), x="x", y="y", crs="EPSG:4490")
    assert read.frame.geometry.x[0] == pytest.approx(119 + 13 / 60 + 18 / 3600, abs=1e-12)
    assert read.frame.geometry.y[0] == pytest.approx(34.6, abs=1e-12)
    assert finding(read, "coordinates_written").severity == "repair"


def test_a_direction_of_the_other_axis_is_refused(table: Callable[[Rows], Path]) -> None:
    with pytest.raises(LayerError, match="x and y are swapped"):
        read_layer(table([["名称", "x", "y"], ["甲", "北纬34.6°", "东经119.2°"]]), x="x", y="y", crs="EPSG:4490")


# ------------------------------------------------------------------------------------------------- workbooks only
def test_merged_heads_and_texts(tmp_path: Path) -> None:
    """As people lay out a form: a title over all columns, a head of two lines, a street over its rows."""
    rows: Rows = [
        ["养老机构", None, None, None],
        ["街道", "名称", "规模", None],
        [None, None, "床位", "面积"],
        ["A街道", "甲", 80, 900],
        [None, "乙", 40, 500],
        ["B街道", "丙", 25, 300],
    ]
    ranges = ("A1:D1", "A2:A3", "B2:B3", "C2:D2", "A4:A5")
    path = changed(workbook(tmp_path / "a.xlsx", a=rows), lambda sheet: [sheet.merge_cells(r) for r in ranges])
    read = read_layer(path)
    assert list(read.frame["街道"]) == ["A街道", "A街道", "B街道"]
    assert list(read.frame["规模/床位"]) == [80, 40, 25]
    assert finding(read, "merged").rows == ("line 4, 街道: A街道",)


def test_a_number_in_merged_cells_counts_once(tmp_path: Path) -> None:
    path = changed(workbook(tmp_path / "a.xlsx", a=PLAIN), lambda sheet: sheet.merge_cells("C2:C3"))
    read = read_layer(path)
    assert beds(read) == [80, None, 25]
    assert finding(read, "merged_number").severity == "warning"


def test_a_sheet_is_named_where_several_hold_something(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 一=PLAIN, 二=PLAIN[:2], 空=[])
    with pytest.raises(ReadError, match=r"2 sheets hold something; name one with layer\. Sheets: 一, 二"):
        read_layer(path)
    assert len(read_layer(path, layer="二").frame) == 1
    with pytest.raises(ReadError, match=r"no sheet '三'.*现有：一, 二, 空"):
        read_layer(path, layer="三")


def test_a_macro_workbook_is_read_alike(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", a=PLAIN).rename(tmp_path / "a.xlsm")
    assert beds(read_layer(path)) == [80, 40, 25]


def test_hidden_sheets_and_rows_are_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 一=PLAIN, 旧=PLAIN)
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book["一"].row_dimensions[3].hidden = True
    book.save(path)
    read = read_layer(path)
    assert beds(read) == [80, 40, 25]
    assert "旧" in finding(read, "hidden_sheets").en
    assert finding(read, "hidden_rows").rows == ("line 3",)


def test_a_formula_that_was_never_worked_out_names_its_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", a=[*PLAIN, ["丁", "B街道", "=1+1"]])
    with pytest.raises(ReadError, match=r"formulas were never worked out.*: C5"):
        read_layer(path)


def test_a_formula_that_was_worked_out_is_its_value(tmp_path: Path) -> None:
    """Excel saves the value beside the formula; here it is put there by hand."""
    path = workbook(tmp_path / "a.xlsx", a=[*PLAIN, ["丁", "B街道", "=1+1"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name in parts if name.endswith("sheet1.xml"))
    parts[sheet] = (
        parts[sheet]
        .replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
        .replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert beds(read_layer(path)) == [80, 40, 25, 2]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!"])
def test_an_error_in_a_cell_names_it(tmp_path: Path, error: str) -> None:
    path = workbook(tmp_path / "a.xlsx", a=[*PLAIN, ["丁", error, 3]])
    with pytest.raises(ReadError, match=f"cells hold errors.*: B5 {error}"):
        read_layer(path)


def test_dates_and_codes_keep_what_they_say(tmp_path: Path) -> None:
    day = dt.date(2019, 9, 1)
    path = workbook(
        tmp_path / "a.xlsx", a=[["代码", "序", "开办"], [320706001001.0, "007", day], [320706001002, "008", day]]
    )
    read = read_layer(path, columns={"zone_id": "代码", "open_year": "开办"})
    assert list(read.frame["zone_id"]) == ["320706001001", "320706001002"]
    assert list(read.frame["序"]) == ["007", "008"]
    assert list(read.frame["open_year"]) == [2019.0, 2019.0]


def test_a_number_longer_than_excel_holds_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", a=[["名称", "身份代码"], ["甲", 913207001234567890]])
    with pytest.raises(ReadError, match=r"more than 15 digits.*B2"):
        read_layer(path)


def test_a_code_that_excel_shortened_in_a_csv_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,区划代码\n甲,3.20706E+11\n乙,3.20706E+11\n", encoding="utf-8")
    with pytest.raises(LayerError, match="last digits are lost") as caught:
        read_layer(path)
    assert (caught.value.report.errors[0].column, caught.value.report.errors[0].count) == ("区划代码", 2)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(tmp_path: Path, share: float) -> None:
    path = workbook(tmp_path / "a.xlsx", a=PLAIN)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(ReadError, match="Excel workbook"):
        read_layer(path)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servicecircle.read.workbook.LARGEST_UNPACKED", 10_000_000)
    path = workbook(tmp_path / "a.xlsx", a=PLAIN)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/a.bin", bytes(20_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(ReadError, match="unpacks to"):
        read_layer(path)


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="0 sheets hold something"):
        read_layer(workbook(tmp_path / "a.xlsx", a=[]))
