"""Every threshold has an example on each side: the last day it holds and the first it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from yingbao.kernel.dates import Duration
from yingbao.policy.assess import assess
from yingbao.policy.check.breakpoints import ONE_DAY, holdings
from yingbao.policy.check.cells import Cells
from yingbao.policy.check.examples import Worked
from yingbao.policy.check.findings import Notebook
from yingbao.policy.check.rules import conditions_of
from yingbao.policy.conditions import (
    AgeTest,
    All,
    AnyOf,
    Atom,
    ClassTest,
    Condition,
    DateRange,
    DateTest,
    LapseTest,
    Not,
    NumberTest,
    PaymentTest,
    atoms,
    conjunction,
    date_of,
    resolve,
)
from yingbao.policy.facts import FACTS, Person, lapsed_years
from yingbao.policy.program import Program, WindowPlan
from yingbao.policy.schema.release import Release

LONGEST_MONTH = 31
#: Whether a person paying on a day stands exactly at one side of an edge.
At: TypeAlias = Callable[[Person, date], bool]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a threshold: who stands there, and the example that is wanted, in words."""

    wanted: str
    at: At


def prove_edges(book: Notebook, cells: Cells, worked: list[Worked]) -> None:
    """Each side of each threshold is somebody's worked example."""
    program = book.policy.program
    for window in program.windows:
        _window(book, cells, window, worked)
    for rule, found in _edges(program).values():
        book.counts.edges += 1
        if not any(edge.shown(item) for edge in found for item in worked):
            _missing(book, rule, found[0].side)
    _waits(book, worked)
    _transfer(book, worked)


def _ask(book: Notebook, rule: str, side: Side, worked: Iterable[Worked]) -> None:
    book.counts.edges += 1
    if not any(side.at(item.person, item.on) for item in worked):
        _missing(book, rule, side)


def _missing(book: Notebook, rule: str, side: Side) -> None:
    book.fault("edge-without-example", rule, f"examples 里缺这条界线的一例：{side.wanted}")


# Windows --------------------------------------------------------------------------------------------------


def _window(book: Notebook, cells: Cells, window: WindowPlan, worked: list[Worked]) -> None:
    """An example that pays through the window on its edge, and one whom it would fit on the day outside."""
    spec = book.policy.release.windows[window.name]
    if spec.through < spec.from_:
        return
    applies = [item for item in worked if item.answer.window == window.rule]
    rest = _rest(window, book.policy.release)
    for nominal, step in ((spec.from_, -ONE_DAY), (spec.through, ONE_DAY)):
        inside = nominal
        if not any(item.on == inside for item in applies):
            inside = _nearest(cells, window, first=step < timedelta(0)) or nominal
        said = f"“{spec.name}”适用的人在 {inside} 缴费"
        _ask(book, window.rule, Side(said, _paying(inside)), applies)
        outside = inside + step
        fits = [
            item
            for item in worked
            if item.answer.window != window.rule
            and (rest.evaluate(item.person, outside) or rest.evaluate(item.person, inside))
        ]
        said = f"“{spec.name}”的对象在 {outside} 缴费（尚未开始或已经截止）"
        _ask(book, window.rule, Side(said, _paying(outside)), fits)
    if spec.days_of_month is not None:
        fits = [item for item in worked if item not in applies and rest.evaluate(item.person, item.on)]
        _within_month(book, window.rule, spec.days_of_month, applies, fits)


def _paying(day: date) -> At:
    return lambda _person, on: on == day


def _nearest(cells: Cells, window: WindowPlan, *, first: bool) -> date | None:
    """The first (or last) day on which anybody at all can pay through the window."""
    days = [
        run
        for cell in cells.witnesses(atoms(window.condition), edges=True)
        for run in cells.days(cell)
        if window.condition.evaluate(cell.person, run[0])
        and assess(cells.policy.program, cell.person, run[0]).window == window.rule
    ]
    if not days:
        return None
    return min(run[0] for run in days) if first else max(run[1] for run in days)


def _rest(window: WindowPlan, release: Release) -> Condition:
    """The window's condition but for its own days."""
    spec = release.windows[window.name]
    own = PaymentTest(spec.from_, spec.through, spec.days_of_month)
    parts = window.condition.parts if isinstance(window.condition, All) else (window.condition,)
    return conjunction(*(part for part in parts if part != own))


