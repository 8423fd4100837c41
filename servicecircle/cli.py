"""The command ``servicecircle``: the demo, and the same job on a city folder of one's own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicecircle.errors import InputError, ServiceCircleError
from servicecircle.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from servicecircle.assessment import Assessment
    from servicecircle.findings import DataReport
    from servicecircle.words import Language

GUESSED, TO_DO = "猜测 guessed", "待补 to do"
"""How a new city.toml marks what was guessed, and what is left to a person."""

STOPPED = 130
"""The exit code of a command that Ctrl-C ends."""

DEMO_FOLDER = "servicecircle-demo"
DEMO_PLAN = "lianyungang-145"
DEMO_MAPS = ("YY-01", "YY-05", "CX-01", "LY-01", "LY-02", "WT-01", "ZH-01")
DEMO_SITES = "LY-01"
"""The standard that the demo proposes sites for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 1 for an error of the data, 2 of the command line, 130 for Ctrl-C.

    Parameters
    ----------
    arguments
        What stands after ``servicecircle`` on the command line; None takes those of the process.
    """
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "demo":
                _demo(Path(options.to), options.language)
            case "plan":
                _plan(options)
            case "new":
                _new(options)
            case "check":
                return _check(options)
            case "assets":
                _assets(options)
            case _:
                _assess(options)
    except ServiceCircleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; what was written so far stays. | 已中断，已写出的文件保留。\n")
        return STOPPED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="servicecircle", description="Judge a public-service plan against a city. | 公共服务规划评估"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="the whole job on an invented city | 用虚构城市演示全过程")
    demo.add_argument(
        "--to", default=DEMO_FOLDER, metavar="FOLDER", help=f"where the results go (default {DEMO_FOLDER})"
    )
    _add_city(commands)
    own = commands.add_parser("assess", help="the same job on your data | 评估自己的城市")
    own.add_argument("city", metavar="CITY_FOLDER", help="a folder with a city.toml")
    own.add_argument("--plan", required=True, metavar="PLAN", help="a bundled plan, such as lianyungang-145, or a file")
    own.add_argument("--to", default=None, metavar="FOLDER", help="where the results go (default CITY_FOLDER-results)")
    own.add_argument(
        "--maps",
        default=None,
        metavar="IDS",
        help="standards to draw, such as LY-01,CX-01, or all (default: those of access) | 要绘图的标准",
    )
    _add_plan(commands.add_parser("plan", help="write, check and convert plan files | 编写、检查、转换规划文件"))
    _add_assets(commands)
    for command in (demo, own):
        command.add_argument(
            "--language",
            default="zh",
            choices=LANGUAGES,
            help="of maps, report and tables | 图、报告和附表的语言 (default zh)",
        )
    return parser


def _add_city(commands: Any) -> None:
    """Add what prepares a city folder."""
    new = commands.add_parser("new", help="write a city.toml by looking at your files | 查看数据,生成 city.toml")
    new.add_argument("city", metavar="CITY_FOLDER", help="where city.toml goes; one that is there is never replaced")
    new.add_argument("--from", dest="data", default=None, metavar="DATA_FOLDER", help="the files (default CITY_FOLDER)")
    check = commands.add_parser("check", help="say all that is found in the data, layer by layer | 逐层检查数据")
    check.add_argument("city", metavar="CITY_FOLDER", help="a folder with a city.toml")
    check.add_argument("--html", metavar="FILE.html", help="write the report as a page, too | 另存为网页")
    check.add_argument("--excel", metavar="FILE.xlsx", help="write the report as a workbook, too | 另存为 Excel")


def _add_plan(parser: argparse.ArgumentParser) -> None:
    """Add what can be done with a plan file."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    new = tasks.add_parser("new", help="write a commented plan file to start from | 生成带说明的规划文件")
    check = tasks.add_parser("check", help="name every fault of a plan file or workbook | 检查规划文件或工作簿")
    for one in (new, check):
        one.add_argument("file", metavar="FILE")
    check.add_argument(
        "--document", metavar="TEXT", help="the plan's text: every quotation has to stand on its line | 核对引文的原文"
    )
    excel = tasks.add_parser("excel", help="turn a plan into an Excel workbook | 规划转为 Excel")
    excel.add_argument("plan", metavar="PLAN", help="a bundled plan, such as life-circles, or a file")
    excel.add_argument("to", metavar="FILE.xlsx")
    toml = tasks.add_parser("toml", help="turn such a workbook into a plan file | Excel 转为规划文件")
    toml.add_argument("workbook", metavar="FILE.xlsx")
    toml.add_argument("to", metavar="FILE.toml")


