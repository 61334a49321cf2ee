"""Staff and the teams they work in."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import OuterRef

from goldthread.accounts.roles import Role, recorded_as, roles
from goldthread.accounts.roles import seat as seat_of


class Team(models.Model):
    """A team, shift or desk. ``area`` limits what a dispatcher sees; empty means the whole force."""

    name = models.CharField(max_length=80, unique=True)
    area = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.name


def initials(name: str) -> str:
    """How somebody of this name is signed on the board."""
    return "".join(word[0] for word in name.split()[:3]).upper()[:4]


class StaffManager(BaseUserManager["Staff"]):
    """Makes staff; there is no superuser and no self-service sign-up."""

    beside: ClassVar[dict[str, models.expressions.Combinable]] = {}
    """What floors above know of a person and need with every request; filled as they are loaded."""

    def ranked(self) -> models.QuerySet[Staff]:
        """Staff, each with the role they act in now and what is known ``beside``, so that nobody is asked for it one by one."""
        return self.annotate(acts_as=acts_as(OuterRef("pk")), **self.beside)  # type: ignore[no-redef]

    def create_user(self, username: str, password: str, *, name: str, role: str, team: Team, area: str = "") -> Staff:
        """A member of staff who can sign in. Raises ``KeyError`` for an unknown role."""
        roles()[role]
        staff = self.model(username=username, name=name, role=role, team=team, area=area)
        staff.set_password(password)
        staff.save()
        return staff


class Staff(AbstractBaseUser):
    """A member of staff: one role, one team. Rights come from the role's row in ``matrix.toml`` and, for as long as an acting rank is in
    force, from that one's row too; nowhere else. ``is_service``: a program, which signs in on no page. ``emergency``: may sign in by a
    password kept here when the force's directory, by which others sign on, does not answer.
    """

    username = models.CharField("collar number or login", max_length=60, unique=True)
    name = models.CharField(max_length=120)
    initials = models.CharField(max_length=4, blank=True)
    role = models.CharField(max_length=40)
    team = models.ForeignKey(Team, models.PROTECT, related_name="staff")
    area = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    is_service = models.BooleanField(default=False)
    emergency = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]
    objects = StaffManager()

    is_staff = False
    is_superuser = False
    limited_to: frozenset[str] | None = None
    """The verbs that the token at hand is held to; None where there is none, or where it may all that its role may."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(role__in=list(roles())), name="staff_role_known"),
            models.CheckConstraint(
                condition=~models.Q(is_service=True, emergency=True), name="no_service_in_emergency"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.initials:
            self.initials = initials(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def seat(self) -> Role:
        """The role's row in the matrix, or while they act in another that one's with their own beside it.

        Whatever asks what somebody may do asks this: ``role`` is their own alone.
        """
        held = seat_of(self.role, self.acts_as)
        return held if self.limited_to is None else held.limited(self.limited_to)

    @cached_property
    def acts_as(self) -> str:
        """The senior role this person acts in, as of when they were looked up; empty where none is in force."""
        return in_force(self.pk).values_list("role", flat=True).first() or ""

    @property
    def recorded_as(self) -> str:
        """The role as the audit keeps it."""
        return recorded_as(self.role, self.acts_as)

    def look_again(self) -> bool:
        """Ask anew whether an acting rank is in force, for what began before it ended; whether anything changed."""
        before, self.acts_as = self.acts_as, in_force(self.pk).values_list("role", flat=True).first() or ""
        return before != self.acts_as

    def can(self, verb: str) -> bool:
        """Whether this person may do ``verb`` to any object at all; false once the account is not active."""
        return self.is_active and self.seat.can(verb)


from goldthread.accounts.duty_models import Duty as Duty  # noqa: E402
from goldthread.accounts.oncall_models import OnCall as OnCall  # noqa: E402
from goldthread.accounts.rank_models import ActingRank as ActingRank  # noqa: E402
from goldthread.accounts.rank_models import ActingRankEnd as ActingRankEnd  # noqa: E402
from goldthread.accounts.rank_models import acts_as, in_force  # noqa: E402 - a rank is of somebody on the staff
from goldthread.accounts.service_models import ServiceAccount as ServiceAccount  # noqa: E402
from goldthread.accounts.signon_models import SignOn as SignOn  # noqa: E402
from goldthread.accounts.token_models import ApiToken as ApiToken  # noqa: E402 - Django looks for models here
