"""How people see it: gap maps, a one-page summary, data reports, and layers for other programs."""

from servicecircle.show.basemap import tianditu
from servicecircle.show.data_report import write_data_report
from servicecircle.show.fetching import fetch_assets
from servicecircle.show.layers import write_layer, write_layers
from servicecircle.show.maps import gap_map
from servicecircle.show.offline import save_offline
from servicecircle.show.summary import write_summary

__all__ = [
    "fetch_assets",
    "gap_map",
    "save_offline",
    "tianditu",
    "write_data_report",
    "write_layer",
    "write_layers",
    "write_summary",
]
