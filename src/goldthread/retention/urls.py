"""Retention's addresses."""

from django.urls import path

from goldthread.retention import views

app_name = "retention"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("count", views.count, name="count"),
    path("<uuid:incident_id>/", views.one, name="one"),
    path("<uuid:incident_id>/keep", views.keep, name="keep"),
    path("<uuid:incident_id>/propose", views.propose, name="propose"),
    path("<uuid:incident_id>/answer", views.answer, name="answer"),
]
