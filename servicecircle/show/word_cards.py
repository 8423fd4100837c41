"""The check-up cards of a Word report: one page for each 街道 and 乡镇, with its indicators, gaps and a small map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.errors import InputError
from servicecircle.plan import Composite, Coverage
from servicecircle.show.figures import figure_png
from servicecircle.show.phrases import as_told, phrase, term
from servicecircle.show.rows import (
    gap_words,
    grade_words,
    group_name,
    known,
    people,
    standard_group,
    status_words,
    target_words,
    unit_words,
    value_words,
)
from servicecircle.show.scene import WGS84, Access, make_scene
from servicecircle.show.zones import TIERS

if TYPE_CHECKING:
    import pandas as pd

    from servicecircle.assessment import Assessment
    from servicecircle.show.scene import Scene
    from servicecircle.show.word_parts import Paper
    from servicecircle.words import Language

MAP_MM, MAP_DPI = {"zh": (160.0, 80.0), "en": (160.0, 66.0)}, 150
MOST_ROWS, MOST_GAPS = 11, 3
"""So that a card stays on its page, also where names need two lines."""

M2_HA = 10_000.0


def carded(result: Assessment, level: str | None) -> gpd.GeoDataFrame:
    """Return the zones that get a card, by zone_id.

    Raises
    ------
    InputError
        If the city has no zones of the level.
    """
    zones = result.city.zones.sort_values("zone_id")
    levels = list(dict.fromkeys(zones["level"]))
    if level is None:
        return zones[zones["level"].isin(TIERS[0])]
    if level and level not in levels:
        raise InputError.unknown("level", level, levels)
    return zones[zones["level"] == level]


def add_cards(paper: Paper, result: Assessment, zones: gpd.GeoDataFrame) -> None:
    """Add a card for each zone, one page each, on pages that stand."""
    from tqdm.auto import tqdm

    if zones.empty:
        return
    paper.section(lying=False)
    gaps = _all_gaps(result)
    scenes: dict[str, Scene] = {}
    for zone in tqdm(list(zones.itertuples()), desc="cards", unit="", delay=2):
        paper.heading(phrase("word_card", paper.language, zone=zone.name), 1)
        _add_indicators(paper, result, str(zone.zone_id), str(zone.name))
        _add_gaps(paper, result, gaps, zone.geometry)
        shown = _shown(result, zone)
        if shown:
            if shown not in scenes:
                scenes[shown] = make_scene(result, shown, language=paper.language, streets=True)
            _add_map(paper, scenes[shown], zone)


def _shown(result: Assessment, zone: Any) -> str:
    """Return the standard that a zone's map shows: of those with cells that it is about, a circle of services first."""
    mine = (result.ground.cell_zones[zone.level] == zone.zone_id).to_numpy(dtype=bool)
    for one in sorted(result.plan.standards, key=lambda one: not isinstance(one.measure, Composite)):
        cells = result.outcomes[one.id].cells
        if (
            cells is not None
            and not isinstance(one.measure, Coverage)
            and cells["in_scope"].to_numpy(dtype=bool)[mine].any()
        ):
            return one.id
    return ""


def _all_gaps(result: Assessment) -> gpd.GeoDataFrame:
    """Return the gap areas of all standards of access, those with most residents of their group first."""
    parts = [
        result.gaps(one.id).assign(standard_id=one.id)
        for one in result.plan.standards
        if result.outcomes[one.id].cells is not None
    ]
    rows = [row for part in parts for row in part.to_dict("records") if row["group"] > 0]
    ordered = sorted(rows, key=lambda row: (-row["group"], row["standard_id"], str(row["gap_id"])))
    columns = ["standard_id", "group", "area_m2", "geometry"]
    return gpd.GeoDataFrame(ordered, columns=columns, geometry="geometry", crs=result.city.crs)


