"""The answer with its reasons: each step in words with document and clause, and the readings it leans on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from yingbao.kernel.money import yuan
from yingbao.policy.assess import Answer, assess
from yingbao.policy.facts import FACTS, Person, Unknown
from yingbao.policy.policy import Alternative, Policy

PAYER_NAMES = {
    "medical_assistance": "医疗救助资金",
    "civil_affairs": "民政部门",
    "agriculture": "农业农村部门",
    "disabled_federation": "残联",
    "health": "卫生健康部门",
    "finance": "财政",
    "other": "其他资金",
}
DELIVERY_NAMES = {"exempt": "免征代缴", "differential": "差额征缴", "transferred": "当月参保次月资助"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a sentence in our own words, where it stands, and the amount it brings, in fen."""

    sentence: str
    document: str | None = None
    clause: str | None = None
    rule: str | None = None
    amount_fen: int | None = None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assumption:
    """A reading the answer leans on: under another one this person's answer would be different."""

    reading: str
    other: str
    taken: str
    instead: str
    would_be: str
    clause: str


@dataclass(frozen=True, slots=True)
class NextDay:
    """The next day on which the person can pay, in which window, and what is then due (fen, if known)."""

    on: date
    window: str
    due_fen: int | None


@dataclass(slots=True)
class Explanation:
    """An answer, its steps, the readings it leans on, and for a refusal the next way to pay."""

    answer: Answer
    steps: list[Step]
    assumed: list[Assumption] = field(default_factory=list)
    next_day: NextDay | None = None

    @property
    def missing(self) -> list[str]:
        """What is missing, in words, sorted."""
        return sorted(say_missing(name) for name in self.answer.missing)


def say_missing(name: str) -> str:
    """A missing fact or parameter in words."""
    kind, _, rest = name.partition(":")
    if kind == "parameter":
        return f"参数 {rest}（上级或原有文件未提供）"
    if kind == "price":
        return f"{rest} 没有适用的价格档"
    if name == "benefit_start":
        return "待遇起始日（文件未印）"
    spec = FACTS.get(name)
    return f"{name}（{spec.label}）" if spec else name


def explain(policy: Policy, person: Person, on: date) -> Explanation:
    """What `person` owes when paying on `on`, why, and on which readings the answer leans.

    >>> from yingbao.policy import Holding, Person, load_release
    >>> herder = Person(birth_date=date(1985, 6, 15), residence="hukou",
    ...                 categories=(Holding("rural_allowance_1"),))
    >>> found = explain(load_release("620721", 2024), herder, date(2023, 11, 8))
    >>> found.answer.due_fen
    7000
    >>> found.steps[-2].sentence
    '个人应缴 70.00 元'
    """
    answer = assess(policy.program, person, on)
    return Explanation(
        answer,
        list(_steps(policy, answer, person, on)),
        leaning(policy, answer, person, on),
        next_payable(policy, person, on) if answer.outcome == "not_payable" else None,
    )


def leaning(policy: Policy, answer: Answer, person: Person, on: date) -> list[Assumption]:
    """The readings under which this very person's answer would have been another."""
    found: list[Assumption] = []
    for alternative in _touched(policy, answer):
        instead = assess(alternative.program, person, on)
        if instead.core() != answer.core():
            reading = alternative.reading
            found.append(
                Assumption(
                    alternative.reading_id,
                    alternative.other_id,
                    reading.taken,
                    alternative.other.says,
                    summary(instead),
                    "；".join(str(source) for source in reading.source),
                )
            )
    return found


def _touched(policy: Policy, answer: Answer) -> Iterator[Alternative]:
    """Other readings of rules that were consulted on the way to this answer."""
    seen: set[int] = set()
    index = _alternatives_by_rule(policy)
    sections = {rule.partition(".")[0] for rule in answer.consulted}
    for rule in sorted(answer.consulted | sections):
        for alternative in index.get(rule, ()):
            if id(alternative) not in seen:
                seen.add(id(alternative))
                yield alternative


@lru_cache(maxsize=64)
def _alternatives_by_rule(policy: Policy) -> dict[str, list[Alternative]]:
    bands = {band.rule for plans in policy.program.prices.values() for band in plans}
    found: dict[str, list[Alternative]] = {}
    for alternative in policy.alternatives:
        for rule in alternative.reading.rules:
            for known in {rule, *(band for band in bands if band.startswith(f"{rule}."))}:
                found.setdefault(known, []).append(alternative)
    return found


def summary(answer: Answer) -> str:
    """An answer in one phrase."""
    if answer.allowed is False:
        return "不能缴费"
    if answer.due_fen is None:
        return "无法确定"
    start = answer.benefit_start.isoformat() if answer.benefit_start else "未定"
    words = f"应缴 {yuan(answer.due_fen)} 元，待遇自 {start} 起"
    if answer.later_transfer:
        words += f"，{answer.later_transfer.month} 转入 {yuan(answer.later_transfer.amount_fen)} 元"
    return words


