"""A backup: dump, manifest and keys, of one instant, written whole or not at all."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yingbao.cluster.binaries import binaries
from yingbao.cluster.errors import BackupExists, BackupFailed, RightsMissing
from yingbao.cluster.folder import sync_folder, write_private
from yingbao.cluster.manifest import Manifest, digest, keys_of, manifest_of
from yingbao.cluster.server import Server

TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema' AND NOT starts_with(n.nspname, 'pg_')
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Made:
    """The files of a finished backup; `keys` is None where the seal has no keys yet."""

    dump: Path
    manifest: Path
    keys: Path | None
    rows: int


def back_up(server: Server, file: Path, keys: Path) -> Made:
    """Write the backup; `keys` is where the seal keeps its keys. The manifest comes last: without one it is no backup.

    Raises:
        BackupExists, BackupFailed, RightsMissing
    """
    file = file.expanduser().resolve()
    for path in (file, manifest_of(file), keys_of(file)):
        if path.exists():
            raise BackupExists(str(path))
    draft = file.with_name(f".{file.name}.part")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return _written(server, file, draft, keys)
    except OSError as error:
        raise BackupFailed(str(file), error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)


def _written(server: Server, file: Path, draft: Path, seal_keys: Path) -> Made:
    with one_instant(server.dsn(server.admin, server.database)) as connection:
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        rows = count_rows(connection)
        words = [
            "--format=custom",
            "--no-password",
            f"--snapshot={snapshot and snapshot[0]}",
            f"--file={draft}",
        ]
        problem = run_client("pg_dump", server.dsn(server.admin, server.database), words)
        said = connection.info.parameter_status("server_version") or ""
    if problem:
        raise BackupFailed(str(file), problem)
    _sync(draft)
    keys = _keys_beside(seal_keys, file)
    manifest = Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        program=version("yingbao"),
        database=server.database,
        server_version=said.split()[0],
        dump=digest(draft),
        keys=digest(keys) if keys else None,
        rows=rows,
    )
    draft.rename(file)
    write_private(manifest_of(file), manifest.text())
    return Made(file, manifest_of(file), keys, sum(rows.values()))


def _keys_beside(held: Path, file: Path) -> Path | None:
    if not held.is_file():
        return None
    write_private(keys_of(file), held.read_text(encoding="utf-8"))
    return keys_of(file)


def _sync(path: Path) -> None:
    with path.open("rb") as opened:
        os.fsync(opened.fileno())
    sync_folder(path.parent)


@contextmanager
def one_instant(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """A reading transaction that sees one instant and every row; row security never hides some of them.

    Raises:
        RightsMissing: the role of this connection may not see every row
    """
    with psycopg.connect(dsn, connect_timeout=10) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SET LOCAL row_security = off")
        try:
            yield connection
        except psycopg.errors.InsufficientPrivilege as error:
            raise RightsMissing(connection.info.user, "BYPASSRLS") from error
        connection.rollback()


def count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows of every table by `schema.table`."""
    counts: dict[str, int] = {}
    for schema, table in connection.execute(TABLES).fetchall():
        found = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        ).fetchone()
        counts[f"{schema}.{table}"] = found[0] if found else 0
    return counts


def run_client(program: str, dsn: str, words: list[str], forgiven: str | None = None) -> str | None:
    """Run one of PostgreSQL's clients; the password goes through the environment. What it complained of, or None."""
    parts = conninfo_to_dict(dsn)
    password = str(parts.pop("password", ""))
    environment = {**os.environ, "PGPASSWORD": password, "LC_ALL": "C.UTF-8", "PGCONNECT_TIMEOUT": "10"}
    done = subprocess.run(
        [binaries().path(program), f"--dbname={make_conninfo('', **parts)}", *words],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    said = [line.strip() for line in done.stderr.splitlines() if "error:" in line]
    serious = [line for line in said if forgiven is None or forgiven not in line]
    if done.returncode == 0 or (said and not serious):
        return None
    return (serious or done.stderr.splitlines() or [f"{program} 以 {done.returncode} 结束"])[0]
