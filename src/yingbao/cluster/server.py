"""What the rest of the program asks of a database server, whether it is the machine's own or an outside one."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from yingbao.cluster.folder import Role


class Server(Protocol):
    """`admin` is the role that makes, renames and reads whole databases there."""

    @property
    def folder(self) -> Path: ...

    @property
    def admin(self) -> Role: ...

    @property
    def database(self) -> str:
        """The name of the application's database."""

    def ensure(self) -> None:
        """See that it answers; idempotent."""

    def dsn(self, role: Role, database: str | None = None) -> str:
        """How to connect; to the application's database unless another is named."""

    def admin_dsn(self) -> str:
        """How the admin connects without being in the application's database."""

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database with owner, extensions and rights in place."""

    def drop_database(self, name: str) -> None:
        """Remove it and disconnect whoever is there."""
