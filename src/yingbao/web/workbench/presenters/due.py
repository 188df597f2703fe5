"""What is due of one person in a benefit year, as the card shows it: the amount, its reason, who pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from yingbao.policy import Explanation, Policy, Step
from yingbao.policy.explain import PAYER_NAMES
from yingbao.policy.facts import FACTS
from yingbao.registry.queries import HoldingLine
from yingbao.web.parts import Share, StepLine
from yingbao.web.spoken import MINUS, yuan
from yingbao.web.workbench.presenters.words import BODIES, category_name

#: A release names its levels in the order nation, province, city, county.
LEVELS: Final = {
    "central": "中央财政",
    "province": "省级财政",
    "city": "市级财政",
    "county": "县级财政",
    "local": "市县财政",
}
_GIVEN_BY: Final = {
    "insured_years": "补登以往参保经历",
    "residence": "到“变更登记”里选",
    "parent_insured": "先登记父母的参保情况",
    "tier": "问本人选哪一档",
    "periods": "问本人一次缴几期",
}


@dataclass(frozen=True, slots=True)
class OtherReading:
    """A reading the amount leans on, and what would be due under the other."""

    taken: str
    instead: str
    would_be: str
    clause: str


@dataclass(frozen=True, slots=True)
class Due:
    """The card. `outcome`: payable, not_payable, undetermined."""

    outcome: str
    amount: str
    headline: str
    detail: str
    cover: str
    wait: str
    wait_detail: str
    window: str
    window_days: str
    missing: tuple[tuple[str, str], ...]
    lines: tuple[StepLine, ...]
    shares: tuple[Share, ...]
    share_note: str
    others: tuple[OtherReading, ...]
    foot: str


def usual_day(policy: Policy, today: date) -> date:
    """Today, or the last day of the central window where today lies in no window at all."""
    windows = policy.release.windows
    if any(window.from_ <= today <= window.through for window in windows.values()):
        return today
    central = windows.get("central") or next(iter(windows.values()))
    return central.through


def due_of(
    policy: Policy,
    found: Explanation,
    holdings: tuple[HoldingLine, ...],
    insured: tuple[int, ...] | None = None,
) -> Due:
    """The card of an explanation; `insured`: the years known to be insured."""
    answer = found.answer
    window = policy.release.windows.get((answer.window or "").partition(".")[2])
    wait, wait_detail = _wait(found, _running(insured, policy.release.benefit_year))
    return Due(
        answer.outcome, yuan(answer.due_fen), _headline(found), _detail(found), _cover(found), wait, wait_detail,
        window.name if window else "", f"{window.from_} 至 {window.through}" if window else "",
        tuple(_missing(name) for name in sorted(answer.missing)), _lines(policy, found, holdings),
        *_shares(policy, found),
        tuple(OtherReading(a.taken, a.instead, a.would_be, a.clause) for a in found.assumed),
        f"依据 {policy.release.name} {policy.release.benefit_year}·摘要 {policy.digest[:4]} {policy.digest[4:8]}",
    )  # fmt: skip


def _headline(found: Explanation) -> str:
    if found.answer.outcome == "payable":
        return ""
    if found.answer.outcome == "undetermined":
        return "还不能确定"
    return "这天不能缴费"


def _detail(found: Explanation) -> str:
    answer = found.answer
    if answer.outcome == "not_payable":
        if found.next_day is None:
            return "本年度没有能缴费的日子"
        amount = f"，应缴 {yuan(found.next_day.due_fen)} 元" if found.next_day.due_fen is not None else ""
        return f"最早 {found.next_day.on} 能缴{amount}"
    if answer.later_transfer:
        return f"{answer.later_transfer.month} 另有 {yuan(answer.later_transfer.amount_fen)} 元转入一卡通"
    if answer.outcome == "payable" and answer.due_fen == 0:
        return "由政府代缴，本人不用缴"
    return ""


def _cover(found: Explanation) -> str:
    start, end = found.answer.benefit_start, found.answer.benefit_end
    if start is None:
        return ""
    if end is not None and start > end:
        return "本年度享受不到"
    return f"{start} 至 {end}" if end else f"{start} 起"


def _running(insured: tuple[int, ...] | None, year: int) -> int:
    """How many years up to the one before `year` are insured without a gap."""
    years, count = set(insured or ()), 0
    while year - 1 - count in years:
        count += 1
    return count


def _wait(found: Explanation, running: int) -> tuple[str, str]:
    answer = found.answer
    if answer.benefit_start is None and answer.missing:
        return "还不能确定", ""
    if answer.waiting_days:
        return f"{answer.waiting_days} 天", "缴费后这些天内看病不能报销"
    return "无", f"连续参保 {running} 年" if running else ""


def _missing(name: str) -> tuple[str, str]:
    """What is missing, and what to do about it."""
    kind, _, rest = name.partition(":")
    if kind == "parameter":
        return f"参数“{rest}”", "文件没有提供，请政策岗补上"
    if kind == "price":
        return f"{rest} 的价格档", "文件没有适用的一档，请政策岗核对"
    if name == "benefit_start":
        return "待遇起始日", "文件没有印，请示上级"
    label = FACTS[name].label if name in FACTS else name
    return label, _GIVEN_BY.get(name, "到“变更登记”里补")


def _lines(policy: Policy, found: Explanation, holdings: tuple[HoldingLine, ...]) -> tuple[StepLine, ...]:
    """The steps, the amount last under its rule."""
    before = [step for step in found.steps if not _is_sum(step)]
    last = [step for step in found.steps if _is_sum(step)]
    return tuple(_line(policy, step, holdings, last=_is_sum(step)) for step in [*before, *last])


def _is_sum(step: Step) -> bool:
    return step.rule is None and step.amount_fen is not None


def _line(policy: Policy, step: Step, holdings: tuple[HoldingLine, ...], *, last: bool) -> StepLine:
    sources = (f"{step.document} {step.clause}",) if step.document else _evidence(step, holdings)
    readings = [policy.release.readings[one].taken for one in step.assumed if one in policy.release.readings]
    value = ""
    if step.amount_fen is not None:
        taken_off = (step.rule or "").startswith("subsidies.") and step.amount_fen
        value = f"{MINUS if taken_off else ''}{yuan(step.amount_fen)}"
    sentence = step.sentence
    for name in FACTS:
        sentence = sentence.replace(f"缺：{name}（", "缺：（")
    return StepLine(
        sentence.replace("缺：（", "缺：").replace("），补齐", "，补齐"),
        sources,
        value,
        "；".join(readings),
        last,
    )


def _evidence(step: Step, holdings: tuple[HoldingLine, ...]) -> tuple[str, ...]:
    """Who certified a class, and on what."""
    for held in holdings:
        if f"人员类别：{category_name(held.what)}" in step.sentence:
            return (f"{BODIES.get(held.detail, held.detail)}·{held.evidence}",)
    return ()


def _shares(policy: Policy, found: Explanation) -> tuple[tuple[Share, ...], str]:
    """Who gives what, the person first; and where the treasuries' share stands."""
    answer = found.answer
    if answer.due_fen is None or not answer.allowed:
        return (), ""
    shares = [Share("本人", answer.due_fen)]
    shares += [Share(PAYER_NAMES.get(payer, payer), fen) for payer, fen in answer.subsidies]
    fiscal = policy.release.fiscal
    if fiscal is None or not answer.fiscal:
        return tuple(shares), "各级财政补助不在这份政策里，或这个缴费期没有财政补助。"
    tier = fiscal.tiers.get(fiscal.tier or "")
    levels = tier.levels if tier else {}
    if levels and sum(levels.values()) == fiscal.total:
        shares += [Share(LEVELS[level], levels[level]) for level in LEVELS if level in levels]
    else:
        shares.append(Share("各级财政", fiscal.total))
    source = "；".join(str(one) for one in policy.here(fiscal.source))
    return tuple(shares), f"财政补助 {yuan(fiscal.total)} 元（{fiscal.year} 年）：{source}。"
