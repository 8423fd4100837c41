"""Bad residents: impossible numbers, rows that stand there twice, cells that are no cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import InputError, LayerError, ReadError
from tests.bad_inputs import town
from tests.bad_inputs.case import Kind, equal, error, flag, repair
from tests.bad_inputs.damage import cells, points, raster, squares

if TYPE_CHECKING:
    from servicecircle import City
    from tests.bad_inputs.damage import Town

KIND = Kind("population")


def with_value(value: Any, *, row: int = 7, column: str = "人口") -> pd.DataFrame:
    """Return the cells with another value in one row."""
    frame = town.people().copy()
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    return frame


@KIND(error(LayerError, "population layer, column 'pop_total'", "below zero", "1 rows (7)"))
def a_negative_number(there: Town) -> None:
    there.people(with_value(-20))


@KIND(error(LayerError, "population layer, column 'pop_total'", "missing", "1 rows (7)"))
def an_empty_number(there: Town) -> None:
    there.people(with_value(""))


@KIND(error(LayerError, "population layer, column 'pop_total'", "1 rows (7)"))
def a_number_that_is_nan(there: Town) -> City:
    return there.city(population=cells().assign(pop_total=with_value(np.nan)["人口"].astype(float)))


@KIND(error(LayerError, "population layer, column 'pop_total'", "infinite", "1 rows (7)"))
def an_infinite_number(there: Town) -> City:
    return there.city(population=cells().assign(pop_total=with_value(np.inf)["人口"].astype(float)))


@KIND(error(LayerError, "pop_total", "1 rows (7)"))
def a_word_instead_of_a_number(there: Town) -> None:
    there.people(with_value("不详"))


@KIND(error(ReadError, "people.csv layer, column 'pop_total'", "525 rows"))
def all_numbers_are_words(there: Town) -> None:
    there.people(town.people().assign(人口="若干"))


@KIND(flag("no_residents"))
def nobody_lives_anywhere(there: Town) -> None:
    there.people(town.people().assign(人口=0))


@KIND(equal(lambda: town.truth(town.people().assign(人口=town.people()["人口"] * 0.37))))
def fractions_of_people(there: Town) -> None:
    there.people(town.people().assign(人口=town.people()["人口"] * 0.37))


@KIND(error(LayerError, "cell_id", "more than once", "4 rows"))
def rows_that_stand_there_twice(there: Town) -> None:
    there.people(pd.concat([town.people(), town.people().iloc[[3, 90]]]))


@KIND(flag("same_place"))
def a_layer_that_stands_there_twice_without_ids(there: Town) -> None:
    there.people(pd.concat([town.people()] * 2))
    there.edit('columns = { cell_id = "格网", pop_total = "人口" }', 'columns = { pop_total = "人口" }')


@KIND(flag("overlap"))
def cells_and_the_zones_they_add_up_to(there: Town) -> None:
    total = town.zones().rename(columns={"zone_id": "格网"})[["格网", "geometry"]]
    homes = town.zone_of(town.people()["x"].to_numpy(), town.people()["y"].to_numpy())
    total["人口"] = town.people().groupby(homes)["人口"].sum().reindex(total["格网"]).to_numpy()
    there.layer_of_people(gpd.GeoDataFrame(pd.concat([squares(), total], ignore_index=True), crs=town.METRIC))


@KIND(flag("overlap"))
def the_same_cells_shifted_by_a_little(there: Town) -> None:
    again = squares().assign(格网=lambda frame: frame["格网"] + "b")
    shifted = again.set_geometry(again.geometry.translate(12.0, 9.0))
    there.layer_of_people(gpd.GeoDataFrame(pd.concat([squares(), shifted], ignore_index=True), crs=town.METRIC))


@KIND(flag("absurd"))
def more_people_in_a_cell_than_on_earth(there: Town) -> None:
    there.people(with_value(9_000_000_000))


@KIND(flag("absurd"))
def a_cell_with_more_people_than_can_stand_in_it(there: Town) -> None:
    frame = squares()
    frame.loc[4, "人口"] = 900_000
    there.layer_of_people(frame)


@KIND(repair("unit"))
def ten_thousands_said_in_the_head(there: Town) -> None:
    in_ten_thousands = (town.people()["人口"] / 10_000).map("{:.4f}".format)
    there.people(town.people().assign(人口=in_ten_thousands).rename(columns={"人口": "人口（万人）"}))


@KIND(flag("few_residents"))
def ten_thousands_that_nobody_speaks_of(there: Town) -> None:
    there.people(town.people().assign(人口=town.people()["人口"] / 10_000))


@KIND(error(LayerError, "population layer", "no rows"))
def no_cells(there: Town) -> None:
    there.people(town.people().iloc[:0])


@KIND(equal())
def ten_million_cells(there: Town) -> None:
    import rasterio
    from affine import Affine

    small = raster(there.folder)
    west, north = town.EAST - 205.0, town.NORTH + 4405.0
    values = np.zeros((3200, 3200), dtype="float32")
    values[: small.shape[0], : small.shape[1]] = small
    profile = {"driver": "GTiff", "count": 1, "height": 3200, "width": 3200, "dtype": "float32", "crs": town.METRIC}
    grid = Affine(10.0, 0.0, west, 0.0, -10.0, north)
    with rasterio.open(there.folder / "people.tif", "w", **profile, transform=grid, compress="deflate") as file:
        file.write(values, 1)
    there.table("[population]", 'file = "people.tif"')


@KIND(equal())
def a_raster(there: Town) -> None:
    raster(there.folder)
    there.table("[population]", 'file = "people.tif"')


@KIND(repair("undeclared_nodata"))
def undeclared_nodata_in_a_raster(there: Town) -> None:
    import rasterio

    values = raster(there.folder)
    with rasterio.open(there.folder / "people.tif", "r+") as file:
        file.write(np.where(values == 0, np.float32(-9999), values), 1)
    there.table("[population]", 'file = "people.tif"')


@KIND(error(ReadError, "[population]", "negative", "1 rows"))
def a_negative_number_in_a_raster(there: Town) -> None:
    import rasterio

    values = raster(there.folder)
    values[100, 100] = -7.0
    with rasterio.open(there.folder / "people.tif", "r+") as file:
        file.write(values, 1)
    there.table("[population]", 'file = "people.tif"')


@KIND(flag("density"))
def a_density_read_as_counts(there: Town) -> None:
    import rasterio

    raster(there.folder)
    with rasterio.open(there.folder / "people.tif", "r+") as file:
        file.update_tags(1, unit="people per km2")
        file.write(file.read(1) * np.float32(10_000), 1)
    there.table("[population]", 'file = "people.tif"')


@KIND(error(ReadError, "[population]", "band"))
def a_band_that_is_not_there(there: Town) -> None:
    raster(there.folder)
    there.table("[population]", 'file = "people.tif"\nband = 4')


@KIND(flag("above_total"))
def more_children_than_people(there: Town) -> City:
    return there.city(population=cells().assign(pop_3_5=cells()["pop_total"] + 10))


@KIND(error(LayerError, "population layer, column 'pop_60p'", "missing", "1 rows"))
def a_group_with_a_gap(there: Town) -> City:
    group = cells()["pop_total"] * 0.2
    return there.city(population=cells().assign(pop_60p=group.where(group.index != 11)))


@KIND(error(LayerError, "setting", "urban", "1 rows"))
def a_setting_that_nobody_knows(there: Town) -> City:
    setting = pd.Series("城市", index=cells().index)
    setting[5] = "郊区"
    return there.city(population=cells().assign(setting=setting))


@KIND(flag("unreachable", "off_network"))
def a_cell_far_from_every_street(there: Town) -> None:
    frame = town.people().copy()
    frame.loc[0, ["x", "y"]] += -30_000.0
    there.people(frame)


@KIND(flag("outside_zones"))
def a_cell_in_no_zone(there: Town) -> None:
    frame = town.people().copy()
    frame.loc[0, ["x", "y"]] += -180.0
    there.people(frame)


@KIND(error(LayerError, "population layer, column 'zone_id'", "no zone", "525 rows"))
def zones_that_do_not_exist(there: Town) -> None:
    there.people(town.people().assign(zone_id="9999"))


@KIND(error(LayerError, "population layer", "column 'pop_total' is missing"))
def no_column_of_residents(there: Town) -> None:
    there.people(town.people().rename(columns={"人口": "总数"}))
    there.edit('columns = { cell_id = "格网", pop_total = "人口" }', 'columns = { cell_id = "格网" }')


@KIND(error(LayerError, "population layer", "Point or Polygon", "525 rows"))
def cells_that_are_lines(there: Town) -> City:
    frame = cells()
    return there.city(population=frame.set_geometry(frame.geometry.buffer(20).boundary))


@KIND(error(LayerError, "population layer", "without a geometry", "2 rows"))
def cells_without_a_place(there: Town) -> City:
    frame = cells()
    frame.loc[3, "geometry"] = shapely.Point()
    frame.loc[4, "geometry"] = None
    return there.city(population=frame)


@KIND(error(InputError, "population", "GeoDataFrame"))
def cells_that_are_no_layer(there: Town) -> City:
    return there.city(population=town.people())


@KIND(equal())
def cells_in_another_order_on_a_strange_index(there: Town) -> City:
    frame = cells().sample(frac=1.0, random_state=3)
    return there.city(population=frame.set_index(pd.Index(["same"] * len(frame))))


@KIND(equal())
def squares_instead_of_points(there: Town) -> None:
    there.layer_of_people(squares())


@KIND(equal())
def cells_with_heights(there: Town) -> None:
    frame = points(town.people())
    there.layer_of_people(frame.set_geometry(shapely.force_3d(frame.geometry.to_numpy(), 35.0)))
