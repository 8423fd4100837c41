"""A mapping that never changes, so that a plan can be hashed, pickled and shared without fear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

V = TypeVar("V")


class FrozenMap(Mapping[str, V]):
    """A read-only mapping from text, hashable and picklable; equal to any mapping with the same items.

    Parameters
    ----------
    items
        The items, copied.

    Examples
    --------
    >>> speeds = FrozenMap({"general": 1.0})
    >>> speeds["general"], speeds == {"general": 1.0}, speeds
    (1.0, True, {'general': 1.0})
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, V] | None = None) -> None:
        self._items = dict(items or {})

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)
