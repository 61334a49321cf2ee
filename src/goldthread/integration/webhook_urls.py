"""The webhooks' addresses."""

from django.urls import path

from goldthread.integration import webhook_views as views

app_name = "webhooks"
urlpatterns = [
    path("", views.webhooks, name="list"),
    path("add", views.subscribe, name="add"),
    path("<int:webhook_id>/rotate", views.rotate, name="rotate"),
    path("<int:webhook_id>/end", views.end, name="end"),
    path("<int:webhook_id>/test", views.test, name="test"),
    path("deliveries/<int:delivery_id>/again", views.again, name="again"),
]
