"""First pages, the auditor's page and signing in."""

from django.urls import include, path

from goldthread.accounts import views

own = (
    [
        path("", views.first_page, name="first"),
        path("home/", views.home, name="home"),
        path("audit/", views.audit, name="audit"),
    ],
    "accounts",
)
urlpatterns = [
    path("", include(own)),
    path("accounts/logout/", views.SignOut.as_view(), name="account_logout"),
    path("accounts/", include("allauth.urls")),
]
