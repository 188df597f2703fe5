"""Sealing entries in batches and proving them: a row changed, removed or slipped in is found and named.

Writers only append; nobody waits for a chain. A sealer takes the entries that no batch holds yet, in the order of
their ids, and chains the batch to the one before. Which entries a batch holds stands in the batch itself, so that an
entry committed late is simply held by a later batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

from django.db import connection, transaction

from yingbao.journal import anchor
from yingbao.journal.content import COLUMNS, content
from yingbao.journal.keys import sealer

#: Entries a batch holds at most: a few hundred kilobytes of ids and digests.
BATCH = 5_000
_DIGEST = 32
#: Every so many entries a check says how far it is.
_TOLD = 500
#: Only one sealer at a time; the number is ours alone.
_LOCK = 390_001
_WHOLE_NATION = "SELECT set_config('app.region', '0', true)"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the journal: what, and which entry or batch."""

    kind: Literal["changed", "removed", "inserted", "batch-changed", "batch-removed"]
    sentence: str
    entry_id: UUID | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of the whole journal came to."""

    entries: int
    batches: int
    unsealed: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far sealing has come: the last batch, when, and how many entries wait for the next."""

    batches: int
    sealed_at: datetime | None
    unsealed: int


def seal_pending(limit: int = BATCH, *, since_ever: bool = False) -> int:
    """Seal what no batch holds yet; returns how many entries. Batches follow until less than `limit` is left.

    Looks at entries of the last day before the newest batch; `since_ever` looks at all of them, which is slow and
    wanted after a clock went wrong.
    """
    sealed = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_WHOLE_NATION)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            count, head = _seal_one(cursor, limit, since_ever=since_ever)
            if head is not None:
                transaction.on_commit(partial(anchor.remember, *head))
        sealed += count
        if count < limit:
            return sealed


#: Entries not held yet. One committed late is still met: no transaction stays open for a day. A batch sealed under a
#: clock that ran ahead does not hide what comes after it.
_PENDING = f"""
WITH mark AS (
    SELECT CASE WHEN %s THEN '-infinity'
        ELSE least(coalesce(max(through_at), '-infinity'), now()) - interval '1 day' END AS since
    FROM journal_seal
),
held AS (SELECT unnest(entries) AS id FROM journal_seal, mark WHERE through_at >= since)
SELECT {", ".join(COLUMNS)} FROM journal_entry e, mark
WHERE e.at >= since AND NOT EXISTS (SELECT FROM held WHERE held.id = e.id) ORDER BY e.id LIMIT %s
"""

_STANDING = """
WITH last AS (SELECT number, at, coalesce(through_at, '-infinity') AS through_at FROM journal_seal ORDER BY number DESC LIMIT 1),
mark AS (SELECT coalesce((SELECT through_at FROM last), '-infinity') - interval '1 day' AS since),
held AS (SELECT unnest(entries) AS id FROM journal_seal, mark WHERE through_at >= since)
SELECT coalesce((SELECT number FROM last), 0), (SELECT at FROM last), (SELECT count(*) FROM journal_entry e, mark
    WHERE e.at >= since AND NOT EXISTS (SELECT FROM held WHERE held.id = e.id))
"""


def _seal_one(cursor: Any, limit: int, *, since_ever: bool) -> tuple[int, tuple[int, bytes] | None]:
    """How many entries were sealed, and the new head of the chain."""
    cursor.execute(_PENDING, [since_ever, limit])
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    if not rows:
        return 0, None
    cursor.execute("SELECT number, digest FROM journal_seal ORDER BY number DESC LIMIT 1")
    number, previous = cursor.fetchone() or (0, b"")
    ids = [row["id"] for row in rows]
    digests = b"".join(sealer().sm3(content(_read(row))) for row in rows)
    at, through_at = datetime.now(UTC), max(row["at"] for row in rows)
    digest = _chain(number + 1, (at, through_at), ids, digests, bytes(previous))
    cursor.execute(
        "INSERT INTO journal_seal (number, at, through_at, entries, digests, previous, digest, mac) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [number + 1, at, through_at, ids, digests, bytes(previous), digest, sealer().mac(digest)],
    )
    return len(rows), (number + 1, digest)


def _chain(
    number: int, instants: tuple[datetime, datetime], ids: list[UUID], digests: bytes, previous: bytes
) -> bytes:
    """The digest of a batch (SM3) over its number, instants, ids, digests and the batch before."""
    written = "|".join(at.astimezone(UTC).isoformat(timespec="microseconds") for at in instants)
    head = f"{number}|{written}|".encode()
    return sealer().sm3(head + b"".join(one.bytes for one in ids) + digests + previous)


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """A row with JSON as objects: psycopg under Django hands jsonb over as text."""
    facts = row["facts"]
    return {**row, "facts": json.loads(facts) if isinstance(facts, str) else facts}


def standing() -> Standing:
    """How far sealing has come; entries not sealed are those of the region."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        number, at, unsealed = cursor.fetchone()
    return Standing(number, at, unsealed)


def verify(tell: Callable[[int, int], None] | None = None) -> Verified:
    """Prove the whole journal: every entry's keyed code, every batch's chain, nothing missing, nothing between.

    `tell` hears how many entries of how many are proved.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_WHOLE_NATION)
        cursor.execute("SELECT count(*) FROM journal_entry")
        [total] = cursor.fetchone()
        held, batches, findings = _prove_batches(cursor)
        findings += _prove_head(cursor, batches)
        unsealed, entries = 0, 0
        seen: set[UUID] = set()
        for row in _entries(cursor):
            entries += 1
            if tell is not None and entries % _TOLD == 0:
                tell(entries, total)
            seen.add(row["id"])
            expected = held.get(row["id"])
            unsealed += expected is None
            findings += _prove_entry(row, expected)
        for entry_id, (batch, _) in held.items():
            if entry_id not in seen:
                findings.append(
                    Finding(
                        "removed", f"第 {batch} 批里的日志 {entry_id} 不见了：有人删了这一行", entry_id, batch
                    )
                )
    return Verified(entries, batches, unsealed, tuple(findings))


def _prove_entry(row: dict[str, Any], expected: tuple[int, bytes] | None) -> list[Finding]:
    bytes_ = content(row)
    entry_id = row["id"]
    if expected is not None and sealer().sm3(bytes_) != expected[1]:
        return [
            Finding(
                "changed",
                f"日志 {entry_id} 与第 {expected[0]} 批封存时不同：内容被改过",
                entry_id,
                expected[0],
            )
        ]
    if sealer().mac(bytes_) != bytes(row["mac"]):
        kind: Literal["changed", "inserted"] = "changed" if expected is not None else "inserted"
        return [Finding(kind, f"日志 {entry_id} 的校验码不对：不是由程序写入的，或写入后被改过", entry_id)]
    return []


def _prove_batches(cursor: Any) -> tuple[dict[UUID, tuple[int, bytes]], int, list[Finding]]:
    """Which entries are held by which batch with what digest, and what is wrong with the chain."""
    held: dict[UUID, tuple[int, bytes]] = {}
    findings: list[Finding] = []
    previous, last = b"", 0
    cursor.execute(
        "SELECT number, at, through_at, entries, digests, previous, digest, mac FROM journal_seal ORDER BY number"
    )
    for number, at, through_at, ids, *raw in cursor.fetchall():
        digests, before, digest, mac = map(bytes, raw)
        findings += [
            Finding("batch-removed", f"第 {gone} 批封存不见了：有人删了这一批", batch=gone)
            for gone in range(last + 1, number)
        ]
        whole = _chain(number, (at, through_at), ids, digests, before) == digest and sealer().mac(
            digest
        ) == bytes(mac)
        if not whole or (before != previous and last + 1 == number):
            findings.append(Finding("batch-changed", f"第 {number} 批封存对不上：这一批被改过", batch=number))
        for place, entry_id in enumerate(ids):
            held[entry_id] = (number, digests[place * _DIGEST : (place + 1) * _DIGEST])
        previous, last = digest, number
    return held, last, findings


def _prove_head(cursor: Any, last: int) -> list[Finding]:
    """The end of the chain against what this machine remembers: batches cut off at the end leave no gap."""
    remembered = anchor.recall()
    if remembered is None:
        return []
    number, digest = remembered
    if number > last:
        return [
            Finding("batch-removed", f"第 {gone} 批封存不见了：有人删了这一批", batch=gone)
            for gone in range(last + 1, number + 1)
        ]
    cursor.execute("SELECT digest FROM journal_seal WHERE number = %s", [number])
    found = cursor.fetchone()
    if found is None or bytes(found[0]) == digest:
        return []
    return [Finding("batch-changed", f"第 {number} 批封存与本机记下的不同：这一批被换过", batch=number)]


def _entries(cursor: Any) -> Iterator[dict[str, Any]]:
    """All entries in the order of their ids, a page at a time."""
    page = f"SELECT {', '.join(COLUMNS)}, mac FROM journal_entry WHERE id > %s ORDER BY id LIMIT %s"
    after = UUID(int=0)
    while True:
        cursor.execute(page, [after, BATCH])
        rows = cursor.fetchall()
        for row in rows:
            yield _read(dict(zip((*COLUMNS, "mac"), row, strict=True)))
        if len(rows) < BATCH:
            return
        after = rows[-1][0]
