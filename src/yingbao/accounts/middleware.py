"""One transaction a request, bounded to the region of the post the person acts in; sessions that end by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from yingbao.accounts import signing
from yingbao.accounts.queries import PostLine, acting_as, posts_of
from yingbao.journal.acting import Acting
from yingbao.journal.scope import enter
from yingbao.kernel.dates import CHINA

#: The session's key for the post chosen among several.
CHOSEN: Final = "post"
#: When the session began, and when somebody last did something in it: seconds since 1970.
BEGAN, SEEN = "began", "seen"
#: Why the session before this one ended, for the sign-in page: idle or whole.
ENDED: Final = "ended"
IDLE, WHOLE = timedelta(minutes=30), timedelta(hours=12)
#: A page that asks by itself, such as a progress bar, is nobody at work.
POLL: Final = "Yingbao-Poll"
_EVERY: Final = 60  # seconds between two notes of `SEEN`


class ActingMiddleware:
    """Sets `request.acting` (None for nobody) and `request.posts`, and opens the transaction of the request.

    Anything that raises rolls everything back; a refusal page is made above this layer's transaction's end.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within one transaction and one region."""
        if request.path.startswith(("/static/", "/healthz")):
            self._attach(request, None, ())
            return self.get_response(request)
        with transaction.atomic():
            self._attach(request, *self._acting(request))
            if request.acting is not None:  # type: ignore[attr-defined]
                enter(request.acting.unit_code)  # type: ignore[attr-defined]
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:  # noqa: ARG002
        """Undo what the view wrote: its error becomes a page further out."""
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)

    @staticmethod
    def _attach(request: Any, acting: Acting | None, posts: tuple[PostLine, ...]) -> None:
        request.acting = acting
        request.posts = posts
        request.today = today()

    def _acting(self, request: Any) -> tuple[Acting | None, tuple[PostLine, ...]]:
        staff, now = request.user, datetime.now(CHINA)
        if not staff.is_authenticated or _over(request, now):
            return None, ()
        if not staff.is_verified() or staff.must_change_password:
            return None, ()
        posts = posts_of(staff.id, now.date())
        if not posts:
            return None, ()
        chosen = request.session.get(CHOSEN)
        post = next((post for post in posts if str(post.id) == chosen), posts[0])
        return acting_as(staff, post, address_of(request)), posts


def today() -> date:
    """The day in China."""
    return datetime.now(CHINA).date()


def address_of(request: HttpRequest) -> str:
    """Where the request comes from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def choose_post(request: Any, post_id: UUID) -> None:
    """Act in another of one's posts from the next request on; unknown ones are passed over."""
    if any(post.id == post_id for post in request.posts):
        request.session[CHOSEN] = str(post_id)


def _over(request: Any, now: datetime) -> bool:
    """Whether the session has come to a limit; it then is ended, and the next page says why."""
    session, instant = request.session, int(now.timestamp())
    began, seen = session.get(BEGAN, instant), session.get(SEEN, instant)
    why = "whole" if instant - began > WHOLE.total_seconds() else ""
    why = "idle" if not why and instant - seen > IDLE.total_seconds() else why
    if why:
        signing.left(staff=request.user, on=now.date(), address=address_of(request), why=why)
        logout(request)
        session[ENDED] = why
        return True
    if BEGAN not in session or SEEN not in session:
        session[BEGAN] = began
        session[SEEN] = seen
    elif instant - seen > _EVERY and POLL not in request.headers:
        session[SEEN] = instant
    return False
