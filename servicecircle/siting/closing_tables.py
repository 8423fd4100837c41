"""The tables of a closing: what closes, who takes the children, and which villages are left beyond the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.siting.closing_model import ROUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.closing_ground import Enrolled
    from servicecircle.siting.closing_program import Merged

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOVES = (
    "facility_id", "facility_name", "receiver_id", "receiver_name", "children", "minutes_before", "minutes_after",
    "longest_minutes_before", "longest_minutes_after", "by_bus", "beyond_limit", "free_places_before",
    "free_places_after",
)  # fmt: skip
CLOSED = (
    "facility_id", "facility_name", "zone_id", "zone_name", "enrolment", "children", "minutes_before", "minutes_after",
    "longest_minutes_before", "longest_minutes_after", "by_bus", "beyond_limit", "without_place", "receivers",
)  # fmt: skip
RECEIVING = (
    "facility_id", "facility_name", "zone_id", "zone_name", "received", "enrolment_before", "enrolment_after",
    "capacity", "free_places_before", "free_places_after",
)  # fmt: skip
LEFT = ("zone_id", "zone_name", "residents_beyond", "children_beyond_before", "children_beyond_after", "newly_beyond")


def _texts(enrolled: Enrolled) -> pd.DataFrame:
    """Return id, name and zone of each open facility."""
    zones = enrolled.facility_homes
    return pd.DataFrame(
        {
            "facility_id": enrolled.frame["id"].astype(str),
            "facility_name": enrolled.frame["name"].fillna("").astype(str),
            "zone_id": ["" if zone is None else zone for zone in zones],
            "zone_name": ["" if zone is None else enrolled.zone_names[zone] for zone in zones],
        }
    )


def facility_table(enrolled: Enrolled) -> pd.DataFrame:
    """Return every open facility with its children and places."""
    return _texts(enrolled).assign(
        setting=enrolled.settings.to_numpy(dtype=object),
        enrolment=enrolled.enrolled,
        children_nearest=enrolled.lives,
        capacity=np.where(np.isinf(enrolled.places), np.nan, enrolled.places),
        free_places=np.where(np.isinf(enrolled.free), np.nan, enrolled.free),
        below_minimum=enrolled.small,
    )


def flows(merged: Merged) -> pd.DataFrame:
    """Return who moves: home, facilities now and then, children, minutes now and then, by bus and beyond the limit."""
    merger, pairs = merged.merger, np.flatnonzero(merged.moved > 0)
    home = merger.home[pairs]
    children = merged.moved[pairs]
    return pd.DataFrame(
        {
            "closing": np.take(merger.at, home),
            "to": merger.to[pairs],
            "children": children,
            "before": children * merger.now[home],
            "after": children * merger.minutes[pairs],
            "longest_minutes_before": merger.now[home],
            "longest_minutes_after": merger.minutes[pairs],
            "by_bus": children * merger.rides[pairs],
            "beyond_limit": children * ~merger.near[pairs],
        }
    )


def _summed(moved: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return those who move by facility: sums, means and worst."""
    sums = ["children", "before", "after", "by_bus", "beyond_limit"]
    worst = ["longest_minutes_before", "longest_minutes_after"]
    frame = moved.groupby(by).agg(dict.fromkeys(sums, "sum") | dict.fromkeys(worst, "max")).reset_index()
    frame["minutes_before"], frame["minutes_after"] = (frame[side] / frame["children"] for side in ("before", "after"))
    return frame


def moves_table(enrolled: Enrolled, merged: Merged) -> pd.DataFrame:
    """Return a row for each facility that closes and each that takes some of its children, most children first."""
    frame, texts, free = _summed(flows(merged), ["closing", "to"]), _texts(enrolled), _free(enrolled, merged)
    frame["facility_id"], frame["facility_name"] = (
        texts[column].to_numpy()[frame["closing"]] for column in ("facility_id", "facility_name")
    )
    frame["receiver_id"], frame["receiver_name"] = (
        texts[column].to_numpy()[frame["to"]] for column in ("facility_id", "facility_name")
    )
    frame["free_places_before"], frame["free_places_after"] = (side[frame["to"]] for side in free)
    frame = frame.sort_values(["facility_id", "children", "receiver_id"], ascending=[True, False, True])
    return frame[list(MOVES)].reset_index(drop=True)


