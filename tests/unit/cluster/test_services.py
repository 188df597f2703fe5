"""Detached processes: found again, told from strangers, stopped with all they started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from yingbao.cluster import proc
from yingbao.cluster.errors import PortTaken, ServiceDidNotStart
from yingbao.cluster.folder import prepare
from yingbao.cluster.postmaster import free_port, is_free
from yingbao.cluster.services import Service, answers, ensure_web, web

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    " time.sleep(600)",
]
PAGE = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"well"]
"""


def wait_for_end(service: Service) -> None:
    until = time.monotonic() + 10
    while service.pid() is not None:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    prepare(tmp_path)
    made = Service(tmp_path, "sleeper", "睡着的服务")
    yield made
    made.stop()


def session(pid: int) -> list[int]:
    return [seen.pid for seen in proc.everyone() if seen.session == pid]


def wait_for_session(pid: int, size: int) -> None:
    until = time.monotonic() + 10
    while len(session(pid)) != size:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_service_is_found_again_and_stopped(service: Service) -> None:
    assert service.pid() is None
    service.start(SLEEPER, {})
    pid = service.pid()
    assert pid is not None
    assert Service(service.folder, "sleeper", "").pid() == pid
    assert service.stop()
    assert service.pid() is None
    assert not service.stop()


def test_a_number_that_belongs_to_another_process_by_now_is_left_alone(service: Service) -> None:
    service.start(SLEEPER, {})
    with subprocess.Popen(SLEEPER, start_new_session=True) as stranger:
        try:
            record = service.folder / "services" / "sleeper.json"
            facts = json.loads(record.read_text())
            service.stop()
            record.write_text(json.dumps({**facts, "pid": stranger.pid}))
            assert service.pid() is None
            assert not service.stop()
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_record_from_before_the_machine_was_started_again_counts_for_nothing(service: Service) -> None:
    service.start(SLEEPER, {})
    record = service.folder / "services" / "sleeper.json"
    text = record.read_text()
    record.write_text(json.dumps({**json.loads(text), "boot": "another"}))
    assert service.pid() is None
    record.write_text(text)
    assert service.pid() is not None


def test_children_of_a_killed_leader_are_stopped_too(service: Service) -> None:
    service.start(PARENT, {})
    pid = service.pid()
    assert pid is not None
    wait_for_session(pid, 2)
    os.kill(pid, signal.SIGKILL)
    wait_for_session(pid, 1)
    assert service.pid() is None
    assert service.stop()
    assert session(pid) == []


def test_a_service_that_ends_at_once_is_refused_with_its_last_words(service: Service) -> None:
    service.start([sys.executable, "-c", "print('no such table', flush=True)"], {})
    wait_for_end(service)
    with pytest.raises(ServiceDidNotStart, match="no such table"):
        service.check_alive()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    prepare(tmp_path)
    (tmp_path / "page.py").write_text(PAGE)
    yield tmp_path
    web(tmp_path).stop()


def test_the_web_server_keeps_its_port_and_comes_back_after_a_kill(site: Path) -> None:
    port = ensure_web(site, free_port(), {}, "page:application")
    first = web(site).pid()
    assert answers(port)
    assert ensure_web(site, None, {}, "page:application") == port
    assert web(site).pid() == first is not None
    os.kill(first, signal.SIGKILL)
    wait_for_end(web(site))
    assert ensure_web(site, None, {}, "page:application") == port
    assert web(site).pid() not in (None, first)
    assert session(first) == []
    other = free_port()
    assert ensure_web(site, other, {}, "page:application") == other
    assert is_free(port)
    assert web(site).stop()
    assert is_free(other)


def test_a_port_of_another_program_is_refused(site: Path) -> None:
    port = ensure_web(site, free_port(), {}, "page:application")
    with pytest.raises(PortTaken, match=str(port)):
        ensure_web(site / "other", port, {}, "page:application")
