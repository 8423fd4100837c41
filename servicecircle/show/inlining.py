"""Turning scripts and styles of the internet into parts of one page."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicecircle.show.packages import Shelf

TYPES = {
    "css": "text/css",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
}

URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^"'()\s][^()\s]*))\s*\)""")
IMPORT = re.compile(r"""@import\s+(?:url\(\s*)?["']?([^"')\s;]+)["']?\s*\)?[^;]*;""")
FONT_FACE = re.compile(r"@font-face\s*\{[^{}]*\}")
OLDER_FONT = re.compile(r"""url\([^()]*\)\s*format\(\s*["']?(?:truetype|woff|svg|embedded-opentype)["']?\s*\)""")
NEWEST_FONT = re.compile(r"""format\(\s*["']?woff2["']?\s*\)""")
MAP_OF_SCRIPT = re.compile(r"^[ \t]*//[#@][ \t]*sourceMappingURL=\S*[ \t]*$", re.MULTILINE)
MAP_OF_STYLE = re.compile(r"/\*#\s*sourceMappingURL=[^*]*\*/")

GLYPHICONS = "bootstrap-glyphicons.css"
"""A style that only bootstrap's whole style holds today: of that, the rules that speak of glyphicons are taken."""

ROTATED_ICONS = "leaflet.awesome.rotate.min.css"
"""A style of folium's own that no package holds: it turns an icon by each whole degree."""

ICONS_OF_LEAFLET = ("marker-icon.png", "marker-icon-2x.png", "marker-shadow.png")


def data_uri(content: bytes, name: str) -> str:
    """Return a file as an address that holds it.

    Examples
    --------
    >>> data_uri(b"abc", "a.png")
    'data:image/png;base64,YWJj'
    """
    kind = TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    return f"data:{kind};base64,{b64encode(content).decode('ascii')}"


def script_text(script: str) -> str:
    r"""Return a script that may stand between the tags of a page and means the same.

    What would end the element, or hide its end, is written otherwise. A line that only names a map of the source is
    left out, since a browser's tools would ask for it; such words within other code stay.

    Examples
    --------
    >>> script_text('x = "</script>";\n//# sourceMappingURL=x.js.map')
    'x = "<\\/script>";\n'
    """
    script = MAP_OF_SCRIPT.sub("", script)
    script = re.sub(r"</(?=script)", r"<\\/", script, flags=re.IGNORECASE)
    return script.replace("<!--", r"\x3c!--")


def style_text(style: str) -> str:
    r"""Return a style that may stand between the tags of a page and means the same.

    Examples
    --------
    >>> style_text('a { content: "</style>" }')
    'a { content: "<\\/style>" }'
    """
    return re.sub(r"</(?=style)", r"<\\/", MAP_OF_STYLE.sub("", style), flags=re.IGNORECASE)


@dataclass
class Inliner:
    """Takes files from the shelf, and notes those that are not there.

    Parameters
    ----------
    shelf
        Where the packages are.
    missing
        The addresses of what was asked for and is not there.
    """

    shelf: Shelf
    missing: list[str] = field(default_factory=list)

    def script(self, address: str) -> str:
        """Return the element that holds the script at an address."""
        content = self._text(address)
        if address.endswith("/leaflet.js") and content:
            content += self._icons(address)
        return f"<script>{script_text(content)}\n</script>"

    def style(self, address: str) -> str:
        """Return the element that holds the style at an address."""
        if address.endswith(ROTATED_ICONS):
            return f"<style>{''.join(f'.fa-rotate-{n}{{transform:rotate({n}deg)}}' for n in range(360))}</style>"
        content = self._text(address)
        if address.endswith(GLYPHICONS):
            rules = re.findall(r"[^{}]+\{[^{}]*\}", re.sub(r"/\*.*?\*/", "", content, flags=re.DOTALL))
            content = "\n".join(rule.strip() for rule in rules if "glyphicon" in rule.lower())
        return f"<style>{style_text(self.embedded(content, address))}</style>"

    def embedded(self, style: str, address: str) -> str:
        """Return a style with the files it names in it; of a font in several formats only the newest.

        Parameters
        ----------
        style
            The style.
        address
            Where it is from; its paths are relative to that. Empty if it is part of the page.
        """
        style = IMPORT.sub(lambda found: self._imported(found[1], address), style)
        style = FONT_FACE.sub(lambda found: _newest(found[0]), style)
        return URL.sub(lambda found: self._data(found[1] or found[2] or found[3] or "", address), style)

    def _text(self, address: str) -> str:
        content = self.shelf.read(address)
        if content is None:
            self.missing.append(address)
            return ""
        return content.decode("utf-8-sig", "replace")

    def _imported(self, target: str, address: str) -> str:
        if re.match(r"(?:https?:)?//", target):
            return self.embedded(self._text(_absolute(target)), _absolute(target))
        self.missing.append(f"{target} (imported by {address or 'a style of the page'})")
        return ""

    def _data(self, target: str, address: str) -> str:
        if target.startswith(("data:", "#")) or not target:
            return f'url("{target}")' if '"' not in target else f"url('{target}')"
        path = re.split("[?#]", target)[0]
        if re.match(r"(?:https?:)?//", target):
            content = self.shelf.read(_absolute(target))
        else:
            content = self.shelf.beside(address, path) if address else None
        if content is None:
            self.missing.append(f"{target} (named by {address})" if address else target)
            return "none"
        return f'url("{data_uri(content, path)}")'

    def _icons(self, address: str) -> str:
        """Return the script that gives Leaflet's own marker its pictures: it looks for them where its style lies."""
        found = [self.shelf.beside(address, f"images/{name}") for name in ICONS_OF_LEAFLET]
        if None in found:
            return ""
        names = ("iconUrl", "iconRetinaUrl", "shadowUrl")
        pictures = zip(names, found, ICONS_OF_LEAFLET, strict=True)
        options = ", ".join(f'{key}: "{data_uri(content or b"", name)}"' for key, content, name in pictures)
        return f'\nL.Icon.Default.imagePath = ""; L.Icon.Default.mergeOptions({{{options}}});'


def _absolute(address: str) -> str:
    return f"https:{address}" if address.startswith("//") else address


def _newest(face: str) -> str:
    """Return a font with its newest format alone, if it has that: every browser that runs Leaflet reads it."""
    if not NEWEST_FONT.search(face):
        return face
    face = re.sub(rf",\s*{OLDER_FONT.pattern}", "", face)
    face = re.sub(rf"{OLDER_FONT.pattern}\s*,", "", face)
    return re.sub(r"""src:\s*url\([^()]*\)\s*;(?=\s*src:)""", "", face)
