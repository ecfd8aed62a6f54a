"""Addresses of the first page and the cockpit."""

from django.urls import path

from xuezheng.web.pages.cockpit import cockpit, home

urlpatterns = [
    path("", home.home, name="home"),
    path("counties/<str:county>/", cockpit.cockpit, name="cockpit"),
]
