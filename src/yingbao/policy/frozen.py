"""A release as the files it was made of, to be kept beside what cites it and made again from them alone."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from yingbao.policy.layers import REGISTERS, Library, builtin_policies
from yingbao.policy.policy import Policy

#: Parameters supplied from outside the files: name → value, source.
SuppliedValues = Mapping[str, tuple[str, str]]


class FrozenLibrary(Library):
    """Files given as text and nothing else: no built-in folder stands behind them."""

    def __init__(self, files: Mapping[str, str], keys: Mapping[str, str]) -> None:
        with tempfile.TemporaryDirectory(prefix="yingbao-release-") as folder:
            for name, text in files.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            super().__init__(Path(folder))
            self._fallback = {}
            self.files = {key: Path(folder) / name for key, name in keys.items()}
            for key in keys:
                self.tree(key)
            self._registers = self._read_registers_of((Path(folder),))


def freeze(policy: Policy) -> dict[str, dict[str, str]]:
    """The release's own files and the registers it may speak of: `files` name → text, `keys` key → name."""
    library = policy.library
    files: dict[str, str] = {}
    keys: dict[str, str] = {}
    for key in library.chain(policy.key):
        path = library.path(key)
        if path is not None:  # a chain holds only keys with files
            keys[key] = f"{key}.yaml"
            files[keys[key]] = path.read_text(encoding="utf-8")
    for name in REGISTERS:
        own, builtin = library.folder / name, builtin_policies() / name
        source = own if own.is_file() else builtin
        files[name] = source.read_text(encoding="utf-8")
    return {"files": files, "keys": keys}


def thaw(frozen: Mapping[str, Mapping[str, str]], key: str, supplied: SuppliedValues) -> Policy:
    """The release made again. Raises PolicyInvalid if the program no longer understands its files."""
    library: Library = FrozenLibrary(frozen["files"], frozen["keys"])
    return Policy(library.supplied(key, supplied) if supplied else library, key)
