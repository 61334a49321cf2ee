"""Safeguarding's addresses."""

from django.urls import path

from goldthread.safeguarding import clock_views, missing_views, protection_views

app_name = "safeguarding"
urlpatterns = [
    path("clocks", clock_views.told, name="clocks"),
    path("clocks/count", clock_views.count, name="clocks_count"),
    path("protection", protection_views.listed, name="protections"),
    path("protection/take/<uuid:incident_id>", protection_views.take, name="protection_take"),
    path("protection/<int:protection_id>", protection_views.record, name="protection"),
    path("protection/<int:protection_id>/add", protection_views.add, name="protection_add"),
    path("protection/<int:protection_id>/end", protection_views.end, name="protection_end"),
    path("protection/<int:protection_id>/meet", protection_views.meet, name="protection_meet"),
    path("missing", missing_views.listed, name="missing_list"),
    path("missing/places", missing_views.places, name="missing_places"),
    path("missing/open/<uuid:incident_id>", missing_views.open_episode, name="missing_open"),
    path("missing/<int:episode_id>", missing_views.episode, name="missing"),
    path("missing/<int:episode_id>/assess", missing_views.assess, name="missing_assess"),
    path("missing/<int:episode_id>/agree", missing_views.agree, name="missing_agree"),
    path("missing/<int:episode_id>/sighting", missing_views.sighting, name="missing_sighting"),
    path("missing/<int:episode_id>/return", missing_views.come_back, name="missing_return"),
    path("missing/<int:episode_id>/interview", missing_views.interview, name="missing_interview"),
]
