"""Two records of one person made one, or parted again: asked by one, decided by another, both readable afterwards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.kernel.refusal import NotFound
from yingbao.registry import actions, queries
from yingbao.registry.queries import Hit, MergeLine, PersonPage
from yingbao.registry.queries.merges import merge_request
from yingbao.web.parts import Tab
from yingbao.web.permission import acting_of, may, permission
from yingbao.web.spoken import minute
from yingbao.web.workbench.asking import (
    Plain,
    attempt,
    by_of,
    keeps_what_was_typed,
    kept,
    said,
    say,
    today_of,
    words,
)
from yingbao.web.workbench.presenters.people import differences, would_move
from yingbao.web.workbench.presenters.words import SEXES

OUTCOMES = {"waiting": "等待复核", "approved": "已同意", "refused": "已退回"}
KINDS = {"merge": "合并", "split": "拆分"}


@permission("person.view")
@require_safe
def merges(request: HttpRequest) -> HttpResponse:
    """Requests that wait, and those decided."""
    outcome = request.GET.get("outcome", "waiting")
    outcome = outcome if outcome in OUTCOMES else "waiting"
    lines = queries.merge_requests(outcome=outcome)
    tabs = [
        Tab(label, f"{reverse('residents-merges')}?outcome={code}", code == outcome)
        for code, label in OUTCOMES.items()
    ]
    context = {
        "tabs": tabs,
        "outcome": outcome,
        "lines": [(line, KINDS[line.kind], minute(line.asked_at), minute(line.decided_at)) for line in lines],
        "reviewing": may(acting_of(request), "person.merge.review"),
        "said": said(request),
    }
    return render(request, "workbench/merges/merges.html", context)


class OtherForm(Plain):
    """Which other record: looked for as in the search box."""

    q = words("另一份记录", "身份证号、姓名、电话或户号", empty="没有填写，请填另一份记录的身份证号或姓名")


class MergeForm(Plain):
    """Which record is kept, and why they are one person."""

    kept = forms.ChoiceField(label="保留哪一份", widget=forms.RadioSelect)
    grounds = words(
        "依据",
        "怎样认定是同一个人，如“核对户口簿，曾用名”",
        rows=3,
        empty="没有写依据，请写明怎样认定是同一个人",
    )

    def __init__(self, data: Any, one: PersonPage, other: PersonPage) -> None:
        # a record with a number is the better one to keep
        better = other if other.document and not one.document else one
        super().__init__(data, initial={"kept": str(better.id)})
        self.choose(
            "kept",
            [
                (str(p.id), f"{p.name}，{p.unit_name}，户号 {p.household_number or '没有'}")
                for p in (one, other)
            ],
        )
        self.fields["kept"].error_messages["required"] = "没有选保留哪一份，请选一份"


@permission("person.merge.request")
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """The other record: who has the same name and birth date first, then whoever is looked for."""
    page = queries.person_page(resident_id, today_of(request))
    form = OtherForm(request.POST or None)
    found: tuple[Hit, ...] | None = None
    if request.method == "POST" and form.is_valid():
        found = tuple(hit for hit in queries.search(form.cleaned_data["q"]) if hit.id != resident_id)
        if not found:
            form.add_error("q", "没有找到另一份记录，或不在您的管辖范围，请核对")
    alike = tuple(
        hit for hit in queries.search(page.name)
        if hit.id != resident_id and hit.birth_date == page.birth_date and hit.sex == page.sex
    )  # fmt: skip
    context = {"page": page, "form": form, "found": _lines(found or ()), "alike": _lines(alike)}
    return render(request, "workbench/merges/choose.html", context, status=422 if form.errors else 200)


def _lines(hits: tuple[Hit, ...]) -> list[tuple[Hit, str]]:
    return [(hit, SEXES[hit.sex]) for hit in hits]


@keeps_what_was_typed
@permission("person.merge.request")
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, resident_id: UUID, other_id: UUID) -> HttpResponse:
    """The two side by side, which one is kept, what would move."""
    today = today_of(request)
    one, other = queries.person_page(resident_id, today), queries.person_page(other_id, today)
    form = MergeForm(request.POST if request.method == "POST" else kept(request), one, other)
    chosen = form.data.get("kept") or form.initial["kept"]
    keep, gone = (other, one) if chosen == str(other.id) else (one, other)
    if request.method == "POST" and request.POST.get("do") == "look":
        form.say_nothing()
    elif request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form,
            lambda: actions.ask_merge(
                by=by_of(request), kept_id=keep.id, gone_id=gone.id, grounds=form.cleaned_data["grounds"]
            ),
        )
        if done:
            say(request, "已提交，等复核人决定。在复核之前，两份记录都不变。")
            return HttpResponseRedirect(reverse("residents-merges"))
    context = {
        "one": one, "other": other, "form": form, "rows": differences(one, other), "moves": would_move(keep, gone),
        "keep": keep, "gone": gone,
    }  # fmt: skip
    return render(request, "workbench/merges/propose.html", context, status=422 if form.errors else 200)


class DecisionForm(Plain):
    """Yes or no, and why."""

    grounds = words("理由", "退回必须写理由；同意可以不写", required=False, rows=3)


@permission("person.view")
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """One request: what differs, what moves, yes or no. Whoever asked cannot decide."""
    line, by = merge_request(merge_id), by_of(request)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    blocked = _blocked(line, request)
    if request.method == "POST" and form.is_valid():
        approve = request.POST.get("do") == "approve"
        done, _ = attempt(
            form,
            lambda: actions.decide(
                by=by, merge_id=merge_id, approve=approve, grounds=form.cleaned_data["grounds"]
            ),
        )
        if done:
            say(request, f"{KINDS[line.kind]}{'已同意，已生效' if approve else '已退回'}。")
            return HttpResponseRedirect(reverse("residents-merges-merge", args=[merge_id]))
    today = today_of(request)
    keep, gone = queries.person_page(line.kept_id, today), queries.person_page(line.gone_id, today)
    context = {
        "line": line, "kind": KINDS[line.kind], "outcome": OUTCOMES[line.outcome], "keep": keep, "gone": gone,
        "rows": differences(keep, gone), "form": form, "blocked": blocked, "asked": minute(line.asked_at),
        "moves": would_move(keep, gone) if line.kind == "merge" and line.outcome == "waiting" else (),
        "decided": minute(line.decided_at), "said": said(request),
    }  # fmt: skip
    return render(request, "workbench/merges/merge.html", context, status=422 if form.errors else 200)


def _blocked(line: MergeLine, request: HttpRequest) -> str:
    """Why this person cannot decide; empty if they can."""
    by = by_of(request)
    if line.outcome != "waiting":
        return ""
    if by.staff_id is not None and line.asked_by == by.staff_id:
        return "这份申请是您提交的，请换一位复核人。"
    if not by.may("person.merge.review"):
        return "您的岗位不能复核，请复核岗办理。"
    return ""


class SplitForm(Plain):
    """Why the two are not one person after all."""

    grounds = words("依据", "怎样发现是两个人", rows=3, empty="没有写依据，请写明怎样发现是两个人")


@keeps_what_was_typed
@permission("person.merge.request")
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """Ask that a merge be undone; `resident_id` is the record that was merged away."""
    today = today_of(request)
    gone = queries.person_page(resident_id, today)
    if gone.merged_into is None:
        raise NotFound("这份记录没有并入别的记录，不用拆分")
    keep = queries.person_page(gone.merged_into, today)
    form = SplitForm(request.POST if request.method == "POST" else kept(request))
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form,
            lambda: actions.ask_split(
                by=by_of(request), kept_id=keep.id, gone_id=gone.id, grounds=form.cleaned_data["grounds"]
            ),
        )
        if done:
            say(request, "已提交拆分，等复核人决定。")
            return HttpResponseRedirect(reverse("residents-merges"))
    context = {"keep": keep, "gone": gone, "form": form, "rows": differences(keep, gone)}
    return render(request, "workbench/merges/split.html", context, status=422 if form.errors else 200)
