"""The one-page summary of an assessment: each standard with its figures and its clause, and what lies behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicecircle.assessment.display import lost_standards, main_row
from servicecircle.assessment.manifest import Manifest, versions
from servicecircle.files import replacing
from servicecircle.show.front import facts_of, plan_title
from servicecircle.show.pages import asset, render
from servicecircle.show.panel import cited_at, estimate_lines, missing_data, notice_of
from servicecircle.show.phrases import capital, check_language, phrase, term
from servicecircle.show.rows import (
    MOST_DIGITS,
    amount,
    gap_words,
    grade_words,
    group_name,
    known,
    people,
    standard_group,
    status_words,
    target_words,
    value_words,
)
from servicecircle.words import word

if TYPE_CHECKING:
    import os

    import pandas as pd

    from servicecircle.assessment import Assessment
    from servicecircle.findings import DataReport
    from servicecircle.plan import Citation, Standard
    from servicecircle.plan.standard import Alternative
    from servicecircle.words import Language

SEVERITIES = ("error", "repair", "warning", "info")


def write_summary(result: Assessment, path: str | os.PathLike[str], *, language: str = "zh") -> None:
    """Write a one-page summary (HTML, all in one file, opens and prints without internet).

    A row for each standard: value, target, status, gap, residents concerned, and the clause with section and line; then
    assumptions, contradictions of the plan, what was found in the data, speeds, parameters and versions. A reference
    judgement has a grade, never a verdict. The same result always makes the same page.

    Parameters
    ----------
    result
        The assessment.
    path
        The file to write; its folder must exist. An old file is replaced in one step.
    language
        ``"zh"`` or ``"en"``: all words of the page. Clauses stay in the plan's own words.

    Raises
    ------
    InputError
        If the language is unknown or the file cannot be written.
    """
    tongue = check_language(language)
    with replacing(path) as part:
        part.write_text(_page(result, tongue), encoding="utf-8", newline="\n")


def _page(result: Assessment, language: Language) -> str:
    return render(
        "summary.html",
        language="zh-CN" if language == "zh" else "en",
        style=asset("summary.css"),
        title=phrase("summary_title", language),
        city=result.city.name,
        plan=plan_title(result, language),
        scenario=result.scenario,
        notice=notice_of(result.city, language),
        facts=facts_of(result, language),
        standards=standards_told(result, language),
        findings=findings_told(result.report, language),
        parameters=parameters_told(result, language),
        versions=versions_told(),
        words=page_words(language),
    )


def standards_told(result: Assessment, language: Language) -> list[dict[str, Any]]:
    """Return what the page says of each standard; many that cannot be evaluated are marked, to share a list."""
    lost = lost_standards(result)
    return [_standard(result, one, language) | {"lost": one.id in lost} for one in result.plan.standards]


def _standard(result: Assessment, standard: Standard, language: Language) -> dict[str, Any]:
    """Return what the page says of a standard."""
    rows = result.table[result.table["standard_id"] == standard.id]
    row = main_row(result, standard)
    group = group_name(result, standard_group(result, standard), language)
    about: dict[str, Any] = {
        "id": standard.id,
        "name": standard.name(language),
        "nature": f"{term('nature', language)}{phrase('colon', language)}{word(standard.nature, language)}",
        "missing": missing_data(result, standard, language),
        "zones": _zones(rows, language),
        "quotes": [_quote(one, language) for one in standard.citations],
        "methods": [(one.source, one.quote) for one in standard.methods],
        "assumptions": [
            *(one.text(language) for one in standard.assumptions),
            *estimate_lines(result, standard, language),
        ],
        "conflicts": [_conflict(standard, place, language) for place in range(len(standard.conflicts))],
    }
    if row is None:
        return about | dict.fromkeys(("where", "value", "target", "gap", "people", "group", "grade"), "") | {
            "status": phrase("see_zones", language), "kind": "none"
        }  # fmt: skip
    return about | {
        "where": place_words(row["zone_name"], row["level"], language),
        "value": value_words(row, language),
        "target": target_words(row, language) or "–",
        "status": status_words(row, language),
        "kind": kind_of_row(row),
        "grade": grade_words(row) if row["status"] == "reference" else "",
        "gap": gap_words(row, language),
        "people": people(float(row["group_uncovered"])) if known(row["group_uncovered"]) else "–",
        "group": group if known(row["group_uncovered"]) else "",
    }


def place_words(zone: object, level: object, language: Language) -> str:
    """Return the name of a zone; of an area that has none of its own, what kind of area it is."""
    return str(zone) if known(zone) and zone != level else word(str(level), language)


def kind_of_row(row: pd.Series[Any]) -> str:
    """Return what the status looks like on the page: meets, fails, reference, or something without a judgement."""
    if row["status"] == "judged" and known(row["meets_target"]):
        return "meets" if row["meets_target"] else "fails"
    return "reference" if row["status"] == "reference" else "none"


def _zones(rows: pd.DataFrame, language: Language) -> list[str]:
    """Return a line for each level with several zones: how many meet the standard, or the lowest value."""
    lines = []
    whole = rows[(rows["class"] == "all") & rows["value"].notna()]
    for level, part in whole.groupby("level", sort=False):
        judged = part[(part["status"] == "judged") & part["meets_target"].notna()]
        if len(part) < 2:  # noqa: PLR2004  (several zones)
            continue
        name = term(level, language)
        if len(judged):
            met = int(judged["meets_target"].astype(bool).sum())
            counts = phrase("summary_zones_met", language, met=met, failed=len(judged) - met)
            lines.append(f"{name}{phrase('colon', language)}{counts}")
        else:
            least = part.iloc[int(part["value"].to_numpy(dtype=float).argmin())]
            text = phrase("summary_lowest", language, zone=least["zone_name"], value=value_words(least, language))
            lines.append(f"{name}{phrase('colon', language)}{text}")
    return lines


def _quote(citation: Citation, language: Language) -> dict[str, str]:
    return {"text": citation.quote or citation.value, "where": cited_at(citation, language)}


def _conflict(standard: Standard, place: int, language: Language) -> dict[str, Any]:
    conflict = standard.conflicts[place]
    others = [
        {
            "value": amount(one.value, other_unit(standard, one), digits=MOST_DIGITS),
            "text": one.quote,
            "line": phrase("line", language, line=one.line),
        }
        for one in conflict.alternatives
    ]
    return {"text": conflict.text(language), "others": others}


def other_unit(standard: Standard, other: Alternative) -> str:
    """Return the unit of a value that the plan gives elsewhere: a share if it can be one; else the words say it."""
    return "share" if standard.unit == "share" and 0 <= other.value <= 1 else ""


def findings_told(report: DataReport, language: Language) -> list[dict[str, str]]:
    """Return what was found in the data, the gravest first."""
    found = sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return [
        {
            "layer": layer_words(one.layer, language),
            "kind": severity_words(one.severity, language),
            "text": (one.zh or one.en) if language == "zh" else (one.en or one.zh),
            "rows": f"{one.count:,}" if one.count else "",
            "examples": ", ".join(one.rows),
            "residents": "" if one.residents is None else people(one.residents),
        }
        for one in found
    ]


def severity_words(severity: str, language: Language) -> str:
    """Return how grave a finding is, in words."""
    return phrase("severity_info", language) if severity == "info" else word(severity, language)


def layer_words(name: str, language: Language) -> str:
    """Return the name of a layer in words; a file's name as it is."""
    key = name.replace(" ", "_")
    return phrase(f"finding_{key}", language) if key in {"population", "areas"} else word(key, language)


