"""The counter (窗口收费): find a household, choose who pays, take the money, hand out receipts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.billing.levy import county_of
from yingbao.billing.queries.bills import bill_by_number, bills_by_number, current_bills
from yingbao.kernel import bill_numbers
from yingbao.kernel.dates import CHINA
from yingbao.kernel.ids import uuid7
from yingbao.payments import actions
from yingbao.payments.errors import AlreadyPaid, KeyReused, NotPayable
from yingbao.payments.queries.clerks import clerk_day, day_is_closed
from yingbao.payments.queries.orders import OrderPage, order_page, order_with_key
from yingbao.payments.queries.receipts import receipts_of_bills
from yingbao.payments.relatives import relations_allowed
from yingbao.registry import queries
from yingbao.registry.queries import PersonPage
from yingbao.web.frame import place_of
from yingbao.web.permission import permission
from yingbao.web.workbench.asking import (
    Plain,
    YuanField,
    attempt,
    by_of,
    keeps_what_was_typed,
    kept,
    key_of_form,
    now_of,
    pick,
    today_of,
    words,
)
from yingbao.web.workbench.presenters import counter as present
from yingbao.web.workbench.presenters import money
from yingbao.web.workbench.presenters.households import MemberCard, member_cards
from yingbao.web.workbench.presenters.words import SEXES, age_words
from yingbao.web.workbench.residents import fault_of

_RECEIPT_DIGITS = 20


@permission("order.take")
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """One box: who pays. A number is sent in a form and never stands in an address."""
    text = request.POST.get("q", "").strip() if request.method == "POST" else ""
    where = _straight(text)
    if where:
        return HttpResponseRedirect(where)
    hits = queries.search(text) if text else ()
    if len(hits) == 1:
        return HttpResponseRedirect(reverse("payments-counter-household", args=[hits[0].id]))
    today = today_of(request)
    context = {
        "text": text,
        "fault": fault_of(text),
        "hits": [(hit, SEXES[hit.sex], age_words(hit.birth_date, today)) for hit in hits],
        **_own_day(request),
    }
    return render(request, "workbench/money/counter.html", context)


def _straight(text: str) -> str:
    """A bill's number leads to its household, a receipt's to the receipt."""
    number = bill_numbers.read(text)
    if number is not None:
        return reverse("payments-counter-household", args=[bill_by_number(number).bill.resident_id])
    digits = "".join(text.split())
    if len(digits) == _RECEIPT_DIGITS and digits.isdigit():
        return reverse("payments-receipt", args=[digits])
    return ""


def _own_day(request: HttpRequest) -> dict[str, Any]:
    """What the clerk has taken today."""
    staff, today = by_of(request).staff_id, today_of(request)
    if staff is None:
        return {"own": None, "closed": False}
    found = clerk_day(staff, today)
    return {
        "own": found,
        "ways": present.way_lines(found),
        "closed": day_is_closed(staff, today),
        "today": today,
    }


class TakeForm(Plain):
    """By which ways the money comes; a relation for everybody who may be paid for from an employee's account."""

    given = YuanField(label="现金实收（元）", required=False, help_text="不填就是正好，不用找零")
    card = YuanField(label="刷卡（元）", required=False)
    family = YuanField(label="个人账户（元）", required=False)
    holder = words("职工的身份证号", "查验职工本人的身份证", required=False, inputmode="text")

    def __init__(
        self, data: QueryDict | None, rows: tuple[present.Row, ...], allowed: tuple[str, ...]
    ) -> None:
        super().__init__(data)
        choices = [("", "不用个人账户"), *((name, name) for name in allowed)]
        for row in rows:
            if row.payable and allowed:
                self.fields[f"relation-{row.id}"] = pick(
                    f"{row.name}是职工的", choices, required=False, empty=""
                )
        if not allowed:
            del self.fields["family"], self.fields["holder"]

    def relations(self) -> list[Any]:
        """The fields of relations, as the page places them."""
        return [self[name] for name in self.fields if name.startswith("relation-")]

    def amounts(self) -> tuple[int | None, int | None, int | None]:
        """Cash handed over, card, family account, in fen; what cannot be read counts as nothing."""
        typed = getattr(self, "cleaned_data", {})
        return typed.get("given"), typed.get("card"), typed.get("family")

    def relation_of(self, rows: tuple[present.Row, ...]) -> str:
        """What each of the people paid for is to the employee, in their order."""
        return "、".join(self.cleaned_data.get(f"relation-{row.id}", "") or " " for row in rows)


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk: the people, their rows, the day and year, and which bills were sent."""

    person: PersonPage
    title: str
    rows: tuple[present.Row, ...]
    year: int
    on: date
    sent: tuple[str, ...]
    allowed: tuple[str, ...]

    def chosen(self) -> tuple[present.Row, ...]:
        """Those who are ticked and can pay."""
        return tuple(row for row in self.rows if row.chosen)


@keeps_what_was_typed
@permission("order.take")
@require_http_methods(["GET", "HEAD", "POST"])
def household(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """A household's bills of the year: who pays, how much, by which ways; then the money is taken, once a form."""
    data = request.POST if request.method == "POST" else kept(request)
    desk = _desk(request, resident_id, data)
    form = TakeForm(data, desk.rows, desk.allowed)
    form.is_valid()
    total = present.summed([row.fen for row in desk.chosen()], *form.amounts())
    if request.method == "POST" and request.POST.get("do") == "take":
        where = _taken_before(request, desk) or _take(request, desk, form, total)
        if where:
            return HttpResponseRedirect(where)
    else:
        form.say_nothing()
    context = {
        "desk": desk,
        "form": form,
        "total": total,
        "key": key_of_form(data) or uuid7(),
        "others": bool(desk.rows) and not any(row.payable for row in desk.rows),
        **_own_day(request),
    }
    status = 422 if form.errors else 200
    return render(request, "workbench/money/household.html", context, status=status)


