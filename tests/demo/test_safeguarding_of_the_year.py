"""What VAST and the partners did in the year stands as the actions write it, and the desk's own rule finds nothing left out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.contact.rules import ChildGiven
from goldthread.demo import plan as plans
from goldthread.demo import steps
from goldthread.demo.desk_rows import Act
from goldthread.demo.generate import stories
from goldthread.demo.loading import copy_in
from goldthread.demo.rows import ORDER, Record
from goldthread.demo.seed import SEED, known_in_database
from goldthread.demo.told import clock_back
from goldthread.demo.writing import Rows
from goldthread.measures import queries
from goldthread.measures.registry import measure
from goldthread.response.models import Allocation
from goldthread.safeguarding import child_actions, concern_actions, door_actions, referral_actions
from goldthread.safeguarding.child_models import ChildRecord, ChildTie
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock, ClockStep
from goldthread.safeguarding.concern_models import Concern, ConcernCall, ConcernOpinion
from goldthread.safeguarding.concern_queries import newest_reason
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit
from goldthread.safeguarding.link_models import PartnerLink
from goldthread.safeguarding.referral_models import Referral, ReferralLeg
from tests.demo.test_seed_is_whole import do

OURS = ("clock", "concern", "referral", "link", "child", "children", "door", "grade", "thrive")
SLOWER = timedelta(seconds=8)
"""A command takes its time, so that a clock begun by it falls due so much later than in the rows."""
NEAR = timedelta(seconds=40)
VERBS = {
    "look", "tell", "rate", "telephone", "write_up", "look_into", "opinion", "end", "make", "seen", "accepted", "declined",
    "acted", "outcome", "feed_back", "withdraw", "child_make", "child_tie", "agrees", "disagrees", "door", "door_late", "door_new",
    "door_told", "ppn_late", "not_seen", "not_alone", "too_young", "alone", "no_child",
}  # fmt: skip


def _verbs(record: Record) -> set[str]:
    found = {one.given.get("leg", one.given.get("answer", one.verb)) for one in record.taken if isinstance(one, Act)}
    left, told = False, False
    for one in record.taken:
        left |= isinstance(one, steps.Left)
        told |= left and isinstance(one, Act) and one.verb == "tell"
        if isinstance(one, Act) and one.verb == "door":
            found |= _at_door(one.given, left=left, told=told)
    return found


def _at_door(given: Mapping[str, Any], *, left: bool, told: bool) -> set[str]:
    shown = {
        "door_late": left, "door_new": given["new"], "no_child": given["whole"].no_child, "door_told": told and given["children"],
        "ppn_late": given["whole"].ppn and not given["children"], "alone": any(one.alone == "yes" for one in given["children"]),
        "not_seen": any(one.seen == "no" for one in given["children"]),
        "not_alone": any(one.alone == "no" for one in given["children"]),
        "too_young": any(one.alone == "too_young" for one in given["children"]),
    }  # fmt: skip
    return {what for what, is_so in shown.items() if is_so}


def _told(now: datetime) -> tuple[list[tuple[steps.Story, Record]], uuid.UUID]:
    """Stories of the year written down with their safeguarding, and of them the few that show every verb."""
    plan = plans.recorded()
    assert plan is not None
    known, rows = known_in_database(plan), Rows()
    # With other dice than the small force was told with: by those, some hours give a story the identity of one that is there.
    ended = [
        one for seed in range(SEED + 1, SEED + 5) for one in stories(seed, now, 2_000, 30)
        if one.state == "closed" and one.cues and one.opened_at < now - timedelta(days=45)
        and not any(isinstance(step, steps.Reviewed) for step in one.steps)
    ]  # fmt: skip
    told = [replace(one, reference=f"260101-{7_000 + place}") for place, one in enumerate(ended[:700])]
    records = [(one, Record(one, known, rows)) for one in told]
    for model in ORDER:
        copy_in(model, rows[model])
    assert known.watch is not None
    known.watch.finish()
    wanted, chosen = set(VERBS), []
    while wanted:
        story, best = max(records, key=lambda pair: (len(_verbs(pair[1]) & wanted), -len(pair[1].taken)))
        assert _verbs(best) & wanted, f"nothing shows {wanted}"
        chosen.append((story, best))
        wanted -= _verbs(best)
    return chosen, uuid.uuid4()


def test_the_year_of_safeguarding_is_what_the_actions_write(small_force: datetime) -> None:
    chosen, _ = _told(small_force)
    made: dict[uuid.UUID, uuid.UUID] = {}
    with clock_back() as past:
        for story, record in chosen:
            again, before = uuid.uuid4(), None
            for one in record.taken:
                told = isinstance(one, Act) and one.verb == "tell"
                past.turn(one.at + SLOWER if told else one.at)
                if isinstance(one, Act):
                    _act(again, one, made)
                else:
                    do(story, again, one, before)
                    before = one
            mine, theirs = list(_trace(again)), list(_trace(story.id))
            assert [what for what, _ in mine] == [what for what, _ in theirs], story.template
            for (what, times), (_, said) in zip(mine, theirs, strict=True):
                for one_at, other_at in zip(times, said, strict=True):
                    assert (one_at is None) == (other_at is None), what
                    assert one_at is None or abs(one_at - other_at) < NEAR, what


def _act(incident: uuid.UUID, act: Act, made: dict[uuid.UUID, uuid.UUID]) -> None:
    given: dict[str, Any] = dict(act.given)
    key = uuid.uuid4()
    if act.verb == "look":
        concern_actions.open_due()
        return
    if act.verb == "tell":
        watch()
        return
    user = Staff.objects.get(username=act.by)
    if act.verb == "door":
        sent = Allocation.objects.filter(incident=incident).latest("pk")
        given["new"] = [
            ChildGiven(str(one.child), one.name, one.age, False, one.where_now, one.last_seen_by, one.seen) for one in given["new"]
        ]  # fmt: skip
        door_actions.answer(sent.unit.crew.earliest("pk"), incident, key=key, visit=sent.pk, **given)
        return
    concern = Concern.objects.filter(incident=incident).first()
    match act.verb:
        case "rate":
            concern_actions.rate(user, concern.pk, key=key, reason=newest_reason(concern), **given)  # type: ignore[union-attr, arg-type]
        case "telephone":
            concern_actions.telephone(user, concern.pk, key=key, **given)  # type: ignore[union-attr]
        case "write_up":
            call = ConcernCall.objects.filter(concern=concern, reached__isnull=False, write_up__isnull=True).earliest(
                "pk"
            )
            concern_actions.write_up(user, call.concern_id, call.pk, key=key, **given)
        case "look_into":
            concern_actions.look_into(user, concern.pk, key=key, **given)  # type: ignore[union-attr]
        case "opinion":
            concern_actions.give_opinion(user, concern.pk, key=key, **given)  # type: ignore[union-attr]
        case "answer":
            asked = ConcernOpinion.objects.get(concern=concern)
            concern_actions.answer(user, asked.pk, incident_id=incident, key=key, **given)
        case "end":
            read = {"last_seq": Incident.objects.get(pk=incident).last_seq, "reason": newest_reason(concern)}  # type: ignore[arg-type]
            concern_actions.end(user, concern.pk, key=key, **read, **given)  # type: ignore[union-attr]
        case "make":
            told = given.pop("referral")
            made[told] = referral_actions.make(user, incident, key=key, **given).pk
        case "leg":
            referral_actions.record_leg(user, made[given.pop("referral")], key=key, **given)
        case "withdraw":
            referral_actions.withdraw(user, made[given["referral"]], key=key, why=given["words"])
        case "feed_back":
            referral_actions.feed_back(user, made[given["referral"]], key=key, words=given["words"])
        case "child_make":
            made[given["record"]] = child_actions.make(user, incident, given["child"], key=key).pk
        case "child_tie":
            record = made.get(given["record"], given["record"])
            child_actions.tie(user, incident, given["child"], key=key, record_id=record, why=given["why"])
        case _:
            raise AssertionError(act.verb)


def _trace(incident: uuid.UUID) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Every row of safeguarding without its keys, and the times in it."""
    ids = {"referral", "link", "record"}
    for entry in Entry.objects.filter(incident=incident).select_related("text", "author").order_by("seq"):
        first = entry.code.split(".")[0]
        crew = entry.author is not None and entry.author.role in {
            "officer",
            "sergeant",
        }  # which of the area's units it is, each has for itself
        data = {
            name: value for name, value in entry.data.items() if not ((name in ids and first in OURS) or (name == "unit" and crew))
        }  # fmt: skip
        if first in OURS or crew:
            yield (
                (
                    entry.seq,
                    entry.code,
                    entry.source,
                    data,
                    crew or entry.author_id,
                    entry.late,
                    entry.text and entry.text.text,
                ),
                (entry.recorded_at, entry.occurred_at),
            )
    for one in Clock.objects.filter(incident=incident).order_by("began_at", "rule"):
        yield (
            (one.rule, one.about, one.team_id, one.known, one.holds, [step[1:] for step in one.steps], one.told,
             (one.about in {"visit", "ppn"} and one.stopped_by_id is not None) or one.stopped_by_id, one.because),
            (one.began_at, one.due_at, one.next_at, one.stopped_at),
        )  # fmt: skip
        for told in ClockStep.objects.filter(clock=one).order_by("number"):
            yield (told.number, told.kind, told.to), (told.at,)
    for had in Concern.objects.filter(incident=incident):
        read = had.incident.readings.filter(pk=had.reading).values_list("entry__seq", flat=True).first()
        yield (
            (had.rating, had.outcome, had.words and had.words.text, had.closed_by_id, had.known_seq, read),
            (had.opened_at, had.triage_from, had.triaged_at, had.closed_at),
        )
        for why in had.reasons.order_by("cause", "what"):
            yield (why.cause, why.what, why.by_id), (why.at,)
        for rated in had.ratings.order_by("pk"):
            yield (rated.rating, rated.words and rated.words.text, rated.by_id), (rated.at,)
        for call in had.calls.order_by("pk"):
            up = getattr(call, "write_up", None)
            yield (
                (call.desk, call.reached and call.reached.text, call.by_id, up and up.words.text),
                (call.called_at, call.next_at, up and up.at),
            )
        for found in had.research.order_by("pk"):
            yield (found.item, found.result, found.words and found.words.text, found.by_id), (found.at,)
        for asked in had.opinions.all():
            yield (
                (
                    asked.grade,
                    asked.words.text,
                    asked.answer.answer,
                    asked.answer.words and asked.answer.words.text,
                    asked.answer.by_id,
                ),
                (asked.at, asked.answer.at),
            )
    for sent in Referral.objects.filter(incident=incident).order_by("number"):
        yield (
            (sent.number, sent.kind, sent.contact_id, sent.made_by_id, sent.concern.text, sent.basis, sent.fields, sent.staff_answer,
             sorted(str(one.child) for one in sent.children.all()), sent.withdrawn_why and sent.withdrawn_why.text),
            (sent.made_at, sent.began_at, sent.withdrawn_at),
        )  # fmt: skip
        for leg in sent.legs.order_by("pk"):
            yield (
                (leg.leg, leg.by_id, leg.by_name, leg.words and leg.words.text, leg.contact_id, leg.origin),
                (leg.at, leg.occurred_at),
            )
        for link in PartnerLink.objects.filter(referral=sent):
            yield (link.contact_id, link.number, link.made_by_id), (link.made_at, link.expires_at)
    for tie in ChildTie.objects.filter(incident=incident).order_by("pk"):
        yield (tie.child, tie.number, tie.tied, tie.by_id, tie.why and tie.why.text), (tie.at,)
    yield from _door(incident)


