"""Addresses of notices."""

from django.urls import path

from xuezheng.web.pages.notices import digest, inbox, outgoing

urlpatterns = [
    path("notices/", inbox.notices, name="notices"),
    path("notices/read/", inbox.read, name="read-notices"),
    path("notices/settings/", inbox.wishes, name="notice-wishes"),
    path("notices/<int:notice>/", inbox.notice, name="notice"),
    path("operations/outgoing/", outgoing.outgoing, name="outgoing"),
    path("operations/outgoing/try-mail/", outgoing.try_mail, name="try-mail"),
    path("operations/outgoing/robots/new/", outgoing.new_robot, name="new-robot"),
    path("operations/outgoing/robots/<int:robot>/", outgoing.robot, name="robot"),
    path("operations/outgoing/robots/<int:robot>/<str:step>/", outgoing.robot_step, name="robot-step"),
    path("operations/outgoing/messages/<int:message>/again/", outgoing.repeat_message, name="repeat-message"),
    path("counties/<str:county>/weeks/", digest.digests, name="weekly-digests"),
    path("counties/<str:county>/weeks/<str:week>/", digest.digest, name="weekly-digest"),
]
