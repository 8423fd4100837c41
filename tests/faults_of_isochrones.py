"""Faults of fast isochrones and service areas."""

from __future__ import annotations

from tests.faults import Mutant

LAW_TESTS = ("tests/network/test_isochrone_laws.py",)

ISOCHRONES = (
    Mutant(
        "borders lie where the streets' middles are, not where two sources are equally far",
        "network/reach_kernels.py",
        "low = (places[last] + places[i] + legs[i] - legs[last]) / 2",
        "low = (places[last] + places[i]) / 2",
        LAW_TESTS,
    ),
    Mutant(
        "the field is not painted as far as the contour needs",
        "network/fields.py",
        "beside = drawing.buffer_m + drawing.cell_m\n    squared",
        "beside = drawing.buffer_m / 3\n    squared",
        LAW_TESTS,
    ),
    Mutant(
        "windows of a field do not share their edges",
        "network/fields.py",
        "yield column, row, min(column + WINDOW_CELLS, right), min(row + WINDOW_CELLS, high)",
        "yield column, row, min(column + WINDOW_CELLS - 1, right), min(row + WINDOW_CELLS, high)",
        LAW_TESTS,
    ),
    Mutant(
        "ground beyond the limit belongs to areas too",
        "network/service_areas.py",
        "first[shapely.covers(whole[rank], inside)] = rank",
        "first[:] = rank",
        LAW_TESTS,
    ),
)
