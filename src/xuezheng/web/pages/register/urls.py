"""Addresses of the register's pages."""

from django.urls import path

from xuezheng.web.pages.register import schools

urlpatterns = [
    path("counties/<str:county>/schools/", schools.schools, name="schools"),
    path("counties/<str:county>/schools/<str:school>/", schools.school, name="school"),
]
