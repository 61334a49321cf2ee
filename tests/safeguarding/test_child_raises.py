"""Three concerns below the threshold in ninety days raise a child by themselves, once, to the VAST, until somebody says what was decided."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goldthread.config.errors import Invalid, NotThere, Stale
from goldthread.contact.models import Incident
from goldthread.safeguarding import child_actions as actions
from goldthread.safeguarding import child_queries as queries
from goldthread.safeguarding import child_raise_actions as raising
from goldthread.safeguarding.child_models import ChildRaise, ChildRaiseAnswer
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.concern_actions import open_due, rate, refer
from goldthread.safeguarding.concern_models import Concern
from goldthread.safeguarding.concern_presenters import why
from goldthread.safeguarding.concern_queries import newest_reason
from tests.cast import Cast, ended, key, say
from tests.response.test_alarms import later
from tests.safeguarding.children import At, child, recorded


def tie(cast: Cast, record: object, one: At) -> None:
    actions.tie(cast.vast, *one, key=key(), record_id=record, why="The mother says so.")  # type: ignore[arg-type]


def test_the_third_raises_and_no_more_until_it_is_answered(cast: Cast) -> None:
    one, other, third, fourth = (child(cast.handler) for _ in range(4))
    record = recorded(cast.vast, one, other)
    assert not ChildRaise.objects.exists()
    tie(cast, record, third)
    made = ChildRaise.objects.get()
    assert set(made.incidents) == {str(pk) for pk, _ in (one, other, third)}
    line = Incident.objects.get(pk=third[0]).entries.get(code="child.raised")
    assert line.data == {"raised": made.pk, "count": 3}
    clock = running(("child_raise", made.pk)).get()
    assert clock.due_at - clock.began_at == timedelta(hours=24)
    tie(cast, record, fourth)
    assert ChildRaise.objects.count() == 1, "one waits already"


def test_an_answer_ends_its_clock_and_the_next_incident_raises_anew(cast: Cast) -> None:
    at = [child(cast.handler) for _ in range(4)]
    record = recorded(cast.vast, *at[:3])
    made = ChildRaise.objects.get()
    with pytest.raises(Invalid, match="what was decided"):
        raising.answer(cast.vast, made.pk, words=" ")
    answer = raising.answer(cast.vast, made.pk, words="Strategy discussion asked for.")
    assert raising.answer(cast.vast, made.pk, words="Strategy discussion asked for.").pk == answer.pk
    with pytest.raises(Stale, match="answered this meanwhile"):
        raising.answer(cast.vast, made.pk, words="Nothing.")
    assert not Clock.objects.filter(about="child_raise", stopped_at__isnull=True).exists()
    actions.untie(cast.vast, *at[2], key=key(), why="Not hers.")
    actions.tie(cast.vast, *at[2], key=key(), record_id=record, why="Hers after all.", despite=True)
    assert ChildRaise.objects.count() == 1, "what the answer knew of raises nobody again"
    tie(cast, record, at[3])
    assert ChildRaise.objects.count() == 2


def test_a_merge_raises_and_so_does_a_closing(cast: Cast) -> None:
    at = [child(cast.handler) for _ in range(3)]
    record, other = recorded(cast.vast, at[0], at[1]), recorded(cast.vast, at[2])
    actions.merge(cast.vast, record, other, key=key(), why="One child.")
    made = ChildRaise.objects.get()
    raising.answer(cast.vast, made.pk, words="Visited together.")
    fresh = child(cast.handler, seen="spoken_to")
    later(timedelta(days=80))
    again = [child(cast.handler, seen="spoken_to") for _ in range(2)]
    for one in (fresh, *again):
        tie(cast, record, one)
    assert ChildRaise.objects.count() == 2
    raising.answer(cast.vast, ChildRaise.objects.order_by("-id")[0].pk, words="Visited again.")
    ended(cast, Incident.objects.get(pk=again[0][0]))
    assert ChildRaise.objects.count() == 2, "a closing alone is nothing new"


def test_a_closing_raises_where_the_level_fell_below_only_then(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    at = [child(cast.handler, seen="spoken_to") for _ in range(3)]
    dealt = {at[0][0]}
    monkeypatch.setattr(raising, "_dealt", [lambda found: dealt & set(found)])
    recorded(cast.vast, *at)
    assert not ChildRaise.objects.exists(), "one of them was referred, so that it is below no threshold"
    dealt.clear()
    incident = ended(cast, Incident.objects.get(pk=at[1][0]))
    assert ChildRaise.objects.count() == 1
    assert Incident.objects.filter(entries__code="child.raised").count() == 1
    assert incident.closed_at is not None, "what raises a child stands in the way of no closing"


def test_what_the_reader_put_high_and_what_is_long_ago_does_not_count(cast: Cast) -> None:
    at = [child(cast.handler) for _ in range(3)]
    say(cast.handler, Incident.objects.get(pk=at[0][0]), "he has a knife to the girl's throat, she is screaming")
    recorded(cast.vast, *at)
    assert not ChildRaise.objects.exists()
    later(timedelta(days=91))
    recorded(cast.vast, *[child(cast.handler) for _ in range(2)], child(cast.handler))
    assert ChildRaise.objects.count() == 1


def test_a_raise_opens_a_concern_of_the_newest_incident_on_the_desks_clock(cast: Cast) -> None:
    at = [child(cast.handler) for _ in range(4)]
    record = recorded(cast.vast, *at[:3])
    made = ChildRaise.objects.get()
    assert open_due() == 1
    concern = Concern.objects.get()
    assert (str(concern.incident_id), concern.rating) == (str(at[2][0]), "amber")
    reason = concern.reasons.get()
    assert (reason.cause, reason.what) == ("raised", str(made.pk))
    assert why(reason) == "Several concerns about one child, each below the threshold"
    assert running(("concern", concern.pk)).get().rule == "vast_amber"
    assert open_due() == 0, "one raise is one cause"
    raising.answer(cast.vast, made.pk, words="Visited.")
    tie(cast, record, at[3])
    assert set(ChildRaise.objects.latest("id").incidents) == {str(pk) for pk, _ in at}, "its own concern hides none"


def test_a_raise_adds_its_cause_to_the_concern_that_is_open_and_begins_its_triage_anew(cast: Cast) -> None:
    at = [child(cast.handler) for _ in range(4)]
    concern = refer(cast.handler, at[3][0], key=key(), words="A neighbour heard shouting.")
    rate(cast.vast, concern.pk, key=key(), rating="amber", reason=newest_reason(concern))
    recorded(cast.vast, *at[:3])
    ChildRaise(record_id=ChildRaise.objects.get().record_id, incidents=[str(at[3][0])]).save()
    assert open_due() == 2
    concern.refresh_from_db()
    assert [one.cause for one in concern.reasons.order_by("pk")] == ["referred", "raised"]
    assert concern.triaged_at is None


def test_an_answer_within_the_minute_opens_no_concern(cast: Cast) -> None:
    recorded(cast.vast, *[child(cast.handler) for _ in range(3)])
    raising.answer(cast.vast, ChildRaise.objects.get().pk, words="Strategy discussion asked for.")
    assert open_due() == 0


def test_nobody_out_of_reach_answers(cast: Cast) -> None:
    recorded(cast.vast, *[child(cast.handler) for _ in range(3)])
    made = ChildRaise.objects.get()
    for name, one in cast.everybody().items():
        if name != "vast":
            with pytest.raises(NotThere):
                raising.answer(one, made.pk, words="Mine.")
    assert not ChildRaiseAnswer.objects.exists()
    assert queries.raises_open().count() == 1
