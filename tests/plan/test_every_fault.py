"""One plan file with every kind of fault that people make: all of them are named at once, however it is saved."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from servicecircle.cli import main
from servicecircle.errors import PlanError, ReadError
from servicecircle.plan import read_plan, read_workbook, write_workbook
from tests.plan.test_faults import TEXT, changed

DOCUMENT = Path(__file__).parents[1] / "data" / "seed_plan.txt"

# kind, standard, what stands there, what stands there instead, the key that is named, what is said of it
KINDS = {
    "unknown key": ("YY-05", "minutes = 10", "minuts = 10", "minuts", "unknown key. Did you mean 'minutes'?"),
    "wrong unit": ("CX-01", "metres = 500", 'metres = "500 m"', "metres", "must be a number. '500 m' was given."),
    "98 for 0.98": ("CX-01", "value = 0.98", "value = 98", "target.value", "Did you mean 0.98 (98 %)?"),
    "thresholds": ("LY-01", "= true }", "= { at_least = 20, at_most = 10 } }", "at_most", "is below"),
    "composite": ("ZH-01", 'service = "kindergarten"', 'service = "ZH-01"', "require[", "'ZH-01' is unknown."),
    "duplicate id": ("WT-02", 'id = "WT-02"', 'id = "WT-01"', "id", "is used twice, first on line"),
    "misquote": ("WT-01", "十分钟体育健身圈", "十五分钟体育健身圈", "citation[1].quote", "does not stand on line 462"),
    "full-width": ("LY-02", "count = 1", 'count = "１"', "count", "'１' was given."),
}


def faulty() -> tuple[str, dict[str, int]]:
    """Return the plan with every kind of fault, and the line of each."""
    text, lines = TEXT, {}
    for kind, (standard, old, new, _, _) in KINDS.items():
        if kind == "misquote":  # in the clause, not in the name above it
            start = text.index("quote = ", text.index(f'id = "{standard}"'))
            place = text.index(old, start)
            text = text[:place] + new + text[place + len(old) :]
            lines[kind] = text.count("\n", 0, place) + 1
        else:
            text, lines[kind] = changed(standard, old, new, text=text)
    return text, lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_kind_of_fault_is_named_at_once(encoding: str, tmp_path: Path) -> None:
    text, lines = faulty()
    file = tmp_path / "规划.toml"
    file.write_bytes(text.encode(encoding))
    with pytest.raises(PlanError) as raised:
        read_plan(file, document=DOCUMENT)
    faults = raised.value.faults
    for kind, (_, _, _, key, says) in KINDS.items():
        mine = [one for one in faults if f"line {lines[kind]}, " in one and says in one]
        assert len(mine) == 1, (kind, faults)
        assert key in mine[0]
        assert " | " in mine[0]
    assert len(faults) == len(KINDS)


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", PlanError, "'plan' is missing"),
        (b"\xef\xbb\xbf", PlanError, "'plan' is missing"),
        (TEXT.encode() + b"# " + b"x" * 10_000_000, ReadError, "a plan file has at most 2,000,000"),
        (b"\0" * 10_000_000, ReadError, "a plan file has at most 2,000,000"),
        (b"a = " + b"[" * 1_000_000, PlanError, "nested too deeply"),
        (b"format = 1\n" + b"".join(b"k%d = 1\n" % n for n in range(5_000)), PlanError, "k4999: unknown key."),
    ],
    ids=["empty", "mark alone", "10 MB of comment", "10 MB of nothing", "deep", "5,000 unknown keys"],
)
def test_what_is_hardly_a_plan_is_refused_at_once(
    data: bytes, error: type[Exception], says: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.toml"
    file.write_bytes(data)
    start = time.perf_counter()
    with pytest.raises(error, match=says):
        read_plan(file)
    assert time.perf_counter() - start < 10


def test_the_bundled_plan_quotes_its_document() -> None:
    assert read_plan("lianyungang-145", document=DOCUMENT) == read_plan("lianyungang-145")


def test_a_quotation_on_another_line_says_which(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(changed("WT-01", "line = 462", "line = 461")[0], encoding="utf-8")
    with pytest.raises(PlanError, match=r"does not stand on line 461 of the document. It stands on line 462."):
        read_plan(file, document=DOCUMENT)


def test_a_quotation_of_a_workbook_is_compared_too(tmp_path: Path) -> None:
    file, book = tmp_path / "plan.toml", tmp_path / "plan.xlsx"
    file.write_text(changed("WT-01", "line = 462", "line = 9999")[0], encoding="utf-8")
    write_workbook(read_plan(file), book)
    with pytest.raises(PlanError, match=r"sheet citations, row .* does not stand on line 9999"):
        read_workbook(book, document=DOCUMENT)


def test_the_command_line_compares_quotations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(changed("WT-01", "line = 462", "line = 461")[0], encoding="utf-8")
    assert main(["plan", "check", str(file)]) == 0
    assert main(["plan", "check", str(file), "--document", str(DOCUMENT)]) == 1
    assert "does not stand on line 461" in capsys.readouterr().err


def test_a_document_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read as a text"):
        read_plan("lianyungang-145", document=tmp_path / "no.txt")