def _add_indicators(paper: Paper, result: Assessment, zone: str, name: str) -> None:
    """Add the zone's rows: those below their target first, then the others; how many are left out is said."""
    language = paper.language
    rows = result.table[(result.table["zone_id"] == zone) & (result.table["class"] == "all")]
    evaluated = [row for _, row in rows[rows["value"].notna()].iterrows()]
    short = [row for row in evaluated if known(row["meets_target"]) and not row["meets_target"]]
    short.sort(key=lambda row: (row["status"] != "judged", row["nature"] != "约束性"))
    ids = {row["standard_id"] for row in short}
    shown = [*short, *(row for row in evaluated if row["standard_id"] not in ids)]
    residents = rows["pop_total"].dropna()
    facts = [f"{term('pop_total', language)} {people(float(residents.iloc[0]))}"] if len(residents) else []
    facts.append(f"{term('standard', language)} {len(evaluated)}")
    paper.text(phrase("figure_between", language).join(facts), "Note")
    heads = [term(key, language) for key in ("standard", "value", "target", "status", "gap")]
    told = [_indicator(row, language) for row in shown[:MOST_ROWS]]
    if told:
        title = phrase("word_zone_figures", language, zone=name)
        paper.table(heads, told, caption=title, shares=(5.4, 1.7, 2.7, 2.7, 2.5), numbers=(1, 2, 4))
    counts = {"more": len(shown) - len(told), "lost": int((rows["status"] == "not_evaluable").sum())}
    if any(counts.values()):
        paper.text(phrase("word_indicators_left_out", language, **counts), "Note")


def _indicator(row: pd.Series[Any], language: Language) -> tuple[str, ...]:
    status = status_words(row, language)
    return (
        f"{row['standard_id']} {row[f'name_{language}']}",
        value_words(row, language),
        target_words(row, language) or "–",
        f"{status} {grade_words(row)}".strip() if row["status"] == "reference" else status,
        _gap(row, language),
    )


def _gap(row: pd.Series[Any], language: Language) -> str:
    """Return the gap, and the residents not covered where it is told in another unit."""
    gap = gap_words(row, language)
    if row["gap_unit"] == "人" or not known(row["group_uncovered"]):
        return gap
    residents = f"{people(float(row['group_uncovered']))} {unit_words('人', language)}"
    told_already = not known(row["gap"]) or row["gap"] == row["group_uncovered"]
    return residents if told_already else phrase("comma", language).join([gap, residents])


def _add_gaps(paper: Paper, result: Assessment, gaps: gpd.GeoDataFrame, shape: shapely.Geometry) -> None:
    """Add the largest gap areas whose middle lies in the zone."""
    language = paper.language
    paper.heading(phrase("word_worst_gaps", language), 3)
    middles = shapely.point_on_surface(gaps.geometry.to_numpy())
    here = gaps[shapely.intersects(shape, middles)].head(MOST_GAPS)
    if here.empty:
        paper.text(phrase("word_no_gaps", language))
    for gap in here.to_dict("records"):
        standard = result.plan[gap["standard_id"]]
        told = {"id": standard.id, "name": as_told(standard.name, language), "people": people(float(gap["group"]))}
        told["group"] = group_name(result, standard_group(result, standard), language)
        area = f"{gap['area_m2'] / M2_HA:,.1f}" if known(gap["area_m2"]) else "–"
        paper.text(phrase("word_gap_line", language, area=area, **told), "List Bullet")


def _add_map(paper: Paper, scene: Scene, zone: Any) -> None:
    """Add the map of a zone: its own cells, the gap areas and facilities around."""
    from servicecircle.show.figure_map import draw_map
    from servicecircle.show.figure_page import plain_style

    near = _near(scene, zone)
    if near is None:
        return
    with plain_style():
        figure = draw_map(near, None, MAP_MM[scene.language], cells=True, level=None)
        png = figure_png(figure, dpi=MAP_DPI)
    name = f"{scene.standard.id} {as_told(scene.standard.name, scene.language)}"
    paper.picture(
        png, phrase("word_card_map", scene.language, zone=zone.name, name=name), wide_mm=MAP_MM[scene.language][0]
    )


def _near(scene: Scene, zone: Any) -> Scene | None:
    """Return a scene of one zone; None if the zone has no place, or no cells."""
    if scene.access is None or zone.geometry is None or zone.geometry.is_empty:
        return None
    ground = scene.result.ground
    mine = (ground.cell_zones[zone.level] == zone.zone_id).to_numpy(dtype=bool)
    if not mine.any():
        return None
    zones = scene.result.city.zones
    own = zones[(zones["zone_id"] == zone.zone_id).to_numpy()].to_crs(WGS84)
    west, south, east, north = own.total_bounds.tolist()
    box = shapely.box(west, south, east, north)
    gaps = scene.gaps
    return replace(
        scene,
        access=Access(scene.access.cells[mine], scene.access.limits),
        facilities=_within(scene.facilities, box),
        gaps=None if gaps is None else _within(gaps, box),
        zones=own,
        bounds=(west, south, east, north),
    )


def _within(frame: gpd.GeoDataFrame, box: shapely.Polygon) -> gpd.GeoDataFrame:
    return frame[np.asarray(shapely.intersects(frame.geometry.to_numpy(), box), dtype=bool)]
