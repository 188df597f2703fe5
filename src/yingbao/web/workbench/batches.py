"""申报与导出: the zero-fee declaration, identities with their standard, their answers; the workbook."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yingbao.billing import actions
from yingbao.billing.queries import batches as queries
from yingbao.billing.queries import bills
from yingbao.billing.queries import registers as register_queries
from yingbao.billing.queries.units import unit_names
from yingbao.billing.states import ANSWERS, BATCHES
from yingbao.kernel import bill_numbers
from yingbao.registry.queries.people import person_page
from yingbao.web.parts import Tab
from yingbao.web.permission import acting_of, may, permission
from yingbao.web.workbench.asking import Plain, attempt, by_of, now_of, say
from yingbao.web.workbench.own_money import bill_money
from yingbao.web.workbench.presenters import bills as present
from yingbao.web.workbench.presenters.due import due_of
from yingbao.web.workbench.presenters.registers import class_name
from yingbao.web.workbench.registers import around


@permission("register.view")
@require_safe
def batches(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """What went to the tax side out of an issue, and what can go."""
    issue, context = around(request, register_id, "registers-batches")
    rows = queries.batches(issue)
    context |= {
        "zero_fee": [row for row in rows if row.batch.kind == "zero-fee"],
        "tags": [row for row in rows if row.batch.kind == "tags"],
    }
    return render(request, "workbench/registers/batches.html", context)


@permission("register.declare")
@require_POST
def send_zero_fee(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """A batch of everybody paid for in full."""
    made = actions.send_zero_fee(by=by_of(request), register_id=register_id)
    return HttpResponseRedirect(reverse("registers-batch", args=[made]))


@permission("register.export")
@require_POST
def send_tags(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """A batch of everybody whose class changes what they pay."""
    made = actions.send_tags(by=by_of(request), register_id=register_id)
    return HttpResponseRedirect(reverse("registers-batch", args=[made]))


class AnswerForm(Plain):
    """The file the tax side sent back."""

    file = forms.FileField(label="回执文件", help_text="税务返回的 CSV，一行一张账单")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["file"].error_messages["required"] = "没有选文件，请选税务返回的回执"
        self.fields["file"].error_messages["empty"] = "这个文件是空的，请重新下载回执"


@permission("register.view")
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """A batch line by line, and its answer read back."""
    found = queries.batch(batch_id)
    issue, context = around(request, found.batch.register_id, "registers-batches")
    needed = {"zero-fee": "register.declare", "tags": "register.export"}[found.batch.kind]
    form = AnswerForm(*(request.POST, request.FILES) if request.method == "POST" else ())
    read = None
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read()
        done, read = attempt(
            form,
            lambda: actions.read_acknowledgement(
                by=by_of(request), batch_id=batch_id, content=content, now=now_of(request)
            ),
        )
        if done:
            found = queries.batch(batch_id)
            if not read.faults:
                say(request, _read_words(read))
                return HttpResponseRedirect(reverse("registers-batch", args=[batch_id]))
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in ANSWERS else ""
    after = request.GET.get("after", "")
    lines = queries.lines(
        batch_id, outcome=outcome, after=int(after) if after.isdigit() else 0, limit=queries.PAGE + 1
    )
    here = reverse("registers-batch", args=[batch_id])
    units = unit_names(issue.unit_code)
    context |= {
        "row": found,
        "kind": BATCHES[found.batch.kind],
        "whole_fen": found.batch.due_fen + found.batch.subsidy_fen,
        "form": form,
        "read": read,
        "read_words": _read_words(read) if read else "",
        "may_answer": may(acting_of(request), needed),
        "lines": [(line, units.get(line.unit_code, line.unit_code), class_name(line.category), ANSWERS[line.outcome]) for line in lines[: queries.PAGE]],
        "kinds": [Tab("全部", here, not outcome, found.batch.lines)]
        + [Tab(name, f"{here}?outcome={code}", outcome == code, found.outcomes.get(code, 0)) for code, name in ANSWERS.items()],
        "next": f"?outcome={outcome}&after={lines[queries.PAGE - 1].place}" if len(lines) > queries.PAGE else "",
    }  # fmt: skip
    return render(request, "workbench/registers/batch.html", context, status=422 if form.errors else 200)


def _read_words(read: actions.Acknowledged) -> str:
    said = f"回执读完：受理 {read.accepted:,} 行，退回 {read.refused:,} 行"
    if read.unbooked:
        said += f"，受理而未入账 {read.unbooked:,} 行（见下）"
    if read.again:
        said += f"，{read.again:,} 行以前读过"
    return said + (f"，{read.faulty:,} 行对不上（见下）" if read.faulty else "")


@never_cache
@permission("register.view")
@require_POST
def download(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The batch as a ZIP. It holds whole numbers: who took it and when stands in the journal."""
    name, content = actions.export_batch(by=by_of(request), batch_id=batch_id)
    return _file(content, name, "application/zip")


@never_cache
@permission("register.export")
@require_POST
def workbook(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """An issue as a workbook, names and numbers masked."""
    issue = register_queries.register(register_id)
    with tempfile.TemporaryDirectory(prefix="yingbao-workbook-") as folder:
        path = Path(folder) / "register.xlsx"
        actions.write_workbook(by=by_of(request), register_id=register_id, path=path)
        content = path.read_bytes()
    name = f"{issue.benefit_year}年度预征清册第{issue.number}期.xlsx"
    return _file(content, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@permission("bill.view")
@require_safe
def bill(request: HttpRequest, number: str) -> HttpResponse:
    """One bill: the amount, why, who pays, what it followed and what changed."""
    page = bills.bill_by_number(number)
    person = person_page(page.bill.resident_id, page.on)
    then = person_page(page.bill.resident_id, page.on, page.known_at)
    explanation = bills.explain_bill(page)
    state, tone = present.state_of(page.bill)
    units = unit_names(page.bill.unit_code[:6])
    context = {
        "page": page,
        "bill": page.bill,
        "person": person,
        "unit": units.get(page.bill.unit_code, page.bill.unit_code),
        "category": class_name(page.bill.category) if page.bill.category else "",
        "due": due_of(page.policy, explanation, then.holdings, then.insured_years),
        "lines": present.line_rows(page),
        "headline": present.headline(page.bill),
        "spaced": bill_numbers.spaced(page.bill.number),
        "state": state,
        "tone": tone,
        "befores": present.befores(page, units),
        "events": present.events(page),
        "transfer": present.transfer_words(page),
        "newer": page.newer,
        "unbooked": queries.unbooked_words(page.bill.id),
        "may_register": may(acting_of(request), "register.view"),
        **bill_money(request, page.bill.id),
    }
    return render(request, "workbench/registers/bill.html", context)
