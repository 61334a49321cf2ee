"""Supervision's addresses."""

from django.urls import path

from goldthread.supervision import views

app_name = "supervision"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("count", views.count, name="count"),
    path("team", views.team, name="team"),
    path("next", views.following, name="next"),
    path("<uuid:incident_id>/", views.review, name="review"),
    path("<uuid:incident_id>/agree", views.agree, name="agree"),
    path("<uuid:incident_id>/question", views.question, name="question"),
    path("<uuid:incident_id>/delay", views.bear, name="bear"),
    path("<uuid:incident_id>/raise", views.higher, name="raise"),
    path("<uuid:incident_id>/decide", views.decide, name="decide"),
    path("<uuid:incident_id>/note", views.note, name="note"),
    path("<uuid:incident_id>/answer", views.answer, name="answer"),
]
