"""One item: taken, decided once, taken back by a further decision, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from goldthread.accounts.models import Team
from goldthread.audit.models import AuditEvent
from goldthread.clocks import working
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.models import Incident
from goldthread.lookback import actions, tables
from goldthread.lookback.decide_actions import decide, record_outcome, take, undo
from goldthread.lookback.models import Decision, Item, Outcome
from goldthread.lookback.queries import after, counted, counts
from goldthread.lookback.rules import Given
from goldthread.lookback.stored import StoredIncidents
from tests.cast import Cast, attended, closed, graded, key, opened, say
from tests.lookback.made import some_items

SAFE = Given("safe", "seen", "Seen by the school nurse on the day; noted in the school's own log.")
RISK = "he is strangling mum, he has a knife, the baby is in the cot"


@pytest.fixture
def item(cast: Cast, tmp_path: Path) -> Item:
    return some_items(cast, tmp_path, 1)[0]


@pytest.fixture
def ours(cast: Cast) -> Item:
    """An item about a closed incident of Team A."""
    incident = opened(cast.handler)
    say(cast.handler, incident, RISK)
    graded(cast.handler, incident, "scheduled")
    attended(cast, incident)
    closed(cast, incident)
    now = database_now(connection)
    actions.make(cast.supervisor, cast.supervisor.team, 5, StoredIncidents((now - timedelta(days=2)).date(), now))
    return Item.objects.get()


def fresh(item: Item) -> Item:
    return Item.objects.select_related("hit").get(pk=item.pk)


def test_safe_is_decided_with_its_reason_and_owes_no_outcome(cast: Cast, item: Item) -> None:
    decide(cast.vast, item.pk, key=key(), given=SAFE)
    made = fresh(item)
    assert (made.state, made.decision, made.owner, made.owner_team) == ("decided", "safe", cast.vast, None)
    assert made.outcome_due_at is None
    decision = Decision.objects.get()
    assert (decision.reason, decision.words.text) == ("seen", SAFE.words)
    event = AuditEvent.objects.get(verb="lookback.decide")
    assert (event.staff_id, event.duty) == (cast.vast.pk, "alteration")
    assert "nurse" not in event.detail
    assert str(decision.words.pk) in event.detail


def test_vast_hands_it_to_their_desk_on_a_clock(cast: Cast, item: Item) -> None:
    decide(cast.supervisor, item.pk, key=key(), given=Given("vast"))
    made = fresh(item)
    assert (made.owner, made.owner_team) == (None, cast.vast.team)
    now = database_now(connection)
    today, closed_days = now.astimezone(LONDON).date(), bank_holidays()
    assert made.outcome_due_at == working.end_of_day(today, tables.targets_on(today).outcome["vast"], closed_days)


def test_with_several_desks_one_is_chosen_and_with_none_nothing_is_lost(cast: Cast, item: Item) -> None:
    other = Team.objects.create(name="VAST South")
    cast.stranger.role, cast.stranger.team = "vast_officer", other
    cast.stranger.save()
    with pytest.raises(Invalid, match="VAST desk"):
        decide(cast.supervisor, item.pk, key=key(), given=Given("vast"))
    with pytest.raises(Invalid):
        decide(cast.supervisor, item.pk, key=key(), given=Given("vast"), desk_id=cast.dispatcher.team_id)
    decide(cast.supervisor, item.pk, key=key(), given=Given("vast"), desk_id=other.pk)
    assert fresh(item).owner_team == other
    undo(cast.supervisor, item.pk, key=key())
    for one in (cast.stranger, cast.vast):
        one.role = "qa_assessor"
        one.save()
    with pytest.raises(Refused, match="No team has a VAST officer"):
        decide(cast.supervisor, item.pk, key=key(), given=Given("vast"))
    assert fresh(item).state == "open"


def test_a_record_elsewhere_is_reopened_by_telling_somebody(cast: Cast, item: Item) -> None:
    with pytest.raises(Invalid, match="who was told"):
        decide(cast.supervisor, item.pk, key=key(), given=Given("reopen"))
    decide(cast.supervisor, item.pk, key=key(), given=Given("reopen", told="Insp Elm, control room of Force B"))
    assert Decision.objects.get().told.text == "Insp Elm, control room of Force B"
    assert fresh(item).outcome_due_at is not None


@pytest.mark.parametrize("who", ["vast", "supervisor", "fim"])
def test_an_incident_of_ours_is_opened_again_by_the_action_of_first_contact(cast: Cast, ours: Item, who: str) -> None:
    user = getattr(cast, who)
    decide(user, ours.pk, key=key(), given=Given("reopen"))
    incident = Incident.objects.get(pk=ours.hit.incident_id)
    whose = (None, incident.team) if who == "vast" else (user, None)  # VAST may not grade
    assert (incident.is_open, incident.owner, incident.owner_team) == (True, *whose)
    assert incident.next_action_at is not None
    assert incident.entries.filter(code="incident.reopened", data__by="look-back").exists()
    assert AuditEvent.objects.filter(verb="incident.reopen", staff_id=user.pk).exists()


def test_an_incident_that_is_open_is_not_opened_again(cast: Cast, ours: Item) -> None:
    say(cast.handler, Incident.objects.get(pk=ours.hit.incident_id), "he is back")
    with pytest.raises(Refused, match="is open already"):
        decide(cast.supervisor, ours.pk, key=key(), given=Given("reopen"))
    assert fresh(ours).state == "open"
    assert not Decision.objects.exists()


def test_a_supervisor_whose_team_it_is_not_opens_no_incident_of_another_team(cast: Cast, ours: Item) -> None:
    Incident.objects.filter(pk=ours.hit.incident_id).update(
        team=cast.far_supervisor.team_id, owner=cast.far_supervisor, owner_team=None
    )
    with pytest.raises(Refused, match="decide VAST"):
        decide(cast.supervisor, ours.pk, key=key(), given=Given("reopen"))
    assert fresh(ours).state == "open"


def test_the_second_to_decide_is_told_who_was_first(cast: Cast, item: Item) -> None:
    decide(cast.vast, item.pk, key=key(), given=SAFE)
    with pytest.raises(Stale, match="Vast Amber has decided this already: Safe because"):
        decide(cast.supervisor, item.pk, key=key(), given=Given("vast"))
    assert Decision.objects.count() == 1


def test_a_doubled_send_decides_once(cast: Cast, item: Item) -> None:
    own = key()
    for _ in range(2):
        decide(cast.vast, item.pk, key=own, given=SAFE)
        record_outcome(cast.vast, item.pk, key=own, kind="safe_seen")
        take(cast.vast, item.pk, key=own)
    assert (Decision.objects.count(), Outcome.objects.count()) == (1, 1)


def test_undo_is_a_further_decision_and_the_clock_it_had_goes_on(cast: Cast, item: Item) -> None:
    due = fresh(item).due_at
    decide(cast.vast, item.pk, key=key(), given=SAFE)
    undo(cast.supervisor, item.pk, key=key(), words="The nurse saw another child.")
    made = fresh(item)
    assert (made.state, made.decision, made.owner, made.due_at) == ("open", "", cast.supervisor, due)
    assert [one.kind for one in Decision.objects.order_by("seq")] == ["safe", "undone"]
    with pytest.raises(Refused, match="Nothing is decided"):
        undo(cast.supervisor, item.pk, key=key())
    decide(cast.supervisor, item.pk, key=key(), given=Given("vast"))
    assert [one.seq for one in Decision.objects.order_by("seq")] == [1, 2, 3]


def test_undoing_a_reopening_closes_nothing(cast: Cast, ours: Item) -> None:
    decide(cast.supervisor, ours.pk, key=key(), given=Given("reopen"))
    undo(cast.supervisor, ours.pk, key=key())
    assert Incident.objects.get(pk=ours.hit.incident_id).is_open


def test_an_outcome_follows_a_decision_and_a_further_one_holds(cast: Cast, item: Item) -> None:
    with pytest.raises(Refused, match="not decided yet"):
        record_outcome(cast.vast, item.pk, key=key(), kind="safe_seen")
    decide(cast.supervisor, item.pk, key=key(), given=Given("vast"))
    record_outcome(cast.vast, item.pk, key=key(), kind="no_trace")
    record_outcome(
        cast.vast, item.pk, key=key(), kind="confirmed", words="Found through the school; strategy discussion held."
    )
    made = fresh(item)
    assert (made.outcome, made.owner) == ("confirmed", cast.vast)
    assert Outcome.objects.count() == 2
    with pytest.raises(Refused, match="the decision stands"):
        undo(cast.vast, item.pk, key=key())


def test_what_waits_may_be_decided_before_its_day(cast: Cast, tmp_path: Path) -> None:
    last = some_items(cast, tmp_path, 4, a_day=1)[-1]
    assert last.release_at > database_now(connection)
    decide(cast.vast, last.pk, key=key(), given=SAFE)
    undo(cast.vast, last.pk, key=key())
    assert fresh(last).release_at <= database_now(connection)


@pytest.mark.parametrize(
    "who",
    ["handler", "teammate", "stranger", "dispatcher", "officer", "qa", "silver", "pcc", "auditor", "far_supervisor"],
)
def test_whoever_may_not_decides_nothing(cast: Cast, item: Item, who: str) -> None:
    user = getattr(cast, who)
    for act in (
        lambda: take(user, item.pk, key=key()),
        lambda: decide(user, item.pk, key=key(), given=SAFE),
        lambda: undo(user, item.pk, key=key()),
        lambda: record_outcome(user, item.pk, key=key(), kind="safe_seen"),
    ):
        with pytest.raises(NotThere):
            act()
    assert (fresh(item).state, fresh(item).owner) == ("open", None)


def test_it_is_handed_to_another_team_and_seen_there(cast: Cast, item: Item) -> None:
    Item.objects.filter(pk=item.pk).update(owner_team=cast.far_supervisor.team_id)
    assert Item.objects.all().visible_to(cast.far_supervisor).filter(pk=item.pk).exists()
    assert Item.objects.all().visible_to(cast.supervisor).filter(pk=item.pk).exists()


def test_the_next_item_follows_in_rank_and_starts_over_at_the_end(cast: Cast, tmp_path: Path) -> None:
    items = some_items(cast, tmp_path, 3)
    at = max(one.release_at for one in items) + timedelta(minutes=1)
    assert [after(cast.vast, one, at) for one in items] == [items[1], items[2], items[0]]
    for one in items[1:]:
        decide(cast.vast, one.pk, key=key(), given=SAFE)
    assert after(cast.vast, items[0], at) is None


def test_counts_tell_what_is_owed_and_what_is_late(cast: Cast, tmp_path: Path) -> None:
    items = some_items(cast, tmp_path, 4)
    now = database_now(connection)
    Item.objects.update(release_at=now - timedelta(days=9))
    Item.objects.filter(pk=items[0].pk).update(due_at=now - timedelta(days=1))
    decide(cast.vast, items[1].pk, key=key(), given=SAFE)
    decide(cast.vast, items[2].pk, key=key(), given=Given("vast"))
    Item.objects.filter(pk=items[2].pk).update(outcome_due_at=now - timedelta(hours=1))
    assert counted(cast.vast, now) == {"count": 3, "over": 2}
    assert counted(cast.far_supervisor, now) == {"count": 0, "over": 0}
    found = counts(cast.supervisor, now)
    assert {name: found[name] for name in ("open", "waiting", "owed", "decided", "all", "over")} == {
        "open": 2, "waiting": 0, "owed": 1, "decided": 2, "all": 4, "over": 2,
    }  # fmt: skip
