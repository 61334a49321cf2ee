"""Files' addresses."""

from django.urls import path

from goldthread.files import views

app_name = "files"
urlpatterns = [path("<uuid:number>", views.download, name="download")]
