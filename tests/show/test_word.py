from __future__ import annotations

import io
import re
import sys
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

import docx
import pytest
from docx.oxml.ns import qn

from servicecircle.errors import InputError, MissingExtraError
from servicecircle.show import write_word
from servicecircle.show.word_parts import Paper
from servicecircle.text import whole
from tests.show.towns import PAYLOADS, judged, plain, town

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document

    from servicecircle.assessment import Assessment

LANGUAGES = ("zh", "en")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@cache
def result() -> Assessment:
    return judged(town())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("word")
    for language in LANGUAGES:
        write_word(result(), made / f"{language}.docx", language=language, figures=["ZH-01"])
    return made


def opened(folder: Path, language: str = "zh") -> Document:
    return docx.Document(str(folder / f"{language}.docx"))


def texts(document: Document) -> list[str]:
    """Return the text of each paragraph, those of tables among them."""
    return ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in document.element.iter(f"{W}p")]


def captioned(document: Document) -> dict[str, list[list[str]]]:
    """Return the rows of each table that has a caption, by its title."""
    found: dict[str, list[list[str]]] = {}
    title = ""
    for child in document.element.body:
        if child.tag == qn("w:tbl"):
            rows = [[_text(cell) for cell in row.iter(qn("w:tc"))] for row in child.iter(qn("w:tr"))]
            found[title] = rows
            title = ""
        elif _style(child) == "Caption":
            title = re.split(r"\d+  ", _text(child), maxsplit=1)[1]
    return found


def _style(paragraph: Any) -> str:
    named = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if named is None else str(named.get(qn("w:val")))


