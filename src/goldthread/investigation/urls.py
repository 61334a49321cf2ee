"""Investigation's addresses."""

from django.urls import path

from goldthread.investigation import offer_views, views

app_name = "investigation"
urlpatterns = [
    path("", views.list_all, name="list"),
    path("count", views.count, name="count"),
    path("hand/<uuid:incident_id>/", offer_views.hand, name="hand"),
    path("hand/<uuid:incident_id>/send", offer_views.send, name="send"),
    path("hand/<uuid:incident_id>/withdraw", offer_views.withdraw, name="withdraw"),
    path("hand/<uuid:incident_id>/leave", offer_views.leave, name="leave"),
    path("offers/<int:number>/", offer_views.offer, name="offer"),
    path("offers/<int:number>/accept", offer_views.accept, name="accept"),
    path("offers/<int:number>/decline", offer_views.decline, name="decline"),
    path("<uuid:pk>/", views.one, name="one"),
    path("<uuid:pk>/print", views.printed, name="print"),
    path("<uuid:pk>/reference", views.reference, name="reference"),
    path("<uuid:pk>/assign", views.assign, name="assign"),
    path("<uuid:pk>/item", views.item, name="item"),
    path("<uuid:pk>/end", views.end, name="end"),
    path("<uuid:pk>/access", views.access, name="access"),
    path("<uuid:pk>/child", views.child, name="child"),
    path("<uuid:pk>/voice", views.voice, name="voice"),
    path("<uuid:pk>/cannot", views.cannot, name="cannot"),
    path("<uuid:pk>/seen", views.seen, name="seen"),
    path("<uuid:pk>/review", views.review, name="review"),
    path("<uuid:pk>/ask", views.ask, name="ask"),
    path("<uuid:pk>/answer", views.answer, name="answer"),
    path("<uuid:pk>/told", views.told, name="told"),
]
