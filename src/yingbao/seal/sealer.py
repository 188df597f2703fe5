"""The one interface to cryptography. A certified module replaces the software by implementing it.

A package that brings such a module names its class under the entry point group `yingbao.sealers`; the class is called
with the path of the key file, which it may leave unread when its keys live in the device. YINGBAO_SEALER chooses by name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from yingbao.seal.errors import SealerMissing
from yingbao.seal.keyring import Keyring
from yingbao.seal.sm2 import PrivateKey, PublicKey
from yingbao.seal.software import SoftwareSealer

Column: TypeAlias = Any
"""A pyarrow Array or ChunkedArray; pyarrow ships no types."""

GROUP: Final = "yingbao.sealers"
SOFTWARE: Final = "software"


class Sealer(Protocol):
    """What the program asks of cryptography. `field` is room and column, for example `resident.id_number`."""

    def seal(self, text: str, field: str) -> bytes:
        """A sealed value that opens only as this field."""

    def unseal(self, blob: bytes | memoryview, field: str) -> str:
        """The text again. Raises: SealBroken."""

    def index(self, text: str, field: str) -> bytes:
        """Sixteen bytes to look a value up by: the same for the same text and field."""

    def seal_many(self, texts: Sequence[str | None], field: str) -> list[bytes | None]:
        """Each value sealed; None stays None."""

    def unseal_many(self, blobs: Sequence[bytes | None], field: str) -> list[str | None]:
        """Each text again. Raises: SealBroken if one of them is."""

    def index_many(self, texts: Sequence[str | None], field: str) -> list[bytes | None]:
        """Each lookup value; None stays None."""

    def seal_column(self, texts: Column, field: str) -> Column:
        """Strings to binary values."""

    def unseal_column(self, blobs: Column, field: str) -> Column:
        """Binary values to strings. Raises: SealBroken if one of them is."""

    def index_column(self, texts: Column, field: str) -> Column:
        """Strings to binary values of sixteen bytes."""

    def mac(self, content: bytes) -> bytes:
        """HMAC-SM3, 32 bytes: nobody without the key can alter the content and make it fit again."""

    def sm3(self, content: bytes) -> bytes:
        """Digest of 32 bytes."""

    def sign(self, private: PrivateKey, content: bytes) -> bytes:
        """SM2 signature over SM3 as r and s, 64 bytes."""

    def verify(self, public: PublicKey, content: bytes, signature: bytes) -> bool:
        """Tell whether the signature, raw or DER, is of this content by this key."""


def open_sealer(keys: Path, name: str | None = None) -> Sealer:
    """The module of that name (default: YINGBAO_SEALER, or the software).

    Raises: SealerMissing, KeysMissing, KeysExposed, KeysUnusable.
    """
    wanted = name or os.environ.get("YINGBAO_SEALER") or SOFTWARE
    if wanted == SOFTWARE:
        return SoftwareSealer(Keyring.load(keys))
    found = entry_points(group=GROUP)
    if wanted not in found.names:
        raise SealerMissing(wanted, [SOFTWARE, *sorted(found.names)])
    sealer: Sealer = found[wanted].load()(keys)
    return sealer
