"""The machine's own PostgreSQL, for real: made, crashed, recovered, guarded, backed up and restored."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from clusters import TEST_SETTINGS, Database, fresh_database, silent
from yingbao.cluster import Cluster, OutsideServer, Server, databases, proc, server_of
from yingbao.cluster.backup import back_up
from yingbao.cluster.errors import (
    BackupDamaged,
    BackupExists,
    DatabaseInUse,
    DidNotStart,
    NotMade,
    NotOurs,
    OtherMajor,
    OwnerDsnMissing,
    RestoreFailed,
    RightsMissing,
    ServerUnreachable,
)
from yingbao.cluster.manifest import manifest_of
from yingbao.cluster.postmaster import free_port
from yingbao.cluster.restore import read_backup, restore, settle
from yingbao.cluster.services import ensure_worker, web, worker

pytestmark = pytest.mark.database
COMMAND = [sys.executable, "-c", "from yingbao.cli.app import main; main()"]
PEOPLE = 20_000


@pytest.fixture
def folder() -> Iterator[Path]:
    """Outside pytest's own folder: short enough for a socket. Whatever runs there is stopped at the end."""
    made = Path(tempfile.mkdtemp(prefix="yb-"))
    yield made / "state"
    for service in (web(made / "state"), worker(made / "state")):
        service.stop()
    Cluster(made / "state", silent).stop()
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def pattern() -> Iterator[Path]:
    """A stopped cluster to copy: a state folder may be moved, and initdb takes two seconds."""
    made = Path(tempfile.mkdtemp(prefix="yb-"))
    cluster = Cluster(made / "state", silent, TEST_SETTINGS)
    cluster.ensure()
    cluster.stop()
    yield made / "state"
    shutil.rmtree(made)


@pytest.fixture
def own(folder: Path, pattern: Path) -> Cluster:
    """A cluster of this test's own."""
    subprocess.run(["cp", "-a", str(pattern), str(folder)], check=True)
    (folder / "cluster.json").write_text(json.dumps({"port": free_port(), "complete": True}))
    cluster = Cluster(folder, silent, TEST_SETTINGS)
    cluster.ensure()
    return cluster


def ask(dsn: str, statement: str) -> Any:
    with databases.connected(dsn) as connection:
        found = connection.execute(statement).fetchone()
        return found[0] if found else None


def do(dsn: str, *statements: str) -> None:
    with databases.connected(dsn) as connection:
        for statement in statements:
            connection.execute(statement)


def register(dsn: str, people: int = PEOPLE) -> None:
    do(
        dsn,
        "CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL)",
        f"INSERT INTO person SELECT n, '居民' || n FROM generate_series(1, {people}) n",
    )


def yingbao(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)


# Made, started, stopped ---------------------------------------------------------------------------------------


def test_a_new_cluster_is_durable_checksummed_utf8_and_knows_chinese_letters(folder: Path) -> None:
    cluster = Cluster(folder, silent)
    cluster.ensure()
    wanted = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "127.0.0.1",
    }
    dsn = cluster.dsn("owner")
    assert {name: ask(dsn, f"SHOW {name}") for name in wanted} == wanted
    assert ask(dsn, "SELECT cardinality(show_trgm('张三丰'))") == 4
    assert ask(dsn, "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension") == (
        "btree_gist pg_trgm plpgsql"
    )
    assert ask(cluster.admin_dsn(), "SELECT bool_and(auth_method = 'scram-sha-256') FROM pg_hba_file_rules")


def test_ensure_again_changes_nothing(own: Cluster) -> None:
    before = own.postmaster.running(), own.dsn("app"), (own.folder / "secret-key").read_text()
    own.ensure()
    assert (own.postmaster.running(), own.dsn("app"), (own.folder / "secret-key").read_text()) == before


