"""An office's table without coordinates, and points with places: which row is which point."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from servicecircle.city import as_text
from servicecircle.errors import InputError
from servicecircle.findings import DataReport, Finding
from servicecircle.read.candidates import Sides, candidates
from servicecircle.read.names import similarity
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LAYER = "facilities"
CODES = ("legal_id", "id", "统一社会信用代码", "学校标识码", "机构编码")
"""The columns that hold a code, if both sides have them; the first goes first."""

ALIKE = 0.4
"""Rows and points with one code, but names less alike than this, are not believed to be one (numbers 1, 2, 3 ...)."""

RULES = {
    "code": ("by code", "按代码"),
    "name_in_zone": ("by name within their zone", "按单元内名称"),
    "name": ("by name alone, because no zone could be compared", "仅按名称（无法比对单元）"),
    "review": ("by review", "按人工核对"),
}


@dataclass(frozen=True, slots=True, eq=False)
class FacilityMatch:
    """Which rows of a table are which points.

    Parameters
    ----------
    matched
        Rows that have a place: the table's columns, ``point_id``, ``match_rule`` (code, name_in_zone, name, review) and
        the geometry of the point.
    doubtful
        The candidates of rows that somebody has to look at, one line each: ``row`` (the label in the table), ``name``,
        ``zone_id``, ``rank``, ``candidate`` (the id of the point), ``candidate_name``, ``candidate_zone``,
        ``similarity`` (0 to 1), ``same_zone`` (None where not known), ``zone_distance_m`` (metres from the row's zone).
    unmatched
        Rows without a candidate.
    report
        How many rows were matched by which rule, and what was found.
    table, points
        What was matched.
    """

    matched: gpd.GeoDataFrame
    doubtful: pd.DataFrame
    unmatched: pd.DataFrame
    report: DataReport
    table: pd.DataFrame = field(repr=False)
    points: gpd.GeoDataFrame = field(repr=False)

    @property
    def facilities(self) -> gpd.GeoDataFrame:
        """Return all rows of the table, in its order, as facilities of a city.

        Matched rows have the place of their point; the others have none, and are counted in the zone that their
        ``zone_id`` names, but never walked to.
        """
        places = self.matched.geometry.reindex(self.table.index)
        told = self.matched[["point_id", "match_rule"]].reindex(self.table.index).astype(object)
        frame = self.table.assign(**{name: told[name].where(told[name].notna(), None) for name in told})
        return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(places, crs=self.points.crs))

    def __repr__(self) -> str:
        rows = self.doubtful["row"].nunique()
        return f"<FacilityMatch: {len(self.matched)} matched, {rows} doubtful, {len(self.unmatched)} unmatched>"


def match_facilities(
    table: pd.DataFrame,
    points: gpd.GeoDataFrame,
    *,
    zones: gpd.GeoDataFrame | None = None,
    codes: Sequence[str] = CODES,
) -> FacilityMatch:
    """Match the rows of an office's table with points that have a place. Nothing is matched silently.

    First by a code that both have, then by the name (spellings apart) within the zone. A row is matched only if exactly
    one point fits it, and it alone fits the point. What is merely alike is doubtful: `servicecircle.read.write_review`
    writes it to a workbook, in which somebody chooses.

    Parameters
    ----------
    table
        Rows with ``name`` and, if known, ``zone_id``, ``service``, codes and attributes.
    points
        Places with ``name`` and, if known, ``id``, ``service``, ``zone_id``, codes.
    zones
        Zones in a CRS in metres: they say which zones a point lies in. Without them the points' ``zone_id`` does.
    codes
        The columns with codes, in the order in which they are tried; those that both sides have are used.

    Returns
    -------
    FacilityMatch
        What was matched, what is doubtful, what was not matched.

    Raises
    ------
    InputError
        If names are missing, labels or ids stand there twice, or the table has places of its own.
    CRSError
        If the zones' CRS does not measure in metres.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["实验幼儿园", "第二幼儿园"], "places": [360, 270]})
    >>> points = gpd.GeoDataFrame(
    ...     {"id": ["a", "b"], "name": ["实验幼稚园", "机关第二幼儿园"]},
    ...     geometry=gpd.points_from_xy([500000, 501000], [3800000, 3800000]),
    ...     crs="EPSG:4549",
    ... )
    >>> match = match_facilities(table, points)
    >>> match
    <FacilityMatch: 1 matched, 1 doubtful, 0 unmatched>
    >>> match.doubtful[["name", "candidate_name"]].values.tolist()
    [['第二幼儿园', '机关第二幼儿园']]
    """
    sides = Sides.of(table, points, zones)
    decided: dict[int, tuple[int, str]] = {}
    hints, disbelieved = _by_code(sides, codes, decided)
    _by_name(sides, decided)
    open_rows = [row for row in range(len(sides.table)) if row not in decided]
    doubtful = candidates(sides, open_rows, {point for point, _ in decided.values()}, hints)
    findings = [*sides.findings, *_disbelief(disbelieved), *_elsewhere(sides, decided)]
    return outcome(sides.table, sides.points, decided, doubtful, findings=findings)


def outcome(
    table: pd.DataFrame,
    points: gpd.GeoDataFrame,
    decided: Mapping[int, tuple[int, str]],
    doubtful: pd.DataFrame,
    *,
    findings: Iterable[Finding],
) -> FacilityMatch:
    """Return the result of a match: ``decided`` holds row -> point and rule, by position."""
    rows = sorted(decided)
    chosen = [decided[row] for row in rows]
    matched = table.iloc[rows].assign(
        point_id=pd.Series([points["point_id"].iloc[point] for point, _ in chosen], table.index[rows], dtype=object),
        match_rule=pd.Series([rule for _, rule in chosen], table.index[rows], dtype=object),
    )
    places = points.geometry.iloc[[point for point, _ in chosen]].to_numpy()
    frame = gpd.GeoDataFrame(matched, geometry=places, crs=points.crs)
    labels = set(doubtful["row"])
    left = [row for row in range(len(table)) if row not in decided and str(table.index[row]) not in labels]
    unmatched = table.iloc[left]
    report = DataReport((*findings, *_counts(table, points, frame, doubtful=doubtful, unmatched=unmatched)))
    return FacilityMatch(frame, doubtful.reset_index(drop=True), unmatched, report, table, points)


def _by_code(
    sides: Sides, codes: Sequence[str], decided: dict[int, tuple[int, str]]
) -> tuple[dict[int, list[int]], list[str]]:
    """Match rows and points with one code; return the points that share a code, and codes that are not believed."""
    hints: dict[int, list[int]] = {}
    disbelieved = []
    used: set[int] = set()
    for column in codes:
        if column not in sides.table or column not in sides.points:
            continue
        ours, theirs = (_places(as_text(frame[column])) for frame in (sides.table, sides.points))
        for code in sorted(ours.keys() & theirs.keys()):
            rows, points = ours[code], theirs[code]
            if len(rows) == len(points) == 1 and sides.fits(rows[0], points[0]):
                row, point = rows[0], points[0]
                if row in decided or point in used:
                    continue
                if similarity(sides.row_names[row], sides.point_names[point]) >= ALIKE:
                    decided[row] = (point, "code")
                    used.add(point)
                else:
                    disbelieved.append(f"{sides.table.index[row]}: {column} {code}")
                continue
            for row in rows:
                hints.setdefault(row, []).extend(points)
    return hints, disbelieved


def _places(texts: pd.Series[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        if text is not None:
            found.setdefault(text, []).append(row)
    return found


def _by_name(sides: Sides, decided: dict[int, tuple[int, str]]) -> None:
    """Match rows and points of one name: first within zones, then where no zone can be compared."""
    by_name: dict[str, list[int]] = {}
    for point, name in enumerate(sides.point_names):
        by_name.setdefault(name, []).append(point)
    for rule, zone in (("name_in_zone", True), ("name", None)):
        used = {point for point, _ in decided.values()}
        fitting = {
            row: [
                point
                for point in by_name.get(name, [])
                if name and point not in used and sides.fits(row, point) and sides.same_zone(row, point) is zone
            ]
            for row, name in enumerate(sides.row_names)
            if row not in decided
        }
        claims: dict[int, int] = {}
        for points in fitting.values():
            for point in points:
                claims[point] = claims.get(point, 0) + 1
        for row, points in fitting.items():
            if len(points) == 1 and claims[points[0]] == 1:
                decided[row] = (points[0], rule)


def _disbelief(labels: list[str]) -> list[Finding]:
    if not labels:
        return []
    en = "rows and points with one code have names that are nothing alike: the code was not believed."
    zh = "代码相同但名称毫不相似，未按代码匹配。"
    return [Finding.about(LAYER, "code_disbelieved", "warning", en=en, zh=zh, rows=labels)]


def _elsewhere(sides: Sides, decided: Mapping[int, tuple[int, str]]) -> list[Finding]:
    rows = [
        sides.table.index[row] for row, (point, _) in sorted(decided.items()) if sides.same_zone(row, point) is False
    ]
    if not rows:
        return []
    en = "matched by code, but the point lies outside the zone that the row names. Check zone_id and the code."
    zh = "按代码匹配，但点不在该行所填的单元内，请核对。"
    return [Finding.about(LAYER, "other_zone", "warning", en=en, zh=zh, column="zone_id", rows=rows)]


def _counts(
    table: pd.DataFrame,
    points: gpd.GeoDataFrame,
    matched: gpd.GeoDataFrame,
    *,
    doubtful: pd.DataFrame,
    unmatched: pd.DataFrame,
) -> list[Finding]:
    """Return how many rows were matched by which rule, which are open, and which have neither place nor zone."""
    by_rule = matched["match_rule"].value_counts()
    told = [(rule, int(by_rule[rule])) for rule in RULES if rule in by_rule]
    en = listed(f"{count:,} {RULES[rule][0]}" for rule, count in told)
    zh = "，".join(f"{RULES[rule][1]} {count:,} 行" for rule, count in told) or "无"
    spare = len(points) - len(matched)
    findings = [
        Finding(
            LAYER,
            "matched",
            "info",
            f"{len(matched):,} of {len(table):,} rows were matched with a point: {en}. {spare:,} points are no row's.",
            f"{len(table):,} 行中 {len(matched):,} 行匹配到坐标：{zh}。{spare:,} 个点未对应任何行。",
        )
    ]
    if "name" in by_rule:
        rows = matched.index[matched["match_rule"] == "name"]
        en, zh = (
            "matched by name alone: no zone could be compared. Give zones and zone_id.",
            "仅按名称匹配，未比对单元。",
        )
        findings.append(Finding.about(LAYER, "name_only", "warning", en=en, zh=zh, column="name", rows=rows))
    labels = list(dict.fromkeys(doubtful["row"]))
    if labels:
        en = "doubtful: somebody has to choose among the candidates (write_review, read_review). Until then no place."
        zh = "存疑，需人工核对（write_review、read_review）；核对前没有坐标。"
        findings.append(Finding.about(LAYER, "doubtful", "warning", en=en, zh=zh, column="name", rows=labels))
    if len(unmatched):
        en = "no point is like these: they have no place, are counted in their zone, and are never walked to."
        zh = "没有相似的点：没有坐标，按所在单元计数，不参与步行可达计算。"
        findings.append(Finding.about(LAYER, "unmatched", "warning", en=en, zh=zh, column="name", rows=unmatched.index))
    placeless = table.drop(index=matched.index)
    if "zone_id" in placeless:
        placeless = placeless[as_text(placeless["zone_id"]).isna().to_numpy()]
    if len(placeless):
        en = "neither a place nor a zone_id: a city takes no such rows. Give zone_id (with_zone_ids), or review them."
        zh = "既无坐标又无 zone_id，无法计入城市，请补充 zone_id（with_zone_ids）或核对。"
        findings.append(
            Finding.about(LAYER, "nowhere", "warning", en=en, zh=zh, column="zone_id", rows=placeless.index)
        )
    return findings


def check_match(match: object) -> FacilityMatch:
    """Return a match; InputError if it is something else."""
    if not isinstance(match, FacilityMatch):
        raise InputError(f"match must be what match_facilities returns, not {type(match).__name__}. | match 类型不对。")
    return match
