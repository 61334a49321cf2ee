"""The addresses of messages."""

from django.urls import path

from goldthread.integration import message_views as views

app_name = "messages"
urlpatterns = [
    path("", views.home, name="home"),
    path("count", views.count, name="count"),
    path("<int:message_id>/", views.one, name="one"),
    path("<int:message_id>/settle", views.settle, name="settle"),
]
