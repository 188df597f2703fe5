"""Units as a tree with their numbers; one unit: its people, its households, what is assigned to it, who answers for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.registry import actions, queries, states
from yingbao.registry.actions.assignments import end_assignment
from yingbao.registry.queries import roll
from yingbao.registry.queries.tree import (
    ABOVE,
    DUTY_KINDS,
    UNIT_KINDS,
    WORKPLACES,
    Branch,
    assignments_about,
    sites,
    tree,
)
from yingbao.registry.queries.units import unit as unit_of
from yingbao.web.parts import Pages, Tab
from yingbao.web.permission import acting_of, may, permission
from yingbao.web.workbench.asking import (
    DayField,
    Plain,
    Sheet,
    ask,
    by_of,
    grounds,
    keeps_what_was_typed,
    pick,
    said,
    say,
    today_of,
    words,
)
from yingbao.web.workbench.presenters.words import SEXES

#: A whole county shows its villages; anything wider stops at counties and towns.
_DEEP, _WIDE = 9, 2


@permission("unit.view")
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """The person's own unit and all below it, with people and enrolled."""
    by, today = by_of(request), today_of(request)
    code = by.unit_code
    found = tree(code, today, _DEEP if len(code) >= 6 else _WIDE)
    context = {
        "branches": [(branch, UNIT_KINDS[branch.kind], _rate(branch)) for branch in found],
        "assignments": assignments_about(code if code != "0" else "", today),
        "managing": may(acting_of(request), "unit.manage"),
        "root": found[0] if found else None,
        "said": said(request),
    }
    return render(request, "workbench/units/units.html", context)


def _rate(branch: Branch) -> int | None:
    """Enrolled of people registered, in basis points."""
    return branch.enrolled * 10_000 // branch.people if branch.people else None


@permission("unit.view")
@require_safe
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: people by pinyin, or households by number, a page at a time."""
    by, today = by_of(request), today_of(request)
    found = unit_of(code)
    by.require("unit.view", found.code)
    branches = tree(code, today, 1)
    acting = acting_of(request)
    part = request.GET.get("part", "people")
    part = part if part in ("people", "households") else "people"
    listing = found.kind not in ABOVE and may(acting, "person.view")
    context = {
        "unit": found,
        "kind": UNIT_KINDS[found.kind],
        "branch": next((b for b in branches if b.code == code), None),
        "below": [(b, UNIT_KINDS[b.kind], _rate(b)) for b in branches if b.depth == 1],
        "assignments": assignments_about(code, today) if found.kind not in ABOVE else (),
        "workplace": found.kind in WORKPLACES,
        "duties": [(d, DUTY_KINDS[d.kind]) for d in queries.duties(code, today) if d.unit_code == code],
        "managing": may(acting, "unit.manage"),
        "appointing": may(acting, "duty.manage"),
        "closed": found.period.upper is not None and found.period.upper <= today,
        "tabs": [
            Tab(label, f"{reverse('units-unit', args=[code])}?part={name}", name == part)
            for name, label in (("people", "人员"), ("households", "家庭"))
        ],
        "part": part,
        "listing": listing,
        "said": said(request),
    }
    if listing:
        context |= _page_of(request, code, part)
    return render(request, "workbench/units/unit.html", context)


def _page_of(request: HttpRequest, code: str, part: str) -> dict[str, Any]:
    """One page of the list, with the way back and on."""
    today, state = today_of(request), request.GET.get("state", "")
    after, before = (_uuid(request.GET.get(name, "")) for name in ("after", "before"))
    if part == "households":
        turned = roll.households(code, today, after=after, before=before)
        lines: list[Any] = list(turned.lines)
    else:
        turned = roll.people(
            code, today, state=state if state in states.STATES else "", after=after, before=before
        )
        lines = [(line, SEXES[line.sex], states.STATES[line.state]) for line in turned.lines]

    def href(name: str, at: UUID | None) -> str | None:
        tail = f"&state={state}" if state in states.STATES and part == "people" else ""
        return (
            None if at is None else f"{reverse('units-unit', args=[code])}?part={part}&{name}={at}{tail}#list"
        )

    pages = Pages(
        turned.before + 1 if lines else 0, turned.before + len(lines), turned.total, href("before", turned.previous),
        href("after", turned.next),
    )  # fmt: skip
    return {"lines": lines, "pages": pages, "state": state, "states": list(states.STATES.items())}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class UnitForm(Plain):
    """A unit below another."""

    name = words("名称", "写全称，如“大草滩村”")
    kind = pick("类型", [("", "请选择"), *((k, v) for k, v in UNIT_KINDS.items() if k not in ABOVE)])
    code = words("代码", inputmode="text")
    from_on = DayField(label="从哪天起", help_text="如 2024-01-01")


@keeps_what_was_typed
@permission("unit.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    """A town, a village, a farm below a unit."""
    above = unit_of(code)
    by_of(request).require("unit.manage", above.code)

    def form_of(data: QueryDict | None) -> Plain:
        form = UnitForm(data, initial={"from_on": today_of(request), "code": code})
        form.fields[
            "code"
        ].help_text = f"以上级的 {code} 开头，后面接 3 位数字；没有国标代码的接字母数字，如 {_local(code)}"
        return form

    def deed(given: dict[str, Any]) -> str:
        actions.add_unit(by=by_of(request), parent_code=code, **(given | {"code": given["code"].strip()}))
        say(request, f"已新增{given['name']}。")
        return reverse("units-unit", args=[code])

    back = reverse("units-unit", args=[code])
    sheet = Sheet("新增下级单位", _crumb(above.name, back), f"上级：{above.name}", "新增", back)
    return ask(request, sheet, form_of, deed)


def _local(code: str) -> str:
    """An example of a code of one's own."""
    return f"{code}V01" if "-" in code else f"{code}-V01"


