"""An outside PostgreSQL named by YINGBAO_DSN and YINGBAO_OWNER_DSN: nothing is started, and rights are what they are."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yingbao.cluster import databases
from yingbao.cluster.cluster import Cluster, tell
from yingbao.cluster.errors import OwnerDsnMissing, RightsMissing, ServerTooOld, ServerUnreachable
from yingbao.cluster.folder import Role, ensure_secret_key, prepare
from yingbao.cluster.server import Server

OLDEST = 150_000
VARIABLES = {"app": "YINGBAO_DSN", "owner": "YINGBAO_OWNER_DSN"}


@dataclass(frozen=True)
class OutsideServer:
    """The server of two connection strings. Its owner acts as admin as far as it may."""

    folder: Path
    app: str
    owner: str

    @property
    def admin(self) -> Role:
        return "owner"

    @property
    def database(self) -> str:
        return str(conninfo_to_dict(self.app).get("dbname") or "")

    def ensure(self) -> None:
        """Raises: ServerUnreachable, ServerTooOld, FolderUnwritable"""
        prepare(self.folder)
        ensure_secret_key(self.folder)
        for role, variable in VARIABLES.items():
            try:
                with databases.connected(self.app if role == "app" else self.owner) as connection:
                    info = connection.info
                    version, said = info.server_version, info.parameter_status("server_version")
            except psycopg.OperationalError as error:
                raise ServerUnreachable(variable, str(error).strip().splitlines()[-1]) from error
            if version < OLDEST:
                raise ServerTooOld(said or str(version))

    def dsn(self, role: Role, database: str | None = None) -> str:
        written = self.app if role == "app" else self.owner
        return make_conninfo(written, dbname=database) if database else written

    def admin_dsn(self) -> str:
        return self.dsn("owner", "postgres")

    def create_database(self, name: str, template: str | None = None) -> None:
        """Raises: RightsMissing, DatabaseInUse"""
        owner, app = (str(conninfo_to_dict(dsn).get("user") or "") for dsn in (self.owner, self.app))
        try:
            databases.ensure_database(self.admin_dsn(), name, owner=owner, app=app, template=template)
        except psycopg.errors.InsufficientPrivilege as error:
            raise RightsMissing(owner, "CREATEDB 或 CREATE EXTENSION") from error

    def drop_database(self, name: str) -> None:
        databases.drop_database(self.admin_dsn(), name)


def server_of(folder: Path, say: Callable[[str], None] = tell) -> Server:
    """The outside server where the environment names one, else the folder's own cluster.

    Raises:
        OwnerDsnMissing: only one of the two is named
    """
    app, owner = (os.environ.get(variable, "") for variable in VARIABLES.values())
    if not app and not owner:
        return Cluster(folder, say)
    if not app or not owner:
        raise OwnerDsnMissing(VARIABLES["owner" if app else "app"])
    return OutsideServer(folder, app, owner)
