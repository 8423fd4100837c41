"""Figures for print: the map of a standard and the bars of its zones, with all that a published figure must say."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from servicecircle.errors import InputError, MissingExtraError
from servicecircle.files import replacing
from servicecircle.show.phrases import check_language
from servicecircle.text import whole

if TYPE_CHECKING:
    import os

    from matplotlib.figure import Figure

    from servicecircle.assessment import Assessment

KINDS = ("cells", "zones", "bars")
SUFFIXES = (".png", ".svg", ".pdf")
A4 = (297.0, 210.0)
"""The size of a figure unless another is asked for, mm: A4, lying."""

LEAST_MM, MOST_MM = (100.0, 70.0), 1200.0
LEAST_DPI, MOST_DPI = 36, 1200

Kind = Literal["cells", "zones", "bars"]


@dataclass(frozen=True, slots=True)
class FigureNotes:
    """What a figure says of itself; what is not given is made from the assessment, or stays an empty field.

    Parameters
    ----------
    title
        图名; empty: the city and the standard.
    number
        图号, for example ``"图 3-2"``.
    drawn_by
        制图单位, who made the figure.
    date
        The date as it shall be printed. No clock is asked.
    source
        Where the data come from, with their year; empty: the plan and what the data say of their date.
    review_number
        审图号 that the authority gave. The field is drawn empty until there is one: this library never fills it.

    Raises
    ------
    InputError
        If one of them is no text.

    Examples
    --------
    >>> FigureNotes(number="图 3-2", drawn_by="某市规划设计院").review_number
    ''
    """

    title: str = ""
    number: str = ""
    drawn_by: str = ""
    date: str = ""
    source: str = ""
    review_number: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value: object = getattr(self, field.name)
            if not isinstance(value, str):
                raise InputError(f"{field.name} must be a text. {value!r} was given instead. | {field.name} 应为文字。")
            object.__setattr__(self, field.name, whole(value))


def gap_figure(
    result: Assessment,
    standard_id: str,
    *,
    language: str = "zh",
    kind: str | None = None,
    level: str | None = None,
    about: FigureNotes | None = None,
    size_mm: tuple[float, float] = A4,
) -> Figure:
    """Return the figure of one standard for print: title, map or bars, legend with units, scale, north, sources.

    Colours, classes and words are those of `gap_map`. A reference judgement has grades of one hue, never a verdict.
    Chinese characters are drawn with a font that is found on this machine. The same result makes the same figure, and
    no setting of matplotlib's is asked or changed.

    Parameters
    ----------
    result
        The assessment.
    standard_id
        The standard's id in the plan, for example ``"LY-01"``.
    language
        ``"zh"`` or ``"en"``: all words of the figure.
    kind
        ``"cells"``: residents by walking time or distance, with gap areas and facilities; ``"zones"``: zones by result;
        ``"bars"``: the zones' values against the target. None: cells where the standard has them, else zones.
    level
        The level of the zones, for example ``"街道"``; None: what the map shows first. For cells, whose borders.
    about
        What the figure says of itself: number, who made it, date, source, review number.
    size_mm
        Width and height, mm; all lettering keeps its size in points.

    Returns
    -------
    matplotlib.figure.Figure
        Write it with `write_figure`; a notebook shows it as it is.

    Raises
    ------
    InputError
        If the standard, language, kind or level is unknown, the standard has no cells, the size cannot be drawn, or
        nothing in the city has a place.
    MissingExtraError
        If matplotlib is not installed (``servicecircle[figures]``), or no font has Chinese characters where the figure
        needs them.

    Examples
    --------
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> figure = sc.gap_figure(result, "LY-02", kind="bars", about=FigureNotes(number="图 1"))
    >>> [round(inches * 25.4) for inches in figure.get_size_inches()]
    [297, 210]
    """
    tongue = check_language(language)
    if kind is not None and kind not in KINDS:
        raise InputError.unknown("kind of figure", kind, KINDS)
    size = _size(size_mm)
    _need_matplotlib()
    from servicecircle.show.figure_bars import draw_bars
    from servicecircle.show.figure_map import draw_map
    from servicecircle.show.figure_page import plain_style
    from servicecircle.show.scene import make_scene

    scene = make_scene(result, standard_id, language=tongue, streets=kind != "bars")
    if kind == "cells" and scene.access is None:
        result.cells_for(standard_id)  # says why there are none
    drawn = kind or ("cells" if scene.access is not None and len(scene.access.cells) else "zones")
    notes = about if about is not None else FigureNotes()
    with plain_style():
        if drawn == "bars":
            return draw_bars(scene, notes, size, level=level)
        return draw_map(scene, notes, size, cells=drawn == "cells", level=level)


def write_figure(figure: Figure, path: str | os.PathLike[str], *, dpi: int = 300) -> None:
    """Write a figure as ``.png``, ``.svg`` or ``.pdf`` at its print size; the old file or the new one, never half.

    The same figure always makes the same file: it holds no date. Cells are drawn as an image inside svg and pdf, at the
    same resolution, so that 100,000 of them stay a small file; all else stays lines and letters. In svg letters are
    drawn as shapes, so that they look the same on every machine; a pdf brings its fonts along.

    Parameters
    ----------
    figure
        From `gap_figure`, or any other figure of matplotlib's.
    path
        The file to write or to replace.
    dpi
        Dots per inch of a png, and of the cells inside svg and pdf.

    Raises
    ------
    InputError
        If the suffix is unknown, the resolution is not between 36 and 1200, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_figure(gap_figure(result, "LY-02"), Path(folder) / "gap.png", dpi=72)
    ...     (Path(folder) / "gap.png").read_bytes()[1:4]
    b'PNG'
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError.unknown("kind of file", target.suffix or "(none)", SUFFIXES)
    _check_dpi(dpi)
    with replacing(target) as part:
        part.write_bytes(_drawn(figure, suffix[1:], dpi))