class CloseForm(Plain):
    """The last day of a unit."""

    last_on = DayField(label="最后一日", help_text="这一天以后不能再登记人")
    grounds = words("依据", "撤并的文号", empty="没有写依据，请写明撤并的文号")


@keeps_what_was_typed
@permission("unit.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, code: str) -> HttpResponse:
    """A unit ends; its people must be moved first."""
    found, today = unit_of(code), today_of(request)
    by_of(request).require("unit.manage", found.code)
    branch = next((b for b in tree(code, today, 0) if b.code == code), None)
    people = branch.people if branch else 0
    back = reverse("units-unit", args=[code])

    def deed(given: dict[str, Any]) -> str:
        actions.close_unit(by=by_of(request), code=code, **given)
        say(request, f"{found.name}已撤销，最后一日 {given['last_on']}。")
        return back

    sheet = Sheet(
        "撤销单位", _crumb(found.name, back), f"{found.name}·登记 {people} 人", "撤销", back,
        (("amber", "撤销后不能再登记人；以前的登记都在。"),),
        blocked=f"还有 {people} 人登记在这里，请先把他们整户迁走，再撤销。" if people else "",
    )  # fmt: skip
    return ask(request, sheet, CloseForm, deed)


class AssignForm(Plain):
    """Who manages the people of a farm or station."""

    hukou_unit_code = forms.ChoiceField(label="户籍在哪里的人", required=False)
    to_unit_code = pick("归谁管", [])
    source = words("依据", "文号和条款，如“肃医保〔2023〕48号 四(三)”", empty="没有写依据，请写明文号和条款")
    from_on = DayField(label="从哪天起", help_text="如 2024-01-01")

    def __init__(self, data: QueryDict | None, request: HttpRequest, code: str) -> None:
        super().__init__(data, initial={"from_on": today_of(request)})
        found = [s for s in sites(code[:6], today_of(request)) if s.kind not in WORKPLACES]
        self.choose("hukou_unit_code", [("", "不问户籍，所有人"), *((s.code, s.name) for s in found)])
        self.choose("to_unit_code", [("", "请选择"), *((s.code, s.name) for s in found)])


@keeps_what_was_typed
@permission("unit.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """The people of a farm or station are managed by a unit, perhaps by where their hukou lies."""
    found = unit_of(code)
    by_of(request).require("unit.manage", found.code)
    back = reverse("units-unit", args=[code])

    def deed(given: dict[str, Any]) -> str:
        actions.assign(
            by=by_of(request), unit_code=code, to_unit_code=given["to_unit_code"], source=given["source"],
            from_on=given["from_on"], hukou_unit_code=given["hukou_unit_code"] or None,
        )  # fmt: skip
        say(request, "已归口。")
        return back

    sheet = Sheet(
        "归口",
        _crumb(found.name, back),
        found.name,
        "保存",
        back,
        (("", "只管以后登记、迁来的人；已经登记的要整户迁移。"),),
    )
    return ask(request, sheet, lambda data: AssignForm(data, request, code), deed)


class AssignEndForm(Plain):
    """The last day of an assignment."""

    last_on = DayField(label="最后一日", help_text="这一天还归它管")
    grounds = grounds("文号和条款")


@keeps_what_was_typed
@permission("unit.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def assign_end(request: HttpRequest, code: str, assignment_id: UUID) -> HttpResponse:
    """An assignment ends."""
    found = unit_of(code)
    by_of(request).require("unit.manage", found.code)
    back = reverse("units-unit", args=[code])

    def deed(given: dict[str, Any]) -> str:
        end_assignment(by=by_of(request), assignment_id=assignment_id, **given)
        say(request, "归口已终止。")
        return back

    sheet = Sheet("终止归口", _crumb(found.name, back), found.name, "终止", back)
    return ask(request, sheet, AssignEndForm, deed)


def _crumb(name: str, back: str) -> tuple[tuple[str, str], ...]:
    return (("单位", reverse("units")), (name, back))
