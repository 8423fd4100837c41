"""The rules of the house: lint, types, the order of the rooms, sizes, licences, and what a repository never holds."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import packaging.requirements
import packaging.utils
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "servicecircle"
SCRIPTS = Path(sysconfig.get_path("scripts"))

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50

TOOLS = ("ruff check", "ruff format --check", "mypy", "lint-imports")

NEVER_TRACKED = (
    # Folders of one machine.
    r"/(?:home|Users)/\w",
    r"/(?:root|work|opt/pypi)/",
    r"\b[A-Z]:\\{1,2}Users\b",
    # Hosts of package registries: which one is used is the machine's affair.
    r"(?:files\.pythonhosted|pypi)\.(?:org|python\.org)/(?:simple|packages)",
    r"registry\.(?:npmjs\.org|yarnpkg\.com|npmmirror\.com)",
    r"(?:--|\b)(?:extra-)?index-url\b",
)

COPYLEFT = re.compile(r"\b(?:A?GPL|LGPL|GNU|Affero|SSPL|EUPL)", re.IGNORECASE)
COPYLEFT_ALLOWED: dict[str, str] = {}
"""Distribution -> why its licence is no hindrance. Empty: every dependency has a permissive licence or the MPL."""


def tracked() -> list[Path]:
    """Return the files of the repository, or skip outside a checkout."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git, or no checkout")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [
        path for folder in ("servicecircle", "tests", "sample_data") for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def public_modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if not path.stem.startswith("_") or path.stem == "__init__"]


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_finds_nothing(tool: str) -> None:
    name, *arguments = tool.split()
    done = subprocess.run([SCRIPTS / name, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_commit_is_checked_with_the_same_tools() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    entries = re.findall(r"entry: (.+)", text)
    assert entries == [f".venv/bin/{tool}" for tool in TOOLS]


def test_every_ignored_lint_rule_has_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    lint = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.pydocstyle]")]
    rules = [line for line in lint.splitlines() if re.match(r'\s+"', line)]
    assert rules
    assert [line for line in rules if not re.fullmatch(r'  "[A-Z]+[0-9]+",\s+# \S.{5,}', line)] == []


def test_every_suppression_names_its_rule() -> None:
    bare = re.compile(r"#\s*(?:noqa(?!:\s*[A-Z]+\d+)|type:\s*ignore(?!\[)|ruff:\s*noqa|mypy:\s*ignore)")
    assert [str(path.relative_to(ROOT)) for path in modules() if bare.search(path.read_text("utf-8"))] == []


def test_modules_are_short() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    """A function has at most 50 lines beside its docstring."""
    long = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body
                first = body[0]
                documented = ast.get_docstring(node) is not None
                docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
                length = (node.end_lineno or 0) - node.lineno + 1 - docstring
                if length > LONGEST_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = length
    assert long == {}


def test_the_package_never_prints() -> None:
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "pprint"}
    ]
    assert calls == []


def test_every_room_has_its_place_in_the_order() -> None:
    """Parentheses would let a room be missing: none is, so none stand there."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (contract,) = settings["contracts"]
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert set(contract["layers"]) == rooms - {"__init__"}


def test_licence_is_mit() -> None:
    text = " ".join((ROOT / "LICENSE").read_text("utf-8").split())
    assert text.startswith("MIT License")
    assert "Permission is hereby granted, free of charge, to any person obtaining a copy" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "MIT"


def installed_dependencies() -> dict[str, importlib.metadata.Distribution]:
    """Return every installed distribution that this one needs, with its extras, directly or through another."""
    found: dict[str, importlib.metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [
        ("servicecircle", extra) for extra in ("", "figures", "notebook", "reports", "browser", "parquet", "test")
    ]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # of an extra that is not installed, or for another system
        found[name] = distribution
        for text in distribution.requires or []:
            requirement = packaging.requirements.Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                needed = packaging.utils.canonicalize_name(requirement.name)
                waiting += [(needed, wanted) for wanted in ("", *requirement.extras)]
    del found["servicecircle"]
    return found


def licence(distribution: importlib.metadata.Distribution) -> str:
    """Return what a distribution says of its licence, in the newest of the three ways of saying it."""
    about = distribution.metadata.json
    kinds = [kind.rpartition(" :: ")[2] for kind in about.get("classifier", ()) if kind.startswith("License ::")]
    return str(about.get("license_expression") or "; ".join(kinds) or str(about.get("license", "")).partition("\n")[0])


def test_no_dependency_forces_its_licence_on_users() -> None:
    licences = {name: licence(distribution) for name, distribution in installed_dependencies().items()}
    assert {"geopandas", "osmium", "scipy", "folium", "hypothesis"} <= set(licences)
    assert sorted(name for name, said in licences.items() if not said) == []
    assert {
        name: said for name, said in licences.items() if COPYLEFT.search(said) and name not in COPYLEFT_ALLOWED
    } == {}


def test_no_machine_and_no_registry_is_named() -> None:
    pattern = re.compile("|".join(NEVER_TRACKED))
    found = {}
    for path in tracked():
        if path == Path(__file__).resolve():
            continue
        content = path.read_bytes()
        if b"\0" not in content and (match := pattern.search(content.decode("utf-8", "replace"))):
            found[str(path.relative_to(ROOT))] = match[0]
    assert found == {}


def test_no_large_file_is_tracked() -> None:
    """The sample city is the largest file; its own limit is 8 MB."""
    assert [path.name for path in tracked() if path.stat().st_size > 8_000_000] == []
