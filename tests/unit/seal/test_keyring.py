"""The key file: nobody else reads it, nothing writes over it, and a damaged one is refused without its content."""

import json
import multiprocessing
from pathlib import Path

import pytest

from yingbao.seal import Keyring, KeysExposed, KeysMissing, KeysPresent, KeysUnusable, keys_path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a file may be written."""
    return tmp_path / "state" / "keys.json"


def ensure_and_tell(path: Path, answers: "multiprocessing.Queue[str]") -> None:
    answers.put(Keyring.ensure(path).mac.hex())


def test_a_written_file_is_its_owners_alone_and_reads_the_same(path: Path, keyring: Keyring) -> None:
    keyring.write(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.load(path) == keyring
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o644, 0o601])
def test_a_file_that_others_can_reach_is_refused_with_what_to_do(
    path: Path, keyring: Keyring, mode: int
) -> None:
    keyring.write(path)
    path.chmod(mode)
    for open_it in (Keyring.load, Keyring.ensure, Keyring.rotate):
        with pytest.raises(KeysExposed, match="chmod 600"):
            open_it(path)


def test_no_file_is_refused_and_the_folder_need_not_exist(path: Path) -> None:
    with pytest.raises(KeysMissing, match="密钥备份"):
        Keyring.load(path)
    with pytest.raises(KeysMissing):
        Keyring.rotate(path)


def test_a_file_is_never_written_over(path: Path, keyring: Keyring) -> None:
    keyring.write(path)
    with pytest.raises(KeysPresent, match="不会覆盖"):
        Keyring.generate().write(path)
    assert Keyring.load(path) == keyring
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path, keyring: Keyring) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(KeysUnusable):
        keyring.write(tmp_path / "file" / "keys.json")
    with pytest.raises(KeysUnusable):
        Keyring.load(tmp_path / "file" / "keys.json")


def test_processes_generating_at_once_leave_one_file(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[str] = context.Queue()
    starters = [context.Process(target=ensure_and_tell, args=(path, answers)) for _ in range(2)]
    for starter in starters:
        starter.start()
    told = {answers.get(timeout=60) for _ in starters}
    for starter in starters:
        starter.join()
    assert told == {Keyring.load(path).mac.hex()}
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_whoever_comes_second_takes_the_file_that_came_between(
    path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Keyring.generate()

    def meanwhile() -> Keyring:
        keyring.write(path)
        return late

    monkeypatch.setattr(Keyring, "generate", meanwhile)
    assert Keyring.ensure(path) == keyring


def test_rotation_adds_a_generation_and_keeps_the_former_file(path: Path, keyring: Keyring) -> None:
    keyring.write(path)
    latest = Keyring.rotate(path)
    assert latest == Keyring.load(path)
    assert (keyring.newest, latest.newest) == (1, 2)
    assert latest.sealing[1] == keyring.sealing[1]
    assert (latest.index, latest.mac) == (keyring.index, keyring.mac)
    assert Keyring.load(path.with_name("keys.1.json")) == keyring
    assert Keyring.rotate(path).newest == 3
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "keys.1.json",
        "keys.2.json",
        "keys.json",
    ]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_rotation_that_ended_half_way_is_taken_up_again(path: Path, keyring: Keyring) -> None:
    keyring.write(path)
    path.with_name("keys.1.json").hardlink_to(path)
    assert Keyring.rotate(path).newest == 2
    assert Keyring.load(path.with_name("keys.1.json")) == keyring


def test_a_kept_file_of_other_keys_stops_rotation(path: Path, keyring: Keyring) -> None:
    keyring.write(path)
    Keyring.generate().write(path.with_name("keys.1.json"))
    with pytest.raises(KeysPresent):
        Keyring.rotate(path)
    assert Keyring.load(path) == keyring


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("mac"),
        lambda data: data.update(format=2),
        lambda data: data.update(sealing={}),
        lambda data: data.update(sealing={"0": "00" * 16}),
        lambda data: data.update(sealing={"256": "00" * 16}),
        lambda data: data.update(sealing={"1": "00" * 15}),
        lambda data: data.update(index="00" * 31),
        lambda data: data.update(index=data["mac"]),
        lambda data: data.update(index="no digits"),
    ],
)
def test_a_damaged_file_is_refused_without_its_content(path: Path, keyring: Keyring, spoil: object) -> None:
    assert callable(spoil)
    keyring.write(path)
    data = json.loads(path.read_text(encoding="ascii"))
    spoil(data)
    path.write_text(json.dumps(data), encoding="ascii")
    with pytest.raises(KeysUnusable) as caught:
        Keyring.load(path)
    assert keyring.mac.hex() not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.parametrize("content", ["", "[]", "{", "null"])
def test_a_file_of_something_else_is_refused(path: Path, keyring: Keyring, content: str) -> None:
    keyring.write(path)
    path.write_text(content, encoding="ascii")
    with pytest.raises(KeysUnusable, match="密钥备份"):
        Keyring.load(path)


def test_keys_are_not_printed(keyring: Keyring) -> None:
    assert repr(keyring) == "Keyring()"


def test_the_path_comes_from_the_environment_or_the_state(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("YINGBAO_KEYS", raising=False)
    assert keys_path(tmp_path) == tmp_path / "keys.json"
    monkeypatch.setenv("YINGBAO_KEYS", str(tmp_path / "elsewhere.json"))
    assert keys_path(tmp_path / "state") == tmp_path / "elsewhere.json"
