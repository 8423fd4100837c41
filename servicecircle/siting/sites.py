"""best_sites: the siting problems in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from servicecircle.errors import InputError
from servicecircle.siting.conditions import Conditions, whole_above_zero
from servicecircle.siting.problems import CoverMost, CoverShare, LeastWalk, ShortestWorstWalk, WorstOffFirst

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.assessment import Assessment
    from servicecircle.siting.proposal import Proposal

Objective = Literal["cover", "median", "center", "equity"]


def best_sites(
    result: Assessment,
    standard_id: str,
    *,
    k: int = 5,
    until_share: float | None = None,
    budget: float | None = None,
    candidates: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
    objective: Objective = "cover",
) -> Proposal:
    """Propose sites for a standard of reach, with proof of how good they are.

    What it predicts is what assessing the city with the sites gives:
    ``assess(city.adding(proposal.facilities), plan)``. More can be asked of the problems it stands for: `CoverMost`,
    `CoverShare`, `LeastWalk`, `ShortestWorstWalk`, `WorstOffFirst` in ``servicecircle.siting``.

    Parameters
    ----------
    result
        The assessment to improve.
    standard_id
        A standard of reach that could be evaluated.
    k
        How many sites at most; fewer are proposed where no further one would help anybody.
    until_share
        If given, the fewest sites (the cheapest, where candidates have costs) with which this share of the group in
        scope is covered, whatever k.
    budget
        What the sites may cost together, in the unit of the candidates' ``cost``.
    candidates
        Points where a facility may be, in any declared CRS. Without them: the centre of each populated cell that is
        near a street.
    objective
        ``"cover"``: most residents of the group newly covered; ``"median"``: least walking in total; ``"center"``: the
        shortest longest walk; ``"equity"``: the worst-off zone of the smallest level the standard is judged at first.

    Returns
    -------
    Proposal

    Raises
    ------
    InputError
        If the standard is of another kind or was not evaluated, k is no whole number above zero, a share is not between
        0 and 1, the objective is unknown or does not go with ``until_share``, a budget is given without costs, or no
        candidate is there.
    CRSError
        If the candidates have no CRS.

    Examples
    --------
    >>> import servicecircle as sc
    >>> city = sc.sample_city()
    >>> plan = sc.read_plan("lianyungang-145").only("LY-01")
    >>> result = sc.assess(city, plan)
    >>> sites = sc.best_sites(result, "LY-01", k=2)
    >>> after = sc.assess(city.adding(sites.facilities), plan, since=result)
    >>> row = after.compare(result).table.query("zone_id == 'CITY' and `class` == 'all'").iloc[0]
    >>> bool(row["gain"] == sites.gain), sites.status
    (True, 'proven')
    """
    if objective not in get_args(Objective):
        raise InputError.unknown("objective", objective, get_args(Objective))
    conditions = Conditions(budget=budget)
    if until_share is not None:
        if objective != "cover":
            raise InputError(
                f"until_share asks for coverage; it does not go with objective={objective!r}. | until_share 只能与"
                "覆盖目标（cover）一起使用。"
            )
        problem = CoverShare(result, standard_id, share=until_share, candidates=candidates, conditions=conditions)
        return problem.solve()
    k = whole_above_zero("k", k)
    if objective == "median":
        return LeastWalk(result, standard_id, k=k, candidates=candidates, conditions=conditions).solve()
    if objective == "center":
        return ShortestWorstWalk(result, standard_id, k=k, candidates=candidates, conditions=conditions).solve()
    if objective == "equity":
        among = _level_of(result, standard_id)
        fair = WorstOffFirst(result, standard_id, k=k, among=among, candidates=candidates, conditions=conditions)
        return fair.solve()
    return CoverMost(result, standard_id, k=k, candidates=candidates, conditions=conditions).solve()


def _level_of(result: Assessment, standard_id: str) -> str:
    """Return the smallest level of zones that a standard is judged at; of the city's levels where it is at none."""
    standard = result.plan[standard_id]
    levels = [str(one) for one in result.ground.cell_zones.columns]
    judged = [one for one in levels if one in {*standard.judge, *standard.inform}]
    return (judged or levels)[-1]
