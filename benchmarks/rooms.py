"""A database of the registry for figures: a cluster of its own under build/bench with fsync on, filled by the load itself.

A filled database is kept by its number of people and copied for each figure that writes, so that it is loaded once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.trial import STORE, population, say

STATE = STORE / "state"
REGION, YEAR = "620602", 2025
#: The people of the county by the release, and a small county.
PEOPLE, FEW = 734_881, 30_000
ON, SINCE = date(YEAR, 12, 31), date(YEAR - 1, 1, 1)
#: A day on which bills of that year may be paid.
PAID_ON = date(YEAR - 1, 11, 8)
_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


@contextmanager
def cluster() -> Iterator[Any]:
    """The cluster, up, with Django pointed at it; stopped afterwards."""
    os.environ.update(
        YINGBAO_STATE=str(STATE), YINGBAO_POOL="0", DJANGO_SETTINGS_MODULE="yingbao.config.settings"
    )
    os.environ.setdefault("YINGBAO_SECRET_KEY", "benchmarks keep no secrets")
    from yingbao.cluster import Cluster  # noqa: PLC0415 - after the environment
    from yingbao.cluster.locks import alone  # noqa: PLC0415
    from yingbao.seal import Keyring, keys_path  # noqa: PLC0415

    STATE.mkdir(parents=True, exist_ok=True)
    found = Cluster(STATE)
    # two figures at once would stop each other's database, and slow each other down
    with alone(STORE / "rooms.lock", say):
        found.ensure()
        Keyring.ensure(keys_path(STATE))
        import django  # noqa: PLC0415

        django.setup()
        try:
            yield found
        finally:
            from django.db import connections  # noqa: PLC0415

            connections.close_all()
            found.stop()


def point_at(server: Any, name: str) -> None:
    """Django's connections go to the database of that name."""
    from django.db import connections  # noqa: PLC0415

    for alias, role in (("default", "app"), ("owner", "owner")):
        connections[alias].close()
        parts = conninfo_to_dict(server.dsn(role, name))
        connections[alias].settings_dict.update(
            {ours: str(parts.get(theirs, "")) for theirs, ours in _NAMES.items()}
        )


def empty(server: Any, name: str) -> None:
    """A migrated database with the county's units, made anew; Django is pointed at it."""
    from django.core.management import call_command  # noqa: PLC0415

    from yingbao.journal.acting import NATION, Acting  # noqa: PLC0415
    from yingbao.policy import load_release  # noqa: PLC0415
    from yingbao.registry.actions import units_of_release  # noqa: PLC0415

    server.drop_database(name)
    server.create_database(name)
    point_at(server, name)
    call_command("migrate", database="owner", verbosity=0, skip_checks=True)
    units_of_release(by=Acting.program(NATION), policy=load_release(REGION, YEAR), from_on=SINCE)


def load(people: int) -> Any:
    """The sample population of so many into the database Django is pointed at."""
    from yingbao.journal.acting import Acting  # noqa: PLC0415
    from yingbao.policy import load_release  # noqa: PLC0415
    from yingbao.registry.actions.loads import load_population  # noqa: PLC0415

    file = population(load_release(REGION, YEAR), people)
    return load_population(by=Acting.program(REGION), region=REGION, file=file, on=ON, since=SINCE)


def filled(server: Any, people: int) -> str:
    """The name of a database with so many people, loaded when first asked for."""
    name = f"people_{people}"
    if not there(server, f"{name}_ready"):
        say(f"  loading {people:,} people")
        empty(server, name)
        load(people)
        keep(server, name)
    return f"{name}_ready"


def billed(server: Any, people: int) -> str:
    """The name of a database with so many people, each with a bill, made when first asked for."""
    name = f"billed_{people}"
    if not there(server, f"{name}_ready"):
        from django.core.management import call_command  # noqa: PLC0415

        from yingbao.billing.actions import assess_everyone  # noqa: PLC0415
        from yingbao.journal.acting import Acting  # noqa: PLC0415

        copy_of(server, people, name)
        point_at(server, name)
        call_command("migrate", database="owner", verbosity=0, skip_checks=True)
        say(f"  billing {people:,} people")
        assess_everyone(by=Acting.program(REGION), region=REGION, benefit_year=YEAR, on=PAID_ON)
        keep(server, name)
    return f"{name}_ready"


def keep(server: Any, name: str) -> None:
    """A finished database under the name others copy; with statistics, as after a night."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    with psycopg.connect(server.dsn("super", name), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    server.drop_database(f"{name}_ready")
    with psycopg.connect(server.admin_dsn(), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} RENAME TO {name}_ready")


def copy_of(server: Any, people: int, name: str) -> str:
    """A copy of a filled database, to be written to."""
    template = filled(server, people)
    server.drop_database(name)
    server.create_database(name, template=template)
    return name


def there(server: Any, name: str) -> bool:
    """Whether there is a database of that name."""
    with psycopg.connect(server.admin_dsn(), autocommit=True) as connection:
        return (
            connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
        )
