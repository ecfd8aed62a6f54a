"""`xuezheng demo`: from nothing to an office at work: an invented county, ten years, three standards, a report, a website."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xuezheng import __version__
from xuezheng.cli.demo_serving import begin_loading, end_loading, serve_demonstration
from xuezheng.cli.speech import language, say
from xuezheng.kernel.refusal import InvalidRequest

if TYPE_CHECKING:
    from xuezheng.catalogue.standard import Standard
    from xuezheng.register.holdings import Holdings
    from xuezheng.standards.engine.findings import Assessment

STANDARDS = ("cn-compulsory-2017", "cn-compulsory-2012", "cn-preschool-2020")


@dataclass(frozen=True, slots=True)
class _Made:
    """What stands in the folder already, so that the next start is quick; `lines` are the verdicts as they were printed."""

    seed: int
    size: str
    language: str
    version: str
    lines: list[str] = field(default_factory=list)

    def is_like(self, other: "_Made") -> bool:
        """Whether both are of the same county in the same language by the same version."""
        return {**asdict(self), "lines": []} == {**asdict(other), "lines": []}


def demo(
    into: Annotated[Path, typer.Option(help="目标文件夹 / the folder to write into")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="随机种子 / the same seed writes the same county")] = 1,
    size: Annotated[str, typer.Option(help="full 或 small / full or small")] = "full",
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="启动网站；否则只准备 / serve the website, or only prepare it")
    ] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="网站端口 / port of the website")] = 8000,
) -> None:
    """演示：生成示范县、按三个标准评估、写出报告，并启动网站 / Demonstrate: an invented county, assessed, and its office."""
    from xuezheng.register.demonstration.parameters import load_parameters

    sizes = load_parameters().sizes
    if size not in sizes:
        raise InvalidRequest("demonstration_size_unknown", found=size, expected=list(sizes))
    if into.exists() and not into.is_dir():
        raise InvalidRequest("demonstration_not_a_folder", found=str(into))
    try:
        lines = _prepare(into, _Made(seed, size, language(), __version__))
    except OSError as error:
        raise InvalidRequest("demonstration_not_writable", found=str(into), detail=str(error.strerror)) from error
    for line in lines:
        typer.echo(line)
    typer.echo(str(into / "report.html"))
    say("demo_more", county=str(into / "county"), store=str(into / "data" / "snapshots"))
    if serve:
        serve_demonstration(into.resolve(), port)


def _prepare(into: Path, wanted: _Made) -> list[str]:
    """Write county and report and load the installation, as far as they are not there; return the lines of the verdicts."""
    note = into / "data" / "demonstration.json"
    held = _Made(**json.loads(note.read_text(encoding="utf-8"))) if note.is_file() else None
    if held is not None and (held.seed, held.size) != (wanted.seed, wanted.size):
        raise InvalidRequest("demonstration_other_there", found=str(into), seed=held.seed, size=held.size)
    if held is not None and held.is_like(wanted) and (into / "report.html").is_file():
        say("demo_again")
        end_loading(begin_loading(into.resolve()))
        return held.lines
    (into / "data").mkdir(mode=0o750, parents=True, exist_ok=True)
    paths = _write_county(into / "county", wanted.seed, wanted.size)
    newest, all_years = _import(paths, into / "data" / "snapshots")
    loading = begin_loading(into.resolve())
    try:
        parts, history = _assess([_standard(name) for name in STANDARDS], newest, all_years)
        _report(parts, newest, history, into)
        end_loading(loading)
    finally:
        loading.kill()
    lines = [line for assessment, standard in parts for line in _verdict_lines(assessment, standard, newest)]
    note.write_text(json.dumps(asdict(wanted) | {"lines": lines}, ensure_ascii=False), encoding="utf-8")
    return lines


def _standard(name: str) -> "Standard":
    from xuezheng.catalogue.standard import load_standard

    return load_standard(name)


def _write_county(folder: Path, seed: int, size: str) -> list[Path]:
    from xuezheng.register.demonstration.parameters import load_parameters
    from xuezheng.register.demonstration.workbooks import write_county

    say("demo_county", seed=seed)
    return write_county(folder, seed, load_parameters().sizes[size], language())


def _import(paths: list[Path], store: Path) -> "tuple[Holdings, Holdings]":
    """Store a snapshot a school year; return the newest one's holdings and those of all years."""
    from xuezheng.cli.faults import print_faults
    from xuezheng.register.opening import read_sources
    from xuezheng.register.snapshot import open_snapshot, store_snapshots

    say("demo_import", files=len(paths))
    delivery = read_sources(paths)
    print_faults(delivery.faults)
    stored = store_snapshots(delivery, store)
    _let_delete(store)
    return open_snapshot(stored[-1]), delivery.holdings


def _let_delete(store: Path) -> None:
    """Open the snapshots' folders again: what a demonstration leaves behind can be deleted like anything else."""
    for folder in [path for path in store.rglob("*") if path.is_dir()]:
        folder.chmod(0o755)


def _assess(
    standards: "list[Standard]", newest: "Holdings", all_years: "Holdings"
) -> "tuple[list[tuple[Assessment, Standard]], dict[str, list[Assessment]]]":
    """Assess the newest snapshot, and for the trend every year that the county's workbooks hold."""
    from xuezheng.standards.engine.county import years_of
    from xuezheng.standards.engine.evaluate import assess, school_year_of

    years = years_of(all_years)
    say("demo_assess", standards=len(standards), years=len(years))
    year = school_year_of(newest, None)
    parts = [(assess(newest, standard, year), standard) for standard in standards]
    history = {standard.id: [assess(all_years, standard, y) for y in years] for standard in standards}
    return parts, history


def _report(
    parts: "list[tuple[Assessment, Standard]]",
    holdings: "Holdings",
    history: "dict[str, list[Assessment]]",
    into: Path,
) -> None:
    """Write the page for all standards, and for each its document and its workbook."""
    from xuezheng.standards.report import combined_page, write_report

    say("demo_report")
    with (into / "report.html").open("wb") as file:
        combined_page(parts, holdings, file, language=language(), history=history)
    for assessment, standard in parts:
        for form in ("docx", "xlsx"):
            with (into / f"{standard.id}.{form}").open("wb") as file:
                write_report(assessment, standard, holdings, form, file, language=language())


def _verdict_lines(assessment: "Assessment", standard: "Standard", holdings: "Holdings") -> list[str]:
    from xuezheng.standards.report.digest import Digest
    from xuezheng.standards.report.wording import Wording

    digest = Digest(assessment, standard, holdings, language())
    lines = [f"{standard.id}  {digest.sentence()}"]
    units = digest.units_sentence()
    said = [units] if units else []
    said += [text for text, _ in digest.deciding_gaps()[:3]]
    unknown = len(digest.unknown_county_items())
    if unknown:
        said.append(Wording(language())("still_unknown", count=unknown))
    return lines + [f"    {text}" for text in said]
