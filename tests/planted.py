"""Records that must not leak: unmistakable names and figures in both counties, to look for in every answer."""

import io
import re
import zipfile
from datetime import date, timedelta
from types import SimpleNamespace

from addresses import JUDGED, OTHER_SCHOOL, SCHOOL, STANDARD, VISITORS, Visitor, holds_county, holds_school
from world import AT, HOME, OTHER, organisation, person

COUNTY_NAMES = {HOME: "云溪县", OTHER: "临河县"}
SECRET = {HOME: "本县哨兵", OTHER: "外县哨兵"}
HIDDEN = "密件哨兵"
"""The title of a restricted paper in each county, which no visitor is named on."""
BOOKS = {HOME: 817_263, OTHER: 918_273}
"""A figure of one school in each county that no other figure of the register comes near."""


def plant(county: str) -> SimpleNamespace:
    """Plant one record of every kind in a county and return them: what the table of addresses asks for by name."""
    from xuezheng.ledger.actions import Actor, recording
    from xuezheng.people.models import Approval, SignedInSession
    from xuezheng.register.models import Snapshot
    from xuezheng.standards.evidence_store import keep_file
    from xuezheng.standards.models import Evaluation, Evidence, JudgedItem, StoredFinding
    from xuezheng.web.models import Job

    word = SECRET[county]
    unit = organisation("county", county, county, COUNTY_NAMES[county])
    section = organisation("section", county, f"{county}01", f"{word}科")
    account = person(f"planted-{county}", "planner", unit, name=f"{word}王五")
    asking = person(f"asking-{county}", "statistician", unit, name=f"{word}赵六")
    snapshot = Snapshot.objects.filter(county=county, is_current=True).order_by("-school_year").first()
    evaluation = Evaluation.objects.get(county=county, standard=STANDARD, is_current=True, school_year=2025)
    _plant_figures(county, evaluation)
    judged = JudgedItem.objects.create(
        county_id=county, standard=STANDARD, school_year=2025, indicator=JUDGED, answer=True, note=f"{word}评语",
        reviewer=account, judged_on=date(2026, 3, 1), recorded_at=AT,
    )  # fmt: skip
    file = keep_file(f"{word}.pdf", [b"%PDF-1.7 " + word.encode()])
    evidence = Evidence.objects.create(
        judged_item=judged, file_name=file.file_name, media_type=file.media_type, size_bytes=file.size_bytes,
        sha256=file.sha256, given_by=account, given_at=AT,
    )  # fmt: skip
    session = SignedInSession.objects.create(
        account=account, session_key=f"planted-{county}", device=word, started_at=AT, last_seen_at=AT
    )
    approval = Approval.objects.create(
        county=county, kind="unlock_year", subject_kind="snapshot", subject_id=str(snapshot.pk), reason=f"{word}理由",
        requested_by=asking, requested_at=AT, expires_at=AT + timedelta(days=3650),
    )  # fmt: skip
    with recording(Actor(f"account:{account.pk}", account.name), AT) as recorder:
        recorder.event("people.note", "account", account.pk, county=county, reason=f"{word}缘由")
    finding = StoredFinding.objects.filter(evaluation=evaluation, subject=SCHOOL).first()
    delivery = _plant_import(county, account)
    job = Job.objects.create(
        kind="register.check_import", arguments={"import": delivery.pk}, county=county, account=account,
        actor=f"account:{account.pk}", run_after=AT, requested_at=AT, state="failed", failure_code="page_not_found",
    )  # fmt: skip
    case, case_evidence = _plant_case(county, section, account)
    meeting, proposal = _plant_meeting(county)
    item, invitee, meeting_paper = _plant_agenda(county, meeting)
    notice = _plant_notice(county, case, account)
    robot, message = _plant_robot(county, account)
    return SimpleNamespace(
        bulk=meeting_bulk(proposal), notice=notice, robot=robot, message=message,
        duty_report=_plant_duty_report(county, section), paper=_plant_paper(county, case), meeting=meeting, item=item, invitee=invitee, meeting_paper=meeting_paper, proposal=proposal, case=case, case_evidence=case_evidence, county=county, unit=unit, section=section, account=account, snapshot=snapshot, evaluation=evaluation,
        judged=judged, evidence=evidence, approval=approval, finding=finding, event=recorder_number(),
        appointment=account.appointments.get(), delivery=delivery, job=job, session=session,
        token=_plant_token(account, word),
    )  # fmt: skip


