"""Loading a county (checks, sealed numbers, history, policies) against raw COPY of the same rows into the same tables."""

from __future__ import annotations

import psycopg

from benchmarks import rooms
from benchmarks.trial import STORE, Figure, Spent, peak_mib, rows_or, say, timed
from yingbao.policy import load_release

#: In the order foreign keys want them.
TABLES = (
    "household", "resident", "membership", "residence", "schooling", "cover", "holding", "survival",
)  # fmt: skip
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('known_from', 'entry_id')
ORDER BY attnum
"""


def measure(name: str) -> Figure:
    """People a second of the load, and how near it comes to the copy. Each is done once: they take minutes."""
    people = rows_or(rooms.PEOPLE)
    with rooms.cluster() as server:
        rooms.population(load_release(rooms.REGION, rooms.YEAR), people)
        loading = f"people_{people}"
        rooms.empty(server, loading)
        say(f"  loading {people:,} people")
        load = timed(lambda: rooms.load(people))
        _dump(server.dsn("super", loading))
        rooms.empty(server, "copied")
        say("  copying the same rows")
        with psycopg.connect(server.dsn("super", "copied")) as connection:
            copy = timed(lambda: _copy(connection))
        _forget()
        rooms.keep(server, loading)
        server.drop_database("copied")
    return _figure(name, people, load, copy)


def _figure(name: str, people: int, load: Spent, copy: Spent) -> Figure:
    return Figure(
        name=name,
        value=people / load.wall,
        unit="people/s",
        ratio=copy.wall / load.wall,
        against="COPY of the same rows into the same tables, indexes, constraints and triggers, as superuser",
        bar=0.1,
        better="higher",
        rows=people,
        peak_mib=peak_mib(),
        extra={"goal": 0.3, "load_s": load.wall, "copy_s": copy.wall, "cpu_s": load.cpu},
    )


def _columns(connection: psycopg.Connection[tuple[str]], table: str) -> str:
    found = connection.execute(_COLUMNS, [f"registry_{table}"]).fetchall()
    return ", ".join(f'"{column}"' for (column,) in found)


def _dump(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        for table in TABLES:
            statement = f"COPY registry_{table} ({_columns(connection, table)}) TO STDOUT (FORMAT binary)"
            with (STORE / f"{table}.copy").open("wb") as file, connection.cursor().copy(statement) as rows:
                for block in rows:
                    file.write(block)


def _copy(connection: psycopg.Connection[tuple[str]]) -> None:
    """All tables in one transaction, as the load is."""
    for table in TABLES:
        statement = f"COPY registry_{table} ({_columns(connection, table)}) FROM STDIN (FORMAT binary)"
        with (STORE / f"{table}.copy").open("rb") as file, connection.cursor().copy(statement) as rows:
            while block := file.read(1 << 20):
                rows.write(block)
    connection.commit()


def _forget() -> None:
    for table in TABLES:
        (STORE / f"{table}.copy").unlink(missing_ok=True)
