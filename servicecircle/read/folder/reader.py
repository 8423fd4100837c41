"""Reading the files of a folder into one CRS, and gathering what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from servicecircle.errors import ReadError, ServiceCircleError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import reproject
from servicecircle.read.report import Read
from servicecircle.read.tables import read_layer
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TypeVar

    import pyproj

    from servicecircle.read.city_file.source import Source

    T = TypeVar("T")
    SourceT = TypeVar("SourceT", bound=Source)


@dataclass(frozen=True, slots=True)
class FolderReader:
    """Reads files of a folder into one CRS, gathering what is wrong with them.

    Parameters
    ----------
    folder
        Where paths start.
    crs
        The city's CRS.
    faults
        What could not be read so far; readers add to it.
    """

    folder: Path
    crs: pyproj.CRS
    faults: list[str]

    def path(self, file: str) -> Path:
        """Return where a file is."""
        return self.folder / file

    def tried(self, where: str, read: Callable[[], T]) -> T | None:
        """Return what a reader returns; if it raises an error of ours, note it and return None."""
        try:
            return read()
        except ServiceCircleError as error:
            self.faults.append(f"{where}: {error}")
            return None

    def each(self, key: str, sources: Sequence[SourceT], read: Callable[[SourceT], Read]) -> list[Read] | None:
        """Return the layers of several tables of city.toml; None if one cannot be read."""
        reads = [self.tried(f"[[{key}]] no. {i}", partial(read, source)) for i, source in enumerate(sources, 1)]
        found = [part for part in reads if part is not None]
        return found if len(found) == len(reads) else None

    def joined(self, key: str, sources: Sequence[SourceT], read: Callable[[SourceT], Read]) -> Read | None:
        """Return the layers of several tables as one; None if there are no tables or one cannot be read."""
        reads = self.each(key, sources, read)
        return one_layer(key, reads, self.crs) if reads else None

    def raw(self, source: Source) -> Read:
        """Return a layer as its table in city.toml says, in the CRS of its file."""
        read = read_layer(
            self.path(source.file),
            layer=source.layer,
            columns=source.columns,
            x=source.x,
            y=source.y,
            wkt=source.wkt,
            crs=source.crs,
        )
        return self.with_all_rows(read, source)

    def layer(self, source: Source) -> Read:
        """Return a layer as its table in city.toml says, in the city's CRS."""
        return self.projected(self.raw(source), source)

    def projected(self, read: Read, source: Source) -> Read:
        """Return a layer in the city's CRS."""
        nothing = read.frame.crs is None and not len(read.frame)
        frame = read.frame.set_crs(self.crs) if nothing else read.frame
        frame, findings = reproject(frame, self.crs, layer=self.path(source.file).name)
        return Read(frame, read.report.plus(*findings))

    def with_all_rows(self, read: Read, source: Source) -> Read:
        """Return a layer with the columns that city.toml gives one value for; ReadError if the file has one of them."""
        own = [column for column in source.all_rows if column in read.frame]
        if own:
            raise ReadError(
                f"{self.path(source.file)} has a column {listed(own)} of its own, which all_rows would replace. Leave "
                f"one of them out. | 文件已有列 {listed(own)}，请从 all_rows 中去掉。"
            )
        return replace(read, frame=read.frame.assign(**source.all_rows))

    def valued(self, source: Source, column: str, value: str | None) -> Read:
        """Return a layer with a column that city.toml gives one value for, or that the file has."""
        read = self.layer(source)
        if value is not None:
            return replace(read, frame=read.frame.assign(**{column: value}))
        if column not in read.frame:
            raise ReadError(
                f"{self.path(source.file)}: no column {column!r}. Give {column} for all rows, or columns = "
                f"{{ {column} = '...' }}. Columns: {listed(read.frame.columns)}. | 没有列 {column!r}，请用 {column} "
                "统一指定，或在 columns 中对应。"
            )
        return read


def one_layer(key: str, reads: Sequence[Read], crs: pyproj.CRS) -> Read:
    """Return several layers as one, with row labels from 0."""
    frames = [read.frame for read in reads if len(read.frame)] or [reads[0].frame]
    frames = [frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame for frame in frames]
    report = sum((read.report for read in reads), DataReport())
    whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    rows = Finding(key, "rows", "info", f"{len(whole):,} rows read.", f"读取 {len(whole):,} 行。")
    return Read(gpd.GeoDataFrame(whole.reset_index(drop=True), geometry="geometry", crs=crs), report.plus(rows))
