"""The sentences and headings of the report and of the workbook, Chinese and English."""

from __future__ import annotations

REPORT: dict[str, tuple[str, str]] = {
    "report_title": ("公共服务规划实施评估报告", "Public-service plan: report on the assessment"),
    "report_contents": ("目录", "Contents"),
    "report_front": ("一、主要结论", "1  Main findings"),
    "report_maps": ("二、图件", "2  Maps"),
    "report_clauses": ("三、各项标准与规划条文", "3  The standards and their clauses"),
    "report_tables": ("四、附表", "4  Tables"),
    "report_behind": ("五、假设、方法与原文冲突", "5  Assumptions, methods, contradictions of the plan"),
    "report_data": ("六、数据检查", "6  What was found in the data"),
    "report_basis": ("七、口径、参数与版本", "7  Rules, parameters, versions"),
    "report_date": ("编制日期", "Date"),
    "report_signed": ("编制", "Prepared"),
    "report_checked": ("校核", "Checked"),
    "report_reviewed": ("审核", "Reviewed"),
    "report_approved": ("审定", "Approved"),
    "report_counted": (
        (
            "评估标准 {all} 项：{meets} 项达标，{fails} 项不达标，{zones} 项只按单元判定，{reference} 项为参考判定，"
            "{info} 项为参考值，{lost} 项缺数据无法评价，{none} 项不适用或无结论。"
        ),
        (
            "{all} standards: {meets} meet their target, {fails} do not, {zones} are judged zone by zone only, "
            "{reference} are reference judgements, {info} are for information, {lost} lack data, {none} do not apply "
            "or have no verdict."
        ),
    ),
    "report_binding": (
        "约束性指标 {all} 项，其中达标 {meets} 项，不达标 {fails} 项。",
        "Of {all} binding standards {meets} meet their target and {fails} do not.",
    ),
    "report_worst": (
        "未覆盖人数最多的标准是“{name}”（{id}）：{people}人未覆盖（{group}）。",
        "Most people are left out by “{name}” ({id}): {people} are not covered ({group}).",
    ),
    "report_found": (
        "数据检查有警告 {warning} 条、修复 {repair} 处；{estimated} 项标准的服务人群为估算。",
        "The data gave {warning} warnings and {repair} repairs; for {estimated} standards the residents are estimated.",
    ),
    "report_outcomes": ("结论分布（项）", "Outcomes (standards)"),
    "report_by_zone": ("只按单元判定", "By zone only"),
    "report_no_result": ("不适用或无结论", "Not applicable or no verdict"),
    "report_failing": ("未达到目标的约束性、预期性指标", "Binding and indicative standards that miss their target"),
    "report_first": ("优先补短板（前 {most} 位）", "What to mend first (first {most})"),
    "report_left_out": ("未覆盖人数最多的标准", "Standards that leave out most people"),
    "report_nothing": ("没有。", "None."),
    "report_table": ("表 {number}", "Table {number}"),
    "report_figure": ("图 {number}", "Figure {number}"),
    "report_part_of": (
        "共 {all} 行，此处列出 {shown} 行；全部见 Excel 工作簿。",
        "{shown} of {all} rows are listed here; all of them are in the workbook.",
    ),
    "report_no_figures": (
        "本报告没有图件。{why}",
        "This report has no maps. {why}",
    ),
    "report_digests": ("数据指纹（SHA-256 前 16 位）", "Fingerprints of the data (first 16 characters of SHA-256)"),
    "report_results": ("结果表", "Table of results"),
    "report_document": ("规划原文", "Document of the plan"),
    "report_manifest": (
        "本页内含运行清单，可用 read_manifest 读取并与另一次运行比较。",
        "This page holds its run manifest: read_manifest reads it and compares it with another run.",
    ),
    "report_rules": ("通用口径", "Rules"),
    "fingerprint": ("指纹", "Fingerprint"),
    "behind": ("假设、方法与冲突", "Assumptions, methods, contradictions"),
    "no_walk": ("不可达", "unreachable"),
    "of_share": ("比例", "share"),
}
"""Headings and sentences of the report."""

