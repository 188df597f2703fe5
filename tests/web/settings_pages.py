"""Settings for the pages alone: no database, no other app. Only what `yingbao.config.settings` says of pages."""

from pathlib import Path

import yingbao.web

WEB = Path(yingbao.web.__file__).parent
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
INSTALLED_APPS = ["django.contrib.staticfiles", "yingbao.web"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "yingbao.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "yingbao.web.frame.frame"],
            "builtins": ["yingbao.web.templatetags.yingbao"],
        },
    }
]
DATABASES: dict[str, dict[str, str]] = {}
STATIC_URL = "/static/"
STATICFILES_DIRS = [WEB / "static"]
CSRF_FAILURE_VIEW = "yingbao.web.refusals.csrf_failed"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
LOGGING_CONFIG = None
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
