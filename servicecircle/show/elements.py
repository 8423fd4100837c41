"""The pieces of a gap map that folium renders: our script and data, layers drawn from them, the layer control."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.map import Layer
from folium.template import Template

from servicecircle.show.escape import literal, script_json
from servicecircle.show.pages import asset
from servicecircle.show.tiles import TileFolder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


TILES = (folium.TileLayer, folium.FeatureGroup, TileFolder)
"""Elements that draw tiles, alone or together."""

LEAFLET = ("leaflet", "leaflet_css")
"""What folium calls the two files that every map needs."""

OF_EVERY_MAP = ("global_switches", "meta_http", "css_style", "map_style")
"""What folium calls the parts that it puts into the page of every map."""


class RawText(Element):
    """Text that stands in the page as it is.

    folium's own way (a macro) would read the rendered text a second time as a Jinja template, and run what a facility's
    name holds.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:
        """Return the text."""
        del kwargs
        return self.text


class LightMap(folium.Map):
    """A map that asks for folium's further scripts and styles only if something that was added to it may need them.

    Our own layers need Leaflet alone; markers, popups and plugins that a user adds also get jQuery, Bootstrap and the
    icons, as in any map of folium's.
    """

    def render(self, **kwargs: Any) -> str:
        """Put the map into its page as folium does; nothing is left to stand where it is."""
        every = self.default_js, self.default_css
        if _is_ours(self):
            self.default_js, self.default_css = ([pair for pair in some if pair[0] in LEAFLET] for some in every)
        super().render(**kwargs)  # type: ignore[no-untyped-call]  # as below
        self.default_js, self.default_css = every
        return ""


class MapData(MacroElement):
    """The data of a map, its panel, and the script that draws its layers.

    Parameters
    ----------
    data
        What the script draws, as it goes into JSON.
    panel
        The HTML of the panel with title and legend, already escaped.
    """

    def __init__(self, data: Mapping[str, Any], panel: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has types for some functions only
        self._name = "service_circle"
        self.json = script_json(data)
        self.panel = panel

    def render(self, **kwargs: Any) -> str:
        """Put style, panel, data and script into the page; nothing is left to stand where the element is."""
        del kwargs
        figure = self.get_root()
        if not isinstance(figure, Figure) or self._parent is None:
            raise TypeError("the data of a map can be rendered only as part of that map")
        name = self.get_name()
        style = RawText(f"<style>\n{asset('gap_map.css')}</style>")
        figure.header.add_child(style, name="service_circle_style")
        body = f'<div id="{name}_panel" class="sc-holder">{self.panel}</div>'
        body += f'\n<script type="application/json" id="{name}_data">{self.json}</script>'
        figure.html.add_child(RawText(body), name=name)
        script = RawText("".join(asset(f"{part}.js") for part in ("cell_layer", "map_controls", "gap_map")))
        figure.script.add_child(script, name="service_circle_script")
        call = (
            f"var {name} = serviceCircleMap({self._parent.get_name()}, "
            f'JSON.parse(document.getElementById("{name}_data").textContent), '
            f'document.getElementById("{name}_panel").firstElementChild);'
        )
        figure.script.add_child(RawText(call), name=name)
        return ""


class Choices(MacroElement):
    """The script that repaints zones by what is chosen in the panel; to be added after the layers.

    Parameters
    ----------
    data
        The element that holds the map's data.
    """

    def __init__(self, data: MapData) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # as above
        self._name = "choices"
        self.data = data

    def render(self, **kwargs: Any) -> str:
        """Put the script into the page."""
        del kwargs
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise TypeError("choices can be rendered only as part of a map")
        figure.script.add_child(RawText(asset("choices.js")), name="service_circle_choices")
        name = self.data.get_name()
        call = (
            f'serviceCircleChoices({name}, JSON.parse(document.getElementById("{name}_data").textContent), '
            f"{name}.panel);"
        )
        figure.script.add_child(RawText(call), name=self.get_name())
        return ""


class DataLayer(Layer):
    """A layer that the script of `MapData` draws.

    Parameters
    ----------
    data
        The element that holds the layer's data.
    key
        The layer's key in these data: letters and digits.
    name
        What the layer control calls it; shown literally.
    show
        Whether it is shown when the map opens.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = {{ this.data.get_name() }}.layer({{ this.key|tojson }});
            {%- if this.show %}
            {{ this.get_name() }}.addTo({{ this._parent.get_name() }});
            {%- endif %}
        {% endmacro %}
        """
    )

    def __init__(self, data: MapData, key: str, *, name: str, show: bool) -> None:
        super().__init__(name=literal(name), overlay=True, control=True, show=show)
        self._name = "data_layer"
        self.data = data
        self.key = key

    def render(self, **kwargs: Any) -> str:
        """Put the layer's script into the page; unlike folium's own layers not once more each time."""
        MacroElement.render(self, **kwargs)  # type: ignore[no-untyped-call]  # as above
        return ""


