"""One school's page: what it is, what the standards say, its figures over the years, who stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.kernel.refusal import NotFound
from xuezheng.kernel.verdict import Verdict, worst
from xuezheng.register.access import find_reached_schools
from xuezheng.register.models import School, SchoolYear
from xuezheng.register.queries import find_changes, find_neighbours, find_school_years
from xuezheng.standards.queries import SchoolFindings, find_school_findings
from xuezheng.standards.report.stored import ToldFinding
from xuezheng.web.gate import OfficeRequest, school_page
from xuezheng.web.language import page_language
from xuezheng.web.pages.register.verdicts import find_verdict_history
from xuezheng.web.templatetags.design import wording

YEARS_SHOWN = 5
_GRAVEST = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.NEAR)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure over the years, the newest first; what nobody reported is None."""

    title: str
    unit: str
    definition: str
    values: tuple[Any, ...]
    codes: str = ""

    @property
    def series(self) -> list[float | None]:
        """The values as numbers, the oldest first: what the small line draws."""
        return [
            float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
            for value in reversed(self.values)
        ]


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The figures of one stage over the years, or those that the stages share (`stage` is empty)."""

    stage: str
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What one standard says: its verdicts by stage, and its findings, those that need somebody apart."""

    findings: SchoolFindings
    open: list[ToldFinding] = field(default_factory=list)
    rest: list[ToldFinding] = field(default_factory=list)

    @property
    def worst(self) -> Verdict:
        """The verdict that decides, over all stages."""
        return worst(verdict.verdict for verdict in self.findings.verdicts)


@school_page("view_schools")
def school(request: HttpRequest) -> HttpResponse:
    """Show one school; `?year=` chooses the year of findings and classes, `?years=all` shows all years of figures."""
    asked = cast("OfficeRequest", request)
    shown, county = asked.school, asked.county.code
    reported = list(find_school_years(shown))
    year = _asked_year(request, reported)
    in_year = next((each for each in reported if each.school_year == year), None)
    all_years = request.GET.get("years") == "all"
    columns = reported if all_years else reported[:YEARS_SHOWN]
    said = [_said(one) for one in find_school_findings(county, shown.school_code, year, language=page_language())]
    reached = find_reached_schools(asked.reach, county)
    context = {
        "school": shown,
        "stages": [stage for stage in shown.stages.split(",") if stage],
        "is_closed": shown.closed_on is not None and shown.closed_on <= timezone.localdate(asked.at),
        "year": year,
        "years": [each.school_year for each in reported],
        "all_years": all_years,
        "columns": columns,
        "in_year": in_year,
        "said": [one for one in said if one.open or one.rest],
        "history": find_verdict_history(county, shown.school_code),
        "tables": _tables(columns),
        "classes": _classes(in_year),
        "neighbours": find_neighbours(shown, reached),
        "is_located": shown.lon is not None and shown.lat is not None,
        "changes": _changes(shown, reached),
    }
    return render(request, "register/school.html", context)


def _asked_year(request: HttpRequest, reported: Sequence[SchoolYear]) -> int | None:
    """Return the school year that is asked for, the newest one without; raises `NotFound` for one that is not there."""
    text = request.GET.get("year", "")
    if not text:
        return reported[0].school_year if reported else None
    if text not in {str(each.school_year) for each in reported}:
        raise NotFound("page_not_found")
    return int(text)


def _said(findings: SchoolFindings) -> Said:
    said = Said(findings)
    for finding in findings.findings:
        if finding.verdict in _GRAVEST:
            said.open.append(finding)
        elif finding.verdict != Verdict.NOT_APPLICABLE:
            said.rest.append(finding)
    said.open.sort(key=lambda finding: -finding.verdict.rank)
    return said


def _tables(columns: Sequence[SchoolYear]) -> list[FigureTable]:
    """Return the figures by stage in the stages' order, then those that the stages share; empty rows stay away."""
    schema = load_register_schema()
    tables = []
    for stage in schema.codes["stage"]:
        rows: list[dict[str, Any]] = [
            next((row for row in each.stages if row.get("stage") == stage), {}) for each in columns
        ]
        tables.append(FigureTable(stage, _rows("stage_year", rows)))
    tables.append(FigureTable("", _rows("school_year_facts", [each.facts for each in columns])))
    return [table for table in tables if table.rows]


def _rows(table: str, years: Sequence[dict[str, Any]]) -> tuple[FigureRow, ...]:
    columns = load_register_schema().tables[table].columns
    return tuple(
        _row(column, [year.get(name) for year in years])
        for name, column in columns.items()
        if not column.key and any(year.get(name) is not None for year in years)
    )


def _row(column: Column, values: list[Any]) -> FigureRow:
    language = page_language()
    title, definition = column.in_language(language), column.definition.in_language(language)
    return FigureRow(title, wording().unit(column.unit) if column.unit else "", definition, tuple(values), column.codes)


def _classes(in_year: SchoolYear | None) -> list[tuple[str, int, list[dict[str, Any]]]]:
    """Return the classes of a year by stage, with the number of pupils beyond which a class is too large (0 for none)."""
    if in_year is None:
        return []
    limits = load_register_schema().checks.class_limits
    stages = dict.fromkeys(row["stage"] for row in in_year.classes)
    grades = list(load_register_schema().codes["grade"])
    return [
        (
            stage,
            limits.get(stage, 0),
            sorted(
                (row for row in in_year.classes if row["stage"] == stage),
                key=lambda row: (
                    grades.index(row["grade"]) if row["grade"] in grades else 0,
                    str(row["class_no"]).zfill(4),
                ),
            ),
        )
        for stage in stages
    ]


def _changes(school: School, reached: Any) -> list[dict[str, Any]]:
    """Return the changes of a school; the other school's name and page only where the person reaches it."""
    changes = list(find_changes(school))
    codes = {code for change in changes for code in (change.code_from, change.code_to)} - {school.school_code}
    known = {other.school_code: other for other in reached.filter(school_code__in=codes)} if codes else {}
    return [
        {
            "change": change,
            "from_this": change.code_from == school.school_code,
            "code": (other := change.code_to if change.code_from == school.school_code else change.code_from),
            "other": known.get(other),
        }
        for change in changes
    ]
