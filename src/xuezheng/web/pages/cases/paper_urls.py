"""Addresses of supervision papers that are drafted for the authorities."""

from django.urls import path

from xuezheng.web.pages.cases import supervision_papers as papers

urlpatterns = [
    path("counties/<str:county>/cases/<int:case>/papers/new/", papers.draft, name="draft-paper"),
    path("counties/<str:county>/supervision-papers/", papers.supervision_papers, name="supervision-papers"),
    path("counties/<str:county>/supervision-papers/<int:paper>/", papers.supervision_paper, name="supervision-paper"),
    path(
        "counties/<str:county>/supervision-papers/<int:paper>/document/",
        papers.document,
        name="supervision-paper-document",
    ),
]
