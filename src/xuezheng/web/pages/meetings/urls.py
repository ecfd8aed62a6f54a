"""Addresses of meetings."""

from django.urls import path

from xuezheng.web.pages.meetings import clauses, documents, entering, listing, proposals, records

_HERE = "counties/<str:county>/meetings/"
_MEETING = f"{_HERE}<int:meeting>/"
_PROPOSAL = f"{_MEETING}proposals/<int:proposal>/"

urlpatterns = [
    path(_HERE, listing.meetings, name="meetings"),
    path(f"{_HERE}new/", entering.new, name="new-meeting"),
    path(f"{_HERE}plan/", records.plan, name="plan-meeting"),
    path(f"{_HERE}agenda/", documents.agenda, name="agenda"),
    path(f"{_HERE}agenda/document/", documents.agenda_document, name="agenda-document"),
    path(f"{_HERE}clauses/", clauses.clauses, name="clauses"),
    path(_MEETING, listing.meeting, name="meeting"),
    path(f"{_MEETING}record/", records.record, name="meeting-record"),
    path(f"{_MEETING}original/", listing.original, name="meeting-original"),
    path(f"{_MEETING}documents/<str:kind>/", documents.document, name="meeting-document"),
    path(f"{_MEETING}proposals/", proposals.proposals, name="proposals"),
    path(_PROPOSAL, proposals.proposal, name="proposal"),
    path(f"{_PROPOSAL}split/", proposals.split, name="split-proposal"),
    path(f"{_PROPOSAL}steps/<str:step>/", proposals.step, name="proposal-step"),
]
