"""On which line of a TOML text each key stands, so that a fault can be found with an editor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys of tables, positions (from 0) in lists."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_PLAIN_VALUE = re.compile(r"[^,\]}\n#]+")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


def key_lines(text: str) -> dict[KeyPath, int]:
    r"""Return the line (from 1) of every key and list item of a text that is valid TOML.

    Examples
    --------
    >>> lines = key_lines('format = 1\n[[standard]]\nid = "A"\ntarget = { value = 1 }')
    >>> lines["standard", 0, "target", "value"]
    4
    """
    return _Scanner(text).scan()


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """Return the line of a key, or of the closest table around it that has one (1 if none has).

    Examples
    --------
    >>> line_of({("standard", 0): 7}, ("standard", 0, "target", "value"))
    7
    """
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


class _Scanner:
    """Walks once through a text that tomllib has already accepted."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.counted_to, self.line = 0, 1
        self.lines: dict[KeyPath, int] = {}
        self.lengths: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        """Go through all tables and keys."""
        table: KeyPath = ()
        self.skip_blank()
        while self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                table = self.header(2)
            elif self.text.startswith("[", self.at):
                table = self.header(1)
            else:
                self.pair(table)
            self.skip_blank()
        return self.lines

    def header(self, brackets: int) -> KeyPath:
        """Read a table's header; return the path that its keys stand under."""
        line = self.line_here()
        self.at += brackets
        *parents, last = self.dotted()
        self.at += brackets
        path: KeyPath = ()
        for key in parents:
            path = (*path, key)
            self.lines.setdefault(path, line)
            path = self.inside(path)
        path = (*path, last)
        self.lines.setdefault(path, line)
        if brackets == len("[["):
            position = self.lengths.get(path, 0)
            self.lengths[path] = position + 1
            path = (*path, position)
            self.lines[path] = line
        return path

    def inside(self, path: KeyPath) -> KeyPath:
        """Return the path of the table meant by a header's parent: the newest one, if it is a list of tables."""
        return (*path, self.lengths[path] - 1) if path in self.lengths else path

    def pair(self, table: KeyPath) -> None:
        """Read ``key = value``."""
        line = self.line_here()
        path = table
        for key in self.dotted():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self.skip_blank()
        self.value(path)

    def dotted(self) -> list[str]:
        """Read a key; return its parts."""
        parts = [self.key()]
        while self.text.startswith(".", self.at):
            self.at += 1
            parts.append(self.key())
        return parts

    def key(self) -> str:
        """Read one part of a key, with the blanks around it."""
        self.skip_blank()
        found = _BARE_KEY.match(self.text, self.at) or _STRINGS.match(self.text, self.at)
        if found is None:  # never in valid TOML; moving on keeps the walk finite
            self.at += 1
            return ""
        self.at = found.end()
        self.skip_blank()
        key = found.group()
        return _unescaped(key[1:-1]) if key[0] == '"' else key.strip("'")

    def value(self, path: KeyPath) -> None:
        """Read a value; note the lines of what is inside it."""
        if self.text.startswith("[", self.at):
            self.items(path)
        elif self.text.startswith("{", self.at):
            self.inline(path)
        else:
            found = _STRINGS.match(self.text, self.at) or _PLAIN_VALUE.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1

    def items(self, path: KeyPath) -> None:
        """Read a list."""
        self.at += 1
        position = 0
        self.skip_blank()
        while self.at < len(self.text) and self.text[self.at] != "]":
            self.lines[*path, position] = self.line_here()
            self.value((*path, position))
            position += 1
            self.skip_comma()
        self.at += 1

    def inline(self, path: KeyPath) -> None:
        """Read a table in braces."""
        self.at += 1
        self.skip_blank()
        while self.at < len(self.text) and self.text[self.at] != "}":
            self.pair(path)
            self.skip_comma()
        self.at += 1

    def skip_comma(self) -> None:
        """Move past blanks and a comma."""
        self.skip_blank()
        if self.text.startswith(",", self.at):
            self.at += 1
            self.skip_blank()

    def skip_blank(self) -> None:
        """Move past blanks, ends of lines and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def line_here(self) -> int:
        """Return the line of the present position."""
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.line


def _unescaped(key: str) -> str:
    """Return a quoted key as it is meant."""

    def plain(found: re.Match[str]) -> str:
        digits = found[1] or found[2]
        return chr(int(digits, 16)) if digits else _ESCAPES.get(found[3], found[3])

    return _ESCAPE.sub(plain, key)
