"""An edition is issued as it was seen, once, by who may; and what it holds back stands nowhere that the Commissioner's office reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.commissioner import queries
from goldthread.commissioner.actions import issue
from goldthread.commissioner.catalogue import tables
from goldthread.commissioner.models import TableEdition, read
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.measures.registry import measures
from tests.cast import Cast, key, make_cast
from tests.commissioner.scenes import MANY, TABLE, at, digest, draft, gold, issued, months, told
from tests.response.test_alarms import later
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]
CODE = "children-asked"


def places(found: TableEdition, measure: str = CODE) -> dict[str, dict[str, object]]:
    row = next(one for one in found.content["rows"] if one["measure"] == measure)
    return {one["period"]: one for one in row["places"]}


def test_what_is_issued_is_what_was_seen_and_frozen(cast: Cast) -> None:
    told(cast)
    seen = draft()
    made = issued(cast)
    assert (made.number, made.until, made.sha256, made.office) == (
        1,
        months()[-1].last,
        seen.sha256,
        "Gold, chief officer owner",
    )
    assert hashlib.sha256(made.text.text.encode()).hexdigest() == made.sha256
    small, last = (one.code for one in months()[-2:])
    assert (places(made)[last]["of"], places(made)[last]["met"]) == (MANY, 0)
    assert (places(made)[small]["state"], places(made)[small]["of"]) == ("withheld", None)
    assert places(made)["total"]["state"] == "withheld", "fifteen less twelve is three"
    event = AuditEvent.objects.get(verb="published.issue")
    assert (event.duty, event.staff_id) == ("disclosure", gold(cast).pk)
    assert made.sha256 in event.detail
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE commissioner_tableedition SET number = 7")


def test_true_counts_stand_in_no_text_that_is_read(cast: Cast) -> None:
    told(cast)
    made = issued(cast)
    small = months()[-2].code
    cells = read(made.basis)["groups"]["children-asked assessed first-thrive-in-time"]["cells"]
    assert sum(many for cell, many in cells.items() if cell.startswith(f"{small}/1/{CODE}.")) == 3
    assert not [one for one in _numbers(json.loads(made.text.text)["rows"]) if 0 < one < 5 and one != 1], (
        "1: the edition"
    )


def _numbers(value: object) -> list[int]:
    if isinstance(value, dict):
        return [one for each in value.values() for one in _numbers(each)]
    if isinstance(value, list):
        return [one for each in value for one in _numbers(each)]
    return [value] if isinstance(value, int) else []


def test_a_month_that_the_record_changed_little_stands_and_one_it_changed_much_is_replaced(cast: Cast) -> None:
    told(cast)
    first = issued(cast)
    before, last = months()[-2:]
    at(last, 2, cast)
    at(before, 30, cast)
    later(timedelta(days=32))
    made = issued(cast)
    assert made.number == 2
    assert (places(made)[last.code]["of"], places(made)[last.code]["issued"]) == (MANY, 1)
    assert (places(made)[before.code]["of"], places(made)[before.code]["was"]) == (33, 1)
    assert places(first)[before.code]["of"] is None, "the first stands as it was issued"


def test_who_looked_before_the_record_changed_issues_nothing(cast: Cast) -> None:
    told(cast)
    seen = draft()
    at(months()[-1], 7, cast)
    with pytest.raises(Stale, match="changed since you looked"):
        issue(gold(cast), TABLE, key=key(), until=seen.until, seen=seen.sha256)
    assert not TableEdition.objects.exists()


def test_the_same_sent_twice_is_one_and_a_second_is_told_who_was_first(cast: Cast) -> None:
    told(cast)
    seen, same = draft(), key()
    first = issue(gold(cast), TABLE, key=same, until=seen.until, seen=seen.sha256)
    assert issue(gold(cast), TABLE, key=same, until=seen.until, seen=seen.sha256) == first
    with pytest.raises(Stale, match=r"Edition 1, up to .* was issued by Gold, chief officer owner at .* Yours was not"):
        issue(gold(cast), TABLE, key=key(), until=seen.until, seen=seen.sha256)
    assert TableEdition.objects.count() == 1


def test_of_two_who_issue_at_once_one_does(committing: object) -> None:
    people = make_cast()
    user, seen = gold(people), draft()

    def one() -> str:
        try:
            issue(user, TABLE, key=key(), until=seen.until, seen=seen.sha256)
        except Stale as error:
            return str(error)
        finally:
            connections.close_all()
        return "issued"

    with ThreadPoolExecutor(2) as both:
        answers = [done.result() for done in [both.submit(one), both.submit(one)]]
    assert "issued" in answers
    assert sum("Yours was not" in one for one in answers) == 1
    assert TableEdition.objects.count() == 1


@pytest.mark.parametrize(
    ("until", "why"), [(date(2026, 3, 14), "last day of a month"), (date(9999, 12, 31), "last day|not ended"), (date(2999, 12, 31), "not ended")]
)  # fmt: skip
def test_a_day_on_which_no_edition_can_end_is_refused(cast: Cast, until: date, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        issue(gold(cast), TABLE, key=key(), until=until, seen="0" * 64)


def test_who_may_not_and_a_table_that_is_none_are_refused(cast: Cast) -> None:
    for user in (cast.pcc, cast.silver, cast.auditor):
        with pytest.raises(Refused, match="may not do this"):
            issue(user, TABLE, key=key(), until=draft().until, seen=draft().sha256)
    with pytest.raises(NotThere):
        issue(gold(cast), "all-incidents", key=key(), until=draft().until, seen="0" * 64)


def test_every_table_of_the_catalogue_can_be_drafted_and_its_measures_are_there(cast: Cast) -> None:
    known = {one.code: one for one in measures()}
    for code, table in tables().items():
        assert set(table.measures) <= set(known), code
        made = draft(code)
        assert {one["state"] for row in made.content["rows"] for one in row["places"]} <= {"told", "unknown"}, code
        assert not [one for row in made.content["rows"] for one in row["places"] if one["state"] == "unknown"], code


def test_measures_of_which_one_tells_of_the_other_hang_together_in_the_catalogue() -> None:
    """What the registry knows of that: the same cases shared out, and one within another."""
    groups = {code: group for table in tables().values() for group in table.groups for code in group.measures}
    for one in measures():
        beside = [each.code for each in measures() if one.parts_of and each.parts_of == one.parts_of]
        for other in [*beside, *([one.within] if one.within else [])]:
            if one.code in groups and other in groups:
                assert groups[one.code] == groups[other], (one.code, other)


def test_a_measure_whose_query_fails_is_not_known_and_never_none(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told(cast)
    failing = next(one for one in measures() if one.code == CODE)

    def broken(*_: object) -> object:
        from goldthread.contact.models import Incident

        found = Incident.objects.extra(where=["no_such_column = 1"])
        return found, found

    monkeypatch.setitem(failing.__dict__, "cases", broken)
    assert {one["state"] for one in places(issued(cast)).values()} == {"unknown"}


def test_a_figure_is_found_as_it_was_published(cast: Cast) -> None:
    told(cast)
    assert queries.published(CODE) is None
    made = issued(cast)
    found = queries.published(CODE)
    assert found is not None
    assert (found.edition, found.of, found.period) == (made.number, MANY, months()[-1].name)
    assert queries.published("many-marks") is None, "in no table"


def test_pages_show_the_office_what_was_issued_and_the_force_what_would_be(cast: Cast, browser: Browser) -> None:
    told(cast)
    outside, force = browser(cast.pcc), browser(gold(cast))
    assert "none issued yet" in text(outside.get("/commissioner/"))
    assert "No edition has been issued yet." in text(outside.get(f"/commissioner/tables/{TABLE}/"))
    assert outside.get(f"/commissioner/tables/{TABLE}/draft").status_code == 403
    shown = force.get(f"/commissioner/tables/{TABLE}/draft")
    assert "Draft for the force" in text(shown)
    given = {"until": months()[-1].last.isoformat(), "seen": digest(shown)}
    assert outside.post(f"/commissioner/tables/{TABLE}/issue", {**given, "key": key()}).status_code == 403
    wrong = force.post(f"/commissioner/tables/{TABLE}/issue", {**given, "seen": "0" * 64, "key": key()})
    assert (wrong.status_code, TableEdition.objects.count()) == (422, 0)
    assert "Nothing was issued" in text(wrong)
    done = force.post(f"/commissioner/tables/{TABLE}/issue", {**given, "key": key()})
    there = f"/commissioner/tables/{TABLE}/1/"
    assert (done.status_code, done.headers["Location"]) == (302, there)
    late = force.post(f"/commissioner/tables/{TABLE}/issue", {**given, "key": key()})
    assert late.status_code == 422
    assert "Yours was not" in text(late)
    page = outside.get(there)
    assert "0 of 12" in text(page)
    assert "withheld" in text(page)
    assert "of 3" not in text(page).replace("of 30", "")
    assert outside.get(f"/commissioner/tables/{TABLE}/").status_code == 200
    assert TableEdition.objects.get().sha256 in page.text
    file = outside.get(f"{there}print")
    assert (file.headers["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert AuditEvent.objects.filter(verb="published.see", duty="disclosure", staff_id=cast.pcc.pk).count() == 1
    for nowhere in ("tables/none/", f"tables/{TABLE}/2/", f"tables/{TABLE}/{2**40}/", f"tables/{TABLE}/2/print"):
        assert outside.get(f"/commissioner/{nowhere}").status_code == 404


def test_nobody_without_the_verb_opens_it(cast: Cast, browser: Browser) -> None:
    issued(cast)
    for name, user in cast.everybody().items():
        may = roles()[user.role].can("published.see")
        assert may == (name == "pcc")
        for address in ("", f"tables/{TABLE}/", f"tables/{TABLE}/1/", f"tables/{TABLE}/1/print"):
            assert browser(user).get(f"/commissioner/{address}").status_code == (200 if may else 403), (name, address)


def test_a_draft_says_why_there_is_none(cast: Cast, browser: Browser) -> None:
    issued(cast)
    page = text(browser(gold(cast)).get(f"/commissioner/tables/{TABLE}/draft"))
    assert "Edition 1 tells of it already" in page
    now = database_now(connection)
    page = text(browser(gold(cast)).get(f"/commissioner/tables/{TABLE}/draft?until={now:%Y-%m}-17"))
    assert "Give the last day of a month" in page
