"""One indicator: the schools against the line, the coefficient against its limit, the years side by side."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Indicator
from xuezheng.documents import charts
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.models import School
from xuezheng.register.queries import SchoolFilter, find_townships_of, narrowed
from xuezheng.standards.engine.findings import Finding
from xuezheng.standards.models import StoredFinding
from xuezheng.standards.queries import (
    FindingFilter,
    count_by_verdict,
    find_county_findings,
    find_indicator_findings,
    find_indicator_years,
    find_subject_findings,
    prove,
    schools_by_code,
    wanted_of,
)
from xuezheng.standards.report.page_charts import points_of
from xuezheng.standards.report.stored import StoredDigest, ToldFinding, assessment_of, stage_place, told
from xuezheng.standards.report.wording import coefficient, plain
from xuezheng.web.charts import chart_answer, plot_width
from xuezheng.web.gate import county_page, part_of_county_page
from xuezheng.web.pages.standards.asking import Asked, asked

PAGE = 50
PICTURES_KEPT = 200
_drawn: dict[tuple[object, ...], charts.Spec] = {}
SORTS = ("code", "-code", "township", "-township")


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One row of the schools' table."""

    school: School | None
    told: ToldFinding
    is_selected: bool

    @property
    def finding(self) -> Finding:
        """The finding."""
        return self.told.finding


@part_of_county_page("view_schools")
def indicator(request: HttpRequest, standard: str, indicator: str) -> HttpResponse:
    """Show an indicator and those schools that the person reaches; nothing about others, nor the county, leaves here."""
    about = asked(request, standard)
    composite = about.standard.composite
    if composite is not None and indicator == composite.id:
        about.request.reach.require_county("view_county", about.county)
        address = reverse("explanation", args=[about.county, standard, indicator, about.county])
        return redirect(f"{address}?year={about.year}")
    held = about.indicator(indicator)
    page = _Page(about, held)
    if about.request.htmx and about.request.htmx.target == "schools":  # type: ignore[attr-defined]
        return render(request, "standards/indicator_schools.html", about.context(**page.of_schools()))
    return render(request, "standards/indicator.html", about.context(**page.whole()))


@county_page("view_county")
def indicator_chart(request: HttpRequest, standard: str, indicator: str) -> HttpResponse:
    """Return the picture of all schools of a stage against the line, as a specification."""
    about = asked(request, standard)
    held = about.indicator(indicator)
    stage = request.GET.get("stage", "")
    said = about.evaluation
    key = (said.pk, said.evaluated_at, said.snapshot.digest, held.id, stage, plot_width(request), about.language)
    drawn = _drawn.get(key)
    if drawn is None:
        # An evaluation never changes: neither do its pictures, and drawing one takes longer than all else on the page.
        if len(_drawn) >= PICTURES_KEPT:
            _drawn.pop(next(iter(_drawn)), None)
        drawn = _drawn[key] = _chart(about, held, stage, plot_width(request))
    return chart_answer(drawn)


def _chart(about: Asked, indicator: Indicator, stage: str, width: int) -> charts.Spec:
    found = [
        finding
        for finding in find_indicator_findings(about.evaluation, indicator.id, about.schools()).filter(stage=stage)
        if finding.value is not None or finding.verdict != Verdict.NOT_APPLICABLE
    ]
    digest = digest_of(about, found, schools_by_code(about.county, [finding.subject for finding in found]))
    told_findings = digest.school_findings(indicator.id)
    line = next((finding.requirement for finding in told_findings if finding.requirement is not None), None)
    words = charts.Words(
        x=about.words("chart_schools"), line=about.words("chart_line", line=plain(line)) if line is not None else ""
    )
    return charts.points_against_line(points_of(digest, told_findings), line, words, width=width)


def digest_of(about: Asked, found: list[StoredFinding], schools: dict[str, School]) -> StoredDigest:
    """Return stored findings ready to be told, with the names of these schools."""
    return StoredDigest(
        assessment_of(about.evaluation, found), about.standard, about.language,
        county=about.county, county_name=about.county_name, schools=schools.values(),
    )  # fmt: skip


