"""How many standards each zone does not meet: the first choice of the map of all standards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.assessment.display import main_row
from servicecircle.show import palette
from servicecircle.show.choices import Choice
from servicecircle.show.legend import LegendRow, LegendSection
from servicecircle.show.phrases import as_told, phrase, term
from servicecircle.show.value_classes import value_classes
from servicecircle.show.zones import result_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from servicecircle.assessment import Assessment
    from servicecircle.show.legend import PaintBox
    from servicecircle.show.palette import Paint
    from servicecircle.show.phrases import Spoken
    from servicecircle.show.tiers import Tier

MOST_NAMED = 12
"""A zone's card names that many of the standards it does not meet."""


def counts_choice(result: Assessment, tiers: Sequence[Tier], box: PaintBox, language: Spoken) -> Choice:
    """Return the choice of all standards: zones by the number of standards with a verdict that they do not meet.

    Only verdicts count; reference judgements have none, and stand beside them in the card.
    """
    whole = result.table[result.table["class"] == "all"]
    parts = {str(zone): rows for zone, rows in whole.groupby("zone_id", sort=False)}
    zones = [str(zone) for tier in tiers for zone in tier.zones["zone_id"] if _judged(parts.get(str(zone))) is not None]
    failed = {zone: int((~_verdicts(parts[zone])).sum()) for zone in zones}
    paints, labels, note = _classes(np.array([failed[zone] for zone in zones], dtype=float), language)
    place = dict(zip(zones, paints, strict=True))
    told = {
        tier.key: [
            (box.number(place[str(zone)]), _card(result, parts[str(zone)], language)) if str(zone) in place else None
            for zone in tier.zones["zone_id"]
        ]
        for tier in tiers
    }
    heads = tuple(tier.title for tier in tiers)
    keys = tuple(tier.key for tier in tiers)
    rows = [
        LegendRow.of_paint(
            paint,
            label,
            tuple(str(sum(place.get(str(zone)) == paint for zone in tier.zones["zone_id"])) for tier in tiers),
        )
        for paint, label in labels
    ]
    notes = (*([note] if note else []), phrase("counts_note", language))
    legend = [
        LegendSection(keys, phrase("legend_counts", language), heads, tuple(rows), notes),
        _whole(result, keys, language),
    ]
    return Choice(phrase("choice_counts", language), told, legend)


def _judged(rows: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the rows of a zone that have a verdict; None if there are none."""
    if rows is None:
        return None
    found = rows[(rows["status"] == "judged") & rows["meets_target"].notna()]
    return found if len(found) else None


def _verdicts(rows: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    found = _judged(rows)
    return np.zeros(0, dtype=bool) if found is None else found["meets_target"].to_numpy(dtype=bool)


def _classes(
    failed: np.ndarray[Any, np.dtype[np.float64]], language: Spoken
) -> tuple[list[Paint], list[tuple[Paint, str]], str]:
    """Return the paint of each zone, the classes as paint and label, and how they were made: none failed is apart."""
    some = failed > 0
    found = value_classes(failed[some], language) if some.any() else None
    none = palette.STATUS_PAINTS["meets"]
    shades = () if found is None else found.paints(palette.COUNTS)
    paints = [none] * len(failed)
    if found is not None:
        for place, one in zip(np.flatnonzero(some), found.classes, strict=True):
            paints[place] = shades[one]
    labels = [(none, "0"), *zip(shades, () if found is None else found.labels(), strict=True)]
    return paints, labels, "" if found is None else found.note


def _card(result: Assessment, rows: pd.DataFrame, language: Spoken) -> list[tuple[str, str]]:
    """Return what a zone's card says: how many standards by result, and which are not met."""
    verdicts, judged = _verdicts(rows), _judged(rows)
    counts = rows["status"].value_counts()
    lines = [
        (phrase("judged_standards", language), str(len(verdicts))),
        (term("meets", language), str(int(verdicts.sum()))),
        (term("fails", language), str(int((~verdicts).sum()))),
    ]
    lines += [
        (term(status, language).partition(" (")[0], str(int(counts[status])))
        for status in ("reference", "not_evaluable")
        if counts.get(status, 0)
    ]
    names = [] if judged is None else judged["standard_id"][~verdicts].tolist()
    lines += [(one, as_told(result.plan[one].name, language)) for one in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        lines.append((phrase("more_standards", language, count=len(names) - MOST_NAMED), ""))
    return lines


def _whole(result: Assessment, keys: tuple[str, ...], language: Spoken) -> LegendSection:
    """Return how many standards have which result in the whole city."""
    found = (main_row(result, standard) for standard in result.plan.standards)
    rows = [row for row in found if row is not None]
    heads = (phrase("number_standards", language),)
    return LegendSection(keys, phrase("legend_whole", language), heads, result_rows([rows], language))
