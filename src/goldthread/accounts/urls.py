"""First pages, the auditor's page and signing in."""

from django.urls import include, path

from goldthread.accounts import oidc_views, views

own = (
    [
        path("", views.first_page, name="first"),
        path("home/", views.home, name="home"),
        path("audit/", views.audit, name="audit"),
        path("sign-on/", oidc_views.start, name="sign_on"),
        path("sign-on/back", oidc_views.back, name="sign_on_back"),
        path("sign-on/ended", oidc_views.ended, name="sign_on_ended"),
        path("sign-on/out", oidc_views.signed_out, name="sign_on_out"),
    ],
    "accounts",
)
urlpatterns = [
    path("", include(own)),
    path("accounts/logout/", views.SignOut.as_view(), name="account_logout"),
    path("accounts/", include("allauth.urls")),
]
