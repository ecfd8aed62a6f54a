"""Addresses of operations: health, readiness, background work."""

from django.urls import URLPattern, path

from xuezheng.web.pages.operations import background, health

urlpatterns: list[URLPattern] = [
    path("health/", health.health, name="health"),
    path("ready/", health.ready, name="ready"),
    path("jobs/", background.own_jobs, name="jobs"),
    path("jobs/<int:job>/", background.own_job, name="job"),
    path("jobs/<int:job>/cancel/", background.cancel_own, name="cancel-job"),
    path("jobs/<int:job>/retry/", background.retry_own, name="retry-job"),
    path("operations/", background.operations, name="operations"),
    path("operations/jobs/<int:job>/", background.office_job, name="office-job"),
    path("operations/jobs/<int:job>/cancel/", background.cancel_of_office, name="cancel-office-job"),
    path("operations/jobs/<int:job>/retry/", background.retry_of_office, name="retry-office-job"),
]
