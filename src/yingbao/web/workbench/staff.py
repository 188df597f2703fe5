"""Accounts of staff: the system administrator makes and stops them, the security administrator gives posts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.accounts import actions, queries
from yingbao.accounts.passwords import first_password
from yingbao.accounts.roles import ROLES
from yingbao.journal import queries as journal
from yingbao.journal.acting import NATION, Acting
from yingbao.kernel.refusal import Conflict, Forbidden, Invalid, Refusal
from yingbao.registry.queries import units
from yingbao.rosters.senders import DEPARTMENTS
from yingbao.web.permission import permission
from yingbao.web.workbench import oidc
from yingbao.web.workbench.presenters.journal import events_of

LIMIT = 200


class GroundsForm(forms.Form):
    """Why something is done to somebody's account."""

    grounds = forms.CharField(
        label="依据或原因", help_text="写进日志，审计能看到", max_length=200, error_messages={"required": "请写明依据或原因"},
    )  # fmt: skip


class NewForm(forms.Form):
    """A new account."""

    name = forms.CharField(label="姓名", max_length=50, error_messages={"required": "请填姓名"})
    login = forms.CharField(
        label="登录名", help_text="3 至 30 个字母、数字、点、横线或下划线；以后不改", max_length=30,
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": "请填登录名"},
    )  # fmt: skip
    unit = forms.ChoiceField(label="所在单位", help_text="这个单位的管理员管这个账户")
    grounds = forms.CharField(
        label="依据", help_text="例如 2024 年 3 月 1 日开户申请", max_length=200, error_messages={"required": "请写明依据"},
    )  # fmt: skip

    def __init__(self, choices: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]


class GrantForm(forms.Form):
    """A post for somebody."""

    role = forms.ChoiceField(
        label="岗位", choices=[(role.code, role.name) for role in ROLES.values()],
        help_text="三个管理员岗位不能与别的岗位同时担任",
    )  # fmt: skip
    unit = forms.ChoiceField(label="管辖", help_text="能看、能办这个单位和它下面的")
    from_on = forms.DateField(
        label="从哪天起", help_text="含这一天", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填从哪天起", "invalid": "没有这一天，写成 2024-12-25"},
    )  # fmt: skip
    through_on = forms.DateField(
        label="到哪天止", required=False, help_text="含这一天；不定就空着", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "没有这一天，写成 2024-12-25"},
    )  # fmt: skip
    grounds = forms.CharField(label="依据", max_length=200, error_messages={"required": "请写明依据"})

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        given = super().clean() or {}
        from_on, through_on = given.get("from_on"), given.get("through_on")
        if from_on and through_on and through_on < from_on:
            self.add_error("through_on", "止日早于起日，请核对")
        return given


class EndForm(GroundsForm):
    """The last day of a post."""

    last_on = forms.DateField(
        label="最后一天", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="过了这一天就不能再办这个岗位的事",
        error_messages={"required": "请填最后一天", "invalid": "没有这一天，写成 2024-12-25"},
    )  # fmt: skip
    field_order = ("last_on", "grounds")


class IdentityForm(forms.Form):
    """The subject of the identity provider."""

    subject = forms.CharField(
        label="统一身份编号",
        help_text="统一身份认证给这个人的编号（sub）；空着就是取消",
        max_length=200,
        required=False,
    )


class DepartmentForm(GroundsForm):
    """The department whose lists somebody hands in."""

    department = forms.ChoiceField(
        label="部门", required=False, choices=[("", "不属于部门"), *DEPARTMENTS.items()],
        help_text="部门岗位的人只报、只看本部门的名册；不写部门的，部门岗位报不了名册",
    )  # fmt: skip
    field_order = ("department", "grounds")


@permission("staff.view")
@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """Everybody of my region, those who may sign in first."""
    acting, text = _acting(request), request.GET.get("q", "").strip()
    found = queries.staff_within(acting, _today(request), text, LIMIT)
    context = {
        "found": found, "q": text, "limit": LIMIT, "unit_names": dict(_units(request)), "may_add": acting.may("staff.manage"),
        "without_post": sum(1 for one in found if one.is_active and not one.posts),
        "without_factor": sum(1 for one in found if one.is_active and not one.has_second_factor),
    }  # fmt: skip
    return render(request, "workbench/staff.html", context)


