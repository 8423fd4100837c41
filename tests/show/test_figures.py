from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pytest
import shapely
from matplotlib import font_manager
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.text import Text

from servicecircle.assessment import assess
from servicecircle.city import About
from servicecircle.errors import InputError, MissingExtraError
from servicecircle.show import FigureNotes, figure_bars, figure_fonts, gap_figure, palette, write_figure
from servicecircle.show.figure_map import bar_length, paths_of
from servicecircle.show.figures import figure_png, figure_svg
from servicecircle.text import whole
from tests.show.towns import PAYLOADS, judged, town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

    from servicecircle.assessment import Assessment

IDS = ("YY-01", "YY-05", "CX-01", "LY-01", "LY-02", "WT-01", "ZH-01")
REFERENCE = ("YY-05", "LY-01", "WT-01", "ZH-01")
KINDS = (None, "zones", "bars")
VERDICT_PAINTS = {palette.STATUS_PAINTS[status].color for status in ("meets", "fails")}


@cache
def result() -> Assessment:
    return judged(town())


@cache
def by_village() -> Assessment:
    return assess(town(), result().plan.only("YY-05").with_levels(["社区"]), progress=False)


@cache
def figure(standard: str, language: str = "zh", kind: str | None = None) -> Figure:
    return gap_figure(result(), standard, language=language, kind=kind)


def texts(found: Figure) -> list[str]:
    return [text.get_text() for text in found.findobj(Text) if text.get_text()]


def everything(found: Figure) -> str:
    return " ".join(texts(found))


def painted(found: Figure) -> set[str]:
    """Return the colours of all that is filled."""
    collections = [color for one in found.findobj(PathCollection) for color in one.get_facecolor()]
    patches = [np.asarray(one.get_facecolor()) for kind in (PathPatch, Rectangle) for one in found.findobj(kind)]
    return {to_hex(tuple(map(float, color))) for color in [*collections, *patches]}  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("standard", IDS)
def test_every_figure_says_what_it_is_and_draws_without_a_warning(
    standard: str, language: str, kind: str | None
) -> None:
    found = figure(standard, language, kind)
    said = everything(found)
    labels = ("图号：", "制图单位：", "日期：", "审图号：") if language == "zh" else ("Figure no.: ", "Date: ")
    for text in (standard, result().plan[standard].name("zh" if language == "zh" else "en"), "示例镇", *labels):
        assert text.strip() in said
    assert ("纯属虚构。" if language == "zh" else "Invented.") in said
    assert ("资料来源" if language == "zh" else "Sources") in said
    assert figure_png(found, dpi=36)[1:4] == b"PNG"  # warnings are errors here, those of missing glyphs among them


def test_notes_stand_in_their_fields() -> None:
    notes = FigureNotes("幼儿园覆盖图", "图 3-2", "某院", "2026年11月", "2025年教育局名录", "苏S(2026)1号")
    said = texts(gap_figure(result(), "YY-05", about=notes))
    for text in ("图号：图 3-2", "制图单位：某院", "日期：2026年11月", "审图号：苏S(2026)1号", "幼儿园覆盖图"):
        assert text in said
    assert any("资料来源：2025年教育局名录" in text for text in said)


def test_the_review_number_stays_empty_until_there_is_one() -> None:
    assert "审图号：" in texts(figure("YY-05"))


@pytest.mark.parametrize("given", [{"number": 3}, {"date": None}])
def test_notes_are_texts(given: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="must be a text"):
        FigureNotes(**given)


def test_cells_have_the_colours_of_their_minutes() -> None:
    cells = result().cells_for("WT-01")
    breaks = palette.class_breaks([10])  # WT-01: ten minutes
    paints = palette.ramp(breaks, 10)
    uppers = [0.0, *breaks, np.inf]
    expected = {
        paint.color: int(((cells["minutes"] > low + 1e-4) & (cells["minutes"] <= high + 1e-4)).sum())
        for paint, low, high in zip(paints, uppers[:-1], uppers[1:], strict=True)
    }
    expected[paints[0].color] += int((cells["minutes"] == 0).sum())
    drawn = {
        to_hex(np.asarray(one.get_facecolor())[0]): len(one.get_paths())
        for one in figure("WT-01").findobj(PathCollection)
        if one.get_rasterized()
    }
    assert drawn == {color: count for color, count in expected.items() if count}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("standard", REFERENCE)
def test_a_reference_judgement_has_no_verdict(standard: str, kind: str | None, language: str) -> None:
    found = figure(standard, language, kind)
    said = everything(found)
    assert ("参考判定" if language == "zh" else "Reference judgement") in said
    assert [word for word in ("达标", "eets the standard", "not meet the standard") if word in said] == []
    assert not painted(found) & VERDICT_PAINTS


def test_a_verdict_is_said_and_painted() -> None:
    found = figure("LY-02", "zh", "zones")
    assert "达标" in texts(found)
    assert palette.STATUS_PAINTS["meets"].color in painted(found)


