"""Safeguarding's addresses."""

from django.urls import path

from goldthread.safeguarding import child_views, clock_views

app_name = "safeguarding"
urlpatterns = [
    path("clocks", clock_views.told, name="clocks"),
    path("clocks/count", clock_views.count, name="clocks_count"),
    path("children/", child_views.children, name="children"),
    path("children/search", child_views.search, name="children_search"),
    path("children/<uuid:record_id>/", child_views.record, name="child"),
    path("children/<uuid:record_id>/sheet", child_views.sheet, name="child_sheet"),
    path("children/<uuid:record_id>/print", child_views.printed, name="child_print"),
    path("children/<uuid:record_id>/merge", child_views.merge, name="child_merge"),
    path("children/<uuid:record_id>/unmerge", child_views.unmerge, name="child_unmerge"),
    path("children/<uuid:record_id>/mark", child_views.mark, name="child_mark"),
    path("children/<uuid:record_id>/review", child_views.review, name="child_review"),
    path("children/raises/<int:raise_id>/answer", child_views.answer, name="child_answer"),
    path("children/alike/<int:likeness_id>/", child_views.likeness, name="child_alike"),
    path("children/alike/<int:likeness_id>/decide", child_views.decide, name="child_decide"),
    path("children/in/<uuid:incident_id>/<uuid:child>/", child_views.in_incident, name="child_in"),
    path("children/in/<uuid:incident_id>/<uuid:child>/make", child_views.make, name="child_make"),
    path("children/in/<uuid:incident_id>/<uuid:child>/tie", child_views.tie, name="child_tie"),
    path("children/in/<uuid:incident_id>/<uuid:child>/untie", child_views.untie, name="child_untie"),
]
