"""A load as it is in use: killed on the way, twice at once, from the command, and as a job that is repeated."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from procrastinate import testing
from procrastinate.contrib.django import app

import given
import loads
from clusters import session_cluster
from people import CLERK, COUNTY, PROGRAM
from yingbao.journal import runs
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry.actions.loads import ask_load, run_load
from yingbao.registry.models import Household, Membership, Resident
from yingbao.rehearsal.sample import make_population

PEOPLE = 1_500
#: Batches so small that a load of few people can be stopped between two of them.
SLOW = """
import sys, django
django.setup()
from datetime import date
from pathlib import Path
from yingbao.journal.acting import Acting
from yingbao.registry.actions import loads
from yingbao.registry.errors import LoadRefused
loads.BATCH = 150
loads._PATIENCE_S = 1
def tell(done, total):
    print("told", done, flush=True)
    if done >= int(sys.argv[2]):
        sys.stdin.readline()
try:
    loaded = loads.load_population(
        by=Acting.program("0"), region="620721", file=Path(sys.argv[1]), on=date(2024, 12, 31), since=date(2023, 1, 1), tell=tell
    )
    print("loaded", loaded.written.residents, flush=True)
except LoadRefused as refused:
    print("refused", refused.sentence, flush=True)
"""


@pytest.fixture
def file(database: str, tmp_path: Path) -> Path:
    given.units()
    pq.write_table(make_population(load_release(COUNTY, 2024), PEOPLE, 7), tmp_path / "p.parquet")
    return tmp_path / "p.parquet"


@pytest.fixture
def environment(database: str) -> dict[str, str]:
    cluster = session_cluster()
    return {
        **os.environ, "YINGBAO_DSN": cluster.dsn("app", database), "YINGBAO_OWNER_DSN": cluster.dsn("owner", database),
        "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip


def begin(file: Path, stop_at: int, environment: dict[str, str]) -> subprocess.Popen[str]:
    """A load in a process of its own that waits for a line after so many rows, with its transaction open."""
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, str(file), str(stop_at)],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip


def counts() -> tuple[int, int, int]:
    with within(PROGRAM):
        return Resident.objects.count(), Membership.objects.count(), Household.objects.count()


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    return iter(process.stdout.readline, "")


def test_a_load_killed_half_way_leaves_nothing_and_the_next_loads_everybody(
    file: Path, environment: dict[str, str]
) -> None:
    with begin(file, 450, environment) as process:
        told = lines(process)
        assert [next(told) for _ in range(3)][-1] == "told 450\n"
        process.send_signal(signal.SIGKILL)
    assert counts() == (0, 0, 0)
    loaded = loads.load(file)
    assert loaded.rows == PEOPLE
    assert counts() == (loaded.written.residents, loaded.written.memberships, loaded.written.households)
    assert loaded.written.residents == PEOPLE - loaded.left_out > PEOPLE - 20


def test_of_two_loads_at_once_one_is_refused_in_words_and_nobody_is_there_twice(
    file: Path, environment: dict[str, str]
) -> None:
    with begin(file, 150, environment) as first:
        told = lines(first)
        assert next(told) == "told 150\n"
        with begin(file, PEOPLE + 1, environment) as second:
            assert list(lines(second)) == ["refused 另一份居民库正在装入，请等它完成后再装入\n"]
        assert first.stdin is not None
        first.stdin.write("\n" * 20)
        first.stdin.close()
        *_, last = list(told)
    assert last == f"loaded {counts()[0]}\n"
    assert counts()[0] > PEOPLE - 20


def test_the_command_loads_a_sample_and_says_how_many(
    file: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    words = [
        "load",
        "620721",
        "2024",
        "--people",
        "600",
        "--seed",
        "3",
        "--faults",
        str(tmp_path / "faults.csv"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", "from yingbao.cli.app import main; main()", *words],
        env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr
    assert done.stdout.startswith(f"装入 {counts()[0]:,} 人、")
    assert (tmp_path / "faults.csv").read_text(encoding="utf-8-sig").startswith("行号,结果,列,说明")
    with within(CLERK):
        [run] = runs.latest()
        assert run.outcome in ("done", "partly")
        assert run.done == run.total == 600


def test_a_job_is_asked_for_with_its_run_and_done_once_however_often_it_is_tried(file: Path) -> None:
    with app.replace_connector(testing.InMemoryConnector()) as queue:
        run_id = ask_load(
            by=CLERK, region=COUNTY, file=file, on=loads.ON, since=loads.SINCE, grounds="移交的居民库"
        )
        [job] = queue.connector.jobs.values()
        assert (job["task_name"], job["args"]["run_id"]) == (
            "yingbao.registry.tasks.load_population",
            str(run_id),
        )
        queue.run_worker(wait=False, install_signal_handlers=False)
    with within(CLERK):
        run = runs.get(run_id)
    assert (run.outcome in ("done", "partly"), run.total) == (True, PEOPLE)
    before = counts()
    assert run_load(by=CLERK, run_id=run_id) is None
    assert counts() == before


def test_a_refused_job_says_why_in_its_run(file: Path, tmp_path: Path) -> None:
    with app.replace_connector(testing.InMemoryConnector()) as queue:
        run_id = ask_load(by=CLERK, region=COUNTY, file=file, on=loads.ON, since=loads.SINCE, grounds="移交")
        file.rename(tmp_path / "moved.parquet")
        queue.run_worker(wait=False, install_signal_handlers=False)
    with within(CLERK):
        assert runs.get(run_id).sentence.startswith("没有这个文件")
        assert runs.get(run_id).outcome == "failed"
    assert counts() == (0, 0, 0)
