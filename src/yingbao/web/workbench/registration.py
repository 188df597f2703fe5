"""A whole household registered on one form: members added and removed, each field checked when it is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from yingbao.kernel.ids import uuid7
from yingbao.kernel.refusal import NotFound
from yingbao.registry import queries
from yingbao.registry.actions.once import add_member_once, register_household_once
from yingbao.registry.drafts import Draft, check
from yingbao.registry.errors import DocumentTaken, FormInvalid
from yingbao.registry.queries.tree import WORKPLACES, Site, assignments_about, sites, workplaces
from yingbao.registry.states import DOCUMENT_KINDS, RELATIONS, RESIDENCES, STAGES
from yingbao.web.permission import permission
from yingbao.web.workbench.asking import (
    Plain,
    attempt,
    by_of,
    grounds,
    keeps_what_was_typed,
    kept,
    key_of_form,
    say,
    today_of,
    words,
)
from yingbao.web.workbench.presenters.households import landing_of
from yingbao.web.workbench.presenters.words import SEXES

#: The relations most households have, before the whole list.
_USUAL = ("02", "10", "11", "12", "20", "30", "51", "52", "38", "28", "41", "42", "40")
_SHORT_YEARS = "没参过写“无”，不清楚就空着。如 2021-2024"
MOST_MEMBERS = 20
#: The page's own field → where an action's fault about a member goes.
_MEMBER = "members."


def relation_choices() -> list[Any]:
    """The usual relations, then all others."""
    usual = [(code, RELATIONS[code]) for code in _USUAL if code in RELATIONS]
    others = [(code, name) for code, name in RELATIONS.items() if code not in _USUAL and code != "01"]
    return [("", "请选择"), ("常用", usual), ("其他", others)]


def site_choices(found: Sequence[Site]) -> list[Any]:
    """Towns and villages, then farms, stations and parks, whose people are managed elsewhere."""
    lived = [(s.code, s.name) for s in found if s.kind not in WORKPLACES]
    worked = [(s.code, s.name) for s in found if s.kind in WORKPLACES]
    groups: list[Any] = [("", "请选择"), ("乡镇、街道、村（社区）", lived)]
    return [*groups, ("农牧场、站、园区（按归口登记）", worked)] if worked else groups


def hukou_choices(found: Sequence[Site]) -> list[tuple[str, str]]:
    """The places a hukou may lie in; empty is the unit registered in."""
    return [
        ("", "就在登记单位"),
        *((s.name, s.name) for s in found if s.kind not in WORKPLACES),
        ("县外", "县外"),
    ]


class MemberForm(Plain):
    """One member as typed. The registry reads it (`registry.drafts`); here is only what the fields look like."""

    name = words("姓名", required=False)
    relation = forms.CharField(label="与户主关系", required=False, widget=forms.Select)
    document = words("证件号码", "未满两周岁的孩子还没有号码，可以空着", required=False, inputmode="text")
    document_kind = forms.CharField(
        label="证件类型", required=False, widget=forms.Select(choices=list(DOCUMENT_KINDS.items()))
    )
    sex = forms.CharField(
        label="性别",
        required=False,
        widget=forms.Select(choices=[("", "由号码带出，或请选择"), *SEXES.items()]),
    )
    birth_date = words("出生日期", "由号码带出，或如 2024-03-01", required=False, inputmode="numeric")
    phone = words("电话", required=False, inputmode="tel")
    basis = forms.CharField(
        label="户籍或居住情况", required=False, widget=forms.Select(choices=list(RESIDENCES.items()))
    )
    permit_until = words("居住证有效期止", "如 2026-06-30", required=False, inputmode="numeric")
    hukou_place = forms.CharField(label="户籍所在", required=False, widget=forms.Select)
    nation = words("民族", required=False)
    works_in = forms.CharField(label="务工的农牧场、站、园区", required=False, widget=forms.Select)
    stage = forms.CharField(
        label="在校阶段", required=False, widget=forms.Select(choices=[("", "不在校"), *STAGES.items()])
    )
    school = words("学校", required=False)
    insured_years = words("以往参保年度", _SHORT_YEARS, required=False)

    #: Folded away until one of them says something.
    FOLDED = ("nation", "hukou_place", "works_in", "stage", "school", "insured_years")

    def __init__(
        self, data: QueryDict | None, *, at: int, place: int, found: Sequence[Site], works: Sequence[Site]
    ) -> None:
        super().__init__(data, prefix=f"m{at}")
        self.at, self.place = at, place
        self.choose("relation", relation_choices())
        self.choose("hukou_place", hukou_choices(found))
        self.choose("works_in", [("", "没有"), *((s.code, s.name) for s in works)])
        for name, one in self.fields.items():
            one.widget.attrs |= {
                "hx-post": f"{reverse('residents-check')}?at={self.prefix}-{name}",
                "hx-trigger": "change",
                "hx-target": f"#slot-id_{self.prefix}-{name}",
                "hx-swap": "outerHTML",
            }

    def typed(self, name: str) -> str:
        """A field as typed."""
        return str(self.data.get(f"{self.prefix}-{name}", "")).strip()

    @property
    def unfolded(self) -> bool:
        """Whether the folded part says something or is at fault."""
        return any(self.typed(name) or name in self.errors for name in self.FOLDED)

    def draft(self) -> Draft:
        """The person as typed, for the registry to read."""
        return Draft(
            name=str(self.data.get(f"{self.prefix}-name", "")), relation=self.typed("relation"),
            document_kind=self.typed("document_kind") or "01", document=self.typed("document"), sex=self.typed("sex"),
            birth_date=self.typed("birth_date"), nation=self.typed("nation"), phone=self.typed("phone"),
            basis=self.typed("basis") or "hukou", hukou_place=self.typed("hukou_place"),
            permit_until=self.typed("permit_until"), works_in=self.typed("works_in"), stage=self.typed("stage"),
            school=self.typed("school"), insured_years=years_of(self.typed("insured_years")),
        )  # fmt: skip

    def clean_insured_years(self) -> str:
        """Years are checked here: the registry takes them as numbers."""
        text = str(self.cleaned_data["insured_years"])
        if text and years_of(text) is None:
            raise forms.ValidationError("年度读不懂，请写成 2021-2024 或 2021、2023；没参过写“无”")
        return text


class HouseholdForm(Plain):
    """What the members share."""

    unit_code = forms.CharField(label="登记在", required=False, widget=forms.Select)
    address = words("住址", required=False)
    grounds = grounds()

    def __init__(self, data: QueryDict | None, found: Sequence[Site]) -> None:
        super().__init__(data)
        self.choose("unit_code", site_choices(found))
        self.ask_landing("unit_code")

    def clean_unit_code(self) -> str:
        """A unit must be chosen."""
        code = str(self.cleaned_data["unit_code"])
        if not code:
            raise forms.ValidationError("没有选登记单位，请选乡镇、村（社区）")
        return code


def years_of(text: str) -> tuple[int, ...] | None:
    """Years as typed: `2021-2023、2025`, `无` for never; None if nothing, or nothing that can be read."""
    text = text.replace("—", "-").replace("－", "-").replace("至", "-").replace("～", "-").replace("年", "")
    if text == "无":
        return ()
    found: set[int] = set()
    for part in text.replace("、", ",").replace("，", ",").replace(" ", ",").split(","):
        first, _, last = part.strip().partition("-")
        if not part.strip():
            continue
        if not (first.isdigit() and (last or first).isdigit()):
            return None
        low, high = int(first), int(last or first)
        if not 1998 <= low <= high <= 2100:
            return None
        found |= set(range(low, high + 1))
    return tuple(sorted(found)) or None


@keeps_what_was_typed
@permission("person.register")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The form of a household. Adding and removing members saves nothing; a form sent twice is one household."""
    by, today = by_of(request), today_of(request)
    found, works = sites(by.unit_code, today), workplaces(by.unit_code, today)
    data = request.POST if request.method == "POST" else kept(request)
    do = data.get("do", "save") if data is not None and request.method == "POST" else ""
    order = _order(data, do)
    members = [
        MemberForm(data, at=at, place=place, found=found, works=works) for place, at in enumerate(order)
    ]
    if data is None and members:
        members[0].initial = {"relation": "02"}
    form = HouseholdForm(data, found)
    form.initial = {"unit_code": by.unit_code if any(site.code == by.unit_code for site in found) else ""}
    if do == "save":
        good = [one.is_valid() for one in (form, *members)]  # each says its own
        if _save(request, form, members, good=all(good)) and (key := key_of_form(data)):
            return HttpResponseRedirect(reverse("residents-household", args=[key]))
    refused = do == "save"
    context = {
        "form": form,
        "members": members,
        "order": ",".join(str(one.at) for one in members),
        "key": key_of_form(data) or uuid7(),
        "faults": _summary(form, members) if refused else [],
        "fresh": order[-1] if do == "add" else None,
        "full": len(members) >= MOST_MEMBERS,
        "submitted": refused,
    }
    for one in (form, *members):
        if do and not refused:
            one.say_nothing()  # adding a member complains of nothing
    return render(request, "workbench/households/register.html", context, status=422 if refused else 200)


