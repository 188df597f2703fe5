"""Conditions on a person's facts: a small tree with three answers, true (True), false (False), unknown (None).

Unknown follows Kleene: `all` is false if any part is false, `any` is true if any part is true, and otherwise an
unknown part makes the whole unknown. PostgreSQL, DuckDB and Spark reason the same way about NULL, so the same
tree written as SQL (policy.sql) gives the same three answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from yingbao.kernel.dates import Duration, add_months
from yingbao.policy.facts import UNKNOWN, Person, Unknown, lapsed_years, last_end

Truth: TypeAlias = bool | None
#: A fixed date, or the day of payment.
DayRef: TypeAlias = date | Literal["payment"]


def resolve(ref: DayRef, on: date) -> date:
    """The day a reference stands for when the payment day is `on`."""
    return on if isinstance(ref, str) else ref


@dataclass(frozen=True, slots=True)
class Constant:
    """Always true, or never."""

    value: bool

    def evaluate(self, person: Person, on: date) -> Truth:
        """The constant."""
        return self.value


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is."""

    parts: tuple[Condition, ...]

    def evaluate(self, person: Person, on: date) -> Truth:
        """Kleene's and."""
        answer: Truth = True
        for part in self.parts:
            got = part.evaluate(person, on)
            if got is False:
                return False
            if got is None:
                answer = None
        return answer


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when some part is."""

    parts: tuple[Condition, ...]

    def evaluate(self, person: Person, on: date) -> Truth:
        """Kleene's or."""
        answer: Truth = False
        for part in self.parts:
            got = part.evaluate(person, on)
            if got:
                return True
            if got is None:
                answer = None
        return answer


@dataclass(frozen=True, slots=True)
class Not:
    """True when the part is false."""

    part: Condition

    def evaluate(self, person: Person, on: date) -> Truth:
        """Kleene's not."""
        got = self.part.evaluate(person, on)
        return None if got is None else not got


@dataclass(frozen=True, slots=True)
class DateRange:
    """What a date must satisfy. Bounds are inclusive; `within`/`beyond` are measured up to the payment day.

    The day of the event is day 0. `within` 90 days holds through day 90, or through day 89 when `strict`
    (未满); `beyond` 90 days holds from day 91 on.
    """

    first: DayRef | None = None
    last: DayRef | None = None
    within: Duration | None = None
    strict: bool = False
    beyond: Duration | None = None
    same_year: bool = False

    def holds(self, day: date, on: date) -> bool:
        """Whether the date `day` satisfies the range for a payment on `on`."""
        if self.first is not None and day < resolve(self.first, on):
            return False
        if self.last is not None and day > resolve(self.last, on):
            return False
        if self.same_year and day.year != on.year:
            return False
        if self.within is not None:
            limit = self.within.after(day)
            if day > on or on > limit or (self.strict and on == limit):
                return False
        return self.beyond is None or on > self.beyond.after(day)


@dataclass(frozen=True, slots=True)
class DateTest:
    """A dated fact lies in a range; `exists` False asks that there be no such event."""

    fact: str
    range: DateRange
    exists: bool = True

    def evaluate(self, person: Person, on: date) -> Truth:
        """False where the event never happened (True if that is asked), unknown where nobody knows."""
        day = date_of(self.fact, person, on)
        if isinstance(day, Unknown):
            return None
        if day is None:
            return not self.exists
        return self.exists and self.range.holds(day, on)


def date_of(fact: str, person: Person, on: date) -> date | None | Unknown:
    """A dated fact, given or derived, as it stands on `on`."""
    if fact == "employee_cover_end":
        return last_end(person.employee_cover, on)
    value = person.value(fact)
    return value if value is None or isinstance(value, date) else UNKNOWN


