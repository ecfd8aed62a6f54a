"""Addresses of standards and indicators."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
