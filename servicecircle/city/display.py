"""How a city shows itself in a notebook: what there is of each layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicecircle.markup import table_html
from servicecircle.words import word

if TYPE_CHECKING:
    import pandas as pd

    from servicecircle.city.city import City

HEADS = ("图层 layer", "数量 number", "其中 of these")
METRES_PER_KM = 1_000.0
MOST_NAMED = 12


def html_of(city: City) -> str:
    """Return what a city holds, layer by layer, as an HTML table."""
    cells, edges = city.population, city.walk.edge_length_m
    rows = [
        ("常住人口 residents", f"{cells['pop_total'].sum():,.0f}", _of_settings(cells)),
        ("人口格网 cells", f"{len(cells):,}", ""),
        ("设施 facilities", f"{len(city.facilities):,}", _counted(city.facilities["service"])),
        ("分区 zones", f"{len(city.zones):,}", _counted(city.zones["level"])),
        ("步行路网 walk network", f"{len(edges):,}", f"{edges.sum() / METRES_PER_KM:,.0f} km"),
    ]
    if city.areas is not None:
        rows.append(("范围 areas", f"{len(city.areas):,}", _counted(city.areas["kind"])))
    if city.transport.lines is not None:
        rows.append(("公交线路 bus lines", f"{len(city.transport.lines):,}", ""))
    told = {str(severity): number for severity, number in city.report.counts.items() if number}
    rows.append(("数据检查 findings", f"{sum(told.values()):,}", _listed(told)))
    return table_html(rows, heads=HEADS, title=city.name, notes=[*city.notice, city.crs.to_string()])


def _of_settings(cells: pd.DataFrame) -> str:
    if "setting" not in cells:
        return ""
    return _listed({str(one): round(float(part.sum())) for one, part in cells.groupby("setting")["pop_total"]})


def _counted(values: pd.Series[str]) -> str:
    """Return how often each value occurs, the most frequent first."""
    return _listed({str(value): int(number) for value, number in values.value_counts().sort_index().items()})


def _listed(numbers: dict[str, int]) -> str:
    """Return the largest of some numbers by name."""
    ordered = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    more = f"; ... ({len(ordered)})" if len(ordered) > MOST_NAMED else ""
    return "; ".join(f"{_named(key)} {number:,}" for key, number in ordered[:MOST_NAMED]) + more


def _named(key: str) -> str:
    """Return a term in both languages, and what is no term of ours as it is."""
    zh, en = word(key, "zh"), word(key, "en")
    return zh if zh == en else f"{zh} {en}"