def _order(data: QueryDict | None, do: str) -> list[int]:
    """Which members stand on the form, by the number their fields carry."""
    typed = data.get("order", "") if data is not None else ""
    order = [int(part) for part in str(typed).split(",") if part.isdigit()][:MOST_MEMBERS] or [0]
    kind, _, which = do.partition(":")
    if kind == "add" and len(order) < MOST_MEMBERS:
        order.append(max(order) + 1)
    if kind == "remove" and which.isdigit() and len(order) > 1:
        order = [at for at in order if at != int(which)]
    return order


def _save(request: HttpRequest, form: HouseholdForm, members: list[MemberForm], *, good: bool) -> bool:
    """Register; every fault goes to its field, also where others were found before."""
    today = today_of(request)
    unit_code = str(form.cleaned_data.get("unit_code", ""))
    drafts = [one.draft() for one in members]
    if not good:
        for one, draft in zip(members, drafts, strict=True):
            _note(one, check(draft, today)[1])
        return False
    done, made = attempt(form, lambda: _register(request, form, unit_code, drafts, members))
    if done and made:
        _, fresh = made
        say(request, f"已登记一户 {len(members)} 人。" if fresh else "这一户刚才已经登记，没有重复登记。")
    return bool(done and made)


def _register(
    request: HttpRequest, form: HouseholdForm, unit_code: str, drafts: list[Draft], members: list[MemberForm]
) -> tuple[UUID, bool] | None:
    today = today_of(request)
    key = key_of_form(request.POST) or uuid7()
    try:
        return register_household_once(
            by=by_of(request), key=key, unit_code=unit_code, members=drafts, on=today,
            grounds=str(form.cleaned_data["grounds"]), address=str(form.cleaned_data["address"]),
        )  # fmt: skip
    except FormInvalid as refusal:
        for name, sentence in refusal.faults.items():
            _, _, rest = name.partition(_MEMBER)
            place_text, _, field = rest.partition(".")
            if rest and place_text.isdigit():
                _note(members[int(place_text)], {field: sentence})
        raise FormInvalid({n: s for n, s in refusal.faults.items() if not n.startswith(_MEMBER)}) from refusal
    except DocumentTaken as refusal:
        taken = next((one for one in members if _held(one)), members[0])
        _note(taken, {"document": refusal.sentence})
        raise FormInvalid({}) from refusal


