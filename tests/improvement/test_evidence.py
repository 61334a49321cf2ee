"""Evidence: its days, versions and hash; what expired or is not what was received does not count, and says so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.actions import erase
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.improvement import evidence_actions, presenters, queries, telling_actions
from goldthread.improvement.models import Evidence, EvidenceCheck
from goldthread.improvement.tasks import check as job
from goldthread.notices.models import Notice
from tests.cast import Cast, key, make_cast
from tests.conftest import Database
from tests.improvement.scenes import first, gold, keeper, liaison, one, today
from tests.response.test_alarms import later

PDF = b"%PDF-1.7\nthe register of the course"
Browser = Callable[[Staff | None], Client]


def entered(cast: Cast, number: int, content: bytes | None = PDF, **given: Any) -> Evidence:
    upload = None if content is None else SimpleUploadedFile("register.pdf", content)
    whole = {
        "words": "The register of the course.",
        "true_on": today(),
        "received_on": today(),
        "key": key(),
        "upload": upload,
    }
    return evidence_actions.add_evidence(keeper(cast), number, **{**whole, **given})


def test_evidence_keeps_both_days_and_the_hash_of_its_file_or_sentence(cast: Cast) -> None:
    number = first(cast)
    same = key()
    made = {entered(cast, number, true_on=today() - timedelta(days=9), key=same).pk for _ in range(2)}
    assert len(made) == 1
    plain = entered(cast, number, content=None, words="Forty of fifty are trained.")
    assert plain.sha256 == hashlib.sha256(b"Forty of fifty are trained.").hexdigest()
    newer, older = one(number).evidence
    assert (older.sha256, older.file_name) == (hashlib.sha256(PDF).hexdigest(), "register.pdf")
    assert (newer.id, older.true_on, older.received_on) == (plain.pk, today() - timedelta(days=9), today())
    assert len(one(number).counting) == 2


def test_a_new_version_replaces_and_the_old_one_stands(cast: Cast) -> None:
    number = first(cast)
    old = entered(cast, number)
    new = entered(cast, number, PDF + b", corrected", replaces=old.pk, words="Corrected.")
    (found,) = one(number).evidence
    assert (found.id, found.version, [each.id for each in found.older]) == (new.pk, 2, [old.pk])
    with pytest.raises(Stale, match="newer version"):
        entered(cast, number, PDF + b", by another", replaces=old.pk)
    with pytest.raises(Invalid, match="no such evidence"):
        entered(cast, number + 1, replaces=new.pk)
    newest = entered(cast, number, PDF + b", again", replaces=new.pk)
    (found,) = one(number).evidence
    assert (found.id, [each.version for each in found.older]) == (newest.pk, [2, 1])


def test_what_expired_does_not_count_and_says_so(cast: Cast) -> None:
    number = first(cast)
    entered(cast, number, expires_on=today() + timedelta(days=3))
    assert any("expires in 3 days" in why for why in one(number).reasons)
    later(timedelta(days=3))
    assert one(number).counting
    later(timedelta(days=1))
    (found,) = one(number).evidence
    assert found.why_not == "It has expired and does not count."
    assert "Its evidence has expired." in one(number).reasons


def test_files_that_are_not_taken_lose_nothing_and_leave_nothing(cast: Cast) -> None:
    number = first(cast)
    for content in (b"", b"\x00\x01\x02"):
        with pytest.raises(Invalid):
            entered(cast, number, content)
    with pytest.raises(Invalid, match="sentence what it shows"):
        entered(cast, number, words="")
    with pytest.raises(NotThere):
        entered(cast, 10**9)
    with pytest.raises(Refused):
        evidence_actions.add_evidence(
            liaison(cast), number, key=key(), words="Mine.", true_on=today(), received_on=today()
        )
    assert not Evidence.objects.exists()


def test_a_file_is_given_to_those_who_read_the_register_and_noted_as_a_disclosure(cast: Cast, browser: Browser) -> None:
    made = entered(cast, first(cast))
    at = f"/improvement/evidence/{made.pk}/file"
    for user in (keeper(cast), gold(cast), cast.silver, liaison(cast)):
        answer = browser(user).get(at)
        assert (answer.status_code, answer.content) == (200, PDF), user
    assert AuditEvent.objects.filter(verb="file.give", duty="disclosure", staff_id=liaison(cast).pk).count() == 1
    for user in (cast.pcc, cast.stranger, cast.qa):
        assert browser(user).get(at).status_code == 403
        assert browser(user).get(f"/files/{made.file_id}").status_code == 404, "nor by the file's own address"
    assert browser(keeper(cast)).get("/improvement/evidence/999999/file").status_code == 404


def test_what_changed_on_disk_raises_a_hash_alarm_by_the_job_and_on_opening(
    committing: Database, browser: Browser
) -> None:
    cast = make_cast()
    number = first(cast)
    whole, changed, said = (
        entered(cast, number), entered(cast, number, PDF + b"2"), entered(cast, number, None, words="Forty are trained."),
    )  # fmt: skip
    telling_actions.set_contact(keeper(cast), keeper(cast).pk, mail="programme@amberford.example")
    job(0)
    assert not EvidenceCheck.objects.exists(), "nothing is written while nothing changed"
    assert changed.file is not None
    with psycopg.connect(committing.admin_url, autocommit=True) as disk:
        disk.execute("ALTER TABLE audit_payload DISABLE TRIGGER ALL")
        for payload in (changed.file.content_id, said.words_id):
            disk.execute("UPDATE audit_payload SET text = reverse(text) WHERE id = %s", [payload])
        disk.execute("ALTER TABLE audit_payload ENABLE TRIGGER ALL")
    assert browser(liaison(cast)).get(f"/improvement/evidence/{changed.pk}/file").status_code == 503, "on opening"
    assert [each.evidence_id for each in EvidenceCheck.objects.all()] == [changed.pk]
    for _ in range(2):
        job(0)
    assert {each.evidence_id: each.why for each in EvidenceCheck.objects.all()} == {
        changed.pk: "changed",
        said.pk: "changed",
    }
    assert EvidenceCheck.objects.count() == 2
    found = one(number)
    assert [each.id for each in found.counting] == [whole.pk]
    assert (found.colour, found.alarmed) == ("red", True)
    assert "hash alarm" in found.reasons[0]
    assert presenters.alerts(queries.plan())[0].sign == "hash alarm"
    assert AuditEvent.objects.filter(verb="plan.check").count() == 2
    subjects = [one_.subject.split(": ")[1] for one_ in Notice.objects.all()]
    assert subjects == ["Hash alarm in the improvement plan"] * 2, "one for each, however often the job looks"


def test_evidence_whose_text_was_erased_does_not_count_and_says_when_it_went(cast: Cast) -> None:
    made = entered(cast, first(cast), None, words="Names of those who came.")
    another = Staff(username="auditor-2", name="Another Amber", role="auditor", team=cast.auditor.team)
    another.save()
    erase(cast.auditor, another, [made.words], "Entered by mistake.", "the force's own rule")
    assert evidence_actions.check(made.pk) == "erased"
    (found,) = one(made.recommendation_id).evidence
    assert found.words.startswith("Erased on")
    assert found.why_not == "Its text or file was erased. It does not count."


def test_a_file_sealed_with_another_key_cannot_be_checked_and_counts_again_when_it_can(
    cast: Cast, settings: Any
) -> None:
    made = entered(cast, first(cast))
    before = settings.FILES_KEY
    settings.FILES_KEY = "k" * 60
    assert evidence_actions.check_all() == 1
    assert EvidenceCheck.objects.get().why == "unreadable"
    settings.FILES_KEY = before
    later(timedelta(hours=1))
    assert evidence_actions.check(made.pk) == ""
    assert len(one(made.recommendation_id).counting) == 1
