"""Safeguarding's addresses."""

from django.urls import path

from goldthread.safeguarding import clock_views, link_views, referral_views

app_name = "safeguarding"
urlpatterns = [
    path("clocks", clock_views.told, name="clocks"),
    path("clocks/count", clock_views.count, name="clocks_count"),
    path("referrals/", referral_views.listed, name="referrals"),
    path("referrals/<uuid:referral_id>/", referral_views.referral, name="referral"),
    path("referrals/<uuid:referral_id>/leg", referral_views.leg, name="referral_leg"),
    path("referrals/<uuid:referral_id>/withdraw", referral_views.withdraw, name="referral_withdraw"),
    path("referrals/<uuid:referral_id>/feedback", referral_views.feed_back, name="referral_feedback"),
    path("referrals/<uuid:referral_id>/link", link_views.send, name="link_send"),
    path("referrals/<uuid:referral_id>/link/end", link_views.end, name="link_end"),
    path("referrals/<uuid:referral_id>/file", link_views.attach, name="link_attach"),
    path("incidents/<uuid:incident_id>/refer", referral_views.refer, name="refer"),
    path("incidents/<uuid:incident_id>/owe", referral_views.owe, name="referral_owe"),
    path("incidents/<uuid:incident_id>/not-owed", referral_views.not_owed, name="referral_not_owed"),
]