def _add_assets(commands: Any) -> None:
    """Add what brings the scripts and styles of offline maps."""
    assets = commands.add_parser("assets", help="scripts and styles for maps without a net | 离线地图所需的脚本和样式")
    tasks = assets.add_subparsers(dest="task", required=True, metavar="TASK")
    fetch = tasks.add_parser("fetch", help="bring them once, from jsDelivr unless told otherwise | 联网下载一次")
    fetch.add_argument("packages", nargs="*", metavar="PACKAGE", help="such as leaflet, enough for our own maps")
    place = fetch.add_mutually_exclusive_group()
    place.add_argument("--mirror", metavar="URL", help="another network that has their files | 文件的镜像地址")
    place.add_argument("--registry", metavar="URL", help="an npm registry that has their archives | npm 仓库地址")
    pack = tasks.add_parser("pack", help="put them into one file | 打包为一个文件")
    unpack = tasks.add_parser("unpack", help="take them out on another machine | 在另一台电脑上解包")
    listed = tasks.add_parser("list", help="say which are here | 列出已有和缺少的")
    for one in (pack, unpack):
        one.add_argument("file", metavar="FILE.zip")
    for one in (fetch, pack, unpack, listed):
        one.add_argument("--folder", default=None, metavar="FOLDER", help="where they are kept (default: your cache)")


def _assets(options: argparse.Namespace) -> None:
    """Bring, carry or list the scripts and styles of offline maps."""
    from servicecircle.show.carrying import pack_assets, unpack_assets
    from servicecircle.show.fetching import fetch_assets
    from servicecircle.show.packages import Shelf, assets_folder, known_packages

    folder = assets_folder(options.folder)
    if options.task == "fetch":
        fetch_assets(options.packages, folder=folder, mirror=options.mirror, registry=options.registry)
        _say(f"They are in | 已存入 {folder}")
    elif options.task == "pack":
        count = pack_assets(options.file, folder=folder)
        _say(f"{count} packages written to | 个软件包已写入 {options.file}")
    elif options.task == "unpack":
        count = unpack_assets(options.file, folder=folder)
        _say(f"{count} packages are in | 个软件包已存入 {folder}")
    else:
        lines = [
            f"{'有 here' if Shelf(folder).has(one) else '无 missing':<10} {one.name} {one.version}  "
            f"{one.size / 1e3:,.0f} kB  {one.licence}"
            for one in known_packages()
        ]
        _say("\n".join([str(folder), *lines]))


def _plan(options: argparse.Namespace) -> None:
    """Write, check or convert a plan file; a file that is there already is never replaced."""
    from servicecircle.plan import new_plan, read_plan, read_workbook, write_plan, write_workbook

    if options.task == "new":
        new_plan(options.file)
        _say(f"Written to | 已写入 {options.file}\nservicecircle plan check {options.file}")
    elif options.task == "check":
        workbook = Path(options.file).suffix.lower() == ".xlsx"
        count = len((read_workbook if workbook else read_plan)(options.file, document=options.document).standards)
        _say(f"no faults: {count} standards | 没有错误：{count} 条标准")
    elif options.task == "excel":
        write_workbook(read_plan(options.plan), options.to)
        _say(f"Written to | 已写入 {options.to}")
    else:
        write_plan(read_workbook(options.workbook), options.to)
        _say(f"Written to | 已写入 {options.to}")


def _new(options: argparse.Namespace) -> None:
    """Write a city.toml by looking at files."""
    from servicecircle.read import new_city

    path = new_city(options.city, data=options.data)
    text = path.read_text(encoding="utf-8")
    guesses, open_ = (sum(word in line for line in text.splitlines()[5:]) for word in (GUESSED, TO_DO))
    _say(
        f"Written to | 已写入 {path}\n{guesses} guesses to check, {open_} things to do | {guesses} 处猜测待核对，"
        f"{open_} 处待补\nservicecircle check {options.city}"
    )


def _check(options: argparse.Namespace) -> int:
    """Say what is found in the data of a city folder, layer by layer; 1 if there are errors."""
    from servicecircle.read import check_city
    from servicecircle.show import write_data_report

    for name, suffix in (("html", ".html"), ("excel", ".xlsx")):
        given = getattr(options, name)
        if given is not None and Path(given).suffix.lower() != suffix:
            raise InputError(f"--{name} {given}: the name has to end in {suffix}. | 文件名应以 {suffix} 结尾。")
    report = check_city(options.city)
    _say(_report_text(report))
    for path in filter(None, (options.html, options.excel)):
        write_data_report(report, path, title=Path(options.city).resolve().name)
        _say(f"Written to | 已写入 {path}")
    return 0 if report.ok else 1


