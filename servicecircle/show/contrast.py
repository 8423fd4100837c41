"""Two ways of measuring the same standard on one map: radius and network, or two walking speeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servicecircle.errors import InputError
from servicecircle.plan import Composite, Coverage, Reach
from servicecircle.show import palette
from servicecircle.show.basemap import tile_layer
from servicecircle.show.cells import CellLine, CellView, cell_layers, cell_states, covered_view, walk_view
from servicecircle.show.drawing import standard_drawing
from servicecircle.show.facilities import facility_layers
from servicecircle.show.legend import PaintBox
from servicecircle.show.maps import assemble
from servicecircle.show.outlines import make_outlines, walk_outlines
from servicecircle.show.overlays import isochrone_layers
from servicecircle.show.panel import panel_html
from servicecircle.show.phrases import capital, check_spoken, phrase, term, word
from servicecircle.show.scene import make_scene
from servicecircle.show.zones import zone_layers
from servicecircle.units import metres_walked, reaches

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium
    from numpy.typing import NDArray
    from xyzservices import TileProvider

    from servicecircle.assessment import Assessment
    from servicecircle.plan import Plan
    from servicecircle.show.outlines import Outline
    from servicecircle.show.scene import Access, Scene

BOTH, FIRST, SECOND, NEITHER, OUTSIDE = range(5)

SLOW_AND_FAST = {"general": "elderly", "elderly": "general", "child": "general"}
"""The profile that a standard's own is compared with, unless another is asked for."""


def radius_map(
    result: Assessment,
    standard_id: str = "CX-01",
    *,
    language: str = "zh",
    basemap: str | TileProvider | None = None,
    streets: bool = True,
) -> folium.Map:
    """Return the map of who lives within a radius (metres), and who within the same metres on the walk network.

    The radius is what a standard of area coverage judges; the walk is what residents have to do. Each of the four
    classes (both, radius only, network only, neither) has its residents in the legend.

    Parameters
    ----------
    result
        The assessment.
    standard_id
        A standard of area coverage with one radius, for example ``"CX-01"`` (bus stops).
    language
        ``"zh"``, ``"en"`` or ``"both"``.
    basemap
        As for `gap_map`.
    streets
        Whether the city's own water, green and streets are drawn.

    Raises
    ------
    InputError
        If the standard is unknown, has no radius or cannot be judged, or the language or the basemap is unknown.
    """
    tongue = check_spoken(language)
    measure = result.plan[standard_id].measure
    if not isinstance(measure, Coverage) or measure.metres is None:
        fit = [one.id for one in result.plan.standards if getattr(one.measure, "metres", 0) and _is_coverage(one)]
        raise _unfit(standard_id, fit, "is not about a radius", "不以服务半径计算")
    cells = result.cells_for(standard_id)
    metres = dict(result.outcomes[standard_id].walks)[",".join(result.plan[standard_id].services)].distance_m
    radius, walk = cells["covered"].to_numpy(dtype=bool), reaches(metres, measure.metres)
    scene = make_scene(result, standard_id, language=tongue, streets=streets)
    names = [phrase(key, tongue, limit=f"{measure.metres:g}") for key in ("by_radius", "by_network")]
    lines = make_outlines(scene, None) + walk_outlines(scene, [measure.metres])
    line = CellLine(phrase("network_head", tongue), metres, " m")
    title = phrase("kind_radius", tongue)
    return _contrast_map(scene, (radius, walk), names, title=title, lines=lines, told=[line], basemap=basemap)


def speed_map(
    result: Assessment,
    standard_id: str,
    *,
    profile: str | None = None,
    language: str = "zh",
    basemap: str | TileProvider | None = None,
    streets: bool = True,
) -> folium.Map:
    """Return the map of who reaches a standard's services at its own walking speed, and who at another one.

    The usual question is who is covered at the general speed and no longer at that of older people. Each of the
    classes has its residents in the legend. Limits in minutes are the standard's own.

    Parameters
    ----------
    result
        The assessment.
    standard_id
        A standard of walking time, for example ``"LY-01"`` or ``"ZH-01"``.
    profile
        A walking profile of the plan to compare with; None: older people, or the general one if the standard is
        about older people already.
    language
        ``"zh"``, ``"en"`` or ``"both"``.
    basemap
        As for `gap_map`.
    streets
        Whether the city's own water, green and streets are drawn.

    Raises
    ------
    InputError
        If the standard is unknown, has no limit in minutes or cannot be judged, or the profile, the language or the
        basemap is unknown.
    """
    tongue, plan = check_spoken(language), result.plan
    measure = plan[standard_id].measure
    if not _in_minutes(measure):
        fit = [one.id for one in plan.standards if _in_minutes(one.measure)]
        raise _unfit(standard_id, fit, "has no limit in minutes of walking", "不以步行分钟计算")
    own = str(getattr(measure, "profile", ""))
    other = SLOW_AND_FAST.get(own, "general") if profile is None else profile
    if other not in plan.profiles or other == own:
        raise InputError.unknown("profile", other, [name for name in plan.profiles if name != own])
    fast, slow = sorted((own, other), key=lambda name: (-plan.profiles[name].speed_m_s, name))
    cells = result.cells_for(standard_id)
    reached = {own: cells["covered"].to_numpy(dtype=bool), other: _covered_at(result, standard_id, other)}
    scene = make_scene(result, standard_id, language=tongue, streets=streets)
    names = [_speed_words(plan, name, scene) for name in (fast, slow)]
    title = phrase("kind_speed", tongue)
    return _contrast_map(scene, (reached[fast], reached[slow]), names, title=title, basemap=basemap)


