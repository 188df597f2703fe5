"""Signing in: login and password, the second factor, a password of one's own, then work. And out again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as second_factor_passed

from yingbao.accounts import actions, signing
from yingbao.accounts.errors import NoPost, WrongCode
from yingbao.accounts.middleware import ENDED, address_of
from yingbao.accounts.passwords import RULES, broken_rules
from yingbao.accounts.queries import posts_of
from yingbao.documents.qr import path_of
from yingbao.journal.acting import Acting
from yingbao.web.permission import open_to_all
from yingbao.web.workbench import oidc

NEXT = "next"
CODES = "recovery-codes"
SAME = "登录名或密码不对，请核对大小写后再输"
ENDED_WORDS = {
    "idle": "30 分钟没有操作，已自动退出。没有保存的内容要重新填。",
    "whole": "登录已满 12 小时，请重新登录。没有保存的内容要重新填。",
    "out": "已退出登录。",
    "oidc": "统一身份认证没有成功，请再试一次，或用登录名和密码登录。",
    "oidc-stranger": "统一身份认证认出了您，但您在应保没有账户。请找本单位系统管理员建账户，并登记统一身份。",
}


class SignInForm(forms.Form):
    """Login and password."""

    login = forms.CharField(
        label="登录名", max_length=100,
        widget=forms.TextInput({"autocomplete": "username", "autofocus": True, "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "请填登录名"},
    )  # fmt: skip
    password = forms.CharField(
        label="密码", strip=False, max_length=200, widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": "请填密码"},
    )  # fmt: skip


class CodeForm(forms.Form):
    """The code of the generator, or a recovery code."""

    code = forms.CharField(
        label="动态口令", help_text="手机上现在显示的 6 位数字", max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "class": "otp"}),
        error_messages={"required": "请填 6 位动态口令"},
    )  # fmt: skip


class RecoveryForm(forms.Form):
    """A recovery code."""

    code = forms.CharField(
        label="备用码", help_text="设置动态口令时印出的 8 位，用一个少一个", max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True, "class": "otp"}),
        error_messages={"required": "请填一个备用码"},
    )  # fmt: skip


class PasswordForm(forms.Form):
    """A new password, twice; `current` only where it was not just given."""

    current = forms.CharField(
        label="现在的密码", strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": "请填现在的密码"},
    )  # fmt: skip
    password = forms.CharField(
        label="新密码", strip=False, max_length=200, widget=forms.PasswordInput({"autocomplete": "new-password"}),
        error_messages={"required": "请填新密码"},
    )  # fmt: skip
    again = forms.CharField(
        label="再输一次新密码", strip=False, max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}), error_messages={"required": "请把新密码再输一次"},
    )  # fmt: skip

    def __init__(self, staff: signing.Member, *args: Any, ask_current: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff
        if not ask_current:
            del self.fields["current"]

    def clean_current(self) -> str:
        """Raises ValidationError where it is another."""
        current = str(self.cleaned_data["current"])
        if not self.staff.check_password(current):
            raise forms.ValidationError("现在的密码不对，请再输一次")
        return current

    def clean_password(self) -> str:
        """Raises ValidationError with every rule that is broken."""
        password = str(self.cleaned_data["password"])
        if broken := broken_rules(password, self.staff):
            raise forms.ValidationError("；".join(broken))
        return password

    def clean(self) -> dict[str, Any]:
        """The two must be the same."""
        given = super().clean() or {}
        if "password" in given and "again" in given and given["password"] != given["again"]:
            self.add_error("again", "两次输入的新密码不一样，请重新输入")
        return given


def step_of(request: HttpRequest) -> str | None:
    """The url name of the next step of signing in; None for who is in."""
    staff: Any = request.user
    if not staff.is_authenticated:
        return "signin"
    if getattr(staff, "otp_device", None) is None:
        return "signin-code" if signing.factor_of(staff.id).ready else "signin-setup"
    if CODES in request.session:
        return "signin-codes"
    if staff.must_change_password:
        return "signin-password"
    return None if posts_of(staff.id, _today(request)) else "signin-no-post"


def to_step(request: HttpRequest) -> HttpResponseRedirect:
    """To the next step, or to where one wanted to go."""
    step = step_of(request)
    return HttpResponseRedirect(reverse(step) if step else request.session.pop(NEXT, "/"))


@open_to_all("登录之前没有人登录")
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Login and password. The same sentence for a login that does not exist and a password that does not fit."""
    _keep_next(request)
    if request.method == "POST":
        form = SignInForm(request.POST)
        if form.is_valid():
            typed = form.cleaned_data["login"].lower()  # as one login, however it is spelt
            staff = authenticate(request, username=typed, password=form.cleaned_data["password"])
            if isinstance(staff, signing.Member):
                begin(request, staff)
                return to_step(request)
            _refuse(request, typed)
            form.add_error(None, SAME)
        return _page(request, form, status=422)
    if request.user.is_authenticated:
        return to_step(request)
    return _page(request, SignInForm())


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any]
) -> HttpResponse:
    """After five failures: until when, and whom to ask (AXES_LOCKOUT_CALLABLE)."""
    until = signing.locked_until(str(credentials.get("username", "")), address_of(request))
    minutes = max(1, round((until - datetime.now(UTC)).total_seconds() / 60)) if until else 30
    return render(request, "signin/locked.html", {"until": until, "minutes": minutes}, status=429)


