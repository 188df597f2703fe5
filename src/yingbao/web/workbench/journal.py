"""Who did what to which thing, when, on what grounds; and whether anybody has altered it."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.journal import queries, sealing
from yingbao.journal.acting import Acting
from yingbao.journal.tasks import VERIFY, ask_verification
from yingbao.web.permission import permission
from yingbao.web.workbench.presenters import journal as present


class Filter(forms.Form):
    """Who, what, and from which day through which."""

    staff = forms.CharField(label="谁办的", required=False, max_length=50)
    action = forms.ChoiceField(label="办什么", required=False)
    from_on = forms.DateField(
        label="从", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), error_messages={"invalid": "没有这一天"},
    )  # fmt: skip
    through_on = forms.DateField(
        label="到", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), error_messages={"invalid": "没有这一天"},
    )  # fmt: skip
    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", "全部"), *present.choices()]  # type: ignore[attr-defined]
        for name in ("staff", "action", "from_on", "through_on"):
            self.fields[name].widget.attrs["class"] = "sel"


@permission("journal.view")
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """Fifty deeds, the newest first; older ones a page on."""
    form = Filter(request.GET or None)
    given: dict[str, Any] = (
        {k: v for k, v in form.cleaned_data.items() if v} if form.is_bound and form.is_valid() else {}
    )
    asked = {"subject_id" if key == "subject" else key: value for key, value in given.items()}
    found = queries.browse(**asked, limit=queries.PAGE + 1)
    shown, more = found[: queries.PAGE], len(found) > queries.PAGE
    kept = {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in given.items()
        if key != "before"
    }
    context = {
        "form": form, "lines": present.lines(shown), "filtered": bool(kept),
        "older": f"?{urlencode(kept | {'before': shown[-1].id})}" if more else None,
        "newest": f"?{urlencode(kept)}" if "before" in given else None,
        "may_verify": _acting(request).may("journal.verify"),
    }  # fmt: skip
    return render(request, "workbench/journal.html", context)


@permission("journal.verify")
@require_http_methods(["GET", "HEAD", "POST"])
def seal(request: HttpRequest) -> HttpResponse:
    """How far sealing has come and what the last check found; a new check is a run."""
    if request.method == "POST":
        run_id: UUID = ask_verification(by=_acting(request))
        return HttpResponseRedirect(reverse("runs-one", args=[run_id]))
    last = queries.newest(VERIFY)
    findings = last.facts.get("findings", []) if last else []
    context = {"standing": sealing.standing(), "last": last, "findings": findings}
    return render(request, "workbench/journal_seal.html", context)


def _acting(request: Any) -> Acting:
    acting: Acting = request.acting
    return acting
