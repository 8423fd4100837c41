"""Every figure of the hand-worked city through the public interface: all 186, none forgotten.

What counts as a figure is said in oracle_figures.py, where each is read from the library: every number (inf too), truth
value and list in ``expected`` of data/oracle.json, but for what the case is given. There are 186 of them. Its nulls and
words are compared too.
"""

from __future__ import annotations

import numpy as np
import pytest

from servicecircle.plan import Composite
from tests import oracle
from tests.oracle_figures import LEAVES, READERS, RESULTS, SITES, found, is_figure, reader, result, row

FIGURES = {path: leaf for path, leaf in RESULTS.items() if is_figure(leaf)}
REST = {path: leaf for path, leaf in RESULTS.items() if not is_figure(leaf)}

SIX_DIGITS = 5e-7
"""The oracle prints six digits."""

MILLIMETRE = 0.001


def test_there_are_186_figures() -> None:
    assert len(FIGURES) == 186


def test_what_is_no_figure_is_a_null_or_a_word() -> None:
    nulls = [leaf for leaf in REST.values() if leaf is None]
    words = sorted(leaf for leaf in REST.values() if leaf is not None)
    assert len(nulls) == 20
    assert words == ["elderly_station", "not_applicable", "out", "out", "pi/4", "zero_population"]
    assert len(LEAVES) == len(FIGURES) + len(REST) + 8


def test_every_figure_is_read_from_the_library() -> None:
    assert [path for path in RESULTS if reader(path) is None] == []


def test_no_way_of_reading_is_idle() -> None:
    used = {reader(path) for path in RESULTS}
    assert {pattern[-1] for pattern in READERS} == {pattern[-1] for pattern in used if pattern}


@pytest.mark.parametrize("path", FIGURES, ids="/".join)
def test_figure(path: tuple[str, ...]) -> None:
    expected, actual = FIGURES[path], found(path)
    if isinstance(expected, list):
        assert actual == expected
    elif isinstance(expected, bool):
        assert bool(actual) is expected
    else:
        within = MILLIMETRE if path[0] == "nearest_m" else SIX_DIGITS
        assert float(actual) == pytest.approx(float(expected), abs=within, rel=0)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", REST, ids="/".join)
def test_what_has_no_figure(path: tuple[str, ...]) -> None:
    assert found(path) == REST[path]


def test_the_plan_asks_what_the_case_is_given() -> None:
    circle = oracle.plan()["ZH-01"].measure
    assert isinstance(circle, Composite)
    assert {one.service: one.minutes for one in circle.require} == oracle.EXPECTED["ZH-01"]["limits_min"]
    assert oracle.plan()["LY-01"].measure.profile == oracle.EXPECTED[SITES]["speed"]  # type: ignore[union-attr]


def test_all_walks_of_all_cells_are_there() -> None:
    """Each service's distances hold the cells of the oracle and no others."""
    frame = result().distances
    for _, part in frame[frame["standard_id"] == "ZH-01"].groupby("service"):
        assert sorted(part["cell_id"]) == [cell["cell_id"] for cell in oracle.ORACLE["cells"]]


def test_bus_stops_cover_a_share_of_the_ground() -> None:
    """Both discs touch the border, where a polygon of the same area reaches a few millimetres beyond it."""
    built_up = row("CX-01", "built_up")
    assert built_up["value"] == pytest.approx(np.pi / 4, abs=1e-7)
    assert built_up["verdict"] == "不达标"


def test_places_there_and_places_lacking_are_never_below_those_required() -> None:
    for zone in ("A", "B", "CITY"):
        needed = row("YY-02", zone)["capacity"] + row("YY-02", zone)["capacity_missing"]
        assert needed >= oracle.EXPECTED["YY-02"][zone]["required"]


def test_only_one_near_miss_is_told() -> None:
    noted = result().evidence
    assert noted.loc[noted["kind"] == "near_miss", "about"].tolist() == ["EC1"]


@pytest.mark.parametrize(
    ("standard", "zone", "status"),
    [
        ("YY-01", "A", "judged"),
        ("YY-01", "Z", "no_population"),
        ("YY-05", "A", "reference"),
        ("YY-05", "B", "out_of_scope"),
        ("YY-05", "Z", "no_population"),
        ("YY-05", "CITY", "info"),
        ("LY-01", "A", "reference"),
        ("LY-02", "A", "judged"),
        ("LY-02", "B", "not_applicable"),
        ("LY-02", "Z", "judged"),
        ("WT-01", "B", "reference"),
        ("ZH-01", "A", "reference"),
        ("ZH-01", "B", "out_of_scope"),
        ("ZH-01", "Z", "no_population"),
        ("CX-01", "built_up", "judged"),
    ],
)
def test_statuses(standard: str, zone: str, status: str) -> None:
    assert row(standard, zone)["status"] == status


def test_a_reference_row_never_has_a_verdict() -> None:
    table = result().table
    assert table.loc[table["status"] == "reference", "verdict"].isna().all()
    assert set(table.loc[table["status"] == "judged", "verdict"]) == {"达标", "不达标"}
