"""Classes of values that no plan sets a threshold for: few, and said how they were made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.show.palette import Paint, spread_colors
from servicecircle.show.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.show.phrases import Spoken

MOST_CLASSES = 5


@dataclass(frozen=True, slots=True)
class ValueClasses:
    """Classes of values.

    Parameters
    ----------
    classes
        The class of each value, shape (values,).
    ranges
        Lowest and highest value of each class, from low to high.
    note
        How they were made; empty where every value is a class of its own.
    """

    classes: NDArray[np.int64]
    ranges: tuple[tuple[float, float], ...]
    note: str

    def paints(self, colors: Sequence[str], *, opacity: float = 0.78) -> tuple[Paint, ...]:
        """Return a paint for each class, taken from a ramp of colours."""
        return tuple(Paint(color, opacity) for color in spread_colors(colors, len(self.ranges)))

    def labels(self, *, digits: int = 0, percent: bool = False) -> tuple[str, ...]:
        """Return each class in words: the lowest and the highest value in it.

        Examples
        --------
        >>> value_classes(np.array([1.0, 2.0, 2.0]), "en").labels()
        ('1', '2')
        """
        scale = 100.0 if percent else 1.0
        sides = [(f"{low * scale:,.{digits}f}", f"{high * scale:,.{digits}f}") for low, high in self.ranges]
        return tuple(low if low == high else f"{low} - {high}" for low, high in sides)


def value_classes(values: NDArray[np.float64], language: Spoken) -> ValueClasses:
    """Return at most five classes of finite values, shape (values,).

    Up to five values that differ are classes of their own. More are parted by natural breaks (Fisher and Jenks, by
    mapclassify), or, where the extra `figures` with mapclassify is not installed, into classes of about equal number;
    the note says which.

    Examples
    --------
    >>> found = value_classes(np.array([0.0, 0.1, 5.0, 5.1, 9.0, 9.1, 20.0]), "en")
    >>> len(found.ranges)
    5
    """
    different = np.unique(values)
    if len(different) <= MOST_CLASSES:
        return ValueClasses(np.searchsorted(different, values), tuple((v, v) for v in different.tolist()), "")
    try:
        from mapclassify import FisherJenks
    except ImportError:
        uppers = np.quantile(values, np.arange(1, MOST_CLASSES + 1) / MOST_CLASSES)
        note = phrase("by_quantiles", language)
    else:
        uppers, note = np.asarray(FisherJenks(values, k=MOST_CLASSES).bins), phrase("by_natural_breaks", language)
    ends = np.unique(np.concatenate([uppers[:-1], different[-1:]]))
    classes = np.searchsorted(ends, values, side="left")
    used = np.unique(classes)
    ranges = [(float(part.min()), float(part.max())) for part in (values[classes == one] for one in used)]
    return ValueClasses(np.searchsorted(used, classes), tuple(ranges), note)
