"""Who walks how far to which of the chosen sites, and in which order the sites do most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.units import reaches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.siting.needs import Need

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

FAR_M = 1e7
"""What a walk that does not exist counts when sites are ordered by the walking they save."""


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """Who walks how far to which of some sites.

    Parameters
    ----------
    needs
        What is asked.
    start_m
        Metres from each cell to the nearest facility that is there without the sites, need by need.
    metres
        Metres from each cell to each site, shape (sites, cells).
    offers
        Which site serves which need, shape (sites, needs).
    """

    needs: tuple[Need, ...]
    start_m: tuple[Floats, ...]
    metres: Floats
    offers: Flags

    def take(self, sites: Sequence[int] | Ints) -> Reached:
        """Return the same for some sites in another order."""
        numbers = np.asarray(sites, dtype=np.int64)
        return Reached(self.needs, self.start_m, self.metres[numbers], self.offers[numbers])

    def walk_after(self, need: int, sites: int) -> Floats:
        """Return each cell's walk (metres) once the first sites are there."""
        mine = self.metres[:sites][self.offers[:sites, need]]
        walk = self.start_m[need]
        return np.minimum(walk, mine.min(axis=0)) if len(mine) else walk

    def covered_after(self, need: int, sites: int) -> Flags:
        """Return which cells are within their limit once the first sites are there."""
        return np.asarray(reaches(self.walk_after(need, sites), self.needs[need].limit_m), dtype=bool)

    @property
    def covers(self) -> list[Flags]:
        """Return for each need which site covers which cell, shape (sites, cells)."""
        return [
            np.asarray(reaches(self.metres, need.limit_m[None, :]), dtype=bool) & self.offers[:, [number]]
            for number, need in enumerate(self.needs)
        ]

    @property
    def weights(self) -> Floats:
        """Return what each cell counts for each need, shape (needs, cells)."""
        return np.array([need.counts * need.group for need in self.needs])

    def by_cover(self) -> tuple[list[int], list[float]]:
        """Return the sites in the order in which each newly covers most, and what each adds."""
        left = [
            weight * ~np.asarray(reaches(start, need.limit_m), dtype=bool)
            for weight, start, need in zip(self.weights, self.start_m, self.needs, strict=True)
        ]
        covers = self.covers
        order: list[int] = []
        worth: list[float] = []
        rest = list(range(len(self.metres)))
        while rest:
            gains = np.sum([cover[rest] @ mine for cover, mine in zip(covers, left, strict=True)], axis=0)
            best = rest.pop(_first(gains))
            order.append(best)
            worth.append(float(gains.max()))
            left = [np.where(cover[best], 0.0, mine) for cover, mine in zip(covers, left, strict=True)]
        return order, worth

    def by_walk(self) -> tuple[list[int], list[float]]:
        """Return the sites in the order in which each saves most walking, and what each saves (residents x metres)."""
        walks = [np.minimum(start, FAR_M) for start in self.start_m]
        order: list[int] = []
        worth: list[float] = []
        rest = list(range(len(self.metres)))
        while rest:
            gains = np.zeros(len(rest))
            for need, weight in enumerate(self.weights):
                saved = np.maximum(walks[need] - self.metres[rest], 0.0) * self.offers[rest][:, [need]]
                gains += saved @ weight
            best = rest.pop(_first(gains))
            order.append(best)
            worth.append(float(gains.max()))
            walks = [
                np.minimum(walk, self.metres[best]) if self.offers[best, need] else walk
                for need, walk in enumerate(walks)
            ]
        return order, worth


def _first(gains: Floats) -> int:
    """Return the first of the largest, whatever rounding says of equals."""
    return int(np.flatnonzero(gains >= gains.max() * (1 - 1e-12))[0])