def _plant_token(account: object, word: str) -> object:
    from xuezheng.people.models import AccessToken

    return AccessToken.objects.create(
        account=account, name=f"{word}令牌", digest="0" * 64, made_at=AT, expires_at=AT + timedelta(days=90)
    )


def _plant_import(county: str, account: object) -> object:
    from django.conf import settings

    from xuezheng.register.models import Import, ImportFault

    word = SECRET[county]
    folder = f"planted-{county}"
    reports = settings.UPLOAD_STORE / folder / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    (reports / "faults.csv").write_text(word, encoding="utf-8")
    delivery = Import.objects.create(
        county_id=county, folder=folder, files=[{"name": f"{word}.xlsx", "bytes": 9, "sha256": "2" * 64}],
        state="checked", counts={"warning": 1}, reports=["faults.csv"], uploaded_by=account, uploaded_at=AT, checked_at=AT,
    )  # fmt: skip
    ImportFault.objects.create(
        delivery=delivery, grade="warning", code="school_without_kind", file=f"{word}.xlsx", sheet="学校", row=2, value=word,
    )  # fmt: skip
    return delivery


def _plant_case(county: str, section: object, account: object) -> tuple[object, object]:
    """A case of a section, handed out by somebody who is no visitor, with one piece of evidence."""
    from xuezheng.cases.actions.opening import Opening, open_case
    from xuezheng.cases.actions.stepping import Given, take_step
    from xuezheng.cases.models import Evidence
    from xuezheng.people.access import reach_of
    from xuezheng.register.models import County
    from xuezheng.standards.evidence_store import keep_file

    word = SECRET[county]
    office = reach_of(person(f"supervising-{county}", "office", organisation("county", county, county)), AT.date())
    opening = Opening(kind="decision", title=f"{word}事项", task=f"{word}任务")
    case = open_case(county=County.objects.get(code=county), opening=opening, by=office, at=AT)
    case = take_step(case=case, step="hand_out", version=1, by=office, at=AT, given=Given(unit=section))
    file = keep_file(f"{word}证据.pdf", [b"%PDF-1.7 case " + word.encode()])
    evidence = Evidence.objects.create(
        case=case, kind="document", file_name=file.file_name, media_type=file.media_type, size_bytes=file.size_bytes,
        sha256=file.sha256, given_by=account, given_at=AT, version=1,
    )  # fmt: skip
    return case, evidence


def _plant_paper(county: str, case: object) -> object:
    """A draft about the planted case, by somebody who is no visitor."""
    from xuezheng.cases.actions.supervision_papers import draft_paper
    from xuezheng.people.access import reach_of
    from xuezheng.people.models import Account

    office = reach_of(Account.objects.get(login=f"supervising-{county}"), AT.date())
    written = {"demands": f"{SECRET[county]}要求"}
    return draft_paper(kind="order", issuer="party_supervision", cases=[case], written=written, by=office, at=AT)


