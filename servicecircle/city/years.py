"""Facilities as they stand in a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.errors import InputError
from servicecircle.findings import Finding

if TYPE_CHECKING:
    import geopandas as gpd


def facilities_in(frame: gpd.GeoDataFrame, year: int) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return facilities with their status in a year, and the finding about those taken to be open."""
    given: object = year
    if not isinstance(given, int | np.integer) or isinstance(given, bool):
        raise InputError(f"A year such as 2030 is needed. {year!r} was given instead. | 需要年份，例如 2030。")
    blank = pd.Series(np.nan, index=frame.index)
    opens, closes = frame.get("open_year", blank), frame.get("close_year", blank)
    status = frame["status"].copy()
    status[(opens <= year).to_numpy() & ~(status == "closed").to_numpy()] = "open"
    status[((opens <= year) & (closes > year)).to_numpy()] = "open"
    status[(opens > year).to_numpy()] = "planned"
    status[(closes <= year).to_numpy()] = "closed"
    unknown = ((status == "open") & opens.isna()).to_numpy()
    if not unknown.any():
        return frame.assign(status=status), ()
    en, zh = f"open_year is not known: taken to be open in {year}.", f"开办年份未知，按 {year} 年已开放计。"
    ids = frame["id"].to_numpy()[unknown]
    found = Finding.about("facilities", "open_year_unknown", "info", en=en, zh=zh, column="open_year", rows=ids)
    return frame.assign(status=status), (found,)
