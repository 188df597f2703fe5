"""Is the process up, and does it reach the database?"""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from yingbao.web.permission import open_to_all


@open_to_all("监测系统要在没有人登录时也能问")
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers; with `?deep=1` also asks the database, 503 if it does not answer."""
    if request.GET.get("deep") != "1":
        return JsonResponse({"ok": True})
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error as error:
        return JsonResponse({"ok": False, "database": type(error).__name__}, status=503)
    return JsonResponse({"ok": True, "database": "ok"})
