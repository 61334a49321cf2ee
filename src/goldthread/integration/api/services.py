"""Operations on service accounts: making one, who answers for it, and the tokens it holds."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts import queries, service_actions, service_rules, tokens
from goldthread.accounts.models import ServiceAccount
from goldthread.accounts.roles import roles, verbs
from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.integration.api import answers_staffing as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, Key, Whole
from goldthread.integration.api.operations import operation

router = Router(tags=["Service accounts"])
KEEP, ANSWER = "staff.keep", "service.answer"
ServiceId = Annotated[
    int, Path(ge=1, le=LARGEST_ID, description="The service account, by the `id` that the list gave.")
]
TokenId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The token, by the `id` that the list gave.")]


class ServiceGiven(Given):
    """A new account of a program."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "login": "gateway-web-forms", "name": "Web forms", "role": "contact_gateway", "team": "Web desk",
                    "owner": "silver", "mail": "web.team@force.example", "purpose": "Hands web forms into the inbox.",
                }
            ]
        }
    )  # fmt: skip
    login: str = Field(min_length=1, max_length=60)
    name: str = Field(min_length=1, max_length=120)
    role: Annotated[str, Coded.of((code, one.name) for code, one in roles().items())]
    team: str = Field(min_length=1, max_length=80, description="As it stands in the list of teams.")
    owner: str = Field(min_length=1, max_length=60, description="The login of the person who answers for it.")
    mail: str = Field(min_length=3, max_length=254, description="Where they are told before a token ends.")
    purpose: str = Field(min_length=1, max_length=service_rules.LONGEST_PURPOSE, pattern=r"\S")


class OwnerGiven(Given):
    """Who answers for a program from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"owner": "silver", "mail": "web.team@force.example"}]})
    owner: str = Field(min_length=1, max_length=60)
    mail: str = Field(min_length=3, max_length=254)


class TokenGiven(Given):
    """What a new token is held to, and for how long."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scopes": ["contact.receive"], "days": 90}]})
    scopes: list[Annotated[str, Coded.of(verbs().items())]] = Field(
        min_length=1,
        max_length=len(verbs()),
        description="Verbs of the account's role: the least that the program needs.",
    )
    days: Annotated[int, Whole(1, tokens.MOST_DAYS)] = Field(tokens.DEFAULT_DAYS)


@operation(
    router, "GET", "/services", KEEP, "consultation", answers={200: answers.Services}, summary="List service accounts"
)
def list_services(request: HttpRequest) -> answers.Services:
    """Every service account with its tokens, those that nobody answers for first."""
    return _listed(request, list(queries.services()), KEEP)


@operation(
    router, "GET", "/services/mine", ANSWER, "consultation", answers={200: answers.Services}, summary="List service accounts one answers for",
)  # fmt: skip
def list_my_services(request: HttpRequest) -> answers.Services:
    """The programs that this user answers for, with their tokens; no token's text is kept, so none is told."""
    return _listed(request, list(queries.services(staff(request))), ANSWER)


@operation(
    router,
    "POST",
    "/services",
    KEEP,
    "alteration",
    answers={201: answers.ServiceMade},
    summary="Make a service account",
)
def make_service(request: HttpRequest, key: Key, given: ServiceGiven) -> Status[answers.ServiceMade]:  # noqa: ARG001 - a login is made once
    """An account for a program, which signs in on no page and can do nothing before it is given a token."""
    return Status(201, _after(service_actions.make_service(staff(request), **given.model_dump())))


@operation(
    router, "POST", "/services/{int:service_id}/owner", KEEP, "alteration", answers={200: answers.ServiceMade}, summary="Say who answers for a program",
)  # fmt: skip
def give_owner(request: HttpRequest, service_id: ServiceId, key: Key, given: OwnerGiven) -> answers.ServiceMade:  # noqa: ARG001 - twice is the same
    """Puts down who answers for it from now on, and where they are told."""
    return _after(service_actions.give_owner(staff(request), service_id, **given.model_dump()))


@operation(
    router, "POST", "/services/{int:service_id}/tokens", KEEP, "alteration", answers={201: answers.TokenMade}, summary="Make a token of a program",
)  # fmt: skip
def issue_token(request: HttpRequest, service_id: ServiceId, key: Key, given: TokenGiven) -> Status[answers.TokenMade]:
    """Makes a token that is held to these scopes. Its text is answered once: the same key again is `refused`, since it cannot be told
    again.
    """
    text, made = service_actions.issue(staff(request), service_id, scopes=given.scopes, days=given.days, key=key)
    return Status(201, answers.TokenMade(id=made.pk, token=text, scopes=made.scopes or [], expires_at=made.expires_at))


@operation(
    router, "POST", "/services/{int:service_id}/tokens/{int:token_id}/revoke", ANSWER, "alteration", answers={204: None},
    summary="Revoke a token of a program",
)  # fmt: skip
def revoke_token(request: HttpRequest, service_id: ServiceId, token_id: TokenId, key: Key) -> Status[None]:  # noqa: ARG001 - it ends once
    """Ends it now, as who keeps staff or as who answers for the program; for everybody else it is not there."""
    service_actions.revoke(staff(request), service_id, token_id)
    return Status(204, None)


@operation(
    router, "POST", "/services/{int:service_id}/end", KEEP, "alteration", answers={200: answers.ServiceMade}, summary="End a service account",
)  # fmt: skip
def end_service(request: HttpRequest, service_id: ServiceId, key: Key) -> answers.ServiceMade:  # noqa: ARG001 - it ends once
    """Ends the account and every token of it at once."""
    return _after(service_actions.end(staff(request), service_id))


def _listed(request: HttpRequest, found: list[ServiceAccount], verb: str) -> answers.Services:
    record_consultation(staff(request), verb, [("staff", one.staff_id) for one in found])
    return answers.Services(
        services=[
            answers.ServiceShown(
                id=one.pk, login=one.staff.username, name=one.staff.name, role=one.staff.role, team=one.staff.team.name,
                owner=one.owner.username, mail=one.mail, purpose=one.purpose.shown(), active=one.staff.is_active,
                unanswered=one.staff.is_active and not one.owner.is_active,
                tokens=[
                    answers.TokenShown(
                        id=token.pk, state=state, scopes=token.scopes or [], created_at=token.created_at,
                        expires_at=token.expires_at, last_used_at=token.last_used_at,
                    )
                    for token, state in queries.service_tokens(one)
                ],
            )
            for one in found
        ]
    )  # fmt: skip


def _after(one: ServiceAccount) -> answers.ServiceMade:
    return answers.ServiceMade(id=one.pk, login=one.staff.username, active=one.staff.is_active)
