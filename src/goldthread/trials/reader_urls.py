"""The addresses of what can be asked of the reader: replay, its record, and its figures by group."""

from django.urls import path

from goldthread.trials import record_views, replay_views

app_name = "reader"
urlpatterns = [
    path("record", record_views.record, name="record"),
    path("figures", record_views.figures, name="figures"),
    path("replay", replay_views.page, name="replay"),
]
