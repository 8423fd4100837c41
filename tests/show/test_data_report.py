"""A data report as a page, a workbook or a csv file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from servicecircle.errors import InputError
from servicecircle.findings import DataReport, Finding
from servicecircle.show import write_data_report
from tests.show.pages import read

if TYPE_CHECKING:
    from pathlib import Path

ROWS = ("3: -5", "7: -1")
REPORT = DataReport(
    (
        Finding("人口.csv", "layer", "info", "9 rows; CRS EPSG:4490.", "9 行；坐标系 EPSG:4490。"),
        Finding("人口.csv", "named", "repair", "numbered.", "已编号。"),
        Finding("人口.csv", "negative", "error", "below zero.", "为负。", "pop_total", 12, ROWS, residents=1234.0),
        Finding("zones", "hole", "warning", "a hole.", "有空洞。"),
    )
)
PAYLOADS = ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "${alert(1)}", "{{ 7*7 }}", '"><b>')


@pytest.mark.parametrize("suffix", [".html", ".xlsx", ".csv"])
def test_an_old_report_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"report{suffix}"
    path.write_bytes(b"old")
    write_data_report(REPORT, path)
    assert path.read_bytes() != b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_page_shows_each_layer_with_its_findings_in_both_languages(tmp_path: Path) -> None:
    write_data_report(REPORT, tmp_path / "report.html", title="我的城市")
    text = read((tmp_path / "report.html").read_text("utf-8")).text
    for part in (
        "我的城市",
        "9 行；坐标系 EPSG:4490。",
        "9 rows; CRS EPSG:4490.",
        "为负。",
        "below zero.",
        "3: -5, 7: -1, ...",
    ):
        assert part in text
    assert text.index("为负。") < text.index("已编号。") < text.index("有空洞。")  # the gravest of a layer first
    assert "1,234" in text
    assert "There are errors" in text


def test_an_empty_report_says_that_nothing_was_found(tmp_path: Path) -> None:
    write_data_report(DataReport(), tmp_path / "report.html")
    text = read((tmp_path / "report.html").read_text("utf-8")).text
    assert "未发现问题" in text
    assert "There are errors" not in text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_from_the_data_stay_text_on_the_page(tmp_path: Path, payload: str) -> None:
    finding = Finding(payload, payload, "warning", payload, payload, payload, 1, (payload,))
    write_data_report(DataReport((finding,)), tmp_path / "report.html", title=payload)
    page = read((tmp_path / "report.html").read_text("utf-8"))
    assert page.scripts == []
    assert {name for name, _ in page.elements}.isdisjoint({"script", "img"})
    assert page.text.count(payload) >= 5


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", '=HYPERLINK("http://x")'])
def test_texts_from_the_data_become_no_formula(tmp_path: Path, text: str) -> None:
    finding = Finding(text, text, "warning", text, text, text, 1, (text,))
    write_data_report(DataReport((finding,)), tmp_path / "report.xlsx")
    cells = next(openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets[0].iter_rows(min_row=2))
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert cells[0].value == text
    write_data_report(DataReport((finding,)), tmp_path / "report.csv")
    assert pd.read_csv(tmp_path / "report.csv")["layer"][0] == f"'{text}"


def test_a_workbook_holds_what_the_table_does(tmp_path: Path) -> None:
    write_data_report(REPORT, tmp_path / "report.xlsx")
    frame = pd.read_excel(tmp_path / "report.xlsx")
    assert list(frame["图层 layer"]) == list(REPORT.table["layer"])
    assert list(frame["行数 rows"].dropna()) == [12]
    assert list(frame["涉及人口 residents"].dropna()) == [1234]
    assert list(frame["说明与处理"]) == list(REPORT.table["zh"])


def test_control_characters_and_long_texts_are_no_hindrance(tmp_path: Path) -> None:
    """A report about bad data has to be written even where the data is worst."""
    finding = Finding("a\x01b", "x", "error", "e" * 40_000, "z")
    write_data_report(DataReport((finding,)), tmp_path / "report.xlsx")
    page = openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets[0]
    assert page["A2"].value == "a\ufffdb"
    assert len(page["I2"].value) == 32_767


def test_other_kinds_of_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.html, \.xlsx, \.csv"):
        write_data_report(REPORT, tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []
