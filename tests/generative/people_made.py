"""Generated people: every fact, edges of the release's own dates preferred, unknown where facts may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from yingbao.policy import UNKNOWN, Holding, Person, Policy, Span
from yingbao.policy.check.breakpoints import turns
from yingbao.policy.check.rules import tests_of
from yingbao.policy.conditions import (
    AgeTest,
    ClassTest,
    CodeTest,
    DateRange,
    DateTest,
    NumberTest,
    PaymentTest,
)
from yingbao.policy.facts import DERIVED, FACTS, RESIDENCE, STUDENT
from yingbao.policy.schema.reference import CustomFact

NULLABLE = {name for name, spec in FACTS.items() if spec.absent == "unknown"}
KINDS = {
    "date": pa.date32(),
    "code": pa.string(),
    "flag": pa.bool_(),
    "number": pa.int32(),
    "years": pa.list_(pa.int32()),
    "spans": pa.list_(pa.struct([("from_on", pa.date32()), ("until_on", pa.date32())])),
    "classes": pa.list_(
        pa.struct([("class", pa.string()), ("recognised_on", pa.date32()), ("ended_on", pa.date32())])
    ),
}


def edges(policy: Policy) -> list[date]:
    """Dates the release names, the days its lengths lead to, and their neighbours."""
    found: set[date] = {date(policy.release.benefit_year, 1, 1)}
    lengths = set()
    for spec in policy.release.windows.values():
        found |= {spec.from_, spec.through}
    for test in tests_of(policy.program):
        if isinstance(test, PaymentTest):
            found |= {d for d in (test.first, test.last) if d}
        ranged = test.range if isinstance(test, DateTest) else getattr(test, "recognised", None)
        if isinstance(ranged, DateRange):
            found |= {d for d in (ranged.first, ranged.last) if isinstance(d, date)}
            lengths |= {length for length in (ranged.within, ranged.beyond) if length is not None}
    found |= {length.before(day) for day in found for length in lengths}
    return sorted({day + timedelta(days=n) for day in found for n in (-1, 0, 1)})


def days(policy: Policy) -> st.SearchStrategy[date]:
    """A day near an edge, a day of some window, or any day of the years around the benefit year."""
    year = policy.release.benefit_year
    anywhere = st.dates(date(year - 2, 1, 1), date(year + 1, 12, 31))
    open_ = [st.dates(w.from_, w.through) for w in policy.release.windows.values() if w.from_ <= w.through]
    return st.one_of(st.sampled_from(edges(policy)), st.one_of(open_), anywhere)


def births(policy: Policy) -> st.SearchStrategy[date]:
    """Newborns, children, adults, leap-day people, and those who come of an age the rules name."""
    leap = st.sampled_from([date(1964, 2, 29), date(2008, 2, 29), date(2004, 2, 29)])
    anywhere = st.dates(date(1930, 1, 1), date(policy.release.benefit_year, 12, 31))
    ages = {a for t in tests_of(policy.program) if isinstance(t, AgeTest) for a in (t.at_least, t.under) if a}
    named = [t for t in tests_of(policy.program) if isinstance(t, AgeTest)]
    cuts = {
        test.cut(age, day) + timedelta(days=n)
        for test in named
        for age in ages
        for day in ([test.on] if isinstance(test.on, date) else edges(policy)[::7])
        for n in (0, 1)
    }
    found = [days(policy), leap, anywhere]
    return st.one_of([*found, st.sampled_from(sorted(cuts))] if cuts else found)


def people(policy: Policy) -> st.SearchStrategy[Person]:
    """Any person the snapshot can hold; most of them could enrol, and about most things all is known."""
    when = days(policy)
    maybe_when = st.booleans().flatmap(lambda some: when if some else st.none())
    year = policy.release.benefit_year
    spans = st.lists(st.builds(Span, maybe_when, maybe_when), min_size=1, max_size=2).map(tuple)
    ended = when.map(lambda until: (Span(None, until),))
    others = st.one_of(spans, st.just(UNKNOWN))
    history = st.integers(0, 6).map(lambda lapsed: frozenset(range(year - 8, year - lapsed)))
    years = st.one_of(history, history, st.frozensets(st.integers(year - 6, year + 1), max_size=5))
    custom = {name: _custom(policy, name, spec) for name, spec in policy.release.facts.items()}
    return st.builds(
        Person,
        birth_date=rarely(births(policy), UNKNOWN),
        sex=rarely(st.sampled_from(["male", "female"]), UNKNOWN),
        residence=rarely(st.one_of(st.just("hukou"), st.sampled_from(RESIDENCE)), UNKNOWN),
        student=rarely(st.sampled_from([None, None, *STUDENT]), UNKNOWN),
        **{fact: _code(policy, fact) for fact in ("hukou_unit", "unit", "works_in", "school", "tier")},
        periods=rarely(_number(policy, "periods"), UNKNOWN),
        insured_years=rarely(years, UNKNOWN, frozenset()),
        repaid_years=rarely(st.frozensets(st.integers(year - 7, year), max_size=6), UNKNOWN, frozenset()),
        employee_cover=seldom((), st.booleans().flatmap(lambda one: ended if one else others)),
        elsewhere_cover=hardly((), spans, ended),
        categories=rarely(_held(policy, maybe_when), UNKNOWN),
        unrecognised=rarely(st.just(()), ("说不清的类别",)),
        discharged_on=seldom(None, when, st.just(UNKNOWN)),
        military_dependant=seldom(False, st.sampled_from([True, UNKNOWN])),
        parent_insured=rarely(st.booleans(), UNKNOWN),
        permit_until=rarely(st.one_of(st.none(), when), UNKNOWN),
        died_on=hardly(None, when),
        imprisoned_on=hardly(None, when),
        released_on=seldom(None, when),
        enlisted_on=hardly(None, when),
        custom=st.fixed_dictionaries(custom),
    )


def payers(policy: Policy) -> st.SearchStrategy[tuple[Person, date]]:
    """A person and a payment day, often a day on which something turns for this very person, or the day before."""
    windows = policy.release.windows.values()
    span = min(w.from_ for w in windows), max(w.through for w in windows)
    tests = tests_of(policy.program)
    anyway = days(policy)

    def paying(person: Person) -> st.SearchStrategy[tuple[Person, date]]:
        own = {
            day for test in tests if not isinstance(test, PaymentTest) for day in turns(test, person, span)
        }
        near = sorted(d for day in own for d in (day - timedelta(days=1), day) if span[0] <= d <= span[1])
        when = st.one_of(anyway, st.sampled_from(near)) if near else anyway
        return when.map(lambda on: (person, on))

    anybody, leaver = people(policy).flatmap(paying), _leavers(policy)
    return st.integers(0, 9).flatmap(lambda n: leaver if n == 7 else anybody)


def _leavers(policy: Policy) -> st.SearchStrategy[tuple[Person, date]]:
    """An ordinary person who left employee insurance or the army, paying some days after: otherwise too seldom."""
    year = policy.release.benefit_year
    plain = st.sampled_from(["male", "female"]).map(
        lambda sex: Person(
            birth_date=date(year - 40, 6, 15),
            sex=sex,
            residence="hukou",
            insured_years=frozenset(range(year - 8, year)),
        )
    )
    later = st.sampled_from([0, 1, 29, 30, 31, 59, 60, 61, 89, 90, 91, 92, 200])

    def left(person: Person, on: date, after: int, employed: bool) -> tuple[Person, date]:
        changed = {"employee_cover": (Span(None, on),)} if employed else {"discharged_on": on}
        return replace(person, **changed), on + timedelta(days=after)  # type: ignore[arg-type]

    return st.builds(left, plain, days(policy), later, st.booleans())


def rarely(usual: st.SearchStrategy[Any], *rare: Any) -> st.SearchStrategy[Any]:
    """Mostly as usual; one time in ten one of the rare values. (`one_of` drops repeats, so it cannot weigh.)"""
    other = st.sampled_from(rare)
    return st.integers(0, 9).flatmap(lambda n: usual if n else other)


def seldom(usual: Any, *others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Four times in five the usual value."""
    plain, other = st.just(usual), st.one_of(*others)
    return st.integers(0, 4).flatmap(lambda n: plain if n else other)