TABLES: dict[str, tuple[str, str]] = {
    "table_summary": ("指标达标总表", "Standards and their targets"),
    "table_summary_note": (
        "每项标准一行，取考核范围或全市的数值；达标、不达标单元数只计已判定的单元。",
        "One row per standard, the value of its own area or of the whole city; only judged zones are counted.",
    ),
    "table_shortfalls": ("{level}短板清单", "Shortfalls: {level}"),
    "table_shortfalls_note": (
        "未达到目标值的单元；参考判定的目标值是假设的或替代的，不作结论。",
        "Zones below the target; a reference judgement has an assumed or substitute target, and no verdict.",
    ),
    "table_priorities": ("补短板优先级排名", "What to mend first"),
    "table_priorities_note": (
        "约束性指标在前，其后按未覆盖人数（按单元计数的标准取常住人口）由多到少。",
        "Binding standards first, then by residents not covered (by all residents for standards counted by zone).",
    ),
    "table_facility_gaps": ("设施缺口表", "Facilities missing"),
    "table_facility_gaps_note": (
        "现有、应有与缺口；各单元缺口之和不等于全市缺口。",
        "What is there, what is required, what is missing; the gaps of zones do not add up to that of the city.",
    ),
    "table_blind_spots": ("服务盲区清单", "Gap areas"),
    "table_blind_spots_note": (
        "未覆盖且相连的居民点合为一处盲区；单元为居民最多的所在单元。",
        "Uncovered cells that lie together are one gap area; its zone is where most of its residents live.",
    ),
    "table_urban_rural": ("城乡差距表", "Urban and rural"),
    "table_urban_rural_note": (
        "城乡按居民点所在地划分；差距为城镇覆盖率减农村覆盖率。",
        "Urban or rural is a matter of the cell of origin; the difference is the urban share less the rural one.",
    ),
    "table_enough": ("数量达标但覆盖不足清单", "Enough facilities, yet not within reach"),
    "table_enough_note": (
        "设施数量达到标准，但仍有居民步行不可及。",
        "Zones with enough facilities of a service that not everybody can walk to.",
    ),
    "table_sites": ("选址建议表（{id}）", "Proposed sites ({id})"),
    "table_sites_note": (
        "建议点供比选，须按用地、权属等条件核实；覆盖率为累计值。",
        "Sites to choose from, to be checked against land use and ownership; shares are cumulative.",
    ),
    "table_comparison": ("方案对比表", "Comparison"),
    "table_comparison_note": (
        "只列有变化的行：之前为基准，之后为本次评估。",
        "Rows that change: before is the baseline, after is this assessment.",
    ),
    "table_comparison_from": (
        "只列有变化的行：之前为本次评估，之后为改变以后。",
        "Rows that change: before is this assessment, after is what a change would make of it.",
    ),
    "table_sensitivity": ("敏感性表", "Sensitivity"),
    "table_sensitivity_note": (
        "一次只改一个参数；只列达标与否或分级因此改变的行。",
        "One parameter is varied at a time; rows whose meeting the target, or whose grade, changes.",
    ),
    "table_data_quality": ("数据质量表", "Quality of the data"),
    "table_data_quality_note": (
        "读取与检查数据时的发现；修复均已列出。",
        "What was found while reading and checking the data; every repair is listed.",
    ),
    "table_assumptions": ("假设表", "Assumptions"),
    "table_assumptions_note": (
        "规划没有写明、由本次评估设定的内容。",
        "What the plan does not say and this assessment had to set.",
    ),
    "table_conflicts": ("原文冲突表", "Contradictions of the plan"),
    "table_conflicts_note": (
        "规划前后不一致之处：“处理”说明采用的数值，“另一数值”为未采用的数值及其原文。",
        "Where the plan contradicts itself: how it is resolved says the value used; beside it the other value.",
    ),
    "table_citations": ("规划条文", "Clauses"),
    "table_citations_note": (
        "每个数值的依据：章节、行号与原文。",
        "What every figure rests on: section, line and the words.",
    ),
    "sheet_title": ("公共服务规划实施评估附表", "Public-service plan: tables of the assessment"),
    "sheet_contents": ("目录", "Contents"),
    "sheet_basis": ("口径说明", "Rules and sources"),
    "sheet_rows": ("行数", "Rows"),
    "sheet_sheet": ("工作表", "Sheet"),
    "sheet_note": ("说明", "About"),
    "sheet_sources": ("规划与数据来源", "Plan and data"),
    "sheet_colours": ("底色只表示文字已写明的结论。", "Colours say no more than the words in the cell."),
    "head_op": ("要求", "Rule"),
    "head_other": ("另一数值", "The other value"),
    "head_line": ("行号", "Line"),
    "head_quote": ("条文", "Words"),
    "head_section": ("章节", "Section"),
    "head_resolution": ("处理", "How it is resolved"),
}
"""Titles, notes and heads of the planners' tables."""

RULES: dict[str, tuple[str, str]] = {
    "rule_distance": (
        "步行距离为门到门：住处到道路的接驳距离、路网最短路、道路到设施的接驳距离之和；限值含等号，按米比较。",
        (
            "Walking distance is door to door: the way to the network, the shortest path on it, the way from it. A "
            "limit is met when the distance equals it; metres are compared."
        ),
    ),
    "rule_cover": (
        "覆盖率＝覆盖居民点的人口÷人口；不可达的居民计为未覆盖，并另列。",
        (
            "The share covered is the residents of covered cells over all residents; those out of walking reach are "
            "not covered, and are reported apart."
        ),
    ),
    "rule_border": (
        "可达类标准计入界外设施；千人指标与按单元配建的标准只计界内设施。",
        "Standards of access count facilities across a border; rates and standards per zone only those inside.",
    ),
    "rule_setting": (
        "城乡限值按出发地的城乡类别取值。",
        "Where limits differ, the urban or rural class of the place of origin decides.",
    ),
    "rule_required": (
        "应有数量向上取整；各单元缺口之和不等于全市缺口，两者分列。",
        "Required numbers are rounded up; gaps of zones do not add up to the city's gap, and both are shown.",
    ),
    "rule_left": (
        "面积覆盖、人口覆盖类的缺口是全部未覆盖的面积或居民，不止到目标，因此达标的也可能有缺口。",
        "The gap of a coverage is all that is left uncovered, not only up to the target: met standards may have one.",
    ),
    "rule_unknown": (
        "未知不等于零：未加载的图层记为无法评价；已加载而为空的图层记为零。",
        "Unknown is not zero: a layer that is not loaded is not evaluable, a layer that is loaded and empty is zero.",
    ),
    "rule_shown": (
        "结论按未取整的数值判定；显示位数足以与结论一致。",
        "Verdicts use values that are not rounded; enough digits are shown that none contradicts its verdict.",
    ),
}
"""The library's rules, in the order in which a report says them."""
