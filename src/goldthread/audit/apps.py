"""The audit app: after every migration it gives each database role its rights again."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def _apply_grants(using: str, **_: Any) -> None:
    from goldthread.audit import grants

    grants.apply(connections[using])


class AuditConfig(AppConfig):
    """Lowest app with tables; knows staff by number only."""

    name = "goldthread.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_apply_grants, sender=self, dispatch_uid="goldthread.audit.grants")
