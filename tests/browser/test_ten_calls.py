"""Ten calls at the keyboard alone, each another story: what was asked, marked, graded and kept, and its board row."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.calls import PATIENCE, Call
from tests.browser.conftest import Person, Service

pytestmark = [pytest.mark.browser, pytest.mark.long]
Taking = Callable[[str], Call]

SCENE = """
import django; django.setup()
from goldthread.accounts.models import Staff
from tests import known_world as world
from tests.cast import graded, opened, say
stranger = Staff.objects.select_related("team").get(username="stranger")
home = world.place(world.street("Alder Lane"), "3")
boy = world.person("Kieran Holloway", world.years_ago(14), home)
world.marker(boy, "missing-history", "Found with adults he would not name.", review_in=60)
for times in range(5):
    before = opened(stranger)
    say(stranger, before, "Kieran not back at the home, staff say he always comes back")
    world.settled_on(stranger, before, home)
    graded(stranger, before)
terrace = world.place(world.street("Quarry Terrace"), "8")
world.person("Ellie Marsden", world.years_ago(4), terrace)
world.marker(terrace, "domestic-abuse", "High risk; order forbids him the address.", review_in=90)
"""
ARRIVES = """
import sys, django; django.setup()
from goldthread.accounts.models import Team
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
given = Arriving("email", "ten-calls", sys.argv[1], subject="Advice, please", name="Ruth Ainsley", area="North")
print(receive(None, given, desk=Team.objects.get(name="Team A")).incident.reference)
"""


def _run(service: Service, script: str, *given: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *given], env=service.database.env, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def scene(service: Service) -> Service:
    """A home with a boy who was missing five times before, and an address with a marker and a child."""
    _run(service, SCENE)
    return service


@pytest.fixture
def taking(
    person: Callable[..., Person], scene: Service, record_property: Callable[[str, object], None]
) -> Iterator[Taking]:
    """A handler who takes a call, and a dispatcher who looks at the board meanwhile; keys and seconds are reported."""
    taken: list[Call] = []

    def take(story: str) -> Call:
        dispatcher = person("dispatcher").go("/")
        dispatcher.page.wait_for_url("**/board/")
        taken.append(Call(person("handler").go("/"), dispatcher.page, story))
        return taken[-1]

    yield take
    for call in taken:
        record_property("on the board", f"{call.on_board[0]} + {call.on_board[1]} keys, then {call.seconds:.2f} s")


def test_a_whispering_child(taking: Taking) -> None:
    call = taking("a whispering child").opens()
    call.at("22 Tansy Close").says(
        "whispering, says she is 8, he is hitting mummy again and he has locked the door, under the bed with my brother, he is 3"
    )
    call.asked("Is the child there with you? Just say yes or no.").asked("What is happening to the child right now")
    call.marked(masked="whispering", physical="he is hitting", implied_child="mummy")
    call.graded("Immediate", "Alt+i").board_says("ask: not asked")
    call.answers("masked", "Alt+n", shown="noted").answers("implied-child", "Alt+x", "4", shown="Checked: not so")
    call.adds("whispering, says she is 8", "under the bed")

    # A child on the line: the reader stops asking, and the short list to send help stands beside the call.
    call.presses("Alt+l")
    call.caret_in(call.page.locator("#online-who"))
    call.types("C").presses("Control+Enter")
    expect(call.page.locator("#caller")).to_contain_text("Ask only this, to send help", timeout=PATIENCE)
    expect(call.noticed.locator(".questions li")).to_have_count(0, timeout=PATIENCE)
    call.back()
    call.children(
        {"name": "unknown", "age": "8", "where": "under the bed, upstairs"},
        {"name": "her brother", "age": "3", "where": "with her, under the bed"},
    )
    call.saves_thrive("whispering, says she is 8")
    call.board_says("Immediate", "child").ribbon_says("child on the line", "child · 2", "v1")
    call.ends("he has locked the door", "Noted: Masked or hindered call", "Children recorded (2)", "Grade: Immediate")


def test_a_professionals_careful_e_mail(taking: Taking, scene: Service) -> None:
    call = taking("a professional's careful e-mail")
    reference = _run(
        scene, ARRIVES,
        "I am a health visitor and may be wrong. Baby Ava, 5 months old, had a bruise to her ear and mum's account changed "
        "twice. Her partner answered every question. I was not able to see her brother, who is 2.",
    )  # fmt: skip
    call.handler.go("/inbox/")
    expect(call.page.locator("tbody tr", has_text=reference)).to_contain_text("words: Priority", timeout=PATIENCE)
    call.presses("o")
    call.page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    call.has_reference()
    assert call.reference == reference
    call.asked("Who is holding the baby now").asked("when did you last see the child?")
    call.marked(infant="5 months old", physical="bruise to her ear", professional="account changed")
    call.graded("Priority", "Alt+g", "2")
    call.answers("physical", "Alt+n", shown="noted").answers("professional", "Alt+a", shown="to be asked")
    call.asked("What exactly did you see or hear")
    call.children(
        {"name": "Ava", "age": "0", "where": "at home with mother and partner"},
        {"name": "her brother", "age": "2", "where": "at home, not seen"},
    )
    call.board_says("Priority", "child").ribbon_says("child · 2")
    call.ends("I was not able to see her brother", "Noted: Physical harm to a child", "Grade: Priority")


def test_a_boy_missing_from_a_home_for_the_sixth_time(taking: Taking) -> None:
    call = taking("a boy missing from a home for the sixth time").opens()
    call.at_known("3 alder la", "3 Alder Lane")
    call.knows("children known: 1", "Kieran Holloway, 14", "5 contacts in 12 months", "Has been missing before")
    call.says(
        "care home staff, Kieran, 14, missing again, sixth time since august, left at 6 with an older male in a dark car, "
        "staff say he always comes back"
    )
    call.asked("What was the child wearing").asked("Who is the older person, where are they now")
    call.marked(missing="missing again", exploitation_sexual="with an older male", care="staff say he always")
    call.graded("Immediate", "Alt+g", "1").board_says("North", "3 Alder Lane")
    call.answers("exploitation-sexual", "Alt+n", shown="noted").answers("missing", "Alt+n", shown="noted")
    call.adds("sixth time since august")
    call.presses("Alt+m")
    call.knows("Linked")
    call.caret_in(call.box)
    call.children({"name": "Kieran Holloway", "age": "14", "where": "not known, left by car at 6"})
    call.board_says("Immediate", "child")
    call.ends("staff say he always comes back", "Looked up: place", "Children recorded (1)", "Grade: Immediate")


def test_a_custody_row_with_a_threat(taking: Taking) -> None:
    call = taking("a custody row with a threat").opens()
    call.at("5 Osier Way").says(
        "dad has not brought the kids back, due at 5, he said if i cant have them nobody will, he took their passports"
    )
    call.asked("Can you see them now? Vehicle, index, direction")
    call.marked(imminent="if i cant have them nobody", abduction="has not brought the kids back")
    expect(call.noticed.locator('[data-cue="imminent"]')).to_contain_text("danger to life")
    call.graded("Immediate", "Alt+i")
    call.presses("Alt+u").board_says("supervisor called")
    call.answers("imminent", "Alt+n", shown="noted")
    call.answers("adult-exploitation", "Alt+x", "4", shown="Checked: not so")
    call.adds("if i cant have them nobody")
    call.children(
        {"name": "Noah", "age": "7", "where": "with father, his car"},
        {"name": "Isla", "age": "4", "where": "with father, in the back"},
    )
    call.saves_thrive("if i cant have them nobody").board_says("Immediate", "supervisor called", "child")
    call.ends("he took their passports", "Supervisor called", "Noted: ", "Grade: Immediate")


def test_a_silent_call_from_a_marked_address(taking: Taking) -> None:
    call = taking("a silent call from a marked address").opens()
    call.at_known("8 quary terr", "8 Quarry Terrace")
    call.knows("children known: 1", "Ellie Marsden, 4", "Domestic abuse", "order forbids him the address")
    call.presses("Alt+Shift+S").ribbon_says("silent call, not answered")
    call.says("open line, child crying in background, man shouting, then nothing").heard_as("H")
    call.asked("What did you hear just before it went quiet?")
    call.marked(da_child="child crying in background", background="man shouting")
    call.graded("Immediate", "Alt+i").board_says("silent call", "8 Quarry Terrace")
    call.answers("background", "Alt+n", shown="noted").adds("man shouting, then nothing")
    expect(call.page.locator("#said .entry", has_text="man shouting, then nothing")).to_contain_text("Heard")
    call.children({"name": "Ellie Marsden", "age": "4", "where": "heard crying at the address"})
    call.board_says("Immediate", "child")
    call.ends("Line: silent", "Looked up: place", "Children recorded (1)", "Grade: Immediate")
    call.ribbon_says("silent call, not answered")


def test_a_neighbour_with_half_the_facts(taking: Taking) -> None:
    call = taking("a neighbour with half the facts").opens()
    call.at("31 Fallow Street").says(
        "neighbour two doors down, does not know their names, a lad about 9, heard a scream and banging tonight, might be the telly"
    )
    call.marked(background="scream and banging").asked("If you cannot talk, press any key or cough")
    call.graded("Priority", "Alt+g", "2")
    call.answers("background", "Alt+a", shown="to be asked").adds("does not know their names")
    call.children({"name": "unknown", "age": "~9", "where": "number 33, not seen tonight"})
    call.says("lights went off, a woman said stop it he is only little").adds("he is only little")
    call.board_says("Priority", "child").ribbon_says("child · 1")
    call.ends("might be the telly", "To be asked: ", "Children recorded (1)", "Grade: Priority")


def test_a_grandmother_who_is_probably_malicious(taking: Taking) -> None:
    call = taking('a grandmother who is "probably malicious"').opens()
    call.at("17 Cooper Row").says(
        "grandmother says her grandsons are left alone at night and are hungry, daughter in law says she makes it up, "
        "log from last week says probably malicious"
    )
    call.asked("Leaving the motive aside: what was seen or heard").asked("How old do they look")
    call.marked(neglect="grandsons are left alone", third_party="probably malicious")
    call.graded("Priority", "Alt+g", "2")
    call.answers("neglect", "Alt+n", shown="noted").answers("third-party", "Alt+a", shown="to be asked")
    call.asked("Leaving the motive aside").adds("probably malicious")
    call.children(
        {"name": "Jude", "age": "6", "where": "at home, alone by her word"},
        {"name": "Alfie", "age": "~3", "where": "at home with Jude"},
    )
    call.saves_thrive("grandsons are left alone").board_says("Priority", "child")
    call.ends("are left alone", "To be asked: ", "Children recorded (2)", "Grade: Priority")


def test_a_school_at_ten_past_three(taking: Taking) -> None:
    call = taking("a school at 15:10").opens()
    call.at("Beacon Primary School, Mill Lane").says(
        "school office, girl aged 7 not collected at ten past three, she says she is scared to go home because mum's "
        "boyfriend hurts her, he is on his way to collect her now"
    )
    call.asked("What is he doing this minute, and how near is he to you?").asked("Who else lives there")
    call.marked(imminent="he is on his way", da_child="boyfriend hurts")
    call.graded("Immediate", "Alt+i")
    call.answers("imminent", "Alt+n", shown="noted")
    call.answers("adult-abuse", "Alt+x", "2", shown="About somebody else")
    call.heard_as("P").adds("scared to go home")
    call.children({"name": "Poppy", "age": "7", "where": "school office, with the head"})
    call.board_says("Immediate", "child", "Beacon Primary School")
    call.ends("on his way", "Not so: ", "Children recorded (1)", "Grade: Immediate")


def test_an_ambulance_handing_over(taking: Taking) -> None:
    call = taking("an ambulance handing over").opens()
    call.at("Flat 6, Ferry Court").says(
        "ambulance crew handing over, woman has taken an overdose, two children asleep in the flat, no other adult there, "
        "we leave with her in five minutes"
    )
    call.asked("Where are the children now, and which adult is with them?")
    call.marked(parent_crisis="two children asleep", self_harm="overdose")
    call.graded("Immediate", "Alt+g", "1")
    call.answers("self-harm", "Alt+x", "2", shown="About somebody else")
    call.answers("parent-crisis", "Alt+n", shown="noted").heard_as("P").adds("no other adult there")
    expect(call.page.locator("#said .entry", has_text="no other adult there")).to_contain_text("Partner")
    call.children(
        {"name": "unknown", "age": "~5", "where": "asleep in the flat"},
        {"name": "unknown", "age": "~2", "where": "cot, same room"},
    )
    call.board_says("Immediate", "child")
    call.ends("we leave with her in five minutes", "Not so: ", "Children recorded (2)", "Grade: Immediate")


def test_a_prank_that_is_not_one(taking: Taking) -> None:
    call = taking("a prank that is not one").opens()
    call.at("phone box, Station Road").says(
        "kids giggling, one says my dad has got a knife, laughing, then one says it is not funny, he really has got a knife "
        "and he is outside mums door"
    )
    call.asked("Where is the weapon or the vehicle now, and who else is with them?")
    call.marked(imminent="got a knife", background="he is outside")
    call.graded("Immediate", "Alt+i").answers("imminent", "Alt+n", shown="noted")
    call.adds("it is not funny")
    call.children_not_known()
    call.presses("Alt+Shift+D").ribbon_says("dropped call, not answered")
    call.caret_in(call.box)
    call.saves_thrive("got a knife").board_says("Immediate", "dropped call")
    call.ends("he really has got a knife", "Line: dropped", "Children: Asked: not known", "Grade: Immediate")


def test_an_immediate_needs_its_place_and_one_chord(taking: Taking) -> None:
    call = taking("nothing but a place").opens().types("40 Fallow Street").presses("Alt+i")
    call.has_reference()
    call.board_says("Immediate", "40 Fallow Street")
    call.caret_in(call.page.get_by_label("Where", exact=True))
    call.ribbon_says("Immediate")
    assert (call.commands, call.complaints) == (1, [])
