"""The staff's pages over a real database: one of the cast is signed in by a cookie, and the day is the season's.

Until the sign-in page has its own journey (tests/journeys/signin.py) this stands where `ActingMiddleware` stands; the
transaction, the region and the refusals are the real ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

import people
from journeys.browser import serve
from people import SEASON
from yingbao.accounts.middleware import ActingMiddleware
from yingbao.journal.acting import Acting
from yingbao.kernel.dates import CHINA

# the browser's loop runs in this thread, and the tests speak to the database from it, one at a time
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

CAST = {
    name.lower(): staff
    for name, staff in vars(people).items()
    if isinstance(staff, Acting) and staff is not people.PROGRAM
}


class Desk(ActingMiddleware):
    """Whoever the cookie `as` names acts; nobody without it. The cookie `day` names another day than the season's."""

    def _acting(self, request: Any) -> tuple[Acting | None, tuple[Any, ...]]:
        return CAST.get(request.COOKIES.get("as", "")), ()

    @staticmethod
    def _attach(request: Any, acting: Acting | None, posts: tuple[Any, ...]) -> None:
        day = request.COOKIES.get("day")
        request.acting, request.posts = acting, posts
        request.today = date.fromisoformat(day) if day else SEASON
        request.now = datetime.combine(request.today, time(10), CHINA)


MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "journeys.desk.Desk",
    "yingbao.web.refusals.RefusalMiddleware",
]


@pytest.fixture
def live(database: str) -> Iterator[str]:
    """The address of the pages over this test's own database."""
    with override_settings(MIDDLEWARE=MIDDLEWARE, WHITENOISE_AUTOREFRESH=True, WHITENOISE_USE_FINDERS=True):
        yield from serve(WSGIHandler())
