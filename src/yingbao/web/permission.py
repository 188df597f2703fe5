"""Who may open a page: every view says which permission it needs, or why it is open to all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeAlias, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from yingbao.accounts.roles import PERMISSIONS, holders
from yingbao.journal.errors import NotPermitted

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

SIGN_IN = "/signin/"
#: Enough for whoever has signed in, whatever the role.
ANY_STAFF = "staff"


class Acting(Protocol):
    """The signed-in person as pages see them; the accounts room puts one on the request as `acting`."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def unit_code(self) -> str: ...
    @property
    def unit_name(self) -> str: ...
    def may(self, permission: str) -> bool:
        """Whether this person has the permission in the present post."""
        ...


@dataclass(frozen=True, slots=True)
class PermissionWords:
    """A permission as people say it, who usually has it, and who gives it."""

    what: str
    who: str = "有这项权限的岗位"
    given_by: str = "本单位的管理员"


def words_of(name: str) -> PermissionWords | None:
    """What a refusal page says of a permission: what it is, which posts carry it, who gives it."""
    if name == ANY_STAFF:
        return PermissionWords("打开业务页面", "登录的工作人员")
    if name not in PERMISSIONS:
        return None
    return PermissionWords(PERMISSIONS[name], "、".join(holders(name)), "本单位安全管理员")


def acting_of(request: HttpRequest) -> Acting | None:
    """The signed-in person, or None."""
    return cast("Acting | None", getattr(request, "acting", None))


def may(acting: Acting | None, permission: str) -> bool:
    """Whether somebody signed in has the permission."""
    return acting is not None and (permission == ANY_STAFF or acting.may(permission))


def permission(name: str) -> Callable[[View[P]], View[P]]:
    """Mark a view with the permission it needs. Nobody signed in: to sign-in and back. Raises NotPermitted."""

    def mark(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            acting = acting_of(request)
            if acting is None:
                return _to_sign_in(request)
            if not may(acting, name):
                raise NotPermitted(name)
            return view(request, *args, **kwargs)

        guarded.permission_name = name  # type: ignore[attr-defined]
        return guarded

    return mark


def open_to_all(why: str) -> Callable[[View[P]], View[P]]:
    """Mark a view that needs nobody signed in, with the reason."""

    def mark(view: View[P]) -> View[P]:
        view.permission_name = None  # type: ignore[attr-defined]
        view.open_because = why  # type: ignore[attr-defined]
        return view

    return mark


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    target = f"{SIGN_IN}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
