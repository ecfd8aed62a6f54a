"""Duty reports: what of a unit's cases goes into one, and the counts of all units side by side."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from xuezheng.cases.duty_models import DutyReport
from xuezheng.cases.engine import duty_report as engine
from xuezheng.cases.engine.duty_facts import DutyFacts
from xuezheng.cases.engine.duty_report import CaseFact, EvidenceFact
from xuezheng.cases.models import Case, Evidence, Extension, Step
from xuezheng.cases.queries.indicators import read_indicators, reading_key
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.kernel.work_calendar import end_of, start_of
from xuezheng.people.models import Organisation

MOST_DUE = 500


@dataclass(frozen=True, slots=True)
class Beside:
    """One unit's counts in the page that lays units side by side; they are those of its report."""

    unit: Organisation
    owned: int
    decisions: int
    done_in_time: int
    due: int
    done_in_first_time: int
    first_due: int
    verified: int
    reported: int
    late: int
    open: int
    forced: int
    voided: int


def compose_duty_report(unit: Organisation, first: date, last: date, at: datetime) -> engine.DutyReport:
    """Return the report of a unit for the days from `first` to `last`."""
    return gather_duty_facts(unit, first, last, at).report()


def gather_duty_facts(unit: Organisation, first: date, last: date, at: datetime) -> DutyFacts:
    """Return what a unit's report over some days is composed of. Restricted cases are neither read nor counted."""
    since, until = start_of(first), end_of(last)
    open_to_all = Case.objects.filter(_in_period(since, min(until, at)), lead_unit=unit, is_restricted=False)
    cases = list(open_to_all.defer("machine", "task").order_by("year", "kind", "sequence"))
    cases.sort(key=lambda case: case.kind != "decision")
    evidence, reasons = _evidence(open_to_all), _reasons(open_to_all)
    now = read_indicators(unit.county, [case.indicator for case in cases if case.indicator])
    facts = [_fact(case, evidence[case.pk], reasons[case.pk], now) for case in cases]
    return DutyFacts(tuple(facts), since, until, at)


@dataclass(frozen=True, slots=True)
class DueDutyReport:
    """A report that a unit has been asked for and has not signed; `is_late` once its day has passed.

    `report` has its round and unit with it; what it says is not read.
    """

    report: DutyReport
    due_on: date
    is_late: bool


def find_due_duty_reports(county: str, on: date) -> list[DueDutyReport]:
    """Return the reports of a county that are asked for and not signed on a day, the first due first, in protocol order."""
    return _due(open_duty_reports().filter(county=county), on)


def find_due_reports_of_units(units: Iterable[int], on: date) -> list[DueDutyReport]:
    """Return the reports that units have been asked for and have not signed, the first due first."""
    return _due(open_duty_reports().filter(unit__in=list(units)), on)


def open_duty_reports() -> QuerySet[DutyReport]:
    """Return the reports that are still to be signed; a round that was taken back asks for none."""
    rows = DutyReport.objects.filter(round__withdrawn_at__isnull=True).exclude(state=DutyReport.State.SIGNED)
    return rows.select_related("round", "unit").defer("facts", "written", "reasons")


def _due(rows: QuerySet[DutyReport], on: date) -> list[DueDutyReport]:
    ordered = rows.order_by("round__due_on", "round_id", "unit__protocol_order", "unit__kind", "unit__code", "unit_id")
    return [DueDutyReport(held, held.round.due_on, held.round.due_on < on) for held in ordered[:MOST_DUE]]


def find_duty_counts(county: str, first: date, last: date, at: datetime) -> list[Beside]:
    """Return the counts of every unit that led a case in a period, in protocol order."""
    since, before = start_of(first), min(end_of(last), at)
    rows = Case.objects.filter(_in_period(since, before), county=county, lead_unit__isnull=False, is_restricted=False)
    # n_: a count may not be called like a column.
    counts = {f"n_{name}": Count("id", filter=held) for name, held in _conditions(since, before).items()}
    by_unit: dict[int, Any] = {row["lead_unit"]: row for row in rows.order_by().values("lead_unit").annotate(**counts)}
    units = Organisation.objects.filter(pk__in=by_unit).order_by("protocol_order", "kind", "code", "pk")
    return [
        Beside(unit, **{name.removeprefix("n_"): by_unit[unit.pk][name] for name in counts}) for unit in units
    ]  # fmt: skip


