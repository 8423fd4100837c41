"""A report tells only proposals and comparisons of its own assessment."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

import servicecircle as sc
from servicecircle.errors import InputError
from tests.show.towns import judged, town

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servicecircle.assessment import Assessment

WRITERS: dict[str, Callable[..., None]] = {"a.html": sc.write_report, "a.xlsx": sc.write_excel, "a.docx": sc.write_word}


@cache
def result() -> Assessment:
    return judged(town(blocks=8), "LY-01", "YY-05")


@cache
def without() -> Assessment:
    ids = result().city.facilities.query("service == 'elderly_station'")["id"].tolist()
    return sc.assess(result().city.removing(ids), result().plan, since=result(), progress=False)


def options(name: str) -> dict[str, Any]:
    return {} if name == "a.xlsx" else {"figures": []}


@pytest.mark.parametrize("name", WRITERS)
def test_sites_proposed_for_another_assessment_are_refused(name: str, tmp_path: Path) -> None:
    sites = sc.best_sites(without(), "LY-01", k=1)
    WRITERS[name](without(), tmp_path / name, sites=sites, **options(name))
    with pytest.raises(InputError, match="neither starts from this assessment nor leads to it"):
        WRITERS[name](result(), tmp_path / f"b{name}", sites=sites, **options(name))
    assert not (tmp_path / f"b{name}").exists()


@cache
def more() -> Assessment:
    sites = sc.best_sites(result(), "LY-01", k=1)
    return sc.assess(result().city.adding(sites.facilities), result().plan, since=result(), progress=False)


@pytest.mark.parametrize("name", WRITERS)
def test_a_comparison_of_other_assessments_is_refused(name: str, tmp_path: Path) -> None:
    comparison = without().compare(result())
    with pytest.raises(InputError, match="neither ends at this assessment nor starts from it"):
        WRITERS[name](more(), tmp_path / name, comparison=comparison, **options(name))
    assert not (tmp_path / name).exists()


def test_a_comparison_says_which_side_the_report_is_on(tmp_path: Path) -> None:
    comparison = without().compare(result())
    for one, said in ((without(), "after is this assessment"), (result(), "before is this assessment")):
        sc.write_report(one, tmp_path / "a.html", comparison=comparison, figures=[], language="en")
        assert said in (tmp_path / "a.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("what", "said"), [("comparison", "result.compare"), ("sites", "Proposal")])
def test_what_is_neither_is_refused(what: str, said: str, tmp_path: Path) -> None:
    other: dict[str, Any] = {what: result() if what == "comparison" else 5}
    with pytest.raises(InputError, match=said):
        sc.write_report(result(), tmp_path / "a.html", figures=[], **other)


def test_one_standard_may_be_named_alone(tmp_path: Path) -> None:
    sc.write_report(result(), tmp_path / "a.html", figures="LY-01")
    assert "<img" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_wrong_things_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="earlier assessment"):
        sc.assess(result().city, result().plan, since=result().city, progress=False)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="baseline must be an assessment"):
        result().compare(None)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="A year such as 2030"):
        result().city.at("2030")  # type: ignore[arg-type]
