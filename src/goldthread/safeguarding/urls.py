"""Safeguarding's addresses."""

from django.urls import path

from goldthread.safeguarding import clock_views

app_name = "safeguarding"
urlpatterns = [
    path("clocks", clock_views.told, name="clocks"),
    path("clocks/count", clock_views.count, name="clocks_count"),
]
