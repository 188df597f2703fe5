"""Long work that can be watched while its transaction is open, and that ends with a word."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

import given
from databases import raw
from people import CLERK, GAOTAI_CLERK, KANGLE_CLERK, PROGRAM
from yingbao.journal import runs
from yingbao.journal.errors import RunNotFound
from yingbao.journal.scope import within
from yingbao.registry import queries
from yingbao.registry.errors import FormInvalid

pytestmark = pytest.mark.usefixtures("registry")


def asked() -> UUID:
    with within(CLERK):
        return runs.ask(by=CLERK, kind="load", given={"file": "a.parquet"}, total=100)


def seen(run_id: UUID) -> tuple[str, int, int, str]:
    """As another connection reads it."""
    with raw("app") as app:
        app.execute("SET app.region = '0'")
        row = app.execute(
            "SELECT outcome, done, total, sentence FROM journal_run WHERE id = %s", [run_id]
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2], row[3]


def test_a_run_is_watched_while_its_transaction_is_open_and_ends_well() -> None:
    run = asked()
    assert seen(run) == ("waiting", 0, 100, "")
    with runs.running(run, CLERK.unit_code) as tell:
        with within(CLERK):
            tell(40)
            assert seen(run) == ("running", 40, 100, "")
        tell.sentence = "装入 100 人"
    assert seen(run) == ("done", 100, 100, "装入 100 人")


def test_telling_leaves_no_region_on_the_connection_it_was_told_on() -> None:
    run = asked()
    with runs.running(run, CLERK.unit_code) as tell, within(PROGRAM):
        tell(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.region')")
            assert cursor.fetchone()[0] == "0"
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.region', true), '')")
        assert cursor.fetchone()[0] == ""


def test_a_refusal_ends_the_run_with_its_sentence_and_undoes_the_work() -> None:
    run = asked()
    with runs.running(run, CLERK.unit_code), within(CLERK):
        given.household()
        raise FormInvalid({"x": "第 3 行没有姓名"})
    assert seen(run)[::3] == ("failed", "第 3 行没有姓名")
    with within(CLERK):
        assert queries.search("安国强") == ()


def test_a_bug_ends_the_run_and_is_raised() -> None:
    run = asked()
    with pytest.raises(ZeroDivisionError), runs.running(run, CLERK.unit_code):
        raise ZeroDivisionError
    assert seen(run)[0] == "failed"


def test_some_of_it_done_is_said_so() -> None:
    run = asked()
    with runs.running(run, CLERK.unit_code) as tell:
        tell.partly = True
    assert seen(run)[0] == "partly"


def test_a_run_of_another_region_is_not_found() -> None:
    run = asked()
    for by in (GAOTAI_CLERK, KANGLE_CLERK):
        with within(by):
            assert runs.latest() == []
            with pytest.raises(RunNotFound):
                runs.get(run)
    with within(CLERK):
        assert [one.id for one in runs.latest()] == [run]
        with pytest.raises(RunNotFound):
            runs.get(uuid4())


def test_a_run_that_says_nothing_for_minutes_has_lost_its_worker() -> None:
    run = asked()
    with runs.running(run, CLERK.unit_code), within(CLERK):
        found = runs.get(run)
    assert not runs.is_silent(found, datetime.now(UTC))
    assert runs.is_silent(found, datetime.now(UTC) + timedelta(minutes=3))
