"""Insurance of any kind and classes, added and ended by hand, each with its evidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from yingbao.kernel.refusal import NotFound
from yingbao.registry import actions, queries
from yingbao.registry.errors import FormInvalid, Overlap
from yingbao.registry.states import INSURANCES
from yingbao.registry.vocabulary import categories
from yingbao.web.permission import permission
from yingbao.web.workbench.asking import (
    DayField,
    Plain,
    ask,
    by_of,
    keeps_what_was_typed,
    pick,
    say,
    today_of,
    words,
)
from yingbao.web.workbench.changes import sheet_of
from yingbao.web.workbench.presenters.words import category_name, span_words


class CoverForm(Plain):
    """One span of insurance."""

    insurance = pick("险种", [("", "请选择"), *INSURANCES.items()])
    place = words("参保地", "统筹区名称，如“兰州市”；本地的写本县名", required=False)
    from_on = DayField(label="从哪天起", help_text="如 2022-06-01")
    through_on = DayField(label="到哪天止", help_text="还在参保就空着", required=False)
    evidence = words("依据", "参保凭证或平台查询结果", empty="没有写依据，请写明参保凭证或平台查询结果")


@keeps_what_was_typed
@permission("person.change")
@require_http_methods(["GET", "HEAD", "POST"])
def cover_add(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """A span of employee or resident insurance; spans of one person never overlap."""
    page = queries.person_page(resident_id, today_of(request))

    def deed(given: dict[str, Any]) -> str:
        try:
            actions.record_cover(by=by_of(request), resident_id=resident_id, **given)
        except Overlap as refusal:
            raise FormInvalid({"from_on": refusal.sentence}) from refusal
        say(request, f"已登记{INSURANCES[given['insurance']]}。")
        return reverse("residents-records", args=[resident_id])

    sheet = sheet_of(
        page, "登记参保经历", "登记", ("", "一人同一天只能有一份基本医保，职工、居民、本地、异地都算。")
    )
    return ask(request, sheet, CoverForm, deed)


class CoverEndForm(Plain):
    """The last day of a span."""

    last_on = DayField(label="最后一日", help_text="这一天还在保")
    evidence = words("依据", "如“停保证明、平台查询结果”", empty="没有写依据，请写明证明材料")


@keeps_what_was_typed
@permission("person.change")
@require_http_methods(["GET", "HEAD", "POST"])
def cover_end(request: HttpRequest, resident_id: UUID, cover_id: UUID) -> HttpResponse:
    """A span of insurance ends."""
    page = queries.person_page(resident_id, today_of(request))
    found = next((c for c in page.covers if c.id == cover_id), None)
    if found is None:
        raise NotFound("没有这段参保经历，请刷新页面后再办")

    def deed(given: dict[str, Any]) -> str:
        actions.end_cover(by=by_of(request), resident_id=resident_id, cover_id=cover_id, **given)
        say(request, f"{INSURANCES[found.what]}已终止。")
        return reverse("residents-records", args=[resident_id])

    days = span_words(found.from_on, found.through_on)
    sheet = sheet_of(
        page, f"终止{INSURANCES[found.what]}", "终止", ("", f"登记的是：{found.detail} {days}。")
    )
    return ask(request, sheet, CoverEndForm, deed)


class ClassForm(Plain):
    """A class from its recognition on."""

    category = pick("人员类别", [])
    recognised_on = DayField(label="认定日", help_text="认定文件上的日期，这一天就算")
    ended_on = DayField(label="终止日", help_text="还没有终止就空着；这一天还算", required=False)
    evidence = words(
        "依据", "认定文件，或名册的日期和行号", empty="没有写依据，请写明认定文件或名册的日期和行号"
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        listed = [(code, category.name) for code, category in categories().items()]
        self.choose("category", [("", "请选择"), *listed])


@keeps_what_was_typed
@permission("person.class")
@require_http_methods(["GET", "HEAD", "POST"])
def class_add(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """A class by hand; rosters bring most of them."""
    page = queries.person_page(resident_id, today_of(request))

    def deed(given: dict[str, Any]) -> str:
        try:
            actions.recognise(by=by_of(request), resident_id=resident_id, **given)
        except Overlap as refusal:
            raise FormInvalid({"category": refusal.sentence}) from refusal
        say(request, f"已认定{category_name(given['category'])}。")
        return reverse("residents-records", args=[resident_id])

    sheet = sheet_of(page, "认定人员类别", "认定", ("", "部门名册会自动带来类别；这里只补名册上还没有的。"))
    return ask(request, sheet, ClassForm, deed)


class ClassEndForm(Plain):
    """The last day of a class."""

    ended_on = DayField(label="终止日", help_text="这一天还算")
    evidence = words("依据", "终止认定的文件，或名册的日期和行号", empty="没有写依据，请写明终止认定的文件")


@keeps_what_was_typed
@permission("person.class")
@require_http_methods(["GET", "HEAD", "POST"])
def class_end(request: HttpRequest, resident_id: UUID, holding_id: UUID) -> HttpResponse:
    """A class ends."""
    page = queries.person_page(resident_id, today_of(request))
    found = next((h for h in page.holdings if h.id == holding_id), None)
    if found is None:
        raise NotFound("没有这项人员类别，请刷新页面后再办")

    def deed(given: dict[str, Any]) -> str:
        actions.end_holding(by=by_of(request), resident_id=resident_id, holding_id=holding_id, **given)
        say(request, f"{category_name(found.what)}已终止。")
        return reverse("residents-records", args=[resident_id])

    name, days = category_name(found.what), span_words(found.from_on, found.through_on)
    sheet = sheet_of(page, f"终止{name}", "终止", ("", f"登记的是：{name}，{days}。"))
    return ask(request, sheet, ClassEndForm, deed)
