"""Text that a page shows as it stands, whatever it contains: in HTML, in a script's data, in a map's attribution."""

from __future__ import annotations

import json
import re
from html import escape
from html.parser import HTMLParser
from typing import Any

NOT_FOR_PAGES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters and halves of characters: no page can show them, and a half cannot even be saved."""

UNSAFE_IN_SCRIPT = re.compile("[<>&\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What could end a script, or a line in it, or hide in it; written as escapes inside JSON."""

RUN_IN_TEMPLATES = str.maketrans({character: f"&#{ord(character)};" for character in "`$\\{}"})
"""What starts an expression in a template string of JavaScript or in a Jinja template, as HTML entities."""


def shown(text: str) -> str:
    r"""Return a text with U+FFFD for the characters that no page can show.

    Examples
    --------
    >>> shown("a\x00b")
    'a�b'
    """
    return NOT_FOR_PAGES.sub("\ufffd", text)


def literal(text: object) -> str:
    """Return HTML that shows a text as it stands, also where folium writes it into a script or a template.

    Backtick, dollar sign, backslash and braces become entities as well: folium writes tooltips and popups into
    JavaScript template strings, where ``${...}`` would run, and reads what it has rendered once more as a Jinja
    template, where ``{{...}}`` would run in Python. Characters that no page can show become U+FFFD.

    Examples
    --------
    >>> literal("<b>`${alert(1)}`</b>")
    '&lt;b&gt;&#96;&#36;&#123;alert(1)&#125;&#96;&lt;/b&gt;'
    """
    return escape(shown(str(text)), quote=True).translate(RUN_IN_TEMPLATES)


def script_json(data: Any) -> str:
    r"""Return data as compact JSON that is safe inside a ``<script>`` element of a page.

    ``<``, ``>``, ``&``, line separators and invisible characters are written as escapes, so that the text can neither
    end the script nor hide in it; whoever parses the JSON gets every text back unchanged.

    Raises
    ------
    ValueError
        If the data hold NaN or inf, which JSON has no words for.

    Examples
    --------
    >>> script_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = UNSAFE_IN_SCRIPT.sub(_unicode_escape, text)
    return NOT_FOR_PAGES.sub(_unicode_escape, text)


def _unicode_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def attribution_html(html: str) -> str:
    """Return an attribution with its web links kept and everything else in it shown as text.

    The makers of base maps ask for links in their attribution; only ``<a href="https://...">`` (or http) is kept.

    Examples
    --------
    >>> attribution_html('&copy; <a href="https://osm.org" onclick="x()">OSM</a> <img src=x onerror=x()>')
    '© <a href="https://osm.org">OSM</a> &lt;img src=x onerror=x()&gt;'
    """
    parser = _LinksOnly()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts) + "</a>" * parser.open_links


class _LinksOnly(HTMLParser):
    """Collects the text of some HTML as literal text, and its web links as links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open_links = 0

    def handle_data(self, data: str) -> None:
        self.parts.append(literal(data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and re.match("https?://", address):
            self.parts.append(f'<a href="{literal(address)}">')
            self.open_links += 1
        else:
            self.parts.append(literal(self.get_starttag_text()))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.open_links:
            self.parts.append("</a>")
            self.open_links -= 1
        else:
            self.parts.append(literal(f"</{tag}>"))

    def handle_comment(self, data: str) -> None:
        self.parts.append(literal(f"<!--{data}-->"))

    def handle_decl(self, decl: str) -> None:
        self.parts.append(literal(f"<!{decl}>"))

    def handle_pi(self, data: str) -> None:
        self.parts.append(literal(f"<?{data}>"))

    def unknown_decl(self, data: str) -> None:
        self.parts.append(literal(f"<![{data}]>"))