def figure_png(figure: Figure, *, dpi: int = 300) -> bytes:
    """Return a figure as the bytes of a png; the same figure gives the same bytes."""
    _check_dpi(dpi)
    return _drawn(figure, "png", dpi)


def figure_svg(figure: Figure, *, dpi: int = 300) -> str:
    """Return a figure as svg, from its ``<svg`` on, with letters as shapes: to stand in a page as it is."""
    _check_dpi(dpi)
    text = _drawn(figure, "svg", dpi).decode("utf-8")
    return text[text.index("<svg") :]


def _drawn(figure: Figure, kind: str, dpi: int) -> bytes:
    from servicecircle.show.figure_page import plain_style

    nothing: dict[str, dict[str, Any]] = {
        "png": {"Software": None},
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    stream = io.BytesIO()
    with plain_style():
        figure.savefig(stream, format=kind, dpi=dpi, metadata=nothing[kind])
    return stream.getvalue()


def _size(size_mm: tuple[float, float]) -> tuple[float, float]:
    try:
        wide, high = (float(length) for length in size_mm)
    except (TypeError, ValueError):
        wide = high = float("nan")
    if not (LEAST_MM[0] <= wide <= MOST_MM and LEAST_MM[1] <= high <= MOST_MM):
        raise InputError(
            f"size_mm must be width and height in mm, from {LEAST_MM[0]:g} x {LEAST_MM[1]:g} to {MOST_MM:g} x "
            f"{MOST_MM:g}, for example (297, 210). {size_mm!r} was given instead. | size_mm 应为图幅宽、高（毫米）。"
        )
    return wide, high


def _check_dpi(dpi: object) -> None:
    if isinstance(dpi, bool) or not isinstance(dpi, int | float) or not LEAST_DPI <= dpi <= MOST_DPI:
        raise InputError(
            f"dpi must be a number from {LEAST_DPI} to {MOST_DPI}. {dpi!r} was given instead. | "
            f"dpi 应在 {LEAST_DPI} 到 {MOST_DPI} 之间。"
        )


def _need_matplotlib() -> None:
    try:
        import matplotlib as mpl  # noqa: F401  (whether it is there)
    except ImportError as error:
        raise MissingExtraError(
            "Figures need matplotlib: pip install 'servicecircle[figures]'. | 绘制图件需要安装 matplotlib："
            "pip install 'servicecircle[figures]'。"
        ) from error
