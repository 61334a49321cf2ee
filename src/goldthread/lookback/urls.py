"""The look-back's addresses."""

from django.urls import path

from goldthread.lookback import views

app_name = "lookback"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("count", views.count, name="count"),
    path("runs/", views.runs, name="runs"),
    path("runs/<int:team_id>/capacity", views.capacity, name="capacity"),
    path("<uuid:item_id>/", views.item, name="item"),
    path("<uuid:item_id>/take", views.take, name="take"),
    path("<uuid:item_id>/decide", views.decide, name="decide"),
    path("<uuid:item_id>/undo", views.undo, name="undo"),
    path("<uuid:item_id>/untie", views.untie, name="untie"),
    path("<uuid:item_id>/outcome", views.outcome, name="outcome"),
]
