"""The invented force's incidents: the same seed and the same ``now`` give the same stories, to the letter."""

from __future__ import annotations

import heapq
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from goldthread.clocks.local import LONDON
from goldthread.demo import steps
from goldthread.demo.habits import lived
from goldthread.demo.handling import OPEN_MIX, OPEN_STATES, Handling, Moment, cut, fits, handle, handle_open, timeline
from goldthread.demo.hands import aside, typed
from goldthread.demo.people import HOMES, HOMES_PER_INCIDENT, Home, Town, years
from goldthread.demo.reviewing import reviewed
from goldthread.demo.roster import Roster
from goldthread.demo.shape import arrivals, part_of_day, school_is_in
from goldthread.demo.staff import Size, UnitPlan, force
from goldthread.demo.storybook import PLACES, Template, slots, tell, templates

SEED = 1829
"""Of the town and of every seed."""
SPAN = timedelta(days=365)
SETTLED = timedelta(hours=2)
"""Closed stories begin at least so long before now."""
TURN = {"any": 1.0, "day": 1.6, "evening": 1.6, "night": 1.6, "school": 1.8}
"""How much likelier a story is in its own part of the day, so that the mix of themes stays near its weights."""
OUT_OF_TURN = 0.08
AT_RISK: dict[Size, float] = {"small": 1.0, "full": 0.45}
"""Weight of the stories with a child at risk: one in four of the small force, which is there to show them, one in eight of
the full one, which is as a year would be *(ours)*."""
MINUTE = 60
WAITS = tuple(minutes * MINUTE for minutes in (0, 6, 15, 30, 60, 120, 240, 480, 960, 1440, 2160, 2880))
"""Seconds after which a call that found no free unit is tried again. One that finds none at all was graded for resolution by telephone:
a grade that owes a unit does not close without one."""
BY_UNIT = {"sent", "arrived", "reported", "left", "closed"}


@dataclass(frozen=True)
class Telling:
    """One story about to be told: who takes it, where it happens and what stands in its slots."""

    id: uuid.UUID
    template: Template
    home: Home
    told: dict[str, str]
    ages: dict[str, int]
    area: str
    channel: str
    team: str
    handler: str
    aside: str


