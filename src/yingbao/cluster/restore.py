"""A restore: the backup goes into a new database, is counted, and takes the old one's name in one transaction.

However it ends, the database of the application's name is the old one whole or the new one whole. What an interrupted
restore leaves (a database `…_restoring_…`, a note of the keys to put in place) is settled by the next `up` or `restore`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

from yingbao.cluster import databases
from yingbao.cluster.backup import count_rows, one_instant, run_client
from yingbao.cluster.binaries import binaries
from yingbao.cluster.errors import RestoreFailed, RestoreUnderWay, RightsMissing
from yingbao.cluster.folder import read_json, write_private
from yingbao.cluster.locks import alone_or_not
from yingbao.cluster.manifest import Manifest, check_files, differences, keys_of, read_manifest
from yingbao.cluster.server import Server
from yingbao.kernel.dates import CHINA

LOCK, NOTE = "restore.lock", "restore.json"
#: pg_restore 17 and later sets it first of all; an outside server of version 15 or 16 does not know it.
NEWER_SETTING = 'unrecognized configuration parameter "transaction_timeout"'


@dataclass(frozen=True, slots=True)
class Restored:
    """`previous` is the name the old database is kept under, None where there was none; `previous_keys` its keys."""

    rows: int
    previous: str | None
    previous_keys: Path | None


def read_backup(file: Path) -> Manifest:
    """The manifest of a backup whose every byte has been checked.

    Raises:
        BackupMissing, BackupDamaged
    """
    manifest = read_manifest(file)
    check_files(file, manifest)
    return manifest


def restore(
    server: Server, file: Path, manifest: Manifest, keys: Path, say: Callable[[str], None]
) -> Restored:
    """Put a checked backup in the place of the present database, and its keys in the place of `keys`.

    Raises:
        RestoreUnderWay, RestoreFailed, DatabaseInUse, RightsMissing
    """
    with alone_or_not(server.folder / LOCK) as free:
        if not free:
            raise RestoreUnderWay
        _settle(server, keys)
        # one whose making outlived the command that was killed
        for left in databases.named_like(server.admin_dsn(), f"{server.database}_restoring_"):
            server.drop_database(left)
        try:
            return _restored(server, file, manifest, keys, say)
        except OSError as error:
            raise RestoreFailed(str(file), error.strerror or str(error)) from error
        finally:
            _settle(server, keys)


def _restored(
    server: Server, file: Path, manifest: Manifest, keys: Path, say: Callable[[str], None]
) -> Restored:
    stamp = _stamp(server)
    new, previous = f"{server.database}_restoring_{stamp}", f"{server.database}_before_{stamp}"
    staged = keys.with_name(f"{keys.name}.restored-{stamp}")
    note = {"new": new, "stamp": stamp, "keys": str(staged)}
    write_private(server.folder / NOTE, json.dumps(note) + "\n")
    say("正在把备份读入新的数据库，现在的数据库照常……")
    server.create_database(new)
    _load(server, file, new)
    say("正在核对行数……")
    with one_instant(server.dsn(server.admin, new)) as connection:
        wrong = differences(manifest.rows, count_rows(connection))
    if wrong:
        table, (expected, found) = next(iter(wrong.items()))
        raise RestoreFailed(str(file), f"{table} 应有 {expected} 行，读入 {found} 行")
    with databases.connected(server.admin_dsn()) as connection:
        had_one = databases.exists(connection, server.database)
    if manifest.keys is not None:
        _stage_keys(keys, keys_of(file), staged)
    say("正在换下现在的数据库……")
    try:
        databases.swap(server.admin_dsn(), present=server.database, new=new, keep_as=previous)
    except psycopg.errors.InsufficientPrivilege as error:
        raise RightsMissing(server.admin, "ALTER DATABASE … RENAME") from error
    kept = _put_keys(keys, staged, stamp)
    return Restored(sum(manifest.rows.values()), previous if had_one else None, kept)


def _stamp(server: Server) -> str:
    """The second in the names: the next free one when another restore has just ended in this one."""
    at = datetime.now(CHINA)
    taken = databases.named_like(server.admin_dsn(), f"{server.database}_before_")
    while f"{server.database}_before_{at:%Y%m%d_%H%M%S}" in taken:
        at += timedelta(seconds=1)
    return f"{at:%Y%m%d_%H%M%S}"


def _load(server: Server, file: Path, new: str) -> None:
    """Read the dump as the owner, so that everything is the owner's and a dump can do no more than the owner may."""
    with tempfile.NamedTemporaryFile("w", prefix="yingbao-", encoding="utf-8") as listed:
        listed.write(_contents(file))
        listed.flush()
        words = ["--no-password", "--no-owner", "--jobs=2", f"--use-list={listed.name}", str(file)]
        problem = run_client("pg_restore", server.dsn("owner", new), words, forgiven=NEWER_SETTING)
    if problem:
        raise RestoreFailed(str(file), problem)


def _contents(file: Path) -> str:
    """The dump's table of contents without extensions, which the new database has and the owner may not make."""
    done = subprocess.run(
        [binaries().path("pg_restore"), "--list", str(file)], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RestoreFailed(str(file), done.stderr.strip().splitlines()[-1])
    skipped = (" EXTENSION ", " COMMENT - EXTENSION ")
    return "\n".join(line for line in done.stdout.splitlines() if not any(word in line for word in skipped))


# Keys: a file cannot change in the same instant as a database, so a note says what is to follow the swap ----------


def _stage_keys(present: Path, wanted: Path, staged: Path) -> None:
    text = wanted.read_text(encoding="utf-8")
    if not present.is_file() or present.read_text(encoding="utf-8") != text:
        write_private(staged, text)


def _put_keys(present: Path, staged: Path, stamp: str) -> Path | None:
    """Put the backup's keys in place; the present ones are kept, for they open what the old database holds."""
    if not staged.is_file():
        return None
    kept = present.with_name(f"{present.name}.before-{stamp}")
    if present.is_file() and not kept.is_file():
        write_private(kept, present.read_text(encoding="utf-8"))
    staged.replace(present)
    return kept if kept.is_file() else None


def settle(server: Server, keys: Path) -> None:
    """Bring an interrupted restore to one end or the other, unless one is at work now."""
    with alone_or_not(server.folder / LOCK) as free:
        if free:
            _settle(server, keys)


def _settle(server: Server, keys: Path) -> None:
    for draft in (*server.folder.glob(f".{NOTE}.*"), *keys.parent.glob(f".{keys.name}.restored-*")):
        draft.unlink(missing_ok=True)
    note = read_json(server.folder / NOTE)
    if not note:
        return
    staged = Path(note["keys"])
    databases.end_swaps(server.admin_dsn())
    with databases.connected(server.admin_dsn()) as connection:
        swapped = not databases.exists(connection, note["new"])
    if swapped:
        _put_keys(keys, staged, note["stamp"])
    else:
        staged.unlink(missing_ok=True)
        server.drop_database(note["new"])
    (server.folder / NOTE).unlink()
