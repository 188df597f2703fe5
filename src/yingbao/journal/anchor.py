"""The newest batch of seals, remembered outside the database: batches cut off at the end are missed then.

One small file in the state folder, one line a database. It holds no secret. After a restore to an earlier day the
journal's check names the batches that are gone, which is true; `forget` is for then.
"""

from __future__ import annotations

import json
from pathlib import Path

from django.db import connection

from yingbao.cluster.folder import read_json, state_folder, write_private
from yingbao.cluster.locks import alone


def path() -> Path:
    """Where the heads stand."""
    return state_folder() / "journal-heads.json"


def remember(number: int, digest: bytes) -> None:
    """Note the newest batch; an older one is passed over."""
    _write(number, digest.hex())


def recall() -> tuple[int, bytes] | None:
    """Number and digest of the newest batch this machine has sealed; None if it has sealed none."""
    found = read_json(path()).get(_database())
    return None if found is None else (int(found["number"]), bytes.fromhex(found["digest"]))


def forget() -> None:
    """After a restore to an earlier day: begin anew from what is there."""
    _write(0, "")


def _write(number: int, digest: str) -> None:
    with alone(path().with_suffix(".lock"), _silent):
        heads = read_json(path())
        known = heads.get(_database())
        if not number:
            heads.pop(_database(), None)
        elif known is None or known["number"] < number:
            heads[_database()] = {"number": number, "digest": digest}
        write_private(path(), json.dumps(heads, indent=1, sort_keys=True) + "\n")


def _database() -> str:
    named = connection.settings_dict
    return f"{named['NAME']}@{named['HOST']}:{named['PORT']}"


def _silent(sentence: str) -> None:
    """Waiting for another process's line is short."""
