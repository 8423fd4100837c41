"""Inequality of what people have: Gini, Palma, variation and the gap between groups, each person counting once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

BOTTOM, TOP = 0.4, 0.9
"""The Palma ratio sets what lies above the second share of the people against what lies below the first."""

NOBODY = 1e-12
"""A share of the people smaller than this is what arithmetic leaves: a cell that ends there ends at the border."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What two groups of residents have on average.

    Parameters
    ----------
    first, second
        The mean of each group; None for a group without anybody.

    Examples
    --------
    >>> gap = Gap(3.0, 2.0)
    >>> gap.difference, gap.ratio
    (1.0, 1.5)
    """

    first: float | None
    second: float | None

    @property
    def difference(self) -> float | None:
        """Return how much more the first group has than the second; None where a group is nobody."""
        return None if self.first is None or self.second is None else self.first - self.second

    @property
    def ratio(self) -> float | None:
        """Return how many times what the second group has the first has: inf where only the first has anything.

        None where a group is nobody, or neither has anything.
        """
        if self.first is None or self.second is None or self.first == self.second == 0:
            return None
        return float(np.divide(self.first, self.second)) if self.second else float("inf")


def weighted_mean(values: ArrayLike, weights: ArrayLike) -> float | None:
    """Return the mean of what people have; None without people.

    Parameters
    ----------
    values
        What each cell has, 0 or more, shape (cells,).
    weights
        The residents of each cell, shape (cells,). Values of cells without residents do not matter.

    Raises
    ------
    InputError
        If residents have a value that is infinite, NaN or negative, or the shapes differ.

    Examples
    --------
    >>> weighted_mean([1.0, 4.0], [2, 1])
    2.0
    """
    x, people = _sorted(values, weights)
    return float((people * x).sum()) if len(x) else None


def gini(values: ArrayLike, weights: ArrayLike) -> float | None:
    """Return the Gini coefficient: half the mean difference between any two people, over the mean.

    0: everybody has the same; towards 1: one has everything. Parts of the people who have nothing count with 0.

    Parameters
    ----------
    values, weights
        As in `weighted_mean`.

    Returns
    -------
    float or None
        Within [0, 1); None without people, or where nobody has anything (0 / 0 is not equality).

    Raises
    ------
    InputError
        As `weighted_mean`. Minutes are infinite where no walk exists, and have no Gini coefficient there: give shares
        and quantiles, or measure access, which is 0 there.

    References
    ----------
    Lerman, R. & Yitzhaki, S. (1989). Improving the accuracy of estimates of Gini coefficients. Journal of Econometrics
    42(1). doi:10.1016/0304-4076(89)90074-2

    Examples
    --------
    >>> gini([0.0, 1.0], [3, 1]), gini([2.0, 2.0], [3, 1])
    (0.75, 0.0)
    """
    x, people = _sorted(values, weights)
    if not x.any():
        return None
    x = x / x[-1]
    below, above = np.cumsum(people)[:-1], np.cumsum(people[::-1])[::-1][1:]
    return float((below * above * np.diff(x)).sum() / (people * x).sum())


def palma(values: ArrayLike, weights: ArrayLike) -> float | None:
    """Return the Palma ratio: what the tenth of the people with most has, over what the two fifths with least have.

    A cell at the border between two parts of the people is split.

    Parameters
    ----------
    values, weights
        As in `weighted_mean`.

    Returns
    -------
    float or None
        1 / 4 where everybody has the same; inf where the two fifths have nothing; None without people, or where nobody
        has anything.

    Raises
    ------
    InputError
        As `weighted_mean`.

    References
    ----------
    Palma, J. G. (2011). Homogeneous middles vs. heterogeneous tails, and the end of the 'inverted-U'. Development and
    Change 42(1). doi:10.1111/j.1467-7660.2011.01694.x

    Examples
    --------
    >>> round(palma([1.0, 2.0, 4.0], [4, 5, 1]), 9)
    1.0
    """
    x, people = _sorted(values, weights)
    if not x.any():
        return None
    x = x / x[-1]
    reached = np.concatenate([[0.0], np.cumsum(people)])
    held = np.concatenate([[0.0], np.cumsum(people * x)])
    for border in (BOTTOM, TOP):
        reached[np.abs(reached - border) < NOBODY] = border
    bottom, below_top = map(float, np.interp([BOTTOM, TOP], reached, held))
    return (float(held[-1]) - below_top) / bottom if bottom else float("inf")


def coefficient_of_variation(values: ArrayLike, weights: ArrayLike) -> float | None:
    """Return the standard deviation of what people have (of all of them, not of a sample), over the mean.

    Parameters
    ----------
    values, weights
        As in `weighted_mean`.

    Returns
    -------
    float or None
        0 or more; None without people, or where nobody has anything.

    Raises
    ------
    InputError
        As `weighted_mean`.

    Examples
    --------
    >>> round(coefficient_of_variation([1.0, 3.0], [1, 1]), 9)
    0.5
    """
    x, people = _sorted(values, weights)
    if not x.any():
        return None
    x = x / x[-1]
    mean = (people * x).sum()
    return float(np.sqrt((people * (x - mean) ** 2).sum()) / mean)


def group_gap(values: ArrayLike, first: ArrayLike, second: ArrayLike) -> Gap:
    """Return what two groups of residents have on average: older and all residents, urban and rural ones.

    Parameters
    ----------
    values
        What each cell has, 0 or more, shape (cells,).
    first, second
        The residents of either group in each cell, shape (cells,).

    Raises
    ------
    InputError
        As `weighted_mean`.

    Examples
    --------
    >>> group_gap([10.0, 20.0], [3, 1], [0, 5])
    Gap(first=12.5, second=20.0)
    """
    return Gap(weighted_mean(values, first), weighted_mean(values, second))


def _sorted(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Return the values that people have, ascending, and the share of the people who have each; empty without people.

    Raises
    ------
    InputError
        If that cannot be done.
    """
    x, people = _array("values", values), _array("weights", weights)
    if x.shape != people.shape:
        raise InputError(
            f"values and weights must be of one length; they have {len(x):,} and {len(people):,}. | "
            "values 与 weights 长度须一致。"
        )
    wrong = ~(np.isfinite(people) & (people >= 0))
    if wrong.any():
        raise InputError(
            f"weights must be finite and 0 or more; {wrong.sum():,} of {len(people):,} are not, first at "
            f"{int(np.argmax(wrong))}. | weights 须为不小于 0 的有限数。"
        )
    x, people = x[people > 0], people[people > 0]
    if np.isinf(x).any():
        lost, whole = people[np.isinf(x)].sum(), people.sum()
        raise InputError(
            f"values are infinite for {lost:,g} of {whole:,g} residents (out of walking reach): no mean, Gini, Palma "
            "or variation exists. Report their number and quantiles, or measure access, which is 0 for them. | "
            f"{lost:,g} 人无法步行到达（无穷大），均值与基尼等不存在；请用人数和分位数，或改用可及性（取 0）。"
        )
    if (np.isnan(x) | (x < 0)).any():
        raise InputError(
            f"values must be numbers of 0 or more; {(np.isnan(x) | (x < 0)).sum():,} with residents are not. | "
            "values 须为不小于 0 的数。"
        )
    order = np.argsort(x, kind="stable")
    people = people / people.max() if len(people) else people
    return x[order], people[order] / people.sum()


def _array(name: str, given: ArrayLike) -> Floats:
    """Return numbers in a row, or say that they are not."""
    try:
        numbers = np.asarray(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be numbers. {error} | {name} 须为数。") from error
    if numbers.ndim != 1:
        raise InputError(f"{name} must be a list of numbers, not of {numbers.ndim} dimensions. | {name} 须为一维。")
    return numbers
