"""How people see it: gap maps, figures for print, a one-page summary, data reports, and layers for other programs."""

from servicecircle.show.data_report import write_data_report
from servicecircle.show.excel import write_excel
from servicecircle.show.figures import FigureNotes, gap_figure, write_figure
from servicecircle.show.layers import write_layer, write_layers
from servicecircle.show.maps import gap_map
from servicecircle.show.markdown import write_markdown
from servicecircle.show.report import write_report
from servicecircle.show.summary import write_summary
from servicecircle.show.word import write_word

__all__ = [
    "FigureNotes",
    "gap_figure",
    "gap_map",
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
