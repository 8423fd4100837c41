"""The report: its figures are those of the result, its words those of one language, and nothing in it runs."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

import servicecircle as sc
from servicecircle.errors import InputError, MissingExtraError
from servicecircle.show import planner_tables, report
from tests.show.pages import Read, read
from tests.show.towns import PAYLOADS, judged, plain, town

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.assessment import Assessment

REFERENCE = ("YY-05", "LY-01", "WT-01", "ZH-01")
CHINESE = re.compile("[\u3400-\u9fff]")


@cache
def result() -> Assessment:
    return judged(town())


@cache
def whole_plan() -> Assessment:
    return sc.assess(town(), sc.read_plan("lianyungang-145"), progress=False)


def written(which: Assessment, folder: Path, **options: Any) -> str:
    path = folder / "report.html"
    sc.write_report(which, path, **{"figures": [], **options})
    return path.read_text("utf-8")


class _Tables(HTMLParser):
    """The tables of a page under the nearest heading before them: a list of rows of texts for each."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.heading, self.inside = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in {"h2", "h3"}:
            self.heading, self.inside = "", tag
        elif tag == "table":
            self.tables.append((self.heading, []))
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][1][-1].append("")
            self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in {"h2", "h3", "td", "th"}:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in {"h2", "h3"}:
            self.heading += data
        elif self.inside in {"td", "th"}:
            self.tables[-1][1][-1][-1] += data


def tables(page: str) -> list[tuple[str, list[list[str]]]]:
    reader = _Tables()
    reader.feed(page)
    return reader.tables


def table_named(page: str, title: str) -> list[list[str]]:
    return next(rows for heading, rows in tables(page) if title in heading)


def is_shown(text: str, value: float) -> bool:
    """Return whether a text is a number rounded to its last digit, or in per cent."""
    number = re.search(r"-?[\d,]+(\.\d+)?", text)
    assert number
    figure = Decimal(number[0].replace(",", ""))
    half = Decimal(1).scaleb(int(figure.as_tuple().exponent)) * Decimal("0.50001")
    return abs(Decimal(value) * (100 if "%" in text else 1) - figure) <= half


def test_priorities_are_those_of_the_result(tmp_path: Path) -> None:
    rows = table_named(written(result(), tmp_path, language="en"), "Table 5 What to mend first")
    frame = result().tables.priorities(language=None)
    assert len(rows) - 1 == len(frame) > 3
    for row, true in zip(rows[1:], frame.to_dict("records"), strict=True):
        told = dict(zip(rows[0], row, strict=True))
        assert (told["Standard"], told["Zone"]) == (true["standard_id"], true["zone_name"])
        assert is_shown(told["Value"], float(true["value"]))
        assert is_shown(told["Target"], float(true["target"]))
        assert is_shown(told["Gap"], float(true["gap"]))


def test_every_standard_of_the_total_table_has_its_value(tmp_path: Path) -> None:
    rows = table_named(written(whole_plan(), tmp_path), "指标达标总表")
    frame = whole_plan().tables.summary(language=None)
    assert [row[0] for row in rows[1:]] == list(whole_plan().plan.ids)
    for row, value in zip(rows[1:], frame["value"], strict=True):
        text = dict(zip(rows[0], row, strict=True))["现状值"]
        assert is_shown(text, value) if value == value else text == ""  # noqa: PLR0124  (not a number)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_clause_is_quoted_with_section_and_line(tmp_path: Path, language: str) -> None:
    text = read(written(result(), tmp_path, language=language)).text
    for standard in result().plan.standards:
        for clause in standard.citations:
            assert clause.quote in text
            assert clause.section in text
            assert str(clause.line) in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reference_row_has_no_verdict_in_any_table(tmp_path: Path, language: str) -> None:
    for heading, rows in tables(written(result(), tmp_path, language=language)):
        for row in rows:
            if set(row) & set(REFERENCE) and "status" not in heading:
                assert not [cell for cell in row if "达标" in cell or "meet the" in cell], (heading, row)


