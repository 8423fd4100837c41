"""A city.toml to start from: what lies in a folder, guessed, and each guess marked."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicecircle.errors import InputError
from servicecircle.files import make_folder, replacing
from servicecircle.read.draft import Entry, entries_of
from servicecircle.read.draft_crs import Said, city_crs
from servicecircle.read.looks import looked_at
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "city.toml"
GUESSED = "猜测 guessed"
SINGLE = ("walk", "population", "drive")
ORDER = (
    *("file", "layer", "level", "code_column", "settings", "kind", "service", "service_column", "services", "zone"),
    *("x", "y", "wkt", "crs"),
)
MOST_HEADS = 40

HEAD = """\
# {name}:由文件夹中的数据猜测生成。标有“{mark}”的请逐条核对,改好后运行 servicecircle check。
# Written by looking at the files. Check every line that says "{mark}", then run: servicecircle check FOLDER
#
# "#" 紧接内容的行是尚未启用的内容:补全后去掉开头的 "#"。路径用 /;文字加引号;columns 为 本库列名 = "文件中的表头"。
# A line where "#" is followed at once by a key is not in force: complete it, and take the "#" away. Paths use /, texts
# stand in quotes, and columns are: name in this library = "head in the file".
format = 1
name_zh = {title}
name_en = {title}
{crs}
"""

MISSING: Mapping[str, str] = {
    "walk": """\
# 缺少步行路网 no walk network was found. 需要 OSM 文件(.osm.pbf)或线图层,或联网获取
# (a file of OpenStreetMap, a layer of lines, or: fetched from OpenStreetMap over the internet).
#[walk]
#file = "roads.gpkg"
#overpass = { area = "zones", cache = "overpass" }   # 代替 file  instead of file
""",
    "population": """\
# 缺少人口 no population was found. 需要栅格(WorldPop 等,每格人数)、格网面或点,含 pop_total 列
# (a raster of residents, or cells as polygons or points with a column pop_total).
#[population]
#file = "population.tif"
""",
    "zones": """\
# 缺少区划 no zones were found. 需要带代码和名称的面图层 (polygons with codes and names).
#[[zones]]
#file = "zones.shp"
#level = "街道"
""",
    "facilities": """\
