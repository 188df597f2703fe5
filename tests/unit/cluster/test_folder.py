"""The state folder and its small files."""

import os
import stat
from pathlib import Path

import pytest

from yingbao.cluster.errors import FolderUnwritable
from yingbao.cluster.folder import dsn_of, ensure_secret_key, prepare, read_json, state_folder, write_private


def test_the_state_folder_is_the_one_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YINGBAO_STATE", str(tmp_path / "here"))
    assert state_folder() == tmp_path / "here"


def test_root_keeps_its_state_where_the_databases_user_can_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YINGBAO_STATE", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert state_folder() == Path("/var/lib/yingbao")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert state_folder() == Path.home() / ".local" / "state" / "yingbao"


def test_a_private_file_is_replaced_whole_and_read_by_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    for text in ("one", "two"):
        write_private(path, text)
        assert path.read_text() == text
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    ensure_secret_key(tmp_path)
    first = (tmp_path / "secret-key").read_text()
    ensure_secret_key(tmp_path)
    assert (tmp_path / "secret-key").read_text() == first
    assert len(first.strip()) >= 50


def test_a_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnwritable, match="--data"):
        prepare(tmp_path / "file" / "state")


def test_before_the_first_up_there_is_no_connection_string(tmp_path: Path) -> None:
    assert dsn_of("app", tmp_path) == ""


@pytest.mark.parametrize("text", ["", "not json", "[1]"])
def test_a_file_of_facts_that_is_none_counts_as_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "facts.json").write_text(text)
    assert read_json(tmp_path / "facts.json") == {}
    assert read_json(tmp_path / "absent.json") == {}
