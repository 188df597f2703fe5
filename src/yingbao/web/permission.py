"""Who may open a page: every view says which permission it needs, or why it is open to all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeAlias, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from yingbao.kernel.refusal import Forbidden

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


#: What a refusal page says. A room adds its own permissions here.
WORDS: dict[str, PermissionWords] = {
    ANY_STAFF: PermissionWords("打开业务页面", "登录的工作人员"),
    "policy.view": PermissionWords("查看政策", "经办、复核、管理、审计各岗位"),
    "web.components": PermissionWords("查看部件与状态", "维护页面的人员"),
    "residents.view": PermissionWords("查看参保人员", "经办、复核岗位"),
    "rosters.view": PermissionWords("查看名册", "经办、复核岗位和名单报送部门"),
    "registers.view": PermissionWords("查看征缴清册", "经办、复核岗位"),
    "payments.view": PermissionWords("查看缴费", "经办、复核、财务岗位"),
    "settlement.view": PermissionWords("查看清算", "财务、复核岗位"),
    "coverage.view": PermissionWords("查看应保未保", "经办岗位和镇村专干"),
    "progress.view": PermissionWords("查看进度通报", "经办、管理岗位"),
    "journal.view": PermissionWords("查看日志", "审计岗位", "上级医保局的管理员"),
}


class NotPermitted(Forbidden):
    """The signed-in person lacks the permission of the page."""

    code = "not-permitted"

    def __init__(self, permission: str) -> None:
        words = WORDS.get(permission, PermissionWords(permission))
        super().__init__(f"这一页要有“{words.what}”的权限，请找{words.given_by}开通", permission=permission)
        self.permission = permission


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
