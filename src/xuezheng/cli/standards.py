"""`xuezheng standards`: the catalogue, readable; and its cases, run."""

from typing import Annotated

import typer

from xuezheng.cli.speech import language

standards = typer.Typer(
    no_args_is_help=True, help="标准目录：查看、核对 / The catalogue of standards: read it, check it."
)


@standards.command("list")
def list_standards() -> None:
    """列出标准 / List the standards."""
    from xuezheng.catalogue.standard import load_standard, standard_files

    for name in standard_files():
        standard = load_standard(name)
        typer.echo(
            f"{name}\t{standard.document.number}\t{standard.effective}\t{standard.title.in_language(language())}"
        )


@standards.command("show")
def show_standard(
    name: Annotated[str, typer.Argument(metavar="ID", help="标准编号或规则文件 / id of a standard, or a rule file")],
) -> None:
    """显示一个标准：指标、公式、标准线、条款、来源和确信程度 / Show a standard as people read it."""
    from xuezheng.catalogue.standard import load_standard
    from xuezheng.standards.report.rules import standard_lines

    for line in standard_lines(load_standard(name), language()):
        typer.echo(line)


@standards.command("check")
def check_standard(
    name: Annotated[
        str, typer.Argument(metavar="FILE", help="规则文件或标准编号 / a rule file, or the id of a standard")
    ],
) -> None:
    """检查规则文件并运行其中的案例（两种引擎）/ Check a rule file and run its cases on both engines."""
    from xuezheng.catalogue.standard import load_standard
    from xuezheng.cli.speech import say
    from xuezheng.kernel.refusal import InvalidRule
    from xuezheng.standards.engine.cases import check_case
    from xuezheng.standards.engine.compiling import compiled
    from xuezheng.standards.engine.evaluate import assess_plainly, assess_with_duckdb

    standard = load_standard(name)
    compiled(standard, standard.effective.year)
    failed = 0
    for case in standard.cases:
        engines = {"plain": assess_plainly, "duckdb": assess_with_duckdb}
        misses = {engine: check_case(case, standard, run) for engine, run in engines.items()}
        failed += any(misses.values())
        typer.echo(f"{'✗' if any(misses.values()) else '✓'} {case.title.in_language(language())}")
        for engine, found in misses.items():
            for miss in found:
                say("case_missed", engine=engine, expected=miss.expected, found=miss.found)
    if failed:
        raise InvalidRule("cases_failed", standard=standard.id, failed=failed, total=len(standard.cases))
    say("cases_hold" if standard.cases else "cases_none", standard=standard.id, total=len(standard.cases))
