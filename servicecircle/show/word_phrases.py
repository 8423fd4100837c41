"""The headings and sentences of the Word report, Chinese and English; what it shares stands in `report_phrases`."""

from __future__ import annotations

WORD: dict[str, tuple[str, str]] = {
    "word_missing": ("二、缺什么、缺在哪里、涉及多少人", "2  What is missing, where, and for how many"),
    "word_first": ("三、优先补短板", "3  What to mend first"),
    "word_rules": ("四、口径说明与资料来源", "4  Rules and sources"),
    "word_clauses": ("附录 A  各项标准与规划条文", "Annex A  The standards and their clauses"),
    "word_maps": ("附录 B  图件", "Annex B  Maps"),
    "word_tables": ("附录 C  附表", "Annex C  Tables"),
    "word_basis": ("附录 D  假设、原文冲突、数据检查与版本", "Annex D  Assumptions, contradictions, data, versions"),
    "word_card": ("体检卡：{zone}", "Check-up card: {zone}"),
    "word_definitions": ("距离、步速与限值", "Distance, speeds and limits"),
    "word_sources": ("资料来源", "Sources"),
    "word_no_missing_facilities": ("按设施数量的标准没有缺口。", "No standard that counts facilities falls short."),
    "word_source": ("资料", "Source"),
    "word_source_rows": ("条数", "Rows"),
    "word_source_date": ("数据时点", "As of"),
    "word_no_date": ("未注明", "not stated"),
    "word_plan_source": ("规划文本", "Plan"),
    "word_zone_figures": ("{zone}指标", "{zone}: indicators"),
    "word_indicators_left_out": (
        "另有 {more} 项见附录 C；{lost} 项缺数据，无法评价。",
        "{more} more stand in Annex C; {lost} lack data.",
    ),
    "word_worst_gaps": ("最大的盲区", "Largest gap areas"),
    "word_no_gaps": ("本单元没有盲区。", "No gap area lies here."),
    "word_gap_line": (
        "{name}（{id}）：{people} 人（{group}），约 {area} 公顷",
        "{name} ({id}): {people} ({group}), about {area} ha",
    ),
    "word_card_map": ("{zone}：{name}", "{zone}: {name}"),
    "word_conclusions": ("各指标属性的结论分布", "Outcomes by nature of the standard"),
    "word_date": ("日期", "Date"),
}
"""Headings and sentences of the Word report."""
