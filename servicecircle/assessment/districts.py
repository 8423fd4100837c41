"""Districts by 行政区 and by 管理主体 beside each other: two partitions of one city, never summed together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicecircle.assessment.judging import assess
from servicecircle.assessment.rows import WHOLE_CITY
from servicecircle.assessment.wording import worded

if TYPE_CHECKING:
    import pandas as pd

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.words import Language

FIGURES = ("value", "numerator", "denominator", "pop_total", "facilities_n", "status", "verdict")
PARTITIONS = ("admin", "manager")


def districts_table(
    result: Assessment, *, level: str = "县区", column: str = "manager", language: Language | None = None
) -> pd.DataFrame:
    """Return the figures of each district as it is administered (行政区) and as it is managed (管理主体).

    A functional zone (功能区) overlaps the district around it. By manager it is a district of its own and the other one
    is what is left; so each of the two partitions sums to the city, and figures of both are never to be added up.

    Parameters
    ----------
    result
        The assessment of the city as it is administered.
    level
        The level of the districts.
    column
        The column of the zones that names who manages them.
    language
        ``"zh"`` or ``"en"``: heads and terms in that language; None keeps the names that programs use.

    Returns
    -------
    DataFrame
        One row per standard, class and district, and one for the whole city: standard_id, name_zh, name_en (or name),
        class, level, zone_name, unit; value, numerator, denominator, pop_total (residents), facilities_n, status and
        verdict, each ``_admin`` and ``_manager``; and ``difference`` of the values, managed less administered. A
        district that only one of the partitions has is missing in the other.

    Raises
    ------
    InputError
        If the zones lack the column, or no zone below the level has a value in it.

    Examples
    --------
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("YY-01"))
    >>> table = sc.districts_table(result).set_index("zone_name")
    >>> table.loc[["望潮区", "临潮产业园区"], ["pop_total_admin", "pop_total_manager"]].to_numpy().tolist()
    [[101059.0, 94582.0], [nan, 6477.0]]
    """
    managed = assess(result.city.districts_by(column, level=level), result.plan, since=result, progress=False)
    keys = ["standard_id", "class", "level", "zone_id"]
    parts = [
        one.table[one.table["level"].isin([level, WHOLE_CITY])]
        .set_index(keys)[["zone_name", *FIGURES]]
        .add_suffix(f"_{partition}")
        for one, partition in zip((result, managed), PARTITIONS, strict=True)
    ]
    both = parts[0].join(parts[1], how="outer")
    order = {one: place for place, one in enumerate(result.plan.ids)}
    frame = both.reset_index().sort_values(keys, key=lambda one: one.map(order) if one.name == keys[0] else one)
    frame["zone_name"] = frame["zone_name_manager"].fillna(frame["zone_name_admin"])
    frame["difference"] = frame["value_manager"] - frame["value_admin"]
    for name in ("unit", "name_zh", "name_en"):
        frame[name] = [getattr(result.plan[one], name) for one in frame["standard_id"]]
    beside = [f"{figure}_{partition}" for figure in FIGURES for partition in PARTITIONS]
    names = ["name_zh", "name_en"] if language is None else [f"name_{language}"]
    told = frame[["standard_id", *names, *keys[1:3], "zone_name", "unit", *beside, "difference"]]
    told = told.reset_index(drop=True)
    return told if language is None else worded(told.rename(columns={names[0]: "name"}), language)