def test_an_english_page_has_no_chinese_but_clauses_and_names(tmp_path: Path) -> None:
    page = re.sub(r'<(bdi|blockquote)[^>]*lang="zh".*?</\1>', "", written(whole_plan(), tmp_path, language="en"))
    page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    text = read(page).text
    standards, city = whole_plan().plan.standards, whole_plan().city
    levels = {level for one in standards for level in (*one.judge, *one.inform)}
    sources = [method.source for one in standards for method in one.methods]
    for name in [*sources, *city.zones["name"], *city.facilities["name"], town().name, *levels, "养老机构"]:
        text = text.replace(name, "")  # names of the data, of levels in a plan file, and of other documents
    assert CHINESE.findall(text) == []


def test_links_lead_to_places_in_the_page(tmp_path: Path) -> None:
    page = written(result(), tmp_path)
    assert {one for one in re.findall(r'href="([^"]*)"', page) if not one.startswith("#")} == set()
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(re.findall(r'id="([^"]*)"', page))


def test_nothing_runs_and_nothing_is_asked_for(tmp_path: Path) -> None:
    page = read(written(result(), tmp_path))
    assert page.scripts == []
    assert not {"link", "iframe", "object"} & {tag for tag, _ in page.elements}


def test_the_page_holds_its_manifest(tmp_path: Path) -> None:
    written(result(), tmp_path)
    assert sc.read_manifest(tmp_path / "report.html") == sc.Manifest.of(result())


def test_the_same_result_makes_the_same_page(tmp_path: Path) -> None:
    assert written(judged(town()), tmp_path) == written(result(), tmp_path)


def test_what_is_beside_the_assessment_is_told_if_given(tmp_path: Path) -> None:
    sites = sc.best_sites(result(), "LY-01", k=2)
    better = sc.assess(town().adding(sites.facilities), result().plan, since=result(), progress=False)
    varied = sc.sensitivity(result(), speeds_m_s=[2.0], shares=[], access_m=[], codes=[], progress=False)
    page = written(better, tmp_path, sites=sites, comparison=better.compare(result()), sensitivity=varied)
    rows = table_named(page, "选址建议表")
    assert [row[rows[0].index("新增覆盖人数")] for row in rows[1:]] == [f"{gain:,.0f}" for gain in sites.table["gain"]]
    assert len(table_named(page, "方案对比表")) - 1 == len(better.compare(result()).changed)
    assert len(table_named(page, "敏感性表")) - 1 == len(varied.flips) > 0


def test_a_long_table_says_how_many_rows_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner_tables, "MOST_ROWS", 2)
    page = written(result(), tmp_path)
    assert f"共 {len(result().tables.priorities())} 行，此处列出 2 行" in page


def test_without_matplotlib_the_page_is_whole_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise MissingExtraError("Figures need matplotlib: install it. | 需要安装 matplotlib。")

    monkeypatch.setattr(report, "gap_figure", missing)
    page = written(result(), tmp_path, figures=["LY-01"])
    assert "本报告没有图件。需要安装 matplotlib。" in page
    assert page.rstrip().endswith("</html>")


def test_a_map_stands_in_the_page(tmp_path: Path) -> None:
    page = written(result(), tmp_path, figures=["LY-01"])
    assert page.count('<img src="data:image/png;base64,') == 1
    assert "图 1 " in page


@pytest.mark.parametrize("options", [{"language": "fr"}, {"figures": ["XX-99"]}, {"date": 2026}])
def test_what_is_unknown_is_refused_and_the_old_page_stays(tmp_path: Path, options: dict[str, Any]) -> None:
    (tmp_path / "report.html").write_text("old", "utf-8")
    with pytest.raises(InputError):
        written(result(), tmp_path, **options)
    assert (tmp_path / "report.html").read_text("utf-8") == "old"


@pytest.mark.parametrize("text", PAYLOADS[::6])
def test_names_are_text_and_nothing_else(tmp_path: Path, text: str) -> None:
    found, usual = (hostile(name, tmp_path) for name in (text, "甲"))
    assert found.elements == usual.elements
    assert found.scripts == []
    assert found.text.count(plain(text)) >= 6


def hostile(text: str, folder: Path) -> Read:
    """Return the report of a town in which everything bears one name."""
    return read(written(judged(town(name=lambda _: text), "LY-01", name=lambda _: text), folder))
