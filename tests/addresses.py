"""Every address of the office in one table: its door, written down a second time by hand, and how to try it.

A new address that is not in the table fails `tests/architecture/test_doors.py`. The tests of access, of query counts
and of the pages in a browser all walk this table. What a row says is what must hold, not what the code says: rights and
areas are worked out here anew (`expected_status`), so that a wrong door in the code is found.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from world import HOME, OTHER

SCHOOL, SCHOOL_TOWNSHIP = "2150000001", "509901001"
OTHER_SCHOOL, OTHER_SCHOOL_TOWNSHIP = "2150000003", "509901004"
STANDARD, INDICATOR, JUDGED = "cn-compulsory-2017", "R1", "G1"

Kwargs = Callable[[SimpleNamespace], Mapping[str, object]]


def nothing(_place: SimpleNamespace) -> dict[str, object]:
    return {}


@dataclass(frozen=True)
class Address:
    """One address. `door` and `right` say who may come in; `kwargs` gives its parts for the records of one county.

    `get` and `post` are the statuses for those who may (none: that method is not for this address). `queries` are the
    query strings to try, `grows` names the rows (`growth.py`) of a list page, `page` whether people look at it.
    `writes` is the right that writing needs where it is another than the door's; `school_in` is the part of the address
    that names a school, or the township of one, which a visitor must reach, too; `samples` says that the
    page shows made-up names for everybody. At a signed-in door `holders` is the right that opens the record, and
    `barred` the right whose holders see the record and are refused what this address does with it.
    """

    door: str
    right: str = ""
    kwargs: Kwargs = nothing
    get: tuple[int, ...] = (200,)
    post: tuple[int, ...] = ()
    data: Kwargs = nothing
    queries: tuple[str, ...] = ("",)
    grows: str = ""
    page: bool = True
    writes: str = ""
    school_in: str = ""
    holders: str = ""
    barred: str = ""
    samples: bool = False
    call: bool = False


def in_county(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county}


def in_school(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "school": SCHOOL}


def in_standard(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "standard": STANDARD}


def in_indicator(place: SimpleNamespace) -> dict[str, object]:
    return in_standard(place) | {"indicator": INDICATOR}


def of_school(place: SimpleNamespace) -> dict[str, object]:
    return in_indicator(place) | {"subject": SCHOOL}


def in_township(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "township": place.county + SCHOOL_TOWNSHIP[6:]}


def of_import(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "number": place.delivery.pk}


def of_report(place: SimpleNamespace) -> dict[str, object]:
    return of_import(place) | {"place": 0}


def of_job(place: SimpleNamespace) -> dict[str, object]:
    return {"job": place.job.pk}


def of_judged_item(place: SimpleNamespace) -> dict[str, object]:
    return in_standard(place) | {"indicator": JUDGED}


def of_evidence(place: SimpleNamespace) -> dict[str, object]:
    return in_standard(place) | {"number": place.evidence.pk}


def of_map(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "version": str(place.evaluation.pk)}


def of_account(place: SimpleNamespace) -> dict[str, object]:
    return {"account": place.account.pk}


def of_appointment(place: SimpleNamespace) -> dict[str, object]:
    return {"appointment": place.appointment.pk}


def of_organisation(place: SimpleNamespace) -> dict[str, object]:
    return {"organisation": place.section.pk}


def of_approval(place: SimpleNamespace) -> dict[str, object]:
    return {"approval": place.approval.pk}


def of_case(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "case": place.case.pk}


def of_bulk(place: SimpleNamespace) -> dict[str, object]:
    return in_county(place) | {"bulk": place.bulk.pk}


def of_case_step(place: SimpleNamespace) -> dict[str, object]:
    return of_case(place) | {"step": "urge"}


def of_case_evidence(place: SimpleNamespace) -> dict[str, object]:
    return of_case(place) | {"number": place.case_evidence.pk}


def of_duty_round(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "number": place.duty_report.round_id}


def of_duty_report(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "report": place.duty_report.pk}


def of_supervision_paper(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "paper": place.paper.pk}


def of_week(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "week": "2026-W10"}


def of_unit(place: SimpleNamespace) -> dict[str, object]:
    return {"unit": place.section.pk}


def of_meeting(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "meeting": place.meeting.pk}


def of_document(place: SimpleNamespace) -> dict[str, object]:
    return of_meeting(place) | {"kind": "minutes"}


def of_item(place: SimpleNamespace) -> dict[str, object]:
    return of_meeting(place) | {"item": place.item.pk}


def of_paper(place: SimpleNamespace) -> dict[str, object]:
    return {"paper": place.meeting_paper.pk}


def of_invitee(place: SimpleNamespace) -> dict[str, object]:
    return of_meeting(place) | {"invitee": place.invitee.pk}


def of_proposal(place: SimpleNamespace) -> dict[str, object]:
    return of_meeting(place) | {"proposal": place.proposal.pk}


def of_proposal_step(place: SimpleNamespace) -> dict[str, object]:
    return of_proposal(place) | {"step": "drop"}


def posted(door: str, right: str = "", kwargs: Kwargs = nothing, **more: object) -> Address:
    """An address that is only written to."""
    more = {"get": (), "post": (200, 302, 400), "page": False} | more
    return Address(door, right, kwargs, **more)


ADDRESSES: dict[str, Address] = {
    # cockpit
    "home": Address("signed-in", get=(200, 302), page=False),
    "cockpit": Address("county", "view_county", in_county, grows="findings"),
    "cockpit-map": Address("county", "view_county", of_map, page=False),
    # standards
    "standards": Address("county", "view_county", in_county, grows="evaluations"),
    "standard": Address("county", "view_county", in_standard, queries=("", "?year=2024")),
    "indicator": Address("part-of-county", "view_schools", in_indicator, queries=("", "?year=2024"), grows="findings"),
    "explanation": Address("part-of-county", "view_schools", of_school, school_in="subject"),
    "balance-chart": Address(
        "county", "view_county", in_standard, queries=("?stage=primary",), get=(200, 404), page=False
    ),
    "standard-rules": Address("county", "view_county", in_standard),
    "indicator-chart": Address("county", "view_county", in_indicator, page=False),
    "indicator-export": Address(
        "part-of-county", "view_schools", in_indicator, queries=("", "?form=csv"), page=False, grows="findings"
    ),
    "what-if": Address("county", "explore_what_if", in_standard, post=(200,)),
    "judged-items": Address("county", "view_county", in_standard, grows="judged"),
    "judged-item": Address(
        "county", "view_county", of_judged_item, post=(302, 400), writes="judge_items", grows="judged"
    ),
    "evidence": Address("county", "view_county", of_evidence, page=False),
    "self-assessment": Address(
        "county", "view_county", in_standard, post=(302, 400), data=lambda _: {"step": "sign"}, writes="sign_assessment"
    ),
    "self-assessment-document": Address("county", "view_county", in_standard, page=False),
    # register
    "schools": Address("part-of-county", "view_schools", in_county, grows="schools"),
    "schools-export": Address(
        "part-of-county", "view_schools", in_county, queries=("", "?format=csv"), page=False, grows="schools"
    ),
    "school": Address("school", "view_schools", in_school, grows="evaluations"),
    "map": Address("part-of-county", "view_schools", in_county, grows="schools"),
    "map-points": Address(
        "part-of-county", "view_schools", in_county, queries=("", "?zoom=19"), page=False, grows="schools"
    ),
    "map-outlines": Address("part-of-county", "view_schools", in_county, page=False),
    "townships": Address("part-of-county", "view_schools", in_county, grows="townships"),
    "township": Address("part-of-county", "view_schools", in_township, school_in="township", grows="schools"),
    "search": Address(
        "part-of-county", "view_schools", in_county, queries=("?q=小学", "?q=xx", "?q=2150000003", ""), grows="schools"
    ),
    "dictionary": Address("right", "view_schools", queries=("", "?q=班", "?table=stage_year")),
    "snapshots": Address("county", "view_schools", in_county, grows="evaluations"),
    "import-counties": Address("right", "import_register", get=(200, 302), post=(302, 404), page=False),
    "imports": Address("county", "import_register", in_county, post=(200, 400), grows="imports"),
    "import": Address("county", "import_register", of_import, queries=("", "?grade=warning"), grows="faults"),
    "import-progress": Address("county", "import_register", of_import, page=False),
    "import-accept": posted("county", "import_register", of_import),
    "import-recheck": posted("county", "import_register", of_import),
    "import-discard": posted("county", "import_register", of_import),
    "import-report": Address("county", "import_register", of_report, page=False),
    # cases
    "work": Address("signed-in", grows="cases"),
    "unit-cases": Address(
        "signed-in", "", of_unit, holders="view_cases", queries=("", "?format=xlsx", "?q=哨兵"), grows="cases"
    ),
    "cases": Address(
        "county",
        "view_cases",
        in_county,
        queries=(
            "",
            "?format=xlsx",
            "?q=哨兵",
            "?light=late&state=open",
            "?q=哨兵&year=2026&kind=decision&state=receiving",
        ),
        grows="cases",
    ),
    "supervision-figures": Address(
        "county", "view_cases", in_county, queries=("", "?kind=hazard&year=2026"), grows="cases"
    ),
    "unit-duty-report": Address(
        "signed-in",
        "",
        of_unit,
        holders="view_cases",
        queries=("", "?format=docx", "?from=2026-01-01&to=2026-12-31", "?from=2026-12-31&to=昨天"),
        grows="cases",
    ),
    "duty-reports": Address(
        "county", "view_cases", in_county, queries=("", "?from=2025-01-01&to=2025-12-31"), grows="cases"
    ),
    "draft-paper": Address(
        "county",
        "supervise_cases",
        of_case,
        post=(200,),
        data=lambda _: {"kind": "order", "issuer": "party_supervision", "do": "preview"},
        queries=("", "?kind=order"),
    ),
    "supervision-papers": Address("county", "supervise_cases", in_county, grows="papers"),
    "supervision-paper": Address("county", "supervise_cases", of_supervision_paper, post=(400,)),
    "supervision-paper-document": Address("county", "supervise_cases", of_supervision_paper, page=False),
    "duty-rounds": Address("county", "view_cases", in_county, grows="duty_rounds"),
    "ask-duty-reports": Address("county", "supervise_cases", in_county, post=(400,)),
    "duty-round": Address(
        "county", "view_cases", of_duty_round, queries=("", "?format=docx", "?format=xlsx"), grows="duty_reports"
    ),
    "duty-sections": Address(
        "county", "view_cases", of_duty_round, queries=("", "?section=next"), grows="duty_reports"
    ),
    "withdraw-duty-round": Address("county", "supervise_cases", of_duty_round, post=(400,)),
    "duty-report": Address("signed-in", "", of_duty_report, holders="view_cases"),
    "compose-duty-report": Address("signed-in", "", of_duty_report, barred="view_cases", post=(302, 400), page=False),
    "write-duty-report": Address("signed-in", "", of_duty_report, barred="view_cases", post=(302, 400), page=False),
    "sign-duty-report": Address("signed-in", "", of_duty_report, barred="view_cases", post=(302, 400), page=False),
    "return-duty-report": Address(
        "signed-in", "", of_duty_report, holders="supervise_cases", barred="view_cases", post=(400,)
    ),
    "duty-report-document": Address("signed-in", "", of_duty_report, holders="view_cases", page=False),
    "hand-out-many": Address("county", "supervise_cases", in_county, post=(400,), grows="cases"),
    "forced-cases": Address("county", "view_cases", in_county, grows="cases"),
    "case-bulks": Address("county", "view_cases", in_county, grows="meetings"),
    "case-bulk": Address("county", "view_cases", of_bulk, post=(302, 400), writes="supervise_cases"),
    "case-ledger-export": Address("signed-in", "", of_job, get=(404,), page=False),
    "open-sub-case": Address("county", "open_cases", of_case, post=(400,)),
    "name-reader": posted("signed-in", "", of_case, holders="view_cases", post=(302,)),
    "strike-reader": posted(
        "signed-in", "", lambda place: of_case(place) | {"account": place.account.pk}, holders="view_cases", post=(404,)
    ),
    "open-case": Address("county", "open_cases", in_county, post=(400,)),
    "open-many-cases": Address("county", "open_cases", in_county, post=(400,)),
    "case": Address("signed-in", "", of_case, holders="view_cases"),
    "case-step": posted("signed-in", "", of_case_step, holders="view_cases", post=(302, 400)),
    "case-evidence": Address("signed-in", "", of_case_evidence, holders="view_cases", page=False),
    # meetings
    "meetings": Address("county", "view_cases", in_county, grows="meetings"),
    "new-meeting": Address("county", "manage_meetings", in_county, post=(400,)),
    "plan-meeting": Address("county", "manage_meetings", in_county, post=(400,)),
    "meeting": Address("county", "view_cases", of_meeting, grows="proposals"),
    "clauses": Address("county", "view_cases", in_county, samples=True),
    "agenda": Address("county", "view_cases", in_county, grows="cases"),
    "agenda-document": Address("county", "view_cases", in_county, page=False, grows="cases"),
    "meeting-document": Address("county", "view_cases", of_document, page=False, grows="proposals"),
    "meetings-calendar": Address(
        "county", "view_cases", in_county, queries=("?month=2026-02", "", "?year=2026", "?month=x"), grows="meetings"
    ),
    "meetings-calendar-file": Address(
        "county", "view_cases", in_county, queries=("?year=2026", ""), page=False, grows="meetings"
    ),
    "meeting-step": posted(
        "county", "manage_meetings", lambda place: of_meeting(place) | {"step": "notice-sent"}, post=(302,)
    ),
    "cancel-meeting": Address("county", "manage_meetings", of_meeting, post=(400,)),
    "number-document": posted(
        "county", "manage_meetings", lambda place: of_meeting(place) | {"document": "minutes"}, post=(302,)
    ),
    "meeting-agenda": Address(
        "county", "view_cases", of_meeting, post=(400,), writes="manage_meetings", grows="agenda_items"
    ),
    "collect-agenda": Address("county", "manage_meetings", of_meeting, post=(302,), grows="cases"),
    "agenda-item": Address("county", "manage_meetings", of_item, post=(400,)),
    "agenda-item-step": posted("county", "manage_meetings", lambda place: of_item(place) | {"step": "up"}, post=(302,)),
    "attendance": Address("county", "view_cases", of_meeting, post=(400,), writes="manage_meetings", grows="invitees"),
    "invite": posted("county", "manage_meetings", of_meeting, post=(400,)),
    "invite-named": posted("county", "manage_meetings", of_meeting, post=(302,)),
    "uninvite": posted("county", "manage_meetings", of_invitee, post=(302,)),
    "attach-original": Address("county", "manage_meetings", of_meeting, post=(400,)),
    "meeting-differences": Address("county", "manage_meetings", of_meeting, post=(302,)),
    "meeting-papers": Address(
        "county", "view_cases", of_meeting, post=(400,), writes="manage_meetings", grows="meeting_papers"
    ),
    "county-papers": Address(
        "county", "view_cases", in_county, queries=("", "?state=submitted"), grows="meeting_papers"
    ),
    "paper": Address("signed-in", "", of_paper, holders="view_cases"),
    "paper-file": Address(
        "signed-in", "", lambda place: of_paper(place) | {"number": 1}, holders="view_cases", page=False
    ),
    "paper-step": posted(
        "signed-in", "", lambda place: of_paper(place) | {"step": "submit"}, holders="view_cases", post=(302, 403)
    ),
    "my-papers": Address("signed-in"),
    # Only people of the very unit: no visitor is one.
    "unit-papers": Address("signed-in", "", of_unit, post=(400,), page=False),
    "meeting-record": Address("county", "manage_meetings", of_meeting, post=(400,)),
    "meeting-original": Address("county", "view_cases", of_meeting, page=False),
    "proposals": Address("county", "manage_meetings", of_meeting, post=(400,), grows="proposals"),
    "proposal": Address("county", "manage_meetings", of_proposal, post=(400,)),
    "split-proposal": posted("county", "manage_meetings", of_proposal, post=(400,)),
    "proposal-step": posted("county", "manage_meetings", of_proposal_step, post=(302,)),
    # notices
    "notices": Address("signed-in", queries=("", "?show=unread"), grows="notices"),
    "notice": Address("signed-in", "", lambda place: {"notice": place.notice.pk}, get=(302,), page=False),
    "read-notices": posted("signed-in", post=(302,)),
    "notice-wishes": Address("signed-in", post=(400,)),
    "weekly-digests": Address("county", "view_cases", in_county, get=(302,), page=False),
    "weekly-digest": Address("county", "view_cases", of_week, queries=("", "?format=docx"), grows="cases"),
    "outgoing": Address("right", "manage_outgoing", queries=("", "?state=failed"), grows="messages"),
    "new-robot": Address("right", "manage_outgoing", post=(400,)),
    "robot": Address("right", "manage_outgoing", lambda place: {"robot": place.robot.pk}, post=(400,)),
    "robot-step": posted(
        "right", "manage_outgoing", lambda place: {"robot": place.robot.pk, "step": "stop"}, post=(302,)
    ),
    "try-mail": posted("right", "manage_outgoing", post=(400,)),
    "repeat-message": posted("right", "manage_outgoing", lambda place: {"message": place.message.pk}, post=(302, 400)),
    # people
    "sign-in": Address("public", post=(200, 400)),
    "sign-in-code": Address("public", get=(200, 302), post=(200, 302, 400), page=False),
    "identity-sign-in": Address("public", get=(302, 404), page=False),
    "identity-callback": Address("public", get=(302, 404), page=False),
    "sign-out": posted("public"),
    "my-account": Address("signed-in", post=(302, 400)),
    "change-password": Address("signed-in", post=(302, 400)),
    "my-sessions": Address("signed-in"),
    "end-other-sessions": posted("signed-in"),
    "end-session": posted("signed-in", "", lambda place: {"session": place.session.pk}),
    "my-tokens": Address("signed-in", post=(200, 400)),
    "revoke-token": posted("signed-in", "", lambda place: {"token": place.token.pk}),
    "second-factor": Address("signed-in"),
    "begin-second-factor": posted("signed-in"),
    "second-factor-picture": Address("signed-in", get=(200, 404), page=False),
    "confirm-second-factor": posted("signed-in"),
    "backup-codes": Address("signed-in", get=(200, 302), post=(302,), page=False),
    "remove-second-factor": Address("signed-in", get=(200, 302), post=(302,), page=False),
    "people": Address("right", "manage_people", queries=("", "?q=王", "?state=all"), grows="people"),
    "new-account": Address("right", "manage_people", post=(400,)),
    "many-accounts": Address("right", "manage_people", post=(400,)),
    "roster-template": Address("right", "manage_people", page=False),
    "school-accounts": posted("right", "manage_people", data=lambda place: {"county": place.county}, post=(200, 404)),
    "slips-workbook": posted("right", "manage_people"),
    "export-people": Address("right", "export_people", post=(200, 302, 400)),
    "account": Address("right", "manage_people", of_account),
    "reset-password": Address("right", "manage_people", of_account, post=(400,)),
    "close-account": Address("right", "manage_people", of_account, post=(400,)),
    "link-identity": posted("right", "manage_people", of_account),
    "drop-second-factor": Address("right", "manage_people", of_account, post=(400,)),
    "sign-out-everywhere": posted("right", "manage_people", of_account),
    "appoint": Address("right", "manage_people", of_account, post=(400,)),
    "hand-over": Address("right", "manage_people", of_account, post=(400,)),
    "erase-person": Address("right", "manage_people", of_account, get=(400,), post=(400,), page=False),
    "appoint-deputy": Address("right", "manage_people", of_appointment, post=(400,)),
    "end-appointment": Address("right", "manage_people", of_appointment, post=(400,)),
    "organisations": Address("right", "manage_people", grows="organisations"),
    "new-organisation": Address("right", "manage_people", post=(400,)),
    "organisation": Address("right", "manage_people", of_organisation),
    "change-organisation": Address("right", "manage_people", of_organisation, post=(400,)),
    "move-organisation": Address("right", "manage_people", of_organisation, post=(400,)),
    "close-organisation": Address("right", "manage_people", of_organisation, post=(400,)),
    "approvals": Address("signed-in", grows="approvals"),
    "approval": Address("right", "approve", of_approval, post=(302, 400)),
    "withdraw-approval": posted("signed-in", "", of_approval),
    # audit
    "audit": Address(
        "right", "read_audit", queries=("", "?who=王", "?action=people.sign_in&since=2026-01-01"), grows="events"
    ),
    "event": Address("right", "read_audit", lambda place: {"number": place.event}),
    "verify-ledger": posted("right", "read_audit"),
    "export-audit": posted("right", "read_audit"),
    "export-audit-in-full": Address("right", "read_audit", post=(400,)),
    "retention": Address("signed-in"),
    # operations
    "health": Address("public", page=False),
    "ready": Address("public", get=(200, 503), page=False),
    "jobs": Address("signed-in", grows="jobs"),
    "job": Address("signed-in", "", of_job, page=False),
    "cancel-job": posted("signed-in", "", of_job),
    "retry-job": posted("signed-in", "", of_job),
    "operations": Address("right", "view_operations", queries=("", "?state=queued"), grows="jobs"),
    "office-job": Address("right", "view_operations", of_job),
    "cancel-office-job": posted("right", "view_operations", of_job),
    "retry-office-job": posted("right", "view_operations", of_job),
    # api
    "api-schema": Address("signed-in", page=False, call=True),
    "api-me": Address("signed-in", page=False, call=True),
    "api-read-bulletin": posted("county", "view_cases", in_county, post=(400,), call=True),
    "api-cases": Address(
        "county", "view_cases", in_county, queries=("", "?q=哨兵", "?light=late"), page=False, grows="cases", call=True
    ),
    "api-case": Address("signed-in", "", of_case, holders="view_cases", page=False, call=True),
    # design
    "style": Address("signed-in", samples=True),
    "style-chart": Address("signed-in", page=False, samples=True),
    "choose-language": posted("public", data=lambda _: {"language": "en", "next": "/"}),
}


@dataclass(frozen=True)
class Visitor:
    """Somebody who tries addresses: the role that they hold, and where."""

    role: str = ""
    kind: str = ""
    county: str = ""
    code: str = ""
    signed_in: bool = True


VISITORS: dict[str, Visitor] = {
    "stranger": Visitor(signed_in=False),
    "without_appointment": Visitor(),
    "head": Visitor("school_head", "school", HOME, SCHOOL),
    "head_of_another_school": Visitor("school_head", "school", HOME, OTHER_SCHOOL),
    "head_in_another_county": Visitor("school_head", "school", OTHER, SCHOOL),  # the same school code over there
    "township": Visitor("township_officer", "township", HOME, SCHOOL_TOWNSHIP),
    "another_township": Visitor("township_officer", "township", HOME, OTHER_SCHOOL_TOWNSHIP),
    "reader": Visitor("leader", "county", HOME, HOME),
    "planner": Visitor("planner", "county", HOME, HOME),
    "statistician": Visitor("statistician", "county", HOME, HOME),
    "section_officer": Visitor("section_officer", "county", HOME, HOME),
    "office": Visitor("office", "county", HOME, HOME),
    "administrator": Visitor("administrator", "county", HOME, HOME),
    "auditor": Visitor("auditor", "county", HOME, HOME),
    "statistician_of_another_county": Visitor("statistician", "county", OTHER, OTHER),
    "office_of_another_county": Visitor("office", "county", OTHER, OTHER),
    "auditor_of_another_county": Visitor("auditor", "county", OTHER, OTHER),
    "city": Visitor("leader", "city", "", "500000"),
}

# Who may do what, written again by hand: a right that slips into a role is found here.
_READERS = {"leader", "planner", "statistician", "section_officer", "office", "auditor", "supervision_head"}
MAY: dict[str, set[str]] = {
    "view_county": _READERS,
    "view_schools": _READERS | {"township_officer", "school_head", "school_collector", "duty_inspector"},
    "explore_what_if": {"planner", "statistician", "section_officer", "office"},
    "import_register": {"statistician"},
    "judge_items": {"statistician", "section_officer"},
    "sign_assessment": {"statistician", "section_officer", "office"},
    "request_unlock": {"statistician", "office"},
    "manage_people": {"administrator", "office"},
    "export_people": {"administrator", "office"},
    "approve": {"administrator", "office"},
    "read_audit": {"auditor"},
    "view_operations": {"administrator", "office", "statistician"},
    "manage_outgoing": {"administrator"},
    "view_cases": {"office", "leader", "section_officer", "auditor", "supervision_head"},
    "open_cases": {"office", "section_officer", "supervision_head"},
    "supervise_cases": {"office", "supervision_head"},
    "handle_cases": {"section_officer", "township_officer", "school_head", "unit_officer", "unit_head"},
    "sign_duty_reports": {"school_head", "unit_head"},
    "verify_cases": {"office", "section_officer", "duty_inspector", "supervision_head"},
    "force_close_cases": {"supervision_head"},
    "manage_meetings": {"office"},
}

LEVELS = {"school": 1, "township": 2, "county": 3, "city": 4}


def holds_county(visitor: Visitor, county: str) -> bool:
    """Whether a visitor's appointment covers a whole county."""
    return visitor.kind == "city" or (visitor.kind == "county" and visitor.county == county)


