"""Maps as one file that asks no one for anything."""

from __future__ import annotations

import re
from copy import deepcopy
from html import escape
from html.parser import HTMLParser
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from servicecircle.errors import InputError
from servicecircle.files import replacing
from servicecircle.show.inlining import Inliner
from servicecircle.show.packages import Shelf, assets_folder

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import folium
    from branca.element import Element

REMOTE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; style-src 'unsafe-inline' data:; "
    "img-src data: blob:; font-src data:; media-src data: blob:; connect-src data: blob:; worker-src data: blob:; "
    "child-src data: blob:; frame-src data: blob:; form-action 'none'; base-uri 'none'"
)
"""What the page tells the browser: whatever a script in it may try, nothing is asked of anyone."""

SOURCES = ("src", "srcset", "poster", "data", "background")
"""Attributes that make a browser ask for a file."""

ASKED = ("tiles", "url", "video_url", "embed_link", "source")
"""Attributes of folium's elements that hold an address which the page would ask for."""

LISTED = 10
"""That many missing files are named in an error."""


def save_offline(
    page_map: folium.Map | Element,
    path: str | os.PathLike[str],
    *,
    drop_tiles: bool = False,
    assets: str | os.PathLike[str] | None = None,
) -> None:
    """Write a map as ONE page with every script, style, picture and font inside: it opens on a machine without a net.

    The scripts are not part of this library; ``servicecircle assets fetch`` brings them once, and ``assets pack`` and
    ``assets unpack`` carry them to a machine without a connection. The page tells the browser to ask no one for
    anything, so that even a script of yours in it cannot. The same map always makes the same page.

    Parameters
    ----------
    page_map
        A map of this library, or any map of folium's, with its plugins.
    path
        The page to write or to replace.
    drop_tiles
        Whether base maps from the internet are left out. Otherwise a map that has one is refused, since its tiles
        would stay away without a word.
    assets
        The folder of the scripts and styles; None as in `fetch_assets`.

    Raises
    ------
    InputError
        If a script or style is missing (all are listed, with what to do), if the map shows something of the internet,
        or if the page cannot be written.

    See Also
    --------
    fetch_assets : Brings the scripts and styles.

    Examples
    --------
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-01"), progress=False)
    >>> page = sc.gap_map(result, "LY-01")
    >>> sc.save_offline(page, "gaps.html")  # doctest: +SKIP
    """
    if not hasattr(page_map, "get_root"):
        raise InputError(
            f"page_map must be a map of folium's. {type(page_map).__name__} was given instead. | "
            "page_map 须为 folium 地图。"
        )
    with replacing(path) as part:
        shown = _without_tiles(page_map) if drop_tiles else page_map
        _check_elements(shown)
        page = offline_page(str(shown.get_root().render()), Shelf(assets_folder(assets)))
        part.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def offline_page(page: str, shelf: Shelf) -> str:
    """Return a page with its scripts and styles inside.

    Parameters
    ----------
    page
        HTML as folium renders it.
    shelf
        Where the scripts and styles are.

    Raises
    ------
    InputError
        If something is missing, or the page shows something of the internet.
    """
    reader = _Reader(page, Inliner(shelf))
    reader.feed(page)
    reader.close()
    if reader.remote:
        raise _remote(reader.remote)
    if reader.inliner.missing:
        raise _missing(reader.inliner.missing, shelf)
    parts, last = [], 0
    for start, end, text in reader.changes:
        parts += [page[last:start], text]
        last = end
    return "".join([*parts, page[last:]])