class Teller:
    """Tells stories with one pair of dice, the town and roster of a force of ``size`` as they are at ``now``.

    The town is the same for every teller of a size, day and count, whatever the dice.
    """

    def __init__(self, rng: random.Random, now: datetime, size: Size = "small", count: int = 2_000) -> None:
        self.rng = rng
        self.size = size
        self.town = town(now, size, count)
        self.areas = list(self.town.places)
        self.roster = Roster(force(size), now)
        self._fitting: dict[tuple[str, bool, str], tuple[list[Template], list[float]]] = {}

    def choose(self, at: datetime, state: str = "") -> Template:
        """A template that suits the hour, and the open state where one is given."""
        key = part_of_day(at), school_is_in(at), state
        if key not in self._fitting:
            fit = [template for template in templates() if not state or fits(template, state)]
            self._fitting[key] = fit, list(accumulate(self._weight(template, *key) for template in fit))
        found, weights = self._fitting[key]
        return self.rng.choices(found, cum_weights=weights)[0]

    def _weight(self, template: Template, part: str, school: bool, state: str) -> float:
        weight = template.weight * (AT_RISK[self.size] if template.at_risk else 1.0)
        if (
            state and self.size == "small"
        ):  # what stands open should show the work: there, risk weighs as much as the rest
            weight = 1.0 if template.at_risk else 0.33
        now = template.when in {"any", part} or (template.when == "school" and school)
        return weight * (TURN[template.when] if now else OUT_OF_TURN)

    def begin(
        self, template: Template, at: datetime, *, area: str = "", handler: str = "", home: Home | None = None
    ) -> Telling:
        """Choose home (of ``area``, unless given with it), handler, channel and what stands in the slots."""
        rng = self.rng
        area = area or rng.choice(self.areas)
        local = at.astimezone(LONDON)
        home = home or self.town.draw(rng, area, template.band, local.date(), baby=template.has_baby)
        time, earlier = (_round(local - timedelta(minutes=rng.uniform(*ago))) for ago in ((8, 50), (70, 280)))
        told = slots(rng, home, self.town.places[area], local.date(), f"{time:%H:%M}", f"{earlier:%H:%M}")
        ages = {one.slot: years(one.born, local.date()) for one in home.children(local.date())}
        handler = handler or self.roster.handler(rng, at).username
        channel = rng.choice(template.channels)
        return Telling(uuid.UUID(int=rng.getrandbits(128), version=4), template, home, told, ages, area, channel,
                       self.roster.person[handler].team, handler, aside(rng, channel))  # fmt: skip

    def lay(
        self, telling: Telling, moments: list[Moment], chosen: Handling, opened: datetime, until: datetime | None = None
    ) -> list[steps.Step]:
        """The steps of a telling whose contact begins at ``opened``.

        Where no unit is free the sending waits for one, as long as all ends before ``until`` (None: it does not wait).
        """
        moments, unit = self._with_unit(telling.area, moments, opened, until)
        if unit is None and moments[-1].what == "closed":
            chosen = replace(chosen, grade="resolution")
            moments = [one for one in moments if one.what not in {"raised", "reviewed", "reassessed"}]
        crew = self.rng.choice(unit.crew) if unit else ""
        dispatchers: dict[str, str] = {}

        def dispatcher(at: datetime) -> str:
            relief = self.roster.rota.relief(at)
            if relief not in dispatchers and (self.size == "full" or not dispatchers):
                dispatchers[relief] = self.roster.dispatcher(self.rng, telling.area, at).username
            return dispatchers.get(relief) or next(iter(dispatchers.values()))

        sign = unit.call_sign if unit else ""
        return [
            self._step(
                telling, moment, chosen, opened + timedelta(seconds=round(moment.offset)), dispatcher, crew, sign
            )
            for moment in moments
        ]

    def _with_unit(
        self, area: str, moments: list[Moment], opened: datetime, until: datetime | None
    ) -> tuple[list[Moment], UnitPlan | None]:
        """The moments with the unit that takes the job, later where it has to wait; without a unit, those without one."""
        sent = next((moment for moment in moments if moment.what == "sent"), None)
        if sent is None:
            return moments, None
        over = moments[-1].what in {"closed", "left"}
        for wait in WAITS:
            later = sorted(
                (replace(one, offset=one.offset + wait) if one.what in BY_UNIT else one for one in moments), key=_offset
            )
            start = opened + timedelta(seconds=round(sent.offset + wait))
            end = opened + timedelta(seconds=round(later[-1].offset)) if over else start + timedelta(days=3)
            if wait and (until is None or end > until):
                break
            found = self.roster.unit(self.rng, area, start, end)
            if found is not None:
                return later, found
        return [moment for moment in moments if moment.what not in BY_UNIT - {"closed"}], None

    def _step(
        self,
        telling: Telling,
        moment: Moment,
        chosen: Handling,
        at: datetime,
        dispatcher: Callable[[datetime], str],
        crew: str,
        unit: str,
    ) -> steps.Step:
        template, by = telling.template, telling.handler

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
                said = say(text) + (telling.aside if moment.index == 0 and source == "caller" else "")
                return steps.Said(at, by, source, typed(by, said))
            case "reported":
                return steps.Said(at, crew, "officer", typed(crew, say(template.later[moment.index])))
            case "reviewed":
                return steps.Said(at, self._second(telling, at), "inference", self.rng.choice(REVIEWS))
            case "answered":
                return steps.Answered(
                    at, by, chosen.answer, self._children(telling) if chosen.answer == "named" else ()
                )
            case "assessed" | "reassessed":
                author = self._second(telling, at) if moment.what == "reassessed" else by
                elements = tuple((code, say(text)) for code, text in template.thrive.items())
                return steps.Assessed(at, author, elements, say(template.interim), say(template.advice))
            case "graded":
                reasons = (
                    ("", "") if chosen.grade != template.grade else (say(template.why), say(template.why_not_above))
                )
                return steps.Graded(at, by, chosen.grade, *reasons)
            case "raised":
                return steps.Graded(
                    at, self._second(telling, at), template.grade, say(template.why), say(template.why_not_above)
                )
            case "taken":
                return steps.Taken(at, dispatcher(at))
            case "sent":
                return steps.Sent(at, dispatcher(at), unit)
            case "arrived":
                return steps.Arrived(
                    at, dispatcher(at), unit, self.rng.choice(("officer", "officer", "dispatcher", "vehicle"))
                )
            case "left":
                return steps.Left(at, dispatcher(at), unit)
            case _:
                second = self._second(telling, at)
                if unit:
                    return steps.Closed(at, dispatcher(at), second, template.closing, say(template.result))
                by = by if self.size == "small" or self.roster.on_duty(by, at) else second
                if template.grade == "resolution":
                    return steps.Closed(at, by, second, template.closing, say(template.result))
                return steps.Closed(at, by, second, "advice", self.rng.choice(NO_UNIT))

    def _second(self, telling: Telling, at: datetime) -> str:
        return self.roster.second(telling.team, at).username

    def _children(self, telling: Telling) -> tuple[steps.Child, ...]:
        template = telling.template
        where = tell(self.rng, template.where, telling.told)
        return tuple(
            steps.Child(
                uuid.UUID(int=self.rng.getrandbits(128), version=4),
                telling.told[slot],
                telling.ages.get(slot),
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


NO_UNIT = (
    "No unit came free. Caller rung back twice and content, nothing new. Passed to the neighbourhood team, reference given.",
    "Not attended, all units committed. Spoken to by telephone, matter at an end. Advice given, to ring again on any change.",
    "Reviewed by telephone after a long wait for a unit. Caller no longer wants attendance. Recorded for the pattern.",
)


@lru_cache(maxsize=4)
def _town(today: date, size: Size, homes: int) -> Town:
    return Town(random.Random(SEED), today, homes, size)  # noqa: S311 - a demo's dice


def town(now: datetime, size: Size = "small", count: int = 2_000) -> Town:
    """The homes of a force of ``count`` incidents written at ``now``: always the same ones."""
    return _town(now.astimezone(LONDON).date(), size, max(HOMES, round(count * HOMES_PER_INCIDENT)))


def stories(seed: int, now: datetime, count: int, open_count: int, size: Size = "small") -> Iterator[steps.Story]:
    """``count`` stories of the year before ``now``, ``open_count`` of them open; of the small force in the order in which they began.

    The full force's open ones come last, as ``Year`` tells them.
    """
    year = Year(seed, now, count, size)
    if size == "full":
        yield from year.closed(count - open_count)
        yield from year.standing(now, open_count)
        return
    standing = year.open(now, open_count)
    for story in heapq.merge(year.ended(count - open_count), standing, key=_begun):
        yield year.numbered(story)


class Year:
    """A year of a force's stories up to ``now``, told with one pair of dice: what is asked for first is told first."""

    def __init__(self, seed: int, now: datetime, count: int, size: Size) -> None:
        self._now = now
        self._teller = Teller(random.Random(seed), now, size, count)  # noqa: S311 - a demo's dice
        self._numbers: Counter[str] = Counter()

    def closed(self, count: int) -> Iterator[steps.Story]:
        """Closed stories with their references, in order."""
        return map(self.numbered, self.ended(count))

    def standing(self, now: datetime, count: int) -> list[steps.Story]:
        """Open stories as they stand at ``now``, which may be later than the year's end: writing the closed ones takes time.

        Their references go on from the last of each day.
        """
        return [self.numbered(story) for story in self.open(now, count)]

    def ended(self, count: int) -> Iterator[steps.Story]:
        """Closed stories without references, in order."""
        moments = arrivals(self._teller.rng, self._now - SPAN, self._now - SETTLED, count)
        return (_closed(self._teller, self._now, at) for at in moments)

    def open(self, now: datetime, count: int) -> list[steps.Story]:
        """Open stories without references, in order."""
        return sorted((_open(self._teller, now, number) for number in range(count)), key=_begun)

    def numbered(self, story: steps.Story) -> steps.Story:
        """The story with the next reference of its day."""
        day = f"{story.opened_at.astimezone(LONDON):%y%m%d}"
        self._numbers[day] += 1
        return replace(story, reference=f"{day}-{self._numbers[day]:04d}")


def _offset(moment: Moment) -> float:
    return moment.offset


SEARCHED = {"phone": 95, "place": 92, "person": 60}
"""Of a hundred handlers, how many look up the number, the place and, where callers give a name of the home, the name."""


def _searched(telling: Telling) -> tuple[str, ...]:
    """The kinds looked up, from the story's own identity: the dice of the telling are not touched."""
    template = telling.template
    named = template.place == "home" and template.caller in {"{woman} {surname}", "{man} {surname}"}
    has = {"phone": bool(template.caller and telling.home.phone), "place": True, "person": named}
    own = random.Random(telling.id.int)  # noqa: S311 - a demo's dice
    return tuple(kind for kind, share in SEARCHED.items() if own.random() * 100 < share and has[kind])


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
    made = teller.lay(telling, moments, chosen, opened, now - timedelta(minutes=1))
    looked = reviewed(made, telling.id.int, telling.team, teller.roster, template.grade)
    return _story(telling, "closed", lived(looked, telling.id.int, now))


def _open(teller: Teller, now: datetime, number: int) -> steps.Story:
    """An open story, dealt so that the pages of the demo's handler and their team are not empty.

    In the small force every fourth is the handler's own and every fourth a teammate's, whoever is on duty; in the full
    one every twentieth and tenth, where they were.
    """
    rng, roster = teller.rng, teller.roster
    small = teller.size == "small"
    state = OPEN_STATES[number % len(OPEN_STATES)] if small else rng.choices(list(OPEN_MIX), list(OPEN_MIX.values()))[0]
    template = teller.choose(now, state)
    chosen = handle_open(rng, template, state)
    moments, ago = cut(rng, timeline(rng, template, chosen), state, chosen)
    opened = now - timedelta(seconds=round(ago + moments[-1].offset) + 1)
    every = 4 if small else 20
    handler = ""
    if number % every == 0:
        handler = "handler"
    elif number % every == every // 2:
        handler = rng.choice(roster.of("call_handler", team="Contact Team A")).username
    if handler and not (small or roster.on_duty(handler, opened)):
        handler = ""
    telling = teller.begin(template, opened, area=teller.areas[number % len(teller.areas)], handler=handler)
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
