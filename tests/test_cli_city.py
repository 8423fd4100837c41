from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from servicecircle.cli import main
from servicecircle.read import read_city

RAW = Path(__file__).parents[1] / "sample_data" / "raw_folder"


def test_new_then_check_in_two_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    city = tmp_path / "my_city"
    assert main(["new", str(city), "--from", str(RAW)]) == 0
    said = capsys.readouterr().out
    assert "guesses to check" in said
    assert "servicecircle check" in said
    assert main(["check", str(city)]) == 0
    said = capsys.readouterr().out
    assert "== 教育局学校名单.xlsx" in said
    assert "it can be read as a city (error 0," in said


def test_new_never_replaces_a_city_toml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "city.toml").write_text("mine", encoding="utf-8")
    assert main(["new", str(tmp_path)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "city.toml").read_text(encoding="utf-8") == "mine"


def test_a_faulty_city_exits_with_1_and_names_layer_column_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(RAW, tmp_path / "city")
    path = tmp_path / "city" / "city.toml"
    path.write_text(path.read_text("utf-8").replace('x = "Y坐标"', 'x = "东坐标"'), encoding="utf-8")
    assert main(["check", str(tmp_path / "city")]) == 1
    said = capsys.readouterr().out
    assert "== 养老服务设施_民政局.csv\n  error" in said
    assert "'东坐标'" in said
    assert "correct them first (error 1," in said


def test_the_report_is_written_as_page_and_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, book = tmp_path / "报告.html", tmp_path / "报告.xlsx"
    assert main(["check", str(RAW), "--html", str(page), "--excel", str(book)]) == 0
    assert "教育局学校名单.xlsx" in page.read_text(encoding="utf-8")
    assert book.stat().st_size > 0
    assert capsys.readouterr().out.count("Written to") == 2


@pytest.mark.parametrize("option", ["--html", "--excel"])
def test_a_report_under_another_suffix_is_refused_before_anything_is_read(
    tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(RAW), option, str(tmp_path / "report.txt")]) == 1
    assert "has to end in" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_no_folder_is_said_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("new", "check"):
        assert main([command, str(tmp_path / "x")]) == 1
        assert "no such folder" in capsys.readouterr().err


def test_a_city_checked_sound_can_be_read(tmp_path: Path) -> None:
    assert main(["new", str(tmp_path / "c"), "--from", str(RAW)]) == 0
    assert main(["check", str(tmp_path / "c")]) == 0
    assert len(read_city(tmp_path / "c").zones) == 49
