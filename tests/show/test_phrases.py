from __future__ import annotations

import re
from pathlib import Path

import pytest

import servicecircle.show
from servicecircle.errors import InputError
from servicecircle.show.drawing import TOOLS
from servicecircle.show.phrases import PHRASES, check_language, phrase, term
from servicecircle.show.report import PARTS
from servicecircle.show.report_phrases import RULES
from servicecircle.show.table_cells import OWN_HEADS
from servicecircle.words import WORDS

FOLDER = Path(servicecircle.show.__file__).parent


@pytest.mark.parametrize("key", PHRASES)
def test_both_languages_say_the_same(key: str) -> None:
    chinese, english = PHRASES[key]
    assert sorted(re.findall(r"\{\w+\}", chinese)) == sorted(re.findall(r"\{\w+\}", english))
    assert chinese
    assert english
    assert not re.search("[\u3400-\u9fff]", english)


def test_no_phrase_repeats_a_term() -> None:
    terms = {(zh, en.casefold()): key for key, (zh, en) in WORDS.items()}
    assert {key: terms[zh, en.casefold()] for key, (zh, en) in PHRASES.items() if (zh, en.casefold()) in terms} == {}


def test_every_phrase_is_used() -> None:
    sources = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.py") if not path.name.endswith("phrases.py"))
    made = {f"legend_{view}" for view in ("minutes", "metres", "missing", "covered")}
    made |= {f"layer_{view}" for view in ("minutes", "metres", "missing", "covered")}
    made |= {f"tool_{key}" for key in TOOLS}
    made |= {"summary_islands_keep", "summary_islands_main", "finding_population", "finding_areas"}
    made |= {f"report_{part}" for part in PARTS} | {f"head_{name}" for name in OWN_HEADS} | set(RULES)
    made |= {f"report_{part}" for part in ("signed", "checked", "reviewed", "approved")}
    made |= {f"table_{key}{end}" for key in re.findall(r'_table\(\s*"(\w+)"', sources) for end in ("", "_note")}
    assert [key for key in PHRASES if f'"{key}"' not in sources and key not in made] == []


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="zh, en"):
        check_language("fr")


def test_a_phrase_takes_its_values() -> None:
    assert phrase("radius_metres", "en", limit=500) == "500 m radius"


def test_a_term_that_is_unknown_stays_as_it_is() -> None:
    assert term("学区", "en") == "学区"
    assert term("cells", "en") == "Cells"
