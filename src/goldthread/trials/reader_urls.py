"""The addresses of what can be asked of the reader: replay, its record, and its figures by group."""

from django.urls import path

from goldthread.trials import replay_views

app_name = "reader"
urlpatterns = [
    path("replay", replay_views.page, name="replay"),
]
