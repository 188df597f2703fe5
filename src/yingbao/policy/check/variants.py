"""Kinds of person: for each fact the rules name, the values on either side of everything they say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from yingbao.kernel.dates import add_months
from yingbao.policy.check.breakpoints import ONE_DAY
from yingbao.policy.check.findings import Days
from yingbao.policy.check.rules import tests_of
from yingbao.policy.conditions import (
    AgeTest,
    Atom,
    ClassTest,
    CodeTest,
    DateRange,
    DateTest,
    FirstTimeTest,
    FlagTest,
    LapseTest,
    NumberTest,
    SpanTest,
    YearsTest,
)
from yingbao.policy.facts import FACTS, RESIDENCE, Holding, Person, Span
from yingbao.policy.policy import Policy
from yingbao.policy.schema.release import Release

ORDINARY = "普通居民"
DERIVED_FROM = {"employee_cover_end": "employee_cover"}
SPANS = {"employee_cover": "职工医保", "elsewhere_cover": "异地居民医保"}
#: How many years back the history of an ordinary resident reaches.
HISTORY = 12


@dataclass(frozen=True, slots=True)
class Variant:
    """One value of one fact, own facts of the release among them, and how people would say it."""

    fact: str
    label: str
    changes: tuple[tuple[str, Any], ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of person: the ordinary resident with some facts other than ordinary."""

    person: Person
    variants: tuple[Variant, ...] = ()

    @property
    def label(self) -> str:
        """The kind of person in words."""
        classes = [v.label for v in self.variants if v.fact == "categories"]
        others = [v.label for v in self.variants if v.fact != "categories"]
        who = "兼".join(classes) or ORDINARY
        return f"{who}（{'，'.join(others)}）" if others else who


def ordinary(policy: Policy) -> Person:
    """The resident nobody gives a special name, of whom everything is known."""
    release = policy.release
    year = release.benefit_year
    nothing: dict[str, Any] = {"flag": False, "number": 0, "date": None}
    custom = {
        name: nothing.get(spec.kind, spec.values[0] if spec.values else None)
        for name, spec in release.facts.items()
    }
    tiers = sorted(v for test in _code_tests(policy, "tier") for v in test.values)
    return Person(
        birth_date=date(1985, 6, 15),
        sex="male",
        residence="hukou",
        tier=tiers[0] if tiers else None,
        periods=1,
        insured_years=frozenset(range(year - HISTORY, year)),
        parent_insured=False,
        custom=custom,
    )


def _code_tests(policy: Policy, fact: str) -> Iterator[CodeTest]:
    for test in tests_of(policy.program):
        if isinstance(test, CodeTest) and test.fact == fact:
            yield test


def span_of(release: Release) -> Days | None:
    """From the first window's first day through the last window's last."""
    windows = release.windows.values()
    if not windows:
        return None
    first, last = min(w.from_ for w in windows), max(w.through for w in windows)
    return (first, last) if first <= last else None


def facts_of(tests: Iterable[Atom]) -> set[str]:
    """The facts of a person that the tests read."""
    found: set[str] = set()
    for test in tests:
        match test:
            case ClassTest():
                found.add("categories")
            case AgeTest():
                found.add("birth_date")
            case LapseTest() | FirstTimeTest():
                found.add("insured_years")
            case DateTest() | SpanTest() | CodeTest() | FlagTest() | NumberTest() | YearsTest():
                found.add(DERIVED_FROM.get(test.fact, test.fact))
    return found


