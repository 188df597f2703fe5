"""Deeds of the journal as people say them: what was done, to what, before and after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import NoReverseMatch, reverse

from yingbao.accounts.roles import ROLES
from yingbao.journal.queries import Deed
from yingbao.payments.states import CHANNELS, HELD, KINDS, ORDERS, REASONS
from yingbao.payments.states import OUTCOMES as PAID
from yingbao.registry.queries import units
from yingbao.registry.states import (
    CHANGES,
    DOCUMENT_KINDS,
    INSURANCES,
    RELATIONS,
    RESIDENCES,
    STATES,
    SURVIVALS,
)
from yingbao.rosters.senders import DEPARTMENTS
from yingbao.web import spoken
from yingbao.web.parts import Event

#: Every deed the program records, in words; a house test finds one that is missing.
DEEDS: Final[dict[str, str]] = {
    "bills.assess": "全员核定", "bill.pay": "账单到账", "bill.refund": "退费", "bill.refund-and-close": "退费并关闭账单",
    "register.issue": "编制预征清册", "register.export": "导出清册", "batch.zero-fee": "生成零费申报",
    "batch.tags": "生成身份标识文件", "batch.export": "下载报税务的文件", "batch.answer": "读申报回执",
    "parameter.supply": "补填参数", "bill.reprice": "按付款那天重新核定",
    "order.make": "下订单", "order.start": "渠道开始扣款", "order.cancel": "取消订单", "order.expire": "订单过期",
    "payment.take": "收到款", "receipt.print": "打印缴款凭据", "day.close": "窗口日结",
    "refund.ask": "申请退费", "refund.approve": "同意退费", "refund.decline": "不同意退费", "refund.pay-out": "退款划出",
    "refund.fail": "退款失败", "refund.retry": "退款重退",
    "channel.open": "登记渠道", "channel.key": "登记渠道密钥", "channel.key-end": "停用渠道密钥",
    "channel.close": "停用渠道", "channel.reopen": "恢复渠道",
    "roster.hand-in": "报送名册", "roster.check": "重新核对名册", "roster.decide": "处理名册的一行", "roster.spelling": "确认名册的写法",
    "roster.submit": "提交名册复核", "roster.return": "退回名册", "roster.apply": "名册生效", "roster.withdraw": "撤回名册",
    "population.ask": "交办批量装入", "population.load": "批量装入人员",
    "sign-in": "登录", "sign-in.refused": "登录没有通过", "sign-in.locked": "登录被锁", "sign-out": "退出登录",
    "second-factor.begin": "开始设置动态口令", "second-factor.set": "设好动态口令", "second-factor.reset": "重置动态口令",
    "second-factor.wrong": "动态口令输错",
    "second-factor.recovery": "用备用码登录", "second-factor.codes": "换一批备用码",
    "password.change": "换密码", "password.reset": "重置密码",
    "staff.add": "建账户", "staff.stop": "停用账户", "staff.activate": "启用账户", "staff.identity": "登记统一身份",
    "staff.department": "写明部门",
    "post.grant": "授予岗位", "post.end": "终止岗位",
    "household.register": "登记家庭", "household.move": "整户迁移",
    "resident.register": "登记参保人员", "resident.change": "更正个人信息", "resident.move": "迁移",
    "resident.document.give": "补登证件号码", "resident.document.correct": "更正证件号码", "resident.unmask": "查看完整证件号码",
    "enrolment.register-again": "重新参保", "enrolment.suspend": "停保", "enrolment.resume": "恢复参保",
    "enrolment.terminate": "终止参保", "enrolment.void": "登记作废", "enrolment.move": "转移", "enrolment.reclass": "身份类型变更",
    "survival.died": "登记死亡", "survival.imprisoned": "登记服刑", "survival.missing": "登记失踪", "survival.enlisted": "登记参军",
    "survival.end": "情形结束（服刑、失踪等）",
    "class.recognise": "认定类别", "class.end": "终止类别", "cover.record": "登记其他参保", "cover.end": "终止其他参保",
    "merge.ask": "申请合并", "merge.approve": "同意合并", "merge.refuse": "退回合并",
    "split.ask": "申请拆分", "split.approve": "同意拆分", "split.refuse": "退回拆分",
    "household.open": "立户", "household.relate": "更正与户主关系", "survival.withdraw": "撤回误登的死亡等情形",
    "unit.assign.end": "终止归口管理", "unit.add": "增加单位", "unit.close": "撤销单位", "unit.assign": "归口管理", "unit.load": "按政策装入单位",
    "duty.give": "登记包片责任", "duty.end": "终止包片责任",
    "journal.verify": "核对日志封存",
}  # fmt: skip
GROUPS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("登录", ("sign-", "second-", "password.")), ("账户和岗位", ("staff.", "post.")), ("日志", ("journal.",)),
    ("单位", ("unit.", "duty.")),
)  # fmt: skip
_OTHERS: Final = "人员和家庭"
_SUBJECTS: Final = {
    "staff": "账户",
    "resident": "人员",
    "household": "家庭",
    "unit": "单位",
    "journal": "日志",
    "run": "运行",
    "order": "订单",
    "payment": "收款",
    "receipt": "凭据",
    "channel": "渠道",
    "day-close": "日结",
    "batch": "申报批次",
}
#: Where a subject is looked at: url names, the first that exists.
_PAGES: Final = {
    "staff": ("staff-one",),
    "resident": ("residents-person", "residents-one", "person"),
    "household": ("residents-household", "household"),
    "run": ("runs-one",),
    "channel": ("channels-channel",),
    "batch": ("registers-batch",),
}
_FACTS: Final = {
    "way": "方式", "login": "登录名", "department": "部门", "role": "岗位", "unit": "单位", "from": "从", "to": "到", "last": "最后一天",
    "on": "日期", "number": "户号", "people": "人数", "household": "户号", "relation": "与户主关系", "kind": "类型", "category": "类别",
    "insurance": "险种", "through": "到", "status": "情形", "changed": "改了", "code": "代码", "hukou": "户籍在", "units": "单位",
    "kept": "保留", "gone": "并入", "entries": "条数", "batches": "批数", "unsealed": "未封存", "wrong": "对不上", "bound": "已登记",
    "before": "原来", "after": "改为", "reason": "原因",
    "fen": "金额", "booked": "已入账", "family": "其中个人账户", "cash": "应有现金", "counted": "清点", "order": "订单", "orders": "笔数",
    "bills": "账单", "receipt": "凭据", "refund": "退费号", "channel": "渠道", "transaction": "渠道流水", "outcome": "结果",
    "time": "第几次", "key": "密钥", "scheme": "签名方式", "until": "到", "addresses": "网络地址", "per_minute": "每分钟最多",
    "total": "金额", "paid_at": "收款时间",
    "batch": "批次", "lines": "行数", "accepted": "受理", "refused": "退回", "unbooked": "受理未入账", "faults": "要核对",
}  # fmt: skip
_WAYS: Final = {
    "code": "密码和动态口令", "recovery": "密码和备用码", "set-up": "首次设置动态口令", "oidc": "统一身份认证",
    "asked": "本人退出", "idle": "30 分钟没有操作", "whole": "满 12 小时",
}  # fmt: skip
_FIELDS: Final = {
    "name": "姓名", "sex": "性别", "birth_date": "出生日期", "nation": "民族", "phone": "电话", "insured_years": "以往参保年度",
    "military_dependant": "随军家属", "discharged_on": "退出现役日", "address": "地址", "unit": "单位",
}  # fmt: skip
#: Facts that are codes of units.
_UNITS: Final = frozenset({"unit", "units", "from", "to", "hukou", "code"})
_AMOUNTS: Final = frozenset({"fen", "booked", "family", "cash", "counted"})
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
#: Facts that say nothing to a reader.
_SILENT: Final = frozenset({"request", "duty", "release", "findings"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal page."""

    at: str
    who: str
    post: str
    what: str
    subject: str
    href: str | None
    facts: tuple[tuple[str, str], ...]
    grounds: str
    address: str
    id: str