def test_two_commands_at_once_make_one_cluster(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from yingbao.cluster import Cluster;"
        " c = Cluster(Path(sys.argv[1]), settings={'fsync': 'off'}); c.ensure(); print(c.postmaster.running())"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == said[1] != "None\n"
    assert ask(Cluster(folder, silent).dsn("app"), "SELECT current_user") == "yingbao_app"


def test_what_is_committed_survives_stop_and_start_on_the_same_port(own: Cluster) -> None:
    register(own.dsn("owner"))
    port = own.postmaster.port()
    own.stop()
    assert not own.running()
    own.stop()
    own.ensure()
    assert own.postmaster.port() == port
    assert ask(own.dsn("app"), "SELECT count(*) FROM person") == PEOPLE


def test_a_killed_server_comes_back_with_every_committed_row(folder: Path) -> None:
    cluster = Cluster(folder, silent)
    cluster.ensure()
    register(cluster.dsn("owner"), 100)
    with psycopg.connect(cluster.dsn("app"), autocommit=True) as connection:
        for number in range(101, 201):
            connection.execute("INSERT INTO person VALUES (%s, 'x')", [number])
        pid = cluster.postmaster.running()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not cluster.running())
    assert (cluster.postmaster.data / "postmaster.pid").is_file()
    cluster.ensure()
    assert ask(cluster.dsn("app"), "SELECT count(*) FROM person") == 200


def test_a_left_over_pid_file_with_a_number_of_another_process_does_not_hinder(own: Cluster) -> None:
    own.stop()
    stranger = str(os.getpid())
    home = own.postmaster.home
    for path in (own.postmaster.data / "postmaster.pid", home / "run" / ".s.PGSQL.1.lock"):
        path.write_text(f"{stranger}\n{own.postmaster.data}\n1\n1\n\n\n\n")
    assert not own.running()
    own.ensure()
    assert own.running()


def test_a_start_that_was_cut_short_is_completed(own: Cluster) -> None:
    facts = json.loads((own.folder / "cluster.json").read_text())
    (own.folder / "cluster.json").write_text(json.dumps({"port": facts["port"]}))
    for role in ("app", "owner"):
        (own.folder / f"dsn-{role}").unlink()
    own.drop_database("yingbao")
    (own.postmaster.home / "making").mkdir()
    own.ensure()
    assert ask(own.dsn("app"), "SELECT current_database()") == "yingbao"


def test_a_remembered_port_that_was_taken_is_given_up_and_said(folder: Path) -> None:
    said: list[str] = []
    cluster = Cluster(folder, said.append, TEST_SETTINGS)
    cluster.ensure()
    port = cluster.postmaster.port()
    cluster.stop()
    with socket.create_server(("127.0.0.1", port or 0)):
        cluster.ensure()
    assert cluster.postmaster.port() != port
    assert any(f"端口 {port} 已被" in sentence for sentence in said)
    assert ask(cluster.dsn("app"), "SELECT 1") == 1


def test_a_setting_the_server_refuses_is_told_in_its_own_words(own: Cluster) -> None:
    own.stop()
    with pytest.raises(DidNotStart, match="no_such_setting"):
        Cluster(own.folder, silent, {"no_such_setting": "1"}).ensure()
    assert not own.running()
    own.ensure()


def test_data_of_another_major_version_is_refused_and_left_alone(folder: Path) -> None:
    data = folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    (folder / "passwords.json").write_text(json.dumps({"app": "a", "owner": "b", "super": "c"}))
    with pytest.raises(OtherMajor, match="YINGBAO_PGBIN"):
        Cluster(folder, silent).ensure()
    assert [entry.name for entry in data.iterdir()] == ["PG_VERSION"]


@pytest.mark.parametrize("left", ["", json.dumps({"app": "a", "owner": "b", "super": "c"})])
def test_a_cluster_whose_passwords_are_lost_is_not_taken_for_ours(own: Cluster, left: str) -> None:
    path = own.folder / "passwords.json"
    kept = path.read_text()
    path.write_text(left)
    with pytest.raises(NotOurs, match=r"passwords\.json"):
        own.ensure()
    path.write_text(kept)
    own.ensure()


def test_before_the_first_up_one_is_told_to_run_it(folder: Path) -> None:
    with pytest.raises(NotMade, match="yingbao up"):
        Cluster(folder, silent).dsn("app")


# Who may what -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database() -> Database:
    made = fresh_database("rights")
    register(made.owner, 10)
    do(made.owner, "CREATE SEQUENCE bill")
    return made