class Selection:
    """Which schools' findings the address asks for: stage, verdict, township, kind, words, order."""

    def __init__(self, about: Asked, indicator: Indicator) -> None:
        given = about.request.GET
        self.about = about
        self.schools = about.schools()
        self.text = given.get("q", "").strip()[:60]
        self.kind = given.get("kind", "")
        self.township = given.get("township", "")
        self.verdict = given.get("verdict", "") if given.get("verdict", "") in set(Verdict) else ""
        self.stage = given.get("stage", "") if given.get("stage", "") in load_register_schema().codes["stage"] else ""
        self.sort = given.get("sort", "") if given.get("sort", "") in SORTS else "code"
        wanted = SchoolFilter(text=self.text, kind=self.kind, township=self.township, status="all")
        narrow = narrowed(self.schools, wanted, about.request.at.date())
        self.reached = find_indicator_findings(about.evaluation, indicator.id, narrow)
        self.found = wanted_of(self.reached, FindingFilter(self.stage, self.verdict, self.sort), about.county)

    def context(self) -> dict[str, Any]:
        """Return the choices of the form, and what is chosen."""
        kinds = self.schools.order_by("kind").values_list("kind", flat=True).distinct()
        return {
            "q": self.text, "kind": self.kind, "township": self.township, "verdict_wanted": self.verdict,
            "stage_wanted": self.stage, "townships": find_townships_of(self.about.county, self.schools),
            "kinds": [kind for kind in kinds if kind],
            "verdicts": [each for each in Verdict if each is not Verdict.NOT_APPLICABLE] + [Verdict.NOT_APPLICABLE],
            "is_narrowed": bool(self.text or self.kind or self.township or self.verdict or self.stage),
        }  # fmt: skip


