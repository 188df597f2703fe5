"""A household of three through `register_household` against the bare INSERTs of its rows, in a small county and a large."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import psycopg

from benchmarks import rooms
from benchmarks.trial import Figure, peak_mib, rows_or, say
from yingbao.kernel.id_number import check_digit
from yingbao.kernel.ids import uuid7

#: Households a round; so many before each round are not counted, since statements are prepared in them.
HOUSEHOLDS, WARM = 150, 10
ROUNDS = 3
ON = date(2024, 10, 8)
_HOUSEHOLD = ("id", "number", "unit_id", "address")
_RESIDENT = (
    "id", "unit_id", "name", "initials", "pinyin", "sex", "birth_date", "nation", "document_kind", "document_sealed",
    "document_key", "phone_sealed", "phone_key", "state", "insured_years", "repaid_years",
)  # fmt: skip
_MEMBERSHIP = ("id", "resident_id", "household_id", "relation")
_RESIDENCE = ("id", "resident_id", "unit_id", "basis", "hukou_place", "permit_until", "works_in_id")
_CHANGE = ("id", "resident_id", "kind", "from_state", "to_state", "on", "reason")


def measure(name: str) -> Figure:
    """`register`: the worse of the two counties' ratios. `register-growth`: the large county's time to the small one's."""
    large = rows_or(rooms.PEOPLE)
    small = min(rooms.FEW, max(3, large // 2))
    with rooms.cluster() as server:
        sizes = {size: rooms.copy_of(server, size, f"register_{size}") for size in (small, large)}
        found = _rounds(server, sizes)
        for database in sizes.values():
            rooms.point_at(server, "postgres")
            server.drop_database(database)
    if name == "register-growth":
        return _growth(name, found, small, large)
    ratios = {size: found[size]["register"] / found[size]["bare"] for size in sizes}
    return Figure(
        name=name,
        value=found[large]["register"],
        unit="ms",
        ratio=max(ratios.values()),
        against="bare INSERTs of the same rows, prepared, one transaction, as superuser",
        bar=8.0,
        better="lower",
        rows=large,
        peak_mib=peak_mib(),
        extra={"goal": 5, **_extra(found), **{f"ratio_{size}": ratio for size, ratio in ratios.items()}},
    )


def _growth(name: str, found: dict[int, dict[str, float]], small: int, large: int) -> Figure:
    return Figure(
        name=name,
        value=found[large]["register"],
        unit="ms",
        ratio=found[large]["register"] / found[small]["register"],
        against=f"the same with {small:,} people",
        bar=1.3,
        better="lower",
        rows=large,
        peak_mib=peak_mib(),
        extra={**_extra(found), "bare_growth": found[large]["bare"] / found[small]["bare"]},
    )


def _extra(found: dict[int, dict[str, float]]) -> dict[str, float]:
    return {f"{work}_ms_{size}": ms for size, works in found.items() for work, ms in works.items()}


def _rounds(server: Any, sizes: dict[int, str]) -> dict[int, dict[str, float]]:
    """Median milliseconds by size and work; a bare household follows each registered one."""
    spent: dict[int, dict[str, list[float]]] = {size: {"register": [], "bare": []} for size in sizes}
    people = _families()
    for number in range(1, ROUNDS + 1):
        for size, database in sizes.items():
            rooms.point_at(server, database)
            with psycopg.connect(server.dsn("super", database), prepare_threshold=1) as connection:
                unit = _unit(connection)
                works = {"register": _register(unit, people), "bare": _bare(connection, unit)}
                for turn in range(WARM + HOUSEHOLDS):
                    for work, do in works.items():
                        took = do()
                        if turn >= WARM:
                            spent[size][work].append(took)
            medians = {work: statistics.median(spent[size][work]) for work in works}
            say(
                f"  {number}/{ROUNDS} {size:,} people: "
                + ", ".join(f"{w} {ms:.2f} ms" for w, ms in medians.items())
            )
    return {
        size: {work: statistics.median(took) for work, took in works.items()} for size, works in spent.items()
    }


def _unit(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute(
        "SELECT min(code) FROM registry_unit WHERE starts_with(code, %s)", [f"{rooms.REGION}-"]
    ).fetchone()
    connection.commit()
    return str(row[0]) if row else ""


def _register(unit: str, people: Iterator[list[Any]]) -> Callable[[], float]:
    from yingbao.journal.acting import Acting  # noqa: PLC0415 - Django is set up by now
    from yingbao.registry.actions import register_household  # noqa: PLC0415

    by = Acting.program(rooms.REGION)

    def do() -> float:
        family = next(people)
        begun = time.perf_counter()
        register_household(by=by, unit_code=unit, members=family, on=ON, grounds="户口簿")
        return (time.perf_counter() - begun) * 1000

    return do


def _families() -> Iterator[list[Any]]:
    """Households of three with numbers nobody has: area codes 98…, which GB/T 2260 does not assign."""
    from yingbao.registry.drafts import Draft  # noqa: PLC0415

    for count in range(1_000_000):
        born = date(1960, 1, 1) + timedelta(days=count % 10_000)
        area = f"98{count // 10_000:04d}{born:%Y%m%d}"
        numbers = [f"{area}{order}" for order in ("111", "222", "333")]
        yield [
            Draft(name=name, relation=relation, document=number + check_digit(number), phone=phone)
            for number, (name, relation, phone) in zip(
                numbers,
                (("安国强", "02", "12900001111"), ("兰秀英", "10", "12900002222"), ("安小雨", "20", "")),
                strict=True,
            )
        ]


def _bare(connection: psycopg.Connection[Any], unit: str) -> Callable[[], float]:
    from yingbao.journal.direct import write  # noqa: PLC0415 - Django is set up by now

    def do() -> float:
        household, people = uuid7(), [uuid7() for _ in range(3)]
        residents = [
            (
                one, unit, "安国强", "agq", "an guo qiang", "male", date(1960, 1, 1), "", "01", os.urandom(47),
                os.urandom(16), os.urandom(40), os.urandom(16), "1", None, "{}",
            )
            for one in people
        ]  # fmt: skip
        relations = ("02", "10", "20")
        memberships = [
            (uuid7(), one, household, relation, ON) for one, relation in zip(people, relations, strict=True)
        ]
        homes = [(uuid7(), one, unit, "hukou", "", None, None, ON) for one in people]
        changes = [(uuid7(), one, "11", "0", "1", ON, "新参保登记") for one in people]
        begun = time.perf_counter()
        into = psycopg.RawCursor(connection)
        write(
            into,
            "registry_household",
            _HOUSEHOLD,
            [(household, f"{rooms.REGION}-{household.hex.upper()}", unit, "")],
        )
        write(into, "registry_resident", _RESIDENT, residents)
        write(into, "registry_membership", _MEMBERSHIP, memberships, period=True)
        write(into, "registry_residence", _RESIDENCE, homes, period=True)
        write(into, "registry_change", _CHANGE, changes)
        connection.commit()
        return (time.perf_counter() - begun) * 1000

    return do
