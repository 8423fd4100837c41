"""The cells of a map: classes, colours, and all their figures as short columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from servicecircle.show import palette
from servicecircle.show.compact import compact_shapes, figures, honest_figures
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer, PaintBox
from servicecircle.show.phrases import capital, phrase, term, word
from servicecircle.show.rows import people
from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.show.palette import Paint
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.scene import Access, Limits, Scene

COVERED, UNCOVERED, UNREACHABLE, OUT_OF_SCOPE = range(4)
STATES = ("covered", "uncovered", "unreachable", "out_of_scope")

CellLayers: TypeAlias = "tuple[dict[str, Any], list[MapLayer], list[LegendSection]]"
"""The data of cells, layers drawn from them, and their legends."""


@dataclass(frozen=True, slots=True)
class CellView:
    """One way of colouring cells: a paint and a label for each class, and the class of each cell.

    Parameters
    ----------
    name, title
        What the layer control and the legend call it.
    paints, labels
        Of each class.
    classes
        The class of each cell, shape (cells,).
    limits_after
        The classes after which a limit of the standard lies.
    always
        Classes before this one are in the legend even if no cell is in them.
    notes
        What the legend says below the classes.
    """

    name: str
    title: str
    paints: tuple[Paint, ...]
    labels: tuple[str, ...]
    classes: NDArray[np.int64]
    limits_after: frozenset[int] = frozenset()
    always: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CellLine:
    """One line of the cards of all cells: a head, and a number (NaN: none) or a text (empty: none) for each cell."""

    head: str
    values: NDArray[Any]
    unit: str = ""
    digits: int = 0

    @property
    def data(self) -> dict[str, Any]:
        """Return the line as the script reads it."""
        if self.values.dtype == object:
            which, texts = pd.factorize(self.values)
            return {"head": self.head, "texts": texts.tolist(), "which": which.tolist()}
        numbers = figures(self.values.astype(float), self.digits)
        return {"head": self.head, "numbers": numbers, "unit": self.unit, "digits": self.digits}


def cell_states(cells: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return for each cell whether it is covered, not covered, out of reach, or out of scope (0 to 3)."""
    states = np.where(cells["covered"].to_numpy(dtype=bool), COVERED, UNCOVERED)
    reached = np.isfinite(cells["metres"].to_numpy(dtype=float)) | (cells["n_missing"].to_numpy() > 0)
    states = np.where((states == UNCOVERED) & ~reached, UNREACHABLE, states)
    return np.where(cells["in_scope"].to_numpy(dtype=bool), states, OUT_OF_SCOPE)


def cell_layers(
    scene: Scene, box: PaintBox, *, views: Sequence[CellView] = (), lines: Sequence[CellLine] = ()
) -> CellLayers:
    """Return the data of the cells, the layers made of them and their legends; all empty if there are no cells.

    Parameters
    ----------
    scene
        What the map shows.
    box
        The map's paints; new ones are added.
    views
        Ways of colouring the cells, the first shown when the map opens; none: by walk, and covered or not.
    lines
        What the cards of the cells say besides the standard's own figures.
    """
    access = scene.access
    if access is None or access.cells.empty:
        return {}, [], []
    states = cell_states(access.cells)
    data = _columns(scene, access, states) | {"lines": [line.data for line in lines]}
    return view_layers(
        data,
        views or (walk_view(scene, access, states), covered_view(scene, states)),
        box,
        residents=access.cells["group"].to_numpy(dtype=float),
        heads=_heads(scene),
        total=phrase("total", scene.language),
    )


def view_layers(
    data: dict[str, Any],
    views: Sequence[CellView],
    box: PaintBox,
    *,
    residents: NDArray[np.float64],
    heads: tuple[str, str],
    total: str,
    show: bool = True,
) -> CellLayers:
    """Return the data of some cells with their colourings added, one layer for each, and their legends.

    Parameters
    ----------
    data
        Shapes and cards of the cells.
    views
        Ways of colouring them, the first shown when the map opens.
    box
        The map's paints; new ones are added.
    residents
        The residents whom the legend counts in each cell, shape (cells,).
    heads
        The heads of the legend's two columns of numbers: residents and cells.
    total
        The word for the last line of the legend.
    show
        Whether the first colouring is shown when the map opens.
    """
    coloured: dict[str, Any] = {}
    layers, sections = [], []
    for place, view in enumerate(views):
        key = f"cells{place}"
        coloured[key] = np.array([box.number(paint) for paint in view.paints])[view.classes].tolist()
        layers.append(MapLayer(key, view.name, show and place == 0, {"view": key}, exclusive=True))
        sections.append(LegendSection((key,), view.title, heads, _classes(view, residents, total), view.notes))
    return data | {"views": coloured}, layers, sections