def _plant_duty_report(county: str, section: object) -> object:
    """A section's duty report that its head, who is no visitor, has signed."""
    from xuezheng.cases.actions.duty_reports import (
        Asked,
        ask_duty_reports,
        freeze_duty_report,
        save_duty_words,
        sign_duty_report,
    )  # fmt: skip
    from xuezheng.cases.duty_models import DutyReport
    from xuezheng.catalogue.duty_report import load_duty_report_words
    from xuezheng.people.access import reach_of
    from xuezheng.people.models import Account
    from xuezheng.register.models import County

    word = SECRET[county]
    office = reach_of(Account.objects.get(login=f"supervising-{county}"), AT.date())
    head = reach_of(person(f"heading-{county}", "unit_head", section, name=f"{word}科长"), AT.date())
    asked = Asked(
        title=f"{word}履职报告", words=f"{word}要求", since=date(2026, 1, 1), until=date(2026, 12, 31),
        due_on=date(2026, 12, 31), units=(section,),
    )  # fmt: skip
    duty_round = ask_duty_reports(county=County.objects.get(code=county), asked=asked, by=office, at=AT)
    report = DutyReport.objects.get(round=duty_round)
    freeze_duty_report(report=report, version=1, by=head, at=AT)
    written = {left.id: f"{word}写{left.id}" for left in load_duty_report_words().left_open}
    save_duty_words(report=report, version=2, sections=written, reasons={}, by=head, at=AT)
    return sign_duty_report(report=report, version=3, by=head, at=AT)


def meeting_bulk(proposal: object) -> object:
    """The bulk in which the decisions of a proposal's meeting were opened."""
    from xuezheng.meetings.models import Proposal

    return Proposal.objects.filter(meeting=proposal.meeting, case__isnull=False).first().case.bulk


def _plant_meeting(county: str) -> tuple[object, object]:
    """A meeting of which one proposal is open, one a decision, and one for the record; entered by no visitor."""
    from xuezheng.meetings.actions.confirming import confirm_proposals
    from xuezheng.meetings.actions.entering import enter_meeting
    from xuezheng.meetings.actions.settling import settle_proposal
    from xuezheng.meetings.drafts import Draft, Reading, Record
    from xuezheng.meetings.originals import pasted
    from xuezheng.people.access import reach_of
    from xuezheng.people.models import Account
    from xuezheng.register.models import County

    word = SECRET[county]
    clerk = reach_of(Account.objects.get(login=f"supervising-{county}"), AT.date())
    text = f"{word}会议。要办好{word}甲，要办好{word}乙，要学习{word}丙。"
    drafts = tuple(Draft(text=f"要办好{word}{each}", span=(7 + 9 * n, 15 + 9 * n)) for n, each in enumerate("甲乙丙"))
    record = Record(
        title=f"{word}会议", chair=f"{word}主持", held_on=date(2026, 2, 27), attendees=((f"{word}某", "组长"),)
    )
    meeting = enter_meeting(
        county=County.objects.get(code=county),
        reading=Reading(record, text, drafts),
        original=pasted(text),
        by=clerk,
        at=AT,
    )
    first, second, third = meeting.proposals.all()
    confirm_proposals(meeting=meeting, proposals=[second.pk], hand_out=False, version=1, by=clerk, at=AT)
    settle_proposal(meeting=meeting, proposal=third, state="record", version=2, by=clerk, at=AT)
    return meeting, first


def _plant_notice(county: str, case: object, account: object) -> object:
    """A notice of somebody who is no visitor."""
    from xuezheng.notices.models import Notice

    return Notice.objects.create(
        reader=account, county=county, kind="urged", subject_kind="case", subject_id=str(case.pk), at=AT,
        params={"number": f"{SECRET[county]}号"},
    )  # fmt: skip


def _plant_robot(county: str, account: object) -> tuple[object, object]:
    """A robot with its sealed address, and a message to somebody that failed."""
    from xuezheng.notices.models import Outgoing, Robot
    from xuezheng.notices.sealing import seal

    word = SECRET[county]
    robot = Robot.objects.create(
        county_id=county, name=f"{word}群", kind="webhook", host="robots.example.org", told_until=AT, changed_by=account,
        sealed=seal({"address": f"https://robots.example.org/{county}00/hook", "secret": "planted"}), changed_at=AT,
    )  # fmt: skip
    message = Outgoing.objects.create(
        key=f"mail:{account.pk}:planted", county=county, purpose="daily", account=account, counts={"urged": 1},
        state="failed", created_at=AT, run_after=AT, failure_code="message_without_address",
    )  # fmt: skip
    return robot, message


