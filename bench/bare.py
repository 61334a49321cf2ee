"""A Django service that does nothing: one page without session, database or middleware. The reference of pages."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], ROOT_URLCONF=__name__, SECRET_KEY="signs nothing")


def page(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """Two letters."""
    return HttpResponse("ok")


urlpatterns = [path("", page)]
application = get_wsgi_application()
