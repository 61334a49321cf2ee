"""Safeguarding's addresses."""

from django.urls import URLPattern

app_name = "safeguarding"
urlpatterns: list[URLPattern] = []
