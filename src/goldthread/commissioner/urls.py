"""Addresses of the Commissioner's space."""

from django.urls import path

from goldthread.commissioner import views

app_name = "commissioner"
urlpatterns = [
    path("", views.home, name="home"),
    path("tables/<slug:table>/", views.table, name="table"),
    path("tables/<slug:table>/draft", views.draft, name="draft"),
    path("tables/<slug:table>/issue", views.issue, name="issue"),
    path("tables/<slug:table>/<int:number>/", views.edition, name="edition"),
    path("tables/<slug:table>/<int:number>/print", views.printed_file, name="print"),
]
