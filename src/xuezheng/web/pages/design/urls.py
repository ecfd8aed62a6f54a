"""Addresses of the design system's page, and of the choice of language."""

from django.urls import path

from xuezheng.web.pages.design import language, style

urlpatterns = [
    path("language/", language.choose_language, name="choose-language"),
    path("style/", style.style, name="style"),
    path("style/chart.json", style.sample_chart, name="style-chart"),
]
