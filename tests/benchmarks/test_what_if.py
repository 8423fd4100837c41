"""One facility more or less, against everything anew: the answers are compared, then the times.

To measure: ``pytest --benchmark-enable tests/benchmarks/test_what_if.py``; CPU milliseconds and ratios are in
``extra_info``.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pandas.testing import assert_frame_equal

from servicecircle import assess, read_plan, sample_city
from servicecircle.network import Positions, WalkNetwork, nearest
from servicecircle.network.catchments import Catchments, Origins
from servicecircle.network.positions import joined
from tests.benchmarks.test_nearest import scattered
from tests.grids import blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORIGINS = 100_000
TRIES = 20


def cpu_ms(works: list[Callable[[], Any]]) -> float:
    """Return the median CPU time of some works, milliseconds."""
    times = []
    for work in works:
        begun = time.process_time()
        work()
        times.append(1000 * (time.process_time() - begun))
    return statistics.median(times)


def compared(benchmark: Any, network: WalkNetwork, number: int, origins: int) -> None:
    """Compare the answers of one facility added, and of another removed, with a full run; then the times."""
    homes, facilities = scattered(network, origins, seed=1), scattered(network, number, seed=2)
    new = scattered(network, TRIES, seed=3)
    before = Catchments.of(Origins.of(network, homes), facilities)

    def full(some: Positions) -> None:
        nearest(network, homes, some)

    for i in range(TRIES if benchmark.disabled else 5):
        more, less = before.changed(added=new.take([i])), before.changed(removed=np.array([i]))
        found = nearest(network, homes, joined(facilities, new.take([i])))
        assert np.array_equal(more.distance_m, found.distance_m)
        assert np.array_equal(more.facility, found.facility)
        left = np.delete(np.arange(number), i)
        found = nearest(network, homes, facilities.take(left))
        assert np.array_equal(less.distance_m, found.distance_m)
        assert np.array_equal(less.facility, np.append(left, -1)[found.facility])
    if not benchmark.disabled:
        whole = cpu_ms([lambda: full(facilities)] * 7)
        add = cpu_ms([lambda i=i: before.changed(added=new.take([i])) for i in range(TRIES)])  # type: ignore[misc]
        remove = cpu_ms([lambda i=i: before.changed(removed=np.array([i])) for i in range(TRIES)])  # type: ignore[misc]
        benchmark.extra_info.update(
            nodes=len(network.node_xy), full_ms=whole, add_ms=add, remove_ms=remove,
            add_ratio=whole / add, remove_ratio=whole / remove,
        )  # fmt: skip
        assert whole / add >= LEAST_RATIO or len(network.node_xy) < LARGE or number < MANY
    benchmark(lambda: before.changed(added=new.take([0])))


LEAST_RATIO = 20
LARGE, MANY = 50_000, 500
"""So many nodes and facilities, and one added is at least so many times as fast as a full run."""


@pytest.mark.parametrize("number", [50, 500])
def test_one_facility_in_a_town_of_blocks(benchmark: Any, number: int) -> None:
    compared(benchmark, blocks(60 if benchmark.disabled else 330), number, 2_000 if benchmark.disabled else ORIGINS)


@pytest.fixture(scope="module")
def porto(real_data: Path) -> WalkNetwork:
    """Return the walk network of Porto."""
    from servicecircle.read import read_walk_network

    (path,) = (real_data / "porto").glob("*.osm.pbf")
    return read_walk_network(path, crs="EPSG:3763")


@pytest.mark.real
@pytest.mark.parametrize("number", [50, 500, 2_000, 10_000])
def test_one_facility_in_porto(benchmark: Any, porto: WalkNetwork, number: int) -> None:
    compared(benchmark, porto, number, ORIGINS)


def test_the_whole_loop_on_the_sample_city(benchmark: Any) -> None:
    """A city with one kindergarten more, and the whole plan assessed in it."""
    city, plan = sample_city(), read_plan("lianyungang-145")
    if benchmark.disabled:
        plan = plan.only("YY-01", "LY-01", "ZH-01", "YY-02")
    x, y = city.cell_xy[100]
    new = gpd.GeoDataFrame({"service": ["kindergarten"]}, geometry=[shapely.Point(x + 30, y + 20)], crs=city.crs)
    before = assess(city, plan, progress=False)
    after = assess(city.adding(new), plan, since=before, progress=False)
    anew = assess(city.adding(new), plan, progress=False)
    for name in ("table", "companions", "evidence", "distances"):
        assert_frame_equal(getattr(after, name), getattr(anew, name), check_exact=True)
    if not benchmark.disabled:
        works = {
            "adding_ms": lambda: city.adding(new),
            "since_ms": lambda: assess(after.city, plan, since=before, progress=False),
            "full_ms": lambda: assess(after.city, plan, progress=False),
        }
        benchmark.extra_info.update({name: cpu_ms([work] * 5) for name, work in works.items()})
    benchmark(lambda: assess(city.adding(new), plan, since=before, progress=False))