def _within_month(
    book: Notebook, rule: str, days: tuple[int, int], applies: list[Worked], fits: list[Worked]
) -> None:
    first, last = days
    if first > 1:
        _ask(book, rule, _on_day(first - 1, "当月未开"), fits)
    _ask(book, rule, _on_day(first, "当月首日"), applies)
    if last < LONGEST_MONTH:
        _ask(book, rule, _on_day(last, "当月末日"), applies)
        _ask(book, rule, _on_day(last + 1, "当月已停"), fits)


def _on_day(number: int, said: str) -> Side:
    return Side(f"某月 {number} 日缴费（{said}）", lambda _person, on: on.day == number)


# Tests ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edge:
    """One side of a threshold in one rule."""

    test: Atom
    condition: Condition
    side: Side

    def shown(self, item: Worked) -> bool:
        """Whether the example stands on this side, and its answer is up to this very test."""
        return self.side.at(item.person, item.on) and _live(self.condition, self.test, item.person, item.on)


def _edges(program: Program) -> dict[object, tuple[str, list[Edge]]]:
    """Every side of every threshold but a window's own days, with the first rule it stands in.

    A condition that rules share counts once; so does an age or a number that several tests draw the line at.
    """
    release = program.release
    own = {
        f"windows.{name}": PaymentTest(spec.from_, spec.through, spec.days_of_month)
        for name, spec in release.windows.items()
    }
    found: dict[object, tuple[str, list[Edge]]] = {}
    for rule, condition in conditions_of(program):
        for test in atoms(condition):
            if test == own.get(rule):
                continue
            for side in sides(test, release):
                plain = isinstance(test, AgeTest | NumberTest | LapseTest)
                key = side.wanted if plain else (test, side.wanted)
                found.setdefault(key, (rule, []))[1].append(Edge(test, condition, side))
    return found


def _live(condition: Condition, test: Atom, person: Person, on: date) -> bool:
    """Whether it is up to this test: all that must hold beside it does."""
    match condition:
        case All(parts=parts):
            return any(
                _live(part, test, person, on)
                and all(
                    other.evaluate(person, on) is True for place, other in enumerate(parts) if place != at
                )
                for at, part in enumerate(parts)
            )
        case AnyOf(parts=parts):
            return any(_live(part, test, person, on) for part in parts)
        case Not(part=part):
            return _live(part, test, person, on)
        case _:
            return condition == test


def sides(test: Atom, release: Release) -> Iterator[Side]:
    """Both sides of every threshold of a test."""
    match test:
        case DateTest() if test.exists:
            spec = release.facts.get(test.fact)
            label = spec.label if spec else FACTS[test.fact].label
            fact = test.fact
            yield from _range(test.range, label, lambda person, on: _dates(date_of(fact, person, on)))
        case ClassTest(recognised=DateRange() as recognised):
            codes = test.codes
            yield from _range(
                recognised,
                "认定日",
                lambda person, _on: [
                    held.recognised_on
                    for held in holdings(person)
                    if held.code in codes and held.recognised_on
                ],
            )
        case PaymentTest():
            yield from _payment(test)
        case AgeTest():
            yield from _age(test)
        case LapseTest():
            yield from _number(
                test.at_least,
                test.at_most,
                "断保年数",
                lambda person: lapsed_years(person, test.benefit_year, test.since),
            )
        case NumberTest():
            spec = release.facts.get(test.fact)
            label = spec.label if spec else FACTS[test.fact].label
            yield from _number(test.at_least, test.at_most, label, lambda person: person.value(test.fact))


def _dates(day: object) -> list[date]:
    return [day] if isinstance(day, date) else []


#: The dates of one sort that a person has, and a number a person has.
Dates: TypeAlias = Callable[[Person, date], list[date]]
Number: TypeAlias = Callable[[Person], object]


