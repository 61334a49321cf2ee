"""Themes: made by the lead of a question or of one record, shown without records to who may not see them, closed with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.quality import theme_actions, theme_queries, uses
from goldthread.quality.models import QualityRecord, QualityRound, QualityTheme, QualityThemeEnd
from goldthread.quality.rates import of_round
from tests.cast import Cast, key
from tests.quality.rate_scenes import NO, NOTHING, YES, drawn
from tests.quality.scenes import lead, person
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]
TITLE, WHY = "Where the child is, is not written down", "It is left out wherever the call is short."
SOME = [YES] * 3 + [NO, {**YES, "voice": "no"}, {**YES, "voice": "partly"}, {**YES, "voice": "na"}, NOTHING]


def a_round(cast: Cast) -> QualityRound:
    """Of eight scored records four do not meet the question of the child's voice, one of which is half met."""
    return drawn(cast, {"rest": (80, SOME)}, left=1)


def theme(cast: Cast, made: QualityRound, question: str = "voice") -> QualityTheme:
    return theme_actions.make(lead(cast), key=key(), round_id=made.pk, title=TITLE, why=WHY, question=question)


def test_a_question_becomes_a_theme_with_its_rate_and_the_records_that_show_it(cast: Cast) -> None:
    made = a_round(cast)
    found = theme(cast, made)
    rate = next(one.whole for one in of_round(made).rows if one.code == "voice")
    assert rate is not None
    assert (found.share, found.low, found.high, found.n) == (rate.share, rate.low, rate.high, rate.n)
    shown = {one.record_id for one in found.records.all()}
    scored = QualityRecord.objects.filter(tasks__score__answers__voice__in=["no", "partly"])
    assert shown == set(scored.values_list("pk", flat=True))
    assert len(shown) == 3
    assert theme(cast, made, "good").records.count() == 1, "what cannot be scored is not shown as bad"
    with pytest.raises(Invalid, match="No scored record"):
        theme(cast, made, "critical")
    assert AuditEvent.objects.filter(verb="quality.theme", duty="combination").count() == 2


def test_one_record_becomes_a_theme_and_one_of_another_round_or_not_scored_does_not(cast: Cast) -> None:
    made, other = a_round(cast), a_round(cast)
    records = QualityRecord.objects.filter(stratum__round=made)
    scored = records.filter(tasks__score__isnull=False).first()
    assert scored is not None

    def make(record: int | None, question: str = "") -> QualityTheme:
        return theme_actions.make(
            lead(cast), key=key(), round_id=made.pk, title=TITLE, why=WHY, question=question, record=record
        )

    found = make(scored.pk)
    assert ([one.record_id for one in found.records.all()], found.share) == ([scored.pk], None)
    elsewhere = QualityRecord.objects.filter(stratum__round=other).first()
    unscored = records.filter(tasks__isnull=True).first()
    assert elsewhere is not None
    assert unscored is not None
    for record in (elsewhere.pk, unscored.pk, 10**9):
        with pytest.raises(Invalid):
            make(record)
    with pytest.raises(Invalid):
        make(None)


def test_what_is_missing_or_unknown_is_told_and_the_same_sent_twice_is_one(cast: Cast) -> None:
    made, same = a_round(cast), key()
    given = {"round_id": made.pk, "title": TITLE, "why": WHY, "question": "voice"}
    first = theme_actions.make(lead(cast), key=same, **given)
    assert theme_actions.make(lead(cast), key=same, **given) == first
    for wrong, field in [({"title": " "}, "title"), ({"title": "x" * 121}, "title"), ({"why": ""}, "why"), ({"question": "none"}, "question")]:  # fmt: skip
        with pytest.raises(Invalid) as told:
            theme_actions.make(lead(cast), key=key(), **{**given, **wrong})
        assert set(told.value.fields) == {field}
    with pytest.raises(NotThere):
        theme_actions.make(lead(cast), key=key(), **{**given, "round_id": made.pk + 9})
    for name, user in cast.everybody().items():
        with pytest.raises(Refused):
            theme_actions.make(user, key=key(), **given)
        with pytest.raises(NotThere):
            theme_actions.close(user, first.pk, words=name)
    assert QualityTheme.objects.count() == 1


