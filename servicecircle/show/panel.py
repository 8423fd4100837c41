"""The panel of a map: what the standard asks, what came out, the clause, and the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicecircle.assessment.display import main_row
from servicecircle.show.pages import render
from servicecircle.show.phrases import as_told, capital, phrase, spoken, word
from servicecircle.show.rows import group_name, known, people, standard_group, status_words, target_words, value_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.assessment import Assessment
    from servicecircle.city import City
    from servicecircle.plan import Citation, Standard
    from servicecircle.show.legend import LegendSection
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.scene import Scene

MOST_QUOTES = 3
"""A panel quotes that many clauses; the summary quotes all."""


def panel_html(scene: Scene, legend: Sequence[LegendSection], *, kind: str = "") -> str:
    """Return the HTML of a map's panel, every text in it escaped.

    Parameters
    ----------
    scene
        What the map shows.
    legend
        The parts of the legend, in their order.
    kind
        What kind of map it is, where it is not the plain one.
    """
    result, standard, language = scene.result, scene.standard, scene.language
    words = {key: phrase(key, language) for key in ("no_rows", "cannot_judge", "clause", "assumptions")}
    return render(
        "panel.html",
        id=standard.id,
        name=as_told(standard.name, language),
        kind=kind,
        city=result.city.name,
        scenario=phrase("scenario", language, scenario=result.scenario) if result.scenario else "",
        row=head_of(result, standard, language),
        missing=missing_data(result, standard, language),
        notice=notice_of(result.city, language),
        legend=legend,
        quotes=quotes_of(standard, language),
        assumptions=assumption_lines(result, standard, language),
        words=words,
    )


def quotes_of(standard: Standard, language: Spoken) -> list[dict[str, str]]:
    """Return the first clauses of a standard, each with where it stands."""
    return [
        {"text": one.quote or one.value, "where": cited_at(one, language)} for one in standard.citations[:MOST_QUOTES]
    ]


def head_of(result: Assessment, standard: Standard, language: Spoken) -> dict[str, str] | None:
    """Return the figures of the row that speaks for the whole; None if there is no row."""
    row = main_row(result, standard)
    if row is None:
        return None
    target = target_words(row, language)
    group = group_name(result, standard_group(result, standard), language)
    uncovered = row["group_uncovered"]
    return {
        "value": value_words(row, language),
        "target": phrase("of_target", language, target=target) if target else "",
        "status": status_words(row, language),
        "uncovered": f"{capital(phrase('group_uncovered', language, group=group))}"
        f"{phrase('colon', language)}{people(float(uncovered))}"
        if known(uncovered)
        else "",
    }


def notice_of(city: City, language: Spoken) -> str:
    """Return what has to be said of a city wherever it is shown, such as that it is invented; empty if nothing."""
    zh, en = city.notice
    return spoken(zh or en, en or zh, language)


def cited_at(citation: Citation, language: Spoken) -> str:
    """Return where a clause stands: its section and line, or the document and whether it is verified."""
    if citation.document:
        return as_told(citation.place, language)
    if not citation.section:
        return phrase("line", language, line=citation.line)
    return phrase("section_line", language, section=citation.section, line=citation.line)


def assumption_lines(result: Assessment, standard: Standard, language: Spoken) -> list[str]:
    """Return what a standard assumes, and the walking speed it uses, one text each."""
    lines = [
        *(as_told(one.text, language) for one in standard.assumptions),
        *estimate_lines(result, standard, language),
    ]
    profile = getattr(standard.measure, "profile", None)
    if profile is not None and profile in result.plan.profiles:
        speed = f"{result.plan.profiles[profile].speed_m_s:g}"
        lines.append(phrase("speed", language, speed=speed, profile=word(profile, language)))
    return lines


def estimate_lines(result: Assessment, standard: Standard, language: Spoken) -> list[str]:
    """Return what stands in for residents whose number is not known; nothing if it is known."""
    rows = result.table[result.table["standard_id"] == standard.id]
    if not (rows["estimated"] == True).any():  # noqa: E712  (unknown is not yes)
        return []
    group = str(getattr(standard.measure, "group", ""))
    other = result.plan.groups[group].fallback if group in result.plan.groups else ""
    names = {"group": group_name(result, group, language), "other": group_name(result, other, language)}
    return [phrase("estimated", language, **names)]


def missing_data(result: Assessment, standard: Standard, language: Spoken) -> str:
    """Return in words what keeps a standard from being judged; empty if nothing does."""
    kept = [spoken(one.zh, one.en, language) for one in result.outcomes[standard.id].missing if one.blocks]
    return " ".join(dict.fromkeys(kept))
