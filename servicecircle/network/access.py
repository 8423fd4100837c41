"""The access rule: from where, and from how far away, people enter the walk network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


BARRIER_RULES = ("given", "block", "count")


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Which parts of a walk network may be entered, and from how far away; the same for residents and facilities.

    Parameters
    ----------
    islands
        Which components (parts of the network that are not joined to each other) may be entered: ``"keep"`` all of
        them, ``"main"`` only the longest, a number those whose edges are together at least so long (metres). The
        longest component may always be entered.
    max_access_m
        A point farther than this (metres) from every edge that may be entered is not placed.
    barriers
        Which barriers of a city bind: ``"given"`` those it was given, while those read from OpenStreetMap (by their
        ``source``), whose gates, culverts and level crossings nobody surveyed for this, are only counted, ``"block"``
        all of them, ``"count"`` none. The legs that cross one which does not bind are counted in residents.

    Raises
    ------
    InputError
        If a value cannot be used.

    Examples
    --------
    >>> AccessRule(islands="main").max_access_m
    500.0
    """

    islands: Literal["keep", "main"] | float = 1000.0
    max_access_m: float = 500.0
    barriers: Literal["given", "block", "count"] = "given"

    def __post_init__(self) -> None:
        if isinstance(self.islands, str):
            if self.islands not in {"keep", "main"}:
                raise InputError.unknown("islands", self.islands, ["keep", "main", "a length in metres"])
        elif not is_number(self.islands) or self.islands < 0:
            raise InputError(
                f"islands must be 'keep', 'main' or a length in metres, 0 or more. {self.islands!r} was given instead. "
                "| islands 须为 'keep'、'main' 或不小于 0 的长度（米）。"
            )
        if not is_number(self.max_access_m) or self.max_access_m <= 0:
            raise InputError(
                f"max_access_m must be a finite number of metres above 0. {self.max_access_m!r} was given instead. | "
                "max_access_m 须为大于 0 的有限数（米）。"
            )
        if self.barriers not in BARRIER_RULES:
            raise InputError.unknown("barriers", self.barriers, BARRIER_RULES)

    def eligible(self, component_length_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which components of a network may be entered: those long enough, and the longest one always.

        Parameters
        ----------
        component_length_m
            The total length of each component, metres, longest first.

        Returns
        -------
        ndarray of bool, shape (len(component_length_m),)
        """
        if self.islands == "keep":
            return np.ones(len(component_length_m), dtype=bool)
        least = math.inf if self.islands == "main" else float(self.islands)
        may = component_length_m >= least
        may[:1] = True
        return may


def is_number(value: object) -> bool:
    """Return whether a value is a finite number (a bool is none)."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(float(value))
