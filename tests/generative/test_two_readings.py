"""The plain reading and the SQL reading give the same answer for everybody, whoever is made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.generative.people_made import payers, snapshot
from tests.spec.invented import INVENTED, invented
from yingbao.policy import Person, Policy, assess, load_release
from yingbao.policy.conditions import Atom, DateTest
from yingbao.policy.facts import DERIVED, FACTS, UNKNOWN
from yingbao.policy.schema.rules import PAYERS
from yingbao.policy.sql import to_sql
from yingbao.policy.sql.kinds import KindTests
from yingbao.policy.sql.shortcuts import Shortcuts

REGIONS = [("620724", 2024), ("620721", 2024), ("620602", 2025), ("140500", 2024), ("520100", 2024)]
PEOPLE, DRAWN = 2_000, 25


@cache
def policy_of(region: str, year: int) -> Policy:
    return invented(region, year) if (region, year) in INVENTED else load_release(region, year)


@cache
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    found.execute("SET threads = 1")
    return found


@cache
def statement(region: str, year: int) -> str:
    return to_sql(policy_of(region, year).program).sql()


def by_sql(policy: Policy, rows: list[tuple[Person, date]], sql: str) -> list[dict[str, Any]]:
    """The SQL reading of some people, one dict a person, in order."""
    db = connection()
    db.register("snapshot", snapshot(policy, rows))
    found = db.sql(f"SELECT * FROM ({sql}) ORDER BY CAST(person_id AS INTEGER)").to_arrow_table()
    db.unregister("snapshot")
    answers: list[dict[str, Any]] = found.to_pylist()
    return answers


def by_hand(policy: Policy, person: Person, on: date) -> dict[str, Any]:
    """The plain reading in the columns of the SQL reading."""
    answer = assess(policy.program, person, on)
    paid = dict(answer.subsidies)
    known = answer.due_fen is not None
    transfer = answer.later_transfer
    return {
        "outcome": answer.outcome,
        "reason": answer.reason,
        "standard_fen": answer.standard_fen,
        "due_fen": answer.due_fen,
        **{f"{payer}_fen": paid.get(payer, 0) if known else None for payer in PAYERS},
        "delivery": answer.delivery,
        "benefit_start": answer.benefit_start,
        "benefit_end": answer.benefit_end,
        "waiting_days": answer.waiting_days,
        "transfer_fen": transfer.amount_fen if transfer else None,
        "transfer_month": transfer.month if transfer else None,
        "window_rule": answer.window,
        "price_rule": answer.price,
        "subsidy_rules": ";".join(f"subsidies.{name}" for name, _ in answer.by_subsidy) or None,
        "cover_rule": answer.cover,
        "waiting_rule": answer.waiting,
        "fiscal": answer.fiscal,
        "missing": ";".join(sorted(answer.missing)) or None,
    }


def differences(policy: Policy, rows: list[tuple[Person, date]], sql: str) -> list[tuple[Any, ...]]:
    found = []
    for (person, on), row in zip(rows, by_sql(policy, rows, sql), strict=True):
        for name, value in by_hand(policy, person, on).items():
            if row[name] != value:
                found.append((name, row[name], value, on, person))
    return found


@cache
def population(region: str, year: int, size: int) -> tuple[tuple[Person, date], ...]:
    """People drawn a few at a time: one who reads differently is small enough without being shrunk."""
    policy = policy_of(region, year)
    rows: list[tuple[Person, date]] = []

    @settings(max_examples=size // DRAWN, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.lists(payers(policy), min_size=DRAWN, max_size=DRAWN))
    def draw(drawn: list[tuple[Person, date]]) -> None:
        rows.extend(drawn)

    draw()
    return tuple(rows)


def said(found: list[tuple[Any, ...]]) -> str:
    """The first few differences, each with what is not ordinary about the person."""
    lines = [f"{len(found)} differ"]
    for name, by_sql_, by_hand_, on, person in found[:5]:
        plain = Person()
        facts = {f: v for f in person.__slots__ if (v := getattr(person, f)) != getattr(plain, f)}
        lines.append(f"{name}: SQL {by_sql_!r}, plain {by_hand_!r}; paid {on}; {facts}")
    return "\n".join(lines)


@pytest.mark.parametrize(("region", "year"), [*REGIONS, *INVENTED])
def test_a_population_reads_alike_both_ways(region: str, year: int) -> None:
    policy = policy_of(region, year)
    found = differences(policy, list(population(region, year, PEOPLE)), statement(region, year))
    assert not found, said(found)
    answers = [assess(policy.program, person, on) for person, on in population(region, year, PEOPLE)]
    assert {answer.outcome for answer in answers} == {"payable", "not_payable", "undetermined"}
    met = {answer.window for answer in answers}
    assert {window.rule for window in policy.program.windows} <= met


def late_by_a_day(atom: Atom, written: str) -> str:
    """A wrong reading: the last day within a limit counted as beyond it."""
    return written.replace("<=", "<") if isinstance(atom, DateTest) else written


def nobody_poor(atom: Atom, written: str) -> str:
    """A wrong reading: every class test is false."""
    return "FALSE" if type(atom).__name__ == "ClassTest" else written


@pytest.mark.parametrize("wrong", [late_by_a_day, nobody_poor])
def test_a_planted_wrong_sql_is_caught(wrong: Callable[[Atom, str], str]) -> None:
    policy = policy_of("520100", 2024)
    sql = to_sql(policy.program, planted=wrong).sql()
    assert differences(policy, list(population("520100", 2024, PEOPLE)), sql)


def laid_flat(
    policy: Policy, rows: list[tuple[Person, date]], *, by_kind: bool = False
) -> list[dict[str, Any]]:
    """As `by_sql`, from a table whose lists were laid flat beforehand."""
    db = connection()
    db.register("snapshot", snapshot(policy, rows))
    db.execute(f"CREATE OR REPLACE TEMP TABLE laid AS {to_sql(policy.program).laying.sql('duckdb')}")
    sql = to_sql(policy.program, source="laid", laid_flat=True, by_kind=by_kind).sql()
    found = db.sql(f"SELECT * FROM ({sql}) ORDER BY CAST(person_id AS INTEGER)").to_arrow_table()
    db.unregister("snapshot")
    answers: list[dict[str, Any]] = found.to_pylist()
    return answers


@pytest.mark.parametrize(("region", "year"), REGIONS)
def test_lists_laid_flat_beforehand_read_the_same(region: str, year: int) -> None:
    policy, rows = policy_of(region, year), list(population(region, year, PEOPLE))
    assert laid_flat(policy, rows) == by_sql(policy, rows, statement(region, year))


@pytest.mark.parametrize(("region", "year"), [*REGIONS, *INVENTED])
def test_each_kind_asked_once_reads_as_everybody_asked(region: str, year: int) -> None:
    policy, rows = policy_of(region, year), list(population(region, year, PEOPLE))
    plainly = by_sql(policy, rows, statement(region, year))
    assert by_sql(policy, rows, to_sql(policy.program, by_kind=True).sql()) == plainly
    assert laid_flat(policy, rows, by_kind=True) == plainly
    on = rows[0][1]
    given_for_all, kinds = (to_sql(policy.program, on=on, by_kind=by_kind).sql() for by_kind in (False, True))
    assert by_sql(policy, rows, kinds) == by_sql(policy, rows, given_for_all)


@pytest.mark.parametrize("wrong", [late_by_a_day, nobody_poor])
@pytest.mark.parametrize(("region", "year"), [("620602", 2025), ("520100", 2024)])
def test_a_planted_wrong_sql_is_caught_in_kinds_too(
    region: str, year: int, wrong: Callable[[Atom, str], str]
) -> None:
    policy = policy_of(region, year)
    sql = to_sql(policy.program, by_kind=True, planted=wrong).sql()
    assert differences(policy, list(population(region, year, PEOPLE)), sql)


def test_kinds_that_run_together_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_in_one_place(self: KindTests, width: int) -> tuple[int, int]:
        self.used = width
        return 0, 0

    monkeypatch.setattr(KindTests, "_allot", all_in_one_place)
    policy = policy_of("620602", 2025)
    sql = to_sql(policy.program, by_kind=True).sql()
    assert differences(policy, list(population("620602", 2025, PEOPLE)), sql)


@pytest.mark.parametrize(("region", "year"), REGIONS)
def test_a_day_given_for_all_reads_as_each_ones_own_day(region: str, year: int) -> None:
    policy, rows = policy_of(region, year), population(region, year, PEOPLE)
    for on in sorted({on for _, on in rows})[:: max(1, len({on for _, on in rows}) // 6)]:
        alike = [(person, on) for person, _ in rows[:400]]
        given_for_all = to_sql(policy.program, on=on).sql()
        assert by_sql(policy, alike, given_for_all) == by_sql(policy, alike, statement(region, year))


@pytest.mark.parametrize(("region", "year"), REGIONS)
def test_a_statement_without_unknown_facts_reads_the_known_alike(region: str, year: int) -> None:
    policy = policy_of(region, year)
    known = [(person, on) for person, on in population(region, year, PEOPLE) if not unknown(person)]
    assert known
    without = to_sql(policy.program, has_unknown=False).sql()
    assert by_sql(policy, known, without) == by_sql(policy, known, statement(region, year))


def unknown(person: Person) -> bool:
    """Whether a fact is unknown whose absence would mean that nothing happened."""
    closed = (name for name, spec in FACTS.items() if spec.absent == "none" and name not in DERIVED)
    return any(person.value(name) is UNKNOWN for name in closed)


@pytest.mark.parametrize("short", ["_atom_plain", "_atom_holds", "_doubt"])
def test_a_wrong_short_cut_is_caught(short: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"_atom_plain": "TRUE", "_atom_holds": "FALSE", "_doubt": "FALSE"}[short]
    monkeypatch.setattr(Shortcuts, short, lambda *_: wrong)
    policy = policy_of("620602", 2025)
    sql = to_sql(policy.program).sql()
    assert differences(policy, list(population("620602", 2025, PEOPLE)), sql)


def test_columns_asked_for_alone_read_as_among_all() -> None:
    policy, rows = policy_of("620602", 2025), list(population("620602", 2025, PEOPLE))
    asked = ("due_fen", "waiting_days", "benefit_start")
    few = by_sql(policy, rows, to_sql(policy.program, asked=asked).sql())
    every = by_sql(policy, rows, statement("620602", 2025))
    assert few == [
        {name: row[name] for name in ("person_id", "due_fen", "benefit_start", "waiting_days")}
        for row in every
    ]
