"""What is at risk gets its item once, whatever its file or the hour is like, and stays with somebody who can act."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection

from goldthread.accounts.actions import deactivate
from goldthread.assessment.models import Reading
from goldthread.audit.models import AuditEvent
from goldthread.clocks import working
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Refused, Stale
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.lookback import actions
from goldthread.lookback.decide_actions import decide, record_outcome, take, undo
from goldthread.lookback.models import Hit, Item, Run
from goldthread.lookback.rules import Given
from goldthread.lookback.screened import ScreenedFile
from goldthread.lookback.stored import StoredIncidents
from goldthread.lookback.tabled import Asked
from goldthread.lookback.work import mark
from tests.cast import Cast, ended, graded, key, opened, say
from tests.lookback.made import ASKED, HEADER, row, some_items, taken_in, written

RISK = "he is strangling mum, he has a knife, the baby is in the cot"
SAFE = Given("safe", "seen", "Seen by the school nurse on the day.")


def now() -> Any:
    return database_now(connection)


def screened(folder: Path, rows: list[list[str]], name: str = "screened.csv", asked: Asked = ASKED) -> ScreenedFile:
    return ScreenedFile(written(folder, rows, name), asked, now())


@pytest.mark.parametrize(
    ("broken", "said", "level"),
    [
        ({"gt_level": "purple"}, "level", "high"),
        ({"gt_probability": "nan"}, "probability", "high"),
        ({"gt_probability": "2"}, "probability", "high"),
        ({"gt_findings": "{"}, "gt_findings", "high"),
        ({"gt_findings": "7"}, "gt_findings", "high"),
        ({"gt_findings": '[{"cue": "x"}]'}, "gt_findings", "high"),
        ({"gt_findings": "[" * 100_000}, "gt_findings", "high"),
        ({"ref": ""}, "no reference", "high"),
        ({"ref": "secret words " * 20}, "too long a reference", "high"),
    ],
)
def test_a_row_at_risk_gets_an_item_whatever_is_wrong_with_it_and_its_words_are_not_told(
    cast: Cast, tmp_path: Path, broken: dict[str, str], said: str, level: str
) -> None:
    source = screened(tmp_path, [row("A"), row("B", text="secret words", **broken), row("C")])
    ((number, reason),) = source.plan.mended
    assert (number, source.plan.counts.bad) == (2, 0)
    assert said in reason
    assert "secret" not in reason
    assert actions.make(cast.supervisor, cast.supervisor.team, 10, source).made == 3
    hit = Hit.objects.get(row=2)
    assert hit.level == level
    assert "secret" not in hit.reference


def test_rows_without_a_reference_are_records_of_their_own_also_of_the_next_file(cast: Cast, tmp_path: Path) -> None:
    for number, name in ((1, "one.csv"), (2, "two.csv")):
        folder = tmp_path / name
        folder.mkdir()
        made = taken_in(
            written(folder, [row("", probability=number / 10), row("")]), cast.supervisor, cast.supervisor.team
        )
        assert made.made == 2
    assert len({one.reference for one in Hit.objects.all()}) == 4


def test_a_number_that_begins_anew_each_day_is_another_record_each_day(cast: Cast, tmp_path: Path) -> None:
    rows = [
        row("417", received="2026-03-02T21:15:00+00:00"),
        row("417", received="2026-03-03T09:00:00+00:00", text="Another street. The kids are crying there."),
        row("417", received="2026-03-03T11:00:00+00:00", text="An update: the kids are crying still."),
    ]
    source = screened(tmp_path, rows)
    assert (len(source.plan.chosen), source.plan.counts.repeated) == (2, 1)
    actions.make(cast.supervisor, cast.supervisor.team, 10, source)
    later = screened(tmp_path, [*rows[:1], row("417", received="2026-03-04T09:00:00+00:00")], "later.csv")
    assert (len(later.plan.chosen), later.plan.counts.known) == (1, 1)


def test_a_log_number_is_never_taken_for_the_reference_unasked(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, [row("417")], header=("log_number", *HEADER[1:]))
    with pytest.raises(Refused, match="--reference"):
        ScreenedFile(path, Asked("", "received", "log"), now())


def test_a_column_that_is_there_twice_is_not_guessed_at(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, [[*row("A"), "Immediate"]], header=(*HEADER, "grade"))
    with pytest.raises(Refused, match="2 columns 'grade'"):
        ScreenedFile(path, ASKED, now())
    path = written(tmp_path, [[*row("A"), "true"]], "twice.csv", header=(*HEADER, "gt_at_risk"))
    with pytest.raises(Refused, match="gt_at_risk twice"):
        ScreenedFile(path, ASKED, now())


def test_a_first_row_that_is_no_header_is_not_shown(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, [row("A")], header=("Tamsin rang, the kids cry", *HEADER[1:]))
    with pytest.raises(Refused, match="is its first row a header") as told:
        ScreenedFile(path, ASKED, now())
    assert "Tamsin" not in str(told.value)


def in_parquet(path: Path, rows: list[list[str]]) -> Path:
    columns = {name: [one[at] for one in rows] for at, name in enumerate(HEADER)}
    table = {
        name: [cell == "true" for cell in cells] if name in ("gt_at_risk", "gt_abstain") else cells
        for name, cells in columns.items()
    }
    pq.write_table(pa.table(table), path)
    return path


def test_parquet_and_the_folder_that_spark_writes_are_taken_in_as_csv_is(cast: Cast, tmp_path: Path) -> None:
    one = ScreenedFile(in_parquet(tmp_path / "out.parquet", [row("A"), row("B", gt_at_risk="false")]), ASKED, now())
    assert actions.make(cast.supervisor, cast.supervisor.team, 10, one).made == 1
    folder = tmp_path / "spark"
    folder.mkdir()
    (folder / "_SUCCESS").touch()
    for number in range(2):
        in_parquet(folder / f"part-{number}.parquet", [row(f"C{number}"), row(f"D{number}", "low")])
    whole = ScreenedFile(folder, ASKED, now())
    assert actions.make(cast.supervisor, cast.supervisor.team, 10, whole).made == 4
    assert Hit.objects.get(reference="D1").row == 4


def test_parquet_that_is_damaged_or_of_several_kinds_is_refused(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "out.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(Refused, match="not readable as Parquet"):
        ScreenedFile(tmp_path / "out.parquet", ASKED, now())
    folder = tmp_path / "spark"
    folder.mkdir()
    in_parquet(folder / "part-0.parquet", [row("A")])
    pq.write_table(pa.table({"other": ["x"]}), folder / "part-1.parquet")
    with pytest.raises(Refused, match="other columns"):
        ScreenedFile(folder, ASKED, now())
    with pytest.raises(Refused, match="There is no file"):
        ScreenedFile(tmp_path / "absent.parquet", ASKED, now())


def test_what_the_reader_was_not_sure_of_is_counted_and_taken_when_asked_for(cast: Cast, tmp_path: Path) -> None:
    header = (*HEADER, "gt_doubt")
    rows = [
        [*row("A"), ""],
        [*row("B", "none", 0.4, gt_at_risk="false"), "The reader is not sure."],
        [*row("C", "none", gt_at_risk="false"), ""],
    ]
    path = written(tmp_path, rows, header=header)
    plan = ScreenedFile(path, ASKED, now()).plan
    assert (plan.counts.not_sure, len(plan.chosen)) == (1, 1)
    source = ScreenedFile(path, replace(ASKED, doubtful=True), now())
    assert actions.make(cast.supervisor, cast.supervisor.team, 10, source).made == 2
    hit = Hit.objects.get(reference="B")
    assert (hit.level, hit.why[0]) == ("low", "not_sure")
    assert source.plan.counts.hits == 1


def test_incidents_of_ours_that_the_reader_was_not_sure_of_are_taken_when_asked_for(cast: Cast, browser: Any) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "I found a purse")
    entry = Reading.objects.filter(incident=incident).latest("id").entry
    Reading.objects.create(
        incident=incident, entry=entry, state="read", at_risk=False, child="no", level="none", doubt="Not sure."
    )
    since = (now() - timedelta(days=2)).date()
    plan = StoredIncidents(since, now()).plan
    assert (plan.counts.not_sure, plan.counts.hits, len(plan.chosen)) == (1, 0, 0)
    actions.make(cast.supervisor, cast.supervisor.team, 10, StoredIncidents(since, now(), doubtful=True))
    item = Item.objects.get()
    assert item.hit.why[0] == "not_sure"
    assert "the reader was not sure" in browser(cast.supervisor).get(f"/look-back/{item.pk}/").text


# --- runs that stop, and two at once --------------------------------------------------------------------------------


def carried(cast: Cast, incident: Incident) -> None:
    """Graded as high as can be, with a child on record."""
    graded(cast.handler, incident, "immediate")
    child = ChildGiven("5f0c7b0e-6d0b-4b8e-9f0a-1d2c3b4a5f60", "unknown", 1, True, "", "", "not_seen")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[child])


@pytest.mark.parametrize("joins", [True, False])
def test_a_run_over_our_own_that_was_stopped_loses_and_doubles_none_when_another_joins_or_leaves(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, joins: bool
) -> None:
    other = opened(cast.handler)
    say(cast.handler, other, "I found a purse" if joins else RISK)
    if not joins:
        carried(cast, other)
    incidents = [opened(cast.handler) for _ in range(4)]
    for one in incidents:
        say(cast.handler, one, RISK)
    since = (now() - timedelta(days=2)).date()
    add, calls = actions._add, []

    def stops(*given: Any) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return add(*given)

    with monkeypatch.context() as patched:
        patched.setattr(actions, "CHUNK", 1)
        patched.setattr(actions, "_add", stops)
        with pytest.raises(KeyboardInterrupt):
            actions.make(cast.supervisor, cast.supervisor.team, 10, StoredIncidents(since, now()))
    if joins:
        say(cast.handler, other, RISK)
        carried(cast, other)
    else:
        entry = Reading.objects.filter(incident=other).latest("id").entry
        Reading.objects.create(incident=other, entry=entry, state="read", at_risk=False, child="no", level="none")
    actions.make(cast.supervisor, cast.supervisor.team, 10, StoredIncidents(since, now()))
    held = Counter(Hit.objects.values_list("incident", flat=True))
    assert [held[one.pk] for one in incidents] == [1, 1, 1, 1]


def test_two_files_planned_before_either_was_made_make_each_record_once(cast: Cast, tmp_path: Path) -> None:
    one = screened(tmp_path, [row("A"), row("B")])
    other = screened(tmp_path, [row("A"), row("B"), row("C")], "b.csv")
    actions.make(cast.supervisor, cast.supervisor.team, 10, one)
    assert actions.make(cast.supervisor, cast.supervisor.team, 10, other).made == 1
    assert sorted(Hit.objects.values_list("reference", flat=True)) == ["A", "B", "C"]


def test_while_one_is_made_no_other_is(cast: Cast, tmp_path: Path) -> None:
    source = screened(tmp_path, [row("A")])
    elsewhere = connection.copy()
    try:
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [actions.MAKING])
        with pytest.raises(Refused, match="Another look-back is being made"):
            actions.make(cast.supervisor, cast.supervisor.team, 10, source)
        assert not Run.objects.exists()
    finally:
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [actions.MAKING])
        elsewhere.close()
    assert actions.make(cast.supervisor, cast.supervisor.team, 10, source).made == 1


def test_what_is_agreed_while_a_run_is_made_holds_for_it(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "is_working", lambda _day, _closed: True)
    add, done = actions._add, []

    def meanwhile(*given: Any) -> int:
        made = add(*given)
        if not done:
            done.append(1)
            actions.agree_capacity(cast.supervisor, cast.supervisor.team_id, key=key(), a_day=10)
        return made

    monkeypatch.setattr(actions, "_add", meanwhile)
    actions.make(cast.supervisor, cast.supervisor.team, 2, screened(tmp_path, [row(f"A{n}") for n in range(22)]))
    days = Counter(one.release_at.astimezone(LONDON).date() for one in Item.objects.waiting(now()))
    assert sorted(days.values()) == [2, 10]  # two went out before, eight more today


def test_whose_clock_a_later_run_moved_is_on_record(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "is_working", lambda _day, _closed: True)
    some_items(cast, tmp_path, 4, 2)
    waited = {one.pk: one.due_at for one in Item.objects.waiting(now())}
    taken_in(
        written(tmp_path, [row(f"WORSE{n}", "immediate") for n in range(4)], "worse.csv"),
        cast.supervisor,
        cast.supervisor.team,
        2,
    )
    moved = [one for one in Item.objects.filter(pk__in=waited) if one.due_at != waited[one.pk]]
    assert moved
    events = AuditEvent.objects.filter(verb="lookback.arrange")
    for one in moved:
        assert any(str(one.pk) in event.subjects for event in events)


# --- who acts on what they saw, and who can act ---------------------------------------------------------------------


@pytest.fixture
def item(cast: Cast, tmp_path: Path) -> Item:
    return some_items(cast, tmp_path, 1)[0]


def test_nobody_acts_on_what_has_changed_since_they_saw_it(cast: Cast, item: Item) -> None:
    seen = mark(item)
    decide(cast.supervisor, item.pk, key=key(), given=Given("vast"), seen=seen)
    with pytest.raises(Stale, match="changed while you had it open"):
        take(cast.supervisor, item.pk, key=key(), seen=seen)
    item.refresh_from_db()
    assert item.owner_team == cast.vast.team
    now_seen = mark(item)
    undo(cast.vast, item.pk, key=key(), seen=now_seen)
    decide(cast.vast, item.pk, key=key(), given=SAFE)
    for act in (
        lambda: undo(cast.supervisor, item.pk, key=key(), seen=now_seen),
        lambda: record_outcome(cast.supervisor, item.pk, key=key(), kind="confirmed", seen=now_seen),
    ):
        with pytest.raises(Stale, match="Nothing was done"):
            act()
    item.refresh_from_db()
    assert (item.decision, item.owner) == ("safe", cast.vast)


def test_a_page_sends_back_what_it_showed(cast: Cast, item: Item, browser: Any) -> None:
    page = browser(cast.supervisor).get(f"/look-back/{item.pk}/").text
    assert f'name="seen" value="{mark(item)}"' in page
    take(cast.vast, item.pk, key=key())
    answer = browser(cast.supervisor).post(
        f"/look-back/{item.pk}/decide",
        {
            "key": str(key()),
            "kind": "safe",
            "reason": "seen",
            "words": "Seen by the nurse.",
            "seen": page.split('name="seen" value="')[1].split('"')[0],
        },
    )
    assert answer.status_code == 422
    assert "changed while you had it open" in answer.text
    assert "Seen by the nurse." in answer.text
    item.refresh_from_db()
    assert f'name="seen" value="{mark(item)}"' in answer.text


def test_what_somebody_who_left_had_goes_to_a_desk(cast: Cast, tmp_path: Path) -> None:
    undecided, owed, settled = some_items(cast, tmp_path, 3)
    take(cast.vast, undecided.pk, key=key())
    decide(cast.supervisor, owed.pk, key=key(), given=Given("vast"))
    take(cast.vast, owed.pk, key=key())
    decide(cast.vast, settled.pk, key=key(), given=SAFE)
    deactivate(cast.vast.username)
    for one in (undecided, owed, settled):
        one.refresh_from_db()
    assert (undecided.owner, undecided.owner_team) == (None, cast.supervisor.team)
    assert (owed.owner, owed.owner_team) == (None, cast.vast.team)
    assert settled.owner == cast.vast
    event = AuditEvent.objects.get(verb="lookback.hand-back")
    assert str(undecided.pk) in event.subjects
    assert str(settled.pk) not in event.subjects


def test_what_vast_opens_again_lies_with_those_who_can_grade_it(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, RISK)
    ended(cast, incident)
    since = (now() - timedelta(days=2)).date()
    actions.make(cast.supervisor, cast.supervisor.team, 5, StoredIncidents(since, now()))
    decide(cast.vast, Item.objects.get().pk, key=key(), given=Given("reopen"))
    incident.refresh_from_db()
    assert (incident.owner, incident.owner_team) == (None, incident.team)


def test_the_capacity_of_a_team_can_be_agreed_also_after_many_runs_of_others(
    cast: Cast, tmp_path: Path, browser: Any
) -> None:
    some_items(cast, tmp_path, 1)
    run = Run.objects.get()
    for number in range(101):
        Run.objects.create(
            team=cast.stranger.team, kind="file", agreed_by=cast.fim, capacity=1, source="x", source_hash=f"{number:064}",
            rows=0, hits=0, not_carried=0, unread=0, bad=0, repeated=0, known=0, made=0, waiting=0,
        )  # fmt: skip
    page = browser(cast.fim).get("/look-back/runs/").text
    assert f"/look-back/runs/{run.team_id}/capacity" in page or f"capacity-{run.team_id}-" in page