@open_to_all("只输过密码，还没有登录完")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second factor: a code of the generator, or a recovery code."""
    if step_of(request) != "signin-code":
        return to_step(request)
    staff = _staff(request)
    kind = RecoveryForm if "recovery" in request.GET else CodeForm
    form = kind(request.POST) if request.method == "POST" else kind()
    if request.method == "POST" and form.is_valid():
        tried = signing.try_code(
            staff=staff, typed=form.cleaned_data["code"], on=_today(request), address=address_of(request)
        )
        if tried.device is not None:
            _enter(request, tried.device, "recovery" if tried.codes_left is not None else "code")
            return to_step(request)
        form.add_error("code", tried.sentence)
    context = {"form": form, "recovery": "recovery" in request.GET, "name": staff.name}
    return render(request, "signin/code.html", context, status=422 if form.errors else 200)


@open_to_all("只输过密码，还没有登录完")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The second factor for the first time: a picture to take, the secret as text, the first code."""
    if step_of(request) != "signin-setup":
        return to_step(request)
    staff = _staff(request)
    by = signing.oneself(staff, _today(request), address_of(request))
    form = CodeForm(request.POST) if request.method == "POST" else CodeForm()
    if request.method == "POST" and form.is_valid():
        try:
            device = actions.confirm_second_factor(
                by=by, staff_id=staff.id, code=form.cleaned_data["code"].strip()
            )
        except WrongCode as wrong:
            form.add_error("code", wrong.sentence)
        else:
            keep_codes(request, by, staff.id)
            _enter(request, device, "set-up")
            return to_step(request)
    context = set_up_words(signing.generator_to_set_up(by=by, staff_id=staff.id)) | {"form": form}
    return render(request, "signin/setup.html", context, status=422 if form.errors else 200)


def keep_codes(request: HttpRequest, by: Acting, staff_id: UUID) -> None:
    """New recovery codes, kept sealed until the next page shows them."""
    request.session[CODES] = signing.put_away(signing.give_recovery_codes(by=by, staff_id=staff_id))


def set_up_words(generator: signing.Generator) -> dict[str, Any]:
    """What a set-up page draws: the picture as one path, and the secret in groups of four."""
    secret = generator.secret
    path, size = path_of(generator.address)
    return {
        "path": path,
        "size": size,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }


@open_to_all("刚设好动态口令，还没有登录完")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes, shown until the person says that they are put away."""
    if CODES not in request.session:
        return to_step(request)
    if request.method == "POST":
        del request.session[CODES]
        return to_step(request)
    return render(request, "signin/codes.html", {"codes": signing.taken_out(request.session[CODES])})


@open_to_all("首次登录要先换密码，还没有登录完")
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A password of one's own in place of the first one."""
    if step_of(request) != "signin-password":
        return to_step(request)
    staff = _staff(request)
    form = PasswordForm(staff, request.POST or None, ask_current=False)
    if request.method == "POST" and form.is_valid():
        change_password(request, staff, form.cleaned_data["password"])
        return to_step(request)
    return render(
        request, "signin/password.html", {"form": form, "rules": RULES}, status=422 if form.errors else 200
    )


def change_password(request: HttpRequest, staff: signing.Member, new: str) -> None:
    """The password, and this session goes on; every other one of this person ends."""
    by = signing.oneself(staff, _today(request), address_of(request))
    actions.change_password(by=by, staff_id=staff.id, password=new)
    staff.refresh_from_db()
    update_session_auth_hash(request, staff)


@open_to_all("登录了，但今天没有岗位")
@never_cache
@require_http_methods(["GET", "HEAD"])
def no_post(request: HttpRequest) -> HttpResponse:
    """Who holds no post today reads whom to ask."""
    if step_of(request) != "signin-no-post":
        return to_step(request)
    return render(
        request,
        "signin/no_post.html",
        {"sentence": NoPost().sentence, "name": _staff(request).name},
        status=403,
    )


@open_to_all("退出不需要权限")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and say so."""
    if request.user.is_authenticated:
        signing.left(staff=_staff(request), on=_today(request), address=address_of(request))
    logout(request)
    request.session[ENDED] = "out"
    return HttpResponseRedirect(reverse("signin"))


def _page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    ended = ENDED_WORDS.get(request.session.pop(ENDED, "")) if ENDED in request.session else None
    context = {"form": form, "ended": ended, "oidc": oidc.enabled()}
    return render(request, "signin/signin.html", context, status=status)


def begin(request: HttpRequest, staff: signing.Member) -> None:
    """The password fits: a new session, which does not yet see anything."""
    target = request.session.get(NEXT)
    login(request, staff)
    if target:
        request.session[NEXT] = target


def _refuse(request: HttpRequest, typed: str) -> None:
    locked = bool(getattr(request, "axes_locked_out", False))
    signing.refused(login=typed, on=_today(request), address=address_of(request), locked=locked)


def _enter(request: HttpRequest, device: Any, way: str) -> None:
    request.session.cycle_key()
    second_factor_passed(request, device)
    signing.entered(staff=_staff(request), on=_today(request), address=address_of(request), way=way)


def _keep_next(request: HttpRequest) -> None:
    """Where one wanted to go, if it is a page of ours."""
    target = request.GET.get(NEXT, "")
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        request.session[NEXT] = target


def _staff(request: HttpRequest) -> signing.Member:
    return signing.member(request.user.pk)


def _today(request: Any) -> date:
    today: date = request.today
    return today