def main_view(scene: Scene, access: Access) -> tuple[CellView, LegendSection]:
    """Return the colouring that a map opens with, by time, distance or missing services, and its legend."""
    view = walk_view(scene, access, cell_states(access.cells))
    residents = access.cells["group"].to_numpy(dtype=float)
    classes = _classes(view, residents, phrase("total", scene.language))
    return view, LegendSection(("cells0",), view.title, _heads(scene), classes, view.notes)


def _heads(scene: Scene) -> tuple[str, str]:
    """Return what the legend counts in each class: the standard's residents, and cells."""
    residents = phrase("legend_people", scene.language, group=scene.group_name)
    return capital(residents), term("cells", scene.language)


def walk_view(scene: Scene, access: Access, states: NDArray[np.int64]) -> CellView:
    """Return the colouring by minutes, by metres, or by the number of services missing."""
    cells, limits, language = access.cells, access.limits, scene.language
    if limits.unit == "services":
        return _with_rest(_missing_view(cells, language), scene, states)
    breaks = palette.class_breaks(limits.ends, bands=limits.bands)
    uppers = [limits.metres(value) for value in breaks]
    classes = palette.classify(cells["metres"].to_numpy(dtype=float), uppers, tolerance=TOLERANCE_M)
    key = "minutes" if limits.unit == "min" else "metres"
    view = CellView(
        phrase(f"layer_{key}", language),
        phrase("legend_straight" if limits.straight else f"legend_{key}", language),
        palette.ramp(breaks, max(limits.ends)),
        tuple(palette.ranges(breaks)),
        classes,
        frozenset(breaks.index(value) for value in limits.ends),
        notes=(phrase("legend_limit", language, limit=limit_text(limits, language)),),
    )
    return _with_rest(view, scene, states)


def _missing_view(cells: gpd.GeoDataFrame, language: Spoken) -> CellView:
    missing = cells["n_missing"].to_numpy(dtype=np.int64)
    most = max(int(missing.max()), 1)
    return CellView(
        phrase("layer_missing", language),
        phrase("legend_missing", language),
        palette.ramp([0.0, *(n + 0.5 for n in range(1, most))], 0),
        (phrase("complete", language), *map(str, range(1, most + 1))),
        missing,
        frozenset({0}),
    )


def _with_rest(view: CellView, scene: Scene, states: NDArray[np.int64]) -> CellView:
    """Return a view with the classes of cells out of reach and out of scope added."""
    count = len(view.paints)
    classes = np.where(states == UNREACHABLE, count, np.minimum(view.classes, count))
    classes = np.where(states == OUT_OF_SCOPE, count + 1, classes)
    labels = tuple(term(key, scene.language) for key in STATES[UNREACHABLE:])
    paints = (*view.paints, palette.UNREACHABLE, palette.OUT_OF_SCOPE)
    # classes are listed up to the last that has cells, at least up to the limit
    used = np.flatnonzero(np.bincount(classes, minlength=count)[:count])
    always = max([*used.tolist(), *view.limits_after], default=-1) + 1
    return replace(view, labels=view.labels + labels, paints=paints, classes=classes, always=always)


def covered_view(scene: Scene, states: NDArray[np.int64]) -> CellView:
    """Return the colouring by covered, not covered, out of reach, out of scope."""
    labels = tuple(term(key, scene.language) for key in STATES)
    paints = (palette.COVERED, palette.UNCOVERED, palette.UNREACHABLE, palette.OUT_OF_SCOPE)
    title = phrase("legend_covered", scene.language)
    return CellView(phrase("layer_covered", scene.language), title, paints, labels, states, always=UNREACHABLE)