def _in_minutes(measure: object) -> bool:
    return isinstance(measure, Composite) or (isinstance(measure, Reach) and measure.metres is None)


def _is_coverage(standard: object) -> bool:
    return isinstance(getattr(standard, "measure", None), Coverage)


def _unfit(standard_id: str, fit: Sequence[str], en: str, zh: str) -> InputError:
    return InputError(
        f"{standard_id} {en}. Those that are: {', '.join(fit) or '(none)'}. | "
        f"{standard_id} {zh}，可用：{'、'.join(fit) or '无'}。"
    )


def _speed_words(plan: Plan, profile: str, scene: Scene) -> str:
    speed = f"{plan.profiles[profile].speed_m_s:g}"
    name = capital(word(profile, scene.language))
    return phrase("at_speed", scene.language, profile=name, speed=speed)


def _covered_at(result: Assessment, standard_id: str, profile: str) -> NDArray[np.bool_]:
    """Return which cells are covered if everyone walks as a profile does, shape (cells,)."""
    measure, speed = result.plan[standard_id].measure, result.plan.profiles[profile].speed_m_s
    if isinstance(measure, Composite):
        walks = dict(result.outcomes[standard_id].walks)
        each = [
            reaches(walks[one.service].distance_m, metres_walked(one.minutes, speed_m_s=speed))
            for one in measure.require
        ]
        return np.asarray(np.all(each, axis=0), dtype=bool)
    cells = result.cells_for(standard_id)
    own = result.plan.profiles[str(getattr(measure, "profile", ""))].speed_m_s
    return reaches(cells["metres"].to_numpy(dtype=float), cells["limit_m"].to_numpy(dtype=float) * (speed / own))


def _contrast_map(
    scene: Scene,
    reached: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    names: Sequence[str],
    *,
    title: str,
    lines: Sequence[Outline] | None = None,
    told: Sequence[CellLine] = (),
    basemap: str | TileProvider | None,
) -> folium.Map:
    """Return the map of cells by which of two ways reaches them."""
    tiles, box = None if basemap is None else tile_layer(basemap), PaintBox()
    views: list[CellView] = []
    if scene.access is not None:
        states = cell_states(scene.access.cells)
        views = [_contrast_view(scene, scene.access, reached, names), covered_view(scene, states)]
        views.append(walk_view(scene, scene.access, states))
    cells = cell_layers(scene, box, views=views, lines=told)
    outlines = isochrone_layers(scene, make_outlines(scene, None) if lines is None else lines)
    zones = zone_layers(scene, box, coloured=not cells[1])
    drawing = standard_drawing(scene, box, cells, zones, outlines, facility_layers(scene), tiles=tiles is not None)
    return assemble(drawing, panel=panel_html(scene, drawing.legend, kind=title), tiles=tiles)


def _contrast_view(
    scene: Scene, access: Access, reached: tuple[NDArray[np.bool_], NDArray[np.bool_]], names: Sequence[str]
) -> CellView:
    """Return the colouring by both, only the first, only the second, neither, or out of scope."""
    first, second = reached
    classes = np.select([first & second, first, second], [BOTH, FIRST, SECOND], NEITHER)
    classes = np.where(access.cells["in_scope"].to_numpy(dtype=bool), classes, OUTSIDE)
    language = scene.language
    labels = (
        phrase("both_ways", language),
        *(phrase("only_way", language, way=name) for name in names),
        phrase("neither_way", language),
        term("out_of_scope", language),
    )
    title = phrase("versus", language, first=names[0], second=names[1])
    return CellView(phrase("layer_versus", language), title, palette.CONTRAST, labels, classes, always=FIRST + 1)
