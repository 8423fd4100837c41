"""GeoParquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from servicecircle.errors import MissingExtraError, ReadError
from servicecircle.projection import WGS84
from servicecircle.read.kinds import broken
from servicecircle.read.report import Read

if TYPE_CHECKING:
    from pathlib import Path


def read_parquet(path: Path) -> Read:
    """Read a GeoParquet file.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    ReadError
        If the file is damaged, or a Parquet file without geometry.
    """
    try:
        frame = gpd.read_parquet(path)
    except ImportError as error:
        raise MissingExtraError(
            f"{path}: reading GeoParquet needs the extra 'parquet': pip install 'servicecircle[parquet]'. | "
            "读取 GeoParquet 需要安装：pip install 'servicecircle[parquet]'。"
        ) from error
    except (ValueError, OSError, KeyError, TypeError, NotImplementedError, shapely.errors.ShapelyError) as error:
        if "geo metadata" in str(error).casefold():
            raise ReadError(
                f"{path}: a Parquet file without geometry. Write the layer as GeoParquet, for example with "
                f"GeoDataFrame.to_parquet. | {path}：Parquet 文件不含几何，请导出为 GeoParquet。"
            ) from error
        raise broken(path, error) from error
    named = any(name is not None for name in frame.index.names)
    frame = frame.reset_index(drop=not named).set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)
    if frame.crs is not None and frame.crs.to_authority() == ("OGC", "CRS84"):  # the same, always x first
        frame = frame.set_crs(WGS84, allow_override=True)
    return Read(frame)
