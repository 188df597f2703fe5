"""A body larger than anything the pages take is refused before a byte of it is read."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from yingbao.rosters.actions import MOST_BYTES
from yingbao.rosters.errors import RosterTooLarge
from yingbao.web.refusals import answer

#: Beside the file a form carries little.
_FORM = 1_000_000


class UploadLimit:
    """Asks the announced length only; whoever announces none sends nothing that Django would read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > MOST_BYTES + _FORM:
            return answer(request, RosterTooLarge(MOST_BYTES))
        return self.get_response(request)
