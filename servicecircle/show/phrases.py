"""The sentences and headings of the maps and of the summary, Chinese and English; single terms are in `words`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from servicecircle.errors import InputError
from servicecircle.show.report_phrases import REPORT, RULES, TABLES
from servicecircle.show.word_phrases import WORD
from servicecircle.words import LANGUAGES, WORDS, Language, word

if TYPE_CHECKING:
    from collections.abc import Mapping

Phrases = dict[str, tuple[str, str]]

_LAYERS: Phrases = {
    "layer_minutes": ("居民点：步行时间", "Cells: walking time"),
    "layer_metres": ("居民点：距离", "Cells: distance"),
    "layer_missing": ("居民点：缺少的服务", "Cells: missing services"),
    "layer_covered": ("居民点：是否覆盖", "Cells: covered or not"),
    "layer_results": ("{level}：评价结果", "{level}: results"),
    "layer_zones": ("{level}：边界和名称", "{level}: borders and names"),
    "layer_isochrones": ("等时圈", "Isochrones"),
    "layer_isochrones_of": ("等时圈：{service}", "Isochrone: {service}"),
    "layer_radius": ("服务半径", "Service radius"),
    "layer_facilities": ("计入的设施", "Facilities that count"),
    "layer_facilities_of": ("设施：{service}", "Facilities: {service}"),
    "layer_ground": ("水域、绿地、阻隔", "Water, green, barriers"),
}

_LEGEND: Phrases = {
    "legend_minutes": ("到最近设施的步行时间（分钟）", "Walking time to the nearest facility (min)"),
    "legend_metres": ("到最近设施的路网距离（米）", "Walking distance to the nearest facility (m)"),
    "legend_straight": ("到最近设施的直线距离（米）", "Straight-line distance to the nearest facility (m)"),
    "legend_missing": ("步行圈内缺少的服务（种）", "Services missing within the walk (number)"),
    "legend_covered": ("是否在标准限值以内", "Within the standard's limit or not"),
    "legend_results": ("{level}：评价结果", "{level}: results"),
    "legend_limit": ("虚线：标准限值 {limit}", "Dashed line: the standard's limit, {limit}"),
    "legend_facilities": ("计入的设施（个）", "Facilities that count"),
    "legend_people": ("{group}（人）", "{group}"),
    "borders": ("边界", "Borders"),
    "scope_border": ("{area}（考核范围）", "{area} (what the standard is about)"),
    "legend_zones": ("个数", "Number"),
    "total": ("合计", "Total"),
    "complete": ("0（齐全）", "0 (complete)"),
    "graded": ("参考判定 {grade}", "Reference {grade}"),
    "facility_lacks": ("不计入：缺少功能", "Does not count: lacks a function"),
    "isochrone_minutes": ("步行 {limit} 分钟", "{limit} min walk"),
    "isochrone_metres": ("步行 {limit} 米", "{limit} m walk"),
    "radius_metres": ("半径 {limit} 米", "{limit} m radius"),
    "isochrone_note": (
        "等时圈仅供看图，是否覆盖按每个居民点的实际步行距离判定。",
        "Isochrones are for the eye: a cell counts by its own walking distance.",
    ),
    "gap_cells": ("未覆盖的连片居民点，标注{group}数", "Uncovered cells that lie together, with {group} in them"),
    "gap_ground": ("服务半径以外的地块，标注{group}数", "Ground outside every radius, with {group} in it"),
    "gap_zones": ("缺设施的单元，标注{group}数", "Zones that lack facilities, with their {group}"),
}

_CARDS: Phrases = {
    "walk": ("步行时间", "Walk"),
    "distance": ("距离", "Distance"),
    "limit": ("标准限值", "Limit"),
    "result": ("结果", "Result"),
    "nearest": ("最近设施", "Nearest"),
    "people": ("人", "people"),
    "setting": ("城乡", "Setting"),
    "missing": ("缺少", "Missing"),
    "comma": ("、", ", "),
    "identifier": ("编号", "Id"),
    "zone": ("所在单元", "Zone"),
    "group_uncovered": ("未覆盖{group}", "{group} not covered"),
    "people_unreachable": ("无法步行到达的常住人口", "Residents out of walking reach"),
    "gap_area": ("盲区 {rank}", "Gap area {rank}"),
    "area_ha": ("面积（公顷）", "Area (ha)"),
    "worst": ("最远步行（分钟）", "Longest walk (min)"),
    "with_origin": ("{target}（{origin}）", "{target} ({origin})"),
    "of_target": ("目标 {target}", "target {target}"),
}

_PANEL: Phrases = {
    "clause": ("规划条文", "The plan says"),
    "section_line": ("{section}（第 {line} 行）", "{section} (line {line})"),
    "line": ("第 {line} 行", "line {line}"),
    "assumptions": ("假设", "Assumptions"),
    "no_rows": ("没有评价结果。", "No results."),
    "cannot_judge": ("这项标准无法评价。", "This standard cannot be judged."),
    "estimated": (
        "人口图层没有{group}，以{other}代替（估计）",
        "{group} are not in the population layer: {other} stand in",
    ),
    "speed": ("步行速度 {speed} 米/秒（{profile}，假设）", "Walking speed {speed} m/s ({profile}, assumed)"),
    "scenario": ("方案：{scenario}", "Scenario: {scenario}"),
}

_SUMMARY: Phrases = {
    "summary_title": ("公共服务规划评估摘要", "Public-service plan: summary of the assessment"),
    "summary_scenario": ("方案", "Scenario"),
    "summary_standards": ("各项标准", "The standards"),
    "summary_people": ("未覆盖（人）", "Not covered (people)"),
    "summary_zones": ("各单元", "Zones"),
    "summary_zones_met": ("{met} 个达标，{failed} 个不达标", "{met} meet it, {failed} do not"),
    "summary_lowest": ("最低 {zone} {value}", "lowest {zone}, {value}"),
    "summary_clauses": ("假设、方法与原文冲突", "Assumptions, methods, contradictions of the plan"),
    "summary_methods": ("方法依据", "Method"),
    "summary_other": ("另一数值", "the other value"),
    "summary_data": ("数据检查", "What was found in the data"),
    "summary_no_findings": ("未发现问题。", "Nothing was found."),
    "summary_parameters": ("速度与参数", "Speeds and parameters"),
    "summary_speed": ("步行速度：{profile}", "Walking speed: {profile}"),
    "summary_islands": ("步行网络的孤岛", "Islands of the walk network"),
    "summary_islands_keep": ("全部计入", "all count"),
    "summary_islands_main": ("只计最大的一片", "only the largest part counts"),
    "summary_islands_from": ("总长 {metres} 米以上的计入", "those of {metres} m or more in all count"),
    "summary_access": ("到道路的最大距离", "Farthest a point may lie from a path"),
    "summary_grades": (
        "分级（≥95、90-95、80-90、<80 %）为本程序所定，非规划内容。",
        "Grades (≥ 95, 90-95, 80-90, < 80 %) are this program's, not the plan's.",
    ),
    "see_zones": ("见各单元", "see the zones"),
    "summary_missing": ("缺什么", "What is missing"),
    "summary_crs": ("坐标系", "Coordinate reference system"),
    "summary_versions": ("软件版本", "Software"),
    "summary_reference_note": (
        "“参考判定”的目标值是假设的或替代的，只给数值和分级，不作结论。",
        "A reference judgement has an assumed or substitute target: it gives a value and a grade, no verdict.",
    ),
    "severity_info": ("说明", "note"),
    "finding_population": ("人口", "population"),
    "finding_areas": ("范围", "areas"),
    "finding_rows": ("行数", "Rows"),
    "finding_residents": ("涉及人口", "Residents"),
    "reason": ("说明", "Why"),
    "colon": ("：", ": "),
}

_FIGURES: Phrases = {
    "figure_title": ("{city} {standard} {name}", "{city}: {standard} {name}"),
    "figure_number": ("图号", "Figure no."),
    "figure_drawn_by": ("制图单位", "Drawn by"),
    "figure_date": ("日期", "Date"),
    "figure_review": ("审图号", "Map review no."),
    "figure_source": ("资料来源", "Sources"),
    "figure_data_of": ("数据截至 {date}", "data as of {date}"),
    "figure_grid": ("坐标系 {crs}，上方为坐标北", "Coordinates {crs}, grid north is up"),
    "figure_kilometres": ("公里", "km"),
    "figure_target_line": ("目标 {target}", "target {target}"),
    "figure_between": ("  ·  ", " · "),
    "figure_ground": ("边界与底图", "Borders and ground"),
    "figure_worst_only": ("共 {all} 个，只列最差的 {shown} 个", "The {shown} worst of {all}"),
    "stop": ("。", ". "),
}

PHRASES: Mapping[str, tuple[str, str]] = MappingProxyType(
    _LAYERS | _LEGEND | _CARDS | _PANEL | _SUMMARY | _FIGURES | REPORT | TABLES | RULES | WORD
)
"""Every phrase by its key: Chinese, English. Braces are places for values."""


def check_language(language: str) -> Language:
    """Return a language if the maps speak it; otherwise raise InputError with those they do."""
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES)
    return "zh" if language == "zh" else "en"


def phrase(key: str, language: Language, **values: object) -> str:
    """Return a phrase in a language, with its values put in.

    Examples
    --------
    >>> phrase("isochrone_minutes", "zh", limit=15)
    '步行 15 分钟'
    """
    text = PHRASES[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text


def term(key: object, language: Language) -> str:
    """Return a term of `words` as it stands alone: in English with a capital.

    Examples
    --------
    >>> term("covered", "zh"), term("covered", "en"), term("bus_stop", "en")
    ('已覆盖', 'Covered', 'Bus stop')
    """
    return capital(word(str(key), language)) if key in WORDS else str(key)


def capital(text: str) -> str:
    """Return a text with a capital at its start; Chinese stays as it is."""
    return text[:1].upper() + text[1:]
