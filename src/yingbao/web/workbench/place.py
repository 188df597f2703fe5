"""Choosing the region and year that pages look at."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from yingbao.kernel.refusal import NotFound
from yingbao.web.frame import PLACE_COOKIE
from yingbao.web.permission import ANY_STAFF, permission
from yingbao.web.releases import place_of_key


@permission(ANY_STAFF)
@require_safe
def choose(request: HttpRequest, region: str, year: int) -> HttpResponseRedirect:
    """Keep the choice in a cookie and go back. It chooses what is looked at, never what may be seen."""
    if place_of_key(region, year) is None:
        raise NotFound(f"没有 {region} {year} 年度的政策，请换一个地区或年度")
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = "/"
    response = HttpResponseRedirect(back)
    response.set_cookie(
        PLACE_COOKIE,
        f"{region}-y{year}",
        max_age=400 * 86400,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response
