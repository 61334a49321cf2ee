"""Django's settings, derived from ``config.env``; nothing here is read from the environment directly."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from goldthread.config.env import environment_or_exit

ENV = environment_or_exit()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.session_key()
DEBUG = False
ALLOWED_HOSTS = [name.strip() for name in ENV.hosts.split(",") if name.strip()]
ROOT_URLCONF = "goldthread.integration.urls"
WSGI_APPLICATION = "goldthread.config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "rules",
    "procrastinate.contrib.django",
    "goldthread.web",
    "goldthread.audit",
    "goldthread.accounts",
    "goldthread.files",
    "goldthread.notices",
    "goldthread.measures",
    "goldthread.meetings",
    "goldthread.contact",
    "goldthread.assessment",
    "goldthread.response",
    "goldthread.desk",
    "goldthread.lookback",
    "goldthread.supervision",
    "goldthread.safeguarding",
    "goldthread.investigation",
    "goldthread.quality",
    "goldthread.trials",
    "goldthread.learning",
    "goldthread.improvement",
    "goldthread.governance",
    "goldthread.commissioner",
    "goldthread.retention",
    "goldthread.integration",
    "goldthread.demo",
]

MIDDLEWARE = [
    "goldthread.web.middleware.BehindProxy",
    "django.middleware.security.SecurityMiddleware",
    "goldthread.web.middleware.SecurityHeaders",
    "goldthread.web.errors.ErrorPages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "goldthread.web.middleware.TidyInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "goldthread.accounts.middleware.DeclaredRoutes",
    "axes.middleware.AxesMiddleware",
]

_CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        # accounts first: its pages stand in for the sign-on library's
        "DIRS": sorted(PACKAGE.glob("*/templates"), key=lambda folder: folder.parent.name != "accounts"),
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "goldthread.web.jinja.environment",
            "context_processors": [*_CONTEXT, "goldthread.accounts.presenters.page_context"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT},
    },
]


def database(url: str) -> dict[str, Any]:
    """Django's connection values for a ``postgresql://`` URL; a ``host`` in the query may be a socket folder."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    host = unquote(query.pop("host", "") or parts.hostname or "")
    options: dict[str, Any] = {key: unquote(value) for key, value in query.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "goldthread",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "OPTIONS": {"connect_timeout": 5, "server_side_binding": True, "prepare_threshold": 3, **options},
    }


DATABASES = {"default": database(ENV.database_owner_url if ENV.as_owner else ENV.database_url)}
FORM_RENDERER = "goldthread.web.jinja.Widgets"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Staff"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "goldthread.accounts.sessions.SignIn",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "goldthread.accounts.adapter.StaffAdapter"
SOCIALACCOUNT_ADAPTER = "goldthread.accounts.oidc_adapter.DirectoryAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": False}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Goldthread"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ENV.mode != "production"
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a stranger elsewhere cannot lock a handler out
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/lockout.jinja"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

SESSION_ENGINE = "goldthread.accounts.sessions"
SESSION_COOKIE_NAME = "goldthread_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https and ENV.mode == "production"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "goldthread.web.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.behind_proxy else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # nothing but notices sends mail, by what MAIL says
MAIL = ENV.mail()
FILES_KEY = ENV.attachments_key()
FILE_UPLOAD_HANDLERS = ["goldthread.files.uploads.Small"]
LOGGING_CONFIG = "goldthread.config.logs.configure"
LOGGING: dict[str, Any] = {"version": 1}  # configure() takes nothing from it; an empty one would not be called
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
