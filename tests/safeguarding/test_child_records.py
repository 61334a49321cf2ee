"""A child's record: tied, merged and taken back exactly, by a named person with a reason; suggested by the machine and no more."""

from __future__ import annotations

import uuid

import pytest

from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact import actions as contact
from goldthread.contact import known_actions as known
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding import child_actions as actions
from goldthread.safeguarding import child_queries as queries
from goldthread.safeguarding.child_likeness_actions import suggest
from goldthread.safeguarding.child_models import ChildApart, ChildLikeness, ChildMerge, ChildName, ChildRecord, ChildTie
from goldthread.safeguarding.child_rules import alike
from tests import known_world
from tests.cast import Cast, key, opened
from tests.safeguarding.children import At, child, pair, recorded

WHY = "The grandmother told both."


def holds(record: uuid.UUID) -> set[At]:
    found = queries.held(record)
    assert found is not None
    return set(found.at)


def test_a_record_holds_children_of_incidents_one_record_each(cast: Cast) -> None:
    one, other, third = (child(cast.handler) for _ in range(3))
    record = recorded(cast.vast, one, other)
    assert holds(record) == {one, other}
    second = recorded(cast.vast, third)
    with pytest.raises(Refused, match="another record"):
        actions.tie(cast.vast, *one, key=key(), record_id=second, why=WHY)
    actions.tie(cast.vast, *one, key=key(), record_id=record, why=WHY)
    assert ChildTie.objects.filter(incident=one[0]).count() == 1, "tied already, so nothing is added"
    event = AuditEvent.objects.filter(verb="child.tie").order_by("-id").first()
    assert event is not None
    assert event.duty == "combination"
    assert "Mia" not in f"{event.detail}{event.subjects}"
    assert Incident.objects.get(pk=one[0]).entries.filter(code="child.tied").exists()


def test_a_form_sent_twice_makes_one_record_and_one_tie(cast: Cast) -> None:
    one, same = child(cast.handler), key()
    first = actions.make(cast.vast, *one, key=same)
    assert actions.make(cast.vast, *one, key=same).pk == first.pk
    with pytest.raises(Refused):
        actions.make(cast.vast, *one, key=key())
    assert ChildRecord.objects.count() == 1


def test_a_tie_is_taken_back_and_the_pair_not_suggested_again(cast: Cast) -> None:
    one, other = child(cast.handler), child(cast.handler)
    record = recorded(cast.vast, one, other)
    actions.untie(cast.vast, *other, key=key(), why="A cousin of the same name.")
    assert holds(record) == {one}
    assert ChildTie.objects.filter(incident=other[0]).count() == 2, "the tie stands in the record"
    suggest(other[0])
    assert not ChildLikeness.objects.filter(ended="").exists()
    with pytest.raises(Refused, match="nothing to take back"):
        actions.untie(cast.vast, *other, key=key(), why=WHY)


def test_a_merge_is_undone_in_one_step_exactly_and_said_on_both(cast: Cast) -> None:
    one, other, later = (child(cast.handler) for _ in range(3))
    kept, gone = recorded(cast.vast, one), recorded(cast.vast, other)
    actions.merge(cast.vast, kept, gone, key=key(), why=WHY)
    assert holds(kept) == {one, other} == holds(gone)
    actions.tie(cast.vast, *later, key=key(), record_id=gone, why=WHY)
    assert holds(kept) == {one, other, later}, "what is tied to either is tied to the one that stands"
    actions.unmerge(cast.vast, gone, key=key(), why="Two children after all.", different=True)
    assert (holds(kept), holds(gone)) == ({one, later}, {other})
    for record in (kept, gone):
        found = queries.held(record)
        assert found is not None
        assert [(row.merged, row.why.text) for row in queries.merges_of(found)] == [
            (False, "Two children after all."), (True, WHY)
        ]  # fmt: skip
    suggest(later[0])
    suggest(other[0])
    assert not ChildLikeness.objects.filter(ended="").exists(), (
        "two different children are not suggested again, nor who is with them"
    )


def test_what_somebody_said_is_two_is_made_one_only_by_who_has_read_that(cast: Cast) -> None:
    one, other, third = (child(cast.handler) for _ in range(3))
    actions.apart(cast.vast, pair(one, other).pk, why="Born in different years.")
    first, second = recorded(cast.vast, one), recorded(cast.vast, other)
    for _ in range(2):
        with pytest.raises(
            Invalid, match=r"Vast Amber said on .* two children: \u201cBorn in different years.\u201d"
        ) as no:
            actions.merge(cast.vast, first, second, key=key(), why=WHY)
        assert set(no.value.fields) == {"despite"}
    actions.merge(cast.vast, first, second, key=key(), why=WHY, despite=True)
    assert holds(first) == {one, other}
    actions.tie(cast.vast, *third, key=key(), record_id=first, why=WHY)
    actions.untie(cast.vast, *third, key=key(), why="A cousin.")
    with pytest.raises(Invalid, match="A cousin"):
        actions.tie(cast.vast, *third, key=key(), record_id=first, why=WHY)
    assert holds(first) == {one, other}
    actions.tie(cast.vast, *third, key=key(), record_id=first, why=WHY, despite=True)


