"""Office documents of meetings: notice, agenda, minutes, list of decisions, task table, the next agenda; all of them drafts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import BinaryIO

from xuezheng.cases.models import Case
from xuezheng.cases.queries.ledger import light_of_row
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.catalogue.standard import load_standard
from xuezheng.documents.office import OfficialDocument
from xuezheng.kernel.work_calendar import last_day
from xuezheng.meetings.engine.task_table import Task
from xuezheng.meetings.models import AgendaItem, Invitee, Meeting, Paper, Proposal
from xuezheng.meetings.queries.agenda import Agenda, Listed
from xuezheng.meetings.task_tables import write_document, write_workbook
from xuezheng.standards.report.wording import Wording

_WIDTHS_MM = (10.0, 32.0, 50.0, 24.0, 22.0, 18.0)
_AGENDA_MM = (34.0, 62.0, 26.0, 16.0, 18.0)
_TURNED_MM = (42.0, 62.0, 20.0, 16.0, 16.0)
_ITEMS_MM = (12.0, 24.0, 68.0, 34.0, 18.0)
# Items of the agenda and the lists of the record that say the same.
_KINDS = (("study", "studied"), ("hear", "heard"), ("review", "reviewed"))


@dataclass(frozen=True, slots=True)
class Content:
    """What the documents of a meeting are written from: its record, decisions, agenda, the invited, numbers, open papers."""

    meeting: Meeting
    proposals: Sequence[Proposal]
    items: Sequence[AgendaItem] = ()
    invitees: Sequence[Invitee] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
    papers: Sequence[Paper] = ()


class _Page:
    """What all these documents share: their words, days and cases as people write them."""

    def __init__(self, language: str, at: datetime) -> None:
        self.language, self.at = language, at

    def say(self, name: str, **filled: object) -> str:
        return load_meeting_words().say(name, self.language, **filled)

    def day(self, on: date | None) -> str:
        if on is None:
            return "—"
        return f"{on.year}年{on.month}月{on.day}日" if self.language == "zh" else on.isoformat()

    def when(self, meeting: Meeting) -> str:
        """Return day and hour of a meeting; empty where the day is open."""
        if meeting.held_on is None:
            return ""
        if meeting.begins_at is None:
            return self.day(meeting.held_on)
        return f"{self.day(meeting.held_on)}{'' if self.language == 'zh' else ' '}{meeting.begins_at:%H:%M}"

    @property
    def colon(self) -> str:
        """Between a head and what follows it."""
        return "：" if self.language == "zh" else ": "

    def joined(self, texts: Sequence[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(texts)

    def kind(self, kind: str) -> str:
        return load_meeting_words().item_kinds[kind].in_language(self.language)

    def role(self, role: str) -> str:
        return load_meeting_words().roles[role].in_language(self.language)

    def item(self, item: AgendaItem) -> str:
        unit = self.say("item_unit", unit=item.unit.name) if item.unit else ""
        minutes = self.say("item_minutes", minutes=item.minutes) if item.minutes else ""
        return self.say("item_line", kind=self.kind(item.kind), title=item.title) + unit + minutes

    def due(self, case: Case) -> str:
        return last_day(case.due_at).isoformat() if case.due_at else "—"

    def progress(self, case: Case) -> str:
        state = load_kinds()[case.kind].states[case.state].title.in_language(self.language)
        return f"{state}，{self.light(case)}" if self.language == "zh" else f"{state}, {self.light(case)}"

    def light(self, case: Case) -> str:
        return light_of_row(case, self.at)[2].title.in_language(self.language)

    def lead(self, case: Case) -> str:
        return case.lead_unit.name if case.lead_unit else "—"


def write_decisions(content: Content, out: BinaryIO, *, language: str, at: datetime) -> None:
    """Write the list of a meeting's decisions with their numbers, units, limits and how far they are."""
    page = _Page(language, at)
    document = OfficialDocument(page.say("decisions_title", title=_name(content.meeting)), language=language)
    decided = _decided(content.proposals)
    if not decided:
        document.text(page.say("no_decisions"))
    else:
        head = [page.say(name) for name in ("number", "case_number", "what", "lead", "due", "progress")]
        rows = [
            [str(number), case.number, case.title, page.lead(case), page.due(case), page.progress(case)]
            for number, (_, case) in enumerate(decided, start=1)
        ]
        document.table(head, rows, _WIDTHS_MM)
    document.save(out)


