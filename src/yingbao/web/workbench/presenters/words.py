"""Codes of the registry and the journal as people say them."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from yingbao.kernel.dates import age_on
from yingbao.registry.states import (
    CHANGES,
    DOCUMENT_KINDS,
    INSURANCES,
    RELATIONS,
    RESIDENCES,
    STAGES,
    STATES,
    SURVIVALS,
)
from yingbao.registry.vocabulary import categories
from yingbao.web.spoken import NOTHING, day

SEXES: Final = {"male": "男", "female": "女"}
BODIES: Final = {
    "civil_affairs": "民政部门",
    "agriculture": "农业农村部门",
    "disabled_federation": "残联",
    "health": "卫生健康部门",
    "police": "公安机关",
    "veterans": "退役军人事务部门",
    "medical_assistance": "医保部门",
}
DEEDS: Final = {
    "household.register": "登记一户",
    "household.move": "整户迁移",
    "household.open": "立户",
    "household.relate": "改与户主关系",
    "resident.register": "登记",
    "resident.change": "变更登记",
    "resident.document.give": "补证件号码",
    "resident.document.correct": "更正证件号码",
    "resident.move": "迁移",
    "resident.unmask": "查看完整号码",
    "cover.record": "登记参保经历",
    "cover.end": "终止参保经历",
    "class.recognise": "认定人员类别",
    "class.end": "终止人员类别",
    "enrolment.register": "参保登记",
    "enrolment.suspend": "停保",
    "enrolment.resume": "恢复参保",
    "enrolment.terminate": "终止参保",
    "enrolment.void": "登记作废",
    "enrolment.register-again": "重新参保",
    "survival.died": "登记死亡",
    "survival.imprisoned": "登记服刑",
    "survival.missing": "登记失踪",
    "survival.enlisted": "登记参军",
    "survival.end": "终止服刑、失踪、参军",
    "merge.ask": "提出合并",
    "merge.approve": "同意合并",
    "merge.refuse": "退回合并",
    "split.ask": "提出拆分",
    "split.approve": "同意拆分",
    "split.refuse": "退回拆分",
    "unit.add": "新增单位",
    "unit.close": "撤销单位",
    "unit.assign": "归口",
    "unit.assign.end": "终止归口",
    "duty.give": "登记责任人",
    "duty.end": "终止责任人",
}
THINGS: Final = {
    "resident": "基本信息",
    "membership": "家庭",
    "residence": "户籍与居住",
    "schooling": "在校",
    "cover": "参保经历",
    "holding": "人员类别",
    "survival": "生存状态",
}
FIELDS: Final = {
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "nation": "民族",
    "document_kind": "证件类型",
    "document": "证件号码",
    "phone": "电话",
    "unit": "登记单位",
    "state": "参保状态",
    "insured_years": "以往参保年度",
    "military_dependant": "随军未就业家属",
    "discharged_on": "退出现役日",
    "merged_into_id": "并入",
    "household": "户号",
    "relation": "与户主关系",
    "period": "起止",
    "basis": "户籍或居住",
    "hukou_place": "户籍所在",
    "permit_until": "居住证有效期止",
    "works_in": "务工单位",
    "stage": "在校阶段",
    "school": "学校",
    "insurance": "险种",
    "place": "地区",
    "evidence": "依据",
    "category": "类别",
    "certified_by": "认定部门",
    "status": "情况",
}
_LISTS: Final[dict[str, dict[str, str]]] = {
    "sex": SEXES,
    "document_kind": DOCUMENT_KINDS,
    "state": STATES,
    "relation": RELATIONS,
    "basis": RESIDENCES,
    "stage": STAGES,
    "insurance": INSURANCES,
    "status": SURVIVALS,
    "certified_by": BODIES,
    "kind": CHANGES,
}


def category_name(code: str) -> str:
    """The printed name of a class."""
    found = categories().get(code)
    return found.name if found else code


def value_words(name: str, value: Any) -> str:
    """A field's value in words."""
    if value in (None, "", []):
        return NOTHING
    if name == "category":
        return category_name(str(value))
    if name in _LISTS:
        return _LISTS[name].get(str(value), str(value))
    if name == "period":
        return period_words(value)
    if name == "insured_years":
        return "、".join(str(year) for year in value)
    if name == "merged_into_id":
        return "另一份记录"
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def period_words(period: Any) -> str:
    """A half-open range of days as first and last day."""
    if period.isempty:
        return "作废"
    last = None if period.upper is None else date.fromordinal(period.upper.toordinal() - 1)
    return span_words(period.lower, last)


def span_words(from_on: date | None, through_on: date | None) -> str:
    """First through last day, both included."""
    if through_on is None:
        return f"{day(from_on)} 起"
    return f"{day(from_on)} 至 {day(through_on)}"


def age_words(birth: date, on: date) -> str:
    """Full years, and for a small child months or days."""
    if birth > on:
        return "未出生"
    years = age_on(birth, on)
    if years >= 2:
        return f"{years} 周岁"
    days = (on - birth).days
    return f"{days // 30} 个月" if days >= 60 else f"出生第 {days + 1} 天"


def deed_words(action: str) -> str:
    """A journal entry's action."""
    return DEEDS.get(action, action)
