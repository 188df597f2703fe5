"""A refusal raised in a view becomes a page, a fragment or JSON; the transaction it was raised in is undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from yingbao.kernel.refusal import Conflict, Forbidden, Invalid, NotFound, Refusal
from yingbao.web.permission import PermissionWords, acting_of, words_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]
#: One table from refusals to HTTP.
STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (Invalid, 422),
)
TITLES = {
    400: "请求读不懂",
    403: "这一页您现在不能看",
    404: "没有找到",
    409: "现在不能这样办",
    422: "填的内容要改一改",
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next((status for kind, status in STATUS if isinstance(refusal, kind)), 400)


class RefusalMiddleware:
    """Turns every Refusal that leaves a view into an answer in words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is a bug and goes on."""
        if not isinstance(exception, Refusal):
            return None
        undo()
        return answer(request, exception)


def undo() -> None:
    """Roll back what the view wrote on every connection that is inside a transaction."""
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            transaction.set_rollback(True, using=connection.alias)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal as JSON, as a fragment for htmx, or as a page."""
    status = status_of(refusal)
    if wants_json(request):
        body = {"code": refusal.code, "sentence": refusal.sentence, "facts": dict(refusal.facts)}
        return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return render(request, "parts/refusal.html", {"refusal": refusal, "status": status}, status=status)
    if isinstance(refusal, Forbidden):
        return forbidden(request, refusal)
    context = {
        "title": TITLES[status],
        "sentence": refusal.sentence,
        "kind": "missing" if status == 404 else "error",
    }
    return _page(request, context | {"code": refusal.code}, status)


def forbidden(request: HttpRequest, refusal: Forbidden) -> HttpResponse:
    """Who may, who gives it, the way back."""
    words = words_of(str(refusal.facts.get("permission", "")))
    context = {"words": words or PermissionWords(""), "named": words is not None, "refusal": refusal}
    return _page(
        request, context | {"title": TITLES[403] if words else "这一步没有做成", "kind": "forbidden"}, 403
    )


def _page(request: HttpRequest, context: Mapping[str, object], status: int) -> HttpResponse:
    """In the frame for somebody signed in, on a plain page for anybody else."""
    base = "plain.html" if acting_of(request) is None else "frame.html"
    return render(request, "refusal.html", {**context, "base": base, "status": status}, status=status)


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller asked for JSON rather than a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No page at this address (handler404)."""
    return answer(request, NotFound("这个地址没有页面，请核对地址，或从左边的菜单重新进入"))


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own PermissionDenied (handler403)."""
    return answer(request, Forbidden("这一页您现在不能看，请找本单位的管理员"))


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own SuspiciousOperation and its kin (handler400)."""
    return answer(request, Refusal("请求读不懂，请退回上一页重新提交"))


def failed(request: HttpRequest) -> HttpResponse:
    """A bug (handler500), drawn without the frame, which may be what failed: says that nothing was kept of what was being done, and whom to tell."""
    return HttpResponse(render_to_string("failed.html"), status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: usually the page stood open for too long (CSRF_FAILURE_VIEW)."""
    return answer(request, Forbidden("页面开得太久，已经过期；请刷新这一页，再提交一次，刚才的内容没有存"))
