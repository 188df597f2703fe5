"""Letting one user through a shut folder, and nobody else."""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

import pytest

from yingbao.cluster.errors import FolderUnreachable
from yingbao.cluster.server_user import ACL, ServerUser, let_through

USER = ServerUser("someone", 64_001, 64_001)
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root lets others through")


def test_an_open_way_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "setxattr", lambda *_: pytest.fail("nothing to change"))
    let_through(USER, Path("/usr/bin"))


@AS_ROOT
def test_a_shut_folder_lets_this_user_through_and_shows_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "shut"
    folder.mkdir(mode=0o700)
    let_through(USER, folder)
    raw = os.getxattr(folder, ACL)
    entries = {(tag, who): bits for tag, bits, who in struct.iter_unpack("<HHI", raw[4:])}
    assert entries[0x02, USER.uid] == 1
    assert entries[0x04, 0xFFFFFFFF] == 0
    assert entries[0x20, 0xFFFFFFFF] == 0
    assert stat.S_IMODE(folder.stat().st_mode) & 0o007 == 0


@AS_ROOT
def test_a_second_user_keeps_the_first_and_a_mask_widens_for_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "shut"
    folder.mkdir(mode=0o750)
    let_through(USER, folder)
    folder.chmod(0o700)  # sets the mask to nothing
    other = ServerUser("other", 64_002, 64_002)
    let_through(other, folder)
    raw = os.getxattr(folder, ACL)
    entries = {(tag, who): bits for tag, bits, who in struct.iter_unpack("<HHI", raw[4:])}
    assert entries[0x02, other.uid] == 1
    assert entries[0x02, USER.uid] == 0
    assert entries[0x04, 0xFFFFFFFF] == 0
    let_through(USER, folder)


@AS_ROOT
def test_a_file_system_without_lists_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    folder = tmp_path / "shut"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "setxattr", unsupported)
    with pytest.raises(FolderUnreachable, match=r"chmod o\+x"):
        let_through(USER, folder)
