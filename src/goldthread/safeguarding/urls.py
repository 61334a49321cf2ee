"""Safeguarding's addresses."""

from django.urls import path

from goldthread.safeguarding import clock_views, concern_views, door_views, link_views, referral_views

app_name = "safeguarding"
urlpatterns = [
    path("", concern_views.desk, name="desk"),
    path("count", concern_views.count, name="desk_count"),
    path("next", concern_views.following, name="concern_next"),
    path("concerns/<int:concern_id>/", concern_views.concern, name="concern"),
    path("concerns/<int:concern_id>/rate", concern_views.rate, name="concern_rate"),
    path("concerns/<int:concern_id>/telephone", concern_views.telephone, name="concern_telephone"),
    path("concerns/<int:concern_id>/write-up", concern_views.write_up, name="concern_write_up"),
    path("concerns/<int:concern_id>/research", concern_views.research, name="concern_research"),
    path("concerns/<int:concern_id>/opinion", concern_views.opinion, name="concern_opinion"),
    path("concerns/<int:concern_id>/coach", concern_views.coach, name="concern_coach"),
    path("concerns/<int:concern_id>/end", concern_views.end, name="concern_end"),
    path("incidents/<uuid:incident_id>/vast", concern_views.refer, name="concern_refer"),
    path("incidents/<uuid:incident_id>/opinion", concern_views.answer, name="concern_answer"),
    path("clocks", clock_views.told, name="clocks"),
    path("clocks/count", clock_views.count, name="clocks_count"),
    path("door/<uuid:incident_id>/", door_views.page, name="door"),
    path("door/<uuid:incident_id>/answer", door_views.answer, name="door_answer"),
    path("door/<uuid:incident_id>/typing", door_views.typing, name="door_typing"),
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
