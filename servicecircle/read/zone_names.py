"""The zones that tables name: by code or by name, as offices write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from servicecircle.city import as_text
from servicecircle.errors import InputError, LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.read.names import ABOVE, plain_name
from servicecircle.read.report import Read
from servicecircle.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

LAYER = "facilities"

OFFICE = re.compile(r"(?<=.)(?:街道(?:办事处|办)|(?:镇|乡)(?:人民)?政府)$")
COMMITTEE = re.compile(r"(?<=.)(?:社区)?(?:居民委员会|居委会)$|(?<=.)(?:行政)?(?:村民委员会|村委会|村委)$")
ENDINGS = re.compile(r"(?<=..)(?:街道|社区|行政村|村|镇|乡|新区|区|县|市)$")
"""What a zone may be called without, if no other zone is then called so."""


def with_zone_ids(
    frame: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    column: str,
    level: str | None = None,
    parent_column: str | None = None,
    layer: str = LAYER,
) -> Read:
    """Return rows with the ``zone_id`` of the zone that a column names, by code or by name.

    A code has to be a zone_id, give or take zeros at its end (320706001 and 320706001000). A name has to be that of one
    zone only: first as it is written (width, spaces, 办事处, 居委会 and the like apart), then without 街道, 镇
    or 社区 at the end. 海州区听涛街道 is the 听涛街道 below 海州区, which ``parent`` has to say. Nothing is
    guessed: what is unknown or fits several zones is an error that lists the rows.

    Parameters
    ----------
    frame
        Rows of any kind; those whose cell is empty get no zone.
    zones
        Zones with zone_id, level, name and, for ``parent_column``, parent.
    column
        The column with codes or names.
    level
        The level the zones are of; without it, any.
    parent_column
        A column with the zone above (code or name): only zones below that one are meant.
    layer
        What the rows are called in findings.

    Returns
    -------
    Read
        All rows on their index, with ``zone_id``; the report says how many were found by which rule.

    Raises
    ------
    LayerError
        If rows name a zone that is not there, or one of several of that name.
    InputError
        If a column or the level is not there.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> square = shapely.box(0, 0, 1, 1)
    >>> zones = gpd.GeoDataFrame(
    ...     {"zone_id": ["320706001"], "level": ["街道"], "name": ["听涛街道"]}, geometry=[square], crs="EPSG:4549"
    ... )
    >>> table = gpd.GeoDataFrame({"街道": ["听涛街道办事处"]}, geometry=[None], crs="EPSG:4549")
    >>> with_zone_ids(table, zones, column="街道").frame["zone_id"].tolist()
    ['320706001']
    """
    _check(frame, zones, level, (column, parent_column))
    book = _Book.of(zones, level)
    cells = as_text(frame[column])
    above = as_text(frame[parent_column]).tolist() if parent_column is not None else [None] * len(cells)
    parents = _Book.of(zones, None)
    answers = [_lookup(book, parents, cell, over) for cell, over in zip(cells, above, strict=True)]
    faults = _faults(cells, answers, column, book)
    if faults:
        raise LayerError(DataReport(tuple(replace(fault, layer=layer) for fault in faults)))
    ids = [answer.ids[0] if answer.ids else None for answer in answers]
    result = frame.assign(zone_id=pd.Series(ids, index=frame.index, dtype=object))
    return Read(result, DataReport(tuple(replace(one, layer=layer) for one in _findings(cells, answers, column))))


def _check(frame: pd.DataFrame, zones: gpd.GeoDataFrame, level: str | None, columns: tuple[str, str | None]) -> None:
    for name in filter(None, columns):
        if name not in frame:
            known = [str(one) for one in frame.columns if one != "geometry"]
            raise InputError(f"There is no column {name!r}. {did_you_mean(name, known)} | 没有列 {name}。")
    if level is not None and level not in set(zones["level"]):
        known = sorted(set(zones["level"]))
        raise InputError(f"No zone is of level {level!r}. {did_you_mean(level, known)} | 没有层级 {level}。")
    if columns[1] is not None and "parent" not in zones:
        raise InputError("parent_column needs zones with a column 'parent'. | zones 缺少 parent 列。")


@dataclass(frozen=True, slots=True)
class _Answer:
    """The zones that a cell may name, and the rule that found them."""

    ids: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class _Book:
    """Zones by code, by name, and by name without its ending."""

    names: Mapping[str, str]  # zone_id -> name
    by_code: Mapping[str, tuple[str, ...]]
    by_name: Mapping[str, tuple[str, ...]]
    by_stem: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, str | None]

    @classmethod
    def of(cls, zones: gpd.GeoDataFrame, level: str | None) -> _Book:
        ids = as_text(zones["zone_id"]).tolist()
        names = as_text(zones["name"]).tolist() if "name" in zones else ids
        parents = as_text(zones["parent"]).tolist() if "parent" in zones else [None] * len(ids)
        wanted = [level is None or one == level for one in zones["level"]]
        own = sorted((one, name or one) for one, name, fits in zip(ids, names, wanted, strict=True) if fits)
        return cls(
            dict(own),
            _grouped((_code(one), one) for one, _ in own),
            _grouped((zone_name(name), one) for one, name in own),
            _grouped((_stem(name), one) for one, name in own),
            dict(zip(ids, parents, strict=True)),
        )

    def under(self, ids: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of some zones that lie below one of others."""
        return tuple(one for one in ids if not set(above).isdisjoint(self._upwards(one)))

    def _upwards(self, zone: str) -> list[str]:
        seen: list[str] = []
        at = self.parents.get(zone)
        while at is not None and at not in seen:
            seen.append(at)
            at = self.parents.get(at)
        return seen


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, zone in pairs:
        found[key] = (*found.get(key, ()), zone)
    return found


