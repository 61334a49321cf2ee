"""Webhooks: other systems are told in codes, signed, tried again for a day, and none keeps another waiting."""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from goldthread.accounts.models import Staff, Team
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact import actions as contact
from goldthread.integration import webhook_actions as keeping
from goldthread.integration import webhook_http, webhook_rules
from goldthread.integration import webhook_send_actions as sending
from goldthread.integration.webhook_models import Delivery, Subscription, WebhookSecret
from tests.cast import Cast, assess, ended, graded, key, opened, say
from tests.conftest import Database
from tests.integration.conftest import Program, Programs, problem
from tests.integration.receiver import Answer, Receiver, closes, garbage, receiving, status
from tests.response.test_alarms import later

ALL = list(webhook_rules.KINDS)
SAID = "shouting next door, kids crying, he has a knife"


@pytest.fixture(autouse=True)
def here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Webhooks may go to this machine, and who hangs is waited for half a second."""
    settings.ENV = settings.ENV.model_copy(update={"webhook_networks": "127.0.0.0/8"})
    monkeypatch.setattr(webhook_rules, "ANSWERS_WITHIN", 0.5)


@pytest.fixture
def integrator(cast: Cast) -> Staff:
    return person(cast.handler.team)


def person(team: Team) -> Staff:
    found = Staff(username="integrator", name="Ines Amber", role="integrator", team=team, password="x")
    found.save()
    return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def told(
    user: Staff | None, to: Receiver, kinds: list[str] = ALL, name: str = "Harrier CAD"
) -> tuple[Subscription, str]:
    return keeping.subscribe(user, key=key(), name=name, url=to.url, kinds=kinds)


def work(*only: Subscription) -> list[str]:
    """What the jobs would do now: try each delivery that is due, the oldest first, as often as any is tried; why each was not taken."""
    found = []
    while True:
        due = Delivery.objects.filter(due_at__isnull=False, tries__lt=99).order_by("pk")
        before = {one.pk: one.tries for one in due}
        for pk in before:
            why = sending.send_one(pk)
            if Delivery.objects.get(pk=pk).tries > before[pk]:
                found.append(why)
        after = {one.pk: one.tries for one in due.all()}
        if after == {pk: tries for pk, tries in before.items() if pk in after}:
            return found


def test_a_system_is_told_of_what_it_wants_in_order_and_without_words(
    cast: Cast, integrator: Staff, receiver: Receiver
) -> None:
    _webhook, secret = told(integrator, receiver)
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    graded(cast.handler, incident, "immediate")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    assess(cast.handler, incident, "He is armed.")
    work()
    kinds = [one.event["type"] for one in receiver.told]
    assert kinds[0] == "incident.opened"
    assert [one for one in kinds if one != "child.involved"] == ["incident.opened", "grade.changed", "thrive.written"]
    assert "child.involved" in kinds
    grade = next(one.event for one in receiver.told if one.event["type"] == "grade.changed")
    assert grade["data"] == {
        "incident": str(incident.pk),
        "reference": incident.reference,
        "line": grade["data"]["line"],
        "grade": "immediate",
    }
    for one in receiver.told:
        assert one.signed_by(secret)
        assert one.path == "/hook?x=1"
        assert abs(int(one.headers["webhook-timestamp"]) - time.time()) < 60
        for words in (b"knife", b"armed", b"Larch", b"Amber"):
            assert words not in one.body
    assert len({one.headers["webhook-id"] for one in receiver.told}) == len(receiver.told)
    assert not Delivery.objects.filter(sent_at__isnull=True).exists()


def test_an_alarm_and_a_closing_are_told(cast: Cast, integrator: Staff, receiver: Receiver) -> None:
    from goldthread.response.alarm_actions import raise_due

    told(integrator, receiver, ["alarm.raised", "incident.closed"])
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    later(timedelta(hours=3))
    raise_due()
    other = opened(cast.handler)
    ended(cast, other)
    work()
    kinds = {one.event["type"]: one.event["data"] for one in receiver.told}
    assert kinds["alarm.raised"]["incident"] in {str(incident.pk), str(other.pk)}
    assert kinds["incident.closed"]["reason"] == "attended-resolved"


def test_what_nobody_wants_is_not_written_and_what_did_not_happen_is_not_told(
    cast: Cast, integrator: Staff, receiver: Receiver
) -> None:
    told(integrator, receiver, ["grade.changed"])
    incident = opened(cast.handler)
    assert not Delivery.objects.exists()
    graded(cast.handler, incident, "immediate")
    with pytest.raises(Refused):
        graded(cast.handler, incident, "immediate")
    assert Delivery.objects.count() == 1


def test_a_fault_is_tried_again_after_growing_waits_with_the_same_identity(cast: Cast, integrator: Staff) -> None:
    with receiving(status(500), status(503), status(200)) as to:
        told(integrator, to, ["incident.opened"])
        opened(cast.handler)
        assert work() == ["refused"]
        assert sending.send_one(Delivery.objects.get().pk) == ""  # not due yet
        for wait in webhook_rules.WAITS[:2]:
            later(wait)
            work()
        assert len(to.told) == 3
        assert len({one.headers["webhook-id"] for one in to.told}) == 1
        made = Delivery.objects.get()
        assert (made.tries, made.status, made.why) == (3, 200, "")
        assert made.sent_at is not None


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(302, "Location: http://127.0.0.1:1/"), "moved"),
        (status(404), "refused"),
        (garbage, "not_reached"),
        (closes, "not_reached"),
    ],
)
def test_what_is_no_taking_counts_as_not_taken(cast: Cast, integrator: Staff, answer: Answer, why: str) -> None:
    with receiving(answer) as to:
        told(integrator, to, ["incident.opened"])
        opened(cast.handler)
        assert work() == [why]
        assert len(to.told) == 1
        assert Delivery.objects.get().due_at is not None


def test_who_hangs_or_answers_a_byte_at_a_time_is_cut_off(cast: Cast, integrator: Staff) -> None:
    with receiving() as to:
        for answer in (to.hangs, to.dribbles):
            to.answers = [answer]
            began = time.monotonic()
            with pytest.raises(webhook_http.NotTaken, match="no_answer"):
                webhook_http.post(
                    webhook_rules.target(to.url, plain=True), {}, b"{}", networks="127.0.0.0/8", within=0.5
                )
            assert 0.4 < time.monotonic() - began < 10


def test_after_a_day_it_is_given_up_and_can_be_sent_again(cast: Cast, integrator: Staff) -> None:
    with receiving(status(500)) as to:
        told(integrator, to, ["incident.opened"])
        opened(cast.handler)
        work()
        for wait in webhook_rules.WAITS:
            later(wait)
            work()
        made = Delivery.objects.get()
        assert (made.failed_at is not None, made.why, made.tries) == (True, "refused", len(webhook_rules.WAITS) + 1)
        to.answers = [status(200)]
        sending.again(integrator, made.pk)
        sending.again(integrator, made.pk)
        work()
        made.refresh_from_db()
        assert (made.sent_at is not None, made.failed_at, made.why) == (True, None, "")
        assert len({one.headers["webhook-id"] for one in to.told}) == 1


def test_of_one_incident_the_earlier_goes_first_and_another_incident_does_not_wait(
    cast: Cast, integrator: Staff
) -> None:
    with receiving(status(500), status(200)) as to:
        told(integrator, to, ["incident.opened", "grade.changed"])
        first = opened(cast.handler)
        graded(cast.handler, first)
        second = opened(cast.handler)
        work()
        assert [one.event["data"]["reference"] for one in to.told] == [first.reference, second.reference]
        later(webhook_rules.WAITS[0])
        work()
        kinds = [one.event["type"] for one in to.told if one.event["data"]["reference"] == first.reference]
        assert kinds == ["incident.opened", "incident.opened", "grade.changed"]


def test_410_ends_the_webhook_and_what_waits(cast: Cast, integrator: Staff) -> None:
    with receiving(status(410)) as to:
        webhook, _ = told(integrator, to, ["incident.opened"])
        opened(cast.handler)
        opened(cast.handler)
        work()
        webhook.refresh_from_db()
        assert (webhook.ended, len(to.told)) == ("gone", 1)
        assert set(Delivery.objects.values_list("why", flat=True)) == {"gone", "ended"}
        opened(cast.handler)
        assert Delivery.objects.count() == 2
        assert not any(bytes(one.sealed) for one in WebhookSecret.objects.all())


def test_two_secrets_sign_while_the_other_system_changes_over(
    cast: Cast, integrator: Staff, receiver: Receiver
) -> None:
    webhook, old = told(integrator, receiver, ["incident.opened"])
    _, new = keeping.rotate(integrator, webhook.pk, key=key())
    opened(cast.handler)
    work()
    assert receiver.told[-1].signed_by(old)
    assert receiver.told[-1].signed_by(new)
    later(webhook_rules.OLD_SECRET + timedelta(seconds=1))
    opened(cast.handler)
    work()
    assert not receiver.told[-1].signed_by(old)
    assert receiver.told[-1].signed_by(new)


def test_the_secret_is_sealed_and_shown_once(cast: Cast, integrator: Staff, receiver: Receiver) -> None:
    own = key()
    given = {"name": "Harrier CAD", "url": receiver.url, "kinds": ["alarm.raised"]}
    webhook, secret = keeping.subscribe(integrator, key=own, **given)
    assert keeping.subscribe(integrator, key=own, **given) == (webhook, "")
    assert secret.startswith("whsec_")
    assert secret.encode() not in bytes(WebhookSecret.objects.get().sealed)
    again = key()
    assert keeping.rotate(integrator, webhook.pk, key=again)[1]
    assert keeping.rotate(integrator, webhook.pk, key=again)[1] == ""


def test_a_changed_key_of_the_service_says_so(
    cast: Cast, integrator: Staff, receiver: Receiver, settings: Settings
) -> None:
    told(integrator, receiver, ["incident.opened"])
    opened(cast.handler)
    settings.SECRET_KEY = "another secret of the service " * 3
    assert work() == ["unreadable"]
    assert Delivery.objects.get().failed_at is not None


def test_a_name_that_leads_into_a_network_not_named_is_not_gone_to(
    cast: Cast, integrator: Staff, receiver: Receiver, settings: Settings
) -> None:
    told(integrator, receiver, ["incident.opened"])
    opened(cast.handler)
    settings.ENV = settings.ENV.model_copy(update={"webhook_networks": ""})
    assert work() == ["not_allowed"]
    assert receiver.told == []
    with pytest.raises(Invalid):
        told(integrator, receiver, name="Second")


def test_without_tls_nothing_goes_in_production(
    cast: Cast, integrator: Staff, receiver: Receiver, settings: Settings
) -> None:
    settings.ENV = settings.ENV.model_copy(update={"mode": "production"})
    with pytest.raises(Invalid, match="https"):
        told(integrator, receiver)


def test_a_certificate_is_checked(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, secret = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    with receiving(context=context) as to:
        where = webhook_rules.target(to.url, plain=False)
        webhook_http._trusting.cache_clear()
        with pytest.raises(webhook_http.NotTaken, match="not_secure"):
            webhook_http.post(where, {}, b"{}", networks="127.0.0.0/8,::1/128", within=5)
        monkeypatch.setattr(webhook_http, "_trusting", lambda: ssl.create_default_context(cafile=str(certificate)))
        assert webhook_http.post(where, {}, b"{}", networks="127.0.0.0/8,::1/128", within=5) == 200


def _certificate(folder: Path) -> tuple[Path, Path]:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(own.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(own, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = folder / "c.pem", folder / "k.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate, secret


def test_as_many_systems_as_have_a_sender_and_no_more_and_each_name_once(
    cast: Cast, integrator: Staff, receiver: Receiver
) -> None:
    made = [told(integrator, receiver, name=f"System {number}")[0] for number in range(webhook_rules.MOST)]
    with pytest.raises(Refused, match="as many as can be"):
        told(integrator, receiver, name="One more")
    keeping.end(integrator, made[0].pk)
    keeping.end(integrator, made[0].pk)
    with pytest.raises(Invalid, match="told already"):
        told(integrator, receiver, name="System 1")
    told(integrator, receiver, name="One more")
    with pytest.raises(NotThere):
        keeping.rotate(integrator, made[0].pk, key=key())


def test_nobody_but_the_integrator_keeps_webhooks(
    cast: Cast, receiver: Receiver, integrator: Staff, browser: Callable[[Staff | None], Client], program: Programs
) -> None:
    webhook, _ = told(integrator, receiver)
    body = {"name": "Mine", "url": receiver.url, "kinds": ["alarm.raised"]}
    for name, user in cast.everybody().items():
        page, asking = browser(user), program(user)
        assert page.get("/webhooks/").status_code == 403, name
        for address in (f"{webhook.pk}/end", f"{webhook.pk}/rotate", f"{webhook.pk}/test", "add", "deliveries/1/again"):
            assert page.post(f"/webhooks/{address}", {"key": key()}).status_code == 403, (name, address)
        problem(asking.get("/webhooks"), 403, "not-permitted")
        problem(asking.post("/webhooks", body), 403, "not-permitted")
    for act in (
        lambda: told(cast.silver, receiver, name="x"),
        lambda: sending.test(cast.silver, webhook.pk),
        lambda: keeping.end(cast.silver, webhook.pk),
    ):
        with pytest.raises(Refused):
            act()
    assert Subscription.objects.count() == 1


def test_the_page_adds_shows_the_secret_once_tests_and_sends_again(
    cast: Cast, integrator: Staff, browser: Callable[[Staff | None], Client]
) -> None:
    client = browser(integrator)
    assert "No system is told anything" in client.get("/webhooks/").content.decode()
    with receiving(status(500)) as to:
        given = {"key": key(), "called": "Harrier CAD", "url": to.url, "kinds": ["incident.opened"]}
        page = client.post("/webhooks/add", given).content.decode()
        assert "whsec_" in page
        assert "whsec_" not in client.post("/webhooks/add", given).content.decode()
        assert "whsec_" not in client.get("/webhooks/").content.decode()
        webhook = Subscription.objects.get()
        page = client.post(f"/webhooks/{webhook.pk}/test", follow=True).content.decode()
        assert "did not take the test: It answered that it does not take it (500)" in page
        failed = Delivery.objects.get()
        to.answers = [status(200)]
        assert "sent again" in client.post(f"/webhooks/deliveries/{failed.pk}/again", follow=True).content.decode()
        work()
        assert "took the test" in client.post(f"/webhooks/{webhook.pk}/test", follow=True).content.decode()
        assert "whsec_" in client.post(f"/webhooks/{webhook.pk}/rotate", {"key": key()}).content.decode()
        assert "told nothing more" in client.post(f"/webhooks/{webhook.pk}/end", follow=True).content.decode()
        assert client.post("/webhooks/999/end").status_code == 404
        wrong = client.post(
            "/webhooks/add", {"key": key(), "called": "Second", "url": "nonsense typed", "kinds": ["alarm.raised"]}
        )
        assert wrong.status_code == 422
        assert "nonsense typed" in wrong.content.decode()
        assert "whole https address" in wrong.content.decode()
    assert {one.verb for one in AuditEvent.objects.filter(duty="security", staff_id=integrator.pk)} >= {
        "webhook.add", "webhook.test", "webhook.rotate", "webhook.end", "webhook.again",
    }  # fmt: skip


def test_a_program_does_what_the_page_does(
    cast: Cast, integrator: Staff, program: Programs, receiver: Receiver
) -> None:
    asking: Program = program(integrator)
    body, own = {"name": "Harrier CAD", "url": receiver.url, "kinds": ["incident.opened"]}, uuid.uuid4()
    made = asking.post("/webhooks", body, key=own).json()
    assert made["secret"].startswith("whsec_")
    assert asking.post("/webhooks", body, key=own).json() == {"id": made["id"], "secret": None}
    assert asking.post(f"/webhooks/{made['id']}/test").json()["taken_at"]
    assert asking.post(f"/webhooks/{made['id']}/secret").json()["secret"] != made["secret"]
    receiver.answers = [status(500)]
    failed = asking.post(f"/webhooks/{made['id']}/test").json()
    assert (failed["why"], failed["status"], failed["given_up_at"] is not None) == ("refused", 500, True)
    listed = asking.get("/webhooks/deliveries").json()
    assert [one["id"] for one in listed["deliveries"]] == [failed["id"]]
    assert asking.post(f"/webhooks/deliveries/{failed['id']}/again").status_code == 204
    shown = asking.get("/webhooks").json()["webhooks"]
    assert [(one["name"], one["waiting"], one["given_up"]) for one in shown] == [("Harrier CAD", 1, 0)]
    assert asking.post(f"/webhooks/{made['id']}/end").status_code == 204
    problem(asking.post(f"/webhooks/{made['id']}/secret"), 404, "not-there")
    problem(asking.post("/webhooks", {**body, "kinds": ["no.such"]}), 422, "not-as-described")
    problem(asking.post("/webhooks", {**body, "url": "https://10.0.0.1/"}), 422, "invalid")


@pytest.mark.slow
def test_a_worker_killed_between_sending_and_writing_down_has_it_sent_again_and_one_that_hangs_delays_nobody(
    committing: Database,
) -> None:
    from tests.cast import make_cast

    cast = make_cast()
    integrator = person(cast.handler.team)
    env = {**committing.env, "GOLDTHREAD_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    killing = (
        "import os, sys, django; django.setup();"
        "from goldthread.integration import webhook_send_actions as sending;"
        "sending._write_down = lambda *given, **more: os.kill(os.getpid(), 9);"
        "from goldthread.cli.steps import main; main('webhooks')"
    )
    with receiving() as quick, receiving() as slow:
        slow.answers = [slow.hangs]
        told(integrator, quick, ["incident.opened"], name="Quick")
        opened(cast.handler)
        killed = subprocess.run([sys.executable, "-c", killing], env=env, timeout=90, check=False)
        assert killed.returncode == -9
        assert len(quick.told) == 1
        assert Delivery.objects.get().sent_at is None

        told(integrator, slow, ["incident.opened"], name="Slow")
        for _ in range(8):
            opened(cast.handler)
        later(timedelta(minutes=10))  # the killed worker's hold is over
        from procrastinate.contrib.django.models import ProcrastinateJob

        assert ProcrastinateJob.objects.filter(status="doing").count() == 1
        running = subprocess.Popen([sys.executable, "-m", "goldthread.cli.steps", "webhooks"], env=env)
        try:
            _retry_stalled()
            sending.take_up()
            came = quick.wait(10, 90)
        finally:
            running.terminate()
            running.wait(30)
    ids = [one.headers["webhook-id"] for one in came]
    assert ids.count(quick.told[0].headers["webhook-id"]) == 2
    assert len(set(ids)) == 9
    assert len(slow.told) < 8  # it hung meanwhile, and still nobody waited for it


def _retry_stalled() -> None:
    """What the minute's job does once a worker has been silent: its jobs go back in the queue."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing'")
