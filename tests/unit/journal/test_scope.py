"""Without a region nothing is seen or written; within one, what lies in it; after one, what was before."""

from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

import given
from databases import raw
from people import CLERK, GAOTAI_CLERK, KANGLE_CLERK, PROGRAM
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.errors import OutOfRegion
from yingbao.journal.scope import enter, within
from yingbao.registry import queries
from yingbao.registry.errors import ResidentNotFound

pytestmark = pytest.mark.usefixtures("registry")

#: Every way of having no region.
NO_REGION = {
    "never set": "SELECT 1",
    "empty": "SELECT set_config('app.region', '', false)",
    "null": "SELECT set_config('app.region', NULL, false)",
    "reset": "SET app.region = '0'; RESET app.region",
    "discarded": "SET app.region = '0'; DISCARD ALL",
    "local to a transaction that is over": "BEGIN; SELECT set_config('app.region', '0', true); COMMIT",
}
SCOPED = (
    "SELECT tablename FROM pg_tables t JOIN pg_class c ON c.relname = t.tablename "
    "WHERE c.relrowsecurity AND schemaname = 'public' ORDER BY 1"
)


def scoped_tables() -> list[str]:
    with raw("super") as connection:
        return [name for (name,) in connection.execute(SCOPED).fetchall()]


def region() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.region', true), '')")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("how", NO_REGION)
def test_without_a_region_no_table_shows_a_row(how: str) -> None:
    given.household()
    with raw("app") as app:
        for statement in NO_REGION[how].split("; "):
            app.execute(statement)
        for table in scoped_tables():
            [seen] = app.execute(f"SELECT count(*) FROM {table}").fetchone() or [None]
            assert (table, seen) == (table, 0)


def test_every_table_of_people_and_deeds_is_scoped_with_its_versions() -> None:
    tables = scoped_tables()
    assert {"journal_entry", "journal_run", "registry_resident", "registry_resident_version"} <= set(tables)
    with raw("super") as connection:
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'registry_%'"
        ).fetchall()
    assert [name for (name,) in found if name not in tables] == []


def test_the_nation_sees_all_and_its_own_county_only_sees_itself() -> None:
    given.household()
    for by, seen in ((PROGRAM, 3), (CLERK, 3), (KANGLE_CLERK, 3), (GAOTAI_CLERK, 0)):
        with within(by), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM registry_resident")
            assert (by.unit_name, cursor.fetchone()[0]) == (by.unit_name, seen)


def test_a_post_without_a_unit_reaches_nothing() -> None:
    nobody = Acting(None, "", "county_clerk", "", "")
    assert not nobody.reaches("620721")
    with within(nobody), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_unit")
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize("how", NO_REGION)
def test_without_a_region_nobody_is_written(how: str) -> None:
    given.household()
    with raw("app") as app:
        for statement in NO_REGION[how].split("; "):
            app.execute(statement)
        assert app.execute("UPDATE registry_resident SET name = '无'").rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(
                "INSERT INTO registry_unit (code, name, kind, period) VALUES ('99', '无', 'city', '[2024-01-01,)')"
            )


def test_inside_another_transaction_the_outer_region_and_entry_come_back() -> None:
    with within(CLERK):
        outer = record(by=CLERK, action="outer", subject="test")
        with within(PROGRAM):
            record(by=PROGRAM, action="inner", subject="test")
            assert region() == "0"
        assert region() == CLERK.unit_code
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.entry')")
            assert UUID(cursor.fetchone()[0]) == outer


def test_an_error_inside_another_transaction_gives_the_outer_region_back() -> None:
    with within(CLERK):
        with pytest.raises(LookupError), within(PROGRAM):
            raise LookupError
        assert region() == CLERK.unit_code


def test_a_transaction_leaves_no_region_behind() -> None:
    with within(PROGRAM):
        pass
    with transaction.atomic():
        assert region() == ""
        enter("620721")
    assert region() == ""


def test_a_row_that_the_policy_refuses_is_a_refusal_in_words() -> None:
    with pytest.raises(OutOfRegion), within(CLERK):
        record(by=CLERK, action="test", subject="test", unit_code="620724")


def test_what_is_of_another_region_is_not_found() -> None:
    [man, *_] = given.people_of(given.household()).values()
    with within(GAOTAI_CLERK), pytest.raises(ResidentNotFound):
        queries.person_page(man, given.SEASON)


def test_the_application_owns_nothing_and_cannot_get_past_the_policies() -> None:
    with raw("super") as connection:
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'yingbao_app'"
        ).fetchone()
        owned = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = 'yingbao_app'::regrole "
        ).fetchone()
        member = connection.execute("SELECT pg_has_role('yingbao_app', 'yingbao_owner', 'MEMBER')").fetchone()
        forced = connection.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity "
            "AND relname NOT LIKE '%_version'"
        ).fetchall()
    assert role == (False, False, False, False)
    assert (owned, member, forced) == ((0,), (False,), [])


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE registry_resident DISABLE ROW LEVEL SECURITY",
        "DROP POLICY region ON registry_resident",
        "ALTER TABLE registry_resident DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE TABLE public.mine (id int)",
        "SET ROLE yingbao_owner",
    ],
)
def test_the_application_cannot_take_the_guards_away(statement: str) -> None:
    with raw("app") as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


def test_row_security_cannot_be_switched_off_by_the_application() -> None:
    given.household()
    with raw("app") as app:
        app.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT count(*) FROM registry_resident")
