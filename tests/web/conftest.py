"""Pages without the database: somebody of a fixed cast is signed in by a cookie."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client, override_settings

from journeys.browser import *  # noqa: F403
from web.staff import MIDDLEWARE


@pytest.fixture(autouse=True)
def _pages_alone() -> Iterator[None]:
    with override_settings(MIDDLEWARE=MIDDLEWARE, WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture
def signed_in() -> Callable[[str], Client]:
    """A client in which one of the cast is signed in; `""` is nobody."""

    def client(who: str = "officer") -> Client:
        made = Client()
        if who:
            made.cookies["as"] = who
        return made

    return client
