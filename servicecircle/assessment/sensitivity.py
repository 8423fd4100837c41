"""Sensitivity: which verdicts and grades flip when an assumption is another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from servicecircle.assessment.judging import assess
from servicecircle.assessment.reach import SETTINGS
from servicecircle.assessment.wording import worded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.city import City
    from servicecircle.plan import Plan
    from servicecircle.words import Language

KEYS = ["standard_id", "zone_id", "class"]
NAMES = ["name_zh", "name_en", "zone_name", "level", "unit"]

SPEEDS_M_S = (0.8, 1.0, 1.2, 1.33)
SHARES = (0.90, 0.95, 1.0)
ACCESS_M = (200.0, 1000.0)
CODES = ("121", "122")
"""统计用城乡分类代码 whose places are urban by the national rule and often rural by a planner's: both are tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """What follows from other assumptions. Made by `sensitivity`.

    Parameters
    ----------
    table
        One row per variation, standard, zone and class: parameter and setting (what was varied, and to what), names and
        unit, value, grade and meets_target ``_base`` and as varied, ``flips`` (whether the target is met in one of the
        two only) and ``regrades`` (whether the grade changes).
    """

    table: pd.DataFrame

    @property
    def flips(self) -> pd.DataFrame:
        """Return the rows of `table` in which meeting the target, or the grade, changes."""
        return self.table[self.table["flips"] | self.table["regrades"]].reset_index(drop=True)

    def table_in(self, language: Language = "zh") -> pd.DataFrame:
        """Return 敏感性表: the rows in which meeting the target, or the grade, changes, in the words of a language.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``.
        """
        columns = ["parameter", "setting", "standard_id", "name", "level", "zone_name", "class", "unit"]
        columns += ["value_base", "value", "grade_base", "grade", "meets_target_base", "meets_target"]
        return worded(self.flips.rename(columns={f"name_{language}": "name"})[columns], language)

    def __repr__(self) -> str:
        counts = self.table.groupby(["parameter", "setting"], sort=False)[["flips", "regrades"]].sum().reset_index()
        return "\n".join(
            f"{row.parameter} = {row.setting}: {row.flips} rows meet their target in one of the two only, "
            f"{row.regrades} grades change"
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
    codes: Sequence[str] = CODES,
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
    codes
        统计用城乡分类代码 whose cells are taken as urban, and as rural, each for itself.
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
    >>> varied = sc.sensitivity(result, speeds_m_s=[1.0, 1.33], shares=[], access_m=[], codes=[])
    >>> varied.table.groupby("setting")["flips"].sum().to_dict()["1"]
    0
    """
    from tqdm.auto import tqdm

    city, plan = result.city, result.plan
    variations = [
        *(("speed", f"{speed:g}", city, _at_speed(plan, speed)) for speed in speeds_m_s),
        *(("share", f"{share:g}", city, _at_share(plan, share)) for share in shares),
        *(("access_m", f"{metres:g}", _at_access(city, metres), plan) for metres in access_m),
        *(("urban_rural_code", f"{code} {to}", _moved(city, code, to), plan) for code in codes for to in SETTINGS),
    ]
    parts = []
    for parameter, setting, where, what in tqdm(variations, desc="variations", unit="", delay=2, disable=not progress):
        same = where is city and what is plan
        varied = result if same else assess(where, what, since=result, progress=False)
        parts.append(_differences(result, varied, parameter, setting))
    columns = ["parameter", "setting", *KEYS, *NAMES, "value_base", "value", "grade_base", "grade"]
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


def _moved(city: City, code: str, to: str) -> City:
    """Return the city with all cells of zones of a classification code taken as urban, or rural; itself if they are."""
    cells = city.population
    if "urban_rural_code" not in city.zones or "setting" not in cells:
        return city
    zones = set(city.zones.loc[city.zones["urban_rural_code"] == code, "zone_id"])
    inside = city.cell_zones.isin(zones).any(axis=1).to_numpy()
    if (cells["setting"][inside] == to).all():
        return city
    return replace(city, population=cells.assign(setting=cells["setting"].where(~inside, to)))


def _differences(base: Assessment, varied: Assessment, parameter: str, setting: str) -> pd.DataFrame:
    told = ["value", "grade", "meets_target"]
    old = base.table[[*KEYS, *told]]
    frame = varied.table[[*KEYS, *NAMES, *told]].merge(old, on=KEYS, suffixes=("", "_base"))
    known = frame["meets_target"].notna() & frame["meets_target_base"].notna()
    other = (frame["meets_target"] != frame["meets_target_base"]).fillna(value=False).astype(bool)
    frame["flips"] = known & other
    frame["regrades"] = known & (frame["grade"].fillna("") != frame["grade_base"].fillna(""))
    return frame.assign(parameter=parameter, setting=setting)
