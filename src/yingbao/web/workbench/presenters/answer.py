"""Why it is this figure: an explanation as a page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from yingbao.policy import Explanation, Holding, Person, Policy, Step, assess, explain
from yingbao.policy.assess import Answer
from yingbao.policy.check.rules import tests_of
from yingbao.policy.check.variants import Variants, span_of
from yingbao.policy.explain import DELIVERY_NAMES, PAYER_NAMES, say_missing
from yingbao.policy.tables import LEVEL_NAMES
from yingbao.web.parts import Share, StepLine
from yingbao.web.spoken import MINUS, yuan


@dataclass(frozen=True, slots=True)
class Leaning:
    """A reading this answer leans on, and what each other reading would make of it."""

    taken: str
    clause: str
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Next:
    """The next day on which one can pay."""

    on: date
    window: str
    due_fen: int | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not known; `field` is the question of the form that asks for it, if it does."""

    words: str
    field: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The answer, its reasons, and what it leans on. Amounts in fen."""

    outcome: str
    due_fen: int | None
    standard_fen: int | None
    window: str
    window_days: str
    start: date | None
    end: date | None
    too_late: bool
    waiting_days: int | None
    delivery: str
    money_steps: tuple[StepLine, ...]
    cover_steps: tuple[StepLine, ...]
    shares: tuple[Share, ...]
    at_least: bool
    transfer: str
    missing: tuple[Missing, ...]
    leaning: tuple[Leaning, ...]
    next_day: Next | None


def answer_page(policy: Policy, person: Person, on: date) -> AnswerPage:
    """What this person owes when paying on this day, and why."""
    explanation = explain(policy, person, on)
    answer = explanation.answer
    window = policy.release.windows.get((answer.window or "").partition(".")[2])
    money, cover = _split(explanation)
    following = explanation.next_day
    fiscal = policy.release.fiscal
    return AnswerPage(
        answer.outcome,
        answer.due_fen,
        answer.standard_fen,
        window.name if window else "",
        f"{window.from_} 至 {window.through}" if window else "",
        answer.benefit_start,
        answer.benefit_end,
        bool(answer.benefit_start and answer.benefit_end and answer.benefit_start > answer.benefit_end),
        answer.waiting_days,
        DELIVERY_NAMES.get(answer.delivery or "", ""),
        tuple(_lines(explanation, money, last=answer.due_fen is not None)),
        tuple(_lines(explanation, cover)),
        tuple(_shares(policy, answer)),
        fiscal is not None and fiscal.at_least,
        _transfer(answer),
        tuple(Missing(say(name), question(name)) for name in sorted(answer.missing)),
        tuple(_leaning(explanation)),
        None
        if following is None
        else Next(following.on, _window_name(policy, following.window), following.due_fen),
    )


def say(name: str) -> str:
    """What is missing, in words without the rule language's own names."""
    words = say_missing(name)
    return words[len(name) + 1 : -1] if words.startswith(f"{name}（") else words


def question(name: str) -> str:
    """The question of the calculator that would bring a missing fact."""
    return {"insured_years": "insured"}.get(name, "" if ":" in name or name == "benefit_start" else name)


def _leaning(explanation: Explanation) -> Iterator[Leaning]:
    found = sorted(explanation.assumed, key=lambda item: item.reading)
    for _, group in groupby(found, key=lambda item: item.reading):
        items = list(group)
        others = tuple((item.instead, item.would_be) for item in items)
        yield Leaning(items[0].taken, items[0].clause, others)


def _window_name(policy: Policy, rule: str) -> str:
    window = policy.release.windows.get(rule.partition(".")[2])
    return window.name if window else ""


def _split(explanation: Explanation) -> tuple[list[Step], list[Step]]:
    """Steps up to the amount due, and those about cover and what follows."""
    steps = [step for step in explanation.steps if not step.sentence.startswith("缺：")]
    due = next(
        (at for at, step in enumerate(steps) if step.rule is None and step.amount_fen is not None), None
    )
    if due is None:
        money = [step for step in steps if not (step.rule or "").startswith(("cover.", "waiting."))]
        return money, [step for step in steps if step not in money]
    return steps[: due + 1], steps[due + 1 :]


def _lines(explanation: Explanation, steps: list[Step], last: bool = False) -> Iterator[StepLine]:
    assumed = {item.reading: item.taken for item in explanation.assumed}
    for at, step in enumerate(steps):
        leaning = "；".join(assumed[reading] for reading in step.assumed if reading in assumed)
        final = last and at == len(steps) - 1
        yield StepLine(step.sentence, tuple(_sources(step)), _value(step), leaning, final)


