from __future__ import annotations

import csv
from pathlib import Path

import pytest

from servicecircle.assessment import read_manifest
from servicecircle.cli import main

STANDARDS = ("CX-01", "LY-01", "LY-02", "WT-01", "YY-01", "YY-05", "ZH-01")
SAMPLE = Path(__file__).parents[1] / "sample_data"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "out"
    assert main(["demo", "--to", str(folder)]) == 0
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_the_demo_writes_table_maps_and_summary(demo: Path) -> None:
    names = {path.name for path in demo.iterdir()}
    assert {f"map_{standard}.html" for standard in STANDARDS} <= names
    assert {"report.html", "tables.xlsx", "summary.md", "manifest.json", "map_overview.html"} <= names
    assert {"table.csv", "summary.html", "sites.csv", "comparison.csv", "data_report.csv"} <= names
    assert {row["standard_id"] for row in table(demo / "table.csv")} >= set(STANDARDS)


@pytest.mark.slow
def test_the_demo_says_that_its_city_is_invented(demo: Path) -> None:
    for name in ("summary.html", "report.html", "summary.md", "map_LY-01.html", "map_overview.html"):
        assert "虚构" in (demo / name).read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_the_demo_proposes_is_what_the_comparison_gives(demo: Path) -> None:
    gain = sum(float(row["gain"]) for row in table(demo / "sites.csv"))
    rows = table(demo / "comparison.csv")
    city = [row for row in rows if (row["standard_id"], row["zone_id"], row["class"]) == ("LY-01", "CITY", "all")]
    assert [float(row["gain"]) for row in city] == [gain]


@pytest.mark.slow
def test_a_city_folder_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["assess", str(SAMPLE), "--plan", "lianyungang-145", "--to", str(tmp_path), "--language", "en"]
    assert main(arguments) == 0
    assert "LY-01" in capsys.readouterr().out
    assert "Reference judgement" in (tmp_path / "summary.html").read_text(encoding="utf-8")
    manifest = read_manifest(tmp_path / "manifest.json")
    assert "city.toml" in manifest.files
    assert manifest.differences(read_manifest(tmp_path / "report.html")).empty


def test_a_folder_without_a_city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(tmp_path), "--plan", "lianyungang-145"]) == 1
    said = capsys.readouterr().err
    assert "city.toml" in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_an_unknown_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(SAMPLE), "--plan", "lianyungang"]) == 1
    assert "lianyungang-145" in capsys.readouterr().err


def test_a_plan_with_three_typos(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = Path(__file__).parents[1] / "servicecircle" / "plan" / "catalogue" / "lianyungang-145.toml"
    text = source.read_text(encoding="utf-8")
    for right, wrong in (("measure = ", "mesure = "), ('op = ">="', 'op = "=>"'), ("gap_unit", "gapunit")):
        text = text.replace(right, wrong, 1)
    plan = tmp_path / "plan.toml"
    plan.write_text(text, encoding="utf-8")
    assert main(["assess", str(SAMPLE), "--plan", str(plan)]) == 1
    said = capsys.readouterr().err
    for wrong in ("mesure", "=>", "gapunit"):
        assert wrong in said


def test_a_language_that_is_not_spoken(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["demo", "--language", "fr"])
    assert "zh" in capsys.readouterr().err


def test_results_do_not_go_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "results"
    target.write_text("mine", encoding="utf-8")
    assert main(["assess", str(SAMPLE), "--plan", "life-circles", "--to", str(target)]) == 1
    assert "--to needs a folder" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", [("demo",), ("assess", str(SAMPLE), "--plan", "life-circles")])
def test_a_folder_that_cannot_be_made_is_said_before_the_work(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    monkeypatch.setattr("servicecircle.assessment.assess", lambda *_: pytest.fail("the work began"))
    assert main([*command, "--to", str(tmp_path / "mine" / "results")]) == 1
    assert "cannot be made" in capsys.readouterr().err


def test_ctrl_c_ends_without_a_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("servicecircle.cli._assess", stopped)
    assert main(["assess", str(SAMPLE), "--plan", "life-circles"]) == 130
    assert "Stopped" in capsys.readouterr().err
