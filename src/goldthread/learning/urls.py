"""Learning's addresses."""

from django.urls import path

from goldthread.learning import cohort_views, views

app_name = "learning"
urlpatterns = [
    path("", views.home, name="home"),
    path("due", views.due, name="due"),
    path("standing/", views.standing, name="standing"),
    path("mine", views.mine, name="mine"),
    path("effects/", views.effects, name="effects"),
    path("needs/", views.needs, name="needs"),
    path("needs/new", views.need_new, name="need_new"),
    path("needs/enter", views.need_enter, name="need_enter"),
    path("needs/<int:need_id>/settle", views.need_settle, name="need_settle"),
    path("cohorts/", cohort_views.cohorts, name="cohorts"),
    path("cohorts/plan", cohort_views.plan, name="plan"),
    path("cohorts/<int:cohort_id>/", cohort_views.cohort, name="cohort"),
    path("cohorts/<int:cohort_id>/book", cohort_views.book, name="book"),
    path("cohorts/<int:cohort_id>/book/<int:staff_id>/back", cohort_views.unbook, name="unbook"),
    path("cohorts/<int:cohort_id>/call-off", cohort_views.call_off, name="call_off"),
    path("cohorts/<int:cohort_id>/register", cohort_views.register, name="register"),
    path("cohorts/<int:cohort_id>/file", cohort_views.read_file, name="file"),
]
