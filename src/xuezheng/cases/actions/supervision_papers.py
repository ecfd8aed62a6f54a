"""Drafting supervision papers for the authority that may issue them, and noting the number under which it did."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from xuezheng.cases.access import require_supervisor
from xuezheng.cases.engine.refusing import in_both
from xuezheng.cases.engine.supervision_draft import figures_of, find_unfit
from xuezheng.cases.models import Case
from xuezheng.cases.paper_models import DraftedPaper
from xuezheng.cases.queries.supervision_papers import MOST_CASES, numbers_of, paper_facts
from xuezheng.cases.supervision_drafts import Drafted, lay_out_paper, write_paper
from xuezheng.catalogue.supervision_papers import load_supervision_papers
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import recording
from xuezheng.people.access import Reach
from xuezheng.standards.evidence_store import keep_file

LONGEST_FIELD = 4_000
WRITTEN_IN = "zh"
"""Papers are written in the language of the authorities whatever language the page was read in."""


def prepare_draft(
    *, kind: str, issuer: str, cases: Sequence[Case], written: Mapping[str, str], at: datetime
) -> Drafted:
    """Return what a paper about cases of one unit says, not yet written.

    Raises `InvalidRequest` for a kind or issuer that the catalogue does not name together, for cases of several units,
    and for cases of which it cannot be drafted as they stand; it names them.
    """
    papers = load_supervision_papers()
    held = papers.kinds.get(kind)
    if held is None or issuer not in held.issuers:
        raise InvalidRequest("paper_kind_unknown", kind=kind)
    if not cases or len(cases) > MOST_CASES:
        raise InvalidRequest("paper_too_many_cases", most=MOST_CASES)
    unit = cases[0].lead_unit
    if unit is None or any(case.lead_unit_id != unit.pk for case in cases):
        raise InvalidRequest("paper_needs_one_unit")
    if len(cases) > 1 and any(case.is_restricted for case in cases):
        raise InvalidRequest("paper_restricted_alone")
    if any(len(text) > LONGEST_FIELD for text in written.values()):
        raise InvalidRequest("paper_field_too_long", limit=LONGEST_FIELD)
    facts = paper_facts(cases, at)
    unfit = find_unfit(held.when, facts)
    if unfit:
        any_of: dict[str, Any] = {
            f"any_of_{language}": [papers.conditions[each].in_language(language) for each in held.when.any_of] or ["—"]
            for language in ("zh", "en")
        }
        raise InvalidRequest("paper_not_from_this_state", numbers=unfit, **in_both(paper=held.title), **any_of)
    known = {field.id for field in held.fields}
    kept = {name: text.strip() for name, text in written.items() if name in known}
    return Drafted(kind=kind, issuer=issuer, unit=unit.name, cases=facts, written=kept, at=at)


def draft_paper(
    *, kind: str, issuer: str, cases: Sequence[Case], written: Mapping[str, str], by: Reach, at: datetime
) -> DraftedPaper:
    """Write a draft, keep it under its digest, and note it on the history of each of its cases. It issues nothing.

    Raises `NotAllowed` for who does not supervise the county, and what `prepare_draft` raises.
    """
    account = require_supervisor(by, cases[0].county_id)
    drafted = prepare_draft(kind=kind, issuer=issuer, cases=cases, written=written, at=at)
    is_restricted = any(case.is_restricted for case in cases)
    laid_out, out = lay_out_paper(drafted, WRITTEN_IN), io.BytesIO()
    write_paper(laid_out, out, language=WRITTEN_IN)
    with recording(by.actor, at) as recorder:
        file = keep_file(f"{kind}-draft.docx", [out.getvalue()], restricted=is_restricted)
        paper = DraftedPaper.objects.create(
            county=cases[0].county, kind=kind, grade=drafted.grade, issuer=issuer,
            title=" ".join(laid_out.title.split("\n"))[:300], unit=cases[0].lead_unit, is_restricted=is_restricted,
            figures=figures_of(drafted.cases), file_name=file.file_name, size_bytes=file.size_bytes,
            sha256=file.sha256, drafted_by=account, drafted_at=at,
        )  # fmt: skip
        paper.cases.set(cases)
        for case in cases:
            recorder.event(
                "cases.draft_paper", "case", case.pk, county=case.county_id, restricted=case.is_restricted,
                after={"paper": paper.pk, "kind": kind, "grade": drafted.grade, "issuer": issuer,
                       "sha256": file.sha256, "cases": numbers_of(cases)},
            )  # fmt: skip
    return paper


def record_issue(
    *, paper: DraftedPaper, number: str, issued_on: date, by: Reach, at: datetime, reason: str = ""
) -> DraftedPaper:
    """Note under which number and on which day the authority issued a paper, as typed off it.

    Raises `InvalidRequest` for a day before the draft or in the future, and for a correction without a reason.
    """
    account = require_supervisor(by, paper.county_id)
    if not number.strip():
        raise InvalidRequest("paper_needs_number")
    if not local_day(paper.drafted_at) <= issued_on <= local_day(at):
        raise InvalidRequest(
            "paper_issued_on_impossible", day=issued_on.isoformat(), drafted=local_day(paper.drafted_at).isoformat()
        )
    with recording(by.actor, at) as recorder:
        held = DraftedPaper.objects.select_for_update().get(pk=paper.pk)
        if held.issued_number and not reason.strip():
            raise InvalidRequest("paper_correction_needs_reason", number=held.issued_number)
        before = {"number": held.issued_number, "on": held.issued_on.isoformat() if held.issued_on else None}
        held.issued_number, held.issued_on = number.strip()[:60], issued_on
        held.issue_recorded_by, held.issue_recorded_at = account, at
        held.save(update_fields=["issued_number", "issued_on", "issue_recorded_by", "issue_recorded_at"])
        for case in held.cases.all():
            recorder.event(
                "cases.record_issued_paper", "case", case.pk, county=held.county_id, restricted=held.is_restricted,
                before=before | {"paper": held.pk}, reason=reason.strip(),
                after={"paper": held.pk, "number": held.issued_number, "on": issued_on.isoformat()},
            )  # fmt: skip
    return held
