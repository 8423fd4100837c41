"""The terms that stand in tables, reports and on maps, Chinese and English: one vocabulary everywhere."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

Terms = dict[str, tuple[str, str]]

_STATUSES: Terms = {
    "judged": ("已判定", "judged"),
    "reference": ("参考判定", "reference judgement (target assumed, or a proxy)"),
    "info": ("参考值", "for information"),
    "not_applicable": ("不适用", "not applicable"),
    "out_of_scope": ("不在考核范围", "out of scope"),
    "not_evaluable": ("缺数据,无法评价", "not evaluable: data missing"),
    "no_population": ("无人口", "no population"),
}

_MEASURES: Terms = {
    "reach": ("可达", "reach"),
    "coverage": ("面积覆盖", "area coverage"),
    "provision": ("千人指标", "provision per resident"),
    "presence": ("设施配建", "presence in each unit"),
    "share": ("占比", "share"),
    "composite": ("组合", "composite"),
    "travel_time": ("行程时间", "travel time"),
    "connection": ("连通", "connection"),
    "stock": ("存量", "stock"),
    "register": ("登记", "register"),
}

_GROUPS: Terms = {
    "pop_total": ("常住人口", "residents"),
    "pop_0_2": ("3岁以下婴幼儿", "children under 3"),
    "pop_3_5": ("3-5岁幼儿(学前三年)", "children aged 3 to 5"),
    "pop_6_14": ("6-14岁儿童", "children aged 6 to 14"),
    "pop_60p": ("60岁及以上老年人", "residents aged 60 and over"),
    "pop_65p": ("65岁及以上老年人", "residents aged 65 and over"),
}

_SERVICES: Terms = {
    "*": ("各类设施", "facilities of any kind"),
    "affordable_housing": ("保障性住房", "affordable housing"),
    "afforestation": ("造林地块", "planted woodland"),
    "artificial_beach": ("人工沙滩", "artificial beach"),
    "black_odorous_river": ("黑臭水体", "polluted river"),
    "bridge_project": ("危桥改造", "bridge rebuilt"),
    "broadcast_terminal": ("应急广播终端", "emergency-broadcast terminal"),
    "bus_route": ("公交线路", "bus route"),
    "bus_stop": ("公交站点", "bus stop"),
    "cemetery": ("公墓", "cemetery"),
    "chc": ("社区卫生服务中心", "community health centre (primary care)"),
    "childcare": ("托育机构", "childcare centre"),
    "city_centre": ("市区中心", "city centre"),
    "columbarium": ("骨灰安放(葬)设施", "columbarium"),
    "community_health": ("社区卫生服务机构", "community health service"),
    "county_seat": ("县城", "county seat"),
    "court": ("法院", "court"),
    "culture": ("综合性文化服务中心", "cultural service centre"),
    "culture_space": ("最美公共文化空间", "finest public cultural space"),
    "detention_centre": ("看守所", "detention centre"),
    "disabled_care": ("残疾人托养服务机构", "care service for disabled people"),
    "eco_corridor": ("生态廊道", "ecological corridor"),
    "eco_river": ("农村生态河道", "ecological rural river"),
    "economic_node": ("重要产业、旅游、物流节点", "key industrial, tourist or logistics site"),
    "elderly_center": ("综合性养老服务中心", "comprehensive elderly-care centre"),
    "elderly_institution": ("养老机构", "elderly-care institution"),
    "elderly_station": ("老年服务站", "elderly service station"),
    "ferry_bridge": ("撤渡建桥", "bridge in place of a ferry"),
    "fitness": ("体育健身场地", "sports and fitness ground"),
    "fitness_center": ("全民健身中心", "public fitness centre"),
    "fitness_square": ("健身广场", "fitness square"),
    "funeral_service": ("守灵中心、殡仪服务站", "vigil and funeral service"),
    "grocery": ("菜市场、便利店", "grocery"),
    "hazardous_waste": ("危险废物处置设施", "hazardous-waste plant"),
    "health_facility": ("医疗卫生机构", "health facility"),
    "health_station": ("社区卫生服务站", "community health station"),
    "hospital": ("医院", "hospital"),
    "key_district": ("重点片区", "key area"),
    "kindergarten": ("幼儿园", "kindergarten"),
    "library_branch": ("图书馆分馆", "branch library"),
    "mch": ("妇幼保健机构", "maternal and child health institution"),
    "minor_rescue": ("未成年人救助保护机构", "rescue institution for minors"),
    "minor_station": ("未成年人保护工作站", "minors-protection station"),
    "new_estate": ("新建居住社区", "new housing estate"),
    "old_estate": ("城镇老旧小区", "old housing estate"),
    "parent_school": ("家长学校", "parent school"),
    "park": ("公园绿地", "park"),
    "party_service_center": ("党群服务中心", "Party and community service centre"),
    "patrol_point": ("巡逻点", "patrol point"),
    "pharmacy": ("药店", "pharmacy"),
    "police_post": ("警务站", "police post"),
    "primary_care": ("基层医疗卫生机构", "primary-care institution"),
    "primary_school": ("小学", "primary school"),
    "road_project": ("农村公路项目", "rural road project"),
    "rural_teacher_station": ("乡村骨干教师培育站", "training station for rural teachers"),
    "school": ("中小学", "school"),
    "seawall": ("生态化海堤", "ecological sea wall"),
    "senior_university": ("老年大学", "university for older people"),
    "shanty_area": ("棚户区(危旧房)", "run-down urban housing"),
    "startup_platform": ("创业服务平台", "platform for founders"),
    "tcm_hospital": ("中医医院", "hospital of Chinese medicine"),
    "tcm_model_unit": ("基层中医药工作先进(示范)单位", "county recognised for Chinese medicine"),
    "tourist_toilet": ("旅游厕所", "tourist toilet"),
    "township_hospital": ("乡镇卫生院", "township hospital"),
    "township_seat": ("乡镇驻地", "township seat"),
    "veteran_station": ("退役军人服务站", "veterans' service station"),
    "veterans_home": ("戎耀之家", "veterans' home"),
    "village_clinic": ("村卫生室", "village clinic"),
    "villager_activity_center": ("村(居)民活动中心", "villagers' activity centre"),
    "vocational_school": ("中等职业学校", "secondary vocational school"),
    "wetland_restoration": ("滨海湿地修复", "restored coastal wetland"),
}

_AREAS: Terms = {
    "built_up": ("中心城区建成区", "built-up area of the central city"),
    "centre": ("中心城区", "central city"),
    "main_city": ("主城区", "main urban area"),
    "green": ("绿地", "green space"),
    "forest": ("林木覆盖", "tree cover"),
    "barrier": ("阻隔", "barrier"),
    "water": ("水域", "water"),
    "planned_village": ("规划发展村庄", "village planned to develop"),
    "urban_growth": ("城镇开发边界", "urban development boundary"),
    "permanent_farmland": ("永久基本农田", "permanent basic farmland"),
    "ecological_redline": ("生态保护红线", "ecological protection red line"),
    "urban": ("城镇", "urban"),
    "rural": ("农村", "rural"),
    "全市": ("全市", "whole city"),
    "县区": ("县区", "county or district"),
    "县": ("县", "county"),
    "街道": ("街道", "sub-district"),
    "乡镇": ("乡镇", "township"),
    "社区": ("社区", "community"),
    "行政村": ("行政村", "village"),
    "功能区": ("功能区", "functional zone"),
}

_OTHER: Terms = {
    "meets": ("达标", "meets the standard"),
    "fails": ("不达标", "does not meet the standard"),
    "约束性": ("约束性", "binding"),
    "预期性": ("预期性", "indicative"),
    "未标注": ("未标注", "not marked"),
    "stated": ("规划明示", "stated"),
    "assumed": ("假设", "assumed"),
    "unverified": ("未核实", "unverified"),
    "stated_2020_hold": ("保持2020年水平", "2020 value, to be held"),
    "lost_in_source": ("原文缺失", "lost in the source"),
    "none": ("无", "none"),
    "standard": ("标准", "standard"),
    "status": ("状态", "status"),
    "value": ("现状值", "value"),
    "target": ("目标值", "target"),
    "base_value": ("基期值", "baseline value"),
    "gap": ("缺口", "gap"),
    "citation": ("原文", "citation"),
    "assumption": ("假设", "assumption"),
    "conflict": ("原文冲突", "conflict in the source"),
    "legend": ("图例", "legend"),
    "covered": ("已覆盖", "covered"),
    "uncovered": ("未覆盖", "not covered"),
    "unreachable": ("无法步行到达", "out of walking reach"),
    "metres": ("米", "m"),
    "minutes": ("分钟", "min"),
    "residents": ("居民(人)", "residents"),
    "isochrone": ("等时圈", "isochrone"),
    "facilities": ("设施", "facilities"),
    "zones": ("单元", "zones"),
    "cells": ("居民点", "cells"),
    "gap_areas": ("盲区", "gap areas"),
    "walking_time": ("步行时间", "walking time"),
    "walking_distance": ("步行距离", "walking distance"),
    "straight_line": ("直线距离", "straight-line distance"),
    "walk_network": ("步行网络", "walk network"),
    "entrances": ("出入口", "entrances"),
    "drive_network": ("道路网", "drive network"),
    "bus_lines": ("公交线路", "bus lines"),
    "missing_services": ("缺少的服务", "missing services"),
    "general": ("一般居民", "general walker"),
    "elderly": ("老年人", "older walker"),
    "child": ("儿童", "child"),
}

_HEADS: Terms = {
    "about": ("涉及", "about"),
    "access_m": ("接驳距离上限(米)", "limit of the way to the network (m)"),
    "admin": ("行政区", "as administered"),
    "after": ("之后", "after"),
    "area_m2": ("面积(平方米)", "area (m2)"),
    "base": ("基准", "base"),
    "base_origin": ("基期来源", "origin of the baseline"),
    "base_year": ("基期年", "baseline year"),
    "before": ("之前", "before"),
    "capacity": ("现有容量", "capacity"),
    "capacity_missing": ("容量缺口", "capacity missing"),
    "capacity_required": ("应有容量", "capacity required"),
    "change": ("变化", "change"),
    "class": ("类别", "class"),
    "column": ("列", "column"),
    "computed": ("计算所得", "computed"),
    "cost": ("造价", "cost"),
    "count": ("行数", "rows concerned"),
    "cumulative_gain": ("累计新增覆盖人数", "residents newly covered, in all"),
    "denominator": ("分母", "denominator"),
    "difference": ("差距", "difference"),
    "done": ("完成程度", "share of the way done"),
    "estimated": ("估算", "estimated"),
    "facilities_missing": ("设施缺口", "facilities missing"),
    "facilities_n": ("现有设施", "facilities there"),
    "facilities_required": ("应有设施", "facilities required"),
    "finding": ("内容", "finding"),
    "flips": ("达标与否改变", "target met in one only"),
    "gain": ("新增覆盖人数", "residents newly covered"),
    "gain_3_5": ("新增覆盖3-5岁(人)", "newly covered, aged 3 to 5"),
    "gain_60p": ("新增覆盖60岁及以上(人)", "newly covered, aged 60 and over"),
    "gap_id": ("盲区编号", "gap area"),
    "gap_unit": ("缺口单位", "unit of the gap"),
    "grade": ("分级", "grade"),
    "group": ("人群", "group of residents"),
    "group_residents": ("目标人群(人)", "residents of the group"),
    "group_uncovered": ("未覆盖人数", "residents not covered"),
    "kind": ("种类", "kind"),
    "layer": ("图层", "layer"),
    "left": ("结余", "money left"),
    "level": ("层级", "level"),
    "loss": ("不再覆盖人数", "residents no longer covered"),
    "manager": ("管理主体", "as managed"),
    "measure": ("算法", "measure"),
    "meets_target": ("达到目标", "meets the target"),
    "nature": ("指标属性", "nature"),
    "new_covered": ("新增格网中已覆盖人数", "residents of new cells, covered"),
    "new_uncovered": ("新增格网中未覆盖人数", "residents of new cells, not covered"),
    "no": ("否", "no"),
    "numerator": ("分子", "numerator"),
    "p50_min_rural": ("农村中位步行分钟", "median minutes, rural"),
    "p50_min_urban": ("城镇中位步行分钟", "median minutes, urban"),
    "parameter": ("参数", "parameter"),
    "places": ("学位或床位(个)", "places"),
    "plan": ("规划", "plan"),
    "proxy": ("替代指标", "proxy"),
    "rank": ("排名", "rank"),
    "reason": ("原因", "reason"),
    "reach_standard": ("覆盖标准", "standard of reach"),
    "reach_value": ("覆盖率", "share reached"),
    "regrades": ("分级改变", "grade changes"),
    "rows": ("示例行", "rows"),
    "severity": ("性质", "severity"),
    "served": ("可服务人数", "residents served"),
    "share_after": ("建成后覆盖率", "share covered with the sites"),
    "share_before": ("现状覆盖率", "share covered today"),
    "share_rural": ("农村覆盖率", "share covered, rural"),
    "share_urban": ("城镇覆盖率", "share covered, urban"),
    "site_id": ("候选点", "candidate"),
    "sites": ("建议点(处)", "sites"),
    "size": ("规模", "size"),
    "spent": ("投入", "spent"),
    "speed": ("步速", "speed"),
    "standard_name": ("名称", "name"),
    "target_origin": ("目标来源", "origin of the target"),
    "target_year": ("目标年", "target year"),
    "today": ("现状", "today"),
    "unit": ("单位", "unit"),
    "urban_rural_code": ("统计用城乡分类代码", "urban-rural classification code"),
    "varied_to": ("取值", "taken as"),
    "verdict": ("结论", "verdict"),
    "worst_minutes": ("最远步行分钟", "longest walk (min)"),
    "x": ("横坐标(米)", "x (m)"),
    "y": ("纵坐标(米)", "y (m)"),
    "year": ("年份", "year"),
    "yes": ("是", "yes"),
    "zone": ("单元", "zone"),
    "zones_failed": ("不达标单元数", "zones that fail"),
    "zones_met": ("达标单元数", "zones that meet it"),
    "error": ("错误", "error"),
    "repair": ("已修复", "repaired"),
    "warning": ("警告", "warning"),
    "all": ("全部", "all"),
}

_EQUITY: Terms = {
    "access": ("可及性", "access"),
    "2sfca": ("两步移动搜索法", "two-step floating catchment area"),
    "e2sfca": ("增强两步移动搜索法", "enhanced two-step floating catchment area"),
    "cumulative": ("累积机会法", "cumulative count"),
    "catchment": ("搜索范围", "catchment"),
    "demand": ("需求人数", "demand"),
    "ratio": ("供需比", "supply-demand ratio"),
    "unserved": ("未获服务(人)", "unserved residents"),
    "mean": ("均值", "mean"),
    "p10": ("第10百分位", "10th percentile"),
    "p50": ("中位数", "median"),
    "p90": ("第90百分位", "90th percentile"),
    "gini": ("基尼系数", "Gini coefficient"),
    "palma": ("帕尔玛比值", "Palma ratio"),
    "cv": ("变异系数", "coefficient of variation"),
    "urban_rural_difference": ("城乡差距", "urban-rural difference"),
    "urban_rural_ratio": ("城乡比", "urban-rural ratio"),
    "difference_from_all": ("与全体之差", "difference from all residents"),
    "ratio_to_all": ("与全体之比", "ratio to all residents"),
}

_CLOSING: Terms = {
    "below_minimum": ("低于最小规模", "below the minimum"),
    "beyond_limit": ("超限人数", "of them beyond the limit"),
    "by_bus": ("乘校车人数", "of them by school bus"),
    "children": ("转园人数", "children who move"),
    "children_beyond": ("限距外儿童", "children beyond the limit"),
    "children_nearest": ("就近儿童数", "children nearest to it"),
    "enrolment": ("在园人数", "enrolment"),
    "facility_id": ("设施编号", "facility id"),
    "facility_name": ("设施", "facility"),
    "free_places": ("空余学位", "free places"),
    "longest_minutes": ("最远分钟", "longest way (min)"),
    "newly_beyond": ("新增限距外儿童", "children newly beyond the limit"),
    "received": ("接收人数", "children received"),
    "receiver_id": ("接收设施编号", "id of the receiving facility"),
    "receiver_name": ("接收设施", "receiving facility"),
    "receivers": ("接收设施及人数", "receiving facilities, children each"),
    "residents_beyond": ("限距外居民", "residents beyond the limit"),
    "without_place": ("无学位人数", "children without a place"),
    "zone_id": ("单元编号", "zone id"),
}

SERVICES = tuple(_SERVICES)
"""Every service that this vocabulary names; a plan and a city may hold others too."""

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    _STATUSES | _MEASURES | _GROUPS | _SERVICES | _AREAS | _OTHER | _HEADS | _EQUITY | _CLOSING
)
"""Every term by its key: Chinese, English."""


def word(key: str, language: Language) -> str:
    """Return a term in a language.

    Parameters
    ----------
    key
        The name that columns, plan files and this library use, for example ``"kindergarten"`` or ``"judged"``.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    str
        The term; the key itself if there is no term for it, since a city may hold services and areas of its own.

    Raises
    ------
    InputError
        If the language is another one.

    Examples
    --------
    >>> word("kindergarten", "zh"), word("reference", "zh")
    ('幼儿园', '参考判定')
    >>> word("kindergarten", "en"), word("my_service", "en")
    ('kindergarten', 'my_service')
    """
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES)
    both = WORDS.get(key)
    return both[LANGUAGES.index(language)] if both else key
