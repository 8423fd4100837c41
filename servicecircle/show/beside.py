"""What is told beside an assessment has to be of that assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servicecircle.assessment import Comparison
from servicecircle.errors import InputError
from servicecircle.plan import Reach
from servicecircle.siting import Proposal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.assessment import Assessment

KEYS = ["standard_id", "zone_id", "class"]
SAME = 1e-9


def named(standards: str | Sequence[str]) -> tuple[str, ...]:
    """Return ids of standards given as one or as several."""
    return (standards,) if isinstance(standards, str) else tuple(standards)


def checked_comparison(result: Assessment, comparison: object) -> Comparison | None:
    """Return a comparison if it ends at an assessment, or starts from it; InputError if it does neither.

    Parameters
    ----------
    result
        The assessment.
    comparison
        What was given as its comparison with a baseline; None is none.
    """
    if comparison is None:
        return None
    if not isinstance(comparison, Comparison):
        raise InputError(
            f"comparison must be result.compare(baseline), not {type(comparison).__name__}. | comparison 应为 "
            "result.compare(baseline) 的结果。"
        )
    if not any(has_values(result, comparison, when) for when in ("value_after", "value_before")):
        raise InputError(
            "The comparison neither ends at this assessment nor starts from it: its values are others. Give "
            "result.compare(baseline), or changed.compare(result), of the same result. | "
            "对比的“之前”“之后”都不是本次评估，请用同一结果的对比。"
        )
    return comparison


def has_values(result: Assessment, comparison: Comparison, when: str) -> bool:
    """Return whether the values before (``value_before``) or after a change are those of an assessment."""
    told = comparison.table.dropna(subset=when).set_index(KEYS)[when].astype(float)
    here = result.table.dropna(subset="value").set_index(KEYS)["value"].astype(float)
    if not told.index.sort_values().equals(here.index.sort_values()):
        return False
    return np.allclose(told.to_numpy(), here.reindex(told.index).to_numpy(), rtol=SAME, atol=SAME)


def checked_sites(result: Assessment, sites: Proposal | Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Return proposals, given as one or as several, if they start from an assessment or lead to it; InputError if not.

    Parameters
    ----------
    result
        The assessment.
    sites
        What was given as proposals for it.
    """
    given = (sites,) if isinstance(sites, Proposal) else sites
    try:
        proposals = tuple(given)
    except TypeError:
        proposals = (given,)  # type: ignore[assignment]  # said below
    for one in proposals:
        if not isinstance(one, Proposal):
            raise InputError(
                f"sites must be a Proposal or several, not {type(one).__name__}: sc.best_sites(result, ...). | "
                "sites 应为选址建议 Proposal。"
            )
        if not _fits(result, one):
            raise InputError(
                f"The proposal for {one.standard_id} neither starts from this assessment nor leads to it: it found "
                f"other shares covered, {one.share_before:.4%} and {one.share_after:.4%}. Propose sites for this "
                f"result. | {one.standard_id} 的选址建议与本次评估无关，请用本次结果重新选址。"
            )
    return proposals


def _fits(result: Assessment, proposal: Proposal) -> bool:
    """Return whether an assessment has the share covered that a proposal found or predicts, if it is one of reach."""
    parts = proposal.standard_id.split("+")
    if not set(parts) <= set(result.plan.ids):
        return False
    if len(parts) > 1 or not isinstance(result.plan[parts[0]].measure, Reach):
        return True
    cells = result.cells_for(parts[0])
    group, scope = cells["group"].to_numpy(dtype=float), cells["in_scope"].to_numpy(dtype=bool)
    whole = group[scope].sum()
    covered = group[scope & cells["covered"].to_numpy(dtype=bool)].sum()
    share = covered / whole if whole else np.nan
    told = np.array([proposal.share_before, proposal.share_after])
    return bool(np.isclose(told, share, rtol=SAME, atol=SAME, equal_nan=True).any())
