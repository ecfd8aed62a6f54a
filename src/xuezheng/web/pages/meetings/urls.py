"""Addresses of meetings."""

from django.urls import path

from xuezheng.web.pages.meetings import (
    agendas,
    attaching,
    attendance,
    calendar,
    clauses,
    documents,
    entering,
    listing,
    papers,
    proposals,
    records,
)

_HERE = "counties/<str:county>/meetings/"
_MEETING = f"{_HERE}<int:meeting>/"
_PROPOSAL = f"{_MEETING}proposals/<int:proposal>/"
_ITEM = f"{_MEETING}agenda/items/<int:item>/"
_ATTENDANCE = f"{_MEETING}attendance/"
_PAPER = "papers/<int:paper>/"

urlpatterns = [
    path(_HERE, listing.meetings, name="meetings"),
    path(f"{_HERE}new/", entering.new, name="new-meeting"),
    path(f"{_HERE}plan/", records.plan, name="plan-meeting"),
    path(f"{_HERE}agenda/", documents.agenda, name="agenda"),
    path(f"{_HERE}agenda/document/", documents.agenda_document, name="agenda-document"),
    path(f"{_HERE}clauses/", clauses.clauses, name="clauses"),
    path(f"{_HERE}calendar/", calendar.calendar, name="meetings-calendar"),
    path(f"{_HERE}calendar.ics", calendar.calendar_file, name="meetings-calendar-file"),
    path(f"{_HERE}papers/", papers.county_papers, name="county-papers"),
    path(_MEETING, listing.meeting, name="meeting"),
    path(f"{_MEETING}steps/<str:step>/", records.step, name="meeting-step"),
    path(f"{_MEETING}cancel/", records.cancel, name="cancel-meeting"),
    path(f"{_MEETING}numbers/<str:document>/", records.number, name="number-document"),
    path(f"{_MEETING}agenda/", agendas.meeting_agenda, name="meeting-agenda"),
    path(f"{_MEETING}agenda/collect/", agendas.collect, name="collect-agenda"),
    path(_ITEM, agendas.agenda_item, name="agenda-item"),
    path(f"{_ITEM}steps/<str:step>/", agendas.agenda_item_step, name="agenda-item-step"),
    path(_ATTENDANCE, attendance.attendance, name="attendance"),
    path(f"{_ATTENDANCE}invite/", attendance.invite_people, name="invite"),
    path(f"{_ATTENDANCE}invite-named/", attendance.invite_named, name="invite-named"),
    path(f"{_ATTENDANCE}<int:invitee>/uninvite/", attendance.uninvite_one, name="uninvite"),
    path(f"{_MEETING}attach/", attaching.attach, name="attach-original"),
    path(f"{_MEETING}differences/", attaching.differences, name="meeting-differences"),
    path(f"{_MEETING}papers/", papers.meeting_papers, name="meeting-papers"),
    path(_PAPER, papers.paper, name="paper"),
    path(f"{_PAPER}versions/<int:number>/", papers.paper_file, name="paper-file"),
    path(f"{_PAPER}steps/<str:step>/", papers.paper_step, name="paper-step"),
    path("papers/", papers.my_papers, name="my-papers"),
    path("units/<int:unit>/papers/", papers.unit_papers, name="unit-papers"),
    path(f"{_MEETING}record/", records.record, name="meeting-record"),
    path(f"{_MEETING}original/", listing.original, name="meeting-original"),
    path(f"{_MEETING}documents/<str:kind>/", documents.document, name="meeting-document"),
    path(f"{_MEETING}proposals/", proposals.proposals, name="proposals"),
    path(_PROPOSAL, proposals.proposal, name="proposal"),
    path(f"{_PROPOSAL}split/", proposals.split, name="split-proposal"),
    path(f"{_PROPOSAL}steps/<str:step>/", proposals.step, name="proposal-step"),
]