def _in_period(since: datetime, before: datetime) -> Q:
    return Q(handed_out_at__lt=before) & (Q(closed_at__isnull=True) | Q(closed_at__gte=since))


def _conditions(since: datetime, before: datetime) -> dict[str, Q]:
    """Return what `engine.duty_report.compose` counts, as the database counts it; a test holds both together."""
    owned = ~Q(phase="void")
    due = owned & Q(due_at__gte=since, due_at__lte=before, is_forced=False)
    first_due = owned & Q(first_due_at__gte=since, first_due_at__lte=before, is_forced=False)
    reported = owned & Q(reported_at__gte=since, reported_at__lt=before, is_forced=False)
    is_late = Q(reported_at__isnull=True) | Q(reported_at__gte=F("due_at"))
    return {
        "owned": owned,
        "decisions": owned & Q(kind="decision"),
        "done_in_time": due & Q(reported_at__lt=F("due_at")),
        "due": due,
        "done_in_first_time": first_due & Q(reported_at__lt=F("first_due_at")),
        "first_due": first_due,
        "verified": reported & Q(verified_at__lt=before),
        "reported": reported,
        "late": owned & Q(due_at__lte=before, is_forced=False) & is_late,
        "open": owned & (Q(is_open=True) | Q(closed_at__isnull=True) | Q(closed_at__gte=before)),
        "forced": owned & Q(is_forced=True),
        "voided": Q(phase="void"),
    }


def _fact(
    case: Case, evidence: Iterable[Evidence], reasons: Iterable[str], now: Mapping[tuple[str, ...], dict[str, Any]]
) -> CaseFact:
    return CaseFact(
        number=case.number, title=case.title, kind=case.kind, state=case.state,
        phase=load_kinds()[case.kind].phase(case.state), handed_out_at=case.handed_out_at, due_at=case.due_at,
        first_due_at=case.first_due_at, reported_at=case.reported_at, verified_at=case.verified_at,
        closed_at=case.closed_at, is_forced=case.is_forced, extensions=case.extensions, sent_back=case.sent_back,
        progress=case.progress, reasons=tuple(reasons), indicator=case.indicator, before=case.indicator_before,
        now=now.get(reading_key(case.indicator, case.county_id)) if case.indicator else None,
        evidence=tuple(
            EvidenceFact(
                case_number=case.number, file_name=held.file_name, words=held.words, sha256=held.sha256,
                given_at=held.given_at, is_superseded=held.superseded_by_id is not None,
            )
            for held in evidence
        ),
    )  # fmt: skip


def _evidence(cases: QuerySet[Case]) -> defaultdict[int, list[Evidence]]:
    found = Evidence.objects.filter(case__in=cases.order_by().values("pk")).order_by("case_id", "given_at", "id")
    grouped = groupby(found, key=attrgetter("case_id"))
    return defaultdict(list, {case: list(held) for case, held in grouped})


def _reasons(cases: QuerySet[Case]) -> defaultdict[int, list[str]]:
    """Return what stands on record why cases took longer: reasons of extensions asked for, words of sending back."""
    wanted = cases.order_by().values("pk")
    asked = Extension.objects.filter(case__in=wanted).values_list("case_id", "asked_at", "reason")
    back = Step.objects.filter(case__in=wanted, step="send_back").values_list("case_id", "at", "words")
    found: defaultdict[int, list[str]] = defaultdict(list)
    for case, _, words in sorted([*asked, *back]):
        if words and words not in found[case]:
            found[case].append(words)
    return found