@permission("staff.view")
@never_cache
@require_safe
def one(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """One account: posts, state, what was done to it."""
    acting = _acting(request)
    line = queries.staff_line(acting, staff_id, _today(request))
    own = acting.staff_id == staff_id
    context = {
        "one": line, "posts": queries.all_posts(acting, staff_id), "today": _today(request), "own": own,
        "may_manage": acting.may("staff.manage") and not own, "may_grant": acting.may("staff.grant") and not own,
        "unit_name": dict(_units(request)).get(line.unit_code, acting.unit_name),
        "department": DEPARTMENTS.get(line.department, line.department), "no_department": _lacks_department(line), "oidc": oidc.enabled(),
        "events": events_of(journal.of_subject(staff_id, 30)), "said": request.session.pop("said", ""),
    }  # fmt: skip
    return render(request, "workbench/staff_one.html", context)


def _lacks_department(line: queries.StaffLine) -> bool:
    """A department's post without a department: the person can hand in nothing."""
    return not line.department and any(post.role == "department" for post in line.posts)


@permission("staff.manage")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new account with a first password, shown once."""
    form = NewForm(_units(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given, first = form.cleaned_data, first_password()
        try:
            staff_id = actions.add_staff(
                by=_acting(request), login=given["login"], name=given["name"], password=first, unit_code=given["unit"],
                grounds=given["grounds"],
            )  # fmt: skip
        except (Conflict, Invalid) as refusal:
            form.add_error("name" if refusal.code == "bad-name" else "login", refusal.sentence)
        else:
            return _told_once(request, staff_id, first, fresh=True)
    return render(request, "workbench/staff_new.html", {"form": form}, status=_status(form))


@permission("staff.grant")
@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """A post for somebody else."""
    acting, today = _acting(request), _today(request)
    line = queries.staff_line(acting, staff_id, today)
    choices = _units(request)
    form = GrantForm(choices, request.POST or None, initial={"from_on": today, "unit": line.unit_code})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.grant_post(
                by=acting, staff_id=staff_id, role=given["role"], unit_code=given["unit"],
                unit_name=dict(choices)[given["unit"]], from_on=given["from_on"], through_on=given["through_on"],
                grounds=given["grounds"],
            )  # fmt: skip
        except (Conflict, Forbidden) as refusal:
            form.add_error("role", refusal.sentence)
        else:
            return _said(
                request, staff_id, f"已授予岗位：{ROLES[given['role']].name}·{dict(choices)[given['unit']]}。"
            )
    return render(request, "workbench/staff_grant.html", {"form": form, "one": line}, status=_status(form))


@permission("staff.grant")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """The end of a post."""
    acting = _acting(request)
    staff_id, held = queries.post_line(acting, post_id)
    line = queries.staff_line(acting, staff_id, _today(request))
    form = EndForm(request.POST or None, initial={"last_on": _today(request)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.end_post(by=acting, post_id=post_id, last_on=given["last_on"], grounds=given["grounds"])
        return _said(
            request, staff_id, f"{held.role_name}·{held.unit_name} 到 {given['last_on'].isoformat()} 止。"
        )
    title = f"终止岗位：{held.role_name}·{held.unit_name}"
    return _confirm_page(request, form, line, Deed("", title, "", "终止岗位"))


@permission("staff.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """The subject by which the identity provider knows the person."""
    line = queries.staff_line(_acting(request), staff_id, _today(request))
    form = IdentityForm(request.POST or None, initial={"subject": line.oidc_subject})
    if request.method == "POST" and form.is_valid():
        try:
            actions.bind_identity(
                by=_acting(request), staff_id=staff_id, subject=form.cleaned_data["subject"]
            )
        except Conflict:
            form.add_error("subject", "这个编号已登记在另一个账户上，请核对")
        else:
            return _said(request, staff_id, "统一身份已登记。")
    return _confirm_page(
        request,
        form,
        line,
        Deed("", "登记统一身份", "登记后，这个人可以用统一身份认证登录；动态口令照旧要输。", "保存"),
    )


@permission("staff.grant")
@require_http_methods(["GET", "HEAD", "POST"])
def department(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Whose lists the person hands in and sees in a department's post."""
    line = queries.staff_line(_acting(request), staff_id, _today(request))
    form = DepartmentForm(request.POST or None, initial={"department": line.department})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.set_department(
                by=_acting(request),
                staff_id=staff_id,
                department=given["department"],
                grounds=given["grounds"],
            )
        except Forbidden as refusal:
            form.add_error(None, refusal.sentence)
        else:
            named = DEPARTMENTS.get(given["department"])
            return _said(request, staff_id, f"部门写明为{named}。" if named else "部门已取消。")
    return _confirm_page(
        request, form, line, Deed("", "写明部门", "改了马上算数，下一次打开页面就按新的部门。", "保存")
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to an account after a page that asks why."""

    name: str
    title: str
    hint: str
    button: str
    done: str = ""


STOP = Deed(
    "stop", "停用账户", "停用后马上不能登录，岗位和办过的事都留着，可以再启用。", "停用", "账户已停用。"
)
START = Deed("start", "启用账户", "启用后可以用原来的密码和动态口令登录。", "启用", "账户已启用。")
PASSWORD = Deed(
    "password",
    "重置密码",
    "生成一个初始密码，只显示一次；本人登录后必须换掉。被锁的登录名同时解锁。",
    "重置密码",
)
FACTOR = Deed(
    "factor", "重置动态口令", "原来的手机和备用码都失效，本人下次登录时重新设置。先确认是本人提出的。", "重置动态口令",
    "动态口令已重置，本人下次登录时重新设置。",
)  # fmt: skip


def _do(acting: Acting, staff_id: UUID, deed: Deed, grounds: str) -> str:
    """Do it; a new first password comes back."""
    if deed is FACTOR:
        actions.reset_second_factor(by=acting, staff_id=staff_id, grounds=grounds)
    elif deed is PASSWORD:
        first = first_password()
        actions.reset_password(by=acting, staff_id=staff_id, password=first, grounds=grounds)
        return first
    else:
        actions.set_active(by=acting, staff_id=staff_id, active=deed is START, grounds=grounds)
    return ""


def _deed(request: HttpRequest, staff_id: UUID, deed: Deed) -> HttpResponse:
    acting = _acting(request)
    line = queries.staff_line(acting, staff_id, _today(request))
    form = GroundsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            first = _do(acting, staff_id, deed, form.cleaned_data["grounds"])
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return _told_once(request, staff_id, first) if first else _said(request, staff_id, deed.done)
    return _confirm_page(request, form, line, deed)


def _view(name: str, deed: Deed) -> Callable[..., HttpResponseBase]:
    """The page of a deed under its permission."""

    def page(request: HttpRequest, staff_id: UUID) -> HttpResponse:
        return _deed(request, staff_id, deed)

    return permission(name)(never_cache(require_http_methods(["GET", "HEAD", "POST"])(page)))


stop, start, reset_password = (_view("staff.manage", deed) for deed in (STOP, START, PASSWORD))
reset_factor = _view("staff.grant", FACTOR)


def _confirm_page(
    request: HttpRequest, form: forms.Form, line: queries.StaffLine, deed: Deed
) -> HttpResponse:
    context = {"form": form, "one": line, "deed": deed}
    return render(request, "workbench/staff_deed.html", context, status=_status(form))


def _told_once(request: HttpRequest, staff_id: UUID, first: str, fresh: bool = False) -> HttpResponse:
    line = queries.staff_line(_acting(request), staff_id, _today(request))
    return render(request, "workbench/staff_password.html", {"one": line, "first": first, "fresh": fresh})


def _units(request: HttpRequest) -> list[tuple[str, str]]:
    """The units that accounts and posts may belong to: mine and all below it."""
    acting = _acting(request)
    found = units.choices("" if acting.unit_code == NATION else acting.unit_code, _today(request))
    return (
        found
        if any(code == acting.unit_code for code, _ in found)
        else [(acting.unit_code, acting.unit_name), *found]
    )


def _said(request: HttpRequest, staff_id: UUID, sentence: str) -> HttpResponseRedirect:
    request.session["said"] = sentence
    return HttpResponseRedirect(reverse("staff-one", args=[staff_id]))


def _acting(request: Any) -> Acting:
    acting: Acting = request.acting
    return acting


def _today(request: Any) -> date:
    today: date = request.today
    return today


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200
