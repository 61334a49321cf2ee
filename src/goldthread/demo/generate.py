"""The invented force's incidents: the same seed and the same ``now`` give the same stories, to the letter."""

from __future__ import annotations

import heapq
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from goldthread.demo import steps
from goldthread.demo.handling import OPEN_STATES, Handling, Moment, cut, fits, handle, handle_open, timeline
from goldthread.demo.people import Home, Town, places
from goldthread.demo.roster import Roster, contact_team
from goldthread.demo.shape import LONDON, arrivals, part_of_day, school_is_in
from goldthread.demo.staff import force
from goldthread.demo.storybook import PLACES, Template, slots, tell, templates

SPAN = timedelta(days=365)
SETTLED = timedelta(hours=2)
"""Closed stories begin at least so long before now."""
TURN = {"any": 1.0, "day": 1.6, "evening": 1.6, "night": 1.6, "school": 1.8}
"""How much likelier a story is in its own part of the day, so that the mix of themes stays near its weights."""
OUT_OF_TURN = 0.08
SHORTHAND = (
    ("Caller states", "Inft sts"), ("Caller", "Inft"), ("caller", "inft"), ("neighbour", "neighb"), (" with ", " w/ "),
    (" between ", " btwn "), ("vehicle", "veh"), ("address", "addr"), ("approximately", "approx"), ("because", "cos"),
)  # fmt: skip


@dataclass(frozen=True)
class Telling:
    """One story about to be told: who takes it, where it happens and what stands in its slots."""

    id: uuid.UUID
    template: Template
    home: Home
    told: dict[str, str]
    area: str
    channel: str
    team: str
    handler: str


class Teller:
    """Tells stories with one pair of dice, one town and one roster."""

    def __init__(self, rng: random.Random, town: Town | None = None) -> None:
        self.rng = rng
        self.town = town or Town(rng)
        self.roster = Roster(force())

    def choose(self, at: datetime, state: str = "") -> Template:
        """A template that suits the hour, and the open state where one is given."""
        part, school = part_of_day(at), school_is_in(at)
        found, weights = [], []
        for template in templates():
            if state and not fits(template, state):
                continue
            now = template.when in {"any", part} or (template.when == "school" and school)
            # What stands open should show the work: there, risk weighs as much as the rest.
            weight = (1.0 if template.at_risk else 0.33) if state else template.weight
            found.append(template)
            weights.append(weight * (TURN[template.when] if now else OUT_OF_TURN))
        return self.rng.choices(found, weights)[0]

    def begin(self, template: Template, at: datetime, *, area: str = "", handler: str = "") -> Telling:
        """Choose home, handler, channel and what stands in the slots."""
        rng = self.rng
        area = area or rng.choice(list(places()))
        team = force_team(handler) if handler else contact_team(at)
        home = self.town.draw(rng, area, template.band)
        local = at.astimezone(LONDON)
        time, earlier = (_round(local - timedelta(minutes=rng.uniform(*ago))) for ago in ((8, 50), (70, 280)))
        told = slots(rng, home, f"{time:%H:%M}", f"{earlier:%H:%M}")
        handler = handler or self.roster.handler(rng, team).username
        return Telling(uuid.UUID(int=rng.getrandbits(128), version=4), template, home, told, area,
                       rng.choice(template.channels), team, handler)  # fmt: skip

    def lay(self, telling: Telling, moments: list[Moment], chosen: Handling, opened: datetime) -> list[steps.Step]:
        """The steps of a telling whose contact begins at ``opened``."""
        at = {moment: opened + timedelta(seconds=round(moment.offset)) for moment in moments}
        sent = next((at[moment] for moment in moments if moment.what == "sent"), None)
        crew, unit = "", ""
        if sent is not None:
            over = moments[-1].what in {"closed", "left"}
            end = at[moments[-1]] if over else sent + timedelta(days=3)
            found = self.roster.unit(self.rng, telling.area, sent, end)
            if found is None:  # every unit is busy: the call waits, as it would
                moments = [moment for moment in moments if moment.what not in {"sent", "arrived", "reported", "left"}]
            else:
                crew, unit = self.rng.choice(found.crew), found.call_sign
        dispatcher = self.roster.dispatcher(self.rng, telling.area).username
        return [self._step(telling, moment, chosen, at[moment], dispatcher, crew, unit) for moment in moments]

    def _step(
        self, telling: Telling, moment: Moment, chosen: Handling, at: datetime, dispatcher: str, crew: str, unit: str
    ) -> steps.Step:
        template, by, second = telling.template, telling.handler, self.roster.second(telling.team).username

        def say(text: str) -> str:
            return tell(self.rng, text, telling.told)

        match moment.what:
            case "opened":
                known = bool(template.caller)
                return steps.Opened(
                    at,
                    by,
                    telling.told[PLACES[template.place]],
                    say(template.caller),
                    telling.home.phone if known else "",
                    _searched(telling),
                )
            case "said":
                source, text = template.words[moment.index]
                return steps.Said(at, by, source, hand(by, say(text)))
            case "reported":
                return steps.Said(at, crew, "officer", say(template.later[moment.index]))
            case "reviewed":
                return steps.Said(at, second, "inference", self.rng.choice(REVIEWS))
            case "answered":
                return steps.Answered(
                    at, by, chosen.answer, self._children(telling) if chosen.answer == "named" else ()
                )
            case "assessed" | "reassessed":
                again = moment.what == "reassessed"
                elements = tuple((code, say(text)) for code, text in template.thrive.items())
                return steps.Assessed(
                    at, second if again else by, elements, say(template.interim), say(template.advice)
                )
            case "graded":
                reasons = (
                    ("", "") if chosen.grade != template.grade else (say(template.why), say(template.why_not_above))
                )
                return steps.Graded(at, by, chosen.grade, *reasons)
            case "raised":
                return steps.Graded(at, second, template.grade, say(template.why), say(template.why_not_above))
            case "taken":
                return steps.Taken(at, dispatcher)
            case "sent":
                return steps.Sent(at, dispatcher, unit)
            case "arrived":
                return steps.Arrived(
                    at, dispatcher, unit, self.rng.choice(("officer", "officer", "dispatcher", "vehicle"))
                )
            case "left":
                return steps.Left(at, dispatcher, unit)
            case _:
                reason = template.closing if unit or template.grade == "resolution" else "advice"
                return steps.Closed(at, dispatcher if unit else by, second, reason, say(template.result))

    def _children(self, telling: Telling) -> tuple[steps.Child, ...]:
        home, template = telling.home, telling.template
        ages = {"girl": home.girl_age, "boy": home.boy_age, "baby": 0}
        where = tell(self.rng, template.where, telling.told)
        return tuple(
            steps.Child(
                uuid.UUID(int=self.rng.getrandbits(128), version=4),
                telling.told[slot],
                ages[slot],
                where,
                "caller",
                template.seen,
            )
            for slot in template.children
        )


