"""Every change leaves the version before it; nobody deletes, and nobody dates a row back."""

from datetime import date

import psycopg
import pytest

import given
from databases import raw
from people import CLERK, SEASON
from yingbao.journal.scope import within
from yingbao.registry.models import Residence, Resident
from yingbao.registry.queries.asof import rows, versions

pytestmark = pytest.mark.usefixtures("registry")

VERSIONED = "SELECT replace(relname, '_version', '') FROM pg_class WHERE relname LIKE '%\\_version' AND relkind = 'r' ORDER BY 1"


def versioned() -> list[str]:
    with raw("super") as connection:
        return [name for (name,) in connection.execute(VERSIONED).fetchall()]


def kept(resident_id: object) -> list[dict[str, object]]:
    with within(CLERK):
        return versions(Resident, "id = %s", [resident_id])


def man() -> object:
    return given.people_of(given.household())["安国强"]


def test_an_update_past_the_actions_leaves_the_version_before_it() -> None:
    who = man()
    with raw("app") as app:
        app.execute("SET app.region = '620721'")
        app.execute("UPDATE registry_resident SET name = '安国强强' WHERE id = %s", [who])
    before, after = kept(who)
    assert (before["name"], after["name"]) == ("安国强", "安国强强")
    assert before["known_until"] == after["known_from"]
    assert (before["entry_id"] is not None, after["entry_id"]) == (True, None)


def test_many_rows_in_one_statement_leave_as_many_versions() -> None:
    given.household()
    with raw("app") as app:
        app.execute("SET app.region = '620721'")
        app.execute("UPDATE registry_resident SET nation = '裕固族'")
        assert app.execute("SELECT count(*) FROM registry_resident_version").fetchone() == (3,)


def test_a_row_written_twice_in_one_transaction_is_one_version() -> None:
    who = man()
    with raw("app") as app, app.transaction():
        app.execute("SET LOCAL app.region = '620721'")
        for name in ("甲", "乙"):
            app.execute("UPDATE registry_resident SET name = %s WHERE id = %s", [name, who])
    assert [v["name"] for v in kept(who)] == ["安国强", "乙"]


def test_a_writer_that_began_earlier_and_waited_loses_no_version() -> None:
    """Seen as a lost version: the later one began first, so that `now()` lay before what it replaced."""
    who = man()
    change = "UPDATE registry_resident SET name = %s WHERE id = %s"
    with raw("app") as early, raw("app") as late:
        early.execute("BEGIN")
        early.execute("SELECT now(), set_config('app.region', '620721', true)")
        with late.transaction():
            late.execute("SELECT set_config('app.region', '620721', true)")
            late.execute(change, ["后来者", who])
        early.execute(change, ["先来者", who])
        early.execute("COMMIT")
    found = kept(who)
    assert [v["name"] for v in found] == ["安国强", "后来者", "先来者"]
    assert [v["known_until"] for v in found] == [*(v["known_from"] for v in found[1:]), None]


def test_what_was_known_at_each_instant_reads_as_it_was() -> None:
    who = man()
    instants = []
    for name in ("甲", "乙"):
        with within(CLERK):
            [row] = rows(Resident, "id = %s", [who])
            instants.append((row["known_from"], row["name"]))
        with raw("app") as app:
            app.execute("SET app.region = '620721'")
            app.execute("UPDATE registry_resident SET name = %s WHERE id = %s", [name, who])
    with within(CLERK):
        assert [rows(Resident, "id = %s", [who], at)[0]["name"] for at, _ in instants] == ["安国强", "甲"]


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize("verb", ["DELETE FROM", "TRUNCATE"])
def test_neither_the_application_nor_the_owner_deletes_or_empties(role: str, verb: str) -> None:
    given.household()
    tables = versioned()
    assert len(tables) == 25
    for table in [t for name in tables for t in (name, f"{name}_version")]:
        with raw(role) as connection:  # type: ignore[arg-type]
            connection.execute("SELECT set_config('app.region', '0', false)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"{verb} {table}" + (" CASCADE" if verb == "TRUNCATE" else ""))


@pytest.mark.parametrize("table", ["accounts_used_password", "journal_outbox", "journal_run"])
def test_what_has_no_versions_is_not_deleted_either(table: str) -> None:
    for role in ("app", "owner"):
        with raw(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):  # type: ignore[arg-type]
            connection.execute(f"DELETE FROM {table}")


def test_versions_are_written_by_the_trigger_alone() -> None:
    who = man()
    with raw("app") as app:
        app.execute("SET app.region = '620721'")
        for table in versioned():
            for statement in (
                f"UPDATE {table}_version SET known_until = now()",
                f"INSERT INTO {table}_version (known_from, known_until) VALUES (now(), now())",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(statement)
    with raw("owner") as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("UPDATE registry_resident_version SET known_until = now() WHERE id = %s", [who])


def test_nobody_dates_a_new_row_back() -> None:
    household = given.household()
    with raw("app") as app:
        app.execute("SET app.region = '620721'")
        with pytest.raises(psycopg.errors.IntegrityError, match="known_from"):
            app.execute(
                "INSERT INTO registry_household (id, number, unit_id, address, known_from) "
                "VALUES (gen_random_uuid(), '1', '620721-T04', '', '2020-01-01')"
            )
        app.execute("UPDATE registry_household SET known_from = '2020-01-01' WHERE id = %s", [household])
        [since] = (
            app.execute("SELECT known_from FROM registry_household WHERE id = %s", [household]).fetchone()
            or []
        )
    assert since.year > 2020


def test_a_change_cannot_be_dated_back_either() -> None:
    who = man()
    with raw("app") as app:
        app.execute("SET app.region = '620721'")
        app.execute(
            "UPDATE registry_resident SET name = '改', known_from = '2020-01-01' WHERE id = %s", [who]
        )
    before, after = kept(who)
    assert before["known_from"] < after["known_from"]  # type: ignore[operator]


def test_rows_are_stamped_with_the_entry_they_were_written_under() -> None:
    who = man()
    with within(CLERK):
        [home] = rows(Residence, "resident_id = %s", [who])
        [person] = rows(Resident, "id = %s", [who])
        deed = given.deed(person["entry_id"])
    assert (home["entry_id"], deed.action) == (person["entry_id"], "household.register")
    assert deed.facts == {"number": "620721-000001", "people": 3, "on": SEASON.isoformat()}
    assert date(2023, 10, 8) == SEASON