def _desk(request: HttpRequest, resident_id: UUID, data: QueryDict | None) -> Desk:
    """The household of a person, or the person alone, with what each owes today."""
    today, by = today_of(request), by_of(request)
    person = queries.person_page(resident_id, today)
    place = place_of(request)
    year = place.year if place else today.year
    people = _people(person, today)
    bills = current_bills([one.id for one in people], year)
    receipts = {
        bill_id: one.number for bill_id, one in receipts_of_bills([b.id for b in bills.values()]).items()
    }
    numbers = [bills[one.id].number for one in people if one.id in bills]
    quoted = actions.quote(by=by, bill_numbers=numbers, on=today).lines if numbers else ()
    sent = tuple(data.getlist("bill")) if data is not None else ()
    rows = present.rows(
        people, bills, {line.resident_id: line for line in quoted},
        {bill.resident_id: receipts.get(bill.id, "") for bill in bills.values()}, None if data is None else sent,
    )  # fmt: skip
    title = f"{people[0].name}家 {len(people)} 人" if len(people) > 1 else person.name
    allowed = relations_allowed(person.unit_code, year) if bills else ()
    return Desk(person, title, rows, year, today, sent, allowed)


def _people(person: PersonPage, on: date) -> tuple[MemberCard, ...]:
    if person.household_id is not None:
        found = member_cards(queries.household_page(person.household_id, on), on)
        if any(one.id == person.id for one in found):
            return found
    alone = MemberCard(
        person.id, person.name, "", SEXES[person.sex], age_words(person.birth_date, on), person.document, "", "", ""
    )  # fmt: skip
    return (alone,)


def _take(request: HttpRequest, desk: Desk, form: TakeForm, total: present.Sum) -> str:
    """Where to go once the money is booked; empty where something is to be put right, and the form says what."""
    gone = [number for number in desk.sent if number not in {row.number for row in desk.chosen()}]
    if form.errors:
        return ""
    if total.fault and not gone:
        form.refuse({"": total.fault})
        return ""
    key = key_of_form(request.POST)
    if key is None:
        form.refuse({"": "这一页开得太久，请从窗口收费重新查这一户"})
        return ""

    def deed() -> str:
        _all_payable(request, gone, desk.on)
        done = actions.take_at_counter(
            by=by_of(request), key=str(key), bill_numbers=[row.number for row in desk.chosen()],
            tenders=total.tenders(form.cleaned_data.get("holder", ""), form.relation_of(desk.chosen())),
            now=now_of(request), kind="household" if total.people > 1 else "person",
        )  # fmt: skip
        query = urlencode({"given": total.given_fen}) if total.change_fen else ""
        return reverse("payments-taken", args=[done.order_number]) + (f"?{query}" if query else "")

    _, where = attempt(form, deed)
    return where or ""


def _all_payable(request: HttpRequest, gone: list[str], on: date) -> None:
    """What was ticked on a page that has aged is refused in words. Raises what paying it raises."""
    if not gone:
        return
    quoted = actions.quote(by=by_of(request), bill_numbers=gone[:1], on=on)
    for line in quoted.lines:
        if line.state == "paid":
            raise AlreadyPaid(line.number)
        raise NotPayable(line.number, line.reason, line.next_on)


def _taken_before(request: HttpRequest, desk: Desk) -> str:
    """The page of the payment this form has already brought. Raises KeyReused where it was for other people."""
    key = key_of_form(request.POST)
    by = by_of(request)
    number = order_with_key(f"counter-{county_of(by.unit_code)}", str(key)) if key else None
    if number is None:
        return ""
    paid = {line.resident_id for line in order_page(number).lines}
    asked = {bill.resident_id for bill in bills_by_number(desk.sent).values()}
    if paid != asked:
        raise KeyReused("这张收费单已经收过款，不能换人再收。要再收，请从窗口收费重新查这一户")
    return reverse("payments-taken", args=[number])


@permission("order.take")
@require_safe
def taken(request: HttpRequest, order_number: str) -> HttpResponse:
    """The money is in: change, receipts to print, the next one."""
    page: OrderPage = order_page(order_number)
    total = page.payments[0].fen if page.payments else page.total_fen
    cash = sum(one.fen for one in page.tenders if one.way == "cash")
    given = request.GET.get("given", "")
    change = int(given) - cash if given.isdigit() and len(given) < 12 else 0
    context = {
        "page": page,
        "total_fen": total,
        "given_fen": cash + change,
        "change_fen": max(change, 0),
        "tenders": money.tenders(page),
        "lines": page.lines,
        "receipts": [line for line in page.lines if line.receipt_state == "valid"],
        "back_fen": sum(one.fen - one.booked_fen for one in page.payments),
        "why": next((one.why for one in page.payments if one.why), ""),
        "paid_on": page.paid_at.astimezone(CHINA) if page.paid_at else None,
    }
    return render(request, "workbench/money/taken.html", context)
