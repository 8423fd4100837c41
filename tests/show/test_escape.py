from __future__ import annotations

import html
import json
import re

import pytest

from servicecircle.show.escape import attribution_html, literal, script_json, shown
from tests.show.towns import PAYLOADS, plain


def test_there_are_payloads_enough() -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 35


@pytest.mark.parametrize("text", PAYLOADS)
def test_literal_html_reads_as_the_text_and_holds_nothing_that_could_run(text: str) -> None:
    safe = literal(text)
    assert html.unescape(safe) == plain(text)
    assert not set(safe) & set("<>\"'`$\\{}")
    assert re.sub("&(?:amp|lt|gt|quot|#x?[0-9a-f]+);", "", safe).count("&") == 0


@pytest.mark.parametrize("text", PAYLOADS)
def test_script_json_gives_the_text_back_and_cannot_end_its_script(text: str) -> None:
    safe = script_json({"name": text, text: 1})
    assert json.loads(safe) == {"name": text, text: 1}
    assert not set(safe) & set("<>&\u2028\u2029\u202e\ufeff\u200b")
    safe.encode()  # no half characters: it can be saved


@pytest.mark.parametrize("text", PAYLOADS)
def test_shown_text_can_be_saved(text: str) -> None:
    assert shown(text) == plain(text)
    shown(text).encode()


def test_script_json_refuses_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="JSON"):
        script_json({"minutes": float("inf")})


@pytest.mark.parametrize("text", PAYLOADS)
def test_attribution_keeps_no_element_but_web_links(text: str) -> None:
    safe = attribution_html(f'© <a href="https://maps.example/{html.escape(text)}">{text}</a> {text}')
    tags = re.findall("<[^>]*>", safe)
    assert all(re.fullmatch('<a href="https://[^"<>]*">|</a>', tag) for tag in tags)
    assert safe.count("<a ") == safe.count("</a>")
    assert not set(safe) & set("`$\\{}")


def test_attribution_keeps_the_links_that_makers_ask_for() -> None:
    given = '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors'
    assert attribution_html(given) == given.replace("&copy;", "©")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", "//maps.example"]
)
def test_attribution_shows_other_links_as_text(address: str) -> None:
    assert "<a" not in attribution_html(f'<a href="{address}">maker</a>')
