"""Multipliers that make a Lagrangian bound as low as it gets: subgradient steps, the same on every run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from servicecircle.siting.instance import Effort

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PATIENCE = 20
"""Rounds without a better bound after which steps become half as long."""
SHORTEST = 2e-3
"""Steps shorter than this share of the first ones improve nothing any more."""
MEMORY = 0.3
"""How much of the last direction the next one keeps: fewer zigzags."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """What some multipliers give.

    Parameters
    ----------
    bound
        No choice is worth more.
    slope
        How the bound changes with each multiplier.
    worth
        What each candidate is worth under these multipliers.
    picked
        The candidates that the bound picks.
    met
        What a possible choice found on the way is worth; ``-inf`` if none was.
    choice
        That choice.
    """

    bound: float
    slope: Floats
    worth: Floats
    picked: Ints
    met: float
    choice: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """Where the steps ended: the best bound, the best choice met, and whether Ctrl-C ended them."""

    lowest: Point | None
    known: float
    choice: list[int]
    interrupted: bool


def descended(
    dual: Callable[[Floats], Point],
    start: Floats,
    limits: tuple[Floats, Floats],
    *,
    known: tuple[float, list[int]],
    effort: Effort,
) -> Descent:
    """Return the lowest bound that some rounds of subgradient steps find.

    Parameters
    ----------
    dual
        What multipliers give.
    start
        The first multipliers.
    limits
        The least and the most that each multiplier may be.
    known
        What the best choice known is worth, and the choice.
    effort
        How many rounds, and the gap at which to end.
    """
    from tqdm.auto import trange

    low, high = limits
    best, choice = known
    lowest: Point | None = None
    state, step, still = start, 1.0, 0
    way = np.zeros(len(start))
    try:
        for _ in trange(effort.rounds, desc="bound | 上界", unit="", delay=2, disable=not effort.progress, leave=False):
            here = dual(state)
            if here.met > best:
                best, choice = here.met, here.choice
            still = 0 if lowest is None or here.bound < lowest.bound - 1e-6 * abs(lowest.bound) else still + 1
            if lowest is None or here.bound < lowest.bound:
                lowest = here
            if still >= PATIENCE:
                step, still = step / 2, 0
            way = here.slope + MEMORY * way
            way[((state <= low) & (way > 0)) | ((state >= high) & (way < 0))] = 0.0
            length = float(way @ way)
            ahead = lowest.bound - best
            if length <= 0 or step < SHORTEST or ahead <= max(effort.gap, 1e-9) * max(abs(lowest.bound), 1.0):
                break
            state = np.clip(state - step * (here.bound - best) / length * way, low, high)
    except KeyboardInterrupt:
        return Descent(lowest, best, choice, interrupted=True)
    return Descent(lowest, best, choice, interrupted=False)
