"""Two that hand in the same, or one's early and another's missing message, at the same instant: each acts once, in order."""

from __future__ import annotations

from goldthread.contact.models import Incident
from goldthread.integration import message_actions
from goldthread.integration import message_came_rules as came_rules
from goldthread.integration.message_models import Message, Placed
from goldthread.integration.message_place_actions import give_up_waiting
from goldthread.response.models import Unit
from tests.cast import make_cast
from tests.conftest import Database
from tests.integration.messages_given import account, told, waited_out, words
from tests.response.at_once import at_once


def test_each_acts_once_and_in_order_however_many_send(committing: Database) -> None:
    sender = account(make_cast())
    given = [told(number, "opened" if number == 1 else "words") for number in range(1, 21)]
    unit = told(21, "dispatch", unit="ZZ77", state="sent")

    def send(*numbers: int) -> list[str]:
        some = [came_rules.came(one, 100) for one in [given[number - 1] for number in numbers]]
        return [one.became for one in message_actions.take(sender, some)]

    assert send(1) == ["taken"]
    incident = Incident.objects.get()
    ways = [range(2, 21), range(20, 1, -1), range(2, 21, 2), range(3, 21, 2)]
    found = at_once(incident, *[lambda way=way: send(*way) for way in ways])
    assert words(incident) == [f"line {number} of NG-1" for number in range(2, 21)]
    assert [one for one in found if isinstance(one, BaseException)] == []
    assert Message.objects.filter(became="new").count() == 20 == Placed.objects.filter(failed=False).count()
    assert Message.objects.filter(became="repeated").count() == 38
    some = [came_rules.came(unit, 100)]
    at_once(incident, *[lambda: message_actions.take(sender, some)] * 2)
    assert Unit.objects.filter(call_sign="ZZ77").count() == 1


def test_what_waits_is_given_up_once_however_many_look(committing: Database) -> None:
    sender = account(make_cast())
    message_actions.take(sender, [came_rules.came(one, 100) for one in (told(1, "opened"), told(3))])
    waited_out()
    assert sorted(at_once(Incident.objects.get(), give_up_waiting, give_up_waiting)) == [0, 1]
    assert words(Incident.objects.get()) == ["line 3 of NG-1"]
