"""Addresses of cases."""

from django.urls import path

from xuezheng.web.pages.cases import (
    bulks,
    case,
    duty_reports,
    duty_rounds,
    duty_writing,
    exports,
    figures,
    forced,
    handing_out,
    ledgers,
    opening,
    readers,
    sub_cases,
    work,
)

urlpatterns = [
    path("work/", work.work, name="work"),
    path("units/<int:unit>/cases/", ledgers.unit_cases, name="unit-cases"),
    path("units/<int:unit>/duty-report/", duty_reports.unit_duty_report, name="unit-duty-report"),
    path("counties/<str:county>/cases/", ledgers.county_cases, name="cases"),
    path("counties/<str:county>/cases/figures/", figures.figures, name="supervision-figures"),
    path("counties/<str:county>/cases/duty-reports/", duty_reports.duty_reports, name="duty-reports"),
    path("counties/<str:county>/duty-rounds/", duty_rounds.duty_rounds, name="duty-rounds"),
    path("counties/<str:county>/duty-rounds/new/", duty_rounds.ask, name="ask-duty-reports"),
    path("counties/<str:county>/duty-rounds/<int:number>/", duty_rounds.duty_round, name="duty-round"),
    path("counties/<str:county>/duty-rounds/<int:number>/words/", duty_rounds.duty_sections, name="duty-sections"),
    path("counties/<str:county>/duty-rounds/<int:number>/withdraw/", duty_rounds.withdraw, name="withdraw-duty-round"),
    path("counties/<str:county>/duty-reports/<int:report>/", duty_writing.duty_report, name="duty-report"),
    path("counties/<str:county>/duty-reports/<int:report>/compose/", duty_writing.compose, name="compose-duty-report"),
    path("counties/<str:county>/duty-reports/<int:report>/write/", duty_writing.write, name="write-duty-report"),
    path("counties/<str:county>/duty-reports/<int:report>/sign/", duty_writing.sign, name="sign-duty-report"),
    path("counties/<str:county>/duty-reports/<int:report>/return/", duty_writing.send_back, name="return-duty-report"),
    path(
        "counties/<str:county>/duty-reports/<int:report>/document/", duty_writing.document, name="duty-report-document"
    ),
    path("counties/<str:county>/cases/new/", opening.new, name="open-case"),
    path("counties/<str:county>/cases/many/", opening.many, name="open-many-cases"),
    path("counties/<str:county>/cases/hand-out/", handing_out.hand_out, name="hand-out-many"),
    path("counties/<str:county>/cases/forced/", forced.forced, name="forced-cases"),
    path("counties/<str:county>/cases/bulks/", bulks.bulks, name="case-bulks"),
    path("counties/<str:county>/cases/bulks/<int:bulk>/", bulks.bulk, name="case-bulk"),
    path("case-exports/<int:job>/", exports.export, name="case-ledger-export"),
    path("counties/<str:county>/cases/<int:case>/", case.case, name="case"),
    path("counties/<str:county>/cases/<int:case>/sub-cases/new/", sub_cases.new, name="open-sub-case"),
    path("counties/<str:county>/cases/<int:case>/readers/", readers.name, name="name-reader"),
    path("counties/<str:county>/cases/<int:case>/readers/<int:account>/strike/", readers.strike, name="strike-reader"),
    path("counties/<str:county>/cases/<int:case>/steps/<str:step>/", case.step, name="case-step"),
    path("counties/<str:county>/cases/<int:case>/evidence/<int:number>/", case.evidence, name="case-evidence"),
]