def holds_school(visitor: Visitor, county: str, school: str, township: str) -> bool:
    """Whether a visitor's appointment covers a school; `township` is the school's."""
    return (
        holds_county(visitor, county)
        or (visitor.kind == "township" and visitor.county == county and visitor.code == township)
        or (visitor.kind == "school" and (visitor.county, visitor.code) == (county, school))
    )


def expected_status(
    address: Address,
    visitor: Visitor,
    county: str,
    kwargs: Mapping[str, object],
    allowed: int,
    *,
    writing: bool = False,
) -> int:
    """The status that a visitor must get at an address about a county's records: `allowed` where they may come in."""
    may = visitor.role in MAY.get(address.right, ())
    if writing and address.writes:
        may = may and visitor.role in MAY[address.writes]
    if address.door == "public":
        return allowed
    if not visitor.signed_in:
        return 401 if address.call else 302
    if address.door == "signed-in":
        is_held = bool(address.holders) and visitor.role in MAY[address.holders] and holds_county(visitor, county)
        if not is_held and visitor.role in MAY.get(address.barred, ()) and holds_county(visitor, county):
            return 403
        return allowed if not kwargs or is_held else 404
    if address.door == "right":
        if not may:
            return 403
        return allowed if not kwargs or holds_county(visitor, county) else 404
    if address.door == "county":
        inside = holds_county(visitor, county)
    elif address.door == "part-of-county":
        inside = holds_county(visitor, county) or (visitor.county == county and visitor.kind in ("township", "school"))
    else:
        township = county + SCHOOL_TOWNSHIP[6:]
        inside = holds_school(visitor, county, str(kwargs["school"]), township)
    if inside and address.school_in:
        school = SCHOOL if address.school_in == "township" else str(kwargs[address.school_in])
        inside = holds_school(visitor, county, school, county + SCHOOL_TOWNSHIP[6:])
    return 404 if not inside else allowed if may else 403
