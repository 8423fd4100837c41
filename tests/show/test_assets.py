"""Packages fetched from a server of the test's own, packed, carried, unpacked; what is not right is refused."""

from __future__ import annotations

import io
import re
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from servicecircle import cli
from servicecircle.errors import InputError, ReadError
from servicecircle.show import fetch_assets, fetching
from servicecircle.show.carrying import pack_assets, unpack_assets
from servicecircle.show.packages import Shelf, assets_folder, known_packages
from tests.show.registry import ARCHIVES, CDN, PLACES, PNG, Registry, filled, pin, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEAFLET = {place: content for place, content in PLACES.items() if place.startswith("leaflet@")}
SCRIPT = "leaflet@1.0.0/dist/leaflet.js"
WAYS = ["mirror", "registry"]
"""The options that name a place to fetch from: files, or whole archives."""

FIRST = [("mirror", PLACES[SCRIPT]), ("registry", ARCHIVES["leaflet"])]
"""What each has first."""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setattr(fetching, "PAUSE_S", 0.01)
    pin(monkeypatch)
    with serving() as ours:
        yield ours


def fetch(way: str, url: str, folder: Path, *packages: str, timeout_s: float = 60) -> None:
    mirror, registry = (url, None) if way == "mirror" else (None, url)
    fetch_assets(packages, folder=folder, mirror=mirror, registry=registry, timeout_s=timeout_s)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_package_that_is_known_has_a_checksum_a_free_licence_and_files() -> None:
    for package in known_packages():
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package.archive.integrity)
        assert all(re.fullmatch(r"sha256-[A-Za-z0-9+/]{43}=", pin.integrity) for pin in package.files.values())
        assert set(re.split(" AND | OR ", package.licence)) <= {
            *("MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause"),
            *("CC-BY-4.0", "OFL-1.1"),
        }
        assert package.asked
        assert set(package.asked.values()) <= set(package.files)
        assert 1_000 < package.size < 1_000_000
        assert 1_000 < package.archive.size < 10_000_000
    addresses = [address for package in known_packages() for address in package.asked]
    assert len(addresses) == len(set(addresses))


def test_every_script_of_an_empty_map_of_folium_is_of_a_package_that_is_known() -> None:
    import folium

    shelf, beside = Shelf(assets_folder("nowhere")), "leaflet.awesome.rotate.min.css"
    asked = [address for _, address in folium.Map.default_js + folium.Map.default_css]
    assert [one for one in asked if shelf.package_of(one) is None and not one.endswith(beside)] == []


def test_without_a_word_the_network_that_foliums_pages_name_is_asked() -> None:
    leaflet = next(package for package in known_packages() if package.name == "leaflet")
    assert {f"{fetching.NETWORK}/{leaflet.place(path)}" for path in leaflet.asked.values()} == set(leaflet.asked)


def test_files_are_fetched_once(registry: Registry, tmp_path: Path) -> None:
    assert fetch_assets(folder=tmp_path, mirror=registry.url + "/") == tmp_path
    assert contents(tmp_path) == PLACES
    assert registry.asked == [f"/{place}" for place in PLACES]
    fetch_assets(folder=tmp_path, mirror=registry.url)
    assert len(registry.asked) == len(PLACES)


def test_archives_are_fetched_once_and_give_the_same_folder(registry: Registry, tmp_path: Path) -> None:
    assert fetch_assets(folder=tmp_path, registry=registry.url + "/") == tmp_path
    assert contents(tmp_path) == PLACES
    assert registry.asked == ["/leaflet/-/leaflet-1.0.0.tgz", "/@scope/icons/-/icons-1.0.0.tgz"]
    fetch_assets(folder=tmp_path, registry=registry.url)
    assert len(registry.asked) == 2


@pytest.mark.parametrize("way", WAYS)
def test_one_package_can_be_fetched_alone(registry: Registry, tmp_path: Path, way: str) -> None:
    fetch(way, registry.url, tmp_path, "leaflet")
    assert contents(tmp_path) == LEAFLET


@pytest.mark.parametrize("way", WAYS)
def test_a_damaged_file_is_fetched_again(registry: Registry, tmp_path: Path, way: str) -> None:
    (filled(tmp_path) / SCRIPT).write_bytes(b"half")
    fetch(way, registry.url, tmp_path)
    assert contents(tmp_path) == PLACES
    assert len(registry.asked) == 1


@pytest.mark.parametrize(("way", "whole"), FIRST)
def test_a_busy_server_is_asked_again(registry: Registry, tmp_path: Path, way: str, whole: bytes) -> None:
    registry.answers = [(503, b""), (429, b""), (200, whole[:-5])]
    fetch(way, registry.url, tmp_path, "leaflet")
    assert registry.asked[:4] == registry.asked[:1] * 4
    assert contents(tmp_path) == LEAFLET


@pytest.mark.parametrize(("way", "whole"), FIRST)
@pytest.mark.parametrize("more", [b"", b"x"])
def test_another_file_under_the_name_is_refused(
    registry: Registry, tmp_path: Path, way: str, whole: bytes, more: bytes
) -> None:
    registry.answers = [(200, bytes(len(whole)) + more)] * 4
    with pytest.raises(ReadError, match=r"leaflet\S+ is not the file this library knows"):
        fetch(way, registry.url, tmp_path, "leaflet")
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("way", WAYS)
def test_a_server_without_the_file_is_said(registry: Registry, tmp_path: Path, way: str) -> None:
    registry.answers = [(404, b"no")]
    with pytest.raises(ReadError, match=r"leaflet\S+: the server says HTTP 404.*--mirror, --registry"):
        fetch(way, registry.url, tmp_path, "leaflet")


