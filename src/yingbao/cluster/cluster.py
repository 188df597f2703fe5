"""The machine's own PostgreSQL: one folder, three roles, one database. See docs/adr/0011."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from yingbao.cluster import databases
from yingbao.cluster.binaries import binaries
from yingbao.cluster.errors import FolderUnwritable, NotMade, NotOurs
from yingbao.cluster.folder import (
    ROLES,
    Role,
    dsn_of,
    ensure_secret_key,
    prepare,
    read_json,
    write_private,
)
from yingbao.cluster.locks import alone
from yingbao.cluster.postmaster import LOOPBACK, Postmaster, free_port
from yingbao.cluster.server_user import server_user

DATABASE = "yingbao"
ROLE_NAMES: Mapping[Role, str] = {
    "app": "yingbao_app",
    "owner": "yingbao_owner",
    "super": "yingbao_super",
}


def tell(sentence: str) -> None:
    """Progress goes to standard error."""
    print(sentence, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Cluster:
    """The cluster of a state folder. `settings` of PostgreSQL stand above its postgresql.conf (for tests).

    Several processes may call any of these at once: each takes the folder's lock.
    """

    folder: Path
    say: Callable[[str], None] = tell
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def admin(self) -> Role:
        return "super"

    @property
    def database(self) -> str:
        return DATABASE

    @cached_property
    def postmaster(self) -> Postmaster:
        home = self.folder.resolve() / "postgres"
        return Postmaster(home, binaries(), server_user(), self.say, self.settings)

    def ensure(self) -> None:
        """Make what is missing, start what is stopped; nothing else happens where all is well.

        Raises:
            FolderUnwritable, FolderUnreachable, NoServerUser, BinariesMissing, OtherMajor, DidNotStart, NotOurs
        """
        prepare(self.folder)
        with alone(self.folder / "lock", self.say):
            try:
                self._ensure()
            except OSError as error:
                raise FolderUnwritable(str(self.folder), error.strerror or str(error)) from error

    def _ensure(self) -> None:
        ensure_secret_key(self.folder)
        passwords = self._passwords()
        self.postmaster.make(ROLE_NAMES["super"], passwords["super"])
        facts = read_json(self.folder / "cluster.json")
        if self.postmaster.running() is not None:
            port = self.postmaster.port() or facts["port"]
            self.postmaster.wait_until_ready(port)
        else:
            port = self.postmaster.start(facts.get("port") or free_port())
        self._write_dsns(port, passwords)
        self._check_ours()
        if not facts.get("complete"):
            self._complete(passwords)
        self._write_facts(port)

    def running(self) -> bool:
        """Is the server up? (It may still be recovering; `ensure` waits.)"""
        return self.postmaster.running() is not None

    def stop(self) -> None:
        """Stop the server if it runs, and wait for it."""
        if self.folder.is_dir():
            with alone(self.folder / "lock", self.say):
                self.postmaster.stop()

    def dsn(self, role: Role, database: str | None = None) -> str:
        """Raises: NotMade"""
        written = dsn_of(role, self.folder)
        if not written:
            raise NotMade(str(self.folder))
        return make_conninfo(written, dbname=database or DATABASE)

    def admin_dsn(self) -> str:
        """Raises: NotMade"""
        return self.dsn("super", "postgres")

    def create_database(self, name: str, template: str | None = None) -> None:
        """A database of the owner's, with extensions and the app's rights; a copy of `template` if named.

        Raises:
            NotMade, DatabaseInUse
        """
        databases.ensure_database(
            self.admin_dsn(), name, owner=ROLE_NAMES["owner"], app=ROLE_NAMES["app"], template=template
        )

    def drop_database(self, name: str) -> None:
        """Raises: NotMade"""
        databases.drop_database(self.admin_dsn(), name)

    # Files of the state folder --------------------------------------------------------------------------------

    def _passwords(self) -> Mapping[Role, str]:
        path = self.folder / "passwords.json"
        kept = read_json(path)
        if all(kept.get(role) for role in ROLES):
            return {role: str(kept[role]) for role in ROLES}
        if (self.postmaster.data / "PG_VERSION").is_file():
            raise NotOurs(str(self.folder), "passwords.json 不在或已损坏")
        made: dict[Role, str] = {role: secrets.token_urlsafe(24) for role in ROLES}
        write_private(path, json.dumps(made) + "\n")
        return made

    def _write_dsns(self, port: int, passwords: Mapping[Role, str]) -> None:
        sockets = self.postmaster.sockets
        # loopback needs no encryption, and asking for it costs a round trip
        where = {"host": str(sockets)} if sockets else {"host": LOOPBACK, "sslmode": "disable"}
        for role, name in ROLE_NAMES.items():
            dsn = make_conninfo("", **where, port=port, dbname=DATABASE, user=name, password=passwords[role])
            if dsn_of(role, self.folder) != dsn:
                write_private(self.folder / f"dsn-{role}", dsn + "\n")

    def _write_facts(self, port: int) -> None:
        path = self.folder / "cluster.json"
        facts = {"port": port, "major": self.postmaster.binaries.major, "complete": True}
        if read_json(path) != facts:
            write_private(path, json.dumps(facts) + "\n")

    def _check_ours(self) -> None:
        try:
            with databases.connected(self.admin_dsn()) as connection:
                found = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError as error:
            raise NotOurs(str(self.folder), str(error).strip().splitlines()[-1]) from error
        if found is None or Path(found[0]) != self.postmaster.data:
            raise NotOurs(str(self.folder), "那个端口上是另一个数据库")

    def _complete(self, passwords: Mapping[Role, str]) -> None:
        with databases.connected(self.admin_dsn()) as connection:
            for role in ("owner", "app"):
                databases.ensure_role(connection, ROLE_NAMES[role], passwords[role])
            databases.shut_out_public(connection)
        self.create_database(DATABASE)
