"""The sentences and headings of the maps and of the summary, Chinese and English; single terms are in `words`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Self

from servicecircle import words
from servicecircle.errors import InputError
from servicecircle.show.report_phrases import REPORT, RULES, TABLES
from servicecircle.show.word_phrases import WORD
from servicecircle.words import LANGUAGES, WORDS, Language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Phrases = dict[str, tuple[str, str]]

Spoken = Language | Literal["both"]
"""What a map speaks: one language, or both."""

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
    "layer_worst": ("最差的居民点", "Worst cells"),
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

_KINDS: Phrases = {
    "by_natural_breaks": ("按自然断点（Fisher-Jenks）分级", "Classes by natural breaks (Fisher-Jenks)"),
    "by_quantiles": ("按分位数分级，各级数目大致相等", "Classes by quantiles, of about equal number"),
    "kind_completeness": ("生活圈完整度与缺失类型", "Completeness of the life circle, and what is missing"),
    "layer_score": ("完整度（0-{count}）", "Completeness (0-{count})"),
    "legend_score": ("完整度：步行圈内有几种服务（0-{count}）", "Completeness: services within the walk (0-{count})"),
    "score_full": ("{count}（齐全）", "{count} (complete)"),
    "score_note": (
        "完整度仅供看图；标准要求 {count} 种服务全部具备。",
        "The score is for the eye: the standard asks for all {count}.",
    ),
    "layer_kinds": ("缺失类型", "What is missing"),
    "legend_kinds": ("缺失类型（同时缺少的服务）", "What is missing (services missing together)"),
    "kinds_complete": ("齐全", "Complete"),
    "kinds_other": ("其他组合（缺 {count} 种）", "Other combinations ({count} missing)"),
    "layer_service": ("步行时间：{service}", "Walk: {service}"),
    "legend_service": ("到最近的{service}的步行时间（分钟）", "Walking time to the nearest {service} (min)"),
    "kind_radius": ("服务半径与路网步行距离对比", "Radius and walk on the network compared"),
    "kind_speed": ("不同步行速度对比", "Two walking speeds compared"),
    "by_radius": ("半径 {limit} 米", "{limit} m radius"),
    "by_network": ("路网 {limit} 米", "{limit} m on the network"),
    "network_head": ("路网距离", "On the network"),
    "at_speed": ("{profile} {speed} 米/秒", "{profile} {speed} m/s"),
    "both_ways": ("两者都覆盖", "Covered either way"),
    "only_way": ("仅“{way}”覆盖", "Only: {way}"),
    "neither_way": ("两者都不覆盖", "Covered neither way"),
    "layer_versus": ("居民点：两种算法对比", "Cells: the two ways"),
    "versus": ("{first} 与 {second}", "{first}, and {second}"),
    "kind_change": ("前后对比", "Before and after"),
    "caption_before": ("现状", "Before"),
    "caption_after": ("方案", "After"),
    "card_before": ("现状（之前）", "Before"),
    "card_after": ("方案（之后）", "After"),
    "services_missing": ("种（缺少）", "missing"),
    "layer_change": ("居民点：覆盖变化", "Cells: what changes"),
    "legend_change": ("覆盖变化", "What changes"),
    "change_kept": ("一直覆盖", "Covered before and after"),
    "change_gained": ("新增覆盖", "Newly covered"),
    "change_lost": ("不再覆盖", "No longer covered"),
    "change_never": ("一直未覆盖", "Covered neither time"),
    "layer_new": ("新计入的设施", "Facilities that count anew"),
    "zones_gain": ("受影响的单元（{group}）", "Zones that change ({group})"),
    "figure": ("指标值", "Value"),
    "layer_sites": ("建议点（按排名）", "Proposed sites (by rank)"),
    "layer_site_reach": ("建议点的服务范围", "What the sites reach"),
    "site_note": (
        "新增覆盖按排名依次计算：后面的建议点只计前面没有覆盖的居民。",
        "Residents newly covered are counted in order of rank: each site adds to those before it.",
    ),
    "site": ("建议点 {rank}", "Site {rank}"),
    "kind_sites": ("选址建议：建成以后", "Proposed sites, once they are built"),
    "lacking_each": ("各项服务的缺失人口", "Residents who lack each service"),
}

_OVERVIEW: Phrases = {
    "overview_title": ("达标图：各项标准", "All standards, zone by zone"),
    "choose_standard": ("选择标准", "Choose a standard"),
    "choice_counts": ("全部标准：不达标项数", "All standards: how many are not met"),
    "legend_overview": ("评价结果（单元个数）", "Result (number of zones)"),
    "legend_counts": ("不达标的标准（项），单元个数", "Standards not met, and the number of zones"),
    "legend_values": ("{status}（{unit}），单元个数", "{status} ({unit}), number of zones"),
    "legend_whole": ("全市（或考核范围）的结果", "Results of the whole city (or of the area a standard is about)"),
    "number_standards": ("标准（项）", "Standards"),
    "counts_note": (
        "只计已判定的标准；参考判定不作结论，不计入。",
        "Only verdicts count: a reference judgement has none.",
    ),
    "judged_standards": ("已判定的标准（项）", "Standards with a verdict"),
    "more_standards": ("另有 {count} 项", "and {count} more"),
    "noRow": ("此标准不按这一层级评价", "Not judged at this level"),
}

_EXPLORE: Phrases = {
    "rings_title": ("等时圈：{service}", "Isochrones: {service}"),
    "layer_rings": ("等时圈（步行时间）", "Isochrones (walking time)"),
    "layer_each": ("各设施的等时圈", "Isochrones of each facility"),
    "legend_rings": ("步行时间（分钟）以内的居民", "Residents within a walking time (min)"),
    "rings_note": (
        "人数按每个居民点的实际步行距离统计，不按图形统计；{profile} {speed} 米/秒（假设）。",
        "Residents are counted by the walk of each cell, not by the polygon; {profile}, {speed} m/s (assumed).",
    ),
    "city_title": ("城市概览", "What the city holds"),
    "layer_residents": ("居民点：人口", "Cells: residents"),
    "legend_residents": ("每个居民点的常住人口（人）", "Residents of a cell"),
    "layer_all_facilities": ("全部设施", "All facilities"),
    "legend_services": ("设施（个），按服务", "Facilities by service"),
    "other_services": ("其他 {count} 种服务", "{count} other services"),
    "layer_rows": ("{count} 行", "{count} rows"),
    "changes_title": ("覆盖变化的居民点", "Cells whose cover changes"),
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
    "worst_cell": ("最差居民点 {rank}", "Worst cell {rank}"),
    "worst_note": (
        "范围内未覆盖的居民点，每个单元只列最差的一个。",
        "Cells in scope that are not covered: of each zone the worst one.",
    ),
    "straight_head": ("直线距离", "Straight line"),
    "of_services": ("{count} 种", "{count}"),
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

_TOOLS: Phrases = {
    "tool_search": ("查找设施、单元、标准", "Find a facility, zone or standard"),
    "tool_nothing": ("没有找到", "Nothing found"),
    "tool_measure": ("量距离和面积", "Measure distance and area"),
    "tool_hint": ("单击加点，双击结束，Esc 清除", "Click to add points, double-click to end, Esc to clear"),
    "tool_length": ("长度", "Length"),
    "tool_area": ("面积", "Area"),
    "tool_hectares": ("公顷", "ha"),
    "tool_full": ("全屏", "Full screen"),
    "tool_north": ("上方为北", "North is up"),
    "tool_n": ("北", "N"),
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
    _LAYERS
    | _LEGEND
    | _KINDS
    | _OVERVIEW
    | _EXPLORE
    | _CARDS
    | _PANEL
    | _SUMMARY
    | _TOOLS
    | _FIGURES
    | REPORT
    | TABLES
    | RULES
    | WORD
)
"""Every phrase by its key: Chinese, English. Braces are places for values."""


def check_language(language: str) -> Language:
    """Return a language if the maps speak it; otherwise raise InputError with those they do."""
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES)
    return "zh" if language == "zh" else "en"


def check_spoken(language: str) -> Spoken:
    """Return a language if the maps speak it, or ``"both"``; otherwise raise InputError with those they do."""
    return "both" if language == "both" else check_language(language)


class Bilingual(str):
    """A text in Chinese and English, one after the other; put into a phrase, each half gets its own."""

    __slots__ = ("en", "zh")

    zh: str
    en: str

    def __new__(cls, zh: str, en: str) -> Self:
        """Return both, or one where they are the same or one is missing."""
        both = super().__new__(cls, " ".join(dict.fromkeys(filter(None, (zh, en)))))
        both.zh, both.en = zh, en
        return both


def spoken(zh: str, en: str, language: Spoken) -> str:
    """Return a text in a language, or in both.

    Examples
    --------
    >>> spoken("幼儿园", "kindergarten", "both"), spoken("幼儿园", "kindergarten", "en")
    ('幼儿园 kindergarten', 'kindergarten')
    """
    if language == "both":
        return Bilingual(zh or en, en or zh)
    return zh if language == "zh" else en


def as_told(tell: Callable[[Language], str], language: Spoken) -> str:
    """Return what something says of itself in a language, or in both."""
    return spoken(tell("zh"), tell("en"), language)


def word(key: str, language: Spoken) -> str:
    """Return a term of `words` in a language, or in both."""
    return spoken(words.word(key, "zh"), words.word(key, "en"), language)


def phrase(key: str, language: Spoken, **values: object) -> str:
    """Return a phrase in a language, or in both, with its values put in.

    Examples
    --------
    >>> phrase("isochrone_minutes", "zh", limit=15)
    '步行 15 分钟'
    >>> phrase("isochrone_minutes", "both", limit=15)
    '步行 15 分钟 15 min walk'
    """
    zh, en = PHRASES[key]
    if language == "both" and not any(letter.isalnum() for letter in en):
        return en  # punctuation, which stands once
    return spoken(_filled(zh, values, "zh"), _filled(en, values, "en"), language)


def _filled(text: str, values: dict[str, object], half: Language) -> str:
    """Return a text with values put in, of bilingual ones those of one language."""
    own = {key: getattr(value, half) if isinstance(value, Bilingual) else value for key, value in values.items()}
    return text.format(**own) if own else text


def term(key: object, language: Spoken) -> str:
    """Return a term of `words` as it stands alone: in English with a capital.

    Examples
    --------
    >>> term("covered", "zh"), term("covered", "en"), term("bus_stop", "en")
    ('已覆盖', 'Covered', 'Bus stop')
    """
    if key not in WORDS:
        return str(key)
    return spoken(words.word(str(key), "zh"), capital(words.word(str(key), "en")), language)


def capital(text: str) -> str:
    """Return a text with a capital at its start; Chinese stays as it is."""
    if isinstance(text, Bilingual):
        return Bilingual(text.zh, capital(text.en))
    return text[:1].upper() + text[1:]