def _sources(step: Step) -> Iterator[str]:
    if step.document and step.clause:
        pairs = zip(step.document.split("；"), step.clause.split("；"), strict=True)
        yield "；".join(f"{document} {clause}" for document, clause in pairs)


def _value(step: Step) -> str:
    if step.amount_fen is None:
        return ""
    taken_off = (step.rule or "").startswith("subsidies.")
    return f"{MINUS if taken_off and step.amount_fen else ''}{yuan(step.amount_fen)}"


def _shares(policy: Policy, answer: Answer) -> Iterator[Share]:
    """Person, assistance, treasuries: together the whole cost of the cover."""
    if answer.due_fen is None or answer.allowed is not True:
        return
    yield Share("本人", answer.due_fen)
    for payer, fen in answer.subsidies:
        yield Share(PAYER_NAMES[payer], fen)
    fiscal = policy.release.fiscal
    if fiscal is None or not answer.fiscal:
        return
    tier = fiscal.tiers.get(fiscal.tier or "")
    if tier is None:
        yield Share("财政补助（不低于）" if fiscal.at_least else "财政补助", fiscal.total)
        return
    for level, name in LEVEL_NAMES.items():
        if level in tier.levels:
            yield Share(name, tier.levels[level])


def _transfer(answer: Answer) -> str:
    found = answer.later_transfer
    if found is None or answer.due_fen is None:
        return ""
    year, _, month = found.month.partition("-")
    return (
        f"先缴 {yuan(answer.due_fen)} 元；{year} 年 {int(month)} 月把 {yuan(found.amount_fen)} 元转入一卡通"
    )


@dataclass(frozen=True, slots=True)
class DayRun:
    """Days on which the same holds."""

    first: date
    last: date
    window: str
    due_fen: int | None
    allowed: bool | None
    waiting_days: int | None
    here: bool


def other_days(policy: Policy, person: Person, on: date) -> tuple[DayRun, ...]:
    """The same person on every other day of the release, in runs."""
    span = span_of(policy.release)
    if span is None:
        return ()
    days = [span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days + 1)]
    answers = [(day, assess(policy.program, person, day)) for day in days]
    found = []
    for (window, due, allowed, wait), run in groupby(answers, key=lambda item: _what(item[1])):
        held = [day for day, _ in run]
        name = _window_name(policy, window or "")
        found.append(DayRun(held[0], held[-1], name, due, allowed, wait, held[0] <= on <= held[-1]))
    return tuple(found)


def _what(answer: Answer) -> tuple[str | None, int | None, bool | None, int | None]:
    if answer.allowed is False:
        return None, None, False, None
    return answer.window, answer.due_fen, answer.allowed, answer.waiting_days


def telling_classes(policy: Policy) -> list[str]:
    """The classes the rules ask about, without those that are to every rule as the wider class they are part of."""
    variants = Variants(policy, tests_of(policy.program))
    tests, codes = variants.class_tests(), variants.codes()

    def sort(code: str) -> list[tuple[bool, bool]]:
        return [(code in test.codes, code in test.wider) for test in tests]

    wider = {code: [w for w in policy.vocabulary.wider(code) if w in codes] for code in codes}
    return [code for code in codes if not any(sort(code) == sort(wide) for wide in wider[code])]


@dataclass(frozen=True, slots=True)
class ClassRun:
    """The same person in one class alone."""

    codes: tuple[str, ...]
    name: str
    due_fen: int | None
    allowed: bool | None
    here: bool


def other_classes(policy: Policy, person: Person, on: date) -> tuple[ClassRun, ...]:
    """The same person as an ordinary resident, and in each class the rules tell apart, on the same day."""
    held = {holding.code for holding in person.categories} if isinstance(person.categories, tuple) else set()
    runs = [_run(policy, replace(person, categories=(), unrecognised=()), on, (), "普通居民", not held)]
    groups: dict[tuple[int | None, bool | None], list[str]] = {}
    for code in telling_classes(policy):
        answer = assess(policy.program, replace(person, categories=(Holding(code),), unrecognised=()), on)
        groups.setdefault((answer.due_fen, answer.allowed), []).append(code)
    for (due, allowed), codes in groups.items():
        name = "、".join(policy.vocabulary.name(code) for code in codes)
        runs.append(ClassRun(tuple(codes), name, due, allowed, bool(held & set(codes))))
    return tuple(runs)


def _run(policy: Policy, person: Person, on: date, codes: tuple[str, ...], name: str, here: bool) -> ClassRun:
    answer = assess(policy.program, person, on)
    return ClassRun(codes, name, answer.due_fen, answer.allowed, here)
