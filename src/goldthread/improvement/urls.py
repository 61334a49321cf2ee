"""The plan's addresses."""

from django.urls import path

from goldthread.improvement import action_views, register_views, views

app_name = "improvement"
ONE, DOING, STEP, REPORT = (
    "recommendations/<int:number>/",
    "actions/<int:number>/",
    "milestones/<int:number>/",
    "register/<int:number>/",
)
urlpatterns = [
    path("", views.plan, name="plan"),
    path("count", views.count, name="count"),
    path(ONE, views.recommendation, name="recommendation"),
    path(f"{ONE}text", views.text, name="text"),
    path(f"{ONE}due", views.due, name="due"),
    path(f"{ONE}owner", views.owner, name="owner"),
    path(f"{ONE}figure", views.figure, name="figure"),
    path(f"{ONE}view", views.view, name="view"),
    path(f"{ONE}confirm", views.confirm, name="confirm"),
    path(f"{ONE}sign", views.sign, name="sign"),
    path(f"{ONE}board", views.board, name="board"),
    path(f"{ONE}submit", views.submit, name="submit"),
    path(f"{ONE}close", views.close, name="close"),
    path(f"{ONE}reopen", views.reopen, name="reopen"),
    path("actions/new/", action_views.new_action, name="new_action"),
    path("actions/add", action_views.add_action, name="add_action"),
    path(DOING, action_views.action, name="action"),
    path(f"{DOING}owner", action_views.give, name="give"),
    path(f"{DOING}mark", action_views.mark, name="mark"),
    path(f"{DOING}need", action_views.need, name="need"),
    path(f"{DOING}note", action_views.note, name="note"),
    path(f"{DOING}milestone", action_views.milestone, name="milestone"),
    path(f"{STEP}move", action_views.move, name="move"),
    path(f"{STEP}reach", action_views.reach, name="reach"),
    path("evidence/new/", action_views.new_evidence, name="new_evidence"),
    path("evidence/add", action_views.add_evidence, name="add_evidence"),
    path("evidence/<int:number>/file", action_views.evidence_file, name="file"),
    path("register/", register_views.register, name="register"),
    path("register/add", register_views.add_report, name="add_report"),
    path(REPORT, register_views.report, name="report"),
    path(f"{REPORT}correct", register_views.correct, name="correct"),
    path(f"{REPORT}recommendation", register_views.add_recommendation, name="add_recommendation"),
    path("import/", register_views.import_page, name="import"),
    path("import/look", register_views.look_over, name="look_over"),
    path("import/enter", register_views.enter, name="enter"),
    path("contacts/", register_views.contacts, name="contacts"),
    path("contacts/set", register_views.set_contact, name="set_contact"),
]
