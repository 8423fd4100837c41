"""The tiles behind a map: which may be used, and how their makers are named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from servicecircle.errors import InputError
from servicecircle.show.escape import attribution_html, literal

if TYPE_CHECKING:
    import folium
    from folium.map import Layer
    from xyzservices import TileProvider


SHIFTED = re.compile(
    r"autonavi|amap\.|gaode|高德|map\.qq\.com|gtimg|tencent|腾讯|bdimg|baidu|百度|google\.cn|geoq\.cn", re.IGNORECASE
)
"""Makers whose tiles of China are drawn in GCJ-02 or BD-09, told by name or address."""

TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
"""The address of a layer of Tianditu's in Web Mercator: ``vec`` is the ground, ``cva`` its names."""


def tianditu(key: str) -> TileProvider:
    """Return the base map of Tianditu (天地图) with its names, for ``gap_map(..., basemap=tianditu("..."))``.

    Its tiles are in CGCS2000 and lie where data in WGS84 or CGCS2000 lie, without a shift. They come from the internet
    while the map is looked at, and its maker counts them under your key.

    Parameters
    ----------
    key
        Your own key (tk), from the console of tianditu.gov.cn.

    Raises
    ------
    InputError
        If the key is none.

    Examples
    --------
    >>> tianditu("0123456789abcdef0123456789abcdef").name
    '天地图'
    """
    import xyzservices

    if not re.fullmatch("[0-9A-Za-z]{8,64}", str(key)):
        raise InputError(
            "Tianditu needs your own key (tk): letters and digits, from the console of tianditu.gov.cn. | "
            "天地图需要您自己的密钥(tk)，由字母和数字组成，请在天地图控制台申请。"
        )
    return xyzservices.TileProvider(
        name="天地图",
        url=TIANDITU.format(layer="vec", key=key),
        names_url=TIANDITU.format(layer="cva", key=key),
        attribution='<a href="https://www.tianditu.gov.cn">天地图</a>',
        subdomains="01234567",
        max_zoom=18,
    )


def tile_layer(basemap: str | TileProvider) -> Layer:
    """Return the tiles of a base map as a folium layer, drawn pale so that the figures stand out.

    Parameters
    ----------
    basemap
        A name that xyzservices knows, such as ``"OpenStreetMap.Mapnik"``, or an ``xyzservices.TileProvider``, whose
        address may be a folder of this machine.

    Raises
    ------
    InputError
        If the name is unknown, the maker asks for a key that is not given, no attribution is given, or the tiles are
        drawn in GCJ-02 or BD-09 and would lie up to 700 m beside the data.
    """
    import folium

    from servicecircle.show.tiles import TileFolder, is_folder

    provider = _provider(basemap)
    name = provider.get("name") or "tiles"
    if SHIFTED.search(f"{name} {provider.url}"):
        raise InputError(
            f"basemap {name!r}: its tiles of China are drawn in GCJ-02 or BD-09 and lie 100-700 m beside data in WGS84 "
            "or CGCS2000. Choose tiles in WGS84, such as basemap='OpenStreetMap.Mapnik', or none (basemap=None). | "
            f"底图 {name} 采用 GCJ-02 或 BD-09 坐标，与数据偏移 100-700 米。请改用 WGS84 底图，或不用底图。"
        )
    if any(re.search("[{][{%#]", str(provider.get(key, ""))) for key in ("url", "names_url")):
        raise InputError(
            f"basemap {name!r}: its address holds '{{{{', '{{%' or '{{#'. Write placeholders as {{z}}, {{x}}, {{y}}. | "
            f"底图 {name} 的地址含有不允许的括号。"
        )
    if provider.requires_token():
        raise InputError(
            f"basemap {name!r} needs a key of its maker. Give the provider with its key: "
            f"xyzservices.providers.query_name({name!r})(apikey=...), or choose basemap='OpenStreetMap.Mapnik'. | "
            f"底图 {name} 需要密钥，请给出带密钥的 TileProvider，或改用 OpenStreetMap.Mapnik。"
        )
    attribution = _attribution(provider, name)
    if is_folder(provider):
        return TileFolder(provider, name=name, attribution=attribution)
    ground = _online(provider, provider.build_url(fill_subdomain=False, scale_factor="{r}"), name, attribution)
    if "names_url" not in provider:
        return ground
    together = folium.FeatureGroup(name=literal(name), overlay=True)
    together.add_child(ground)
    together.add_child(_online(provider, provider["names_url"], name, attribution))
    return together


def _online(provider: TileProvider, url: str, name: str, attribution: str) -> folium.TileLayer:
    """Return tiles from the internet as a folium layer."""
    import folium

    return folium.TileLayer(
        tiles=url,
        attr=attribution,
        name=literal(name),
        overlay=True,  # so that it can be switched off
        subdomains=provider.get("subdomains", "abc"),
        min_zoom=provider.get("min_zoom", 0),
        max_native_zoom=provider.get("max_zoom", 18),
        max_zoom=22,
        class_name="sc-tiles",
        # some makers refuse whoever does not say which site asks
        referrer_policy="strict-origin-when-cross-origin",
    )


def _provider(basemap: str | TileProvider) -> TileProvider:
    import xyzservices

    if isinstance(basemap, xyzservices.TileProvider):
        return basemap
    if "://" in str(basemap):
        raise InputError(
            "basemap is an address. Give it with its maker's attribution: xyzservices.TileProvider(name='...', "
            "url='https://.../{z}/{x}/{y}.png', attribution='...'). | "
            "请用 xyzservices.TileProvider 给出瓦片地址和版权说明。"
        )
    try:
        return xyzservices.providers.query_name(str(basemap))
    except ValueError as error:
        known = [
            "OpenStreetMap.Mapnik",
            "OpenTopoMap",
            "Esri.WorldGrayCanvas",
            "any other name in xyzservices.providers",
        ]
        raise InputError.unknown("basemap", basemap, known) from error


def _attribution(provider: TileProvider, name: str) -> str:
    given = provider.get("html_attribution") or provider.get("attribution")
    if not given:
        raise InputError(
            f"basemap {name!r} has no attribution; its maker has to be named on the map. Add attribution='...'. | "
            f"底图 {name} 缺少版权说明(attribution)，请补充。"
        )
    return attribution_html(given)
