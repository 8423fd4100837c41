"""What leaders read first: how many standards are met, which are missed, who is left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicecircle.assessment.display import main_row
from servicecircle.show.phrases import phrase, term
from servicecircle.show.rows import known, people

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from servicecircle.assessment import Assessment
    from servicecircle.plan import Standard
    from servicecircle.words import Language

OUTCOMES = ("meets", "fails", "zones", "reference", "info", "none", "lost")
"""What becomes of a standard: a verdict, a verdict zone by zone only, a reference judgement, a value for information,
nothing to judge, or data that lack."""

NATURES = ("约束性", "预期性", "未标注")
MARKED = NATURES[:2]
MOST_FAILING, MOST_LEFT_OUT = 20, 8


@dataclass(frozen=True, slots=True)
class Front:
    """The main findings of a report.

    Parameters
    ----------
    sentences
        In words.
    heads, counts
        Standards by nature and outcome: heads, and a row for each nature with its name first.
    failing
        Binding and indicative standards that miss their target, as the summary tells them.
    left_out
        The standards that leave out most people, likewise.
    """

    sentences: tuple[str, ...]
    heads: tuple[str, ...]
    counts: tuple[tuple[str, ...], ...]
    failing: tuple[Mapping[str, Any], ...]
    left_out: tuple[Mapping[str, Any], ...]


def main_findings(result: Assessment, told: Sequence[Mapping[str, Any]], language: Language) -> Front:
    """Return the main findings.

    Parameters
    ----------
    result
        The assessment.
    told
        What the summary tells of each standard, in the plan's order.
    language
        Of the words.
    """
    outcomes = {one.id: outcome_of(result, one) for one in result.plan.standards}
    by_id = {str(one["id"]): one for one in told}
    failing = [
        by_id[one.id]
        for nature in MARKED
        for one in result.plan.standards
        if one.nature == nature and outcomes[one.id] == "fails"
    ]
    worst = _left_out(result)
    left_out = [by_id[one] for one, _ in worst[:MOST_LEFT_OUT]]
    return Front(
        tuple(_sentences(result, outcomes, left_out, language)),
        ("", *(_outcome_words(one, language) for one in OUTCOMES), phrase("total", language)),
        tuple(_counts(result, outcomes, language)),
        tuple(failing[:MOST_FAILING]),
        tuple(left_out),
    )


def outcome_of(result: Assessment, standard: Standard) -> str:
    """Return what becomes of a standard, one of `OUTCOMES`."""
    row = main_row(result, standard)
    if row is not None:
        status = str(row["status"])
        if status == "judged":
            return ("meets" if row["meets_target"] else "fails") if known(row["meets_target"]) else "none"
        return {"reference": "reference", "info": "info", "not_evaluable": "lost"}.get(status, "none")
    statuses = set(result.table.loc[result.table["standard_id"] == standard.id, "status"])
    if statuses == {"not_evaluable"}:
        return "lost"
    first = [one for one in ("judged", "reference", "info") if one in statuses]
    return {"judged": "zones"}.get(first[0], first[0]) if first else "none"


def _outcome_words(outcome: str, language: Language) -> str:
    if outcome in {"zones", "none"}:
        return phrase({"zones": "report_by_zone", "none": "report_no_result"}[outcome], language)
    return term({"lost": "not_evaluable"}.get(outcome, outcome), language).partition(" (")[0]


def _counts(result: Assessment, outcomes: Mapping[str, str], language: Language) -> list[tuple[str, ...]]:
    rows = []
    for nature in NATURES:
        mine = Counter(outcomes[one.id] for one in result.plan.standards if one.nature == nature)
        if mine:
            figures = [*(mine[one] for one in OUTCOMES), mine.total()]
            rows.append((term(nature, language), *map(str, figures)))
    return rows


def _left_out(result: Assessment) -> list[tuple[str, float]]:
    """Return the standards whose residents are not all covered, with their number, most first."""
    found = []
    for standard in result.plan.standards:
        row = main_row(result, standard)
        if row is not None and row["status"] in {"judged", "reference"} and known(row["group_uncovered"]):
            found.append((standard.id, float(row["group_uncovered"])))
    return sorted([one for one in found if one[1] > 0], key=lambda one: -one[1])


def _sentences(
    result: Assessment, outcomes: Mapping[str, str], left_out: Sequence[Mapping[str, Any]], language: Language
) -> list[str]:
    counts = Counter(outcomes.values())
    figures = {one: counts[one] for one in OUTCOMES}
    said = [phrase("report_counted", language, all=len(outcomes), **figures)]
    binding = Counter(outcomes[one.id] for one in result.plan.standards if one.nature == NATURES[0])
    if binding:
        told = {"all": binding.total(), "meets": binding["meets"], "fails": binding["fails"]}
        said.append(phrase("report_binding", language, **told))
    if left_out:
        worst = left_out[0]
        told = {key: worst[key] for key in ("name", "id", "people", "group")}
        said.append(phrase("report_worst", language, **told))
    found = result.report.counts
    estimated = int(result.table.groupby("standard_id")["estimated"].any().sum())
    quality = {"warning": found["warning"], "repair": found["repair"], "estimated": estimated}
    said.append(phrase("report_found", language, **quality))
    return said


def facts_of(result: Assessment, language: Language) -> list[tuple[str, str]]:
    """Return how large the city is: heads and figures."""
    city = result.city
    return [
        (term("pop_total", language), people(float(city.population["pop_total"].sum()))),
        (term("cells", language), f"{len(city.population):,}"),
        (term("facilities", language), f"{len(city.facilities):,}"),
        (term("zones", language), f"{len(city.zones):,}"),
    ]


def plan_title(result: Assessment, language: Language) -> str:
    """Return the plan's title in a language, or in the other one where it has none."""
    plan = result.plan
    return {"zh": plan.title_zh or plan.title_en, "en": plan.title_en or plan.title_zh}[language]


def signatures(language: Language) -> list[str]:
    """Return the heads of the lines that people sign."""
    return [phrase(f"report_{one}", language) for one in ("signed", "checked", "reviewed", "approved")]
