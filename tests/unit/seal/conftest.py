"""One keyring for a session of tests, never written anywhere."""

import pytest

from yingbao.seal import Keyring, SoftwareSealer


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Keys made for this run."""
    return Keyring.generate()


@pytest.fixture(scope="session")
def sealer(keyring: Keyring) -> SoftwareSealer:
    """The software with those keys."""
    return SoftwareSealer(keyring)
