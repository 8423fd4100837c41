"""The edge of the study area: who lives so near it that facilities beyond, of which nothing is known, may count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from servicecircle.assessment.rows import evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.plan import Standard


def near_edge(
    ground: Ground, facilities: NDArray[np.int64], limit_m: NDArray[np.float64], *, among: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which of some cells live within their limit (metres) of the outer border, shape (cells,).

    None of them where a facility beyond the border is known: then the layer reaches farther than the study area.
    """
    near = np.zeros(len(among), dtype=bool)
    xy = ground.facility_xy[facilities]
    known = xy[np.isfinite(xy).all(axis=1)]
    if not among.any() or not np.all(shapely.intersects_xy(ground.extent, known)):
        return near
    cells = np.flatnonzero(among)
    border = shapely.boundary(ground.extent)
    near[cells] = shapely.distance(shapely.points(ground.cell_xy[cells]), border) <= limit_m[cells]
    return near


def edge_evidence(ground: Ground, standard: Standard, near: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Return a warning about residents without what a standard asks for who live near the outer border, if any do."""
    residents = float(ground.group("pop_total")[near].sum())
    if not residents:
        return []
    zh = f"{residents:,.0f} 名未覆盖居民住在外边界的限值距离内，而边界外没有设施数据：外侧若有设施，他们可能已被覆盖。"
    en = (
        f"{residents:,.0f} residents not covered live within the limit of the outer border, and no facility beyond it "
        "is known: some of them may walk to one there."
    )
    return [evidence(standard, "edge", zh=zh, en=en, residents=residents)]
