"""Rounds of duty reports: what the office asked for, how far each unit is, and the reports beside each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from xuezheng.cases.access import signing_units, units_of
from xuezheng.cases.duty_models import DutyReport, DutyReportStep, DutyRound
from xuezheng.cases.queries.ledger import can_see_county
from xuezheng.catalogue.duty_report import load_duty_report_words
from xuezheng.people.access import OutsideArea, Reach

MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class RoundShown:
    """A round with how many reports it asks for and how many of them are signed."""

    held: DutyRound
    asked: int
    signed: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a report: of its unit, its signer, its reader in the county, who may send it back."""

    writes: bool
    signs: bool
    supervises: bool

    @property
    def reads_drafts(self) -> bool:
        """Whether they read words that nobody has signed yet: the unit's own people do."""
        return self.writes or self.signs


def find_rounds(county: str, on: date) -> list[RoundShown]:
    """Return a county's rounds, the last due first."""
    is_signed = Q(reports__state=DutyReport.State.SIGNED)
    rows = DutyRound.objects.filter(county=county).annotate(
        n_asked=Count("reports"), n_signed=Count("reports", filter=is_signed)
    )
    found = rows.select_related("asked_by").order_by("-due_on", "-pk")[:MOST_ROUNDS]
    return [
        RoundShown(
            held, held.n_asked, held.n_signed,
            held.withdrawn_at is None and held.due_on < on and held.n_signed < held.n_asked,
        )
        for held in found
    ]  # fmt: skip


def get_round(county: str, number: int) -> DutyRound:
    """Return a round of a county; raises `OutsideArea` for any other."""
    found = DutyRound.objects.filter(county=county, pk=number).select_related("county", "asked_by").first()
    if found is None:
        raise OutsideArea("outside_area")
    return found


def find_reports(duty_round: DutyRound, *, with_words: bool = False) -> QuerySet[DutyReport]:
    """Return a round's reports in protocol order, their facts unread; what people wrote only where it is asked for."""
    rows = DutyReport.objects.filter(round=duty_round).select_related("unit", "signed_by")
    ordered = rows.order_by("unit__protocol_order", "unit__kind", "unit__code", "unit_id")
    return ordered.defer("facts") if with_words else ordered.defer("facts", "written", "reasons")


def get_report(reach: Reach, county: str, number: int, on: date) -> tuple[DutyReport, Standing]:
    """Return a report that somebody may open, and how they stand to it; raises `OutsideArea` for any other.

    It is open to the unit's own people and to who sees the county's cases.
    """
    rows = DutyReport.objects.filter(county=county, pk=number)
    held = rows.select_related("round", "unit", "county", "signed_by").defer("county__outlines").first()
    if held is None:
        raise OutsideArea("outside_area")
    standing = Standing(
        writes=held.unit_id in units_of(reach, on), signs=held.unit_id in signing_units(reach, on),
        supervises=reach.can_in_county("supervise_cases", county),
    )  # fmt: skip
    if not (standing.reads_drafts or can_see_county(reach, county)):
        raise OutsideArea("outside_area")
    return held, standing


def find_own_units(reach: Reach, on: date) -> list[int]:
    """Return the ids of the units whose reports somebody writes or signs."""
    return sorted({*units_of(reach, on), *signing_units(reach, on)})


def find_steps(report: DutyReport) -> list[DutyReportStep]:
    """Return what was done with a report, the newest first."""
    return list(report.steps.select_related("by").order_by("-version"))


def get_signed(report: DutyReport, version: int | None = None) -> DutyReportStep:
    """Return the step that signed a report, the last one where no version is named; raises `OutsideArea` for none."""
    rows = DutyReportStep.objects.filter(report=report, step="sign")
    found = rows.filter(version=version).first() if version is not None else rows.order_by("-version").first()
    if found is None:
        raise OutsideArea("outside_area")
    return found


def section_titles(language: str) -> list[tuple[str, str]]:
    """Return the sections that people write, by id and title."""
    return [(left.id, left.title.in_language(language)) for left in load_duty_report_words().left_open]


def words_side_by_side(reports: Iterable[DutyReport], section: str) -> list[tuple[DutyReport, tuple[str, ...]]]:
    """Return what each unit wrote in a section, as paragraphs; of a report that is not signed, nothing."""
    is_signed = DutyReport.State.SIGNED
    return [
        (report, tuple(report.written.get(section, "").splitlines()) if report.state == is_signed else ())
        for report in reports
    ]