@pytest.mark.parametrize("role", ["app", "owner", "superuser"])
@pytest.mark.parametrize("way", ["socket", "loopback"])
def test_a_wrong_password_is_refused(database: Database, cluster: Cluster, role: str, way: str) -> None:
    dsn = getattr(database, role)
    if way == "loopback":
        dsn = make_conninfo(dsn, host="127.0.0.1")
    assert ask(dsn, "SELECT 1") == 1
    for wrong in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(make_conninfo(dsn, password=wrong, passfile=os.devnull))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION hstore",
        "ALTER TABLE person ADD COLUMN x int",
        "ALTER TABLE person DISABLE TRIGGER ALL",
        "DROP TABLE person",
        "TRUNCATE person",
        "SELECT * FROM pg_authid",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY person TO PROGRAM 'true'",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "ALTER ROLE yingbao_owner PASSWORD 'x'",
        "SET ROLE yingbao_owner",
        "SET SESSION AUTHORIZATION yingbao_super",
    ],
)
def test_the_app_may_not(database: Database, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        do(database.app, statement)


def test_the_app_reads_and_writes_what_the_owner_makes(database: Database) -> None:
    do(
        database.app,
        "INSERT INTO person VALUES (11, '新生儿')",
        "UPDATE person SET name = '改名' WHERE id = 11",
        "DELETE FROM person WHERE id = 11",
        "SELECT nextval('bill')",
        "CREATE TEMPORARY TABLE staged (id int)",
    )
    assert ask(database.app, "SELECT count(*) FROM person") == 10


def test_the_owner_is_no_superuser_and_makes_no_databases(database: Database) -> None:
    for statement in ("SELECT * FROM pg_authid", "CREATE DATABASE mine", "CREATE ROLE mine"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            do(database.owner, statement)
    assert (
        ask(
            database.superuser,
            "SELECT count(*) FROM pg_roles WHERE rolname IN ('yingbao_app', 'yingbao_owner')"
            " AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole)",
        )
        == 0
    )


@pytest.mark.parametrize("elsewhere", ["postgres", "template1"])
def test_app_and_owner_enter_only_the_databases_made_for_them(database: Database, elsewhere: str) -> None:
    for dsn in (database.app, database.owner):
        with pytest.raises(psycopg.OperationalError, match="CONNECT"):
            psycopg.connect(make_conninfo(dsn, dbname=elsewhere))


def test_a_copy_of_a_template_has_its_rows_and_rights(database: Database) -> None:
    copy = fresh_database("copied", template=database.name)
    assert ask(copy.app, "SELECT count(*) FROM person") == 10
    do(copy.owner, "CREATE TABLE later (id int)")
    do(copy.app, "INSERT INTO later VALUES (1)")


def test_a_template_somebody_is_connected_to_is_refused(database: Database) -> None:
    with psycopg.connect(database.app), pytest.raises(DatabaseInUse):
        fresh_database("copied", template=database.name)


def test_no_value_of_a_row_reaches_the_log(own: Cluster) -> None:
    register(own.dsn("owner"), 1)
    with pytest.raises(psycopg.errors.UniqueViolation):
        do(own.dsn("app"), "INSERT INTO person VALUES (1, '620721199001010011')")
    with pytest.raises(psycopg.errors.UndefinedTable):
        do(own.dsn("app"), "SELECT '620721199001010011' FROM nothing")
    own.stop()
    logs = "".join(path.read_text("utf-8", "replace") for path in own.postmaster.log.glob("*.log"))
    assert "duplicate key" in logs
    assert "62072119900101001" not in logs


# Backed up and restored ---------------------------------------------------------------------------------------


def keys(server: Server) -> Path:
    return server.folder / "keys.json"


def guarded(dsn: str) -> None:
    """A table as the registry has them: row security that holds even for the owner."""
    register(dsn)
    do(
        dsn,
        "ALTER TABLE person ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE person FORCE ROW LEVEL SECURITY",
        "CREATE POLICY scope ON person USING (id <= nullif(current_setting('app.most', true), '')::int)",
    )


def test_backup_change_restore(own: Cluster, tmp_path: Path) -> None:
    guarded(own.dsn("owner"))
    (own.folder / "keys.json").write_text('{"first": 1}')
    file = tmp_path / "first.dump"
    data = ("--data", str(own.folder))
    made = yingbao("backup", str(file), *data)
    assert made.returncode == 0, made.stderr
    assert f"{PEOPLE:,} 行" in made.stdout
    assert "分开保管" in made.stdout
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "first.dump": 0o600,
        "first.dump.manifest.json": 0o600,
        "first.dump.keys.json": 0o600,
    }
    do(own.dsn("super"), "DELETE FROM person WHERE id > 5")
    (own.folder / "keys.json").write_text('{"second": 2}')

    unsure = yingbao("restore", str(file), *data)
    assert (unsure.returncode, "--yes" in unsure.stderr) == (4, True)
    at_work = psycopg.connect(own.dsn("app"))
    at_work.execute("SELECT 1")
    done = yingbao("restore", str(file), "--yes", *data)
    with pytest.raises(psycopg.errors.AdminShutdown):
        at_work.execute("SELECT 1")
    at_work.close()
    assert done.returncode == 0, done.stderr
    assert ask(own.dsn("super"), "SELECT count(*) FROM person") == PEOPLE
    assert ask(own.dsn("app"), "SELECT count(*) FROM person") == 0
    do(own.dsn("owner"), "ALTER TABLE person ADD COLUMN later int", "CREATE TABLE next (id int)")
    do(own.dsn("app"), "INSERT INTO next VALUES (1)")
    assert (own.folder / "keys.json").read_text() == '{"first": 1}'

    [previous] = before(own)
    assert previous in done.stdout
    assert ask(own.dsn("super", previous), "SELECT count(*) FROM person") == 5
    [kept] = own.folder.glob("keys.json.before-*")
    assert kept.read_text() == '{"second": 2}'


def named_like(cluster: Cluster, prefix: str) -> list[str]:
    return databases.named_like(cluster.admin_dsn(), prefix)


def before(cluster: Cluster) -> list[str]:
    return named_like(cluster, "yingbao_before_")


def left_behind(cluster: Cluster) -> list[str]:
    found = named_like(cluster, "yingbao_restoring_")
    return [*found, *(path.name for path in cluster.folder.glob("*restor*") if path.name != "restore.lock")]


def test_a_damaged_backup_is_refused_before_anything_happens(own: Cluster, tmp_path: Path) -> None:
    register(own.dsn("owner"))
    file = tmp_path / "a.dump"
    back_up(own, file, keys(own))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupDamaged, match="没有动现在的数据库"):
        read_backup(file)
    done = yingbao("restore", str(file), "--yes", "--data", str(own.folder))
    assert (done.returncode, "a.dump" in done.stderr) == (4, True)
    assert before(own) == []


