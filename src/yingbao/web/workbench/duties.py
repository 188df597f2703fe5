"""Who answers for a unit: the leader, 包镇, 包村, the clerk, the agent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from yingbao.kernel.names import BadName
from yingbao.kernel.phones import BadPhone
from yingbao.registry import actions
from yingbao.registry.errors import FormInvalid, Overlap
from yingbao.registry.queries.tree import DUTY_KINDS
from yingbao.registry.queries.units import unit as unit_of
from yingbao.web.permission import permission
from yingbao.web.workbench.asking import (
    DayField,
    Plain,
    Sheet,
    ask,
    by_of,
    keeps_what_was_typed,
    pick,
    say,
    today_of,
    words,
)


class DutyForm(Plain):
    """Somebody answers for a unit from a day on."""

    kind = pick("责任", [("", "请选择"), *DUTY_KINDS.items()])
    person_name = words("姓名")
    position = words("职务", required=False)
    phone = words("电话", required=False, inputmode="tel")
    from_on = DayField(label="从哪天起", help_text="如 2024-01-01")


@keeps_what_was_typed
@permission("duty.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, code: str) -> HttpResponse:
    """A responsibility. One leader a unit."""
    found = unit_of(code)
    by_of(request).require("duty.manage", found.code)
    back = reverse("units-unit", args=[code])

    def deed(given: dict[str, Any]) -> str:
        try:
            actions.give_duty(by=by_of(request), unit_code=code, **given)
        except BadName as refusal:
            raise FormInvalid({"person_name": refusal.sentence}) from refusal
        except BadPhone as refusal:
            raise FormInvalid({"phone": refusal.sentence}) from refusal
        except Overlap as refusal:
            raise FormInvalid({"kind": refusal.sentence}) from refusal
        say(request, f"已登记{DUTY_KINDS[given['kind']]}：{given['person_name']}。")
        return back

    sheet = Sheet("登记责任人", _crumb(found.name, back), found.name, "登记", back)
    return ask(request, sheet, lambda data: DutyForm(data, initial={"from_on": today_of(request)}), deed)


class DutyEndForm(Plain):
    """The last day of it."""

    last_on = DayField(label="最后一日", help_text="这一天还负责")


@keeps_what_was_typed
@permission("duty.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, code: str, duty_id: UUID) -> HttpResponse:
    """A responsibility ends."""
    found = unit_of(code)
    by_of(request).require("duty.manage", found.code)
    back = reverse("units-unit", args=[code])

    def deed(given: dict[str, Any]) -> str:
        actions.end_duty(by=by_of(request), duty_id=duty_id, last_on=given["last_on"])
        say(request, "已终止。")
        return back

    sheet = Sheet("终止责任", _crumb(found.name, back), found.name, "终止", back)
    return ask(request, sheet, lambda data: DutyEndForm(data, initial={"last_on": today_of(request)}), deed)


def _crumb(name: str, back: str) -> tuple[tuple[str, str], ...]:
    return (("单位", reverse("units")), (name, back))