def test_it_is_closed_once_with_a_reason(cast: Cast) -> None:
    found = theme(cast, a_round(cast))
    with pytest.raises(Invalid):
        theme_actions.close(lead(cast), found.pk, words=" ")
    end = theme_actions.close(lead(cast), found.pk, words="Trained, and sampled again.")
    assert theme_actions.close(lead(cast), found.pk, words="Trained, and sampled again.") == end
    with pytest.raises(Stale):
        theme_actions.close(lead(cast), found.pk, words="Otherwise.")
    assert QualityThemeEnd.objects.count() == 1
    newer = theme(cast, found.round)
    assert [one.pk for one in theme_queries.themes()] == [newer.pk, found.pk], "those open first"
    assert [one.pk for one in theme_queries.themes("closed")] == [found.pk]


def test_records_are_shown_to_who_may_see_them_and_to_nobody_else(cast: Cast) -> None:
    found = theme(cast, a_round(cast))
    by = {name: {one.address.split("/")[1] for one in theme_queries.records(found, user)} for name, user in cast.everybody().items()}  # fmt: skip
    assert by["qa"] == {"quality"}, "the assessor who scored them"
    assert by["handler"] == {"incidents"}
    for name in ("stranger", "far_supervisor", "silver", "pcc", "auditor"):
        if not roles()[getattr(cast, name).role].can("incident.see"):
            assert by[name] == set(), name
    assert theme_queries.records(found, person(cast, "trainer", "trainer")) == []
    assert theme_queries.records(found, lead(cast)) == []


def test_the_lead_goes_from_rates_to_a_theme_on_pages_that_lose_nothing_typed(cast: Cast, browser: Browser) -> None:
    made = a_round(cast)
    leads = browser(lead(cast))
    assert "No theme is here." in text(leads.get("/quality/themes/"))
    assert f"/quality/themes/new?round={made.pk}&amp;question=voice" in leads.get(
        f"/quality/rates/{made.pk}/"
    ).text.replace("&question", "&amp;question").replace("&amp;amp;", "&amp;")
    new = leads.get(f"/quality/themes/new?round={made.pk}&question=voice")
    assert 'value="voice" selected' in new.text
    for asked in ("", "x", "9" * 30, str(made.pk + 9)):
        assert leads.get(f"/quality/themes/new?round={asked}").status_code == 404
    given = {"key": key(), "round": made.pk, "question": "voice", "title": "", "why": WHY}
    wrong = leads.post("/quality/themes/make", given)
    assert (wrong.status_code, "Give it a title" in text(wrong), WHY in text(wrong)) == (422, True, True)
    there = leads.post("/quality/themes/make", {**given, "title": TITLE}).headers["Location"]
    page = text(leads.get(there))
    assert TITLE in page
    assert "You may see none of these records" in page
    wrong = leads.post(f"{there}close", {"key": key(), "words": ""})
    assert (wrong.status_code, "Write what came of it" in text(wrong)) == (422, True)
    assert leads.post(f"{there}close", {"key": key(), "words": "Done."}).status_code == 302
    assert "Done." in text(leads.get(there))
    assert leads.post(f"{there[:-2]}99999/close", {"key": key(), "words": "Done."}).status_code == 404


def test_who_may_read_themes_is_the_matrixs_and_nobody_reads_an_incident_in_them(cast: Cast, browser: Browser) -> None:
    found = theme(cast, a_round(cast))
    references = {one.record.incident.reference for one in found.records.select_related("record__incident")}
    for name, user in {**cast.everybody(), "trainer": person(cast, "trainer", "trainer")}.items():
        client, role = browser(user), roles()[user.role]
        for at in ("/quality/themes/", f"/quality/themes/{found.pk}/"):
            assert client.get(at).status_code == (200 if role.can("quality.themes") else 403), (name, at)
        assert client.get(f"/quality/themes/new?round={found.round_id}").status_code == 403, name
        if role.can("quality.themes") and name not in {"qa"} and not role.can("incident.see"):
            assert not [one for one in references if one in client.get(f"/quality/themes/{found.pk}/").text], name
    assert browser(cast.silver).get(f"/quality/themes/{found.pk + 9}/").status_code == 404


def test_a_use_is_offered_to_who_has_its_verb_and_tells_what_came_of_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(uses, "_uses", [])
    for _ in range(2):
        uses.register_use(
            uses.Use("Take it up", "quality.theme", "/up/{}", lambda theme: [uses.Made("Taken", f"/{theme}")])
        )
    assert uses.offered(lead(cast), 7) == [("Take it up", "/up/7")]
    assert uses.offered(cast.silver, 7) == []
    assert uses.came_of(7) == [uses.Made("Taken", "/7")]
    with pytest.raises(ValueError, match="two uses"):
        uses.register_use(uses.Use("Take it up", "quality.theme", "/other/{}", lambda _theme: []))