def parameters_told(result: Assessment, language: Language) -> list[tuple[str, str, str]]:
    """Return name, value and reason of everything that was chosen, not read from the plan."""
    lines = []
    for name, profile in result.plan.profiles.items():
        reason = profile.assumption_zh if language == "zh" else profile.assumption_en
        head = phrase("summary_speed", language, profile=word(name, language))
        lines.append((head, f"{profile.speed_m_s:g} m/s", reason))
    access = result.city.access
    islands = (
        phrase(f"summary_islands_{access.islands}", language)
        if isinstance(access.islands, str)
        else phrase("summary_islands_from", language, metres=f"{access.islands:,.0f}")
    )
    return [
        *lines,
        (phrase("summary_islands", language), islands, ""),
        (phrase("summary_access", language), f"{access.max_access_m:,.0f} m", ""),
        (phrase("summary_crs", language), result.city.crs.to_string(), result.city.crs.name),
    ]


def digests_told(manifest: Manifest, language: Language) -> list[tuple[str, str]]:
    """Return the fingerprints that a reader compares: layers, plan, its document, results."""
    layers = [(capital(layer_words(name, language)), digest) for name, digest in manifest.layers.items()]
    named = [(term("plan", language), "digest"), (phrase("report_document", language), "document_sha256")]
    plan = [(head, manifest.plan[key]) for head, key in named if manifest.plan[key]]
    return [*layers, *plan, (phrase("report_results", language), manifest.results["table"])]


def versions_told() -> str:
    """Return the versions of the software, in one line."""
    return ", ".join(f"{name} {number}" for name, number in versions().items())


def page_words(language: Language) -> dict[str, str]:
    """Return the terms and phrases that the templates name."""
    terms = (
        "standard", "value", "target", "status", "gap", "conflict", "assumption", "none", "layer", "severity",
        "finding", "not_evaluable", "parameter", "plan",
    )  # fmt: skip
    keys = (
        "summary_scenario", "summary_standards", "summary_people", "summary_zones", "summary_clauses",
        "summary_data", "summary_no_findings", "summary_parameters", "summary_versions", "summary_grades",
        "summary_reference_note", "summary_methods", "summary_other", "colon", "finding_rows",
        "finding_residents", "reason", "summary_missing", "behind",
    )  # fmt: skip
    return {key: term(key, language) for key in terms} | {key: phrase(key, language) for key in keys}
