"""The PostgreSQL of a test session: one cluster, shared by all workers, stopped by whoever started the session.

    from clusters import fresh_database
    database = fresh_database("registry")      # empty, with extensions and roles
    psycopg.connect(database.owner)            # or .app, .superuser

YINGBAO_PGBIN names another version's programs, as for the product. fsync is off here and nowhere else. A session that
was killed leaves its cluster running; the next session finds and stops it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from yingbao.cluster import Cluster, proc
from yingbao.cluster.folder import read_json
from yingbao.cluster.locks import alone

TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
}
FOLDERS = Path(tempfile.gettempdir())
PREFIX = "yingbao-tests-"


def silent(sentence: str) -> None:
    """Progress nobody reads."""


@dataclass(frozen=True)
class Database:
    """A database of the session's cluster and how each role connects to it."""

    name: str
    app: str
    owner: str
    superuser: str


def is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def leader() -> int:
    """The process that started the session: our parent if we are one of its workers."""
    return os.getppid() if is_worker() else os.getpid()


def session_folder(pid: int | None = None) -> Path:
    return FOLDERS / f"{PREFIX}{pid or leader()}"


@lru_cache(maxsize=1)
def session_cluster() -> Cluster:
    """The cluster of this session, made by the first who asks."""
    folder = session_folder()
    folder.mkdir(mode=0o711, exist_ok=True)
    with alone(folder / "session.lock", silent):
        note = folder / "session.json"
        if not note.is_file():
            seen = proc.look(leader())
            note.write_text(json.dumps({"pid": leader(), "started": seen.started if seen else 0}))
            stop_abandoned()
        cluster = Cluster(folder / "state", silent, TEST_SETTINGS)
        cluster.ensure()
    return cluster


def fresh_database(name: str, template: str | None = None) -> Database:
    """An empty database (or a copy of `template`) of this name and worker; an earlier one is dropped."""
    cluster = session_cluster()
    own = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    cluster.drop_database(own)
    cluster.create_database(own, template)
    return Database(own, cluster.dsn("app", own), cluster.dsn("owner", own), cluster.dsn("super", own))


def remove(folder: Path) -> None:
    """Stop the cluster of a session's folder and take the folder away."""
    Cluster(folder / "state", silent).stop()
    shutil.rmtree(folder, ignore_errors=True)


def stop_session() -> None:
    """At the end of the session; workers leave it to the one that started them."""
    if not is_worker() and session_folder().is_dir():
        remove(session_folder())
        session_cluster.cache_clear()


def stop_abandoned() -> None:
    """Clusters of sessions that were killed."""
    for folder in FOLDERS.glob(f"{PREFIX}*"):
        note = read_json(folder / "session.json")
        seen = proc.look(note["pid"]) if note else None
        if note and (seen is None or seen.started != note["started"]) and os.access(folder, os.W_OK):
            remove(folder)
