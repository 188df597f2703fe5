"""Other processes of this machine, read from /proc (Linux): enough to tell ours from one that got its number later."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Seen:
    """A live process; `started` is in clock ticks since boot and, with the number, names it for good."""

    pid: int
    started: int
    session: int


def look(pid: int) -> Seen | None:
    """The process of this number, or None if there is none or only its remains (a zombie)."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # the name in brackets may hold spaces and brackets; what follows the last one is in fixed order
    state, _parent, _group, session, *rest = stat.rpartition(")")[2].split()
    if state in "ZX":
        return None
    return Seen(pid, started=int(rest[15]), session=int(session))


def everyone() -> Iterator[Seen]:
    """Every live process."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (seen := look(int(entry.name))):
            yield seen


def words_of(pid: int) -> list[str]:
    """The command line, word by word."""
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return []
    return [word.decode("utf-8", "replace") for word in raw.split(b"\0")[:-1]]


def is_in(pid: int, folder: Path) -> bool:
    """Is this its working folder? False where we may not know."""
    try:
        return os.readlink(PROC / str(pid) / "cwd") == str(folder)
    except OSError:
        return False


def has_setting(pid: int, name: str, value: str) -> bool:
    """Was it started with this environment variable? False where we may not know."""
    try:
        raw = (PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return f"{name}={value}".encode() in raw.split(b"\0")


def boot() -> str:
    """This start of the machine: clock ticks mean nothing across two."""
    return (PROC / "sys" / "kernel" / "random" / "boot_id").read_text(encoding="ascii").strip()