def _range(test: DateRange, label: str, days: Dates) -> Iterator[Side]:
    if test.first is not None:
        first = test.first
        yield Side(f"{label}为 {_say(first)}（含）", lambda p, on: resolve(first, on) in days(p, on))
        yield Side(
            f"{label}为 {_say(first, -1)}（不含）", lambda p, on: resolve(first, on) - ONE_DAY in days(p, on)
        )
    if test.last is not None:
        last = test.last
        yield Side(f"{label}为 {_say(last)}（含）", lambda p, on: resolve(last, on) in days(p, on))
        yield Side(
            f"{label}为 {_say(last, 1)}（不含）", lambda p, on: resolve(last, on) + ONE_DAY in days(p, on)
        )
    if test.same_year:
        yield Side(f"{label}为缴费当年 1 月 1 日", lambda p, on: date(on.year, 1, 1) in days(p, on))
        yield Side(f"{label}为缴费上年 12 月 31 日", lambda p, on: date(on.year - 1, 12, 31) in days(p, on))
    if test.within is not None:
        reach = -1 if test.strict else 0
        yield _length(test.within, reach, label, days, "仍在期内")
        yield _length(test.within, reach + 1, label, days, "已超期")
    if test.beyond is not None:
        yield _length(test.beyond, 0, label, days, "期限未满")
        yield _length(test.beyond, 1, label, days, "期限已满")


def _length(length: Duration, plus: int, label: str, days: Dates, what: str) -> Side:
    extra = {-1: "前一日", 0: "当日", 1: "次日"}[plus]
    shift = timedelta(days=plus)
    return Side(
        f"在{label}后 {length} 届满{extra}缴费（{what}）",
        lambda p, on: any(length.after(day) + shift == on for day in days(p, on)),
    )


def _say(day: object, plus: int = 0) -> str:
    if isinstance(day, date):
        return str(day + timedelta(days=plus))
    return {-1: "缴费前一日", 0: "缴费当日", 1: "缴费次日"}[plus]


def _payment(test: PaymentTest) -> Iterator[Side]:
    for edge, step in ((test.first, -ONE_DAY), (test.last, ONE_DAY)):
        if edge is not None:
            yield Side(f"在 {edge} 缴费", _paying(edge))
            yield Side(f"在 {edge + step} 缴费", _paying(edge + step))


def _age(test: AgeTest) -> Iterator[Side]:
    for age in (test.at_least, test.under):
        if age is not None:
            for plus, said in ((0, f"满 {age} 周岁当日"), (1, f"差一日满 {age} 周岁")):
                yield Side(f"{said}的人", _birthday(test, age, plus))


def _birthday(test: AgeTest, age: int, plus: int) -> At:
    return lambda person, on: person.birth_date == test.cut(age, resolve(test.on, on)) + timedelta(days=plus)


def _number(low: int | None, high: int | None, label: str, value: Number) -> Iterator[Side]:
    for edge, beside in ((low, -1), (high, 1)):
        if edge is None:
            continue
        for number in (edge, edge + beside):
            if number >= 0:
                yield Side(f"{label}为 {number}", _is(value, number))


def _is(value: Number, number: int) -> At:
    return lambda person, _on: value(person) == number


# Waits and later transfers --------------------------------------------------------------------------------


def _waits(book: Notebook, worked: list[Worked]) -> None:
    """Where each further lapsed year adds to the wait, the last that does not and the first that does."""
    release = book.policy.release
    asked: set[int] = set()
    for name, plan in book.policy.program.waits.items():
        for part in plan.spec.parts:
            if part.each is None or part.beyond in asked:
                continue
            asked.add(part.beyond)
            live = [item for item in worked if item.answer.waiting_days]
            for side in _number(
                part.beyond + 1,
                None,
                "断保年数",
                lambda person: lapsed_years(person, release.benefit_year, release.conventions.lapse_since),
            ):
                _ask(book, f"waiting.{name}", side, live)


def _transfer(book: Notebook, worked: list[Worked]) -> None:
    """The last day of recognition that still brings a transfer, and the first that brings none."""
    spec = book.policy.release.later_transfer
    if spec is None:
        return
    for day, given in ((spec.through, True), (spec.through + ONE_DAY, False)):
        said = f"缴费后在 {day} 认定（{'转入' if given else '不转入'}）"
        late = [w for w in worked if (w.answer.later_transfer is not None) is given and w.on < day]
        _ask(book, "later_transfer", Side(said, _recognised(day)), late)


def _recognised(day: date) -> At:
    return lambda person, _on: any(held.recognised_on == day for held in holdings(person))
