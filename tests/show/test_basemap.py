from __future__ import annotations

import folium
import pytest
import xyzservices

from servicecircle.errors import InputError
from servicecircle.show.basemap import tile_layer


def provider(**changes: str) -> xyzservices.TileProvider:
    given = {"name": "mine", "url": "https://tiles.example/{z}/{x}/{y}.png", "attribution": "me"}
    return xyzservices.TileProvider(given | changes)


def test_openstreetmap_is_named_with_its_link() -> None:
    layer = tile_layer("OpenStreetMap.Mapnik")
    assert isinstance(layer, folium.TileLayer)
    assert layer.tiles == "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
    assert '<a href="https://www.openstreetmap.org/copyright">' in str(layer.options["attribution"])


@pytest.mark.parametrize("name", ["Gaode.Normal", "Gaode.Satellite"])
def test_shifted_tiles_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="GCJ-02"):
        tile_layer(name)


def test_shifted_tiles_are_refused_by_their_address_too() -> None:
    with pytest.raises(InputError, match="GCJ-02"):
        tile_layer(provider(url="https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}"))


def test_an_unknown_name_lists_known_ones() -> None:
    with pytest.raises(InputError, match=r"'Nowhere' is unknown.*OpenStreetMap"):
        tile_layer("Nowhere")


def test_an_address_alone_asks_for_its_maker() -> None:
    with pytest.raises(InputError, match="attribution"):
        tile_layer("https://tiles.example/{z}/{x}/{y}.png")


def test_a_maker_has_to_be_named() -> None:
    with pytest.raises(InputError, match="no attribution"):
        tile_layer(provider(attribution=""))


def test_a_missing_key_is_asked_for() -> None:
    with pytest.raises(InputError, match="needs a key"):
        tile_layer("Thunderforest.OpenCycleMap")


def test_an_address_cannot_hold_a_template() -> None:
    with pytest.raises(InputError, match="placeholders"):
        tile_layer(provider(url="https://tiles.example/{{ 7 * 7 }}/{z}/{x}/{y}.png"))
