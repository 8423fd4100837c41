"""Facilities that stand in a layer twice: found by a stated rule, merged, and each of them reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from servicecircle.city import as_text
from servicecircle.errors import InputError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import metric_crs
from servicecircle.read.names import normalised_name
from servicecircle.read.report import Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

LAYER = "facilities"
STOP = "bus_stop"
POSITION, PLATFORM = "position", "platform"
APART = ("status", "mode", "direction", "legal_id")
"""Where two rows both have one of these and they differ, they are two things."""

NOT_COMPARED = frozenset({"id", "name", "geometry", "category", "stop_role", "merged_from", "osm_id"})
"""Columns that differ between duplicates as a matter of course."""


def merge_duplicates(
    facilities: gpd.GeoDataFrame, *, within_m: float = 50.0, beside_m: float = 8.0, position_m: float = 40.0
) -> Read:
    """Return facilities with near-duplicates merged; whatever the order of rows, the result is the same.

    Two rows of one service are one if they have the same name (spellings apart, see Notes) and stand at most
    ``within_m`` apart, or if a point lies in an area of the same category and not both have a name. Stops of public
    transport are one only if they stand at most ``beside_m`` apart: the two sides of a street are two stops. A place
    where the bus stands (``stop_role`` "position") belongs to the nearest platform of its name within ``position_m``.
    Rows that differ in status, mode, direction or legal_id are never one.

    Parameters
    ----------
    facilities
        Facilities in a CRS in metres, with ``service`` and, if known, ``id``, ``name`` and others. Rows without a place
        are never merged.
    within_m
        How far apart (metres) rows of one service and name may be.
    beside_m
        The same (metres) for stops of public transport.
    position_m
        How far (metres) a stop position may be from its platform.

    Returns
    -------
    Read
        The rows that are left, on their index, in their order. Of each group the row that stays is a platform rather
        than a stop position, an area rather than a point, and the one that knows most; what it lacks is taken from the
        others. ``merged_from`` names those, with name and distance. The report counts them for each service, and lists
        values that contradict each other.

    Raises
    ------
    InputError
        If the frame has no ``service``, or a distance is negative.
    CRSError
        If its CRS does not measure in metres.

    Notes
    -----
    Names are compared without differences of width, case, spaces, brackets, 市 or 区 in front, 有限公司 at the end, and
    with 幼稚园 as 幼儿园: `servicecircle.read.names.normalised_name`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["a", "b"], "service": "kindergarten", "name": ["实验幼儿园", "海州区实验幼稚园"]},
    ...     geometry=gpd.points_from_xy([500000, 500030], [3800000, 3800000]),
    ...     crs="EPSG:4549",
    ... )
    >>> merge_duplicates(places).frame["merged_from"].tolist()
    ['b 海州区实验幼稚园 (30 m)']
    """
    _check(facilities, within_m=within_m, beside_m=beside_m, position_m=position_m)
    rows = _Rows.of(facilities)
    links = [*_same_links(rows, within_m, beside_m), *_position_links(rows, position_m)]
    groups, doubtful = _groups(rows, links)
    merged = [_merge(rows, group) for group in groups]
    gone = {row for group in merged for row in group.others}
    frame = facilities.copy()
    frame["merged_from"] = pd.Series(None, index=frame.index, dtype=object)
    for group in merged:
        for column, value in group.filled.items():
            frame[column] = frame[column].astype(object) if isinstance(value, str) else frame[column]
            frame.iloc[group.kept, frame.columns.get_loc(column)] = value
        frame.iloc[group.kept, frame.columns.get_loc("merged_from")] = group.story
    left = frame.iloc[[row for row in range(len(frame)) if row not in gone]]
    return Read(left, DataReport(tuple(_findings(rows, merged, doubtful, (within_m, beside_m, position_m)))))


def _check(facilities: gpd.GeoDataFrame, **metres: float) -> None:
    metric_crs(facilities.crs)
    if "service" not in facilities:
        raise InputError("The facilities have no column 'service'. | 设施缺少 service 列。")
    for name, value in metres.items():
        if not (np.isfinite(value) and value >= 0):
            raise InputError(f"{name} must be metres, 0 or more; {value!r} was given. | {name} 应为不小于 0 的米数。")


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """What is compared, by row position."""

    frame: gpd.GeoDataFrame
    ids: list[str]
    names: list[str]
    services: list[str | None]
    roles: list[str | None]
    categories: list[str | None]
    apart: list[list[str | None]]
    shapes: NDArray[np.object_]  # None where a row has no place
    rank: NDArray[np.int64]  # by id and place: the same whatever the order of rows

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame) -> _Rows:
        def column(name: str) -> list[str | None]:
            return as_text(frame[name]).tolist() if name in frame else [None] * len(frame)

        ids = [own or str(label) for own, label in zip(column("id"), frame.index, strict=True)]
        shapes = frame.geometry.to_numpy().copy()
        bounds = shapely.bounds(shapes)
        shapes[~np.isfinite(bounds).all(axis=1)] = None
        marks = [shapely.to_wkb(shape, hex=True) if shape is not None else "" for shape in shapes]
        rank = np.empty(len(frame), dtype=np.int64)
        rank[sorted(range(len(frame)), key=lambda row: (ids[row], marks[row]))] = np.arange(len(frame))
        names = [normalised_name(name) for name in column("name")]
        apart = [column(name) for name in APART]
        return cls(frame, ids, names, column("service"), column("stop_role"), column("category"), apart, shapes, rank)

    def are_apart(self, one: int, other: int) -> bool:
        """Return whether two rows say that they are two things."""
        return any(
            column[one] is not None and column[other] is not None and column[one] != column[other]
            for column in self.apart
        )

    def near(self, metres: float) -> Iterator[tuple[int, int, float]]:
        """Yield each pair of rows of one service at most so far apart, with the distance."""
        for service in sorted({one for one in self.services if one is not None}):
            own = np.flatnonzero(np.array([one == service for one in self.services]))
            shapes = self.shapes[own]
            first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=metres)
            once = first < second
            first, second = first[once], second[once]
            distances = shapely.distance(shapes[first], shapes[second])
            yield from zip(own[first].tolist(), own[second].tolist(), distances.tolist(), strict=True)


def _same_links(rows: _Rows, within_m: float, beside_m: float) -> Iterator[tuple[int, int]]:
    """Yield the pairs of rows that are the same by name and distance, or as a point in its area."""
    for one, other, metres in rows.near(max(within_m, beside_m)):
        if rows.are_apart(one, other):
            continue
        named = bool(rows.names[one]) and rows.names[one] == rows.names[other]
        if rows.services[one] == STOP:
            if named and metres <= beside_m and POSITION not in {rows.roles[one], rows.roles[other]}:
                yield one, other
        elif (named and metres <= within_m) or (metres == 0 and _drawn_twice(rows, one, other)):
            yield one, other


def _drawn_twice(rows: _Rows, one: int, other: int) -> bool:
    """Return whether one row is a point and the other an area of its category, and not both have a name."""
    kinds = {shapely.get_dimensions(rows.shapes[row]) for row in (one, other)}
    nameless = not (rows.names[one] and rows.names[other])
    return nameless and kinds == {0, 2} and rows.categories[one] == rows.categories[other]


def _position_links(rows: _Rows, position_m: float) -> Iterator[tuple[int, int]]:
    """Yield each stop position with the nearest platform of its name."""
    best: dict[int, tuple[float, int, int]] = {}
    for pair in rows.near(position_m):
        for position, platform in (pair[:2], pair[1::-1]):
            if (
                rows.services[position] == STOP
                and rows.roles[position] == POSITION
                and rows.roles[platform] == PLATFORM
                and not rows.are_apart(position, platform)
                and (
                    rows.names[position] == rows.names[platform] or not rows.names[position] or not rows.names[platform]
                )
            ):
                found = (pair[2], int(rows.rank[platform]), platform)
                best[position] = min(found, best.get(position, found))
    yield from ((position, found[2]) for position, found in best.items())


def _groups(rows: _Rows, links: list[tuple[int, int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Return rows that are one, and rows that would be if they did not contradict each other."""
    size = len(rows.ids)
    ends = np.array(links, dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, owner = connected_components(graph, directed=False) if size else (0, np.array([], dtype=np.int64))
    members: dict[int, list[int]] = {}
    for row in sorted(set(ends.ravel().tolist()), key=lambda row: rows.rank[row]):
        members.setdefault(int(owner[row]), []).append(row)
    groups: list[list[int]] = []
    doubtful: list[list[int]] = []
    for group in members.values():
        agree = all(len({column[row] for row in group} - {None}) <= 1 for column in rows.apart)
        (groups if agree else doubtful).append(group)
    return groups, doubtful


@dataclass(frozen=True, slots=True)
class _Merged:
    """A group of rows made one."""

    kept: int
    others: list[int]
    filled: dict[str, Any]
    conflicts: dict[str, str]
    story: str
    service: str


def _merge(rows: _Rows, group: list[int]) -> _Merged:
    """Return which row of a group stays, and what it takes from the others."""
    frame = rows.frame

    def preference(row: int) -> tuple[bool, bool, int, int]:
        area = shapely.get_dimensions(rows.shapes[row]) == POLYGON
        known = int(frame.iloc[row].notna().sum())
        return rows.roles[row] == POSITION, not area, -known, int(rows.rank[row])

    kept, *others = sorted(group, key=preference)
    filled: dict[str, Any] = {}
    conflicts: dict[str, str] = {}
    for column in frame.columns:
        if column in {"geometry", frame.geometry.name, "service", "merged_from"}:
            continue
        values = [(row, frame[column].iloc[row]) for row in (kept, *others)]
        said = [(row, value) for row, value in values if _said(value)]
        if said and said[0][0] != kept:
            filled[column] = said[0][1]
        if column not in NOT_COMPARED and len({str(value) for _, value in said}) > 1:
            conflicts[column] = " / ".join(f"{rows.ids[row]} {value}" for row, value in said)
    metres = [shapely.distance(rows.shapes[kept], rows.shapes[row]) for row in others]
    names = [f" {name}" if _said(name := frame["name"].iloc[row]) else "" for row in others] if "name" in frame else []
    story = "; ".join(
        f"{rows.ids[row]}{name} ({far:.0f} m)"
        for row, name, far in zip(others, names or [""] * len(others), metres, strict=True)
    )
    return _Merged(kept, others, filled, conflicts, story, str(rows.services[kept]))


POLYGON = 2
"""The dimension of an area."""


def _said(value: object) -> bool:
    """Return whether a cell says something."""
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return len(value) > 0
    return value is not None and bool(pd.notna(value)) and str(value).strip() != ""  # type: ignore[call-overload]


def _findings(
    rows: _Rows, merged: Sequence[_Merged], doubtful: list[list[int]], metres: tuple[float, float, float]
) -> list[Finding]:
    """Return what was merged, by service, what contradicts itself, and what was left as it is."""
    within_m, beside_m, position_m = metres
    findings = []
    for service in sorted({group.service for group in merged}):
        own = sorted((group for group in merged if group.service == service), key=lambda group: rows.rank[group.kept])
        gone = sum(len(group.others) for group in own)
        rule = (
            f"stops of one name within {beside_m:g} m, and stop positions with the nearest platform within "
            f"{position_m:g} m"
            if service == STOP
            else f"one name within {within_m:g} m, or a point in its area"
        )
        en = f"{service}: {gone + len(own):,} rows were merged into {len(own):,} ({rule}); merged_from names them."
        zh = f"{service}：{gone + len(own):,} 行合并为 {len(own):,} 行（近距离重复），详见 merged_from 列。"
        said = [f"{rows.ids[group.kept]} <- {group.story}" for group in own]
        findings.append(Finding.about(LAYER, "merged", "repair", en=en, zh=zh, column="merged_from", rows=said))
    for column in sorted({column for group in merged for column in group.conflicts}):
        said = [group.conflicts[column] for group in merged if column in group.conflicts]
        en = "rows that were merged contradict each other: the first value is kept."
        zh = "被合并的行取值不一致，保留第一个。"
        findings.append(Finding.about(LAYER, "conflict", "warning", en=en, zh=zh, column=column, rows=sorted(said)))
    if doubtful:
        said = [" / ".join(rows.ids[row] for row in group) for group in doubtful]
        en = f"near each other and of one name, but with different {', '.join(APART)}: left as they are."
        zh = "名称相同且相距很近，但状态、方式、方向或法人代码不同，未合并。"
        findings.append(Finding.about(LAYER, "not_merged", "warning", en=en, zh=zh, rows=sorted(said)))
    if not merged:
        en = "no near-duplicates were found."
        findings.append(Finding(LAYER, "merged", "info", en, "未发现近距离重复。"))
    return findings
