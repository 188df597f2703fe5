"""Generated people: every fact, edges of the release's own dates preferred, unknown where facts may be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from yingbao.policy import UNKNOWN, Holding, Person, Policy, Span
from yingbao.policy.conditions import DateTest, PaymentTest, atoms
from yingbao.policy.facts import DERIVED, FACTS, RESIDENCE, STUDENT

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
    """Dates the release names, and their neighbours."""
    found: set[date] = set()
    program = policy.program
    conditions = [w.condition for w in program.windows] + [p.condition for p in (*program.bars, *program.admits)]
    for spec in policy.release.windows.values():
        found |= {spec.from_, spec.through}
    for condition in conditions:
        for atom in atoms(condition):
            if isinstance(atom, DateTest):
                found |= {d for d in (atom.range.first, atom.range.last) if isinstance(d, date)}
            if isinstance(atom, PaymentTest):
                found |= {d for d in (atom.first, atom.last) if d}
    return sorted({day + timedelta(days=n) for day in found for n in (-91, -90, -89, -1, 0, 1)})


def days(policy: Policy) -> st.SearchStrategy[date]:
    """A day near an edge, or any day of the years around the benefit year."""
    year = policy.release.benefit_year
    anywhere = st.dates(date(year - 2, 1, 1), date(year + 1, 12, 31))
    return st.one_of(st.sampled_from(edges(policy)), anywhere)


def births(policy: Policy) -> st.SearchStrategy[date]:
    """Newborns, children, adults, leap-day people."""
    leap = st.sampled_from([date(1964, 2, 29), date(2008, 2, 29), date(2004, 2, 29)])
    anywhere = st.dates(date(1930, 1, 1), date(policy.release.benefit_year, 12, 31))
    return st.one_of(days(policy), leap, anywhere)


def people(policy: Policy) -> st.SearchStrategy[Person]:
    """Any person the snapshot can hold."""
    when = days(policy)
    maybe_when = st.one_of(st.none(), st.none(), st.none(), when)
    codes = sorted(policy.vocabulary.categories)
    named = sorted({c for p in policy.program.subsidies.values() for c in policy.program.class_codes((p.name,))})
    holding = st.builds(
        Holding, st.one_of(st.sampled_from(named or codes), st.sampled_from(codes)), maybe_when, maybe_when
    )
    spans = st.lists(st.builds(Span, maybe_when, maybe_when), max_size=2).map(tuple)
    year = policy.release.benefit_year
    years = st.one_of(
        st.just(UNKNOWN), st.frozensets(st.integers(year - 6, year + 1), max_size=5), st.just(frozenset())
    )
    custom = {
        name: _custom(policy, spec.kind, spec.values, spec.absent, when)
        for name, spec in policy.release.facts.items()
    }
    return st.builds(
        Person,
        birth_date=st.one_of(births(policy), births(policy), st.just(UNKNOWN)),
        sex=st.sampled_from(["male", "female", UNKNOWN]),
        residence=st.sampled_from([*RESIDENCE, "hukou", "hukou", UNKNOWN]),
        works_in=st.sampled_from([None, "工业园区"]),
        student=st.sampled_from([None, None, *STUDENT, UNKNOWN]),
        tier=st.sampled_from(["low", "high", "标准档", "高档", UNKNOWN]),
        periods=st.one_of(st.integers(0, 30), st.just(UNKNOWN)),
        insured_years=years,
        repaid_years=st.frozensets(st.integers(year - 4, year), max_size=3),
        employee_cover=st.one_of(st.just(()), st.just(()), spans, st.just(UNKNOWN)),
        elsewhere_cover=st.one_of(st.just(()), st.just(()), st.just(()), spans),
        categories=st.one_of(st.just(()), st.lists(holding, max_size=3).map(tuple), st.just(UNKNOWN)),
        unrecognised=st.sampled_from([(), (), (), (), (), ("说不清的类别",)]),
        discharged_on=st.one_of(maybe_when, st.just(UNKNOWN)),
        military_dependant=st.sampled_from([False, False, False, True, UNKNOWN]),
        parent_insured=st.sampled_from([True, False, UNKNOWN]),
        permit_until=maybe_when,
        died_on=st.one_of(st.none(), st.none(), maybe_when),
        imprisoned_on=st.one_of(st.none(), st.none(), maybe_when),
        released_on=maybe_when,
        enlisted_on=st.one_of(st.none(), st.none(), maybe_when),
        custom=st.fixed_dictionaries(custom),
    )


def _custom(
    policy: Policy, kind: str, values: Iterable[str], absent: str, when: st.SearchStrategy[date]
) -> st.SearchStrategy[Any]:
    empty = UNKNOWN if absent == "unknown" else (False if kind == "flag" else None)
    if kind == "date":
        return st.one_of(when, st.just(empty))
    if kind == "flag":
        return st.sampled_from([True, False, empty])
    if kind == "number":
        return st.one_of(st.integers(0, 60), st.just(empty))
    return st.sampled_from([*values, empty])


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
