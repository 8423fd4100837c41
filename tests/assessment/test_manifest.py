"""The run manifest: the same for the same data, and what differs in another run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import servicecircle as sc
from servicecircle.errors import InputError
from tests.show.towns import judged, town

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.assessment import Assessment
    from servicecircle.city import City

STANDARDS = ("LY-01", "LY-02", "CX-01")
ROOT = Path(__file__).parents[2]
ELSEWHERE = """
import json
import servicecircle as sc
from tests.show.towns import judged, town
print(json.dumps(sc.Manifest.of(judged(town(), "LY-01", "LY-02", "CX-01")).as_dict()))
"""


@cache
def result() -> Assessment:
    return judged(town(), *STANDARDS)


def other_way(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the same layer in another order, with another index."""
    return frame.sample(frac=1, random_state=1).set_axis(range(1000, 1000 + len(frame)))


def shuffled(city: City) -> City:
    """Return the same city from layers in another order."""
    walk = sc.WalkNetwork.from_edges(other_way(city.walk.edges))
    layers = {name: other_way(getattr(city, name)) for name in ("population", "facilities", "zones", "areas")}
    return replace(city, walk=walk, **layers)


def parts(there: Assessment) -> set[str]:
    return set(sc.Manifest.of(result()).differences(there)["part"])


def test_the_order_of_rows_changes_nothing() -> None:
    there = judged(shuffled(town()), *STANDARDS)
    assert sc.Manifest.of(result()) == sc.Manifest.of(there)


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_another_process_makes_the_same_manifest(seed: str) -> None:
    environment = os.environ | {"PYTHONHASHSEED": seed, "NUMBA_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == sc.Manifest.of(result()).as_dict()


def test_a_facility_less_is_another_layer_and_another_result() -> None:
    whole = town()
    stations = whole.facilities.loc[whole.facilities["service"] == "elderly_station", "id"]
    there = judged(whole.removing(stations), *STANDARDS)
    assert parts(there) == {"layers", "results"}
    assert not sc.Manifest.of(result()).reproduces(there)


def test_another_speed_is_another_plan_and_parameter() -> None:
    there = sc.assess(town(), result().plan.with_speeds(elderly=0.5), progress=False)
    assert parts(there) >= {"plan", "parameters", "results"}


def test_other_software_with_the_same_figures_reproduces() -> None:
    here = sc.Manifest.of(result())
    there = replace(here, versions=dict(here.versions) | {"numpy": "0.1"})
    assert here.differences(there).to_dict("records") == [
        {"part": "versions", "name": "numpy", "here": here.versions["numpy"], "there": "0.1"}
    ]
    assert here.reproduces(there)


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    sc.write_manifest(result(), tmp_path / "manifest.json")
    assert sc.read_manifest(tmp_path / "manifest.json") == sc.Manifest.of(result())


def test_files_have_the_fingerprint_of_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_bytes(b"abc")
    (tmp_path / ".hidden").write_bytes(b"no")
    manifest = sc.Manifest.of(result(), files=[tmp_path])
    assert dict(manifest.files) == {"sub/a.csv": "ba7816bf8f01cfea"}  # SHA-256 of abc, from FIPS 180-2
    assert sc.Manifest.of(result()).differences(manifest).empty


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file or folder"):
        sc.Manifest.of(result(), files=[tmp_path / "nowhere.csv"])


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "1"}', '{"format": "2", "about": {}}', "no json"])
def test_another_file_is_no_manifest(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no run manifest"):
        sc.read_manifest(tmp_path / "other.json")
