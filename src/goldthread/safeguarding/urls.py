"""Safeguarding's addresses."""

from django.urls import path

from goldthread.safeguarding import clock_views, door_views

app_name = "safeguarding"
urlpatterns = [
    path("clocks", clock_views.told, name="clocks"),
    path("clocks/count", clock_views.count, name="clocks_count"),
    path("door/<uuid:incident_id>/", door_views.page, name="door"),
    path("door/<uuid:incident_id>/answer", door_views.answer, name="door_answer"),
    path("door/<uuid:incident_id>/typing", door_views.typing, name="door_typing"),
]