def closed_table(enrolled: Enrolled, merged: Merged, moves: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each facility that closes."""
    without = np.bincount(merged.merger.at, weights=merged.unplaced, minlength=len(enrolled.numbers))
    frame = _summed(flows(merged), ["closing"]).set_index("closing").reindex(merged.closed)
    texts = _texts(enrolled).iloc[merged.closed]
    told: dict[str, list[str]] = {}
    for one in moves.itertuples():
        name = str(one.receiver_name or one.receiver_id)
        told.setdefault(str(one.facility_id), []).append(f"{name} {one.children:,.0f}")
    columns = ["children", "by_bus", "beyond_limit"]
    frame[columns] = frame[columns].fillna(0.0)
    return (
        frame.assign(
            enrolment=enrolled.enrolled[merged.closed],
            without_place=without[merged.closed],
            receivers=["; ".join(told.get(name, [])) for name in texts["facility_id"]],
            **{str(column): texts[column].to_numpy() for column in texts},
        )[list(CLOSED)]
        .reset_index(drop=True)
        .astype({"minutes_before": float, "minutes_after": float})
    )


def receiving_table(enrolled: Enrolled, merged: Merged) -> pd.DataFrame:
    """Return a row for each facility that takes children."""
    got = np.bincount(merged.merger.to, weights=merged.moved, minlength=len(enrolled.numbers))
    takes = np.flatnonzero(got > 0)
    before, after = _free(enrolled, merged)
    places = np.where(np.isinf(enrolled.places), np.nan, enrolled.places)
    frame = _texts(enrolled).assign(
        received=got,
        enrolment_before=enrolled.enrolled,
        enrolment_after=enrolled.enrolled + got,
        capacity=places,
        free_places_before=before,
        free_places_after=after,
    )
    return frame.iloc[takes][list(RECEIVING)].reset_index(drop=True)


def _free(enrolled: Enrolled, merged: Merged) -> tuple[Floats, Floats]:
    """Return the free places of each facility before and after; NaN where places set no limit."""
    got = np.bincount(merged.merger.to, weights=merged.moved, minlength=len(enrolled.numbers))
    before = np.where(np.isinf(enrolled.free), np.nan, enrolled.free)
    after = before - got
    return before, np.where(np.abs(after) < ROUNDING, 0.0, after)


def cells_table(enrolled: Enrolled, closed: Ints) -> pd.DataFrame:
    """Return the way of each cell to the nearest open facility, before and after, index cell_id."""
    cells = enrolled.ground.cells
    stay = np.setdiff1d(np.arange(len(enrolled.numbers)), closed)
    ids = np.array([*enrolled.frame["id"], None], dtype=object)
    (at, now), (then_at, then) = enrolled.nearest(np.arange(len(enrolled.numbers))), enrolled.nearest(stay)
    return pd.DataFrame(
        {
            "zone_id": enrolled.zones.to_numpy(),
            "residents": cells["pop_total"].to_numpy(dtype=float),
            "children": enrolled.people,
            "facility_id_before": ids[at],
            "facility_id_after": ids[then_at],
            "minutes_before": now.minutes,
            "minutes_after": then.minutes,
            "within_before": now.near,
            "within_after": then.near,
        },
        index=cells.index,
    )


def left_table(enrolled: Enrolled, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the smallest zones where children are left beyond the limit, most children first."""
    cells = cells.sort_index()
    before, after = ~cells["within_before"], ~cells["within_after"]
    frame = pd.DataFrame(
        {
            "zone_id": cells["zone_id"].fillna("").astype(str),
            "residents_beyond": cells["residents"] * after,
            "children_beyond_before": cells["children"] * before,
            "children_beyond_after": cells["children"] * after,
        }
    )
    frame = frame.groupby("zone_id").sum().reset_index()
    frame["newly_beyond"] = frame["children_beyond_after"] - frame["children_beyond_before"]
    frame["zone_name"] = [enrolled.zone_names.get(zone, "") for zone in frame["zone_id"]]
    frame = frame[(frame["residents_beyond"] > 0) | (frame["children_beyond_after"] > 0)]
    frame = frame.sort_values(["newly_beyond", "children_beyond_after", "zone_id"], ascending=[False, False, True])
    return frame[list(LEFT)].reset_index(drop=True)


def staying_table(enrolled: Enrolled, merged: Merged, reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the facilities that stay open under the minimum enrolment, and why."""
    places = reasons["facility"].to_numpy(dtype=np.int64)
    after = np.where(np.isnan(enrolled.enrolled), np.nan, merged.enrolled_after)
    frame = _texts(enrolled).iloc[places].reset_index(drop=True)
    return frame.assign(
        enrolment_before=enrolled.enrolled[places],
        enrolment_after=after[places],
        why=reasons["why"].to_numpy(),
        reason_en=reasons["en"].to_numpy(),
        reason_zh=reasons["zh"].to_numpy(),
    )