def _classes(view: CellView, residents: NDArray[np.float64], total: str) -> tuple[LegendRow, ...]:
    """Return the legend of a colouring: the residents and the cells in each class, and in all."""
    sums = np.bincount(view.classes, weights=residents, minlength=len(view.paints))
    counts = np.bincount(view.classes, minlength=len(view.paints))
    rows = [
        LegendRow.of_paint(paint, label, (people(sums[i]), f"{counts[i]:,}"), limit_after=i in view.limits_after)
        for i, (paint, label) in enumerate(zip(view.paints, view.labels, strict=True))
        if counts[i] or i < view.always
    ]
    return (*rows, LegendRow(total, "#000000", (people(sums.sum()), f"{counts.sum():,}"), "none"))


def limit_text(limits: Limits, language: Spoken) -> str:
    """Return limits in words: ``10 min``, ``10 / 20 min``, ``500 m``."""
    unit = word("minutes", language) if limits.unit == "min" else "m"
    return " / ".join(f"{value:g}" for value in limits.ends) + f" {unit}"


def _columns(scene: Scene, access: Access, states: NDArray[np.int64]) -> dict[str, Any]:
    """Return what the tooltip of each cell says, in columns."""
    cells, limits = access.cells, access.limits
    covered = cells["covered"].to_numpy(dtype=bool)
    points = bool((cells.geometry.geom_type == "Point").all())
    zones, names = pd.factorize(_zone_names(scene, access))
    data: dict[str, Any] = {
        "shapes": compact_shapes(cells.geometry.to_numpy(), scene.origin),
        "radius": dot_radius(access.cells.to_crs(scene.result.city.crs)) if points else 0,
        "zone": zones.tolist(),
        "zones": names.tolist(),
        "state": states.tolist(),
        "group": figures(cells["group"].to_numpy(dtype=float), 1),
    }
    if not np.array_equal(cells["group"].to_numpy(dtype=float), cells["pop_total"].to_numpy(dtype=float)):
        data["residents"] = figures(cells["pop_total"].to_numpy(dtype=float), 1)
    if "setting" in cells.columns and cells["setting"].notna().any():
        settings, kinds = pd.factorize(cells["setting"].fillna(""))
        data |= {"setting": settings.tolist(), "settings": [term(kind, scene.language) for kind in kinds]}
    if limits.unit == "services":
        services = sorted({service for missing in cells["missing"] for service in missing})
        data["services"] = [scene.service_name(service) for service in services]
        data["missing"] = [[services.index(service) for service in missing] for missing in cells["missing"]]
        return data
    metres, limit_m = cells["metres"].to_numpy(dtype=float), cells["limit_m"].to_numpy(dtype=float)
    data["metres"] = honest_figures(metres, 0, limits=limit_m, within=covered)
    if limits.unit == "min":
        minutes, limit = cells["minutes"].to_numpy(dtype=float), cells["limit_minutes"].to_numpy(dtype=float)
        data |= {"minutes": honest_figures(minutes, 1, limits=limit, within=covered), "limit": figures(limit, 1)}
    else:
        data["limit"] = figures(limit_m, 0)
    places = {facility: place for place, facility in enumerate(scene.facilities["id"])}
    data["facility"] = [places.get(facility, -1) for facility in cells["facility_id"]]
    return data


def _zone_names(scene: Scene, access: Access) -> pd.Series[str]:
    zones = scene.result.city.zones
    names = dict(zip(zones["zone_id"], zones["name"], strict=True))
    return pd.Series([str(names.get(zone, "")) for zone in access.cells["zone_id"]], dtype=str)


def dot_radius(cells: gpd.GeoDataFrame) -> float:
    """Return the radius (metres) of the dots that stand for point cells: they nearly touch where they lie densest.

    Parameters
    ----------
    cells
        Points, in a CRS in metres.
    """
    places = shapely.get_coordinates(cells.geometry.to_numpy())
    if len(places) < 2:  # noqa: PLR2004  (two points make a distance)
        return 50.0
    distances = np.asarray(KDTree(places).query(places, k=2)[0])[:, 1]
    return float(np.clip(0.48 * np.median(distances), 5.0, 250.0).round(1))