def zone_name(name: object) -> str:
    """Return a zone's name as it is compared: without the office that runs it.

    Examples
    --------
    >>> zone_name("听涛街道 办事处"), zone_name("朝阳社区居委会"), zone_name("东辛镇人民政府")
    ('听涛街道', '朝阳社区', '东辛镇')
    """
    plain = plain_name(name)
    if found := OFFICE.search(plain):
        plain = plain[: found.start()] + found[0][: 2 if found[0].startswith("街道") else 1]
    if found := COMMITTEE.search(plain):
        head = plain[: found.start()]
        kind = "社区" if "居" in found[0] else "村"
        plain = head if head.endswith(kind) else head + kind
    return plain


def _stem(name: str) -> str:
    return ENDINGS.sub("", zone_name(name))


def _code(text: str) -> str:
    """Return a code filled up with zeros to 12 digits."""
    return text.ljust(LONGEST_CODE, "0") if text.isdecimal() and len(text) >= SHORTEST_CODE else text


SHORTEST_CODE, LONGEST_CODE = 6, 12
"""Codes of divisions have 6, 9 or 12 digits."""


def _lookup(book: _Book, parents: _Book, cell: str | None, above: str | None) -> _Answer:
    """Return the zones that a cell may name."""
    if cell is None:
        return _Answer((), "empty")
    answer = _any(book, cell)
    if above is not None:
        return _Answer(book.under(answer.ids, _any(parents, above).ids), answer.rule)
    if not answer.ids and (found := ABOVE.match(plain_name(cell))) and found.end() < len(plain_name(cell)):
        return _lookup(book, parents, plain_name(cell)[found.end() :], found[0])  # 海州区听涛街道
    return answer


def _any(book: _Book, cell: str) -> _Answer:
    if cell in book.names:
        return _Answer((cell,), "code")
    name = zone_name(cell)
    for found, rule in (
        (book.by_code.get(_code(cell), ()), "code"),
        (book.by_name.get(name, ()), "name"),
        # 听涛 for 听涛街道, or the other way round; never 听涛社区 for 听涛街道
        (book.by_stem.get(name, ()) or book.by_name.get(_stem(name), ()), "stem"),
    ):
        if found:
            return _Answer(found, rule)
    return _Answer((), "unknown")


def _faults(cells: pd.Series[Any], answers: list[_Answer], column: str, book: _Book) -> list[Finding]:
    """Return the rows that name no zone, and those that name several."""
    unknown, several = [], []
    for (label, cell), answer in zip(cells.items(), answers, strict=True):
        if cell is None or len(answer.ids) == 1:
            continue
        if answer.ids:
            several.append(f"{label}: {cell} = {' / '.join(answer.ids)}")
        else:
            unknown.append(f"{label}: {cell}")
    findings = []
    if unknown:
        first = unknown[0].partition(": ")[2]
        hint = did_you_mean(first, book.names.values())
        en = f"no zone of this code or name. {hint} Correct the rows, or remove totals."
        zh = "没有这一代码或名称的单元，请更正；合计行请删除。"
        findings.append(Finding.about(LAYER, "unknown_zone", "error", en=en, zh=zh, column=column, rows=unknown))
    if several:
        en = "several zones are called so. Give the code, the level, or parent_column."
        zh = "有多个同名单元，请给出代码、level 或 parent_column。"
        findings.append(Finding.about(LAYER, "several_zones", "error", en=en, zh=zh, column=column, rows=several))
    return findings


def _findings(cells: pd.Series[Any], answers: list[_Answer], column: str) -> list[Finding]:
    """Return how many rows were found by which rule, and which name no zone at all."""
    counts = {rule: sum(answer.rule == rule for answer in answers) for rule in ("code", "name", "stem", "empty")}
    by = ", ".join(f"{counts[rule]:,} {said}" for rule, said in (("code", "by code"), ("name", "by name")))
    en = f"zones of {len(cells):,} rows: {by}, {counts['stem']:,} by a name without its ending."
    zh = f"单元：按代码 {counts['code']:,} 行，按名称 {counts['name']:,} 行，按简称 {counts['stem']:,} 行。"
    findings = [Finding(LAYER, "zones_found", "info", en, zh, column)]
    short = [f"{label}: {cell} = {answer.ids[0]}" for (label, cell), answer in _with(cells, answers, "stem")]
    if short:
        en, zh = "zones named without 街道, 镇, 社区 ...: taken as the only one so called.", "按简称对应到唯一的单元。"
        findings.append(Finding.about(LAYER, "short_name", "repair", en=en, zh=zh, column=column, rows=short))
    empty = [label for (label, _), _ in _with(cells, answers, "empty")]
    if empty:
        en = "no zone is named: zone_id stays empty. A row without a place needs one."
        zh = "未填写单元，zone_id 为空；没有坐标的行必须有单元。"
        findings.append(Finding.about(LAYER, "zone_empty", "warning", en=en, zh=zh, column=column, rows=empty))
    return findings


def _with(cells: pd.Series[Any], answers: list[_Answer], rule: str) -> list[tuple[tuple[object, str], _Answer]]:
    return [(item, answer) for item, answer in zip(cells.items(), answers, strict=True) if answer.rule == rule]
