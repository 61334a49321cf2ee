"""Items that belong together: tied by what linking found, or by what our own incidents were settled on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.cli import main
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.lookback.actions import make
from goldthread.lookback.models import Item, Tie, TieWithdrawal
from goldthread.lookback.stored import StoredIncidents
from goldthread.lookback.tie_actions import Tied, tie, untie
from goldthread.lookback.ties import together
from tests.cast import Cast, key, opened, say
from tests.known_world import person, place, settled_on, street
from tests.lookback.made import row, taken_in, written
from tests.lookback.test_pages import released

Browser = Callable[[Staff | None], Client]


def linked(folder: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = ("ref", "gt_group")) -> Path:
    path = folder / "linked.csv"
    with path.open("w", newline="", encoding="utf-8") as sink:
        csv.writer(sink).writerows([header, *rows])
    return path


@pytest.fixture
def items(cast: Cast, tmp_path: Path) -> dict[str, Item]:
    """Items of the records A to E, those of A to D Team A's."""
    taken_in(written(tmp_path, [row(name) for name in "ABCD"]), cast.supervisor, cast.supervisor.team)
    far = written(tmp_path, [row("E")], "far.csv")
    taken_in(far, cast.far_supervisor, cast.far_supervisor.team)
    return {one.hit.reference: one for one in released(list(Item.objects.select_related("hit")))}


def names(items: dict[str, Item], found: dict[object, object]) -> set[str]:
    return {name for name, one in items.items() if one.pk in found}


def test_records_of_one_group_are_tied_once(cast: Cast, items: dict[str, Item], tmp_path: Path) -> None:
    path = linked(tmp_path, [("A", "1"), ("B", "1"), ("A", "1"), ("C", "2"), ("Z", "2"), ("D", "3"), ("E", "1")])
    assert tie(path, "person", "ref", "", cast.vast) == Tied(rows=7, groups=1, made=3)
    assert tie(path, "person", "ref", "", cast.vast) == Tied(rows=7, groups=1, there=3)
    by = together(cast.vast, list(items.values()))
    assert names(items, by[items["A"].pk]) == {"B", "E"}
    assert by[items["A"].pk][items["B"].pk] == {"perhaps the same person"}
    assert names(items, by.get(items["C"].pk, {})) == set()
    event = AuditEvent.objects.get(verb="lookback.tie")
    assert str(items["A"].pk) in event.subjects
    assert "ref" not in event.subjects


def test_nobody_learns_of_items_out_of_their_sight(
    cast: Cast, browser: Browser, items: dict[str, Item], tmp_path: Path
) -> None:
    tie(linked(tmp_path, [("A", "1"), ("B", "1"), ("E", "1")]), "address", "ref", "", cast.vast)
    page = f"/look-back/{items['A'].pk}/"
    of_all = browser(cast.vast).get(page).text
    assert "Belongs together with" in of_all
    assert "perhaps the same address" in of_all
    assert f"/look-back/{items['E'].pk}/" in of_all
    of_team = browser(cast.supervisor).get(page).text
    assert f"/look-back/{items['B'].pk}/" in of_team
    assert str(items["E"].pk) not in of_team
    assert "with 1 other<" in browser(cast.supervisor).get("/look-back/").text
    assert "with 2 others<" in browser(cast.vast).get("/look-back/").text
    assert "with 1 other" not in browser(cast.far_supervisor).get("/look-back/").text
    assert browser(cast.pcc).get(page).status_code == 403


def test_one_reference_of_several_days_is_told_apart_by_its_time_or_not_tied(cast: Cast, tmp_path: Path) -> None:
    rows = [row("7"), row("7", received="2026-03-05T10:00:00Z"), row("8")]
    taken_in(written(tmp_path, rows), cast.supervisor, cast.supervisor.team)
    given = [("7", "05/03/2026 10:00", "1"), ("8", "02/03/2026 21:15", "1")]
    path = linked(tmp_path, given, ("ref", "came", "gt_group"))
    assert tie(path, "person", "ref", "", cast.vast) == Tied(rows=2, unclear=1)
    assert tie(path, "person", "ref", "came", cast.vast) == Tied(rows=2, groups=1, made=2)
    tied = set(Tie.objects.values_list("item__hit__reference", "item__hit__received_at__day"))
    assert tied == {("7", 5), ("8", 2)}


