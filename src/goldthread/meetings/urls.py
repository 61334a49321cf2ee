"""Addresses of the meetings."""

from django.urls import path

from goldthread.meetings import owed_views, views

app_name = "meetings"
urlpatterns = [
    path("", views.list_all, name="list"),
    path("count", views.count, name="count"),
    path("mine", owed_views.mine, name="mine"),
    path("call", views.call, name="call"),
    path("<int:meeting_id>/", views.meeting, name="meeting"),
    path("<int:meeting_id>/state", views.state, name="state"),
    path("<int:meeting_id>/minutes.pdf", views.printed, name="printed"),
    path("<int:meeting_id>/join", views.join, name="join"),
    path("<int:meeting_id>/leave", views.leave, name="leave"),
    path("<int:meeting_id>/chair", views.chair, name="chair"),
    path("<int:meeting_id>/at", views.move, name="move"),
    path("<int:meeting_id>/end", views.end, name="end"),
    path("<int:meeting_id>/lines/<int:line_id>/decide", views.decide, name="decide"),
    path("actions/<int:action_id>/done", owed_views.done, name="done"),
]
