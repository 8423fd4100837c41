"""The page of a static figure: its parts in millimetres, title and legend, and the block that says what it is."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import matplotlib.style
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from servicecircle.assessment.display import main_row
from servicecircle.show.figure_fonts import drawable, font, width, wrapped
from servicecircle.show.figures import figure_png
from servicecircle.show.panel import notice_of
from servicecircle.show.phrases import as_told, phrase, term
from servicecircle.show.rows import known, status_words, target_words, value_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from servicecircle.show.figures import FigureNotes
    from servicecircle.show.legend import LegendRow, LegendSection
    from servicecircle.show.scene import Scene

MM = 25.4
POINT_MM = MM / 72
INK, PALE = "#23262b", "#5d636b"
HATCH, HATCH_GROUND = "/////", "#f4f4f1"
DASHES = {"solid": "-", "dashed": (0, (4, 2)), "dotted": (0, (1, 2))}
MARGIN_MM = 6.0


class PrintFigure(Figure):
    """A figure that notebooks show without pyplot."""

    def _repr_png_(self) -> bytes:
        return figure_png(self, dpi=110)


@contextmanager
def plain_style() -> Iterator[None]:
    """Draw with matplotlib's own settings inside the block, whatever the user's are; afterwards those are back."""
    with matplotlib.style.context("default"), mpl.rc_context({"svg.hashsalt": "servicecircle", "svg.fonttype": "path"}):
        yield


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the page, mm from its lower left corner."""

    left: float
    bottom: float
    wide: float
    high: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.left + self.wide

    @property
    def top(self) -> float:
        """Return the upper edge."""
        return self.bottom + self.high


class Page:
    """A page to draw on: a figure, its surface in mm, and the size of its letters.

    Parameters
    ----------
    size
        Width and height, mm.
    """

    def __init__(self, size: tuple[float, float]) -> None:
        self.wide, self.high = size
        self.points = min(max(7.0 + (min(size[0], 1.4 * size[1]) - 160.0) * 0.011, 6.5), 14.0)
        self.figure = PrintFigure(figsize=(self.wide / MM, self.high / MM), facecolor="white")
        self.surface = self.axes(Box(0, 0, self.wide, self.high))
        self.surface.set(xlim=(0, self.wide), ylim=(0, self.high))
        self.surface.axis("off")

    def axes(self, box: Box) -> Axes:
        """Return axes that fill a part of the page."""
        return self.figure.add_axes(
            (box.left / self.wide, box.bottom / self.high, box.wide / self.wide, box.high / self.high)
        )

    def em(self, points: float | None = None) -> float:
        """Return the width of a Chinese character, mm."""
        return (self.points if points is None else points) * POINT_MM

    def write(self, x: float, y: float, text: object, **options: Any) -> None:
        """Write a line of text at a place of the page: size (points), bold, and what matplotlib's text takes."""
        write(self.surface, x, y, text, **{"size": self.points} | options)


def write(axes: Axes, x: float, y: float, text: object, **options: Any) -> None:
    """Write a line of text as it stands: nothing in it is read as a formula."""
    face = font(options.pop("size"), bold=options.pop("bold", False))
    axes.text(x, y, drawable(text), parse_math=False, fontproperties=face, **{"color": INK} | options)


def frame_page(page: Page, scene: Scene, notes: FigureNotes) -> Box:
    """Draw the title and the block below, and return the part of the page between them."""
    top = _title(page, scene, notes)
    bottom = _block(page, scene, notes)
    return Box(MARGIN_MM, bottom, page.wide - 2 * MARGIN_MM, top - bottom)


def _title(page: Page, scene: Scene, notes: FigureNotes) -> float:
    """Write the title and the line of figures; return the lower edge, mm."""
    result, standard, language = scene.result, scene.standard, scene.language
    usual = phrase(
        "figure_title", language, city=result.city.name, standard=standard.id, name=as_told(standard.name, language)
    )
    size = page.points * 1.75
    room = (page.wide - 2 * MARGIN_MM) / page.em(size)
    lines = wrapped(notes.title or usual.strip(), room, most=2)
    y = page.high - MARGIN_MM
    for line in lines:
        page.write(page.wide / 2, y, line, size=size, bold=True, ha="center", va="top")
        y -= page.em(size) * 1.35
    row = main_row(result, standard)
    if row is not None:
        target = target_words(row, language)
        parts = [
            f"{term('value', language)} {value_words(row, language)}" if known(row["value"]) else "",
            f"{term('target', language)} {target}" if target else "",
            status_words(row, language),
            phrase("scenario", language, scenario=result.scenario) if result.scenario else "",
        ]
        told = phrase("figure_between", language).join(filter(None, parts))
        for line in wrapped(told, (page.wide - 2 * MARGIN_MM) / page.em(), most=2):
            page.write(page.wide / 2, y, line, ha="center", va="top", color=PALE)
            y -= page.em() * 1.5
    return y - page.em() * 0.4


