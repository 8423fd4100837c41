"""Heidelberg's facilities from its OpenStreetMap file, against a list that others extracted from it by tag."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from servicecircle.read import merge_duplicates, read_facilities

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.read import Read

pytestmark = pytest.mark.real

CRS = "EPSG:25832"
KINDS = {"n": "node", "w": "way", "r": "relation"}
PRIVATE_GROUNDS, SWIMMING_POOLS = 16, 52
"""Of the list's sports grounds: what the rules leave out on purpose."""


@pytest.fixture(scope="module")
def found(real_data: Path) -> Read:
    return read_facilities(real_data / "heidelberg" / "heidelberg.osm.pbf", crs=CRS)


@pytest.fixture(scope="module")
def listed(real_data: Path) -> pd.DataFrame:
    frame = pd.read_csv(real_data / "heidelberg" / "facilities_heidelberg.csv")
    return frame.assign(id=[f"{KINDS[one[0]]}/{one[1:]}" for one in frame["osm_id"]])


def test_every_listed_facility_is_found_or_left_out_on_purpose(found: Read, listed: pd.DataFrame) -> None:
    ours = dict(zip(found.frame["id"], found.frame["service"], strict=True))
    pairs = Counter((category, ours.get(one)) for category, one in zip(listed["category"], listed["id"], strict=True))
    assert pairs == {
        ("bus_stop", "bus_stop"): 520,
        ("fitness", "fitness"): 386,
        ("fitness", None): PRIVATE_GROUNDS + SWIMMING_POOLS,
        ("health", "hospital"): 5,
        ("health", "primary_care"): 1,
        ("kindergarten", "kindergarten"): 25,
        ("library", "library_branch"): 1,
        ("park", "park"): 86,
        ("school", "school"): 20,
    }


def test_what_the_list_does_not_have(found: Read, listed: pd.DataFrame) -> None:
    """Of the services in the list: stop positions beside their stops, trams, and running tracks."""
    more = found.frame[~found.frame["id"].isin(set(listed["id"]))]
    more = more[more["service"].isin(["bus_stop", "fitness", "hospital", "kindergarten", "park", "school"])]
    assert set(more["category"]) == {
        "public_transport=stop_position+bus=yes",
        "highway=platform+bus=yes",
        "public_transport=platform+tram=yes",
        "railway=platform+tram=yes",
        "railway=tram_stop",
        "leisure=track",
    }


def test_facilities_stand_where_the_list_says(found: Read, listed: pd.DataFrame) -> None:
    """Those drawn as points, to 1 cm: the list has but one point of each area."""
    both = found.frame.to_crs("EPSG:4326").merge(listed[["id", "lon", "lat"]], on="id")
    points = both[both.geometry.geom_type.eq("Point") & both["id"].str.startswith("node")]
    assert len(points) > 490
    assert (points.geometry.x - points["lon"]).abs().max() < 1e-7
    assert (points.geometry.y - points["lat"]).abs().max() < 1e-7


def test_merging_counts_every_row(found: Read) -> None:
    merged = merge_duplicates(found.frame)
    gone = int(merged.frame["merged_from"].dropna().str.count(r" m\)").sum())
    assert len(found.frame) - len(merged.frame) == gone > 0
    told = {service: len(part) for service, part in merged.frame.groupby("service")}
    assert (told["park"], told["school"], told["hospital"]) == (86, 20, 5)