def test_two_children_of_one_incident_are_made_one_only_by_who_has_read_that(cast: Cast) -> None:
    one = child(cast.handler, "Mia Fenwick", 7)
    incident = Incident.objects.get(pk=one[0])
    sister, elsewhere = child(cast.handler, "Mya Fenwick", 5, incident=incident), child(cast.handler, "Mya Fenwick", 7)
    said = f"{incident.reference} has them as two: Mia Fenwick, 7; Mya Fenwick, 5."
    record = recorded(cast.vast, one)
    with pytest.raises(Invalid, match=said):
        actions.tie(cast.vast, *sister, key=key(), record_id=record, why=WHY)
    other = recorded(cast.vast, sister)
    found = pair(elsewhere, one)
    actions.tie(cast.vast, *elsewhere, key=key(), record_id=other, why=WHY)
    with pytest.raises(Invalid, match=said):
        actions.same(cast.vast, found.pk, why=WHY)
    assert (holds(record), holds(other)) == ({one}, {sister, elsewhere})
    assert holds(actions.same(cast.vast, found.pk, why=WHY, despite=True)) == {one, sister, elsewhere}


def test_merges_lead_on_and_each_comes_back_by_itself(cast: Cast) -> None:
    at = [child(cast.handler) for _ in range(3)]
    a, b, c = (recorded(cast.vast, one) for one in at)
    actions.merge(cast.vast, b, a, key=key(), why=WHY)
    actions.merge(cast.vast, c, b, key=key(), why=WHY)
    assert holds(a) == set(at)
    assert queries.roots([a, b, c]) == dict.fromkeys((a, b, c), c)
    actions.unmerge(cast.vast, b, key=key(), why=WHY)
    assert (holds(a), holds(c)) == ({at[0], at[1]}, {at[2]})


def test_a_merge_with_itself_or_with_what_another_merged_meanwhile_changes_nothing(cast: Cast) -> None:
    a, b, c = (recorded(cast.vast, child(cast.handler)) for _ in range(3))
    with pytest.raises(Invalid, match="same record"):
        actions.merge(cast.vast, a, a, key=key(), why=WHY)
    with pytest.raises(Invalid, match="Write why"):
        actions.merge(cast.vast, a, b, key=key(), why=" ")
    sent = key()
    actions.merge(cast.vast, a, b, key=sent, why=WHY)
    assert actions.merge(cast.vast, a, b, key=sent, why=WHY) == a, "a form sent again acts once"
    for one, other in ((c, b), (b, a), (a, b)):
        with pytest.raises(Stale, match="meanwhile"):
            actions.merge(cast.vast, one, other, key=key(), why=WHY)
    actions.unmerge(cast.vast, b, key=key(), why=WHY)
    with pytest.raises(Stale, match="not merged"):
        actions.unmerge(cast.vast, b, key=key(), why=WHY)
    with pytest.raises(NotThere):
        actions.merge(cast.vast, a, uuid.uuid4(), key=key(), why=WHY)
    assert ChildMerge.objects.count() == 2


def test_the_machine_suggests_and_a_person_says_so(cast: Cast) -> None:
    one, other = child(cast.handler, "Mia Fenwick", 7), child(cast.stranger, "Mya Fennwick", 7)
    stranger = child(cast.handler, "Leo Marsh", 7)
    found = pair(one, other)
    assert not ChildRecord.objects.exists(), "nothing is made or merged by the machine"
    assert suggest(other[0]) == 0, "run twice, it suggests once"
    assert not queries.suggestions_on([stranger]).exists()
    record = actions.same(cast.vast, found.pk, why=WHY)
    assert holds(record) == {one, other}
    assert actions.same(cast.vast, found.pk, why=WHY) == record
    with pytest.raises(Stale, match="one child"):
        actions.apart(cast.vast, found.pk)
    third = child(cast.handler, "Mia Fenwick", 7)
    assert suggest(third[0]) == 1, "of a record one pair is enough"
    found = queries.waiting(cast.vast).get()
    assert actions.same(cast.vast, found.pk, why=WHY) == record, "the one without a record is tied to the other's"
    fourth = child(cast.handler, "Mia Fenwick", 7)
    assert suggest(fourth[0]) == 1
    actions.tie(cast.vast, *child(cast.handler, "Kay Marsh", 12), key=key(), record_id=record, why=WHY)
    assert queries.suggestions_on([fourth]).count() == 1, "of who is not tied it is still to be said"


