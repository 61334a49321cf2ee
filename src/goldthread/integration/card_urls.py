"""The THRIVE card's addresses."""

from django.urls import path

from goldthread.integration import card_views as views

app_name = "card"
urlpatterns = [
    path("<str:reference>/", views.opened, name="opened"),
    path("<str:reference>/look", views.look, name="look"),
    path("<str:reference>/words", views.words, name="words"),
    path("<str:reference>/children", views.children, name="children"),
    path("<str:reference>/mark", views.mark, name="mark"),
    path("<str:reference>/thrive", views.thrive, name="thrive"),
]
