"""Address of the design system's page, and of the choice of language."""

from django.urls import path

from xuezheng.web.pages.design import language

urlpatterns = [path("language/", language.choose_language, name="choose-language")]
