"""What is done with a list: handed in, its rows decided, its spellings confirmed, submitted, reviewed, taken back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yingbao.kernel.refusal import Conflict, Invalid
from yingbao.registry import queries as registry
from yingbao.rosters import actions, queries
from yingbao.rosters.errors import NotDecidable
from yingbao.rosters.kinds import KINDS
from yingbao.rosters.senders import Sender, senders
from yingbao.rosters.states import EXTENTS, LISTS
from yingbao.web.permission import permission
from yingbao.web.releases import policy_of
from yingbao.web.spoken import masked_name
from yingbao.web.workbench.presenters import rosters as present
from yingbao.web.workbench.rosters import by_of, policy_of_request, today_of


class HandInForm(forms.Form):
    """The file, whose list it is, of which day, whole or only changes."""

    use_required_attribute = False
    file = forms.FileField(
        label="名册文件", help_text="Excel（.xlsx、.xls）或 CSV，原样报送，不用套模板；最大 100 MB",
        error_messages={"required": "没有选文件，请选名册的 Excel 或 CSV 文件", "empty": "文件是空的，请重新导出后报送"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.csv,.txt"}),
    )  # fmt: skip
    sender = forms.ChoiceField(label="报送部门", error_messages={"required": "没有选部门，请从列出的里选"})
    kind = forms.ChoiceField(
        label="名册内容", initial="classes", help_text="死亡、迁移只列这段时间的变化，名册范围选“增减”",
        error_messages={"required": "没有选名册内容，请从列出的里选"},
    )  # fmt: skip
    as_of = forms.DateField(
        label="名册日期", help_text="名册说的是哪一天的情况，如 2023-11-01",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "没有填名册日期", "invalid": "日期读不出，请写成 2023-11-01"},
    )  # fmt: skip
    extent = forms.ChoiceField(
        label="名册范围", choices=list(EXTENTS.items()), widget=forms.RadioSelect, initial="full"
    )

    def __init__(self, known: list[Sender], *args: Any, **more: Any) -> None:
        more.setdefault("label_suffix", "")
        super().__init__(*args, **more)
        sender: Any = self.fields["sender"]
        kind: Any = self.fields["kind"]
        sender.choices = [(one.code, one.name) for one in known]
        kind.choices = [
            (code, name) for code, name in LISTS.items() if any(code in one.lists for one in known)
        ]


#: At which field a refusal stands that is not about the file.
_AT = {"not-its-list": "kind", "only-changes": "extent"}


@permission("roster.hand-in")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: HttpRequest) -> HttpResponse:
    """Drop a file: a small one is read at once, a large one by a job. What is wrong with the file stands at its field."""
    by, policy = by_of(request), policy_of_request(request)
    known = [] if policy is None else list(senders(policy).values())
    own = [one for one in known if by.role != "department" or one.code == by.department]
    initial = {
        "as_of": today_of(request).replace(day=1),
        "extent": "full",
        "sender": request.GET.get("sender", ""),
        "kind": next((one.lists[0] for one in own if one.code == request.GET.get("sender")), None)
        or (own[0].lists[0] if own else ""),
    }
    form = HandInForm(own, request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and policy is not None and form.is_valid():
        try:
            with transaction.atomic():
                done = _take(request, policy.release.region, policy.release.benefit_year, form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            form.add_error(_AT.get(refusal.code, "file"), refusal.sentence)
        else:
            return HttpResponseRedirect(reverse("rosters-roster", args=[done]))
    context = {"form": form, "senders": known, "none": not own}
    return render(request, "workbench/rosters/new.html", context, status=422 if form.errors else 200)


def _take(request: HttpRequest, region: str, year: int, data: dict[str, Any]) -> UUID:
    upload = data["file"]
    by = by_of(request)
    name = Path(upload.name or "名册.xlsx").name
    unit = by.unit_code if len(by.unit_code) > len(region) else ""
    with tempfile.TemporaryDirectory(prefix="yingbao-upload-") as folder:
        path = Path(folder) / name
        with path.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        take = actions.hand_in if (upload.size or 0) <= actions.AT_ONCE else actions.ask_hand_in
        return take(
            by=by, region=region, benefit_year=year, sender=data["sender"], kind=data["kind"], as_of=data["as_of"], extent=data["extent"],
            path=path, file_name=name, unit_code=unit,
        )  # fmt: skip


@permission("roster.match")
@require_POST
def decide(request: HttpRequest, roster_id: UUID, row_id: int) -> HttpResponse:
    """One row decided: `matched:ID`, `kept`, `dropped`, or `undo`."""
    decision, _, whom = request.POST.get("decision", "").partition(":")
    try:
        resident_id = UUID(whom) if whom else None
    except ValueError as error:
        raise NotDecidable from error
    actions.decide_row(
        by=by_of(request), roster_id=roster_id, row_id=row_id, decision="" if decision == "undo" else decision,
        resident_id=resident_id, grounds=request.POST.get("grounds", ""),
    )  # fmt: skip
    return _back(request, roster_id)


@permission("roster.match")
@require_POST
def drop(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """All rows still open: none of them counts."""
    actions.drop_rows(
        by=by_of(request), roster_id=roster_id, reason="", grounds=request.POST.get("grounds", "")
    )
    return _back(request, roster_id)


@permission("roster.match")
@require_safe
def person(request: HttpRequest, roster_id: UUID, row_id: int) -> HttpResponse:
    """Look for whom a row means: what the row says, the box, who is found."""
    line = queries.roster(by_of(request), roster_id)
    row = queries.row(roster_id, row_id)
    if row is None:
        raise NotDecidable
    text = request.GET.get("q", row.name)
    hits = registry.search(text)[:20] if text else ()
    context = {
        "line": line, "title": present.title(line), "row": present.row_view(row, may_decide=False, kind=line.kind), "q": text,
        "hits": [(hit, masked_name(hit.name)) for hit in hits],
    }  # fmt: skip
    return render(request, "workbench/rosters/person.html", context)


@permission("roster.match")
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """What headings and class spellings mean: confirmed by a person, remembered for the sender, read again at once."""
    by = by_of(request)
    line = queries.roster(by, roster_id)
    if request.method == "POST":
        for kind, prefix in (("column", "column-"), ("class", "class-")):
            for key, meaning in request.POST.items():
                if key.startswith(prefix) and meaning:
                    actions.confirm_spelling(
                        by=by,
                        roster_id=roster_id,
                        written=key.removeprefix(prefix),
                        meaning=str(meaning),
                        kind=kind,
                    )
        actions.check_again(by=by, roster_id=roster_id)
        return HttpResponseRedirect(reverse("rosters-roster", args=[roster_id]))
    own = senders(policy_of(line.region, line.benefit_year))[line.sender].classes
    context = {
        "line": line, "title": present.title(line), "columns": present.columns(line),
        "spellings": present.spellings(line), "classes": present.class_choices(line, own),
        "fields": [(field.value, name) for field, name in present.fields_of(line.kind).items()],
        "about": KINDS[line.kind].terms.category,
    }  # fmt: skip
    return render(request, "workbench/rosters/columns.html", context)


@permission("roster.match")
@require_POST
def check(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Compare again with the registry of now."""
    actions.check_again(by=by_of(request), roster_id=roster_id)
    return _back(request, roster_id)


@permission("roster.match")
@require_POST
def submit(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Ask for the second person."""
    actions.submit(by=by_of(request), roster_id=roster_id)
    return _back(request, roster_id)


@permission("roster.review")
@require_POST
def review(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """The second person's yes or no."""
    grounds = request.POST.get("grounds", "")
    if request.POST.get("answer") == "yes":
        actions.apply(by=by_of(request), roster_id=roster_id, grounds=grounds)
    else:
        actions.give_back(by=by_of(request), roster_id=roster_id, grounds=grounds)
    return _back(request, roster_id)


@permission("roster.hand-in")
@require_POST
def withdraw(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Take the list back before it is applied."""
    actions.withdraw(by=by_of(request), roster_id=roster_id, grounds=request.POST.get("grounds", ""))
    return _back(request, roster_id)


def _back(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """To the list, at the outcome that was looked at."""
    outcome = request.POST.get("outcome", "")
    here = reverse("rosters-roster", args=[roster_id])
    return HttpResponseRedirect(f"{here}?outcome={outcome}#rows" if outcome.isidentifier() else here)
