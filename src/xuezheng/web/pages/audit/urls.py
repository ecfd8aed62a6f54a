"""Addresses of the audit trail."""

from django.urls import path

from xuezheng.web.pages.audit import exporting, retention, trail

urlpatterns = [
    path("audit/", trail.audit, name="audit"),
    path("audit/events/<int:number>/", trail.event, name="event"),
    path("audit/verify/", trail.verify, name="verify-ledger"),
    path("audit/export/", exporting.export, name="export-audit"),
    path("audit/export/personal/", exporting.export_with_personal_data, name="export-audit-in-full"),
    path("audit/retention/", retention.retention, name="retention"),
]
