"""The detached processes of one machine: the web server and the job worker, started, found again, stopped.

A service leads a session of its own, and everything it starts stays in that session: so its children are found even
after the leader was killed. A number in a file is trusted only if the process has the start time and the state folder
we wrote down.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yingbao.cluster import proc
from yingbao.cluster.errors import PortTaken, ServiceDidNotStart
from yingbao.cluster.folder import read_json, write_private
from yingbao.cluster.postmaster import LOOPBACK, is_free

FIRST_PORT = 8000
LONGEST_LOG = 16 * 1024 * 1024
READY_WITHIN_S, STEADY_AFTER_S, ENDS_WITHIN_S = 60, 1, 20
WORKERS, BLOCKING_THREADS = 2, 8
STATE = "YINGBAO_STATE"
APPLICATION = "yingbao.config.wsgi:application"


@dataclass(frozen=True, slots=True)
class Service:
    """A process by name: `web` or `worker`."""

    folder: Path
    name: str
    title: str

    @property
    def log(self) -> Path:
        return self.folder / "logs" / f"{self.name}.log"

    @property
    def _record(self) -> Path:
        return self.folder / "services" / f"{self.name}.json"

    def facts(self) -> dict[str, object]:
        """What was written when it was last started: `pid`, `started`, `boot`, and the web's `port`."""
        return dict(read_json(self._record))

    def pid(self) -> int | None:
        """The leading process, if it lives and is ours."""
        facts = self.facts()
        number = facts.get("pid")
        if not isinstance(number, int) or facts.get("boot") != proc.boot():
            return None
        seen = proc.look(number)
        if seen is None or seen.started != facts.get("started") or not self._is_ours(number):
            return None
        return number

    def start(self, words: list[str], environment: dict[str, str], **facts: int) -> None:
        """Start it and write it down; what an earlier run left behind is stopped first."""
        self.stop()
        if self.log.is_file() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            process = subprocess.Popen(
                words,
                cwd=self.folder,
                env={**os.environ, **environment, STATE: str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                start_new_session=True,
            )
        finally:
            os.close(handle)
        seen = proc.look(process.pid)
        started = seen.started if seen else 0
        known = {"pid": process.pid, "started": started, "boot": proc.boot(), **facts}
        write_private(self._record, json.dumps(known) + "\n")
        # it is to outlive this command: nobody here waits for it
        process.returncode = 0

    def stop(self) -> bool:
        """Ask every process of the service to end, then insist. True if there was any."""
        if not any(self._members()):
            return False
        leader = self.pid()
        if leader is not None:
            _signal(leader, signal.SIGTERM)
            self._wait_for_end(ENDS_WITHIN_S)
        for pid in self._members():
            _signal(pid, signal.SIGTERM)
        self._wait_for_end(ENDS_WITHIN_S / 4)
        for pid in self._members():
            _signal(pid, signal.SIGKILL)
        self._wait_for_end(ENDS_WITHIN_S)
        return True

    def _wait_for_end(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while any(self._members()) and time.monotonic() < until:
            time.sleep(0.05)

    def _members(self) -> Iterator[int]:
        """The leader and what it started: the processes of its session that carry our state folder."""
        facts = self.facts()
        if facts.get("boot") != proc.boot():
            return
        for seen in proc.everyone():
            if seen.session == facts.get("pid") and self._is_ours(seen.pid):
                yield seen.pid

    def _is_ours(self, pid: int) -> bool:
        return proc.has_setting(pid, STATE, str(self.folder))

    def check_alive(self) -> None:
        """Raises: ServiceDidNotStart"""
        if self.pid() is None:
            raise ServiceDidNotStart(self.title, _last_line(self.log), str(self.log))


def web(folder: Path) -> Service:
    return Service(folder, "web", "网页服务")


def worker(folder: Path) -> Service:
    return Service(folder, "worker", "后台任务")


def ensure_web(
    folder: Path, port: int | None, environment: dict[str, str], application: str = APPLICATION
) -> int:
    """The web server on loopback; on the port asked for, or the one of last time, or the first free from 8000.

    Raises:
        PortTaken: the port asked for is another program's
        ServiceDidNotStart
    """
    service = web(folder)
    last = service.facts().get("port")
    if service.pid() is not None and isinstance(last, int) and port in (None, last):
        _wait_until_healthy(service, last)
        # children of a leader that was killed a moment ago may have answered
        if service.pid() is not None:
            return last
    service.stop()
    chosen = port or _free_from(last if isinstance(last, int) else FIRST_PORT)
    if not is_free(chosen):
        raise PortTaken(chosen)
    words = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", LOOPBACK, "--port", str(chosen),
        "--workers", str(WORKERS), "--blocking-threads", str(BLOCKING_THREADS), "--no-ws",
        "--respawn-failed-workers", "--workers-kill-timeout", "10", application,
    ]  # fmt: skip
    service.start(words, environment, port=chosen)
    _wait_until_healthy(service, chosen)
    return chosen


def ensure_worker(folder: Path, environment: dict[str, str]) -> None:
    """The job worker.

    Raises:
        ServiceDidNotStart
    """
    service = worker(folder)
    if service.pid() is not None:
        return
    service.start([sys.executable, "-m", "django", "procrastinate", "worker"], environment)
    until = time.monotonic() + STEADY_AFTER_S
    while time.monotonic() < until:
        service.check_alive()
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Does the web server answer, and its database too?"""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/healthz?deep=1")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait_until_healthy(service: Service, port: int) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while not answers(port):
        service.check_alive()
        if time.monotonic() > until:
            raise ServiceDidNotStart(service.title, f"{READY_WITHIN_S} 秒内没有应答", str(service.log))
        time.sleep(0.2)


def _free_from(port: int) -> int:
    return next(number for number in range(port, 65_536) if is_free(number))


def _signal(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def _last_line(log: Path) -> str:
    try:
        lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        lines = []
    return lines[-1] if lines else "没有说明"
