"""`when:` mappings turned into condition trees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from yingbao.policy.conditions import (
    ALWAYS,
    AgeTest,
    AnyOf,
    ClassTest,
    CodeTest,
    Condition,
    DateRange,
    DateTest,
    DayRef,
    FirstTimeTest,
    FlagTest,
    LapseTest,
    Not,
    NumberTest,
    PaymentTest,
    SpanTest,
    YearsTest,
    conjunction,
)
from yingbao.policy.errors import suggestion
from yingbao.policy.facts import FACTS
from yingbao.policy.schema.reference import CustomFact, NamedCondition
from yingbao.policy.schema.release import Conventions
from yingbao.policy.schema.when import (
    CODE_FACTS,
    DATE_FACTS,
    FLAG_FACTS,
    SPAN_FACTS,
    AgeSpec,
    ClassSpec,
    DateTestSpec,
    NumberSpec,
    When,
    YearsSpec,
)
from yingbao.policy.vocabulary import Vocabulary

#: How a test on a fact of one's own is written, by its kind.
WRITTEN = {"number": "{at_least: 1, at_most: 9}", "date": "{within: 30日} 或 {from: 2026-01-01}"}


class Builder:
    """Builds conditions for one release. Faults are collected as sentences, each naming the rule."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        conventions: Conventions,
        named: Mapping[str, NamedCondition],
        custom: Mapping[str, CustomFact],
        benefit_year: int,
    ) -> None:
        self.vocabulary = vocabulary
        self.conventions = conventions
        self.named = named
        self.custom = custom
        self.benefit_year = benefit_year
        self.faults: list[str] = []
        self._open: list[str] = []

    def build(self, when: When | None, rule: str) -> Condition:
        """The condition of one rule; `rule` names it in faults."""
        if when is None:
            return ALWAYS
        return conjunction(*self._logic(when, rule), *self._facts(when, rule))

    def _logic(self, when: When, rule: str) -> list[Condition]:
        parts: list[Condition] = [self.build(part, rule) for part in when.all or ()]
        if when.any is not None:
            parts.append(AnyOf(tuple(self.build(part, rule) for part in when.any)))
        if when.not_ is not None:
            parts.append(Not(self.build(when.not_, rule)))
        parts += [self._named(name, rule) for name in when.is_ or ()]
        return parts

    def _named(self, name: str, rule: str) -> Condition:
        condition = self.named.get(name)
        if condition is None:
            self.faults.append(f"{rule}：is 指向的条件 {name} 没有在 conditions 里写出")
            return ALWAYS
        if name in self._open:
            self.faults.append(f"{rule}：条件 {name} 引用了自己（{' → '.join([*self._open, name])}）")
            return ALWAYS
        self._open.append(name)
        built = self.build(condition.when, f"conditions.{name}")
        self._open.pop()
        return built

    def _facts(self, when: When, rule: str) -> list[Condition]:
        parts: list[Condition] = []
        if when.class_ is not None:
            parts.append(self._class(when.class_, rule))
        if when.payment is not None:
            spec = when.payment
            parts.append(PaymentTest(spec.from_, spec.through, spec.days_of_month))
        if when.age is not None:
            parts.append(self._age(when.age))
        if when.sex is not None:
            parts.append(CodeTest("sex", frozenset({when.sex})))
        parts += [
            self._code(fact, getattr(when, fact), rule)
            for fact in CODE_FACTS
            if getattr(when, fact) is not None
        ]
        parts += [
            date_test(fact, getattr(when, fact)) for fact in DATE_FACTS if getattr(when, fact) is not None
        ]
        parts += [
            FlagTest(fact, getattr(when, fact)) for fact in FLAG_FACTS if getattr(when, fact) is not None
        ]
        for fact in SPAN_FACTS:
            asked = getattr(when, fact)
            if asked is not None:
                none = asked == "none"
                active = SpanTest(fact, "payment" if none else asked.active_on)
                parts.append(Not(active) if none else active)
        return parts + self._history(when) + self._custom(when, rule)

    def _history(self, when: When) -> list[Condition]:
        parts: list[Condition] = []
        for fact in ("insured_years", "repaid_years"):
            spec: YearsSpec | None = getattr(when, fact)
            if spec is not None:
                parts += _years(fact, spec)
        if when.lapsed_years is not None:
            low, high = when.lapsed_years.at_least, when.lapsed_years.at_most
            parts.append(LapseTest(self.benefit_year, self.conventions.lapse_since, low, high))
        if when.first_time is not None:
            parts.append(FirstTimeTest(when.first_time))
        if when.periods is not None:
            parts.append(NumberTest("periods", when.periods.at_least, when.periods.at_most))
        return parts

    def _class(self, spec: ClassSpec, rule: str) -> Condition:
        codes = set()
        for text in spec.any_of:
            code = text if text in self.vocabulary.categories else self.vocabulary.code(text)
            if code is None:
                names = {name for c in self.vocabulary.categories.values() for name in (c.name, *c.spellings)}
                self.faults.append(
                    f"{rule}：人员类别“{text}”没有登记{suggestion(text, names)}；"
                    "登记簿里没有的，请在 categories 里补写代码、名称与认定部门"
                )
            else:
                codes.add(code)
        recognised = date_range(spec.recognised) if spec.recognised else None
        return ClassTest(self.vocabulary.parts(codes), self.vocabulary.all_wider(codes), recognised)

    def _code(self, fact: str, values: list[str], rule: str) -> Condition:
        known = FACTS[fact].values
        for value in values:
            if known and value not in known:
                self.faults.append(
                    f"{rule}：{fact}（{FACTS[fact].label}）没有取值“{value}”，可写 {'、'.join(known)}"
                )
        return CodeTest(fact, frozenset(values))

    def _age(self, spec: AgeSpec) -> Condition:
        day: DayRef = spec.on or self.conventions.age_on
        return AgeTest(spec.at_least, spec.under, day, self.conventions.age_reached == "day_after_birthday")

    def _custom(self, when: When, rule: str) -> list[Condition]:
        parts: list[Condition] = []
        for fact, test in (when.custom or {}).items():
            spec = self.custom.get(fact)
            if spec is None:
                near = suggestion(fact, self.custom)
                self.faults.append(f"{rule}：custom 里的 {fact} 没有在 facts 里写出，请先写明它是什么{near}")
                continue
            try:
                parts.append(_custom_test(fact, spec, test))
            except ValidationError:
                wanted = WRITTEN[spec.kind]
                self.faults.append(
                    f"{rule}：custom.{fact} 是 {spec.kind} 类事实，“{test}”不能用，请写成 {wanted}"
                )
            except ValueError as error:
                self.faults.append(f"{rule}：custom.{fact}：{error}")
        return parts


