"""Addresses of standards and indicators. Every page takes the school year as `?year=`, the newest one without it."""

from django.urls import path

from xuezheng.web.pages.standards import (
    explanations,
    exports,
    indicators,
    judged_items,
    overview,
    self_assessments,
    what_if,
)

COUNTY = "counties/<str:county>/standards/"
STANDARD = f"{COUNTY}<str:standard>/"
INDICATOR = f"{STANDARD}indicators/<str:indicator>/"
ITEM = f"{STANDARD}judged-items/<str:indicator>/"

urlpatterns = [
    path(COUNTY, overview.standards, name="standards"),
    path(STANDARD, overview.standard, name="standard"),
    path(f"{STANDARD}rules/", overview.rules, name="standard-rules"),
    path(f"{STANDARD}balance/", overview.balance_chart, name="balance-chart"),
    path(INDICATOR, indicators.indicator, name="indicator"),
    path(f"{INDICATOR}chart/", indicators.indicator_chart, name="indicator-chart"),
    path(f"{INDICATOR}export/", exports.indicator_export, name="indicator-export"),
    path(f"{INDICATOR}subjects/<str:subject>/", explanations.explanation, name="explanation"),
    path(f"{STANDARD}what-if/", what_if.what_if, name="what-if"),
    path(f"{STANDARD}judged-items/", judged_items.judged_items, name="judged-items"),
    path(ITEM, judged_items.judged_item, name="judged-item"),
    path(f"{STANDARD}evidence/<int:number>/", judged_items.evidence, name="evidence"),
    path(f"{STANDARD}self-assessment/", self_assessments.self_assessment, name="self-assessment"),
    path(f"{STANDARD}self-assessment/document/", self_assessments.document, name="self-assessment-document"),
]
