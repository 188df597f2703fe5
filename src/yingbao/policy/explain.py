"""The answer with its reasons: each step in words with document and clause, and the readings it leans on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from yingbao.kernel.money import yuan
from yingbao.policy.assess import Answer, Transfer, assess
from yingbao.policy.facts import FACTS, Person, Unknown
from yingbao.policy.leaning import other_answers
from yingbao.policy.policy import Alternative, Policy
from yingbao.policy.schema.rules import PayerCode

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
    return [
        Assumption(
            alternative.reading_id,
            alternative.other_id,
            alternative.reading.taken,
            alternative.other.says,
            summary(instead),
            _clause(alternative),
        )
        for alternative, instead in other_answers(policy, answer, person, on)
    ]


@lru_cache(maxsize=4096)
def _clause(alternative: Alternative) -> str:
    return "；".join(str(source) for source in alternative.policy.here(alternative.reading.source))


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
    clauses: dict[str, list[str]] = {}
    for source in sources:
        clauses.setdefault(source.document, []).append(source.clause)
    document = "；".join(clauses)
    clause = "；".join("、".join(found) for found in clauses.values())
    return Step(sentence, document, clause, rule_id, amount, policy.readings_of.get(rule_id or "", ()))


def _steps(policy: Policy, answer: Answer, person: Person, on: date) -> Iterator[Step]:
    """The steps, those that many people share made once."""
    if answer.allowed is False:
        yield from _refusal(policy, answer.reason, on)
        return
    for holding in () if isinstance(person.categories, Unknown) else person.categories:
        if holding.held(on):
            since = f"，{holding.recognised_on} 认定" if holding.recognised_on else ""
            yield Step(f"{on} 在册人员类别：{policy.vocabulary.name(holding.code)}{since}")
    for spelling in person.unrecognised:
        yield Step(f"人员类别“{spelling}”没有登记，不能判断是否享受资助，请先核对名称")
    yield from _window_steps(policy, answer.window, answer.price, answer.standard_fen, on)
    yield from _subsidy_steps(
        policy, answer.by_subsidy, answer.subsidies, answer.due_fen, answer.later_transfer
    )
    yield from _cover_steps(
        policy, answer.cover, answer.waiting, answer.waiting_days, answer.benefit_start, answer.benefit_end
    )
    for name in sorted(answer.missing):
        yield Step(f"缺：{say_missing(name)}，补齐后才能确定")


@lru_cache(maxsize=4096)
def _refusal(policy: Policy, reason: str, on: date) -> tuple[Step, ...]:
    if reason == "no-window":
        rules = [f"windows.{name}" for name in policy.release.windows]
        listed = "；".join(f"{w.name} {w.from_} 至 {w.through}" for w in policy.release.windows.values())
        return (_step(policy, rules[0], f"{on} 不在此人可以缴费的时段内。各时段：{listed}"),)
    if reason == "not-admitted":
        admits = [(plan.rule, policy.rule(plan.rule)) for plan in policy.program.admits]
        return tuple(
            _step(policy, rule, f"不符合参保范围：{found.says if found else rule}") for rule, found in admits
        )
    barred = policy.rule(reason)
    return (_step(policy, reason, f"不能参保缴费：{barred.says if barred else reason}"),)


@lru_cache(maxsize=4096)
def _window_steps(
    policy: Policy, window: str | None, price: str | None, standard_fen: int | None, on: date
) -> tuple[Step, ...]:
    steps: list[Step] = []
    if window is not None:
        spec = policy.release.windows[window.partition(".")[2]]
        says = f"缴费日 {on} 在{spec.name}内（{spec.from_} 至 {spec.through}）：{spec.says}"
        steps.append(_step(policy, window, says))
    if standard_fen is not None:
        steps.append(_step(policy, price, f"缴费标准 {yuan(standard_fen)} 元", standard_fen))
    return tuple(steps)


@lru_cache(maxsize=4096)
def _subsidy_steps(
    policy: Policy,
    by_subsidy: tuple[tuple[str, int], ...],
    subsidies: tuple[tuple[PayerCode, int], ...],
    due_fen: int | None,
    transfer: Transfer | None,
) -> tuple[Step, ...]:
    steps: list[Step] = []
    for name, fen in by_subsidy:
        spec = policy.release.subsidies[name]
        says = f"{spec.says}：资助 {yuan(fen)} 元（{DELIVERY_NAMES[spec.delivery]}）"
        steps.append(_step(policy, f"subsidies.{name}", says, fen))
    if len(subsidies) > 1:
        split = "、".join(f"{PAYER_NAMES[payer]} {yuan(fen)} 元" for payer, fen in subsidies)
        steps.append(Step(f"资助资金由 {split} 承担"))
    if due_fen is not None:
        steps.append(Step(f"个人应缴 {yuan(due_fen)} 元", amount_fen=due_fen))
    if transfer is not None:
        says = f"全额缴费后新认定，{transfer.month} 将资助 {yuan(transfer.amount_fen)} 元转入一卡通"
        steps.append(_step(policy, "later_transfer", says, transfer.amount_fen))
    return tuple(steps)


@lru_cache(maxsize=4096)
def _cover_steps(
    policy: Policy,
    cover: str | None,
    waiting: str | None,
    waiting_days: int | None,
    start: date | None,
    end: date | None,
) -> tuple[Step, ...]:
    steps: list[Step] = []
    if waiting is not None and waiting_days:
        spec = policy.release.waiting[waiting.partition(".")[2]]
        steps.append(_step(policy, waiting, f"等待期 {waiting_days} 天：{spec.says}"))
    if start is not None:
        sentence = f"待遇自 {start} 起，至 {end} 止"
        if end is not None and start > end:
            sentence = f"等待期到 {start} 才满，已过 {end}，本年度享受不到待遇"
        steps.append(_step(policy, cover, sentence))
    return tuple(steps)
