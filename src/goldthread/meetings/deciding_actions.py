"""The verbs of lines: to decide one, as the chair, and to say that what was owed of it is done."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from goldthread.accounts.models import Staff, Team
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Stale
from goldthread.meetings import beyond, queries, rules
from goldthread.meetings.actions import kind_of, line_of, must_chair, sitting
from goldthread.meetings.models import Action, ActionAnswer, Decision

if TYPE_CHECKING:
    from goldthread.meetings.kinds import Kind

NO_ACTION = "There is no such action, or it is not one that you may end."


def decide(
    user: Staff,
    meeting_id: int,
    line_id: int,
    *,
    key: uuid.UUID,
    code: str,
    seen: int,
    words: str = "",
    owner: str = "",
    person: str = "",
    minutes: int | None = None,
    given: Mapping[str, str] | None = None,
) -> Decision:
    """Decide a line, carry that out, and give whoever owns it a time by which it is done.

    ``seen`` is the newest decision of the line that the page showed, 0 for none; a later one raises ``Stale``. ``owner`` is ``staff:3``
    or ``team:3``, ``person`` the number of whoever accepts, who is senior. Raises ``Invalid``, ``Refused``, ``NotThere``.
    """
    own = rules.command_key(key, user.pk, line_id, code, words, owner, person, minutes, sorted((given or {}).items()))
    with sitting(user, meeting_id) as (meeting, kind, act):
        if (made := Decision.objects.filter(key=own).first()) is not None:
            return made
        must_chair(meeting, kind, user)
        line = line_of(meeting, line_id)
        choice = kind.decisions.get(code)
        if choice is None:
            raise Invalid({"code": "Choose what is decided. What you wrote is still here."})
        newest = line.decisions.order_by("-id").select_related("by").first()
        if newest is not None and newest.pk != seen:
            raise Stale(
                f"{newest.by.name} decided this line meanwhile. Nothing was changed; read it. What you wrote is still here."
            )
        body = beyond.body(kind.code)
        kept = rules.words(words, needed=rules.ASKED["words"] if "words" in choice.needs else "")
        fields = rules.given(choice, given or {})
        due_at = rules.due(kind, choice, minutes, act.now)
        accepts = _person(kind, person) if "person" in choice.needs else None
        who = accepts or _owner(kind, owner or body.owner_of(line.subject), user, named=bool(owner))
        came = body.carry_out(beyond.Deciding(user, line, code, choice.name, kept, fields, key, due_at, who.name))
        decision = Decision(
            line=line,
            code=code,
            words=Payload.objects.keep(kept) if kept else None,
            person=accepts,
            came_of=came.words,
            by=user,
            at=act.now,
            key=own,
        )
        decision.save()
        for one in queries.owed(kind.code).filter(line__subject=line.subject):
            ActionAnswer(action=one, answer="carried", line=line, by=user, at=act.now).save_once()
        if came.owed:
            said = ": ".join(part for part in (choice.name, came.words, kept) if part)
            action = Action(
                line=line,
                decision=decision,
                owner=who if isinstance(who, Staff) else None,
                owner_team=who if isinstance(who, Team) else None,
                words=Payload.objects.keep(said),
                due_at=due_at,
                at=act.now,
            )
            action.save()
        subjects = [("meeting", str(meeting.pk)), (body.subject, str(line.subject)), ("decision", str(decision.pk))]
        act.record("alteration", "meeting.decide", subjects, code=code)
    return decision


def done(user: Staff, action_id: int, *, words: str) -> Kind:
    """Say that an action is done, and how; as its owner, one of its team, or whoever may chair the kind of meeting. Gives that kind.

    Raises ``Invalid`` without words, ``Stale`` where it ended already, ``NotThere``.
    """
    kept = rules.words(words, needed="Write what was done, or what came of it. The action stays until then.")
    with acting(user) as act:
        found = Action.objects.select_related("line__meeting", "line__text", "owner", "owner_team")
        action = found.filter(pk=action_id).first()
        if action is None:
            raise NotThere(NO_ACTION)
        kind = kind_of(action.line.meeting.kind, act.now)
        own = action.owner_id == user.pk or (action.owner_team_id is not None and action.owner_team_id == user.team_id)
        codes = user.seat.codes
        if not codes & (kind.owe | kind.chair) or not (own or codes & kind.chair):
            raise NotThere(NO_ACTION)
        mine = ActionAnswer.objects.filter(action=action, answer="done", by=user).select_related("words").first()
        if mine is not None and mine.words is not None and mine.words.text == kept:
            return kind  # the same again, since its answer was lost
        answer = ActionAnswer(action=action, answer="done", words=Payload.objects.keep(kept), by=user, at=act.now)
        answer.save_once()
        if answer.pk is None:
            raise Stale("This was ended meanwhile, or decided anew. Nothing was changed; what you wrote is still here.")
        body = beyond.body(kind.code)
        body.done(user, action, kept)
        subjects = [("meeting", str(action.line.meeting_id)), (body.subject, str(action.line.subject))]
        act.record("alteration", "meeting.action_done", [*subjects, ("action", str(action.pk))])
    return kind


def _person(kind: Kind, person: str) -> Staff:
    found = next((one for one in queries.may_accept(kind) if str(one.pk) == person), None)
    if found is None:
        raise Invalid({"person": rules.ASKED["person"]})
    return found


def _owner(kind: Kind, owner: str, chair: Staff, *, named: bool) -> Staff | Team:
    """Whose it is: whoever was named; else whoever owns the subject, where an action may be given to them; else the chair."""
    able = queries.may_own(kind)
    every: dict[str, Staff | Team] = {f"staff:{one.pk}": one for one in able["people"]}
    every |= {f"team:{one.pk}": one for one in able["teams"]}
    if owner in every:
        return every[owner]
    if named:
        gone = "They may have gone off duty meanwhile" if kind.duty else "They may have left, or changed role"
        raise Invalid({"owner": f"{rules.ASKED['owner']} {gone}; nothing was decided."})
    return chair
