"""Supervision's addresses."""

from django.urls import path

from goldthread.supervision import coaching_views, quality_views, views

app_name = "supervision"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("count", views.count, name="count"),
    path("team", views.team, name="team"),
    path("notes/", coaching_views.mine, name="notes"),
    path("notes/count", coaching_views.count, name="notes_count"),
    path("notes/left", coaching_views.left, name="notes_left"),
    path("notes/<int:note_id>/", coaching_views.note, name="coaching_note"),
    path("notes/<int:note_id>/answer", coaching_views.answer, name="note_answer"),
    path("quality/", quality_views.figures, name="quality"),
    path("quality/reviews", quality_views.behind, name="quality_reviews"),
    path("next", views.following, name="next"),
    path("<uuid:incident_id>/", views.review, name="review"),
    path("<uuid:incident_id>/agree", views.agree, name="agree"),
    path("<uuid:incident_id>/question", views.question, name="question"),
    path("<uuid:incident_id>/delay", views.bear, name="bear"),
    path("<uuid:incident_id>/raise", views.higher, name="raise"),
    path("<uuid:incident_id>/decide", views.decide, name="decide"),
    path("<uuid:incident_id>/note", views.note, name="note"),
    path("<uuid:incident_id>/coach", views.coach, name="coach"),
    path("<uuid:incident_id>/answer", views.answer, name="answer"),
]