def test_a_backup_with_other_counts_than_it_says_leaves_the_old_database(
    own: Cluster, tmp_path: Path
) -> None:
    register(own.dsn("owner"))
    file = tmp_path / "a.dump"
    back_up(own, file, keys(own))
    text = manifest_of(file).read_text().replace(str(PEOPLE), str(PEOPLE + 1))
    manifest_of(file).write_text(text)
    with pytest.raises(RestoreFailed, match=rf"应有 {PEOPLE + 1} 行，读入 {PEOPLE} 行"):
        restore(own, file, read_backup(file), keys(own), silent)
    assert (before(own), left_behind(own)) == ([], [])
    assert ask(own.dsn("app"), "SELECT count(*) FROM person") == PEOPLE


def test_a_database_that_appeared_after_the_restore_was_killed_is_dropped_by_the_next(
    own: Cluster, tmp_path: Path
) -> None:
    back_up(own, tmp_path / "a.dump", keys(own))
    own.create_database("yingbao_restoring_20260101_000000")
    (own.folder / ".restore.json.0a0b0c0d").write_text("half a no")
    restore(own, tmp_path / "a.dump", read_backup(tmp_path / "a.dump"), keys(own), silent)
    assert left_behind(own) == []


def test_two_restores_within_a_second_keep_both_former_databases(
    own: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(2026, 11, 26, 19, 40, 52, tzinfo=tz)

    monkeypatch.setattr("yingbao.cluster.restore.datetime", Stopped)
    back_up(own, tmp_path / "a.dump", keys(own))
    kept = [
        restore(own, tmp_path / "a.dump", read_backup(tmp_path / "a.dump"), keys(own), silent).previous
        for _ in range(2)
    ]
    assert kept == ["yingbao_before_20261126_194052", "yingbao_before_20261126_194053"]


def test_an_existing_file_is_not_written_over(own: Cluster, tmp_path: Path) -> None:
    (tmp_path / "a.dump").write_text("precious")
    with pytest.raises(BackupExists):
        back_up(own, tmp_path / "a.dump", keys(own))
    assert (tmp_path / "a.dump").read_text() == "precious"


@pytest.mark.parametrize("moment", ["made", "loading", "about to swap"])
def test_a_restore_killed_half_way_leaves_one_whole_database(
    own: Cluster, tmp_path: Path, moment: str
) -> None:
    guarded(own.dsn("owner"))
    (own.folder / "keys.json").write_text("old keys")
    file = tmp_path / "a.dump"
    back_up(own, file, keys(own))
    do(own.dsn("super"), "INSERT INTO person VALUES (0, '备份之后')")
    (own.folder / "keys.json").write_text("new keys")
    reached = {
        "made": lambda: named_like(own, "yingbao_restoring_"),
        "loading": lambda: size_of(own) > 9_000_000,
        "about to swap": lambda: list(own.folder.glob("keys.json.restored-*")),
    }[moment]
    with subprocess.Popen(
        [*COMMAND, "restore", str(file), "--yes", "--data", str(own.folder)], stderr=subprocess.DEVNULL
    ) as killed:
        wait_for(lambda: reached() or killed.poll() is not None)
        killed.kill()
    swapped = bool(before(own))
    assert ask(own.dsn("super"), "SELECT count(*) FROM person") == PEOPLE + (0 if swapped else 1)
    settle(own, keys(own))
    assert left_behind(own) == []
    assert (own.folder / "keys.json").read_text() == ("old keys" if swapped else "new keys")
    restore(own, file, read_backup(file), keys(own), silent)
    assert ask(own.dsn("super"), "SELECT count(*) FROM person") == PEOPLE
    assert (own.folder / "keys.json").read_text() == "old keys"
    assert left_behind(own) == []


def size_of(cluster: Cluster) -> int:
    return ask(
        cluster.admin_dsn(),
        "SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database"
        " WHERE starts_with(datname, 'yingbao_restoring_')",
    )


# An outside server --------------------------------------------------------------------------------------------


@pytest.fixture
def outside(own: Cluster, tmp_path: Path) -> OutsideServer:
    """A cluster seen as an outside one; its owner has the rights that a database administrator may give."""
    do(
        own.admin_dsn(),
        "ALTER ROLE yingbao_owner CREATEDB",
        "GRANT CONNECT ON DATABASE postgres TO yingbao_owner",
        "GRANT pg_signal_backend TO yingbao_owner",
    )
    return OutsideServer(tmp_path, own.dsn("app"), own.dsn("owner"))


def test_an_outside_server_is_backed_up_and_restored(outside: OutsideServer, own: Cluster) -> None:
    outside.ensure()
    guarded(outside.owner)
    file = outside.folder / "a.dump"
    with pytest.raises(RightsMissing, match="BYPASSRLS"):
        back_up(outside, file, keys(outside))
    assert list(outside.folder.glob("*a.dump*")) == []
    do(own.admin_dsn(), "ALTER ROLE yingbao_owner BYPASSRLS")
    back_up(outside, file, keys(outside))
    do(outside.owner, "DELETE FROM person WHERE id > 5")
    done = restore(outside, file, read_backup(file), keys(outside), silent)
    assert ask(outside.owner, "SELECT count(*) FROM person") == PEOPLE
    assert ask(outside.dsn("owner", done.previous), "SELECT count(*) FROM person") == 5


def test_an_outside_owner_without_rights_is_told_which(
    outside: OutsideServer, own: Cluster, tmp_path: Path
) -> None:
    register(outside.owner, 1)
    file = tmp_path / "b.dump"
    back_up(outside, file, keys(outside))
    do(own.admin_dsn(), "ALTER ROLE yingbao_owner NOCREATEDB")
    with pytest.raises(RightsMissing, match="CREATEDB"):
        restore(outside, file, read_backup(file), keys(outside), silent)


def test_an_outside_server_is_named_twice_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in ("YINGBAO_DSN", "YINGBAO_OWNER_DSN"):
        monkeypatch.delenv(variable, raising=False)
    assert isinstance(server_of(tmp_path), Cluster)
    monkeypatch.setenv("YINGBAO_DSN", "host=127.0.0.1 port=1 dbname=x user=y")
    with pytest.raises(OwnerDsnMissing, match="YINGBAO_OWNER_DSN"):
        server_of(tmp_path)
    monkeypatch.setenv("YINGBAO_OWNER_DSN", "host=127.0.0.1 port=1 dbname=x user=z")
    with pytest.raises(ServerUnreachable, match="YINGBAO_DSN"):
        server_of(tmp_path).ensure()
    assert not (tmp_path / "postgres").exists()


# The commands -------------------------------------------------------------------------------------------------


def test_up_status_down(folder: Path) -> None:
    data = ("--data", str(folder))
    up = yingbao("up", "--no-web", *data)
    assert up.returncode == 0, up.stderr
    assert "数据库已就绪" in up.stdout
    state = yingbao("status", *data)
    assert state.returncode == 5
    assert "数据库：运行中" in state.stdout
    assert "网页服务：没有运行" in state.stdout
    pid = Cluster(folder, silent).postmaster.running()
    assert pid is not None
    down = yingbao("down", *data)
    assert (down.returncode, "数据库：已停止" in down.stdout) == (0, True)
    assert proc.look(pid) is None
    assert "数据库：没有在运行" in yingbao("down", *data).stdout


def test_up_brings_back_only_what_was_killed(folder: Path) -> None:
    data = ("--data", str(folder))
    up = yingbao("up", "--port", str(free_port()), *data)
    assert up.returncode == 0, up.stderr
    assert "已就绪：http://127.0.0.1:" in up.stdout
    assert yingbao("status", *data).returncode == 0
    killed, kept, server = (
        worker(folder).pid(),
        web(folder).pid(),
        Cluster(folder, silent).postmaster.running(),
    )
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: worker(folder).pid() is None)
    assert yingbao("status", *data).returncode == 5
    assert yingbao("up", *data).stdout == up.stdout
    assert worker(folder).pid() not in (None, killed)
    assert (web(folder).pid(), Cluster(folder, silent).postmaster.running()) == (kept, server)
    assert yingbao("down", *data).returncode == 0
    assert (web(folder).pid(), worker(folder).pid()) == (None, None)


