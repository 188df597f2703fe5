"""Where this machine keeps its state, and how the application reaches its database."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any, Literal, TypeAlias

from yingbao.cluster.errors import FolderUnwritable

#: `app` reads and writes rows and owns nothing, `owner` migrates, `super` is for work on the cluster itself.
Role: TypeAlias = Literal["app", "owner", "super"]
ROLES: tuple[Role, ...] = ("app", "owner", "super")


def state_folder() -> Path:
    """YINGBAO_STATE, or `yingbao` under the user's state directory; /var/lib/yingbao for root."""
    named = os.environ.get("YINGBAO_STATE")
    if named:
        return Path(named).expanduser().resolve()
    home = os.environ.get("XDG_STATE_HOME")
    if not home and os.geteuid() == 0:
        return Path("/var/lib/yingbao")
    return Path(home or "~/.local/state").expanduser() / "yingbao"


def dsn_of(role: Role, folder: Path | None = None) -> str:
    """The connection string of a role as the cluster wrote it (`dsn-app`, …); empty before `yingbao up`."""
    path = (folder or state_folder()) / f"dsn-{role}"
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def prepare(folder: Path) -> None:
    """Make the state folder: others may pass through (the database's user must), not look.

    Raises:
        FolderUnwritable
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o711)
        # the web server looks into `static` for collected files, and complains if there is no such folder
        for name in ("logs", "services", "static"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        probe = folder / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise FolderUnwritable(str(folder), error.strerror or str(error)) from error


def write_private(path: Path, text: str) -> None:
    """Write whole or not at all, readable by us alone; a crash leaves the old file or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_json(path: Path) -> dict[str, Any]:
    """A small file of facts; empty where there is none or it is not JSON."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def ensure_secret_key(folder: Path) -> None:
    """Django's SECRET_KEY, made once."""
    path = folder / "secret-key"
    if not path.is_file():
        write_private(path, secrets.token_urlsafe(48) + "\n")
