"""The figures of data/oracle.json, and where the public interface of the library says each of them.

A leaf of ``expected`` is a number, a truth value, a word, nothing (null) or a list; a list is one leaf. A figure is a
leaf that is a number ("inf" is one), a truth value or a list, unless it is an input of the question (`INPUTS`). Words
(a scope, a flag, the closed form of a number) and nulls (no residents, so no value) are not figures, but are read and
compared like them.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import servicecircle as sc
from tests import oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servicecircle.assessment import Access, Assessment
    from servicecircle.siting import Proposal

Path = tuple[str, ...]
"""The keys that lead to a leaf."""

CATCHMENT, SITES = "2SFCA_kindergarten_10min", "site_selection_LY-01_max_cover_60p"
INPUTS = (("ZH-01", "limits_min"), (SITES, "candidates"), (SITES, "speed"))
"""What the case is given, not what comes of it: limits, candidate sites, whose speed."""

COLUMN = {
    "value": "value",
    "pooled": "value",
    "share": "value",
    "official_area_share": "value",
    "pass": "meets_target",
    "required": "facilities_required",
    "missing": "facilities_missing",
    "missing_m2": "capacity_missing",
    "convert_beds": "gap",
    "uncovered_km2": "gap",
    "uncovered_group": "group_uncovered",
    "uncovered_total": "pop_uncovered",
    "incomplete_total": "pop_uncovered",
    "units": "denominator",
}
"""The column of the table that says a figure."""

COLUMN_OF = {("YY-02", "missing"): "capacity_missing"}
"""The same where a standard says it elsewhere: it counts places, not facilities."""

METHOD = {
    "value_5min": "within_5_min",
    "value_without_cross_border": "no_cross_border",
    "value_general_speed": "speed_general",
    "by_count": "by_facilities",
    "by_capacity": "by_capacity",
    "pop_share_radius": "population_euclidean",
    "uncovered_residents_radius": "population_euclidean_uncovered",
    "pop_share_network": "population_network",
    "uncovered_residents_network": "population_network_uncovered",
}
"""The method of the companion that says a figure."""


def leaves(tree: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every leaf of a tree of dicts with its path."""
    if isinstance(tree, dict):
        for key, branch in tree.items():
            yield from leaves(branch, (*path, key))
    else:
        yield path, tree


LEAVES = dict(leaves(oracle.EXPECTED))
RESULTS = {path: leaf for path, leaf in LEAVES.items() if not any(path[: len(one)] == one for one in INPUTS)}
"""All leaves that come of the case."""


def is_figure(leaf: object) -> bool:
    """Return whether a leaf is a number (inf too), a truth value or a list."""
    return leaf == "inf" or isinstance(leaf, bool | int | float | list)


@functools.cache
def result() -> Assessment:
    """Return the city judged by the plan."""
    return sc.assess(oracle.city(), oracle.plan(), progress=False)


@functools.cache
def catchments() -> Access:
    """Return the kindergarten places of each cell within ten minutes."""
    general = oracle.plan().profiles["general"]
    return sc.access(oracle.city(), "kindergarten", minutes=10, group="pop_3_5", capacity="capacity", profile=general)


@functools.cache
def sites(k: int) -> Proposal:
    """Return k sites among the candidates."""
    import geopandas as gpd

    nodes = [oracle.node(name) for name in oracle.EXPECTED[SITES]["candidates"]]
    return sc.best_sites(result(), "LY-01", k=k, candidates=gpd.GeoSeries(nodes, crs=oracle.ORACLE["crs"]))


def nodes_of(proposal: Proposal) -> list[str]:
    """Return the nodes at which sites were proposed, in the order of their numbers."""
    names = {oracle.node(name).wkt: name for name in oracle.ORACLE["nodes"]}
    return sorted((names[point.wkt] for point in proposal.facilities.geometry), key=lambda name: int(name[1:]))


def row(standard: str, zone: str, klass: str = "all", *, of: Assessment | None = None) -> pd.Series[Any]:
    """Return the one row of a standard, zone and class."""
    table = (of or result()).table
    found = table[(table["standard_id"] == standard) & (table["zone_id"] == zone) & (table["class"] == klass)]
    assert len(found) == 1, (standard, zone, klass)
    return found.iloc[0]


def companion(standard: str, zone: str, method: str) -> float:
    """Return the one value by another method, of all classes together."""
    frame = result().companions
    frame = frame[(frame["standard_id"] == standard) & (frame["zone_id"] == zone) & (frame["class"] == "all")]
    (value,) = frame.loc[frame["method"] == method, "value"]
    return float(value)


def _in_row(path: Path) -> object:
    standard, zone, key = path if len(path) > len(("standard", "key")) else (path[0], "built_up", path[1])
    value = row(standard, zone.removesuffix("_info"))[COLUMN_OF.get((standard, key), COLUMN.get(key, key))]
    return None if pd.isna(value) else value


def _of_class(path: Path) -> object:
    return row(path[0], path[1], path[2])["value"]


def _beside(path: Path) -> float:
    standard, zone, key = path if len(path) > len(("standard", "key")) else (path[0], "built_up", path[1])
    return companion(standard, zone, METHOD[key])


def _sum_of_gaps(path: Path) -> float:
    """Return what the zones of all levels lack together."""
    frame = result().companions
    sums = frame[(frame["standard_id"] == path[0]) & frame["method"].str.startswith("sum_of_gaps_")]
    assert sums["zone_id"].unique().tolist() == ["CITY"]
    return float(sums["value"].sum())


