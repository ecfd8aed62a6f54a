"""`xuezheng assess`: what every school and the county reach under a standard."""

from typing import Annotated

import typer

from xuezheng.cli.options import Out, SchoolYear, Sources, StandardId
from xuezheng.cli.speech import language


def assess(
    sources: Sources,
    standard: StandardId,
    school_year: SchoolYear = None,
    form: Annotated[str, typer.Option("--format", help="table | json | csv | xlsx | docx | html")] = "table",
    out: Out = None,
) -> None:
    """对照标准评估：每所学校和全县达到什么、还缺什么 / Assess a county's schools against a standard."""
    from xuezheng.cli.holdings import opened
    from xuezheng.cli.results import put
    from xuezheng.kernel.refusal import InvalidRequest
    from xuezheng.standards.engine import evaluate
    from xuezheng.standards.report import FORMATS, write_report

    if form not in FORMATS:
        raise InvalidRequest("report_form_unknown", form=form, known=list(FORMATS))
    holdings, rules, year = opened(sources, standard, school_year)
    assessment = evaluate.assess(holdings, rules, year)
    put(lambda file: write_report(assessment, rules, holdings, form, file, language=language()), form, out)
