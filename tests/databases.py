"""Databases for tests: every test that asks for one gets its own, cloned from a migrated template.

Tests commit for real, so that versions, row policies and locks are what they are in use. Nothing is flushed: the tables
refuse it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from clusters import session_cluster
from yingbao.cluster.folder import Role
from yingbao.seal import Keyring, keys_path

_KNOWN = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def prepare_environment(state: Path) -> None:
    """Before Django's settings are read: keys, a secret, no pool."""
    os.environ["YINGBAO_STATE"] = str(state)
    os.environ.setdefault("YINGBAO_SECRET_KEY", secrets.token_hex(32))
    os.environ["YINGBAO_POOL"] = "0"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # the browser of the journeys keeps a loop running in this thread
    )
    os.environ["YINGBAO_HOSTS"] = "testserver,127.0.0.1,localhost"
    (state / "static").mkdir(exist_ok=True)
    Keyring.ensure(keys_path(state))
    (state / "static").mkdir(exist_ok=True)


def point_at(name: str) -> None:
    """Both connections of this process go to the database of that name."""
    cluster = session_cluster()
    for alias, role in (("default", "app"), ("owner", "owner")):
        connection = connections[alias]
        connection.close()
        parts = conninfo_to_dict(cluster.dsn(role, name))  # type: ignore[arg-type]
        settings: dict[str, Any] = connection.settings_dict
        for theirs, ours in _KNOWN.items():
            settings[ours] = str(parts.get(theirs, ""))


def template(worker: str) -> str:
    """The migrated database that tests of this worker are cloned from, made once a session."""
    name = f"template_{worker}"
    cluster = session_cluster()
    cluster.drop_database(name)
    cluster.create_database(name)
    point_at(name)
    migrate()
    return name


def migrate() -> None:
    """The database pointed at gets its tables."""
    call_command("migrate", database="owner", verbosity=0, skip_checks=True)
    connections.close_all()


def with_units(template_name: str) -> str:
    """A template of the same, with the units of 肃南 and another county in it."""
    import given  # noqa: PLC0415 - the actions need Django, which is set up after this module is read

    name = f"{template_name}_units"
    cluster = session_cluster()
    cluster.drop_database(name)
    cluster.create_database(name, template=template_name)
    point_at(name)
    given.units()
    connections.close_all()
    return name


@contextmanager
def raw(role: Role) -> Iterator[psycopg.Connection[Any]]:
    """A connection of a role to the database of the running test; every statement stands alone."""
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(session_cluster().dsn(role, name), autocommit=True) as connection:
        yield connection


@contextmanager
def past_the_triggers() -> Iterator[psycopg.Connection[Any]]:
    """The superuser with triggers switched off: what a person with the machine in their hands can do."""
    with raw("super") as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


@contextmanager
def cloned(template_name: str) -> Iterator[str]:
    """A database of one's own, gone afterwards."""
    cluster = session_cluster()
    name = f"test_{secrets.token_hex(6)}"
    cluster.create_database(name, template=template_name)
    point_at(name)
    try:
        yield name
    finally:
        connections.close_all()
        cluster.drop_database(name)