def _block(page: Page, scene: Scene, notes: FigureNotes) -> float:
    """Draw the fields that every published figure has, and the sources; return the upper edge, mm."""
    language, points = scene.language, page.points * 0.92
    room = (page.wide - 2 * MARGIN_MM) / page.em(points) - 1
    said = [
        line
        for text in (_source(scene, notes), notice_of(scene.result.city, language))
        if text
        for line in wrapped(text, room, most=3)
    ]
    y = MARGIN_MM + page.em(points) * 1.45 * (len(said) - 1)
    for line in said:
        page.write(MARGIN_MM, y, line, size=points, va="baseline", color=PALE)
        y -= page.em(points) * 1.45
    bottom = MARGIN_MM + page.em(points) * (1.45 * len(said) + 0.3)
    high = page.em() * 2.1
    labelled = (
        ("figure_number", notes.number, 0.8),
        ("figure_drawn_by", notes.drawn_by, 1.5),
        ("figure_date", notes.date, 0.9),
        ("figure_review", notes.review_number, 1.1),
    )
    left, step = MARGIN_MM, (page.wide - 2 * MARGIN_MM) / sum(share for *_, share in labelled)
    for key, value, share in labelled:
        page.surface.add_patch(
            Rectangle((left, bottom), step * share, high, facecolor="white", edgecolor=PALE, linewidth=0.6)
        )
        text = f"{phrase(key, language)}{phrase('colon', language)}{value}"
        size = points * min(1.0, (step * share / page.em(points) - 1) / max(width(text), 1.0))
        page.write(left + page.em() * 0.5, bottom + high / 2, text, size=size, va="center")
        left += step * share
    return bottom + high + page.em() * 0.8


def _source(scene: Scene, notes: FigureNotes) -> str:
    """Return where the figure's data come from, and how its coordinates lie."""
    result, language = scene.result, scene.language
    source = notes.source
    if not source:
        title = {"zh": result.plan.title_zh or result.plan.title_en, "en": result.plan.title_en or result.plan.title_zh}
        dates = sorted({str(one) for one in scene.rows["as_of"].dropna()})
        data = phrase("figure_data_of", language, date=phrase("comma", language).join(dates)) if dates else ""
        source = phrase("comma", language).join(filter(None, [title[language], data]))
    crs = result.city.crs
    grid = phrase("figure_grid", language, crs=f"{crs.to_string()} {crs.name}" if crs.to_authority() else crs.name)
    head = phrase("figure_source", language) + phrase("colon", language)
    return head + source + phrase("stop", language) + grid


def draw_legend(page: Page, box: Box, sections: Sequence[LegendSection], *, title: str = "") -> None:
    """Draw the parts of a legend below each other, in letters as small as the box asks for."""
    sizes = [_Legend(page, box, page.points * shrink) for shrink in (1.0, 0.93, 0.86, 0.8, 0.74, 0.68, 0.62, 0.56, 0.5)]
    fitting = (legend for legend in sizes if legend.measure(sections) <= box.high)
    next(fitting, sizes[-1]).draw(sections, title)


