"""What changes of one person: details, the number, where they live, whether they are enrolled, whether they are here."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from yingbao.kernel.refusal import NotFound
from yingbao.registry import actions, queries, states
from yingbao.registry.actions.leaving import move_out
from yingbao.registry.actions.moves import Landing
from yingbao.registry.drafts import Draft
from yingbao.registry.errors import FormInvalid
from yingbao.registry.queries import PersonPage
from yingbao.registry.queries.tree import assignments_about, sites, workplaces
from yingbao.registry.states import DOCUMENT_KINDS, RESIDENCES, SURVIVALS
from yingbao.web.permission import permission
from yingbao.web.workbench.asking import (
    DayField,
    Plain,
    Sheet,
    ask,
    by_of,
    grounds,
    keeps_what_was_typed,
    pick,
    say,
    today_of,
    words,
)
from yingbao.web.workbench.presenters.households import landing_of
from yingbao.web.workbench.presenters.people import home_on
from yingbao.web.workbench.presenters.words import span_words
from yingbao.web.workbench.registration import hukou_choices, relation_choices, site_choices


def sheet_of(
    page: PersonPage,
    title: str,
    button: str,
    *notes: tuple[str, str],
    lead: str = "",
    beside: str = "",
    blocked: str = "",
) -> Sheet:
    """The frame of a form about a person."""
    back = reverse("residents-person", args=[page.id])
    if page.merged_into is not None:
        blocked = "这份记录已并入另一份，请到保留的那一份上办理。"
    return Sheet(
        title, (("人员", reverse("residents")), (page.name, back)),
        lead or f"{page.name}·{page.document or '没有证件号码'}·{page.unit_name}", button, back, notes, beside, {}, blocked,
    )  # fmt: skip


class DetailsForm(Plain):
    """What may be written anew of a person as of today."""

    name = words("姓名")
    nation = words("民族", required=False)
    phone = words("电话", required=False, inputmode="tel")
    basis = pick("户籍或居住情况", list(RESIDENCES.items()))
    permit_until = words("居住证有效期止", "持居住证的填，如 2026-06-30", required=False, inputmode="numeric")
    hukou_place = forms.ChoiceField(label="户籍所在", required=False)
    works_in = forms.ChoiceField(label="务工的农牧场、站、园区", required=False)
    stage = pick("在校阶段", [("", "不在校"), *states.STAGES.items()], required=False)
    school = words("学校", required=False)
    military = pick(
        "部队随军未就业家属", [("", "不清楚，不改"), ("yes", "是"), ("no", "不是")], required=False
    )
    grounds = grounds()

    def __init__(self, data: QueryDict | None, request: HttpRequest, page: PersonPage) -> None:
        today, by = today_of(request), by_of(request)
        home = home_on(page, today)
        school = next((s for s in page.schoolings if s.holds(today)), None)
        super().__init__(
            data,
            initial={
                "name": page.name, "nation": page.nation, "basis": home.what if home else "hukou",
                "permit_until": home.permit_until.isoformat() if home and home.permit_until else "",
                "hukou_place": home.detail if home else "", "works_in": home.works_in if home else "",
                "stage": school.what if school else "", "school": school.detail if school else "",
            },
        )  # fmt: skip
        self.fields["phone"].help_text = f"现在是 {page.phone}；不改就空着" if page.phone else "现在没有"
        chosen = hukou_choices(sites(by.unit_code, today))
        if home and home.detail and home.detail not in dict(chosen):
            chosen.append((home.detail, home.detail))
        found = workplaces(by.unit_code, today)
        self.choose("hukou_place", [("", "不变"), *chosen[1:]])
        self.choose("works_in", [("", "没有"), *((s.code, s.name) for s in found)])


@keeps_what_was_typed
@permission("person.change")
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """Name, telephone, nation, residence, school, as they are from today on."""
    page = queries.person_page(resident_id, today_of(request))

    def deed(given: dict[str, Any]) -> str:
        draft = Draft(
            name=given["name"], nation=given["nation"], phone=given["phone"], basis=given["basis"],
            hukou_place=given["hukou_place"], permit_until=given["permit_until"], works_in=given["works_in"],
            stage=given["stage"], school=given["school"],
        )  # fmt: skip
        actions.change_details(
            by=by_of(request), resident_id=resident_id, draft=draft, on=today_of(request), grounds=given["grounds"],
            military_dependant={"yes": True, "no": False}.get(given["military"]),
        )  # fmt: skip
        say(request, "已变更，从今天起算；以前的样子在“登记过的样子”里。")
        return reverse("residents-person", args=[resident_id])

    sheet = sheet_of(
        page,
        "变更信息",
        "保存变更",
        ("", "证件号码、出生日期、性别请到“证件号码”办；换单位、换户请到“迁移”办。"),
    )
    return ask(request, sheet, lambda data: DetailsForm(data, request, page), deed)


class DocumentForm(Plain):
    """A number given for the first time, or the right one in place of a wrong one."""

    document_kind = pick("证件类型", list(DOCUMENT_KINDS.items()))
    document = words("证件号码", "按原件录入", empty="没有填写证件号码，请按原件录入")
    grounds = grounds("看了什么原件，如“新办的身份证”")


@keeps_what_was_typed
@permission("person.change")
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """Give or correct the number; birth date and sex follow it."""
    page = queries.person_page(resident_id, today_of(request))

    def deed(given: dict[str, Any]) -> str:
        try:
            actions.give_document(
                by=by_of(request), resident_id=resident_id, document=given["document"],
                document_kind=given["document_kind"], on=today_of(request), grounds=given["grounds"],
            )  # fmt: skip
        except FormInvalid as refusal:
            # birth date and sex come from the number: what is wrong with them is wrong with it
            raise FormInvalid(
                {n if n in DocumentForm.base_fields else "document": s for n, s in refusal.faults.items()}
            ) from refusal
        say(request, "证件号码已更正。" if page.document else "证件号码已补上。")
        return reverse("residents-person", args=[resident_id])

    title = "更正证件号码" if page.document else "补证件号码"
    sheet = sheet_of(
        page, title, "保存号码", ("", "出生日期和性别随身份证号改。原来的号码留在“登记过的样子”里。")
    )
    return ask(request, sheet, DocumentForm, deed)


class MoveForm(Plain):
    """Into a household that is there, or out into one of one's own."""

    how = forms.ChoiceField(
        label="怎样迁",
        choices=[("join", "迁进已有的一户"), ("own", "自己立一户")],
        widget=forms.RadioSelect,
        initial="own",
    )
    household = words("迁进哪一户（户号）", "迁进已有的一户才填，如 620721-000123", required=False)
    relation = forms.ChoiceField(label="与户主关系", required=False)
    unit_code = forms.ChoiceField(
        label="立户在", required=False, help_text="自己立一户才选；农牧场、站的人按归口登记"
    )
    address = words("住址", required=False)
    hukou_place = forms.ChoiceField(label="户籍所在", required=False)
    on = DayField(label="从哪天起", help_text="如 2024-03-01")
    grounds = grounds("看了什么证件或材料，如“迁移证、结婚证”")

    def __init__(self, data: QueryDict | None, request: HttpRequest) -> None:
        super().__init__(data, initial={"on": today_of(request), "how": "own"})
        found = sites(by_of(request).unit_code, today_of(request))
        self.choose("relation", relation_choices())
        self.choose("unit_code", site_choices(found))
        self.choose("hukou_place", [("", "不变"), *hukou_choices(found)[1:]])
        self.ask_landing("unit_code", "hukou_place")
        self.fields["how"].error_messages["required"] = "没有选怎样迁，请选一种"

    def clean(self) -> dict[str, Any]:
        """Each way asks for its own fields."""
        given = super().clean() or {}
        if given.get("how") == "join":
            if not given.get("household"):
                self.add_error("household", "没有填写户号，请填要迁进的那一户的户号")
            if not given.get("relation"):
                self.add_error("relation", "没有选与户主关系，请选择")
        elif given.get("how") == "own" and not given.get("unit_code"):
            self.add_error("unit_code", "没有选立户在哪里，请从列出的单位里选")
        return given


