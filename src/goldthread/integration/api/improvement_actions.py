"""Operations of the improvement plan's actions, milestones, evidence, plan files, and who is written to."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Invalid
from goldthread.improvement import (
    doing_actions,
    entry_rules,
    evidence_actions,
    import_actions,
    import_rules,
    rules,
    telling_actions,
)
from goldthread.improvement.frame import KEEP, NOTE, REGISTER, SEE
from goldthread.integration.api import answers_improvement as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Day, Given, Key, Shown
from goldthread.integration.api.given_improvement import Number, PlanOwnerGiven, PlanWordsGiven
from goldthread.integration.api.improvement import AT, RecommendationId, ReportId, made
from goldthread.integration.api.operations import operation

router = Router(tags=["Improvement plan's actions"])
ActionId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The action, by the `id` that the plan gave.")]
MilestoneId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The milestone, by the `id` that the plan gave.")]
EvidenceId = Annotated[
    int, Path(ge=1, le=LARGEST_ID, description="The evidence, by the `id` that plan or register gave.")
]
ACTION, MILESTONE = "/plan/actions/{int:action_id}", "/plan/milestones/{int:milestone_id}"
MOST_FILE = 2_000_000
"""Characters of a file that an operation takes; larger ones are entered on the page."""


class PlanActionGiven(Given):
    """An action."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "Train every desk."}]})
    words: str = Field(max_length=entry_rules.LONGEST)
    reference: str = Field("", max_length=60, description="Empty: the next one, such as 3.2.")
    owner: Number | None = Field(None, description="A chief officer, by their number; null for nobody yet.")
    theme: Number | None = Field(None, description="The theme of quality that it comes of, by its `id`.")


class PlanMarkGiven(Given):
    """Whether it is done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mark": "done", "day": "2026-11-20"}]})
    mark: Annotated[str, Coded.of(rules.MARKS)]
    day: Day | None = Field(None, description="Null: today.")
    words: str = Field("", max_length=entry_rules.LONGEST, description="Needed where it is not done.")


class PlanNeedGiven(Given):
    """What an action waits for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"other": "1.2"}]})
    other: str = Field(max_length=60, description="The reference of an action of the same report.")
    holds: bool = Field(True, description="False: it waits for it no more.")


class PlanMilestoneGiven(Given):
    """A milestone, or a milestone's new day with why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "All desks trained.", "due_on": "2027-01-31"}]})
    words: str = Field(max_length=entry_rules.LONGEST)
    due_on: Day


class PlanReachGiven(Given):
    """When a milestone was reached."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"day": "2026-11-20"}]})
    day: Day | None = Field(None, description="Null: today.")


class PlanFileGiven(Given):
    """A file."""

    name: str = Field(max_length=200)
    content: str = Field(max_length=MOST_FILE, description="Its bytes in Base64.")


class PlanEvidenceGiven(Given):
    """Evidence, or a newer version of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"words": "The register of the course.", "true_on": "2026-11-01", "received_on": "2026-11-05"}]
        }
    )
    words: str = Field(max_length=entry_rules.LONGEST, description="What it shows, in a sentence.")
    true_on: Day
    received_on: Day
    expires_on: Day | None = Field(None, description="The last day it counts; null where it does not expire.")
    theme: Number | None = Field(None, description="The theme of quality that it comes of, by its `id`.")
    replaces: Number | None = Field(None, description="The version that it replaces.")
    file: PlanFileGiven | None = None


class PlanImportGiven(Given):
    """A plan file."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "recommendation,reference,action,owner,milestone,due\n1,1.1,Train,,,\n"}]
        }
    )
    text: str = Field(max_length=import_rules.MOST_BYTES, description="The file, as CSV.")
    enter: bool = Field(False, description="False: only told what it would enter.")


class PlanContactGiven(Given):
    """Where somebody is written to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"staff": 7, "mail": "gold@amberford.example"}]})
    staff: Number
    mail: str = Field(max_length=254, description="Empty: nowhere.")


class PlanFileShown(Shown):
    """A file of evidence, as it was received."""

    name: str
    media: str
    content: str = Field(description="Its bytes in Base64.")


@operation(
    router, "POST", f"{AT}/actions", KEEP, "collection", answers={201: answers.PlanMade}, summary="Enter an action"
)
def add_plan_action(
    request: HttpRequest, recommendation_id: RecommendationId, key: Key, given: PlanActionGiven
) -> Status[answers.PlanMade]:
    """Enters it once. Refused (422) where its reference is another action's of the report."""
    return made(doing_actions.add_action(staff(request), recommendation_id, key=key, **given.model_dump()))


@operation(
    router,
    "POST",
    f"{ACTION}/owner",
    KEEP,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Give an action an owner",
)
def set_plan_action_owner(
    request: HttpRequest,
    action_id: ActionId,
    given: PlanOwnerGiven,
) -> Status[answers.PlanMade]:
    """Refused (422) for somebody who left, or may own nothing of the plan."""
    return made(doing_actions.give_action(staff(request), action_id, owner=given.owner))


@operation(
    router,
    "POST",
    f"{ACTION}/mark",
    NOTE,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Say that an action is done",
)
def mark_plan_action(request: HttpRequest, action_id: ActionId, given: PlanMarkGiven) -> Status[answers.PlanMade]:
    """Or dropped, or open again, with why. Refused (409) while it waits for another action."""
    return made(doing_actions.mark(staff(request), action_id, **given.model_dump()))


@operation(
    router,
    "POST",
    f"{ACTION}/needs",
    KEEP,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Say what an action waits for",
)
def set_plan_action_needs(
    request: HttpRequest,
    action_id: ActionId,
    given: PlanNeedGiven,
) -> Status[answers.PlanMade]:
    """Refused (422) where each would wait for the other, straight or by way of others."""
    return made(doing_actions.needs(staff(request), action_id, **given.model_dump()))


