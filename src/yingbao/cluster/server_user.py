"""PostgreSQL refuses to run as root: where root runs the command, the server gets a system user of its own.

The user must be able to walk to the data and to the binaries. Where a folder on the way is shut to others, that one
user is let through by an access control list entry (search only); nobody else gains anything.
"""

from __future__ import annotations

import os
import pwd
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yingbao.cluster.errors import FolderUnreachable, NoServerUser

NAME = "yingbao"
ACL = "system.posix_acl_access"
_HEAD, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
_VERSION, _NOBODY = 2, 0xFFFFFFFF
_OWNER, _USER, _GROUP, _NAMED_GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_SEARCH = 0o1


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The operating system's user that owns the data and runs the server."""

    name: str
    uid: int
    gid: int

    def popen(self) -> dict[str, Any]:
        """Arguments of `subprocess` that run a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "umask": 0o077}


def server_user() -> ServerUser | None:
    """None: the server runs as whoever runs the command. For root the user `yingbao`, made if missing.

    Raises:
        NoServerUser
    """
    if os.geteuid() != 0:
        return None
    found = _known(NAME) or _made(NAME)
    if found is None:
        raise NoServerUser(NAME)
    return found


def _known(name: str) -> ServerUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return ServerUser(name, entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _made(name: str) -> ServerUser | None:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is not None:
        words = [
            useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
            "--shell", "/usr/sbin/nologin", name,
        ]  # fmt: skip
        subprocess.run(words, check=False, capture_output=True)
    # another command may have made it at the same moment, in which case useradd failed
    return _known(name)


def let_through(user: ServerUser, folder: Path) -> None:
    """See that the user can walk to `folder` and into it.

    Raises:
        FolderUnreachable: the file system has no access control lists
    """
    for step in reversed([folder, *folder.parents]):
        if not _may_pass(user, step):
            _grant_search(user, step)


def _may_pass(user: ServerUser, folder: Path) -> bool:
    seen = folder.stat()
    if seen.st_uid == user.uid:
        return bool(seen.st_mode & 0o100)
    if seen.st_gid == user.gid:
        return bool(seen.st_mode & 0o010)
    return bool(seen.st_mode & 0o001)


def _grant_search(user: ServerUser, folder: Path) -> None:
    mode = folder.stat().st_mode
    entries = _entries(folder) or {
        (_OWNER, _NOBODY): mode >> 6 & 7,
        (_GROUP, _NOBODY): mode >> 3 & 7,
        (_OTHER, _NOBODY): mode & 7,
    }
    entries[_USER, user.uid] = entries.get((_USER, user.uid), 0) | _SEARCH
    # the mask caps every entry but owner's and others': it must let ours through and widen nobody else's
    capped = entries.get((_MASK, _NOBODY), entries[_GROUP, _NOBODY])
    for tag, who in entries:
        if tag in (_GROUP, _NAMED_GROUP) or (tag == _USER and who != user.uid):
            entries[tag, who] &= capped
    entries[_MASK, _NOBODY] = capped | _SEARCH
    packed = b"".join(_ENTRY.pack(tag, bits, who) for (tag, who), bits in sorted(entries.items()))
    try:
        os.setxattr(folder, ACL, _HEAD.pack(_VERSION) + packed)
    except OSError as error:
        raise FolderUnreachable(str(folder), user.name) from error


def _entries(folder: Path) -> dict[tuple[int, int], int]:
    try:
        raw = os.getxattr(folder, ACL)
    except OSError:
        return {}
    return {(tag, who): bits for tag, bits, who in _ENTRY.iter_unpack(raw[_HEAD.size :])}
