"""The same region's rules in openfisca-core and in ours, both in memory, the same answers first proved."""

from __future__ import annotations

import importlib
import os
from collections.abc import Collection
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks import fisca_model
from benchmarks.fisca_model import EVERY_CLASS, INPUTS, LONG_AGO, NEVER, RESIDENCES, Column
from benchmarks.trial import Figure, Spent, in_turn, peak_mib, population, rows_or, say, timed
from yingbao.policy import Policy, load_release
from yingbao.policy.sql import SqlReading, to_sql
from yingbao.policy.sql.predicates import text

PEOPLE = 1_000_000
#: Every day of the season and some after it, so that each window is met.
FIRST, DAYS = "2024-09-10", 200
PERIOD = "2025"
#: What both work out, by openfisca's name and ours.
COMPARED = {
    "due": "due_fen",
    "standard": "standard_fen",
    "waiting_days": "waiting_days",
    "benefit_start": "benefit_start",
    "benefit_end": "benefit_end",
}


def measure(name: str) -> Figure:
    """How many times as long openfisca takes."""
    policy, rows = load_release("620602", 2025), rows_or(PEOPLE)
    db = _loaded(policy, rows)
    [(count,)] = db.execute("SELECT count(*) FROM snapshot").fetchall()
    system = fisca_model.system()
    inputs: dict[str, Column] = {}
    flat = timed(lambda: inputs.update(_laid_flat(db)))
    own = timed(lambda: _lay_ours(db, policy))
    ours = _relations(db, policy)
    for name_, relation in ours.items():
        say(f"  {name_}")
        _prove_alike(relation, _simulation(system, inputs, count))

    threads = os.cpu_count() or 2

    def theirs() -> Spent:
        simulation = _simulation(system, inputs, count)
        return timed(lambda: [simulation.calculate(variable, PERIOD) for variable in COMPARED])

    def run(which: str, threads: int) -> Spent:
        """The rows are kept while they are timed, and let go afterwards, as openfisca's simulation is."""
        db.execute(f"SET threads = {threads}")
        kept: list[duckdb.DuckDBPyRelation] = []
        return timed(lambda: kept.append(ours[which].materialize()))

    def into_table() -> Spent:
        db.execute(f"SET threads = {threads}")
        statement = f"CREATE OR REPLACE TEMP TABLE assessed AS {ours['ours'].sql_query()}"
        return timed(lambda: db.execute(statement).fetchall())

    works = {which: partial(run, which, threads) for which in ours}
    spent = in_turn(9, openfisca=theirs, one_thread=partial(run, "ours", 1), **works, into_table=into_table)
    return Figure(
        name=name,
        value=count / spent["ours"].wall,
        unit="rows/s",
        ratio=spent["openfisca"].wall / spent["ours"].wall,
        against="openfisca-core, same rules and people, in memory, lists laid flat for both",
        bar=5,
        better="higher",
        rows=count,
        peak_mib=peak_mib(),
        extra={
            "cpu_ratio": spent["openfisca"].cpu / spent["ours"].cpu,
            "ratio_on_one_thread": spent["openfisca"].wall / spent["one_thread"].wall,
            "cpu_ratio_on_one_thread": spent["openfisca"].cpu / spent["one_thread"].cpu,
            "ratio_into_table": spent["openfisca"].wall / spent["into_table"].wall,
            "ratio_with_laying_flat": (spent["openfisca"].wall + flat.wall) / (spent["ours"].wall + own.wall),
            "ratio_from_lists": spent["openfisca"].wall / spent["from_lists"].wall,
            "ratio_from_lists_with_laying_flat": (spent["openfisca"].wall + flat.wall)
            / spent["from_lists"].wall,
            "ratio_row_by_row": spent["openfisca"].wall / spent["row_by_row"].wall,
            "ratio_with_every_column": spent["openfisca"].wall / spent["every_column"].wall,
            "ratio_with_every_column_row_by_row": spent["openfisca"].wall
            / spent["every_column_row_by_row"].wall,
            "openfisca_rows_per_s": count / spent["openfisca"].wall,
        },
    )


def _loaded(policy: Policy, rows: int) -> duckdb.DuckDBPyConnection:
    """The sample in memory, a payment day for each, without those of whom something is unknown.

    openfisca knows people by their place in an array; here each has a number, which every answer carries.
    """
    db = duckdb.connect()
    # the settings of yingbao.bulk
    db.execute("SET preserve_insertion_order = false")
    db.execute("SET disabled_optimizers = 'in_clause'")
    db.execute(
        "CREATE TABLE snapshot AS SELECT * REPLACE (CAST(row_number() OVER () AS INTEGER) AS person_id), CAST("
        f"DATE '{FIRST}' + CAST(hash(person_id) % {DAYS} AS INTEGER) AS DATE) "
        f"AS paid_on FROM read_parquet({text(str(population(policy, rows)))}) "
        "WHERE COALESCE(len(unknown), 0) = 0 AND insured_years IS NOT NULL"
    )
    return db


