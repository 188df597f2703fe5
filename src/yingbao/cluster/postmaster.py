"""The server process of a cluster: its files made, the process started, stopped, and found again after a crash.

Everything of PostgreSQL's own lies in one folder that belongs to the server's user: `data`, `log` (seven days) and
`run` (the socket). Callers hold the state folder's lock.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from yingbao.cluster import proc
from yingbao.cluster.binaries import Binaries
from yingbao.cluster.errors import BinariesMissing, DidNotStart, OtherMajor
from yingbao.cluster.server_user import ServerUser, let_through

LOOPBACK = "127.0.0.1"
#: A socket's whole path must fit in 107 bytes.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.65535")
#: pg_ctl wants a limit; recovery after a crash takes as long as it takes.
A_WEEK = "604800"
SOON_S, AGAIN_S = 3, 10
ORPHANS_MAY_TAKE_S = 10

#: Written once into postgresql.conf, for two cores and memory shared with others; the administrator may change them.
#: Errors are logged without the statement and its values, which may be a person's.
CONFIGURATION = """
# yingbao
listen_addresses = '127.0.0.1'
max_connections = 100
shared_buffers = 1GB
effective_cache_size = 8GB
work_mem = 16MB
maintenance_work_mem = 256MB
temp_buffers = 64MB
max_wal_size = 4GB
min_wal_size = 256MB
wal_compression = on
checkpoint_timeout = 15min
random_page_cost = 1.1
max_parallel_workers_per_gather = 1
jit = off
fsync = on
synchronous_commit = on
full_page_writes = on
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'Asia/Shanghai'
logging_collector = on
log_directory = '../log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_min_duration_statement = -1
"""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server of `home`. `settings` go on the command line, above postgresql.conf (tests turn fsync off)."""

    home: Path
    binaries: Binaries
    user: ServerUser | None
    say: Callable[[str], None]
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def sockets(self) -> Path | None:
        """The folder of the socket; None where its path would be too long."""
        folder = self.home / "run"
        return folder if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER else None

    # Making ---------------------------------------------------------------------------------------------------

    def make(self, superuser: str, password: str) -> None:
        """initdb beside, then a rename: a crash on the way leaves nothing that counts.

        Raises:
            OtherMajor, DidNotStart, FolderUnreachable, BinariesMissing
        """
        self._prepare()
        if (self.data / "PG_VERSION").is_file():
            self._check_major()
            return
        self.say(f"第一次使用：正在建立 PostgreSQL {self.binaries.version} 数据库……")
        draft = self.home / "making"
        shutil.rmtree(draft, ignore_errors=True)
        secret = self.home / "password"
        secret.unlink(missing_ok=True)
        self._write_new(secret, password + "\n")
        try:
            self._initdb(draft, superuser, secret)
        finally:
            secret.unlink()
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(CONFIGURATION)
        draft.rename(self.data)

    def _initdb(self, draft: Path, superuser: str, secret: Path) -> None:
        words = [
            self.binaries.path("initdb"), "--pgdata", str(draft), "--username", superuser,
            "--pwfile", str(secret), "--auth-local=scram-sha-256", "--auth-host=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
        ]  # fmt: skip
        if self.binaries.major >= 17:
            # sorts the same whatever the C library; the C library's C.UTF-8 still says what a letter is (pg_trgm)
            words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.settings.get("fsync") == "off":
            words.append("--no-sync")
        done = self._run(words)
        if done.returncode:
            raise DidNotStart(_last_line(done.stderr), str(self.log))

    def _prepare(self) -> None:
        self.home.mkdir(mode=0o700, exist_ok=True)
        if self.user is not None:
            let_through(self.user, self.home.parent)
            let_through(self.user, self.binaries.folder)
            os.chown(self.home, self.user.uid, self.user.gid)
        for folder in (self.log, self.home / "run"):
            if not folder.is_dir():
                folder.mkdir(mode=0o700)
                self._give(folder)
        try:
            runs = self._run([self.binaries.path("postgres"), "--version"])
        except PermissionError as error:
            raise BinariesMissing(str(self.binaries.folder), "postgres") from error
        if runs.returncode:
            raise BinariesMissing(str(self.binaries.folder), "postgres")

    def _write_new(self, path: Path, text: str) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if self.user is not None:
                os.fchown(handle, self.user.uid, self.user.gid)
            file.write(text)

    def _give(self, path: Path) -> None:
        if self.user is not None:
            os.chown(path, self.user.uid, self.user.gid, follow_symlinks=False)

    def _check_major(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(self.binaries.major):
            raise OtherMajor(str(self.data), made_by, str(self.binaries.major))

    # Running --------------------------------------------------------------------------------------------------

    def running(self) -> int | None:
        """The server's process number. A left-over postmaster.pid does not count, nor a number given to another."""
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        if proc.look(pid) is None:
            return None
        ours = str(self.data) in proc.words_of(pid) or proc.is_in(pid, self.data)
        return pid if ours else None

    def port(self) -> int | None:
        """The port of the running server."""
        lines = self._pid_lines()
        return int(lines[3]) if len(lines) > 3 and lines[3].strip().isdigit() else None

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []

    def start(self, port: int) -> int:
        """Start on `port`, or on a free one if it is taken; return the port once the server answers.

        Raises:
            DidNotStart
        """
        self._clear_remains()
        for _ in range(3):
            if not is_free(port):
                taken, port = port, free_port()
                self.say(f"端口 {taken} 已被别的程序占用，数据库改用 {port}")
            if self._started(port):
                return port
            if is_free(port):
                break
        raise DidNotStart(self._why(), str(self.log))

    def _started(self, port: int) -> bool:
        first_words = self.log / "start.log"
        first_words.unlink(missing_ok=True)
        options = {"port": str(port), "unix_socket_directories": str(self.sockets or ""), **self.settings}
        given = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in options.items())
        words = ["start", "-w", "-t", A_WEEK, "-l", str(first_words), "-o", given]
        return self._pg_ctl(words, "数据库正在启动（上次未正常关闭时要先恢复）") == 0

    def stop(self) -> None:
        """Stop and wait until it has ended; open transactions are rolled back."""
        if self.running() is not None:
            self._pg_ctl(["stop", "-w", "-t", A_WEEK, "-m", "fast"], "数据库正在停止")

    def wait_until_ready(self, port: int) -> None:
        """Another command may have been killed while it waited for this server.

        Raises:
            DidNotStart
        """
        words = [self.binaries.path("pg_isready"), "-q", "-h", LOOPBACK, "-p", str(port)]
        began, told = time.monotonic(), 0.0
        while subprocess.run(words, check=False).returncode:
            if self.running() is None:
                raise DidNotStart(self._why(), str(self.log))
            waited = time.monotonic() - began
            if waited - told >= AGAIN_S:
                told = waited
                self.say(f"数据库正在启动，已等 {waited:.0f} 秒……")
            time.sleep(0.1)

    def _pg_ctl(self, words: list[str], doing: str) -> int:
        """Run pg_ctl to its end and say from time to time that it is still at it."""
        began = time.monotonic()
        with subprocess.Popen(
            [self.binaries.path("pg_ctl"), "-D", str(self.data), *words],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **(self.user.popen() if self.user else {}),
        ) as process:
            pause = SOON_S
            while True:
                try:
                    return process.wait(pause)
                except subprocess.TimeoutExpired:
                    self.say(f"{doing}，已等 {time.monotonic() - began:.0f} 秒……")
                    pause = AGAIN_S

    def _run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self.home,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C"},
            **(self.user.popen() if self.user else {}),
        )

    def _clear_remains(self) -> None:
        """After a crash: let orphaned backends end, then take away the lock files of the dead server.

        PostgreSQL clears a stale file itself unless its number belongs to another process by now, or the dead
        server was never reaped (a container whose first process does not): then it would refuse to start.
        """
        began = time.monotonic()
        while orphans := [seen.pid for seen in proc.everyone() if proc.is_in(seen.pid, self.data)]:
            waited = time.monotonic() - began
            for pid in orphans:
                if waited > ORPHANS_MAY_TAKE_S:
                    _signal(pid, signal.SIGKILL)
                elif waited > ORPHANS_MAY_TAKE_S / 2:
                    _signal(pid, signal.SIGQUIT)
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for left in (self.home / "run").glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _why(self) -> str:
        """The server's own words, the most telling line of what it wrote last."""
        files = sorted(self.log.glob("*.log"), key=lambda path: path.stat().st_mtime)
        lines = [
            line for path in files[-2:] for line in path.read_text("utf-8", "replace").splitlines()[-40:]
        ]
        fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return (fatal or lines or ["没有说明"])[-1].strip()


def _signal(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "没有说明"


def is_free(port: int) -> bool:
    """Could we listen there now?"""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as trial:
        trial.bind((LOOPBACK, 0))
        port: int = trial.getsockname()[1]
    return port
