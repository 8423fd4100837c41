"""A page read as a browser reads it: its elements, what it shows, and its scripts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

EMPTY = frozenset({"meta", "link", "br", "img", "input", "hr"})


@dataclass
class Read:
    """What a page holds: elements with the names of their attributes, shown text, scripts, data."""

    elements: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    text: str = ""
    scripts: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = Read()
        self.kind = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read.elements.append((tag, tuple(name for name, _ in attrs)))
        if tag in {"script", "style"}:
            self.kind = dict(attrs).get("type") or tag

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self.kind = ""

    def handle_data(self, data: str) -> None:
        if self.kind == "application/json":
            self.read.data |= json.loads(data)
        elif self.kind == "script":
            self.read.scripts.append(data)
        elif not self.kind:
            self.read.text += data


def read(page: str) -> Read:
    """Return what a page holds."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.read
