"""Categories of maps (OpenStreetMap, Amap 高德, Baidu 百度) to services, by a data file that users may replace."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from servicecircle.city import as_text
from servicecircle.errors import InputError
from servicecircle.findings import DataReport, Finding
from servicecircle.read.report import Read
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from servicecircle.read.category_rules import CategoryFile, CategoryTable, Rule

SCHEMES = ("osm", "amap", "baidu")
LAYER = "facilities"

APART = re.compile(r"\s*\|\s*")
"""Between several categories of one place."""

SHORT_CODE = re.compile(r"\d{5}")
"""A code that a spreadsheet took for a number: its leading 0 is gone."""

MOST_SHOWN = 40


def category_rules(rules: str | os.PathLike[str] | None) -> CategoryFile:
    """Return the rules of a file, or the bundled ones."""
    # pydantic is loaded when categories are read, not when the package is imported
    from servicecircle.read.category_rules import BUNDLED, read_rules

    return read_rules(BUNDLED if rules is None else Path(rules))


def classify(
    frame: gpd.GeoDataFrame,
    *,
    scheme: Literal["osm", "amap", "baidu"],
    column: str | None = None,
    rules: str | os.PathLike[str] | Mapping[str, str] | None = None,
) -> Read:
    """Return the rows whose category is a service, with a column ``service``; the report counts all others.

    Parameters
    ----------
    frame
        Places with their categories: for ``osm`` a column for each tag (amenity, leisure ...), else one column.
    scheme
        ``"osm"`` for OpenStreetMap tags; ``"amap"`` for 高德 codes (141204) or names (科教文化服务;学校;幼儿园);
        ``"baidu"`` for 百度 tags (教育培训;幼儿园).
    column
        The column with the category; for ``osm`` none.
    rules
        A file of one's own in the form of the bundled ``categories.toml``, instead of it; or category -> service.

    Returns
    -------
    Read
        The rows that are of a service, on their index, in their order: ``service`` and what the rule says else (such
        as ``mode``), where the row does not say it itself. The report says how many rows are of each service, with
        what the data file notes about it, and counts each category that was left out.

    Raises
    ------
    InputError
        If the scheme or column is unknown, or no category of any row is known.
    ReadError
        If the file of rules has faults.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.points_from_xy([119.2, 119.3], [34.6, 34.6])
    >>> pois = gpd.GeoDataFrame({"typecode": ["141204", "050100"]}, geometry=points, crs=4326)
    >>> read = classify(pois, scheme="amap", column="typecode")
    >>> read.frame["service"].tolist()
    ['kindergarten']
    >>> print(read.report.findings[-1].en)
    1 rows left out, because their category is no service: 050100 1.
    """
    if scheme not in SCHEMES:
        raise InputError(f"scheme {scheme!r} is unknown. {did_you_mean(str(scheme), SCHEMES)} | 未知的 scheme。")
    if scheme == "osm":
        if column is not None or isinstance(rules, Mapping):
            raise InputError(
                "scheme 'osm' reads a column for each tag and a file of rules: leave column out. | "
                "osm 按标签列读取，请去掉 column，rules 只能是文件。"
            )
        found, values = _by_tags(frame, category_rules(rules))
        report: list[Finding] = []
    else:
        found, values, report = _by_category(frame, scheme, _checked_column(frame, column), rules)
    kept = [rule is not None and rule.service is not None for rule in found]
    if len(frame) and not any(rule is not None for rule in found):
        counts = listed((f"{value} {count:,}" for value, count in _counted(values)), most=10)
        raise InputError(
            f"No row has a category that {scheme!r} knows; the categories are: {counts}. Check scheme and column, or "
            f"give rules of your own. | 没有一行的类别属于 {scheme}，请检查 scheme 与 column，或给出自己的 rules。"
        )
    result = frame[kept].copy()
    chosen = [rule for rule in found if rule is not None and rule.service is not None]
    return Read(described(result, chosen), DataReport((*report, *rule_findings(found, values, column=column or ""))))


def described(frame: gpd.GeoDataFrame, rules: Sequence[Rule]) -> gpd.GeoDataFrame:
    """Return rows with the service of each one's rule, and the rule's attributes where a row has none of its own."""
    attributes = {"service": [rule.service for rule in rules]}
    for name in dict.fromkeys(name for rule in rules for name in rule.attributes):
        attributes[name] = [rule.attributes.get(name) for rule in rules]
    for name, values in attributes.items():
        said = pd.Series(values, index=frame.index, dtype=object)
        own = frame[name].astype(object) if name in frame and name != "service" else said
        frame[name] = own.where(own.notna(), said)
    return frame


def rule_findings(
    found: Iterable[Rule | None], values: Iterable[str], *, column: str = "", layer: str = LAYER
) -> list[Finding]:
    """Return how many rows each service has, what the data file notes about them, and what was left out."""
    kept: Counter[str] = Counter()
    noted: Counter[tuple[str, str, str]] = Counter()
    left_out: Counter[tuple[str, str]] = Counter()
    others = []
    for rule, value in zip(found, values, strict=True):
        if rule is None:
            others.append(value)
        elif rule.service is None:
            left_out[rule.note_en, rule.note_zh] += 1
        else:
            kept[rule.service] += 1
            if rule.note_en:
                noted[rule.service, rule.note_en, rule.note_zh] += 1
    counts = listed(f"{service} {count:,}" for service, count in sorted(kept.items()))
    findings = [
        Finding(
            layer, "classified", "info", f"services by category: {counts}.", f"按类别得到的服务：{counts}。", column
        )
    ]
    for (service, en, zh), count in sorted(noted.items()):
        said = f"{service}, {count:,} rows: {en.rstrip('.')}."
        findings.append(Finding(layer, "category_note", "info", said, f"{service}，{count:,} 行：{zh}", column))
    for (en, zh), count in sorted(left_out.items()):
        said = f"{count:,} rows left out: {en.rstrip('.')}."
        findings.append(Finding(layer, "category_left_out", "info", said, f"{count:,} 行未列入：{zh}", column))
    if others:
        shown = listed((f"{value} {count:,}" for value, count in _counted(others)), most=MOST_SHOWN)
        en = f"{len(others):,} rows left out, because their category is no service: {shown}."
        zh = f"{len(others):,} 行的类别不属于任何服务，未列入：{shown}。"
        findings.append(Finding(layer, "category_unknown", "info", en, zh, column))
    return findings


def _counted(values: Iterable[str]) -> list[tuple[str, int]]:
    """Return each value with how often it stands there, the most frequent first."""
    return sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))


def _checked_column(frame: gpd.GeoDataFrame, column: str | None) -> str:
    names = [str(name) for name in frame.columns if name != "geometry"]
    if column is None:
        raise InputError(f"Say which column holds the category: column=... Columns: {listed(names)}. | 请指定 column。")
    if column not in names:
        raise InputError(f"There is no column {column!r}. {did_you_mean(column, names)} | 没有列 {column}。")
    return column


def _by_tags(frame: gpd.GeoDataFrame, rules: CategoryFile) -> tuple[list[Rule | None], list[str]]:
    """Return the rule of each row by its tags, and the tags that it has of those the rules ask for."""
    asked = dict.fromkeys(key for rule in rules.osm for key in rule.tags)
    keys = [key for key in asked if key in frame.columns]
    if not keys:
        raise InputError(
            f"The frame has no column of tags. The rules ask for: {listed(asked)}. | 没有 OSM 标签列，需要："
            f"{listed(asked)}。"
        )
    columns = [as_text(frame[key]) for key in keys]
    found: list[Rule | None] = []
    values = []
    for cells in zip(*columns, strict=True):
        tags = {key: cell for key, cell in zip(keys, cells, strict=True) if cell is not None}
        found.append(rule_of_tags(rules, tags))
        values.append("+".join(f"{key}={value}" for key, value in tags.items()) or "(empty)")
    return found, values


def rule_of_tags(rules: CategoryFile, tags: Mapping[str, str]) -> Rule | None:
    """Return the first rule that fits an object of OpenStreetMap; None if there is none."""
    return next((rule for rule in rules.osm if rule.fits(tags)), None)


def _by_category(
    frame: gpd.GeoDataFrame, scheme: str, column: str, rules: str | os.PathLike[str] | Mapping[str, str] | None
) -> tuple[list[Rule | None], list[str], list[Finding]]:
    """Return the rule of each row by its category, the category, and what was found about them."""
    table = _table(scheme, rules)
    texts = as_text(frame[column])
    found: list[Rule | None] = []
    several, short = [], []
    for label, text in texts.items():
        parts = APART.split(text) if text is not None else []
        if scheme == "amap" and any(SHORT_CODE.fullmatch(part) for part in parts):
            short.append(f"{label}: {text}")
            parts = [part.zfill(6) if SHORT_CODE.fullmatch(part) else part for part in parts]
        known = [rule for rule in map(table.rule_for, parts) if rule is not None]
        services = list(dict.fromkeys(rule.service for rule in known if rule.service is not None))
        if len(services) > 1:
            several.append(f"{label}: {text}")
        found.append(next((rule for rule in known if rule.service is not None), known[0] if known else None))
    findings = []
    if several:
        en = "categories of several services: the first one is taken."
        zh = "一处有多种服务的类别，取第一个。"
        findings.append(Finding.about(LAYER, "several", "warning", en=en, zh=zh, column=column, rows=several))
    if short:
        en = "codes of five digits, as spreadsheets leave them: the leading 0 was put back."
        zh = "编码为五位（表格软件去掉了开头的 0），已补上。"
        findings.append(Finding.about(LAYER, "short_code", "repair", en=en, zh=zh, column=column, rows=short))
    return found, ["(empty)" if text is None else text for text in texts], findings


def _table(scheme: str, rules: str | os.PathLike[str] | Mapping[str, str] | None) -> CategoryTable:
    """Return the categories of a scheme: bundled, of a file, or of a mapping category -> service."""
    from servicecircle.read.category_rules import CategoryTable, CodeRule

    if not isinstance(rules, Mapping):
        file = category_rules(rules)
        return CategoryTable(tuple(file.amap if scheme == "amap" else file.baidu))
    return CategoryTable(
        tuple(
            # a service that the vocabulary lacks is a rule only with a note; City says that nobody knows it
            CodeRule.model_construct(service=str(service), names=[str(category)], codes=[], attributes={})
            for category, service in rules.items()
        )
    )
