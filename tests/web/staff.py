"""Somebody signed in, without accounts: the middleware reads who from a header the tests send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponseBase

ALL = frozenset({"policy.view", "policy.calculate", "web.components"})


@dataclass(frozen=True)
class Person:
    """What `request.acting` promises, in memory."""

    name: str
    role: str
    unit_code: str
    unit_name: str
    permissions: frozenset[str] = field(default=ALL)

    def may(self, permission: str) -> bool:
        return permission in self.permissions


CAST = {
    "officer": Person("罗文", "政策岗", "520100", "贵阳市医保局"),
    "clerk": Person("张建明", "经办", "620602", "凉州区医保局"),
    "province": Person("马丽", "管理", "620000", "甘肃省医保局"),
    "stranger": Person("周敏", "录入", "990100", "外地某局", frozenset()),
}


class FakeActing:
    """Stands where accounts.middleware.ActingMiddleware stands; the cookie `as` names one of the cast."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.acting = CAST.get(request.COOKIES.get("as", ""))  # type: ignore[attr-defined]
        return self.get_response(request)


MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "web.staff.FakeActing",
    "yingbao.web.refusals.RefusalMiddleware",
]
