"""Addresses of the Commissioner's space."""

from django.urls import path

from goldthread.commissioner import letter_views, published_views, views

app_name = "commissioner"
urlpatterns = [
    path("", views.home, name="home"),
    path("tables/<slug:table>/", views.table, name="table"),
    path("tables/<slug:table>/draft", views.draft, name="draft"),
    path("tables/<slug:table>/issue", views.issue, name="issue"),
    path("tables/<slug:table>/<int:number>/", views.edition, name="edition"),
    path("tables/<slug:table>/<int:number>/print", views.printed_file, name="print"),
    path("plan/", letter_views.plan, name="plan"),
    path("letters/<int:report>/", letter_views.letter, name="letter"),
    path("letters/<int:report>/draft", letter_views.drafted, name="drafted"),
    path("letters/<int:report>/put", letter_views.put, name="put"),
    path("letters/<int:report>/write", letter_views.write, name="write"),
    path("letters/<int:report>/chief", letter_views.chief, name="chief"),
    path("letters/<int:report>/issue", letter_views.issue, name="issue_letter"),
    path("letters/<int:report>/published", published_views.say, name="say_published"),
    path("letters/<int:report>/published/back", published_views.take_back, name="take_back"),
    path("letters/<int:report>/print", letter_views.printed, name="print_letter"),
]
