from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from servicecircle.assessment import assess
from servicecircle.errors import InputError
from servicecircle.plan import read_plan
from servicecircle.show import write_summary
from tests import oracle
from tests.show.pages import Read, read
from tests.show.towns import PAYLOADS, judged, plain, town

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.assessment import Assessment


@cache
def result() -> Assessment:
    return judged(town())


def written(which: Assessment, folder: Path, language: str = "zh") -> str:
    path = folder / "summary.html"
    write_summary(which, path, language=language)
    return path.read_text("utf-8")


def rows(page: str) -> dict[str, str]:
    """Return the part of a page about each standard, by its id."""
    parts = page.split('<tbody class="standard" id="')[1:]
    return {part.partition('"')[0]: part.partition("</tbody>")[0] for part in parts}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_standard_has_its_figures_and_its_clause(tmp_path: Path, language: str) -> None:
    page = written(result(), tmp_path, language)
    about = rows(page)
    assert list(about) == list(result().plan.ids)
    for standard in result().plan.standards:
        text = read(about[standard.id]).text
        assert standard.name_zh if language == "zh" else standard.name_en in text
        for clause in standard.citations:
            assert clause.quote in text
            assert clause.section in text
            assert str(clause.line) in text
        for one in standard.assumptions:
            assert (one.zh if language == "zh" else one.en) in read(page).text


def test_a_standard_judged_in_zones_only_has_its_place_too(tmp_path: Path) -> None:
    in_zones = assess(oracle.city(), oracle.plan().only("LY-01").with_levels(["街道"]), progress=False)
    assert list(rows(written(in_zones, tmp_path))) == ["LY-01"]


def test_figures_are_those_of_the_table(tmp_path: Path) -> None:
    about = rows(written(result(), tmp_path))
    table = result().table.query("`class` == 'all'").set_index(["standard_id", "zone_id"])
    assert table["value"][("WT-01", "CITY")] == pytest.approx(0.75)
    assert "75 %" in about["WT-01"]
    assert "≥ 100 %（假设）" in about["WT-01"]
    assert "160" in about["WT-01"]  # 16 cells of 10 residents farther than 600 m
    assert "不达标" in about["CX-01"]
    assert "达标" in about["LY-02"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reference_row_has_no_verdict(tmp_path: Path, language: str) -> None:
    about = rows(written(result(), tmp_path, language))
    for standard in ("YY-05", "LY-01", "WT-01", "ZH-01"):
        assert "达标" not in about[standard]
        assert "meet" not in read(about[standard]).text.replace(result().plan[standard].name_en, "")


def test_notice_speeds_rule_and_versions_are_said(tmp_path: Path) -> None:
    text = read(written(result(), tmp_path, "en")).text
    for said in ("Invented.", "0.8 m/s", "1 m/s", "500 m", "EPSG:4549", "servicecircle 0.", "shapely 2."):
        assert said in text


def test_what_was_found_in_the_data_is_listed(tmp_path: Path) -> None:
    whole = town()
    far = whole.facilities.iloc[[0]].assign(id="far", geometry=whole.facilities.geometry.iloc[[0]].translate(-3000))
    text = read(written(judged(whole.adding(far), "YY-01"), tmp_path, "en")).text
    assert "farther than 500 m from every street that counts" in text
    assert "far" in text


def test_a_contradiction_of_the_plan_is_shown_with_the_other_value(tmp_path: Path) -> None:
    conflict = result().plan["ZH-01"].conflicts[0]
    text = read(written(result(), tmp_path, "en")).text
    assert conflict.en in text
    assert f"the other value: {conflict.alternatives[0].value:g}" in text


def test_a_standard_that_cannot_be_judged_says_why(tmp_path: Path) -> None:
    whole = town()
    poor = type(whole)(whole.walk, whole.population, whole.facilities.iloc[:1], whole.zones)
    about = rows(written(judged(poor), tmp_path, "en"))
    assert "Not evaluable" in about["WT-01"]
    assert "sports and fitness ground: the layer is not loaded." in about["WT-01"]


def test_many_standards_that_cannot_be_judged_share_a_list(tmp_path: Path) -> None:
    whole = assess(town(), read_plan("lianyungang-145"), progress=False)
    page = written(whole, tmp_path, "en")
    known = set(whole.table.loc[whole.table["status"] != "not_evaluable", "standard_id"])
    lost = set(whole.plan.ids) - known
    assert len(lost) > 10
    assert set(rows(page)) == known
    for standard in lost:
        assert f'id="{standard}"' in page


def test_a_standard_without_a_zone_to_judge_has_no_results(tmp_path: Path) -> None:
    plan = result().plan.only("WT-01").with_levels(["学区"])
    about = rows(written(assess(town(), plan, progress=False), tmp_path, "en"))
    assert "Not evaluable" in about["WT-01"]


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    found = read(written(result(), tmp_path))
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in found.elements}


def test_the_same_result_makes_the_same_page(tmp_path: Path) -> None:
    assert written(judged(town()), tmp_path) == written(result(), tmp_path)


def test_an_old_page_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "summary.html").write_text("old", "utf-8")
    assert written(result(), tmp_path).startswith("<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir()] == ["summary.html"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        write_summary(result(), tmp_path / "nowhere" / "summary.html")


def test_an_unknown_language_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="zh, en"):
        write_summary(result(), tmp_path / "summary.html", language="fr")


@pytest.mark.parametrize("text", PAYLOADS)
def test_names_are_text_and_nothing_else(tmp_path: Path, text: str) -> None:
    found, usual = (hostile(name, tmp_path) for name in (text, "甲"))
    assert found.elements == usual.elements
    assert found.text.count(plain(text)) >= 6


def hostile(text: str, folder: Path) -> Read:
    """Return the summary of a town in which everything bears one name."""

    def name(usual: str) -> str:
        del usual
        return text

    return read(written(judged(town(name=name), "LY-01", name=name), folder))
