"""The bars of a static figure: each zone's value against the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.ticker import FuncFormatter, MaxNLocator

from servicecircle.errors import InputError
from servicecircle.show.figure_fonts import drawable, font, width
from servicecircle.show.figure_page import (
    DASHES,
    HATCH,
    HATCH_GROUND,
    INK,
    PALE,
    Box,
    Page,
    draw_legend,
    frame_page,
    write,
)
from servicecircle.show.phrases import phrase, term
from servicecircle.show.rows import known, status_words, target_words, unit_words, value_words
from servicecircle.show.zones import status_paint, zone_results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from servicecircle.show.figures import FigureNotes
    from servicecircle.show.scene import Scene

BAR_EM = 1.9
"""Room for a bar and its name, in heights of a letter."""

AT_MOST = ("<=", "<")


def draw_bars(scene: Scene, notes: FigureNotes, size: tuple[float, float], *, level: str | None) -> Figure:
    """Return the figure of the zones' values as bars, the worst at the top, with a line for each target.

    Parameters
    ----------
    scene
        What is shown.
    notes
        What the figure says of itself.
    size
        Width and height, mm. Where not all bars have room, the worst are drawn and it is said.
    level
        The level of the zones; None: the first.
    """
    zones, by_zone, legend = zone_results(scene, level)
    rows = [by_zone[zone] for zone in zones["zone_id"] if zone in by_zone]
    if not rows:
        raise InputError(
            f"{scene.standard.id} has no zones of their own to draw as bars. | {scene.standard.id} 没有分单元结果。"
        )
    page = Page(size)
    room = frame_page(page, scene, notes)
    legend_wide = page.em() * 17
    foot, head = page.em() * 3.8, page.em() * 1.6
    most = max(int((room.high - foot - head) / (BAR_EM * page.em())), 1)
    chosen = _worst_first(rows)[:most]
    names = max(width(drawable(row["zone_name"])) for row in chosen)
    left = min(names + 1.0, 16.0) * page.em()
    high = min(room.high - foot - head, (len(chosen) + 0.6) * BAR_EM * page.em() * 1.5)
    axes = page.axes(Box(room.left + left, room.top - head - high, room.wide - left - legend_wide - 6, high))
    _bars(axes, page, scene, chosen)
    side = Box(room.right - legend_wide, room.bottom, legend_wide, room.high)
    draw_legend(page, side, [legend], title=term("legend", scene.language))
    if len(chosen) < len(rows):
        text = phrase("figure_worst_only", scene.language, all=len(rows), shown=len(chosen))
        page.write(room.left, room.bottom, text, color=PALE)
    return page.figure


def _worst_first(rows: list[pd.Series[Any]]) -> list[pd.Series[Any]]:
    """Return rows by value, the worst first; those without a value last."""
    downward = -1.0 if any(row["op"] in AT_MOST for row in rows) else 1.0

    def order(row: pd.Series[Any]) -> tuple[float, str]:
        return (downward * float(row["value"]) if known(row["value"]) else float("inf"), str(row["zone_id"]))

    return sorted(rows, key=order)


def _bars(axes: Axes, page: Page, scene: Scene, rows: list[pd.Series[Any]]) -> None:
    """Draw the bars, their names and figures, and the targets."""
    of_share = rows[0]["unit"] == "share"
    scale = 100.0 if of_share else 1.0
    values = [float(row["value"]) * scale if known(row["value"]) else 0.0 for row in rows]
    targets = [float(row["target"]) * scale if known(row["target"]) else 0.0 for row in rows]
    end = max([*values, *targets]) or 1.0
    axes.set(xlim=(0, end * 1.28), xticks=_ticks(end), ylim=(len(rows) - 0.4, -0.6), yticks=[])
    for place, (row, value, target) in enumerate(zip(rows, values, targets, strict=True)):
        paint = status_paint(row)
        style: dict[str, Any] = {"facecolor": paint.color, "alpha": paint.opacity, "linewidth": 0}
        if paint.hatch:
            style = {"facecolor": HATCH_GROUND, "edgecolor": paint.color, "hatch": HATCH, "linewidth": 0.5}
        axes.barh([place], [value], height=0.62, **style)
        text = value_words(row, scene.language) if known(row["value"]) else status_words(row, scene.language)
        write(axes, value + end * 0.012, place, text, size=page.points * 0.92, va="center_baseline")
        small = min(1.0, 15.0 / max(width(drawable(row["zone_name"])), 1.0))
        left = {"size": page.points * small, "ha": "right", "va": "center_baseline"}
        write(axes, -end * 0.012, place, row["zone_name"], **left)
        if target:
            axes.plot(
                [target, target], [place - 0.5, place + 0.5], color=INK, linewidth=1.1, linestyle=DASHES["dashed"]
            )
    said = dict.fromkeys(
        (target, target_words(row, scene.language)) for row, target in zip(rows, targets, strict=True) if target
    )
    for target, text in said:
        label = phrase("figure_target_line", scene.language, target=text)
        write(axes, target, -0.62, label, size=page.points * 0.92, ha="center", va="bottom")
    _axis(axes, page, scene, "%" if of_share else unit_words(rows[0]["unit"], scene.language))


def _ticks(end: float) -> list[float]:
    """Return round numbers from 0 to the end."""
    return [float(tick) for tick in MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(0, end) if tick <= end]


def _axis(axes: Axes, page: Page, scene: Scene, unit: str) -> None:
    """Set the axis of values: numbers in the figure's letters, unit, thin lines."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set(color=PALE, linewidth=0.7)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.tick_params(axis="x", color=PALE, width=0.6, length=2.5)
    for tick in axes.get_xticklabels():
        tick.set(fontproperties=font(page.points * 0.9), color=INK)
    axes.grid(axis="x", color="#e2e2de", linewidth=0.6)
    axes.set_axisbelow(True)
    title = f"{term('value', scene.language)} ({unit})" if unit else term("value", scene.language)
    axes.set_xlabel(drawable(title), fontproperties=font(page.points), color=INK, labelpad=3)
