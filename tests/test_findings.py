"""Findings and data reports: what they say, as text, as a table and in a notebook."""

from __future__ import annotations

import pytest

from servicecircle.errors import LayerError, NetworkError, ServiceCircleError
from servicecircle.findings import DataReport, Finding

NEGATIVE = Finding.about(
    "population",
    "negative",
    "error",
    en="a number of residents cannot be negative.",
    zh="人数不能为负。",
    column="pop_total",
    rows=range(2000, 4129),
)
CLIPPED = Finding("walk network", "clipped", "repair", "3 ways cut.", "3 条道路被截断。", residents=12.5)


def test_a_finding_counts_all_rows_and_keeps_the_first_five() -> None:
    assert NEGATIVE.count == 2129
    assert NEGATIVE.rows == ("2000", "2001", "2002", "2003", "2004")


def test_a_finding_says_layer_column_rows_and_both_languages() -> None:
    assert str(NEGATIVE) == (
        "population layer, column 'pop_total': a number of residents cannot be negative. 2,129 rows (2000, 2001, 2002, "
        "2003, 2004, ...). | 人数不能为负。"
    )
    assert str(CLIPPED) == "walk network layer: 3 ways cut. | 3 条道路被截断。"


def test_few_rows_are_all_named() -> None:
    finding = Finding.about("zones", "demo", "warning", en="odd.", zh="异常。", rows=["Z1", "Z2"])
    assert str(finding) == "zones layer: odd. 2 rows (Z1, Z2). | 异常。"


def test_reports_add_up_in_order_and_do_not_change() -> None:
    empty = DataReport()
    one = empty.plus(NEGATIVE)
    both = one + DataReport((CLIPPED,))
    assert (len(empty), len(one), len(both)) == (0, 1, 2)
    assert both.findings == (NEGATIVE, CLIPPED)
    assert both.errors == (NEGATIVE,)
    assert (both.ok, DataReport((CLIPPED,)).ok, empty.ok) == (False, True, True)


def test_a_report_as_text() -> None:
    assert str(DataReport()) == "No findings."
    assert str(DataReport((CLIPPED,))) == f"[repair] {CLIPPED}"


def test_a_report_as_a_table() -> None:
    table = DataReport((NEGATIVE, CLIPPED)).table
    columns = ["layer", "severity", "code", "column", "count", "rows", "residents", "en", "zh"]
    assert list(table.columns) == columns
    assert list(DataReport().table.columns) == columns
    assert list(table["count"]) == [2129, 0]
    assert table["rows"][0] == "2000, 2001, 2002, 2003, 2004"
    assert table["residents"][1] == 12.5


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b>', "&lt;b&gt;"])
def test_a_report_in_a_notebook_shows_names_literally(payload: str) -> None:
    """Rows and texts may hold names from the data, and those may hold anything."""
    finding = Finding.about(payload, payload, "info", en=payload, zh=payload, column=payload, rows=[payload])
    html = DataReport((finding,))._repr_html_()
    assert payload not in html
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html


@pytest.mark.parametrize("kind", [LayerError, NetworkError])
def test_an_error_carries_the_report_and_says_its_errors(kind: type[LayerError | NetworkError]) -> None:
    report = DataReport((CLIPPED, NEGATIVE))
    error = kind(report)
    assert error.report is report
    assert str(error) == str(NEGATIVE)
    assert isinstance(error, ValueError)
    assert isinstance(error, ServiceCircleError)