REVIEWS = (
    "Supervisor sweep: read with the history of the address, a child may be at risk here. Reassessed and graded up.",
    "Second call-back made, caller frightened for the children. Grade does not match the risk described. Raised.",
    "Reviewed on sweep. Child not seen by anybody since the call. Not to wait for a scheduled visit.",
)


def stories(seed: int, now: datetime, count: int, open_count: int) -> Iterator[steps.Story]:
    """``count`` stories of the year before ``now`` in the order in which they began; the last ``open_count`` are open."""
    teller = Teller(random.Random(seed))  # noqa: S311 - a demo's dice
    standing = sorted((_open(teller, now, number) for number in range(open_count)), key=_begun)
    moments = arrivals(teller.rng, now - SPAN, now - SETTLED, count - open_count)
    numbers: Counter[str] = Counter()
    for story in heapq.merge((_closed(teller, now, at) for at in moments), standing, key=_begun):
        day = f"{story.opened_at.astimezone(LONDON):%y%m%d}"
        numbers[day] += 1
        yield replace(story, reference=f"{day}-{numbers[day]:04d}")


SEARCHED = {"phone": 95, "place": 92, "person": 60}
"""Of a hundred handlers, how many look up the number, the place and, where callers give a name of the home, the name."""


def _searched(telling: Telling) -> tuple[str, ...]:
    """The kinds looked up, from the story's own identity: the dice of the telling are not touched."""
    template = telling.template
    named = template.place == "home" and template.caller in {"{woman} {surname}", "{man} {surname}"}
    has = {"phone": bool(template.caller), "place": True, "person": named}
    own = random.Random(telling.id.int)  # noqa: S311 - a demo's dice
    return tuple(kind for kind, share in SEARCHED.items() if own.random() * 100 < share and has[kind])


def hand(username: str, text: str) -> str:
    """The text as this person types: most plainly, some in shorthand, a few without capitals."""
    style = sum(map(ord, username)) % 5
    if style == 1:
        for whole, short in SHORTHAND:
            text = text.replace(whole, short)
    return text.lower() if style == 2 else text


def force_team(username: str) -> str:
    """The team of a member of staff."""
    return next(one.team for one in force().people if one.username == username)


def _begun(story: steps.Story) -> datetime:
    return story.opened_at


def _closed(teller: Teller, now: datetime, opened: datetime) -> steps.Story:
    template = teller.choose(opened)
    chosen = handle(teller.rng, template)
    moments = timeline(teller.rng, template, chosen)
    room = (now - timedelta(minutes=1) - opened).total_seconds() / moments[-1].offset
    if room < 1:
        moments = [replace(moment, offset=moment.offset * room) for moment in moments]
    telling = teller.begin(template, opened)
    return _story(telling, "closed", teller.lay(telling, moments, chosen, opened))


def _open(teller: Teller, now: datetime, number: int) -> steps.Story:
    """An open story; every second one is the demo handler's or their teammates', so that their pages are not empty."""
    state = OPEN_STATES[number % len(OPEN_STATES)]
    template = teller.choose(now, state)
    chosen = handle_open(teller.rng, template, state)
    moments, ago = cut(teller.rng, timeline(teller.rng, template, chosen), state, chosen)
    opened = now - timedelta(seconds=round(ago + moments[-1].offset) + 1)
    handler = (
        "handler"
        if number % 4 == 0
        else teller.roster.handler(teller.rng, "Contact Team A").username
        if number % 4 == 2
        else ""
    )
    telling = teller.begin(template, opened, area=list(places())[number % len(places())], handler=handler)
    return _story(telling, state, teller.lay(telling, moments, chosen, opened))


def _story(telling: Telling, state: str, made: list[steps.Step]) -> steps.Story:
    template = telling.template
    return steps.Story(
        telling.id,
        "",
        template.name,
        template.theme,
        template.risk,
        template.cues,
        state,
        telling.area,
        telling.channel,
        tuple(made),
    )


def _round(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 5 * 5)
