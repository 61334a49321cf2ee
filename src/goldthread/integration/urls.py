"""Every address of the service."""

from django.urls import include, path
from django.views.generic import RedirectView

from goldthread.integration import health
from goldthread.integration.api import reference
from goldthread.integration.api.description import openapi_json
from goldthread.integration.api.service import addresses

urlpatterns = [
    path("", include("goldthread.accounts.urls")),
    path("", include("goldthread.desk.urls")),
    path("look-back/", include("goldthread.lookback.urls")),
    path("supervision/", include("goldthread.supervision.urls")),
    path("safeguarding/", include("goldthread.safeguarding.urls")),
    path("p/", include("goldthread.safeguarding.link_urls")),
    path("investigation/", include("goldthread.investigation.urls")),
    path("retention/", include("goldthread.retention.urls")),
    path("quality/", include("goldthread.quality.urls")),
    path("governance/", include("goldthread.governance.urls")),
    path("improvement/", include("goldthread.improvement.urls")),
    path("commissioner/", include("goldthread.commissioner.urls")),
    path("learning/", include("goldthread.learning.urls")),
    path("trials/", include("goldthread.trials.urls")),
    path("trials/", include("goldthread.trials.reader_urls")),
    path("files/", include("goldthread.files.urls")),
    path("meetings/", include("goldthread.meetings.urls")),
    path("measures/", include("goldthread.measures.urls")),
    path("messages/", include("goldthread.integration.message_urls")),
    path("card/", include("goldthread.integration.card_urls")),
    path("webhooks/", include("goldthread.integration.webhook_urls")),
    path("api/v1/", include((addresses(), "api"))),
    path("api/v1/openapi.json", openapi_json, name="openapi"),
    path("reference/api/", reference.page, name="reference"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
    path("favicon.ico", health.icon(RedirectView.as_view(url="/static/web/mark.svg")), name="icon"),
]

handler400 = "goldthread.web.errors.bad_request"
handler403 = "goldthread.web.errors.permission_denied"
handler404 = "goldthread.web.errors.not_found"
handler500 = "goldthread.web.errors.server_error"
