"""Heidelberg end to end: from its raw files to an assessment through city.toml and a plan file alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.assessment import Assessment, assess
from servicecircle.plan import read_plan
from servicecircle.read import read_city
from tests.real.heidelberg import CITY, write_city_folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

RESIDENTS = 153_888
REFERENCE = """\
islands = "keep"
max_access_m = 1000000.0
left_out = [
  { key = "highway", values = ["motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed", "no"] },
  { key = "highway", values = ["planned", "abandoned", "razed", "raceway", "bus_guideway", "busway", "escape"] },
  { key = "highway", values = ["rest_area", "services", "corridor", "elevator", "platform"] },
  { key = "area", values = ["yes"] },
  { key = "foot", values = ["no", "private"] },
  { key = "access", values = ["no", "private"], unless = { foot = ["yes", "designated", "permissive"] } },
]
"""
"""The rules of the reference, by which the published shares were computed outside this library."""

PLAN = """\
format = 1

[plan]
id = "walks"
title_zh = "步行"
title_en = "Walks"

[profiles.general]
speed_m_s = 1.0
assumption = { zh = "取 1.0 米/秒", en = "1.0 m/s is taken" }

[groups]
pop_total = { zh = "常住人口", en = "residents" }
"""
STANDARD = """
[[standard]]
id = "{service}"
name_zh = "步行"
name_en = "Walk"
nature = "未标注"
measure = "reach"
facilities = [{{ service = "{service}" }}]
group = "pop_total"
profile = "general"
metres = {metres}
target = {{ op = ">=", value = 1.0, origin = "assumed" }}
gap_unit = "人"
judge = ["社区"]

[[standard.citation]]
section = "一"
line = 1
quote = "{metres} 米"

[[standard.assumption]]
about = "target"
zh = "取 1"
en = "1 is taken"
"""

TABLE = CITY[CITY.index("[[facilities]]") : CITY.index("[[facilities]]\nfile = 'DATA/senior")]
"""The facilities that were taken from the map by their tags, outside this library."""

RULES = """\
format = 1

[[osm]]
service = "bus_stop"
tags = { highway = ["bus_stop"] }

[[osm]]
service = "bus_stop"
tags = { public_transport = ["platform"], bus = ["yes"] }
"""
"""What was taken for a stop there."""


def assessed(folder: Path, real_data: Path, *changes: tuple[str, str]) -> Assessment:
    """Read Heidelberg with the reference's rules and other changes of its city.toml, and assess it."""
    write_city_folder(folder, real_data)
    text = (folder / "city.toml").read_text("utf-8")
    data = (real_data / "heidelberg").resolve().as_posix()
    for old, new in (("heidelberg.osm.pbf'\n", f"heidelberg.osm.pbf'\n{REFERENCE}"), *changes):
        assert old.replace("DATA", data) in text
        text = text.replace(old.replace("DATA", data), new.replace("DATA", data), 1)
    (folder / "city.toml").write_text(text, encoding="utf-8")
    standards = {"bus_stop": 500.0, "elderly_institution": 800.0}
    plan = PLAN + "".join(STANDARD.format(service=service, metres=metres) for service, metres in standards.items())
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    return assess(read_city(folder), read_plan(folder / "plan.toml"), progress=False)


def share(result: Assessment, service: str) -> float:
    """Return the share (%) of all residents that reach a service, from the rows of the 15 quarters."""
    rows = result.table[(result.table["standard_id"] == service) & (result.table["class"] == "all")]
    assert len(rows) == 15
    assert rows["denominator"].sum() == RESIDENTS
    return float(100 * rows["numerator"].sum() / rows["denominator"].sum())


def test_the_shares_of_the_reference(tmp_path: Path, real_data: Path) -> None:
    result = assessed(tmp_path / "a", real_data)
    assert share(result, "bus_stop") == pytest.approx(70.79, abs=0.01)
    assert share(result, "elderly_institution") == pytest.approx(50.00, abs=0.01)


def test_the_same_stops_from_the_map_itself_give_the_same_share(tmp_path: Path, real_data: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "rules.toml").write_text(RULES, encoding="utf-8")
    table = "[[facilities]]\nfile = 'DATA/heidelberg.osm.pbf'\nrules = \"rules.toml\"\n\n"
    result = assessed(tmp_path / "a", real_data, (TABLE, table))
    stops = result.city.facilities[result.city.facilities["service"] == "bus_stop"]
    assert len(stops) == 520
    # 28 of them are platforms drawn as ways, of which the reference has one point each
    assert share(result, "bus_stop") == pytest.approx(70.79, abs=0.1)


def test_with_platforms_and_stop_positions_no_resident_loses_a_stop(tmp_path: Path, real_data: Path) -> None:
    """The bundled rules also know platforms and stop positions: more stops, so that more residents reach one."""
    table = '[[facilities]]\nfile = \'DATA/heidelberg.osm.pbf\'\nservices = ["bus_stop", "kindergarten"]\n\n'
    result = assessed(tmp_path / "a", real_data, (TABLE, table))
    counts = result.city.facilities["service"].value_counts()
    assert counts["bus_stop"] > 520
    assert counts["kindergarten"] == 25
    assert share(result, "bus_stop") > 70.79