@keeps_what_was_typed
@permission("person.change")
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """One person to another household or unit."""
    page = queries.person_page(resident_id, today_of(request))

    def deed(given: dict[str, Any]) -> str:
        say(
            request,
            _join(request, page, given) if given["how"] == "join" else _stand_alone(request, page, given),
        )
        return reverse("residents-person", args=[resident_id])

    sheet = sheet_of(
        page, "迁移", "迁移", ("", "只迁这一个人。全家一起迁，请到家庭页办。"), beside="landing",
        lead=f"{page.name}·现在登记在{page.unit_name}，户号 {page.household_number or '没有'}",
    )  # fmt: skip
    return ask(request, sheet, lambda data: MoveForm(data, request), deed)


def _join(request: HttpRequest, page: PersonPage, given: dict[str, Any]) -> str:
    wanted = given["household"].strip()
    found = [one for one in queries.households_by_number(wanted) if one[1] == wanted]
    if not found:
        raise FormInvalid({"household": "没有找到这个户号，或不在您的管辖范围，请核对"})
    if found[0][0] == page.household_id:
        raise FormInvalid({"household": "这个人现在就在这一户，请核对户号"})
    actions.move(
        by=by_of(request), resident_id=page.id, to=Landing(found[0][0], given["relation"]), on=given["on"],
        grounds=given["grounds"], hukou_place=given["hukou_place"] or None,
    )  # fmt: skip
    return f"已迁进户号 {wanted}（{found[0][2]}）。"


def _stand_alone(request: HttpRequest, page: PersonPage, given: dict[str, Any]) -> str:
    by, today, code = by_of(request), today_of(request), given["unit_code"]
    home = home_on(page, today)
    hukou = given["hukou_place"] or (home.detail if home else "") or page.unit_name
    household_id = move_out(
        by=by, resident_id=page.id, unit_code=code, on=given["on"], grounds=given["grounds"],
        hukou_place=hukou, address=given["address"],
    )  # fmt: skip
    landed = queries.household_page(household_id, max(given["on"], today))
    site = next((s for s in sites(by.unit_code, today) if s.code == code), None)
    why = landing_of(site, hukou, assignments_about(code, today))
    tail = f"{why.sentence}（{why.source}）" if why else ""
    return f"已在{landed.unit_name}立户，户号 {landed.number}。{tail}"


