"""A city from a folder: city.toml and the files it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from servicecircle.city import About, City, Transport
from servicecircle.errors import ReadError
from servicecircle.findings import DataReport
from servicecircle.network import AccessRule
from servicecircle.projection import metric_crs
from servicecircle.read.folder.facilities import declared, read_file
from servicecircle.read.folder.lines import read_lines
from servicecircle.read.folder.networks import fetch_walk, read_drive, read_walk
from servicecircle.read.folder.population import only_within, read_cells
from servicecircle.read.folder.reader import FolderReader
from servicecircle.read.folder.zones import read_areas, read_zones, with_groups

if TYPE_CHECKING:
    import os

    from servicecircle.network import WalkNetwork
    from servicecircle.read.city_file import CityFile
    from servicecircle.read.report import Read


def read_city(folder: str | os.PathLike[str]) -> City:
    """Read a city from a folder with a ``city.toml``, which names the files and their columns.

    Paths in ``city.toml`` start at the folder; absolute paths are taken as they are. Everything is brought into the CRS
    that it names.

    Parameters
    ----------
    folder
        The folder, or its ``city.toml``.

    Returns
    -------
    City
        Its ``report`` also says what was found and repaired while reading.

    Raises
    ------
    ReadError
        If ``city.toml`` or the files it names have faults; all are named.
    LayerError, NetworkError
        If the layers do not make a city.

    See Also
    --------
    servicecircle.read.sample_city : The city that comes with the library.

    Notes
    -----
    All that ``city.toml`` may say; ``[walk]``, ``[population]``, ``[[facilities]]`` and ``[[zones]]`` are needed. A
    ``file`` is of any kind that `servicecircle.read.read_layer` takes, unless another is named here::

        format = 1
        name_zh = "我的城市"
        name_en = "My city"
        crs = "EPSG:4549"             # projected, in metres
        notice_zh = ""                # said wherever the city is shown
        notice_en = ""

        [walk]
        file = "map.osm.pbf"          # OpenStreetMap, GraphML, or a layer of lines
        islands = 1000.0              # parts of the network this long (metres) may be entered; or "keep", "main"
        max_access_m = 500.0          # from how far away
        barriers = "given"            # which bind: "given" (not OpenStreetMap's), "block" (all), "count" (none)
        left_out = [                  # OpenStreetMap only: which ways nobody walks on, instead of WALKABLE
          { key = "foot", values = ["no"], unless = { access = ["yes"] }, reason_zh = "禁行", reason_en = "closed" },
        ]

        [population]
        file = "people.tif"           # a raster, or a layer of cells with pop_total
        band = 1                      # rasters only
        values = "residents"          # of each cell; or "per_km2". Rasters only
        all_rows = { setting = "urban" }   # a column with one value; in any table of a file but [walk] of OpenStreetMap
        # only cells with their centre in these polygons; or within = "zones"
        within = { file = "city.shp", layer = "city", crs = "EPSG:4490" }

        [[facilities]]                # one table for each file; csv and Excel: x and y (or wkt), and crs
        file = "care.csv"
        service = "elderly_station"   # of all rows
        columns = { id = "编号", name = "名称", beds = "床位" }   # name here = name in the file
        x = "经度"
        y = "纬度"
        crs = "GCJ-02"                # of the coordinates: EPSG code, "GCJ-02" or "BD-09"

        [[facilities]]
        file = "points.gpkg"
        layer = "points"              # of several; in Excel the sheet
        service_column = "类别"       # the column that says the service
        services = { "幼儿园" = "kindergarten", "公园" = "park" }   # what it says = service; other rows are left out
        empty = ["fitness"]           # services that the city is known to have none of

        [[facilities]]
        file = "poi.csv"
        service_column = "typecode"
        services = "amap"             # what it says are categories of "amap" or "baidu"; "osm": a column for each tag
        rules = "categories.toml"     # one's own categories = services, as classify takes them
        wkt = "几何"
        crs = "EPSG:4490"
        # rows of this file that are one facility become one: true, or how far apart (metres) they may be
        merge_duplicates = { within_m = 50.0, beside_m = 8.0, position_m = 40.0 }

        [[facilities]]
        file = "map.osm.pbf"          # OpenStreetMap: its tags say the service
        services = ["bus_stop", "park"]    # only these; without it all that are known
        merge_duplicates = true

        [[facilities]]                # a table without coordinates: counted by zone, or matched with points
        file = "schools.xlsx"
        service = "school"
        columns = { name = "学校名称", places = "学位数" }
        # of rows without coordinates: names or codes; the column is enough
        zone = { column = "街道", level = "街道", parent_column = "县区" }
        # doubtful matches wait in this workbook for somebody to choose; it is written where it is not there
        [facilities.match]
        file = "poi.csv"
        columns = { name = "名称" }
        x = "lon"
        y = "lat"
        crs = "BD-09"
        review = "待核表.xlsx"

        [[zones]]
        file = "zones.shp"
        level = "街道"                # of all rows; without it the file has a column level, or codes say it

        [[zones]]
        file = "villages.gdb"
        layer = "villages"
        code_column = "区划代码"      # division codes: zone_id, level and parent are told by them
        columns = { urban_rural_code = "城乡分类代码" }
        settings = { "121" = "urban", "122" = "rural" }    # of these codes; of others by their first digit

        [[groups]]                    # residents by zone, from which the shares of groups in each zone are taken
        file = "ages.xlsx"
        columns = { pop_total = "常住人口", pop_60p = "60岁及以上" }
        zone = { column = "街道" }    # without it: the column zone_id

        [[areas]]
        file = "built_up.geojson"
        kind = "built_up"             # of all rows; without it the file has a column kind

        [[areas]]
        file = "map.osm.pbf"          # OpenStreetMap: railways, water and expressways that nobody walks across

        [[entrances]]                 # of: the id of a facility, or the id or name of a compound
        file = "gates.csv"
        columns = { of = "设施编号" }
        x = "经度"
        y = "纬度"
        crs = "EPSG:4490"

        [drive]                       # roads, for travel times and road connections
        file = "roads.gpkg"
        columns = { speed_kmh = "限速", road_class = "技术等级" }   # and highway: class as in OpenStreetMap

        [[bus_lines]]                 # line_id, stop_id, sequence; without x and y: stop_id is the id of a facility
        # for travel times by bus also headway_minutes, and minutes of riding from the line's first stop
        file = "lines.csv"

        [[bus_lines]]                 # an office's table: 线路, 方向, 站序, 站名, 首末班, 发车间隔
        file = "bus.xlsx"             # without x and y: stops are the facilities of service bus_stop, by name
        unplaced = "leave_out"        # stops that have no place; or "refuse"

        [[bus_lines]]
        file = "gtfs.zip"             # a feed in GTFS, or a folder with its files
        stops = true                  # its stops are facilities of service bus_stop

    Instead of the tables above there may be, each with the other keys of its kind::

        [walk]                        # a layer of lines
        file = "streets.dxf"
        layer = "道路中心线"
        crs = "EPSG:4549"
        columns = { bridge = "桥" }
        cut_at_crossings = true       # a drawing: streets meet where lines cross; false: at common ends only
        close_gaps_m = 0.01           # ends so far apart (metres) are joined

        [walk]                        # OpenStreetMap over the internet; zones, or west, south, east, north in degrees
        [walk.overpass]
        area = "zones"
        margin_m = 2000.0             # how far beyond it
        cache = "overpass"            # the folder for answers; delete it to ask again
        url = "https://overpass-api.de/api/interpreter"
        timeout_s = 60.0

        [population]                  # residents by zone, spread over buildings or cells
        file = "residents.xlsx"       # or polygons with pop_total, without zone
        columns = { pop_total = "常住人口" }
        zone = { column = "街道" }
        spread_over = { file = "buildings.shp", weight = "floor_area" }    # without weight by ground area

        [drive]                       # OpenStreetMap
        file = "map.osm.pbf"
        speeds_kmh = { primary = 45.0 }    # by class, instead of those assumed
    """
    # pydantic is loaded when a city is read, not when the package is imported
    from servicecircle.read.city_file import NAME, read_city_file

    folder = Path(folder)
    folder = folder.parent if folder.name == NAME else folder
    file = read_city_file(folder)
    reader = FolderReader(folder, metric_crs(file.crs), [])
    zones = read_zones(reader, file.zones)
    walk = reader.tried("[walk]", lambda: _walk(reader, file, zones))
    population = reader.tried("[population]", lambda: _population(reader, file, zones))
    shapes = zones.frame if zones is not None else None
    facilities = reader.joined("facilities", file.facilities, lambda source: read_file(reader, source, shapes))
    areas = reader.joined("areas", file.areas, lambda source: read_areas(reader, source))
    entrances = reader.joined("entrances", file.entrances, reader.layer)
    drive = reader.tried("[drive]", lambda: read_drive(reader, file.drive))
    buses = read_lines(reader, file.bus_lines, facilities) if facilities is not None else None
    zones = with_groups(reader, file.groups, zones) if zones is not None else None
    if reader.faults or walk is None or population is None or buses is None or zones is None:
        raise ReadError("\n".join(reader.faults))
    lines, facilities = buses
    layers = [layer for layer in (zones, population, facilities, areas, entrances, lines) if layer is not None]
    return City(
        walk,
        population.frame,
        facilities.frame,
        zones.frame,
        areas=areas.frame if areas is not None else None,
        entrances=entrances.frame if entrances is not None else None,
        services=declared(file),
        access=AccessRule(file.walk.islands, file.walk.max_access_m, file.walk.barriers),
        transport=Transport(drive, lines.frame if lines is not None else None),
        about=About(
            file.name_zh or file.name_en,
            (file.notice_zh, file.notice_en),
            sum((layer.report for layer in layers), DataReport()),
        ),
    )


def _walk(reader: FolderReader, file: CityFile, zones: Read | None) -> WalkNetwork | None:
    """Return the walk network of a file or a server; None if the zones, which say where, cannot be read."""
    from servicecircle.read.city_file.networks import Walk

    if isinstance(file.walk, Walk):
        return read_walk(reader, file.walk)
    return fetch_walk(reader, file.walk, zones.frame) if zones is not None else None


def _population(reader: FolderReader, file: CityFile, zones: Read | None) -> Read | None:
    """Return the population cells; None if the zones, which some need, cannot be read."""
    population = file.population
    if zones is None and population.zone is not None:
        return None
    shapes = zones.frame if zones is not None else None
    cells = read_cells(reader, population, shapes)
    if shapes is None and population.within == "zones":
        return cells
    return only_within(reader, population.within, cells, shapes)
