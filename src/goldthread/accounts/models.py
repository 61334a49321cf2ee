"""Staff and the teams they work in."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from goldthread.accounts.roles import Role, roles


class Team(models.Model):
    """A team, shift or desk. ``area`` limits what a dispatcher sees; empty means the whole force."""

    name = models.CharField(max_length=80, unique=True)
    area = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["Staff"]):
    """Makes staff; there is no superuser and no self-service sign-up."""

    def create_user(self, username: str, password: str, *, name: str, role: str, team: Team, area: str = "") -> Staff:
        """A member of staff who can sign in. Raises ``KeyError`` for an unknown role."""
        roles()[role]
        staff = self.model(username=username, name=name, role=role, team=team, area=area)
        staff.set_password(password)
        staff.save()
        return staff


class Staff(AbstractBaseUser):
    """A member of staff: one role, one team. Rights come from the role's row in ``matrix.toml`` and nowhere else."""

    username = models.CharField("collar number or login", max_length=60, unique=True)
    name = models.CharField(max_length=120)
    initials = models.CharField(max_length=4, blank=True)
    role = models.CharField(max_length=40)
    team = models.ForeignKey(Team, models.PROTECT, related_name="staff")
    area = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]
    objects = StaffManager()

    is_staff = False
    is_superuser = False

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(role__in=list(roles())), name="staff_role_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.initials:
            self.initials = "".join(word[0] for word in self.name.split()[:3]).upper()[:4]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def seat(self) -> Role:
        """The role's row in the matrix."""
        return roles()[self.role]

    def can(self, verb: str) -> bool:
        """Whether this person may do ``verb`` to any object at all; false once the account is not active."""
        return self.is_active and self.seat.can(verb)


from goldthread.accounts.duty_models import Duty as Duty  # noqa: E402
from goldthread.accounts.token_models import ApiToken as ApiToken  # noqa: E402 - Django looks for models here
