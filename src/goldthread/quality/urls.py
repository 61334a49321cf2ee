"""Quality's addresses."""

from django.urls import path

from goldthread.quality import feedback_views, rate_views, theme_views, views

app_name = "quality"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("count", views.count, name="count"),
    path("take", views.take, name="take"),
    path("records/<int:task_id>/", views.one, name="one"),
    path("records/<int:task_id>/score", views.score, name="score"),
    path("records/<int:task_id>/back", views.put_back, name="put_back"),
    path("rounds/", views.rounds, name="rounds"),
    path("rounds/draw", views.draw, name="draw"),
    path("rounds/<int:round_id>/", views.round_page, name="round"),
    path("rounds/<int:round_id>/<int:task_id>/free", views.free, name="free"),
    path("feedback/", feedback_views.feedback, name="feedback"),
    path("feedback/count", feedback_views.count, name="feedback_count"),
    path("feedback/<int:feedback_id>/", feedback_views.told, name="told"),
    path("feedback/<int:feedback_id>/reply", feedback_views.reply, name="reply"),
    path("disputes/", feedback_views.disputes, name="disputes"),
    path("disputes/<int:feedback_id>/rule", feedback_views.rule, name="rule"),
    path("themes/", theme_views.themes, name="themes"),
    path("themes/new", theme_views.new, name="theme_new"),
    path("themes/make", theme_views.make, name="theme_make"),
    path("themes/<int:theme_id>/", theme_views.theme, name="theme"),
    path("themes/<int:theme_id>/close", theme_views.close, name="theme_close"),
    path("rates/", rate_views.newest, name="newest"),
    path("rates/<int:round_id>/", rate_views.rates, name="rates"),
]
