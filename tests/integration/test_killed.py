"""Killed in the middle, program or PostgreSQL: nothing half is there, and the journal proves clean."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections

import databases
import given
from clusters import session_cluster, silent
from yingbao.cluster import Cluster, proc
from yingbao.journal import sealing

TESTS = Path(__file__).resolve().parents[1]
#: Registers families of three and seals in small batches for ever; says so once the first is done.
WORK = """
import os, sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
import given
from itertools import count
from people import Draft, number
from yingbao.journal.sealing import seal_pending
for serial in count():
    born = f"{1950 + int(sys.argv[2]):04d}{serial // 800 + 1:02d}01"
    members = [
        Draft(name=f"人{n}", relation=relation, document=number(born[:6] + f"{n + 1:02d}", f"{serial % 800 + 100:03d}"))
        for n, relation in enumerate(("02", "10", "20"))
    ]
    given.household(members)
    if sys.argv[3] == "seal":
        seal_pending(limit=2)
    print(serial, flush=True)
"""
HALVES = """
SELECT count(*) FROM registry_household h WHERE
    (SELECT count(*) FROM registry_membership m JOIN registry_resident r ON r.id = m.resident_id
     WHERE m.household_id = h.id) <> 3
    OR NOT EXISTS (SELECT FROM journal_entry e WHERE e.id = h.entry_id AND e.subject_id = h.id)
"""
LOST = """
SELECT (SELECT count(*) FROM registry_resident r WHERE NOT EXISTS (SELECT FROM registry_membership m WHERE m.resident_id = r.id)
    OR NOT EXISTS (SELECT FROM registry_residence x WHERE x.resident_id = r.id)
    OR NOT EXISTS (SELECT FROM registry_change c WHERE c.resident_id = r.id))
    + (SELECT count(*) FROM journal_entry e WHERE action = 'household.register'
       AND NOT EXISTS (SELECT FROM registry_household h WHERE h.id = e.subject_id))
    + (SELECT count(*) FROM journal_outbox o WHERE NOT EXISTS (SELECT FROM journal_entry e WHERE e.id = o.entry_id))
"""


@contextmanager
def at_work(dsn: str, run: int, kind: str) -> Iterator[subprocess.Popen[str]]:
    """A process that registers; the first family is in when the block begins."""
    environment = {**os.environ, "YINGBAO_DSN": dsn}
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, str(TESTS), str(run), kind], env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "0"
        yield process
    finally:
        process.kill()
        process.stdout.close()
        process.wait(30)


def whole() -> int:
    """How many families there are; none of them half, and the journal clean."""
    with databases.raw("super") as db:
        for question in (HALVES, LOST):
            assert db.execute(question).fetchone() == (0,)
        [families] = db.execute("SELECT count(*) FROM registry_household").fetchone() or [0]
    assert sealing.verify().findings == ()
    sealing.seal_pending()
    found = sealing.verify()
    assert (found.findings, found.unsealed) == ((), 0)
    return int(families)


@pytest.mark.parametrize("kind", ["register", "seal"])
def test_a_process_killed_while_it_registers_or_seals_leaves_nothing_half(registry: str, kind: str) -> None:
    dsn = session_cluster().dsn("app", registry)
    families = 0
    for run, after in enumerate((0.0, 0.013, 0.05, 0.111)):
        with at_work(dsn, run, kind) as process:
            time.sleep(after)
            process.send_signal(signal.SIGKILL)
        now = whole()
        assert now > families
        families = now


def postmaster_of(cluster: Cluster) -> int:
    """The process of our own cluster, by the file it writes."""
    [found] = (cluster.folder / "postgres").rglob("postmaster.pid")
    return int(found.read_text(encoding="ascii").split()[0])


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A cluster of the test's own, with everything that makes it durable left on."""
    folder = Path(tempfile.mkdtemp(prefix="yingbao-killed-"))
    folder.chmod(0o711)
    cluster = Cluster(folder / "state", silent, {"shared_buffers": "32MB"})
    cluster.ensure()
    try:
        yield cluster
    finally:
        connections.close_all()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql_killed_while_people_are_registered_loses_nothing_that_was_said_done(
    own_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "session_cluster", lambda: own_cluster)
    databases.point_at(own_cluster.database)
    databases.migrate()
    given.units()
    for run in range(2):
        with at_work(own_cluster.dsn("app"), run, "seal") as process:
            assert process.stdout is not None
            done = int(process.stdout.readline())
            pid = postmaster_of(own_cluster)
            os.kill(pid, signal.SIGKILL)
            assert process.wait(30) != 0
        deadline = time.monotonic() + 30
        while proc.look(pid) is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        connections.close_all()
        own_cluster.ensure()
        databases.point_at(own_cluster.database)
        assert whole() >= (done + 1) * (run + 1)
