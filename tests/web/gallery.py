"""Write the gallery, the sign-on and the error pages as plain files for looking at.

    python tests/web/gallery.py FOLDER

The styles must have been built. The files refer to them by absolute file addresses.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.http import HttpResponse
from django.urls import path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(__file__).resolve().parent / "samples"
NOW = datetime(2026, 11, 23, 2, 21, 7, tzinfo=UTC)


def configure() -> None:
    """Settings of its own: no database, no product settings."""
    sys.path.insert(0, str(ROOT / "src"))
    settings.configure(
        SECRET_KEY="gallery only",
        STATIC_URL="/static/",
        ROOT_URLCONF=__name__,
        TIME_ZONE="Europe/London",
        USE_I18N=False,
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=[
            "django.contrib.staticfiles",
            "django_htmx",
            "goldthread.web",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [ROOT / "src/goldthread/accounts/templates", ROOT / "src/goldthread/web/templates", SAMPLES],
                "OPTIONS": {"environment": "goldthread.web.jinja.environment"},
            },
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {}},
        ],
    )
    django.setup()


def nowhere(*_args: Any, **_kwargs: Any) -> HttpResponse:
    return HttpResponse()


def routes() -> list[Any]:
    """The names the sign-on pages link to."""
    names = [
        "account_login account_logout account_change_password account_reauthenticate",
        "mfa_index mfa_authenticate mfa_reauthenticate mfa_login_webauthn mfa_reauthenticate_webauthn",
        "mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes mfa_download_recovery_codes",
        "mfa_generate_recovery_codes mfa_list_webauthn mfa_add_webauthn",
    ]
    found = [path(f"{name}/", nowhere, name=name) for line in names for name in line.split()]
    found += [path(f"{name}/<int:pk>/", nowhere, name=name) for name in ("mfa_edit_webauthn", "mfa_remove_webauthn")]
    return found


urlpatterns = routes()


def sample_form() -> Any:
    """A form with a field of each kind, two of them wrong."""
    from django import forms

    class Sample(forms.Form):
        name = forms.CharField(label="Name of the child", help_text="Write unknown if it is not known")
        age = forms.IntegerField(label="Age", required=False)
        where = forms.ChoiceField(
            label="Where now", choices=[("", "Choose"), ("home", "At home"), ("other", "Elsewhere")]
        )
        seen = forms.ChoiceField(label="Seen by police", widget=forms.RadioSelect, choices=[("y", "Yes"), ("n", "No")])
        note = forms.CharField(label="In the caller's words", widget=forms.Textarea(attrs={"rows": 2}), required=False)
        told = forms.BooleanField(label="The caller was told what happens next", required=False)

    return Sample({"age": "x", "where": "home", "note": "crying upstairs"})


def sign_on_form(**names: str) -> Any:
    """A form with the field names a sign-on page expects, each a plain text or password field."""
    from django import forms

    kinds: dict[str, type[forms.Widget]] = {
        "password": forms.PasswordInput,
        "hidden": forms.HiddenInput,
        "text": forms.TextInput,
    }
    made = {name: forms.CharField(widget=kinds[kind]) for name, kind in names.items()}
    return type("SignOn", (forms.Form,), made)()


def shell(theme: str) -> dict[str, Any]:
    """What a signed-in dispatcher's shell shows."""
    words = ["New contact", "Board", "My incidents", "Reviews", "Meetings", "Measures"]
    keys = ["g n", "g b", "g m", "g r", "g i", "g s"]
    nav = [
        {"text": w, "href": f"#{k}", "key": k, "current": "page" if w == "Board" else ""}
        for w, k in zip(words, keys, strict=True)
    ]
    nav[3]["count"] = 4
    return {
        "now": NOW,
        "theme": theme,
        "force_name": "Amberford Constabulary",
        "nav": nav,
        "person": {"name": "P Okafor", "role": "Dispatcher", "team": "B team"},
        "earlier": NOW - timedelta(minutes=12),
        "yesterday": NOW - timedelta(hours=26),
        "later": NOW + timedelta(minutes=40),
        "since_fresh": NOW - timedelta(seconds=432),
        "form": sample_form(),
    }


def pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """File name to template and its own context."""
    login = {
        "form": sign_on_form(login="text", password="password"),
        "PASSKEY_LOGIN_ENABLED": True,
        "person": None,
        "nav": [],
    }
    path_of_squares = "M0 0h3v3H0zM6 0h3v3H6zM0 6h3v3H0zM4 4h1v1H4z"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='{path_of_squares}'/></svg>"
    return {
        "parts": ("parts.jinja", {}),
        "room": ("room.jinja", {}),
        "board": ("board.jinja", {}),
        "login": ("account/login.html", login),
        "totp": ("mfa/totp/activate_form.html", {"form": sign_on_form(code="text"), "totp_svg": svg}),
        "security": ("mfa/index.html", {"form": None, "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"]}),
        "error-500": ("web/errors/500.jinja", {}),
        "error-404": ("web/errors/404.jinja", {}),
    }


def write(folder: Path) -> list[Path]:
    """Render every page in both themes; return the files."""
    from django.contrib.staticfiles import finders
    from django.template import loader

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for theme in ("light", "dark"):
        for name, (template, context) in pages().items():
            text = loader.get_template(template).render({**shell(theme), **context})
            for address in {part.split('"')[0] for part in text.split('"/static/')[1:]}:
                found = finders.find(address.split("?")[0])
                if found:
                    text = text.replace(f'"/static/{address}"', f'"file://{found}"')
            target = folder / f"{name}-{theme}.html"
            target.write_text(text)
            written.append(target)
    return written


if __name__ == "__main__":
    configure()
    for written_page in write(Path(sys.argv[1] if len(sys.argv) > 1 else "gallery")):
        sys.stdout.write(f"{written_page}\n")
