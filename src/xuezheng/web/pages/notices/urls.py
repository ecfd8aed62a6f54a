"""Addresses of notices."""

from django.urls import path

from xuezheng.web.pages.notices import inbox

urlpatterns = [
    path("notices/", inbox.notices, name="notices"),
    path("notices/read/", inbox.read, name="read-notices"),
    path("notices/settings/", inbox.wishes, name="notice-wishes"),
    path("notices/<int:notice>/", inbox.notice, name="notice"),
]
