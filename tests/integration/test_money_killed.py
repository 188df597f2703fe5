"""Banks that tell of money at the same time, killed in the middle, they or PostgreSQL: every fen once, and nobody twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections

import databases
import given
import paying
from clusters import session_cluster
from integration.test_killed import own_cluster, postmaster_of  # noqa: F401 - a fixture
from people import SEASON
from yingbao.cluster import Cluster, proc
from yingbao.payments import actions
from yingbao.payments.queries.channels import ChannelForCall

TESTS = Path(__file__).resolve().parents[1]
NOW = paying.at(SEASON)
#: A bank: orders for one or two people out of the same forty, some cancelled, and its money told; says what it does.
BANK = """
import random, sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
import paying
from people import PROGRAM, SEASON
from yingbao.journal.scope import within
from yingbao.kernel.refusal import Refusal
from yingbao.payments import actions
from yingbao.payments.queries.channels import channel_for_call
code, seed, numbers = sys.argv[2], sys.argv[3], sys.argv[4:]
with within(PROGRAM):
    channel = channel_for_call(code)
dice, now = random.Random(seed), paying.at(SEASON)
print("ready", flush=True)
sys.stdin.readline()
by = channel.acting()
for serial in range(40):
    key = f"{seed}-{serial}"
    try:
        made = actions.make_order(
            by=by, channel_id=channel.id, key=key, bill_numbers=dice.sample(numbers, dice.randint(1, 2)), now=now
        )
        if dice.random() < 0.1:
            actions.cancel(by=by, order_number=made.number, reason="不缴了", now=now, channel_id=channel.id)
    except Refusal:
        continue
    fen = made.total_fen + (dice.random() < 0.1)
    print("tells", key, made.number, fen, flush=True)
    done = actions.confirm(
        by=by, channel=channel, order_number=made.number, transaction=key, fen=fen, paid_at=now, told_at=now
    )
    print("told", key, done.outcome, flush=True)
"""


def forty() -> list[UUID]:
    """Forty people of one county who owe 380 yuan each."""
    return [given.lonely("安国强", f"19{50 + n}0101", f"{111 + n}") for n in range(40)]


class Banks:
    """Processes of three banks for one round, and what they said."""

    def __init__(self, dsn: str, round_: int, codes: Sequence[str], numbers: Sequence[str]) -> None:
        self.running = {
            code: subprocess.Popen(
                [sys.executable, "-c", BANK, str(TESTS), code, f"{code}{round_}", *numbers],
                env={**os.environ, "YINGBAO_DSN": dsn}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True,
            ) for code in codes
        }  # fmt: skip
        self.heard: dict[str, list[str]] = {code: [] for code in codes}
        for process in self.running.values():
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"

    def go(self) -> None:
        """All at once."""
        for process in self.running.values():
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()

    def hear(self, code: str, lines: int) -> None:
        """Until a bank has said so many things."""
        out = self.running[code].stdout
        assert out is not None
        self.heard[code] += [out.readline() for _ in range(lines)]

    def kill(self, code: str) -> None:
        self.running[code].send_signal(signal.SIGKILL)

    def said(self) -> dict[tuple[str, str], list[str]]:
        """(channel, transaction): order, fen and, where the bank was answered, outcome."""
        found: dict[tuple[str, str], list[str]] = {}
        for code, process in self.running.items():
            assert process.stdout is not None
            assert process.stdin is not None
            with process, process.stdout, process.stdin:
                lines = [*self.heard[code], *process.stdout]
            for line in filter(str.strip, lines):
                word, key, *rest = line.split()
                found.setdefault((code, key), []).extend(rest)
                assert word == ("tells" if len(rest) == 2 else "told")
        return found


def told_again(
    banks: dict[str, ChannelForCall], said: dict[tuple[str, str], list[str]]
) -> dict[tuple[str, str], int]:
    """Every bank tells again of all it took, as after a lost answer; what was answered once is answered alike."""
    for (code, transaction), (order, fen, *outcome) in said.items():
        done = actions.confirm(
            by=banks[code].acting(), channel=banks[code], order_number=order, transaction=transaction, fen=int(fen),
            paid_at=NOW, told_at=NOW + timedelta(hours=1),
        )  # fmt: skip
        if outcome:
            assert (done.again, [done.outcome]) == (True, outcome)
    return {key: int(fen) for key, (_, fen, *_) in said.items()}


def test_three_banks_at_once_killed_and_back_again_take_every_fen_once(database: str) -> None:
    given.units()
    people = forty()
    given.assessed()
    banks = {code: paying.bank(code) for code in ("rcb", "icbc", "wechat")}
    numbers = [paying.number_of(one) for one in people]
    dsn = session_cluster().dsn("app", database)
    said: dict[tuple[str, str], list[str]] = {}
    for round_, lines in enumerate((1, 4, 7, 0)):
        working = Banks(dsn, round_, list(banks), numbers)
        working.go()
        for code in list(banks)[: 2 if lines else 0]:
            working.hear(code, lines)
            working.kill(code)
        said |= working.said()
    assert {len(one) for one in said.values()} >= {3}
    taken = told_again(banks, said)
    paying.conserved(taken)
    assert paying.ask("SELECT count(*) FROM payments_receipt WHERE state = 'valid'") > len(people) / 2


def test_postgresql_killed_while_banks_tell_of_money_loses_nothing_that_was_answered(
    own_cluster: Cluster,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "session_cluster", lambda: own_cluster)
    databases.point_at(own_cluster.database)
    databases.migrate()
    given.units()
    people = forty()
    given.assessed()
    banks = {code: paying.bank(code) for code in ("rcb", "icbc")}
    numbers = [paying.number_of(one) for one in people]
    said: dict[tuple[str, str], list[str]] = {}
    for round_, lines in enumerate((3, 8)):
        working = Banks(own_cluster.dsn("app"), round_, list(banks), numbers)
        working.go()
        working.hear("rcb", lines)
        pid = postmaster_of(own_cluster)
        os.kill(pid, signal.SIGKILL)
        said |= working.said()
        deadline = time.monotonic() + 30
        while proc.look(pid) is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        connections.close_all()
        own_cluster.ensure()
        databases.point_at(own_cluster.database)
    assert said
    paying.conserved(told_again(banks, said))