def _text(element: Any) -> str:
    return "".join("\n" if one.tag == qn("w:br") else one.text or "" for one in element.iter(f"{W}t", f"{W}br"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cover_has_lines_to_sign_and_they_are_empty(folder: Path, language: str) -> None:
    document = opened(folder, language)
    heads = (
        ["编制", "校核", "审核", "审定", "日期"]
        if language == "zh"
        else ["Prepared", "Checked", "Reviewed", "Approved", "Date"]
    )
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [[head, ""] for head in heads]
    assert document.paragraphs[0].style is not None
    assert document.paragraphs[0].style.name == "Title"
    assert "示例镇" in texts(document)


def test_a_date_is_printed_where_it_is_given(tmp_path: Path) -> None:
    write_word(result(), tmp_path / "a.docx", figures=[], cards="", date="2026年11月")
    assert docx.Document(str(tmp_path / "a.docx")).tables[0].rows[-1].cells[1].text == "2026年11月"


@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_are_numbered_by_fields_from_one(folder: Path, language: str) -> None:
    document = opened(folder, language)
    for label in ("表", "图") if language == "zh" else ("Table", "Figure"):
        fields = [
            one
            for one in document.element.iter(f"{W}fldSimple")
            if one.get(qn("w:instr")) == f" SEQ {label} \\* ARABIC "
        ]
        assert [_text(one) for one in fields] == [str(n + 1) for n in range(len(fields))]
        assert fields
        assert all(_text(one.getparent()).startswith(f"{label} ") for one in fields)


def test_heads_repeat_and_no_row_is_split(folder: Path) -> None:
    tables = opened(folder).tables
    for table in tables[1:]:
        rows = list(table._tbl.iter(qn("w:tr")))
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    headed = [table for table in tables if table._tbl.find(f".//{W}tblHeader") is not None]
    assert len(headed) >= len(tables) - 2 - 2  # the cover's and the fingerprints' have no heads
    assert all(len(list(table._tbl.iter(f"{W}tblHeader"))) == 1 for table in headed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_is_that_of_the_assessment(folder: Path, language: str) -> None:
    title = "指标达标总表" if language == "zh" else "Standards and their targets"
    rows = captioned(opened(folder, language))[title]
    frame = result().tables.summary(language=None)
    assert [row[0] for row in rows[1:]] == list(frame["standard_id"])
    heads = rows[0]
    values = heads.index("现状值" if language == "zh" else "Value")
    for row, (_, told) in zip(rows[1:], frame.iterrows(), strict=True):
        if told["unit"] == "share" and told["value"] == told["value"]:
            assert float(row[values].removesuffix(" %")) == pytest.approx(100 * told["value"], abs=0.051)


def test_priorities_are_those_of_the_assessment(folder: Path) -> None:
    rows = captioned(opened(folder))["补短板优先级排名"]
    frame = result().tables.priorities(language=None)
    place = rows[0].index("标准")
    assert [row[place] for row in rows[1:]] == list(frame["standard_id"])[: len(rows) - 1]
    assert [row[0] for row in rows[1:]] == [str(n + 1) for n in range(len(frame))]


def test_every_clause_is_quoted(folder: Path) -> None:
    said = texts(opened(folder))
    for standard in result().plan.standards:
        for citation in standard.citations:
            assert any((citation.quote or citation.value) in text for text in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reference_judgement_has_no_verdict(tmp_path: Path, language: str) -> None:
    write_word(judged(town(), "WT-01"), tmp_path / "a.docx", language=language, figures=[])
    document = docx.Document(str(tmp_path / "a.docx"))
    rows = [row for table in document.tables for row in table.rows if any("WT-01" in cell.text for cell in row.cells)]
    assert rows
    for row in rows:
        assert not {cell.text for cell in row.cells} & {
            "达标",
            "不达标",
            "Meets the standard",
            "Does not meet the standard",
        }
    assert any("参考判定" in cell.text or "Reference" in cell.text for row in rows for cell in row.cells)


def test_a_card_for_each_street_and_township_on_a_page_of_its_own(folder: Path) -> None:
    document = opened(folder)
    cards = [one for one in document.paragraphs if one.text.startswith("体检卡")]
    assert [one.text for one in cards] == ["体检卡：甲街道", "体检卡：乙乡"]
    assert all(one.style is not None and one.style.paragraph_format.page_break_before for one in cards)
    rows = captioned(document)["甲街道指标"]
    table = result().table.query("zone_id == 'S' and `class` == 'all' and value == value")
    assert {row[0].split()[0] for row in rows[1:]} == set(table["standard_id"])


def test_cards_can_be_of_another_level_or_left_out(tmp_path: Path) -> None:
    for level, count in (("社区", 2), ("", 0)):
        write_word(result(), tmp_path / "a.docx", figures=[], cards=level)
        assert sum(text.startswith("体检卡") for text in texts(docx.Document(str(tmp_path / "a.docx")))) == count
    with pytest.raises(InputError, match="level '州' is unknown"):
        write_word(result(), tmp_path / "a.docx", cards="州")


def test_no_page_is_empty(folder: Path) -> None:
    """Pages begin at headings of the first level; between two of them, or two sections, there is something to read."""
    body = opened(folder).element.body
    filled = True
    for child in body:
        starts = _style(child) == "Heading1"
        assert filled or not starts
        filled = not starts and (
            filled or bool(_text(child).strip()) or child.tag == qn("w:tbl") or bool(list(child.iter(qn("w:drawing"))))
        )
    assert not list(body.iter(f"{W}lastRenderedPageBreak"))
    assert [br for br in body.iter(f"{W}br") if br.get(qn("w:type")) == "page"] == []


def test_pages_are_a4_and_numbered_but_for_the_cover(folder: Path) -> None:
    document = opened(folder)
    sizes = [
        (round(one.page_width.mm), round(one.page_height.mm))
        for one in document.sections
        if one.page_width and one.page_height
    ]
    assert sizes == [(210, 297), (297, 210), (210, 297)]
    assert [one.different_first_page_header_footer for one in document.sections] == [True, False, False]
    footer = document.sections[0].footer.part.element
    assert [one.get(qn("w:instr")) for one in footer.iter(f"{W}fldSimple")] == [" PAGE "]
    assert document.sections[0].first_page_footer.paragraphs[0].text == ""


def test_styles_name_chinese_and_latin_fonts(folder: Path) -> None:
    styles = opened(folder).styles
    for name, east, west in (("Normal", "宋体", "Times New Roman"), ("Heading 1", "黑体", "Arial")):
        fonts = styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == east
        assert styles[name].font.name == west
        assert fonts.get(qn("w:eastAsiaTheme")) is None


def test_pictures_are_described(folder: Path) -> None:
    described = [one.get("descr") for one in opened(folder).element.iter(qn("wp:docPr"))]
    assert described[0].startswith("ZH-01 ")
    assert len(described) == 3  # one map and two cards
    assert all(described)


@pytest.mark.parametrize("text", [PAYLOADS[0], PAYLOADS[-10], "a&b<c>\"d'", *PAYLOADS[-6:]])
def test_names_stand_as_they_are(text: str, tmp_path: Path) -> None:
    def name(usual: str) -> str:
        del usual
        return whole(text)

    hostile = judged(town(name=name, level="某级"), "LY-02", level="某级", name=name)
    write_word(hostile, tmp_path / "a.docx", figures=[], cards="乡镇")
    document = docx.Document(str(tmp_path / "a.docx"))
    shown = plain(text).replace("\n", "").replace("\t", "")
    said = [one.replace("\t", "") for one in texts(document)]
    assert sum(shown in one for one in said) >= 4  # city, plan, standard, quote


def test_the_same_result_makes_the_same_file(folder: Path, tmp_path: Path) -> None:
    write_word(judged(town()), tmp_path / "again.docx", figures=["ZH-01"])
    assert (tmp_path / "again.docx").read_bytes() == (folder / "zh.docx").read_bytes()


def test_properties_name_no_person_and_no_clock(folder: Path) -> None:
    core = opened(folder).core_properties
    assert (core.author, core.last_modified_by, core.comments) == ("", "", "")
    assert core.created is not None
    assert core.created.year == 1980
    with zipfile.ZipFile(folder / "zh.docx") as archive:
        assert {one.date_time[0] for one in archive.infolist()} == {1980}


@pytest.mark.parametrize("given", [{"language": "fr"}, {"figures": ["XX-99"]}])
def test_unknown_names_are_refused_and_the_old_file_stays(given: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"old")
    with pytest.raises(InputError, match="unknown"):
        write_word(result(), tmp_path / "a.docx", **given)
    assert (tmp_path / "a.docx").read_bytes() == b"old"


def test_other_files_and_dates_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.docx"):
        write_word(result(), tmp_path / "a.doc")
    with pytest.raises(InputError, match="date must be a text"):
        write_word(result(), tmp_path / "a.docx", date=2026)  # type: ignore[arg-type]


def test_without_python_docx_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MissingExtraError, match=r"servicecircle\[reports\]"):
        write_word(result(), tmp_path / "a.docx")


def test_a_table_shows_what_it_is_given() -> None:
    paper = Paper("en")
    paper.table(("a", "b"), [("1", "<2>"), ("x\ny", "")], caption="T", numbers=(1,))
    stream = io.BytesIO()
    paper.finished().save(stream)
    (table,) = docx.Document(stream).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["a", "b"], ["1", "<2>"], ["x\ny", ""]]
