"""Papers of meetings: versions that all stay, readers, review by a meeting, and what nobody else learns of them."""

from datetime import date, timedelta

import pytest

from world import AT, HOME, OTHER, organisation, person
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.models import Event
from xuezheng.meetings.access import get_paper, visible_papers
from xuezheng.meetings.actions.agenda import take_collected
from xuezheng.meetings.actions.attendance import Attendance, Invited, invite, record_attendance
from xuezheng.meetings.actions.changing import PaperChanged
from xuezheng.meetings.actions.papers import (
    PaperGiven,
    add_paper,
    review_paper,
    set_readers,
    submit_paper,
    supersede_paper,
    withdraw_paper,
)
from xuezheng.meetings.actions.records import plan_meeting
from xuezheng.meetings.drafts import Record
from xuezheng.meetings.queries.agenda import collect_agenda
from xuezheng.meetings.queries.collecting import find_collected
from xuezheng.meetings.queries.papers import find_meeting_papers, find_named_papers
from xuezheng.people.access import NotAllowed, OutsideArea, reach_of
from xuezheng.register.models import County
from xuezheng.standards.evidence_store import keep_file, open_kept

pytestmark = pytest.mark.django_db


def file(words="一"):
    return keep_file(f"{words}.pdf", [b"%PDF-1.7 " + words.encode()])


def reach(login, role="office", at=None):
    return reach_of(person(login, role, at, name=login), AT.date())


@pytest.fixture
def county():
    return County.objects.get(code=HOME)


@pytest.fixture
def clerk():
    return reach("clerk")


@pytest.fixture
def meeting(county, clerk):
    return plan_meeting(county=county, record=Record(title="第二次会议", held_on=date(2026, 3, 2)), by=clerk, at=AT)


def test_every_version_stays_and_the_newest_counts(county, clerk, meeting):
    paper = add_paper(county=county, meeting=meeting, given=PaperGiven(title="方案", file=file()), by=clerk, at=AT)
    supersede_paper(paper=paper, file=file("二"), words="改了第三条", version=1, by=clerk, at=AT)
    assert [(held.number, held.file_name) for held in paper.versions.all()] == [(2, "二.pdf"), (1, "一.pdf")]
    for held in paper.versions.all():
        assert open_kept(held.sha256, held.file_name).is_file()
    with pytest.raises(InvalidRequest) as refused:
        supersede_paper(paper=paper, file=file("二"), words="", version=2, by=clerk, at=AT)
    assert refused.value.code == "paper_same_file"
    with pytest.raises(PaperChanged):
        supersede_paper(paper=paper, file=file("三"), words="", version=1, by=clerk, at=AT)


def test_a_restricted_paper_exists_for_those_named_alone(county, clerk, meeting):
    named, other = person("named", "unit_officer", organisation("member_unit", HOME, "CZ", "县财政局")), reach("other")
    leader, stranger = reach("leader", "leader"), reach("abroad", at=organisation("county", OTHER, OTHER))
    given = PaperGiven(title="干部考察", file=file(), is_restricted=True, readers=(named,))
    paper = add_paper(county=county, meeting=meeting, given=given, by=clerk, at=AT)
    for who in (clerk, reach_of(named, AT.date())):
        assert get_paper(who, paper.pk, AT.date()) == paper
    for who in (other, leader, stranger):
        with pytest.raises(OutsideArea):
            get_paper(who, paper.pk, AT.date())
        assert list(find_meeting_papers(who, meeting, AT.date())) == []
    assert list(find_named_papers(reach_of(named, AT.date()), AT.date())) == [paper]
    set_readers(paper=paper, is_restricted=False, readers=[], version=1, by=clerk, at=AT)
    assert get_paper(leader, paper.pk, AT.date()) == paper
    with pytest.raises(OutsideArea):
        get_paper(stranger, paper.pk, AT.date())
    events = Event.objects.filter(subject_kind="paper").select_related("payload")
    assert {event.restricted for event in events} == {True}
    assert not any("干部考察" in str(event.payload.body) for event in events)


def test_the_invited_with_an_account_read_what_is_restricted(county, clerk, meeting):
    given = PaperGiven(title="干部考察", file=file(), is_restricted=True)
    paper = add_paper(county=county, meeting=meeting, given=given, by=clerk, at=AT)
    account = person("guest", "unit_officer", organisation("member_unit", HOME, "CZ", "县财政局"))
    (guest,) = invite(meeting=meeting, invited=[Invited(name="某局长")], version=1, by=clerk, at=AT)
    assert not visible_papers(reach_of(account, AT.date()), AT.date()).exists()
    record_attendance(
        meeting=meeting, version=2, by=clerk, at=AT,
        attendance={guest.pk: Attendance(role="attends", answer="comes", account=account)},
    )  # fmt: skip
    assert list(visible_papers(reach_of(account, AT.date()), AT.date())) == [paper]


