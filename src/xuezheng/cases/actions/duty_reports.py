"""Duty reports: asked for by the office, composed from the ledger, written and signed by the unit, sent back."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xuezheng.cases.access import require_supervisor, signing_units, units_of
from xuezheng.cases.duty_models import DutyReport, DutyReportStep, DutyRound
from xuezheng.cases.duty_papers import Written, find_open_sections, lay_out, write_duty_report
from xuezheng.cases.engine.duty_facts import Differences, counts_of, differences, frozen, left_out_of, thawed
from xuezheng.cases.engine.refusing import in_both, shown_moment
from xuezheng.cases.queries.duty_reports import gather_duty_facts
from xuezheng.cases.telling import tell_of_duty_reports
from xuezheng.catalogue.duty_report import load_duty_report_words
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import recording
from xuezheng.notices.actions.telling import telling
from xuezheng.people.access import NotAllowed, Reach
from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County
from xuezheng.standards.evidence_store import KeptFile, keep_file

LONGEST_SECTION = 20_000
SIGNED_IN = "zh"
"""A signed report is one document, in the language of the office whatever language a page was read in."""
State = DutyReport.State


class DutyReportChanged(InvalidRequest):
    """Somebody else was quicker: the report is no longer as the person saw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the office asks for: reports of these units over these days, by the end of a day."""

    title: str
    since: date
    until: date
    due_on: date
    units: Sequence[Organisation]
    words: str = ""


def ask_duty_reports(*, county: County, asked: Asked, by: Reach, at: datetime) -> DutyRound:
    """Ask units for their reports; each has one then, still to be composed, and its people are told.

    Raises `NotAllowed` for who does not supervise the county, and refusals for a period or day that makes no sense.
    """
    account = require_supervisor(by, county.code)
    if not asked.units:
        raise InvalidRequest("duty_round_without_units")
    if asked.until < asked.since:
        raise InvalidRequest("duty_round_ends_before_start")
    if asked.due_on < max(asked.since, local_day(at)):
        raise InvalidRequest("until_in_the_past", until=asked.due_on.isoformat())
    with recording(by.actor, at) as recorder, telling(at) as gathering:
        held = DutyRound.objects.create(
            county=county, title=asked.title.strip()[:200], words=asked.words.strip(), since=asked.since,
            until=asked.until, due_on=asked.due_on, asked_by=account, asked_at=at,
        )  # fmt: skip
        reports = DutyReport.objects.bulk_create(
            DutyReport(round=held, county=county, unit=unit) for unit in asked.units
        )
        DutyReportStep.objects.bulk_create(
            DutyReportStep(report=report, version=1, step="ask", by=account, at=at, words=held.words)
            for report in reports
        )
        recorder.event(
            "cases.ask_duty_reports", "duty_round", held.pk, county=county.code, reason=held.words,
            after={"title": held.title, "since": held.since.isoformat(), "until": held.until.isoformat(),
                   "due_on": held.due_on.isoformat(), "units": [unit.pk for unit in asked.units]},
        )  # fmt: skip
        tell_of_duty_reports(gathering, "duty_asked", reports, by=account.pk)
    return held


def withdraw_duty_round(*, duty_round: DutyRound, by: Reach, at: datetime, reason: str) -> None:
    """Take back a round that was asked for by mistake; what units wrote stays on record.

    Raises `InvalidRequest` where it was taken back already or a unit has signed.
    """
    require_supervisor(by, duty_round.county_id)
    if not reason.strip():
        raise InvalidRequest("duty_needs_reason")
    with recording(by.actor, at) as recorder:
        held = DutyRound.objects.select_for_update().get(pk=duty_round.pk)
        if held.withdrawn_at is not None:
            raise InvalidRequest("duty_round_withdrawn")
        signed = DutyReport.objects.filter(round=held, signed_at__isnull=False).count()
        if signed:
            raise InvalidRequest("duty_round_has_signed_reports", count=signed)
        held.withdrawn_at = at
        held.save(update_fields=["withdrawn_at"])
        recorder.event("cases.withdraw_duty_round", "duty_round", held.pk, county=held.county_id, reason=reason.strip())


def freeze_duty_report(*, report: DutyReport, version: int, by: Reach, at: datetime) -> Differences | None:
    """Compose a report from the unit's cases as they stand now, and freeze it; what people wrote stays.

    Return what differs from the state frozen before, None where there was none.
    """
    _of_the_unit(by, report, at)
    with recording(by.actor, at):
        moved = _Moved(report, version, "compose", by, at)
        held = moved.report
        facts = gather_duty_facts(held.unit, held.round.since, held.round.until, at)
        changed = differences(thawed(held.facts), facts) if held.facts else None
        composed = facts.report()
        counts: dict[str, Any] = {
            **counts_of(composed),
            "owned": len(composed.owned),
            "left_out": left_out_of(composed),
        }
        moved.save(
            after={"counts": counts}, facts=frozen(facts), counts=counts, composed_at=at,
            state=State.DRAFT if held.state == State.ASKED else held.state,
        )  # fmt: skip
    return changed


def save_duty_words(
    *,
    report: DutyReport,
    version: int,
    sections: Mapping[str, str],
    reasons: Mapping[str, str],
    by: Reach,
    at: datetime,
) -> DutyReport:
    """Save what people wrote: sections by their ids, and why cases were late by their numbers.

    Raises `DutyReportChanged`, which tells who and when, where somebody else acted since `version`.
    """
    _of_the_unit(by, report, at)
    known = {left.id for left in load_duty_report_words().left_open}
    written = {name: _lines(text) for name, text in sections.items() if name in known}
    stated = {number: _lines(text) for number, text in reasons.items() if text.strip()}
    if any(len(text) > LONGEST_SECTION for text in [*written.values(), *stated.values()]):
        raise InvalidRequest("duty_section_too_long", limit=LONGEST_SECTION)
    with recording(by.actor, at):
        moved = _Moved(report, version, "write", by, at)
        held = moved.report
        if held.composed_at is None:
            raise InvalidRequest("duty_report_not_composed")
        after = {"written": written, "reasons": stated}
        before = {"written": held.written, "reasons": held.reasons}
        changed = [name for name in written if written[name] != held.written.get(name, "")]
        moved.save(before=before, after=after, details={"sections": changed}, written=written, reasons=stated)
    return held


def sign_duty_report(*, report: DutyReport, version: int, by: Reach, at: datetime) -> DutyReport:
    """Sign a report as the person saw it and lock it; the signed document is kept under its digest.

    Raises `NotAllowed` for who does not sign for the unit, and `InvalidRequest` that names what is still open.
    """
    if by.account is None or report.unit_id not in signing_units(by, local_day(at)):
        raise NotAllowed("not_allowed", right="sign_duty_reports")
    with recording(by.actor, at):
        moved = _Moved(report, version, "sign", by, at)
        held = moved.report
        if held.composed_at is None:
            raise InvalidRequest("duty_report_not_composed")
        composed = thawed(held.facts).report()
        open_in: dict[str, Any] = {
            f"sections_{language}": find_open_sections(composed, language, Written(held.written, held.reasons))
            for language in ("zh", "en")
        }
        if open_in["sections_zh"]:
            raise InvalidRequest("duty_sections_open", **open_in)
        file = keep_file(f"duty-report-{held.pk}-{held.version}.docx", [_document(held, by.account, at)])
        moved.save(
            after={"sha256": file.sha256, "composed_at": held.composed_at.isoformat()}, file=file,
            state=State.SIGNED, signed_by=by.account, signed_at=at,
        )  # fmt: skip
    return held


def return_duty_report(*, report: DutyReport, version: int, reason: str, by: Reach, at: datetime) -> DutyReport:
    """Send a signed report back to its unit, whose people are told, with the reason; what was signed stays on record.

    Raises `InvalidRequest` where it is not signed, or no reason is given.
    """
    account = require_supervisor(by, report.county_id)
    if not reason.strip():
        raise InvalidRequest("duty_needs_reason")
    with recording(by.actor, at), telling(at) as gathering:
        moved = _Moved(report, version, "return", by, at, locked=True)
        held = moved.report
        if held.state != State.SIGNED:
            raise InvalidRequest("duty_report_not_signed")
        moved.save(
            before={"state": held.state}, after={"state": State.RETURNED.value}, words=reason.strip(),
            state=State.RETURNED, signed_by=None, signed_at=None,
        )  # fmt: skip
        tell_of_duty_reports(gathering, "duty_returned", [held], by=account.pk)
    return held


class _Moved:
    """One step in hand: the report read anew, and written only where nobody acted since the version seen."""

    def __init__(
        self, report: DutyReport, version: int, step: str, by: Reach, at: datetime, *, locked: bool = False
    ) -> None:
        # Whoever takes the round back holds its row: nobody signs in a round that is just being withdrawn.
        DutyRound.objects.select_for_update().get(pk=report.round_id)
        self.report = DutyReport.objects.select_related("round", "unit").get(pk=report.pk)
        if by.account is None:
            raise AssertionError("only somebody signed in works on a report")
        self.version, self.step, self.by, self.account, self.at = version, step, by, by.account, at
        if self.report.round.withdrawn_at is not None:
            raise InvalidRequest("duty_round_withdrawn")
        if self.report.version != version:
            raise _changed_since(self.report, version)
        if self.report.state == State.SIGNED and not locked:
            raise InvalidRequest("duty_report_signed_already")

    def save(
        self, *, after: Mapping[str, Any], before: Mapping[str, Any] | None = None, words: str = "",
        details: Mapping[str, Any] | None = None, file: KeptFile | None = None, **columns: Any,
    ) -> None:  # fmt: skip
        """Save the row where it still is the one that was read, its step, and the event."""
        columns["version"] = self.version + 1
        if not DutyReport.objects.filter(pk=self.report.pk, version=self.version).update(**columns):
            raise _changed_since(DutyReport.objects.get(pk=self.report.pk), self.version)
        for name, value in columns.items():
            setattr(self.report, name, value)
        kept = {"file_name": file.file_name, "size_bytes": file.size_bytes, "sha256": file.sha256} if file else {}
        DutyReportStep.objects.create(
            report=self.report, version=self.version + 1, step=self.step, by=self.account, at=self.at, words=words,
            details=dict(details or {}), **kept,
        )  # fmt: skip
        with recording(self.by.actor, self.at) as recorder:
            recorder.event(
                f"cases.{self.step}_duty_report", "duty_report", self.report.pk, county=self.report.county_id,
                before=before, after=after, reason=words,
            )  # fmt: skip


def _changed_since(report: DutyReport, version: int) -> DutyReportChanged:
    words = load_duty_report_words().steps
    newer = DutyReportStep.objects.filter(report=report, version__gt=version).select_related("by")
    told = [(f"{shown_moment(step.at)} {step.by.name}", words[step.step]) for step in newer]
    changes: dict[str, Any] = {
        f"changes_{language}": "；".join(f"{who} {what.in_language(language)}" for who, what in told)
        for language in ("zh", "en")
    }
    state = load_duty_report_words().states[report.state]
    return DutyReportChanged("duty_report_changed", **in_both(state=state), **changes)


def _document(report: DutyReport, signer: Account, at: datetime) -> bytes:
    written = Written(report.written, report.reasons, signer.name, local_day(at))
    out = io.BytesIO()
    laid_out = lay_out(thawed(report.facts).report(), report.unit.name, SIGNED_IN, written)
    write_duty_report(laid_out, out, language=SIGNED_IN)
    return out.getvalue()


def _of_the_unit(by: Reach, report: DutyReport, at: datetime) -> None:
    on = local_day(at)
    if report.unit_id not in units_of(by, on) and report.unit_id not in signing_units(by, on):
        raise NotAllowed("not_allowed", right="handle_cases")


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
