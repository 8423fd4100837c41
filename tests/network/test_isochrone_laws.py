"""Laws of polygons and service areas, tried on random networks."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.network import (
    Drawing,
    Positions,
    WalkNetwork,
    fields,
    isochrones,
    reached_edges,
    reached_lines,
    service_areas,
)
from servicecircle.network.reached import nearest_intervals
from tests import naive
from tests.strategies import eighths, journeys, networks, positions

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject, SearchStrategy

    from servicecircle.network.drawing import Method

    Journey = tuple[WalkNetwork, Positions, Positions]

FEW = settings(max_examples=25)
METHODS = pytest.mark.parametrize("method", ["exact", "fast"])
EXACT = 1e-6
"""What rounding may leave of an area that should be none (square metres)."""


def limit_lists() -> SearchStrategy[list[float]]:
    """Return some limits in any order, some of them twice."""
    return st.lists(eighths(150.0).filter(bool), min_size=1, max_size=3)


def standing(network: WalkNetwork, sources: Positions) -> Positions:
    """Return sources that stand where their access leg, drawn as a point, meets the network's first crossing."""
    return replace(sources, point_xy=network.node_xy[network.edge_nodes[sources.edge, 0]])


def shared(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Return the area of two shapes that both have (square metres)."""
    return float(shapely.area(shapely.intersection(one, other)))


@METHODS
@given(journeys(), limit_lists())
@FEW
def test_polygons_are_valid_and_the_larger_contains_the_smaller(
    method: Method, journey: Journey, limits: list[float]
) -> None:
    network, _, sources = journey
    near = standing(network, sources)
    for shapes in (
        isochrones(network, near, limits_m=limits, method=method),
        *isochrones(network, near, limits_m=limits, each=True, method=method),
        *service_areas(network, near, limits_m=limits, method=method),
    ):
        assert all(shape.is_valid and shape.geom_type in {"Polygon", "MultiPolygon"} for shape in shapes)
        ordered = [shape for _, shape in sorted(zip(limits, shapes, strict=True), key=lambda pair: pair[0])]
        assert all(small.is_empty or large.covers(small) for small, large in pairwise(ordered))


@METHODS
@given(journeys(least_facilities=1), limit_lists())
@FEW
def test_service_areas_divide_the_ground_among_the_sources(
    method: Method, journey: Journey, limits: list[float]
) -> None:
    network, _, sources = journey
    near = standing(network, sources)
    areas = service_areas(network, near, limits_m=limits, method=method)
    for column, whole in zip(
        zip(*areas, strict=True), isochrones(network, near, limits_m=limits, method=method), strict=True
    ):
        assert all(shared(one, other) <= EXACT for one, other in combinations(column, 2))
        together = shapely.union_all(np.array(column, dtype=object))
        assert together.symmetric_difference(whole).area <= 0.001 * whole.length + EXACT  # a millimetre


@given(journeys(least_facilities=1), eighths(150.0).filter(bool))
@FEW
def test_streets_reached_from_each_are_together_those_within_the_limit_of_any(journey: Journey, limit: float) -> None:
    network, _, sources = journey
    together = reached_edges(network, sources, limit_m=limit)
    each = pd.concat([reached_edges(network, sources.take([i]), limit_m=limit) for i in range(len(sources))])
    ends = {"low": ("from_m", "min"), "high": ("to_m", "max")}
    for edge, parts in each.groupby("edge"):
        whole = together[together["edge"] == edge]
        place = np.searchsorted(whole["from_m"].to_numpy(), parts["from_m"].to_numpy() + EXACT) - 1
        united = parts.groupby(place).agg(**ends)
        assert np.allclose(united[["low", "high"]], whole[["from_m", "to_m"]], rtol=0, atol=EXACT)
    assert set(each["edge"]) == set(together["edge"])


@given(journeys(least_facilities=1), eighths(150.0).filter(bool))
@FEW
def test_streets_are_divided_among_the_sources_without_rest(journey: Journey, limit: float) -> None:
    network, _, sources = journey
    together = reached_edges(network, sources, limit_m=limit)
    ((parts, _),) = nearest_intervals(network, sources, [limit])
    assert (parts.high - parts.low).sum() == pytest.approx((together["to_m"] - together["from_m"]).sum(), abs=EXACT)


@given(networks(), st.data())
@FEW
def test_a_street_belongs_to_the_nearest_source(network: WalkNetwork, data: DataObject) -> None:
    """Against the walk from any place on the streets to each source, by networkx."""
    sources = data.draw(positions(network, least=1))
    limit = data.draw(eighths(150.0).filter(bool))
    spots = data.draw(positions(network, least=3))
    spots = replace(spots, access_m=np.where(spots.placed, 0.0, np.inf))
    distance = naive.distances(network, spots, sources)
    ((parts, owner),) = nearest_intervals(network, sources, [limit])
    for edge, offset, row in zip(spots.edge, spots.offset_m, distance, strict=True):
        if edge < 0:
            continue
        holding = (parts.edge == edge) & (parts.low < offset) & (offset < parts.high)
        assert all(row[one] == row.min() <= limit for one in owner[holding])
        assert holding.sum() <= 1


@given(journeys(least_facilities=1), st.lists(eighths(150.0).filter(bool), min_size=2, max_size=3, unique=True))
@FEW
def test_bands_of_streets_make_up_the_whole(journey: Journey, limits: list[float]) -> None:
    network, _, sources = journey
    (bands,) = reached_lines(network, sources, limits_m=limits, bands=True)
    (whole,) = reached_lines(network, sources, limits_m=[max(limits)])
    assert sum(band.length for band in bands) == pytest.approx(whole[0].length, abs=EXACT)


@METHODS
@given(journeys(least_facilities=2), limit_lists())
@FEW
def test_the_order_of_sources_changes_nothing(method: Method, journey: Journey, limits: list[float]) -> None:
    network, _, sources = journey
    near = standing(network, sources)
    order = np.arange(len(near))[::-1]
    one = isochrones(network, near, limits_m=limits, method=method)
    other = isochrones(network, near.take(order), limits_m=limits, method=method)
    assert all(a.symmetric_difference(b).area <= EXACT for a, b in zip(one, other, strict=True))


@given(journeys(least_facilities=1), eighths(150.0).filter(bool))
@FEW
def test_fast_polygons_are_within_a_cells_diagonal_of_the_exact_ones(journey: Journey, limit: float) -> None:
    network, _, sources = journey
    near = standing(network, sources)
    (exact,), (fast,) = (isochrones(network, near, limits_m=[limit], method=name) for name in ("exact", "fast"))
    most = 5 * np.sqrt(2) + 0.15  # and the chords of the exact one's arcs
    assert exact.buffer(most).covers(fast)
    assert fast.buffer(most).covers(exact)


@given(st.integers(0, 10**6))
@FEW
def test_a_field_painted_in_many_windows_is_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, 400, (12, 4)) + [477000, 5472000] * 2
    table = np.column_stack([ends, rng.integers(0, 2, 12).astype(float)])
    whole = fields.painted(table, 2, Drawing("fast"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "WINDOW_CELLS", 16)
        tiled = fields.painted(table, 2, Drawing("fast"))
    assert all(one.is_valid and one.equals(other) for one, other in zip(tiled, whole, strict=True))
