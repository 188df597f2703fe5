"""Signing in through the government's own identity provider, where the installation has one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yingbao.accounts.middleware import ENDED
from yingbao.kernel.refusal import NotFound
from yingbao.web.permission import open_to_all


def enabled() -> bool:
    """Whether the installation names an identity provider (YINGBAO_OIDC_CLIENT_ID and the rest)."""
    return bool(getattr(settings, "OIDC_RP_CLIENT_ID", ""))


@open_to_all("登录之前没有人登录")
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """To the provider."""
    _must_be_enabled()
    from mozilla_django_oidc.views import OIDCAuthenticationRequestView  # noqa: PLC0415 - an extra

    answer: HttpResponse = OIDCAuthenticationRequestView.as_view()(request)
    return answer


@open_to_all("身份认证从这里回来，还没有登录")
@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider: the account of the subject, or why not. The second factor follows as ever."""
    _must_be_enabled()
    from jwt import PyJWTError  # noqa: PLC0415 - an extra
    from mozilla_django_oidc.views import OIDCAuthenticationCallbackView  # noqa: PLC0415 - an extra

    from yingbao.web.workbench.signin import begin, to_step  # noqa: PLC0415 - they know each other

    class Callback(OIDCAuthenticationCallbackView):  # type: ignore[misc]
        """Ends in our own steps."""

        user: Any

        def login_success(self) -> HttpResponse:
            begin(self.request, self.user)
            return to_step(self.request)

        def login_failure(self) -> HttpResponse:
            self.request.session[ENDED] = (
                "oidc-stranger" if hasattr(self.request, "oidc_stranger") else "oidc"
            )
            return HttpResponseRedirect(reverse("signin"))

    try:
        answer: HttpResponse = Callback.as_view()(request)
    except (
        SuspiciousOperation,
        PyJWTError,
        OSError,
    ):  # a false or late token, a provider that does not answer
        request.session[ENDED] = "oidc"
        return HttpResponseRedirect(reverse("signin"))
    return answer


def _must_be_enabled() -> None:
    if not enabled():
        raise NotFound("本单位没有接统一身份认证，请用登录名和密码登录")