def test_the_worker_starts_on_the_cluster_and_is_not_started_twice(own: Cluster) -> None:
    (own.folder / "small_settings.py").write_text(
        "from yingbao.config.database import database\n"
        "SECRET_KEY = 'x'\n"
        "INSTALLED_APPS = ['procrastinate.contrib.django']\n"
        "DATABASES = {'default': database('app'), 'owner': database('owner')}\n"
        "USE_TZ = True\n"
    )
    environment = {
        "PYTHONPATH": str(own.folder),
        "DJANGO_SETTINGS_MODULE": "small_settings",
        "YINGBAO_STATE": str(own.folder),
    }
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--database", "owner", "--verbosity", "0"],
        check=True,
        env={**os.environ, **environment},
    )
    try:
        ensure_worker(own.folder, environment)
        pid = worker(own.folder).pid()
        ensure_worker(own.folder, environment)
        assert worker(own.folder).pid() == pid is not None
        wait_for(lambda: ask(own.dsn("owner"), "SELECT count(*) FROM procrastinate_workers"))
    finally:
        assert worker(own.folder).stop()


def test_connection_strings_name_the_socket_and_are_read_by_us_alone(own: Cluster) -> None:
    for role in ("app", "owner", "super"):
        path = own.folder / f"dsn-{role}"
        assert path.stat().st_mode & 0o777 == 0o600
        assert str(conninfo_to_dict(path.read_text())["host"]).startswith("/")
