"""What a proposal says of its aim and its proof, in the words of planners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from servicecircle.siting.proposal import Proposal
    from servicecircle.words import Language

AIMS = {
    "most_covered": ("目标人群覆盖人数（含现有）", "residents of the group covered, those covered today included"),
    "fewest_sites": ("建设处数或造价", "number of sites, or their cost"),
    "fairest": ("目标人群覆盖人数（最差者优先）", "residents of the group covered, the worst-off first"),
    "least_walk": ("目标人群步行总距离（人·米）", "walking of the group in total (residents x metres)"),
    "shortest_worst_walk": ("最远步行距离（米）", "longest walk (metres)"),
    "most_served": ("容量内可服务人数（含现有）", "residents served within capacity, by existing facilities too"),
    "fewest_serving": ("建设处数或造价（容量内）", "number of sites, or their cost, within capacity"),
    "least_walk_served": ("容量内步行总距离（人·米）", "walking in total within capacity (residents x metres)"),
    "provision_gap": ("新增设施的步行覆盖人数", "residents covered on foot, zone by zone"),
}
"""What the objective of each kind of problem counts."""

STOPS = {
    "time": ("达到时间上限", "the time was up"),
    "nodes": ("达到搜索上限", "the search had as many nodes as it may"),
    "rounds": ("达到迭代上限", "the bound had as many rounds as it may"),
    "size": ("规模过大，未作精确搜索", "too large for an exact search"),
    "gap": ("已达到要求的差距", "the gap asked for was reached"),
    "interrupted": ("已中断，取当前最优", "interrupted, the best so far"),
}

WHOLE = 1000
"""Objectives from here on are written without decimals."""


def aim_of(proposal: Proposal, language: Language) -> str:
    """Return the objective in words."""
    zh, en = proposal.aim
    said = number(proposal.objective)
    floor = proposal.solution.floor
    worst = "" if np.isnan(floor) else f"，最差组 {floor:.1%}" if language == "zh" else f", worst-off group {floor:.1%}"
    return f"{zh}：{said}{worst}" if language == "zh" else f"{en}: {said}{worst}"


def proof_of(proposal: Proposal, language: Language) -> str:
    """Return how good the choice is known to be, in words."""
    zh, en = STOPS.get(proposal.stopped, ("", ""))
    if proposal.failure is not None:
        return "不可行，已给出能做到的部分" if language == "zh" else "not feasible: what can be done of it"
    if proposal.proven:
        return "已证明最优" if language == "zh" else "proven: no choice is better"
    bound, gap = number(proposal.bound), f"{proposal.gap:.2%}"
    if language == "zh":
        return f"界限 {bound}，差距 {gap}" + (f"（{zh}）" if zh else "")
    return f"bound {bound}, gap {gap}" + (f" ({en})" if en else "")


def number(value: float) -> str:
    """Return a number as people write it.

    Examples
    --------
    >>> number(1234567.4), number(2.5), number(float("inf"))
    ('1,234,567', '2.5', 'inf')
    """
    return f"{value:,.0f}" if np.isfinite(value) and abs(value) >= WHOLE else f"{value:,.6g}"


def written(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of sites with its numbers as people write them: shares in per cent, all else whole."""
    frame = table.copy()
    for name in frame.columns:
        if str(name).startswith("share_"):
            frame[name] = [f"{one:.1%}" if np.isfinite(one) else "" for one in table[name]]
        elif table[name].dtype.kind == "f":
            frame[name] = [number(one) if np.isfinite(one) else "" for one in table[name].round(2)]
    return frame
