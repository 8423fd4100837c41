"""The map of the 15-minute life circle: how complete it is around each cell, and which services are missing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.errors import InputError
from servicecircle.plan import Composite
from servicecircle.show import palette
from servicecircle.show.basemap import tile_layer
from servicecircle.show.cells import OUT_OF_SCOPE, CellLine, CellView, cell_layers, cell_states
from servicecircle.show.drawing import standard_drawing
from servicecircle.show.facilities import facility_layers
from servicecircle.show.legend import LegendRow, LegendSection, PaintBox
from servicecircle.show.maps import assemble
from servicecircle.show.panel import panel_html
from servicecircle.show.phrases import capital, check_spoken, phrase, term, word
from servicecircle.show.rows import people
from servicecircle.show.scene import make_scene
from servicecircle.show.zones import zone_layers
from servicecircle.units import TOLERANCE_M, minutes_walked

if TYPE_CHECKING:
    import folium
    from numpy.typing import NDArray
    from xyzservices import TileProvider

    from servicecircle.assessment import Assessment
    from servicecircle.plan import Requirement
    from servicecircle.show.overlays import Layers
    from servicecircle.show.palette import Paint
    from servicecircle.show.scene import Access, Scene


def completeness_map(
    result: Assessment,
    standard_id: str = "ZH-01",
    *,
    language: str = "zh",
    basemap: str | TileProvider | None = None,
    streets: bool = True,
) -> folium.Map:
    """Return the map of a standard that asks for several services: the score, what is missing, and each service.

    Cells show how many of the services they reach within the limits (0 to 6 for ZH-01); at a click which are missing
    together, or the walk to one of them. The score is for the eye: the standard asks for every one.

    Parameters
    ----------
    result
        The assessment.
    standard_id
        A composite standard of the plan.
    language
        ``"zh"``, ``"en"`` or ``"both"``.
    basemap
        As for `gap_map`.
    streets
        Whether the city's own water, green and streets are drawn.

    Raises
    ------
    InputError
        If the standard is unknown or no composite one, or the language or the basemap is unknown.
    """
    tongue = check_spoken(language)
    measure = result.plan[standard_id].measure
    if not isinstance(measure, Composite):
        fit = [one.id for one in result.plan.standards if isinstance(one.measure, Composite)]
        raise InputError(
            f"{standard_id} does not ask for several services. Those that do: {', '.join(fit) or '(none)'}. | "
            f"{standard_id} 不是组合标准，可用：{'、'.join(fit) or '无'}。"
        )
    tiles = None if basemap is None else tile_layer(basemap)
    scene, box = make_scene(result, standard_id, language=tongue, streets=streets), PaintBox()
    views = () if scene.access is None else _views(scene, scene.access, measure)
    cells = cell_layers(scene, box, views=views, lines=_lines(scene, measure))
    zones = zone_layers(scene, box, coloured=not cells[1])
    missing: Layers = ([], [] if scene.access is None else [_missing_by_service(scene, scene.access, measure)])
    drawing = standard_drawing(scene, box, cells, zones, missing, facility_layers(scene), tiles=tiles is not None)
    panel = panel_html(scene, drawing.legend, kind=phrase("kind_completeness", tongue))
    return assemble(drawing, panel=panel, tiles=tiles)


def _views(scene: Scene, access: Access, measure: Composite) -> list[CellView]:
    walks = dict(scene.result.outcomes[scene.standard.id].walks)
    views = [_score_view(scene, access, len(measure.require)), _kinds_view(scene, access, len(measure.require))]
    return views + [_service_view(scene, access, one, walks[one.service].distance_m) for one in measure.require]


def _rest(access: Access, classes: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return classes with those of cells out of scope set to the last one."""
    return np.where(cell_states(access.cells) == OUT_OF_SCOPE, count, classes)


def _score_view(scene: Scene, access: Access, services: int) -> CellView:
    """Return the colouring by the number of services within reach, from all to none."""
    paints = palette.ramp([0.0, *(n + 0.5 for n in range(1, services))], 0)
    full = phrase("score_full", scene.language, count=services)
    return CellView(
        phrase("layer_score", scene.language, count=services),
        phrase("legend_score", scene.language, count=services),
        (*paints, palette.OUT_OF_SCOPE),
        (full, *map(str, range(services - 1, -1, -1)), term("out_of_scope", scene.language)),
        _rest(access, access.cells["n_missing"].to_numpy(dtype=np.int64), services + 1),
        frozenset({0}),
        always=services + 1,
        notes=(phrase("score_note", scene.language, count=services),),
    )


