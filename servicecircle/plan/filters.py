"""Which facilities count, and which zones: conditions on columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from servicecircle.plan.frozen import FrozenMap

Scalar: TypeAlias = str | float | bool

ANY_SERVICE = "*"
"""As a filter's service: facilities of every service."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A condition on a number: at least and at most (both inclusive), in the column's own unit; None is no bound."""

    at_least: float | None = None
    at_most: float | None = None


Condition: TypeAlias = Scalar | tuple[Scalar, ...] | Bounds
"""What a column must hold: this value, one of these values, or a number within bounds. Unknown never satisfies it."""

Where: TypeAlias = Mapping[str, Condition]
"""Conditions by column; all must hold."""


def freeze(holder: object, **kinds: type[tuple[Any, ...] | FrozenMap[Any]]) -> None:
    """Make these fields of a frozen dataclass tuples or frozen maps, whatever iterable or mapping was given."""
    for name, kind in kinds.items():
        given = getattr(holder, name)
        if not isinstance(given, kind):
            object.__setattr__(holder, name, kind(given))


@dataclass(frozen=True, slots=True)
class FacilityFilter:
    """Which facilities count: one service, and conditions on their columns.

    Parameters
    ----------
    service
        The service, for example ``"kindergarten"``; ``"*"`` for every service.
    where
        Conditions by column, all of which must hold. Unless `status` is among them, only open facilities count.
    optional
        If True, a city without this service is assessed without it, with a note; otherwise it is not evaluable.
    """

    service: str
    where: Where = field(default_factory=FrozenMap)
    optional: bool = False

    def __post_init__(self) -> None:
        freeze(self, where=FrozenMap)


Facilities: TypeAlias = tuple[FacilityFilter, ...]
"""A facility counts if any of these filters takes it."""
