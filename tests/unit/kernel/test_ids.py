"""Identifiers sort by when they were made, and no two are alike."""

import threading
import uuid
from itertools import pairwise
from uuid import UUID

import pytest

from yingbao.kernel import ids
from yingbao.kernel.ids import uuid7, uuid7_block, uuids7

NOON_MS = 1_735_531_200_000


def test_an_identifier_says_version_seven_and_the_standard_variant() -> None:
    for one in [uuid7(), *uuids7(3, NOON_MS)]:
        assert (one.version, one.variant) == (7, uuid.RFC_4122)


def test_the_first_forty_eight_bits_are_the_millisecond() -> None:
    assert {one.int >> 80 for one in uuids7(100, NOON_MS)} == {NOON_MS}


def test_identifiers_made_one_after_another_grow() -> None:
    made = [uuid7() for _ in range(5_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_a_clock_that_goes_back_does_not_turn_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    first = uuid7()
    monkeypatch.setattr(ids.time, "time_ns", lambda: NOON_MS * 1_000_000 // 2)
    assert uuid7() > first


def test_a_counter_at_its_end_borrows_the_next_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids.time, "time_ns", lambda: NOON_MS * 1_000_000)
    monkeypatch.setattr(ids, "_last_ms", NOON_MS)
    monkeypatch.setattr(ids, "_last_count", (1 << 42) - 2)
    last, first = uuid7(), uuid7()
    assert first > last
    assert (last.int >> 80, first.int >> 80) == (NOON_MS, NOON_MS + 1)
    assert (first.version, first.variant) == (7, uuid.RFC_4122)


def test_threads_share_one_order() -> None:
    made: list[list[UUID]] = [[] for _ in range(4)]

    def fill(mine: list[UUID]) -> None:
        mine.extend(uuid7() for _ in range(2_000))

    threads = [threading.Thread(target=fill, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in made)
    assert len({one for mine in made for one in mine}) == 8_000


def test_a_block_holds_ordered_identifiers_with_tails_of_their_own() -> None:
    block = uuid7_block(5_000, NOON_MS)
    made = [UUID(bytes=block[start : start + 16]) for start in range(0, len(block), 16)]
    assert made == sorted(made)
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert len({one.int & 0xFFFF_FFFF for one in made}) > 4_990
    assert {b.int - a.int >> 33 for a, b in pairwise(made)} == {0}


def test_bulk_identifiers_are_ordinary_ones() -> None:
    for one in uuids7(50, NOON_MS):
        again = UUID(str(one))
        assert (again, hash(again), again.is_safe) == (one, hash(one), one.is_safe)


def test_no_identifiers_is_an_empty_answer() -> None:
    assert uuids7(0, NOON_MS) == []
    assert uuid7_block(0, NOON_MS) == b""


def test_a_block_too_long_for_its_counter_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at most"):
        uuid7_block((1 << 29) + 1, NOON_MS)
