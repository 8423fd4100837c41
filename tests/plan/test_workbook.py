"""A plan goes to Excel and back without loss; what a person breaks there is named by sheet and row."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

from servicecircle.errors import InputError, PlanError, ReadError
from servicecircle.plan import FacilityFilter, Plan, Presence, read_plan, read_workbook, write_plan, write_workbook
from servicecircle.plan.sheets import SHEETS, joined, path_of, path_text, split
from tests.plan.test_writer import PLANS, TEMPLATE, with_measure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIVE = ("=1+1", "+1", "-1", "@SUM(A1)", "#REF!", "1", "TRUE", "2026-11-25", "'", "=")


@pytest.mark.parametrize("name", PLANS)
def test_to_excel_and_back(name: str, tmp_path: Path) -> None:
    plan, book, file = read_plan(name), tmp_path / "规划.xlsx", tmp_path / "规划.toml"
    write_workbook(plan, book)
    write_plan(read_workbook(book), file)
    again = read_plan(file)
    assert again == plan
    assert hash(again) == hash(plan)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["规划.toml", "规划.xlsx"]


def every_cell(book: Path) -> list[Any]:
    return [cell for page in load_workbook(book) for row in page.iter_rows() for cell in row if cell.value is not None]


def test_no_text_is_a_formula(tmp_path: Path) -> None:
    where = {f"column{place}": text for place, text in enumerate(LIVE)} | {"=1+1": "x"}
    plan = with_measure(Presence((FacilityFilter("kindergarten", where),), ("街道",), count=2, within_m=0.1))
    write_workbook(plan, tmp_path / "plan.xlsx")
    assert read_workbook(tmp_path / "plan.xlsx") == plan
    cells = [cell for cell in every_cell(tmp_path / "plan.xlsx") if cell.value in LIVE]
    assert {cell.value for cell in cells} == set(LIVE)
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    assert all(cell.quotePrefix for cell in cells if cell.value[0] in "=+-@")
    with zipfile.ZipFile(tmp_path / "plan.xlsx") as parts:
        pages = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(pages) == len(SHEETS) + 1
    assert not any(b"<f>" in page or b"<f " in page for page in pages)


def test_a_carriage_return_comes_back_whole_or_is_refused(tmp_path: Path) -> None:
    """Openpyxl keeps it where lxml is installed, and makes a line end of it where it is not."""
    plan = with_measure(Presence((FacilityFilter("kindergarten", {"column": "a\rb"}),), ("街道",)))
    try:
        write_workbook(plan, tmp_path / "plan.xlsx")
    except InputError:
        assert list(tmp_path.iterdir()) == []
    else:
        assert read_workbook(tmp_path / "plan.xlsx") == plan


@pytest.mark.parametrize("text", ["a\x01b", "x" * 40_000, "", " ", float("inf")])
def test_what_excel_would_change_is_refused(text: object, tmp_path: Path) -> None:
    where: dict[str, Any] = {"column": text}
    plan = with_measure(Presence((FacilityFilter("kindergarten", where),), ("街道",)))
    with pytest.raises(InputError):
        write_workbook(plan, tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_is_never_replaced_unasked(tmp_path: Path) -> None:
    book, plan = tmp_path / "plan.xlsx", read_plan(TEMPLATE)
    book.write_bytes(b"mine")
    with pytest.raises(InputError, match="exists already"):
        write_workbook(plan, book)
    assert book.read_bytes() == b"mine"
    write_workbook(plan, book, replace=True)
    assert read_workbook(book) == plan
    with pytest.raises(InputError, match=r"ends in \.xlsx"):
        write_workbook(plan, tmp_path / "plan.xls")


# -------------------------------------------------------------------------------------------- what people do to a book


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a workbook of the template: standard A-01 of reach in row 2, A-02 of provision in row 3."""
    file = tmp_path / "plan.xlsx"
    write_workbook(read_plan(TEMPLATE), file)
    return file


def edited(book: Path, change: Callable[[Any], object]) -> Path:
    pages = load_workbook(book)
    change(pages)
    pages.save(book)
    return book


def faults(book: Path, change: Callable[[Any], object]) -> list[str]:
    with pytest.raises(PlanError) as raised:
        read_workbook(edited(book, change))
    prefix = f"{book}, sheet "
    assert all(fault.startswith(prefix) and " | " in fault for fault in raised.value.faults)
    return [fault.removeprefix(prefix).partition(" | ")[0] for fault in raised.value.faults]


def column(page: Any, head: str) -> int:
    return [cell.value for cell in page[1]].index(head) + 1


def put(sheet: str, row: int, head: str, value: object) -> Callable[[Any], object]:
    """Return what puts a value into a cell."""
    return lambda pages: pages[sheet].cell(row, column(pages[sheet], head)).__setattr__("value", value)


def row_of(book: Path, sheet: str, text: str) -> int:
    rows = load_workbook(book)[sheet].iter_rows(values_only=True)
    return next(number for number, row in enumerate(rows, start=1) if text in row)


