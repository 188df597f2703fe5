"""One household: members in order, who is covered by what, who is missing, what each owes; its move; its relations."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.policy import explain
from yingbao.registry import actions, queries
from yingbao.registry.actions.leaving import relate
from yingbao.registry.queries import HouseholdPage
from yingbao.registry.queries.facts import facts
from yingbao.registry.queries.tree import assignments_about, sites
from yingbao.web.frame import place_of
from yingbao.web.permission import acting_of, may, permission
from yingbao.web.spoken import yuan
from yingbao.web.workbench.asking import (
    DayField,
    Plain,
    Sheet,
    ask,
    by_of,
    grounds,
    keeps_what_was_typed,
    said,
    say,
    today_of,
)
from yingbao.web.workbench.own_money import people_money
from yingbao.web.workbench.presenters.due import usual_day
from yingbao.web.workbench.presenters.households import landing_of, member_cards
from yingbao.web.workbench.presenters.people import home_on
from yingbao.web.workbench.registration import hukou_choices, relation_choices, site_choices
from yingbao.web.workbench.residents import policy_for


@permission("person.view")
@require_safe
def household(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Who belongs to it, who is covered by what, who is missing, what the family owes."""
    today = today_of(request)
    page = queries.household_page(household_id, today)
    cards = member_cards(page, today)
    acting = acting_of(request)
    missing = [card for card in cards if card.missing]
    context = {
        "page": page,
        "members": cards,
        "missing": missing,
        "covered": len(cards) - len(missing),
        "headless": bool(page.members) and page.members[0].relation != "02",
        "may_register": may(acting, "person.register"),
        "may_change": may(acting, "person.change"),
        "said": said(request),
        **_owed(request, page),
        "money": people_money(request, [card.id for card in cards]),
    }
    return render(request, "workbench/households/household.html", context)


def _owed(request: HttpRequest, page: HouseholdPage) -> dict[str, Any]:
    """What each owes on the usual day, and all together; a blank where it cannot be said."""
    place = place_of(request)
    if place is None or not page.members:
        return {"owed": {}, "total": None}
    policy, note = policy_for(page.unit_code, place.region, place.year)
    today = today_of(request)
    on = usual_day(policy, today)
    owed: dict[str, str] = {}
    total, whole = 0, True
    for card in member_cards(page, today):
        if card.cover != "居民医保" and not card.missing:
            owed[str(card.id)] = "不用缴"
            continue
        person = queries.person_page(card.id, today)
        answer = explain(policy, facts(person, on, policy.release.region), on).answer
        if answer.outcome == "payable" and answer.due_fen is not None:
            total += answer.due_fen
            owed[str(card.id)] = yuan(answer.due_fen)
        else:
            whole = False
            owed[str(card.id)] = "不能缴" if answer.outcome == "not_payable" else "待定"
    return {
        "owed": owed, "total": yuan(total), "whole": whole, "paid_on": on, "year": policy.release.benefit_year,
        "policy_note": note,
    }  # fmt: skip


class MoveForm(Plain):
    """Where the household goes, from when, on what grounds."""

    unit_code = forms.ChoiceField(label="迁到", help_text="农牧场、站的人按归口登记")
    hukou_place = forms.ChoiceField(label="户籍所在", required=False)
    on = DayField(label="从哪天起", help_text="如 2024-03-01")
    grounds = grounds("看了什么证件或材料，如“迁移证、务工证明”")

    def __init__(self, data: QueryDict | None, request: HttpRequest, now: str) -> None:
        super().__init__(data, initial={"on": today_of(request)})
        found = sites(by_of(request).unit_code, today_of(request))
        self.choose("unit_code", site_choices([s for s in found if s.code != now]))
        self.choose("hukou_place", [("", "不变"), *hukou_choices(found)[1:]])
        self.ask_landing("unit_code", "hukou_place")
        unit = self.fields["unit_code"]
        unit.error_messages["required"] = "没有选迁到哪里，请从列出的单位里选"
        unit.error_messages["invalid_choice"] = "没有这个单位，请从列出的单位里选"


@keeps_what_was_typed
@permission("person.change")
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """A whole household to another unit; a station's people land where the assignment says."""
    today, by = today_of(request), by_of(request)
    page = queries.household_page(household_id, today)
    back = reverse("residents-household", args=[household_id])

    def deed(given: dict[str, Any]) -> str:
        code, hukou = given["unit_code"], given["hukou_place"] or _hukou(page, today)
        landing = actions.move_household(
            by=by, household_id=household_id, unit_code=code, on=given["on"], grounds=given["grounds"],
            hukou_place=hukou or None,
        )  # fmt: skip
        found = {s.code: s for s in sites(by.unit_code, today)}
        name = found[landing].name if landing in found else landing
        why = landing_of(found.get(code), hukou, assignments_about(code, today)) if code != landing else None
        say(
            request,
            f"一户 {len(page.members)} 人已迁到{name}。" + (f"{why.sentence}（{why.source}）" if why else ""),
        )
        return back

    people = "、".join(member.name for member in page.members)
    sheet = Sheet(
        "整户迁移", _crumb(page, back), f"{page.unit_name}·户号 {page.number}·{people}", "迁移", back,
        (("", "全家一起迁。只迁一个人，请到那个人的页面办。"),), beside="landing",
    )  # fmt: skip
    return ask(request, sheet, lambda data: MoveForm(data, request, page.unit_code), deed)


def _hukou(page: HouseholdPage, on: date) -> str:
    """Where the hukou of the first member lies, as written."""
    if not page.members:
        return ""
    home = home_on(queries.person_page(page.members[0].id, on), on)
    return home.detail or (page.unit_name if home.what == "hukou" else "") if home else ""


class RelationsForm(Plain):
    """The relation of every member to the head."""

    on = DayField(label="从哪天起", help_text="如 2024-03-01")
    grounds = grounds("看了什么证件或材料，如“户口簿首页”")

    def __init__(self, data: QueryDict | None, request: HttpRequest, page: HouseholdPage) -> None:
        super().__init__(data, initial={"on": today_of(request)})
        last = {name: self.fields.pop(name) for name in ("on", "grounds")}
        for member in page.members:
            chosen = forms.ChoiceField(label=member.name, choices=relation_choices(), initial=member.relation)
            chosen.error_messages["required"] = "没有选与户主关系，请选择"
            self.fields[f"relation-{member.id}"] = chosen
        self.fields |= last


@keeps_what_was_typed
@permission("person.change")
@require_http_methods(["GET", "HEAD", "POST"])
def relations(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """A new head, or a relation that was written wrongly."""
    page = queries.household_page(household_id, today_of(request))
    back = reverse("residents-household", args=[household_id])

    def deed(given: dict[str, Any]) -> str:
        chosen = {member.id: given[f"relation-{member.id}"] for member in page.members}
        relate(
            by=by_of(request),
            household_id=household_id,
            relations=chosen,
            on=given["on"],
            grounds=given["grounds"],
        )
        say(request, "与户主关系已改。")
        return back

    sheet = Sheet(
        "改与户主关系", _crumb(page, back), f"{page.unit_name}·户号 {page.number}", "保存", back,
        (("", "一户有且只有一个户主。"),),
    )  # fmt: skip
    return ask(request, sheet, lambda data: RelationsForm(data, request, page), deed)


def _crumb(page: HouseholdPage, back: str) -> tuple[tuple[str, str], ...]:
    return (("人员", reverse("residents")), (f"户号 {page.number}", back))