# 缺少设施 no facilities were found. 每个文件一段 (one table for each file).
#[[facilities]]
#file = "kindergartens.xlsx"
#service = "kindergarten"
#x = "经度"
#y = "纬度"
#crs = "EPSG:4490"
""",
}
TITLES: Mapping[str, str] = {
    "walk": "步行路网 walk network",
    "population": "人口 population",
    "facilities": "设施 facilities",
    "zones": "区划 zones",
    "groups": "各单元人口 residents by zone",
    "areas": "范围 areas",
    "entrances": "出入口 entrances",
    "drive": "车行路网 drive network",
    "bus_lines": "公交线路 bus lines",
}


def new_city(folder: str | os.PathLike[str], *, data: str | os.PathLike[str] | None = None) -> Path:
    r"""Write a ``city.toml`` by looking at the files in a folder; what was guessed is marked in it.

    Every kind of file that `read_layer` takes is looked at, and OpenStreetMap, rasters and GTFS: which layer it may be,
    what its columns mean, which CRS its numbers are in. A guess that cannot be used before somebody has completed it
    stands there as a comment, with what to do, and so does what is missing.

    Parameters
    ----------
    folder
        The folder of the city, which need not exist yet. A ``city.toml`` that is in it is never replaced.
    data
        The folder with the files; without it, ``folder`` itself. Folders in it are looked into as well.

    Returns
    -------
    Path
        The ``city.toml``.

    Raises
    ------
    InputError
        If there is a ``city.toml`` already, no such folder, nothing in it, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rows = "学校名称,学位数,经度,纬度\n一小,1200,119.2,34.6\n"
    ...     _ = (Path(folder) / "小学.csv").write_text(rows, encoding="utf-8")
    ...     text = new_city(folder).read_text(encoding="utf-8")
    >>> [line for line in text.splitlines() if line.startswith(("crs", "service"))]
    ['crs = "EPSG:4549"   # 猜测 guessed: ...', 'service = "primary_school"   # ...', 'crs = "EPSG:4490"   # ...']
    """
    folder = Path(folder)
    source = folder if data is None else Path(data)
    target = folder / NAME
    if target.exists():
        raise InputError(
            f"{target} exists already and was left as it is; give another folder, or move it away first. | "
            f"{target} 已存在，未作改动；请换一个文件夹，或先移走原文件。"
        )
    if not source.is_dir():
        raise InputError(f"{source}: there is no such folder. | 找不到文件夹 {source}。")
    looks, refused = looked_at(source)
    if not looks and not refused:
        raise InputError(f"{source}: no data files were found. | {source} 中没有找到数据文件。")
    crs = city_crs(looks)
    entries = entries_of(looks, crs.value if crs else "EPSG:4549")
    text = city_text(entries, refused, crs=crs, folder=folder)
    make_folder(folder)
    with replacing(target, new=True) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return target


def city_text(entries: Sequence[Entry], refused: Mapping[Path, str], *, crs: Said | None, folder: Path) -> str:
    """Return the text of a city.toml.

    Parameters
    ----------
    entries
        Its tables.
    refused
        Files that cannot be read, and why.
    crs
        The CRS of the city.
    folder
        Where it will stand; paths start there.
    """
    title = folder.resolve().name or "my city"
    said = _line("crs", crs) if crs else '#crs = "EPSG:4549"   # 未能判断 not known: 投影坐标系,米 projected, in metres'
    parts = [HEAD.format(name=NAME, mark=GUESSED, title=_value(title), crs=said)]
    for key, words in TITLES.items():
        mine = [entry for entry in entries if entry.role.key == key]
        usable = [entry for entry in mine if not entry.doubts]
        if mine or key in MISSING:
            parts.append(f"# {'-' * 60} {words}\n")
        parts += [_table(entry, folder) for entry in (*usable, *(entry for entry in mine if entry.doubts))]
        if not mine and key in MISSING:
            parts.append(MISSING[key])
    others = [entry for entry in entries if not entry.role.key]
    if others or refused:
        parts.append(f"# {'-' * 60} 未使用的文件 files not used\n")
        parts.append("".join(_unused(entry, folder) for entry in others) + "".join(_refusals(refused, folder)))
    return "\n".join(parts)


def _table(entry: Entry, folder: Path) -> str:
    """Return a table of city.toml; one with doubts as a comment."""
    key = entry.role.key
    several = key not in SINGLE
    values = {"file": Said(_path(entry.look.path, folder)), **entry.said}
    if entry.look.layer is not None:
        values["layer"] = Said(entry.look.layer)
    lines = [f"{'[[' if several else '['}{key}{']]' if several else ']'}"]
    lines[0] += f"   # {GUESSED}: {_plain(entry.role.en)} | {_plain(entry.role.zh)}"
    lines += [_line(name, values[name]) for name in ORDER if name in values]
    if entry.columns:
        lines += [f"[{key}.columns]", *(_line(name, said) for name, said in entry.columns.items())]
    if entry.match is not None:
        lines += _match(entry.match, folder)
    lines = [f"#{line}" for line in lines] if entry.doubts else lines
    above = [f"# {_plain(en)} | {_plain(zh)}" for en, zh in entry.notes]
    above += [f"# 待补 to do: {_plain(en)} | {_plain(zh)}" for en, zh in entry.doubts]
    if entry.look.frame is not None:
        heads = listed((h for h in entry.look.frame.columns if h != "geometry"), most=MOST_HEADS)
        above.append(f"# {len(entry.look.frame):,} 行 rows; 列 columns: {_plain(heads)}")
    return "\n".join([*above, *lines]) + "\n"


def _match(points: Entry, folder: Path) -> list[str]:
    """Return the table that matches rows with points, as a comment: a person has to say they are the same."""
    keys = ("x", "y", "wkt", "crs", "layer")
    values = {name: points.said[name].value for name in keys if name in points.said}
    if points.look.layer is not None:
        values["layer"] = points.look.layer
    columns = {name: said.value for name, said in points.columns.items() if name in {"id", "name"}}
    return [
        f"# 待补 to do: 可与 {_plain(points.look.name)} 按名称匹配取得坐标,存疑的写入待核表。",
        "# To match the rows with these points by name take the # away; doubtful ones go to the workbook:",
        "#[facilities.match]",
        f"#file = {_value(_path(points.look.path, folder))}",
        *(f"#{name} = {_value(value)}" for name, value in values.items()),
        *([f"#columns = {_value(columns)}"] if columns else []),
        '#review = "待核表.xlsx"',
    ]


def _line(name: str, said: Said) -> str:
    text = f"{name} = {_value(said.value)}"
    return f"{text}   # {GUESSED}: {_plain(said.en)} | {_plain(said.zh)}" if said.en else text


def _value(value: Any) -> str:
    """Return a value as TOML writes it: texts as JSON does."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_]+", key) else _value(key)


def _plain(text: str) -> str:
    """Return a text that may stand in a comment: on one line, without control characters."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def _path(path: Path, folder: Path) -> str:
    """Return a path as it starts at the folder; from another disk the whole path."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def _unused(entry: Entry, folder: Path) -> str:
    layer = f", {entry.look.layer}" if entry.look.layer is not None else ""
    where = _plain(f"{_path(entry.look.path, folder)}{layer}")
    return f"# {where}: {_plain(entry.role.en)} | {_plain(entry.role.zh)}\n"


def _refusals(refused: Mapping[Path, str], folder: Path) -> list[str]:
    return [
        f"# {_plain(_path(path, folder))}: {_plain(why.removeprefix(f'{path}: ').replace(str(path), path.name))}\n"
        for path, why in refused.items()
    ]