def hardly(usual: Any, *others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nineteen times in twenty the usual value: each of these alone keeps a person out of everything else."""
    plain, other = st.just(usual), st.one_of(*others)
    return st.integers(0, 19).flatmap(lambda n: other if n == 7 else plain)


def _held(policy: Policy, maybe_when: st.SearchStrategy[date | None]) -> st.SearchStrategy[Any]:
    """No class, or up to three, those some rule names preferred."""
    codes = sorted(policy.vocabulary.categories)
    tests = [test for test in tests_of(policy.program) if isinstance(test, ClassTest)]
    named = sorted({code for test in tests for code in (*test.codes, *test.wider)})
    code = rarely(st.sampled_from(named or codes), *codes)
    ending = seldom(None, maybe_when)
    holding = st.builds(Holding, code, maybe_when, ending)
    return st.one_of(st.just(()), st.lists(holding, min_size=1, max_size=3).map(tuple))


def _code(policy: Policy, fact: str) -> st.SearchStrategy[Any]:
    """A value some rule asks for, another one, none, or unknown."""
    named = sorted(
        {v for t in tests_of(policy.program) if isinstance(t, CodeTest) and t.fact == fact for v in t.values}
    )
    absent = UNKNOWN if FACTS[fact].absent == "unknown" else None
    if not named:
        return st.sampled_from([absent, "别的"])
    return rarely(st.sampled_from([*named, *named, "别的", absent]), UNKNOWN)


def _bounds(policy: Policy, fact: str) -> Iterator[int]:
    for test in tests_of(policy.program):
        if isinstance(test, NumberTest) and test.fact == fact:
            yield from (b + n for b in (test.at_least, test.at_most) if b is not None for n in (-1, 0, 1))


def _number(policy: Policy, fact: str) -> st.SearchStrategy[int]:
    bounds = sorted(n for n in set(_bounds(policy, fact)) if n >= 0)
    anyhow = st.integers(0, 14)
    return st.one_of(st.sampled_from(bounds), anyhow) if bounds else anyhow


def _custom(policy: Policy, name: str, spec: CustomFact) -> st.SearchStrategy[Any]:
    empty = UNKNOWN if spec.absent == "unknown" else (False if spec.kind == "flag" else None)
    if spec.kind == "date":
        return rarely(st.one_of(days(policy), st.just(empty)), UNKNOWN)
    if spec.kind == "flag":
        return rarely(st.booleans(), empty, UNKNOWN)
    if spec.kind == "number":
        return rarely(_number(policy, name), empty, UNKNOWN)
    return rarely(st.sampled_from([*(spec.values or ["别的"]), empty]), UNKNOWN)


def snapshot(policy: Policy, rows: list[tuple[Person, date]]) -> pa.Table:
    """The people as a snapshot, `unknown` naming the facts that NULL cannot say are unknown."""
    columns: dict[str, list[Any]] = {"person_id": [str(i) for i in range(len(rows))]}
    fields = [("person_id", pa.string())]
    for name, spec in FACTS.items():
        if name not in DERIVED:
            columns[name] = [_cell(getattr(person, name)) for person, _ in rows]
            fields.append((name, KINDS[spec.kind]))
    for name, custom in policy.release.facts.items():
        columns[name] = [_cell(person.value(name)) for person, _ in rows]
        fields.append((name, KINDS[custom.kind]))
    columns["categories"] = [_classes(person) for person, _ in rows]
    columns["unknown"] = [_unknown(policy, person) for person, _ in rows]
    columns["paid_on"] = [on for _, on in rows]
    fields += [("unknown", pa.list_(pa.string())), ("paid_on", pa.date32())]
    return pa.table({name: pa.array(columns[name], kind) for name, kind in fields})


def _cell(value: Any) -> Any:
    if value is UNKNOWN:
        return None
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple) and all(isinstance(item, Span) for item in value):
        return [{"from_on": s.from_on, "until_on": s.until_on} for s in value]
    return value


def _classes(person: Person) -> list[dict[str, Any]] | None:
    if person.categories is UNKNOWN:
        return None
    held = [
        {"class": h.code, "recognised_on": h.recognised_on, "ended_on": h.ended_on} for h in person.categories
    ]
    return held + [{"class": text, "recognised_on": None, "ended_on": None} for text in person.unrecognised]


def _unknown(policy: Policy, person: Person) -> list[str]:
    names = [n for n in FACTS if n not in DERIVED and n not in NULLABLE and getattr(person, n) is UNKNOWN]
    names += [n for n, s in policy.release.facts.items() if s.absent == "none" and person.value(n) is UNKNOWN]
    return names
