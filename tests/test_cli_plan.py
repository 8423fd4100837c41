"""Plan files from the command line: a new one, its faults, to Excel and back; nothing is ever overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from servicecircle.cli import main
from servicecircle.plan import bundled_plans, read_plan

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_plan_is_checked_converted_and_brought_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, book, again = (str(tmp_path / name) for name in ("规划.toml", "规划.xlsx", "again.toml"))
    for task in (["new", file], ["check", file], ["excel", file, book], ["check", book], ["toml", book, again]):
        assert main(["plan", *task]) == 0
    said = capsys.readouterr().out
    assert said.count("no faults: 2 standards | 没有错误：2 条标准") == 2
    assert read_plan(again) == read_plan(file)


@pytest.mark.parametrize("name", bundled_plans())
def test_bundled_plans_have_no_faults(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "check", name]) == 0
    assert f"no faults: {len(read_plan(name).standards)} standards" in capsys.readouterr().out


def test_every_fault_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.toml"
    assert main(["plan", "new", str(file)]) == 0
    text = file.read_text("utf-8")
    for right, wrong in (("minutes = 10", "minuts = 10"), ('group = "pop_total"', 'group = "pop_totl"')):
        text = text.replace(right, wrong, 1)
    file.write_text(text, encoding="utf-8")
    assert main(["plan", "check", str(file)]) == 1
    faults = capsys.readouterr().err.strip().splitlines()
    assert len(faults) == 2
    assert "Did you mean 'minutes'" in faults[0]
    assert "Did you mean 'pop_total'" in faults[1]


def test_a_workbook_with_a_fault_becomes_no_plan_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, file = tmp_path / "plan.xlsx", tmp_path / "plan.toml"
    assert main(["plan", "excel", "life-circles", str(book)]) == 0
    pages = load_workbook(book)
    pages["standards"]["J2"] = "stated"
    assert pages["standards"]["J1"].value == "target.origin"
    pages.save(book)
    assert main(["plan", "toml", str(book), str(file)]) == 1
    said = capsys.readouterr().err
    assert f"{book}, sheet citations, row 2, standard" in said
    assert "enter edition, clause, quote, verified_by, verified_on from the printed document" in said
    assert not file.exists()


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, file = tmp_path / "plan.xlsx", tmp_path / "mine.toml"
    assert main(["plan", "excel", "life-circles", str(book)]) == 0
    file.write_text("mine", encoding="utf-8")
    before = book.read_bytes()
    for task in (["new", str(file)], ["toml", str(book), str(file)], ["excel", "life-circles", str(book)]):
        assert main(["plan", *task]) == 1
        assert "exists already" in capsys.readouterr().err
    assert (file.read_text("utf-8"), book.read_bytes()) == ("mine", before)
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("none.toml", "none.xlsx"):
        assert main(["plan", "check", str(tmp_path / name)]) == 1
        assert "FileNotFoundError" in capsys.readouterr().err
    assert main(["plan", "new", str(tmp_path / "no" / "plan.toml")]) == 1
    assert "does not exist" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["plan"])
