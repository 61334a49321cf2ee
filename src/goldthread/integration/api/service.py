"""The API put together: its subjects, its refusals, and its addresses with what each declares."""

from __future__ import annotations

from django.urls import URLPattern
from ninja import NinjaAPI

from goldthread.accounts.routes import Declaration, declare_methods
from goldthread.integration.api import (
    assessments,
    caller,
    cards,
    children,
    cohorts,
    commissioner,
    concerns,
    cover,
    door,
    governance,
    improvement,
    improvement_actions,
    inbox,
    incidents,
    investigation,
    known,
    learning,
    letter,
    links,
    lists,
    lookback,
    marks,
    meetings,
    messages,
    missing,
    owning,
    protection,
    quality,
    quality_feedback,
    quality_themes,
    reader,
    records,
    referrals,
    requests,
    retention,
    services,
    sight,
    staffing,
    supervision,
    trials,
    units,
    webhooks,
)
from goldthread.integration.api.json_body import JsonBody
from goldthread.integration.api.operations import declared_on, known_parameters_only
from goldthread.integration.api.refusals import install

SUBJECTS = {
    "Incidents": (incidents.router, "One incident: opening it, reading it, and adding what is said and known."),
    "Inbox": (inbox.router, "What arrives in writing: letting it in, what waits, and being the first to read it."),
    "Caller": (caller.router, "Who called, how they may safely be reached, and every attempt to call back."),
    "Marks": (marks.router, "Answering what the reader noticed."),
    "Known": (known.router, "What is known of an incident's place, number and people, and searching for them."),
    "Records": (
        records.router,
        "What other systems know: loading an extract, what came of each load, and restricted warnings.",
    ),
    "Judgement": (assessments.router, "What it means and how urgent it is: THRIVE, grade, owner, closing."),
    "Requests": (requests.router, "What one person may not decide alone: a lower grade, a later time, some closings."),
    "Supervision": (
        supervision.router,
        "What waits for a senior person, what a review needs, reviewing, and the questions that reviews return with.",
    ),
    "Concerns": (
        concerns.router,
        "The VAST desk: referring an incident, the queue, and what is done in a concern until it ends.",
    ),
    "Partners' links": (
        links.router,
        "The links by which partners open what was sent to them: sending, ending, and what was done.",
    ),
    "Meetings": (
        meetings.router,
        "What is gone through together: calling a meeting, being in it, its frozen list, deciding lines, what is owed of them, and minutes.",
    ),
    "Investigation": (
        investigation.router,
        "Handing an incident to investigation, accepting it, each child's voice, the suspect's access, the plan, reviews, and how it ends.",
    ),
    "Owning": (
        owning.router,
        "Whose it is: handing it over, a shift's beginning and end, asking another agency, and why it is late.",
    ),
    "Children": (
        children.router,
        "One child across incidents: whether a child is known, finding and reading a record, tying, merging, taking that back, markers, and "
        "pairs that may be one.",
    ),
    "Cover": (cover.router, "Who acts in a senior role for a time, and who is on call when nobody senior is there."),
    "Reader": (trials.router, "How the reader stands to whom, the kill switch, and trials of it."),
    "Units": (units.router, "Which units there are, and what they were sent to."),
    "Door": (door.router, "What the attending officer found: each child seen and heard, the home, the PPN."),
    "Referrals": (
        referrals.router,
        "Partners who keep children safe: whom to tell, what left for them, and each answer until the child's outcome is known.",
    ),
    "Look-back": (
        lookback.router,
        "Stored records whose words carry a risk that the record did not, and deciding them.",
    ),
    "Protection": (protection.router, "Children in police protection, and discussions and conferences about a child."),
    "Missing children": (
        missing.router,
        "Who is missing and since when unseen, their risk and who agreed to it, their return, and the interviews after it.",
    ),
    "Retention": (
        retention.router,
        "Closed incidents to look at again: what is due and why, keeping it, and erasing its texts by two people.",
    ),
    "Quality": (
        quality.router,
        "Records drawn to be scored, blind: taking, reading and scoring them, and the rounds that draw them.",
    ),
    "Quality feedback": (
        quality_feedback.router,
        "What was found in the scoring of one's own work, answering it, and the lead's answer to a dispute.",
    ),
    "Records behind a figure": (sight.router, "Opening the incidents that a measure counts, for a reason."),
    "Governance": (
        governance.router,
        "Figures over time and which show more than chance, notes on them, and the packs that boards are given.",
    ),
    "Improvement plan": (
        improvement.router,
        "Reports, their recommendations and how each stands: reading the plan, the register, the figure, who signs, and HMICFRS's closing.",
    ),
    "Improvement plan's actions": (
        improvement_actions.router,
        "What is done about recommendations: actions, milestones, evidence with its hash, plan files, and who is written to.",
    ),
    "Commissioner": (
        commissioner.router,
        "What the force issues to the Commissioner's office: the catalogue of tables, editions as frozen, and issuing the next.",
    ),
    "Commissioner's letter": (
        letter.router,
        "The plan as the Commissioner's office is told of it, and its comments under section 55: drafting, writing and issuing them.",
    ),
    "Themes": (
        quality_themes.router,
        "What rounds of quality found and somebody takes up: making a theme, reading it with what came of it, and closing it.",
    ),
    "Learning": (
        learning.router,
        "What has to be learned and by whom: courses, needs, who is due, one's own courses, and what cohorts changed.",
    ),
    "Cohorts": (
        cohorts.router,
        "Courses held: planning one, booking people, and the register of who was there, line by line or by file.",
    ),
    "Messages": (
        messages.router,
        "What other incident systems hand in: sending it, and what waits, could not be read, or was done outside the rule.",
    ),
    "Staff": (staffing.router, "Who is on the staff, the table that brings them up to date, and ending access."),
    "Service accounts": (services.router, "Programs that use this API: who answers for each, and the tokens it holds."),
    "Cards": (
        cards.router,
        "The THRIVE card in another system's page: asking for one for a member of staff, and ending theirs.",
    ),
    "Webhooks": (
        webhooks.router,
        "Which systems are told when something happens to an incident, by which secret, and what could not be delivered.",
    ),
    "Lists": (lists.router, "The board, one's own incidents, and finding one."),
    "The reader": (reader.router, "What the reader said, made again from the words; its record; its figures by group."),
}
"""Each subject's router and what it is about, in the order described."""

api = NinjaAPI(
    title="Goldthread",
    version="1",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=JsonBody(),
)
install(api)
api.add_decorator(known_parameters_only, mode="view")
for subject, _about in SUBJECTS.values():
    api.add_router("", subject)


def addresses() -> list[URLPattern]:
    """The address of every operation, declared for the gate.

    Raises ``ValueError`` where two operations have one name, since the name finds the declaration, or two subjects one
    address, since the first would hide the second.
    """
    declared: dict[str, dict[str, Declaration]] = {}
    taken: set[str] = set()
    for router, _about in SUBJECTS.values():
        found = declared_on(router)
        if twice := (declared.keys() & found.keys()) | (taken & router.path_operations.keys()):
            raise ValueError(f"twice in the API: {', '.join(sorted(twice))}")
        declared.update(found)
        taken.update(router.path_operations)
    patterns, _app, _namespace = api.urls
    kept = [one for one in patterns if isinstance(one, URLPattern) and one.name in declared]
    for one in kept:
        declare_methods(one.callback, declared[str(one.name)])
    return kept