def test_two_records_of_one_suggestion_are_merged(cast: Cast) -> None:
    one, other = child(cast.handler), child(cast.handler)
    found = pair(one, other)
    first, second = recorded(cast.vast, one), recorded(cast.vast, other)
    record = actions.same(cast.vast, found.pk, why=WHY)
    assert record in {first, second}
    assert holds(first) == holds(second) == {one, other}


def test_not_the_same_child_is_kept_and_not_suggested_again(cast: Cast) -> None:
    one, other = child(cast.handler), child(cast.handler)
    found = pair(one, other)
    actions.apart(cast.vast, found.pk, why="Born in different years.")
    actions.apart(cast.vast, found.pk)
    assert ChildApart.objects.count() == 1
    ChildLikeness.objects.all().delete()
    assert suggest(one[0]) == suggest(other[0]) == 0
    again = child(cast.handler)
    assert suggest(again[0]) == 2, "a third may be either of them"


def test_a_child_told_by_the_first_name_alone_is_suggested_at_the_same_address(cast: Cast) -> None:
    home = known_world.place(known_world.street("Larch Road"), "14")
    one, other, elsewhere = (child(cast.handler, "Mia", 7) for _ in range(3))
    for incident, _ in (one, other):
        known.settle(cast.handler, incident, key=key(), choice=f"place-{home.pk}")
    assert suggest(elsewhere[0]) == 0
    assert pair(one, other).score >= 4


def test_one_whose_name_nobody_knows_has_no_name_that_could_differ_or_agree(cast: Cast) -> None:
    home = known_world.place(known_world.street("Larch Road"), "14")
    known_world.person("Orla Fenwick", known_world.years_ago(31), home)
    nameless, told, also = child(cast.handler, "", 7), child(cast.handler, "Mia Fenwick", 7), child(cast.handler, "", 7)
    for incident, _ in (nameless, told):
        known.settle(cast.handler, incident, key=key(), choice=f"place-{home.pk}")
    assert queries.known_of([nameless])[nameless].names == ()
    assert not ChildName.objects.filter(version__incident=nameless[0]).exists()
    found = queries.known_of([nameless, told])
    likeness = alike(found[nameless], found[told], {"place": 2, "age": 1})
    assert (likeness.agrees, likeness.differs) == (("age", "place"), ())
    for at, name in ((nameless, "Leo Marsh"), (also, "Mia Fenwick")):
        given = ChildGiven(str(at[1]), name, 7, False, "", "", "not_seen")
        contact.answer_children(cast.handler, at[0], key=key(), answer="named", given=[given])
    found = queries.known_of([nameless, also])
    assert alike(found[nameless], found[also], {"age": 1}).differs == ("name",), "two children, each named later"


@pytest.mark.parametrize(
    "who",
    [
        "handler",
        "stranger",
        "dispatcher",
        "supervisor",
        "fim",
        "officer",
        "investigator",
        "qa",
        "silver",
        "pcc",
        "auditor",
    ],
)
def test_nobody_but_the_vast_ties_or_merges(cast: Cast, who: str) -> None:
    one, other = child(cast.handler), child(cast.handler)
    found, user = pair(one, other), cast.everybody()[who]
    a, b = recorded(cast.vast, one), recorded(cast.vast, other)
    third = child(cast.handler)
    tries = [
        lambda: actions.make(user, *third, key=key()),
        lambda: actions.tie(user, *third, key=key(), record_id=a, why=WHY),
        lambda: actions.untie(user, *one, key=key(), why=WHY),
        lambda: actions.merge(user, a, b, key=key(), why=WHY),
        lambda: actions.same(user, found.pk, why=WHY),
        lambda: actions.apart(user, found.pk),
    ]
    for each in tries:
        with pytest.raises(NotThere):
            each()
    assert (holds(a), holds(b)) == ({one}, {other})


def test_a_child_that_is_in_no_incident_has_no_record(cast: Cast) -> None:
    with pytest.raises(NotThere, match="no such child"):
        actions.make(cast.vast, child(cast.handler)[0], uuid.uuid4(), key=key())


def test_two_children_of_one_incident_are_no_pair(cast: Cast) -> None:
    incident = opened(cast.handler)
    child(cast.handler, incident=incident)
    child(cast.handler, incident=incident)
    assert suggest(incident.pk) == 0


def test_a_tie_sent_twice_is_one_line_of_the_timeline(cast: Cast) -> None:
    one, other = child(cast.handler), child(cast.handler)
    record, sent = recorded(cast.vast, one), key()
    for _ in range(2):
        assert actions.tie(cast.vast, *other, key=sent, record_id=record, why=WHY) == record
    assert Incident.objects.get(pk=other[0]).entries.filter(code="child.tied").count() == 1
