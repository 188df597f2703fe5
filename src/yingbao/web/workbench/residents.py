"""Finding people, and one person: what is due, the household, the time line, the spans, versions, the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.billing.queries.bills import current_bill
from yingbao.journal import queries as journal
from yingbao.kernel import bill_numbers, id_number
from yingbao.kernel.dates import CHINA, BadDate, loose_date
from yingbao.kernel.refusal import Refusal
from yingbao.policy import explain
from yingbao.policy.errors import UnknownRegion
from yingbao.policy.policy import Policy
from yingbao.registry import queries, states
from yingbao.registry.queries import PersonPage, known
from yingbao.registry.queries.facts import facts
from yingbao.registry.queries.search import LIMIT, key_of
from yingbao.registry.queries.versions import written
from yingbao.web.frame import place_of, url_of
from yingbao.web.parts import Tab
from yingbao.web.permission import acting_of, may, permission
from yingbao.web.releases import policy_of
from yingbao.web.spoken import minute
from yingbao.web.workbench.asking import Plain, ask, by_of, instant_of, said, today_of, words
from yingbao.web.workbench.asking import Sheet as FormSheet
from yingbao.web.workbench.own_money import people_money
from yingbao.web.workbench.presenters import due, people
from yingbao.web.workbench.presenters.bills import BillCard
from yingbao.web.workbench.presenters.bills import card as bill_card
from yingbao.web.workbench.presenters.households import member_cards
from yingbao.web.workbench.presenters.words import SEXES, age_words

SUGGESTED = 8
SHOWN = 12
#: What never stands in an address: it is looked for by a form that is sent.
_SECRET = ("document", "phone")


@dataclass(frozen=True, slots=True)
class Known:
    """From when the page looks: the day that is today, and the instant of knowledge where it is an earlier one."""

    on: date
    at: datetime | None
    fault: str

    @property
    def query(self) -> str:
        """The address's tail that keeps the instant."""
        return (
            ""
            if self.at is None
            else "?" + urlencode({"known": self.at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")})
        )


@permission("person.search")
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """One box. One exact hit goes straight there; a number is sent in a form and never stands in an address."""
    text = (request.POST if request.method == "POST" else request.GET).get("q", "").strip()
    registering = may(acting_of(request), "person.register")
    if not text:
        return render(
            request,
            "workbench/residents/find.html",
            {"said": said(request), "may_register": registering},
        )
    number = bill_numbers.read(text)
    if number is not None and may(acting_of(request), "bill.view"):
        return HttpResponseRedirect(reverse("registers-bill", args=[number]))
    if key_of(text) == ("household", [text]):
        households = queries.households_by_number(text)
        if len(households) == 1 and households[0][1] == text:
            return HttpResponseRedirect(reverse("residents-household", args=[households[0][0]]))
    hits = queries.search(text)
    if len(hits) == 1:
        return HttpResponseRedirect(reverse("residents-person", args=[hits[0].id]))
    key = key_of(text)
    if request.method == "POST" and hits and key and key[0] not in _SECRET:
        return HttpResponseRedirect(f"{reverse('search')}?{urlencode({'q': text})}")
    today = today_of(request)
    return render(
        request,
        "workbench/residents/find.html",
        {
            "text": text,
            "fault": fault_of(text),
            "kind": key[0] if key else "",
            "hits": [
                (hit, SEXES[hit.sex], age_words(hit.birth_date, today), states.STATES[hit.state])
                for hit in hits
            ],
            "may_register": registering,
            "many": len(hits) == LIMIT,
            "households": queries.households_by_number(text) if text[:4].isdigit() and not hits else (),
        },
    )


@permission("person.search")
@require_http_methods(["POST"])
def suggest(request: HttpRequest) -> HttpResponse:
    """A few people while one types; without script the form is simply sent."""
    text = request.POST.get("q", "").strip()
    hits = queries.search(text, SUGGESTED) if len(text) > 1 else ()
    today = today_of(request)
    return render(
        request,
        "workbench/residents/suggest.html",
        {
            "hits": [(hit, SEXES[hit.sex], age_words(hit.birth_date, today)) for hit in hits],
            "fault": fault_of(text),
        },
    )


def fault_of(text: str) -> str:
    """What is wrong with an ID number that was typed; empty for anything else."""
    number = id_number.normalise(text)
    if len(number) not in (15, 18) or not number[:-1].isdigit():
        return ""
    try:
        id_number.check(number)
    except Refusal as refusal:
        return refusal.sentence
    return ""


@permission("person.view")
@require_safe
def person(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """What is due and why, the household, what happened."""
    page, seen, context = around(request, resident_id, "residents-person")
    merges = [
        m for m in queries.merge_requests(resident_id=page.id) if seen.at is None or m.asked_at <= seen.at
    ]
    entries = journal.by_ids(people.entry_ids(page))
    events = people.events_of(page, merges, entries, seen.on)
    every = request.GET.get("all") == "1"
    context |= {
        "events": events if every else events[:SHOWN],
        "more_events": 0 if every else max(0, len(events) - SHOWN),
        "event_count": len(events),
        "waiting": [m for m in merges if m.outcome == "waiting"],
        "said": said(request),
        **_household(page, seen),
        **_due(request, page, seen),
        "bill": _bill(request, page, seen),
        "money": people_money(request, [page.id]) if seen.at is None else {},
    }
    return render(request, "workbench/residents/person.html", context)


@permission("person.view")
@require_safe
def records(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """The spans in tables; those that are open may be ended."""
    page, _, context = around(request, resident_id, "residents-records")
    entries = journal.by_ids(people.entry_ids(page))
    lines = people.lines_of(page, entries)
    return render(
        request, "workbench/residents/records.html", context | {"lines": lines, "said": said(request)}
    )


@permission("person.view")
@require_safe
def versions(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """What the program knew when: every writing, what it was before, who wrote it."""
    _, seen, context = around(request, resident_id, "residents-versions")
    found = tuple(one for one in written(resident_id) if seen.at is None or one.at <= seen.at)
    entries = journal.by_ids(sorted({one.entry_id for one in found if one.entry_id}))
    return render(
        request,
        "workbench/residents/versions.html",
        context | {"versions": people.versions_of(found, entries)},
    )


@permission("person.view")
@require_safe
def deeds(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """The journal of this person; who looked at the whole number is shown to those who keep watch."""
    _, seen, context = around(request, resident_id, "residents-journal")
    watcher = may(acting_of(request), "journal.view")
    own = {deed.id: deed for deed in journal.of_subject(resident_id)}
    # what was written of this person under a deed of the household, or of the other record of a merge
    own |= journal.by_ids([one.entry_id for one in written(resident_id) if one.entry_id])
    newest = sorted(own.values(), key=lambda deed: deed.at, reverse=True)
    found = people.deeds_of(newest, watcher=watcher, known_at=seen.at)
    return render(request, "workbench/residents/journal.html", context | {"deeds": found, "watcher": watcher})


class ReasonForm(Plain):
    """Why one wants to see the whole number."""

    reason = words(
        "查看理由",
        "写明为什么要看，如“核对身份证原件”。会记入日志",
        empty="没有写查看理由，请写明为什么要看完整号码",
    )


@never_cache
@permission("person.unmask")
@require_http_methods(["GET", "HEAD", "POST"])
def number(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """The whole number, for a reason that the journal keeps; shown once, kept by no browser."""
    page = queries.person_page(resident_id, today_of(request))
    back = reverse("residents-person", args=[resident_id])
    if request.method == "POST" and (form := ReasonForm(request.POST)).is_valid():
        shown = queries.unmasked_document(
            by=by_of(request), resident_id=resident_id, reason=form.cleaned_data["reason"]
        )
        return render(
            request, "workbench/residents/number.html", {"page": page, "number": _spaced(shown), "back": back}
        )
    sheet = FormSheet(
        "看完整号码", (("人员", reverse("residents")), (page.name, back)), f"{page.name}·{page.document or '没有证件号码'}",
        "显示", back, (("", "谁、什么时候、为什么看，都记入日志，审计管理员看得到。"),),
    )  # fmt: skip
    return ask(request, sheet, ReasonForm, lambda _: back)


def around(request: HttpRequest, resident_id: UUID, here: str) -> tuple[PersonPage, Known, dict[str, Any]]:
    """The person as known now or then, and what every page of a person has around it."""
    seen = _known(request)
    page = queries.person_page(resident_id, seen.on, seen.at)
    kept = page.merged_into
    tabs = [
        Tab(label, reverse(name, args=[resident_id]) + seen.query, name == here)
        for label, name in (
            ("概况", "residents-person"), ("登记明细", "residents-records"), ("登记过的样子", "residents-versions"),
            ("日志", "residents-journal"),
        )
    ]  # fmt: skip
    acting = acting_of(request)
    context = {
        "page": page,
        "head": people.head_of(page, seen.on),
        "tabs": tabs,
        "seen": seen,
        "known_words": minute(seen.at) if seen.at else "",
        "known_typed": seen.at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M") if seen.at else "",
        "auditing": may(acting, "journal.view"),
        "kept_id": kept,
        "may_split": kept is not None and may(acting, "person.merge.request"),
        "may": {
            name.replace(".", "_"): may(acting, name) and seen.at is None and kept is None
            for name in (
                "person.unmask",
                "person.change",
                "person.state",
                "person.class",
                "person.merge.request",
            )
        },
        "edges": [e for e in states.deeds_from(page.state) if e.deed not in ("move", "reclass")],
    }
    return page, seen, context


def _known(request: HttpRequest) -> Known:
    """The instant asked for, for those who keep watch; anybody else sees what is known now."""
    today = today_of(request)
    typed = request.GET.get("known", "")
    if not typed or not may(acting_of(request), "journal.view"):
        return Known(today, None, "")
    at = instant_of(typed)
    if at is None:
        return Known(today, None, "日期时间读不懂，请写成 2024-03-01T14:30")
    now = datetime.now(CHINA)
    # the minute typed counts in full, the present one as far as it has gone
    at, begun = at.replace(second=59, microsecond=999_999), at <= now
    if begun:
        at = min(at, now)
    else:
        return Known(today, None, "那一刻还没有到，请选过去的日期时间")
    return Known(min(today, at.astimezone(CHINA).date()), at, "")


def _household(page: PersonPage, seen: Known) -> dict[str, Any]:
    if page.household_id is None:
        return {"household": None, "members": ()}
    if seen.at is None:
        found = queries.household_page(page.household_id, seen.on)
    else:
        found = known.household_known(page.household_id, seen.on, seen.at)
    return {"household": found, "members": member_cards(found, seen.on)}


def _due(request: HttpRequest, page: PersonPage, seen: Known) -> dict[str, Any]:
    """The card of what is due on a payment day."""
    place = place_of(request)
    if place is None:
        return {"due": None, "no_policy": "您的地区还没有政策，算不出应缴。请政策岗补上。"}
    policy, note = policy_for(page.unit_code, place.region, place.year)
    on, fault = due.usual_day(policy, seen.on), ""
    typed = request.GET.get("on", "")
    if typed:
        try:
            on = loose_date(typed)
        except BadDate as refusal:
            fault = refusal.sentence
    found = explain(policy, facts(page, on, policy.release.region), on)
    return {
        "due": due.due_of(policy, found, page.holdings, page.insured_years),
        "policy_name": policy.release.name,
        "year": policy.release.benefit_year,
        "paid_on": on,
        "typed_on": typed or on.isoformat(),
        "on_fault": fault,
        "policy_note": note,
        "calculator": url_of("policy-calculator") if may(acting_of(request), "policy.calculate") else None,
    }


def _bill(request: HttpRequest, page: PersonPage, seen: Known) -> BillCard | None:
    """The bill a person has for the year of the top bar; none for an earlier instant, which bills tell themselves."""
    place = place_of(request)
    if place is None or seen.at is not None or not may(acting_of(request), "bill.view"):
        return None
    found = current_bill(page.id, place.year)
    return None if found is None else bill_card(found)


def policy_for(unit_code: str, region: str, year: int) -> tuple[Policy, str]:
    """The policy of where a person is registered; where there is none for the year, that of the top bar, and a word."""
    try:
        return policy_of(unit_code[:6], year), ""
    except UnknownRegion:
        policy = policy_of(region, year)
        return policy, f"登记地没有 {year} 年度的政策，这里按{policy.release.name}的算。"


def _spaced(shown: str) -> str:
    """The number in groups that can be read aloud: 990721 19800101 1116."""
    return f"{shown[:6]} {shown[6:14]} {shown[14:]}" if len(shown) == 18 else shown
