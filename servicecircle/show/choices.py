"""What can be chosen on the map of all standards: one standard, its result in every zone, its part of the panel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.show import palette
from servicecircle.show.legend import LegendRow, LegendSection
from servicecircle.show.panel import head_of, missing_data, quotes_of
from servicecircle.show.phrases import as_told, phrase, term
from servicecircle.show.rows import group_name, known, standard_group, unit_words
from servicecircle.show.value_classes import value_classes
from servicecircle.show.zones import result_rows, rows_by_zone, status_paint, zone_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from servicecircle.assessment import Assessment
    from servicecircle.plan import Standard
    from servicecircle.show.legend import PaintBox
    from servicecircle.show.palette import Paint
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.tiers import Tier

ZoneRows = dict[object, "pd.Series[Any]"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the list that a map offers.

    Parameters
    ----------
    name
        What the list calls it.
    zones
        For each layer of zones, in the order of its zones: the number of the paint and the lines of the card; None for
        a zone without a result.
    legend
        Its legend.
    row, missing, quotes
        The figures of the whole, what keeps it from being judged, and the clauses, as the panel shows them.
    """

    name: str
    zones: Mapping[str, list[tuple[int, list[tuple[str, str]]] | None]]
    legend: Sequence[LegendSection]
    row: Mapping[str, str] | None = None
    missing: str = ""
    quotes: Sequence[Mapping[str, str]] = field(default_factory=tuple)


def standard_choice(
    result: Assessment, standard: Standard, tiers: Sequence[Tier], box: PaintBox, *, language: Spoken
) -> Choice:
    """Return the choice of one standard."""
    table = result.table[result.table["standard_id"] == standard.id]
    group = group_name(result, standard_group(result, standard), language)
    rows = {tier.key: rows_by_zone(table, tier.zones) for tier in tiers}
    paints, classes = _value_paints(rows, language)
    zones: dict[str, list[tuple[int, list[tuple[str, str]]] | None]] = {}
    for tier in tiers:
        zones[tier.key] = []
        for zone in tier.zones["zone_id"]:
            row = rows[tier.key].get(zone)
            if row is None:
                zones[tier.key].append(None)
                continue
            paint = paints.get(zone) or status_paint(row)
            zones[tier.key].append((box.number(paint), zone_lines(table, row, language, group)))
    name = f"{standard.id} {as_told(standard.name, language)}"
    legend = _legend(tiers, rows, paints, classes, language=language)
    told = head_of(result, standard, language), missing_data(result, standard, language)
    return Choice(name, zones, legend, *told, quotes_of(standard, language))


def _value_paints(
    rows: Mapping[str, ZoneRows], language: Spoken
) -> tuple[dict[object, Paint], tuple[list[tuple[Paint, str]], str, str]]:
    """Return the paints of zones that have a value and no target, and their classes: paint and label, unit, note."""
    told = {zone: row for part in rows.values() for zone, row in part.items() if _is_value(row)}
    values = np.array([float(row["value"]) for row in told.values()], dtype=float)
    if len(np.unique(values)) < 2:  # noqa: PLR2004  (one value makes no classes)
        return {}, ([], "", "")
    unit = str(next(iter(told.values()))["unit"])
    found = value_classes(values, language)
    paints = found.paints(palette.VALUES)
    percent = unit == "share"
    labels = found.labels(digits=1 if percent or values.max() < 100 else 0, percent=percent)  # noqa: PLR2004
    shown = "%" if percent else unit_words(unit, language)
    return (
        {zone: paints[one] for zone, one in zip(told, found.classes, strict=True)},
        (list(zip(paints, labels, strict=True)), shown, found.note),
    )


def _is_value(row: pd.Series[Any]) -> bool:
    return row["status"] == "info" and known(row["value"]) and bool(np.isfinite(float(row["value"])))


def _legend(
    tiers: Sequence[Tier],
    rows: Mapping[str, ZoneRows],
    paints: Mapping[object, Paint],
    classes: tuple[list[tuple[Paint, str]], str, str],
    *,
    language: Spoken,
) -> list[LegendSection]:
    """Return the legend of a standard: each class with the number of zones of each tier that has rows."""
    shown = [tier for tier in tiers if rows[tier.key]]
    if not shown:
        return []
    keys, heads = tuple(tier.key for tier in tiers), tuple(tier.title for tier in shown)
    others = [[row for zone, row in rows[tier.key].items() if zone not in paints] for tier in shown]
    sections = []
    if any(others):
        title = phrase("legend_overview", language)
        sections.append(LegendSection(keys, title, heads, result_rows(others, language)))
    signs, unit, note = classes
    if signs:
        lines = []
        for paint, label in signs:
            counts = [sum(paints.get(zone) == paint for zone in rows[tier.key]) for tier in shown]
            lines.append(LegendRow.of_paint(paint, label, tuple(map(str, counts))))
        title = phrase("legend_values", language, status=term("info", language), unit=unit)
        sections.append(LegendSection(keys, title, heads, tuple(lines), (note,) if note else ()))
    return sections