@pytest.mark.parametrize("standard", ["YY-05", "CX-01", "LY-02"])
@pytest.mark.parametrize("size", [(297.0, 210.0), (160.0, 110.0), (210.0, 297.0)])
def test_the_scale_bar_is_as_long_as_it_says(standard: str, size: tuple[float, float]) -> None:
    found = gap_figure(result(), standard, size_mm=size)
    surface, plot = found.axes
    assert plot.get_aspect() == "auto"  # the limits themselves have the shape of the frame
    west, east = plot.get_xlim()
    south, north = plot.get_ylim()
    box = plot.get_position()
    metres_per_mm = (east - west) / (box.width * size[0])
    assert (north - south) / (box.height * size[1]) == pytest.approx(metres_per_mm)
    unit = next(text for text in surface.texts if text.get_text() in {"米", "公里"})
    labels = [text for text in surface.texts if text.get_position()[1] == unit.get_position()[1] and text is not unit]
    ends = sorted((text.get_position()[0], float(text.get_text())) for text in labels)
    length = (ends[-1][1] - ends[0][1]) * (1000 if unit.get_text() == "公里" else 1)
    assert (ends[-1][0] - ends[0][0]) * metres_per_mm == pytest.approx(length)
    bars = [one for one in surface.patches if isinstance(one, Rectangle) and one.get_x() >= ends[0][0] - 1e-9]
    assert max(one.get_x() + one.get_width() for one in bars if one.get_y() < 40) >= ends[-1][0] - 1e-9


@pytest.mark.parametrize(("most", "length"), [(99.0, 50.0), (100.0, 100.0), (199.9, 100.0), (2000.0, 2000.0)])
def test_a_scale_bar_is_a_round_number_that_fits(most: float, length: float) -> None:
    assert bar_length(most)[0] == length


def test_bars_are_as_long_as_the_values_worst_first_with_the_target() -> None:
    villages = by_village()
    rows = villages.table.query("standard_id == 'YY-05' and level == '社区' and `class` == 'all'")
    (axes,) = gap_figure(villages, "YY-05", kind="bars").axes[1:]
    assert len(rows) == 2
    bars = [one for one in axes.patches if isinstance(one, Rectangle)]
    assert [one.get_width() for one in bars] == pytest.approx(sorted(rows["value"] * 100))
    assert [one.get_y() for one in bars] == sorted(one.get_y() for one in bars)
    assert {float(line.get_xdata()[0]) for line in axes.lines} == {100.0}  # type: ignore[index,arg-type]


def test_where_bars_have_no_room_the_worst_are_drawn_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure_bars, "BAR_EM", 40.0)
    found = gap_figure(by_village(), "YY-05", kind="bars")
    assert any(re.fullmatch("共 2 个，只列最差的 1 个", text) for text in texts(found))


def test_what_keeps_a_standard_from_being_judged_is_said_and_hatched() -> None:
    whole_town = town()
    poor = type(whole_town)(
        whole_town.walk,
        whole_town.population,
        whole_town.facilities[whole_town.facilities["service"] != "fitness"],
        whole_town.zones,
        about=About("示例镇"),
    )
    found = gap_figure(judged(poor, "WT-01"), "WT-01", language="en")
    assert "This standard cannot be judged." in everything(found)
    assert "Not evaluable: data missing" in texts(found)
    assert any(one.get_hatch() for one in found.axes[1].patches)
    with pytest.raises(InputError, match="has no cells"):
        gap_figure(judged(poor, "WT-01"), "WT-01", kind="cells")
    assert "缺数据,无法评价" in texts(gap_figure(judged(poor, "WT-01"), "WT-01", kind="bars"))


@pytest.mark.parametrize("text", [*PAYLOADS[::4], *PAYLOADS[-14:], "$x^2$ and $\\frac{1}{2}$", "$unclosed"])
def test_names_are_drawn_as_they_stand(text: str) -> None:
    def name(usual: str) -> str:
        del usual
        return whole(text)

    hostile = judged(town(name=name, level="某级"), "LY-02", level="某级", name=name)
    found = gap_figure(hostile, "LY-02", kind="zones")
    assert figure_png(found, dpi=36)
    assert all(not one.get_parse_math() for axes in found.axes for one in axes.texts)
    assert figure_fonts.drawable(text) in " ".join(texts(found)) or len(text) > 20


def test_figures_make_the_same_bytes_whatever_the_settings(tmp_path: Path) -> None:
    usual = {kind: tmp_path / f"usual.{kind}" for kind in ("png", "svg", "pdf")}
    for path in usual.values():
        write_figure(gap_figure(result(), "LY-01"), path, dpi=50)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "svg.fonttype": "none", "savefig.bbox": "tight"}):
        before = dict(mpl.rcParams)
        for path in usual.values():
            other = path.with_stem("other")
            write_figure(gap_figure(judged(town()), "LY-01"), other, dpi=50)
            assert other.read_bytes() == path.read_bytes()
        assert dict(mpl.rcParams) == before


