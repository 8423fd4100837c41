"""The run manifest: what figures rest on, so that anybody can make them again and see whether they are the same."""

from __future__ import annotations

import json
import platform
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyproj
import shapely

from servicecircle.assessment.digest import data_digests, file_digest, table_digest, text_digest
from servicecircle.errors import InputError
from servicecircle.files import replacing
from servicecircle.plan.writer import plan_text

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.plan import Plan

FORMAT = "1"
PACKAGES = ("servicecircle", "geopandas", "shapely", "numpy", "pandas", "scipy", "numba", "pyproj")
PARTS = ("about", "layers", "files", "plan", "parameters", "versions", "results")
"""The parts of a manifest: what was assessed, fingerprints of the data, the plan, choices, software, what came out."""

EMBEDDED = re.compile(r'<script type="application/json" id="manifest">(.*?)</script>', re.DOTALL)
"""Where a report holds its manifest."""

COLUMNS = ["part", "name", "here", "there"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the figures of an assessment rest on, and the fingerprints of what came out.

    Fingerprints are the beginnings of SHA-256 sums. They do not depend on the order of rows, and no time of day is in a
    manifest: the same data, plan and choices always make the same one.

    Parameters
    ----------
    about
        City, plan and scenario.
    layers
        The fingerprint of each layer as it was used, after all repairs.
    files
        The fingerprint of each file that was named when the manifest was made.
    plan
        The fingerprint of the plan with all its standards, and that of the document it was read from.
    parameters
        Walking speeds, access rule, CRS, years.
    versions
        The packages that computed.
    results
        The fingerprints of the result's tables.

    Examples
    --------
    >>> import servicecircle as sc
    >>> city, plan = sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02")
    >>> manifest = sc.Manifest.of(sc.assess(city, plan))
    >>> manifest.reproduces(sc.assess(city, plan))
    True
    >>> fewer = sc.assess(city.removing(city.facilities["id"][city.facilities["service"] == "elderly_center"]), plan)
    >>> manifest.differences(fewer)[["part", "name"]].to_numpy().tolist()[0]
    ['layers', 'facilities']
    """

    about: Mapping[str, str]
    layers: Mapping[str, str]
    files: Mapping[str, str]
    plan: Mapping[str, str]
    parameters: Mapping[str, str]
    versions: Mapping[str, str]
    results: Mapping[str, str]

    def __post_init__(self) -> None:
        for part in PARTS:
            object.__setattr__(self, part, MappingProxyType(dict(getattr(self, part))))

    @classmethod
    def of(cls, result: Assessment, *, files: Iterable[str | os.PathLike[str]] = ()) -> Manifest:
        """Return the manifest of an assessment.

        Parameters
        ----------
        result
            The assessment.
        files
            Files that the city was read from, or folders of them, to be fingerprinted as well.

        Raises
        ------
        InputError
            If one of the files is not there or cannot be read.
        """
        city, plan = result.city, result.plan
        tables = {"table": result.table, "companions": result.companions, "evidence": result.evidence}
        return cls(
            {"city": city.name, "plan": plan.id, "scenario": result.scenario},
            data_digests(city),
            _files(files),
            _plan(plan),
            _parameters(result),
            versions(),
            {name: table_digest(table) for name, table in tables.items()} | {"rows": f"{len(result.table)}"},
        )

    def differences(self, other: Manifest | Assessment) -> pd.DataFrame:
        """Return what is not the same in another run.

        Parameters
        ----------
        other
            The manifest of the other run, or its assessment. Files are compared only where both name them.

        Returns
        -------
        DataFrame
            part (``layers``, ``plan``, ``parameters`` ...), name, here and there ("" where one of the two has no such
            thing). Empty if all is the same.
        """
        there = other if isinstance(other, Manifest) else Manifest.of(other)
        rows = []
        for part in PARTS:
            mine, theirs = getattr(self, part), getattr(there, part)
            if part == "files" and not (mine and theirs):
                continue
            both = [(name, mine.get(name, ""), theirs.get(name, "")) for name in dict.fromkeys([*mine, *theirs])]
            rows += [[part, name, one, another] for name, one, another in both if one != another]
        return pd.DataFrame(rows, columns=COLUMNS)

    def reproduces(self, other: Manifest | Assessment) -> bool:
        """Return whether another run gave the same figures, whatever software or files it gave them with.

        Parameters
        ----------
        other
            The manifest of the other run, or its assessment.
        """
        return not (self.differences(other)["part"] == "results").any()

    def as_dict(self) -> dict[str, Any]:
        """Return the manifest as plain data, for JSON."""
        return {"format": FORMAT} | {part: dict(getattr(self, part)) for part in PARTS}


def write_manifest(
    result: Assessment, path: str | os.PathLike[str], *, files: Iterable[str | os.PathLike[str]] = ()
) -> None:
    """Write the run manifest of an assessment as JSON: fingerprints of data, plan and results, parameters, versions.

    Parameters
    ----------
    result
        The assessment.
    path
        The file to write or to replace.
    files
        Files that the city was read from, or folders of them, to be fingerprinted as well.

    Raises
    ------
    InputError
        If one of the files is not there, or the manifest cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_manifest(result, Path(folder) / "manifest.json")
    ...     read_manifest(Path(folder) / "manifest.json").differences(result).empty
    True
    """
    with replacing(path) as part:
        text = json.dumps(Manifest.of(result, files=files).as_dict(), ensure_ascii=False, indent=2)
        part.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """Read a run manifest: the JSON file, or the one that a report (HTML) holds.

    Parameters
    ----------
    path
        What `write_manifest` or `write_report` wrote.

    Raises
    ------
    InputError
        If there is no such file, or it is something else.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    held = EMBEDDED.search(text)
    try:
        data = json.loads(held.group(1) if held else text)
    except ValueError as error:
        raise _unreadable(path, str(error)) from error
    texts = isinstance(data, dict) and all(
        isinstance(data.get(part), dict) and all(isinstance(one, str) for one in data[part].values()) for part in PARTS
    )
    if not texts or data.get("format") != FORMAT:
        raise _unreadable(path, f"it has no format {FORMAT} with {', '.join(PARTS)}")
    return Manifest(**{part: data[part] for part in PARTS})


def versions() -> dict[str, str]:
    """Return the versions of what computes: packages, GEOS, PROJ, Python."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # pragma: no cover  (all of them are needed)
            continue
    geos = ".".join(map(str, shapely.geos_version))
    return found | {"GEOS": geos, "PROJ": pyproj.proj_version_str, "Python": platform.python_version()}


def _plan(plan: Plan) -> dict[str, str]:
    source = plan.source
    return {
        "title": plan.title_zh or plan.title_en,
        "standards": f"{len(plan.standards)}",
        "digest": text_digest(plan_text(plan)),
        "document": source.file,
        "document_sha256": source.sha256,
    }


def _parameters(result: Assessment) -> dict[str, str]:
    access, plan = result.city.access, result.plan
    speeds = {f"speed {name} (m/s)": f"{profile.speed_m_s:g}" for name, profile in sorted(plan.profiles.items())}
    years = {"base_year": plan.base_year, "target_year": plan.target_year}
    return speeds | {
        "islands": access.islands if isinstance(access.islands, str) else f"{access.islands:g} m",
        "max_access (m)": f"{access.max_access_m:g}",
        "barriers": access.barriers,
        "crs": result.city.crs.to_string(),
        **{name: "" if year is None else f"{year}" for name, year in years.items()},
    }


def _files(given: Iterable[str | os.PathLike[str]]) -> dict[str, str]:
    """Return the fingerprint of each file; those of a folder by their way in it, hidden ones left out."""
    found = {}
    for one in [given] if isinstance(given, str | Path) else given:
        path = Path(one)
        if not path.exists():
            raise InputError(f"There is no file or folder {path} to fingerprint. | 没有文件或文件夹 {path}。")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        base = path if path.is_dir() else path.parent
        for file in inside:
            name = file.relative_to(base)
            if file.is_file() and not any(part.startswith(".") for part in name.parts):
                try:
                    found[name.as_posix()] = file_digest(file)
                except OSError as error:
                    raise InputError(f"{file} cannot be read: {error.strerror}. | 无法读取 {file}。") from error
    return dict(sorted(found.items()))


def _unreadable(path: object, why: str) -> InputError:
    return InputError(
        f"{path} is no run manifest: {why}. Give what write_manifest or write_report wrote. | "
        f"{path} 不是运行清单，请给出 write_manifest 或 write_report 所写的文件。"
    )
