"""A long list goes to the database in chunks, behind the reading: what comes of it is what comes of one that goes whole."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from hypothesis import given as made
from hypothesis import settings
from hypothesis import strategies as st

import given
from people import CLERK, REVIEWER, draft, number
from rosters_lists import hand_in, outcomes, row, workbook
from yingbao.journal.scope import within
from yingbao.rosters import actions, comparing, reading
from yingbao.rosters.behind import behind, beside
from yingbao.rosters.comparing import basis
from yingbao.rosters.sending import copied

AN, LAN, HE = number("19800101", "111"), number("19820301", "222"), number("19550605", "131")
OCTOBER = [
    [1, "安国强", AN, "农村低保一类", "2022-03-01", ""],
    [2, "贺有才", HE, "农村低保三类", "2020-01-01", ""],
]
NOVEMBER = [
    [1, "安国强", AN, "农村低保二类", "2022-03-01", ""],
    [2, "兰秀英", LAN, "农村低保三类", "2023-11-01", ""],
    [3, "贺有才", HE, "农村低保三类", "2020-01-01", ""],
    [4, "安国强", AN, "农村低保一类", "2022-03-01", ""],
    [5, "兰秀英", LAN, "农村低保三类", "2023-11-01", ""],
    [6, "无此人", number("19700101", "131"), "农村低保一类", "2023-11-01", ""],
]


@pytest.mark.parametrize(("chunk", "long"), [(16_384, 3_000), (1, 3_000), (1, 0), (4, 0)])
def test_who_stands_in_two_chunks_is_seen_and_compared_with_both_rows(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, long: int
) -> None:
    given.units()
    given.household([draft("安国强", "19800101", "111"), draft("兰秀英", "19820301", "222", "10")])
    given.household([draft("贺有才", "19550605", "131")])
    monkeypatch.setattr(reading, "FIRST_CHUNK", chunk)
    monkeypatch.setattr(reading, "LARGEST_CHUNK", chunk)
    monkeypatch.setattr(comparing, "_LONG", long)
    # numbers of a large file are looked up over a second connection, those of a small one over the first
    monkeypatch.setattr(reading, "AT_ONCE", 50 * long)
    before = hand_in(workbook(tmp_path / "10.xlsx", OCTOBER), as_of=date(2023, 10, 1))
    actions.submit(by=CLERK, roster_id=before.id)
    actions.apply(by=REVIEWER, roster_id=before.id)
    roster = hand_in(workbook(tmp_path / "11.xlsx", NOVEMBER))
    assert outcomes(roster) == [
        (2, "new", ""),  # 一类 stands in row 5 too: 二类 is no change of it but one more
        (3, "new", ""),
        (4, "unchanged", ""),
        (5, "contradicts", "two_classes"),
        (6, "contradicts", "duplicate"),
        (7, "person_unknown", "person_unknown"),
    ]
    assert "第 2 行" in row(roster, 5).sentence
    assert "第 3 行" in row(roster, 6).sentence
    with within(CLERK):
        assert basis(roster) == roster.basis


def test_numbers_seen_ahead_are_a_help_and_decide_nothing(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.units()
    given.household([draft("安国强", "19800101", "111"), draft("兰秀英", "19820301", "222", "10")])
    given.household([draft("贺有才", "19550605", "131")])
    monkeypatch.setattr(reading, "AT_ONCE", 0)
    head = ["姓名", "身份证号", "救助类别", "认定时间", "备注"]
    rows = [
        ["兰秀英", f" {LAN} ", "农村低保三类", "2023-11-01", ""],  # not seen ahead: asked for when it is read
        ["贺有才", HE, "农村低保三类", "2023-11-01", AN],  # 安国强's stands in a remark and is nobody's row
        ["贺友才", HE, "农村低保一类", "2023-11-01", ""],
    ]
    roster = hand_in(workbook(tmp_path / "11.xlsx", rows, head))
    assert outcomes(roster) == [
        (2, "new", ""),
        (3, "new", ""),
        (4, "contradicts", "name_differs"),
    ]
    with within(CLERK):
        assert basis(roster) == roster.basis


def test_two_lists_may_be_handed_in_within_one_transaction(database: str, tmp_path: Path) -> None:
    given.units()
    given.household([draft("安国强", "19800101", "111")])
    with within(CLERK):
        both = [hand_in(workbook(tmp_path / f"{n}.xlsx", OCTOBER[:n])) for n in (1, 2)]
    assert [outcomes(roster) for roster in both] == [
        [(2, "new", "")],
        [(2, "new", ""), (3, "person_unknown", "person_unknown")],
    ]


TEXTS = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)
DAYS = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))
NUMBERS = st.none() | st.integers(-(2**31), 2**31 - 1)
LARGE = st.none() | st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(st.tuples(TEXTS, st.none() | st.binary(max_size=70), DAYS, NUMBERS, LARGE), max_size=9)


def test_columns_arrive_as_the_rows_they_are(module_database: str) -> None:
    kinds = [pa.string(), pa.binary(), pa.date32(), pa.int32(), pa.int64()]

    @settings(max_examples=60, deadline=None)
    @made(ROWS)
    def arrives(rows: list[tuple[object, ...]]) -> None:
        columns = [pa.array([one[place] for one in rows], kind) for place, kind in enumerate(kinds)]
        with within(CLERK), connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE sent (a text, b bytea, c date, d int4, e int8) ON COMMIT DROP")
            with cursor.cursor.copy("COPY sent FROM STDIN (FORMAT binary)") as copy:
                copy.write(copied(columns))
            cursor.execute("SELECT a, b, c, d, e FROM sent ORDER BY ctid")
            assert cursor.fetchall() == rows

    arrives()


def test_what_the_database_refuses_behind_is_raised_where_it_is_waited_for(module_database: str) -> None:
    with within(CLERK), behind() as work:
        for statement in ("SELECT 1", "SELECT * FROM nowhere", "SELECT 2"):
            work.ask(statement)
        with pytest.raises(ProgrammingError, match="nowhere"):
            work.wait()
        transaction.set_rollback(True)


def _seen(cursor: Any) -> tuple[str, int]:
    return cursor.execute("SELECT current_setting('app.region', true), pg_backend_pid()").fetchone()


def test_what_is_asked_beside_sees_the_same_region_and_leaves_nothing(module_database: str) -> None:
    with within(CLERK), behind() as work, beside() as other:
        ours, theirs = work.call(_seen)(), other.call(_seen)()
        other.ask("CREATE TEMP TABLE aside (a int4)")
    assert theirs[0] == ours[0] == CLERK.unit_code
    assert theirs[1] != ours[1]
    with within(CLERK), beside() as other:
        left = other.call(lambda cursor: cursor.execute("SELECT to_regclass('aside')").fetchone())()
    assert left == (None,)


def test_what_the_database_refuses_beside_is_raised_where_it_is_waited_for(module_database: str) -> None:
    with within(CLERK), pytest.raises(ProgrammingError, match="nowhere"), beside() as other:
        other.call(lambda cursor: cursor.execute("SELECT * FROM nowhere"))()
    with within(CLERK), beside() as other:
        assert other.call(_seen)()[0] == CLERK.unit_code


def test_a_second_connection_that_breaks_off_is_said_and_leaves_nothing_open(module_database: str) -> None:
    with within(CLERK), pytest.raises(OperationalError), beside() as other:
        other.call(lambda cursor: cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())"))()
    with within(CLERK), beside() as other:
        assert other.call(_seen)()[0] == CLERK.unit_code


def _fails() -> None:
    with within(CLERK), behind() as work:
        work.ask("CREATE TEMP TABLE begun (a int4)")
        work.ask("SELECT pg_sleep(0.3)")
        raise KeyError


def test_nothing_runs_on_when_the_reading_fails(module_database: str) -> None:
    with pytest.raises(KeyError):
        _fails()
    with within(CLERK), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('begun')")
        assert cursor.fetchone()[0] is None
    assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
