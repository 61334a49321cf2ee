"""Governance's addresses."""

from django.urls import path

from goldthread.governance import pack_views, views

app_name = "governance"
urlpatterns = [
    path("", views.home, name="home"),
    path("figures/", views.list_all, name="list"),
    path("figures/<str:code>/", views.series, name="series"),
    path("figures/<str:code>/note", views.note, name="note"),
    path("packs/", pack_views.list_all, name="packs"),
    path("packs/draft/<slug:board>/", pack_views.draft, name="draft"),
    path("packs/issue", pack_views.issue, name="issue"),
    path("packs/<int:pack_id>/", pack_views.pack, name="pack"),
    path("packs/<int:pack_id>/pack.pdf", pack_views.printed, name="printed"),
]
