"""The notice's own tables, reprinted from a release: every figure comes from its rules, none is typed again.

>>> from yingbao.policy import load_release
>>> found = tables(load_release("620721", 2024))
>>> [row[0] for row in next(t for t in found if t.key == "self-pay").rows]
[0, 7000, 13000, 28000]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from yingbao.kernel.money import yuan
from yingbao.policy import reference_tables
from yingbao.policy.amounts import PriceValue
from yingbao.policy.explain import DELIVERY_NAMES, PAYER_NAMES
from yingbao.policy.facts import FACTS
from yingbao.policy.policy import Policy
from yingbao.policy.program import Program, SubsidyPlan, WindowPlan
from yingbao.policy.schema.quantities import Source
from yingbao.policy.schema.rules import PAYERS, Cover, EndSpec, PayerCode, StartSpec, Subsidy, WaitPart
from yingbao.policy.table import (
    UNDETERMINED,
    Row,
    Table,
    amount,
    as_json,
    as_text,
    of_rules,
    say_rate,
    say_source,
    say_yuan,
)

__all__ = ["Table", "as_json", "as_text", "tables"]

LEVEL_NAMES: dict[Literal["central", "province", "city", "county", "local"], str] = {
    "central": "中央财政",
    "province": "省级财政",
    "city": "市级财政",
    "county": "县级财政",
    "local": "市县财政",
}


def tables(policy: Policy) -> list[Table]:
    """Every table the release can fill, in the order a notice has them."""
    makers: tuple[Callable[[Policy], Table | None], ...] = (
        _subsidies,
        _self_pay,
        _fiscal,
        _transfers,
        reference_tables.units,
        reference_tables.assignments,
        reference_tables.targets,
        _windows,
        reference_tables.calendar,
        reference_tables.channels,
        reference_tables.phones,
        reference_tables.providers,
        reference_tables.duties,
        reference_tables.figures,
    )
    made = (make(policy) for make in makers)
    return [_cited_here(policy, table) for table in made if table is not None]


def _cited_here(policy: Policy, table: Table) -> Table:
    """A layer's rules cite several counties' notices; the table cites those that hold in this region."""
    places = [Source(*place.split(" ", 1)) for place in table.source.split("；") if " " in place]
    return (
        replace(table, source="；".join(str(place) for place in policy.here(tuple(places))))
        if places
        else table
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """One subsidy at one price, alone: who pays how much. Amounts None while a parameter is not at hand."""

    spec: Subsidy
    standard_fen: int | None
    subsidy_fen: int | None
    due_fen: int | None
    by_payer: dict[PayerCode, int | None]


def _shares(program: Program) -> list[_Share]:
    """Each subsidy at each price of the windows that let it in, in printed order."""
    allowed: dict[str, dict[int, PriceValue]] = {name: {} for name in program.subsidies}
    for window in program.windows:
        for value in _whole_prices(window):
            for name in window.subsidies:
                allowed[name].setdefault(value.index, value)
    plans = sorted(program.subsidies.values(), key=lambda plan: plan.order)
    return [_share(program, plan, value) for plan in plans for value in allowed[plan.name].values()]


def _whole_prices(window: WindowPlan) -> Iterable[PriceValue]:
    """The price of each band for the whole year, or for one period where periods are chosen."""
    for plan in window.price:
        yield plan.values[min(1, len(plan.values) - 1)] if plan.band.times_periods else plan.values[-1]


def _share(program: Program, plan: SubsidyPlan, value: PriceValue) -> _Share:
    payers = _payers(plan.spec)
    if value.fen is None or program.offer(value, plan.name).fen is None:
        return _Share(plan.spec, value.fen, None, None, dict.fromkeys(payers))
    combo = program.combo(value, (plan.name,))
    amounts = dict(zip(PAYERS, combo.by_payer, strict=True))
    paid = combo.standard_fen - combo.due_fen
    return _Share(plan.spec, combo.standard_fen, paid, combo.due_fen, {p: amounts[p] for p in payers})


def _payers(spec: Subsidy) -> list[PayerCode]:
    if spec.payer is not None:
        return [spec.payer]
    if spec.shares is not None:
        return list(spec.shares)
    return list(dict.fromkeys(part.payer for part in spec.sequence or ()))


def _printed_amount(spec: Subsidy) -> str:
    """The subsidy as the rule states it: 全额, 310.00元, 90%, 缴至, 待定."""
    amount = spec.amount
    if amount.full:
        return "全额"
    if amount.percent is not None:
        return say_rate(amount.percent)
    if amount.fixed is not None:
        return f"{yuan(amount.fixed)}元"
    return UNDETERMINED if amount.pays is None else f"资助至个人缴 {yuan(amount.pays)}元"


def _subsidies(policy: Policy) -> Table | None:
    shares = _shares(policy.program)
    if not shares:
        return None
    present = {payer for share in shares for payer in share.by_payer}
    payers = [payer for payer in PAYERS if payer in present]
    heads = tuple(f"{PAYER_NAMES[payer]}（元）" for payer in payers)
    money = ("缴费标准（元）", "资助金额（元）", *heads, "个人缴费（元）")
    rows = tuple(
        (
            share.spec.name,
            amount(share.standard_fen),
            _printed_amount(share.spec),
            amount(share.subsidy_fen),
            *(amount(share.by_payer[p]) if p in share.by_payer else None for p in payers),
            amount(share.due_fen),
            DELIVERY_NAMES[share.spec.delivery],
        )
        for share in shares
    )
    columns = ("人员类别", money[0], "资助标准", money[1], *heads, money[-1], "方式")
    return Table("subsidies", "资助参保标准", say_source(s.spec for s in shares), columns, rows, money=money)


def _self_pay(policy: Policy) -> Table | None:
    shares = _shares(policy.program)
    if not shares:
        return None
    known = sorted({share.due_fen for share in shares if share.due_fen is not None})
    rows: list[Row] = []
    for due in [*known, None]:
        having = [share for share in shares if share.due_fen == due]
        if having:
            standards = dict.fromkeys(_printed_amount(share.spec) for share in having)
            names = dict.fromkeys(share.spec.name for share in having)
            rows.append((amount(due), "、".join(standards), "；".join(names)))
    columns = ("个人缴费（元）", "资助标准", "人员类别")
    source = say_source(share.spec for share in shares)
    return Table("self-pay", "个人缴费标准", source, columns, tuple(rows), money=columns[:1])


def _fiscal(policy: Policy) -> Table | None:
    fiscal = policy.release.fiscal
    if fiscal is None:
        return None
    levels = [level for level in LEVEL_NAMES if any(level in tier.levels for tier in fiscal.tiers.values())]
    money = ("合计（元）", *(f"{LEVEL_NAMES[level]}（元）" for level in levels))
    rows: list[Row] = [
        (
            tier.name,
            tier.regions or None,
            tier.total,
            *(tier.levels.get(level) for level in levels),
            "本地区" if name == fiscal.tier else None,
        )
        for name, tier in fiscal.tiers.items()
    ]
    if not rows:
        rows = [("不低于" if fiscal.at_least else "不分档", None, fiscal.total, None)]
    title = f"各级财政对居民医保人均补助（{fiscal.year} 年）"
    columns = ("档次", "市、县", *money, "适用")
    return Table("fiscal", title, say_source([fiscal]), columns, tuple(rows), money=money)


def _transfers(policy: Policy) -> Table | None:
    columns = ("项目", "每人每年（元）", "年度", "划入")
    rows = [
        (rule.name, rule.amount, f"{rule.year} 年", rule.to) for rule in policy.release.transfers.values()
    ]
    return of_rules("transfers", "从基金划出", policy.release.transfers, columns, rows, columns[1:2])


def _windows(policy: Policy) -> Table | None:
    release = policy.release
    plans = {plan.name: plan for plan in policy.program.windows}
    rows = []
    for name, window in release.windows.items():
        prices = [value.fen for value in _whole_prices(plans[name])]
        days, cover = window.days_of_month, release.cover[window.cover]
        rows.append(
            (
                window.name,
                window.from_.isoformat(),
                window.through.isoformat(),
                f"{days[0]}—{days[1]} 日" if days else None,
                amount(prices[0]) if len(prices) == 1 else "、".join(str(say_yuan(f)) for f in prices),
                _cover_start(cover),
                _cover_end(cover),
                _wait(policy, window.waiting),
                _subsidised(policy, plans[name]),
                window.says,
            )
        )
    columns = (
        "缴费期", "起", "止", "每月", "缴费标准（元）", "待遇起", "待遇止", "等待期", "资助", "说明",
    )  # fmt: skip
    return of_rules("windows", "缴费期限与待遇", release.windows, columns, rows, columns[4:5])


def _cover_start(cover: Cover) -> str:
    start = cover.start
    if not isinstance(start, StartSpec):
        return UNDETERMINED if isinstance(start, str) else start.isoformat()
    text = _day_name(start.day)
    if start.plus is not None:
        text += f"后 {start.plus}"
    if start.next_month:
        text += "次月 1 日"
    return text + (f"，不早于 {cover.not_before.isoformat()}" if cover.not_before else "")


def _day_name(day: str) -> str:
    return "缴费日" if day == "payment" else FACTS[day].label if day in FACTS else day


def _cover_end(cover: Cover) -> str:
    end = cover.end
    if not isinstance(end, EndSpec):
        return end.isoformat()
    return f"起始后 {end.after}" if end.after is not None else "按所缴期数"


def _wait(policy: Policy, name: str | None) -> str | None:
    if name is None:
        return None
    rule = policy.release.waiting[name]
    parts = [_wait_part(part) for part in rule.parts]
    return ("；" if rule.combine == "sum" else "，或 ").join(parts) + ("（取长）" if len(parts) > 1 else "")


def _wait_part(part: WaitPart) -> str:
    lapsed = part.when is not None and part.when.lapsed_years is not None
    text = f"断保 {part.wait}" if lapsed else str(part.wait)
    return text if part.each is None else f"{text}，每多断 1 年加 {part.each}"


def _subsidised(policy: Policy, plan: WindowPlan) -> str:
    every = policy.program.subsidies
    if not plan.subsidies:
        return "无"
    if len(plan.subsidies) == len(every):
        return "按类别"
    return "只限：" + "；".join(every[name].spec.name for name in plan.subsidies)
