"""Which lines run above or below others: bridges, tunnels, layers; and where lines cross without meeting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.findings import Finding
from servicecircle.network.building import LAYER, ROUNDING_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO = frozenset({"", "0", "0.0", "f", "false", "n", "nan", "no", "none", "<na>", "否", "无"})
"""What a column ``bridge`` or ``tunnel`` says of a line that is none; anything else says that it is one."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The level of each line, and whether it is a bridge or a tunnel; each of shape (m,)."""

    level: NDArray[np.float64]
    raised: NDArray[np.bool_]

    def take(self, lines: NDArray[np.int64]) -> Levels:
        """Return the levels of some lines."""
        return Levels(self.level[lines], self.raised[lines])

    def meet(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which pairs of lines meet where they cross: on one level, and neither a bridge nor a tunnel."""
        return np.equal(self.level[one], self.level[other]) & ~self.raised[one] & ~self.raised[other]


def levels_of(attributes: pd.DataFrame) -> Levels:
    """Return the levels that the columns ``layer``, ``bridge`` and ``tunnel`` say; the ground where they say nothing.

    Examples
    --------
    >>> table = pd.DataFrame({"bridge": ["yes", None, "F"], "layer": [None, "-1", "0"]})
    >>> levels_of(table).level.tolist(), levels_of(table).raised.tolist()
    ([1.0, -1.0, 0.0], [True, False, False])
    """
    bridge, tunnel = (_says_yes(attributes, name) for name in ("bridge", "tunnel"))
    level = np.zeros(len(attributes))
    if "layer" in attributes:
        level = pd.to_numeric(attributes["layer"], errors="coerce").fillna(0).to_numpy(dtype=np.float64)
    unsaid = level == 0
    level = np.where(unsaid & bridge, 1.0, np.where(unsaid & tunnel, -1.0, level))
    return Levels(level, bridge | tunnel)


def _says_yes(attributes: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    if column not in attributes:
        return np.zeros(len(attributes), dtype=bool)
    return np.array([_text(value) not in NO for value in attributes[column]], dtype=bool)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip().casefold()


def unread_layers(attributes: pd.DataFrame) -> tuple[Finding, ...]:
    """Return the warning about values of ``layer`` that are no number."""
    if "layer" not in attributes:
        return ()
    said = [_text(value) for value in attributes["layer"]]
    number = pd.to_numeric(attributes["layer"], errors="coerce").notna()
    unread = sorted(text for text, read in zip(said, number, strict=True) if not read and text not in NO)
    if not unread:
        return ()
    en = "layer is no number, and was taken for the ground (0). Say how many levels above it (-1: below) a line runs."
    zh = "layer 不是数字，按地面（0）处理；请填层数，地下为负。"
    return (Finding.about(LAYER, "layer_unread", "warning", en=en, zh=zh, column="layer", rows=unread),)


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Pairs of lines that cross or touch without a common end, and where; both of shape (k, 2)."""

    pairs: NDArray[np.int64]
    xy: NDArray[np.float64]


def crossings(lines: NDArray[np.object_], levels: Levels) -> Crossings:
    """Return the pairs of lines on one level, neither a bridge nor a tunnel, that meet where not both of them end.

    One place is given for each pair: the lowest x, then the lowest y.
    """
    one, other = meeting_pairs(lines)
    may = levels.meet(one, other)
    one, other = one[may], other[may]
    xy, pair = meeting_places(lines, one, other)
    loose = ~(at_end(lines[one[pair]], xy) & at_end(lines[other[pair]], xy))
    xy, pair = xy[loose], pair[loose]
    order = np.lexsort((xy[:, 1], xy[:, 0], pair))
    first = order[np.unique(pair[order], return_index=True)[1]]
    return Crossings(np.column_stack([one[pair[first]], other[pair[first]]]), xy[first])


def meeting_pairs(lines: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of all pairs of lines that have a point in common, the lower number first."""
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    kept = one < other
    order = np.lexsort((other[kept], one[kept]))
    return np.asarray(one[kept][order], dtype=np.int64), np.asarray(other[kept][order], dtype=np.int64)


def meeting_places(
    lines: NDArray[np.object_], one: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return where pairs of lines meet (the ends of what they share, where they run together), and which pair."""
    shapes, pair = shapely.get_parts(shapely.intersection(lines[one], lines[other]), return_index=True)
    along = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    shapes[along] = shapely.boundary(shapes[along])
    xy, part = shapely.get_coordinates(shapes, return_index=True)
    return xy, np.asarray(pair[part], dtype=np.int64)


def at_end(lines: NDArray[np.object_], xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which places lie at an end of their line, to a millimetre."""
    near = np.zeros(len(lines), dtype=bool)
    for which in (0, -1):
        end = shapely.get_coordinates(shapely.get_point(lines, which))
        near |= np.hypot(*(end - xy).T) <= ROUNDING_M
    return near