def _lay_ours(db: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """The table `laid`: our facts as our reading takes them, as openfisca's inputs are laid flat for it."""
    reading = _reading(policy, laid_flat=False)
    for kind, values in reading.types.items():
        db.execute(f"CREATE TYPE {kind} AS ENUM ({', '.join(text(value) for value in values)})")
    db.execute(f"CREATE TABLE laid AS {reading.laying.sql(dialect='duckdb')}")


def _reading(
    policy: Policy, *, laid_flat: bool, by_kind: bool = False, asked: Collection[str] | None = None
) -> SqlReading:
    source = "laid" if laid_flat else "snapshot"
    return to_sql(
        policy.program,
        source=source,
        on=None,
        has_unknown=False,
        enums=True,
        laid_flat=laid_flat,
        by_kind=by_kind,
        asked=asked,
    )


def _relations(db: duckdb.DuckDBPyConnection, policy: Policy) -> dict[str, duckdb.DuckDBPyRelation]:
    """Our reading, of what openfisca works out too and of all columns, by kind and row by row.

    A relation is the text alone: each `materialize` reads it, plans it, runs it and keeps the rows in memory.
    """
    same = tuple(COMPARED.values())
    readings = {
        "ours": _reading(policy, laid_flat=True, by_kind=True, asked=same),
        "row_by_row": _reading(policy, laid_flat=True, asked=same),
        "every_column": _reading(policy, laid_flat=True, by_kind=True),
        "every_column_row_by_row": _reading(policy, laid_flat=True),
        "from_lists": _reading(policy, laid_flat=False, by_kind=True, asked=same),
    }
    return {name: db.sql(found.sql()) for name, found in readings.items()}


def _laid_flat(db: duckdb.DuckDBPyConnection) -> dict[str, Column]:
    """The facts as openfisca takes them: one column each, a far day for what never was."""
    never, long_ago = f"DATE '{NEVER}'", f"DATE '{LONG_AGO}'"
    columns = {
        "birth_date": "birth_date",
        "paid_on": "paid_on",
        "military_dependant": "COALESCE(military_dependant, FALSE)",
        "residence": f"CAST(list_position({list(RESIDENCES)}, residence) - 1 AS INTEGER)",
    }
    for name in ("discharged_on", "died_on", "enlisted_on", "imprisoned_on", "released_on"):
        columns[name] = f"COALESCE({name}, {never})"
    for name in ("employee", "elsewhere"):
        span = f"{name}_cover"
        started = f"COALESCE({span}[1].from_on, {long_ago})"
        columns[f"{name}_from"] = f"CASE WHEN COALESCE(len({span}), 0) = 0 THEN {never} ELSE {started} END"
        columns[f"{name}_until"] = f"COALESCE({span}[1].until_on, {never})"
    for name in EVERY_CLASS:
        held = f"list_filter(categories, lambda c : c.class = {text(name)})"
        known = f"COALESCE({held}[1].recognised_on, {long_ago})"
        columns[f"{name}_from"] = f"CASE WHEN COALESCE(len({held}), 0) = 0 THEN {never} ELSE {known} END"
        columns[f"{name}_until"] = f"COALESCE({held}[1].ended_on, {never})"
    covered = (
        "CASE WHEN COALESCE(len(employee_cover), 0) = 0 THEN 0 "
        "ELSE LEAST(COALESCE(year(employee_cover[1].until_on), 2025), 2025) END"
    )
    insured = "COALESCE(list_max(list_filter(insured_years, lambda y : y < 2025)), 0)"
    columns["last_insured_year"] = f"CAST(GREATEST({insured}, {covered}) AS INTEGER)"
    say(f"  laying {len(columns)} facts flat")
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    table = db.sql(f"SELECT {listed} FROM snapshot ORDER BY person_id").to_arrow_table()
    return {name: _array(table[name]) for name in INPUTS}


def _array(column: pa.ChunkedArray) -> Column:
    found: Column = column.to_numpy()
    return found.astype("datetime64[D]") if pa.types.is_date(column.type) else found


def _simulation(system: Any, inputs: dict[str, Column], count: int) -> Any:
    """A new simulation with the inputs in place; nothing of it is timed."""
    simulations = importlib.import_module("openfisca_core.simulations")
    found = simulations.SimulationBuilder().build_default_simulation(system, count=count)
    for name, values in inputs.items():
        found.set_input(name, PERIOD, values)
    return found


def _prove_alike(relation: duckdb.DuckDBPyRelation, simulation: Any) -> None:
    """Both give everybody the same of all that is compared. Raises AssertionError."""
    nothing = {name: f"DATE '{NEVER}'" if name.startswith("benefit") else "0" for name in COMPARED}
    listed = ", ".join(f"COALESCE({ours}, {nothing[name]}) AS {name}" for name, ours in COMPARED.items())
    asked = relation.materialize().query("assessed", f"SELECT {listed} FROM assessed ORDER BY person_id")
    table = asked.to_arrow_table()
    for name in COMPARED:
        ours, theirs = _array(table[name]), simulation.calculate(name, PERIOD)
        differ = int(np.count_nonzero(ours != theirs))
        if differ:
            raise AssertionError(f"{name}: {differ} people differ between openfisca and ours")
    windows = np.bincount(simulation.calculate("window", PERIOD)).tolist()
    say(f"  same {', '.join(COMPARED)} for all; people by window {windows}")