class Variants:
    """The variants of every fact that some tests read.

    `few`: one class of each sort, and one date a window; with `edges` also those around its ends.
    """

    def __init__(
        self, policy: Policy, tests: Iterable[Atom], *, few: bool = False, edges: bool = False
    ) -> None:
        self.policy = policy
        self.release = policy.release
        self.tests = tuple(tests)
        self.few = few
        self.edges = edges or not few
        self.base = ordinary(policy)
        self.by_fact: dict[str, list[Variant]] = {}
        for fact in sorted(facts_of(self.tests)):
            found = list(self._classes()) if fact == "categories" else list(self._values(fact))
            self.by_fact[fact] = list(dict.fromkeys(v for v in found if not self._is_base(v)))

    def _is_base(self, variant: Variant) -> bool:
        return all(self.base.value(name) == value for name, value in variant.changes)

    # Classes --------------------------------------------------------------------------------------------

    def class_tests(self) -> list[ClassTest]:
        """The tests on classes."""
        return [test for test in self.tests if isinstance(test, ClassTest)]

    def codes(self) -> list[str]:
        """Every class that some test can tell from no class, in the register's order."""
        named = {code for test in self.class_tests() for code in (*test.codes, *test.wider)}
        return [code for code in self.policy.vocabulary.categories if code in named]

    def representatives(self) -> list[str]:
        """One class of each sort that the tests cannot tell apart."""
        tests = self.class_tests()
        kinds: dict[tuple[tuple[bool, bool], ...], str] = {}
        for code in self.codes():
            kinds.setdefault(tuple((code in t.codes, code in t.wider) for t in tests), code)
        return list(kinds.values())

    def _classes(self) -> Iterator[Variant]:
        days = self.recognition_days()
        for code in self.representatives() if self.few else self.codes():
            for day in (None, *days):
                yield self.class_variant(code, day)

    def class_variant(self, code: str, recognised_on: date | None) -> Variant:
        """Holding one class."""
        name = self.policy.vocabulary.name(code)
        label = f"{name}（{recognised_on} 认定）" if recognised_on else name
        return Variant("categories", label, (("categories", (Holding(code, recognised_on),)),), (code,))

    def recognition_days(self) -> list[date]:
        """Days of recognition that lie in the year and after a payment, and the edges the rules name."""
        found = {middle(days) for days in self._windows()}
        for test in self.class_tests():
            if test.recognised is not None:
                found.update(_fixed(test.recognised))
                found.add(date(self.release.benefit_year, 1, 1) - ONE_DAY)
        later = self.release.later_transfer
        if later is not None and not self.few:
            found.add(later.through)
        ordered = sorted(found)
        return ordered[:3] if self.few else ordered

    # Other facts ----------------------------------------------------------------------------------------

    def _values(self, fact: str) -> Iterator[Variant]:
        if fact in SPANS:
            yield from self._covers(fact)
        elif fact == "insured_years":
            yield from self._histories()
        elif fact == "birth_date":
            for day in sorted({*self._event_days(fact), *self._birthdays()}):
                yield Variant(fact, f"{day} 出生", ((fact, day),))
        else:
            yield from self._plain(fact)

    def _plain(self, fact: str) -> Iterator[Variant]:
        spec = self.release.facts.get(fact)
        label = spec.label if spec else FACTS[fact].label
        for value in self._plain_values(fact):
            said = {True: "是", False: "否"}[value] if isinstance(value, bool) else value
            yield Variant(fact, f"{label} {said}", ((fact, value),))

    def _plain_values(self, fact: str) -> Iterator[Any]:
        if any(isinstance(t, DateTest) and t.fact == fact for t in self.tests):
            yield from sorted(self._event_days(fact))
        for test in self.tests:
            match test:
                case FlagTest() if test.fact == fact:
                    yield from (True, False)
                case NumberTest() if test.fact == fact:
                    for bound in (test.at_least, test.at_most):
                        if bound is not None:
                            yield from (max(0, bound - 1), bound, bound + 1)
                case CodeTest() if test.fact == fact:
                    yield from sorted(test.values)
                    yield from self._other_codes(fact)
                case YearsTest() if test.fact == fact:
                    yield from (frozenset(test.years), frozenset())

    def _other_codes(self, fact: str) -> Iterator[str]:
        spec = FACTS.get(fact)
        own = self.release.facts.get(fact)
        yield from (own.values if own else spec.values if spec else ())
        if fact == "residence":
            yield from RESIDENCE

    def _covers(self, fact: str) -> Iterator[Variant]:
        name = SPANS[fact]
        yield Variant(fact, f"{name}在保", ((fact, (Span(None, None),)),))
        for day in sorted(self._event_days(f"{fact}_end")):
            yield Variant(fact, f"{name} {day} 终止", ((fact, (Span(None, day),)),))

    def _histories(self) -> Iterator[Variant]:
        year = self.release.benefit_year
        yield Variant("insured_years", "从未参保", (("insured_years", frozenset()),))
        for lapsed in sorted(self._lapses()):
            years = frozenset(range(year - HISTORY - lapsed, year - lapsed))
            yield Variant("insured_years", f"断保 {lapsed} 年", (("insured_years", years),))
        for test in self.tests:
            if isinstance(test, YearsTest) and test.fact == "insured_years":
                yield Variant("insured_years", f"{sorted(test.years)} 参保", (("insured_years", test.years),))

    def _lapses(self) -> set[int]:
        found = {1, 2, 3}
        for test in self.tests:
            if isinstance(test, LapseTest):
                for bound in (test.at_least, test.at_most):
                    if bound is not None:
                        found.update((bound - 1, bound, bound + 1))
        return {lapsed for lapsed in found if lapsed > 0}

    # Days -----------------------------------------------------------------------------------------------

    def _windows(self) -> list[Days]:
        return [(w.from_, w.through) for w in self.release.windows.values() if w.from_ <= w.through]

    def _event_days(self, fact: str) -> set[date]:
        """Days on which an event may fall that the rules can tell apart."""
        ranges = [test.range for test in self.tests if isinstance(test, DateTest) and test.fact == fact]
        found: set[date] = set()
        for item in ranges:
            found.update(_fixed(item))
            for length in (item.within, item.beyond):
                if length is not None:
                    for first, last in self._windows():
                        found.update(
                            length.before(day) for day in ((first, last) if self.edges else (first,))
                        )
        for first, last in self._windows():
            found.add(middle((first, last)))
            if self.edges:
                found.update((first - ONE_DAY, first, last))
        if any(item.same_year for item in ranges):
            new_year = date(self.release.benefit_year, 1, 1)
            found.update((new_year - ONE_DAY, new_year))
        return found

    def _birthdays(self) -> Iterator[date]:
        """Births of those who reach an age that the rules name, on either side of it and within a window."""
        for test in self.tests:
            if not isinstance(test, AgeTest):
                continue
            for age in (test.at_least, test.under):
                if age is None:
                    continue
                if isinstance(test.on, date):
                    yield from (test.cut(age, test.on), test.cut(age, test.on) + ONE_DAY)
                for days in self._windows():
                    yield add_months(middle(days), -12 * age)


def middle(days: Days) -> date:
    """The day in the middle."""
    return days[0] + timedelta(days=(days[1] - days[0]).days // 2)


def _fixed(item: DateRange) -> Iterator[date]:
    """Fixed edges of a range, and the days just outside."""
    if isinstance(item.first, date):
        yield from (item.first - ONE_DAY, item.first)
    if isinstance(item.last, date):
        yield from (item.last, item.last + ONE_DAY)


def together(base: Person, variants: tuple[Variant, ...]) -> Cell:
    """A person with several variants at once; classes are held side by side, other facts of their own."""
    changes: dict[str, Any] = {}
    for variant in variants:
        for name, value in variant.changes:
            if name == "categories":
                changes[name] = (*changes.get(name, ()), *value)
            elif name not in FACTS:
                changes["custom"] = {**changes.get("custom", base.custom), name: value}
            else:
                changes[name] = value
    return Cell(replace(base, **changes) if changes else base, variants)
