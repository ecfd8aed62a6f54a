"""`xuezheng explain`: from a verdict to formula, inputs, source cells and clause, and what it would take."""

from typing import Annotated

import typer

from xuezheng.cli.options import SchoolYear, Sources, StandardId
from xuezheng.cli.speech import language


def explain(
    sources: Sources,
    standard: StandardId,
    indicator: Annotated[str, typer.Option(help="指标编号，如 R1 / id of the indicator, e.g. R1")],
    school: Annotated[str | None, typer.Option(help="学校标识码 / code of a school")] = None,
    school_year: SchoolYear = None,
) -> None:
    """解释一个结论：公式、数据、来源单元格、条款，以及需要做什么 / Explain a verdict down to its source cells."""
    from xuezheng.cli.holdings import opened
    from xuezheng.standards.engine import explain as engine
    from xuezheng.standards.report.explanation import explanation_lines

    holdings, rules, year = opened(sources, standard, school_year)
    proof = engine.explain(holdings, rules, year, indicator, school)
    for line in explanation_lines(proof, rules, holdings, language()):
        typer.echo(line)