def test_svg_letters_are_shapes_and_it_holds_no_date() -> None:
    svg = figure_svg(figure("LY-02"), dpi=50)
    assert svg.startswith("<svg")
    assert "<text" not in svg
    assert "dc:date" not in svg


def test_a_figure_that_cannot_be_drawn_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "gap.png"
    target.write_bytes(b"old")
    found = gap_figure(result(), "LY-02")
    monkeypatch.setattr(found, "savefig", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_figure(found, target)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize(
    "given",
    [{"standard_id": "XX-99"}, {"language": "fr"}, {"kind": "pie"}, {"level": "州"}],
)
def test_unknown_names_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(InputError, match="unknown"):
        gap_figure(result(), **({"standard_id": "LY-01"} | given))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(10, 10), (300,), "A4", (float("nan"), 200), (297, 9999)])
def test_sizes_that_cannot_be_drawn_are_refused(size: Any) -> None:
    with pytest.raises(InputError, match="mm"):
        gap_figure(result(), "LY-01", size_mm=size)


@pytest.mark.parametrize("dpi", [0, 99999, True, "300"])
def test_resolutions_that_cannot_be_drawn_are_refused(dpi: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="dpi"):
        write_figure(figure("LY-02"), tmp_path / "gap.png", dpi=dpi)


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.png, \.svg, \.pdf"):
        write_figure(figure("LY-02"), tmp_path / "gap.jpg")


def test_ten_thousand_cells_stay_a_small_file(tmp_path: Path) -> None:
    large = gap_figure(judged(town(blocks=50), "LY-01"), "LY-01")
    assert sum(len(one.get_paths()) for one in large.findobj(PathCollection) if one.get_rasterized()) == 10_000
    for kind in ("png", "svg", "pdf"):
        write_figure(large, tmp_path / f"gap.{kind}", dpi=150)
        assert (tmp_path / f"gap.{kind}").stat().st_size < 1.5e6


def test_point_cells_are_dots_that_nearly_touch() -> None:
    found = gap_figure(judged(town(polygons=False), "WT-01"), "WT-01")
    (first, *_) = [one for one in found.findobj(PathCollection) if one.get_rasterized()]
    extent = first.get_paths()[0].get_extents()
    assert extent.width == pytest.approx(96.0)  # cells are 100 m apart


def test_holes_of_areas_stay_open() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 10, 10).exterior, [shapely.box(4, 4, 6, 6).exterior])
    (path,) = paths_of([None, shapely.MultiPolygon([ring, shapely.box(20, 0, 21, 1)]), shapely.Polygon()])
    vertices, codes = path.vertices, path.codes
    assert codes is not None
    parts = np.split(np.asarray(vertices), np.flatnonzero(codes == 1)[1:])
    signed = [0.5 * float(np.sum(p[:-1, 0] * p[1:, 1] - p[1:, 0] * p[:-1, 1])) for p in parts]
    assert sorted(signed) == [-4.0, 1.0, 100.0]


def test_texts_of_any_length_leave_room_for_the_map() -> None:
    long = "长" * 5000
    found = gap_figure(judged(town(name=lambda _: long), "LY-02", name=lambda _: long), "LY-02", size_mm=(100, 70))
    assert figure_png(found, dpi=36)
    box = found.axes[1].get_position()
    assert min(box.width * 100, box.height * 70) > 10  # mm


@pytest.fixture
def fonts_anew() -> Iterator[None]:
    kept = list(font_manager.fontManager.ttflist)
    figure_fonts.forget()
    yield
    font_manager.fontManager.ttflist = kept
    figure_fonts.forget()


@pytest.mark.usefixtures("fonts_anew")
def test_a_font_is_found_that_matplotlib_does_not_know_of() -> None:
    manager = font_manager.fontManager
    manager.ttflist = [one for one in manager.ttflist if one.name not in figure_fonts.FAMILIES]
    assert figure_fonts.drawable("幼儿园") == "幼儿园"


@pytest.mark.usefixtures("fonts_anew")
def test_without_a_chinese_font_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = font_manager.fontManager
    manager.ttflist = [one for one in manager.ttflist if one.name not in figure_fonts.FAMILIES]
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    with pytest.raises(MissingExtraError, match="fonts-noto-cjk"):
        gap_figure(result(), "LY-02")


def test_without_matplotlib_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"servicecircle\[figures\]"):
        gap_figure(result(), "LY-02")


def test_no_state_of_pyplot_is_made() -> None:
    code = (
        "import sys; from tests.show.towns import judged, town; from servicecircle.show import gap_figure;"
        "first = 'matplotlib' in sys.modules; shown = gap_figure(judged(town(), 'LY-02'), 'LY-02');"
        "shown._repr_png_(); sys.exit(first or 'matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