def test_incidents_settled_on_one_place_or_person_belong_together(cast: Cast) -> None:
    road = street("Larch Road")
    home, other = place(road, "14"), place(road, "16")
    mum = person("Ines Calder")
    made = []
    for settle in ([home], [home, mum], [other, mum], [other]):
        incident = opened(cast.handler)
        say(cast.handler, incident, "He hit her again, the kids are screaming and hiding from him.")
        settled_on(cast.handler, incident, *settle)
        made.append(incident)
    make(cast.fim, cast.vast.team, 10, StoredIncidents(database_now(connection).date(), database_now(connection)))
    items = {one.hit.incident_id: one for one in Item.objects.select_related("hit")}
    assert len(items) == 4
    by = together(cast.vast, list(items.values()))
    of = [
        {
            other: by[items[one.pk].pk][items[other.pk].pk]
            for other in made
            if items[other.pk].pk in by[items[one.pk].pk]
        }
        for one in made
    ]
    assert of[0] == {made[1]: {"the same place"}}
    assert of[1] == {made[0]: {"the same place"}, made[2]: {"the same person"}}
    assert of[3] == {made[2]: {"the same place"}}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        ("ref,group\nA,1\n", "no column gt_group"),
        ("gt_group\n1\n", "There is no column 'ref'"),
        ("ref,ref,gt_group\nA,A,1\n", "2 columns 'ref'"),
    ],
)
def test_what_is_no_linked_table_is_told(cast: Cast, tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "linked.csv").write_text(content)
    with pytest.raises(Refused, match=sentence):
        tie(tmp_path / "linked.csv", "person", "ref", "", cast.vast)
    with pytest.raises(Refused, match="There is no file"):
        tie(tmp_path / "none.csv", "person", "ref", "", cast.vast)


def test_hostile_rows_are_passed_over_and_counted(cast: Cast, items: dict[str, Item], tmp_path: Path) -> None:
    path = linked(tmp_path, [("A", "1"), ("B", ""), ("", "1"), ("A",), ("B" * 5000, "1"), ("B\x00", "1"), ("B", "1")])
    told = tie(path, "person", "ref", "", cast.vast)
    assert (told.rows, told.bad, told.groups, told.made) == (7, 3, 1, 2)


