"""The desk's addresses."""

from django.urls import path

from goldthread.desk import caller_views, command_views, inbox_views, known_views, paper, views

app_name = "desk"
urlpatterns = [
    path("contact/", views.contact_new, name="contact"),
    path("contact/<uuid:incident_id>/", views.call, name="call"),
    path("contact/<uuid:incident_id>/open", views.call_open, name="call_open"),
    path("contact/earlier", caller_views.earlier, name="earlier"),
    path("inbox/", inbox_views.inbox, name="inbox"),
    path("inbox/count", inbox_views.inbox_count, name="inbox_count"),
    path("inbox/add", inbox_views.inbox_add, name="inbox_add"),
    path("inbox/<uuid:incident_id>/take", inbox_views.inbox_take, name="inbox_take"),
    path("forms/thrive", paper.thrive_form, name="paper"),
    path("board/", views.board, name="board"),
    path("incidents/", views.mine, name="mine"),
    path("incidents/find", views.find, name="find"),
    path("incidents/<uuid:incident_id>/", views.incident, name="incident"),
    path("incidents/<uuid:incident_id>/typing", views.typing, name="typing"),
    path("incidents/<uuid:incident_id>/mark", command_views.mark, name="mark"),
    path("incidents/<uuid:incident_id>/supervisor", command_views.supervisor, name="supervisor"),
    path("incidents/<uuid:incident_id>/supervisor/came", command_views.supervisor_came, name="supervisor_came"),
    path("incidents/<uuid:incident_id>/words", command_views.words, name="words"),
    path("incidents/<uuid:incident_id>/particular", command_views.particular, name="particular"),
    path("incidents/<uuid:incident_id>/area", command_views.area, name="area"),
    path("incidents/<uuid:incident_id>/children", command_views.children, name="children"),
    path("incidents/<uuid:incident_id>/thrive", command_views.thrive, name="thrive"),
    path("incidents/<uuid:incident_id>/grade", command_views.grade, name="grade"),
    path("incidents/<uuid:incident_id>/allocate", command_views.allocate, name="allocate"),
    path("incidents/<uuid:incident_id>/arrive", command_views.arrive, name="arrive"),
    path("incidents/<uuid:incident_id>/leave", command_views.leave, name="leave"),
    path("incidents/<uuid:incident_id>/line", caller_views.line, name="line"),
    path("incidents/<uuid:incident_id>/online", caller_views.online, name="online"),
    path("incidents/<uuid:incident_id>/safe", caller_views.safe, name="safe"),
    path("incidents/<uuid:incident_id>/callback", caller_views.callback, name="callback"),
    path("incidents/<uuid:incident_id>/take", command_views.take, name="take"),
    path("incidents/<uuid:incident_id>/close", command_views.close, name="close"),
    path("incidents/<uuid:incident_id>/known/", known_views.shown, name="known"),
    path("incidents/<uuid:incident_id>/known/suggest", known_views.suggest, name="known_suggest"),
    path("incidents/<uuid:incident_id>/known/search", known_views.search, name="known_search"),
    path("incidents/<uuid:incident_id>/known/settle", known_views.settle, name="known_settle"),
    path("incidents/<uuid:incident_id>/known/withdraw", known_views.withdraw, name="known_withdraw"),
    path("incidents/<uuid:incident_id>/known/person", known_views.person, name="known_person"),
    path("incidents/<uuid:incident_id>/known/link", known_views.link, name="known_link"),
    path("incidents/<uuid:incident_id>/known/unlink", known_views.unlink, name="known_unlink"),
]
