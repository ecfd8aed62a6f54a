"""Addresses of cases."""

from django.urls import path

from xuezheng.web.pages.cases import case, duty_reports, figures, ledgers, opening, work

urlpatterns = [
    path("work/", work.work, name="work"),
    path("units/<int:unit>/cases/", ledgers.unit_cases, name="unit-cases"),
    path("units/<int:unit>/duty-report/", duty_reports.unit_duty_report, name="unit-duty-report"),
    path("counties/<str:county>/cases/", ledgers.county_cases, name="cases"),
    path("counties/<str:county>/cases/figures/", figures.figures, name="supervision-figures"),
    path("counties/<str:county>/cases/duty-reports/", duty_reports.duty_reports, name="duty-reports"),
    path("counties/<str:county>/cases/new/", opening.new, name="open-case"),
    path("counties/<str:county>/cases/many/", opening.many, name="open-many-cases"),
    path("counties/<str:county>/cases/<int:case>/", case.case, name="case"),
    path("counties/<str:county>/cases/<int:case>/steps/<str:step>/", case.step, name="case-step"),
    path("counties/<str:county>/cases/<int:case>/evidence/<int:number>/", case.evidence, name="case-evidence"),
]