def _held(member: MemberForm) -> bool:
    """Whether the number typed is that of somebody registered within sight."""
    return bool(member.typed("document") and queries.search(member.typed("document"), 1))


def _note(member: MemberForm, faults: dict[str, str]) -> None:
    """Put the registry's sentences at the member's fields, each field one."""
    member.refuse({name: s for name, s in faults.items() if name not in member.errors})


def _summary(form: HouseholdForm, members: list[MemberForm]) -> list[tuple[str, str]]:
    """Every fault with the field it leads to, in the order of the page."""
    found = [("", str(error)) for error in form.non_field_errors()]
    for one in (form, *members):
        who = f"第 {one.place + 1} 人 " if isinstance(one, MemberForm) else ""
        found += [(b.id_for_label, f"{who}{b.label}：{b.errors[0]}") for b in one if b.errors]
    return found


@permission("person.register")
@require_http_methods(["POST"])
def check_field(request: HttpRequest) -> HttpResponse:
    """One field of a member, checked when it is left. A good ID number fills in birth date and sex."""
    by, today = by_of(request), today_of(request)
    prefix, _, name = request.GET.get("at", "").partition("-")
    if not prefix.removeprefix("m").isdigit() or name not in MemberForm.base_fields:
        raise NotFound("没有这一栏，请刷新这一页")
    data = request.POST.copy()
    found, works = sites(by.unit_code, today), workplaces(by.unit_code, today)
    filled: list[Any] = []
    at = int(prefix.removeprefix("m"))
    form = MemberForm(data, at=at, place=0, found=found, works=works)
    person, faults = check(form.draft(), today)
    document = form.typed("document")
    kind = form.typed("document_kind") or "01"
    if name in ("document", "document_kind") and document and kind == "01" and "document" not in faults:
        read, _ = check(Draft(name="某某", document=document), today)
        if read is not None:
            data[f"{prefix}-birth_date"], data[f"{prefix}-sex"] = read.birth_date.isoformat(), read.sex
            form = MemberForm(data, at=at, place=0, found=found, works=works)
            filled = [form["birth_date"], form["sex"]]
    form.is_valid()
    typed = form.typed(name) or name in ("name", "document")
    if person is None and name in faults and typed and not (name == "document" and not document):
        _note(form, {name: faults[name]})
    return render(request, "workbench/households/slot.html", {"bound": form[name], "filled": filled})


