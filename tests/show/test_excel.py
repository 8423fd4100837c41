"""The workbook, read back: its figures are the result's, its words one language's, and no cell is live."""

from __future__ import annotations

import math
import re
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

import servicecircle as sc
from servicecircle.show.table_cells import figure_of
from tests.show.towns import PAYLOADS, judged, town

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

    from servicecircle.assessment import Assessment

HEAD_ROW = 5
LIVE = ('=HYPERLINK("http://a.b","x")', "+1+1", "-1-1", "@SUM(1)", "\t=1+1", "=cmd|' /C calc'!A0", *PAYLOADS[::9])
CHINESE = re.compile("[\u3400-\u9fff]")
REFERENCE = {"YY-05", "LY-01", "WT-01", "ZH-01"}


@cache
def result() -> Assessment:
    return judged(town())


def written(which: Assessment, folder: Path, **options: Any) -> Workbook:
    sc.write_excel(which, folder / "tables.xlsx", **options)
    return openpyxl.load_workbook(folder / "tables.xlsx")


def sheet(book: Workbook, title: str) -> pd.DataFrame:
    page = next(book[name] for name in book.sheetnames if title in name)
    rows = list(page.iter_rows(min_row=HEAD_ROW, values_only=True))
    return pd.DataFrame(rows[1:], columns=rows[0])


def same(shown: Any, true: Any) -> bool:
    """Return whether a cell holds a figure to the fifteen digits that spreadsheets keep."""
    return pd.isna(shown) if pd.isna(true) else math.isclose(shown, true, rel_tol=1e-14)


@pytest.mark.parametrize(
    ("title", "table", "columns"),
    [
        ("指标达标总表", "summary", {"现状值": "value", "目标值": "target", "未覆盖人数": "group_uncovered"}),
        ("补短板优先级排名", "priorities", {"排名": "rank", "现状值": "value", "缺口": "gap"}),
        ("设施缺口表", "facility_gaps", {"现有设施": "facilities_n", "设施缺口": "facilities_missing"}),
        ("服务盲区清单", "blind_spots", {"居民(人)": "residents", "面积(平方米)": "area_m2"}),
        ("城乡差距表", "urban_rural", {"城镇覆盖率": "share_urban", "差距": "difference"}),
    ],
)
def test_figures_are_the_results_own_to_the_last_digit(
    tmp_path: Path, title: str, table: str, columns: dict[str, str]
) -> None:
    shown, true = sheet(written(result(), tmp_path), title), getattr(result().tables, table)(language=None)
    assert len(shown) == len(true) > 0
    for head, name in columns.items():
        assert all(same(one, figure) for one, figure in zip(shown[head], true[name], strict=True)), head


def test_shares_are_shown_in_per_cent(tmp_path: Path) -> None:
    book = written(result(), tmp_path)
    page = next(book[name] for name in book.sheetnames if "城乡差距表" in name)
    assert {page.cell(row, 3).number_format for row in range(HEAD_ROW + 1, page.max_row + 1)} == {"0.0%"}


def test_what_cannot_be_reached_is_a_word() -> None:
    row = {"worst_minutes": math.inf}
    assert figure_of(row, "worst_minutes", "zh") == ("不可达", "@")
    assert figure_of(row, "worst_minutes", "en") == ("unreachable", "@")


def test_a_share_just_below_its_target_is_not_rounded_onto_it() -> None:
    row = {"value": 0.97999, "target": 0.98, "unit": "share"}
    assert figure_of(row, "value", "zh") == (0.97999, "0.000%")


@pytest.mark.parametrize("text", LIVE)
def test_no_cell_is_live(tmp_path: Path, text: str) -> None:
    which = judged(town(name=lambda _: text), "LY-01", "LY-02", name=lambda _: text)
    book = written(which, tmp_path)
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    with zipfile.ZipFile(tmp_path / "tables.xlsx") as parts:
        names = parts.namelist()
        assert not [
            name for name in names if name.startswith("xl/worksheets/") and re.search(rb"<f[ >/]", parts.read(name))
        ]
        assert not [name for name in names if "external" in name.lower()]


def test_a_reference_row_has_no_verdict(tmp_path: Path) -> None:
    book = written(result(), tmp_path)
    for page in book:
        for row in page.iter_rows(min_row=HEAD_ROW + 1, values_only=True):
            if REFERENCE & {cell for cell in row if isinstance(cell, str)} and "条文" not in page.title:
                assert not {"达标", "不达标"} & {cell for cell in row if isinstance(cell, str)}, page.title


def test_an_english_workbook_has_no_chinese_of_ours(tmp_path: Path) -> None:
    plan = sc.read_plan("lianyungang-145")
    book = written(sc.assess(town(), plan, progress=False), tmp_path, language="en")
    data = {*town().zones["name"], *town().facilities["name"], town().name}
    told = {
        cell
        for page in book
        if not any(one in page.title for one in ("Clauses", "Contradictions", "data", "Assumptions", "Rules"))
        for row in page.iter_rows(min_row=HEAD_ROW, values_only=True)
        for cell in row
        if isinstance(cell, str) and cell not in data
    }
    assert len(told) > len(plan.standards)
    assert [text for text in told if CHINESE.search(text)] == []


def test_heads_stay_in_sight_and_print_on_every_page(tmp_path: Path) -> None:
    book = written(result(), tmp_path)
    for page in book.worksheets[1:-1]:
        assert page.freeze_panes == f"A{HEAD_ROW + 1}"
        assert page.print_title_rows == f"${HEAD_ROW}:${HEAD_ROW}"
        assert page.page_setup.orientation == "landscape"


def test_every_line_of_contents_leads_to_its_sheet(tmp_path: Path) -> None:
    book = written(result(), tmp_path)
    links = [cell.hyperlink.location for row in book.worksheets[0].iter_rows() for cell in row if cell.hyperlink]
    assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]


def test_names_of_sheets_are_such_as_excel_takes(tmp_path: Path) -> None:
    level = "a/b:c*[d]?'e' " * 4
    names = written(judged(town(level=level), "LY-01", "LY-02", level=level), tmp_path).sheetnames
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\']", name) for name in names)