def test_what_came_before_an_end_is_kept_but_never_half_a_package_is_used(registry: Registry, tmp_path: Path) -> None:
    registry.answers = [*((200, content) for content in list(LEAFLET.values())[:2]), (404, b"no")]
    with pytest.raises(ReadError):
        fetch_assets(["leaflet"], folder=tmp_path, mirror=registry.url)
    assert len(contents(tmp_path)) == 2
    assert Shelf(tmp_path).read(CDN + "leaflet.js") is None
    fetch_assets(["leaflet"], folder=tmp_path, mirror=registry.url)
    assert len(registry.asked) == len(LEAFLET) + 1
    assert Shelf(tmp_path).read(CDN + "leaflet.js") == PLACES[SCRIPT]


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_drips_is_given_up_in_time(registry: Registry, tmp_path: Path, way: str) -> None:
    registry.drip = True
    begun = time.monotonic()
    with pytest.raises(ReadError, match=r"tries or 1 s .*assets pack"):
        fetch(way, registry.url, tmp_path, "leaflet", timeout_s=1)
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("way", WAYS)
def test_without_a_connection_it_is_said_what_to_do(tmp_path: Path, registry: Registry, way: str) -> None:
    with pytest.raises(ReadError, match=r"no connection.*another machine"):
        fetch(way, "http://127.0.0.1:9", tmp_path, "leaflet", timeout_s=2)
    assert registry.asked == []


@pytest.mark.parametrize(
    "given",
    [
        {"packages": ["left-pad"]},
        {"registry": "npm"},
        {"mirror": "npm"},
        {"timeout_s": 0},
        {"registry": "http://[/"},
        {"mirror": "http://[/"},
        {"mirror": "http://127.0.0.1:9", "registry": "http://127.0.0.1:9"},
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, given: dict[str, object]) -> None:
    with pytest.raises(InputError):
        fetch_assets(**({"folder": tmp_path} | given))  # type: ignore[arg-type]


def test_packages_are_carried_to_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pin(monkeypatch)
    here, there, file = filled(tmp_path / "here"), tmp_path / "there" / "deep", tmp_path / "a.zip"
    assert cli.main(["assets", "pack", str(file), "--folder", str(here)]) == 0
    assert cli.main(["assets", "unpack", str(file), "--folder", str(there)]) == 0
    assert contents(there) == PLACES
    capsys.readouterr()
    assert cli.main(["assets", "list", "--folder", str(there)]) == 0
    assert capsys.readouterr().out.count("有 here") == 2


@pytest.mark.parametrize("way", WAYS)
def test_the_command_fetches(registry: Registry, tmp_path: Path, way: str) -> None:
    assert cli.main(["assets", "fetch", "leaflet", f"--{way}", registry.url, "--folder", str(tmp_path)]) == 0
    assert contents(tmp_path) == LEAFLET


def test_the_same_packages_make_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin(monkeypatch)
    for name in ("a.zip", "b.zip"):
        pack_assets(tmp_path / name, folder=filled(tmp_path / name[0]))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_nothing_to_pack_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no package to pack"):
        pack_assets(tmp_path / "a.zip", folder=tmp_path / "none")


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)
    return file.getvalue()


SIZE = len(PLACES[SCRIPT])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (zipped(LEAFLET | {"../" + SCRIPT: b"x"}), "is of no package"),
        (zipped(LEAFLET | {"/etc/leaflet.js": b"x"}), "is of no package"),
        (zipped(LEAFLET | {"leaflet@1.0.0/more.js": b"x"}), "is of no package"),
        (zipped(LEAFLET | {SCRIPT: bytes(50_000_000)}), "50,000,000 bytes"),
        (zipped(LEAFLET | {SCRIPT: bytes(SIZE)}), "checksum"),
        (zipped({SCRIPT: LEAFLET[SCRIPT]}), "lacks leaflet@1.0.0/dist/leaflet.css"),
        (zipped(LEAFLET)[:-30], "zip"),
        (zipped({}), "empty"),
        (b"no zip at all", "zip"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, why: str
) -> None:
    pin(monkeypatch)
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=f"(?s){why}.*Nothing was written"):
        unpack_assets(path, folder=tmp_path / "there")
    assert set(contents(tmp_path)) == {"a.zip"}


def test_every_half_of_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin(monkeypatch)
    pack_assets(tmp_path / "a.zip", folder=filled(tmp_path / "here"))
    whole = (tmp_path / "a.zip").read_bytes()
    for end in range(0, len(whole), 37):
        (tmp_path / "half.zip").write_bytes(whole[:end])
        with pytest.raises(ReadError):
            unpack_assets(tmp_path / "half.zip", folder=tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_a_file_that_was_changed_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin(monkeypatch)
    shelf = Shelf(filled(tmp_path))
    assert shelf.beside(CDN + "leaflet.css", "images/layers.png") == PNG
    (tmp_path / SCRIPT).write_bytes(b"steal()")
    with pytest.raises(InputError, match=r"damaged.*assets fetch leaflet"):
        shelf.read(CDN + "leaflet.js")


@pytest.mark.parametrize(
    "address", ["https://cdn.example/../../x.js", "https://..", "file:///etc/passwd", "x.js", "https://a/b\\c.js", ""]
)
def test_no_address_leads_out_of_the_folder(tmp_path: Path, address: str) -> None:
    assert Shelf(tmp_path).own_path(address) is None


def test_the_folder_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("SERVICECIRCLE_ASSETS", raising=False)
    assert assets_folder() == tmp_path / "servicecircle" / "assets"
    monkeypatch.setenv("SERVICECIRCLE_ASSETS", str(tmp_path / "mine"))
    assert assets_folder() == tmp_path / "mine"
    assert assets_folder(tmp_path / "other") == tmp_path / "other"
