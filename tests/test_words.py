"""The vocabulary: every term in both languages, and what is not in it is shown as it is."""

from __future__ import annotations

import re

import pytest

from servicecircle import words
from servicecircle.errors import InputError
from servicecircle.words import LANGUAGES, SERVICES, WORDS, Language, word

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("key", WORDS)
def test_every_term_has_two_languages(key: str) -> None:
    zh, en = WORDS[key]
    assert CHINESE.search(zh)
    assert en
    assert not CHINESE.search(en)


def test_no_term_stands_in_two_lists() -> None:
    """Joined, a key that two lists hold would lose one of its meanings."""
    lists = [value for name, value in vars(words).items() if re.fullmatch("_[A-Z]+", name)]
    assert sum(map(len, lists)) == len(WORDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_services_differ_in_name(language: Language) -> None:
    names = [word(service, language) for service in SERVICES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_that_is_no_term_is_shown_as_it_is(language: Language) -> None:
    assert word("生活圈单元 <1>", language) == "生活圈单元 <1>"


def test_another_language() -> None:
    with pytest.raises(InputError, match=r"language 'de' is unknown\. Known: zh, en"):
        word("judged", "de")  # type: ignore[arg-type]
