"""Roles and what each may do, as data. Three administrators keep each other apart (GB/T 22239, level 3).

A permission is `thing.deed`. Pages and actions ask for permissions, never for roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its printed name, its permissions, and whether it keeps watch rather than works."""

    code: str
    name: str
    permissions: frozenset[str]
    watches: bool = False


PERMISSIONS: Final[dict[str, str]] = {
    "home.view": "看工作台",
    "web.components": "看部件与状态",
    "policy.view": "看政策",
    "policy.calculate": "试算",
    "person.search": "查人",
    "person.view": "看个人与家庭",
    "person.unmask": "看完整证件号码",
    "person.register": "登记参保人员",
    "person.change": "变更登记",
    "person.state": "停保、恢复、终止",
    "person.class": "手工认定、终止人员类别",
    "person.merge.request": "提出合并、拆分",
    "person.merge.review": "复核合并、拆分",
    "unit.view": "看单位",
    "unit.manage": "维护单位",
    "duty.manage": "维护包片责任",
    "bill.view": "看账单",
    "bill.assess": "全员核定",
    "bill.settle": "登记到账、退费",
    "order.view": "看收款",
    "order.take": "窗口收费、日结",
    "order.make": "经渠道下单、取消",
    "order.confirm": "经渠道告知收款",
    "order.cancel": "取消订单",
    "receipt.print": "打印缴款凭据",
    "refund.ask": "申请退费",
    "refund.review": "复核退费",
    "refund.pay": "经渠道告知退款结果",
    "refund.retry": "退款失败后重退",
    "ledger.view": "看账簿",
    "channel.view": "看渠道",
    "channel.manage": "登记渠道与密钥",
    "register.view": "看征缴清册",
    "register.issue": "编制征缴清册",
    "register.declare": "零费申报",
    "register.export": "导出清册",
    "policy.supply": "补填政策留给县区的数",
    "roster.view": "看名册",
    "roster.hand-in": "报送名册",
    "roster.match": "处理名册待定行",
    "roster.review": "复核名册",
    "run.view": "看运行",
    "run.load": "批量装入",
    "journal.view": "看日志",
    "journal.verify": "核对日志封存",
    "staff.view": "看人员账户",
    "staff.manage": "建立、停用人员账户",
    "staff.grant": "授予岗位、重置第二因子",
}

_READ: Final = frozenset(
    {"home.view", "web.components", "policy.view", "policy.calculate", "unit.view", "run.view"}
)
_PEOPLE: Final = frozenset({"person.search", "person.view", "bill.view"})
_COUNTER: Final = frozenset(
    {"order.view", "order.take", "order.cancel", "receipt.print", "refund.ask", "refund.retry"}
)
_BOOKS: Final = frozenset({"order.view", "ledger.view", "channel.view"})
#: What a channel may do for the people of its unit. No member of staff has these: whoever takes money at the counter
#: does it by `order.take`.
CHANNEL: Final = frozenset({"order.make", "order.confirm", "refund.ask", "refund.pay", "bill.settle"})
_VILLAGE: Final = _READ | _PEOPLE | {"person.register"}
_REGISTER: Final = frozenset(
    {"bill.assess", "register.view", "register.issue", "register.declare", "register.export", "policy.supply"}
)
_ROSTER: Final = frozenset({"roster.view", "roster.hand-in"})
_TOWN: Final = (
    _VILLAGE | _ROSTER | _COUNTER | {"person.change", "person.unmask", "person.state", "duty.manage"}
)
_COUNTY: Final = (
    _TOWN
    | {"person.class", "person.merge.request", "unit.manage", "run.load"}
    | _REGISTER
    | _BOOKS
    | {"roster.match"}
)

ROLES: Final[dict[str, Role]] = {
    role.code: role
    for role in (
        Role("village_agent", "村（社区）代办员", _VILLAGE),
        Role("town_clerk", "镇医保专干", _TOWN),
        Role("county_clerk", "县区经办", _COUNTY),
        Role(
            "reviewer",
            "复核",
            _READ
            | _PEOPLE
            | {
                "person.unmask",
                "person.merge.review",
                "roster.view",
                "roster.review",
                "register.view",
                "refund.review",
            }
            | _BOOKS,
        ),
        Role("chief", "领导", _READ | _PEOPLE | _BOOKS | {"register.view"}),
        Role("department", "部门", _READ | _ROSTER),
        Role(
            "finance",
            "财务",
            _READ | _PEOPLE | _BOOKS | {"register.view", "register.export", "receipt.print"},
        ),
        Role("policy_officer", "政策", _READ | {"policy.supply"}),
        Role(
            "system_admin",
            "系统管理员",
            _READ | {"staff.view", "staff.manage", "channel.view", "channel.manage"},
            watches=True,
        ),
        Role("security_admin", "安全管理员", _READ | {"staff.view", "staff.grant"}, watches=True),
        Role(
            "audit_admin",
            "审计管理员",
            _READ | _PEOPLE | _BOOKS | {"journal.view", "journal.verify", "staff.view"},
            watches=True,
        ),
    )
}


def holders(permission: str) -> tuple[str, ...]:
    """The printed names of the roles that carry a permission."""
    return tuple(role.name for role in ROLES.values() if permission in role.permissions)


def role_name(code: str) -> str:
    """The printed name of a role."""
    return ROLES[code].name if code in ROLES else "程序"


def may_hold_together(codes: frozenset[str]) -> bool:
    """Whether one person may hold these roles: a watching role stands alone."""
    return len(codes) <= 1 or not any(ROLES[code].watches for code in codes)
