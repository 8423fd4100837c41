"""How people see it: maps of every kind, figures for print, reports, tables, and layers for other programs."""

from servicecircle.show.basemap import tianditu
from servicecircle.show.changes import comparison_map
from servicecircle.show.completeness import completeness_map
from servicecircle.show.contrast import radius_map, speed_map
from servicecircle.show.data_report import write_data_report
from servicecircle.show.excel import write_excel
from servicecircle.show.explore import explore
from servicecircle.show.fetching import fetch_assets
from servicecircle.show.figures import FigureNotes, gap_figure, write_figure
from servicecircle.show.layers import write_layer, write_layers
from servicecircle.show.maps import gap_map
from servicecircle.show.markdown import write_markdown
from servicecircle.show.offline import save_offline
from servicecircle.show.overview import overview_map
from servicecircle.show.report import write_report
from servicecircle.show.rings import isochrone_map
from servicecircle.show.sites import sites_map
from servicecircle.show.summary import write_summary
from servicecircle.show.word import write_word

__all__ = [
    "FigureNotes",
    "comparison_map",
    "completeness_map",
    "explore",
    "fetch_assets",
    "gap_figure",
    "gap_map",
    "isochrone_map",
    "overview_map",
    "radius_map",
    "save_offline",
    "sites_map",
    "speed_map",
    "tianditu",
    "write_data_report",
    "write_excel",
    "write_figure",
    "write_layer",
    "write_layers",
    "write_markdown",
    "write_report",
    "write_summary",
    "write_word",
]
