"""Walks and counts of an earlier assessment, brought to other facilities where that needs less than finding them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from servicecircle.network import Nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from servicecircle.network import Positions
    from servicecircle.network.catchments import Catchments

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

MOST_CHANGES = 8
"""With more than 1 + an eighth of the facilities coming or going, everything is found anew."""

MOST_GONE = 64
"""With more than this, and than twice as many facilities as count, those that are gone are cleared away."""


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    """Walks to the nearest of some facilities.

    Parameters
    ----------
    number
        The number in the ground of each facility of the catchments, -1 for those that are gone.
    catchments
        Who is nearest to every node and cell.
    nearest
        Metres and the nearest facility of each cell, by its number in the ground.
    """

    number: Ints
    catchments: Catchments
    nearest: Nearest

    @property
    def gone(self) -> Flags:
        """Return which of the facilities count no more."""
        return self.catchments.gone

    @classmethod
    def of(cls, number: Ints, catchments: Catchments) -> Walked:
        """Return the walks of catchments, given the number of each of their facilities."""
        return cls(number, catchments, Nearest(catchments.distance_m, np.append(number, -1)[catchments.facility]))

    def renumbered(self, table: Ints) -> Walked:
        """Return the walks on another ground, given there the new number of each facility (and -1 for none)."""
        return Walked.of(table[self.number], self.catchments)

    def to(self, facilities: Ints, positions: Positions) -> Walked:
        """Return the walks to other facilities of the ground, by number in order; ``positions`` are those of all."""
        removed, added = changes(self, facilities)
        number = np.append(self.number, added)
        number[removed] = -1
        found = self.catchments.changed(removed=removed, added=positions.take(added), rank=number)
        return Walked.of(number, found)


@dataclass(frozen=True, slots=True, eq=False)
class OwnZone:
    """How many facilities of their own zone cells reach.

    Parameters
    ----------
    number, positions
        The facilities: their numbers in the ground, -1 for those that are gone, and where they stand.
    zones
        The zone of each level that each of them lies in.
    limit_m
        How far each cell's facilities may be, metres.
    counts
        For each level, how many facilities of its own zone each cell reaches.
    """

    number: Ints
    positions: Positions
    zones: pd.DataFrame
    limit_m: NDArray[np.float64]
    counts: Mapping[str, NDArray[np.int32]]

    @property
    def gone(self) -> Flags:
        """Return which of the facilities count no more: none."""
        return np.zeros(len(self.number), dtype=bool)

    def renumbered(self, table: Ints) -> OwnZone:
        """Return the same on another ground, given there the new number of each facility (and -1 for none)."""
        return replace(self, number=table[self.number])


Kept = TypeVar("Kept", Walked, OwnZone)


def changes(one: Walked | OwnZone, facilities: Ints) -> tuple[Ints, Ints]:
    """Return which facilities, by their place in what was found, have to go, and which, by number, have to come."""
    number = one.number
    wanted = np.zeros(max(int(number.max(initial=-1)), int(facilities.max(initial=-1))) + 2, dtype=bool)
    wanted[facilities] = True
    going = ~wanted[number]  # -1 is the last place, which nobody wants
    wanted[number] = False
    return np.flatnonzero(going & ~one.gone), np.flatnonzero(wanted)


def closest(kept: Iterable[Kept], facilities: Ints) -> Kept | None:
    """Return what was found for nearly the same facilities; None where finding it anew is as good."""
    best, fewest = None, 2 + len(facilities) // MOST_CHANGES
    for one in kept:
        if len(one.number) - len(facilities) >= MOST_GONE + len(facilities):
            continue
        removed, added = changes(one, facilities)
        if len(removed) + len(added) < fewest:
            best, fewest = one, len(removed) + len(added)
    return best
