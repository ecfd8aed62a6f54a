"""Addresses of the first page and the cockpit."""

from django.urls import path

from xuezheng.web.pages.cockpit import cockpit, county_map, home

urlpatterns = [
    path("", home.home, name="home"),
    path("counties/<str:county>/", cockpit.cockpit, name="cockpit"),
    path("counties/<str:county>/map/<str:version>.svg", county_map.county_map, name="cockpit-map"),
]
