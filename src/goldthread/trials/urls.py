"""The addresses of the reader's modes and trials."""

from django.urls import path

from goldthread.trials import views

app_name = "trials"
urlpatterns = [
    path("", views.home, name="home"),
    path("mode", views.set_mode, name="mode"),
    path("changes/<int:change_id>/withdraw", views.withdraw, name="withdraw"),
    path("switch/<slug:to>", views.switch, name="switch"),
    path("new", views.new, name="new"),
    path("plan", views.plan, name="plan"),
    path("<int:trial_id>/", views.trial, name="trial"),
    path("<int:trial_id>/end", views.end, name="end"),
]