def _custom_test(fact: str, spec: CustomFact, test: Any) -> Condition:
    if spec.kind == "flag":
        if not isinstance(test, bool):
            raise ValueError(f"“{test}”不能用，是非事实写 true 或 false")
        return FlagTest(fact, test)
    if spec.kind == "number":
        number = NumberSpec.model_validate(test)
        return NumberTest(fact, number.at_least, number.at_most)
    if spec.kind == "date":
        return date_test(fact, DateTestSpec.model_validate(test))
    if not isinstance(test, str) and not (isinstance(test, list) and all(isinstance(x, str) for x in test)):
        raise ValueError(f"“{test}”不能用，取值类事实写一个取值或取值的列表")
    values = [test] if isinstance(test, str) else test
    unknown = sorted(set(values) - set(spec.values)) if spec.values else []
    if unknown:
        raise ValueError(f"取值 {'、'.join(unknown)} 不在 facts.{fact}.values 里")
    return CodeTest(fact, frozenset(values))


def date_range(spec: DateTestSpec) -> DateRange:
    """A date test's range; `year` is its first and last day."""
    first, last = spec.from_, spec.through
    if spec.year is not None:
        first, last = date(spec.year, 1, 1), date(spec.year, 12, 31)
    return DateRange(first, last, spec.within, spec.strict, spec.beyond, spec.same_year)


def date_test(fact: str, spec: DateTestSpec) -> DateTest:
    """A dated fact's test."""
    return DateTest(fact, date_range(spec), spec.known)


def _years(fact: str, spec: YearsSpec) -> list[Condition]:
    found: list[Condition] = []
    if spec.any_of is not None:
        found.append(YearsTest(fact, "any_of", frozenset(spec.any_of)))
    if spec.all_of is not None:
        found.append(YearsTest(fact, "all_of", frozenset(spec.all_of)))
    if spec.none_of is not None:
        found.append(YearsTest(fact, "none_of", frozenset(spec.none_of)))
    return found
