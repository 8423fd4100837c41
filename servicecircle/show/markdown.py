"""A short summary as Markdown, for a message, a wiki or a repository; every name is shown as it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from servicecircle.files import replacing
from servicecircle.show.escape import shown
from servicecircle.show.front import facts_of, main_findings, plan_title
from servicecircle.show.panel import notice_of
from servicecircle.show.phrases import capital, check_language, phrase, term
from servicecircle.show.planner_tables import Beside, planner_tables
from servicecircle.show.summary import SEVERITIES, findings_told, severity_words, standards_told, versions_told
from servicecircle.show.table_cells import NUMBERS, cell_of, column_head, kind_of, records

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from servicecircle.assessment import Assessment
    from servicecircle.words import Language

MEANING = re.compile(
    r"[\\`*_{}\[\]<>|&~$#@!^]|:(?=[\w+/-])|(?<=[wW]{3})\.|^[-+=]|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s)"
)
"""What may start something in a dialect of Markdown, or make a list or an address; a backslash before it takes
that away."""

FIRST = 10


def write_markdown(result: Assessment, path: str | os.PathLike[str], *, language: str = "zh") -> None:
    """Write a short summary as Markdown: main findings, every standard with its figures, what to mend first.

    Names from the data and the plan are shown literally: none becomes a link, a table or HTML. A reference judgement
    has a grade, never a verdict. The same result always makes the same text.

    Parameters
    ----------
    result
        The assessment.
    path
        The file to write; its folder must exist. An old file is replaced in one step.
    language
        ``"zh"`` or ``"en"``: all words.

    Raises
    ------
    InputError
        If the language is unknown or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sc.write_markdown(result, Path(folder) / "summary.md", language="en")
    ...     (Path(folder) / "summary.md").read_text(encoding="utf-8").splitlines()[0]
    '# Public-service plan: summary of the assessment'
    """
    tongue = check_language(language)
    with replacing(path) as part:
        part.write_text("\n".join(_lines(result, tongue)) + "\n", encoding="utf-8", newline="\n")


def escaped(text: object) -> str:
    r"""Return a text as Markdown that shows it as it stands, on one line.

    Examples
    --------
    >>> print(escaped("a|b *c* <i> [d](e)"))
    a\|b \*c\* \<i\> \[d\](e)
    >>> print(escaped("- www.example.org"))
    \- www\.example.org
    """
    return MEANING.sub(lambda found: f"\\{found[0]}", " ".join(shown(str(text)).split()))


def _lines(result: Assessment, language: Language) -> list[str]:
    told = standards_told(result, language)
    front = main_findings(result, told, language)
    notice = notice_of(result.city, language)
    head = " · ".join(map(escaped, filter(None, [result.city.name, plan_title(result, language), result.scenario])))
    facts = [f"{escaped(name)} {figure}" for name, figure in facts_of(result, language)]
    return [
        f"# {phrase('summary_title', language)}",
        "",
        head,
        "",
        *([f"> {escaped(notice)}", ""] if notice else []),
        " · ".join(facts),
        "",
        *(f"- {escaped(sentence)}" for sentence in front.sentences),
        "",
        f"## {phrase('summary_standards', language)}",
        "",
        *_table(*_standards(told, language)),
        "",
        f"{phrase('summary_reference_note', language)} {escaped(phrase('summary_grades', language))}",
        "",
        f"## {phrase('report_first', language, most=FIRST)}",
        "",
        *_first(result, language),
        "",
        f"## {phrase('summary_data', language)}",
        "",
        *_data(result, language),
        "",
        f"{phrase('summary_versions', language)}{phrase('colon', language)}{versions_told()}",
    ]


def _standards(told: Sequence[dict[str, Any]], language: Language) -> tuple[list[tuple[str, bool]], list[list[str]]]:
    """Return heads and rows of the standards that have a result."""
    heads = [("", False), *((term(one, language), one in {"value", "target", "gap"}) for one in _STANDARD)]
    heads.append((phrase("summary_people", language), True))
    rows = []
    for one in told:
        if not one["lost"]:
            status = f"{one['status']} {one['grade']}".strip()
            rows.append([one["id"], one["name"], one["value"], one["target"], status, one["gap"], one["people"]])
    return heads, rows


_STANDARD = ("standard", "value", "target", "status", "gap")


def _first(result: Assessment, language: Language) -> list[str]:
    table = next(one for one in planner_tables(result, Beside(), language) if one.key == "priorities")
    rows = records(table.shown.head(FIRST))
    if not rows:
        return [phrase("report_nothing", language)]
    heads = [(column_head(one, language), kind_of(one) in NUMBERS) for one in table.on_page]
    return _table(heads, [[cell_of(row, one, language).text for one in table.on_page] for row in rows])


def _data(result: Assessment, language: Language) -> list[str]:
    """Return what was found in the data and is more than a note, and how many notes there are."""
    grave = [severity_words(one, language) for one in SEVERITIES if one != "info"]
    found = findings_told(result.report, language)
    lines = [
        f"- {escaped(capital(one['kind']))}{phrase('colon', language)}{escaped(one['layer'])}"
        f"{phrase('colon', language)}{escaped(one['text'])}"
        + (f" ({phrase('finding_rows', language)} {one['rows']})" if one["rows"] else "")
        for one in found
        if one["kind"] in grave
    ]
    return lines or [phrase("summary_no_findings", language)]


def _table(heads: Iterable[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; figures stand on the right."""
    heads = list(heads)
    return [
        f"| {' | '.join(escaped(text) for text, _ in heads)} |",
        f"| {' | '.join('---:' if right else '---' for _, right in heads)} |",
        *(f"| {' | '.join(escaped(text) for text in row)} |" for row in rows),
    ]
