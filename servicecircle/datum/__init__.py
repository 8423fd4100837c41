"""The shifted datums of Chinese web maps, GCJ-02 and BD-09: formulas, names, and layers brought back to WGS 84."""

from servicecircle.datum.formulas import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    inside_china,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from servicecircle.datum.layers import (
    BD09,
    FROM_WGS84,
    GCJ02,
    TO_WGS84,
    agrees_with_wgs84,
    direction,
    from_datum,
    metres_between,
    shifted_datum,
)

__all__ = [
    "BD09",
    "FROM_WGS84",
    "GCJ02",
    "TO_WGS84",
    "agrees_with_wgs84",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "direction",
    "from_datum",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "inside_china",
    "metres_between",
    "shifted_datum",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]