def _door(incident: uuid.UUID) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """What was found at the door and of which line its words are, and each child as it stood after it."""
    for one in DoorAnswer.objects.filter(incident=incident).order_by("pk"):
        words = [word and word.seq for word in (one.why_not_seen, one.why_not_alone, one.showed)]
        yield (one.child, one.version, one.seen, one.alone, one.late, one.told_by_id, words), (one.seen_at, one.at)
    for whole in DoorVisit.objects.filter(visit__incident=incident).order_by("pk"):
        words = [word and word.seq for word in (whole.no_child_why, whole.home, whole.other, whole.ppn_why)]
        number = whole.ppn_reference and whole.ppn_reference.text
        yield (whole.version, whole.no_child, whole.ppn, number, whole.late, words), (whole.seen_at, whole.at)
    for child in ChildVersion.objects.filter(incident=incident).order_by("pk"):
        yield (child.child, child.version, child.age, child.seen, child.particulars.text), (child.at,)


def test_the_rule_finds_nothing_that_the_year_left_out(small_force: datetime) -> None:
    assert Concern.objects.count() > 10
    before = Concern.objects.count()
    concern_actions.open_due()
    # What was said in the last minute is found by the next look.
    new = Concern.objects.order_by("-pk")[: Concern.objects.count() - before]
    late = small_force - timedelta(minutes=2)
    assert all(Entry.objects.filter(incident=one.incident_id, recorded_at__gte=late).exists() for one in new)