def _report_text(report: DataReport) -> str:
    """Return a data report, layer by layer."""
    lines = []
    for layer, findings in report.by_layer.items():
        lines.append(f"\n== {layer}")
        for finding in findings:
            column = f"{finding.column}: " if finding.column else ""
            more = ", ..." if finding.count > len(finding.rows) else ""
            rows = f" [{finding.count:,}: {', '.join(finding.rows)}{more}]" if finding.count else ""
            lines += [f"  {finding.severity:<7} {column}{finding.zh}", f"          {finding.en}{rows}"]
    counts = ", ".join(f"{severity} {count}" for severity, count in report.counts.items())
    done = "可以读取 it can be read as a city" if report.ok else "有错误，须先改正 there are errors: correct them first"
    return "\n".join([*lines, "", f"{done} ({counts})"])


def _demo(folder: Path, language: Language) -> None:
    """Do the whole job on the sample city, with five sites proposed, added and compared."""
    from servicecircle.assessment import assess
    from servicecircle.plan import read_plan
    from servicecircle.read import sample_city
    from servicecircle.siting import best_sites

    _make(folder)
    plan = read_plan(DEMO_PLAN)
    result = assess(sample_city(), plan)
    sites = best_sites(result, DEMO_SITES)
    better = assess(result.city.adding(sites.facilities), plan, scenario="with five sites", since=result)
    comparison = better.compare(result)
    _write(result, folder, language, DEMO_MAPS, sites=sites, comparison=comparison)
    _write_tables(folder, {"sites.csv": sites.table, "comparison.csv": comparison.changed})
    _say(f"\n{sites}\n\n{comparison}")
    _name(folder)


def _assess(options: argparse.Namespace) -> None:
    """Assess a city folder and write the results into another."""
    from servicecircle.assessment import assess
    from servicecircle.plan import read_plan
    from servicecircle.read import read_city

    plan, city = read_plan(options.plan), Path(options.city)
    maps = [] if options.maps in {None, "all"} else [plan[one].id for one in options.maps.split(",")]
    folder = (city if city.is_dir() else city.parent).resolve()
    target = folder.with_name(f"{folder.name}-results") if options.to is None else Path(options.to)
    own = read_city(city)
    _make(target)  # before the long part: it may be impossible
    result = assess(own, plan)
    _write(result, target, options.language, maps or _drawn(result, every=options.maps == "all"), files=[folder])
    _name(target)


def _drawn(result: Assessment, *, every: bool) -> list[str]:
    """Return the standards that could be evaluated and are drawn: those of access, or every one."""
    evaluable = set(result.table.loc[result.table["status"] != "not_evaluable", "standard_id"])
    return [one for one in result.plan.ids if one in evaluable and (every or result.outcomes[one].cells is not None)]


def _write(
    result: Assessment,
    folder: Path,
    language: Language,
    maps: Sequence[str],
    *,
    files: Sequence[Path] = (),
    **beside: Any,
) -> None:
    """Write tables, the maps of some standards, summary, report and manifest, and show the result."""
    from tqdm.auto import tqdm

    from servicecircle.assessment import write_manifest
    from servicecircle.files import replacing
    from servicecircle.show import gap_map, overview_map, write_excel, write_markdown, write_report, write_summary

    _say(f"{result.city}\n\n{result}")
    tables = {
        "table.csv": result.table,
        "companions.csv": result.companions,
        "evidence.csv": result.evidence,
        "assumptions.csv": result.assumptions,
        "citations.csv": result.citations,
        "data_report.csv": result.report.table,
    }
    _write_tables(folder, tables)
    for standard_id in tqdm(maps, desc="maps", unit="", delay=2):
        with replacing(folder / f"map_{standard_id.replace('/', '_')}.html") as part:
            gap_map(result, standard_id, language=language).save(str(part))
    with replacing(folder / "map_overview.html") as part:
        overview_map(result, language=language).save(str(part))
    write_summary(result, folder / "summary.html", language=language)
    write_markdown(result, folder / "summary.md", language=language)
    write_excel(result, folder / "tables.xlsx", language=language, **beside)
    write_report(result, folder / "report.html", language=language, **beside)
    write_manifest(result, folder / "manifest.json", files=files)


def _make(folder: Path) -> None:
    """Make the folder for the results."""
    from servicecircle.files import make_folder

    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; --to needs a folder. | {folder} 是文件，--to 需要文件夹。")
    make_folder(folder)


def _write_tables(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    from servicecircle.files import write_table

    for name, table in tables.items():
        write_table(table, folder / name)


def _name(folder: Path) -> None:
    names = ", ".join(sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")))
    _say(f"\nWritten to | 已写入 {folder.resolve()}:\n{names}\nOpen report.html first. | 请先打开 report.html。")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
