"""Arrays of a siting problem as the solvers take them: checked, copied, in one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from scipy.sparse import csr_array, issparse

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

FEW = 5


def some(numbers: NDArray[Any]) -> str:
    """Return the first few of some numbers and how many there are.

    Examples
    --------
    >>> some(np.arange(7))
    '0, 1, 2, 3, 4 ... (7)'
    """
    first = ", ".join(str(one) for one in numbers[:FEW].tolist())
    return f"{first} ... ({len(numbers)})" if len(numbers) > FEW else first


def sparse(given: Any, name: str, *, keep_zeros: bool) -> csr_array:
    """Return a matrix as sorted rows, a copy.

    Parameters
    ----------
    given
        Dense or sparse, shape (candidates, demands).
    name
        What it is called in a message.
    keep_zeros
        Whether a zero says something: then of a dense matrix all finite entries are stored, of a sparse one all stored.

    Raises
    ------
    InputError
        If it has not two dimensions.
    """
    matrix: csr_array
    if issparse(given):
        matrix = csr_array(cast(csr_array, given)).astype(np.float64).copy()
        if keep_zeros:
            coo = matrix.tocoo()
            kept = np.isfinite(coo.data) | np.isnan(coo.data)
            matrix = csr_array((coo.data[kept], (coo.row[kept], coo.col[kept])), shape=matrix.shape)
    else:
        dense = np.asarray(given, dtype=np.float64)
        if dense.ndim != 2:  # noqa: PLR2004
            raise InputError(f"{name} needs the shape (candidates, demands), not {dense.shape}. | {name} 应为二维。")
        kept = ~np.isposinf(dense) if keep_zeros else dense != 0
        indptr = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
        matrix = csr_array((dense[kept], np.nonzero(kept)[1], indptr), shape=dense.shape)
    if not keep_zeros:
        matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix


def floats(given: ArrayLike, name: str, count: int, *, infinite: bool = False) -> Floats:
    """Return numbers from 0 up, one per candidate or demand.

    Raises
    ------
    InputError
        If there are more or fewer, or one is negative, no number, or infinite where that says nothing.
    """
    numbers = np.array(given, dtype=np.float64)
    if numbers.shape != (count,):
        raise InputError(f"{name} needs {count} numbers, not the shape {numbers.shape}. | {name} 需要 {count} 个数。")
    wrong = np.flatnonzero(~(numbers >= 0) | (np.isinf(numbers) & (not infinite)))
    if len(wrong):
        raise InputError(
            f"{name}: {len(wrong)} are negative or no finite number, first at {some(wrong)}. | {name} 有 {len(wrong)} "
            f"个数为负或不是有限数，位置 {some(wrong)}。"
        )
    return numbers


def flags(given: ArrayLike, name: str, count: int) -> Flags:
    """Return yes or no for each demand; none given is no for all.

    Raises
    ------
    InputError
        If there are more or fewer.
    """
    found = np.array(given, dtype=np.bool_)
    if not len(found):
        return np.zeros(count, dtype=np.bool_)
    if found.shape != (count,):
        raise InputError(f"{name} needs {count} flags, not the shape {found.shape}. | {name} 需要 {count} 个布尔值。")
    return found


def pairs_of(given: ArrayLike) -> Ints:
    """Return pairs of candidates, each once and the lower first.

    Raises
    ------
    InputError
        If they are no pairs, or one pairs a candidate with itself.
    """
    found = np.asarray(given, dtype=np.int64).reshape(-1, 2)
    if (found[:, 0] == found[:, 1]).any():
        raise InputError("apart pairs a candidate with itself. | 间距规则中候选点与自身成对。")
    return np.unique(np.sort(found, axis=1), axis=0) if len(found) else found
