"""The keys of one installation: a file outside the database that only its owner can read.

The file is JSON: `sealing` holds generations of SM4 keys by number, `index` and `mac` one HMAC-SM3 key each, all in
hexadecimal digits. A file is written whole or not at all and never over another one.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from yingbao.seal.errors import KeysExposed, KeysMissing, KeysPresent, KeysUnusable

_FORMAT: Final = 1
_SEALING_BYTES: Final = 16
_HMAC_BYTES: Final = 32
_LAST_GENERATION: Final = 255
"""The generation stands in one byte before every sealed value."""
_OTHERS: Final = 0o077


def keys_path(state: Path) -> Path:
    """YINGBAO_KEYS, or `keys.json` in the folder of this machine's state."""
    named = os.environ.get("YINGBAO_KEYS")
    return Path(named).expanduser().resolve() if named else state / "keys.json"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by purpose. New values take the newest generation of `sealing`; the older ones stay readable."""

    sealing: Mapping[int, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    mac: bytes = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sealing", MappingProxyType(dict(self.sealing)))
        if not self.sealing or not all(1 <= number <= _LAST_GENERATION for number in self.sealing):
            raise ValueError(f"generations of sealing keys are numbered from 1 to {_LAST_GENERATION}")
        if any(len(key) != _SEALING_BYTES for key in self.sealing.values()):
            raise ValueError(f"a sealing key has {_SEALING_BYTES} bytes")
        if len(self.index) != _HMAC_BYTES or len(self.mac) != _HMAC_BYTES:
            raise ValueError(f"the keys of index and mac have {_HMAC_BYTES} bytes")
        if len({*self.sealing.values(), self.index, self.mac}) != len(self.sealing) + 2:
            raise ValueError("two keys are the same")

    @property
    def newest(self) -> int:
        """The generation that seals new values."""
        return max(self.sealing)

    @classmethod
    def generate(cls) -> Self:
        """New keys from the system's random source, not yet written anywhere."""
        return cls(
            {1: secrets.token_bytes(_SEALING_BYTES)},
            secrets.token_bytes(_HMAC_BYTES),
            secrets.token_bytes(_HMAC_BYTES),
        )

    def with_next_generation(self) -> Self:
        """The same keys and one more sealing key. Index and mac stay: stored values cannot be recomputed."""
        return replace(self, sealing={**self.sealing, self.newest + 1: secrets.token_bytes(_SEALING_BYTES)})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises: KeysMissing, KeysExposed, KeysUnusable."""
        return cls._read(_content(path), path)

    @classmethod
    def ensure(cls, path: Path) -> Self:
        """Load the file, or write one with new keys where there is none; of two at once both get the same.

        Raises: KeysExposed, KeysUnusable.
        """
        try:
            return cls.load(path)
        except KeysMissing:
            with suppress(KeysPresent):
                cls.generate().write(path)
            return cls.load(path)

    @classmethod
    def rotate(cls, path: Path) -> Self:
        """Give the file one more sealing key; the former file stays beside it as `keys.<generation>.json`.

        Two at once take turns. Raises: KeysMissing, KeysExposed, KeysUnusable, KeysPresent.
        """
        with _alone_in(path):
            former = cls.load(path)
            latest = former.with_next_generation()
            with latest._beside(path) as made:
                kept = path.with_name(f"{path.stem}.{former.newest}{path.suffix}")
                try:
                    kept.hardlink_to(path)
                except FileExistsError:
                    if not kept.samefile(path):  # the same file: an earlier rotation ended half-way
                        raise KeysPresent(str(kept)) from None
                made.replace(path)
            _settle(path.parent)
        return latest

    def write(self, path: Path) -> None:
        """Write a new file of mode 0600. Raises: KeysPresent, KeysUnusable."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._beside(path) as made:
                try:
                    path.hardlink_to(made)
                except FileExistsError:
                    raise KeysPresent(str(path)) from None
            _settle(path.parent)
        except OSError as problem:
            raise KeysUnusable(str(path), problem.strerror or type(problem).__name__) from problem

    @contextmanager
    def _beside(self, path: Path) -> Iterator[Path]:
        """A finished file under a name of its own in the same folder, which is gone afterwards."""
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(self._written(), file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def _written(self) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "sealing": {str(number): key.hex() for number, key in self.sealing.items()},
            "index": self.index.hex(),
            "mac": self.mac.hex(),
        }

    @classmethod
    def _read(cls, content: bytes, path: Path) -> Self:
        try:
            data = json.loads(content)
            if data["format"] == _FORMAT:
                sealing = {int(number): bytes.fromhex(key) for number, key in data["sealing"].items()}
                return cls(sealing, bytes.fromhex(data["index"]), bytes.fromhex(data["mac"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            # what json and fromhex complain about may hold keys: it goes no further
            raise KeysUnusable(str(path), "内容不完整或被改动") from None
        raise KeysUnusable(str(path), "写法的版本不认识")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            if mode & _OTHERS:
                raise KeysExposed(str(path), mode)
            return file.read()
    except FileNotFoundError:
        raise KeysMissing(str(path)) from None
    except OSError as problem:
        raise KeysUnusable(str(path), problem.strerror or type(problem).__name__) from problem


@contextmanager
def _alone_in(path: Path) -> Iterator[None]:
    try:
        descriptor = os.open(path.parent, os.O_RDONLY)
    except FileNotFoundError:
        raise KeysMissing(str(path)) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _settle(folder: Path) -> None:
    """Bring the folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
