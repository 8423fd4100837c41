"""The Markdown summary: what a reader of Markdown makes of it shows every name as it stands."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

import servicecircle as sc
from servicecircle.errors import InputError
from servicecircle.show.markdown import escaped
from tests.show.pages import read
from tests.show.towns import PAYLOADS, judged, plain, town

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.assessment import Assessment

NAMES = (
    *PAYLOADS,
    "a | b",
    "[x](http://a.b)",
    "![x](y)",
    "**bold** _it_ `code` ~~gone~~",
    "# head",
    "- list",
    "+ list",
    "1. list",
    "12) list",
    "> quote",
    "---",
    "===",
    "http://a.b www.a.b a@b.cd",
)


@cache
def result() -> Assessment:
    return judged(town())


def rendered(text: str) -> str:
    markdown = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    return str(markdown.MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


@pytest.mark.parametrize("text", NAMES)
@pytest.mark.parametrize("place", ["{}", "- {}", "| h |\n| --- |\n| {} |"])
def test_a_name_is_shown_as_it_stands(text: str, place: str) -> None:
    page = rendered(place.format(escaped(text)))
    usual = read(rendered(place.format("x"))).elements
    assert read(page).elements == usual
    assert " ".join(plain(text).split()) in " ".join(read(page).text.split())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_standard_has_a_row(tmp_path: Path, language: str) -> None:
    sc.write_markdown(result(), tmp_path / "summary.md", language=language)
    lines = (tmp_path / "summary.md").read_text("utf-8").splitlines()
    for standard in result().plan.standards:
        row = next(line for line in lines if line.startswith(f"| {standard.id} |"))
        assert row.count(" | ") == 6
        if standard.id in {"YY-05", "LY-01", "WT-01", "ZH-01"}:
            assert "达标" not in row
            assert "meet the standard" not in row


def test_the_same_result_makes_the_same_text(tmp_path: Path) -> None:
    for name, which in (("a.md", result()), ("b.md", judged(town()))):
        sc.write_markdown(which, tmp_path / name)
    assert (tmp_path / "a.md").read_bytes() == (tmp_path / "b.md").read_bytes()


def test_another_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="zh, en"):
        sc.write_markdown(result(), tmp_path / "summary.md", language="fr")