@permission("person.view")
@require_http_methods(["POST"])
def landing(request: HttpRequest) -> HttpResponse:
    """Where the people of the chosen farm or station will be registered, and why."""
    by, today = by_of(request), today_of(request)
    code = request.POST.get("unit_code", "")
    hukou = request.POST.get("hukou_place", "") or next(
        (v for n, v in request.POST.items() if n.endswith("-hukou_place") and v), ""
    )
    site = next((s for s in sites(by.unit_code, today) if s.code == code), None)
    found = landing_of(site, str(hukou), assignments_about(code, today)) if site else None
    return render(request, "workbench/households/landing.html", {"landing": found})


class NewcomerForm(MemberForm):
    """One more member of a household, with the grounds."""

    grounds = grounds("看了什么证件或材料，如“出生医学证明、户口簿”")


@keeps_what_was_typed
@permission("person.register")
@require_http_methods(["GET", "HEAD", "POST"])
def add_member(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """One more person: a newborn, a spouse, someone overlooked."""
    by, today = by_of(request), today_of(request)
    page = queries.household_page(household_id, today)
    data = request.POST if request.method == "POST" else kept(request)
    form = NewcomerForm(
        data, at=0, place=0, found=sites(by.unit_code, today), works=workplaces(by.unit_code, today)
    )
    if request.method == "POST" and _add(request, form, household_id):
        return HttpResponseRedirect(reverse("residents-household", args=[household_id]))
    faults = _summary_of_one(form) if request.method == "POST" else []
    context = {"form": form, "page": page, "key": key_of_form(data) or uuid7(), "faults": faults}
    return render(request, "workbench/households/member_add.html", context, status=422 if faults else 200)


def _add(request: HttpRequest, form: NewcomerForm, household_id: UUID) -> bool:
    draft, today = form.draft(), today_of(request)
    if not form.is_valid():
        _note(form, check(draft, today)[1])
        return False
    key, on_what = key_of_form(request.POST) or uuid7(), str(form.cleaned_data["grounds"])
    done, made = attempt(
        form,
        lambda: add_member_once(
            by=by_of(request), key=key, household_id=household_id, member=draft, on=today, grounds=on_what
        ),
    )
    if done and made:
        say(request, "已登记。" if made[1] else "这个人刚才已经登记，没有重复登记。")
    return bool(done)


def _summary_of_one(form: MemberForm) -> list[tuple[str, str]]:
    found = [("", str(error)) for error in form.non_field_errors()]
    return found + [(b.id_for_label, f"{b.label}：{b.errors[0]}") for b in form if b.errors]
