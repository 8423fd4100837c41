from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.show.compact import compact_shape, compact_shapes, figures, honest_figures

ORIGIN = (119.2, 34.6)
HALF_A_STEP = 0.5e-6 * 2**0.5 * 1.01


def points(flat: list[int]) -> list[tuple[float, float]]:
    """Return the points of a flat list, as the script on the page reads it."""
    x = y = 0
    found = []
    for dx, dy in zip(flat[::2], flat[1::2], strict=True):
        x, y = x + dx, y + dy
        found.append((ORIGIN[0] + x / 1e6, ORIGIN[1] + y / 1e6))
    return found


def polygon(shape: list[Any]) -> shapely.Geometry:
    """Return the polygon that a compact shape stands for."""
    if isinstance(shape[0], int):
        return shapely.Polygon(points(shape))
    return shapely.union_all(
        [shapely.Polygon(points(rings[0]), [points(hole) for hole in rings[1:]]) for rings in shape]
    )


SQUARE = shapely.box(119.21, 34.61, 119.212, 34.613)
HOLED = shapely.difference(SQUARE, shapely.box(119.2105, 34.611, 119.211, 34.612))
APART = shapely.union_all([SQUARE, shapely.box(119.3, 34.7, 119.301, 34.701)])


@pytest.mark.parametrize("shape", [SQUARE, HOLED, APART, shapely.Point(119.25, 34.65).buffer(0.01)])
def test_polygons_come_back_to_the_tenth_of_a_metre(shape: shapely.Geometry) -> None:
    found = polygon(compact_shape(shape, ORIGIN))
    assert shapely.hausdorff_distance(shapely.boundary(found), shapely.boundary(shape)) < HALF_A_STEP
    assert shapely.area(found) == pytest.approx(shapely.area(shape), rel=1e-3)


def test_lines_and_points_come_back() -> None:
    line = shapely.LineString([(119.2, 34.6), (119.2001, 34.6002), (119.1, 34.5)])
    assert points(compact_shape(line, ORIGIN)) == pytest.approx(np.array(line.coords), abs=5e-7)
    lines = shapely.MultiLineString([line, shapely.reverse(line)])
    assert [len(part) for part in compact_shape(lines, ORIGIN)] == [6, 6]
    assert compact_shape(shapely.Point(119.25, 34.7), ORIGIN) == [50_000, 100_000]


def test_of_a_collection_only_the_ground_is_drawn() -> None:
    mixed = shapely.GeometryCollection([SQUARE, shapely.Point(119.2, 34.6)])
    assert shapely.equals(polygon(compact_shape(mixed, ORIGIN)), polygon(compact_shape(SQUARE, ORIGIN)))


def test_nothing_is_an_empty_list() -> None:
    assert compact_shapes([None, shapely.Polygon(), shapely.Point()], ORIGIN) == [[], [], []]


def test_figures_are_short_and_never_inf() -> None:
    assert figures(np.array([1.0, 2.345, np.inf, np.nan, 0.0]), 1) == [1, 2.3, None, None, 0]


@given(
    st.lists(st.tuples(st.floats(0, 100), st.sampled_from([10.0, 20.0])), min_size=1),
    st.integers(0, 2),
)
def test_no_printed_figure_contradicts_its_result(pairs: list[tuple[float, float]], digits: int) -> None:
    values, limits = np.array(pairs).T
    within = values <= limits + 1e-5
    for value, limit, covered in zip(
        honest_figures(values, digits, limits=limits, within=within), limits, within, strict=True
    ):
        assert value is not None
        assert covered or value > limit
