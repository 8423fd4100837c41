"""The sample city that comes with the library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from servicecircle.errors import ReadError
from servicecircle.read.folder import read_city

if TYPE_CHECKING:
    from servicecircle.city import City

PACKAGE = Path(__file__).resolve().parents[1]
FOLDERS = (PACKAGE / "sample_data", PACKAGE.parent / "sample_data")
"""Where the sample city lies: in an installed package, and in a checkout beside it."""


def sample_city() -> City:
    """Return the sample city: invented, small, and complete enough for every example.

    Returns
    -------
    City
        The same city at every call.

    Raises
    ------
    ReadError
        If the sample data is missing from the installation.

    Examples
    --------
    >>> city = sample_city()
    >>> city.crs.axis_info[0].unit_name
    'metre'
    """
    for folder in FOLDERS:
        if (folder / "city.toml").is_file():
            return read_city(folder)
    raise ReadError(
        "The sample city is missing from this installation. Install the package again. | "
        "安装中缺少示例城市，请重新安装。"
    )