def test_a_unit_submits_a_meeting_reviews_and_what_is_revised_comes_again(county, clerk, meeting):
    unit = organisation("member_unit", HOME, "CZ", "县财政局")
    officer = reach("officer", "unit_officer", unit)
    stranger = reach("neighbour", "unit_officer", organisation("member_unit", HOME, "RS", "县人社局"))
    given = PaperGiven(title="经费方案", file=file(), unit=unit, is_submitted=True)
    with pytest.raises(NotAllowed):
        add_paper(county=county, given=given, by=stranger, at=AT)
    paper = add_paper(county=county, given=given, by=officer, at=AT)
    assert list(visible_papers(stranger, AT.date())) == []
    assert collect_agenda(clerk, HOME, AT.date(), AT).papers == [paper]
    (proposed,) = [each for each in find_collected(clerk, meeting, AT.date(), AT, "zh") if each.group == "papers"]
    assert (proposed.title, proposed.unit, proposed.kind) == ("经费方案", unit.pk, "review")
    (item,) = take_collected(meeting=meeting, taken=[proposed], left_out=[], version=1, by=clerk, at=AT)
    paper.refresh_from_db()
    assert (paper.meeting, paper.item) == (meeting, item)
    with pytest.raises(InvalidRequest) as refused:
        review_paper(paper=paper, meeting=meeting, is_approved=False, words="", version=2, by=clerk, at=AT)
    assert refused.value.code == "review_needs_words"
    review_paper(paper=paper, meeting=meeting, is_approved=False, words="细化测算", version=2, by=clerk, at=AT)
    supersede_paper(paper=paper, file=file("二"), words="", version=3, by=officer, at=AT)
    assert paper.state == "submitted"
    later = plan_meeting(county=county, record=Record(title="第三次会议", held_on=date(2026, 4, 1)), by=clerk, at=AT)
    with pytest.raises(InvalidRequest) as refused:
        review_paper(paper=paper, meeting=later, is_approved=True, words="", version=4, by=clerk, at=AT)
    assert refused.value.code == "review_before_meeting"
    after = AT + timedelta(days=40)
    review_paper(paper=paper, meeting=later, is_approved=True, words="", version=4, by=clerk, at=after)
    assert [(held.version.number, held.meeting, held.is_approved) for held in paper.reviews.all()] == [
        (1, meeting, False),
        (2, later, True),
    ]
    with pytest.raises(InvalidRequest) as refused:
        supersede_paper(paper=paper, file=file("三"), words="", version=4, by=officer, at=after)
    assert refused.value.code == "paper_settled"


def test_the_name_of_a_restricted_paper_never_stands_on_an_agenda(county, clerk, meeting):
    given = PaperGiven(title="干部考察", file=file(), is_restricted=True, is_submitted=True)
    add_paper(county=county, given=given, by=clerk, at=AT)
    (proposed,) = [each for each in find_collected(clerk, meeting, AT.date(), AT, "zh") if each.group == "papers"]
    assert "干部考察" not in proposed.title
    other = reach("other")
    assert collect_agenda(other, HOME, AT.date(), AT).papers == []


def test_a_paper_is_submitted_once_and_withdrawn_with_a_reason(county, clerk, meeting):
    paper = add_paper(county=county, meeting=meeting, given=PaperGiven(title="方案", file=file()), by=clerk, at=AT)
    submit_paper(paper=paper, version=1, by=clerk, at=AT)
    with pytest.raises(InvalidRequest) as refused:
        submit_paper(paper=paper, version=2, by=clerk, at=AT)
    assert refused.value.code == "paper_submitted"
    with pytest.raises(InvalidRequest):
        withdraw_paper(paper=paper, reason="", version=2, by=clerk, at=AT)
    withdraw_paper(paper=paper, reason="重复上传", version=2, by=clerk, at=AT)
    assert collect_agenda(clerk, HOME, AT.date(), AT).papers == []
    reader = reach("leader", "leader")
    with pytest.raises(NotAllowed):
        submit_paper(paper=paper, version=3, by=reader, at=AT)


def test_a_paper_that_waits_for_another_meeting_or_was_withdrawn_is_not_taken_up(county, clerk, meeting):
    first = plan_meeting(county=county, record=Record(title="第三次会议", held_on=date(2026, 4, 1)), by=clerk, at=AT)
    given = PaperGiven(title="经费方案", file=file(), is_submitted=True)
    paper = add_paper(county=county, given=given, by=clerk, at=AT)
    (proposed,) = [each for each in find_collected(clerk, first, AT.date(), AT, "zh") if each.group == "papers"]
    take_collected(meeting=first, taken=[proposed], left_out=[], version=1, by=clerk, at=AT)
    assert Event.objects.filter(action="meetings.take_up_paper", subject_id=str(paper.pk)).count() == 1
    with pytest.raises(InvalidRequest) as refused:
        take_collected(meeting=meeting, taken=[proposed], left_out=[], version=1, by=clerk, at=AT)
    assert refused.value.code == "paper_of_other_meeting"
    paper.refresh_from_db()
    assert (paper.meeting, meeting.agenda.count()) == (first, 0)
    withdraw_paper(paper=paper, reason="另行报送", version=paper.version, by=clerk, at=AT)
    last = plan_meeting(county=county, record=Record(title="第四次会议", held_on=date(2026, 5, 1)), by=clerk, at=AT)
    with pytest.raises(InvalidRequest) as refused:
        take_collected(meeting=last, taken=[proposed], left_out=[], version=1, by=clerk, at=AT)
    assert refused.value.code == "paper_not_submitted"
