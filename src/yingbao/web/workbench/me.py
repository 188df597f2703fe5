"""My own account: posts, password, second factor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import login as second_factor_passed

from yingbao.accounts import actions, signing
from yingbao.accounts.errors import WrongCode
from yingbao.accounts.middleware import choose_post
from yingbao.accounts.passwords import RULES
from yingbao.journal.acting import Acting
from yingbao.web.permission import ANY_STAFF, permission
from yingbao.web.workbench.signin import (
    CODES,
    CodeForm,
    PasswordForm,
    change_password,
    keep_codes,
    set_up_words,
)


class ProveForm(forms.Form):
    """The password once more, before something that opens the account to another telephone."""

    current = forms.CharField(
        label="先输一次密码", strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": "请填现在的密码"},
    )  # fmt: skip

    def __init__(self, staff: signing.Member, *args: Any) -> None:
        super().__init__(*args)
        self.staff = staff

    def clean_current(self) -> str:
        """Raises ValidationError where it is another."""
        current = str(self.cleaned_data["current"])
        if not self.staff.check_password(current):
            raise forms.ValidationError("密码不对，请再输一次")
        return current


@permission(ANY_STAFF)
@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """My posts, my password, my second factor."""
    staff = signing.member(request.user.pk)
    context = {
        "staff": staff,
        "factor": signing.factor_of(staff.id),
        "said": request.session.pop("said", ""),
        "acting_post": str(request.session.get("post", "")),
    }
    return render(request, "workbench/me.html", context)


@permission(ANY_STAFF)
@require_POST
def post(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Act in another of my posts, and start from the home page: what was on screen may not be mine any more."""
    choose_post(request, post_id)
    target = request.POST.get("next", "/")
    good = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return HttpResponseRedirect(target if good else "/")


@permission(ANY_STAFF)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Another password. Every other session of mine ends."""
    staff = signing.member(request.user.pk)
    form = PasswordForm(staff, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_password(request, staff, form.cleaned_data["password"])
        return _said(request, "密码已换。别处的登录都已退出。")
    return render(request, "workbench/me_password.html", {"form": form, "rules": RULES}, status=_status(form))


@permission(ANY_STAFF)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """A new telephone: the password first, then the picture and the first code."""
    staff = signing.member(request.user.pk)
    by = _by(request)
    proved = request.session.get("proved") == str(staff.id)
    if not proved:
        prove = ProveForm(staff, request.POST or None)
        if request.method == "POST" and prove.is_valid():
            request.session["proved"] = str(staff.id)
            return HttpResponseRedirect(reverse("me-factor"))
        return render(
            request, "workbench/me_factor.html", {"form": prove, "proved": False}, status=_status(prove)
        )
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = actions.confirm_second_factor(
                by=by, staff_id=staff.id, code=form.cleaned_data["code"].strip()
            )
        except WrongCode as wrong:
            form.add_error("code", wrong.sentence)
        else:
            second_factor_passed(request, device)
            del request.session["proved"]
            return _said(request, "动态口令已换到新手机，原来的已失效。")
    words = set_up_words(signing.generator_to_set_up(by=by, staff_id=staff.id))
    return render(
        request, "workbench/me_factor.html", words | {"form": form, "proved": True}, status=_status(form)
    )


@permission(ANY_STAFF)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, after the password; the earlier ones stop working."""
    staff = signing.member(request.user.pk)
    form = ProveForm(staff, request.POST or None)
    if request.method == "POST" and form.is_valid():
        keep_codes(request, _by(request), staff.id)
        kept = signing.taken_out(request.session.pop(CODES))
        return render(request, "workbench/me_codes.html", {"codes": kept})
    return render(request, "workbench/me_codes.html", {"form": form}, status=_status(form))


def _by(request: Any) -> Acting:
    acting: Acting = request.acting
    return acting


def _said(request: HttpRequest, sentence: str) -> HttpResponseRedirect:
    request.session["said"] = sentence
    return HttpResponseRedirect(reverse("me"))


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200