def write_notice(content: Content, out: BinaryIO, *, language: str, at: datetime) -> None:
    """Write the notice of a meeting; what its record does not tell is left open and marked."""
    page, meeting = _Page(language, at), content.meeting
    document = OfficialDocument(page.say("notice_title", title=_name(meeting)), language=language)
    _number(document, page, content.numbers.get("notice", ""), "notice_number_open")
    units = list(dict.fromkeys(_unit(held) for held in content.invitees if held.unit))
    if units:
        document.text(f"{page.joined(units)}{page.colon.rstrip()}", indent=0)
    else:
        document.placeholder(page.say("notice_to"))
    opening = page.say(
        "notice_opening", title=_name(meeting), day=page.when(meeting) or page.say("notice_no_day"),
        place=meeting.place or page.say("notice_no_place"),
    )  # fmt: skip
    (document.text if meeting.held_on and meeting.place else document.placeholder)(opening)
    document.heading(page.say("notice_agenda"))
    lines = [page.item(item) for item in content.items] or _items_of_record(meeting, page)
    _texts(document, [f"{number}. {line}" for number, line in enumerate(lines, 1)], page.say("notice_no_agenda"))
    document.heading(page.say("notice_people"))
    if content.invitees:
        for role in ("attends", "sits_in"):
            named = [_invited(held) for held in content.invitees if held.role == role]
            if named:
                document.text(f"{page.role(role)}{page.colon}{page.joined(named)}")
    else:
        people = [_person(held) for held in meeting.attendees]
        _texts(document, [page.joined(people)] if people else [], page.say("notice_no_people"))
    document.heading(page.say("notice_demands"))
    _texts(document, _demands(meeting, page), page.say("notice_no_demands"))
    document.placeholder(page.say("signature"), right=True)
    document.save(out)


def write_minutes(content: Content, out: BinaryIO, *, language: str, at: datetime) -> None:
    """Write a draft of the minutes: what was studied, heard, reviewed and decided, and who was there or not."""
    page, meeting = _Page(language, at), content.meeting
    document = OfficialDocument(page.say("minutes_title", title=_name(meeting)), language=language)
    _number(document, page, content.numbers.get("minutes", ""), "minutes_number")
    chair = f"{meeting.chair_post}{meeting.chair}" if language == "zh" else meeting.chair
    opening = page.say(
        "minutes_opening", title=_name(meeting), day=page.day(meeting.held_on) if meeting.held_on else page.say("notice_no_day"),
        chair=chair or page.say("minutes_no_chair"),
    )  # fmt: skip
    (document.text if meeting.held_on and chair else document.placeholder)(opening)
    for kind, name in _KINDS:
        held = getattr(meeting, name) or [item.title for item in content.items if item.kind == kind]
        if held:
            document.heading(page.say(name))
            _texts(document, held, "")
    document.heading(page.say("decided"))
    decided = [
        page.say("decided_item", what=case.title, number=case.number, lead=page.lead(case), due=page.due(case))
        for _, case in _decided(content.proposals)
    ]
    _texts(document, [f"{number}. {item}" for number, item in enumerate(decided, 1)], page.say("no_decisions"))
    if record := [held.text for held in content.proposals if held.state == Proposal.State.RECORD]:
        document.heading(page.say("for_record"))
        _texts(document, record, "")
    for name, people in _attendance(content, page):
        document.heading(page.say(name))
        document.text(page.joined(people))
    document.placeholder(page.say("signature"), right=True)
    document.save(out)


