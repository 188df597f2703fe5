"""The keys this installation signs its answers with: one SM2 pair and one RSA pair, in a file of their own beside the sealing keys.

Whoever loses the file makes another and hands the new public keys to the channels; nothing stored depends on it.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from yingbao.seal import signing
from yingbao.seal.errors import KeysExposed, KeysUnusable
from yingbao.seal.sm2 import generate_pair

_OTHERS = 0o077


def platform_keys_path(keys: Path) -> Path:
    """Beside the sealing keys of `keys`."""
    return keys.with_name("gateway-keys.json")


@dataclass(frozen=True)
class PlatformKeys:
    """Private keys as PEM (PKCS #8), by scheme."""

    private: dict[str, str] = field(repr=False)

    @cached_property
    def public(self) -> dict[str, str]:
        """Public keys as PEM, by scheme: what channels are given."""
        sm2 = signing.sm2_private(self.private["SM2"])
        pair: Any = load_pem_private_key(self.private["RSA"].encode(), None)
        rsa_public = pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return {"SM2": signing.pem("PUBLIC KEY", sm2.public.to_der()), "RSA": rsa_public.decode()}

    @classmethod
    def generate(cls) -> Self:
        """New pairs, not yet written anywhere."""
        pair = rsa.generate_private_key(65537, signing.RSA_BITS)
        of_rsa = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return cls({"SM2": signing.pem("PRIVATE KEY", generate_pair().to_der()), "RSA": of_rsa})

    @classmethod
    def ensure(cls, path: Path) -> Self:
        """Load the file, or make it; of two at once both get the same. Raises KeysExposed, KeysUnusable."""
        if not path.is_file():
            cls.generate()._write(path)
        mode = path.stat().st_mode & 0o777
        if mode & _OTHERS:
            raise KeysExposed(str(path), mode)
        try:
            held = json.loads(path.read_text(encoding="ascii"))
            return cls({scheme: str(held[scheme]) for scheme in ("SM2", "RSA")})
        except (ValueError, KeyError, TypeError) as error:
            raise KeysUnusable(str(path), "不是应答签名的密钥文件") from error

    def _write(self, path: Path) -> None:
        """Whole or not at all; never over another file."""
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                json.dump(self.private, file)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