class _Reader(HTMLParser):
    """Finds what a page asks for and notes what stands in its place: start and end in the page, and the text."""

    def __init__(self, page: str, inliner: Inliner) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.inliner = inliner
        self.lines = [0, *accumulate(len(line) for line in page.split("\n"))]
        self.changes: list[tuple[int, int, str]] = []
        self.remote: list[str] = []
        self.open: tuple[str, int, str] | None = None
        self.policed = False

    @property
    def place(self) -> int:
        """Return where in the page the reader is."""
        line, column = self.getpos()
        return self.lines[line - 1] + line - 1 + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self.place
        end = start + len(self.get_starttag_text() or "")
        given = {name: value or "" for name, value in attrs}
        if tag == "head" and not self.policed:
            self.policed = True
            policy = f'\n<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
            self.changes.append((end, end, policy))
        elif tag == "script" and "src" in given:
            self.open = ("script", start, given["src"])
        elif tag == "style":
            self.open = ("style", end, "")
        elif tag == "link":
            sheet = "stylesheet" in given.get("rel", "").lower().split()
            address = _full(given.get("href", ""))
            self.changes.append((start, end, self.inliner.style(address) if sheet else ""))
        elif tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.changes.append((start, end, ""))
        else:
            self._look(tag, given)

    def _look(self, tag: str, given: dict[str, str]) -> None:
        """Note what an element would ask the internet, or the folder of the page, for."""
        for name in SOURCES:
            for address in given.get(name, "").split(",") if name == "srcset" else [given.get(name, "")]:
                if address.strip() and not address.strip().startswith(("data:", "blob:", "about:", "#")):
                    self.remote.append(f"<{tag} {name}={address.strip()[:80]!r}>")
        if found := re.search(r"url\(\s*[\"']?\s*((?:https?:)?//[^\"')]*)", given.get("style", "")):
            self.remote.append(f"<{tag} style={found[1][:80]!r}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self.open is None or self.open[0] != tag:
            return
        _, start, address = self.open
        self.open = None
        place = self.place
        if tag == "script":
            end = self.page.index(">", place) + 1
            self.changes.append((start, end, self.inliner.script(_full(address))))
        else:
            self.changes.append((start, place, self.inliner.embedded(self.page[start:place], "")))


def _full(address: str) -> str:
    address = address.strip()
    return f"https:{address}" if address.startswith("//") else address


def _elements(element: Any) -> Iterator[Any]:
    yield element
    for child in getattr(element, "_children", {}).values():
        yield from _elements(child)


def _is_tiles(element: Any) -> bool:
    """Return whether an element shows tiles from the internet."""
    import folium

    kinds = (folium.TileLayer, folium.WmsTileLayer)
    return isinstance(element, kinds) and any(REMOTE.match(str(getattr(element, key, ""))) for key in ("tiles", "url"))


def _without_tiles(shown: Any) -> Any:
    """Return a copy of a map without its tiles from the internet."""
    copy = deepcopy(shown)
    for element in list(_elements(copy.get_root())):
        children = getattr(element, "_children", {})
        for name in [name for name, child in children.items() if _is_tiles(child)]:
            del children[name]
    return copy


def _check_elements(shown: Any) -> None:
    """Raise InputError if an element of a map would ask the internet for something while the page is open."""
    found = list(_elements(shown.get_root()))
    tiles = [one for one in found if _is_tiles(one)]
    if tiles:
        names = ", ".join(repr(str(getattr(one, "tile_name", None) or one.layer_name or "tiles")) for one in tiles)
        raise InputError(
            f"The map has {len(tiles)} base map(s) from the internet ({names}), whose tiles an offline page cannot "
            "show. Make the map without (basemap=None, or folium.Map(tiles=None)), or leave them out: "
            "save_offline(..., drop_tiles=True). A folder of tiles of your own can be inside the page: see gap_map. | "
            f"地图含有 {len(tiles)} 个在线底图（{names}），离线网页无法显示。请不用底图，"
            "或设 drop_tiles=True 将其略去；也可使用本地瓦片文件夹，见 gap_map。"
        )
    remote = [f"{type(one).__name__}: {address}" for one in found for address in _addresses(one)]
    if remote:
        raise _remote(remote)


def _addresses(element: Any) -> list[str]:
    """Return the addresses that an element of a map would ask for."""
    from branca.element import Link

    if isinstance(element, Link):  # scripts and styles: the page is read for these
        return []
    values = [getattr(element, key, None) for key in ASKED]
    options = getattr(element, "options", None)
    if isinstance(options, dict):
        values += [value for key, value in options.items() if re.search("url$", str(key), re.IGNORECASE)]
    inner = getattr(element, "tile_layer", None)  # a small map that draws tiles of its own
    values += [getattr(inner, "tiles", None)]
    return [value[:120] for value in values if isinstance(value, str) and REMOTE.match(value)]


def _remote(found: list[str]) -> InputError:
    names = "; ".join(found[:LISTED])
    return InputError(
        f"The map shows {len(found)} thing(s) that are not part of it: {names}. Put them into the map "
        "(pictures as data, GeoJSON as an object), or leave them out. | "
        f"地图引用了 {len(found)} 处外部内容：{names}。请将其嵌入地图，或去掉。"
    )


def _missing(missing: list[str], shelf: Shelf) -> InputError:
    """Return the error that lists what is missing and says what to do."""
    missing = list(dict.fromkeys(missing))
    known = {name: package for name in missing if (package := shelf.package_of(name)) is not None}
    more = f" ... {len(missing) - LISTED} more" if len(missing) > LISTED else ""
    todo_en, todo_zh = [], []
    if known:
        names = " ".join(dict.fromkeys(package.name for package in known.values()))
        todo_en.append(
            f"Fetch them once on a machine with a connection: servicecircle assets fetch {names} (then carry them with "
            "servicecircle assets pack, assets unpack)"
        )
        todo_zh.append(f"请在联网的电脑上运行 servicecircle assets fetch {names}，再用 assets pack / unpack 拷贝过来")
    strange = [name for name in missing if name not in known]
    if strange:
        own = shelf.own_path(strange[0]) or shelf.folder / "own" / "host" / "path"
        todo_en.append(
            f"{strange[0]} is of no package that is known: save the file yourself as {own}, others likewise by their "
            "address"
        )
        todo_zh.append(f"{strange[0]} 不在已知的软件包中，请自行下载并存为 {own}，其余同理")
    return InputError(
        f"{len(missing)} file(s) that the page needs are not in {shelf.folder}: {', '.join(missing[:LISTED])}{more}. "
        f"{'. '.join(todo_en)}. | {shelf.folder} 中缺少网页所需的 {len(missing)} 个文件。{'；'.join(todo_zh)}。"
    )
