"""Settings every test shares. Hypothesis draws the same examples on every machine and keeps no database.

To look for new examples by hand: `HYPOTHESIS_PROFILE=explore make test`.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from hypothesis import settings

import databases
from clusters import session_cluster, stop_session
from yingbao.cluster import Cluster

os.environ["DJANGO_SETTINGS_MODULE"] = "yingbao.config.settings"
databases.prepare_environment(Path(tempfile.mkdtemp(prefix="yingbao-test-")))
django.setup()

settings.register_profile("ci", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", derandomize=False, database=None, deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The PostgreSQL of this session; see tests/clusters.py."""
    return session_cluster()


@pytest.fixture(scope="session")
def migrated(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    """The name of this worker's migrated template."""
    return databases.template(os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.fixture(scope="session")
def migrated_with_units(migrated: str) -> str:
    """The name of this worker's template that has units."""
    return databases.with_units(migrated)


@pytest.fixture
def registry(migrated_with_units: str) -> Iterator[str]:
    """A database of the test's own with the units of 肃南 in it."""
    with databases.cloned(migrated_with_units) as name:
        yield name


@pytest.fixture
def database(migrated: str) -> Iterator[str]:
    """A database of the test's own; committing is for real."""
    with databases.cloned(migrated) as name:
        yield name


@pytest.fixture(scope="module")
def module_registry(migrated_with_units: str) -> Iterator[str]:
    """One database with units for a whole module of tests whose deeds are refused or do not meet."""
    with databases.cloned(migrated_with_units) as name:
        yield name


@pytest.fixture(scope="module")
def module_database(migrated: str) -> Iterator[str]:
    """One database for a whole module of tests that only read, or that build on each other's deeds."""
    with databases.cloned(migrated) as name:
        yield name


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the cluster is a test of the database: `make test-pg15` runs these."""
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker("database")


def pytest_sessionfinish() -> None:
    """Leave no process behind."""
    stop_session()