class _Page:
    """The parts of an indicator's page."""

    def __init__(self, about: Asked, indicator: Indicator) -> None:
        self.about, self.indicator, self.words = about, indicator, about.words
        self.selection = Selection(about, indicator)
        given = about.request.GET
        self.selected = (given.get("school", "") or self._only_school(), given.get("of", ""))

    def _only_school(self) -> str:
        """Return the school of somebody who reaches one school only: its proof needs no choosing."""
        if self.about.whole_county:
            return ""
        codes = list(self.selection.schools.values_list("school_code", flat=True)[:2])
        return codes[0] if len(codes) == 1 else ""

    def of_schools(self) -> dict[str, Any]:
        """Return what the table of schools needs."""
        counts = count_by_verdict(self.selection.reached)
        stages = [stage for stage in counts if stage]
        if self.indicator.level == "unit" and not stages:
            stages = list(self.indicator.stages or self.about.standard.stages)
        page = Paginator(self.selection.found, PAGE).get_page(self.about.request.GET.get("page"))
        return {
            **self.selection.context(), "indicator": self.indicator, "page": page, "rows": self._rows(page),
            "counts": [(stage, self.words.stage(stage), tally) for stage, tally in counts.items()],
            "stages": [(stage, self.words.stage(stage)) for stage in sorted(stages, key=stage_place)],
            "indicator_title": self.words.of(self.indicator.title),
        }  # fmt: skip

    def _rows(self, page: Page[StoredFinding]) -> list[SchoolRow]:
        found = list(page.object_list)
        schools = schools_by_code(self.about.county, [finding.subject for finding in found])
        digest = digest_of(self.about, found, schools)
        return [
            SchoolRow(schools.get(f.subject), told(digest, f), self.selected == (f.subject, f.stage or ""))
            for f in digest.assessment.findings
        ]

    def whole(self) -> dict[str, Any]:
        """Return what the whole page needs."""
        held, words = self.indicator, self.words
        return {
            **self.of_schools(),
            "lines": self._lines(),
            "mark_words": words.mark(held.mark),
            "note": words.of(held.note) if held.note else "",
            "unit": words.unit(held.unit) if held.unit else "",
            "question": words.of(held.judged.question) if held.judged else "",
            "county_rows": self._county() if self.about.whole_county else [],
            **self._proof(),
            **self._years(),
            **self._neighbours(),
        }

    def _lines(self) -> list[str]:
        value = self.indicator.line
        if value is None:
            return []
        digest = digest_of(self.about, [], {})
        rule = digest.line_rule(self.indicator.id)
        percent = "%" if self.indicator.unit == "percent" else ""
        sign = {">=": "≥", "<=": "≤"}.get(rule.op, rule.op) if rule else ""
        stages = rule.by_stage if rule else {}
        return [
            " ".join(
                part for part in ("" if stage == "all" else self.words.stage(stage), sign, f"{line:g}{percent}") if part
            )
            for stage, line in stages.items()
        ]

    def _county(self) -> list[dict[str, Any]]:
        found = find_county_findings(self.about.evaluation, self.indicator, self.indicator.id)
        digest = digest_of(self.about, found, {})
        rows = []
        for finding in digest.assessment.findings:
            other, stated = finding.inputs.get("unweighted"), finding.inputs.get("unweighted_verdict")
            is_number = isinstance(other, int | float) and not isinstance(other, bool)
            rows.append({
                "told": told(digest, finding), "is_coefficient": finding.measure == "cv",
                "otherwise": coefficient(float(other), finding.requirement) if is_number else "",  # type: ignore[arg-type]
                "otherwise_verdict": stated or "", "turned": bool(stated) and stated != finding.verdict.value,
            })  # fmt: skip
        return rows

    def _proof(self) -> dict[str, Any]:
        code, stage = self.selected
        school = self.selection.schools.filter(school_code=code).first() if code else None
        if school is None:
            return {"selected": None}
        found = find_subject_findings(self.about.evaluation, [self.indicator.id], code, stage)
        about = self.about
        proofs = prove(about.evaluation, about.standard, found[:1], about.language, about.county_name)
        return {"selected": school, "selected_stage": stage, "proof": proofs[0] if proofs else None}

    def _years(self) -> dict[str, Any]:
        code = self.selected[0]
        own = self.selection.schools.filter(school_code=code).exists() if code else False
        if not (self.about.whole_county or own):
            return {"year_rows": []}
        years = find_indicator_years(
            self.about.county, self.about.standard.id, self.indicator,
            with_county=self.about.whole_county, school=code if own else "",
        )  # fmt: skip
        columns = list(dict.fromkeys((f.indicator, f.measure, f.stage) for row in years for f in row.county))
        columns.sort(key=lambda column: (column[1] == "cv", stage_place(column[2])))
        school_columns = sorted({f.stage for row in years for f in row.school}, key=stage_place)
        stages = sorted({stage for row in years for stage in row.counts}, key=stage_place)
        told_rows = []
        for row in years:
            digest = StoredDigest(
                assessment_of(row.evaluation, [*row.county, *row.school]), self.about.standard, self.about.language,
                county=self.about.county, county_name=self.about.county_name,
            )  # fmt: skip
            shown: dict[tuple[object, ...], ToldFinding] = {
                (f.level, f.indicator, f.measure, f.stage or ""): told(digest, f) for f in digest.assessment.findings
            }
            told_rows.append({
                "year": row.evaluation.school_year,
                "counts": [row.counts.get(stage) for stage in stages],
                "county": [shown.get(("county", *column)) for column in columns],
                "school": [shown.get(("school", self.indicator.id, "value", stage)) for stage in school_columns],
            })  # fmt: skip
        return {
            "year_rows": told_rows,
            "year_stages": [self.words.stage(stage) for stage in stages],
            "year_columns": [(measure == "cv", self.words.stage(stage)) for _, measure, stage in columns],
            "year_school_stages": [self.words.stage(stage) for stage in school_columns],
        }

    def _neighbours(self) -> dict[str, Any]:
        ids = [indicator.id for indicator in self.about.standard.indicators]
        place = ids.index(self.indicator.id)
        return {
            "previous": ids[place - 1] if place else "",
            "next": ids[place + 1] if place + 1 < len(ids) else "",
            "can_draw": self.about.whole_county and self.indicator.level != "county",
        }