def write_meeting_agenda(content: Content, out: BinaryIO, *, language: str, at: datetime) -> None:
    """Write the agenda of one meeting: its items in order with who reports and how long, and the papers that all may see."""
    page, meeting = _Page(language, at), content.meeting
    document = OfficialDocument(page.say("meeting_agenda_title", title=_name(meeting)), language=language)
    when = page.say(
        "meeting_agenda_when", day=page.when(meeting) or page.say("notice_no_day"),
        place=meeting.place or page.say("notice_no_place"), chair=meeting.chair or page.say("minutes_no_chair"),
    )  # fmt: skip
    (document.text if meeting.held_on and meeting.place and meeting.chair else document.placeholder)(when)
    if content.items:
        head = [page.say(name) for name in ("item_number", "item_kind", "item_title", "item_reporter", "item_time")]
        rows = [
            [str(number), page.kind(item.kind), item.title, item.unit.name if item.unit else "—", str(item.minutes or "—")]
            for number, item in enumerate(content.items, start=1)
        ]  # fmt: skip
        document.table(head, rows, _ITEMS_MM)
        total = sum(item.minutes or 0 for item in content.items)
        if total:
            document.text(page.say("meeting_agenda_total", count=len(content.items), minutes=total))
    else:
        document.placeholder(page.say("meeting_agenda_no_items"))
    if content.papers:
        document.heading(page.say("meeting_agenda_papers"))
        _texts(document, [f"{number}. {paper.title}" for number, paper in enumerate(content.papers, 1)], "")
    document.save(out)


def write_task_document(content: Content, out: BinaryIO, *, language: str, at: datetime) -> None:
    """Write the task breakdown table of a meeting's confirmed decisions."""
    write_document(tasks_decided(content, _Page(language, at)), out, language)


def write_task_workbook(content: Content, out: BinaryIO, *, language: str, at: datetime) -> None:
    """Write the task breakdown table of a meeting's confirmed decisions as a workbook."""
    write_workbook(tasks_decided(content, _Page(language, at)), out, language)


DOCUMENTS: dict[str, Callable[..., None]] = {
    "notice": write_notice, "agenda": write_meeting_agenda, "minutes": write_minutes, "decisions": write_decisions,
    "tasks": write_task_document, "tasks-workbook": write_task_workbook,
}  # fmt: skip
"""The documents of one meeting by name; each takes the content, where to write, `language` and `at`."""


def tasks_decided(content: Content, page: _Page) -> list[Task]:
    """Return a meeting's decisions as rows of the task table: wording, measures, lead and assisting units, day."""
    found = []
    for number, (proposal, case) in enumerate(_decided(content.proposals), start=1):
        lead = case.lead_unit or proposal.lead_unit
        limit = page.due(case) if case.due_at else proposal.limit_words
        units = tuple(unit.name for unit in proposal.assisting_units.all())
        found.append(
            Task(str(number), proposal.text, proposal.details, lead.name if lead else "", units, limit, number)
        )
    return found


def write_agenda(county: str, agenda: Agenda, out: BinaryIO, *, language: str, at: datetime, on: date) -> None:
    """Write what the next meeting has to deal with as a draft; `county` is the county's name."""
    page = _Page(language, at)
    document = OfficialDocument(page.say("agenda_title", county=county), language=language)
    document.text(page.say("agenda_as_of", day=page.day(on)))
    for name, listed in (("agenda_late", agenda.late), ("agenda_escalated", agenda.escalated)):
        document.heading(page.say(name))
        _cases(document, listed, page)
    document.heading(page.say("agenda_turned"))
    words = Wording(language)
    if agenda.turned:
        head = [page.say(name) for name in ("standard", "indicator", "years", "before", "after")]
        rows = [
            [held.standard_title.in_language(language), f"{held.indicator} {held.title.in_language(language)}",
             f"{held.years[0]}–{held.years[1]}", words.verdict(held.before), words.verdict(held.after)]
            for held in agenda.turned
        ]  # fmt: skip
        document.table(head, rows, _TURNED_MM)
    else:
        document.text(page.say("agenda_none"))
    document.heading(page.say("agenda_reviews"))
    reviews = [
        page.say(
            "self_assessment", standard=load_standard(held.standard).title.in_language(language), year=held.school_year
        )
        for held in agenda.reviews
    ]
    reviews += [_paper_awaiting(held, page) for held in agenda.papers]
    _texts(document, reviews, page.say("agenda_none"))
    document.heading(page.say("agenda_duty"))
    duty = [page.say("agenda_duty_item", unit=due.report.unit.name, day=page.day(due.due_on)) for due in agenda.duty]
    _texts(document, duty, page.say("agenda_none"))
    document.save(out)