@dataclass(frozen=True, slots=True)
class PaymentTest:
    """The payment day lies in a range, and on certain days of the month (inclusive)."""

    first: date | None = None
    last: date | None = None
    days_of_month: tuple[int, int] | None = None

    def evaluate(self, person: Person, on: date) -> Truth:
        """Never unknown: the payment day is always given."""
        return self.holds(on)

    def holds(self, on: date) -> bool:
        """Whether `on` satisfies the test."""
        if (self.first is not None and on < self.first) or (self.last is not None and on > self.last):
            return False
        return self.days_of_month is None or self.days_of_month[0] <= on.day <= self.days_of_month[1]


@dataclass(frozen=True, slots=True)
class ClassTest:
    """The person holds one of the classes on the payment day, recognised within `recognised` if that is given.

    `wider`: classes of which one of `codes` is a part. Who is known only by a wider class may or may not
    belong: unknown.
    """

    codes: frozenset[str]
    wider: frozenset[str] = frozenset()
    recognised: DateRange | None = None

    def evaluate(self, person: Person, on: date) -> Truth:
        """True, false, or unknown while a class is only known widely, or not recognised at all."""
        if isinstance(person.categories, Unknown):
            return None
        answer: Truth = None if person.unrecognised else False
        for holding in person.categories:
            hit, maybe = holding.code in self.codes, holding.code in self.wider
            if not (hit or maybe) or not holding.held(on):
                continue
            if self.recognised is not None and not self._recognised(holding.recognised_on, on):
                continue
            if hit:
                return True
            answer = None
        return answer

    def _recognised(self, day: date | None, on: date) -> bool:
        """Recognised long ago (None) is never within a range."""
        return day is not None and self.recognised is not None and self.recognised.holds(day, on)


@dataclass(frozen=True, slots=True)
class CodeTest:
    """A coded fact is one of `values`."""

    fact: str
    values: frozenset[str]

    def evaluate(self, person: Person, on: date) -> Truth:
        """Unknown where the fact is."""
        value = person.value(self.fact)
        return None if isinstance(value, Unknown) else value in self.values


@dataclass(frozen=True, slots=True)
class FlagTest:
    """A yes-or-no fact is as asked; absent counts as no."""

    fact: str
    value: bool

    def evaluate(self, person: Person, on: date) -> Truth:
        """Unknown where the fact is."""
        value = person.value(self.fact)
        return None if isinstance(value, Unknown) else bool(value) is self.value


@dataclass(frozen=True, slots=True)
class NumberTest:
    """A whole-number fact lies between bounds, both included."""

    fact: str
    at_least: int | None = None
    at_most: int | None = None

    def evaluate(self, person: Person, on: date) -> Truth:
        """Unknown where the fact is unknown or absent."""
        value = person.value(self.fact)
        if value is None or isinstance(value, Unknown):
            return None
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True, slots=True)
class AgeTest:
    """Full years of age on a day. Reached on the birthday, or the day after it when `day_after`."""

    at_least: int | None
    under: int | None
    on: DayRef = "payment"
    day_after: bool = False

    def evaluate(self, person: Person, on: date) -> Truth:
        """Unknown without a birth date."""
        birth = person.birth_date
        if isinstance(birth, Unknown):
            return None
        day = resolve(self.on, on)
        if self.at_least is not None and birth > self.cut(self.at_least, day):
            return False
        return self.under is None or birth > self.cut(self.under, day)

    def cut(self, age: int, day: date) -> date:
        """The latest birth date of those who have reached `age` on `day`.

        Born on 29 February, one reaches an age in a common year on 1 March: cutting back whole years and
        falling to 28 February where there is no 29th says just that.
        """
        if self.day_after:
            day = date.fromordinal(day.toordinal() - 1)
        return add_months(day, -12 * age)