@operation(
    router, "POST", f"{ACTION}/notes", NOTE, "collection", answers={201: answers.PlanMade}, summary="Note progress"
)
def note_plan_action(
    request: HttpRequest, action_id: ActionId, key: Key, given: PlanWordsGiven
) -> Status[answers.PlanMade]:
    """What has come of an action by now. The same sent again with its key is one note."""
    return made(doing_actions.note(staff(request), action_id, key=key, words=given.words))


@operation(
    router,
    "POST",
    f"{ACTION}/milestones",
    KEEP,
    "collection",
    answers={201: answers.PlanMade},
    summary="Enter a milestone",
)
def add_plan_milestone(
    request: HttpRequest, action_id: ActionId, key: Key, given: PlanMilestoneGiven
) -> Status[answers.PlanMade]:
    """Enters it once, with the day by which it is to be reached."""
    return made(doing_actions.add_milestone(staff(request), action_id, key=key, **given.model_dump()))


@operation(
    router, "POST", f"{MILESTONE}/day", KEEP, "alteration", answers={201: answers.PlanMade}, summary="Move a milestone"
)
def move_plan_milestone(
    request: HttpRequest,
    milestone_id: MilestoneId,
    given: PlanMilestoneGiven,
) -> Status[answers.PlanMade]:
    """To another day, with why in `words`; the day before is kept. Refused (409) for one that was reached."""
    return made(doing_actions.move_milestone(staff(request), milestone_id, **given.model_dump()))


@operation(
    router,
    "POST",
    f"{MILESTONE}/reached",
    NOTE,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Say that a milestone was reached",
)
def reach_plan_milestone(
    request: HttpRequest,
    milestone_id: MilestoneId,
    given: PlanReachGiven,
) -> Status[answers.PlanMade]:
    """And on which day. Refused (409) where another day was said already."""
    return made(doing_actions.reach(staff(request), milestone_id, day=given.day))


@operation(
    router, "POST", f"{AT}/evidence", NOTE, "collection", answers={201: answers.PlanMade}, summary="Enter evidence"
)
def add_plan_evidence(
    request: HttpRequest, recommendation_id: RecommendationId, key: Key, given: PlanEvidenceGiven
) -> Status[answers.PlanMade]:
    """Enters it once, with the SHA-256 of its file or sentence. Files above about 1.5 MB are entered on the page."""
    upload = None
    if given.file is not None:
        try:
            upload = SimpleUploadedFile(given.file.name or "file", base64.b64decode(given.file.content, validate=True))
        except (binascii.Error, ValueError):
            raise Invalid({"file": "The file is not in Base64. Nothing was saved."}) from None
    words = given.model_dump(exclude={"file"})
    return made(evidence_actions.add_evidence(staff(request), recommendation_id, key=key, upload=upload, **words))


@operation(
    router, "GET", "/plan/evidence/{int:evidence_id}/file", REGISTER, "disclosure",
    answers={200: PlanFileShown}, summary="Read a file of evidence",
)  # fmt: skip
def read_plan_evidence(request: HttpRequest, evidence_id: EvidenceId) -> PlanFileShown:
    """Checked against its hash first: what is not what was received is not given out (409). That it was given is put on record."""
    found = evidence_actions.give(staff(request), evidence_id)
    return PlanFileShown(name=found.name, media=found.media, content=base64.b64encode(found.content).decode())


@operation(
    router, "POST", "/plan/reports/{int:report_id}/import", KEEP, "collection",
    answers={200: answers.PlanImportShown}, summary="Import a plan file",
)  # fmt: skip
def import_plan(
    request: HttpRequest,
    report_id: ReportId,
    given: PlanImportGiven,
) -> answers.PlanImportShown:
    """Tells what the file would enter, or with `enter` enters it: all of it, or nothing while a line is wrong (422)."""
    user = staff(request)
    if given.enter:
        found = import_actions.enter_file(user, report_id, text=given.text)
    else:
        found = import_actions.look_over(report_id, given.text)
        record_consultation(user, KEEP, [("plan-report", report_id)], wrong=len(found.wrong))
    return answers.PlanImportShown(
        actions=found.new_actions, milestones=found.new_steps, same=found.same,
        wrong=[answers.PlanImportLine(line=one.line, says=one.says) for one in found.wrong],
    )  # fmt: skip


@operation(
    router,
    "GET",
    "/plan/contacts",
    KEEP,
    "consultation",
    answers={200: answers.PlanContacts},
    summary="List who is written to",
)
def list_plan_contacts(request: HttpRequest) -> answers.PlanContacts:
    """Everybody who sees the plan, and where they are written to. That this user saw them is put on record."""
    where = telling_actions.addresses()
    people = [one for one in Staff.objects.filter(is_active=True).order_by("name", "pk") if one.can(SEE)]
    record_consultation(staff(request), KEEP, [("staff", one.pk) for one in people])
    shown = [answers.PlanContactShown(staff=one.pk, name=one.name, mail=where.get(one.pk, "")) for one in people]
    return answers.PlanContacts(people=shown)


@operation(
    router,
    "POST",
    "/plan/contacts",
    KEEP,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Say where somebody is written to",
)
def set_plan_contact(request: HttpRequest, key: Key, given: PlanContactGiven) -> Status[answers.PlanMade]:  # noqa: ARG001
    """An e-mail address, or nowhere. Refused (422) for what is no address, and for somebody who does not see the plan."""
    return made(telling_actions.set_contact(staff(request), given.staff, mail=given.mail))
