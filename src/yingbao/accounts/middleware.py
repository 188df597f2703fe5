"""One transaction a request, bounded to the region of the post the person acts in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from yingbao.accounts.queries import PostLine, acting_as, posts_of
from yingbao.journal.acting import Acting
from yingbao.journal.scope import enter

#: The session's key for the post chosen among several.
CHOSEN = "post"
CHINA = ZoneInfo("Asia/Shanghai")


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
        request.today = datetime.now(CHINA).date()

    def _acting(self, request: Any) -> tuple[Acting | None, tuple[PostLine, ...]]:
        staff = request.user
        if not staff.is_authenticated or not staff.is_verified() or staff.must_change_password:
            return None, ()
        posts = posts_of(staff.id, datetime.now(CHINA).date())
        if not posts:
            return None, ()
        chosen = request.session.get(CHOSEN)
        post = next((post for post in posts if str(post.id) == chosen), posts[0])
        return acting_as(staff, post, request.META.get("REMOTE_ADDR", "")), posts


def choose_post(request: Any, post_id: UUID) -> None:
    """Act in another of one's posts from the next request on; unknown ones are passed over."""
    if any(post.id == post_id for post in request.posts):
        request.session[CHOSEN] = str(post_id)
