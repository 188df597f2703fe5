"""Everybody assessed and the register issued into PostgreSQL, against raw COPY of the same rows into the same empty tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg

from benchmarks import rooms
from benchmarks.trial import STORE, Figure, Spent, peak_mib, rows_or, say, timed

#: In the order foreign keys want them; what an assessment and an issue write.
TABLES = (
    "journal_entry", "billing_release", "billing_assessment", "billing_bill", "billing_line", "billing_register",
    "billing_register_bill", "billing_register_sum",
)  # fmt: skip
ON = date(2024, 11, 8)
_COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"


def measure(name: str) -> Figure:
    """People a second from the registry to the issued register, and how near it comes to the copy. Each is done once."""
    people = rows_or(rooms.PEOPLE)
    with rooms.cluster() as server:
        rooms.copy_of(server, people, "issued")
        rooms.point_at(server, "issued")
        say(f"  assessing and issuing {people:,} people")
        parts: dict[str, Spent] = {}
        issue = timed(lambda: _issue(parts))
        _dump(server.dsn("super", "issued"))
        say("  copying the same rows")
        with psycopg.connect(server.dsn("owner", "issued")) as connection:
            copy = _copy(connection)
        server.drop_database("issued")
    return Figure(
        name=name,
        value=people / issue.wall,
        unit="people/s",
        ratio=copy.wall / issue.wall,
        against="COPY of the same rows by the owner into empty tables with the same columns, indexes and checks",
        bar=0.2,
        better="higher",
        rows=people,
        peak_mib=peak_mib(),
        extra={
            "goal": 0.5, "issue_s": issue.wall, "copy_s": copy.wall, "cpu_s": issue.cpu,
            **{f"{part}_s": spent.wall for part, spent in parts.items()},
        },
    )  # fmt: skip


def _issue(parts: dict[str, Spent]) -> None:
    from yingbao.billing import actions  # noqa: PLC0415
    from yingbao.journal.acting import Acting  # noqa: PLC0415

    by, given = Acting.program(rooms.REGION), {"region": rooms.REGION, "benefit_year": rooms.YEAR}
    parts["assess"] = timed(lambda: actions.assess_everyone(by=by, on=ON, **given))
    parts["register"] = timed(lambda: actions.issue_register(by=by, **given))


def _listed(connection: psycopg.Connection[Any], table: str) -> str:
    return ", ".join(f'"{column}"' for (column,) in connection.execute(_COLUMNS, [table]).fetchall())


def _dump(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        for table in TABLES:
            statement = f"COPY {table} ({_listed(connection, table)}) TO STDOUT (FORMAT binary)"
            with (STORE / f"{table}.copy").open("wb") as file, connection.cursor().copy(statement) as rows:
                for block in rows:
                    file.write(block)


def _copy(connection: psycopg.Connection[Any]) -> Spent:
    """All tables in one transaction. Foreign keys, policies and triggers are left out: the bar is the higher for it."""
    listed = {table: _listed(connection, table) for table in TABLES}
    for table in TABLES:
        connection.execute(f"CREATE TABLE copied_{table} (LIKE {table} INCLUDING ALL)")
    connection.commit()

    def work() -> None:
        for table in TABLES:
            statement = f"COPY copied_{table} ({listed[table]}) FROM STDIN (FORMAT binary)"
            with (STORE / f"{table}.copy").open("rb") as file, connection.cursor().copy(statement) as rows:
                while block := file.read(1 << 20):
                    rows.write(block)
        connection.commit()

    spent = timed(work)
    for table in TABLES:
        (STORE / f"{table}.copy").unlink(missing_ok=True)
    return spent