def _kinds_view(scene: Scene, access: Access, services: int) -> CellView:
    """Return the colouring by which services are missing together: the commonest by residents, and all others."""
    language, cells = scene.language, access.cells
    inside = cells["in_scope"].to_numpy(dtype=bool)
    missing = [tuple(one) for one in cells["missing"]]
    residents: Counter[tuple[str, ...]] = Counter()
    for kind, number in zip(np.array([*missing, None], dtype=object)[:-1][inside], cells["group"][inside], strict=True):
        if kind:
            residents[kind] += number
    common = sorted(residents, key=lambda kind: (-residents[kind], kind))[: len(palette.KINDS)]
    places = {(): 0} | {kind: place for place, kind in enumerate(common, 1)}
    few = services // 2
    rest = [len(places) + (len(kind) > few) for kind in missing]
    comma = phrase("comma", language)
    return CellView(
        phrase("layer_kinds", language),
        phrase("legend_kinds", language),
        (palette.COVERED, *map(_kind_paint, range(len(common))), *palette.OTHER_KINDS, palette.OUT_OF_SCOPE),
        (
            phrase("kinds_complete", language),
            *(comma.join(scene.service_name(service) for service in kind) for kind in common),
            phrase("kinds_other", language, count=f"≤ {few}"),
            phrase("kinds_other", language, count=f"> {few}"),
            term("out_of_scope", language),
        ),
        _rest(access, np.array([places.get(*pair) for pair in zip(missing, rest, strict=True)]), len(places) + 2),
        always=1,
    )


def _kind_paint(place: int) -> Paint:
    return palette.Paint(palette.KINDS[place])


def _service_view(scene: Scene, access: Access, one: Requirement, metres: NDArray[np.float64]) -> CellView:
    """Return the colouring by the walk to one of the services, in classes of its own limit."""
    language, service = scene.language, scene.service_name(one.service)
    breaks = palette.class_breaks([one.minutes])
    uppers = [access.limits.metres_of(value) for value in breaks]
    classes = palette.classify(metres, uppers, tolerance=TOLERANCE_M)
    classes = _rest(access, classes, len(breaks) + 2)
    rest = (term("unreachable", language), term("out_of_scope", language))
    return CellView(
        phrase("layer_service", language, service=service),
        phrase("legend_service", language, service=service),
        (*palette.ramp(breaks, one.minutes), palette.UNREACHABLE, palette.OUT_OF_SCOPE),
        (*palette.ranges(breaks), *rest),
        classes,
        frozenset({breaks.index(one.minutes)}),
        always=breaks.index(one.minutes) + 1,
        notes=(phrase("legend_limit", language, limit=f"{one.minutes:g} {word('minutes', language)}"),),
    )


def _lines(scene: Scene, measure: Composite) -> list[CellLine]:
    """Return the minutes to each service, for the cards of the cells."""
    speed = scene.result.plan.profiles[measure.profile].speed_m_s
    unit = f" {word('minutes', scene.language)}"
    return [
        CellLine(scene.service_title(service), minutes_walked(walk.distance_m, speed_m_s=speed), unit, 1)
        for service, walk in scene.result.outcomes[scene.standard.id].walks
    ]


def _missing_by_service(scene: Scene, access: Access, measure: Composite) -> LegendSection:
    """Return the residents who lack each service, and the limit of each."""
    language, cells = scene.language, access.cells
    inside = cells[cells["in_scope"].to_numpy(dtype=bool)]
    group = inside["group"].to_numpy(dtype=float)
    rows = []
    for one in measure.require:
        lacking = np.array([one.service in missing for missing in inside["missing"]], dtype=bool)
        limit = f"{one.minutes:g} {word('minutes', language)}"
        sign = LegendRow(scene.service_title(one.service), "#000000", (limit, people(group[lacking].sum())), "none")
        rows.append(sign)
    who = capital(phrase("legend_people", language, group=scene.group_name))
    return LegendSection(("zones0",), phrase("lacking_each", language), (phrase("limit", language), who), tuple(rows))
