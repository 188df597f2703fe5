"""What was done to the journal past the program is found and named."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connections, transaction

from databases import past_the_triggers, raw
from people import CLERK
from yingbao.cluster.folder import Role
from yingbao.journal import actions, anchor, sealing
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7

pytestmark = pytest.mark.usefixtures("database")


def deeds(count: int) -> list[UUID]:
    """Entries, each of its own transaction."""
    found = []
    for number in range(count):
        with within(CLERK):
            found.append(actions.record(by=CLERK, action="test", subject="test", facts={"number": number}))
    return found


def named() -> list[tuple[str, UUID | None, int | None]]:
    return [(f.kind, f.entry_id, f.batch) for f in sealing.verify().findings]


def test_an_honest_journal_is_clean_sealed_or_not() -> None:
    deeds(3)
    assert sealing.seal_pending(limit=2) == 3
    deeds(1)
    found = sealing.verify()
    assert (found.entries, found.batches, found.unsealed, found.findings) == (4, 2, 1, ())


def test_an_empty_journal_is_clean_and_there_is_nothing_to_seal() -> None:
    assert sealing.seal_pending() == 0
    assert sealing.verify() == sealing.Verified(0, 0, 0, ())


def test_as_many_entries_as_a_batch_holds_leave_nothing_over() -> None:
    deeds(4)
    assert sealing.seal_pending(limit=2) == 4
    assert sealing.seal_pending(limit=2) == 0


@pytest.mark.parametrize("role", ["app", "owner"])
def test_neither_the_application_nor_the_owner_changes_it(role: Role) -> None:
    deeds(1)
    sealing.seal_pending()
    with raw(role) as connection:
        connection.execute("SELECT set_config('app.region', '0', false)")
        for table in ("journal_entry", "journal_seal"):
            for statement in ("UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.format(table))


#: A change to each column of a sealed entry.
CHANGES = {
    "at": "at + interval '1 microsecond'", "staff_id": "gen_random_uuid()", "staff_name": "'他人'", "role": "'chief'",
    "unit_code": "'62'", "action": "'other'", "subject": "'unit'", "subject_id": "gen_random_uuid()", "grounds": "'因'",
    "facts": "facts || '{\"number\": 99}'", "address": "'10.0.0.1'", "mac": "'\\x00'",
}  # fmt: skip


@pytest.mark.parametrize("sealed", [True, False])
def test_a_changed_column_is_found_and_the_entry_named(sealed: bool) -> None:
    entries = deeds(len(CHANGES))
    if sealed:
        sealing.seal_pending()
    with past_the_triggers() as db:
        for entry, (column, value) in zip(entries, CHANGES.items(), strict=True):
            db.execute(f"UPDATE journal_entry SET {column} = {value} WHERE id = %s", [entry])
    kind = "changed" if sealed else "inserted"
    assert [(k, e) for k, e, _ in named()] == [(kind, entry) for entry in entries]


def test_a_removed_entry_is_found_and_named() -> None:
    _, gone, _ = deeds(3)
    sealing.seal_pending()
    with past_the_triggers() as db:
        db.execute("DELETE FROM journal_entry WHERE id = %s", [gone])
    assert named() == [("removed", gone, 1)]


def test_an_entry_slipped_in_is_found_and_named_also_with_the_code_of_another() -> None:
    [real] = deeds(1)
    sealing.seal_pending()
    false = uuid7()
    with past_the_triggers() as db:
        db.execute(
            "INSERT INTO journal_entry SELECT %s, at, staff_id, staff_name, role, unit_code, action, subject, subject_id, "
            "grounds, facts, address, mac FROM journal_entry WHERE id = %s",
            [false, real],
        )
    assert named() == [("inserted", false, None)]
    sealing.seal_pending()
    assert [(kind, entry) for kind, entry, _ in named()] == [("changed", false)]


def test_a_batch_removed_from_the_middle_is_found_and_named() -> None:
    deeds(6)
    sealing.seal_pending(limit=2)
    with past_the_triggers() as db:
        db.execute("DELETE FROM journal_seal WHERE number = 2")
    assert ("batch-removed", None, 2) in named()


def test_batches_cut_off_at_the_end_are_missed_though_they_leave_no_gap() -> None:
    deeds(6)
    sealing.seal_pending(limit=2)
    with past_the_triggers() as db:
        db.execute(
            "DELETE FROM journal_entry WHERE id > (SELECT entries[2] FROM journal_seal WHERE number = 1)"
        )
        db.execute("DELETE FROM journal_seal WHERE number > 1")
    assert named() == [("batch-removed", None, 2), ("batch-removed", None, 3)]


def test_all_of_it_taken_away_is_missed() -> None:
    deeds(2)
    sealing.seal_pending()
    with past_the_triggers() as db:
        db.execute("DELETE FROM journal_entry")
        db.execute("DELETE FROM journal_seal")
    assert named() == [("batch-removed", None, 1)]


def test_after_a_restore_the_head_is_forgotten_on_purpose() -> None:
    deeds(2)
    sealing.seal_pending()
    with past_the_triggers() as db:
        db.execute("DELETE FROM journal_seal")
    anchor.forget()
    assert named() == []


@pytest.mark.parametrize(
    "change",
    [
        "entries = entries || gen_random_uuid()", "digests = digests || digests", "previous = '\\x01'",
        "digest = '\\x02'", "mac = '\\x03'", "at = at + interval '1 day'", "through_at = through_at + interval '1 day'",
    ],
)  # fmt: skip
def test_a_changed_batch_is_found_and_named(change: str) -> None:
    deeds(4)
    sealing.seal_pending(limit=2)
    with past_the_triggers() as db:
        db.execute(f"UPDATE journal_seal SET {change} WHERE number = 1")
    assert ("batch-changed", None, 1) in named()


def test_an_entry_moved_to_another_batch_is_found() -> None:
    deeds(4)
    sealing.seal_pending(limit=2)
    with past_the_triggers() as db:
        db.execute("UPDATE journal_seal SET number = 9 WHERE number = 1")
        db.execute("UPDATE journal_seal SET number = 1 WHERE number = 2")
        db.execute("UPDATE journal_seal SET number = 2 WHERE number = 9")
    assert {("batch-changed", None, 1), ("batch-changed", None, 2)} <= set(named())


def test_an_entry_committed_late_is_sealed_later_and_all_is_clean() -> None:
    started, go_on = threading.Event(), threading.Event()

    def late() -> None:
        with within(CLERK):
            actions.record(by=CLERK, action="late", subject="test")
            started.set()
            go_on.wait(30)
        connections.close_all()

    writer = threading.Thread(target=late)
    writer.start()
    started.wait(30)
    deeds(2)
    assert sealing.seal_pending() == 2
    go_on.set()
    writer.join(30)
    assert sealing.verify().unsealed == 1
    assert sealing.seal_pending() == 1
    assert sealing.verify() == sealing.Verified(3, 2, 0, ())


def together(*works: Callable[[], object]) -> None:
    """Each on a thread of its own, with connections of its own."""

    def closing(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=closing, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_writers_and_two_sealers_at_once_hold_every_entry_once() -> None:
    together(
        *[lambda: deeds(15)] * 3,
        *[lambda: [sealing.seal_pending(limit=4) for _ in range(10)]] * 2,
    )
    sealing.seal_pending()
    with raw("app") as app:
        held = app.execute(
            "SELECT count(*), count(DISTINCT id) FROM (SELECT unnest(entries) AS id FROM journal_seal) s"
        )
        assert held.fetchone() == (45, 45)
    found = sealing.verify()
    assert (found.entries, found.unsealed, found.findings) == (45, 0, ())


def test_a_clock_that_ran_ahead_does_not_hide_what_comes_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen: a batch with an instant of next year made every entry until then look sealed long ago."""

    class Ahead(datetime):
        @classmethod
        def now(cls, *_: object) -> datetime:  # type: ignore[override]
            return datetime(2099, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(actions, "datetime", Ahead)
    deeds(1)
    sealing.seal_pending()
    monkeypatch.undo()
    deeds(1)
    assert sealing.seal_pending() == 1


def test_entries_of_a_clock_that_was_days_behind_are_sealed_when_all_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deeds(1)
    sealing.seal_pending()

    class Behind(datetime):
        @classmethod
        def now(cls, *_: object) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(days=9)

    monkeypatch.setattr(actions, "datetime", Behind)
    deeds(1)
    monkeypatch.undo()
    assert (sealing.seal_pending(), sealing.verify().unsealed) == (0, 1)
    assert (sealing.seal_pending(since_ever=True), sealing.verify().unsealed) == (1, 0)


def test_a_batch_rolled_back_is_not_remembered() -> None:
    deeds(1)
    with transaction.atomic():
        sealing.seal_pending()
        transaction.set_rollback(True)
    assert anchor.recall() is None
    assert named() == []
