"""What `import servicecircle` gives: these names, described, and nothing else happens."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import servicecircle

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]

PUBLIC = [
    "About",
    "Access",
    "AccessRule",
    "Assessment",
    "City",
    "Comparison",
    "DataReport",
    "Drawing",
    "DriveNetwork",
    "Explanation",
    "FigureNotes",
    "Homes",
    "Manifest",
    "NetworkQuality",
    "Plan",
    "Proposal",
    "Scenario",
    "Sensitivity",
    "Transport",
    "WalkNetwork",
    "access",
    "assess",
    "best_sites",
    "bundled_plans",
    "bus_lines",
    "check_city",
    "check_datum",
    "circles_table",
    "classify",
    "comparison_map",
    "completeness_map",
    "districts_table",
    "equity_table",
    "explore",
    "fetch_assets",
    "fetch_walk_network",
    "from_datum",
    "gap_figure",
    "gap_map",
    "isochrone_map",
    "match_facilities",
    "merge_duplicates",
    "network_quality",
    "new_city",
    "overview_map",
    "progress_table",
    "project_population",
    "radius_map",
    "read_barriers",
    "read_city",
    "read_drive_network",
    "read_facilities",
    "read_gtfs",
    "read_layer",
    "read_manifest",
    "read_plan",
    "read_population",
    "read_review",
    "read_scenario",
    "read_walk_network",
    "sample_city",
    "save_offline",
    "scenario_table",
    "sensitivity",
    "sites_map",
    "speed_map",
    "split_change",
    "spread",
    "stops_of",
    "tianditu",
    "with_code_levels",
    "with_group_shares",
    "with_zone_ids",
    "write_data_report",
    "write_excel",
    "write_figure",
    "write_layer",
    "write_layers",
    "write_manifest",
    "write_markdown",
    "write_report",
    "write_review",
    "write_summary",
    "write_word",
]

MADE_BY_USERS = ("AccessRule", "City", "FigureNotes", "Scenario", "Transport")
"""The classes that users make themselves; the others are what functions return."""

LOADED_WHEN_USED = (
    *("folium", "osmnx", "numba", "osmium", "rasterio", "matplotlib", "docx", "pydantic", "openpyxl"),
    "tomlkit",
)

# What importing might leave behind. The packages that geopandas loads may do as they like, so they come first.
IMPORT = """
import json, logging, os, pathlib, sys, warnings
import geopandas, networkx, numpy, pandas, scipy.sparse.csgraph, scipy.spatial

def state():
    return {
        "warnings": [str(rule) for rule in warnings.filters],
        "environment": dict(os.environ),
        "handlers": [str(handler) for handler in logging.getLogger().handlers],
        "level": logging.getLogger().level,
        "float errors": numpy.geterr(),
        "rows shown": pandas.get_option("display.max_rows"),
        "columns shown": pandas.get_option("display.max_columns"),
        "files": [str(path) for path in pathlib.Path().rglob("*")],
        "folder": os.getcwd(),
        "hook": str(sys.excepthook),
    }

before = state()
import servicecircle
after = state()
changed = [key for key in before if before[key] != after[key]]
print(json.dumps({"changed": changed, "modules": sorted(name for name in sys.modules if "." not in name)}))
"""

WHEEL = """
import pathlib, servicecircle
assert pathlib.Path(servicecircle.__file__).is_relative_to(pathlib.Path.cwd()), servicecircle.__file__
city = servicecircle.sample_city()
plan = servicecircle.read_plan("lianyungang-145")
print(len(city.zones) > 0, "YY-01" in plan.ids)
"""


def python(code: str, folder: Path, **environment: str) -> str:
    """Run code in a fresh process in a folder; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_public_names() -> None:
    assert sorted(servicecircle.__all__) == PUBLIC
    assert [name for name in PUBLIC if not hasattr(servicecircle, name)] == []


def test_import_changes_nothing_and_is_light(tmp_path: Path) -> None:
    found = json.loads(python(IMPORT, tmp_path))
    assert found["changed"] == []
    assert [name for name in LOADED_WHEN_USED if name in found["modules"]] == []


def functions() -> Iterator[tuple[str, Any, str]]:
    """Yield every public function and method: its name, itself, and the docstring that describes its parameters."""
    for name in PUBLIC:
        thing = getattr(servicecircle, name, None)
        if inspect.isfunction(thing):
            yield name, thing, thing.__doc__ or ""
        if not inspect.isclass(thing) or issubclass(thing, Exception):
            continue
        if name in MADE_BY_USERS:
            yield name, thing, thing.__doc__ or ""
        for method in dir(thing):
            static = inspect.getattr_static(thing, method)
            function = getattr(static, "__func__", static)
            if not method.startswith("_") and inspect.isfunction(function):
                yield f"{name}.{method}", function, function.__doc__ or ""


def undescribed(function: Any, docstring: str) -> list[str]:
    """Return the parameters that the docstring's section about parameters does not describe."""
    names = [name for name in inspect.signature(function).parameters if name not in {"self", "cls"}]
    described = re.search(
        r"^ *(?:Parameters|Attributes)\n *-+\n(.*?)(?=^ *[A-Z]\w+\n *-{3,}|\Z)", docstring, re.MULTILINE | re.DOTALL
    )
    heads = (
        re.findall(r"^ *((?:\*{0,2}\w+)(?:, \*{0,2}\w+)*)(?: :.*)?$", described[1], re.MULTILINE) if described else []
    )
    known = {name.lstrip("*") for head in heads for name in head.split(", ")}
    return [name for name in names if name not in known]


def test_every_parameter_is_described() -> None:
    missing = {name: undescribed(function, text) for name, function, text in functions()}
    assert {name: parameters for name, parameters in missing.items() if parameters} == {}


def test_every_quantity_has_a_unit() -> None:
    """Where a parameter is called after a quantity, the docstring says its unit."""
    units = {"_m": r"\bmet(?:re|er)s?\b", "_m_s": r"\bm/s\b", "_s": r"\bseconds?\b", "minutes": r"\bminutes?\b"}
    silent = [
        f"{name}({parameter}): {unit}"
        for name, function, text in functions()
        for parameter in inspect.signature(function).parameters
        for ending, unit in units.items()
        if parameter.endswith(ending)
        and not (ending == "_s" and parameter.endswith("_m_s"))
        and not re.search(unit, text)
    ]
    assert silent == []


@pytest.mark.slow
def test_wheel_holds_what_it_needs_and_works(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    city = {path.name for path in (ROOT / "sample_data").iterdir() if path.suffix in {".toml", ".gpkg", ".csv", ".md"}}
    assert {f"servicecircle/sample_data/{name}" for name in city} <= names
    assert "servicecircle/py.typed" in names
    assert "servicecircle/plan/catalogue/lianyungang-145.toml" in names
    assert [name for name in names if not re.match(r"servicecircle(?:/|-[\d.]+\.dist-info/)", name)] == []
    assert [name for name in names if "making" in name or "make_sample_city" in name] == []
    installed = tmp_path / "installed"
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", str(installed), str(wheel)], check=True, capture_output=True
    )
    assert python(WHEEL, installed, PYTHONPATH=str(installed)).split() == ["True", "True"]
