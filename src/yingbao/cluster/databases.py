"""Roles and databases: what each may do, said in SQL. Every function may be repeated after a crash on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from yingbao.cluster.errors import DatabaseInUse

#: What the connection of a swap calls itself, so that a later command can wait for its end.
SWAPPING = "yingbao-swap"
EXTENSIONS = ("btree_gist", "pg_trgm")


@contextmanager
def connected(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection whose statements stand alone."""
    with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as connection:
        yield connection


def ensure_role(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    """A role that may sign in and nothing else; the server never sees the password itself."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    scrambled = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    connection.execute(
        sql.SQL(
            "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}"
        ).format(sql.Identifier(role), sql.Literal(scrambled.decode()))
    )


def shut_out_public(connection: psycopg.Connection[Any]) -> None:
    """Roles without a right of their own enter no database of the cluster."""
    for database in ("postgres", "template1"):
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))


def ensure_database(admin: str, name: str, *, owner: str, app: str, template: str | None = None) -> None:
    """A database of the owner's, entered by owner and app alone; what the owner makes there the app may use.

    `admin` is the connection string of a role that may create databases and is or may act for the owner.

    Raises:
        DatabaseInUse: somebody is connected to the template
    """
    named, owning, using = (sql.Identifier(word) for word in (name, owner, app))
    with connected(admin) as connection:
        if not exists(connection, name):
            copied = sql.Identifier(template or "template0")
            try:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(named, owning, copied)
                )
            except errors.ObjectInUse as error:
                raise DatabaseInUse(template or "template0") from error
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(named))
        connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(named, using))
    with connected(make_conninfo(admin, dbname=name)) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        for rights, things in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT {} ON {} TO {}").format(
                    owning, sql.SQL(rights), sql.SQL(things), using
                )
            )


def drop_database(admin: str, name: str) -> None:
    """Gone, and whoever was connected is disconnected; nothing happens where there is none."""
    with connected(admin) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def exists(connection: psycopg.Connection[Any], name: str) -> bool:
    """Is there a database of this name?"""
    return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def named_like(admin: str, prefix: str) -> list[str]:
    """The databases whose names begin so, in order."""
    with connected(admin) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname", [prefix]
        )
        return [name for (name,) in found]


def swap(admin: str, *, present: str, new: str, keep_as: str) -> None:
    """`new` takes the name of `present`, which is kept under another name: both or neither, in one transaction.

    Raises:
        DatabaseInUse: others came back as often as they were disconnected, or may not be disconnected by us
    """
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    for _ in range(5):
        with connected(make_conninfo(admin, application_name=SWAPPING)) as connection:
            _disconnect_others(connection, present, new)
            try:
                with connection.transaction():
                    if exists(connection, present):
                        connection.execute(rename.format(sql.Identifier(present), sql.Identifier(keep_as)))
                    connection.execute(rename.format(sql.Identifier(new), sql.Identifier(present)))
            except errors.ObjectInUse:
                continue
            return
    raise DatabaseInUse(present)


def end_swaps(admin: str) -> None:
    """A swap whose command was killed may still be committing: afterwards it has, or never will."""
    with connected(admin) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = %s",
            [SWAPPING],
        )


def _disconnect_others(connection: psycopg.Connection[Any], *databases: str) -> None:
    try:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
            [list(databases)],
        )
    except errors.InsufficientPrivilege:
        # an outside server: others' connections are not ours to end; the rename will tell
        return