def test_partners_answer_decline_and_are_silent_and_the_measures_see_it(small_force: datetime) -> None:
    _told(small_force)
    legs = set(ReferralLeg.objects.values_list("leg", flat=True))
    assert legs == {"sent", "seen", "accepted", "declined", "acted", "outcome", "fed_back", "withdrawn"}
    assert ClockStep.objects.filter(clock__about="referral", kind="ladder").exists(), (
        "a silent partner is told up the ladder"
    )
    assert AuditEvent.objects.filter(duty="disclosure", verb="referral.send").count() == Referral.objects.count()
    assert ChildTie.objects.count() > ChildRecord.objects.count(), "some children came again"
    first = Referral.objects.earliest("made_at").made_at
    for code in ("referral-decided", "vast-triaged-amber", "referral-acted"):
        points = [queries.point(measure(code), first + timedelta(days=28 * month)) for month in range(2, 6)]
        assert any(one.of and one.met for one in points), code
    assert not Incident.objects.filter(last_seq=0).exists()
    assert database_now(connection) >= Clock.objects.latest("began_at").began_at


def test_the_door_has_a_year_that_the_measures_see(small_force: datetime) -> None:
    _told(small_force)
    for code in ("door-seen", "door-alone", "door-answered"):
        points = [queries.point(measure(code), small_force - timedelta(days=28 * month)) for month in range(2, 12)]
        assert sum(one.of or 0 for one in points) > 30, code
        assert 0 < sum(one.met or 0 for one in points) < sum(one.of or 0 for one in points), code
    assert DoorVisit.objects.exclude(no_child="").exists(), "where no child was on record, officers say what they found"
    assert ClockStep.objects.filter(clock__rule="door").exists(), "who does not answer in time is told of"
    left_closed = Allocation.objects.filter(incident__closed_at__isnull=False, arrived_at__isnull=False)
    assert left_closed.exclude(incident__child="none").filter(door_visits=None).exists(), "some never answer"


def test_children_of_whom_nobody_had_told_are_recorded_at_the_door_and_then_by_vast(small_force: datetime) -> None:
    _told(small_force)
    by_officers = ChildVersion.objects.filter(version=1, by__role__in=["officer", "sergeant"])
    assert by_officers.exists()
    first = {(one.incident_id, one.child) for one in by_officers}
    assert any((tie.incident_id, tie.child) in first for tie in ChildTie.objects.all())


def test_the_same_seed_gives_the_same_year_of_safeguarding(small_force: datetime) -> None:
    def acts() -> list[Act]:
        plan = plans.recorded()
        assert plan is not None
        known = known_in_database(plan)
        told = [one for one in stories(SEED, small_force, 2_000, 30) if one.cues][:12]
        records = [Record(one, known, Rows()) for one in told]
        return [one for record in records for one in record.taken if isinstance(one, Act)]

    first = acts()
    assert len(first) > 20
    assert acts() == first
