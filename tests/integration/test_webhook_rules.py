"""What a webhook may be, where it may go, and how it is signed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.config.errors import Invalid
from goldthread.integration import webhook_rules as rules


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "::1", "::",
     "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "224.0.0.1", "ff02::1", "fe80::1%eth0", "255.255.255.255"],
)  # fmt: skip
def test_no_webhook_goes_into_a_network_that_nobody_named(address: str) -> None:
    assert not rules.allowed(address, "")


def test_it_goes_to_public_addresses_and_into_networks_that_were_named() -> None:
    assert rules.allowed("8.8.8.8", "")
    assert rules.allowed("2001:4860:4860::8888", "")
    assert rules.allowed("10.20.3.4", "192.168.0.0/16,10.20.0.0/16")
    assert rules.allowed("::ffff:10.20.3.4", "10.20.0.0/16")
    assert not rules.allowed("10.21.3.4", "10.20.0.0/16")


@pytest.mark.parametrize(
    "url",
    ["", "cad", "ftp://cad.invalid/", "http://cad.invalid/", "https://", "https:///x", "https://a@cad.invalid/", "https://cad.invalid/#x",
     "https://cad.invalid:99999/", "https://cad.invalid/a b", "https://cad.invalid/\n", "https://cäd.invalid/", "javascript:alert(1)",
     "https://[::1", "file:///etc/passwd", "https://cad.invalid/" + "x" * 500, "https://cad.invalid/\x00"],
)  # fmt: skip
def test_what_is_no_whole_https_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        rules.target(url, plain=False)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    try:
        found = rules.target(text, plain=True)
    except Invalid:
        return
    assert found.host
    assert found.path.startswith("/")


def test_an_address_is_taken_apart() -> None:
    assert rules.target("https://CAD.force.example:8443/a/b?c=d", plain=False) == rules.Target(
        True, "cad.force.example", 8443, "/a/b?c=d"
    )
    assert rules.target("http://cad.invalid", plain=True) == rules.Target(False, "cad.invalid", 80, "/")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "localhost", "x.localhost", "169.254.169.254"])
def test_an_address_into_our_own_house_is_refused_when_it_is_given(host: str) -> None:
    target = rules.target(f"https://{host}/", plain=False)
    with pytest.raises(Invalid, match="GOLDTHREAD_WEBHOOK_NETWORKS"):
        rules.literal(target, "")


def test_the_signature_is_that_of_the_standard() -> None:
    """The example that Standard Webhooks' own libraries are tried with."""
    secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    found = rules.signature(secret, message, 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_delivery_is_signed_with_each_secret_that_holds() -> None:
    headers = rules.headers(["whsec_bmV3", "whsec_b2xk"], "msg_1", 5, b"{}")
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert headers["webhook-timestamp"] == "5"


def test_waits_grow_and_last_a_day() -> None:
    waits = [rules.next_try(number) for number in range(1, len(rules.WAITS) + 1)]
    assert waits == sorted(waits)
    assert timedelta(hours=20) < sum(rules.WAITS, timedelta()) < timedelta(hours=30)
    assert rules.next_try(len(rules.WAITS) + 1) is None


def test_only_an_answer_of_two_hundred_is_taken() -> None:
    assert [rules.outcome(one) for one in (200, 204, 299)] == ["", "", ""]
    assert [rules.outcome(one) for one in (100, 301, 302, 404, 410, 500)] == [
        "refused",
        "moved",
        "moved",
        "refused",
        "gone",
        "refused",
    ]


def test_kinds_and_names_that_cannot_be() -> None:
    assert rules.kinds(["alarm.raised", "incident.opened"]) == ["incident.opened", "alarm.raised"]
    for wrong in ([], ["no.such"], ["alarm.raised", "x" * 90]):
        with pytest.raises(Invalid):
            rules.kinds(wrong)
    assert rules.name("  Harrier \n CAD\x00 ") == "Harrier CAD"
    for wrong_name in ("", " \x00 ", "x" * 81):
        with pytest.raises(Invalid):
            rules.name(wrong_name)