def _paper_awaiting(paper: Paper, page: _Page) -> str:
    # Whoever collects the agenda may read the paper; whoever is handed the document may not.
    if paper.is_restricted:
        return page.say("item_restricted_paper")
    return f"{paper.title}（{paper.unit.name}）" if paper.unit else paper.title


def _cases(document: OfficialDocument, listed: Listed, page: _Page) -> None:
    if not listed.cases:
        document.text(page.say("agenda_none"))
        return
    head = [page.say(name) for name in ("case_number", "what", "lead", "due", "progress")]
    rows = [[case.number, case.title, page.lead(case), page.due(case), page.light(case)] for case in listed.cases]
    document.table(head, rows, _AGENDA_MM)
    if listed.is_more:
        document.text(page.say("agenda_more", count=len(listed.cases)))


def _decided(proposals: Sequence[Proposal]) -> list[tuple[Proposal, Case]]:
    return [(held, held.case) for held in proposals if held.case is not None and not held.case.is_restricted]


def _texts(document: OfficialDocument, texts: Sequence[str], otherwise: str) -> None:
    for text in texts:
        document.text(text)
    if not texts and otherwise:
        document.placeholder(otherwise)


def _number(document: OfficialDocument, page: _Page, number: str, is_open: str) -> None:
    """Write the number of a document; until it has one it is a draft."""
    if number:
        document.text(number, indent=0)
    else:
        document.notice(page.say("draft"))
        document.placeholder(page.say(is_open), right=True)


def _items_of_record(meeting: Meeting, page: _Page) -> list[str]:
    return [f"{page.say(name)}{page.colon}{item}" for _, name in _KINDS for item in getattr(meeting, name)]


def _demands(meeting: Meeting, page: _Page) -> list[str]:
    found = []
    if meeting.papers_due_on:
        found.append(page.say("notice_papers_due", day=page.day(meeting.papers_due_on)))
    if meeting.leave_by_on:
        found.append(page.say("notice_leave_by", day=page.day(meeting.leave_by_on)))
    if meeting.contact:
        found.append(page.say("notice_contact", contact=meeting.contact))
    return found


def _attendance(content: Content, page: _Page) -> list[tuple[str, list[str]]]:
    """Return who was present, sat in, was on leave and stood in; whoever came is in one of them, each once."""
    if not content.invitees:
        people = [_person(held) for held in content.meeting.attendees]
        return [("present", people)] if people else []
    came = [held for held in content.invitees if held.is_present and held.answer != Invitee.Answer.STAND_IN]
    stood_in = [
        page.say("stands_in_for", person=_titled(held.stand_in_name, held.stand_in_post), whom=held.name or _unit(held))
        for held in content.invitees
        if held.answer == Invitee.Answer.STAND_IN and held.is_present is not False
    ]
    lists = [
        ("present", [_invited(held) for held in came if held.role == Invitee.Role.ATTENDS]),
        ("sits_in", [_invited(held) for held in came if held.role == Invitee.Role.SITS_IN]),
        ("on_leave", [_invited(held) for held in content.invitees if held.answer == Invitee.Answer.LEAVE]),
        ("stood_in", stood_in),
    ]
    return [(name, people) for name, people in lists if people]


def _invited(held: Invitee) -> str:
    return _titled(held.name, held.post or _unit(held)) if held.name else _unit(held)


def _unit(held: Invitee) -> str:
    return held.unit.name if held.unit else ""


def _titled(name: str, post: str) -> str:
    return f"{name}（{post}）" if post else name


def _name(meeting: Meeting) -> str:
    """Return a meeting's name without what makes it a headline."""
    return meeting.title.strip().removesuffix("召开")


def _person(held: dict[str, str]) -> str:
    return f"{held['name']}（{held['post']}）" if held["post"] else held["name"]