class _Legend:
    """A legend in letters of one size: measured first, then drawn from the top."""

    def __init__(self, page: Page, box: Box, points: float) -> None:
        self.page, self.box, self.points = page, box, points
        self.em = page.em(points)
        self.line = self.em * 1.5
        self.y = box.top

    def measure(self, sections: Sequence[LegendSection]) -> float:
        """Return how high the legend becomes, mm."""
        return self.line * (1.6 + sum(self._lines(section) for section in sections))

    def _lines(self, section: LegendSection) -> float:
        rows = sum(max(1, len(self._label(row, section))) for row in section.rows)
        notes = sum(len(self._wrap(note)) for note in section.notes)
        heads = max((len(self._head(section, place)) for place in range(len(section.heads))), default=0)
        return len(self._wrap(section.title)) + heads + rows + notes + 0.6

    def _wrap(self, text: str) -> list[str]:
        return wrapped(text, self.box.wide / self.em)

    def _columns(self, section: LegendSection) -> list[float]:
        """Return the width of each column of numbers, in widths of a character."""
        count = max((len(row.numbers) for row in section.rows), default=0)
        widths = []
        for place in range(count):
            texts = [row.numbers[place] for row in section.rows if place < len(row.numbers)]
            head = section.heads[place] if place < len(section.heads) and place else ""
            widths.append(max(width(text) for text in [*texts, head]) + 0.8)
        return widths

    def _label(self, row: LegendRow, section: LegendSection) -> list[str]:
        room = self.box.wide / self.em - 2.6 - sum(self._columns(section)[: len(row.numbers)])
        return wrapped(row.label, max(room, 4.0))

    def _head(self, section: LegendSection, place: int) -> list[str]:
        """Return the head of a column in lines: the first has all the room that the others leave."""
        beside = sum(self._columns(section)[1:])
        return wrapped(section.heads[place], self.box.wide / self.em - beside) if not place else [section.heads[place]]

    def draw(self, sections: Sequence[LegendSection], title: str) -> None:
        """Draw the legend from the top of its box."""
        self._text(self.box.left, title, bold=True, size=self.points * 1.15)
        self.y -= self.line * 1.3
        for section in sections:
            for line in self._wrap(section.title):
                self._text(self.box.left, line, bold=True)
                self.y -= self.line
            self._heads(section)
            for row in section.rows:
                self._row(row, section)
            for note in section.notes:
                for line in self._wrap(note):
                    self._text(self.box.left, line, color=PALE)
                    self.y -= self.line
            self.y -= self.line * 0.6

    def _heads(self, section: LegendSection) -> None:
        if not section.heads:
            return
        right, top = self.box.right, self.y
        columns = [*self._columns(section), *[0.0] * len(section.heads)]
        for place in reversed(range(len(section.heads))):
            self.y = top
            for line in self._head(section, place):
                self._text(right, line, ha="right", color=PALE)
                self.y -= self.line
            right -= columns[place] * self.em

    def _row(self, row: LegendRow, section: LegendSection) -> None:
        self._sign(row)
        right = self.box.right
        for number, room in zip(row.numbers[::-1], self._columns(section)[: len(row.numbers)][::-1], strict=True):
            self._text(right, number, ha="right")
            right -= room * self.em
        for line in self._label(row, section):
            self._text(self.box.left + 2.3 * self.em, line, bold=row.sign == "none")
            self.y -= self.line
        if row.limit_after:
            y = self.y + self.line * 0.04
            self._line((self.box.left, self.box.right), y, color=INK, width=0.8, style=DASHES["dashed"])

    def _sign(self, row: LegendRow) -> None:
        left, y = self.box.left, self.y - self.line * 0.45
        wide, high = 1.8 * self.em, self.em * 0.95
        if row.sign == "line":
            self._line((left, left + wide), y, color=row.color, width=row.width * 0.7, style=DASHES[row.dash])
        elif row.sign == "dot":
            self.page.surface.plot(
                [left + wide / 2], [y], marker="o", markersize=self.points * 0.62, markerfacecolor=row.color,
                markeredgecolor=INK, markeredgewidth=0.7,
            )  # fmt: skip
        elif row.sign in {"fill", "area"}:
            fill: dict[str, Any] = {"facecolor": row.color, "alpha": row.opacity, "edgecolor": "none", "linewidth": 0}
            if row.sign == "area":
                fill = {"facecolor": "none", "edgecolor": row.color, "linewidth": 1.3}
            elif row.hatch:
                fill = {"facecolor": HATCH_GROUND, "edgecolor": row.color, "linewidth": 0, "hatch": HATCH}
            self.page.surface.add_patch(Rectangle((left, y - high / 2), wide, high, **fill))

    def _text(self, x: float, text: str, **options: Any) -> None:
        self.page.write(x, self.y - self.line * 0.45, text, **{"size": self.points, "va": "center_baseline"} | options)

    def _line(self, ends: tuple[float, float], y: float, *, color: str, width: float, style: Any) -> None:
        self.page.surface.add_line(Line2D(ends, (y, y), color=color, linewidth=width, linestyle=style))
