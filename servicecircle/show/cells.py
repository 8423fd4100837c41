"""The cells of a map: classes, colours, and all their figures as short columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from servicecircle.show import palette
from servicecircle.show.compact import compact_shapes, figures, honest_figures
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer, PaintBox
from servicecircle.show.phrases import capital, phrase, term
from servicecircle.show.rows import people
from servicecircle.units import TOLERANCE_M
from servicecircle.words import word

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.show.palette import Paint
    from servicecircle.show.scene import Access, Limits, Scene
    from servicecircle.words import Language

COVERED, UNCOVERED, UNREACHABLE, OUT_OF_SCOPE = range(4)
STATES = ("covered", "uncovered", "unreachable", "out_of_scope")


@dataclass(frozen=True, slots=True)
class CellView:
    """One way of colouring cells: a paint and a label for each class, and the class of each cell."""

    key: str
    paints: tuple[Paint, ...]
    labels: tuple[str, ...]
    classes: NDArray[np.int64]
    limits_after: frozenset[int] = frozenset()


def cell_states(cells: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return for each cell whether it is covered, not covered, out of reach, or out of scope (0 to 3)."""
    states = np.where(cells["covered"].to_numpy(dtype=bool), COVERED, UNCOVERED)
    reached = np.isfinite(cells["metres"].to_numpy(dtype=float)) | (cells["n_missing"].to_numpy() > 0)
    states = np.where((states == UNCOVERED) & ~reached, UNREACHABLE, states)
    return np.where(cells["in_scope"].to_numpy(dtype=bool), states, OUT_OF_SCOPE)


def cell_layers(scene: Scene, box: PaintBox) -> tuple[dict[str, Any], list[MapLayer], list[LegendSection]]:
    """Return the data of the cells, the layers made of them and their legends; all empty if there are no cells."""
    access = scene.access
    if access is None or access.cells.empty:
        return {}, [], []
    states = cell_states(access.cells)
    views = [_distance_view(scene, access, states), _covered_view(scene, states)]
    data = _columns(scene, access, states)
    data["views"] = {}
    layers, sections = [], []
    for place, view in enumerate(views):
        numbers = np.array([box.number(paint) for paint in view.paints])
        key = f"cells{place}"
        data["views"][key] = numbers[view.classes].tolist()
        layers.append(
            MapLayer(key, phrase(f"layer_{view.key}", scene.language), place == 0, {"view": key}, exclusive=True)
        )
        sections.append(_legend(scene, access, view, key))
    return data, layers, sections


def main_view(scene: Scene, access: Access) -> tuple[CellView, LegendSection]:
    """Return the colouring that a map opens with, by time, distance or missing services, and its legend."""
    view = _distance_view(scene, access, cell_states(access.cells))
    return view, _legend(scene, access, view, view.key)


def _distance_view(scene: Scene, access: Access, states: NDArray[np.int64]) -> CellView:
    """Return the colouring by minutes, by metres, or by the number of services missing."""
    cells, limits = access.cells, access.limits
    if limits.unit == "services":
        missing = cells["n_missing"].to_numpy(dtype=np.int64)
        most = max(int(missing.max()), 1)
        classes = missing
        paints = palette.ramp([0.0, *(n + 0.5 for n in range(1, most))], 0)
        labels = [phrase("complete", scene.language), *map(str, range(1, most + 1))]
        view, after = "missing", frozenset({0})
    else:
        breaks = palette.class_breaks(limits.ends, bands=limits.bands)
        uppers = [limits.metres(value) for value in breaks]
        classes = palette.classify(cells["metres"].to_numpy(dtype=float), uppers, tolerance=TOLERANCE_M)
        paints = palette.ramp(breaks, max(limits.ends))
        labels = palette.ranges(breaks)
        view = "minutes" if limits.unit == "min" else "metres"
        after = frozenset(breaks.index(value) for value in limits.ends)
    return _with_rest(CellView(view, paints, tuple(labels), classes, after), scene, states)


def _with_rest(view: CellView, scene: Scene, states: NDArray[np.int64]) -> CellView:
    """Return a view with the classes of cells out of reach and out of scope added."""
    count = len(view.paints)
    classes = np.where(states == UNREACHABLE, count, np.minimum(view.classes, count))
    classes = np.where(states == OUT_OF_SCOPE, count + 1, classes)
    labels = tuple(term(key, scene.language) for key in STATES[UNREACHABLE:])
    paints = (*view.paints, palette.UNREACHABLE, palette.OUT_OF_SCOPE)
    return CellView(view.key, paints, view.labels + labels, classes, view.limits_after)


def _covered_view(scene: Scene, states: NDArray[np.int64]) -> CellView:
    labels = tuple(term(key, scene.language) for key in STATES)
    paints = (palette.COVERED, palette.UNCOVERED, palette.UNREACHABLE, palette.OUT_OF_SCOPE)
    return CellView("covered", paints, labels, states)


def _legend(scene: Scene, access: Access, view: CellView, key: str) -> LegendSection:
    """Return the legend of a colouring: the residents of the standard's group and the cells in each class."""
    residents = np.bincount(
        view.classes, weights=access.cells["group"].to_numpy(dtype=float), minlength=len(view.paints)
    )
    counts = np.bincount(view.classes, minlength=len(view.paints))
    # classes are listed up to the last that has cells, at least up to the limit; of the states only those there are
    shown = (
        max([*np.flatnonzero(counts[:-2]), *view.limits_after], default=-1) + 1
        if view.limits_after
        else len(STATES) - 2
    )
    rows = [
        LegendRow.of_paint(paint, label, (people(residents[i]), f"{counts[i]:,}"), limit_after=i in view.limits_after)
        for i, (paint, label) in enumerate(zip(view.paints, view.labels, strict=True))
        if counts[i] or i < shown
    ]
    total = LegendRow(
        phrase("total", scene.language), "#000000", (people(residents.sum()), f"{counts.sum():,}"), "none"
    )
    straight = view.key == "metres" and access.limits.straight
    title = phrase("legend_straight" if straight else f"legend_{view.key}", scene.language)
    notes = (
        (phrase("legend_limit", scene.language, limit=limit_text(access.limits, scene.language)),)
        if view.key in {"minutes", "metres"}
        else ()
    )
    heads = (capital(phrase("legend_people", scene.language, group=scene.group_name)), term("cells", scene.language))
    return LegendSection((key,), title, heads, (*rows, total), notes)


def limit_text(limits: Limits, language: Language) -> str:
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
        "radius": dot_radius(scene, access) if points else 0,
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


def dot_radius(scene: Scene, access: Access) -> float:
    """Return the radius (metres) of the dots that stand for point cells: they nearly touch where they lie densest."""
    places = shapely.get_coordinates(access.cells.to_crs(scene.result.city.crs).geometry.to_numpy())
    if len(places) < 2:  # noqa: PLR2004  (two points make a distance)
        return 50.0
    distances = np.asarray(KDTree(places).query(places, k=2)[0])[:, 1]
    return float(np.clip(0.48 * np.median(distances), 5.0, 250.0).round(1))
