"""HTML with which a notebook shows what a cell returns; every text in it is shown as it stands."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TALL = "max-height: 26em; overflow-y: auto"


def table_html(
    rows: Iterable[Sequence[object]], *, heads: Sequence[str] = (), title: str = "", notes: Iterable[str] = ()
) -> str:
    """Return a table that scrolls where it is long, below a title and notes.

    Parameters
    ----------
    rows
        Texts or numbers, row by row.
    heads
        The heads of the columns.
    title
        What stands above, in bold.
    notes
        A paragraph each, between the title and the table.

    Examples
    --------
    >>> table_html([["<b>", 1]], title="A & B")
    '<p><b>A &amp; B</b></p><div style="max-height: 26em; overflow-y: auto"><table><tr><td
    style="text-align: left">&lt;b&gt;</td><td style="text-align: left">1</td></tr></table></div>'
    """
    above = [f"<p><b>{escape(title)}</b></p>"] if title else []
    above += [f"<p>{escape(note)}</p>" for note in notes if note]
    lines = [_row(heads, "th")] if heads else []
    lines += [_row(row, "td") for row in rows]
    return f'{"".join(above)}<div style="{TALL}"><table>{"".join(lines)}</table></div>'


def lines_html(lines: Iterable[str]) -> str:
    """Return lines of text, one below the other.

    Examples
    --------
    >>> lines_html(["a < b", "c"])
    'a &lt; b<br>c'
    """
    return "<br>".join(map(escape, lines))


def _row(cells: Iterable[object], tag: str) -> str:
    inside = "".join(f'<{tag} style="text-align: left">{escape(str(cell))}</{tag}>' for cell in cells)
    return f"<tr>{inside}</tr>"