def _plant_agenda(county: str, meeting: object) -> tuple[object, object, object]:
    """An item, somebody invited, a paper for all who see the county's cases, and a restricted one for nobody else."""
    from xuezheng.meetings.actions.agenda import ItemGiven, add_item
    from xuezheng.meetings.actions.attendance import Invited, invite
    from xuezheng.meetings.actions.papers import PaperGiven, add_paper
    from xuezheng.people.access import reach_of
    from xuezheng.people.models import Account
    from xuezheng.register.models import County
    from xuezheng.standards.evidence_store import keep_file

    word = SECRET[county]
    clerk = reach_of(Account.objects.get(login=f"supervising-{county}"), AT.date())
    item = add_item(
        meeting=meeting,
        item=ItemGiven(kind="hear", title=f"{word}议题"),
        version=meeting.version,
        by=clerk,
        at=AT,
    )
    (invitee,) = invite(meeting=meeting, invited=[Invited(name=f"{word}客")], version=meeting.version, by=clerk, at=AT)
    home = County.objects.get(code=county)
    papers = [
        add_paper(
            county=home, meeting=meeting, by=clerk, at=AT,
            given=PaperGiven(
                title=title, is_restricted=is_restricted, file=keep_file(f"{title}.pdf", [b"%PDF-1.7 " + title.encode()]),
            ),
        )
        for title, is_restricted in ((f"{word}材料", False), (HIDDEN, True))
    ]  # fmt: skip
    return item, invitee, papers[0]


def recorder_number() -> int:
    from xuezheng.ledger.queries import get_head

    return get_head()[0]


def _plant_figures(county: str, evaluation: object) -> None:
    from xuezheng.register.models import SchoolYear
    from xuezheng.standards.models import StoredFinding

    marked = OTHER_SCHOOL if county == HOME else SCHOOL
    for year in SchoolYear.objects.filter(county=county, school_code=marked):
        year.facts["books"] = BOOKS[county]
        year.save()
    finding = StoredFinding.objects.filter(evaluation=evaluation, subject=marked).first()
    finding.value = float(BOOKS[county])
    finding.save()


def make_visitor(name: str, visitor: Visitor):
    """Make a visitor's account; None for a stranger."""
    from xuezheng.people.models import Account

    if not visitor.signed_in:
        return None
    if not visitor.role:
        return Account.objects.create(login=name, name="无职务者", created_at=AT)
    unit = organisation(visitor.kind, visitor.county, visitor.code, COUNTY_NAMES.get(visitor.county, "全市"))
    return person(name, visitor.role, unit, name="来访者")


def forbidden_to(visitor: Visitor) -> set[str]:
    """The words and figures that no answer to a visitor may hold."""
    words: set[str] = {HIDDEN}
    for county in (HOME, OTHER):
        if holds_county(visitor, county):
            continue
        words.add(SECRET[county])
        if visitor.county != county:
            words |= {COUNTY_NAMES[county], str(BOOKS[county]), f"{county}00"}
        elif county == HOME:
            words |= _schools_beyond(visitor)
    return words


def _schools_beyond(visitor: Visitor) -> set[str]:
    from xuezheng.register.models import School

    words = set()
    for school in School.objects.filter(county=HOME):
        if not holds_school(visitor, HOME, school.school_code, school.township_code):
            words |= {school.name, school.school_code}
    if not holds_school(visitor, HOME, OTHER_SCHOOL, f"{HOME}004"):
        words.add(str(BOOKS[HOME]))
    return words


def text_of(answer) -> str:
    """Everything that an answer says, thousands separators taken out: pages, JSON, and what lies in zipped files."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = _unzipped(content) if content[:2] == b"PK" else content.decode("utf-8", "replace")
    if content[:4] == b"%PDF" and len(content) > 200:
        text = _pdf_text(content)
    if "\\u" in text:
        text += re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"(?<=\d)[,  \u202f\u00a0](?=\d)", "", text)


def _unzipped(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
    return "\n".join(_unzipped(part) if part[:2] == b"PK" else part.decode("utf-8", "replace") for part in parts)


def _pdf_text(content: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


__all__ = ["VISITORS", "forbidden_to", "make_visitor", "plant", "text_of"]