class LastLayerControl(folium.LayerControl):
    """A layer control made after everything else, so that layers added to the map later are in it as well."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            setTimeout(function () {
                const base = {
                    {%- for key, val in this.base_layers.items() %} {{ key|tojson }}: {{ val }}, {%- endfor %}
                };
                const overlays = {
                    {%- for key, val in this.overlays.items() %} {{ key|tojson }}: {{ val }}, {%- endfor %}
                };
                const control = L.control.layers(base, overlays, {{ this.options|tojavascript }});
                {{ this.data.get_name() }}.arrange(control.addTo({{ this._parent.get_name() }}));
            }, 0);
        {% endmacro %}
        """
    )

    def __init__(self, data: MapData) -> None:
        super().__init__(position="topright", collapsed=False)
        self.data = data


class MapPair(MacroElement):
    """Two maps on one page that move together and show the same layers.

    Parameters
    ----------
    left, right
        The data elements of the two maps.
    """

    def __init__(self, left: MapData, right: MapData) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # as above
        self._name = "map_pair"
        self.left = left
        self.right = right

    def render(self, **kwargs: Any) -> str:
        """Put the script into the page."""
        del kwargs
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise TypeError("a pair of maps can be rendered only as part of a page")
        figure.script.add_child(RawText(asset("pair.js")), name="service_circle_pair")
        call = f"serviceCirclePair({self.left.get_name()}, {self.right.get_name()});"
        figure.script.add_child(RawText(call), name=self.get_name())
        return ""


def name_elements(gap_map: folium.Map, data: Iterable[MapData]) -> None:
    """Give every element of a page a name made from its maps' data, so that the same result makes the same page.

    folium draws random names. Ours differ between maps of different data, so that two maps can share a page.
    """
    seed = sha256("".join(one.json + one.panel for one in data).encode()).hexdigest()[:20]
    for place, element in enumerate(_all_elements(gap_map.get_root())):
        element._id = f"{seed}{place:04x}"  # noqa: SLF001  (folium offers no other way to name an element)


def _is_ours(page: folium.Map) -> bool:
    """Return whether all that a map and its page hold is of this library, or tiles."""
    root = page.get_root()
    whole = root if isinstance(root, Figure) else page  # a page may hold two of our maps
    inside = [one for child in whole._children.values() for one in _all_elements(child)]  # noqa: SLF001  (as below)
    if not all(
        isinstance(one, (LightMap, MapData, DataLayer, LastLayerControl, Choices, MapPair, *TILES)) for one in inside
    ):
        return False
    parts = (root.header, root.html, root.script) if isinstance(root, Figure) else ()
    names = {*LEAFLET, *OF_EVERY_MAP, *(one.get_name() for one in [page, *inside])}
    children = [pair for part in parts for pair in part._children.items()]  # noqa: SLF001  (as below)
    return all(isinstance(child, RawText) or name in names for name, child in children)


def _all_elements(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():  # noqa: SLF001  (as above)
        yield from _all_elements(child)
