"""The WSGI application that granian serves: the channels' door before Django's own."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yingbao.config.settings")
pages = get_wsgi_application()

# the door's modules hold models, which are ready now
from yingbao.web.gateway import door  # noqa: E402
from yingbao.web.gateway.api import PREFIX  # noqa: E402


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Calls of channels go past sessions, forms and pages; everything else to Django."""
    if environ.get("PATH_INFO", "").startswith(PREFIX):
        return door.call(environ, start_response)
    return pages(environ, start_response)
