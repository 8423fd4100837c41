"""A real city through the library's own readers, against figures computed by others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest

from servicecircle.assessment import assess
from servicecircle.network import AccessRule, WalkNetwork, k_nearest, snap
from servicecircle.plan import ANY_SERVICE, read_plan
from servicecircle.read import read_city
from servicecircle.words import word
from tests.real.heidelberg import CRS, EVERYWHERE, LIMITS_M, Layers, effects, read_layers, write_city_folder

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

pytestmark = pytest.mark.real

RESIDENTS = 153_888


@pytest.fixture(scope="module")
def layers(real_data: Path) -> Layers:
    """Return Heidelberg's layers."""
    return read_layers(real_data)


@pytest.fixture(scope="module")
def table(layers: Layers) -> pd.DataFrame:
    """Return the effect of each default."""
    return effects(layers)


def test_the_reference_network(layers: Layers) -> None:
    """Every vertex of a walkable way is a node of the reference: a node of ours, or a bend of one edge."""
    walk = layers.reference
    bends = sum(len(line.coords) - 2 for line in walk.edge_geometry)
    assert len(walk.node_xy) + bends == 167_789
    assert walk.edge_length_m.sum() / 1000 == pytest.approx(3560, abs=5)
    assert len(walk.component_length_m) == 224


def test_residents_are_conserved(layers: Layers) -> None:
    assert len(layers.cells) == 2129
    assert layers.residents.sum() == RESIDENTS


@pytest.mark.parametrize(("service", "share"), [("bus_stop", 70.79), ("senior_home", 50.00)])
def test_shares_on_the_network(layers: Layers, service: str, share: float) -> None:
    metres = layers.metres(service, walk=layers.reference, rule=EVERYWHERE)
    covered = layers.residents[metres <= LIMITS_M[service] + 0.001].sum()
    assert 100 * covered / RESIDENTS == pytest.approx(share, abs=0.1)
    assert layers.residents[np.isinf(metres)].sum() == 1403


@pytest.mark.parametrize(("service", "share"), [("bus_stop", 85.17), ("senior_home", 66.45)])
def test_shares_in_a_straight_line(layers: Layers, service: str, share: float) -> None:
    metres = layers.straight_metres(service)
    assert 100 * layers.residents[metres <= LIMITS_M[service]].sum() / RESIDENTS == pytest.approx(share, abs=0.1)
    assert (layers.metres(service, walk=layers.ours, rule=EVERYWHERE) >= metres - 1e-6).all()


def valhalla(real_data: Path, walk: WalkNetwork, rule: AccessRule) -> NDArray[np.float64]:
    """Return our distances divided by Valhalla's, for all pairs of its matrix that both can walk.

    Valhalla's walks begin and end on the network: our access and egress legs are left out.
    """
    path = real_data / "oracle_ors_heidelberg" / "valhalla_3.9.1_matrix_cells_to_seniorhomes.json"
    matrix = json.loads(path.read_text(encoding="utf-8"))
    places = [
        snap(walk, gpd.GeoSeries(gpd.points_from_xy(*zip(*matrix[key], strict=True)), crs=4326).to_crs(CRS), rule=rule)
        for key in ("cells", "homes")
    ]
    found = k_nearest(walk, places[0], places[1], k=len(matrix["homes"]))
    ours = np.full((len(matrix["cells"]), len(matrix["homes"])), np.inf)
    rows, columns = np.nonzero(found.facility >= 0)
    facility = found.facility[rows, columns]
    on_network = found.distance_m[rows, columns] - places[0].access_m[rows] - places[1].access_m[facility]
    ours[rows, facility] = on_network
    theirs = 1000.0 * np.array(matrix["dist_km"], dtype=np.float64)
    both = np.isfinite(ours) & np.isfinite(theirs) & (theirs > 0)
    assert both.mean() > 0.95
    ratio: NDArray[np.float64] = ours[both] / theirs[both]
    return ratio


@pytest.mark.parametrize("walk", ["ours", "reference"])
def test_distances_agree_with_valhalla(real_data: Path, layers: Layers, walk: str) -> None:
    rule = AccessRule() if walk == "ours" else EVERYWHERE
    p5, median, p95 = np.percentile(valhalla(real_data, getattr(layers, walk), rule), [5, 50, 95])
    print(f"walk / Valhalla, {walk}: median {median:.3f}, p5 {p5:.3f}, p95 {p95:.3f}")  # noqa: T201  (shown by -s)
    assert 0.96 <= median <= 1.00
    assert p5 >= 0.83
    assert p95 <= 1.03


