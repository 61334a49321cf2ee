"""A screened file, or our own incidents, become owned items once, highest risk first, within what was agreed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.assessment import reading
from goldthread.audit.models import AuditEvent, Payload
from goldthread.clocks import working
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact import actions as contact
from goldthread.contact.rules import ChildGiven
from goldthread.lookback import actions, tables
from goldthread.lookback.found import Found
from goldthread.lookback.models import Agreement, Hit, Item, Run
from goldthread.lookback.screened import ScreenedFile
from goldthread.lookback.stored import StoredIncidents
from goldthread.lookback.tabled import Asked
from tests.cast import Cast, closed, graded, key, opened, say
from tests.lookback.made import ASKED, HEADER, QUOTE, row, some_items, taken_in, written

RISK = "he is strangling mum, he has a knife, the baby is in the cot"


def now() -> datetime:
    return database_now(connection)


def test_each_hit_that_was_not_carried_is_an_item_on_the_teams_desk_with_its_clock(cast: Cast, tmp_path: Path) -> None:
    rows = [
        row("A", "high", 0.7),
        row("B", "immediate", 0.9),
        row("carried", grade="Grade 2", tags="Child Involved"),
        row("safe words", gt_at_risk="false"),
        row("unread", gt_at_risk="false", gt_abstain="true"),
    ]
    made = taken_in(written(tmp_path, rows), cast.supervisor, cast.supervisor.team)
    run = made.run
    assert (run.rows, run.hits, run.not_carried, run.unread, run.made, run.waiting) == (5, 3, 2, 1, 2, run.waiting)
    assert (run.agreed_by, run.capacity, run.engine, run.lexicon) == (cast.supervisor, 10, "0.3.0", "abc")
    items = list(Item.objects.order_by("-severity"))
    assert [one.reference for one in items] == ["B", "A"]
    for one in items:
        assert (one.owner, one.owner_team, one.state) == (None, cast.supervisor.team, "open")
        assert one.due_at > one.release_at
    assert items[0].due_at < items[1].due_at
    assert items[1].hit.why == ["grade_below", "child_not_named"]
    assert items[1].hit.received_at == datetime(2026, 3, 2, 21, 15, tzinfo=UTC)


def test_the_words_are_kept_apart_and_no_more_of_them_than_is_needed(cast: Cast, tmp_path: Path) -> None:
    long = "x " * 500 + QUOTE + " y" * 500
    taken_in(written(tmp_path, [row("A", text=long)]), cast.supervisor, cast.supervisor.team)
    hit = Hit.objects.select_related("said").get()
    assert QUOTE not in json.dumps([hit.findings, hit.carried, hit.why])
    kept = json.loads(hit.said.text)
    assert kept["quotes"][0]["quote"] == QUOTE
    assert len(kept["quotes"][0]["before"]) == len(kept["quotes"][0]["after"]) == 160
    assert kept["grade"] == "Resolution"
    event = AuditEvent.objects.get(verb="lookback.make")
    assert hit.said.pk.hex in event.detail.replace("-", "")
    for one in AuditEvent.objects.all():
        assert QUOTE not in one.detail + one.subjects + one.reason


def test_a_quote_that_does_not_stand_in_the_text_is_kept_alone(cast: Cast, tmp_path: Path) -> None:
    finding = [{"cue": "physical", "start": 5, "end": 9, "quote": "bruise", "assertion": "affirmed", "score": 0.5}]
    taken_in(written(tmp_path, [row("A", gt_findings=json.dumps(finding))]), cast.supervisor, cast.supervisor.team)
    (quote,) = json.loads(Payload.objects.get().text)["quotes"]
    assert (quote["quote"], quote["before"], quote["after"]) == ("bruise", "", "")


def test_the_same_file_makes_nothing_twice_and_a_copy_of_it_is_the_same(cast: Cast, tmp_path: Path) -> None:
    rows = [row("A"), row("B"), row("A", "immediate")]
    path = written(tmp_path, rows)
    first = taken_in(path, cast.supervisor, cast.supervisor.team)
    assert (first.made, first.run.repeated) == (2, 1)
    assert Hit.objects.get(reference="A").level == "immediate"
    again = taken_in(path, cast.supervisor, cast.supervisor.team)
    copy = taken_in(written(tmp_path, rows, "copy.csv"), cast.supervisor, cast.supervisor.team)
    assert (again.made, again.there, copy.made) == (0, 2, 0)
    assert (Run.objects.count(), Item.objects.count(), Agreement.objects.count()) == (1, 2, 1)


def test_the_same_file_judged_by_other_columns_is_a_run_that_adds_what_was_taken_for_carried(
    cast: Cast, tmp_path: Path
) -> None:
    path = written(tmp_path, [row("A"), row("B", grade="Immediate", tags="child")])
    first = taken_in(path, cast.supervisor, cast.supervisor.team)
    second = taken_in(path, cast.supervisor, cast.supervisor.team, asked=Asked("ref", "received", "log"))
    assert (first.made, second.made, second.there) == (1, 1, 0)
    assert (second.run.not_carried, second.run.known, second.run.made) == (2, 1, 1)
    assert sorted(Hit.objects.values_list("reference", flat=True)) == ["A", "B"]


def test_another_file_makes_what_is_new_or_worse_only(cast: Cast, tmp_path: Path) -> None:
    taken_in(written(tmp_path, [row("A"), row("B", "low")]), cast.supervisor, cast.supervisor.team)
    later = taken_in(
        written(tmp_path, [row("A"), row("B", "high"), row("C")], "b.csv"), cast.supervisor, cast.supervisor.team
    )
    assert (later.made, later.run.known) == (2, 1)
    assert Hit.objects.filter(reference="B").count() == 2


def test_a_run_that_was_stopped_goes_on(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CHUNK", 2)
    path = written(tmp_path, [row(f"R{n}", probability=0.5 + n / 100) for n in range(7)])
    add, calls = actions._add, []

    def stops(run: Run, chunk: Sequence[Found], slots: dict[int, Any]) -> int:
        calls.append(len(chunk))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return add(run, chunk, slots)

    monkeypatch.setattr(actions, "_add", stops)
    with pytest.raises(KeyboardInterrupt):
        taken_in(path, cast.supervisor, cast.supervisor.team, a_day=3)
    assert Item.objects.count() == 4
    made = taken_in(path, cast.supervisor, cast.supervisor.team, a_day=3)
    assert (made.made, made.there, made.run.made) == (3, 4, 7)
    assert Item.objects.count() == 7
    assert sorted(Item.objects.values_list("owner_team", flat=True)) == [cast.supervisor.team_id] * 7


def test_a_file_that_changed_between_its_two_readings_makes_nothing_of_what_is_gone(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, [row("A"), row("B")])
    source = ScreenedFile(path, ASKED, now())
    written(tmp_path, [row("A", gt_at_risk="false"), row("B")])
    with pytest.raises(Refused, match="has changed"):
        actions.make(cast.supervisor, cast.supervisor.team, 5, source)
    assert not Item.objects.exists()


def test_what_was_stopped_before_its_items_were_put_in_order_is_put_in_order(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_items(cast, tmp_path, 4, a_day=1)
    worse = written(tmp_path, [row("WORSE", "immediate", 0.99)], "worse.csv")

    def stops(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(actions, "_arrange", stops)
        with pytest.raises(KeyboardInterrupt):
            taken_in(worse, cast.supervisor, cast.supervisor.team, a_day=1)
    assert taken_in(worse, cast.supervisor, cast.supervisor.team, a_day=40).made == 0
    waiting = list(Item.objects.waiting(now()))
    assert len(set(_days(waiting))) == len(waiting) >= 4
    assert set(Agreement.objects.values_list("capacity", flat=True)) == {1}


def _days(items: Sequence[Item]) -> list[date]:
    return [one.release_at.astimezone(LONDON).date() for one in items]


def test_what_is_beyond_the_days_capacity_waits_owned_highest_risk_first(cast: Cast, tmp_path: Path) -> None:
    items = some_items(cast, tmp_path, 5, a_day=2)
    closed = bank_holidays()
    today = working.working_day(now().astimezone(LONDON).date(), 0, closed)
    expected = [working.working_day(today, n // 2, closed) for n in range(5)]
    assert _days(items) == expected
    assert Item.objects.exclude(owner_team=cast.supervisor.team).count() == 0
    waits = sum(one.release_at > now() for one in items)
    assert items[0].hit.run.waiting == waits >= 3
    decide = tables.targets_on(today).decide
    for one, day in zip(items, expected, strict=True):
        assert one.due_at == working.end_of_day(day, decide[one.hit.level], closed)


def test_what_comes_later_and_is_worse_goes_before_what_waits(cast: Cast, tmp_path: Path) -> None:
    some_items(cast, tmp_path, 4, a_day=1)
    later = written(tmp_path, [row("WORSE", "immediate", 0.97)], "worse.csv")
    taken_in(later, cast.supervisor, cast.supervisor.team, 1)
    worse = Item.objects.get(hit__reference="WORSE")
    waiting = list(Item.objects.waiting(now()).order_by("release_at"))
    assert waiting[0] == worse or worse.release_at <= now()
    assert len(set(_days(waiting))) == len(waiting)


def test_another_capacity_releases_what_waits_anew_and_only_who_may_agrees(cast: Cast, tmp_path: Path) -> None:
    some_items(cast, tmp_path, 6, a_day=1)
    team = cast.supervisor.team
    for one in (cast.handler, cast.vast, cast.pcc, cast.far_supervisor):
        with pytest.raises(Refused):
            actions.agree_capacity(one, team.pk, key=key(), a_day=5)
    own = key()
    for _ in range(2):
        actions.agree_capacity(cast.fim, team.pk, key=own, a_day=50)
    assert Agreement.objects.filter(team=team).count() == 2
    assert len(set(_days(list(Item.objects.waiting(now()))))) <= 1
    with pytest.raises(Invalid):
        actions.agree_capacity(cast.fim, team.pk, key=key(), a_day=0)
    with pytest.raises(NotThere):
        actions.agree_capacity(cast.fim, cast.far_supervisor.team_id, key=key(), a_day=5)
    assert AuditEvent.objects.filter(verb="lookback.agree", staff_id=cast.fim.pk).count() == 1


@pytest.mark.parametrize("who", ["handler", "stranger", "vast", "pcc", "silver", "far_supervisor"])
def test_a_capacity_is_agreed_by_who_may_for_their_team(cast: Cast, tmp_path: Path, who: str) -> None:
    by: Staff = getattr(cast, who)
    with pytest.raises(Refused, match="may"):
        taken_in(written(tmp_path, [row("A")]), by, cast.supervisor.team)
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"gt_at_risk": "maybe"}, "gt_at_risk"),
        ({"gt_error": "expected 3 fields"}, "not read"),
    ],
)
def test_a_bad_row_is_told_by_its_number_and_never_by_its_words(
    cast: Cast, tmp_path: Path, broken: dict[str, str], said: str
) -> None:
    rows = [row("A"), row("B", text="secret words", **broken), row("C")]
    source = ScreenedFile(written(tmp_path, rows), ASKED, now())
    ((number, reason),) = source.plan.complaints
    assert (number, source.plan.counts.bad, len(source.plan.chosen)) == (2, 1, 2)
    assert said in reason
    assert "secret" not in reason


def test_codes_that_no_database_can_hold_are_lived_with(cast: Cast, tmp_path: Path) -> None:
    finding = (
        '[{"cue": "a\\u0000\\ud800", "start": 0, "end": 1, "quote": "C\\udfff", "assertion": "\\u0000", "score": 0.5}]'
    )
    path = written(tmp_path, [row("A", gt_findings=finding, gt_engine="\x00"), row("B")])
    assert taken_in(path, cast.supervisor, cast.supervisor.team).made == 2


def test_short_and_long_rows_blank_lines_and_odd_bytes_are_lived_with(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, [row("A"), ["only", "two"], [*row("B"), "more"], row("C", text="\udcff\x00 " + QUOTE)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n\r\n")
    made = taken_in(path, cast.supervisor, cast.supervisor.team)
    assert (made.made, made.run.bad) == (2, 2)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-03-02T21:15:00+00:00", datetime(2026, 3, 2, 21, 15, tzinfo=UTC)),
        ("02/07/2026 21:15", datetime(2026, 7, 2, 20, 15, tzinfo=UTC)),
        ("2026-07-02 21:15:09", datetime(2026, 7, 2, 20, 15, 9, tzinfo=UTC)),
        ("yesterday", None),
        ("9999-12-31T23:59:59+00:00", None),
        ("0001-01-01", None),
        ("", None),
    ],
)
def test_a_time_that_cannot_be_used_loses_no_risk(
    cast: Cast, tmp_path: Path, given: str, kept: datetime | None
) -> None:
    taken_in(written(tmp_path, [row("A", received=given)]), cast.supervisor, cast.supervisor.team)
    assert Hit.objects.get().received_at == kept


def test_rows_out_of_order_and_of_equal_rank_come_in_the_order_of_their_times(cast: Cast, tmp_path: Path) -> None:
    rows = [row(f"R{day}", received=f"2026-03-{day:02}T10:00:00+00:00") for day in (9, 3, 27, 1)]
    source = ScreenedFile(written(tmp_path, rows), ASKED, now())
    assert [one.reference for one in source.plan.chosen] == ["R1", "R3", "R9", "R27"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\r\n\r\n", "is empty"),
        (b"ref,log\r\nA,x\r\n", "no column gt_at_risk"),
        (",".join(HEADER).encode() + b'\r\n"unclosed' + b"x" * 10, None),
    ],
)
def test_a_file_that_is_none_says_why(cast: Cast, tmp_path: Path, content: bytes, said: str | None) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    if said is None:
        assert ScreenedFile(path, ASKED, now()).plan.counts.bad == 1
        return
    with pytest.raises(Refused, match=said):
        ScreenedFile(path, ASKED, now())


def test_columns_that_are_not_there_are_told_and_unknown_answers_ignored(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, [[*row("A"), "full", "m1", "later"]], header=(*HEADER, "gt_path", "gt_model", "gt_new"))
    with pytest.raises(Refused, match="no column 'nope'"):
        ScreenedFile(path, Asked("nope"), now())
    with pytest.raises(Refused, match="no column 'nope'"):
        ScreenedFile(path, Asked("ref", carried=("nope",)), now())
    plan = ScreenedFile(path, Asked(), now()).plan
    assert (plan.read_by["path"], plan.read_by["model"], len(plan.chosen)) == ("full", "m1", 1)
    with pytest.raises(Refused, match="There is no file"):
        ScreenedFile(tmp_path / "absent.csv", ASKED, now())


def test_a_grade_that_no_table_names_is_counted_and_carries_nothing(cast: Cast, tmp_path: Path) -> None:
    source = ScreenedFile(written(tmp_path, [row("A", grade="Purple", tags="child")]), ASKED, now())
    assert source.plan.counts.grades_not_known == 1
    assert len(source.plan.chosen) == 1


@pytest.mark.slow
def test_a_huge_file_and_a_huge_cell_are_read_in_little_memory(cast: Cast, tmp_path: Path) -> None:
    rows = [row(f"R{n}", gt_at_risk="true" if n % 100 == 0 else "false") for n in range(20_000)]
    rows[0] = row("R0", text=QUOTE + " and" * 2_000_000)
    source = ScreenedFile(written(tmp_path, rows), ASKED, now())
    assert (source.plan.counts.rows, len(source.plan.chosen)) == (20_000, 200)
    made = actions.make(cast.supervisor, cast.supervisor.team, 50, source)
    assert made.made == 200
    assert max(len(one.text) for one in Payload.objects.all()) < 20_000


# --- our own incidents ----------------------------------------------------------------------------------------------


def _stored(cast: Cast, since: date | None = None, a_day: int = 10) -> actions.Made:
    source = StoredIncidents(since or (now() - timedelta(days=2)).date(), now())
    return actions.make(cast.supervisor, cast.supervisor.team, a_day, source)


def test_incidents_of_ours_that_did_not_carry_what_was_said_become_items(cast: Cast) -> None:
    bare = opened(cast.handler)
    say(cast.handler, bare, RISK)
    carried = opened(cast.handler)
    say(cast.handler, carried, RISK)
    graded(cast.handler, carried, "immediate")
    child = ChildGiven("5f0c7b0e-6d0b-4b8e-9f0a-1d2c3b4a5f60", "unknown", 1, True, "", "", "not_seen")
    contact.answer_children(cast.handler, carried.pk, key=key(), answer="named", given=[child])
    purse = opened(cast.handler)
    say(cast.handler, purse, "I found a purse at the station")
    made = _stored(cast)
    item = Item.objects.get()
    assert item.hit.incident == bare
    assert item.hit.said is None
    assert item.hit.carried["children"] == "not_asked"
    assert (made.run.kind, made.run.rows, made.run.hits, made.run.not_carried) == ("stored", 3, 2, 1)
    again = _stored(cast)
    assert (again.made, Item.objects.count()) == (0, 1)


def test_what_was_said_before_that_day_is_left_and_what_is_worse_since_comes_again(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, RISK)
    tomorrow = (now() + timedelta(days=1)).date()
    assert not StoredIncidents(tomorrow, now()).plan.chosen
    _stored(cast)
    say(cast.handler, incident, "and he is still here")
    plan = StoredIncidents((now() - timedelta(days=2)).date(), now()).plan
    assert (len(plan.chosen), plan.counts.known) == (0, 1)


def test_a_reader_that_failed_afterwards_takes_no_risk_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    incident, unread = opened(cast.handler), opened(cast.handler)
    say(cast.handler, incident, RISK)
    with monkeypatch.context() as patched:
        patched.setattr(reading, "reader", reading.NoReader)
        for one in (incident, unread):
            say(cast.handler, one, "and he is still here")
    plan = StoredIncidents((now() - timedelta(days=2)).date(), now()).plan
    assert [one.reference for one in plan.chosen] == [incident.reference]
    assert (plan.counts.rows, plan.counts.unread) == (2, 1)


def test_a_closed_incident_is_found_too(cast: Cast) -> None:
    from tests.cast import attended

    incident = opened(cast.handler)
    say(cast.handler, incident, RISK)
    graded(cast.handler, incident, "scheduled")
    attended(cast, incident)
    closed(cast, incident)
    _stored(cast)
    assert Item.objects.get().hit.why == ["grade_below", "child_not_named"]
