"""`xuezheng what-if`: the county again with some figures set, watermarked as a what-if."""

from typing import Annotated, BinaryIO

import typer

from xuezheng.cli.options import Out, SchoolYear, Sources, StandardId
from xuezheng.cli.speech import language


def what_if(
    sources: Sources,
    standard: StandardId,
    changes: Annotated[
        list[str],
        typer.Option("--set", help="列[学校标识码,学段]=值，可多次 / column[school,stage]=value, may be repeated"),
    ],
    school_year: SchoolYear = None,
    form: Annotated[
        str, typer.Option("--format", help="changes（变化）| table | json | csv | xlsx | docx | html")
    ] = "changes",
    out: Out = None,
) -> None:
    """假设推算：改动若干数据后结论如何变化（不改登记数据）/ What would turn if some figures were others."""
    from xuezheng.cli.holdings import opened
    from xuezheng.cli.results import put
    from xuezheng.kernel.refusal import InvalidRequest
    from xuezheng.standards.engine.what_if import Scenario, county_of, parse_assumption
    from xuezheng.standards.report import FORMATS, write_report
    from xuezheng.standards.report.turns import turn_lines

    if form not in ("changes", *FORMATS):
        raise InvalidRequest("report_form_unknown", form=form, known=["changes", *FORMATS])
    assumptions = [parse_assumption(text) for text in changes]
    holdings, rules, year = opened(sources, standard, school_year)
    result = Scenario(holdings, rules, year, county_of(holdings, assumptions)).what_if(assumptions)
    if form == "changes":
        text = "\n".join(turn_lines(result, rules, holdings, language())) + "\n"
        put(lambda file: _write(file, text), form, out)
        return
    put(lambda file: write_report(result.assessment, rules, holdings, form, file, language=language()), form, out)


def _write(file: BinaryIO, text: str) -> None:
    file.write(text.encode())
