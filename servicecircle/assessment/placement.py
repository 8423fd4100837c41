"""What became of the legs between doors and streets: who is off the network, behind a barrier, in a compound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.findings import Finding
from servicecircle.network import feet, snap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.findings import Severity
    from servicecircle.network import Barriers, Positions

    Flags = NDArray[np.bool_]


def placement_findings(ground: Ground) -> list[Finding]:
    """Return what became of the legs of cells, with their residents, and of facilities.

    What was found before about a layer, in this ground or in one that shares it, is not looked for again.
    """
    limit = f"{ground.city.access.max_access_m:g}"
    sides = (
        ("population", ground.city.population.geometry.centroid.to_numpy(), ground.cell_positions),
        ("facilities", ground.facilities.geometry.to_numpy(), ground.facility_positions),
    )
    for layer, places, positions in sides:
        if layer in ground.placement:
            continue
        found = []
        straight = positions
        if len(ground.ways.barriers) or positions.doors is not None:
            straight = snap(ground.city.walk, places, rule=ground.city.access)
        somewhere = np.isfinite(positions.point_xy).all(axis=1)
        lost = ~positions.placed & somewhere
        crossing = crossing_legs(ground, straight, ground.ways.barriers)
        cases = {
            "off_network": lost & ~straight.placed,
            "behind_barriers": lost & straight.placed,
            "island": positions.placed & (np.append(ground.city.walk.edge_component, 0)[positions.edge] > 0),
            "legs_turned": crossing & positions.placed,
            "legs_cross": crossing_legs(ground, positions, ground.ways.loose),
            "by_entrances": _bent(positions),
        }
        for code, where in cases.items():
            if where.any():
                found.append(_finding(ground, layer, code, where, limit=limit))
        ground.placement[layer] = tuple(found)
    return [finding for layer, _, _ in sides for finding in ground.placement[layer]]


def crossing_legs(ground: Ground, positions: Positions, barriers: Barriers) -> Flags:
    """Return which points have no access leg but such as cross a barrier, shape (len(positions),)."""
    result = np.zeros(len(positions), dtype=bool)
    doors, point = positions.at_doors
    placed = np.flatnonzero(doors.placed)
    if not len(barriers) or not len(placed):
        return result
    some, bend = doors.take(placed), positions.bend_xy[placed]
    crossed = barriers.crossed(bend, feet(ground.city.walk, some)) | barriers.crossed(some.point_xy, bend)
    result[point[placed]] = True
    result[point[placed[~crossed]]] = False
    return result


def _bent(positions: Positions) -> Flags:
    """Return which points are left through an entrance of the compound they are in."""
    result = np.zeros(len(positions), dtype=bool)
    if positions.doors is not None:
        doors = positions.doors
        result[doors.point[(doors.begin_xy != doors.bend_xy).any(axis=1)]] = True
    return result


def _finding(ground: Ground, layer: str, code: str, where: Flags, *, limit: str) -> Finding:
    severity, texts = _WORDS[code]
    en, zh = texts[layer == "facilities"]
    people = layer == "population"
    names: Iterable[Any] = ground.cells.index[where] if people else ground.facility_ids[where]
    en, zh = (text.replace("{limit}", limit) for text in (en, zh))
    found = Finding.about(layer, code, severity, en=en, zh=zh, rows=names)
    return replace(found, residents=float(ground.group("pop_total")[where].sum())) if people else found


_OFF = "farther than {limit} m from every street that counts: "
_OFF_ZH = "距可用道路超过 {limit} 米，"
_BEHIND = "every way to a street within {limit} m crosses a barrier or has no entrance: "
_BEHIND_ZH = "{limit} 米内通往道路的路线均被障碍阻断或没有出入口，"
_CHECK = " Check the barriers, or add the entrance that is missing."
_CHECK_ZH = "请检查障碍图层或补充出入口。"
_OUT, _OUT_ZH = "out of walking reach, and counted as such.", "按步行不可达计入。"
_NOBODY, _NOBODY_ZH = "nobody can walk there.", "步行无法到达。"
_ISLAND = "on a part of the walk network that is not joined to the main one: no walk leads from one to the other"
_ISLAND += " ({what}). Join the streets, or leave such parts out with islands = 'main'."
_ISLAND_ZH = "位于未与主网连通的道路上，与主网之间步行不可达（{what}）；请连通道路，或设 islands = 'main' 排除。"
_TURNED, _TURNED_ZH = "the straight way to the nearest street crosses a barrier: ", "到最近道路的直线被障碍阻断，"
_ROUND = " leg crosses water, a railway or another barrier that does not bind: walks are too short by the way round. "
_ROUND += "Give barriers of your own, or access=AccessRule(barriers='block')."
_ROUND_ZH = "路段穿越未作约束的水域、铁路等障碍，步行距离偏短；请提供障碍图层，或设 barriers='block'。"

_WORDS: dict[str, tuple[Severity, tuple[tuple[str, str], tuple[str, str]]]] = {
    "off_network": ("warning", ((_OFF + _OUT, _OFF_ZH + _OUT_ZH), (_OFF + _NOBODY, _OFF_ZH + _NOBODY_ZH))),
    "behind_barriers": (
        "warning",
        (
            (_BEHIND + _OUT + _CHECK, _BEHIND_ZH + _OUT_ZH + _CHECK_ZH),
            (_BEHIND + _NOBODY + _CHECK, _BEHIND_ZH + _NOBODY_ZH + _CHECK_ZH),
        ),
    ),
    "island": (
        "warning",
        (
            (_ISLAND.replace("{what}", "residents"), _ISLAND_ZH.replace("{what}", "居民")),
            (_ISLAND.replace("{what}", "facilities"), _ISLAND_ZH.replace("{what}", "设施")),
        ),
    ),
    "legs_turned": (
        "info",
        (
            (_TURNED + "people walk to another place on a street.", _TURNED_ZH + "改由其他位置进入道路。"),
            (_TURNED + "entered from another place on a street.", _TURNED_ZH + "改由其他位置进入。"),
        ),
    ),
    "legs_cross": (
        "warning",
        (("the access" + _ROUND, "接入" + _ROUND_ZH), ("the egress" + _ROUND, "离开" + _ROUND_ZH)),
    ),
    "by_entrances": (
        "info",
        (
            ("in a compound that is left only by its entrances.", "位于封闭小区内，只经出入口进出。"),
            ("in a compound that is entered only by its entrances.", "位于封闭小区内，只经出入口进入。"),
        ),
    ),
}
"""What is said of cells, and of facilities, by code."""