def next_payable(policy: Policy, person: Person, on: date) -> NextDay | None:
    """The first later day on which some window opens for this person."""
    for day in opening_days(policy):
        if day > on:
            answer = assess(policy.program, person, day)
            if answer.allowed:
                return NextDay(day, answer.window or "", answer.due_fen)
    return None


@lru_cache(maxsize=64)
def opening_days(policy: Policy) -> tuple[date, ...]:
    """Every day on which a window opens, or opens again after days closed within a month."""
    days: set[date] = set()
    for window in policy.release.windows.values():
        days.add(window.from_)
        if window.days_of_month:
            day = window.from_
            while day <= window.through:
                if day.day == window.days_of_month[0]:
                    days.add(day)
                day += timedelta(days=1)
    return tuple(sorted(days))


def _step(policy: Policy, rule_id: str | None, sentence: str, amount: int | None = None) -> Step:
    rule = policy.rule(rule_id) if rule_id else None
    if rule is None:
        return Step(sentence, rule=rule_id, amount_fen=amount)
    sources = policy.sources(rule_id or "")
    document = "；".join(dict.fromkeys(source.document for source in sources))
    clause = "；".join(source.clause for source in sources)
    return Step(sentence, document, clause, rule_id, amount, policy.readings_of.get(rule_id or "", ()))


def _steps(policy: Policy, answer: Answer, person: Person, on: date) -> Iterator[Step]:
    if answer.allowed is False:
        yield from _refusal(policy, answer, on)
        return
    for holding in () if isinstance(person.categories, Unknown) else person.categories:
        if holding.held(on):
            since = f"，{holding.recognised_on} 认定" if holding.recognised_on else ""
            yield Step(f"{on} 在册人员类别：{policy.vocabulary.name(holding.code)}{since}")
    for spelling in person.unrecognised:
        yield Step(f"人员类别“{spelling}”没有登记，不能判断是否享受资助，请先核对名称")
    if answer.window is not None:
        spec = policy.release.windows[answer.window.partition(".")[2]]
        says = f"缴费日 {on} 在{spec.name}内（{spec.from_} 至 {spec.through}）：{spec.says}"
        yield _step(policy, answer.window, says)
    if answer.standard_fen is not None:
        yield _step(
            policy, answer.price, f"缴费标准 {yuan(answer.standard_fen)} 元", answer.standard_fen
        )
    yield from _subsidy_steps(policy, answer)
    yield from _cover_steps(policy, answer)
    for name in sorted(answer.missing):
        yield Step(f"缺：{say_missing(name)}，补齐后才能确定")


def _refusal(policy: Policy, answer: Answer, on: date) -> Iterator[Step]:
    if answer.reason == "no-window":
        rules = [f"windows.{name}" for name in policy.release.windows]
        listed = "；".join(f"{w.name} {w.from_} 至 {w.through}" for w in policy.release.windows.values())
        first = _step(policy, rules[0], f"{on} 不在此人可以缴费的时段内。各时段：{listed}")
        yield first
        return
    if answer.reason == "not-admitted":
        for plan in policy.program.admits:
            found = policy.rule(plan.rule)
            yield _step(policy, plan.rule, f"不符合参保范围：{found.says if found else plan.rule}")
        return
    barred = policy.rule(answer.reason)
    yield _step(policy, answer.reason, f"不能参保缴费：{barred.says if barred else answer.reason}")


def _subsidy_steps(policy: Policy, answer: Answer) -> Iterator[Step]:
    for name, fen in answer.by_subsidy:
        spec = policy.release.subsidies[name]
        delivery = DELIVERY_NAMES[spec.delivery]
        yield _step(policy, f"subsidies.{name}", f"{spec.says}：资助 {yuan(fen)} 元（{delivery}）", fen)
    if len(answer.subsidies) > 1:
        split = "、".join(f"{PAYER_NAMES[payer]} {yuan(fen)} 元" for payer, fen in answer.subsidies)
        yield Step(f"资助资金由 {split} 承担")
    if answer.due_fen is not None:
        yield Step(f"个人应缴 {yuan(answer.due_fen)} 元", amount_fen=answer.due_fen)
    if answer.later_transfer is not None:
        transfer = answer.later_transfer
        yield _step(
            policy,
            "later_transfer",
            f"全额缴费后新认定，{transfer.month} 将资助 {yuan(transfer.amount_fen)} 元转入一卡通",
            transfer.amount_fen,
        )


def _cover_steps(policy: Policy, answer: Answer) -> Iterator[Step]:
    if answer.waiting is not None and answer.waiting_days:
        spec = policy.release.waiting[answer.waiting.partition(".")[2]]
        yield _step(policy, answer.waiting, f"等待期 {answer.waiting_days} 天：{spec.says}")
    if answer.benefit_start is None:
        return
    sentence = f"待遇自 {answer.benefit_start} 起，至 {answer.benefit_end} 止"
    if answer.benefit_end is not None and answer.benefit_start > answer.benefit_end:
        sentence = f"等待期到 {answer.benefit_start} 才满，已过 {answer.benefit_end}，本年度享受不到待遇"
    yield _step(policy, answer.cover, sentence)
