"""Addresses of the measures."""

from django.urls import path

from goldthread.measures import views

app_name = "measures"
urlpatterns = [
    path("", views.list_all, name="list"),
    path("<slug:code>/", views.cases, name="cases"),
    path("weeks/<slug:code>/", views.weeks, name="weeks"),
]