def what(action: str) -> str:
    """A deed in words; one that has none yet shows its code."""
    return DEEDS.get(action, action)


def lines(deeds: Sequence[Deed]) -> list[Line]:
    """Deeds as the page shows them."""
    names = _unit_names(deeds)
    return [_line(deed, names) for deed in deeds]


def events_of(deeds: Sequence[Deed]) -> list[Event]:
    """Deeds as a time line: who did it, on what grounds."""
    names = _unit_names(deeds)
    found = []
    for deed in deeds:
        said = "，".join(f"{name} {value}" for name, value in facts_of(deed.facts, names))
        parts = (part for part in (deed.staff_name, said, deed.grounds) if part)
        found.append(Event(spoken.day(deed.at), what(deed.action), "·".join(parts)))
    return found


def facts_of(facts: Mapping[str, Any], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What was before and after, name and value in words; `names` are those of units by code."""
    told = [name for name, value in facts.items() if name not in _SILENT and value not in ("", None, [], {})]
    order = list(_FACTS)
    told.sort(key=lambda name: order.index(name) if name in order else len(order))
    return tuple((_label(name, facts), _value(name, facts[name], names)) for name in told)


def _label(name: str, facts: Mapping[str, Any]) -> str:
    """What a fact is called; the number of an order is no household's."""
    if name == "number" and {"channel", "to"} & facts.keys():
        return "订单"
    return _FACTS.get(name, name)


def _line(deed: Deed, names: Mapping[str, str]) -> Line:
    post = ROLES[deed.role].name if deed.role in ROLES else ("程序" if deed.role == "program" else "没有岗位")
    return Line(
        spoken.minute(deed.at), deed.staff_name or "不认识的登录名", post if deed.staff_name else "", what(deed.action),
        _SUBJECTS.get(deed.subject, deed.subject), _href(deed.subject, deed.subject_id), facts_of(deed.facts, names),
        deed.grounds, deed.address, str(deed.id),
    )  # fmt: skip


def _unit_names(deeds: Sequence[Deed]) -> dict[str, str]:
    """Names of the units that the facts of deeds speak of, asked for once."""
    codes: set[str] = set()
    for deed in deeds:
        for name in _UNITS & deed.facts.keys():
            value = deed.facts[name]
            codes.update(value if isinstance(value, list) else [str(value)])
    return units.names_of(codes)


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Deeds for the filter, in groups."""
    grouped: dict[str, list[tuple[str, str]]] = {
        name: [] for name in (_OTHERS, *(name for name, _ in GROUPS))
    }
    for action, words in DEEDS.items():
        group = next((name for name, heads in GROUPS if action.startswith(heads)), _OTHERS)
        grouped[group].append((action, words))
    return list(grouped.items())


def _value(name: str, value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "；".join(
            f"{_FIELDS.get(k, _FACTS.get(k, k))}：{_value(k, v, names)}" for k, v in value.items()
        )
    if isinstance(value, list):
        inside = [
            _FIELDS.get(str(v), str(v)) if not isinstance(v, Mapping) else _value(name, v, names)
            for v in value
        ]
        return "、".join(inside[:5]) + (f" 等 {len(inside)} 个" if len(inside) > 5 else "")
    text = str(value)
    if name == "login" and text == "unknown":
        return "没有这个登录名"
    if name == "way":
        return _WAYS.get(text, f"还剩 {text} 个" if text.isdigit() else text)
    if name in _AMOUNTS and isinstance(value, int):
        return f"{spoken.yuan(value)} 元"
    if _INSTANT.match(text):
        return spoken.minute(datetime.fromisoformat(text))
    if name == "role" and text in ROLES:
        return ROLES[text].name
    if name in _UNITS and text in names:
        return names[text]
    return _CODES.get(name, {}).get(text, text)


_MONEY_KINDS: Final = {**KINDS, **{code: name for code, (name, _) in CHANNELS.items()}}
_CODES: Final[dict[str, dict[str, str]]] = {
    "from": {**STATES, **ORDERS}, "to": {**STATES, **ORDERS}, "reason": {**REASONS, **HELD}, "outcome": dict(PAID),
    "relation": dict(RELATIONS), "insurance": dict(INSURANCES), "status": dict(SURVIVALS), "basis": dict(RESIDENCES),
    "kind": {**DOCUMENT_KINDS, **CHANGES, **_MONEY_KINDS}, "department": DEPARTMENTS, "before": DEPARTMENTS,
}  # fmt: skip


def _href(subject: str, subject_id: Any) -> str | None:
    for name in _PAGES.get(subject, ()) if subject_id else ():
        try:
            return reverse(name, args=[subject_id])
        except NoReverseMatch:
            continue
    return None
