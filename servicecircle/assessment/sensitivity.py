"""Sensitivity: which verdicts and grades flip when an assumption is another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from servicecircle.assessment.judging import assess

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.city import City
    from servicecircle.plan import Plan

KEYS = ["standard_id", "zone_id", "class"]

SPEEDS_M_S = (0.8, 1.0, 1.2, 1.33)
SHARES = (0.90, 0.95, 1.0)
ACCESS_M = (200.0, 1000.0)
CODES = ("121", "122")
"""统计用城乡分类代码 whose places are urban by the national rule and often rural by a planner's."""


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """What follows from other assumptions. Made by `sensitivity`.

    Parameters
    ----------
    table
        One row per variation, standard, zone and class: parameter and setting (what was varied, and to what), value,
        grade and meets_target ``_base`` and as varied, ``flips`` (whether the target is met in one of the two only) and
        ``regrades`` (whether the grade changes).
    """

    table: pd.DataFrame

    @property
    def flips(self) -> pd.DataFrame:
        """Return the rows of `table` in which meeting the target, or the grade, changes."""
        return self.table[self.table["flips"] | self.table["regrades"]].reset_index(drop=True)

    def __repr__(self) -> str:
        counts = self.table.groupby(["parameter", "setting"], sort=False)[["flips", "regrades"]].sum().reset_index()
        return "\n".join(
            f"{row.parameter} = {row.setting}: {row.flips} verdicts flip, {row.regrades} grades change"
            for row in counts.itertuples()
        )

    def _repr_html_(self) -> str:
        return str(self.flips.to_html(index=False, escape=True))


def sensitivity(
    result: Assessment,
    *,
    speeds_m_s: Sequence[float] = SPEEDS_M_S,
    shares: Sequence[float] = SHARES,
    access_m: Sequence[float] = ACCESS_M,
    rural_codes: Sequence[str] = CODES,
    progress: bool = True,
) -> Sensitivity:
    """Return which verdicts and grades flip when walking speeds, assumed shares, access limit or classes are others.

    Parameters
    ----------
    result
        The assessment to vary; one thing at a time.
    speeds_m_s
        Walking speeds, m/s, each taken for every profile.
    shares
        Targets, each taken for every standard whose target is a share that is assumed or not verified.
    access_m
        Limits of the access leg, metres.
    rural_codes
        统计用城乡分类代码 whose cells are taken as rural, each for itself.
    progress
        Whether a progress bar is shown when it takes longer than two seconds.

    Returns
    -------
    Sensitivity

    Examples
    --------
    >>> import servicecircle as sc
    >>> plan = sc.read_plan("lianyungang-145").only("WT-01")
    >>> result = sc.assess(sc.sample_city(), plan)
    >>> varied = sc.sensitivity(result, speeds_m_s=[1.0, 1.33], shares=[], access_m=[], rural_codes=[])
    >>> varied.table.groupby("setting")["flips"].sum().to_dict()["1"]
    0
    """
    from tqdm.auto import tqdm

    city, plan = result.city, result.plan
    variations = [
        *(("speed", f"{speed:g}", city, _at_speed(plan, speed)) for speed in speeds_m_s),
        *(("share", f"{share:g}", city, _at_share(plan, share)) for share in shares),
        *(("access_m", f"{metres:g}", _at_access(city, metres), plan) for metres in access_m),
        *(("rural_code", code, _as_rural(city, code), plan) for code in rural_codes),
    ]
    parts = []
    for parameter, setting, where, what in tqdm(variations, desc="variations", unit="", delay=2, disable=not progress):
        varied = assess(where, what, since=result, progress=False)
        parts.append(_differences(result, varied, parameter, setting))
    columns = ["parameter", "setting", *KEYS, "zone_name", "level", "value_base", "value", "grade_base", "grade"]
    columns += ["meets_target_base", "meets_target", "flips", "regrades"]
    return Sensitivity(pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns))


def _at_speed(plan: Plan, speed_m_s: float) -> Plan:
    return plan.with_speeds(**dict.fromkeys(plan.profiles, speed_m_s))


def _at_share(plan: Plan, share: float) -> Plan:
    """Return the plan with another target for every standard whose target is an assumed share."""
    standards = [
        replace(one, target=replace(one.target, value=share))
        if one.unit == "share" and one.target.origin in {"assumed", "unverified"}
        else one
        for one in plan.standards
    ]
    return replace(plan, standards=tuple(standards))


def _at_access(city: City, metres: float) -> City:
    return replace(city, access=replace(city.access, max_access_m=metres))


def _as_rural(city: City, code: str) -> City:
    """Return the city with the cells of zones of a classification code taken as rural."""
    if "urban_rural_code" not in city.zones or "setting" not in city.population:
        return city
    zones = set(city.zones.loc[city.zones["urban_rural_code"] == code, "zone_id"])
    inside = city.cell_zones.isin(zones).any(axis=1).to_numpy()
    cells = city.population.assign(setting=city.population["setting"].where(~inside, "rural"))
    return replace(city, population=cells)


def _differences(base: Assessment, varied: Assessment, parameter: str, setting: str) -> pd.DataFrame:
    told = ["value", "grade", "meets_target"]
    old = base.table[[*KEYS, *told]]
    frame = varied.table[[*KEYS, "zone_name", "level", *told]].merge(old, on=KEYS, suffixes=("", "_base"))
    known = frame["meets_target"].notna() & frame["meets_target_base"].notna()
    other = (frame["meets_target"] != frame["meets_target_base"]).fillna(value=False).astype(bool)
    frame["flips"] = known & other
    frame["regrades"] = known & (frame["grade"].fillna("") != frame["grade_base"].fillna(""))
    return frame.assign(parameter=parameter, setting=setting)