class StateForm(Plain):
    """From which day, and why."""

    on = DayField(label="从哪天起", help_text="如 2024-03-01")
    reason = words("原因", "写明为什么办，如“转职工医保”", empty="没有写原因，请写明为什么办这件事")


_STATE_NOTES = {
    "suspend": "停保期间不计入参保人数，可以恢复。",
    "resume": "恢复后照常缴费。",
    "terminate": "终止后要再参保，办“重新参保”。",
    "void": "登记错了才作废，作废后不能恢复。",
}


@keeps_what_was_typed
@permission("person.state")
@require_http_methods(["GET", "HEAD", "POST"])
def state(request: HttpRequest, resident_id: UUID, deed: str) -> HttpResponse:
    """Suspend, resume, terminate, void, register again: what the state graph allows from here."""
    page = queries.person_page(resident_id, today_of(request))
    label = next(
        (edge.label for edge in states.EDGES if edge.deed == deed and edge.deed not in ("move", "reclass")),
        "",
    )
    if not label:
        raise NotFound("没有这种办理，请从“登记变更”里选")
    now, way = states.STATES[page.state], states.edge(deed, page.state)
    blocked = "" if way else f"现在是“{now}”，不能办“{label}”。"

    def do(given: dict[str, Any]) -> str:
        actions.change_state(
            by=by_of(request), resident_id=resident_id, deed=deed, on=given["on"], reason=given["reason"]
        )
        say(request, f"已办理{label}。")
        return reverse("residents-person", args=[resident_id])

    after = f"办完变成“{states.STATES[way.to_state]}”。" if way else ""
    sheet = sheet_of(
        page, label, label, ("", f"现在是“{now}”。{after}{_STATE_NOTES.get(deed, '')}"), blocked=blocked
    )
    return ask(request, sheet, lambda data: StateForm(data, initial={"on": today_of(request)}), do)


class SurvivalForm(Plain):
    """Dead, in prison, enlisted or missing, from a day on."""

    status = pick("情况", [("", "请选择"), *SURVIVALS.items()])
    from_on = DayField(label="从哪天起", help_text="死亡填死亡日")
    through_on = DayField(label="到哪天止", help_text="还没有结束就空着", required=False)
    evidence = words("依据", "证明材料，如死亡证明编号、公安来函", empty="没有写依据，请写明证明材料")


@keeps_what_was_typed
@permission("person.state")
@require_http_methods(["GET", "HEAD", "POST"])
def survival(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """A death ends the enrolment; the others do not count as missing from the household."""
    page = queries.person_page(resident_id, today_of(request))

    def deed(given: dict[str, Any]) -> str:
        actions.record_survival(
            by=by_of(request), resident_id=resident_id, status=given["status"], from_on=given["from_on"],
            through_on=given["through_on"], evidence=given["evidence"],
        )  # fmt: skip
        say(request, f"已登记{SURVIVALS[given['status']]}。")
        return reverse("residents-person", args=[resident_id])

    sheet = sheet_of(
        page, "登记死亡、服刑、失踪、参军", "登记", ("amber", "登记死亡会同时终止参保。"),
    )  # fmt: skip
    return ask(request, sheet, SurvivalForm, deed)


class SurvivalEndForm(Plain):
    """The last day of it."""

    last_on = DayField(label="最后一日", help_text="释放、退役、找到的前一天或当天")
    evidence = grounds("证明材料，如“释放证明、退役证”")


@keeps_what_was_typed
@permission("person.state")
@require_http_methods(["GET", "HEAD", "POST"])
def survival_end(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """Released, discharged or found."""
    page = queries.person_page(resident_id, today_of(request))
    now = _open_survival(page, today_of(request))

    def deed(given: dict[str, Any]) -> str:
        actions.end_survival(
            by=by_of(request), resident_id=resident_id, last_on=given["last_on"], evidence=given["evidence"]
        )
        say(request, "已终止。")
        return reverse("residents-records", args=[resident_id])

    sheet = sheet_of(
        page, f"终止{now[0]}" if now else "终止服刑、失踪、参军", "终止", ("", f"登记的是：{now[0]}，{now[1]}。" if now else ""),
        blocked="" if now else "现在没有登记服刑、失踪或参军，不用终止。",
    )  # fmt: skip
    return ask(request, sheet, SurvivalEndForm, deed)


def _open_survival(page: PersonPage, on: date) -> tuple[str, str] | None:
    """What holds now and may end: its name and days. A death ends no more."""
    found = next((s for s in page.survivals if s.holds(on) and s.what != "died"), None)
    return (SURVIVALS[found.what], span_words(found.from_on, found.through_on)) if found else None
