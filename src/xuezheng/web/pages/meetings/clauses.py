"""What the meeting said, where it is done: the demonstration's bulletin beside the screens and decisions of each clause."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from xuezheng.cases.access import visible_cases
from xuezheng.cases.models import Case
from xuezheng.cases.queries.ledger import find_ledger_units
from xuezheng.catalogue.demonstration_meeting import ClauseDone, Screen, load_demonstration_meeting
from xuezheng.catalogue.roles import load_roles
from xuezheng.meetings.actions.confirming import ORIGIN
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.people.access import Reach
from xuezheng.register.models import County
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import said
from xuezheng.web.operations.meeting import find_demonstration_meeting
from xuezheng.web.pages.cases.showing import ShownCase, shown


@dataclass(frozen=True, slots=True)
class ShownScreen:
    """A screen, with its address where the person may open it, else with the duties that may."""

    title: str
    url: str
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownClause:
    """A clause in its place of the text, the screens where it is done, and what has become of it as far as one sees it."""

    words: str
    screens: tuple[ShownScreen, ...]
    state: str = ""
    row: ShownCase | None = None
    lead: str = ""
    number: int = 0
    before: str = ""


@county_page("view_cases")
def clauses(request: HttpRequest) -> HttpResponse:
    """Show the bulletin clause by clause with the screens where each is done."""
    asked = cast("OfficeRequest", request)
    return render(request, "meetings/clauses.html", clauses_shown(asked, asked.county))


def clauses_shown(asked: OfficeRequest, county: County) -> dict[str, Any]:
    """Return what the page of the clauses shows to somebody in a county."""
    held = load_demonstration_meeting()
    meeting = find_demonstration_meeting(county.code)
    days = (meeting.held_on, meeting.published_on) if meeting else (None, None)
    today = timezone.localdate(asked.at)
    text = held.text_on(days[0] or today, days[1] or today)
    sight = Sight.of(asked.reach, county.code, today)
    proposals = list(meeting.proposals.select_related("case__lead_unit").defer("case__machine")) if meeting else []
    shown_ones, at = [], 0
    for number, clause in enumerate(held.clauses, start=1):
        place = text.index(clause.words, at)
        proposal = proposal_of(meeting, proposals, clause)
        found = _shown(sight, meeting, proposal, clause, asked.at)
        shown_ones.append(replace(found, number=number, before=text[at:place]))
        at = place + len(clause.words)
    reads = asked.reach.can_in_county("view_cases", county.code)
    return {
        "county": county, "clauses": shown_ones, "rest": text[at:], "entered": meeting if reads else None,
        "is_demonstration": meeting is not None,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees in a county: the cases and the units' ledgers, as conditions by id."""

    reach: Reach
    county: str
    cases: frozenset[int]
    units: frozenset[int]

    @classmethod
    def of(cls, reach: Reach, county: str, on: date) -> "Sight":
        """Return what somebody sees on a day; of cases, those that the demonstration's meeting decided."""
        decided = visible_cases(reach, on).filter(county=county, origin_kind=ORIGIN)
        return cls(
            reach, county, frozenset(decided.values_list("pk", flat=True)),
            frozenset(find_ledger_units(reach, county, on).values_list("pk", flat=True)),
        )  # fmt: skip

    def opens(self, url: str) -> bool:
        """Whether they may come in at an address: by its door, and by the record where it is about one."""
        match = resolve(url.partition("?")[0])
        right = getattr(match.func, "right", None) or ""
        door = getattr(match.func, "door", "public")
        if door == "county":
            return self.reach.can_in_county(right, self.county)
        if door == "part-of-county":
            return self.reach.area_of(right).touches_county(self.county)
        if "case" in match.kwargs:
            return match.kwargs["case"] in self.cases
        if "unit" in match.kwargs:
            return match.kwargs["unit"] in self.units
        return not right or right in self.reach.rights


def _shown(
    sight: Sight, meeting: Meeting | None, proposal: Proposal | None, clause: ClauseDone, at: datetime
) -> ShownClause:
    case = proposal.case if proposal else None
    seen = case if case is not None and case.pk in sight.cases else None
    reads = sight.reach.can_in_county("view_cases", sight.county)
    return ShownClause(
        clause.words, tuple(_screens(clause, parts_of(sight.county, meeting, case), sight)),
        state=proposal.state if proposal and (seen or (case is None and reads)) else "",
        row=shown(seen, at) if seen else None, lead=seen.lead_unit.name if seen and seen.lead_unit else "",
    )  # fmt: skip


def proposal_of(meeting: Meeting | None, proposals: Iterable[Proposal], clause: ClauseDone) -> Proposal | None:
    """Return what was made of a clause: the first proposal whose words stand where the clause does."""
    place = meeting.text.find(clause.words) if meeting else -1
    end = place + len(clause.words)
    return next((held for held in proposals if any(a < end and place < b for a, b in held.spans)), None)


def parts_of(county: str, meeting: Meeting | None, case: Case | None) -> dict[str, object]:
    """Return the parts of addresses that a clause has by itself."""
    parts = {
        "county": county, "meeting": meeting.pk if meeting else None, "case": case.pk if case else None,
        "unit": case.lead_unit_id if case else None, "year": meeting.held_on.year if meeting and meeting.held_on else "",
    }  # fmt: skip
    return {name: part for name, part in parts.items() if part is not None}


def _screens(clause: ClauseDone, parts: Mapping[str, object], sight: Sight) -> Iterator[ShownScreen]:
    for screen in clause.screens:
        url = address(screen, parts)
        is_open = bool(url) and sight.opens(url)
        yield ShownScreen(said(screen.title), url if is_open else "", () if is_open or not url else roles_that_may(url))


def address(screen: Screen, parts: Mapping[str, object]) -> str:
    """Return a screen's address; empty where a part of it is not there (yet)."""
    found = get_resolver().reverse_dict.getlist(screen.address)
    wanted = found[0][0][0][1] if found else ()
    held = {**parts, **screen.given}
    if not set(wanted) <= held.keys():
        return ""
    return reverse(screen.address, kwargs={name: held[name] for name in wanted}) + screen.query.format(**held)


def roles_that_may(url: str) -> tuple[str, ...]:
    """Return the titles of the roles that an address is open to; none where that is decided record by record."""
    right = getattr(resolve(url.partition("?")[0]).func, "right", None)
    return tuple(said(role.title) for role in load_roles().roles.values() if right in role.rights)