def test_the_command_ties_and_says_what_it_did(
    cast: Cast, items: dict[str, Item], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = linked(tmp_path, [("A", "1"), ("B", "1"), ("C", "")])
    assert main(["look-back-tie", str(path), "--reference", "ref", "--unique", "--by", "vast"]) == 1
    told = capsys.readouterr()
    assert "3 rows read. In 1 groups several items stand: 2 ties made, 0 were there already." in told.out
    assert "1 rows had no group" in told.err
    assert main(["look-back-tie", str(tmp_path / "none.csv"), "--reference", "ref", "--unique", "--by", "vast"]) == 2
    assert "There is no file" in capsys.readouterr().err


def test_a_row_without_a_usable_time_is_passed_over(cast: Cast, items: dict[str, Item], tmp_path: Path) -> None:
    given = [("A", "2026-03-02T21:15:00Z", "1"), ("B", "soon", "1"), ("C", "2026-03-02", "1")]
    told = tie(linked(tmp_path, given, ("ref", "came", "gt_group")), "person", "ref", "came", cast.vast)
    assert told == Tied(rows=3, bad=1, groups=1, made=2)


def test_one_record_that_was_read_graver_later_belongs_to_no_group_with_itself(cast: Cast, tmp_path: Path) -> None:
    for level in ("low", "immediate"):
        path = written(tmp_path, [row("A", level)], f"{level}.csv")
        taken_in(path, cast.supervisor, cast.supervisor.team)
    path = linked(tmp_path, [("A", "1"), ("Z", "1")])
    assert tie(path, "person", "ref", "", cast.vast).groups == 0
    taken_in(written(tmp_path, [row("Z")], "z.csv"), cast.supervisor, cast.supervisor.team)
    assert tie(path, "person", "ref", "", cast.vast).made == 3
    items = list(Item.objects.select_related("hit"))
    by = together(cast.vast, items)
    for one in items:
        assert {str(pk) for pk in by[one.pk]} == {str(other.pk) for other in items if other.reference != one.reference}


def test_whoever_looks_at_an_item_has_looked_at_what_stands_beside_it(
    cast: Cast, browser: Browser, items: dict[str, Item], tmp_path: Path
) -> None:
    tie(linked(tmp_path, [("A", "1"), ("B", "1")]), "person", "ref", "", cast.vast)
    browser(cast.vast).get(f"/look-back/{items['A'].pk}/")
    event = AuditEvent.objects.filter(verb="lookback.see").latest("id")
    assert str(items["B"].pk) in event.subjects


# Taking a tie back.


def test_a_tie_that_was_wrong_is_taken_back_for_everybody_and_stays_on_record(
    cast: Cast, browser: Browser, items: dict[str, Item], tmp_path: Path
) -> None:
    path = linked(tmp_path, [("A", "1"), ("B", "1"), ("C", "1")])
    tie(path, "person", "ref", "", cast.vast)
    given = {"key": key(), "other": items["B"].pk, "words": "Two people of one name: born 1990 and 2001."}
    client, page = browser(cast.vast), f"/look-back/{items['A'].pk}/"
    for _ in range(2):  # a retry does it once
        assert client.post(f"{page}untie", given).status_code == 302
    by = together(cast.vast, list(items.values()))
    assert names(items, by[items["A"].pk]) == {"C"}
    assert names(items, by.get(items["B"].pk, {})) == set()
    assert TieWithdrawal.objects.get().by == cast.vast
    for name in "AB":
        shown = browser(cast.vast).get(f"/look-back/{items[name].pk}/").text
        assert "B: not the same person, by Vast Amber" in shown
        assert "born 1990 and 2001" in shown
    assert str(items["B"].pk) in AuditEvent.objects.get(verb="lookback.untie").subjects
    assert tie(path, "person", "ref", "", cast.vast).made == 0, "the same table ties them no second time"
    assert names(items, together(cast.vast, list(items.values()))[items["A"].pk]) == {"C"}


def test_without_a_reason_or_a_tie_nothing_is_taken_back(
    cast: Cast, browser: Browser, items: dict[str, Item], tmp_path: Path
) -> None:
    tie(linked(tmp_path, [("A", "1"), ("B", "1"), ("E", "1")]), "person", "ref", "", cast.vast)
    client, page = browser(cast.supervisor), f"/look-back/{items['A'].pk}/"
    answer = client.post(f"{page}untie", {"key": key(), "other": items["B"].pk, "words": " "})
    assert answer.status_code == 422
    assert "Write why these are not the same" in answer.text
    answer = client.post(f"{page}untie", {"key": key(), "other": items["C"].pk, "words": "Not they."})
    assert "Nothing that linking found ties these two" in answer.text
    for out_of_sight in (items["E"].pk, items["A"].pk, key()):
        given = {"key": key(), "other": out_of_sight, "words": "Not they."}
        assert client.post(f"{page}untie", given).status_code == 404
    assert browser(cast.pcc).post(f"{page}untie", {"key": key(), "other": items["B"].pk}).status_code == 403
    assert not TieWithdrawal.objects.exists()


def test_both_items_of_a_record_that_was_read_graver_later_leave_the_group(cast: Cast, tmp_path: Path) -> None:
    for name, level in (("A", "high"), ("B", "low"), ("B", "immediate")):
        taken_in(written(tmp_path, [row(name, level)], f"{name}{level}.csv"), cast.supervisor, cast.supervisor.team)
    tie(linked(tmp_path, [("A", "1"), ("B", "1")]), "person", "ref", "", cast.vast)
    a, b = (Item.objects.filter(hit__reference=name).first() for name in "AB")
    assert a is not None
    assert b is not None
    untie(cast.vast, a.pk, other=b.pk, key=key(), words="Not they.")
    assert TieWithdrawal.objects.count() == 2
    assert not together(cast.vast, [a]).get(a.pk)


def test_the_command_takes_back_a_whole_table_and_no_other(
    cast: Cast, items: dict[str, Item], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = linked(tmp_path, [("A", "1"), ("B", "1"), ("C", "2"), ("D", "2")])
    tie(wrong, "person", "ref", "", cast.vast)
    (tmp_path / "right").mkdir()
    tie(linked(tmp_path / "right", [("A", "7"), ("C", "7")]), "person", "ref", "", cast.vast)
    command = ["look-back-tie", str(wrong), "--by", "vast", "--withdraw", "Columns mixed up."]
    assert main(command) == 0
    assert "4 ties of this table are taken back, 0 had been before" in capsys.readouterr().out
    assert main(command) == 0
    assert "0 ties of this table are taken back, 4 had been before" in capsys.readouterr().out
    assert names(items, together(cast.vast, list(items.values()))[items["A"].pk]) == {"C"}
    assert main([*command, "--kind", "addresses"]) == 2
    assert "Nothing was ever tied of this very table as address" in capsys.readouterr().err
    assert main(["look-back-tie", str(wrong), "--by", "vast"]) == 2
    assert "Name the columns" in capsys.readouterr().err
