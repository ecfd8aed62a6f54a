"""Office documents of meetings: the list of decisions, the notice, the minutes, the next agenda as a draft."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import BinaryIO

from xuezheng.cases.models import Case
from xuezheng.cases.queries.ledger import light_of_row
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.catalogue.standard import load_standard
from xuezheng.documents.office import OfficialDocument
from xuezheng.kernel.work_calendar import last_day
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.meetings.queries.agenda import Agenda, Listed
from xuezheng.standards.report.wording import Wording

_WIDTHS_MM = (10.0, 32.0, 50.0, 24.0, 22.0, 18.0)
_AGENDA_MM = (34.0, 62.0, 26.0, 16.0, 18.0)
_TURNED_MM = (42.0, 62.0, 20.0, 16.0, 16.0)


class _Paper:
    """What all these documents share: their words, days and cases as people write them."""

    def __init__(self, language: str, at: datetime) -> None:
        self.language, self.at = language, at

    def say(self, name: str, **filled: object) -> str:
        return load_meeting_words().say(name, self.language, **filled)

    def day(self, on: date | None) -> str:
        if on is None:
            return "—"
        return f"{on.year}年{on.month}月{on.day}日" if self.language == "zh" else on.isoformat()

    def due(self, case: Case) -> str:
        return last_day(case.due_at).isoformat() if case.due_at else "—"

    def progress(self, case: Case) -> str:
        state = load_kinds()[case.kind].states[case.state].title.in_language(self.language)
        return f"{state}，{self.light(case)}" if self.language == "zh" else f"{state}, {self.light(case)}"

    def light(self, case: Case) -> str:
        return light_of_row(case, self.at)[2].title.in_language(self.language)

    def lead(self, case: Case) -> str:
        return case.lead_unit.name if case.lead_unit else "—"


def write_decisions(
    meeting: Meeting, proposals: Sequence[Proposal], out: BinaryIO, *, language: str, at: datetime
) -> None:
    """Write the list of a meeting's decisions with their numbers, units, limits and how far they are."""
    paper = _Paper(language, at)
    document = OfficialDocument(paper.say("decisions_title", title=_name(meeting)), language=language)
    decided = _decided(proposals)
    if not decided:
        document.text(paper.say("no_decisions"))
    else:
        head = [paper.say(name) for name in ("number", "case_number", "what", "lead", "due", "progress")]
        rows = [
            [str(number), case.number, case.title, paper.lead(case), paper.due(case), paper.progress(case)]
            for number, (_, case) in enumerate(decided, start=1)
        ]
        document.table(head, rows, _WIDTHS_MM)
    document.save(out)


def write_notice(
    meeting: Meeting, proposals: Sequence[Proposal], out: BinaryIO, *, language: str, at: datetime
) -> None:
    """Write the notice of a meeting; what its record does not tell is left open and marked."""
    del proposals
    paper = _Paper(language, at)
    document = OfficialDocument(paper.say("notice_title", title=_name(meeting)), language=language)
    document.placeholder(paper.say("notice_to"))
    opening = paper.say(
        "notice_opening", title=_name(meeting),
        day=paper.day(meeting.held_on) if meeting.held_on else paper.say("notice_no_day"),
        place=meeting.place or paper.say("notice_no_place"),
    )  # fmt: skip
    (document.text if meeting.held_on and meeting.place else document.placeholder)(opening)
    document.heading(paper.say("notice_agenda"))
    items = [
        f"{paper.say(kind)}：{item}" if language == "zh" else f"{paper.say(kind)}: {item}"
        for kind, held in (("studied", meeting.studied), ("heard", meeting.heard), ("reviewed", meeting.reviewed))
        for item in held
    ]
    _texts(document, [f"{number}. {item}" for number, item in enumerate(items, 1)], paper.say("notice_no_agenda"))
    document.heading(paper.say("notice_people"))
    people = [_person(held) for held in meeting.attendees]
    _texts(document, ["、".join(people)] if people else [], paper.say("notice_no_people"))
    document.heading(paper.say("notice_demands"))
    document.placeholder(paper.say("notice_no_demands"))
    document.placeholder(paper.say("signature"), right=True)
    document.save(out)


