"""What an officer, a leader and an inspector receive: one assessment as table, JSON, CSV, workbook, document or page."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from xuezheng.catalogue.standard import Standard
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.findings import Assessment

FORMATS = ("table", "json", "csv", "xlsx", "docx", "html")

__all__ = ["FORMATS", "combined_page", "write_report"]


def write_report(
    assessment: Assessment,
    standard: Standard,
    holdings: Holdings,
    form: str,
    out: BinaryIO,
    *,
    language: str = "zh",
    signatures: Sequence[str] = (),
) -> None:
    """Write a report of an assessment in one of `FORMATS`; `signatures` close the office document, a line each.

    Every form of a what-if says that it is one. Raises `InvalidRequest` for another form.
    """
    if form == "json":
        from xuezheng.standards.report.listing import write_json

        write_json(assessment, out)
    elif form == "csv":
        from xuezheng.standards.report.listing import write_csv

        write_csv(assessment, standard, holdings, out, language)
    elif form == "table":
        from xuezheng.standards.report.terminal import write_table

        write_table(assessment, standard, holdings, out, language)
    elif form == "xlsx":
        from xuezheng.standards.report.workbook import write_workbook

        write_workbook(assessment, standard, holdings, out, language)
    elif form == "docx":
        from xuezheng.standards.report.office import write_office

        write_office(assessment, standard, holdings, out, language, signatures)
    elif form == "html":
        combined_page([(assessment, standard)], holdings, out, language=language)
    else:
        raise InvalidRequest("report_form_unknown", form=form, known=list(FORMATS))


def combined_page(
    parts: Sequence[tuple[Assessment, Standard]],
    holdings: Holdings,
    out: BinaryIO,
    *,
    language: str = "zh",
    history: Mapping[str, Sequence[Assessment]] | None = None,
) -> None:
    """Write one self-contained page for several standards; `history`: each standard's assessments over the years."""
    from xuezheng.standards.report.page import combined_page as write_page

    write_page(parts, holdings, out, language=language, history=history)
