"""One interface: the software by default, a certified module by its name."""

import inspect
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from yingbao.seal import Keyring, KeysMissing, Sealer, SealerMissing, SoftwareSealer, open_sealer, sealer


class Device(SoftwareSealer):
    """Stands for a certified module: its keys live elsewhere and the path is not read."""

    def __init__(self, _keys: Path) -> None:
        super().__init__(Keyring.generate())


@pytest.fixture
def keys(tmp_path: Path, keyring: Keyring) -> Path:
    """A key file."""
    keyring.write(tmp_path / "keys.json")
    return tmp_path / "keys.json"


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package that brings a module named `device`."""
    point = EntryPoint("device", "the_device:Device", sealer.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: Device)
    monkeypatch.setattr(sealer, "entry_points", lambda **_: EntryPoints([point]))


def test_the_software_opens_with_the_key_file(keys: Path, sealer: SoftwareSealer) -> None:
    assert open_sealer(keys).unseal(sealer.seal("129", "a.b"), "a.b") == "129"


def test_the_software_needs_its_key_file(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing):
        open_sealer(tmp_path / "keys.json")


def test_a_module_is_chosen_by_name_and_may_leave_the_file_unread(device: None, tmp_path: Path) -> None:
    opened = open_sealer(tmp_path / "none.json", "device")
    assert isinstance(opened, Device)


def test_the_environment_chooses_too(device: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINGBAO_SEALER", "device")
    assert isinstance(open_sealer(tmp_path / "none.json"), Device)


def test_a_name_nobody_brings_is_refused_with_the_names_there_are(device: None, keys: Path) -> None:
    with pytest.raises(SealerMissing, match="software、device"):
        open_sealer(keys, "hsm")


def test_the_software_answers_everything_the_interface_asks() -> None:
    for name, asked in inspect.getmembers(Sealer, inspect.isfunction):
        if not name.startswith("_"):
            given = inspect.signature(getattr(SoftwareSealer, name))
            assert list(given.parameters) == list(inspect.signature(asked).parameters), name
