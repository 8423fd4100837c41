"""A scenario as a TOML file: written whole, and read with every fault named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicecircle.errors import ReadError
from servicecircle.files import replacing
from servicecircle.scenarios.plain import frozen
from servicecircle.scenarios.verbs import faults_of
from servicecircle.text import did_you_mean

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from servicecircle.scenarios.scenario import Scenario

FORMAT = 1
KEYS = ("format", "name", "change")
HEAD = "A scenario of servicecircle: changes to a city, in their order. | 方案：对城市的改动，按顺序执行。"


def read_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario from the file that `Scenario.save` wrote, or that somebody wrote by hand.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ReadError
        If the file is missing, not TOML, or has faults: all of them are named.

    Examples
    --------
    >>> import tempfile
    >>> import servicecircle as sc
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sc.Scenario("2030").at(2030).save(Path(folder) / "2030.toml")
    ...     read_scenario(Path(folder) / "2030.toml") == sc.Scenario("2030").at(2030)
    True
    """
    from servicecircle.scenarios.scenario import Change, Scenario  # that module writes files with this one

    path = Path(path)
    table = _parsed(path)
    faults = [
        f"the key {key!r} is unknown. {did_you_mean(key, KEYS)} | 未知的键 {key!r}。"
        for key in table
        if key not in KEYS
    ]
    if table.get("format") != FORMAT:
        faults.append(f"format should be {FORMAT}; {table.get('format')!r} was given. | format 应为 {FORMAT}。")
    name = table.get("name")
    if not isinstance(name, str) or not name.strip():
        faults.append("name should be a text that is not empty. | name 应为非空文字。")
    given = table.get("change", [])
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        faults.append("change should be a list of tables: [[change]]. | change 应写作 [[change]]。")
        given = []
    changes = []
    for number, one in enumerate(given, 1):
        arguments = frozen({key: value for key, value in one.items() if key != "do"})
        wrong = faults_of(one.get("do"), arguments)
        faults += [f"[[change]] no. {number}: {fault}" for fault in wrong]
        changes.append(Change(str(one.get("do")), arguments))
    if faults:
        listed = "\n".join(f"- {fault}" for fault in faults)
        raise ReadError(f"{path}: {len(faults)} fault(s). | {path}：{len(faults)} 处错误。\n{listed}")
    return Scenario(str(name), tuple(changes))


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ReadError(f"{path}: there is no such file. | 找不到文件 {path}。") from error
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{path}: not UTF-8. Save it again as UTF-8. | {path} 不是 UTF-8 编码，请另存为 UTF-8。"
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ReadError(
            f"{path}: not TOML: {error}. Texts stand in quotes. | {path} 不是有效的 TOML：文字须加引号。"
        ) from error


def write_scenario(
    name: str, changes: Iterable[tuple[str, Mapping[str, Any]]], path: str | os.PathLike[str], *, replace: bool
) -> None:
    """Write the name and the changes of a scenario, whole or not at all."""
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment(HEAD))
    document.add("format", tomlkit.item(FORMAT))
    document.add("name", tomlkit.item(name))
    blocks = tomlkit.aot()
    for do, given in changes:
        blocks.append(_block({"do": do, **given}))
    if len(blocks):
        document.add("change", blocks)
    with replacing(path, new=not replace) as part:
        part.write_text(tomlkit.dumps(document), encoding="utf-8", newline="\n")


def _block(value: Mapping[str, Any]) -> Any:
    """Return a table as TOML shows it under a head of its own; tables and lists of tables inside have heads too."""
    import tomlkit

    table = tomlkit.table()
    for key, one in sorted(value.items(), key=lambda item: _depth(item[1])):  # values first, then what has a head
        if isinstance(one, Mapping):
            table.add(key, _block(one))
        elif _depth(one):
            rows = tomlkit.aot()
            for row in one:
                rows.append(_block(row))
            table.add(key, rows)
        else:
            table.add(key, tomlkit.item(list(one) if isinstance(one, tuple) else one))
    return table


def _depth(value: Any) -> int:
    """Return whether a value has a head of its own in TOML."""
    rows = isinstance(value, tuple) and bool(value) and isinstance(value[0], Mapping)
    return int(isinstance(value, Mapping) or rows)
