"""The README is true: its commands are what is run elsewhere, its code runs, its links lead somewhere."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("file", [".ci/run", ".github/workflows/ci.yml"])
def test_servers_run_the_two_commands(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    demo, tests = (block.strip() for block in blocks("bash")[:2])
    assert demo.endswith("servicecircle demo")
    assert tests.endswith("pytest")
    assert [
        command for command in (demo, tests) if len(re.findall(rf"{re.escape(command)}$", text, re.MULTILINE)) != 1
    ] == []


def test_minimum_versions_are_tested_as_described() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text("utf-8")
    assert [line for line in blocks("bash")[3].splitlines() if line not in text] == []


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(targets) > 3
    assert [target for target in targets if "://" not in target and not (ROOT / target).exists()] == []


def test_its_city_toml_is_one() -> None:
    from servicecircle.read.city_file import CityFile

    (block,) = blocks("toml")
    city = CityFile.model_validate(tomllib.loads(block))
    assert city.name_en == "My city"


@pytest.mark.slow
def test_code_runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # the later blocks go on where the first one ends
    (tmp_path / "block.py").write_text("\n".join(blocks("python")), "utf-8")
    names = runpy.run_path("block.py")
    assert (tmp_path / "gap.html").stat().st_size > 0
    assert len(names["sites"].facilities) == 5
    assert len(names["better"].facilities) == len(names["city"].facilities) + 5