def _metres(path: Path) -> float:
    _, service, cell = path
    if service == "bus_stop_straight":
        return float(result().cells_for("CX-01")["metres"][cell])
    name = service.removesuffix("_open")
    frame = result().distances
    frame = frame[(frame["standard_id"] == ("CX-01" if name == "bus_stop" else "ZH-01")) & (frame["service"] == name)]
    return float(frame.set_index("cell_id")["metres"][cell])


def _status(path: Path) -> str:
    """Return the scope of a row as the oracle calls it."""
    status = str(row(path[0], path[1])["status"])
    return {"out_of_scope": "out"}.get(status, status)


def _flag(path: Path) -> str:
    return "zero_population" if row(path[0], path[1])["pop_total"] == 0 else ""


def _near_miss(path: Path) -> list[str]:
    standard, zone, _, facility = path
    noted = result().evidence
    noted = noted[(noted["standard_id"] == standard) & (noted["kind"] == "near_miss") & (noted["zone_id"] == zone)]
    assert noted["about"].tolist() == [facility]
    return str(noted["en"].iloc[0]).removeprefix(f"{facility} lacks ").split(", ")


def _top_missing(path: Path) -> str:
    noted = result().evidence
    noted = noted[(noted["kind"] == "missing_service") & (noted["zone_id"] == path[1])]
    return str(noted.sort_values("residents", ascending=False)["about"].iloc[0])


def _with_closed_venue(_: Path) -> object:
    """Return what would be covered if the venue that is not open to the public were."""
    opened = sc.assess(oracle.city().changing("F3", open_to_public=True), oracle.plan().only("WT-01"), progress=False)
    return row("WT-01", "A", of=opened)["value"]


def _share_in_a(path: Path) -> object:
    """Return what assessing the city with the proposed sites gives in A."""
    chosen = sites(int(path[1].removeprefix("k")))
    after = sc.assess(result().city.adding(chosen.facilities), result().plan, since=result(), progress=False)
    return row("LY-01", "A", of=after)["value"]


def _fewest_for_all(_: Path) -> int:
    """Return with how many sites nobody is left, and that one fewer leaves somebody."""
    chosen = sites(len(oracle.EXPECTED[SITES]["candidates"]))
    assert chosen.share_after == 1.0 > sites(len(chosen.table) - 1).share_after
    return len(chosen.table)


READERS: dict[Path, Callable[[Path], object]] = {
    ("nearest_m", "*", "*"): _metres,
    ("YY-01", "sum_zone_missing"): _sum_of_gaps,
    ("YY-02", "sum_zone_missing"): _sum_of_gaps,
    ("YY-02", "*", "required"): lambda path: companion(path[0], path[1], "capacity_required"),
    ("LY-01", "time_min", "*"): lambda path: float(result().cells_for("LY-01")["minutes"][path[2]]),
    ("LY-01", "CITY", "urban"): _of_class,
    ("LY-01", "CITY", "rural"): _of_class,
    ("WT-01", "trap_if_closed_venue_counted_A"): _with_closed_venue,
    ("LY-02", "*", "near_miss", "*"): _near_miss,
    ("LY-02", "Z", "flag"): _flag,
    ("*", "*", "scope"): _status,
    ("CX-01", "official_closed_form"): lambda path: (
        "pi/4" if abs(row(path[0], "built_up")["value"] - np.pi / 4) < CLOSED_FORM else ""
    ),
    ("ZH-01", "missing_types", "*"): lambda path: list(result().cells_for("ZH-01")["missing"][path[2]]),
    ("ZH-01", "*", "missing_pop_by_type", "*"): lambda path: companion(path[0], path[1], f"without_{path[3]}"),
    ("ZH-01", "*", "top_missing"): _top_missing,
    (CATCHMENT, "R", "*"): lambda path: catchments().facilities["ratio"][path[2]],
    (CATCHMENT, "access", "*"): lambda path: catchments().cells["access"][path[2]],
    (CATCHMENT, "sum_access_times_demand"): lambda _: (
        catchments().cells["access"] * catchments().cells["group"]
    ).sum(),
    (SITES, "*", "sites"): lambda path: nodes_of(sites(int(path[1].removeprefix("k")))),
    (SITES, "*", "gain"): lambda path: sites(int(path[1].removeprefix("k"))).gain,
    (SITES, "*", "A_share"): _share_in_a,
    (SITES, "k_to_full_cover"): _fewest_for_all,
    (SITES, "one_full_set"): lambda _: nodes_of(sites(oracle.EXPECTED[SITES]["k_to_full_cover"])),
    **{(*where, key): _beside for key in METHOD for where in (("*", "*"), ("CX-01",))},
    **{(*where, key): _in_row for key in COLUMN for where in (("*", "*"), ("CX-01",))},
}
"""How each figure is read from the library, by its path; the first that fits. ``*`` stands for any key."""

CLOSED_FORM = 1e-7
"""How near the value is to its closed form: discs that touch the border reach millimetres beyond it."""


def reader(path: Path) -> Path | None:
    """Return the pattern of the reader of a path; None where there is none."""
    for pattern in READERS:
        if len(pattern) == len(path) and all(one in {"*", key} for one, key in zip(pattern, path, strict=True)):
            return pattern
    return None


def found(path: Path) -> object:
    """Return what the library says for a path."""
    pattern = reader(path)
    assert pattern is not None, path
    return READERS[pattern](path)
