"""The settings of signing on by the force's own directory (OpenID Connect). Off while no issuer is named."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

HERE = {"localhost", "127.0.0.1", "::1"}


class SignOnSettings(BaseSettings):
    """What the operator chose of it; names in the environment carry the prefix ``GOLDTHREAD_``."""

    oidc_issuer: str = Field(default="", description="the directory's issuer, to the letter; off without it")
    oidc_client_id: str = Field(default="", description="under which name the directory knows this service")
    oidc_client_secret: str = Field(
        default="", description="by which this service shows the directory that it is itself"
    )
    oidc_mapping: Path | None = Field(default=None, description="which claim gives which role and team (oidc.toml)")
    oidc_scopes: str = Field(default="openid profile offline_access", description="what is asked of the directory")
    oidc_subject_claim: str = Field(default="sub", min_length=1, description="claim by which somebody is known again")
    oidc_login_claim: str = Field(default="preferred_username", min_length=1, description="claim that is the user name")
    oidc_name_claim: str = Field(default="name", min_length=1, description="claim that is the name shown")
    oidc_mfa: str = Field(default="", pattern=r"^((amr|acr):\S+)?$", description="what must be said of a second step")
    oidc_recheck_minutes: int = Field(default=5, ge=1, le=720, description="how often the directory is asked again")
    local_sign_in: Literal["all", "emergency", "none"] = Field(
        default="emergency", description="who may still sign in by a password kept here"
    )
    service_desk: str = Field(default="the service desk", min_length=1, max_length=120, description="whom staff ring")

    @field_validator("oidc_issuer")
    @classmethod
    def _an_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (
            parts.query
            or parts.fragment
            or not parts.hostname
            or not (parts.scheme == "https" or parts.hostname in HERE)
        ):
            raise ValueError(
                "must be the issuer's https address as the directory writes it, such as https://login.force.example/tenant/v2.0"
            )
        return value

    def sign_on_is_complete(self) -> None:
        """Raise ``ValueError`` with a sentence where signing on is asked for and something it needs is missing."""
        if not self.oidc_issuer:
            return
        for name in ("oidc_client_id", "oidc_client_secret", "oidc_mapping"):
            if not getattr(self, name):
                raise ValueError(f"GOLDTHREAD_{name.upper()} is not set: GOLDTHREAD_OIDC_ISSUER needs it")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("GOLDTHREAD_OIDC_SCOPES must hold openid")
