"""Bad inputs of every kind end in the right figures, a reported repair, a warning or an error of ours."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.bad_inputs import town
from tests.bad_inputs.catalogue import CASES, KINDS
from tests.bad_inputs.ends import COUNTS, End, run

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 2
FEWEST = 110
FEWEST_OF_A_KIND = 8


@pytest.fixture(scope="session")
def ends(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[End]]]:
    """Return how the cases that were chosen end; a few run at once, in the background."""
    source, folder = tmp_path_factory.mktemp("town"), tmp_path_factory.mktemp("cases")
    town.write(source)
    items: list[Any] = [item for item in request.session.items if _is_case(item)]
    chosen = [item.callspec.params["name"] for item in items]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = {name: pool.submit(run, name, source, folder / f"{i}") for i, name in enumerate(chosen)}
        yield found
        pool.shutdown(cancel_futures=True)
    request.config.stash[COUNTS] = Counter(
        (CASES[name].kind, future.result().outcome) for name, future in found.items() if not future.cancelled()
    )


def _is_case(item: Any) -> bool:
    return "ends" in getattr(item, "fixturenames", ())


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_it_ends_as_it_should(name: str, ends: dict[str, Future[End]]) -> None:
    end, expected = ends[name].result(), CASES[name].expected.outcome
    if (end.outcome, end.said) != (expected, []):
        pytest.fail("\n".join([f"{end.outcome}; {expected} was expected", *end.said]), pytrace=False)


def test_there_are_many_cases_of_every_kind() -> None:
    counts = {kind.name: len(kind.cases) for kind in KINDS}
    assert sum(counts.values()) == len(CASES) >= FEWEST
    assert min(counts.values()) >= FEWEST_OF_A_KIND, counts
