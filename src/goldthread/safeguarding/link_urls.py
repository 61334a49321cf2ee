"""The partner's addresses, which have nothing in common with ours."""

from django.urls import path

from goldthread.safeguarding import link_partner_views as views

app_name = "safeguarding_partner"
urlpatterns = [
    path("<str:token>/", views.opened, name="opened"),
    path("<str:token>/code", views.ask, name="ask"),
    path("<str:token>/enter", views.enter, name="enter"),
    path("<str:token>/seen", views.seen, name="seen"),
    path("<str:token>/answer", views.answer, name="answer"),
    path("<str:token>/close", views.close, name="close"),
    path("<str:token>/files/<uuid:number>", views.file, name="file"),
]
