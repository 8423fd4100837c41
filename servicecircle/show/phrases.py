"""The words of the maps and of the summary, Chinese and English."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["zh", "en"]
LANGUAGES = ("zh", "en")

PHRASES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # layers
        "layer_minutes": ("居民点：步行时间", "Cells: walking time"),
        "layer_metres": ("居民点：距离", "Cells: distance"),
        "layer_missing": ("居民点：缺少的服务", "Cells: missing services"),
        "layer_covered": ("居民点：是否覆盖", "Cells: covered or not"),
        "layer_results": ("{level}：评价结果", "{level}: results"),
        "layer_zones": ("{level}：边界和名称", "{level}: borders and names"),
        "layer_isochrones": ("等时圈", "Isochrones"),
        "layer_isochrones_of": ("等时圈：{service}", "Isochrone: {service}"),
        "layer_radius": ("服务半径", "Service radius"),
        "layer_gaps": ("缺口片区", "Gap areas"),
        "layer_facilities": ("计入的设施", "Facilities that count"),
        "layer_streets": ("步行网络", "Walk network"),
        "layer_areas": ("水域、绿地等", "Water, green and more"),
        # legend
        "legend_minutes": ("到最近设施的步行时间（分钟）", "Walking time to the nearest facility (min)"),
        "legend_metres": ("到最近设施的路网距离（米）", "Walking distance to the nearest facility (m)"),
        "legend_straight": ("到最近设施的直线距离（米）", "Straight-line distance to the nearest facility (m)"),
        "legend_missing": ("步行圈内缺少的服务（种）", "Services missing within the walk (number)"),
        "legend_covered": ("是否在标准限值以内", "Within the standard's limit or not"),
        "legend_results": ("各{level}的评价结果", "Results by {level}"),
        "legend_limit": ("虚线：标准限值 {limit}", "Dashed line: the standard's limit, {limit}"),
        "people": ("人", "people"),
        "zones": ("个", "zones"),
        "count": ("个", "number"),
        "total": ("合计", "Total"),
        "covered": ("已覆盖", "Covered"),
        "uncovered": ("未覆盖", "Not covered"),
        "unreachable": ("步行不可达", "Out of walking reach"),
        "out_of_scope_cells": ("不在考核范围", "Out of scope"),
        "complete": ("0（齐全）", "0 (complete)"),
        "isochrone_minutes": ("步行 {limit} 分钟", "{limit} min walk"),
        "isochrone_metres": ("步行 {limit} 米", "{limit} m walk"),
        "radius_metres": ("半径 {limit} 米", "{limit} m radius"),
        "isochrone_note": (
            "等时圈仅供看图，是否覆盖按每个居民点的实际步行距离判定。",
            "Isochrones are for the eye: a cell counts by its own walking distance.",
        ),
        "gap_areas": ("缺口片区（未覆盖的连片居民点）", "Gap areas (cells not covered that lie together)"),
        "gap_zones": ("缺设施的单元", "Zones that lack facilities"),
        # tooltips
        "walk": ("步行时间", "Walk"),
        "distance": ("距离", "Distance"),
        "minutes": ("分钟", "min"),
        "limit": ("标准限值", "Limit"),
        "result": ("结果", "Result"),
        "nearest": ("最近设施", "Nearest"),
        "residents": ("常住人口（人）", "Residents"),
        "group_people": ("{group}（人）", "{group} (people)"),
        "setting": ("城乡", "Setting"),
        "missing": ("缺少", "Missing"),
        "nothing": ("无", "nothing"),
        "comma": ("、", ", "),
        "service": ("类别", "Kind"),
        "identifier": ("编号", "Id"),
        "status": ("状态", "Status"),
        "value": ("现状值", "Value"),
        "target": ("目标值", "Target"),
        "grade": ("分级", "Grade"),
        "group_uncovered": ("未覆盖{group}（人）", "{group} not covered (people)"),
        "group_unreachable": ("其中步行不可达（人）", "of these out of reach (people)"),
        "facilities_n": ("现有设施", "Facilities"),
        "facilities_required": ("应有设施", "Required"),
        "facilities_missing": ("缺设施", "Facilities missing"),
        "gap_area": ("缺口片区 {rank}", "Gap area {rank}"),
        "cells": ("居民点（个）", "Cells"),
        "area_ha": ("面积（公顷）", "Area (ha)"),
        "worst": ("最远步行（分钟）", "Longest walk (min)"),
        "zone": ("所在单元", "Zone"),
        # panel
        "clause": ("规划条文", "The plan says"),
        "assumptions": ("假设与说明", "Assumptions"),
        "legend": ("图例", "Legend"),
        "whole_city": ("全市", "Whole city"),
        "target_assumed": ("目标值为假设", "target assumed"),
        "section_line": ("{section}（第 {line} 行）", "{section} (line {line})"),
        "no_rows": ("没有评价结果", "no results"),
        "missing_services": ("未载入的数据", "Data not loaded"),
        # statuses and verdicts
        "judged": ("已评价", "Judged"),
        "reference": ("参考判定", "Reference judgement"),
        "info": ("参考值", "For information"),
        "not_applicable": ("不适用", "Not applicable"),
        "out_of_scope": ("不在考核范围", "Out of scope"),
        "not_evaluable": ("缺数据，无法评价", "Not evaluable: data missing"),
        "no_population": ("无人口", "No population"),
        "met": ("达标", "Meets the standard"),
        "not_met": ("不达标", "Does not meet the standard"),
        "reference_grade": ("参考判定：{grade}", "Reference judgement: {grade}"),
        # classes
        "urban": ("城镇", "Urban"),
        "rural": ("农村", "Rural"),
        "all": ("全部", "All"),
        # summary
        "summary_title": ("公共服务规划评估摘要", "Public-service plan: summary of the assessment"),
        "summary_city": ("城市", "City"),
        "summary_plan": ("规划", "Plan"),
        "summary_scenario": ("方案", "Scenario"),
        "summary_standards": ("各项标准", "The standards"),
        "summary_standard": ("标准", "Standard"),
        "summary_gap": ("缺口", "Gap"),
        "summary_people": ("未覆盖（人）", "Not covered (people)"),
        "summary_zones": ("各单元", "Zones"),
        "summary_map": ("地图", "Map"),
        "summary_clauses": ("条文与假设", "Clauses and assumptions"),
        "summary_data": ("数据检查", "What was found in the data"),
        "summary_no_findings": ("未发现问题。", "Nothing was found."),
        "summary_residents": ("常住人口", "Residents"),
        "summary_cells": ("居民点", "Cells"),
        "summary_facilities": ("设施", "Facilities"),
        "summary_speeds": ("步行速度（假设，米/秒）", "Walking speeds (assumed, m/s)"),
        "summary_reference_note": (
            "“参考判定”的目标值是假设的或替代的，只给数值和分级，不作达标与否的结论。",
            "A reference judgement has an assumed or substitute target: it gives a value and a grade, never a verdict.",
        ),
        "severity_error": ("错误", "Error"),
        "severity_repair": ("已修正", "Repaired"),
        "severity_warning": ("提醒", "Warning"),
        "severity_info": ("说明", "Note"),
        "layer_word": ("图层", "Layer"),
        "finding": ("内容", "Finding"),
        "rows": ("行数", "Rows"),
    }
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