@dataclass(frozen=True, slots=True)
class YearsTest:
    """A set of years contains some, all or none of the named ones."""

    fact: str
    mode: Literal["any_of", "all_of", "none_of"]
    years: frozenset[int]

    def evaluate(self, person: Person, on: date) -> Truth:
        """Unknown where the set is."""
        value = person.value(self.fact)
        if value is None or isinstance(value, Unknown):
            return None
        if self.mode == "any_of":
            return not self.years.isdisjoint(value)
        if self.mode == "all_of":
            return self.years <= set(value)
        return self.years.isdisjoint(value)


@dataclass(frozen=True, slots=True)
class FirstTimeTest:
    """Never covered by any basic insurance before (`value` True), or covered at some time."""

    value: bool = True

    def evaluate(self, person: Person, on: date) -> Truth:
        """Any employee cover, or any insured year, makes it false."""
        if person.employee_cover and not isinstance(person.employee_cover, Unknown):
            return not self.value
        if isinstance(person.insured_years, Unknown):
            return None
        return (not person.insured_years) is self.value


@dataclass(frozen=True, slots=True)
class LapseTest:
    """How many whole benefit years lapsed before this one (see `facts.lapsed_years`)."""

    benefit_year: int
    since: int | None
    at_least: int | None = None
    at_most: int | None = None

    def evaluate(self, person: Person, on: date) -> Truth:
        """Unknown while the insured years are."""
        lapsed = lapsed_years(person, self.benefit_year, self.since)
        if isinstance(lapsed, Unknown):
            return None
        low = self.at_least is None or lapsed >= self.at_least
        return low and (self.at_most is None or lapsed <= self.at_most)


@dataclass(frozen=True, slots=True)
class SpanTest:
    """A dated cover is active on a day."""

    fact: str
    on: DayRef = "payment"

    def evaluate(self, person: Person, on: date) -> Truth:
        """Unknown where the covers are."""
        spans = person.value(self.fact)
        if isinstance(spans, Unknown):
            return None
        day = resolve(self.on, on)
        return any(span.active(day) for span in spans or ())


Atom: TypeAlias = (
    DateTest
    | PaymentTest
    | ClassTest
    | CodeTest
    | FlagTest
    | NumberTest
    | AgeTest
    | YearsTest
    | FirstTimeTest
    | LapseTest
    | SpanTest
)
Condition: TypeAlias = Constant | All | AnyOf | Not | Atom

ALWAYS = Constant(True)


def atoms(condition: Condition) -> Iterator[Atom]:
    """Every atomic test in the tree, in order."""
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from atoms(part)
    elif isinstance(condition, Not):
        yield from atoms(condition.part)
    elif not isinstance(condition, Constant):
        yield condition


def fact_of(atom: Atom) -> str:
    """The fact that is missing when the atom is unknown; the payment day is never missing."""
    match atom:
        case DateTest(fact="employee_cover_end"):
            return "employee_cover"
        case DateTest() | CodeTest() | FlagTest() | NumberTest() | YearsTest() | SpanTest():
            return atom.fact
        case ClassTest():
            return "categories"
        case AgeTest():
            return "birth_date"
        case LapseTest() | FirstTimeTest():
            return "insured_years"
        case _:
            return "payment"


def missing_facts(condition: Condition, person: Person, on: date) -> set[str]:
    """The facts whose absence leaves some atom of the tree unknown."""
    return {fact_of(atom) for atom in atoms(condition) if atom.evaluate(person, on) is None}


def conjunction(*parts: Condition) -> Condition:
    """All of the parts, flattened; true parts dropped."""
    kept: list[Condition] = []
    for part in parts:
        if isinstance(part, All):
            kept.extend(part.parts)
        elif part != ALWAYS:
            kept.append(part)
    if not kept:
        return ALWAYS
    return kept[0] if len(kept) == 1 else All(tuple(kept))


def requires_class(condition: Condition) -> bool:
    """Whether the condition can only be true for somebody who holds a class."""
    if isinstance(condition, ClassTest):
        return True
    if isinstance(condition, All):
        return any(requires_class(part) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return bool(condition.parts) and all(requires_class(part) for part in condition.parts)
    return False
