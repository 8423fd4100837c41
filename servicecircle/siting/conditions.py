"""What a choice of sites must respect, and the sizes in which a facility may be built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servicecircle.siting.land import LandRules


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a choice of sites must respect.

    Parameters
    ----------
    required, forbidden
        Ids of candidates that are chosen whatever happens (they count towards k and the budget), and that never are.
    apart_m
        The least distance between two new sites, and from a new site to a facility that stays (metres, straight line).
    budget
        What all new sites together may cost, in the unit of the candidates' ``cost``.
    may_close
        Ids of facilities that need not stay: each is kept or closed, whatever serves best. The number k is that of new
        sites plus these, so that a closed one may be moved; keeping one costs nothing. All others stay.
    land
        Which land may be built on.

    Raises
    ------
    InputError
        If apart_m or budget is negative or no number, or ids are given as one text.
    """

    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    apart_m: float = 0.0
    budget: float | None = None
    may_close: tuple[str, ...] = ()
    land: LandRules | None = None

    def __post_init__(self) -> None:
        for name in ("required", "forbidden", "may_close"):
            ids: object = getattr(self, name)
            if isinstance(ids, str):
                raise InputError(f"{name} must be a list of ids, for example [{ids!r}]. | {name} 应为编号列表。")
            object.__setattr__(self, name, tuple(dict.fromkeys(map(str, getattr(self, name)))))
        at_least_zero("apart_m", self.apart_m)
        if self.budget is not None:
            at_least_zero("budget", self.budget)


@dataclass(frozen=True, slots=True)
class Size:
    """A size in which a facility may be built, for example a kindergarten of six classes.

    Parameters
    ----------
    name
        What it is called: ``"6班"``.
    places
        How many it can serve: places, beds.
    cost
        What it costs beside the cost of its site, in the same unit.
    min_area_m2
        The least area of land it needs; a candidate whose area is not known or smaller cannot hold it.
    attributes
        Values of facility columns: ``{"classes": 6}``.

    Examples
    --------
    >>> Size("6班", 180, cost=9.0, min_area_m2=2700, attributes={"classes": 6}).places
    180
    """

    name: str
    places: float
    cost: float = 0.0
    min_area_m2: float = 0.0
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("places", "cost", "min_area_m2"):
            at_least_zero(f"size {self.name}: {name}", getattr(self, name))


def at_least_zero(name: str, given: object) -> None:
    """Raise an InputError unless a value is a finite number from 0 up."""
    number = isinstance(given, int | float | np.number) and not isinstance(given, bool)
    if not number or not np.isfinite(given) or given < 0:  # type: ignore[call-overload, operator]
        raise InputError(
            f"{name} must be a finite number from 0 up. {given!r} was given instead. | {name} 应为不小于 0 的数。"
        )


def whole_above_zero(name: str, given: object) -> int:
    """Return a whole number above 0; anything else raises an InputError."""
    number = isinstance(given, int | float | np.number) and not isinstance(given, bool)
    if not number or not (given >= 1 and given % 1 == 0):  # type: ignore[operator]
        raise InputError(f"{name} must be a whole number above 0. {given!r} was given instead. | {name} 必须是正整数。")
    return int(given)  # type: ignore[call-overload, no-any-return]
