"""The panel of a map: what the standard asks, what came out, the clause, and the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicecircle.plan import ANY_SERVICE, Composite, Coverage, Provision, Reach
from servicecircle.show.pages import render
from servicecircle.show.phrases import phrase, term
from servicecircle.show.rows import head_row, known, people, service_name, status_words, target_words, value_words
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.assessment import Assessment
    from servicecircle.city import City
    from servicecircle.plan import Citation, Plan, Standard
    from servicecircle.show.legend import LegendSection
    from servicecircle.show.scene import Scene
    from servicecircle.words import Language

MOST_QUOTES = 3
"""A panel quotes that many clauses; the summary quotes all."""


def panel_html(scene: Scene, legend: Sequence[LegendSection]) -> str:
    """Return the HTML of a map's panel, every text in it escaped.

    Parameters
    ----------
    scene
        What the map shows.
    legend
        The parts of the legend, in their order.
    """
    result, standard, language = scene.result, scene.standard, scene.language
    lacking = missing_data(result.city, result.plan, standard, language) if scene.blank else []
    keys = ("no_rows", "cannot_judge", "clause", "assumptions")
    words = {key: phrase(key, language) for key in keys}
    words["missing"] = phrase("not_loaded", language, what=phrase("comma", language).join(lacking)) if lacking else ""
    return render(
        "panel.html",
        id=standard.id,
        name=standard.name(language),
        city=result.city.name,
        scenario=phrase("scenario", language, scenario=result.scenario) if result.scenario else "",
        row=_head(scene),
        missing=scene.blank,
        notice=notice_of(result.city, language),
        legend=legend,
        quotes=[{"text": one.quote, "where": cited_at(one, language)} for one in standard.citations[:MOST_QUOTES]],
        assumptions=assumption_lines(result, standard, language),
        words=words,
    )


def _head(scene: Scene) -> dict[str, str] | None:
    """Return the figures of the row that speaks for the whole; None if there is no row."""
    row = head_row(scene.rows, scene.standard)
    if row is None:
        return None
    target = target_words(row, scene.language)
    uncovered = row["group_uncovered"]
    return {
        "value": value_words(row),
        "target": phrase("of_target", scene.language, target=target) if target else "",
        "status": status_words(row, scene.language),
        "uncovered": phrase("group_uncovered", scene.language, group=scene.group_name) + f" {people(float(uncovered))}"
        if known(uncovered)
        else "",
    }


def notice_of(city: City, language: Language) -> str:
    """Return what has to be said of a city wherever it is shown, such as that it is invented; empty if nothing."""
    zh, en = city.notice
    return (zh or en) if language == "zh" else (en or zh)


def cited_at(citation: Citation, language: Language) -> str:
    """Return where a clause stands: its section and line."""
    if not citation.section:
        return phrase("line", language, line=citation.line)
    return phrase("section_line", language, section=citation.section, line=citation.line)


def assumption_lines(result: Assessment, standard: Standard, language: Language) -> list[str]:
    """Return what a standard assumes, and the walking speed it uses, one text each."""
    lines = [one.text(language) for one in standard.assumptions]
    profile = getattr(standard.measure, "profile", None)
    if profile is not None and profile in result.plan.profiles:
        speed = f"{result.plan.profiles[profile].speed_m_s:g}"
        lines.append(phrase("speed", language, speed=speed, profile=word(profile, language)))
    return lines


def missing_data(city: City, plan: Plan, standard: Standard, language: Language) -> list[str]:
    """Return in words what a city lacks for a standard: services, columns, areas."""
    lacking = []
    for one in standard.facilities:
        if one.optional:
            continue
        name = service_name(plan, one.service, language)
        if one.service not in {*city.services, ANY_SERVICE}:
            lacking.append(name)
        lacking += [f"{column} ({name})" for column in one.where if column not in city.facilities]
    measure = standard.measure
    kinds = set() if city.areas is None else set(city.areas["kind"])
    lacking += [term(kind, language) for kind in standard.areas if kind not in kinds]
    if isinstance(measure, Reach | Composite | Provision | Coverage):
        group = measure.group or "pop_total"
        fallback = plan.groups[group].fallback if group in plan.groups else ""
        if group not in city.population and fallback not in city.population:
            lacking.append(f"{word(group, language)} ({group})")
    if isinstance(measure, Reach) and measure.by_class and "setting" not in city.population:
        lacking.append(phrase("setting", language))
    return list(dict.fromkeys(lacking))