def test_the_published_route_length(layers: Layers) -> None:
    """Openrouteservice's own tests expect 2,097.2 m for this walk on this extract."""
    ends = gpd.GeoSeries(gpd.points_from_xy([8.676023, 8.696837], [49.416809, 49.411839]), crs=4326).to_crs(CRS)
    placed = snap(layers.ours, ends, rule=AccessRule())
    found = k_nearest(layers.ours, placed.take([0]), placed.take([1]), k=1)
    assert found.distance_m[0, 0] == pytest.approx(2097.2, rel=0.03)


def test_the_effect_of_each_default_in_residents(table: pd.DataFrame) -> None:
    print("\n" + table.round(2).to_string(index=False))  # noqa: T201  (shown by -s)
    for service in LIMITS_M:
        part = table[table["service"] == service].set_index("rule").drop(columns="service").astype(float)
        reference = part.loc["reference"]
        assert (part["covered"] == reference["covered"] + part["gained"] - part["lost"]).all()
        assert (part["moved"] == part["gained"] + part["lost"]).all()
        assert part["share"].to_numpy() == pytest.approx(100 * part["covered"].to_numpy() / RESIDENTS)
        assert (part["covered"] + part["unreachable"] <= RESIDENTS).all()
        # leaving islands out only moves points to the main network: nobody stays out of reach
        assert part["unreachable"]["islands: main"] == 0
        assert part["unreachable"]["all defaults of ours"] <= 0.001 * RESIDENTS
        # a limit on the access leg takes away, it never gives
        assert part["gained"]["access limit 500 m"] == 0
        # no default moves more than one resident in fifty
        assert (part["moved"] <= 0.02 * RESIDENTS).all()


def test_the_city_folder(tmp_path: Path, real_data: Path) -> None:
    city = read_city(write_city_folder(tmp_path / "heidelberg", real_data))
    print(f"\n{city}\n{city.report}")  # noqa: T201  (shown by -s)
    assert city.population["pop_total"].sum() == RESIDENTS
    assert len(city.population) == 2129
    assert len(city.zones) == 15
    assert city.facilities["service"].value_counts().to_dict() == {
        "bus_stop": 520,
        "fitness": 454,
        "park": 86,
        "kindergarten": 25,
        "school": 20,
        "elderly_institution": 17,
        "community_health": 6,
        "culture": 1,
    }
    assert city.areas is not None
    assert list(city.areas["kind"]) == ["built_up", "main_city"]
    assert city.areas.area[0] / 1e6 == pytest.approx(108.8, abs=1.0)  # km2, the city's published area
    assert set(city.report.table["severity"]) <= {"info", "warning", "repair"}
    (cells,) = [finding for finding in city.report.findings if finding.code == "outside"]
    assert cells.residents is not None
    assert cells.residents + RESIDENTS == sum(f.residents or 0 for f in city.report.findings if f.code == "cells")
    assert city.cell_zones.notna().all().all()


LAYERS = {"bus_lines": ("公交线路", "bus lines"), "drive": ("drive", "drive")}


def _named(kind: str, about: str) -> tuple[str, str]:
    """Return the Chinese and the English name by which something missing has to be called."""
    if kind == "missing_service":
        return word(about, "zh"), word(about, "en")
    return LAYERS[about] if kind == "missing_layer" else (about, about)


def test_what_keeps_a_standard_from_being_evaluated_is_named(tmp_path: Path, real_data: Path) -> None:
    """Of the whole plan Heidelberg's few layers serve some standards; each of the others says what it lacks."""
    city = read_city(write_city_folder(tmp_path / "heidelberg", real_data))
    plan = read_plan("lianyungang-145")
    result = assess(city, plan, progress=False)
    valued = set(result.table.dropna(subset="value")["standard_id"])
    assert {"CX-01", "WT-05", "YY-01", "YY-05"} == valued
    without = result.table[result.table["value"].isna()]
    assert set(without["status"]) == {"not_evaluable"}
    assert set(without["standard_id"]) | valued == {one.id for one in plan.standards}
    told = result.evidence[result.evidence["kind"].str.startswith("missing_")]
    for one in plan.standards:
        mine = told[told["standard_id"] == one.id]
        assert (one.id in valued) == mine.empty, one.id
        for kind, about, zh, en in mine[["kind", "about", "zh", "en"]].to_numpy().tolist():
            name_zh, name_en = _named(kind, about)
            assert name_zh in zh, one.id
            assert name_en in en, one.id
        wanted = {part.service for part in one.facilities if not part.optional} - {ANY_SERVICE}
        services = set(mine.loc[mine["kind"] == "missing_service", "about"])
        assert services == wanted - set(city.services), one.id
