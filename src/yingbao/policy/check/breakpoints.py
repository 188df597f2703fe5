"""The days on which an answer can turn for a person: between two of them every condition holds as it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from yingbao.kernel.dates import add_months, first_of_next_month
from yingbao.policy.check.findings import Days
from yingbao.policy.conditions import AgeTest, Atom, ClassTest, DateRange, DateTest, PaymentTest, SpanTest
from yingbao.policy.facts import Holding, Person, Span

ONE_DAY = timedelta(days=1)


def segments(tests: Iterable[Atom], person: Person, span: Days) -> list[Days]:
    """The span cut into runs of days in which no test can turn for this person."""
    first, last = span
    cuts = {first}
    if isinstance(person.birth_date, date):
        cuts.add(person.birth_date)
    for test in tests:
        cuts.update(turns(test, person, span))
    starts = sorted(day for day in cuts if first <= day <= last)
    ends = [day - ONE_DAY for day in starts[1:]] + [last]
    return list(zip(starts, ends, strict=True))


def turns(test: Atom, person: Person, span: Days) -> Iterator[date]:
    """The days on which the test may first hold, or first not hold any more."""
    match test:
        case PaymentTest():
            yield from _payment(test, span)
        case DateTest(fact="employee_cover_end"):
            for end in _ends(person.employee_cover):
                yield end + ONE_DAY
                yield from _range(test.range, end)
        case DateTest():
            day = person.value(test.fact)
            if isinstance(day, date):
                yield from _range(test.range, day)
        case ClassTest():
            yield from _classes(test, person)
        case AgeTest():
            yield from _birthdays(test, person)
        case SpanTest():
            for cover in person.value(test.fact) or ():
                if cover.from_on:
                    yield cover.from_on
                if cover.until_on:
                    yield cover.until_on + ONE_DAY
        case _:
            return


def _payment(test: PaymentTest, span: Days) -> Iterator[date]:
    if test.first is not None:
        yield test.first
    if test.last is not None:
        yield test.last + ONE_DAY
    if test.days_of_month is not None:
        for month in months(span):
            longest = first_of_next_month(month) - ONE_DAY
            for day in (test.days_of_month[0], test.days_of_month[1] + 1):
                yield month.replace(day=day) if day <= longest.day else longest + ONE_DAY
            yield month


def months(span: Days) -> Iterator[date]:
    """The first day of every month that the span touches."""
    month = span[0].replace(day=1)
    while month <= span[1]:
        yield month
        month = first_of_next_month(month)


def _ends(covers: object) -> Iterator[date]:
    for cover in covers if isinstance(covers, tuple) else ():
        if isinstance(cover, Span) and cover.until_on is not None:
            yield cover.until_on


def _range(test: DateRange, day: date) -> Iterator[date]:
    yield day
    yield day + ONE_DAY
    if test.same_year:
        yield date(day.year, 1, 1)
        yield date(day.year + 1, 1, 1)
    for length in (test.within, test.beyond):
        if length is not None:
            yield length.after(day)
            yield length.after(day) + ONE_DAY


def _classes(test: ClassTest, person: Person) -> Iterator[date]:
    for holding in holdings(person):
        if holding.recognised_on is not None:
            yield holding.recognised_on
            if test.recognised is not None:
                yield from _range(test.recognised, holding.recognised_on)
        if holding.ended_on is not None:
            yield holding.ended_on + ONE_DAY


def holdings(person: Person) -> tuple[Holding, ...]:
    """The classes a person is known to hold."""
    return person.categories if isinstance(person.categories, tuple) else ()


def _birthdays(test: AgeTest, person: Person) -> Iterator[date]:
    if not isinstance(person.birth_date, date):
        return
    for age in (test.at_least, test.under):
        if age is not None:
            birthday = add_months(person.birth_date, 12 * age)
            # Born on 29 February one is of age a day later in a common year.
            yield from (birthday, birthday + ONE_DAY, birthday + 2 * ONE_DAY)