def write_minutes(
    meeting: Meeting, proposals: Sequence[Proposal], out: BinaryIO, *, language: str, at: datetime
) -> None:
    """Write a draft of the minutes: what was studied, heard, reviewed and decided, and who was there."""
    paper = _Paper(language, at)
    document = OfficialDocument(paper.say("minutes_title", title=_name(meeting)), language=language)
    document.placeholder(paper.say("minutes_number"), right=True)
    chair = f"{meeting.chair_post}{meeting.chair}" if language == "zh" else meeting.chair
    opening = paper.say(
        "minutes_opening", title=_name(meeting),
        day=paper.day(meeting.held_on) if meeting.held_on else paper.say("notice_no_day"),
        chair=chair or paper.say("minutes_no_chair"),
    )  # fmt: skip
    (document.text if meeting.held_on and chair else document.placeholder)(opening)
    for name in ("studied", "heard", "reviewed"):
        if held := getattr(meeting, name):
            document.heading(paper.say(name))
            _texts(document, held, "")
    document.heading(paper.say("decided"))
    decided = [
        paper.say("decided_item", what=case.title, number=case.number, lead=paper.lead(case), due=paper.due(case))
        for _, case in _decided(proposals)
    ]
    _texts(document, [f"{number}. {item}" for number, item in enumerate(decided, 1)], paper.say("no_decisions"))
    if record := [held.text for held in proposals if held.state == Proposal.State.RECORD]:
        document.heading(paper.say("for_record"))
        _texts(document, record, "")
    if meeting.attendees:
        document.heading(paper.say("present"))
        document.text("、".join(_person(held) for held in meeting.attendees))
    document.placeholder(paper.say("signature"), right=True)
    document.save(out)


DOCUMENTS: dict[str, Callable[..., None]] = {
    "decisions": write_decisions, "notice": write_notice, "minutes": write_minutes,
}  # fmt: skip
"""The documents of one meeting by name; each takes the meeting, its proposals, where to write, `language` and `at`."""


def write_agenda(county: str, agenda: Agenda, out: BinaryIO, *, language: str, at: datetime, on: date) -> None:
    """Write what the next meeting has to deal with as a draft; `county` is the county's name."""
    paper = _Paper(language, at)
    document = OfficialDocument(paper.say("agenda_title", county=county), language=language)
    document.text(paper.say("agenda_as_of", day=paper.day(on)))
    for name, listed in (("agenda_late", agenda.late), ("agenda_escalated", agenda.escalated)):
        document.heading(paper.say(name))
        _cases(document, listed, paper)
    document.heading(paper.say("agenda_turned"))
    words = Wording(language)
    if agenda.turned:
        head = [paper.say(name) for name in ("standard", "indicator", "years", "before", "after")]
        rows = [
            [held.standard_title.in_language(language), f"{held.indicator} {held.title.in_language(language)}",
             f"{held.years[0]}–{held.years[1]}", words.verdict(held.before), words.verdict(held.after)]
            for held in agenda.turned
        ]  # fmt: skip
        document.table(head, rows, _TURNED_MM)
    else:
        document.text(paper.say("agenda_none"))
    document.heading(paper.say("agenda_reviews"))
    reviews = [
        paper.say(
            "self_assessment", standard=load_standard(held.standard).title.in_language(language), year=held.school_year
        )
        for held in agenda.reviews
    ]
    _texts(document, reviews, paper.say("agenda_none"))
    document.save(out)


def _cases(document: OfficialDocument, listed: Listed, paper: _Paper) -> None:
    if not listed.cases:
        document.text(paper.say("agenda_none"))
        return
    head = [paper.say(name) for name in ("case_number", "what", "lead", "due", "progress")]
    rows = [[case.number, case.title, paper.lead(case), paper.due(case), paper.light(case)] for case in listed.cases]
    document.table(head, rows, _AGENDA_MM)
    if listed.is_more:
        document.text(paper.say("agenda_more", count=len(listed.cases)))


def _decided(proposals: Sequence[Proposal]) -> list[tuple[Proposal, Case]]:
    return [(held, held.case) for held in proposals if held.case is not None and not held.case.is_restricted]


def _texts(document: OfficialDocument, texts: Sequence[str], otherwise: str) -> None:
    for text in texts:
        document.text(text)
    if not texts and otherwise:
        document.placeholder(otherwise)


def _name(meeting: Meeting) -> str:
    """Return a meeting's name without what makes it a headline."""
    return meeting.title.strip().removesuffix("召开")


def _person(held: dict[str, str]) -> str:
    return f"{held['name']}（{held['post']}）" if held["post"] else held["name"]