@pytest.mark.parametrize(
    ("sheet", "row", "head", "value", "says"),
    [
        (
            "standards",
            2,
            "measure",
            "reech",
            "standard \"A-01\" › measure: 'reech' is unknown. Did you mean 'reach' or 'presence'?",
        ),
        ("standards", 3, "target.value", "1 所", 'standard "A-02" › target.value: must be a number.'),
        ("standards", 2, "target.value", 98, "a share is a number from 0 to 1. 98 was given."),
        ("standards", 2, "target.value", "=1+1", "target.value: holds a formula; put its value there."),
        ("standards", 3, "id", "A-01", "is used twice, first in row 2."),
        ("citations", 2, "standard", "A-1", "standard: 'A-1' is not in sheet 'standards'. Did you mean 'A-01'"),
        ("citations", 3, "line", 1.5, 'standard "A-02" › citation[1].line: must be a whole number'),
        ("assumptions", 2, "about", None, "assumption[1]: 'about' is missing."),
        ("citations", 1, "quote", "qoute", "'qoute' is no column of this sheet. Did you mean 'quote'?"),
        ("assumptions", 2, "en", "x\n=", None),
    ],
)
def test_faults_are_named_by_sheet_and_row(
    book: Path, *, sheet: str, row: int, head: str, value: object, says: str | None
) -> None:
    if says is None:
        read_workbook(edited(book, put(sheet, row, head, value)))
        return
    found = faults(book, put(sheet, row, head, value))
    assert any(one.startswith(f"{sheet}, row {row}") and says in one for one in found), found


def test_a_fault_in_a_measure_names_the_row_of_its_key(book: Path) -> None:
    row = row_of(book, "measures", "facilities[1].service")
    (fault,) = faults(book, put("measures", row, "value", "kindergarden"))
    assert fault.startswith(f'measures, row {row}, standard "A-01" › facilities[1].service: ')
    for key in ("", "facilities[0].service", "a..b", 'a."b', "[1]"):
        found = faults(book, put("measures", row, "key", key or " "))
        assert any(one.startswith(f"measures, row {row}, key: ") for one in found), found


def test_all_faults_at_once_in_the_order_of_the_rows(book: Path) -> None:
    def change(pages: Any) -> None:
        put("plan", 1, "value", "valu")(pages)
        put("standards", 2, "nature", "预期")(pages)
        put("standards", 3, "measure", "provison")(pages)
        pages.remove(pages["methods"])

    found = faults(book, change)
    sheets = [fault.partition(",")[0] for fault in found]
    assert sheets == sorted(sheets, key=list(SHEETS).index)
    assert {"plan", "standards", "methods"} <= set(sheets)


def test_a_value_given_twice(book: Path) -> None:
    row = row_of(book, "measures", "minutes")
    (fault,) = faults(book, lambda pages: pages["measures"].append(["A-01", "minutes", 15]))
    assert "minutes: is given twice." in fault
    assert not fault.startswith(f"measures, row {row},")


def test_what_excel_makes_of_texts_is_undone(book: Path) -> None:
    """A clause 4 and a day are typed as numbers and dates; a list has Chinese semicolons; rows and sheets are added."""

    def change(pages: Any) -> None:
        page = pages["citations"]
        row = {"standard": "A-01", "document": "GB 1", "edition": 2018, "clause": 4.0, "quote": "x", "value": 10}
        row |= {"verified_by": "某人", "verified_on": dt.datetime(2026, 11, 25)}  # noqa: DTZ001 (Excel has no zones)
        page.append([])
        page.append([row.get(head) for head in SHEETS["citations"]])
        put("standards", 2, "judge", "街道；社区 ; 全市")(pages)
        pages.create_sheet("my notes")["A1"] = "=1+1"

    plan = read_workbook(edited(book, change))
    one = plan["A-01"].citations[1]
    assert (one.edition, one.clause, one.value, one.verified_on) == ("2018", "4", "10", "2026-11-25")
    assert one.unverified == ()
    assert plan["A-01"].judge == ("街道", "社区", "全市")


def test_deleted_rows_close_up(book: Path) -> None:
    def change(pages: Any) -> None:
        pages["measures"].append(["A-01", "facilities[3].service", "childcare"])

    plan = read_workbook(edited(book, change))
    assert plan["A-01"].services == ("kindergarten", "childcare")


@pytest.mark.parametrize("data", [b"", b"format = 1", b"PK\x03\x04 no archive"])
def test_a_file_that_is_no_workbook(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "plan.xlsx"
    file.write_bytes(data)
    with pytest.raises(ReadError, match="cannot be read as an Excel workbook"):
        read_workbook(file)
    with pytest.raises(ReadError, match="FileNotFoundError"):
        read_workbook(tmp_path / "none.xlsx")


def test_a_workbook_cut_short(book: Path) -> None:
    whole = book.read_bytes()
    for length in range(0, len(whole), len(whole) // 40):
        book.write_bytes(whole[:length])
        with pytest.raises(ReadError):
            read_workbook(book)


def test_another_workbook_lacks_every_sheet(tmp_path: Path) -> None:
    Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(PlanError) as raised:
        read_workbook(tmp_path / "other.xlsx")
    assert sum("the workbook has no such sheet" in fault for fault in raised.value.faults) == len(SHEETS)


@pytest.mark.parametrize("items", [["街道"], ["a;b", "c"], ['"'], ["a；", ' b"c ', "；"], ["a b", "c, d"]])
def test_lists_in_a_cell(items: list[str]) -> None:
    assert split(joined(items)) == items


@pytest.mark.parametrize("path", [("a",), ("a", 0, "b", 11), ("名称", "a.b", "c d", '"', "[1]", ""), ("x", 0, 1)])
def test_ways_in_a_cell(path: tuple[str | int, ...]) -> None:
    assert path_of(path_text(path)) == path


def test_a_plan_of_ones_own_making(tmp_path: Path) -> None:
    """What was set by the user, not read from a file, goes through Excel too."""
    plan: Plan = read_plan("lianyungang-145").with_speeds(elderly=0.9).only("LY-01")
    write_workbook(plan, tmp_path / "plan.xlsx")
    assert read_workbook(tmp_path / "plan.xlsx") == plan
