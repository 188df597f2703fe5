"""Settings of the web application. What differs by installation comes from the environment: docs/reference/settings.md."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any

from yingbao.cluster.folder import state_folder
from yingbao.config.database import database

BASE = Path(__file__).resolve().parents[1]
STATE = state_folder()

SECRET_KEY = os.environ.get("YINGBAO_SECRET_KEY", "") or (
    (STATE / "secret-key").read_text(encoding="ascii").strip() if (STATE / "secret-key").is_file() else ""
)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("YINGBAO_HOSTS", "127.0.0.1,localhost").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "procrastinate.contrib.django",
    "yingbao.journal",
    "yingbao.ledger",
    "yingbao.accounts",
    "yingbao.registry",
    "yingbao.rosters",
    "yingbao.billing",
    "yingbao.payments",
    "yingbao.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "yingbao.web.uploads.UploadLimit",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "yingbao.accounts.middleware.ActingMiddleware",
    "yingbao.web.refusals.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "yingbao.config.urls"
WSGI_APPLICATION = "yingbao.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "yingbao.web.frame.frame",
            ],
            "builtins": ["yingbao.web.templatetags.yingbao"],
        },
    }
]

DATABASES = {"default": database("app"), "owner": database("owner")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Staff"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]

# An identity provider of the government, where there is one: docs/reference/settings.md
if os.environ.get("YINGBAO_OIDC_CLIENT_ID"):
    AUTHENTICATION_BACKENDS.append("yingbao.accounts.oidc.Backend")
    OIDC_ISSUER = os.environ["YINGBAO_OIDC_ISSUER"]
    OIDC_RP_CLIENT_ID = os.environ["YINGBAO_OIDC_CLIENT_ID"]
    OIDC_RP_CLIENT_SECRET = os.environ.get("YINGBAO_OIDC_CLIENT_SECRET", "")
    OIDC_OP_AUTHORIZATION_ENDPOINT = os.environ["YINGBAO_OIDC_AUTHORIZATION"]
    OIDC_OP_TOKEN_ENDPOINT = os.environ["YINGBAO_OIDC_TOKEN"]
    OIDC_OP_JWKS_ENDPOINT = os.environ["YINGBAO_OIDC_JWKS"]
    OIDC_OP_USER_ENDPOINT = ""  # the signed token says all that is needed
    OIDC_RP_SIGN_ALGO = os.environ.get("YINGBAO_OIDC_ALGORITHM", "RS256")
    OIDC_RP_SCOPES = "openid"
    OIDC_CREATE_USER = False
    OIDC_USE_PKCE = True
    OIDC_TIMEOUT = 10
    OIDC_AUTHENTICATION_CALLBACK_URL = "signin-oidc-callback"

# GB/T 22239 level 3: length, kinds of characters, not the login, not a common one
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "yingbao.accounts.passwords.ThreeKinds"},
    {"NAME": "yingbao.accounts.passwords.NotUsedBefore"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "yingbao.web.workbench.signin.locked_out"
AXES_ENABLE_ADMIN = False
AXES_USERNAME_FORM_FIELD = "username"  # the name under which a login is handed to the backends
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # the journal keeps it
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the hour said on the page stays true
OTP_TOTP_ISSUER = "应保"
LOGIN_URL = "/signin/"
CSRF_FAILURE_VIEW = "yingbao.web.refusals.csrf_failed"

SESSION_COOKIE_AGE = 13 * 60 * 60  # accounts.middleware ends them earlier: after 30 idle minutes, or 12 hours
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("YINGBAO_HTTPS", "") == "1"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "web" / "static"]
STATIC_ROOT = STATE / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
PROCRASTINATE_ON_APP_READY = None
# Proxies whose X-Forwarded-For the gateway believes when it asks from where a channel calls; nobody else's.
GATEWAY_PROXIES = [
    ipaddress.ip_network(one.strip())
    for one in os.environ.get("YINGBAO_PROXIES", "").split(",")
    if one.strip()
]
LOGGING_CONFIG = None
