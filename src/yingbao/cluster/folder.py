"""Where this machine keeps its state, and how the application reaches its database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["app", "owner"]


def state_folder() -> Path:
    """YINGBAO_STATE, or `yingbao` under the user's state directory."""
    named = os.environ.get("YINGBAO_STATE")
    if named:
        return Path(named).expanduser().resolve()
    home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(home).expanduser() / "yingbao"


def dsn_of(role: Role, folder: Path | None = None) -> str:
    """The connection string of a role as the cluster wrote it (`dsn-app`, `dsn-owner`); empty before `yingbao up`."""
    path = (folder or state_folder()) / f"dsn-{role}"
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
