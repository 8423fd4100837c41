"""Why a facility that is under its minimum enrolment stays open, and why a closing asked for cannot be done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.siting.closing_model import ROUNDING, Ask
from servicecircle.siting.closing_program import merge
from servicecircle.siting.solution import Shortfall
from servicecircle.text import listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.closing_ground import Enrolled
    from servicecircle.siting.closing_model import Merger
    from servicecircle.siting.closing_program import Merged
    from servicecircle.siting.instance import Effort

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

Reason = tuple[str, str, str]
"""A short code, then English and Chinese."""

KEPT: Reason = ("kept", "it was asked to be kept.", "已指定保留。")
UNKNOWN: Reason = (
    "unknown",
    "how many children it has, or where they live, is not known.",
    "在园人数或幼儿住处未知。",
)
MOST: Reason = ("most", "no more may be closed.", "已达允许撤并的数量。")
STOPPED: Reason = ("stopped", "the search was ended before it was decided.", "求解提前结束，尚未定论。")
MOST_NAMES = 5

TRACE = 1e-3
"""Fewer children than this are what the tolerances of a search leave."""


def why_open(
    enrolled: Enrolled, merged: Merged, ask: Ask, *, among: Flags, keep: Flags, effort: Effort
) -> pd.DataFrame:
    """Return the facilities that stay open under the minimum enrolment though they might have closed, and why."""
    after = merged.enrolled_after
    stays = among & (enrolled.small | ~enrolled.homes_known)
    stays[merged.closed] = False
    small = np.isnan(enrolled.enrolled) | (after < enrolled.min_enrolment - ROUNDING)
    rows = []
    for facility in np.flatnonzero(stays & small).tolist():
        if keep[facility]:
            reason = KEPT
        elif not enrolled.homes_known[facility]:
            reason = UNKNOWN
        else:
            reason = _reason(enrolled, merged, ask, facility, effort=effort)
        rows.append((facility, *reason))
    return pd.DataFrame(rows, columns=["facility", "why", "en", "zh"])


def _reason(enrolled: Enrolled, merged: Merged, ask: Ask, facility: int, *, effort: Effort) -> Reason:
    """Return why one facility stays open: tried alone, then together with those that close."""
    merger = enrolled.merger
    alone = merger.of(np.array([facility]))
    reach = ~_has_near(replace(merger, free=np.full(len(merger.free), np.inf)).of(alone.may_close, near_only=True))
    children = float(alone.children[reach].sum())
    if children > ask.leave + TRACE:
        return _too_far(enrolled, facility, reach, children)
    short = _unplaced(merger, alone.may_close, effort)
    if short > ask.leave + TRACE:
        nobody = not _has_near(merger.of(alone.may_close, near_only=True)).any()
        en = "no other within the limit has a free place" if nobody else "too few free places within the limit"
        zh = "限距内其他设施均无空余学位" if nobody else "限距内空余学位不足"
        return "places", f"{en}: {_told(short)} short.", f"{zh}，缺 {_told(short)} 个。"
    if ask.most is not None and len(merged.closed) >= ask.most:
        return MOST
    together = np.union1d(merged.closed, [facility])
    short = _unplaced(merger, together, effort)
    if short > ask.leave + TRACE:
        en = (
            f"alone it could close, but not together with those that do: {_told(short)} children would find no place "
            "within the limit."
        )
        zh = f"单独可撤并，但与已撤并者同时撤并时，{_told(short)} 名幼儿在限距内无学位。"
        return "together", en, zh
    return STOPPED


def _has_near(merger: Merger) -> Flags:
    """Return which homes have any pair."""
    found = np.zeros(len(merger.children), dtype=np.bool_)
    found[merger.home] = True
    return found


def _unplaced(merger: Merger, closed: Ints, effort: Effort) -> float:
    """Return how many children would find no place within the limit if some facilities closed."""
    return merge(merger.of(closed), Ask(forced=True), effort).objective


def _too_far(enrolled: Enrolled, facility: int, reach: Flags, children: float) -> Reason:
    """Return how many children have no other facility within the limit, in which villages, and what would do."""
    cells = enrolled.homes_of(np.array([facility]))[reach]
    minutes = _next_minutes(enrolled.merger.of(np.array([facility])), reach)
    where, where_zh = _villages(enrolled, cells)
    before = float(enrolled.children[cells][~enrolled.now[1].near[cells]].sum())
    en = f"nobody else is within the limit of {_told(children)} children{where}"
    zh = f"{_told(children)} 名幼儿{where_zh}限距内无其他设施"
    if before > ROUNDING:
        en += f" ({_told(before)} of them are beyond it today already)"
        zh += f"（其中 {_told(before)} 名现状已超限）"
    if np.isfinite(minutes):
        en += f"; the next one is up to {minutes:.1f} minutes away"
        zh += f"；次近设施最远 {minutes:.1f} 分钟"
    return "reach", en + ".", zh + "。"


def _next_minutes(merger: Merger, homes: Flags) -> float:
    """Return the longest of the ways of some homes to the nearest other facility."""
    nearest = np.full(len(merger.children), np.inf)
    np.minimum.at(nearest, merger.home, merger.minutes)
    return float(nearest[homes].max(initial=0.0))


def _villages(enrolled: Enrolled, cells: Ints) -> tuple[str, str]:
    """Return in which zones some cells lie, as a part of a sentence."""
    zones = enrolled.zones.to_numpy()[cells]
    names = [enrolled.zone_names[zone] for zone in sorted({zone for zone in zones if isinstance(zone, str)})]
    told = "、".join(names[:MOST_NAMES]) + (f"等 {len(names)} 处" if len(names) > MOST_NAMES else "")
    return (f" in {listed(names, most=MOST_NAMES)}", f"（{told}）") if names else ("", "")


def _told(children: float) -> str:
    """Return a number of children, of which cells hold parts."""
    return f"{children:,.0f}" if children >= 1 else f"{children:.2g}"


def shortfall_of(enrolled: Enrolled, merged: Merged) -> Shortfall | None:
    """Return why a closing that was asked for leaves children without a place within the limit, if it does."""
    if merged.objective <= TRACE:
        return None
    merger, closed = merged.merger, merged.closed
    cells = enrolled.homes_of(closed)
    whole = enrolled.merger_of(closed)
    others = np.where(np.isin(np.arange(len(whole.free)), closed), 0.0, np.inf)
    reach = ~_has_near(replace(whole, free=others).of(closed, near_only=True))
    far = float(merger.children[reach].sum())
    lost = np.bincount(merger.home, weights=merged.moved * ~merger.near, minlength=len(cells)) + merged.unplaced
    full = float(lost[~reach].sum())
    parts, parts_zh = [], []
    if far > TRACE:
        where, where_zh = _villages(enrolled, cells[reach])
        parts.append(f"no facility that stays open is within the limit of {_told(far)} children{where}")
        parts_zh.append(f"{_told(far)} 名幼儿{where_zh}限距内没有保留的设施")
    if full > TRACE:
        where, where_zh = _villages(enrolled, cells[~reach & (lost > TRACE / len(lost))])
        parts.append(f"places within the limit are {_told(full)} short, for children{where}")
        parts_zh.append(f"限距内学位缺 {_told(full)} 个{where_zh}")
    reason = f"{'; '.join(parts)}. | {'；'.join(parts_zh)}。"
    return Shortfall(reason[:1].upper() + reason[1:], cells[lost > TRACE / len(lost)], float(lost.sum()))
